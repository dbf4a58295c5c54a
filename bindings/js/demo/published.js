// A published list: what it says of itself without a key; with its key, pictures and clips against it.
import { ask } from "./ask.js";
import { auditOf, inWords } from "./audit.js";
import { $, bytesOf, element, receives, say } from "./dom.js";
import { frames, picture, pixelsOf } from "./media.js";
import { histogram, shown, timeline } from "./plots.js";
import { TIERS, verdictOf } from "./verdict.js";

const shelf = "published";
const REMARKS = ["unlogged", "unwitnessed", "stale", "unaudited"];
const now = () => Math.floor(Date.now() / 1000);

/** A list key: 32 bytes, or a key file as `pdqlite key new --list` writes it. */
async function keyOf(file) {
  const data = await bytesOf(file);
  if (data.length === 32) return data;
  const line = /\n([A-Za-z0-9+/]{43}=)\n$/.exec(new TextDecoder().decode(data));
  if (!line) throw new Error("that is not a list key file");
  return Uint8Array.from(atob(line[1]), (c) => c.charCodeAt(0));
}

function only(files, test, what) {
  const found = Object.keys(files).filter(test);
  if (found.length !== 1) throw new Error(`one ${what} is wanted; ${found.length} were chosen`);
  return files[found[0]];
}

async function open(chosen) {
  const files = Object.fromEntries(chosen.map((file) => [file.name, file]));
  const names = Object.keys(files);
  if (names.length === 1 && !names[0].startsWith("manifest")) return ask("hashes", { shelf, hashes: await bytesOf(chosen[0]) });
  const trust = await bytesOf(only(files, (n) => /(^|\.)trust$/.test(n), "trust file (*.trust)"));
  const plain = names.filter((n) => !/\.cob$|\.key$|\.trust$/.test(n));
  const texts = Object.fromEntries(await Promise.all(plain.map(async (n) => [n, await bytesOf(files[n])])));
  const given = { files: texts, trust, now: now() };
  if (!names.some((n) => /(^|\.)key$/.test(n))) return { ...(await ask("verify", given)), texts, trust };
  const key = await keyOf(only(files, (n) => /(^|\.)key$/.test(n), "key file (*.key)"));
  const list = only(files, (n) => n === "list.cob", "list.cob");
  return { ...(await ask("open", { shelf, ...given, key, list, local: files["local.cob"] })), texts, trust };
}

/** The auditor's table. */
export function report(texts, trust, info) {
  const facts = auditOf(texts, trust, info);
  $("audit-facts").replaceChildren(...inWords(facts, info, now()).flatMap(([asked, said]) => [element("dt", asked), element("dd", said)]));
  $("audit-raw").textContent = new TextDecoder().decode(texts.manifest);
  $("audit").hidden = false;
}

async function take(chosen) {
  try {
    say("state", "Verifying ...");
    $("audit").hidden = true;
    $("media").disabled = true;
    const { info, entries, kernels, texts, trust } = await open(chosen);
    const remarks = info ? REMARKS.filter((r) => info[r]) : ["bare hashes, not a signed list"];
    const opened = info ? `Release ${info.seq}, endorsed` : "Opened";
    const told = `${opened}${remarks.length ? ` (${remarks.join(", ")})` : ""}.`;
    if (info) report(texts, trust, info);
    $("media").disabled = entries === undefined;
    say("state", entries === undefined ? `${told} Checked without its key: nobody without it can read the entries.` : `${entries} entries. ${told} Kernels: ${kernels}.`);
  } catch (error) {
    say("state", `Refused: ${error.message}`, true);
  }
}

function row(name, decision, images, took) {
  const article = document.createElement("article");
  article.dataset.verdict = decision.verdict;
  const title = document.createElement("h3");
  title.append(element("span", decision.verdict, { class: "verdict" }), ` ${name}`);
  const facts = document.createElement("dl");
  const fact = (term, text) => facts.append(element("dt", term), element("dd", text));
  if (decision.entry !== null) {
    fact("entry", `${decision.entry}, by ${TIERS[decision.tier]}`);
    fact("false-match rate", decision.rate.toExponential(1));
    if (decision.distance !== null) fact("distance", `${decision.distance} of 256 bits`);
    fact("seen", `${decision.where.orientation}${decision.where.inverted ? ", inverted" : ""}`);
    if (decision.span) fact("when", `${decision.span.map((t) => (t / 1000).toFixed(1)).join(" to ")} s, ${decision.agreeing} of ${decision.frames} frames`);
  }
  fact("quality", decision.quality);
  fact("took", `${took.toFixed(0)} ms`);
  const details = document.createElement("details");
  details.append(element("summary", "Technical details"), facts, images[1]);
  const right = document.createElement("div");
  right.append(element("p", verdictOf(decision, "the list").words), details);
  article.append(title, images[0], right);
  $("results").prepend(article);
}

async function doPicture(file) {
  const canvas = await picture(file);
  const image = pixelsOf(canvas);
  const { decision, distances, took } = await ask("picture", { shelf, image }, [image.data.buffer]);
  row(file.name, decision, [shown(canvas, decision.where), histogram(distances, decision.distance)], took);
}

async function doClip(file) {
  const [points, views, start] = [[], [], performance.now()];
  let length = 0;
  await ask("watch", { shelf });
  await frames(file, async (canvas, time, duration) => {
    const image = pixelsOf(canvas);
    length = duration;
    views.push([time, shown(canvas, null)]);
    const { nearest } = await ask("frame", { shelf, image, time }, [image.data.buffer]);
    points.push({ time, nearest });
    say("progress", `${file.name}: ${(time / 1000).toFixed(1)} of ${duration.toFixed(1)} s`);
  });
  const { decision, frames: agreeing } = await ask("end", { shelf });
  const at = agreeing[0]?.time ?? 0;
  const view = views.find(([time]) => time >= at)?.[1] ?? views[0][1];
  row(file.name, decision, [shown(view, decision.where), timeline(points, agreeing, length)], performance.now() - start);
}

let turn = Promise.resolve();
function match(files) {
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

/** Wires the auditor's corner; `sample` gives the sample list's files. */
export function published(sample) {
  receives($("list-drop"), $("list"), take);
  receives($("drop"), $("media"), match);
  $("open-sample").onclick = () => take(Object.entries(sample()).filter(([name]) => name !== "sample.key").map(([name, data]) => new File([data], name)));
}
