// tests/vectors/report: what Python sealed is opened here, what must be refused is refused by the same name; what is made here opens again.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as pdqlite from "pdqlite";
import { bytes, json } from "./common.js";

const VECTORS = json("tests/vectors/report/cases.json");
const NOW = 1_795_996_800;

describe("vectors", () => {
  for (const c of VECTORS.cases)
    test(c.name, async () => {
      const opened = pdqlite.openReport(bytes(c.file), bytes(c.key));
      if (c.verdict === "ok") assert.equal(await opened, c.content);
      else await assert.rejects(opened, (e) => e instanceof pdqlite.ReportError && e.code === c.verdict);
    });
});

describe("a report made here", () => {
  let card, made;
  const seen = [0x0f, 0x33].map((byte, i) => ({ bits: new Uint8Array(32).fill(byte), quality: 90, time: 1000 * i }));
  before(async () => {
    card = await pdqlite.readCard(bytes(VECTORS.card.file));
    made = await pdqlite.makeReport({ to: [card], seen, width: 320, height: 240, seconds: 2, category: "abuse", statement: "schnell, bitte", now: NOW });
  });

  test("opens to its own text, in one of five sizes", async () => {
    assert.deepEqual(card.id, bytes(VECTORS.card.id));
    assert.equal(made.file.length, 16 + 96 + 56 + 4096 + 16);
    assert.equal(await pdqlite.openReport(made.file, bytes(VECTORS.keys["a.example"])), made.text);
    assert.match(made.text, /^week 2026-W49$/m);
    await assert.rejects(pdqlite.openReport(made.file, bytes(VECTORS.keys["b.example"])), { code: "not-for-us" });
  });

  test("weeks are ISO 8601's", async () => {
    for (const [day, week] of [["2027-01-01", "2026-W53"], ["2027-01-04", "2027-W01"], ["2026-01-01", "2026-W01"], ["2024-12-30", "2025-W01"]]) {
      const { text } = await pdqlite.makeReport({ to: [card], seen: [{ bits: seen[0].bits, quality: 50 }], width: 5, height: 5, category: "x", now: Date.parse(day) / 1000 });
      assert.match(text, new RegExp(`^week ${week}$`, "m"));
    }
  });

  test("what does not fit is refused before anything is sealed", async () => {
    const good = { to: [card], seen: [{ bits: seen[0].bits, quality: 90 }], width: 320, height: 240, category: "abuse", now: NOW };
    for (const wrong of [{ category: "Abuse" }, { width: 4 }, { seen }, { seen: [{ bits: seen[0].bits, quality: 49 }] }, { country: "DEU" }, { statement: "\x1b" }, { statement: "x".repeat(1001) }])
      await assert.rejects(pdqlite.makeReport({ ...good, ...wrong }), { code: "format" });
    await assert.rejects(pdqlite.makeReport({ ...good, now: card.until }), /out of date/);
    await assert.rejects(pdqlite.makeReport({ ...good, to: [{ ...card, key: new Uint8Array(32) }] }));
  });
});

test("a receipt is read with its keep file alone, and says who signed it", async () => {
  const { file, keep } = VECTORS.receipt;
  const receipt = await pdqlite.readReceipt(bytes(file), keep);
  assert.deepEqual([receipt.name, receipt.status, receipt.reason, receipt.evidence.length, receipt.proof], ["a.example", "declined", "not-enough", 0, undefined]);
  const broken = bytes(file);
  broken[100] ^= 1;
  await assert.rejects(pdqlite.readReceipt(broken, keep), { code: "seal" });
  const stranger = keep.replace(/^to a\.example.*\n/m, "");
  await assert.rejects(pdqlite.readReceipt(bytes(file), stranger), { code: "signature" });
});

test("the proof of a receipt that says `listed` is handed on, and said to be unchecked", async () => {
  const { file, evidence } = VECTORS.listed;
  const receipt = await pdqlite.readReceipt(bytes(file), VECTORS.receipt.keep);
  assert.deepEqual(receipt, { name: "a.example", status: "listed", time: NOW + 10, evidence: bytes(evidence), release: { origin: "lists.example/harm", seq: 1 }, proof: "unchecked" });
});

test("a withdrawal is the one that Python writes", async () => {
  assert.equal(await pdqlite.makeWithdrawal(VECTORS.receipt.keep), VECTORS.withdrawal);
});

test("a keep file that was cut is none, for a withdrawal as for a receipt", async () => {
  const { file, keep } = VECTORS.receipt;
  const after = (word) => keep.indexOf("\n", keep.indexOf(`\n${word} `) + 1) + 1;
  for (const end of [0, after("id"), after("secret"), after("to"), keep.indexOf("\nmark ") + 1, keep.length - 1]) {
    const cut = keep.slice(0, end);
    await assert.rejects(pdqlite.makeWithdrawal(cut), { name: "ReportError", code: "format", message: /not a keep file/ });
    await assert.rejects(pdqlite.readReceipt(bytes(file), cut), { name: "ReportError", code: "format", message: /not a keep file/ });
  }
});
