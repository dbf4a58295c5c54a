// tests/vectors/list: good and broken lists, attacks by name; verified with WebCrypto, which answers later.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as pdqlite from "pdqlite";
import { CORE, bytes, file, json, picture, unhex } from "./common.js";

const blob = (name) => file(`tests/vectors/list/blobs/${name}`);
const filesOf = (files) => Object.fromEntries(Object.entries(files).map(([name, data]) => [name, blob(data)]));
const CASES = json("tests/vectors/list/cases.json");
const GOOD = CASES.find((c) => c.name === "good image list");

let pdq;
before(async () => { pdq = await pdqlite.load(); });

async function verdict(c, source = (data) => data) {
  try {
    const trust = blob(c.trust);
    let state = null;
    for (const earlier of c.before ?? []) {
      const installed = await pdq.verifyFiles(filesOf(earlier.files ?? earlier), { trust, state, now: earlier.now });
      state = installed.state;
      installed.close();
    }
    const files = filesOf(c.files);
    const list = await pdq.verifyFiles(files, { trust, state, now: c.now });
    try {
      const nothing = new Uint8Array(0);
      const entries = await list.read(unhex(c.key), source(files["list.cob"] ?? nothing), source(files["local.cob"] ?? nothing));
      assert.equal(entries.hashes.length, 32 * entries.length);
    } finally {
      list.close();
    }
    return list.info.stale ? "stale" : list.info.unlogged ? "unlogged" : list.info.unwitnessed ? "unwitnessed" : list.info.unaudited ? "unaudited" : "ok";
  } catch (error) {
    if (!(error instanceof pdqlite.PdqliteError)) throw error;
    if ([pdqlite.UnloggedError, pdqlite.UnwitnessedError, pdqlite.UnauditedError].some((kind) => error instanceof kind)) return `${error.code}-refused`;
    return error.code;
  }
}

for (const name of ["cases.json", "log.json"]) {
  describe(name, () => {
    for (const c of json(`tests/vectors/list/${name}`)) test(c.name, async () => assert.equal(await verdict(c), c.status));
  });
}

test("files as Blobs", async () => {
  for (const c of CASES.slice(0, 12)) assert.equal(await verdict(c, (data) => new Blob([data])), c.status, c.name);
});

/** Reads a release whole. */
async function whole(c, files) {
  const list = await pdq.verifyFiles(files, { trust: blob(c.trust), now: c.now });
  const entries = await list.read(unhex(c.key), files["list.cob"], files["local.cob"]);
  list.close();
  return { held: list.info, entries };
}

describe("deltas.json", () => {
  const all = json("tests/vectors/list/deltas.json");
  assert.ok(all.length >= 19);
  for (const c of all) {
    test(c.name, async () => {
      const before = await whole(c, filesOf(c.held));
      const files = filesOf(c.files);
      const update = async (source) => {
        const list = await pdq.verifyFiles(files, { trust: blob(c.trust), now: c.now });
        return list.update(unhex(c.key), source(files["delta-0.cob"] ?? new Uint8Array(0)), before.held, before.entries).finally(() => list.close());
      };
      if (c.whole) {
        const { entries } = await whole(c, { ...files, ...filesOf(c.whole) });
        for (const source of [(data) => data, (data) => new Blob([data])]) assert.deepEqual(await update(source), entries);
      } else await assert.rejects(update((data) => data), { code: c.status });
    });
  }

  test("from what is not held; the list is then read whole", async () => {
    const [c] = all;
    const [before, files] = [await whole(c, filesOf(c.held)), { ...filesOf(c.files), ...filesOf(c.whole) }];
    const { held, entries } = before;
    const verified = () => pdq.verifyFiles(files, { trust: blob(c.trust), now: c.now });
    const used = pdq.memory.used;
    const refused = async (code, given, old) => {
      const list = await verified();
      await assert.rejects(list.update(unhex(c.key), files["delta-0.cob"], given, old, false), { code });
      list.close();
    };
    await refused("ct-mismatch", { ...held, seq: 7 }, entries);
    await refused("content-mismatch", { ...held, root: new Uint8Array(32) }, entries);
    await refused("content-mismatch", held, pdqlite.Entries.withMeta(entries.hashes.subarray(32), entries.meta.subarray(6), 6));
    for (const wrong of [null, {}, { seq: -1, root: held.root }, { seq: 0, root: new Uint8Array(31) }]) await refused("err-arg", wrong, entries);
    for (const wrong of [null, pdqlite.Entries.fromHashes(entries.hashes)]) await refused("err-arg", held, wrong);
    assert.equal(pdq.memory.used, used);
    const list = await verified();
    await assert.rejects(list.update(unhex(c.key), files["delta-0.cob"], { ...held, seq: 7 }, entries), { code: "ct-mismatch" });
    assert.equal((await list.read(unhex(c.key), files["list.cob"])).length, (await whole(c, files)).entries.length);
    await assert.rejects(list.update(unhex(c.key), files["delta-0.cob"], held, entries), { code: "err-order" });
    list.close();
  });
});

