// The page: files in, verdicts out. Everything heavy happens in the worker.
import { frames, picture, pixelsOf } from "./media.js";
import { histogram, shown, timeline } from "./plots.js";

const $ = (id) => document.getElementById(id);
const TIERS = [null, "hashes of rectangles", "parts against plain hashes", "keypoint signatures"];

// A worker made from a blob is bound by this page's policy; one from a file would bring its own.
const start = `import(${JSON.stringify(new URL("worker.js", import.meta.url).href)});`;
const worker = new Worker(URL.createObjectURL(new Blob([start], { type: "text/javascript" })), { type: "module" });
const waiting = new Map();
let last = 0;

function ask(action, given = {}, transfer = []) {
  const id = ++last;
  worker.postMessage({ id, action, ...given }, transfer);
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

const ready = new Promise((resolve, reject) => {
  worker.onerror = (e) => reject(new Error(`the worker did not start: ${e.message ?? "blocked"}`));
  worker.onmessage = ({ data: { id, done, failed } }) => {
    if (id === 0) return resolve();
    const { resolve: good, reject: bad } = waiting.get(id);
    waiting.delete(id);
    if (failed !== undefined) bad(new Error(failed));
    else good(done);
  };
});

function say(id, text, wrong = false) {
  $(id).textContent = text;
  $(id).classList.toggle("error", wrong);
}

const bytes = async (file) => new Uint8Array(await file.arrayBuffer());

/** A list key: 32 bytes, or a key file as `pdqlite key new --list` writes it. */
async function keyOf(file) {
  const data = await bytes(file);
  if (data.length === 32) return data;
  const line = /\n([A-Za-z0-9+/]{43}=)\n$/.exec(new TextDecoder().decode(data));
  if (!line) throw new Error("that is not a list key file");
  return Uint8Array.from(atob(line[1]), (c) => c.charCodeAt(0));
}

async function open(chosen) {
  const files = Object.fromEntries([...chosen].map((f) => [f.name, f]));
  const names = Object.keys(files);
  if (names.length === 1) return ask("hashes", { hashes: await bytes(chosen[0]) });
  const one = (test, what) => {
    const found = names.filter(test);
    if (found.length !== 1) throw new Error(`one ${what} is wanted; ${found.length} were chosen`);
    return files[found[0]];
  };
  const trust = await bytes(one((n) => /(^|\.)trust$/.test(n), "trust file (*.trust)"));
  const key = await keyOf(one((n) => /(^|\.)key$/.test(n), "key file (*.key)"));
  const list = one((n) => n === "list.cob", "list.cob");
  const texts = Object.fromEntries(await Promise.all(names.filter((n) => !/\.cob$|\.key$|\.trust$/.test(n)).map(async (n) => [n, await bytes(files[n])])));
  return ask("open", { files: texts, trust, key, list, local: files["local.cob"], now: Math.floor(Date.now() / 1000) });
}

$("list").onchange = async ({ target }) => {
  try {
    say("state", "Verifying ...");
    await ready;
    const { info, entries, kernels } = await open(target.files);
    const remarks = info ? ["unlogged", "unwitnessed", "stale", "unaudited"].filter((r) => info[r]) : ["bare hashes, not a signed list"];
    say("state", `${entries} entries. ${info ? `Release ${info.seq}, endorsed` : "Opened"}${remarks.length ? ` (${remarks.join(", ")})` : ""}. Kernels: ${kernels}.`);
    $("media").disabled = false;
  } catch (error) {
    say("state", `Refused: ${error.message}`, true);
  }
};

function row(name, decision, images, took) {
  const article = document.createElement("article");
  article.dataset.verdict = decision.verdict;
  const title = document.createElement("h3");
  const verdict = document.createElement("span");
  verdict.className = "verdict";
  verdict.textContent = decision.verdict;
  title.append(verdict, ` ${name}`);
  const facts = document.createElement("dl");
  const fact = (term, text) => {
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    [dt.textContent, dd.textContent] = [term, text];
    facts.append(dt, dd);
  };
  if (decision.entry !== null) {
    fact("entry", `${decision.entry}, by ${TIERS[decision.tier]}`);
    fact("false-match rate", decision.rate.toExponential(1));
    if (decision.distance !== null) fact("distance", `${decision.distance} of 256 bits`);
    fact("seen", `${decision.where.orientation}${decision.where.inverted ? ", inverted" : ""}`);
    if (decision.span) fact("when", `${decision.span.map((t) => (t / 1000).toFixed(1)).join(" to ")} s, ${decision.agreeing} of ${decision.frames} frames`);
  }
  fact("quality", decision.quality);
  fact("took", `${took.toFixed(0)} ms`);
  const right = document.createElement("div");
  right.append(images[1], facts);
  article.append(title, images[0], right);
  $("results").prepend(article);
}

async function doPicture(file) {
  const canvas = await picture(file);
  const image = pixelsOf(canvas);
  const { decision, distances, took } = await ask("picture", { image }, [image.data.buffer]);
  row(file.name, decision, [shown(canvas, decision.where), histogram(distances, decision.distance)], took);
}

async function doClip(file) {
  const [points, views, start] = [[], [], performance.now()];
  let length = 0;
  await ask("watch");
  await frames(file, async (canvas, time, duration) => {
    const image = pixelsOf(canvas);
    length = duration;
    views.push([time, shown(canvas, null)]);
    const { nearest } = await ask("frame", { image, time }, [image.data.buffer]);
    points.push({ time, nearest });
    say("progress", `${file.name}: ${(time / 1000).toFixed(1)} of ${duration.toFixed(1)} s`);
  });
  if (!views.length) throw new Error("a clip without frames");
  const { decision, frames: agreeing } = await ask("end");
  const at = agreeing[0]?.time ?? 0;
  const view = views.find(([time]) => time >= at)?.[1] ?? views[0][1];
  row(file.name, decision, [shown(view, decision.where), timeline(points, agreeing, length)], performance.now() - start);
}

let turn = Promise.resolve();
function take(files) {
  for (const file of files)
    turn = turn.then(async () => {
      say("progress", `${file.name} ...`);
      try {
        await (file.type.startsWith("video/") ? doClip(file) : doPicture(file));
        say("progress", "");
      } catch (error) {
        say("progress", `${file.name}: ${error.message}`, true);
      }
    });
}

$("media").onchange = ({ target }) => take(target.files);
for (const name of ["dragover", "dragleave", "drop"])
  $("drop").addEventListener(name, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", name === "dragover");
    if (name === "drop" && !$("media").disabled) take(event.dataTransfer.files);
  });
