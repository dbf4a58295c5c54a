// The first ten seconds: drawn pictures on a sample list, and copies of them that are found at one press.
import { ask } from "./ask.js";
import { $, element, say } from "./dom.js";
import { NONE, edited } from "./edits.js";
import { canvasFrom, pixelsOf } from "./media.js";
import { shown } from "./plots.js";
import { LISTED, STRANGER } from "./scenes.js";
import { evidenceOf, verdictOf } from "./verdict.js";

/** What is done to which drawn picture; the last is on no list. */
const COPIES = [
  ["Cropped: less than half of it is left", 0, { keep: 65, left: 70, top: 60 }],
  ["Through a filter, brighter", 3, { filter: "grey", light: 22 }],
  ["Mirrored, with a caption", 5, { mirror: true, caption: "look at this!!" }],
  ["Another picture, on no list", LISTED.length, { caption: "not a copy" }],
];
const make = (width, height) => Object.assign(document.createElement("canvas"), { width, height });
let drawn;

/** The drawn pictures as canvases, listed ones first. */
export async function drawAll() {
  drawn = (await ask("draw", { seeds: [...LISTED, STRANGER] })).map((image) => canvasFrom(image));
  $("sample").replaceChildren(...drawn.slice(0, LISTED.length).map((canvas, i) => {
    const item = document.createElement("li");
    item.append(shown(canvas, null, 200, `drawn picture ${i + 1} of the sample list`), element("p", `Picture ${i + 1}`));
    return item;
  }));
  return drawn;
}

function card(title, canvas, decision, took) {
  const { found, short, words } = verdictOf(decision, "the sample list");
  const item = document.createElement("li");
  item.dataset.verdict = decision.verdict;
  const label = element("p", "", { class: "badge" });
  label.append(element("strong", short), found ? `: it is picture ${decision.entry + 1}` : "");
  const details = document.createElement("details");
  const facts = document.createElement("dl");
  for (const [term, text] of [...evidenceOf(decision), ["took", `${Math.round(took)} ms on this device`]]) facts.append(element("dt", term), element("dd", text));
  details.append(element("summary", "Why?"), element("p", words), facts);
  const at = shown(canvas, decision.where, 300, `${title}. ${short}.${found ? " A frame is drawn round what agreed." : ""}`);
  item.append(element("h3", title), at, label, details);
  return item;
}

/** Entries are sorted by hash; gives which drawn picture an entry is. */
let order = [];

/** Opens the sample list and learns which entry is which picture. */
export async function openSample(sample) {
  const files = { ...sample };
  for (const name of ["list.cob", "local.cob", "sample.trust", "sample.key"]) delete files[name];
  const now = Math.floor(Date.now() / 1000);
  const { entries } = await ask("open", { shelf: "sample", files, trust: sample["sample.trust"], key: sample["sample.key"], list: sample["list.cob"], local: sample["local.cob"], now });
  if (entries !== LISTED.length) throw new Error(`the sample list has ${entries} entries, not ${LISTED.length}`);
}

async function press() {
  $("find").disabled = true;
  say("first-state", "Making copies and looking for them ...");
  try {
    if (!order.length) for (const canvas of drawn.slice(0, LISTED.length)) order.push((await ask("picture", { shelf: "sample", image: pixelsOf(canvas) })).decision.entry);
    const cards = [];
    for (const [title, which, edit] of COPIES) {
      const canvas = edited(drawn[which], { ...NONE, ...edit }, make);
      const { decision, took } = await ask("picture", { shelf: "sample", image: pixelsOf(canvas) });
      cards.push([title, canvas, { ...decision, entry: decision.entry === null ? null : order.indexOf(decision.entry) }, took]);
    }
    $("copies").replaceChildren(...cards.map((each) => card(...each)));
    const found = cards.filter(([, , decision]) => decision.verdict === "match").length;
    say("first-state", `${found} of 3 copies were found. The picture that is on no list was ${cards.at(-1)[2].verdict === "match" ? "taken for a copy" : "left alone"}. Nothing was sent.`);
  } catch (error) {
    say("first-state", error.message, true);
  }
  $("find").disabled = false;
}

$("find").onclick = press;
