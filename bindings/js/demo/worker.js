// The core in a worker: the page never waits for it. One message in, one message out, in order. It starts from the page's own
// text and loads nothing.
import { Entries, PdqliteError, load } from "../dist/index.js";
import { edited } from "./edits.js";
import { scene } from "./scenes.js";

const ALIKE = 12; // bits: a frame this close to the last one kept is found by that one
const LEAST = 50; // quality
const shelves = new Map(); // name -> what was made of an opened list
let pdq;
let own; // the visitor's picture or frames
const refusals = [];

function put(shelf, entries, policy) {
  const made = { matcher: pdq.matcher(entries, policy), index: pdq.index(entries.hashes), watch: null, entries: entries.length };
  const old = shelves.get(shelf);
  for (const each of old ? [old.watch, old.matcher, old.index] : []) each?.close();
  shelves.set(shelf, made);
  return made;
}

const canvas = (width, height) => new OffscreenCanvas(width, height);
const pixels = (drawn) => drawn.getContext("2d").getImageData(0, 0, drawn.width, drawn.height);
const distances = (shelf, image) => shelves.get(shelf).index.search(pdq.hash(image).bits, 256).map((hit) => hit.distance);
const ones = (bits) => bits.reduce((n, byte) => n + byte.toString(2).replaceAll("0", "").length, 0);

/** What a list may hold of one picture; null if it is too plain. */
function seen(image, time) {
  const { bits, quality } = pdq.hash(image);
  if (quality < LEAST || ones(bits) < 104 || ones(bits) > 152) return null;
  return { bits, quality, signature: pdq.keypointSignature(image), time };
}

function columns(rows, video) {
  const size = video ? 14 : 6;
  const [hashes, meta] = [new Uint8Array(32 * rows.length), new Uint8Array(size * rows.length)];
  const view = new DataView(meta.buffer);
  rows.forEach((row, i) => {
    hashes.set(row.bits, 32 * i);
    view.setUint16(size * i, 1);
    view.setUint16(size * i + 2, 1);
    meta[size * i + 4] = video ? 2 : 0;
    meta[size * i + 5] = row.quality;
    if (video) view.setUint32(size * i + 10, row.time);
  });
  return Entries.withMeta(hashes, meta, size).withKeypoints(rows.map((row) => row.signature));
}

/** Decides about the visitor's picture, or clip, after an edit. */
function decided(edit) {
  const { matcher } = shelves.get("own");
  if (!own.video) return matcher.explain(pixels(edited(own.frames[0].bitmap, edit, canvas)));
  const watch = matcher.watch();
  try {
    for (const { bitmap, time } of own.frames) watch.push(pixels(edited(bitmap, edit, canvas)), time);
    return watch.explain();
  } finally {
    watch.close();
  }
}

const actions = {
  async start({ wasm }) {
    pdq = await load({ wasm });
    return { kernels: pdq.kernels, version: pdq.version };
  },
  draw: ({ seeds }) => seeds.map(scene),
  /** Checks what needs no key. */
  async verify({ files, trust, now }) {
    const verified = await pdq.verifyFiles(files, { trust, now });
    verified.close();
    return { info: verified.info };
  },
  /** Verifies, decrypts and opens a list; what was open before is closed only then. */
  async open({ shelf, files, trust, key, list, local, now }) {
    const verified = await pdq.verifyFiles(files, { trust, now });
    try {
      const { entries } = put(shelf, await verified.read(key, list, local), { maxDistance: verified.info.maxDistance });
      return { info: verified.info, entries, kernels: pdq.kernels };
    } finally {
      verified.close();
    }
  },
  hashes: ({ shelf, hashes }) => ({ info: null, entries: put(shelf, Entries.fromHashes(hashes)).entries, kernels: pdq.kernels }),
  picture({ shelf, image }) {
    const start = performance.now();
    const found = shelves.get(shelf).matcher.explain(image);
    return { ...found, took: performance.now() - start, distances: distances(shelf, image) };
  },
  watch({ shelf }) {
    const open = shelves.get(shelf);
    open.watch?.close();
    open.watch = open.matcher.watch();
  },
  frame({ shelf, image, time }) {
    shelves.get(shelf).watch.push(image, time);
    return { nearest: Math.min(256, ...distances(shelf, image)) };
  },
  end: ({ shelf }) => shelves.get(shelf).watch.explain(),
  /** Makes a list of one picture, beside the drawn ones, or of the frames of one clip. */
  keep({ frames, video }) {
    const rows = [];
    for (const { bitmap, time } of frames) {
      const drawn = canvas(bitmap.width, bitmap.height);
      drawn.getContext("2d").drawImage(bitmap, 0, 0);
      const row = seen(pixels(drawn), time);
      if (row && !(video && rows.length && pdq.distance(row.bits, rows.at(-1).bits) <= ALIKE)) rows.push(row);
    }
    if (!rows.length) throw new Error("too plain: it has too little detail to be found again. Take another one.");
    for (const { bitmap } of own?.frames ?? []) bitmap.close();
    own = { frames, video };
    const { signature, quality } = rows[0];
    put("own", columns(rows, video));
    return { kept: rows.length, quality, keypoints: signature[1] ?? 0 };
  },
  edit({ edit }) {
    const start = performance.now();
    return { decision: decided(edit).decision, took: performance.now() - start };
  },
  /** Tries to send; says which of the ways the browser refused. */
  async attempt({ url }) {
    refusals.length = 0;
    const gone = await fetch(`${url}?worker`, { method: "POST", body: "x" }).then(() => true, () => false);
    await new Promise((resolve) => setTimeout(resolve));
    return { gone, refused: refusals.includes("connect-src") };
  },
  requests: () => performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => !/^(blob|data):/.test(name)),
};

self.addEventListener("securitypolicyviolation", (event) => refusals.push(event.effectiveDirective));
let turn = Promise.resolve();
self.onmessage = ({ data: { id, action, ...given } }) => {
  turn = turn.then(async () => {
    try {
      self.postMessage({ id, done: await actions[action](given) });
    } catch (error) {
      self.postMessage({ id, failed: error instanceof PdqliteError ? error.message : String(error.message ?? error) });
    }
  });
};