test("a good list is matched against", async () => {
  const files = filesOf(GOOD.files);
  const list = await pdq.verifyFiles(files, { trust: blob(GOOD.trust), now: GOOD.now });
  const entries = await list.read(unhex(GOOD.key), files["list.cob"]);
  assert.ok(entries.length > 0);
  for (let i = 32; i < entries.hashes.length; i += 32) assert.ok(Buffer.compare(entries.hashes.subarray(i - 32, i), entries.hashes.subarray(i, i + 32)) <= 0);
  pdq.matcher(entries, { maxDistance: list.info.maxDistance }).close();
  await assert.rejects(list.read(unhex(GOOD.key), files["list.cob"]), { code: "err-order" });
  list.close();
  await assert.rejects(list.read(unhex(GOOD.key), files["list.cob"]), { code: "closed" });
});

test("a provider that fails, lies or never answers", async () => {
  const files = filesOf(GOOD.files);
  const given = { trust: blob(GOOD.trust), now: GOOD.now };
  const provider = (more) => ({ ...pdqlite.webCrypto, ...more });
  await assert.rejects(pdq.verifyFiles(files, given, provider({ verifyEd25519: () => false })), { code: "unendorsed" });
  await assert.rejects(pdq.verifyFiles(files, given, provider({ verifyEd25519: () => "yes" })), { code: "unendorsed" });
  await assert.rejects(pdq.verifyFiles(files, given, provider({ verifyEd25519: async () => { throw new Error("device is locked"); } })), /device is locked/);
  const read = async (more) => {
    const list = await pdq.verifyFiles(files, given, provider(more));
    await list.read(unhex(GOOD.key), files["list.cob"]).finally(() => list.close());
  };
  await assert.rejects(read({ hkdfSha512Expand: () => new Uint8Array(75) }), { code: "err-arg" });
  await assert.rejects(read({ hkdfSha512Expand: () => new Uint8Array(76) }), { code: "key-commit" });
  await assert.rejects(read({ aes256Gcm: () => () => null }), { code: "content-mismatch" });
  await assert.rejects(read({ aes256Gcm: () => (nonce, sealed) => new Uint8Array(sealed.length - 16) }), pdqlite.ListError);
});

test("tokens: size and root of the checkpoint; compared with one's own", async () => {
  const logged = json("tests/vectors/list/log.json");
  const verified = (c) => pdq.verifyFiles(filesOf(c.files), { trust: blob(c.trust), now: c.now });
  const good = logged.find((c) => c.name === "nothing wrong");
  const list = await verified(good);
  const own = list.token();
  list.close();
  assert.throws(() => list.token(), { code: "closed" });
  const [origin, size, root] = new TextDecoder().decode(blob(good.files["manifest.tlog-proof"])).split("\n\n")[1].split("\n");
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(origin)));
  assert.deepEqual(Buffer.from(own), Buffer.concat([hash.subarray(0, 8), Buffer.from([0, 0, 0, 0, 0, 0, 0, Number(size)]), Buffer.from(root, "base64")]));
  const changed = (at) => { const token = own.slice(); token[at] ^= 1; return pdq.compareToken([new Uint8Array(48), own], token); };
  assert.equal(pdq.compareToken([own], own.slice()), "same");
  assert.deepEqual([changed(0), changed(15), changed(47)], ["other-log", "unknown", "split-view"]);
  assert.equal(pdq.compareToken([], own), "other-log");
  assert.throws(() => changed(8), { code: "format" });
  assert.throws(() => pdq.compareToken([own], own.slice(1)), { code: "format" });
  assert.throws(() => pdq.compareToken([own.slice(1)], own), { code: "err-arg" });
  const bare = await verified(logged.find((c) => c.status === "unlogged"));
  assert.throws(() => bare.token(), pdqlite.UnloggedError);
  bare.close();
});

