// The page that reads answers and takes a report back, in Chromium: what it says, what it refuses, that it asks nothing of any other place.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import words from "../demo/words.js";
import { axe, opened, shot, skip, started, wide } from "./browser.js";
import { bytes, json } from "./common.js";

const CASES = json("tests/vectors/report/cases.json");
const { keep, cases } = json("tests/vectors/report/evidence.json").receipts;
const of = (name) => cases.find((c) => c.name === name);
const folder = mkdtempSync(`${tmpdir()}/answers-`);
const file = (name, data) => (writeFileSync(`${folder}/${name}`, data), `${folder}/${name}`);
const given = started();

/** The page, and what its list of answers says once it says so. */
async function answering(options = {}) {
  const found = await opened(given, options, `${given.site.url}answer.html`);
  const said = async (pattern) => {
    await found.page.waitForFunction((source) => new RegExp(source).test(document.getElementById("read").textContent), pattern, { timeout: 60000 });
    return found.page.locator("#read li").allTextContents();
  };
  return { ...found, said };
}

for (const [width, language] of [[390, "de"], [1280, "en"]])
  test(`answers are read and a report is taken back at ${width} pixels, in ${language}`, { skip }, async () => {
    const { page, requests, faults, said } = await answering({ viewport: { width, height: 900 } });
    await page.click(`[data-language=${language}]`);
    const say = (key, values = {}) => words[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
    assert.equal(await page.textContent("h1"), say("page-answers"));
    assert.equal(await page.isDisabled("#back"), true);
    await page.setInputFiles("#keep", file("1.keep", CASES.receipt.keep));
    await page.setInputFiles("#answers", [file("good.receipt", bytes(CASES.receipt.file)), file("other.receipt", bytes(of("logged").file))]);
    const [good, other] = await said(say("page-bad-answer").slice(0, 20));
    assert.ok(good.includes(say("status-declined", { name: "a.example", reason: "not-enough" })), good);
    assert.ok(good.includes(say("genuine", { name: "a.example", day: "2026-11-30" })), good);
    assert.ok(other.includes("other.receipt") && !other.includes(say("status-listed").slice(0, 15)), other);
    await page.click("#back");
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#withdrawal")]);
    assert.equal(saved.suggestedFilename(), "1.withdrawal");
    assert.equal(readFileSync(await saved.path(), "utf8"), CASES.withdrawal);
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(await wide(page), []);
    assert.deepEqual(faults, []);
    assert.deepEqual(requests.filter((url) => !url.startsWith(given.site.url) && !url.startsWith("blob:")), []);
    await shot(page, `answer-${width}`);
  });

test("a proof is said to be checked only once it is, and what is no proof is said to be none", { skip }, async () => {
  const { page, said } = await answering();
  await page.setInputFiles("#keep", file("2.keep", keep));
  await page.setInputFiles("#answers", file("listed.receipt", bytes(of("logged").file)));
  assert.match((await said("not checked yet"))[0], /is on the list/);
  await page.setInputFiles("#trust", file("trust", bytes(of("logged").trust)), { force: true });
  assert.match((await said("has checked the proof"))[0], /that of your report, and the release is in the public log/);
  await page.setInputFiles("#trust", file("other-trust", bytes(of("unlogged").trust).map((byte, i) => (i > 200 ? byte ^ 1 : byte))), { force: true });
  assert.doesNotMatch((await said("does not hold"))[0], /is on the list/);
  await page.setInputFiles("#trust", file("trust", bytes(of("logged").trust)), { force: true });
  await page.setInputFiles("#answers", file("else.receipt", bytes(of("logged, of something else").file)));
  await said("of another fingerprint");
});

test("what is no answer and no keep file is named, and nothing is taken back without one", { skip }, async () => {
  const { page, said, faults } = await answering();
  await page.setInputFiles("#keep", file("holiday.txt", "sun"));
  await page.waitForSelector("#state.error");
  assert.match(await page.textContent("#state"), /holiday\.txt is not a file that was kept/);
  assert.equal(await page.isDisabled("#back"), true);
  await page.setInputFiles("#keep", file("3.keep", CASES.receipt.keep.replace(/^to a\.example.*\n/m, "")));
  await page.setInputFiles("#answers", file("false.receipt", bytes(CASES.receipt.file)));
  await said("Do not rely on it");
  await page.setInputFiles("#answers", file("huge.receipt", new Uint8Array(9_000_000)));
  await page.waitForSelector("#state.error");
  assert.match(await page.textContent("#state"), /huge\.receipt is longer/);
  assert.deepEqual(faults, []);
});
