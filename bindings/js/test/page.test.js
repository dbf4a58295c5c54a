// The page as a visitor meets it: ten seconds, the own picture, the proof, the auditor's corner; and without a mouse, an eye or a net.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HEADERS } from "../demo/serve.js";
import { DEMO, looked, opened, skip, started, words } from "./browser.js";

const given = started();
const SITE = fileURLToPath(new URL("../site/", import.meta.url));

async function pressed(page) {
  await words(page, "first-state", /^Ready\.$/);
  await page.click("#find");
  return words(page, "first-state", /copies were found|rror/);
}

async function everything(page) {
  assert.match(await pressed(page), /^3 of 3 copies were found\. The picture that is on no list was left alone\./);
  await page.click("#own-drawn");
  await words(page, "own-short", /^Found$/);
  await page.check("#screenshot");
  await page.click("#open-sample");
  await words(page, "state", /^Release 1, endorsed\./);
  await page.click("#attempt");
  assert.equal(await words(page, "tried", /ways out/), "6 ways out were tried. The browser refused all of them.");
}

test("every view fits phones and screens, light and dark, and suits a reader of the screen", { skip }, async () => {
  const { context, page } = await opened(given);
  await words(page, "first-state", /^Ready\.$/);
  await looked(page, "fresh");
  await everything(page);
  await looked(page, "used");
  await page.evaluate(() => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
  await looked(page, "open");
  await page.goto(`${given.site.url}report.html`);
  await page.setInputFiles("#media", `${DEMO}/picture-0.jpg`);
  await words(page, "state", /looked at/);
  await looked(page, "report");
  await context.close();
});

test("after it has loaded, the browser's own log has no request, and without a network all goes on", { skip }, async () => {
  const { context, page, faults } = await opened(given);
  await words(page, "first-state", /^Ready\.$/);
  const [log, asked] = [[], given.site.asked.length];
  const session = await context.newCDPSession(page);
  session.on("Network.requestWillBeSent", ({ request }) => log.push(request.url));
  await session.send("Network.enable");
  assert.match(await pressed(page), /^3 of 3/);
  await page.setInputFiles("#own-file", `${DEMO}/picture-0.jpg`);
  await words(page, "own-short", /^Found$/);
  await context.setOffline(true);
  assert.match(await words(page, "online", /offline now/), /Go on/);
  await page.check("#mirror");
  await page.fill("#caption", "no network");
  await page.waitForFunction(() => /mirrored/.test(document.getElementById("own-facts").textContent), null, { timeout: 60000 });
  await page.click("#open-sample");
  await words(page, "state", /^Release 1/);
  assert.deepEqual(log.filter((url) => !url.startsWith("blob:")), []);
  assert.equal(given.site.asked.length, asked);
  assert.deepEqual(await page.locator("[data-count]").allTextContents(), ["0", "0"]);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a browser that does not hold the policy is told of, and what it lets out is counted", { skip }, async () => {
  const { context, page } = await opened(given, { bypassCSP: true });
  await words(page, "first-state", /^Ready\.$/);
  const asked = given.site.asked.length;
  await page.click("#attempt");
  assert.match(await words(page, "tried", /ways out/), /were not refused by this browser\. Do not trust this page in it\./);
  assert.ok(given.site.asked.length > asked);
  await page.waitForFunction(() => Number(document.querySelector("[data-count]").textContent) > 0, null, { timeout: 20000 });
  await context.close();
});

test("the own picture: an edit changes the verdict, and back; where it agreed is drawn", { skip }, async () => {
  const { context, page, faults } = await opened(given);
  await words(page, "first-state", /^Ready\.$/);
  await page.setInputFiles("#own-file", `${DEMO}/picture-0.jpg`);
  await words(page, "own-short", /^Found$/);
  assert.match(await page.textContent("#own-state"), /^A list of one picture of picture-0\.jpg was made on this device: 32 bytes of hashes, and \d+ keypoints\./);
  const framed = () => page.evaluate(() => {
    const { width, height } = document.getElementById("edited");
    const { data } = document.getElementById("edited").getContext("2d").getImageData(0, 0, width, height);
    let red = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] === 0xc3 && data[i + 1] === 0x27 && data[i + 2] === 0x1d) red++;
    return red > width;
  });
  assert.equal(await framed(), true);
  const slide = (id, value) => page.locator(`#${id}`).fill(String(value));
  await slide("keep", 25);
  await slide("top", 0);
  await slide("light", 50);
  await words(page, "own-short", /^(Not found|Too plain|Not proven|Only a part)$/);
  assert.equal(await framed(), false);
  await page.click("button[type=reset]");
  await words(page, "own-short", /^Found$/);
  for (const [id, value, seen] of [["turn", 90, /turned/], ["keep", 70, /as is/]]) {
    await page.click("button[type=reset]");
    await slide(id, value);
    await page.waitForFunction((source) => document.getElementById("own-short").textContent === "Found" && new RegExp(source).test(document.getElementById("own-facts").textContent), seen.source, { timeout: 60000 });
  }
  assert.deepEqual(faults, []);
  await context.close();
});

