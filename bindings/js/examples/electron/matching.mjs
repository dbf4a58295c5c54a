// The matching thread: WebAssembly beside the main process, so that no window waits for it.
import { parentPort } from "node:worker_threads";
import { load } from "pdqlite";

const pdq = await load();
let matcher;

const actions = {
  async open({ files, trust, key, state }) {
    const verified = await pdq.verifyFiles(files, { trust, state });
    try {
      const entries = await verified.read(key, files["list.cob"] ?? new Uint8Array(0), files["local.cob"]);
      matcher = pdq.matcher(entries, { maxDistance: verified.info.maxDistance });
      return { entries: entries.length, state: verified.state };
    } finally {
      verified.close();
    }
  },
  match(image) {
    const { verdict, entry, where, rate } = matcher.match(image);
    return { verdict, entry, where, rate };
  },
};

parentPort.on("message", async ({ id, action, given }) => {
  try {
    parentPort.postMessage({ id, done: await actions[action](given) });
  } catch (error) {
    parentPort.postMessage({ id, failed: error.message });
  }
});
