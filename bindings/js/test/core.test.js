// tests/vectors/core: hashes, index answers, decisions, errors; with and without vector instructions; and misuse.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import * as pdqlite from "pdqlite";
import { CORE, bytes, hex, picture } from "./common.js";

const { Entries, load } = pdqlite;

test("the machine has vector instructions, and they are found", async () => {
  assert.equal(pdqlite.hasSimd(), true);
  assert.deepEqual([(await load()).kernels, (await load({ simd: false })).kernels], ["wasm128", "portable"]);
});

test("the modules import nothing and export every function of pdqlite.h", () => {
  const wanted = readFileSync(new URL("../../contract.txt", import.meta.url), "utf8").matchAll(/^function (\w+):/gm);
  const header = readFileSync(new URL("../../../csrc/include/pdqlite.h", import.meta.url), "utf8"); // pdqlite_sound.h is not bound here
  const names = [...wanted].map((m) => m[1]).filter((name) => header.includes(`${name}(`));
  assert.ok(names.length > 50);
  for (const name of ["pdqlite", "pdqlite-simd"]) {
    const module = new WebAssembly.Module(readFileSync(new URL(`../wasm/${name}.wasm`, import.meta.url)));
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    const exported = new Set(WebAssembly.Module.exports(module).map((e) => e.name));
    assert.deepEqual(names.filter((n) => !exported.has(n)), []);
  }
});

test("every status of the header has an error, by the core's name", async () => {
  const pdq = await load();
  const text = readFileSync(new URL("../../contract.txt", import.meta.url), "utf8");
  const statuses = [...text.matchAll(/^enum pdql_status (\w+) = (\d+)$/gm)].filter((m) => m[1] !== "PDQL_OK");
  assert.ok(statuses.length >= 24);
  const kinds = new Set();
  for (const [, name, number] of statuses) {
    const error = pdqlite.errorOf(Number(number));
    assert.equal(error.code, pdq.statusName(Number(number)), name);
    assert.equal(error.status, Number(number));
    assert.ok(error instanceof pdqlite.PdqliteError && !(error instanceof pdqlite.UnknownStatusError), name);
    kinds.add(error.constructor);
  }
  assert.equal(kinds.size, statuses.length);
  assert.ok(pdqlite.errorOf(9999) instanceof pdqlite.UnknownStatusError);
});

