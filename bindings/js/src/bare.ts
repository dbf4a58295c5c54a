/**
 * All of pdqlite but `load`, for bundlers: with "pdqlite/bare" an application takes along the one module that it names.
 *
 * pdqlite: picture and video hashes, matched on the device against a signed list. WebAssembly that imports nothing.
 *
 *     const pdq = await start({ wasm });
 *     const matcher = pdq.matcher(Entries.fromHashes(hashes));
 *     matcher.match(context.getImageData(0, 0, width, height)).verdict
 */
import { Core, octets, options as known, rowsOf, whole } from "./core.js";
import { Provider, webCrypto } from "./crypto.js";
import { UnsupportedError, refuse } from "./errors.js";
import { Proven, ProofOptions, checkReceipt, verifyEvidence } from "./evidence.js";
import { ExactMatcher } from "./exact.js";
import { Hash, Hasher, Image, keypointSignature } from "./image.js";
import { Needs, Release, TokenSays, VerifiedList, compareToken, needs } from "./list.js";
import { Entries, Matcher, MatchPolicy } from "./matcher.js";
import type { Receipt } from "./report.js";
import { Index, Shape } from "./search.js";
import { Pcm, PcmOptions, Resampler, SoundHash, SoundHasher, SoundOptions, hashSound } from "./sound.js";

export * from "./errors.js";
export { webCrypto, type Provider } from "./crypto.js";
export type { Proven, ProofOptions } from "./evidence.js";
export { ExactMatcher } from "./exact.js";
export { Hasher, type Format, type Hash, type Image } from "./image.js";
export { VerifiedList, type Held, type ListInfo, type Needs, type Release, type Source, type TokenSays } from "./list.js";
export { Entries, Matcher, Watch } from "./matcher.js";
export type { Confirmed, Decision, Finding, FrameMatch, Orientation, MatchPolicy, Verdict, Where } from "./matcher.js";
export { ReportError, makeReport, makeWithdrawal, openReport, readCard, readReceipt, readTrusted } from "./report.js";
export type { Card, Receipt, ReportParts, Seen, Trusted } from "./report.js";
export { Index, type Hit, type Shape } from "./search.js";
export { Resampler, SoundHasher, type Pcm, type PcmOptions, type SoundHash, type SoundOptions } from "./sound.js";

/** What to start. */
export interface StartOptions {
  /**
   * The module: compiled, say by another worker (`Pdqlite.module`); the bytes of a .wasm file; or those in base64, as the package's modules
   * "pdqlite/inline/simd" and "pdqlite/inline/base" have them.
   */
  wasm: WebAssembly.Module | Uint8Array | ArrayBuffer | string;
}

/** A module of one instruction: `v128.const`, then `drop`. Where it is no valid module there are no vectors. */
const PROBE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26, 11);

/** True if this machine's WebAssembly has 128-bit vectors. */
export function hasSimd(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(PROBE);
}

/** Compiles and starts a module that the application brings. Each call makes an instance of its own, with its own memory. */
export async function start(options: StartOptions): Promise<Pdqlite> {
  if (typeof WebAssembly !== "object") throw new UnsupportedError("no WebAssembly here");
  const { wasm } = known(options, "what start takes", ["wasm"]);
  const module = wasm instanceof WebAssembly.Module ? wasm : await compiled(wasm);
  const held = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  if (WebAssembly.Module.imports(module).length || ["memory", "__heap_base", "pdql_version", "pdqjs_matcher_make"].some((name) => !held.has(name))) refuse("wasm is not pdqlite's module");
  return new Pdqlite(module, new Core(await WebAssembly.instantiate(module, {})));
}

async function compiled(wasm: unknown): Promise<WebAssembly.Module> {
  let given = wasm;
  try {
    if (typeof wasm === "string") given = Uint8Array.from(atob(wasm), (c) => c.charCodeAt(0));
  } catch {
    given = undefined;
  }
  if (!(given instanceof Uint8Array || given instanceof ArrayBuffer)) refuse("wasm has to be a WebAssembly.Module, the bytes of one, or those in base64");
  const bytes = octets(given, "wasm") as Uint8Array<ArrayBuffer>;
  if (!WebAssembly.validate(bytes)) refuse("wasm is no module, or none that can run here");
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new UnsupportedError(`WebAssembly may not be compiled here; a page's policy needs 'wasm-unsafe-eval': ${(error as Error).message}`);
  }
}

/** The core, loaded. One thread at a time, as everything in JavaScript; each worker loads its own. */
export class Pdqlite {
  /** @internal */
  constructor(
    /** The compiled module: workers can be sent it, and `load` it without compiling again. */
    readonly module: WebAssembly.Module,
    private readonly core: Core,
  ) {}

  /** The version of the core. */
  get version(): string {
    return this.core.text(this.core.x.pdql_version!());
  }

  /** The kernels in use: "wasm128" or "portable". */
  get kernels(): string {
    const { x } = this.core;
    return this.core.text(x.pdql_kernels_name!(x.pdql_kernels_best!()));
  }

  /** Bytes of WebAssembly memory: reserved, which never shrinks, and in use. */
  get memory(): {
    /** Bytes that there are. */
    reserved: number;
    /** Of those, in use. */
    used: number;
  } {
    return this.core.usage;
  }

  /** The core's name of a status number. */
  statusName(status: number): string {
    return this.core.text(this.core.x.pdql_status_name!(whole(status, "status", 0x7fffffff, -0x80000000)));
  }

