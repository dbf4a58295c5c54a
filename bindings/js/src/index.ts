/**
 * pdqlite: picture and video hashes, matched on the device against a signed list. WebAssembly that imports nothing.
 *
 *     const pdq = await load();
 *     const matcher = pdq.matcher(Entries.fromHashes(hashes));
 *     matcher.match(context.getImageData(0, 0, width, height)).verdict
 */
import { Pdqlite, StartOptions, hasSimd, start } from "./bare.js";
import { flag, options as known } from "./core.js";

export * from "./bare.js";

/** How to load. */
export interface LoadOptions {
  /** With 128-bit vectors: true, false, or what the machine can (if not given). */
  simd?: boolean;
  /** A module of the application's own, instead of one of the package's. */
  wasm?: StartOptions["wasm"];
}

/** Compiles and starts the core, of which the package has two modules. Each call makes an instance of its own, with its own memory. */
export async function load(options: LoadOptions = {}): Promise<Pdqlite> {
  const { wasm, simd: asked } = known(options, "what load takes", ["simd", "wasm"]);
  const simd = flag(asked, "simd", hasSimd());
  if (wasm !== undefined) return start({ wasm });
  const { default: text } = simd ? await import("./wasm/simd.js") : await import("./wasm/base.js");
  return start({ wasm: text });
}
