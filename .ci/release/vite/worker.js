import { Entries, start } from "pdqlite/bare";
import wasm from "pdqlite/inline/simd";

onmessage = async ({ data: { known, asked } }) => {
  const pdq = await start({ wasm });
  const rows = new Uint8Array(32 * known.length);
  known.forEach((image, i) => rows.set(pdq.hash(image).bits, 32 * i));
  const matcher = pdq.matcher(Entries.fromHashes(rows));
  postMessage(asked.map((image) => matcher.match(image)).map(({ verdict, entry }) => `${verdict} ${entry}`).join(", "));
};
