// The page that makes a report, in Chromium: what is saved opens, nothing is asked of any other place, every word in two languages.
// Needs picture-0.jpg of what `pdqlite demo --keep DIR` makes, DIR in PDQLITE_DEMO; and Chromium.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
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

test("what an earlier file looks like is not reported in place of a later one", { skip }, async () => {
  const { page, faults } = await opened(given, {}, `${given.site.url}report.html`);
  const folder = mkdtempSync(`${tmpdir()}/late-`);
  copyFileSync(`${DEMO}/picture-0.jpg`, `${folder}/slow.jpg`);
  writeFileSync(`${folder}/a.card`, bytes(VECTORS.card.file));
  await page.evaluate(() => {
    const real = window.createImageBitmap;
    window.ended = 0;
    window.createImageBitmap = async (file) => {
      if (!file.name?.startsWith("slow")) return real(file);
      await new Promise((resolve) => (window.release = resolve));
      try {
        return await real(file);
      } finally {
        window.ended++; // what the page makes of it follows in the same task
      }
    };
  });
  await page.setInputFiles("#cards", `${folder}/a.card`);
  await page.setInputFiles("#media", `${folder}/slow.jpg`);
  await page.waitForFunction(() => window.release, null, { timeout: 60000 });
  await page.setInputFiles("#media", `${DEMO}/picture-1.jpg`);
  const looked = () => page.waitForFunction(() => /picture-1\.jpg was looked at/.test(document.getElementById("state").textContent), null, { timeout: 60000 });
  const late = async (count) => {
    await page.evaluate(() => window.release());
    await page.waitForFunction((n) => window.ended === n, count, { timeout: 60000 });
  };
  await looked();
  await page.click("#make");
  await page.waitForSelector("#made:not([hidden])", { timeout: 60000 });
  const text = await page.textContent("#text");
  await late(1);
  assert.doesNotMatch(await page.textContent("#state"), /slow/);
  await page.setInputFiles("#media", `${folder}/slow.jpg`); // looked at anew: what was made of the other is gone at once
  await page.waitForSelector("#made", { state: "hidden" });
  assert.equal(await page.isDisabled("#make"), true);
  await page.setInputFiles("#media", `${DEMO}/picture-1.jpg`);
  await looked();
  await late(2);
  assert.match(await page.textContent("#state"), /picture-1/);
  await page.click("#make");
  await page.waitForSelector("#made:not([hidden])", { timeout: 60000 });
  const hashed = (said) => /^picture .*$/m.exec(said)[0];
  assert.equal(hashed(await page.textContent("#text")), hashed(text));
  assert.deepEqual(faults, []);
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
