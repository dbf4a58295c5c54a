// What Node's own types, workers and half a provider bring: a typed error that names the value, and the caller's bytes stay as they are.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as pdqlite from "pdqlite";
import { bytes, file, json, unhex } from "./common.js";

const GOOD = json("tests/vectors/list/cases.json").find((c) => c.name === "good image list");
const blob = (name) => file(`tests/vectors/list/blobs/${name}`);
const files = Object.fromEntries(Object.entries(GOOD.files).map(([name, data]) => [name, blob(data)]));
const given = { trust: blob(GOOD.trust), now: GOOD.now };
const rows = Uint8Array.from({ length: 32 * 40 }, (_, i) => (i * 2654435761) >>> 24);
const image = { data: new Uint8Array(64 * 64).map((_, i) => i * i), width: 64, height: 64, format: "gray" };
const wrong = (text) => (e) => e instanceof pdqlite.ArgumentError && e.message.startsWith(text);
const gone = () => {
  const data = new Uint8Array(64);
  structuredClone(data.buffer, { transfer: [data.buffer] });
  return data;
};

let pdq;
before(async () => { pdq = await pdqlite.load(); });

async function entriesWith(key, provider) {
  const list = await pdq.verifyFiles(files, given, provider);
  try {
    return await list.read(key, files["list.cob"], files["local.cob"]);
  } finally {
    list.close();
  }
}

test("a key that is a Buffer is the caller's: it is not wiped", async () => {
  const key = Buffer.from(unhex(GOOD.key));
  const first = await entriesWith(key);
  assert.equal(key.toString("hex"), GOOD.key);
  assert.deepEqual((await entriesWith(key)).hashes, first.hashes);
});

test("a provider may answer with Buffers", async () => {
  const provider = {
    ...pdqlite.webCrypto,
    hkdfSha512Expand: async (...asked) => Buffer.from(await pdqlite.webCrypto.hkdfSha512Expand(...asked)),
    aes256Gcm: async (key) => {
      const open = await pdqlite.webCrypto.aes256Gcm(key);
      return async (nonce, sealed) => Buffer.from(await open(nonce, sealed));
    },
  };
  const large = json("tests/vectors/list/cases.json").find((c) => c.name === "good video list with keypoint signatures");
  const whole = Object.fromEntries(Object.entries(large.files).map(([name, data]) => [name, blob(data)]));
  const read = async (with_) => {
    const list = await pdq.verifyFiles(whole, { trust: blob(large.trust), now: large.now }, with_);
    return list.read(unhex(large.key), whole["list.cob"]);
  };
  assert.ok(whole["list.cob"].length > 2 * 16400); // three pages: each has a nonce of its own
  assert.deepEqual((await read(provider)).hashes, (await read(pdqlite.webCrypto)).hashes);
});

test("hashes that were a Buffer are copied", () => {
  const mine = Buffer.from(rows);
  const entries = pdqlite.Entries.fromHashes(mine);
  mine.fill(0);
  assert.deepEqual(entries.hashes, rows);
});

test("an ArrayBuffer is bytes everywhere", async () => {
  const [a, b] = [rows.slice(0, 32), rows.slice(32, 64)];
  assert.equal(pdq.distance(a.buffer, b.buffer), pdq.distance(a, b));
  assert.equal(pdq.compareToken([new ArrayBuffer(48)], new Uint8Array(48)), "same");
});

test("what was transferred to a worker is refused, not taken for nothing", () => {
  const sent = new Int16Array(64);
  structuredClone(sent.buffer, { transfer: [sent.buffer] });
  for (const call of [
    () => pdq.index(gone()), () => pdq.openIndex(gone()), () => pdq.index(rows).search(gone(), 31), () => pdqlite.Entries.fromHashes(gone()),
    () => pdq.needs({ ...given, manifest: gone() }), () => pdq.hash({ ...image, data: gone() }), () => pdq.distance(gone(), gone()),
    () => pdq.soundHasher().push(sent), () => pdq.hashSound(sent, { rate: 8000 }),
  ]) assert.throws(call, /was transferred/);
  const entries = pdqlite.Entries.fromHashes(rows);
  structuredClone(entries.hashes.buffer, { transfer: [entries.hashes.buffer] });
  assert.throws(() => pdq.matcher(entries), wrong("hashes was transferred"));
  for (const name of ["meta", "records", "lengths"]) {
    const given = pdqlite.Entries.withMeta(rows, new Uint8Array(6 * 40), 6).withKeypoints(Array(40).fill(Uint8Array.of(1, 0, 0)));
    pdq.matcher(given).close();
    structuredClone(given[name].buffer, { transfer: [given[name].buffer] });
    assert.throws(() => pdq.matcher(given), wrong(`${name} was transferred`));
  }
});

