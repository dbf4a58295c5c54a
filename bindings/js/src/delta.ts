import { counts, join } from "./bytes.js";
import { Core, Fields, Scope } from "./core.js";
import { check } from "./errors.js";
import { C } from "./header.js";
import { Entries } from "./matcher.js";

/** Decrypts a page of a file: null if it does not open. */
export type Opener = (page: Fields) => Promise<Uint8Array | null>;

/** Keypoint signatures one after another, and the length of each. */
interface Records {
  records: Uint8Array;
  lengths: Uint32Array;
}

/** What a delta leads to: `origin` says of each row where it is from. */
interface Applied {
  rows: Uint8Array;
  meta: Uint8Array;
  origin: number[];
  /** Keypoint signatures of what was added. */
  added: Records;
}

const PAGE = 16384;
const OLD = 4096; // entries of the release held that are shown at a time

/** Asks the core what comes next of a delta until nothing is left, then for its verdict. */
export async function applied(core: Core, list: number, open: Opener, held: Entries, memory: Scope): Promise<Applied> {
  const { x } = core;
  const width = held.metaBytes;
  const [rows, meta, lengths, records]: Uint8Array[][] = [[], [], [], []];
  const origin: number[] = [];
  const [at, plain, hashes, metas] = [memory.struct("pdql_delta_piece"), memory.alloc(PAGE), memory.alloc(32 * OLD), memory.alloc(width * OLD)];
  for (;;) {
    check(x.pdql_delta_next!(list, at));
    const d = core.read("pdql_delta_piece", at);
    if (d.kind === C.PDQL_DELTA_END) break;
    if (d.kind === C.PDQL_DELTA_PAGE) {
      const opened = await open(d.page);
      if (opened) core.u8().set(opened, plain);
      check(x.pdql_delta_page!(list, opened ? plain : 0, opened ? opened.length : 0));
      opened?.fill(0);
    } else if (d.kind === C.PDQL_DELTA_OLD) {
      const [first, last] = [d.old_first, Math.min(d.old_first + OLD, held.length)];
      core.u8().set(held.hashes.subarray(32 * first, 32 * last), hashes);
      core.u8().set(held.meta.subarray(width * first, width * last), metas);
      check(x.pdql_delta_old!(list, hashes, metas, last - first));
    } else if (d.kind === C.PDQL_DELTA_ENTRIES) {
      const { n } = d.entries;
      rows!.push(core.bytes(d.entries.hashes, 32 * n));
      meta!.push(core.bytes(d.entries.meta, width * n));
      for (let i = 0; i < n; i++) origin.push(core.u32(d.origin + 4 * i));
    } else (d.kind === C.PDQL_DELTA_LENGTHS ? lengths! : records!).push(core.bytes(d.bytes, d.n));
  }
  check(x.pdql_list_end!(list, 0));
  for (const piece of [at, plain, hashes, metas]) memory.drop(piece);
  return { rows: join(rows!), meta: join(meta!), origin, added: { records: join(records!), lengths: counts(join(lengths!)) } };
}

/** The keypoint signature of each entry after a delta: from where `origin` says, the release held or what was added. */
export function after(origin: number[], held: Records, added: Records): Uint8Array[] {
  const [kept, fresh] = [pieces(held), pieces(added)];
  const none = new Uint8Array(0); // an entry held without one: the check says so
  return origin.map((from) => (from >= C.PDQL_DELTA_ADDED ? fresh[from - C.PDQL_DELTA_ADDED] : kept[from]) ?? none);
}

function pieces({ records, lengths }: Records): Uint8Array[] {
  let at = 0;
  return Array.from(lengths, (n) => records.subarray(at, (at += n)));
}
