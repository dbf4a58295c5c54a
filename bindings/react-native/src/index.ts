/**
 * pdqlite in React Native.
 *
 *     const list = await PdqList.open({ folder, trust, key });
 *     if ((await list.match(uri)).verdict === "match") show();
 */
import NativePdqlite, { type Found, type Where } from "./NativePdqlite";

export type { Where } from "./NativePdqlite";

const VERDICTS = ["no match", "match", "too flat", "negated", "unconfirmed", "shares a part", "identical file"] as const;
/** Only "match" is to be acted on. */
export type Verdict = (typeof VERDICTS)[number];

/** What a list says of one picture; null: does not apply. */
export interface Decision {
  verdict: Verdict;
  entry: number | null;
  /** The false-match rate of this pair; 1 without. */
  rate: number;
  where: Where | null;
}

/** A call that did not succeed. `code` is the name of the status, "closed", "io" or "argument". */
export class PdqliteError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "PdqliteError";
  }
}

async function native<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    throw new PdqliteError(typeof code === "string" ? code : "io", typeof message === "string" ? message : "the native side failed");
  }
}

function text(value: unknown, name: string, pattern = /./): string {
  if (typeof value !== "string" || !pattern.test(value)) throw new PdqliteError("argument", `${name} has to be ${pattern.source === "." ? "a string that is not empty" : "base64"}`);
  return value;
}

function decided(found: Found): Decision {
  const verdict = VERDICTS.find((word) => word === found.verdict);
  if (verdict === undefined) throw new PdqliteError("io", `the native side is of another version: it says "${found.verdict}"`);
  return { verdict, entry: found.entry, rate: found.rate, where: found.where };
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A list that the native side verified, installed in the app's files and opened. */
export class PdqList {
  private open = true;

  private constructor(
    private readonly list: number,
    /** Number of entries. */
    readonly entries: number,
    /** Number of the release. */
    readonly seq: number,
    /** "unlogged", "unwitnessed", "stale", "unaudited": allowed by the trust file, but say so. */
    readonly remarks: readonly string[],
  ) {}

  /** Installs a downloaded release: `folder` holds its files; `trust` (the trust file) and `key` (32 bytes) in base64. */
  static async open(given: { folder: string; trust: string; key: string }): Promise<PdqList> {
    if (typeof given !== "object" || given === null) throw new PdqliteError("argument", "open takes folder, trust and key");
    const { folder, trust, key } = given;
    const opened = await native(NativePdqlite.open(text(folder, "folder"), text(trust, "trust", BASE64), text(key, "key", BASE64)));
    return new PdqList(opened.list, opened.entries, opened.seq, opened.remarks);
  }

  /** Decides about the picture behind an address: content: or file:. */
  async match(uri: string): Promise<Decision> {
    if (!this.open) throw new PdqliteError("closed", "the list is closed");
    return decided(await native(NativePdqlite.match(this.list, text(uri, "uri"))));
  }

  /** Frees it; a second time is no error. */
  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await native(NativePdqlite.close(this.list));
  }
}
