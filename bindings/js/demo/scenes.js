// The sample's pictures, drawn from a seed: hills, clouds, a sun and things. Whole numbers and square roots alone decide,
// so every engine draws the same pixels.
export const [WIDTH, HEIGHT] = [480, 360];
export const LISTED = [3, 11, 24, 32, 45, 58]; // seeds of the pictures on the sample list
export const STRANGER = 7; // on no list

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function numbers(seed) {
  let state = Math.imul(seed, 0x9e3779b9) | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, between: (low, high) => low + (high - low) * next(), colour: (low, high) => [0, 1, 2].map(() => low + (high - low) * next()) };
}

/** Adds a grid of random values, stretched over the picture. */
function octave(plane, rng, cells, strength) {
  const across = Math.ceil((cells * WIDTH) / HEIGHT) + 2;
  const grid = Float32Array.from({ length: across * (cells + 2) }, () => rng.between(-strength, strength));
  for (let y = 0; y < HEIGHT; y++) {
    const row = (y * cells) / HEIGHT;
    const [top, down] = [Math.floor(row) * across, row - Math.floor(row)];
    for (let x = 0; x < WIDTH; x++) {
      const column = (x * cells) / HEIGHT;
      const at = top + Math.floor(column);
      const right = column - Math.floor(column);
      const upper = grid[at] + (grid[at + 1] - grid[at]) * right;
      const lower = grid[at + across] + (grid[at + across + 1] - grid[at + across]) * right;
      plane[y * WIDTH + x] += upper + (lower - upper) * down;
    }
  }
}

/** Noise as in nature: large is strong, small is weak; about -1 to 1. */
function clouds(rng) {
  const plane = new Float32Array(WIDTH * HEIGHT);
  for (let [cells, strength] = [2, 0.8]; cells < 130; [cells, strength] = [cells * 2, strength * 0.58]) octave(plane, rng, cells, strength);
  return plane;
}

function paint(pixels, inside, colour, shade) {
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      if (!inside(x, y)) continue;
      const light = shade(x, y);
      for (let c = 0; c < 3; c++) pixels[3 * (y * WIDTH + x) + c] = colour[c] * light;
    }
}

/** A chain of hills from one side to the other, with the grain of `texture`. */
function hills(pixels, rng, texture, base, colour) {
  const ridge = Float32Array.from({ length: 12 }, () => rng.between(-0.09, 0.09) * HEIGHT);
  const edge = (x) => {
    const at = (x * 9) / WIDTH;
    const [i, part] = [Math.floor(at), at - Math.floor(at)];
    const smooth = part * part * (3 - 2 * part);
    return base * HEIGHT + ridge[i] + (ridge[i + 1] - ridge[i]) * smooth + 8 * texture[Math.floor(HEIGHT / 2) * WIDTH + x];
  };
  const edges = Float32Array.from({ length: WIDTH }, (_, x) => edge(x));
  paint(pixels, (x, y) => y > edges[x], colour, (x, y) => 0.78 + 0.4 * texture[y * WIDTH + x] + Math.min(0.25, (y - edges[x]) / HEIGHT));
}

/** A shaded ball or box, turned by some angle. */
function thing(pixels, rng) {
  const size = rng.between(0.05, 0.17) * HEIGHT;
  const [cx, cy] = [rng.between(0.05, 0.95) * WIDTH, rng.between(0.2, 0.92) * HEIGHT];
  const [a, b] = [rng.between(-1, 1), rng.between(0.05, 1)];
  const norm = Math.sqrt(a * a + b * b);
  const [cos, sin] = [a / norm, b / norm];
  const flat = rng.between(0.45, 1);
  const box = rng.next() < 0.45;
  const u = (x, y) => ((x - cx) * cos + (y - cy) * sin) / size;
  const v = (x, y) => ((y - cy) * cos - (x - cx) * sin) / (size * flat);
  const inside = (x, y) => {
    const [p, q] = [u(x, y), v(x, y)];
    return box ? Math.max(Math.abs(p), Math.abs(q)) < 0.8 : p * p + q * q < 1;
  };
  paint(pixels, inside, rng.colour(40, 245), (x, y) => 0.8 + 0.3 * u(x, y) - (box && Math.abs(v(x, y)) < 0.12 ? 0.35 : 0));
}

/** The picture of a seed: RGBA, as an ImageData has them. */
export function scene(seed) {
  const rng = numbers(seed);
  const texture = clouds(rng);
  const pixels = new Float32Array(3 * WIDTH * HEIGHT);
  const [high, low] = [rng.colour(70, 200), rng.colour(170, 250)];
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      for (let c = 0; c < 3; c++) pixels[3 * (y * WIDTH + x) + c] = high[c] + ((low[c] - high[c]) * y) / HEIGHT + 38 * texture[y * WIDTH + x];
  const [sx, sy, radius] = [rng.between(0.1, 0.9) * WIDTH, rng.between(0.08, 0.3) * HEIGHT, rng.between(0.05, 0.1) * HEIGHT];
  paint(pixels, (x, y) => (x - sx) * (x - sx) + (y - sy) * (y - sy) < radius * radius, [255, 240, 190], () => 1);
  for (const base of [rng.between(0.4, 0.5), rng.between(0.55, 0.65), rng.between(0.72, 0.82)]) hills(pixels, rng, texture, base, rng.colour(30, 170));
  for (let n = 0; n < 9; n++) thing(pixels, rng);
  const data = new Uint8ClampedArray(4 * WIDTH * HEIGHT).fill(255);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const grain = rng.between(-4, 4);
    for (let c = 0; c < 3; c++) data[4 * i + c] = Math.floor(pixels[3 * i + c] + grain);
  }
  return { data, width: WIDTH, height: HEIGHT };
}
