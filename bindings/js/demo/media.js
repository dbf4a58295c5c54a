// Pixels from files, decoded by the browser.
const MOST = 1024; // pixels a side: hashes hardly differ above it
const FRAMES = 240;
const CANNOT = "this browser cannot show this clip, so it cannot be compared here. Browsers play MP4 with H.264 and WebM; many play no HEVC, AVI or MKV, and some play nothing for want of codecs. The app on a phone, and the command line, decode more.";

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

/** A canvas of pixels. */
export function canvasFrom({ data, width, height }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d", { willReadFrequently: true }).putImageData(new ImageData(data, width, height), 0, 0);
  return canvas;
}

/** A picture, upright as its Exif says. */
export async function picture(file) {
  if (!file.size) throw new Error("the file is empty");
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error("this browser cannot show this file as a picture. JPEG, PNG, WebP, GIF and AVIF work in most; HEIC in few.");
  });
  const canvas = canvasOf(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return canvas;
}

const event = (target, name) => new Promise((resolve, reject) => {
  target.addEventListener(name, resolve, { once: true });
  target.addEventListener("error", () => reject(new Error(CANNOT)), { once: true });
});

/** Frames of a clip, two a second, at most `most`: calls `take(canvas, milliseconds, seconds of the clip)` for each. */
export async function frames(file, take, most = FRAMES) {
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  const url = URL.createObjectURL(file);
  try {
    const ready = event(video, "loadeddata");
    video.src = url;
    await ready;
    if (!video.videoWidth) throw new Error("this browser finds no pictures in this clip: it may be sound alone, or its codec is unknown here");
    if (!Number.isFinite(video.duration)) throw new Error("this clip does not say how long it is, so its moments cannot be found");
    const step = Math.max(0.5, video.duration / most);
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
