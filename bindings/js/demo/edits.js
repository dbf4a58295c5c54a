// What people do to pictures before they pass them on, on any canvas: the page previews with it, the worker matches what it made.

/** An edit that changes nothing. Per cent, degrees, steps of light. */
export const NONE = Object.freeze({ keep: 100, left: 50, top: 50, turn: 0, light: 0, mirror: false, filter: "none", caption: "", screenshot: false });

const level = (c) => Math.max(0, Math.min(255, c));

/** Changes the pixel at `i` of RGBA bytes; no array is made, for there are hundreds of thousands. */
const FILTERS = {
  none: () => {},
  grey: (d, i) => { d[i] = d[i + 1] = d[i + 2] = (77 * d[i] + 150 * d[i + 1] + 29 * d[i + 2]) >> 8; },
  warm: (d, i) => { d[i] = level(1.15 * d[i] + 18); d[i + 2] = 0.72 * d[i + 2]; },
  strong: (d, i) => { for (let c = i; c < i + 3; c++) d[c] = level(1.7 * (d[c] - 128) + 128); },
  negative: (d, i) => { for (let c = i; c < i + 3; c++) d[c] = 255 - d[c]; },
};

function recolour(canvas, filter, light) {
  if (filter === "none" && !light) return;
  const context = canvas.getContext("2d");
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const { data } = image;
  const change = FILTERS[filter];
  for (let i = 0; i < data.length; i += 4) {
    change(data, i);
    for (let c = i; light && c < i + 3; c++) data[c] = level(data[c] + 2 * light);
  }
  context.putImageData(image, 0, 0);
}

/** The part that is kept, mirrored and turned; what a turn leaves empty is white. */
function cut(source, edit, make) {
  const [width, height] = [Math.max(5, (source.width * edit.keep) / 100), Math.max(5, (source.height * edit.keep) / 100)];
  const [x, y] = [((source.width - width) * edit.left) / 100, ((source.height - height) * edit.top) / 100];
  const angle = (edit.turn * Math.PI) / 180;
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const canvas = make(Math.round(width * cos + height * sin), Math.round(width * sin + height * cos));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate(angle);
  if (edit.mirror) context.scale(-1, 1);
  context.drawImage(source, x, y, width, height, -width / 2, -height / 2, width, height);
  context.setTransform(1, 0, 0, 1, 0, 0);
  return canvas;
}

function lines(context, text, width) {
  const found = [""];
  for (const word of text.split(/\s+/)) {
    const longer = found.at(-1) ? `${found.at(-1)} ${word}` : word;
    if (context.measureText(longer).width > width && found.at(-1)) found.push(word);
    else found[found.length - 1] = longer;
  }
  return found.slice(0, 4);
}

/** A white band with text above the picture. */
function captioned(canvas, text, make) {
  const size = Math.max(10, Math.round(canvas.width / 14));
  const probe = canvas.getContext("2d");
  probe.font = `700 ${size}px system-ui, sans-serif`;
  const rows = lines(probe, text, canvas.width - size);
  const band = Math.round(size * (1.25 * rows.length + 0.7));
  const made = make(canvas.width, canvas.height + band);
  const context = made.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, made.width, made.height);
  context.drawImage(canvas, 0, band);
  context.fillStyle = "#111";
  context.font = `700 ${size}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "top";
  rows.forEach((row, i) => context.fillText(row, made.width / 2, size * (0.4 + 1.25 * i), made.width - 8));
  return made;
}

/** As a phone shows it in a chat: bars, a header, bubbles. */
function onScreen(canvas, make) {
  const width = Math.round(canvas.width * 1.18);
  const unit = width / 20;
  const height = Math.round(Math.max(width * 1.7, canvas.height + 10 * unit));
  const made = make(width, height);
  const context = made.getContext("2d", { willReadFrequently: true });
  const box = (colour, x, y, w, h) => {
    context.fillStyle = colour;
    context.fillRect(Math.round(x), Math.round(y), Math.round(w), Math.round(h));
  };
  box("#e7ecf2", 0, 0, width, height);
  box("#1f4d78", 0, 0, width, 2.6 * unit);
  box("#ffffff", 0, height - 2 * unit, width, 2 * unit);
  context.fillStyle = "#fff";
  context.font = `600 ${Math.round(unit)}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  context.fillText("Family and friends", 2 * unit, 1.6 * unit, width - 4 * unit);
  const top = Math.round((height - canvas.height) / 2);
  context.drawImage(canvas, Math.round((width - canvas.width) / 2), top);
  box("#ffffff", unit, top - 2.6 * unit, 8 * unit, 1.6 * unit);
  box("#cfe8d5", width - 9 * unit, top + canvas.height + unit, 8 * unit, 1.6 * unit);
  box("#9aa5b5", 1.5 * unit, height - 1.3 * unit, 11 * unit, 0.5 * unit);
  return made;
}

/** The picture with an edit applied: a new canvas, made by `make(width, height)`. */
export function edited(source, edit, make) {
  let canvas = cut(source, edit, make);
  recolour(canvas, edit.filter, edit.light);
  const text = edit.caption.trim();
  if (text) canvas = captioned(canvas, text, make);
  return edit.screenshot ? onScreen(canvas, make) : canvas;
}
