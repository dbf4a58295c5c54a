// Matching beside the main thread, in Node. In a browser the same with `new Worker(url, { type: "module" })` and
// postMessage: demo/worker.js.
//
//     node worker.js HASHES < PICTURES      each 320 x 240 pixels RGBA
import { readFile } from "node:fs/promises";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { Entries, load } from "pdqlite";

const [WIDTH, HEIGHT] = [320, 240];

if (isMainThread) {
  const { module } = await load(); // compiled once; workers get it and start their own instance
  const worker = new Worker(new URL(import.meta.url), { workerData: { module, hashes: await readFile(process.argv[2]) } });
  const answer = () => new Promise((resolve, reject) => { worker.once("message", resolve); worker.once("error", reject); });
  const rest = [];
  for await (const chunk of process.stdin) rest.push(chunk);
  const pixels = Buffer.concat(rest);
  for (let at = 0; at + 4 * WIDTH * HEIGHT <= pixels.length; at += 4 * WIDTH * HEIGHT) {
    const data = Uint8Array.from(pixels.subarray(at, at + 4 * WIDTH * HEIGHT));
    worker.postMessage({ data, width: WIDTH, height: HEIGHT }, [data.buffer]); // moved, not copied
    const { verdict, entry, error } = await answer();
    console.log(error ?? (verdict === "match" ? `matched: entry ${entry}` : verdict));
  }
  await worker.terminate();
} else {
  const pdq = await load({ wasm: workerData.module });
  const matcher = pdq.matcher(Entries.fromHashes(workerData.hashes));
  parentPort.on("message", (image) => {
    try {
      const { verdict, entry } = matcher.match(image);
      parentPort.postMessage({ verdict, entry });
    } catch (error) {
      parentPort.postMessage({ error: error.message });
    }
  });
}
