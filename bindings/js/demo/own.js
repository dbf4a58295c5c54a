// The visitor's own picture or clip: a list of it is made here, it is edited here, and the verdict follows.
import { ask } from "./ask.js";
import { $, element, receives, say } from "./dom.js";
import { NONE, edited } from "./edits.js";
import { frames, picture } from "./media.js";
import { drawPlace, fitted } from "./plots.js";
import { evidenceOf, verdictOf } from "./verdict.js";

const FRAMES = 24; // of a clip; each edit is tried on all of them
const SIDE = 480; // pixels: what is compared and shown
const make = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

let shots = []; // [canvas, seconds] of what was dropped
let decision = null; // the last one
let decidedFor = null; // the edit that it speaks of
let asked = null; // the newest edit that waits
let busy = false;

function edit() {
  const number = (id) => Number($(id).value);
  return {
    ...NONE, keep: number("keep"), left: number("left"), top: number("top"), turn: number("turn"), light: number("light"),
    mirror: $("mirror").checked, filter: $("filter").value, caption: $("caption").value, screenshot: $("screenshot").checked,
  };
}

/** Draws what the edit makes of the picture, and where the matcher saw the original. */
function preview() {
  const [canvas] = shots[Math.min($("moment").valueAsNumber, shots.length - 1)];
  const now = edit();
  const made = edited(canvas, now, make);
  const view = $("edited");
  const [width, height] = fitted(made, 640, 640);
  [view.width, view.height] = [width, height];
  const context = view.getContext("2d");
  context.drawImage(made, 0, 0, width, height);
  if (decision?.where && decidedFor === JSON.stringify(now)) drawPlace(context, decision.where, width, height);
  for (const output of document.querySelectorAll("#controls output")) output.textContent = `${$(output.htmlFor.value).value}${output.dataset.unit ?? ""}`;
}

function tell(took) {
  const { found, short, words } = verdictOf(decision, "your list");
  $("own").dataset.verdict = decision.verdict;
  say("own-short", short);
  say("own-verdict", words);
  $("edited").setAttribute("aria-label", `Your picture, edited. ${short}.${found ? " A frame is drawn round what agreed." : ""}`);
  $("own-facts").replaceChildren(...[...evidenceOf(decision), ["took", `${Math.round(took)} ms, beside the page`]].flatMap(([term, text]) => [element("dt", term), element("dd", text)]));
}

/** Asks for the newest edit alone: what was skipped on the way is never matched. */
async function decide() {
  asked = edit();
  if (busy) return;
  busy = true;
  try {
    while (asked) {
      const now = asked;
      asked = null;
      const found = await ask("edit", { edit: now });
      [decision, decidedFor] = [found.decision, JSON.stringify(now)];
      tell(found.took);
      preview();
    }
  } catch (error) {
    say("own-verdict", error.message, true);
  }
  busy = false;
}

let drawing = 0;
function changed() {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(preview);
  decide();
}

function small(canvas) {
  const [width, height] = fitted(canvas, SIDE, SIDE);
  const made = make(width, height);
  made.getContext("2d").drawImage(canvas, 0, 0, width, height);
  return made;
}

async function keep(name, canvases, video) {
  const bitmaps = await Promise.all(canvases.map(async ([canvas, time]) => ({ bitmap: await createImageBitmap(canvas), time })));
  const { kept, keypoints } = await ask("keep", { frames: bitmaps, video }, bitmaps.map(({ bitmap }) => bitmap));
  [shots, decision, decidedFor] = [canvases, null, null];
  $("editor").reset();
  $("moment").max = canvases.length - 1;
  $("moment-row").hidden = !video;
  $("own").hidden = false;
  const what = video ? `${kept} moments that differ` : "one picture";
  say("own-state", `A list of ${what} of ${name} was made on this device: ${32 * kept} bytes of hashes${video ? "" : `, and ${keypoints} keypoints`}. The ${video ? "clip" : "picture"} itself is not in it. Now change it.`);
  changed();
}

async function take([file]) {
  say("own-state", `${file.name} ...`);
  try {
    if (!file.type.startsWith("video/")) return await keep(file.name, [[small(await picture(file)), 0]], false);
    const found = [];
    await frames(file, async (canvas, time, duration) => {
      found.push([small(canvas), time]);
      say("own-state", `${file.name}: ${Math.round(time / 1000)} of ${Math.round(duration)} s`);
    }, FRAMES);
    await keep(file.name, found, true);
  } catch (error) {
    say("own-state", `${file.name}: ${error.message}`, true);
  }
}

/** Wires the editor; `drawn` gives a picture for those who have none at hand. */
export function own(drawn) {
  receives($("own-drop"), $("own-file"), take);
  $("own-drawn").onclick = () => keep("the drawn picture", [[small(drawn()), 0]], false).catch((error) => say("own-state", error.message, true));
  $("editor").addEventListener("input", changed);
  $("editor").addEventListener("submit", (event) => event.preventDefault());
  $("editor").addEventListener("reset", () => setTimeout(changed));
}
