// What the two pages of a reporter share: words in two languages, looking at a file, saving one. Nothing more is loaded once the core is here.
import { load } from "../dist/index.js";
import { coreBytes } from "./core.js";
import { frames, picture, pixelsOf } from "./media.js";
import { seal } from "./policy.js";
import words from "./words.js";

const ALIKE = 12; // bits: a frame this close to the last one kept is found by that one
const LEAST = 50; // quality
let language = words[navigator.language?.slice(0, 2)] ? navigator.language.slice(0, 2) : "en";

export const $ = (id) => document.getElementById(id);

/** The core, once it is here; the page is sealed by then. */
export const core = coreBytes().then((wasm) => {
  seal();
  return load({ wasm });
});

/** One sentence of the catalogue. */
export const say = (key, values = {}) => words[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

export function tell(text, wrong = false) {
  $("state").textContent = text;
  $("state").classList.toggle("error", wrong);
}

export function item(list, text) {
  const li = document.createElement("li");
  li.textContent = text;
  list.append(li);
}

/** Offers a file; its data are bytes or text. */
export function save(link, name, data) {
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([data], { type: "application/octet-stream" }));
  link.download = name;
  link.textContent = say("page-save", { name });
}

/** Says the page, and says it again when another language is chosen; `again` says what the page has found. */
export function speaking(again) {
  const speak = () => {
    document.documentElement.lang = language;
    document.title = `pdqlite: ${say(document.querySelector("h1").dataset.say)}`;
    for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
    for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
    again();
  };
  for (const button of document.querySelectorAll("[data-language]"))
    button.onclick = () => {
      language = button.dataset.language;
      speak();
    };
  speak();
}

/** What one picture looks like; null if it is too plain. */
function seen(pdq, canvas, time) {
  const image = pixelsOf(canvas);
  const hash = pdq.hash(image);
  const bits = hash.bits.reduce((n, byte) => n + byte.toString(2).replaceAll("0", "").length, 0);
  if (hash.quality < LEAST || bits < 104 || bits > 152) return null;
  return { bits: hash.bits, quality: hash.quality, signature: pdq.keypointSignature(image), ...(time === undefined ? {} : { time }) };
}

/** What a picture or video looks like; `passed` is told the seconds that were looked at, and all. */
export async function look(file, passed) {
  const pdq = await core;
  if (!file.type.startsWith("video/")) {
    const canvas = await picture(file);
    const found = seen(pdq, canvas);
    return { seen: found ? [found] : [], width: canvas.width, height: canvas.height };
  }
  const found = { seen: [], width: 0, height: 0, seconds: 1 };
  await frames(file, async (canvas, time, duration) => {
    [found.width, found.height, found.seconds] = [canvas.width, canvas.height, Math.max(1, Math.ceil(duration))];
    const one = seen(pdq, canvas, time);
    const last = found.seen.at(-1);
    if (one && (!last || pdq.distance(one.bits, last.bits) > ALIKE)) found.seen.push(one);
    passed(Math.round(time / 1000), found.seconds);
  });
  return found;
}
