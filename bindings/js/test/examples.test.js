// The examples run, on pictures of the core vectors.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "pdqlite";

test("worker.js: a known picture, a stranger, in another thread", async () => {
  const pdq = await load();
  const waves = (a, b) => Uint8Array.from({ length: 320 * 240 * 4 }, (_, i) => {
    const [x, y] = [(i >> 2) % 320, Math.floor(i / 1280)];
    return 128 + 60 * Math.sin((x * x) / (300 * a) + y / b) + 60 * Math.cos((y * x) / (900 * b) - x / (a * 9));
  });
  const [known, stranger] = [waves(9, 21), waves(31, 7)];
  const hash = pdq.hash({ data: known, width: 320, height: 240 });
  assert.ok(hash.quality >= 50 && pdq.hash({ data: stranger, width: 320, height: 240 }).quality >= 50);
  const folder = mkdtempSync(join(tmpdir(), "pdqlite-"));
  try {
    writeFileSync(join(folder, "hashes"), hash.bits);
    const script = fileURLToPath(new URL("../examples/worker.js", import.meta.url));
    const done = spawnSync(process.execPath, [script, join(folder, "hashes")], { input: Buffer.concat([known, stranger]), encoding: "utf8" });
    assert.equal(done.stdout, "matched: entry 0\nno match\n", done.stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
