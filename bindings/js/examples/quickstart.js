// Does a picture show one of those in a file of hashes?
//
//     node quickstart.js HASHES PICTURE.ppm
import { readFile } from "node:fs/promises";
import { Entries, load } from "pdqlite";

const GAP = "(?:\\s|#[^\\n]*\\n)+"; // spaces, line ends, comments
const HEAD = new RegExp(`^P6${GAP}(\\d+)${GAP}(\\d+)${GAP}255\\s`);

/** A PPM picture (P6, 8 bits): width, height, pixels. */
function ppm(file) {
  const head = HEAD.exec(file.subarray(0, 4096).toString("latin1"));
  if (!head) throw new Error("not a PPM picture of 8 bits");
  return { data: file.subarray(head[0].length), width: Number(head[1]), height: Number(head[2]), format: "rgb" };
}

async function run([hashes, picture]) {
  if (!picture) throw new Error("usage: quickstart HASHES PICTURE.ppm");
  const pdq = await load();
  const matcher = pdq.matcher(Entries.fromHashes(await readFile(hashes)));
  const decision = matcher.match(ppm(await readFile(picture)));
  const [rate, overList] = [decision.rate, decision.listRate].map((n) => n.toExponential(1));
  if (decision.verdict === "match") console.log(`matched: entry ${decision.entry}, false-match rate ${rate}, ${overList} over the list`);
  else console.log("no match");
  return decision.verdict === "match";
}

run(process.argv.slice(2)).then(
  (found) => { process.exitCode = found ? 0 : 1; },
  (error) => { console.error(error.message); process.exitCode = 2; },
);