for (const simd of [true, false]) {
  describe(simd ? "simd128" : "without simd128", () => {
    let pdq;
    const matcher = () => pdq.matcher(Entries.withMeta(bytes(CORE.decisions.rows), bytes(CORE.decisions.meta), CORE.decisions.meta_bytes));
    before(async () => { pdq = await load({ simd }); });

    test("hashes", () => {
      CORE.hashes.forEach((expected, n) => {
        const image = picture(n);
        const hasher = pdq.hasher(image.width, image.height);
        const found = hasher.orientations(image);
        assert.deepEqual(found.map((h) => [hex(h.bits), h.quality]), expected, CORE.pictures[n].name);
        assert.deepEqual(hasher.hash(image), found[0]);
        assert.deepEqual(pdq.hash(image), found[0]);
        hasher.close();
      });
    });

    test("index answers", () => {
      const { rows, queries, answers } = CORE.index;
      for (const shape of ["scan", "self", "compact", "auto"]) {
        const built = pdq.index(bytes(rows), shape);
        const index = pdq.openIndex(built.toBytes());
        assert.equal(index.rows, bytes(rows).length / 32);
        for (const [radius, hits] of Object.entries(answers))
          assert.deepEqual(index.search(bytes(queries), Number(radius)).map((h) => [h.query, h.row, h.distance]), hits, `${shape}, radius ${radius}`);
        built.close();
        index.close();
      }
    });

    function check(decision, wanted) {
      assert.equal(decision.verdict, wanted.verdict);
      assert.equal(decision.entry, wanted.shows);
      assert.equal(decision.tier, wanted.tier || null);
      assert.equal(decision.distance, wanted.distance);
      assert.deepEqual([decision.rate, decision.listRate].map((rate) => Math.abs(Math.round(-100 * Math.log10(rate)))), [wanted.rate, wanted.list_rate]);
      assert.deepEqual(decision.lacks, wanted.lacks);
      if (wanted.orientation) assert.deepEqual([decision.where.orientation, decision.where.inverted], [wanted.orientation, wanted.inverted]);
    }

    test("decisions about pictures", () => {
      const m = matcher();
      for (const wanted of CORE.decisions.pictures) {
        const { decision, findings } = m.explain(picture(wanted.picture));
        check(decision, wanted);
        assert.deepEqual(m.match(picture(wanted.picture)), decision);
        if (decision.entry !== null) assert.ok(findings.some((f) => f.entry === decision.entry));
      }
      m.close();
    });

    test("signatures, and the parts they find", () => {
      const { of, parts, claims } = CORE.signatures;
      const made = of.map((_, n) => pdq.keypointSignature(picture(n)));
      assert.deepEqual(made, of.map(bytes));
      const entries = Entries.withMeta(bytes(CORE.decisions.rows), bytes(CORE.decisions.meta), CORE.decisions.meta_bytes);
      const [plain, deep] = [pdq.matcher(entries), pdq.matcher(entries.withKeypoints(made))];
      for (const part of parts) {
        const whole = picture(part.picture);
        const start = part.top * whole.rowStride + part.left * whole.pixelStride;
        const view = { ...whole, start, width: part.width, height: part.height };
        assert.equal(plain.match(view).entry, null);
        const { verdict, entry, tier } = deep.match(view);
        assert.deepEqual([verdict, entry, tier], ["match", part.shows, 3]);
      }
      for (const { signatures, picture: n, ...wanted } of claims) {
        const asked = pdq.matcher(entries.withKeypoints(signatures.map((i) => made[i])), { uncropEntries: 0 });
        const { verdict, entry, tier, confirmed } = asked.match(picture(n));
        assert.deepEqual({ verdict, entry, tier, confirmed }, wanted);
        asked.close();
      }
      assert.deepEqual([...pdq.keypointSignature({ data: new Uint8Array(900), width: 30, height: 30, format: "gray" })], [1, 0, 128]);
      assert.throws(() => pdq.keypointSignature({ data: new Uint8Array(900), width: 30, height: 31, format: "gray" }), { code: "err-shape" });
      assert.throws(() => pdq.keypointSignature(null), { code: "err-arg" });
      for (const wrong of [null, made.slice(1), [...made.slice(1), "text"]]) assert.throws(() => entries.withKeypoints(wrong), { code: "err-arg" });
      for (const matcher of [plain, deep]) matcher.close();
    });

    test("decisions about videos", () => {
      const m = matcher();
      for (const wanted of CORE.decisions.videos) {
        const watch = m.watch();
        for (const [n, time] of wanted.frames) watch.push(picture(n), time);
        const { decision, frames } = watch.explain();
        check(decision, wanted);
        assert.deepEqual(watch.decision(), decision);
        assert.equal(watch.enough, decision.verdict === "match");
        assert.equal(frames.length === 0, decision.entry === null);
        watch.close();
      }
      m.close();
    });

    test("frames of one video do not silence one another", () => {
      const { rows, meta_bytes, signatures, picture: p, cases } = CORE.frames;
      const part = { data: bytes(p.data), width: p.width, height: p.height, format: p.format };
      for (const { meta, ...wanted } of cases) {
        const entries = Entries.withMeta(bytes(rows), bytes(meta), meta_bytes).withKeypoints(signatures.map(bytes));
        const m = pdq.matcher(entries, { uncropEntries: 0, maxDistance: 0 });
        const { verdict, entry, proof } = m.match(part);
        assert.deepEqual({ verdict, entry, proof: proof && 16 * proof }, wanted);
        m.close();
      }
    });

    test("everything was given back but the tables that matchers share", async () => {
      const { used } = pdq.memory;
      assert.ok(used > 2.9e6 && used < 3.1e6, `${used}`);
      const fresh = await load({ simd });
      const one = fresh.matcher(Entries.fromHashes(new Uint8Array(32)), { uncropEntries: 0 });
      one.close();
      assert.equal(fresh.memory.used, 0);
    });
  });
}