test("the own clip: its moments are a list, and an edited copy of it is found", { skip }, async () => {
  const { context, page } = await opened(given);
  await words(page, "first-state", /^Ready\.$/);
  await page.setInputFiles("#own-file", `${DEMO}/clip-3.webm`);
  await words(page, "own-short", /^Found$/);
  assert.match(await page.textContent("#own-state"), /^A list of \d+ moments that differ of clip-3\.webm/);
  await page.check("#mirror");
  await page.waitForFunction(() => /mirrored/.test(document.getElementById("own-facts").textContent), null, { timeout: 60000 });
  assert.equal(await page.textContent("#own-short"), "Found");
  assert.equal(await page.isVisible("#moment"), true);
  await context.close();
});

test("what cannot be used is explained, and nothing breaks", { skip }, async () => {
  const { context, page } = await opened(given);
  await words(page, "first-state", /^Ready\.$/);
  const folder = mkdtempSync(`${tmpdir()}/bad-`);
  const flat = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 200, height: 150 });
    canvas.getContext("2d").fillRect(0, 0, 200, 150);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  for (const [name, data, said] of [
    ["words.jpg", "no picture", /^words\.jpg: this browser cannot show this file as a picture/], ["empty.png", "", /the file is empty/],
    ["broken.mp4", "no clip", /this browser cannot show this clip, .*H\.264/], ["flat.png", Buffer.from(flat, "base64"), /too plain/],
  ]) {
    writeFileSync(`${folder}/${name}`, data);
    await page.setInputFiles("#own-file", `${folder}/${name}`);
    await words(page, "own-state", said);
    assert.equal(await page.isVisible("#own"), false);
  }
  writeFileSync(`${folder}/manifest`, "no manifest");
  await page.setInputFiles("#list", `${folder}/manifest`);
  assert.match(await words(page, "state", /^Refused/), /one trust file \(\*\.trust\) is wanted; 0 were chosen/);
  assert.equal(await page.isVisible("#audit"), false);
  await page.setInputFiles("#own-file", `${DEMO}/picture-0.jpg`);
  await words(page, "own-short", /^Found$/);
  await context.close();
});

