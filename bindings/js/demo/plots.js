// Plots on canvases: distances to every entry, distance over time, the place in the picture.
const [WIDE, HIGH, LEFT, LOW] = [560, 190, 46, 150];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
let [INK, GRID, BLUE, RED] = [];
const recolour = () => ([INK, GRID, BLUE, RED] = ["--ink", "--line", "--link", "--found"].map(colour)); // light or dark, as the page is

function canvas(width, height, label) {
  recolour();
  const c = document.createElement("canvas");
  const sharp = globalThis.devicePixelRatio || 1;
  [c.width, c.height] = [width * sharp, height * sharp];
  c.style.aspectRatio = `${width} / ${height}`;
  c.style.width = `${width}px`;
  c.setAttribute("role", "img");
  c.setAttribute("aria-label", label);
  const g = c.getContext("2d");
  g.scale(sharp, sharp);
  g.font = "12px system-ui, sans-serif";
  g.fillStyle = INK;
  return g;
}

function axes(g, xs, xLabel, ys, yLabel) {
  g.strokeStyle = GRID;
  g.textAlign = "center";
  for (const [at, text] of xs) g.fillText(text, at, LOW + 16);
  g.fillText(xLabel, (LEFT + WIDE) / 2, LOW + 34);
  g.textAlign = "right";
  for (const [at, text] of ys) {
    g.beginPath();
    g.moveTo(LEFT, at);
    g.lineTo(WIDE - 16, at);
    g.stroke();
    g.fillText(text, LEFT - 6, at + 4);
  }
  g.textAlign = "left";
  g.fillText(yLabel, LEFT, 12);
}

/** How many entries lie how far away; strangers lie around 128 bits. */
export function histogram(distances, nearest) {
  const g = canvas(WIDE, HIGH, "distances to the entries of the list");
  const counts = new Array(65).fill(0);
  for (const d of distances) counts[d >> 2]++;
  const most = Math.max(1, ...counts);
  const x = (d) => LEFT + ((WIDE - 16 - LEFT) * d) / 256;
  const y = (n) => LOW - ((LOW - 22) * n) / most;
  axes(g, [0, 32, 64, 96, 128, 160, 192, 224, 256].map((d) => [x(d), d]), "distance of the whole picture, bits", [[y(0), 0], [y(most), most]], "entries");
  g.fillStyle = BLUE;
  counts.forEach((n, i) => n && g.fillRect(x(4 * i), y(n), x(4) - x(0) - 1, LOW - y(n)));
  if (nearest !== null) marker(g, x(nearest), `match at ${nearest}`);
  return g.canvas;
}

function marker(g, at, text) {
  g.strokeStyle = g.fillStyle = RED;
  g.lineWidth = 2;
  g.beginPath();
  g.moveTo(at, 20);
  g.lineTo(at, LOW);
  g.stroke();
  g.fillText(text, at + 5, 30);
}

/** The nearest entry of each frame over time; frames that agree are red. */
export function timeline(points, agreeing, duration) {
  const g = canvas(WIDE, HIGH, "distance to the nearest entry over time");
  const x = (ms) => LEFT + ((WIDE - 16 - LEFT) * ms) / (1000 * duration);
  const y = (d) => 20 + ((LOW - 20) * d) / 160;
  const seconds = Math.max(1, Math.round(duration / 6));
  const ticks = Array.from({ length: Math.floor(duration / seconds) + 1 }, (_, i) => i * seconds);
  axes(g, ticks.map((s) => [x(1000 * s), s]), "seconds", [0, 40, 80, 120, 160].map((d) => [y(d), d]), "bits to the nearest entry (0 on top)");
  const dot = (ms, d, colour, size) => {
    g.fillStyle = colour;
    g.beginPath();
    g.arc(x(ms), y(Math.min(160, d)), size, 0, 7);
    g.fill();
  };
  for (const { time, nearest } of points) dot(time, nearest, BLUE, 3);
  for (const f of agreeing) if (f.distance !== null) dot(f.time, f.distance, RED, 4);
  g.textAlign = "right";
  g.fillStyle = BLUE;
  g.fillText("whole frame", WIDE - 16, 12);
  g.fillStyle = RED;
  if (agreeing.length) g.fillText("the part that agrees", WIDE - 100, 12);
  return g.canvas;
}

/** Sides of a picture that fits into a room, never enlarged. */
export function fitted({ width, height }, wide, high) {
  const scale = Math.min(1, wide / width, high / height);
  return [Math.max(5, Math.round(width * scale)), Math.max(5, Math.round(height * scale))];
}

/** A frame round the place that shows the original: red on white, to be seen on anything. */
export function drawPlace(g, where, width, height) {
  const [x, y] = [where.left * width, where.top * height];
  const [w, h] = [(where.right - where.left) * width, (where.bottom - where.top) * height];
  for (const [stroke, line] of [["#fff", 6], ["#c3271d", 3]]) {
    g.strokeStyle = stroke;
    g.lineWidth = line;
    g.strokeRect(x + 3, y + 3, Math.max(1, w - 6), Math.max(1, h - 6));
  }
}

/** The picture with the place that shows the original. */
export function shown(picture, where, most = 300, label = "the picture") {
  const [width, height] = fitted(picture, most, most);
  const g = canvas(width, height, label);
  g.drawImage(picture, 0, 0, width, height);
  if (where) drawPlace(g, where, width, height);
  return g.canvas;
}
