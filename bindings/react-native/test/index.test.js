// The TypeScript in Node: over a native side that is made of the WebAssembly core and answers as PdqliteModule.kt does.
//
//     node --test test/*.test.js      after `npm run build` in bindings/js and `tsc -p .` here
import assert from "node:assert/strict";
import { register } from "node:module";
import { test } from "node:test";
import { load } from "../../js/dist/index.js";
import files from "../../js/demo/sample.js";
import { LISTED, STRANGER, scene } from "../../js/demo/scenes.js";

const pdq = await load();
const lists = new Map();
const bytes = (word) => Uint8Array.from(Buffer.from(word, "base64"));
const closed = () => Object.assign(new Error("the list is closed"), { code: "closed" });

globalThis.nativeSide = {
  async open(folder, trust, key) {
    const given = Object.fromEntries(Object.entries(files).map(([name, word]) => [name, bytes(word)]));
    if (folder === "/broken") given.manifest[40] ^= 1;
    const verified = await pdq.verifyFiles(given, { trust: bytes(trust) });
    const entries = await verified.read(bytes(key), given["list.cob"], given["local.cob"]);
    const list = lists.size + 1;
    lists.set(list, pdq.matcher(entries, { maxDistance: verified.info.maxDistance }));
    return { list, entries: entries.length, seq: verified.info.seq, remarks: [] };
  },
  async match(list, uri) {
    if (!lists.has(list)) throw closed();
    const { verdict, entry, rate, where } = lists.get(list).match(scene(Number(/^file:\/\/\/scene-(\d+)$/.exec(uri)[1])));
    return uri.endsWith("-1000") ? { verdict: "of tomorrow", entry, rate, where } : { verdict, entry, rate, where };
  },
  async close(list) {
    lists.get(list).close();
    lists.delete(list);
  },
};
const source = 'export const TurboModuleRegistry = { getEnforcing: (name) => { if (name !== "Pdqlite") throw new Error(name); return globalThis.nativeSide; } };';
register(`data:text/javascript,${encodeURIComponent(`export const resolve = (name, context, next) => name === "react-native" ? { url: "data:text/javascript,${encodeURIComponent(source)}", shortCircuit: true } : next(name === "./NativePdqlite" ? "./NativePdqlite.js" : name, context);`)}`);
const { PdqList, PdqliteError } = await import("../build/index.js");

const given = { folder: "/release", trust: files["sample.trust"], key: files["sample.key"] };
const code = (wanted) => (error) => error instanceof PdqliteError && error.code === wanted;

test("a listed picture is found, a stranger is not; closing is final", async () => {
  const list = await PdqList.open(given);
  assert.deepEqual([list.entries, list.seq, list.remarks], [LISTED.length, 1, []]);
  const found = await list.match(`file:///scene-${LISTED[3]}`);
  assert.equal(found.verdict, "match");
  assert.deepEqual([found.where.left, found.where.orientation], [0, "as is"]);
  const stranger = await list.match(`file:///scene-${STRANGER}`);
  assert.deepEqual([stranger.verdict, stranger.entry, stranger.where], ["no match", null, null]);
  await list.close();
  await list.close();
  await assert.rejects(list.match(`file:///scene-${LISTED[3]}`), code("closed"));
});

test("what is refused has the name of its status", async () => {
  await assert.rejects(PdqList.open({ ...given, folder: "/broken" }), (error) => error instanceof PdqliteError && error.code !== "io" && error.message.length > 0);
  await assert.rejects(PdqList.open({ ...given, key: "no base64!" }), code("argument"));
  await assert.rejects(PdqList.open({ ...given, folder: "" }), code("argument"));
  await assert.rejects(PdqList.open(), code("argument"));
  const list = await PdqList.open(given);
  await assert.rejects(list.match(7), code("argument"));
  await assert.rejects(list.match("file:///scene-1000"), /of another version: it says "of tomorrow"/);
  await list.close();
});