describe("misuse", () => {
  let pdq;
  before(async () => { pdq = await load(); });
  const code = (wanted) => (error) => error instanceof pdqlite.PdqliteError && error.code === wanted;

  test("the errors of the vectors", () => {
    const data = new Uint8Array(100 * 100);
    const index = pdq.index(bytes(CORE.index.rows));
    const block = index.toBytes();
    const calls = [
      () => pdq.hasher(4, 100),
      () => pdq.hash({ data, width: 100, height: 50, format: "gray", rowStride: 10, pixelStride: 1 }),
      () => index.search(new Uint8Array(32), 257),
      () => pdq.openIndex(block.subarray(0, block.length - 1)),
    ];
    const wanted = CORE.errors.map((e) => e.status);
    assert.ok(wanted.length >= calls.length);
    calls.forEach((call, i) => assert.throws(call, code(wanted[i]), CORE.errors[i].call));
  });

  test("pixels outside the buffer are refused", () => {
    const data = new Uint8Array(64 * 64);
    const image = (start, rowStride, pixelStride, more = {}) => ({ data, width: 64, height: 64, format: "gray", start, rowStride, pixelStride, ...more });
    for (const [start, row, step] of [[1, 64, 1], [0, 65, 1], [0, -64, 1], [0, 64, 2], [4095, -(2 ** 31), 1], [0, 2 ** 53, 2 ** 53], [0, NaN, 1], [0, 64, 0.5], [-1, 64, 1], [0, Infinity, 1]])
      assert.throws(() => pdq.hash(image(start, row, step)), code("err-shape"), `${start} ${row} ${step}`);
    pdq.hash(image(63 * 64, -64, 1));
    assert.throws(() => pdq.hash(image(1, 128, 2, { height: 32, format: "gray16" })), code("err-shape"));
    pdq.hash(image(0, 128, 2, { height: 32, format: "gray16", width: 64 }));
    assert.throws(() => pdq.hash({ data, width: 64, height: 63, format: "gray" }), code("err-shape"));
    assert.throws(() => pdq.hash({ data, width: 2 ** 32 + 64, height: 64, format: "gray" }), pdqlite.PdqliteError);
  });

  test("values of a wrong type", () => {
    const one = Entries.fromHashes(new Uint8Array(32));
    const matcher = pdq.matcher(one);
    const data = new Uint8Array(64 * 64);
    const calls = [
      () => pdq.hash(null), () => pdq.hash("picture"), () => matcher.match(undefined), () => matcher.match({ data: [1, 2], width: 5, height: 5 }),
      () => pdq.hash({ data, width: 64, height: 64, format: "toString" }), () => pdq.hasher("64", 64), () => pdq.hasher(-5, 64), () => pdq.hasher(64.5, 64),
      () => pdq.index(new Uint8Array(33)), () => pdq.index("rows"), () => pdq.index(new Uint8Array(32), "tree"), () => pdq.index(new Uint8Array(32), "valueOf"), () => pdq.openIndex(7),
      () => pdq.distance(new Uint8Array(31), new Uint8Array(32)), () => pdq.matcher(new Uint8Array(32)), () => Entries.withMeta(new Uint8Array(32), new Uint8Array(5), 6),
      () => Entries.withMeta(new Uint8Array(32), new Uint8Array(7), 7), () => matcher.watch().push({ data, width: 64, height: 64, format: "gray" }, -1),
      () => matcher.watch().push({ data, width: 64, height: 64, format: "gray" }, 2 ** 32),
    ];
    calls.forEach((call, i) => assert.throws(call, (e) => e instanceof pdqlite.ArgumentError || e instanceof pdqlite.ShapeError, `call ${i}`));
  });

  test("policies out of range", () => {
    const one = Entries.fromHashes(new Uint8Array(32));
    for (const policy of [{ pictureRate: 0 }, { videoRate: NaN }, { pictureRate: 2 }, { maxDistance: 257 }, { minQuality: 101 }, { frames: 0 }, { uncropEntries: -1 }, null])
      assert.throws(() => pdq.matcher(one, policy), code("err-arg"), JSON.stringify(policy));
    const empty = pdq.matcher(Entries.fromHashes(new Uint8Array(0)));
    assert.equal(empty.match(picture(0)).verdict, "no match");
  });

  test("a misspelt option is refused by name", async () => {
    const one = Entries.fromHashes(new Uint8Array(32));
    const said = (text) => (e) => e instanceof pdqlite.ArgumentError && e.message.startsWith(text);
    assert.throws(() => pdq.matcher(one, { max_distance: 10 }), said('a policy has no "max_distance"; it may have pictureRate, videoRate, maxDistance'));
    assert.throws(() => pdq.matcher(one, []), said("a policy is an object"));
    for (const name of ["turned", "confirm"]) assert.throws(() => pdq.matcher(one, { [name]: "no" }), said(`${name} has to be true or false`));
    await assert.rejects(() => load({ SIMD: false }), said('what load takes has no "SIMD"; it may have simd, wasm'));
    await assert.rejects(() => load({ simd: "yes" }), said("simd has to be true or false"));
    assert.throws(() => pdq.needs({ trust: new Uint8Array(1), manifest: new Uint8Array(1), stat: null }), said('a release has no "stat"'));
    await assert.rejects(() => pdq.verifyFiles({}, { trust: new Uint8Array(1), State: null }), said('what is given beside the files has no "State"'));
  });

  test("a hundred thousand calls keep no memory", () => {
    const hasher = pdq.hasher(64, 64);
    const image = { data: new Uint8Array(64 * 64), width: 64, height: 64, format: "gray" };
    let before;
    for (let i = 0; i < 100_000; i++) {
      hasher.hash(image);
      if (i % 10 === 0) assert.throws(() => hasher.hash({ ...image, width: -3 }), code("err-shape"));
      if (i % 1000 === 0) {
        const matcher = pdq.matcher(Entries.fromHashes(new Uint8Array(32 * 64)));
        const watch = matcher.watch();
        watch.push(image, 0);
        for (const handle of [watch, matcher]) handle.close();
      }
      if (i === 10_000) before = pdq.memory;
    }
    hasher.close();
    assert.equal(pdq.memory.reserved, before.reserved);
  });

  test("closed handles", () => {
    const matcher = pdq.matcher(Entries.fromHashes(bytes(CORE.decisions.rows)));
    const [watch, hasher, index] = [matcher.watch(), pdq.hasher(64, 64), pdq.index(bytes(CORE.index.rows))];
    matcher.close();
    matcher.close();
    for (const call of [() => matcher.match(picture(0)), () => matcher.watch(), () => watch.push(picture(0), 0), () => watch.decision(), () => watch.enough])
      assert.throws(call, code("closed"));
    for (const handle of [watch, hasher, index]) handle.close();
    for (const call of [() => watch.decision(), () => hasher.hash(picture(0)), () => index.search(new Uint8Array(32), 0), () => index.toBytes()])
      assert.throws(call, code("closed"));
  });

  test("nothing of an instance passes to another thread", () => {
    const matcher = pdq.matcher(Entries.fromHashes(new Uint8Array(32)));
    for (const thing of [matcher, matcher.watch(), pdq.hasher(64, 64), pdq]) assert.throws(() => structuredClone(thing), { name: "DataCloneError" });
    assert.ok(structuredClone(pdq.module) instanceof WebAssembly.Module); // but what can be loaded there
  });

  test("times that run backwards change nothing", () => {
    const watch = pdq.matcher(Entries.fromHashes(bytes(CORE.decisions.rows))).watch();
    watch.push(picture(0), 1000);
    const before = watch.decision();
    assert.throws(() => watch.push(picture(0), 999), code("err-arg"));
    assert.deepEqual(watch.decision(), before);
  });

  test("memory that there is not", async (t) => {
    const small = await load();
    const big = { data: new Uint8Array(4096 * 1024 * 4), width: 4096, height: 1024 };
    const grow = t.mock.method(WebAssembly.Memory.prototype, "grow", () => { throw new RangeError("no"); });
    assert.throws(() => small.hash(big), code("no-memory"));
    assert.equal(small.memory.used, 0);
    grow.mock.restore();
    assert.equal(small.hash(big).quality, 0);
    assert.throws(() => small.hash({ data: new Uint8Array(0), width: 2 ** 20, height: 2 ** 20 }), code("err-shape"));
    assert.equal(small.memory.used, 0);
  });

  test("memory is used again", () => {
    const image = picture(0);
    const matcher = pdq.matcher(Entries.fromHashes(bytes(CORE.decisions.rows)));
    matcher.match(image);
    const { reserved, used } = pdq.memory;
    for (let i = 0; i < 10; i++) {
      const index = pdq.index(bytes(CORE.index.rows));
      matcher.match(image);
      pdq.hash(image);
      index.close();
    }
    assert.deepEqual([pdq.memory.used, pdq.memory.reserved - reserved < 2 ** 21], [used, true]);
  });
});
