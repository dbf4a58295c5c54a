// The proof that nothing leaves: what was loaded since, counted; a try to send, in front of the visitor; the policy in words.
import { ask } from "./ask.js";
import { $, element } from "./dom.js";
import { told } from "./policy.js";

const blocked = []; // what the browser refused, as it tells the page
document.addEventListener("securitypolicyviolation", (event) => {
  blocked.push([event.effectiveDirective, event.blockedURI]);
  counted();
});

const outside = ({ name }) => !/^(blob|data|about):/.test(name);
const loaded = []; // before everything was here
const since = []; // after

/** Requests that left. The browser lists some that it refused, too: those are known by its own word. */
function counted() {
  const left = since.filter((name) => !blocked.some(([, uri]) => uri === name));
  const text = `${left.length}`;
  for (const place of document.querySelectorAll("[data-count]")) if (place.textContent !== text) place.textContent = text;
  $("since").replaceChildren(...(left.length ? left : ["none"]).map((name) => element("li", name)));
}

/** Begins to count: what came before is the page itself. */
export function watch() {
  loaded.push(...performance.getEntriesByType("resource").filter(outside));
  const bytes = loaded.reduce((sum, entry) => sum + (entry.decodedBodySize || 0), 0);
  $("loaded").textContent = `this page and ${loaded.length} files${bytes ? ` of ${Math.round(bytes / 1000)} kB` : ""}`;
  $("loaded-files").replaceChildren(...loaded.map(({ name }) => element("li", new URL(name).pathname.split("/").pop())));
  new PerformanceObserver((list) => {
    since.push(...list.getEntries().filter(outside).map(({ name }) => name));
    counted();
  }).observe({ type: "resource" });
  counted();
  for (const [directive, words] of told()) $("policy").append(element("dt", directive), element("dd", words));
  online();
}

/** The worker's requests, for it has a log of its own. */
export async function askWorker() {
  for (const name of await ask("requests")) if (!since.includes(name)) since.push(name);
  counted();
}

function online() {
  const here = navigator.onLine;
  $("online").textContent = here
    ? "This device is online now. Switch to flight mode, or pull the cable, and go on: all of this page works."
    : "This device is offline now. Go on: all of this page works.";
}
for (const name of ["online", "offline"]) window.addEventListener(name, online);

function socket(url) {
  return new Promise((resolve) => {
    try {
      const opened = new WebSocket(url.replace(/^http/, "ws"));
      opened.onopen = () => resolve(true);
      opened.onerror = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}

function picture(url) {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
    image.src = url;
  });
}

function script(url) {
  return new Promise((resolve) => {
    const made = document.createElement("script");
    made.onload = () => resolve(true);
    made.onerror = () => resolve(false);
    made.src = url;
    document.head.append(made);
    made.remove();
  });
}

/** Ways out: name, the directive that has to refuse it, what tries it and says whether it went. */
const WAYS = [
  ["fetch, as apps send data", "connect-src", (url) => fetch(url, { method: "POST", body: "x" }).then(() => true, () => false)],
  ["a beacon, as advertisements use it", "connect-src", async (url) => void navigator.sendBeacon(url, "x")],
  ["a WebSocket, as chats use it", "connect-src", socket],
  ["a picture's address with data in it", "img-src", picture],
  ["a script's address with data in it", "script-src-elem", script],
];

/** Tries every way, to the page's own server; gives [name, refused]. */
export async function attempts() {
  const results = [];
  for (const [i, [name, directive, attempt]] of WAYS.entries()) {
    const url = new URL(`nothing-leaves-${i}-${blocked.length}?secret`, location.href).href;
    const gone = await attempt(url);
    await new Promise((resolve) => setTimeout(resolve));
    const key = url.replace(/^\w+:/, "").split("?")[0];
    const refused = blocked.some(([by, uri]) => by === directive && uri.includes(key));
    results.push([name, refused && gone !== true]);
  }
  const inside = await ask("attempt", { url: new URL("nothing-leaves-worker", location.href).href });
  return [...results, ["fetch, from the worker that sees your picture", inside.refused && !inside.gone]];
}

$("attempt").onclick = async () => {
  $("attempt").disabled = true;
  const results = await attempts();
  $("ways").replaceChildren(...results.map(([name, refused]) => {
    const item = element("li", `${name}: `);
    item.append(element("strong", refused ? "refused by the browser" : "not refused"));
    item.dataset.refused = refused;
    return item;
  }));
  const bad = results.filter(([, refused]) => !refused).length;
  $("tried").textContent = bad ? `${bad} of ${results.length} ways out were not refused by this browser. Do not trust this page in it.` : `${results.length} ways out were tried. The browser refused all of them.`;
  $("tried").classList.toggle("error", bad > 0);
  await askWorker();
  $("attempt").disabled = false;
};
