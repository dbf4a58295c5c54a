// The examples run, on pictures of the core vectors; and what threads share.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Entries, load } from "pdqlite";
import { CORE, bytes, picture } from "./common.js";

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

test("two threads at once, one compiled module: each answers as one alone does", async () => {
  const pdq = await load();
  const rows = bytes(CORE.decisions.rows);
  const pictures = CORE.decisions.pictures.map((each) => picture(each.picture));
  const matcher = pdq.matcher(Entries.fromHashes(rows));
  const alone = pictures.map((each) => matcher.match(each));
  assert.ok(alone.some(({ verdict }) => verdict === "match"));
  const work = `
    import { parentPort, workerData } from "node:worker_threads";
    import { Entries, load } from ${JSON.stringify(import.meta.resolve("pdqlite"))};
    const { module, rows, pictures, shared } = workerData;
    const pdq = await load({ wasm: module });
    const matcher = pdq.matcher(Entries.fromHashes(rows));
    Atomics.add(shared, 0, 1);
    Atomics.notify(shared, 0);
    while (Atomics.load(shared, 0) < 2) Atomics.wait(shared, 0, 1); // both begin together
    parentPort.postMessage(Array.from({ length: 3 }, () => pictures.map((each) => matcher.match(each))));`;
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const answers = await Promise.all([0, 1].map(() => new Promise((resolve, reject) => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(work)}`), { workerData: { module: pdq.module, rows, pictures, shared } });
    worker.once("message", resolve);
    worker.once("error", reject);
  })));
  for (const rounds of answers) for (const round of rounds) assert.deepEqual(round, alone);
  matcher.close();
});
