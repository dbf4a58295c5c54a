// A report is made on this page and saved as a file; the page may not connect to anything, so it sends nothing.
import { makeReport, readCard } from "../dist/index.js";
import { runs } from "./causes.js";
import { $, item, look, save, say, speaking, tell } from "./looking.js";

const cards = new Map();
let subject = null;
let made = null;

const looking = runs();

const usable = () => ($("make").disabled = !subject || !cards.size);

/** Looks at a file, in place of the one before and of what was made of that. */
async function take(file) {
  const newest = looking();
  [subject, made] = [null, null];
  $("made").hidden = true;
  usable();
  tell("...");
  try {
    const found = await look(file, (now, all) => newest() && tell(`${now} / ${all} s`));
    if (!newest()) return; // another file was chosen while this one was looked at
    if (found.seen.length) subject = found;
    tell(found.seen.length ? say("page-looked", { name: file.name }) : say("too-plain"), !found.seen.length);
  } catch (error) {
    if (newest()) tell(error.message, true);
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
  const of = subject;
  try {
    const statement = $("statement").value.trim();
    const reporter = document.querySelector("[name=reporter]:checked").value;
    const parts = { ...of, to: [...cards.values()], category: $("category").value, reporter, statement, now: Math.floor(Date.now() / 1000) };
    const report = await makeReport(parts);
    if (of !== subject) return;
    made = { parts, report };
    tell("");
    show();
    $("made").scrollIntoView();
  } catch (error) {
    tell(error.message, true);
  }
};

speaking(() => made && show());
