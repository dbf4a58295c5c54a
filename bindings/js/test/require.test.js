// Applications written in CommonJS, as main processes and preload scripts of Electron often are: by require (Node 20.19, 22.12 and
// newer) and by import(), in the main thread and in a worker.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const WORK = `
  const data = Uint8Array.from({ length: 128 * 96 * 4 }, (_, i) => ((i * i) / 7) % 251);
  const run = async ({ load, Entries }) => {
    const pdq = await load();
    const image = { data, width: 128, height: 96 };
    return pdq.matcher(Entries.fromHashes(pdq.hash(image).bits)).match(image).verdict;
  };`;
const WAYS = {
  "import() in CommonJS": `${WORK} import("pdqlite").then(run).then(console.log);`,
  "require": `${WORK} run(require("pdqlite")).then(console.log);`,
  "import() in a CommonJS worker": `
    const { Worker, isMainThread, parentPort } = require("node:worker_threads");
    if (isMainThread) new Worker(__filename).once("message", console.log);
    else { ${WORK} import("pdqlite").then(run).then((verdict) => parentPort.postMessage(verdict)); }`,
};

for (const [name, script] of Object.entries(WAYS)) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const old = name === "require" && (major < 20 || (major === 20 && minor < 19) || (major === 22 && minor < 12));
  test(name, { skip: old && "this Node cannot require modules" }, () => {
    const folder = mkdtempSync(join(tmpdir(), "pdqlite-"));
    try {
      mkdirSync(join(folder, "node_modules"));
      symlinkSync(fileURLToPath(new URL("..", import.meta.url)), join(folder, "node_modules", "pdqlite"), "dir");
      writeFileSync(join(folder, "app.cjs"), script);
      const done = spawnSync(process.execPath, [join(folder, "app.cjs")], { encoding: "utf8" });
      assert.equal(done.stdout, "match\n", done.stderr);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
