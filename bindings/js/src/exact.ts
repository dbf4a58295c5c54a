import { Core, Handle, build, octets } from "./core.js";
import { check, refuse } from "./errors.js";
import { STRUCTS } from "./header.js";
import { Decision, Entries, decisionOf } from "./matcher.js";

/**
 * Looks for files in a list of files: "identical file", "negated" (listed as harmless) or "no match". It finds untouched files alone. Whoever had
 * both files can make two with one MD5: `tier` 5 says less than 4.
 */
export class ExactMatcher extends Handle {
  private entries = 0;

  /** @internal */
  static make(core: Core, entries: Entries): ExactMatcher {
    if (!(entries instanceof Entries)) refuse("entries come from VerifiedList.read");
    const made = new ExactMatcher(core, "exact matcher");
    return build(made, () => {
      const own = made.memory;
      const [rows, meta] = [own.copy(octets(entries.hashes, "hashes")), own.copy(octets(entries.meta, "meta"))];
      made.entries = own.struct("pdql_match_entries", { n: entries.length, rows, meta, meta_bytes: entries.metaBytes });
      made.find(new Uint8Array(64)); // entries of another type of list are refused here
    });
  }

  private find(rows: Uint8Array): Decision {
    return this.core.scoped((memory) => {
      const decision = memory.struct("pdql_decision");
      check(this.core.x.pdql_exact_find!(this.entries, memory.copy(rows), decision));
      return decisionOf(this.core.read("pdql_decision", decision));
    });
  }

  /** The rows of a file, 64 bytes: of its SHA-256, then of its MD5. Pieces are taken one after another. */
  rows(file: Uint8Array | Iterable<Uint8Array>): Uint8Array {
    this.alive();
    const { core } = this;
    const { x } = core;
    const pieces: Iterable<unknown> = ArrayBuffer.isView(file) || (file as unknown) instanceof ArrayBuffer ? [file] : file;
    if (typeof pieces?.[Symbol.iterator] !== "function" || typeof pieces === "string") refuse("file has to be a Uint8Array, or pieces of one");
    return core.scoped((memory) => {
      const [state, out] = [memory.alloc(STRUCTS.pdql_exact.size), memory.alloc(64)];
      check(x.pdql_exact_begin!(x.pdql_kernels_best!(), state));
      for (const piece of pieces) {
        const data = octets(piece, "a piece of the file");
        const at = memory.copy(data);
        check(x.pdql_exact_add!(state, at, data.length));
        memory.drop(at);
      }
      check(x.pdql_exact_end!(x.pdql_kernels_best!(), state, out));
      return core.bytes(out, 64);
    });
  }

  /** Decides about a file of any type: its bytes, or pieces of them in order. */
  match(file: Uint8Array | Iterable<Uint8Array>): Decision {
    const rows = this.rows(file);
    return this.find(rows);
  }
}
