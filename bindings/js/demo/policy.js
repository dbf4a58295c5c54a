// The page's policy, told in words, and made stricter once everything is here.

/** What is still allowed once the page has loaded: nothing from any address, its own not excepted. */
const SEALED = "default-src 'none'; script-src 'wasm-unsafe-eval'; worker-src blob:; img-src blob:; media-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'";

/** Adds a policy to those that hold; none can be taken back while the page is open. */
export function seal() {
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = SEALED;
  document.head.append(meta);
}

const WORDS = {
  "default-src 'none'": "What is not named here is forbidden.",
  "connect-src 'none'": "No connection: no fetch, no beacon, no socket, to any address, its own server included.",
  "script-src 'wasm-unsafe-eval'": "No more scripts can be loaded. WebAssembly may be compiled, from bytes that are already here.",
  "script-src 'self' 'wasm-unsafe-eval'": "While it loads: scripts of this page alone. WebAssembly may be compiled.",
  "worker-src blob:": "The worker that compares pictures starts from text that is already in this page.",
  "style-src 'self'": "While it loads: the style sheet of this page alone.",
  "img-src blob:": "Pictures from your device alone: none from any address.",
  "media-src blob:": "Clips from your device alone: none from any address.",
  "base-uri 'none'": "Nothing can change where the page's addresses lead.",
  "form-action 'none'": "No form can be sent.",
};

/** The policies that hold, as [directive, words, each once]. */
export function told() {
  const policies = [...document.querySelectorAll("meta[http-equiv=Content-Security-Policy]")];
  const directives = [...new Set(policies.reverse().flatMap((meta) => meta.content.split(/; ?/)))];
  return directives.map((directive) => [directive, WORDS[directive]]);
}
