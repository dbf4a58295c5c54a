import { counts, join } from "./bytes.js";
import { Core, Fields, Handle, Scope, octets, options, whole } from "./core.js";
import { Provider, able } from "./crypto.js";
import { Opener, after, applied } from "./delta.js";
import { ClosedError, check, errorOf, refuse } from "./errors.js";
import { C, STRUCTS } from "./header.js";
import { Entries } from "./matcher.js";

/** What is known of a release and what the device knew before. All but `trust` and `state` may come from anywhere. */
export interface Release {
  /** What the application pins. */
  trust: Uint8Array;
  /** The record that the last install left, 256 bytes; none before the first. */
  state?: Uint8Array | null;
  /** A signed note. */
  manifest: Uint8Array;
  /** manifest.tlog-proof. */
  proof?: Uint8Array | null;
  /** consistency-N, N from `needs`. */
  consistency?: Uint8Array | null;
  /** Note and proof of each policy, from the version that `needs` says. */
  policies?: {
    /** Its text. */
    note: Uint8Array;
    /** Its log proof. */
    proof?: Uint8Array | null;
  }[];
  /** POSIX seconds; the present if not given. */
  now?: number;
}

/** Which files a release needs beside manifest and proof. */
export interface Needs {
  /** policy-N and policy-N.tlog-proof, from N = first on; count 0 if keys are pinned. */
  policies: {
    /** Version of the first. */
    first: number;
    /** How many. */
    count: number;
  };
  /** Size of the log that was seen before, N of consistency-N; 0 for none. */
  consistency: number;
}

/** What the endorsers signed. */
export interface ListInfo {
  /** Number of the release. */
  seq: number;
  /** POSIX seconds. */
  issued: number;
  /** POSIX seconds. */
  expires: number;
  /** The list's cap on the distance of whole hashes, for `MatchPolicy.maxDistance`. */
  maxDistance: number;
  /** Bytes of list.cob, and of local.cob: 0 if the list has no keypoint signatures. */
  listBytes: number;
  /** Bytes of local.cob. */
  keypointsBytes: number;
  /** Who signed: bit i stands for endorser i of the trust file, or of the policy in force, in the order of the file. */
  signers: number;
  /** No log proof: allowed by the trust file, but say so. The next three as well. */
  unlogged: boolean;
  /** Not enough witnesses. */
  unwitnessed: boolean;
  /** Past its time. */
  stale: boolean;
  /** Too few of the pinned auditors passed it. */
  unaudited: boolean;
  /** Root of the content, 32 bytes: to be kept with the entries, as `Held.root` for the next delta. */
  root: Uint8Array;
}

/** The release that a device holds: what a delta starts from. */
export interface Held {
  /** Its `ListInfo.seq`. */
  seq: number;
  /** Its `ListInfo.root`. */
  root: Uint8Array;
}

/** A file: all of its bytes, or a Blob that is read in pieces. */
export type Source = Uint8Array | Blob;

const PIECE = 65536;
const PAGE = 16384;
const QUESTION = 104; // struct question of glue.c
const LEDGER = 12;
const ROUNDS = 16;

/** Writes a release into the module: its struct. */
function place(memory: Scope, release: Release): number {
  options(release, "a release", ["trust", "state", "manifest", "proof", "consistency", "policies", "now"]);
  const at = memory.struct("pdql_release", { now: whole(release.now ?? Math.floor(Date.now() / 1000), "now", Number.MAX_SAFE_INTEGER) });
  const put = (to: number, data: Uint8Array | null | undefined, name: string): void => {
    if (data === null || data === undefined) return;
    const bytes = octets(data, name);
    memory.core.write("pdql_bytes", to, { data: memory.copy(bytes), n: bytes.length });
  };
  const fields = STRUCTS.pdql_release.fields;
  for (const name of ["trust", "state", "manifest", "proof", "consistency"] as const) put(at + fields[name][0], release[name], name);
  const policies = release.policies ?? [];
  if (!Array.isArray(policies) || policies.some((policy) => typeof policy !== "object" || policy === null)) refuse("policies is an array of objects with note and proof");
  const size = STRUCTS.pdql_bytes.size;
  const list = memory.alloc(2 * size * policies.length);
  policies.forEach((policy, i) => {
    put(list + 2 * i * size, policy.note, "note");
    put(list + (2 * i + 1) * size, policy.proof, "proof");
  });
  memory.core.write("pdql_release", at, { policies: list, n_policies: policies.length });
  return at;
}

