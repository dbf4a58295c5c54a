// The worker, asked from the page.
/* global WORKER: its text, put in by build.js */
let worker;
let last = 0;
const waiting = new Map();

/** Asks the worker for one thing. */
export function ask(action, given = {}, transfer = []) {
  const id = ++last;
  worker.postMessage({ id, action, ...given }, transfer);
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

/** Starts it from a blob: such a worker is bound by this page's policies, one from a file would bring its own. */
export function startWorker(wasm) {
  const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
  worker = new Worker(url);
  worker.onmessage = ({ data: { id, done, failed } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (failed !== undefined) reject(new Error(failed));
    else resolve(done);
  };
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => {
      const error = new Error(`the worker stopped: ${event.message ?? "blocked"}`);
      for (const { reject: bad } of waiting.values()) bad(error);
      waiting.clear();
      reject(error);
    };
    ask("start", { wasm }, [wasm.buffer]).then(resolve, reject);
  });
}
