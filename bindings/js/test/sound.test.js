// tests/vectors/sound: hashes of drawn sounds, with and without vector instructions; streams; and misuse.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { ArgumentError, ClosedError, OrderError, load } from "pdqlite";
import { hex } from "./common.js";

const CASES = JSON.parse(readFileSync(new URL("../../../tests/vectors/sound/cases.json", import.meta.url), "utf8"));

/** The sound of a case (tests/vectors/sound/README.md): one array for each channel. */
function drawn({ rate, frames, seed, channels }) {
  const planes = Array.from({ length: channels }, () => new Int16Array(frames));
  const [phase, step, loud] = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]];
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  const block = Math.floor(rate / 8);
  for (let n = 0; n < frames; n++) {
    for (let v = 0; v < 4 && n % block === 0; v++) {
      next();
      step[v] = Math.floor(((200 + ((state >>> 16) % 3000)) * 65536) / rate);
      loud[v] = (state >>> 8) & 15;
    }
    let total = 0;
    for (let v = 0; v < 4; v++) {
      phase[v] = (phase[v] + step[v]) & 65535;
      total += loud[v] * (phase[v] < 32768 ? phase[v] - 16384 : 49151 - phase[v]);
    }
    next();
    const sample = (total >> 6) + ((state >>> 16) & 255) - 128;
    for (let c = 0; c < channels; c++) planes[c][n] = c % 2 ? -(sample >> 1) : sample;
  }
  return planes;
}

const floats = (plane) => Float32Array.from(plane, (v) => v / 32768);
const plain = (hashes) => hashes.map((h) => [h.start, hex(h.bits), h.quality]);

for (const simd of [true, false]) {
  describe(simd ? "sound, simd128" : "sound, without simd128", () => {
    let pdq;
    before(async () => { pdq = await load({ simd }); });

    test("vectors", () => {
      assert.ok(CASES.length > 20);
      for (const c of CASES) {
        const planes = drawn(c).map((plane) => (c.format === "f32" ? floats(plane) : plane));
        const { rate, channel, hypothesis, every } = c;
        assert.deepEqual(plain(pdq.hashSound(planes, { rate, channel, hypothesis, every })), c.hashes, `${rate} ${hypothesis}`);
      }
    });

    test("a stream in pieces, channels side by side", () => {
      const c = CASES.find((one) => one.channels === 6);
      const planes = drawn(c);
      const [resampler, hasher, found] = [pdq.resampler(), pdq.soundHasher({ every: c.every }), []];
      let samples = 0;
      const take = (made) => { samples += made.length; found.push(...hasher.push(made)); };
      for (let at = 0; at < c.frames; at += 10007) {
        const n = Math.min(10007, c.frames - at);
        take(resampler.push(Int16Array.from({ length: 6 * n }, (_, i) => planes[i % 6][at + Math.floor(i / 6)]), { rate: c.rate, channels: 6 }));
      }
      take(resampler.finish());
      found.push(...hasher.finish());
      assert.deepEqual([plain(found), samples], [c.hashes, c.samples]);
      assert.throws(() => hasher.push(new Int16Array(1)), OrderError);
      resampler.close();
      hasher.close();
      assert.throws(() => hasher.finish(), ClosedError);
    });

    test("what is no sound", () => {
      const x = new Int16Array(12);
      for (const options of [{ rate: 0 }, { rate: 44101 }, { rate: 8000.5 }, { rate: 8000, channels: 0 }, { rate: 8000, channels: 5 },
        { rate: 8000, channels: 65 }, { rate: 8000, channel: 2 }, { rate: 8000, every: 65 }, { rate: 8000, every: 0 }, { rate: 8000, hypothesis: 10 }, {}, { rate: 8000, speed: 1 }])
        assert.throws(() => pdq.hashSound(x, options), ArgumentError, JSON.stringify(options));
      for (const pcm of [[], [x, new Int16Array(1)], [x, new Float32Array(12)], new Uint8Array(4), null, [null]])
        assert.throws(() => pdq.hashSound(pcm, { rate: 8000 }), ArgumentError);
      assert.deepEqual(pdq.hashSound(new Float32Array(9).fill(NaN), { rate: 192000 }), []);
      const { used } = pdq.memory;
      pdq.hashSound(new Int16Array(80000), { rate: 8000 });
      assert.equal(pdq.memory.used, used);
    });
  });
}