/** Says which further files a release needs. Nothing is verified. */
export function needs(core: Core, release: Release): Needs {
  return core.scoped((memory) => {
    const [size, at, out] = [core.x.pdql_list_size!() >>> 0, place(memory, release), memory.struct("pdql_needs")];
    check(core.x.pdql_list_needs!(memory.alloc(size), size, core.x.pdql_kernels_best!(), at, out));
    const n = core.read("pdql_needs", out);
    return { policies: { first: n.first_policy, count: n.n_policies }, consistency: n.consistency };
  });
}

/** What somebody's token says beside one's own; "split-view": two logs under one name. */
export type TokenSays = "same" | "split-view" | "unknown" | "other-log";

/** Compares a token with one's own. */
export function compareToken(core: Core, own: Uint8Array[], token: Uint8Array): TokenSays {
  if (!Array.isArray(own)) refuse("own is an array of tokens");
  const held = own.map((each) => octets(each, "own"));
  if (held.some((each) => each.length !== C.PDQL_TOKEN_BYTES)) refuse(`own tokens have ${C.PDQL_TOKEN_BYTES} bytes each`);
  const theirs = octets(token, "token");
  return core.scoped((memory) => {
    const out = memory.alloc(4);
    check(core.x.pdql_list_token_compare!(memory.copy(join(held)), held.length, memory.copy(theirs), theirs.length, out));
    return (["same", "split-view", "unknown", "other-log"] as const)[core.u32(out)]!;
  });
}

/** Answers every question of a ledger that has no answer; false if there was none. */
async function answer(core: Core, ledger: number, provider: Provider): Promise<boolean> {
  const open: Promise<void>[] = [];
  const end = ledger + LEDGER + core.u32(ledger);
  for (let at = ledger + LEDGER; at < end; ) {
    const n = core.u32(at + 4);
    if (core.u32(at) === 0) {
      const q = at;
      const asked = Promise.resolve(provider.verifyEd25519(core.bytes(q + 8, 32), core.bytes(q + 40, 64), core.bytes(q + QUESTION, n)));
      open.push(asked.then((good) => core.setU32(q, good === true ? 1 : 2)));
    }
    at += QUESTION + Math.ceil(n / 4) * 4;
  }
  const done = await Promise.allSettled(open); // all of them: the ledger must stay until the last has written
  for (const each of done) if (each.status === "rejected") throw each.reason;
  return open.length > 0;
}

/** An endorsed release; nothing of it is decrypted yet. Made by verify alone, and read once. */
export class VerifiedList extends Handle {
  /** What was signed. */
  info!: ListInfo;
  /** The next state, 256 bytes: to be stored last, once the list itself is stored. */
  state!: Uint8Array;
  /** Bytes of the first ledger of questions; tests make it small. @internal */
  static room = PIECE;
  private at = 0;
  private provider!: Provider;
  private begun = false;
  private metaBytes = 0;
  /** What the manifest says of entries, for evidence: masks of bits, and whose source bits signed. @internal */
  marks!: { slots: number; minSources: number; categories: number; sources: number; signed: number; metaBytes: number };

  /** @internal */
  static async verify(core: Core, release: Release, provider: Provider): Promise<VerifiedList> {
    able(provider);
    const list = new VerifiedList(core, "list");
    const memory = new Scope(core);
    try {
      await list.start(memory, release, provider);
      return list;
    } catch (error) {
      list.close();
      throw error;
    } finally {
      memory.close();
    }
  }

  private async start(memory: Scope, release: Release, provider: Provider): Promise<void> {
    const { core } = this;
    const size = core.x.pdql_list_size!() >>> 0;
    const [room, raw, out] = [this.memory.alloc(size), place(memory, release), memory.alloc(4)];
    const [info, state] = [memory.struct("pdql_list_info"), memory.alloc(C.PDQL_STATE_BYTES)];
    let capacity = VerifiedList.room;
    let ledger = memory.alloc(LEDGER + capacity);
    for (let round = 0; ; round++) {
      core.setU32(ledger + 4, capacity);
      core.setU32(ledger + 8, core.u32(ledger));
      const status = core.x.pdqjs_list_verify!(room, size, ledger, raw, out, info, state);
      if (status !== C.PDQL_ERR_PENDING) {
        check(status);
        break;
      }
      const wanted = core.u32(ledger + 8);
      const asked = await answer(core, ledger, provider);
      if (round === ROUNDS || (!asked && wanted <= capacity)) throw errorOf(status);
      if (wanted > capacity) {
        const old = core.bytes(ledger, LEDGER + core.u32(ledger));
        memory.drop(ledger);
        capacity = Math.ceil(wanted / PIECE) * PIECE;
        ledger = memory.alloc(LEDGER + capacity);
        core.u8().set(old, ledger);
      }
    }
    [this.at, this.provider, this.state] = [core.u32(out), provider, core.bytes(state, C.PDQL_STATE_BYTES)];
    const i = core.read("pdql_list_info", info);
    this.metaBytes = i.meta_bytes;
    this.marks = { slots: i.slots, minSources: i.min_sources, categories: i.categories, sources: i.sources, signed: i.signed_sources, metaBytes: i.meta_bytes };
    const remark = (bit: number): boolean => (i.remarks & bit) !== 0;
    this.info = {
      seq: i.seq, issued: i.issued, expires: i.expires, maxDistance: i.max_distance, listBytes: i.list_bytes, keypointsBytes: i.keypoints_bytes,
      signers: i.signers,
      unlogged: remark(C.PDQL_REMARK_UNLOGGED), unwitnessed: remark(C.PDQL_REMARK_UNWITNESSED), stale: remark(C.PDQL_REMARK_STALE),
      unaudited: remark(C.PDQL_REMARK_UNAUDITED),
      root: i.pt_root,
    };
  }

