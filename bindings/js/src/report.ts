/**
 * Fingerprint reports: made here, sealed to organisations, their receipts read. docs/formats/report.md has every byte. Nothing is sent.
 */
import { base64, join, order, same, sha256 } from "./bytes.js";
import { octets, options } from "./core.js";
import { Provider, able, webCrypto } from "./crypto.js";
import { PdqliteError, refuse } from "./errors.js";
import { keyPair, seal, unseal } from "./hpke.js";

/** A report, card or receipt that cannot be used. `code`: "format", "not-for-us", "seal" or "signature". */
export class ReportError extends PdqliteError {
  constructor(code: "format" | "not-for-us" | "seal" | "signature", message: string) {
    super(code, 0, message);
  }
}

/** What an organisation publishes to receive reports. */
export interface Card {
  /** The organisation. */
  name: string;
  /** X25519 public key, 32 bytes. */
  key: Uint8Array;
  /** The 16 bytes by which reports name that key. */
  id: Uint8Array;
  /** POSIX seconds from which on no report is made to it. */
  until: number;
  /** The key that signs its receipts, as `name+id+base64`. */
  vkey: string;
}

/** A picture, or a frame of a video, as `Pdqlite.hash` and `Pdqlite.keypointSignature` give it. */
export interface Seen {
  /** The hash, 32 bytes. */
  bits: Uint8Array;
  /** 0 to 100. */
  quality: number;
  /** The keypoint signature. */
  signature?: Uint8Array;
  /** Milliseconds from the start of the video; left out for a picture. */
  time?: number;
}

const PARTS = ["to", "seen", "width", "height", "seconds", "category", "reporter", "country", "statement", "now"] as const satisfies readonly (keyof ReportParts)[];

/** What goes into a report. */
export interface ReportParts {
  /** Whom it is sealed to. */
  to: Card[];
  /** One picture; or at most 1024 frames of a video, by time. Quality 50 and more. */
  seen: Seen[];
  /** Pixels across. */
  width: number;
  /** Pixels down. */
  height: number;
  /** Whole seconds of a video; left out for a picture. */
  seconds?: number;
  /** One of the report format (docs/formats/report.md). */
  category: string;
  /** Who reports: who is shown, or a guardian. */
  reporter?: "shown" | "guardian";
  /** Two letters. */
  country?: string;
  /** What the reporter says. */
  statement?: string;
  /** POSIX seconds; only the week goes into the report. */
  now: number;
}

/** What an organisation said of a report. */
export interface Receipt {
  /** The organisation. */
  name: string;
  /** What became of the report. */
  status: "received" | "review" | "accepted" | "listed" | "declined" | "withdrawn";
  /** POSIX seconds. */
  time: number;
  /** Why it was declined. */
  reason?: string;
  /** The release that lists it. */
  release?: {
    /** Of which list. */
    origin: string;
    /** Its number. */
    seq: number;
  };
  /**
   * Of `listed` only: what the evidence shows. "unchecked": nobody has looked (`readReceipt`, or no trust file): do not show `listed` as proven. "same": the
   * reporter's fingerprint is in the logged release; "unlogged": in one that is in no public log, signatures were checked; "near", "near-unlogged": that of another copy of the
   * same; "other": that of something else, or of a copy and no hashes were given; "far": of something else.
   */
  proof?: "unchecked" | "same" | "unlogged" | "near" | "near-unlogged" | "other" | "far";
  /** Bits between the reporter's file and the list's fingerprint, of "near" and "far". */
  distance?: number;
  /** Evidence that the fingerprint is in that release. Its size and SHA-256 are those that the organisation signed. */
  evidence: Uint8Array;
}

const BUCKETS = [4096, 16384, 65536, 262144, 1048576];
const RECEIPT_BUCKETS = [16384, 65536, 262144, 1048576, 4194304];
const INFO = "pdqlite.org/report/v1\n";
const CHUNK = 16384;
const MAGIC = "PDQLRP1\0";
const RECEIPT = "PDQLRR1\0";
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const u32 = (n: number): Uint8Array => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n);
const read32 = (data: Uint8Array, at: number): number => new DataView(data.buffer, data.byteOffset).getUint32(at);
const random = (n: number): Uint8Array => crypto.getRandomValues(new Uint8Array(n));
const sized = (plain: number): number => 56 + plain + 16 * (Math.floor(plain / CHUNK) + 1);
const padded = (data: Uint8Array, buckets: number[]): Uint8Array => {
  const size = buckets.find((n) => n >= data.length) ?? refuse("too much for the largest report");
  return join([data, new Uint8Array(size - data.length)]);
};