test("entries of a list of files that were transferred are refused too", async () => {
  const listed = json("tests/vectors/list/cases.json").find((c) => c.name === "good list of files");
  const all = Object.fromEntries(Object.entries(listed.files).map(([name, data]) => [name, blob(data)]));
  for (const name of ["hashes", "meta"]) {
    const list = await pdq.verifyFiles(all, { trust: blob(listed.trust), now: listed.now });
    const entries = await list.read(unhex(listed.key), all["list.cob"]);
    list.close();
    pdq.exact(entries).close();
    structuredClone(entries[name].buffer, { transfer: [entries[name].buffer] });
    assert.throws(() => pdq.exact(entries), wrong(`${name} was transferred`));
  }
});

test("a module that is none, or another's", async () => {
  const head = [0, 97, 115, 109, 1, 0, 0, 0];
  await assert.rejects(pdqlite.start({ wasm: "***" }), wrong("wasm has to be a WebAssembly.Module"));
  for (const wasm of ["", "abc=", new Uint8Array(0), Uint8Array.from(head.slice(0, 4)), new ArrayBuffer(9)]) await assert.rejects(pdqlite.start({ wasm }), pdqlite.ArgumentError);
  await assert.rejects(pdqlite.start({ wasm: Uint8Array.from(head) }), wrong("wasm is not pdqlite's module"));
  await assert.rejects(pdqlite.load({ wasm: new WebAssembly.Module(Uint8Array.from(head)) }), wrong("wasm is not pdqlite's module"));
});

test("half a provider, and policies that are none", async () => {
  const { verifyEd25519, ...rest } = pdqlite.webCrypto;
  await assert.rejects(pdq.verifyFiles(files, given, rest), wrong("a provider has a function verifyEd25519"));
  await assert.rejects(pdq.verifyFiles(files, given, null), wrong("a provider has a function"));
  const card = bytes(json("tests/vectors/report/cases.json").card.file);
  await assert.rejects(pdqlite.readCard(card, { verifyEd25519: true }), wrong("a provider has a function verifyEd25519"));
  for (const policies of ["abc", [null], {}]) assert.throws(() => pdq.needs({ ...given, manifest: files.manifest, policies }), wrong("policies is an array"));
  assert.throws(() => pdq.hash({ ...image, format: ["gray"] }), wrong("format has to be one of"));
  assert.throws(() => pdq.statusName(3n), wrong("status has to be a whole number"));
});

test("a report of parts that are none", async () => {
  for (const parts of [undefined, [], { to: [null], seen: [] }, { to: 1 }, { To: [] }]) await assert.rejects(pdqlite.makeReport(parts), pdqlite.ArgumentError);
  await assert.rejects(pdqlite.readTrusted(undefined, []), pdqlite.ArgumentError);
  await assert.rejects(pdqlite.readTrusted(new Uint8Array(0), "x"), pdqlite.ArgumentError);
  await assert.rejects(pdqlite.openReport("x", new Uint8Array(32)), pdqlite.ArgumentError);
  const { card, receipt, keys, cases } = json("tests/vectors/report/cases.json");
  const [key, good] = [bytes(keys["a.example"]), cases.find((c) => c.verdict === "ok")];
  await assert.rejects(pdqlite.openReport(gone(), key), wrong("file was transferred"));
  await assert.rejects(pdqlite.openReport(bytes(good.file), gone()), wrong("key was transferred"));
  await assert.rejects(pdqlite.readReceipt(gone(), receipt.keep), wrong("file was transferred"));
  await assert.rejects(pdqlite.readCard(gone()), wrong("data was transferred"));
  const parts = { to: [await pdqlite.readCard(bytes(card.file))], width: 320, height: 240, category: "abuse", now: 1_795_996_800 };
  const bits = new Uint8Array(32).fill(15);
  await assert.rejects(pdqlite.makeReport({ ...parts, seen: [{ bits: gone(), quality: 90 }] }), wrong("bits was transferred"));
  await assert.rejects(pdqlite.makeReport({ ...parts, seen: [{ bits, quality: 90, signature: gone() }] }), wrong("signature was transferred"));
  assert.equal((await pdqlite.readReceipt(bytes(receipt.file).buffer, receipt.keep)).status, "declined");
  assert.equal(await pdqlite.openReport(bytes(good.file).buffer, bytes(good.key).buffer), good.content);
});
