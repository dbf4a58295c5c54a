// tests/vectors/report/evidence.json: the verdict on each piece of evidence is the one of the reader in Python; what a receipt's proof shows.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as pdqlite from "pdqlite";
import { bytes, json } from "./common.js";

const VECTORS = json("tests/vectors/report/evidence.json");
let pdq;
before(async () => {
  pdq = await pdqlite.load();
});

for (const c of VECTORS.cases)
  test(c.name, async () => {
    const checked = pdq.verifyEvidence(bytes(c.evidence), bytes(c.trust));
    if (c.verdict !== "ok") return assert.rejects(checked, (e) => e instanceof pdqlite.ListError && e.code === c.verdict);
    const found = await checked;
    assert.deepEqual(found.bits, c.bits === null ? undefined : bytes(c.bits));
    assert.deepEqual([found.categories, found.sources, found.seq, found.unlogged, found.negative], [c.categories, c.sources, c.seq, c.unlogged, false]);
  });

test("any changed byte of evidence is refused", async () => {
  const { evidence, trust } = VECTORS.cases.find((c) => c.name === "signed and in no log");
  const data = bytes(evidence);
  for (let at = 0; at < data.length; at += 7) {
    const changed = data.slice();
    changed[at] ^= 1;
    await assert.rejects(pdq.verifyEvidence(changed, bytes(trust)), pdqlite.ListError, `byte ${at}`);
  }
  await assert.rejects(pdq.verifyEvidence("text", bytes(trust)), pdqlite.ArgumentError);
});

test("a receipt's proof is checked, and says what it shows", async () => {
  const { keep, cases } = VECTORS.receipts;
  const of = (name) => cases.find((c) => c.name === name);
  for (const [name, proof] of [["logged", "same"], ["unlogged", "unlogged"]]) {
    const c = of(name);
    const [file, trust] = [bytes(c.file), bytes(c.trust)];
    const found = await pdq.checkReceipt(file, keep, { trust });
    assert.deepEqual([found.status, found.proof, found.distance], ["listed", proof, undefined]);
    assert.equal((await pdq.checkReceipt(file, keep)).proof, "unchecked");
    const other = of(`${name}, of something else`);
    const check = async (hashes) => pdq.checkReceipt(bytes(other.file), keep, { trust, ...(hashes ? { hashes } : {}) });
    assert.equal((await check()).proof, "other");
    const near = bytes(other.hash);
    near[0] ^= 0xff;
    near[31] ^= 0x01;
    const copy = await check([near, new Uint8Array(32)]);
    assert.deepEqual([copy.proof, copy.distance], [proof === "same" ? "near" : "near-unlogged", 9]);
    assert.equal((await check([near.map((byte) => byte ^ 0x55)])).proof, "far");
    await assert.rejects(check([new Uint8Array(31)]), pdqlite.ArgumentError);
    await assert.rejects(pdq.checkReceipt(bytes(of(`${name}, of another release`).file), keep, { trust }), { code: "format" });
  }
  const pinned = await pdq.checkReceipt(bytes(of("logged").file), keep, { trust: bytes(of("unlogged").trust) });
  assert.equal(pinned.proof, "unlogged"); // whoever pins keys looks into no log
  await assert.rejects(pdq.checkReceipt(bytes(of("unlogged").file), keep, { trust: bytes(of("logged").trust) }), pdqlite.ListError);
  await assert.rejects(pdq.checkReceipt(bytes(of("logged").file), keep, { truth: 1 }), pdqlite.ArgumentError);
});