  /** What hashes pictures of one size: pixels, 5 to 1 048 576 a side. A ShapeError or ArgumentError for other sizes. */
  hasher(width: number, height: number): Hasher {
    return Hasher.make(this.core, width, height);
  }

  /** The hash of one picture; for many of one size a hasher is faster. A ShapeError if its pixels do not lie in its data. */
  hash(image: Image): Hash {
    if (typeof image !== "object" || image === null) refuse("an image is an object with data, width and height");
    const hasher = this.hasher(image.width, image.height);
    try {
      return hasher.hash(image);
    } finally {
      hasher.close();
    }
  }

  /** The keypoint signature of a picture, at most 531 bytes, for `Entries.withKeypoints`: by it parts of the picture are found again. */
  keypointSignature(image: Image): Uint8Array {
    return keypointSignature(this.core, image);
  }

  /** Hashes of a whole sound, one for each window of 4 seconds (docs/formats/sound-hash.md); none for less than that. */
  hashSound(pcm: Pcm, options: PcmOptions & SoundOptions): SoundHash[] {
    return hashSound(this.core, pcm, options);
  }

  /** What makes mono at 8 kHz of a stream of PCM. */
  resampler(): Resampler {
    return Resampler.make(this.core);
  }

  /** What hashes a stream of samples at 8 kHz. */
  soundHasher(options: SoundOptions = {}): SoundHasher {
    return SoundHasher.make(this.core, options);
  }

  /** Differing bits of two hashes of 32 bytes: 0 to 256. An ArgumentError for another length. */
  distance(a: Uint8Array, b: Uint8Array): number {
    const both = [rowsOf(a, "a"), rowsOf(b, "b")] as const;
    if (both.some((hash) => hash.length !== 32)) refuse("a hash is 32 bytes");
    return this.core.scoped((memory) => this.core.x.pdql_distance!(memory.copy(both[0]), memory.copy(both[1])));
  }

  /** Builds an index of rows of 32 bytes, one after another; an ArgumentError for part of a row. The rows are copied. */
  index(rows: Uint8Array, shape: Shape = "auto"): Index {
    return Index.build(this.core, rows, shape);
  }

  /** Opens a block that `Index.toBytes` gave; a BlockError if it is none. */
  openIndex(block: Uint8Array): Index {
    return Index.open(this.core, block);
  }

  /** Takes the entries of a list, which are copied, and builds what searching them needs. An ArgumentError for a policy with a misspelt or impossible value. */
  matcher(entries: Entries, policy: MatchPolicy = {}): Matcher {
    return Matcher.make(this.core, entries, policy);
  }

  /** Takes the entries of a list of files; an ArgumentError for another type. */
  exact(entries: Entries): ExactMatcher {
    return ExactMatcher.make(this.core, entries);
  }

  /** Says which further files a release needs. Nothing is verified. */
  needs(release: Release): Needs {
    return needs(this.core, release);
  }

  /**
   * Compares a token that somebody sent with one's own, 48 bytes each: "same" log, "split-view" (two logs under one name: keep the token, and
   * manifest.tlog-proof of one's own release of that size), "unknown" size, or "other-log"; nothing follows from the last two. A FormatError if it is none.
   */
  compareToken(own: Uint8Array[], token: Uint8Array): TokenSays {
    return compareToken(this.core, own, token);
  }

  /**
   * Checks evidence that an entry was in an endorsed release, without the list's key: signatures, quorum, pins, policies, log and witnesses as for a release, and the leaf; not
   * what time decides, as evidence is of the past. A ListError says why it does not show what it claims.
   */
  verifyEvidence(evidence: Uint8Array, trust: Uint8Array, provider: Provider = webCrypto): Promise<Proven> {
    return verifyEvidence(this.core, evidence, trust, provider);
  }

  /**
   * Opens a receipt as `readReceipt` does, and if it says `listed` checks the proof against the list's trust file: `Receipt.proof` says what it shows. `pdqlite report check`
   * says the same.
   */
  async checkReceipt(file: Uint8Array, keep: string, options: ProofOptions = {}, provider: Provider = webCrypto): Promise<Receipt> {
    known(options, "what a receipt is checked against", ["trust", "hashes"]);
    return checkReceipt(this.core, file, keep, options, provider);
  }

  /** Verifies all that needs neither ciphertext nor key: policies, signatures, pins, log, witnesses, freshness, state. */
  verify(release: Release, provider: Provider = webCrypto): Promise<VerifiedList> {
    return VerifiedList.verify(this.core, release, provider);
  }

  /**
   * The same for files by name, as a release is published: picks what it needs of `files` ("manifest",
   * "manifest.tlog-proof", "policy-N" ...).
   */
  async verifyFiles(files: Record<string, Uint8Array>, given: Pick<Release, "trust" | "state" | "now">, provider: Provider = webCrypto): Promise<VerifiedList> {
    if (typeof files !== "object" || files === null) refuse("files is an object of names and bytes");
    known(given, "what is given beside the files", ["trust", "state", "now"]);
    const get = (name: string): Uint8Array | undefined => (Object.hasOwn(files, name) ? files[name] : undefined);
    const nothing = new Uint8Array(0);
    const release: Release = { ...given, manifest: get("manifest") ?? nothing, proof: get("manifest.tlog-proof") };
    const wanted = this.needs(release);
    release.policies = Array.from({ length: wanted.policies.count }, (_, i) => {
      const name = `policy-${wanted.policies.first + i}`;
      return { note: get(name) ?? nothing, proof: get(`${name}.tlog-proof`) };
    });
    if (wanted.consistency > 0) release.consistency = get(`consistency-${wanted.consistency}`);
    return this.verify(release, provider);
  }
}