function unbase64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) throw new ReportError("format", "expected padded base64");
  const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  if (base64(data) !== text) throw new ReportError("format", "base64 that is not canonical");
  return data;
}

// The grammar of a content's text, line by line; base64 and ranges are checked beside it.
const NUMBER = "(?:0|[1-9][0-9]{0,15})";
const B16 = "[A-Za-z0-9+/]{22}==";
const B32 = "[A-Za-z0-9+/]{43}=";
const TOKEN = "(?!-)[a-z0-9-]{1,32}(?<!-)";
const HEAD = new RegExp(
  `^pdqlite\\.org/report/v1\nid ${B16}\n((?:to ${B16}\n){1,16})week 2[0-9]{3}-W(?:0[1-9]|[1-4][0-9]|5[0-3])\nkind (image|video)\ncategory ${TOKEN}\n` +
    `reporter (shown|guardian|trusted|organisation)\ncountry (?:[A-Z]{2}|-)\nreply (?:-|${B32} ${B32})\nstatement (-|[A-Za-z0-9+/=]{4,1336})\n` +
    `size (${NUMBER}) (${NUMBER})\n((?:length (${NUMBER})\n)?)((?:(?:picture|frame ${NUMBER}) ${NUMBER} ${B32} (?:-|[A-Za-z0-9+/=]{4,1024})\n){1,1024})$`,
);

function bitsSet(data: Uint8Array): number {
  return data.reduce((n, byte) => n + [1, 2, 4, 8, 16, 32, 64, 128].filter((bit) => byte & bit).length, 0);
}

function keypointsInOrder(record: Uint8Array): boolean {
  if (record.length < 3 || record[0] !== 1 || record[1]! > 48 || record.length !== 3 + 11 * record[1]!) return false;
  for (let at = 3; at < record.length; at += 11) {
    const scale = record[at + 2]! >> 1;
    if (scale < 18 || scale > 69 || (at > 3 && order(record.subarray(at - 11, at), record.subarray(at, at + 11)) >= 0)) return false;
  }
  return true;
}

function checkItem(line: string, last: number, video: boolean): number {
  const words = line.split(" ");
  if ((words[0] === "frame") !== video) throw new ReportError("format", "a frame of a picture, or the reverse");
  const [quality, hash, signature] = words.slice(-3) as [string, string, string];
  const time = video ? Number(words[1]) : 0;
  const bits = bitsSet(unbase64(hash));
  if (video && (time <= last || time > 86400000)) throw new ReportError("format", "times do not ascend");
  if (Number(quality) < 50 || Number(quality) > 100 || bits < 104 || bits > 152) throw new ReportError("format", "a hash that no list carries");
  if (signature !== "-" && !keypointsInOrder(unbase64(signature))) throw new ReportError("format", "no keypoint signature");
  return time;
}

/** Throws unless a text is that of a report, sealed to these key IDs. */
function checkText(text: string, names: Uint8Array[], signed: boolean): void {
  const found = HEAD.exec(text);
  if (!found) throw new ReportError("format", "not the text of a report");
  const [, to, kind, reporter, statement, width, height, length, seconds, items] = found as unknown as string[];
  const video = kind === "video";
  if ((length !== "") !== video || (video && (Number(seconds) < 1 || Number(seconds) > 86400))) throw new ReportError("format", "length");
  for (const side of [width, height]) if (Number(side) < 5 || Number(side) > 65535) throw new ReportError("format", "size");
  if (statement !== "-") {
    const words = unbase64(statement!);
    let said: string;
    try {
      said = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(words);
    } catch {
      throw new ReportError("format", "a statement that is no UTF-8");
    }
    if (words.length > 1000 || /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(said)) throw new ReportError("format", "a statement with control characters");
  }
  if ((reporter === "trusted" || reporter === "organisation") !== signed) throw new ReportError("format", "signed by who does not sign, or the reverse");
  const lines = items!.slice(0, -1).split("\n");
  if (!video && lines.length !== 1) throw new ReportError("format", "more than one picture");
  lines.reduce((last, line) => checkItem(line, last, video), -1);
  const ids = to!.slice(0, -1).split("\n").map((line) => unbase64(line.slice(3)));
  if (ids.length !== names.length || !ids.every((id, i) => same(id, names[i]!))) {
    if (ids.some((id, i) => i && order(ids[i - 1]!, id) >= 0)) throw new ReportError("format", "key IDs do not ascend");
    throw new ReportError("seal", "sealed to others than its text names");
  }
}

