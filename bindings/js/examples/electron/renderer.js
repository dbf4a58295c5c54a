// The window: Chromium decodes in its sandbox, the main process gets pixels and never a file.
const MOST = 1024; // pixels a side: hashes hardly differ above it

async function pixels(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.max(5, Math.round(bitmap.width * scale)), Math.max(5, Math.round(bitmap.height * scale)));
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

document.getElementById("pictures").onchange = async ({ target }) => {
  for (const file of target.files) {
    const item = document.createElement("li");
    document.getElementById("verdicts").append(item);
    try {
      const { verdict, entry } = await window.pdqlite.match(await pixels(file));
      item.textContent = `${file.name}: ${verdict}${verdict === "match" ? `, entry ${entry}` : ""}`;
    } catch (error) {
      item.textContent = `${file.name}: ${error.message}`;
    }
  }
};
