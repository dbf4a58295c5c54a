// A report is made on this page and saved as a file; the page may not connect to anything, so it sends nothing.
import { load, makeReport, readCard } from "../dist/index.js";
import { coreBytes } from "./core.js";
import { frames, picture, pixelsOf } from "./media.js";
import { seal } from "./policy.js";
import words from "./words.js";

const ALIKE = 12; // bits: a frame this close to the last one kept is found by that one
const LEAST = 50; // quality
const $ = (id) => document.getElementById(id);
const cards = new Map();
let language = words[navigator.language?.slice(0, 2)] ? navigator.language.slice(0, 2) : "en";
let subject = null;
let made = null;
const core = coreBytes().then((wasm) => {
  seal(); // nothing more is loaded from here on
  return load({ wasm });
});

const say = (key, values = {}) => words[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

function tell(text, wrong = false) {
  $("state").textContent = text;
  $("state").classList.toggle("error", wrong);
}

function item(list, text) {
  const li = document.createElement("li");
  li.textContent = text;
  list.append(li);
}

function speak() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  if (made) show();
}

/** What one picture looks like; null if it is too plain. */
function seen(pdq, canvas, time) {
  const image = pixelsOf(canvas);
  const hash = pdq.hash(image);
  const bits = hash.bits.reduce((n, byte) => n + byte.toString(2).replaceAll("0", "").length, 0);
  if (hash.quality < LEAST || bits < 104 || bits > 152) return null;
  return { bits: hash.bits, quality: hash.quality, signature: pdq.keypointSignature(image), ...(time === undefined ? {} : { time }) };
}

async function look(file) {
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
    tell(`${Math.round(time / 1000)} / ${found.seconds} s`);
  });
  return found;
}

const usable = () => ($("make").disabled = !subject || !cards.size);

async function take(file) {
  try {
    subject = null;
    tell("...");
    const found = await look(file);
    if (found.seen.length) subject = found;
    tell(found.seen.length ? say("page-looked", { name: file.name }) : say("too-plain"), !found.seen.length);
  } catch (error) {
    tell(error.message, true);
  }
  usable();
}

$("media").onchange = ({ target }) => target.files[0] && take(target.files[0]);
for (const name of ["dragover", "dragleave", "drop"])
  $("drop").addEventListener(name, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });

$("cards").onchange = async ({ target }) => {
  for (const file of target.files) {
    try {
      const card = await readCard(new Uint8Array(await file.arrayBuffer()));
      cards.set(card.name, card);
      tell("");
    } catch (error) {
      tell(`${file.name}: ${error.message}`, true);
    }
  }
  $("chosen").replaceChildren();
  for (const name of cards.keys()) item($("chosen"), name);
  usable();
};

/** The first hash as 16 x 16 squares. */
function draw(bits) {
  const context = $("bits").getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, 160, 160);
  context.fillStyle = "#1d2430";
  for (let i = 0; i < 256; i++) if ((bits[i >> 3] >> (7 - (i & 7))) & 1) context.fillRect(10 * (i % 16), 10 * (i >> 4), 10, 10);
}

function save(link, name, data) {
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([data], { type: "application/octet-stream" }));
  link.download = name;
  link.textContent = say("page-save", { name });
}

function show() {
  const { parts, report } = made;
  const names = parts.to.map((card) => card.name).join(", ");
  draw(parts.seen[Math.floor(parts.seen.length / 2)].bits);
  $("leaks").textContent = say("leaks", { names });
  const kind = parts.seconds === undefined ? "image" : "video";
  const facts = [
    say(`says-kind-${kind}`, { width: parts.width, height: parts.height, seconds: parts.seconds }), say("says-category", { category: parts.category }),
    say(`says-reporter-${parts.reporter}`), say("says-no-country"), say("says-week", { week: /^week (.*)$/m.exec(report.text)[1] }),
    parts.statement ? say("says-statement", { count: [...parts.statement].length }) : say("says-no-statement"), say("says-reply"),
  ];
  $("says").replaceChildren();
  for (const fact of facts) item($("says"), fact);
  save($("report"), "1.report", report.file);
  save($("keep"), "1.keep", report.keep);
  $("send").textContent = say("send", { report: "1.report" });
  $("keeping").textContent = say("keep", { keep: "1.keep" });
  $("text").textContent = report.text;
  $("made").hidden = false;
}

$("make").onclick = async () => {
  try {
    const statement = $("statement").value.trim();
    const reporter = document.querySelector("[name=reporter]:checked").value;
    const parts = { ...subject, to: [...cards.values()], category: $("category").value, reporter, statement, now: Math.floor(Date.now() / 1000) };
    made = { parts, report: await makeReport(parts) };
    tell("");
    show();
    $("made").scrollIntoView();
  } catch (error) {
    tell(error.message, true);
  }
};

for (const button of document.querySelectorAll("[data-language]"))
  button.onclick = () => {
    language = button.dataset.language;
    speak();
  };
speak();
