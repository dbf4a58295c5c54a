// bindings/calls/calls.c in JavaScript. The first batches warm the compiler up.
import { load } from "pdqlite";

const [SIDE, BATCHES, CALLS] = [64, 120, 200];
const hasher = (await load()).hasher(SIDE, SIDE);
const image = { data: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => Math.floor((i * i) / 7) % 251), width: SIDE, height: SIDE, format: "gray" };
let [best, hash] = [Infinity];
for (let batch = 0; batch < BATCHES; batch++) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < CALLS; i++) hash = hasher.hash(image);
  best = Math.min(best, Number(process.hrtime.bigint() - start) / CALLS);
}
console.log(Buffer.from(hash.bits).toString("hex"), Math.round(best));
