// Serves a built page and reads its title in Chromium, once it has one:  node run.mjs FOLDER (in bindings/js, whose playwright-core it takes)
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";

const { chromium } = createRequire(join(process.cwd(), "package.json"))("playwright-core");
const folder = process.argv[2];
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const server = createServer((request, response) => {
  const path = join(folder, request.url === "/" ? "index.html" : new URL(request.url, "http://x").pathname);
  if (!existsSync(path)) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": KINDS[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.waitForFunction(() => document.title !== "working", null, { timeout: 60_000 });
const said = await page.title();
await browser.close();
server.close();
console.log(`  the page says: ${said}`);
process.exitCode = said === "match 1, no match null" ? 0 : 1;
