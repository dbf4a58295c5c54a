// Shows the page on this machine only: http://127.0.0.1:8000/
//
//     node demo/serve.js [PORT]      after `npm run build`
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const TYPES = { html: "text/html", js: "text/javascript", css: "text/css" };

/** What a server should say with each file (docs/howto/demo-page.md). The page's own meta elements say the first, but for what only a header can. */
export const HEADERS = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; style-src 'self'; img-src blob:; media-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
};

/** Serves the page's own files and nothing else; gives the server and the paths that were asked for. */
export async function serve(port = 0) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const path = request.url === "/" ? "/index.html" : request.url;
    asked.push(path);
    const found = /^\/[\w-]+\.(html|js|css)$/.exec(path);
    try {
      if (!found || request.method !== "GET") throw new Error("not here");
      const file = await readFile(new URL(`../site${path}`, import.meta.url));
      response.writeHead(200, { ...HEADERS, "Content-Type": `${TYPES[found[1]]}; charset=utf-8` }).end(file);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { server, asked, url: `http://127.0.0.1:${server.address().port}/` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await serve(Number(process.argv[2] ?? 8000))).url);