interface Note {
  text: string;
  name: string;
  id: Uint8Array;
  signature: Uint8Array;
}

/** Reads a note with exactly one signature line. */
function parseNote(data: Uint8Array): Note {
  let all: string;
  try {
    all = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new ReportError("format", "expected UTF-8");
  }
  const found = /^([\x0a\x20-\x7e]+\n)\n\u2014 ([!-*,-~]{1,128}) ([A-Za-z0-9+/=]+)\n$/.exec(all);
  if (!found) throw new ReportError("format", "expected a text, an empty line and one signature line");
  const line = unbase64(found[3]!);
  return { text: found[1]!, name: found[2]!, id: line.subarray(0, 4), signature: line.subarray(4) };
}

/** The parts of a vkey of type 01; an error if it is none. */
async function keyOf(vkey: string): Promise<{ name: string; id: Uint8Array; key: Uint8Array }> {
  const [name, , key] = vkey.split("+", 3).length === 3 ? [vkey.slice(0, vkey.indexOf("+")), "", vkey.slice(vkey.indexOf("+") + 10)] : ["", "", ""];
  const data = unbase64(key!);
  const id = (await sha256(utf8(`${name}\n`), data)).subarray(0, 4);
  const hex = Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (data.length !== 33 || data[0] !== 1 || vkey !== `${name}+${hex}+${key}`) throw new ReportError("format", "no verifier key");
  return { name: name!, id, key: data.subarray(1) };
}

async function verifyNote(note: Note, vkey: string, provider: Provider): Promise<void> {
  able(provider, ["verifyEd25519"]);
  const { name, id, key } = await keyOf(vkey);
  const known = note.name === name && same(note.id, id);
  if (!known || note.signature.length !== 64 || !(await provider.verifyEd25519(key, note.signature, utf8(note.text))))
    throw new ReportError("signature", `not signed by the key of ${name}`);
}

/** Reads the card of an organisation and checks its signature. */
export async function readCard(data: Uint8Array, provider: Provider = webCrypto): Promise<Card> {
  const note = parseNote(octets(data, "data"));
  const found = new RegExp(`^pdqlite\\.org/report-card/v1\nname ([!-*,-~]{1,128})\nkey (${B32})\nuntil (${NUMBER})\nvkey (\\S+)\n$`).exec(note.text);
  if (!found) throw new ReportError("format", "not a card");
  const [, name, key, until, vkey] = found as unknown as [string, string, string, string, string];
  if (!vkey.startsWith(`${name}+`) || Number(until) > Number.MAX_SAFE_INTEGER) throw new ReportError("format", "a card whose two names differ");
  await verifyNote(note, vkey, provider);
  const bytes = unbase64(key);
  return { name, key: bytes, id: (await sha256(utf8("pdqlite.org/report-key/v1\n"), bytes)).subarray(0, 16), until: Number(until), vkey };
}

/** What an organisation states of a reporter whom it knows. */
export interface Trusted {
  /** Of the organisation. */
  name: string;
  /** The reporter's key, as `name+id+base64`. */
  reporter: string;
  /** POSIX seconds from which on it says nothing; the caller compares, and `until` of the organisation's card too. */
  until: number;
}

