// The page in Chromium, for its tests. Needs what `pdqlite demo --keep DIR` and clips.py make, DIR in PDQLITE_DEMO; and Chromium.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "../demo/serve.js";

export const DEMO = process.env.PDQLITE_DEMO;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const skip = !DEMO ? "PDQLITE_DEMO is not set" : !existsSync(CHROMIUM) ? "no Chromium" : false;

/** A browser and a server for the tests of one file; `then` is done once they are there. */
export function started(then) {
  const given = {};
  before(async () => {
    if (skip) return;
    given.site = await serve();
    given.browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
    await then?.(given);
  });
  after(async () => {
    await given.browser?.close();
    given.site?.server.close();
  });
  return given;
}

/** A page of its own; what went wrong in it, and what it asked for. */
export async function opened({ browser, site }, options = {}, url = site.url) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, reducedMotion: "reduce", ...options });
  const [requests, faults] = [[], []];
  context.on("request", (request) => requests.push(request.url()));
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(url);
  return { context, page, requests, faults };
}

/** Waits until the words of an element are so; gives them. */
export async function words(page, id, pattern) {
  await page.waitForFunction(([at, source]) => new RegExp(source).test(document.getElementById(at).textContent), [id, pattern.source], { timeout: 120000 });
  return page.textContent(`#${id}`);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong: every rule of WCAG 2.2 A and AA and of good practice. */
export async function axe(page) {
  await page.evaluate(AXE);
  return page.evaluate(async () => (await globalThis.axe.run(document, { resultTypes: ["violations"] })).violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`));
}

/** What reaches over the right edge: nothing, if a reader need not scroll sideways. */
export const wide = (page) => page.evaluate(() => {
  const most = document.documentElement.clientWidth;
  const over = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > most + 1 && !e.closest(".skip"));
  return document.documentElement.scrollWidth > most ? over.map((e) => `${e.tagName} ${e.id} ${e.className}`).concat("the page") : [];
});

/** A picture of the whole page, seen from its top: what stays in view lies where it belongs. */
export async function shot(page, name) {
  if (!process.env.SCREENSHOTS) return;
  await page.evaluate(() => window.scrollTo({ top: 0, behavior: "instant" }));
  await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, fullPage: true });
}

/** Looks at a page at every width, light and dark: nothing reaches over the edge, axe finds nothing wrong. */
export async function looked(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of [320, 390, 768, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      assert.deepEqual(await wide(page), [], `${name}, ${width}, ${colorScheme}`);
      assert.deepEqual(await axe(page), [], `${name}, ${width}, ${colorScheme}`);
      await shot(page, `${name}-${colorScheme}-${width}`);
    }
  }
}
