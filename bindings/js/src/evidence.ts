/**
 * Evidence that an entry was in an endorsed release, checked without the list's key: docs/formats/list-sharing.md, section 15. And with it what
 * a receipt that says `listed` proves.
 */
import { base64, same, sha256 } from "./bytes.js";
import { Core, octets } from "./core.js";
import { Provider } from "./crypto.js";
import { FreezeError, errorOf, refuse } from "./errors.js";
import { C } from "./header.js";
import { Release, VerifiedList, needs } from "./list.js";
import { Receipt, ReportError, readReceipt } from "./report.js";

/** What a piece of evidence shows. */
export interface Proven {
  /** The list's name. */
  origin: string;
  /** The number of the release. */
  seq: number;
  /** The release is in no public log; the trust file allows that. */
  unlogged: boolean;
  /** The entry's hash, 32 bytes; undefined for the first page, which holds counts alone. */
  bits?: Uint8Array;
  /** Names of the categories that the entry is marked with; none for the first page. */
  categories: string[];
  /** Names of the organisations that named the entry; none for the first page. */
  sources: string[];
  /** The entry says what must not match. */
  negative: boolean;
}

/** What a receipt is checked against. */
export interface ProofOptions {
  /** The list's trust file. Without it a proof stays "unchecked". */
  trust?: Uint8Array;
  /** Hashes of the reporter's own file, 32 bytes each, to compare with a list's fingerprint that came from another copy. */
  hashes?: Uint8Array[];
}

const NEAR = 31; // bits; as PDQ's authors advise for the same picture
const PATHS = 29;
const FILES = 68;
const SLOTS = 268435456;
const NUMBER = /^(?:0|[1-9][0-9]{0,15})$/;
const bad = (why: string): never => {
  throw errorOf(C.PDQL_LIST_FORMAT, `evidence: ${why}`);
};
const broken = (why: string): never => {
  throw errorOf(C.PDQL_LIST_CONTENT_MISMATCH, why);
};

interface Opened {
  leaf: number;
  blind: Uint8Array;
  data: Uint8Array;
  path: Uint8Array[];
  files: Record<string, Uint8Array>;
}

function bytesOf(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) return bad("expected base64");
  const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return base64(data) === text ? data : bad("base64 that is not canonical");
}

function numberOf(text: string, low: number, high: number): number {
  return NUMBER.test(text) && Number(text) >= low && Number(text) <= high ? Number(text) : bad(`expected a number of ${low}..${high}`);
}

/** Where a file stands among others; an error if evidence has no such file. */
function placeOf(name: string): number {
  if (name === "manifest") return 0;
  if (name === "manifest.tlog-proof") return 1;
  const found = /^policy-(0|[1-9][0-9]{0,14})(\.tlog-proof)?$/.exec(name);
  return found ? 2 + 2 * Number(found[1]) + (found[2] ? 1 : 0) : bad("a file that belongs to no evidence");
}

function parse(data: Uint8Array): Opened {
  const blank = data.findIndex((byte, i) => byte === 10 && data[i + 1] === 10);
  const lines = blank < 0 ? [] : Array.from(data.subarray(0, blank), (c) => String.fromCharCode(c)).join("").split("\n");
  if (lines.length < 4 || lines[0] !== "pdqlite.org/evidence/v1") return bad("expected a pdqlite.org/evidence/v1");
  const after = (line: string, word: string): string => (line.startsWith(`${word} `) ? line.slice(word.length + 1) : bad(`expected a '${word}' line`));
  const leaf = numberOf(after(lines[1]!, "leaf"), 0, SLOTS);
  const [blind, content] = [bytesOf(after(lines[2]!, "blind")), bytesOf(after(lines[3]!, "data"))];
  const first = lines.findIndex((line, i) => i > 3 && !line.startsWith("path "));
  const end = first < 0 ? lines.length : first;
  const path = lines.slice(4, end).map((line) => bytesOf(line.slice(5)));
  if (blind.length !== 16 || !content.length || path.length > PATHS || path.some((hash) => hash.length !== 32)) bad("a part has a length that none has");
  const files: Record<string, Uint8Array> = Object.create(null);
  let [at, last] = [blank + 2, -1];
  if (lines.length - end > FILES) bad("too many files");
  for (const line of lines.slice(end)) {
    const words = after(line, "file").split(" ");
    const size = words.length === 2 ? numberOf(words[1]!, 1, 131072) : bad("expected 'file <name> <bytes>'");
    const place = placeOf(words[0]!);
    if (place <= last || at + size > data.length) bad("files out of order, or one is cut");
    files[words[0]!] = data.slice(at, at + size);
    [at, last] = [at + size, place];
  }
  if (at !== data.length || (last >= 0 && !files["manifest"])) bad("bytes after the last file, or no manifest");
  return { leaf, blind, data: content, path, files };
}

