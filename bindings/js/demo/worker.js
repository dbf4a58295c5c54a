// The core in a worker: the page never waits for it. One message in, one message out, in order.
import { Entries, PdqliteError, load } from "./pdqlite/index.js";

const pdq = await load();
let matcher, index, watch, rows = 0;

function distances(image) {
  const hash = pdq.hash(image);
  const found = index.search(hash.bits, 256);
  return found.map((hit) => hit.distance);
}

const actions = {
  /** Verifies, decrypts and opens a list; what was open before is closed only then. */
  async open({ files, trust, key, list, local, now }) {
    const verified = await pdq.verifyFiles(files, { trust, now });
    try {
      const entries = await verified.read(key, list, local);
      const made = pdq.matcher(entries, { maxDistance: verified.info.maxDistance });
      for (const old of [watch, matcher, index]) old?.close();
      [matcher, index, watch, rows] = [made, pdq.index(entries.hashes), undefined, entries.length];
      return { info: verified.info, entries: rows, kernels: pdq.kernels };
    } finally {
      verified.close();
    }
  },
  hashes({ hashes }) {
    const entries = Entries.fromHashes(hashes);
    const made = pdq.matcher(entries);
    for (const old of [watch, matcher, index]) old?.close();
    [matcher, index, watch, rows] = [made, pdq.index(hashes), undefined, entries.length];
    return { info: null, entries: rows, kernels: pdq.kernels };
  },
  picture({ image }) {
    const start = performance.now();
    const found = matcher.explain(image);
    return { ...found, took: performance.now() - start, distances: distances(image) };
  },
  watch() {
    watch?.close();
    watch = matcher.watch();
  },
  frame({ image, time }) {
    watch.push(image, time);
    return { nearest: Math.min(256, ...distances(image)) };
  },
  end: () => watch.explain(),
};

let turn = Promise.resolve();
self.onmessage = ({ data: { id, action, ...given } }) => {
  turn = turn.then(async () => {
    try {
      self.postMessage({ id, done: await actions[action](given) });
    } catch (error) {
      self.postMessage({ id, failed: error instanceof PdqliteError ? error.message : String(error) });
    }
  });
};
self.postMessage({ id: 0 });
