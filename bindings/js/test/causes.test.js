// Why an answer or its proof is not taken: each cause has words of its own, in both languages, and what is not the answer's fault is not laid to it.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as pdqlite from "pdqlite";
import { causeOfAnswer, causeOfKeep, causeOfProof, listOf, runs } from "../demo/causes.js";
import words from "../demo/words.js";
import { bytes, json } from "./common.js";

const VECTORS = json("tests/vectors/report/evidence.json");
const CASES = json("tests/vectors/report/cases.json");
const { keep, cases } = VECTORS.receipts;
const of = (name) => cases.find((c) => c.name === name);
let pdq;
before(async () => {
  pdq = await pdqlite.load();
});

const refused = (promise) => promise.then(() => assert.fail("it was taken"), (error) => error);

test("an answer is malformed, of another report, signed by nobody that was asked, or not to be judged here", async () => {
  const [file, kept] = [bytes(CASES.receipt.file), CASES.receipt.keep];
  const cause = async (data, given, ...rest) => causeOfAnswer(await refused(pdqlite.readReceipt(data, given, ...rest)));
  const changed = file.map((byte, i) => (i === 900 ? byte ^ 1 : byte));
  assert.equal(await cause(new Uint8Array(0), kept), "page-no-answer");
  assert.equal(await cause(file.subarray(0, file.length - 1), kept), "page-no-answer");
  assert.equal(await cause(bytes(CASES.card.file), kept), "page-no-answer");
  assert.equal(await cause(file, keep), "page-bad-answer");
  assert.equal(await cause(changed, kept), "page-bad-answer");
  assert.equal(await cause(file, kept.replace(/^to a\.example.*\n/m, "")), "page-false-answer");
  const without = new Proxy(crypto.subtle, { get: () => async () => { throw new DOMException("Unrecognized name", "NotSupportedError"); } });
  Object.defineProperty(crypto, "subtle", { value: without, configurable: true });
  try {
    assert.equal(await cause(file, kept), "page-cannot"); // a browser without X25519
    assert.equal(causeOfKeep(await refused(pdqlite.makeWithdrawal(kept))), "page-cannot"); // or without Ed25519: a genuine keep file is not said to be none
    assert.equal(causeOfKeep(await refused(pdqlite.makeWithdrawal("sun"))), "page-no-keep");
  } finally {
    delete crypto.subtle;
  }
  assert.equal(causeOfAnswer(new TypeError("anything else")), "page-cannot");
});

// By the verdict that the reader in Python gave, too.
const CAUSES = {
  "another origin": "page-proof-old", // by its policies; the page compares the names first
  "a category that is not pinned": "page-proof-old",
  "older than the oldest release": "page-proof-old",
  "without manifest.tlog-proof": "page-proof-log",
  "no witness saw it": "page-proof-log",
  "a log is asked for": "page-proof-log",
  "of other organisations": "page-proof-signers",
  "a signature changed": "page-proof-signers",
  "cut": "page-proof-damaged",
  "empty": "page-proof-damaged",
  "another leaf": "page-bad-proof",
  "another hash": "page-bad-proof",
};

test("a proof is damaged, of other organisations, too old, in no log, or of something else", async () => {
  for (const [name, cause] of Object.entries(CAUSES)) {
    const c = VECTORS.cases.find((one) => one.name === name);
    assert.equal(causeOfProof(await refused(pdq.verifyEvidence(bytes(c.evidence), bytes(c.trust)))), cause, name);
  }
  const other = of("logged, of another release");
  assert.equal(causeOfProof(await refused(pdq.checkReceipt(bytes(other.file), keep, { trust: bytes(other.trust) }))), "page-bad-proof");
  for (const error of [new pdqlite.UnsupportedError("no X25519"), new pdqlite.MemoryError(9), new TypeError("anything else")]) assert.equal(causeOfProof(error), "page-proof-cannot");
});

test("of two types of a list with one name, the words speak of no other name", async () => {
  const { evidence, trust } = VECTORS.cases[0];
  const video = new TextEncoder().encode(new TextDecoder().decode(bytes(trust)).replace("type image", "type video"));
  assert.equal(listOf(video), listOf(bytes(trust)));
  const cause = causeOfProof(await refused(pdq.verifyEvidence(bytes(evidence), video)));
  assert.equal(cause, "page-proof-apart");
  for (const one of Object.values(words)) assert.doesNotMatch(one[cause], /\{o/); // {origin}, {other}
});

test("every verdict on a list has a cause", () => {
  const verdicts = Object.values(pdqlite).filter((one) => one.prototype instanceof pdqlite.ListError);
  assert.equal(verdicts.length, 18);
  const codes = ["format", "unendorsed", "origin", "pins", "policy-chain", "unlogged", "unwitnessed", "rollback", "freeze", "split-view", "expired",
    "ct-mismatch", "key-commit", "content-mismatch", "rule", "stale", "unproven", "unaudited"];
  const silent = codes.filter((code) => causeOfProof(new pdqlite.ListError(code, 1, "")) === "page-proof-cannot");
  assert.deepEqual(silent, ["key-commit", "unaudited"]); // evidence is read without the key, and no auditor is asked of the past
});

test("each cause is said in both languages, in other words than the others", () => {
  const keys = ["page-no-answer", "page-bad-answer", "page-false-answer", "page-cannot", "page-no-keep", "page-no-trust", "page-proof-list", "page-proof-apart", "page-proof-cannot", "page-proof-old",
    "page-proof-signers", "page-proof-log", "page-proof-damaged", "page-bad-proof"];
  const said = Object.values(words).flatMap((one) => keys.map((key) => one[key]));
  assert.ok(said.every((text) => text?.length > 30));
  assert.equal(new Set(said).size, 2 * keys.length);
});

test("a trust file says of which list it is", () => {
  assert.equal(listOf(bytes(of("logged").trust)), "lists.example.org/demo");
  for (const data of ["", "sun", "pdqlite.org/trust/v2\norigin a\n", "pdqlite.org/trust/v1\n"]) assert.equal(listOf(new TextEncoder().encode(data)), undefined);
});

test("of many runs the last one begun is the newest, whichever ends last", () => {
  const begin = runs();
  const [first, second] = [begin(), begin()];
  assert.deepEqual([first(), second()], [false, true]);
  const other = runs()();
  assert.deepEqual([other(), second()], [true, true]); // each input counts its own
});
