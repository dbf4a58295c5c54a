// Pixels from files, decoded by the browser.
const MOST = 1024; // pixels a side: hashes hardly differ above it
const FRAMES = 240;

function canvasOf(source, width, height) {
  const scale = Math.min(1, MOST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(5, Math.round(width * scale));
  canvas.height = Math.max(5, Math.round(height * scale));
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export const pixelsOf = (canvas) => {
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return { data, width, height };
};

/** A picture, upright as its Exif says. */
export async function picture(file) {
  const bitmap = await createImageBitmap(file);
  const canvas = canvasOf(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return canvas;
}

const event = (target, name) => new Promise((resolve, reject) => {
  target.addEventListener(name, resolve, { once: true });
  target.addEventListener("error", () => reject(new Error("the browser cannot decode this clip")), { once: true });
});

/** Frames of a clip, two a second, at most 240: calls `take(canvas, milliseconds)` for each. */
export async function frames(file, take) {
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  const url = URL.createObjectURL(file);
  try {
    const ready = event(video, "loadeddata");
    video.src = url;
    await ready;
    const step = Math.max(0.5, video.duration / FRAMES);
    for (let time = 0.05; time < video.duration; time += step) {
      const shown = event(video, "seeked");
      video.currentTime = time;
      await shown;
      await take(canvasOf(video, video.videoWidth, video.videoHeight), Math.round(time * 1000), video.duration);
    }
  } finally {
    URL.revokeObjectURL(url);
  }
}