test("a published list without its key: who signed, log, witnesses, freshness", { skip }, async () => {
  const { context, page } = await opened(given);
  await words(page, "first-state", /^Ready\.$/);
  const facts = async () => Object.fromEntries(await page.locator("#audit-facts dt").evaluateAll((all) => all.map((dt) => [dt.textContent, dt.nextElementSibling.textContent])));
  await page.click("#open-sample");
  await words(page, "state", /^Release 1, endorsed\. Checked without its key/);
  const sample = await facts();
  assert.match(sample["Who signed?"], /^hotline-a\.example and hotline-b\.example: 2 of 3; 2 signatures are needed\. Not signed by hotline-c\.example\.$/);
  assert.match(sample["Is it public?"], /^Yes: it is number 1 in the log log\.pdqlite\.example, which has 2 records/);
  assert.match(sample["Who watches the log?"], /^witness-x\.example \(2026-01-01\) and witness-y\.example \(2026-01-01\); 2 of 3 are needed\.$/);
  assert.match(sample["Is it fresh?"], /on 2026-01-01\. .*until 2036-01-09/);
  assert.equal(await page.isDisabled("#media"), true);
  await page.setInputFiles("#list", [`${DEMO}/pictures/manifest`, `${DEMO}/pictures.key.trust`]);
  await words(page, "state", /^Release 0, endorsed \(unlogged\)\. Checked without its key/);
  const unlogged = await facts();
  assert.match(unlogged["Who signed?"], /hotline-a\.example and hotline-b\.example: 2 of 3; 2 signatures are needed/);
  assert.match(unlogged["Is it public?"], /^It is in no log/);
  await context.close();
});

test("the keyboard alone leads through it", { skip }, async () => {
  const { context, page } = await opened(given);
  await words(page, "first-state", /^Ready\.$/);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "find");
  await page.keyboard.press("Enter");
  await words(page, "first-state", /^3 of 3/);
  await page.focus("#own-drawn");
  await page.keyboard.press("Space");
  await words(page, "own-short", /^Found$/);
  await page.focus("#keep");
  for (let n = 0; n < 5; n++) await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => document.querySelector("output[for=keep]").textContent === "95 %");
  await context.close();
});

test("from a plain file server, under a path, the page works and asks for its own files alone", { skip }, async () => {
  const server = spawn("python3", ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", fileURLToPath(new URL("../", import.meta.url))]);
  try {
    let lines = "";
    server.stderr.on("data", (data) => { lines += data; });
    const port = await new Promise((resolve, reject) => {
      let said = "";
      server.stdout.on("data", (data) => {
        said += data;
        const found = /port (\d+) /.exec(said);
        if (found) resolve(found[1]);
      });
      server.on("exit", () => reject(new Error("no server")));
    });
    const { context, page, faults } = await opened(given, {}, `http://127.0.0.1:${port}/site/`);
    assert.match(await pressed(page), /^3 of 3/);
    assert.deepEqual(faults, []);
    const asked = [...lines.matchAll(/"GET (\S+) /g)].map(([, path]) => path).filter((path) => path !== "/favicon.ico");
    assert.deepEqual(new Set(asked), new Set(["/site/", ...["demo.css", "demo.js", "core-simd.js"].map((name) => `/site/${name}`)]));
    await context.close();
  } finally {
    server.kill();
  }
});

test("its weight, its policy and its addresses", () => {
  const files = readdirSync(SITE);
  assert.ok(files.reduce((sum, name) => sum + statSync(SITE + name).size, 0) < 1_000_000);
  const documented = readFileSync(new URL("../../../docs/howto/demo-page.md", import.meta.url), "utf8");
  assert.ok(documented.includes(`\`bindings/js/site\`: ${files.length} files, under 1 MB`));
  for (const [name, value] of Object.entries(HEADERS)) assert.ok(documented.includes(`${name}: ${value}\n`), name);
  for (const name of files.filter((each) => each.endsWith(".html"))) {
    const html = readFileSync(SITE + name, "utf8");
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html);
    const allowed = new Set(HEADERS["Content-Security-Policy"].split("; "));
    assert.deepEqual(policy.split("; ").filter((directive) => !allowed.has(directive)), []);
    for (const [, address] of html.matchAll(/(?:href|src)="([^"]*)"/g)) assert.match(address, /^(#[\w-]+|[\w-]+\.(html|css|js))$/);
    assert.doesNotMatch(html, /<script(?! type="module" src)| style=| on\w+=/);
  }
});
