// The page that reads answers and takes a report back, in Chromium: what it says, what it refuses, that it asks nothing of any other place.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { readReceipt } from "pdqlite";
import words from "../demo/words.js";
import { looked, opened, skip, started } from "./browser.js";
import { bytes, json } from "./common.js";

const CASES = json("tests/vectors/report/cases.json");
const { keep, cases } = json("tests/vectors/report/evidence.json").receipts;
const of = (name) => cases.find((c) => c.name === name);
const folder = mkdtempSync(`${tmpdir()}/answers-`);
const file = (name, data) => (writeFileSync(`${folder}/${name}`, data), `${folder}/${name}`);
// Of nobody who signed the list: the example of the note format (golang.org/x/mod/sumdb/note).
const STRANGER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
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
    await looked(page, `answer-${language}`);
    assert.deepEqual(faults, []);
    assert.deepEqual(requests.filter((url) => !url.startsWith(given.site.url) && !url.startsWith("blob:")), []);
  });

test("a proof is said to be checked only once it is, and what is no proof is said to be none", { skip }, async () => {
  const { page, said } = await answering();
  await page.setInputFiles("#keep", file("2.keep", keep));
  await page.setInputFiles("#answers", file("listed.receipt", bytes(of("logged").file)));
  assert.match((await said("not checked yet"))[0], /is on the list/);
  await page.setInputFiles("#trust", file("trust", bytes(of("logged").trust)), { force: true });
  assert.match((await said("has checked the proof"))[0], /that of your report, and the release is in the public log/);
  const pinned = new TextDecoder().decode(bytes(of("logged").trust));
  for (const [name, changed, cause] of [
    ["other-list", pinned.replace("/demo", "/other"), "is of the list lists.example.org/other, and the answer speaks of the list lists.example.org/demo"],
    ["newer", pinned.replace("min-seq 0", "min-seq 99"), "one of them may be too old"],
    ["damaged", pinned.replace("type image", "type im"), "it or the trust file is damaged"],
    ["strangers", new TextDecoder().decode(bytes(of("unlogged").trust)).replace("quorum 2", "quorum 1").replace(/endorser [\s\S]*/, `endorser ${STRANGER}\n`), "not signed by the organisations"],
  ]) {
    await page.setInputFiles("#trust", file(name, changed), { force: true });
    assert.doesNotMatch((await said(cause))[0], /is on the list/, name);
  }
  await page.setInputFiles("#trust", file("holiday.txt", "sun"), { force: true });
  assert.match((await said("not checked yet"))[0], /is on the list/);
  assert.match(await page.textContent("#state"), /holiday\.txt is not the trust file of a list/);
  await page.setInputFiles("#trust", file("trust", bytes(of("logged").trust)), { force: true });
  await page.setInputFiles("#answers", file("else.receipt", bytes(of("logged, of something else").file)));
  await said("of another fingerprint");
});