/** Reads a statement on a trusted reporter, of one of the organisations that have these cards, and checks its signature. */
export async function readTrusted(data: Uint8Array, cards: Card[], provider: Provider = webCrypto): Promise<Trusted> {
  if (octets(data, "data").length > 4096) throw new ReportError("format", "longer than a statement is");
  if (!Array.isArray(cards)) refuse("cards is an array of cards");
  const note = parseNote(data);
  const found = new RegExp(`^pdqlite\\.org/report-reporter/v1\nname ([!-*,-~]{1,128})\nreporter (([!-*,-~]{1,128})\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]+)\nuntil (${NUMBER})\n$`).exec(note.text);
  if (!found) throw new ReportError("format", "not a statement on a reporter");
  const [, name, reporter, , until] = found as unknown as [string, string, string, string, string];
  await keyOf(reporter);
  const card = cards.find((one) => one.name === name);
  if (!card) throw new ReportError("signature", `a statement of ${name}, whose card was not given`);
  await verifyNote(note, card.vkey, provider);
  return { name, reporter, until: Number(until) };
}

function weekOf(now: number): string {
  const day = new Date(now * 1000);
  day.setUTCHours(0, 0, 0, 0);
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7)); // the Thursday of its week
  const year = day.getUTCFullYear();
  const week = Math.ceil(((day.getTime() - Date.UTC(year, 0, 1)) / 86400000 + 1) / 7);
  return `${year}-W${String(week).padStart(2, "0")}`;
}

async function cobblestone(key: Uint8Array, salt: Uint8Array, head: Uint8Array): Promise<[CryptoKey, Uint8Array, Uint8Array]> {
  const context = `${INFO}${base64(await sha256(head))}\n`;
  const info = join([utf8("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"), salt, utf8(context)]);
  const out = await webCrypto.hkdfSha512Expand(key, info, 76);
  const made = await crypto.subtle.importKey("raw", out.slice(0, 32), "AES-GCM", false, ["encrypt", "decrypt"]);
  return [made, out.slice(32, 44), out.slice(44)];
}

function nonceOf(base: Uint8Array, chunk: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(base);
  u32(chunk).forEach((byte, i) => (nonce[8 + i]! ^= byte));
  return nonce;
}

const infoOf = (id: Uint8Array): Uint8Array => utf8(`${INFO}${base64(id)}\n`);
const replyKey = async (use: string, secret: Uint8Array): Promise<Uint8Array> => sha256(utf8(`pdqlite.org/report-reply/v1 ${use}\n`), secret);

/** Makes a report: the sealed file, the text that is in it, and the keep file that must stay with the reporter. */
export async function makeReport(parts: ReportParts): Promise<{
  /** The report, sealed. */
  file: Uint8Array;
  /** The same as text to paste. */
  text: string;
  /** What the reporter keeps, for receipts and to withdraw. */
  keep: string;
}> {
  const { to, seen: given, now } = options(parts, "a report", PARTS);
  for (const all of [to, given] as unknown[]) if (!Array.isArray(all) || all.some((one) => typeof one !== "object" || one === null)) refuse("to and seen are arrays of objects");
  const old = to.filter((card) => card.until <= now).map((card) => card.name);
  if (old.length) refuse(`the card of ${old.join(", ")} is out of date`);
  const seen = given.map((item): Seen => ({ ...item, bits: octets(item.bits, "bits"), ...(item.signature && { signature: octets(item.signature, "signature") }) }));
  const cards = [...to].sort((a, b) => order(a.id, b.id));
  const secret = random(32);
  const [sign, receive] = [await keyPair("Ed25519", await replyKey("sign", secret)), await keyPair("X25519", await replyKey("receive", secret))];
  const id = base64(random(16));
  const said = (item: Seen): string => `${item.quality} ${base64(item.bits)} ${item.signature?.length ? base64(item.signature) : "-"}`;
  const video = parts.seconds !== undefined;
  const text = [
    "pdqlite.org/report/v1", `id ${id}`, ...cards.map((card) => `to ${base64(card.id)}`), `week ${weekOf(now)}`, `kind ${video ? "video" : "image"}`,
    `category ${parts.category}`, `reporter ${parts.reporter ?? "shown"}`, `country ${parts.country ?? "-"}`, `reply ${base64(sign.public)} ${base64(receive.public)}`,
    `statement ${parts.statement ? base64(utf8(parts.statement)) : "-"}`, `size ${parts.width} ${parts.height}`, ...(video ? [`length ${parts.seconds}`] : []),
    ...seen.map((item) => (video ? `frame ${item.time} ${said(item)}` : `picture ${said(item)}`)), "",
  ].join("\n");
  checkText(text, cards.map((card) => card.id), false); // what is written can be read
  const content = utf8(text);
  const plain = padded(join([u32(content.length), content]), BUCKETS);
  const key = random(32);
  const wraps = await Promise.all(cards.map(async (card) => join([card.id, await seal(key, card.key, infoOf(card.id))])));
  const head = join([utf8(MAGIC), Uint8Array.of(0, cards.length, 0, 0x20, 0, 1, 0, 2), ...wraps]);
  const salt = random(24);
  const [chunkKey, base, commitment] = await cobblestone(key, salt, head);
  const chunks = await Promise.all(Array.from({ length: Math.floor(plain.length / CHUNK) + 1 }, async (_, i) =>
    new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonceOf(base, i) }, chunkKey, plain.slice(CHUNK * i, CHUNK * (i + 1))))));
  const marks = await Promise.all(seen.map(async (item) => `mark ${base64(await sha256(secret, item.bits))}`));
  const keep = ["pdqlite.org/report-keep/v1", `id ${id}`, `secret ${base64(secret)}`, ...to.map((card) => `to ${card.vkey}`), ...marks, ""].join("\n");
  return { file: join([head, salt, commitment, ...chunks]), text, keep };
}

