// Shows the demo page on this machine only: http://127.0.0.1:8000/
//
//     node demo/serve.js [PORT]      after `npm run build`; the page's `pdqlite/` is the package's `dist/`
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const TYPES = { html: "text/html", js: "text/javascript", css: "text/css" };

/** Serves the page's own files and nothing else; gives the server and the paths that were asked for. */
export async function serve(port = 0) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const path = request.url === "/" ? "/index.html" : request.url;
    asked.push(path);
    const found = /^\/(pdqlite\/(?:wasm\/)?)?(\w+)\.(html|js|css)$/.exec(path);
    try {
      if (!found || request.method !== "GET") throw new Error("not here");
      const file = path.replace(/^\/pdqlite\//, "../dist/").replace(/^\//, "./");
      response.setHeader("Content-Type", `${TYPES[found[3]]}; charset=utf-8`);
      response.end(await readFile(new URL(file, import.meta.url)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { server, asked, url: `http://127.0.0.1:${server.address().port}/` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await serve(Number(process.argv[2] ?? 8000))).url);