/** The trust file, with nothing in it that time decides: evidence is of the past. */
function timeless(trust: Uint8Array): Uint8Array {
  const lines = new TextDecoder().decode(trust).split("\n");
  const kept = lines.filter((line) => !/^(?:auditors? |allow unaudited$|allow stale$)/.test(line));
  kept.splice(kept.findIndex((line) => line.startsWith("category ")), 0, "allow stale");
  return new TextEncoder().encode(kept.join("\n"));
}

/** When witnesses say that they saw the log, newest first: one of these times is the one that the quorum reached. */
function timesOf(proof: Uint8Array | undefined): number[] {
  if (!proof) return [0];
  const lines = new TextDecoder().decode(proof).split("\n").filter((line) => line.startsWith("\u2014 "));
  const found = lines.map((line) => {
    const words = line.split(" ");
    const data = /^[A-Za-z0-9+/]+={0,2}$/.test(words[2] ?? "") && words[2]!.length % 4 === 0 ? Uint8Array.from(atob(words[2]!), (c) => c.charCodeAt(0)) : new Uint8Array(0);
    return data.length < 12 ? 0 : Number(new DataView(data.buffer).getBigUint64(4));
  });
  return [...new Set([...found.filter((time) => Number.isSafeInteger(time)), 0])].sort((a, b) => b - a).slice(0, 64);
}

/** Steps 1 to 7 of section 9: the release as far as its texts go. */
async function endorsed(core: Core, files: Record<string, Uint8Array>, trust: Uint8Array, provider: Provider): Promise<VerifiedList> {
  const [manifest, proof] = [files["manifest"] ?? bad("it carries no manifest"), files["manifest.tlog-proof"]];
  const wanted = needs(core, { trust, manifest, proof, now: 0 });
  const policies = Array.from({ length: wanted.policies.count }, (_, i) => `policy-${wanted.policies.first + i}`);
  const release: Release = { trust: timeless(trust), manifest, proof, policies: policies.map((name) => ({ note: files[name] ?? new Uint8Array(0), proof: files[`${name}.tlog-proof`] })) };
  let late: unknown;
  for (const now of timesOf(proof)) {
    try {
      return await VerifiedList.verify(core, { ...release, now }, provider);
    } catch (error) {
      if (!(error instanceof FreezeError)) throw error;
      late ??= error;
    }
  }
  throw late;
}

/** RFC 9162, section 2.1.3.2. */
async function included(opened: Opened, size: number, root: Uint8Array): Promise<boolean> {
  let here = await sha256(Uint8Array.of(0), opened.blind, opened.data);
  let [node, last] = [opened.leaf, size - 1];
  if (node > last) return false;
  for (const sibling of opened.path) {
    if (last === 0) return false;
    if (node & 1 || node === last) {
      here = await sha256(Uint8Array.of(1), sibling, here);
      for (; !(node & 1) && node; node >>= 1) last >>= 1;
    } else here = await sha256(Uint8Array.of(1), here, sibling);
    [node, last] = [node >> 1, last >> 1];
  }
  return last === 0 && same(here, root);
}

function ones(mask: number): number {
  let n = 0;
  for (let rest = mask; rest; rest &= rest - 1) n++;
  return n;
}