/** Opens a report as an organisation does, with its X25519 private key of 32 bytes; returns its content: the text, and a signature line if there is one. */
export async function openReport(file: Uint8Array, privateKey: Uint8Array): Promise<string> {
  [file, privateKey] = [octets(file, "file"), octets(privateKey, "key")];
  const count = file.length > 9 ? (file[8]! << 8) | file[9]! : 0;
  const end = 16 + 96 * count;
  const magic = join([utf8(MAGIC), Uint8Array.of(file[8] ?? 0, file[9] ?? 0, 0, 0x20, 0, 1, 0, 2)]);
  if (!same(file.subarray(0, 16), magic) || count < 1 || count > 16 || !BUCKETS.some((size) => sized(size) === file.length - end))
    throw new ReportError("format", "expected a fingerprint report, version 1");
  const names = Array.from({ length: count }, (_, i) => file.subarray(16 + 96 * i, 32 + 96 * i));
  if (names.some((name, i) => i && order(names[i - 1]!, name) >= 0)) throw new ReportError("format", "key IDs do not ascend");
  const own = await keyPair("X25519", privateKey);
  const id = (await sha256(utf8("pdqlite.org/report-key/v1\n"), own.public)).subarray(0, 16);
  const at = names.findIndex((name) => same(name, id));
  if (at < 0) throw new ReportError("not-for-us", "sealed to other keys");
  const key = await unseal(file.subarray(32 + 96 * at, 112 + 96 * at), own, infoOf(id));
  if (!key) throw new ReportError("seal", "it does not open under the key it names");
  const plain = await openBody(key, file.subarray(0, end), file.subarray(end));
  const length = read32(plain, 0);
  if (4 + length > plain.length || BUCKETS.find((n) => n >= 4 + length) !== plain.length || plain.subarray(4 + length).some(Boolean))
    throw new ReportError("format", "padded in another way than the format says");
  const content = plain.subarray(4, 4 + length);
  const signed = content.some((byte, i) => byte === 10 && content[i + 1] === 10);
  const text = signed ? parseNote(content).text : new TextDecoder().decode(content);
  checkText(text, names, signed);
  return new TextDecoder().decode(content);
}

async function openBody(key: Uint8Array, head: Uint8Array, body: Uint8Array): Promise<Uint8Array> {
  const [chunkKey, base, commitment] = await cobblestone(key, body.subarray(0, 24), head);
  if (!same(commitment, body.subarray(24, 56))) throw new ReportError("seal", "it does not open under its own key");
  const chunks: Uint8Array[] = [];
  try {
    for (let at = 56, i = 0; at < body.length; at += CHUNK + 16, i++)
      chunks.push(new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonceOf(base, i) }, chunkKey, body.slice(at, at + CHUNK + 16))));
  } catch {
    throw new ReportError("seal", "it does not open under its own key");
  }
  return join(chunks);
}

