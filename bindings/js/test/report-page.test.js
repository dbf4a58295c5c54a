// The page that makes a report, in Chromium: what is saved opens, nothing is asked of any other place, every word in two languages.
// Needs picture-0.jpg of what `pdqlite demo --keep DIR` makes, DIR in PDQLITE_DEMO; and Chromium.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, before, test } from "node:test";
import { openReport } from "pdqlite";
import { chromium } from "playwright-core";
import { serve } from "../demo/serve.js";
import words from "../demo/words.js";
import { bytes, json } from "./common.js";

const DEMO = process.env.PDQLITE_DEMO;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const skip = !DEMO ? "PDQLITE_DEMO is not set" : !existsSync(CHROMIUM) ? "no Chromium" : false;
const VECTORS = json("tests/vectors/report/cases.json");

let browser, site;
before(async () => {
  if (skip) return;
  site = await serve();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
});
after(async () => {
  await browser?.close();
  site?.server.close();
});

for (const [width, language] of [[390, "de"], [1280, "en"]])
  test(`a report is made at ${width} pixels, in ${language}`, { skip }, async () => {
    const [requests, faults] = [[], []];
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    context.on("request", (r) => requests.push(r.url()));
    const page = await context.newPage();
    page.on("pageerror", (e) => faults.push(e.message));
    page.on("console", (m) => m.type() === "error" && faults.push(m.text()));
    await page.goto(`${site.url}report.html`);
    await page.click(`[data-language=${language}]`);
    assert.equal(await page.textContent("h1"), words[language]["page-title"]);
    const card = `${mkdtempSync(`${tmpdir()}/card-`)}/a.card`;
    writeFileSync(card, bytes(VECTORS.card.file));
    assert.equal(await page.isDisabled("#make"), true);
    await page.setInputFiles("#media", `${DEMO}/picture-0.jpg`);
    await page.setInputFiles("#cards", card);
    await page.fill("#statement", "schnell, bitte <b>");
    await page.waitForFunction(() => !document.querySelector("#make").disabled, null, { timeout: 60000 });
    await page.click("#make");
    await page.waitForSelector("#made:not([hidden])", { timeout: 60000 });
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#report")]);
    const text = await openReport(new Uint8Array(readFileSync(await saved.path())), bytes(VECTORS.keys["a.example"]));
    assert.match(text, /^kind image$/m);
    assert.equal(await page.textContent("#text"), text);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    assert.deepEqual(faults, []);
    assert.deepEqual(requests.filter((url) => !url.startsWith(site.url) && !url.startsWith("blob:")), []);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/report-${width}.png`, fullPage: true });
  });

test("a card that somebody changed is refused", { skip }, async () => {
  const page = await browser.newPage();
  await page.goto(`${site.url}report.html`);
  const card = `${mkdtempSync(`${tmpdir()}/card-`)}/bad.card`;
  writeFileSync(card, Buffer.from(bytes(VECTORS.card.file)).toString("utf8").replace(/\nuntil \d/, "\nuntil 9"));
  await page.setInputFiles("#cards", card);
  await page.waitForSelector("#state.error");
  assert.match(await page.textContent("#state"), /signature/);
  assert.equal(await page.locator("#chosen li").count(), 0);
});