test("what an earlier file brings late replaces nothing that came after it", { skip }, async () => {
  const { page, said, faults } = await answering();
  await page.evaluate(() => {
    // All that the page waits for is counted: seen from a task of its own, nothing running means that all which follows from it is done.
    [window.held, window.running] = [[], 0];
    const counted = (of, name, slow) => {
      const { [name]: real } = of;
      of[name] = async function (...all) {
        window.running++;
        try {
          if (slow(this)) await new Promise((resolve) => window.held.push(resolve));
          return await real.apply(this, all);
        } finally {
          window.running--;
        }
      };
    };
    counted(File.prototype, "arrayBuffer", (file) => file.name.startsWith("slow"));
    for (const name of ["digest", "importKey", "exportKey", "deriveBits", "sign", "verify", "encrypt", "decrypt"]) counted(SubtleCrypto.prototype, name, () => name === "digest" && window.slow);
  });
  const held = (count) => page.waitForFunction((n) => window.held.length >= n, count, { timeout: 60000 });
  const release = async () => {
    await page.evaluate(() => window.held.splice(0).forEach((resolve) => resolve()));
    await page.waitForFunction(() => !window.running && !window.held.length, null, { timeout: 60000 });
  };
  // Files that are read late: a keep file of another report, an answer to another report.
  await page.setInputFiles("#keep", file("slow.keep", CASES.receipt.keep));
  await page.setInputFiles("#keep", file("4.keep", keep));
  await page.setInputFiles("#answers", file("slow.receipt", bytes(CASES.receipt.file)));
  await page.setInputFiles("#answers", file("quick.receipt", bytes(of("logged").file)));
  await said("not checked yet");
  await held(2);
  await release();
  assert.match((await said("not checked yet"))[0], /is on the list/);
  // A check that ends late: with the trust file of another list, and then with the right one.
  const other = new TextDecoder().decode(bytes(of("logged").trust)).replace("/demo", "/other");
  await page.evaluate(() => (window.slow = true));
  await page.setInputFiles("#trust", file("other-trust", other), { force: true });
  await held(1);
  await page.evaluate(() => (window.slow = false));
  await page.setInputFiles("#trust", file("trust", bytes(of("logged").trust)), { force: true });
  await said("has checked the proof");
  await release();
  assert.match((await said("has checked the proof"))[0], /that of your report/);
  assert.deepEqual(faults, []);
});

for (const language of ["en", "de"])
  test(`what this browser cannot do is not laid to the files, in ${language}`, { skip }, async () => {
    const { page, said, faults } = await answering();
    await page.click(`[data-language=${language}]`);
    const say = (key, values = {}) => words[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
    await page.evaluate(() => {
      const { importKey } = SubtleCrypto.prototype;
      SubtleCrypto.prototype.importKey = function (...all) {
        return window.lacks ? Promise.reject(new DOMException("Unrecognized name", "NotSupportedError")) : importKey.apply(this, all);
      };
      window.lacks = true;
    });
    await page.setInputFiles("#keep", file("6.keep", keep));
    await page.waitForSelector("#state.error");
    assert.equal(await page.textContent("#state"), say("page-cannot"));
    await page.evaluate(() => (window.lacks = false));
    await page.setInputFiles("#keep", file("7.keep", keep));
    await page.setInputFiles("#answers", file("listed.receipt", bytes(of("logged").file)));
    await said(say("page-proof-unchecked").slice(0, 30));
    await page.evaluate(() => { // no memory is left once the proof is checked
      WebAssembly.Memory.prototype.grow = () => { throw new RangeError("no more"); };
    });
    await page.setInputFiles("#trust", file("trust", bytes(of("logged").trust)), { force: true });
    const [one] = await said(say("page-proof-cannot", { name: "a.example" }));
    const { origin, seq } = await readReceipt(bytes(of("logged").file), keep).then((receipt) => receipt.release);
    assert.ok(one.includes(say("status-listed", { origin, seq })), one);
    assert.ok(!one.includes(say("page-cannot")), one);
    assert.equal(await page.locator("#read li.error").count(), 0);
    assert.deepEqual(faults, []);
  });

test("what is no answer and no keep file is named, and nothing is taken back without one", { skip }, async () => {
  const { page, said, faults } = await answering();
  await page.setInputFiles("#keep", file("holiday.txt", "sun"));
  await page.waitForSelector("#state.error");
  assert.match(await page.textContent("#state"), /holiday\.txt is not a file that was kept/);
  assert.equal(await page.isDisabled("#back"), true);
  await page.setInputFiles("#answers", file("sun.receipt", "sun"));
  await page.setInputFiles("#keep", file("5.keep", keep));
  await said("not an answer to a report, or it is damaged");
  await page.setInputFiles("#keep", file("3.keep", CASES.receipt.keep.replace(/^to a\.example.*\n/m, "")));
  await page.setInputFiles("#answers", file("false.receipt", bytes(CASES.receipt.file)));
  await said("Do not rely on it");
  await page.setInputFiles("#answers", file("huge.receipt", new Uint8Array(9_000_000)));
  await page.waitForSelector("#state.error");
  assert.match(await page.textContent("#state"), /huge\.receipt is longer/);
  assert.deepEqual(faults, []);
});
