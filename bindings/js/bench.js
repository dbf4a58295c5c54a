// What a call costs: answers are checked first, then timed. `node bench.js` after `npm run build`.
import assert from "node:assert/strict";
import { Entries, load } from "pdqlite";

const RUNS = 7;
const cpu = () => process.cpuUsage().user / 1e3;

/** Milliseconds of CPU for one call: best and median of RUNS. */
function timed(times, call) {
  const found = Array.from({ length: RUNS }, () => {
    const start = cpu();
    for (let i = 0; i < times; i++) call();
    return (cpu() - start) / times;
  }).sort((a, b) => a - b);
  return { best: found[0], median: found[RUNS >> 1] };
}

const picture = (w, h) => ({ width: w, height: h, data: Uint8Array.from({ length: w * h * 4 }, (_, i) => {
  const [x, y] = [(i >> 2) % w, Math.floor(i / 4 / w)];
  return 128 + 60 * Math.sin((x * x) / 2700 + y / 21) + 60 * Math.cos((y * x) / 8100 - x / 80);
}) });
const [simd, base] = [await load(), await load({ simd: false })];
const image = picture(1024, 768);
const rows = Uint8Array.from({ length: 32 * 10000 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255);
rows.set(simd.hash(image).bits, 32 * 77);

const out = {};
for (const [name, pdq] of [["simd128", simd], ["without", base]]) {
  const [hasher, matcher, index] = [pdq.hasher(1024, 768), pdq.matcher(Entries.fromHashes(rows)), pdq.index(rows, "scan")];
  const [one, query] = [rows.subarray(0, 32), rows.subarray(32 * 77, 32 * 78)];
  assert.deepEqual(hasher.hash(image), simd.hash(image));
  assert.equal(matcher.match(image).entry, 77);
  assert.deepEqual(index.search(query, 31).map((h) => h.row), [77]);
  const raw = pdq.core.x.pdql_version;
  out[name] = {
    "exported function, nothing passed": timed(1e6, () => raw()),
    "distance of two hashes": timed(2e4, () => pdq.distance(one, query)),
    "hash, 1024 x 768 RGBA": timed(20, () => hasher.hash(image)),
    "match, the same, 10 000 entries": timed(2, () => matcher.match(image)),
    "scan of 10 000 rows": timed(50, () => index.search(query, 31)),
  };
}
for (const what of Object.keys(out.simd128)) {
  const [a, b] = [out.simd128[what], out.without[what]];
  const text = (t) => (t < 0.01 ? `${(1e6 * t).toFixed(0)} ns` : t < 1 ? `${(1e3 * t).toFixed(0)} us` : `${t.toFixed(1)} ms`);
  console.log(`${what}: simd128 ${text(a.best)} (median ${text(a.median)}), without ${text(b.best)} (${text(b.median)}), ratio ${(b.best / a.best).toFixed(2)}`);
}
