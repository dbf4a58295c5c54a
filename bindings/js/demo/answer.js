// Answers to a report are read on this page with the keep file, their proof is checked, and a withdrawal is written; nothing is sent.
import { makeWithdrawal, readReceipt } from "../dist/index.js";
import { causeOfAnswer, causeOfKeep, causeOfProof, listOf, runs } from "./causes.js";
import { $, core, look, save, say, speaking, tell } from "./looking.js";

const MOST = 8_388_608; // bytes: no answer, keep file or trust file is larger
let keep = null;
let answers = []; // [name of the file, bytes]
let trust = null;
let hashes = [];
let read = []; // [name of the file, receipt or the cause of its refusal]
let back = null;
const reading = runs();

async function bytesOf(file) {
  if (file.size > MOST) throw new Error(say("page-too-long", { name: file.name }));
  return new Uint8Array(await file.arrayBuffer());
}

/** What one answer says, in words. */
function said([file, found]) {
  if (typeof found === "string") return [`${file}:`, say(found)];
  const { name, status, reason, release, proof, distance } = found;
  const lines = [say("genuine", { name, day: new Date(found.time * 1000).toISOString().slice(0, 10) })];
  if (found.wrong) return [...lines, say(found.wrong, { name, origin: release.origin, other: found.other })];
  lines.push(say(`status-${status}`, { name, reason, origin: release?.origin, seq: release?.seq }));
  if (proof) lines.push(say({ unchecked: "page-proof-unchecked", other: "page-proof-other", cannot: "page-proof-cannot" }[proof] ?? `proof-${proof}`, { name, distance }));
  return lines;
}

/** Of one answer: what it says; what it says and why its proof is not taken; or why it is none. */
async function check(file, [keep, trust, hashes]) {
  let receipt;
  try {
    receipt = await readReceipt(file, keep);
  } catch (error) {
    return causeOfAnswer(error);
  }
  if (receipt.status !== "listed" || !trust) return receipt;
  const other = listOf(trust);
  if (other !== receipt.release.origin) return { ...receipt, wrong: "page-proof-list", other };
  try {
    return await (await core).checkReceipt(file, keep, { trust, hashes });
  } catch (error) {
    const wrong = causeOfProof(error);
    return wrong === "page-proof-cannot" ? { ...receipt, proof: "cannot" } : { ...receipt, wrong, other };
  }
}

async function again() {
  const newest = reading();
  $("back").disabled = !keep;
  const given = [keep, trust, hashes];
  const found = keep ? await Promise.all(answers.map(async ([name, data]) => [name, await check(data, given)])) : [];
  if (!newest()) return; // other files were chosen while these were read
  read = found;
  show();
}

function show() {
  $("read").replaceChildren();
  for (const one of read) {
    const part = document.createElement("li");
    part.classList.toggle("error", typeof one[1] === "string" || Boolean(one[1].wrong));
    for (const line of said(one)) part.append(Object.assign(document.createElement("p"), { textContent: line }));
    $("read").append(part);
  }
  $("found").hidden = !read.length;
  $("taken").hidden = !back;
  if (!back) return;
  save($("withdrawal"), "1.withdrawal", back);
  $("withdrawn").textContent = say("withdrawal", { file: "1.withdrawal" });
}

/** Takes files from an input: what was there goes at once, and what is read comes, unless other files were chosen meanwhile. Says of a file what it is not. */
function taking(id, none, bring, put) {
  const choosing = runs();
  $(id).onchange = async ({ target }) => {
    const newest = choosing();
    tell("");
    put(none);
    again();
    try {
      const found = target.files.length ? await bring([...target.files], newest) : none;
      if (newest()) put(found);
    } catch (error) {
      if (newest()) tell(error.message, true);
    }
    if (newest()) await again();
  };
}

taking("keep", null, async ([file]) => {
  const text = new TextDecoder().decode(await bytesOf(file));
  await makeWithdrawal(text).catch((error) => {
    throw new Error(say(causeOfKeep(error), { name: file.name }));
  });
  return text;
}, (found) => ([keep, back] = [found, null]));
taking("answers", [], (files) => Promise.all(files.map(async (file) => [file.name, await bytesOf(file)])), (found) => (answers = found));
taking("trust", null, async ([file]) => {
  const found = await bytesOf(file);
  if (!listOf(found)) throw new Error(say("page-no-trust", { name: file.name }));
  return found;
}, (found) => (trust = found));
taking("media", [], async ([file], newest) => {
  const { seen } = await look(file, (now, all) => newest() && tell(`${now} / ${all} s`));
  if (newest()) tell(seen.length ? say("page-looked", { name: file.name }) : say("too-plain"));
  return seen.map((one) => one.bits);
}, (found) => (hashes = found));
$("back").onclick = async () => {
  const kept = keep;
  const made = await makeWithdrawal(kept);
  if (kept !== keep) return;
  back = made;
  show();
};
speaking(show);