/** A good provider, but for what is done before the n-th call of one of its functions. Counts the calls of each. */
function disturbed(name, number, disturbance) {
  const calls = { verify: 0, expand: 0, key: 0, open: 0 };
  const call = (what) => (++calls[what] === number && what === name ? disturbance() : undefined);
  const good = pdqlite.webCrypto;
  const provider = {
    verifyEd25519: (...q) => { call("verify"); return good.verifyEd25519(...q); },
    hkdfSha512Expand: (...q) => { call("expand"); return good.hkdfSha512Expand(...q); },
    aes256Gcm: async (key) => { const open = await good.aes256Gcm(key); call("key"); return (...q) => { call("open"); return open(...q); }; },
  };
  return { provider, calls };
}

test("what a provider throws comes through, at every call of a list, its keypoint signatures and a delta", async () => {
  const [c] = json("tests/vectors/list/deltas.json");
  const { held, entries } = await whole(c, filesOf(c.held));
  const files = { ...filesOf(c.files), ...filesOf(c.whole) };
  const used = pdq.memory.used;
  const run = async (provider) => {
    for (const use of ["read", "update"]) {
      const list = await pdq.verifyFiles(files, { trust: blob(c.trust), now: c.now }, provider);
      try {
        if (use === "read") await list.read(unhex(c.key), files["list.cob"], files["local.cob"]);
        else await list.update(unhex(c.key), files["delta-0.cob"], held, entries);
      } finally {
        list.close();
      }
    }
  };
  const { provider, calls } = disturbed();
  await run(provider);
  assert.ok(Object.values(calls).every((n) => n > 0), "every function is called");
  for (const [name, n] of Object.entries(calls)) {
    for (let i = 1; i <= n; i++) {
      const thrown = i % 2 ? new Error("thrown on purpose") : undefined; // anything can be thrown
      const broken = disturbed(name, i, () => { throw thrown; });
      const none = Symbol("nothing was thrown");
      assert.equal(await run(broken.provider).then(() => none, (error) => error), thrown, name + i);
      if (name !== "verify") assert.equal(broken.calls[name], i, name); // signatures are asked side by side
      assert.equal(pdq.memory.used, used, name + i);
    }
  }
});

test("a provider that closes the list which asks it, or reads it again", async () => {
  const files = filesOf(GOOD.files);
  const used = pdq.memory.used;
  for (const name of ["expand", "key", "open"]) {
    let list, again;
    const closing = disturbed(name, 1, () => list.close());
    list = await pdq.verifyFiles(files, { trust: blob(GOOD.trust), now: GOOD.now }, closing.provider);
    await assert.rejects(list.read(unhex(GOOD.key), files["list.cob"]), { code: "closed" }, name);
    const twice = disturbed(name, 1, () => { again = list.read(unhex(GOOD.key), files["list.cob"]).catch((error) => error.code); });
    list = await pdq.verifyFiles(files, { trust: blob(GOOD.trust), now: GOOD.now }, twice.provider);
    assert.ok((await list.read(unhex(GOOD.key), files["list.cob"])).length > 0);
    assert.equal(await again, "err-order");
    list.close();
    assert.equal(pdq.memory.used, used, name);
  }
});

