// The demo page in Chromium: opens a signed list, matches a picture and a clip, shows them, connects to nothing.
// Needs what `pdqlite demo --keep DIR` and clips.py make, DIR in PDQLITE_DEMO; and Chromium.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { DEMO, opened, skip, started, words } from "./browser.js";

let page, requests, faults;
const given = started(async (all) => {
  ({ page, requests, faults } = await opened(all));
  await words(page, "first-state", /^Ready\.$/);
});

const listFiles = (name) => [...readdirSync(`${DEMO}/${name}`).map((f) => `${DEMO}/${name}/${f}`).filter((f) => /\/[\w.-]+$/.test(f)), `${DEMO}/${name}.key`, `${DEMO}/${name}.key.trust`];

async function open(files) {
  await page.setInputFiles("#list", files);
  await page.waitForFunction(() => /entries\.|Refused/.test(document.querySelector("#state").textContent), null, { timeout: 60000 });
  return page.textContent("#state");
}

async function show(files) {
  const before = await page.locator("article").count();
  await page.setInputFiles("#media", files);
  await page.waitForFunction((n) => document.querySelectorAll("article").length >= n || document.querySelector("#progress.error"), before + files.length, { timeout: 240000 });
  assert.equal(await page.locator("#progress.error").count(), 0, await page.textContent("#progress"));
  return page.locator("article").evaluateAll((all) => all.map((a) => [a.querySelector("h3").textContent, a.dataset.verdict]).reverse());
}

test("a list that is not whole is refused", { skip }, async () => {
  const state = await open(listFiles("pictures").filter((f) => !f.endsWith("/manifest")));
  assert.match(state, /Refused: .*\(format\)/);
  assert.equal(await page.isDisabled("#media"), true);
});

test("pictures: copies match, strangers do not", { skip }, async () => {
  assert.match(await open(listFiles("pictures")), /^12 entries\. Release \d+, endorsed \(unlogged\)\. Kernels: wasm128\.$/);
  const shown = await show([0, 4, 8, 12].map((n) => `${DEMO}/picture-${n}.jpg`));
  assert.deepEqual(shown.map(([, verdict]) => verdict), ["match", "match", "match", "no match"]);
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/pictures.png`, fullPage: true });
});

test("clips: copies match, a stranger's does not", { skip }, async () => {
  assert.match(await open(listFiles("videos")), /entries\. Release \d+, endorsed/);
  const shown = (await show([`${DEMO}/clip-3.webm`, `${DEMO}/clip-5.webm`])).slice(-2);
  assert.deepEqual(shown.map(([, verdict]) => verdict), ["match", "no match"]);
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/clips.png`, fullPage: true });
});

test("nothing was asked of anyone but for the page's own files", { skip }, async () => {
  assert.deepEqual(requests.filter((url) => !url.startsWith(given.site.url) && !/^(blob|data):/.test(url)), []);
  assert.ok(given.site.asked.length >= 4);
  assert.deepEqual(given.site.asked.filter((path) => !/^\/[\w-]+\.(html|js|css)$|^\/favicon\.ico$/.test(path)), []);
  assert.deepEqual(faults, []);
});

test("the policy forbids every connection, in the page and in the worker", { skip }, async () => {
  const trial = `(async () => {
    const out = [];
    for (const [name, call] of [["fetch", () => fetch(SITE)], ["beacon", () => fetch(SITE, { method: "POST", body: "x" })],
      ["socket", () => new Promise((good, bad) => { const s = new WebSocket(SITE.replace("http", "ws")); s.onopen = good; s.onerror = bad; })]])
      out.push(await call().then(() => name + " went out", () => name + " forbidden"));
    return out;
  })()`;
  const wanted = ["fetch forbidden", "beacon forbidden", "socket forbidden"];
  const asked = given.site.asked.length;
  const code = trial.replaceAll("SITE", JSON.stringify(given.site.url));
  assert.deepEqual(await page.evaluate(code), wanted);
  const worker = page.workers()[0];
  assert.ok(worker);
  assert.deepEqual(await worker.evaluate(code), wanted);
  assert.equal(given.site.asked.length, asked);
});