  /**
   * The token of the log that this list is in, 48 bytes: to be kept with those of earlier releases, and carried to other users for
   * `compareToken`. An UnloggedError if the list is in none.
   */
  token(): Uint8Array {
    return this.core.scoped((memory) => {
      if (this.closed) throw new ClosedError("list");
      const out = memory.alloc(C.PDQL_TOKEN_BYTES);
      check(this.core.x.pdql_list_token!(this.at, out));
      return this.core.bytes(out, C.PDQL_TOKEN_BYTES);
    });
  }

  /**
   * Reads list.cob, and local.cob if it is given and the list has one, to the verdict. `key` is the list key, 32
   * bytes. Gives the entries only after the last check; a list is read once.
   */
  async read(key: Uint8Array, list: Source, local?: Source | null): Promise<Entries> {
    const secret = this.begin(key);
    const [hashes, meta, records, lengths]: Uint8Array[][] = [[], [], [], []];
    try {
      await this.pass(secret, list, "pdql_list_give", "pdql_entries", (e) => {
        hashes!.push(this.core.bytes(e.hashes, 32 * e.n));
        meta!.push(this.core.bytes(e.meta, this.metaBytes * e.n));
      });
      if (local && this.info.keypointsBytes > 0) {
        check(this.core.x.pdql_list_keypoints!(this.at));
        await this.pass(secret, local, "pdql_list_give_keypoints", "pdql_records", (r) => {
          lengths!.push(this.core.bytes(r.lengths, 2 * r.n_lengths));
          records!.push(this.core.bytes(r.body, r.n_body));
        });
      }
    } finally {
      secret.fill(0);
    }
    const rows = join(hashes!);
    return new Entries(rows, join(meta!), this.metaBytes, join(records!), counts(join(lengths!)).subarray(0, rows.length / 32));
  }

  /**
   * Makes this release's entries of those held and a delta (delta-N.cob, N the number of the release held), to the
   * verdict; once, instead of `read`. With `keypoints`, keypoint signatures too, if the list has them; `entries` then needs
   * its own. A ListError "ct-mismatch" if no delta is offered from there: read the list whole instead.
   */
  async update(key: Uint8Array, delta: Source, held: Held, entries: Entries, keypoints = true): Promise<Entries> {
    this.fresh(key);
    if (typeof held !== "object" || held === null) refuse("held has seq, and root of 32 bytes");
    const root = octets(held.root, "root");
    if (root.length !== 32) refuse("root has to be 32 bytes");
    if (!(entries instanceof Entries) || entries.metaBytes !== this.metaBytes) refuse(`entries have to be a list's, with ${this.metaBytes} bytes each`);
    const at = this.memory.struct("pdql_held", { seq: whole(held.seq, "seq", Number.MAX_SAFE_INTEGER), count: entries.length });
    this.core.u8().set(root, at + STRUCTS.pdql_held.fields.pt_root[0]);
    check(this.core.x.pdql_list_delta!(this.at, at));
    const secret = this.begin(key);
    try {
      const { rows, meta, origin, added } = await applied(this.core, this.at, await this.opened(secret, delta), entries, this.memory);
      if (!keypoints || this.info.keypointsBytes === 0) return new Entries(rows, meta, this.metaBytes);
      const records = after(origin, entries, added);
      this.check(records);
      return new Entries(rows, meta, this.metaBytes, join(records), Uint32Array.from(records, (r) => r.length));
    } finally {
      secret.fill(0);
    }
  }

  /** Checks the keypoint signatures that a delta led to. */
  private check(records: Uint8Array[]): void {
    const { core } = this;
    core.scoped((memory) => {
      const room = memory.alloc(0xffff);
      check(core.x.pdql_list_records!(this.at, BigInt(records.reduce((n, r) => n + r.length, 0)) as unknown as number));
      for (const record of records) {
        core.u8().set(record, room);
        check(core.x.pdql_list_record!(this.at, room, record.length));
      }
      check(core.x.pdql_list_end!(this.at, 0));
    });
  }

