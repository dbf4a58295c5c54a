// The page that makes a report, in Chromium: what is saved opens, nothing is asked of any other place, every word in two languages.
// Needs picture-0.jpg of what `pdqlite demo --keep DIR` makes, DIR in PDQLITE_DEMO; and Chromium.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { openReport } from "pdqlite";
import words from "../demo/words.js";
import { DEMO, opened, skip, started } from "./browser.js";
import { bytes, json } from "./common.js";

const VECTORS = json("tests/vectors/report/cases.json");

const given = started();

for (const [width, language] of [[390, "de"], [1280, "en"]])
  test(`a report is made at ${width} pixels, in ${language}`, { skip }, async () => {
    const { page, requests, faults } = await opened(given, { viewport: { width, height: 900 } }, `${given.site.url}report.html`);
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
    assert.deepEqual(requests.filter((url) => !url.startsWith(given.site.url) && !url.startsWith("blob:")), []);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/report-${width}.png`, fullPage: true });
  });

test("a card that somebody changed is refused", { skip }, async () => {
  const { page } = await opened(given, {}, `${given.site.url}report.html`);
  const card = `${mkdtempSync(`${tmpdir()}/card-`)}/bad.card`;
  writeFileSync(card, Buffer.from(bytes(VECTORS.card.file)).toString("utf8").replace(/\nuntil \d/, "\nuntil 9"));
  await page.setInputFiles("#cards", card);
  await page.waitForSelector("#state.error");
  assert.match(await page.textContent("#state"), /signature/);
  assert.equal(await page.locator("#chosen li").count(), 0);
});