/** The parts of a whole keep file: the report's ID in base64, the secret of its reply keys, the keys that sign receipts. */
function parseKeep(keep: string): { id: string; secret: Uint8Array; vkeys: string[] } {
  const found = new RegExp(`^pdqlite\\.org/report-keep/v1\nid (${B16})\nsecret (${B32})\n((?:to \\S+\n){1,16})(?:mark ${B32}\n){1,1024}$`).exec(keep);
  if (!found) throw new ReportError("format", "not a keep file");
  return { id: found[1]!, secret: unbase64(found[2]!), vkeys: found[3]!.slice(0, -1).split("\n").map((line) => line.slice(3)) };
}

/** Opens a receipt with the keep file of its report, and checks that an organisation that the report went to has signed it. */
export async function readReceipt(file: Uint8Array, keep: string, provider: Provider = webCrypto): Promise<Receipt> {
  const kept = parseKeep(keep);
  file = octets(file, "file");
  const own = await keyPair("X25519", await replyKey("receive", kept.secret));
  if (!same(file.subarray(0, 8), utf8(RECEIPT)) || !RECEIPT_BUCKETS.includes(file.length - 56)) throw new ReportError("format", "expected a sealed receipt, version 1");
  const plain = await unseal(file.subarray(8), own, utf8("pdqlite.org/report-receipt/v1\n"));
  if (!plain) throw new ReportError("seal", "a receipt of another report");
  const [length, rest] = [read32(plain, 0), read32(plain, 4)];
  const end = 8 + length + rest;
  if (RECEIPT_BUCKETS.find((n) => n >= end) !== plain.length || plain.subarray(end).some(Boolean)) throw new ReportError("format", "padded in another way than the format says");
  const [note, evidence] = [parseNote(plain.subarray(8, 8 + length)), plain.subarray(8 + length, end)];
  const found = new RegExp(
    `^pdqlite\\.org/report-receipt/v1\nid (${B16})\nname ([!-*,-~]{1,128})\ntime (${NUMBER})\nstatus (received|review|accepted|listed|declined|withdrawn)\n` +
      `((?:reason (${TOKEN})\n)?)((?:release ([!-*,-~]{1,128}) (${NUMBER})\nevidence (${NUMBER}) (${B32})\n)?)$`,
  ).exec(note.text);
  if (!found || found[1] !== kept.id) throw new ReportError("format", "not a receipt of this report");
  const [name, status] = [found[2]!, found[4] as Receipt["status"]];
  if ((found[5] !== "") !== (status === "declined") || (found[7] !== "") !== (status === "listed")) throw new ReportError("format", "a receipt that says too much or too little");
  const vkey = kept.vkeys.find((key) => key.startsWith(`${name}+`));
  if (!vkey) throw new ReportError("signature", "an organisation that the report did not go to");
  await verifyNote(note, vkey, provider);
  if (status === "listed" && (Number(found[10]) !== evidence.length || base64(await sha256(evidence)) !== found[11])) throw new ReportError("format", "other evidence than the receipt names");
  if (status !== "listed" && evidence.length) throw new ReportError("format", "evidence that the receipt does not name");
  return { name, status, time: Number(found[3]), evidence, ...(found[6] ? { reason: found[6] } : {}), ...(found[8] ? { release: { origin: found[8], seq: Number(found[9]) }, proof: "unchecked" as const } : {}) };
}

/** Writes the withdrawal of a report, from its keep file. */
export async function makeWithdrawal(keep: string): Promise<string> {
  const kept = parseKeep(keep);
  const own = await keyPair("Ed25519", await replyKey("sign", kept.secret));
  const text = `pdqlite.org/report-withdrawal/v1\nid ${kept.id}\n`;
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", own.private, utf8(text) as Uint8Array<ArrayBuffer>));
  const id = (await sha256(utf8("reply\n\x01"), own.public)).subarray(0, 4);
  return `${text}\n\u2014 reply ${base64(join([id, signature]))}\n`;
}
