// The page: everything is loaded, then the page is sealed, then the worker starts under the seal.
import { startWorker } from "./ask.js";
import { coreBytes } from "./core.js";
import { $, say } from "./dom.js";
import { drawAll, openSample } from "./first.js";
import { own } from "./own.js";
import { seal } from "./policy.js";
import { watch } from "./proof.js";
import { published } from "./published.js";
import files from "./sample.js";

const sample = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]));

async function begin() {
  const wasm = await coreBytes();
  seal();
  watch();
  const { kernels, version } = await startWorker(wasm);
  $("version").textContent = `pdqlite ${version}, ${kernels}`;
  const drawn = await drawAll();
  own(() => drawn[1]);
  published(() => sample);
  for (const button of document.querySelectorAll("[data-waits]")) button.disabled = false;
  await openSample(sample);
  $("find").disabled = false;
  say("first-state", "Ready.");
}

begin().catch((error) => say("first-state", `This page does not work in this browser: ${error.message}`, true));