test("a matcher swapped while a list is read and a video is watched", async () => {
  const files = filesOf(GOOD.files);
  const list = await pdq.verifyFiles(files, { trust: blob(GOOD.trust), now: GOOD.now });
  const old = pdq.matcher(pdqlite.Entries.fromHashes(bytes(CORE.decisions.rows)));
  const watch = old.watch();
  watch.push(picture(1), 0);
  const before = [old.match(picture(1)), watch.decision()];
  const reading = list.read(unhex(GOOD.key), files["list.cob"]);
  let rounds = 0;
  let entries;
  reading.then((read) => { entries = read; });
  while (!entries) { // between the pieces: matched against the old list
    assert.deepEqual(old.match(picture(1)), before[0]);
    rounds++;
    await new Promise(setImmediate);
  }
  assert.ok(rounds > 1);
  const fresh = pdq.matcher(entries, { maxDistance: list.info.maxDistance });
  assert.deepEqual([old.match(picture(1)), watch.decision()], before); // both at once
  old.close();
  for (const call of [() => old.match(picture(1)), () => watch.push(picture(1), 1), () => watch.decision()]) assert.throws(call, { code: "closed" });
  assert.equal(fresh.match(picture(1)).verdict, "no match");
  for (const handle of [watch, fresh, list]) handle.close();
});

test("questions that do not fit are asked again", async () => {
  const c = json("tests/vectors/list/log.json")[0];
  let asked = 0;
  const provider = { ...pdqlite.webCrypto, verifyEd25519: (...q) => { asked++; return pdqlite.webCrypto.verifyEd25519(...q); } };
  const room = pdqlite.VerifiedList.room;
  const counts = [];
  for (pdqlite.VerifiedList.room of [room, 256]) {
    asked = 0;
    (await pdq.verifyFiles(filesOf(c.files), { trust: blob(c.trust), now: c.now }, provider)).close();
    counts.push(asked);
  }
  pdqlite.VerifiedList.room = room;
  assert.ok(counts[0] > 2);
  assert.equal(counts[0], counts[1]); // none is asked twice
});

test("closed while it reads, and the memory is given back", async () => {
  const files = filesOf(GOOD.files);
  const used = pdq.memory.used;
  const list = await pdq.verifyFiles(files, { trust: blob(GOOD.trust), now: GOOD.now });
  const reading = list.read(unhex(GOOD.key), files["list.cob"]);
  list.close();
  await assert.rejects(reading, { code: "closed" });
  assert.equal(pdq.memory.used, used);
});

test("values of a wrong type", async () => {
  const trust = blob(GOOD.trust);
  await assert.rejects(pdq.verifyFiles(null, { trust }), { code: "err-arg" });
  await assert.rejects(pdq.verify({ trust: "trust", manifest: new Uint8Array(0) }), { code: "err-arg" });
  await assert.rejects(pdq.verify({ trust, manifest: new Uint8Array(0), now: -1 }), { code: "err-arg" });
  await assert.rejects(pdq.verify(undefined), { code: "err-arg" });
});

test("files are found byte for byte", async () => {
  const c = CASES.find((one) => one.name === "good list of files");
  const files = filesOf(c.files);
  const list = await pdq.verifyFiles(files, { trust: blob(c.trust), now: c.now });
  const entries = await list.read(unhex(c.key), files["list.cob"]);
  const matcher = pdq.exact(entries);
  const vectors = json("tests/vectors/list/files.json");
  assert.ok(vectors.length > 8);
  for (const vector of vectors) {
    const data = unhex(vector.data);
    assert.deepEqual(Buffer.from(matcher.rows(data)).toString("hex"), vector.rows);
    const found = matcher.match([data.subarray(0, 3), data.subarray(3)]);
    assert.deepEqual([found.verdict, found.entry, found.tier ?? 0, found.where], [vector.verdict, vector.entry, vector.tier, null]);
  }
  assert.throws(() => pdq.matcher(entries), pdqlite.ArgumentError);
  for (const none of [null, undefined, 5, {}, "text"]) assert.throws(() => matcher.match(none), /file has to be a Uint8Array, or pieces of one/);
  assert.throws(() => pdq.exact(pdqlite.Entries.fromHashes(new Uint8Array(32))), pdqlite.ArgumentError);
  matcher.close();
  list.close();
});
