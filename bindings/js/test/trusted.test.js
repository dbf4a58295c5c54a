// tests/vectors/report/trusted.json: the verdict on each statement is the one of the reader in Python.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as pdqlite from "pdqlite";
import { bytes, json } from "./common.js";

const VECTORS = json("tests/vectors/report/trusted.json");
let cards;
before(async () => {
  cards = await Promise.all(VECTORS.cards.map((card) => pdqlite.readCard(bytes(card))));
});

for (const c of VECTORS.cases)
  test(c.name, async () => {
    const read = pdqlite.readTrusted(bytes(c.file), cards);
    if (c.verdict !== "ok") return assert.rejects(read, (e) => e instanceof pdqlite.ReportError && e.code === c.verdict);
    const { name, reporter, until } = await read;
    assert.ok(["a.example", "b.example"].includes(name));
    assert.deepEqual([reporter, until], [VECTORS.reporter, VECTORS.until]);
  });