  /** Nothing of it was read yet, and this may be a key. */
  private fresh(key: Uint8Array): void {
    this.alive();
    if (this.begun) throw errorOf(C.PDQL_ERR_ORDER, "a list is read once; verify again to read again");
    if (octets(key, "key").length !== 32) refuse("key has to be 32 bytes");
  }

  /** A copy of the key, to be wiped. */
  private begin(key: Uint8Array): Uint8Array {
    this.fresh(key);
    this.begun = true;
    return octets(key, "key").slice();
  }

  /** Checks a file and its key; gives what decrypts its pages: null for one that does not open. */
  private async opened(key: Uint8Array, file: Source): Promise<Opener> {
    const { core } = this;
    const { x } = core;
    const source = sourceOf(file);
    await this.file(source);
    const out = this.memory.alloc(C.PDQL_KEY_INFO_MAX + 4);
    check(x.pdql_list_key_info!(this.at, out + 4, C.PDQL_KEY_INFO_MAX, out));
    const derived = octets(await this.provider.hkdfSha512Expand(key, core.bytes(out + 4, core.u32(out)), 76), "derived key");
    this.stillAlive();
    if (derived.length !== 76) refuse("hkdfSha512Expand has to give the length it is asked for");
    core.u8().set(derived.subarray(44), out);
    check(x.pdql_list_key!(this.at, out));
    this.memory.drop(out);
    const open = await this.provider.aes256Gcm(derived.slice(0, 32));
    this.stillAlive();
    return async (page) => {
      const sealed = await source.read(page.at, page.sealed_bytes);
      const plain = sealed.length === page.sealed_bytes ? await open(nonceOf(derived.subarray(32, 44), page.index), sealed) : null;
      this.stillAlive();
      return plain instanceof Uint8Array && plain.length === page.plain_bytes ? plain : null;
    };
  }

  /** One file from its first byte to its verdict. */
  private async pass(key: Uint8Array, file: Source, give: string, struct: "pdql_entries" | "pdql_records", take: (found: Fields) => void): Promise<void> {
    const { core } = this;
    const { x } = core;
    const open = await this.opened(key, file);
    const page = this.memory.struct("pdql_page");
    const found = this.memory.struct(struct);
    const plain = this.memory.alloc(PAGE);
    for (;;) {
      this.stillAlive();
      check(x.pdql_list_want!(this.at, page));
      const p = core.read("pdql_page", page);
      if (p.sealed_bytes === 0) break;
      const opened = await open(p);
      if (opened) core.u8().set(opened, plain);
      check(x[give]!(this.at, opened ? plain : 0, opened ? opened.length : 0, found));
      take(core.read(struct, found));
      opened?.fill(0);
    }
    check(x.pdql_list_end!(this.at, 0));
    for (const at of [page, found, plain]) this.memory.drop(at);
  }

  /** Shows the core all of a file. */
  private async file(source: Reader): Promise<void> {
    const piece = this.memory.alloc(PIECE);
    for (let at = 0; at < source.size; at += PIECE) {
      const data = await source.read(at, Math.min(PIECE, source.size - at));
      this.stillAlive();
      this.core.u8().set(data, piece);
      check(this.core.x.pdql_list_ciphertext!(this.at, piece, data.length));
    }
    check(this.core.x.pdql_list_ciphertext_end!(this.at));
    this.memory.drop(piece);
  }

  /** After waiting: someone may have closed the list meanwhile. */
  private stillAlive(): void {
    if (this.closed) throw new ClosedError("list");
  }
}

interface Reader {
  size: number;
  read(at: number, n: number): Promise<Uint8Array>;
}

function sourceOf(file: Source): Reader {
  if (typeof Blob !== "undefined" && file instanceof Blob) {
    const blob = file;
    return {
      size: blob.size,
      read: async (at, n) => {
        try {
          return new Uint8Array(await blob.slice(at, at + n).arrayBuffer());
        } catch {
          throw errorOf(C.PDQL_ERR_IO);
        }
      },
    };
  }
  const data = octets(file, "file");
  return { size: data.length, read: async (at, n) => data.subarray(at, at + n) };
}

/** The base nonce XOR the page's number, as 12 bytes, big-endian. */
function nonceOf(base: Uint8Array, index: number): Uint8Array {
  const nonce = base.slice();
  for (let i = 11, rest = index; rest > 0; i--, rest = Math.floor(rest / 256)) nonce[i]! ^= rest % 256;
  return nonce;
}
