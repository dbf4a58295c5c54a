// Answers to a report are read on this page with the keep file, their proof is checked, and a withdrawal is written; nothing is sent.
import { makeWithdrawal, readReceipt } from "../dist/index.js";
import { $, core, look, save, say, speaking, tell } from "./looking.js";

const MOST = 8_388_608; // bytes: no answer, keep file or trust file is larger
let keep = null;
let answers = []; // [name of the file, bytes]
let trust = null;
let hashes = [];
let read = []; // [name of the file, receipt or the code of its refusal]
let back = null;

async function bytesOf(file) {
  if (file.size > MOST) throw new Error(say("page-too-long", { name: file.name }));
  return new Uint8Array(await file.arrayBuffer());
}

/** What one answer says, in words. */
function said([file, found]) {
  if (typeof found === "string") return [`${file}:`, say(found === "signature" ? "page-false-answer" : "page-bad-answer")];
  const { name, status, reason, release, proof, distance } = found;
  const lines = [say("genuine", { name, day: new Date(found.time * 1000).toISOString().slice(0, 10) })];
  if (found.wrong) return [...lines, say("page-bad-proof", { name })];
  lines.push(say(`status-${status}`, { name, reason, origin: release?.origin, seq: release?.seq }));
  if (proof) lines.push(say({ unchecked: "page-proof-unchecked", other: "page-proof-other" }[proof] ?? `proof-${proof}`, { name, distance }));
  return lines;
}

async function check(file) {
  try {
    const receipt = await readReceipt(file, keep);
    if (receipt.status !== "listed" || !trust) return receipt;
    const pdq = await core;
    return await pdq.checkReceipt(file, keep, { trust, hashes }).catch(() => ({ ...receipt, wrong: true }));
  } catch (error) {
    return error.code ?? "format";
  }
}

async function again() {
  $("back").disabled = !keep;
  read = keep ? await Promise.all(answers.map(async ([name, data]) => [name, await check(data)])) : [];
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

/** Takes files from an input, and says of a file that is none of that kind what it is not. */
function taking(id, take) {
  $(id).onchange = async ({ target }) => {
    try {
      tell("");
      await take([...target.files]);
    } catch (error) {
      tell(error.message, true);
    }
    await again();
  };
}

taking("keep", async ([file]) => {
  [keep, back] = [null, null];
  if (!file) return;
  const text = new TextDecoder().decode(await bytesOf(file));
  try {
    await makeWithdrawal(text);
  } catch {
    throw new Error(say("page-no-keep", { name: file.name }));
  }
  keep = text;
});
taking("answers", async (files) => {
  answers = [];
  for (const file of files) answers.push([file.name, await bytesOf(file)]);
});
taking("trust", async ([file]) => {
  trust = null;
  trust = file ? await bytesOf(file) : null;
});
taking("media", async ([file]) => {
  hashes = file ? (await look(file, (now, all) => tell(`${now} / ${all} s`))).seen.map((one) => one.bits) : [];
  tell(hashes.length ? say("page-looked", { name: file.name }) : file ? say("too-plain") : "");
});
$("back").onclick = async () => {
  back = await makeWithdrawal(keep);
  show();
};
speaking(show);