/** Rules 3 and 4 of section 7. */
function checkEntry(data: Uint8Array, marks: VerifiedList["marks"]): void {
  const rule = (broken: boolean, why: string): void => {
    if (broken) throw errorOf(C.PDQL_LIST_RULE, `the entry has ${why}`);
  };
  const [categories, sources, flags] = [(data[32]! << 8) | data[33]!, (data[34]! << 8) | data[35]!, data[36]!];
  rule(!categories || (categories & ~marks.categories) !== 0 || !sources || (sources & ~marks.sources) !== 0, "no category or source, or an undeclared one");
  rule((flags & ~(marks.metaBytes === 5 ? 1 : 3)) !== 0 || (marks.metaBytes === 14 && !(flags & 2)), "flags that do not exist in this type of list");
  if (marks.metaBytes !== 5) {
    const [set, quality] = [data.subarray(0, 32).reduce((n, byte) => n + ones(byte), 0), data[37]!];
    rule(set < 104 || set > 152 || !((quality >= 50 && quality <= 100) || quality === 255), "a quality or number of set bits out of range");
  }
  rule(ones(sources & marks.signed) < marks.minSources, "too few sources among those who signed");
}

/** Checks what evidence claims; see `Pdqlite.verifyEvidence`. */
export async function verifyEvidence(core: Core, evidence: Uint8Array, trust: Uint8Array, provider: Provider): Promise<Proven> {
  const opened = parse(octets(evidence, "evidence"));
  const list = await endorsed(core, opened.files, octets(trust, "trust"), provider);
  try {
    const { marks, info } = list;
    if (!(await included(opened, marks.slots + 1, info.root))) broken("the leaf is not in the endorsed content");
    const text = new TextDecoder().decode(opened.files["manifest"]);
    const found = { origin: /^origin (\S+)$/m.exec(text)![1]!, seq: info.seq, unlogged: info.unlogged, categories: [], sources: [], negative: false };
    const { data } = opened;
    if (opened.leaf === 0) {
      const numbers = new DataView(data.buffer, data.byteOffset);
      if (data.length < 24 || data.length > 16384 || data.subarray(24).some((byte) => byte > 127)) broken("the first page holds no inventory");
      if (Number(numbers.getBigUint64(0)) !== info.seq || Number(numbers.getBigUint64(8)) !== marks.slots || Number(numbers.getBigUint64(16)) > marks.slots)
        broken("the first page does not belong to this manifest");
      return found;
    }
    if (data.length !== 32 + marks.metaBytes || !data.some(Boolean)) broken("the leaf holds no entry");
    checkEntry(data, marks);
    const named = (word: string, mask: number): string[] =>
      Array.from(text.matchAll(new RegExp(`^${word} (\\d+) (\\S+)$`, "gm")), (line) => (mask >> Number(line[1]) & 1 ? line[2]! : "")).filter(Boolean);
    return {
      ...found, bits: data.slice(0, 32), negative: (data[36]! & 1) !== 0,
      categories: named("category", (data[32]! << 8) | data[33]!), sources: named("source", (data[34]! << 8) | data[35]!),
    };
  } finally {
    list.close();
  }
}

/** Reads a receipt and checks its proof; see `Pdqlite.checkReceipt`. */
export async function checkReceipt(core: Core, file: Uint8Array, keep: string, options: ProofOptions, provider: Provider): Promise<Receipt> {
  const receipt = await readReceipt(file, keep, provider);
  if (receipt.status !== "listed" || !options.trust) return receipt;
  const proven = await verifyEvidence(core, receipt.evidence, options.trust, provider);
  if (!proven.bits || proven.origin !== receipt.release!.origin || proven.seq !== receipt.release!.seq)
    throw new ReportError("format", "the evidence is of another release than the receipt names");
  const { bits } = proven;
  if (proven.negative) return { ...receipt, proof: "other" };
  const secret = bytesOf(/^secret (.*)$/m.exec(keep)![1]!);
  const mark = `mark ${base64(await sha256(secret, bits))}`;
  if (keep.split("\n").includes(mark)) return { ...receipt, proof: proven.unlogged ? "unlogged" : "same" };
  const hashes = options.hashes ?? [];
  if (!hashes.length) return { ...receipt, proof: "other" };
  const distance = Math.min(...hashes.map((hash) => (hash.length === 32 ? bits.reduce((n, byte, i) => n + ones(byte ^ hash[i]!), 0) : refuse("a hash is 32 bytes"))));
  return { ...receipt, distance, proof: distance > NEAR ? "far" : proven.unlogged ? "near-unlogged" : "near" };
}
