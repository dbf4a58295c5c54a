// The Electron sample's main process and preload script in Node, over a stand-in for Electron that copies what it passes on, as Electron
// does. Electron itself is not run here.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { register } from "node:module";
import { tmpdir } from "node:os";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import files from "../demo/sample.js";
import { LISTED, STRANGER, scene } from "../demo/scenes.js";

// The sample as a project of its own, with the package installed in it.
const project = realpathSync(mkdtempSync(`${tmpdir()}/electron-`));
cpSync(new URL("../examples/electron/", import.meta.url), project, { recursive: true });
mkdirSync(`${project}/node_modules`);
symlinkSync(fileURLToPath(new URL("../", import.meta.url)), `${project}/node_modules/pdqlite`);
const sample = pathToFileURL(`${project}/`);
const pageUrl = new URL("index.html", sample).href;
const data = mkdtempSync(`${tmpdir()}/user-`);
const seen = { handlers: new Map(), window: null, filter: null, exposed: {} };
let sender = pageUrl;

globalThis.electron = {
  app: { whenReady: async () => {}, getPath: () => data, on: () => {}, quit: () => {}, exit: () => {} },
  ipcMain: { handle: (channel, call) => seen.handlers.set(channel, call) },
  session: { defaultSession: { webRequest: { onBeforeRequest: (call) => { seen.filter = call; } }, setPermissionRequestHandler: (call) => { seen.permission = call; } } },
  BrowserWindow: class {
    constructor(options) { seen.window = { options, web: {} }; }
    webContents = { setWindowOpenHandler: (call) => { seen.window.open = call(); }, on: () => {} };
    async loadURL(url) { seen.window.url = url; }
  },
  contextBridge: { exposeInMainWorld: (name, api) => { seen.exposed[name] = api; } },
  ipcRenderer: { invoke: async (channel, ...given) => structuredClone(await seen.handlers.get(channel)({ senderFrame: { url: sender } }, ...structuredClone(given))) },
};
const source = `export const { ${Object.keys(globalThis.electron).join(", ")} } = globalThis.electron;`;
register(`data:text/javascript,${encodeURIComponent(`export const resolve = (name, context, next) => name === "electron" ? { url: "data:text/javascript,${encodeURIComponent(source)}", shortCircuit: true } : next(name, context);`)}`);

function listFolder() {
  const folder = mkdtempSync(`${tmpdir()}/list-`);
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}/${name}`, Buffer.from(text, "base64"));
  return folder;
}

let running;
before(async () => {
  const { start } = await import(new URL("main.mjs", sample).href);
  running = await start(listFolder());
  new Function("require", readFileSync(new URL("preload.cjs", sample), "utf8"))((name) => {
    assert.equal(name, "electron"); // a sandboxed preload has nothing else
    return globalThis.electron;
  });
});
after(() => running?.stop());

test("a picture of the list is found through the preload's one call, a stranger is not", async () => {
  assert.equal(running.entries, LISTED.length);
  assert.deepEqual(Object.keys(seen.exposed.pdqlite), ["match"]);
  const { match } = seen.exposed.pdqlite;
  const found = await match(scene(LISTED[2]));
  assert.equal(found.verdict, "match");
  assert.deepEqual([found.where.left, found.where.right], [0, 1]);
  assert.equal((await match(scene(STRANGER))).verdict, "no match");
});

test("what is no picture is refused by name, and the next one is matched", async () => {
  const { match } = seen.exposed.pdqlite;
  for (const bad of [{}, { data: "text", width: 5, height: 5 }, { data: new Uint8Array(4), width: 5, height: 5 }, { data: new Uint8Array(100), width: -5, height: -5 }])
    await assert.rejects(match(bad), /a picture is RGBA bytes|sides are 5/);
  assert.equal((await match(scene(LISTED[0]))).verdict, "match");
});

test("another page may not ask", async () => {
  sender = "https://example.org/";
  await assert.rejects(seen.exposed.pdqlite.match(scene(LISTED[0])), /may not ask/);
  sender = pageUrl;
});

test("the window is sandboxed, opens no other, and no request leaves", async () => {
  const { webPreferences } = seen.window.options;
  assert.deepEqual([webPreferences.sandbox, webPreferences.contextIsolation, webPreferences.nodeIntegration], [true, true, false]);
  assert.ok(existsSync(webPreferences.preload));
  assert.equal(seen.window.url, pageUrl);
  assert.deepEqual(seen.window.open, { action: "deny" });
  const cancelled = (url) => { let said; seen.filter({ url }, (answer) => { said = answer.cancel; }); return said; };
  assert.deepEqual([pageUrl, "blob:x", "https://example.org/", "http://127.0.0.1/", "wss://example.org/", "ftp://x/"].map(cancelled), [false, false, true, true, true, true]);
  seen.permission(null, "media", (answer) => assert.equal(answer, false));
});

test("the state guards the next start; a folder without a list is refused", async () => {
  assert.equal(statSync(`${data}/list.state`).size, 256);
  const { start } = await import(new URL("main.mjs", sample).href);
  const again = await start(listFolder());
  assert.equal(again.entries, LISTED.length);
  await again.stop();
  await assert.rejects(start(mkdtempSync(`${tmpdir()}/empty-`)), /one \*\.trust is wanted in the list's folder; there are 0/);
});
