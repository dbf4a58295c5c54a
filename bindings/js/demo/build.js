// Makes the page as it is published: site/, a folder of files that any static server can show under any path.
//
//     node demo/build.js      after `tsc` and build.sh
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const here = new URL("./", import.meta.url);
const site = new URL("../site/", import.meta.url);
const LICENCE = { js: "// pdqlite, Apache-2.0. Sources: bindings/js/demo and bindings/js/src." };
const MOST = 1_000_000; // bytes of all files

const at = (name, base = here) => new URL(name, base).pathname;
const shared = { bundle: true, charset: "utf8", legalComments: "none", target: "es2022", external: ["./wasm/*", "./core-*.js"], logLevel: "warning" };

async function worker() {
  const made = await build({ ...shared, entryPoints: [at("worker.js")], format: "iife", write: false, supported: { "dynamic-import": true } });
  return made.outputFiles[0].text;
}

await rm(site, { recursive: true, force: true });
await mkdir(site);
for (const name of ["demo", "report", "answer"])
  await build({ ...shared, entryPoints: [at(`${name}.js`)], format: "esm", outdir: at("", site), banner: LICENCE, define: { WORKER: JSON.stringify(name === "demo" ? await worker() : "") } });
for (const [name, module] of [["base", "pdqlite"], ["simd", "pdqlite-simd"]]) {
  const packed = gzipSync(await readFile(new URL(`../wasm/${module}.wasm`, here)), { level: 9 });
  await writeFile(new URL(`core-${name}.js`, site), `${LICENCE.js}\nexport default "${packed.toString("base64")}";\n`);
}
for (const name of ["index.html", "report.html", "answer.html", "demo.css"]) await writeFile(new URL(name, site), await readFile(new URL(name, here)));
const files = await Promise.all((await readdir(site)).map(async (name) => [name, (await stat(new URL(name, site))).size]));
const total = files.reduce((sum, [, size]) => sum + size, 0);
console.log(`${files.map(([name, size]) => `${name}: ${size}`).join("\n")}\nthe page: ${total} bytes in ${files.length} files`);
if (total > MOST) throw new Error(`the page has ${total} bytes; at most ${MOST} are wanted`);
