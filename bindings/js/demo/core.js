// The WebAssembly module's bytes without a request of its own: a script holds them, packed (build.js).
import { hasSimd } from "../dist/index.js";

export async function coreBytes() {
  const { default: text } = hasSimd() ? await import("./core-simd.js") : await import("./core-base.js");
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}
