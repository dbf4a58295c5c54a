// A drawn picture and its copy, smaller and mirrored, matched in a worker; the page's title says what came of it.
import Matching from "./worker.js?worker&inline";

function drawn(seed, width, height, mirrored) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (mirrored) context.setTransform(-width, 0, 0, height, width, 0);
  else context.scale(width, height);
  let state = seed;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < 60; i++) {
    context.fillStyle = `hsl(${360 * next()} 60% ${20 + 60 * next()}%)`;
    context.fillRect(next() - 0.2, next() - 0.2, 0.5 * next(), 0.5 * next());
  }
  return context.getImageData(0, 0, width, height);
}

const worker = new Matching();
worker.onmessage = ({ data }) => { document.title = data; };
worker.onerror = (event) => { document.title = `error: ${event.message}`; };
worker.postMessage({ known: [drawn(1, 640, 480), drawn(2, 640, 480)], asked: [drawn(2, 400, 300, true), drawn(3, 400, 300)] });
