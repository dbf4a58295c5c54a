// What the sample list holds, as JSON: seed, hash, quality and keypoint signature of each drawn picture.
//
//     node demo/rows.js      after `npm run build`; sample.py reads it
import { load } from "../dist/index.js";
import { LISTED, scene } from "./scenes.js";

const pdq = await load();
const hex = (bytes) => Buffer.from(bytes).toString("hex");
console.log(JSON.stringify(LISTED.map((seed) => {
  const image = scene(seed);
  const { bits, quality } = pdq.hash(image);
  return { seed, hash: hex(bits), quality, signature: hex(pdq.keypointSignature(image)) };
})));
