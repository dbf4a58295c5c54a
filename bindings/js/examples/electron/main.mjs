// A messenger's desktop app, main process: a signed list is opened in a worker thread, a sandboxed window shows pictures and asks
// about them, and nothing in the app can reach a network.
//
//     electron . --list=DIR      DIR: the files of one release, *.trust and *.key
import { BrowserWindow, app, ipcMain, session } from "electron";
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

const here = fileURLToPath(new URL("./", import.meta.url));
const page = pathToFileURL(join(here, "index.html")).href;
const MOST = 64 << 20; // bytes of pixels that a window may ask about

/** The matching thread: one question, one answer, in order. */
function thread() {
  const worker = new Worker(new URL("./matching.mjs", import.meta.url));
  const waiting = new Map();
  let last = 0;
  worker.on("message", ({ id, done, failed }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (failed === undefined) resolve(done);
    else reject(new Error(failed));
  });
  worker.on("error", (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  const ask = (action, given) => new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    worker.postMessage({ id: last, action, given });
  });
  return { ask, stop: () => worker.terminate() };
}

/** The files of a release, and what the last start left: 256 bytes that guard against an older list. */
function release(folder, state) {
  const files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
  const one = (end) => {
    const found = Object.keys(files).filter((name) => name.endsWith(end));
    if (found.length !== 1) throw new Error(`one *${end} is wanted in the list's folder; there are ${found.length}`);
    return files[found[0]];
  };
  return { files, trust: one(".trust"), key: one(".key"), state: existsSync(state) ? readFileSync(state) : null };
}

/** Stored whole or not at all, and only once the list was read to its end. */
function store(path, state) {
  writeFileSync(`${path}.new`, state);
  renameSync(`${path}.new`, path);
}

/** What a window may send: pixels and their size. */
function checked(image) {
  const { data, width, height } = image ?? {};
  const right = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (!right || !Number.isInteger(width) || !Number.isInteger(height) || data.length !== 4 * width * height || data.length > MOST)
    throw new Error(`a picture is RGBA bytes with width and height, at most ${MOST} bytes`);
  return { data, width, height };
}

export async function start(folder) {
  await app.whenReady();
  session.defaultSession.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !/^(file|blob|data|devtools):/.test(url) }));
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  const statePath = join(app.getPath("userData"), "list.state");
  const files = release(folder, statePath);
  const matching = thread();
  const opened = await matching.ask("open", files).catch(async (error) => {
    await matching.stop(); // or its thread keeps the app alive
    throw error;
  });
  store(statePath, opened.state);
  ipcMain.handle("pdqlite:match", (event, image) => {
    if (event.senderFrame?.url !== page) throw new Error("this page may not ask");
    return matching.ask("match", checked(image));
  });
  const window = new BrowserWindow({ width: 900, height: 700, webPreferences: { preload: join(here, "preload.cjs"), sandbox: true, contextIsolation: true, nodeIntegration: false } });
  window.webContents.setWindowOpenHandler(() => ({ action: "deny" }));
  window.webContents.on("will-navigate", (event) => event.preventDefault());
  await window.loadURL(page);
  app.on("window-all-closed", () => app.quit());
  app.on("will-quit", matching.stop);
  return { entries: opened.entries, stop: matching.stop };
}

const given = process.argv.find((word) => word.startsWith("--list="));
if (given) start(given.slice("--list=".length)).catch((error) => {
  console.error(error.message);
  app.exit(2);
});
