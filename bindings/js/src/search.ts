import { Core, Handle, build, octets, oneOf, rowsOf, whole } from "./core.js";
import { C, STRUCTS } from "./header.js";
import { check } from "./errors.js";

const SHAPES = { auto: C.PDQL_INDEX_AUTO, scan: C.PDQL_INDEX_SCAN, self: C.PDQL_INDEX_SELF, compact: C.PDQL_INDEX_COMPACT } as const;
/** How an index is laid out (docs/explanation/search.md); "auto" leaves it to the number of rows. */
export type Shape = keyof typeof SHAPES;

/** A row within the radius of a query. */
export interface Hit {
  /** Number of the query. */
  query: number;
  /** Number of the row. */
  row: number;
  /** Differing bits, 0 to 256. */
  distance: number;
}

/** Builds a block in memory of `handle`'s; gives its place and size. */
export function buildBlock(core: Core, take: (bytes: number) => number, rows: number, n: number, shape: Shape): [number, number] {
  const kind = SHAPES[oneOf(shape, "shape", SHAPES)];
  return core.scoped((memory) => {
    const out = memory.alloc(4);
    check(core.x.pdql_index_work_size!(n, kind, out));
    const size = core.u32(out);
    const work = memory.alloc(size);
    check(core.x.pdql_index_plan!(rows, n, kind, work, size, out));
    const bytes = core.u32(out);
    const block = take(bytes);
    check(core.x.pdql_index_build!(rows, n, work, size, block, bytes));
    return [block, bytes];
  });
}

/** Exact Hamming search among 256-bit hashes: one block of bytes, to be stored and opened again. */
export class Index extends Handle {
  private block = 0;
  private bytes = 0;
  private at = 0;
  /** Number of rows. */
  rows = 0;

  /** @internal */
  static build(core: Core, rows: Uint8Array, shape: Shape): Index {
    const index = new Index(core, "index");
    return build(index, () =>
      core.scoped((memory) => {
        const data = rowsOf(rows, "rows");
        [index.block, index.bytes] = buildBlock(core, (n) => index.memory.alloc(n), memory.copy(data), data.length / 32, shape);
        index.start();
      }),
    );
  }

  /** @internal */
  static open(core: Core, block: Uint8Array): Index {
    const index = new Index(core, "index");
    return build(index, () => {
      const data = octets(block, "block");
      [index.block, index.bytes] = [index.memory.copy(data), data.length];
      index.start();
    });
  }

  private start(): void {
    this.at = this.memory.struct("pdql_index");
    check(this.core.x.pdql_index_open!(this.block, this.bytes, this.at));
    this.rows = this.core.read("pdql_index", this.at).n_rows as number;
  }

  /** A copy of the block, to be stored. */
  toBytes(): Uint8Array {
    this.alive();
    return this.core.bytes(this.block, this.bytes);
  }

  /** Every row within `radius` bits (0 to 256) of each query of 32 bytes, in order of query, then row. */
  search(queries: Uint8Array, radius: number): Hit[] {
    this.alive();
    const data = rowsOf(queries, "queries");
    whole(radius, "radius", C.PDQL_HASH_BITS);
    return this.core.scoped((memory) => {
      const { core } = this;
      const [asked, count, n] = [memory.copy(data), memory.alloc(4), data.length / 32];
      for (let room = Math.max(64, n); ; room = core.u32(count)) {
        const hits = memory.alloc(room * STRUCTS.pdql_hit.size);
        check(core.x.pdql_index_search!(core.x.pdql_kernels_best!(), this.at, asked, n, radius, hits, room, count));
        if (core.u32(count) > room) {
          memory.drop(hits);
          continue;
        }
        return Array.from({ length: core.u32(count) }, (_, i) => core.read("pdql_hit", hits + i * STRUCTS.pdql_hit.size) as Hit);
      }
    });
  }
}
