import { C, STRUCTS } from "./header.js";
import { ClosedError, MemoryError, check, errorOf, refuse } from "./errors.js";

/** The functions that the module exports, by the names of pdqlite.h. All take and give numbers of 32 bits. */
export type Exports = Record<string, (...args: number[]) => number>;
type StructName = keyof typeof STRUCTS;
/** What a struct looks like in JavaScript: numbers, arrays of bytes, structs. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Fields = Record<string, any>;
type Type = string | readonly [unknown, number] | { readonly [field: string]: readonly [number, unknown] };

const ALIGN = 16;
const PAGE = 65536;
const UNIT = { u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, u64: 8 } as Record<string, number>;

/**
 * One instance of the module and its memory. The core allocates nothing, so the heap is kept here: free pieces in
 * order of address, with all that is known of them outside of the memory that C can write.
 */
export class Core {
  readonly x: Exports;
  private readonly memory: WebAssembly.Memory;
  private readonly free: { at: number; size: number }[] = [];
  private readonly taken = new Map<number, number>();
  private end: number;
  private tables = 0;

  constructor(instance: WebAssembly.Instance) {
    this.x = instance.exports as unknown as Exports;
    this.memory = instance.exports.memory as WebAssembly.Memory;
    const heap = (instance.exports.__heap_base as WebAssembly.Global).value as number;
    this.end = this.memory.buffer.byteLength;
    const at = Math.ceil(heap / ALIGN) * ALIGN;
    this.free.push({ at, size: this.end - at });
  }

  /** Bytes of WebAssembly memory, which only ever grows; and how many of them are in use. */
  get usage(): { reserved: number; used: number } {
    let used = 0;
    for (const size of this.taken.values()) used += size;
    return { reserved: this.memory.buffer.byteLength, used };
  }

  /** Memory of `bytes` bytes, zeroed, aligned to 16. */
  alloc(bytes: number): number {
    if (!(bytes >= 0 && bytes <= 0xffff0000)) throw new MemoryError(bytes);
    const size = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    let i = this.free.findIndex((piece) => piece.size >= size);
    if (i < 0) i = this.grow(size);
    const piece = this.free[i]!;
    const at = piece.at;
    if (piece.size === size) this.free.splice(i, 1);
    else this.free[i] = { at: at + size, size: piece.size - size };
    this.taken.set(at, size);
    this.u8().fill(0, at, at + size);
    return at;
  }

  private grow(size: number): number {
    const last = this.free.at(-1);
    const reach = last && last.at + last.size === this.end ? last.size : 0;
    const pages = Math.ceil((size - reach) / PAGE);
    try {
      this.memory.grow(pages);
    } catch {
      throw new MemoryError(size);
    }
    const at = this.end;
    this.end = this.memory.buffer.byteLength;
    if (reach) last!.size += this.end - at;
    else this.free.push({ at, size: this.end - at });
    return this.free.length - 1;
  }

  /** The largest free piece, to be lent to C for one call; claim what C took of it. */
  largest(): { at: number; size: number } {
    return this.free.reduce((most, piece) => (piece.size > most.size ? piece : most), { at: 0, size: 0 });
  }

  /** Takes a piece that C chose: of a free one, from its start, or of memory that C made grow. Nothing at address 0. */
  claim(at: number, bytes: number): number {
    if (this.memory.buffer.byteLength > this.end) {
      this.free.push({ at: this.end, size: this.memory.buffer.byteLength - this.end });
      this.end = this.memory.buffer.byteLength;
    }
    const i = this.free.findIndex((piece) => piece.at === at);
    if (i < 0) return 0;
    const [piece, size] = [this.free[i]!, Math.ceil(bytes / ALIGN) * ALIGN];
    if (piece.size === size) this.free.splice(i, 1);
    else this.free[i] = { at: at + size, size: piece.size - size };
    this.taken.set(at, size);
    return at;
  }

  /** Tables of un-cropping: made once, for every matcher of this instance. */
  uncropTables(): number {
    if (!this.tables) {
      const size = this.x.pdql_uncrop_size!() >>> 0;
      const at = this.alloc(size);
      check(this.x.pdql_uncrop_init!(at, size));
      this.tables = at;
    }
    return this.tables;
  }

  /** Gives memory back; wiped first, as it may have held pixels or a list. */
  release(at: number): void {
    const size = this.taken.get(at);
    if (size === undefined) return;
    this.taken.delete(at);
    this.u8().fill(0, at, at + size);
    let i = this.free.findIndex((piece) => piece.at > at);
    if (i < 0) i = this.free.length;
    this.free.splice(i, 0, { at, size });
    for (const j of [i, i - 1]) {
      const [a, b] = [this.free[j], this.free[j + 1]];
      if (a && b && a.at + a.size === b.at) {
        a.size += b.size;
        this.free.splice(j + 1, 1);
      }
    }
  }

  /** All of memory; to be asked anew after any allocation. */
  u8(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  /** A copy of bytes. */
  bytes(at: number, n: number): Uint8Array<ArrayBuffer> {
    return this.u8().slice(at, at + n) as Uint8Array<ArrayBuffer>;
  }

  u32(at: number): number {
    return new DataView(this.memory.buffer).getUint32(at, true);
  }

  setU32(at: number, value: number): void {
    new DataView(this.memory.buffer).setUint32(at, value, true);
  }

  /** A text of the core. */
  text(at: number): string {
    const all = this.u8();
    return new TextDecoder().decode(all.subarray(at, all.indexOf(0, at)));
  }

  /** Reads a struct. */
  read(name: StructName, at: number): Fields {
    return this.value(STRUCTS[name].fields as Type, at) as Fields;
  }

  private value(type: Type, at: number): unknown {
    if (typeof type === "string") return this.number(type, at);
    if (Array.isArray(type)) {
      const [item, n] = type as [Type, number];
      if (item === "u8") return this.bytes(at, n);
      return Array.from({ length: n }, (_, i) => this.value(item, at + i * UNIT[item as string]!));
    }
    const out: Fields = {};
    for (const [field, [offset, what]] of Object.entries(type as Record<string, [number, Type]>)) out[field] = this.value(what, at + offset);
    return out;
  }

  private number(type: string, at: number): number {
    const view = new DataView(this.memory.buffer);
    switch (type) {
      case "u8": return view.getUint8(at);
      case "i8": return view.getInt8(at);
      case "u16": return view.getUint16(at, true);
      case "i16": return view.getInt16(at, true);
      case "i32": return view.getInt32(at, true);
      case "u64": return Number(view.getBigUint64(at, true));
      default: return view.getUint32(at, true);
    }
  }

  /** Writes the given fields of a struct; numbers of 16 to 64 bits. */
  write(name: StructName, at: number, values: Fields): void {
    const view = new DataView(this.memory.buffer);
    const fields = STRUCTS[name].fields as unknown as Record<string, [number, string]>;
    for (const [field, value] of Object.entries(values)) {
      const [offset, type] = fields[field]!;
      if (type === "u64") view.setBigUint64(at + offset, BigInt(value as number), true);
      else if (type === "u16") view.setUint16(at + offset, value as number, true);
      else view.setUint32(at + offset, value as number, true);
    }
  }

  /** Runs `f` with memory that is given back afterwards. */
  scoped<T>(f: (memory: Scope) => T): T {
    const scope = new Scope(this);
    try {
      return f(scope);
    } finally {
      scope.close();
    }
  }
}

/** Pieces of memory that are given back together. */
export class Scope {
  private pieces: number[] = [];
  constructor(readonly core: Core) {}

  alloc(bytes: number): number {
    const at = this.core.alloc(bytes);
    this.pieces.push(at);
    return at;
  }
  struct(name: StructName, values: Fields = {}): number {
    const at = this.alloc(STRUCTS[name].size);
    this.core.write(name, at, values);
    return at;
  }
  /** A copy of bytes, never at address 0. */
  copy(data: Uint8Array): number {
    const at = this.alloc(data.length);
    this.core.u8().set(data, at);
    return at;
  }
  claim(at: number, bytes: number): number {
    this.pieces.push(this.core.claim(at, bytes));
    return at;
  }
  drop(at: number): void {
    this.pieces = this.pieces.filter((piece) => piece !== at);
    this.core.release(at);
  }
  close(): void {
    for (const at of this.pieces) this.core.release(at);
    this.pieces = [];
  }
}

const forgotten = new FinalizationRegistry<Scope>((scope) => scope.close());

/** Something that lives in the module's memory until it is closed. */
export abstract class Handle {
  /** @internal */
  protected readonly memory: Scope;
  private open = true;
  /** @internal */
  protected constructor(
    /** @internal */ protected readonly core: Core,
    private readonly what: string,
  ) {
    this.memory = new Scope(core);
    forgotten.register(this, this.memory, this);
  }
  /** True after close(). */
  get closed(): boolean {
    return !this.open;
  }
  /** @internal */
  protected alive(): void {
    if (!this.open) throw new ClosedError(this.what);
  }
  /** Gives its memory back; every later use throws a ClosedError. Closing twice is no mistake. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    forgotten.unregister(this);
    this.memory.close();
  }
}

/** Makes a handle's inside; if that fails its memory is given back. */
export function build<T extends Handle>(handle: T, make: () => void): T {
  try {
    make();
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** A whole number from `least` to `most`. */
export function whole(value: unknown, name: string, most = 0xffffffff, least = 0): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    refuse(`${name} has to be a whole number from ${least} to ${most}`);
  return value;
}

/** An object of options, none of them misspelt. */
export function options<T extends object>(value: T, what: string, names: readonly string[]): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(`${what} is an object`);
  for (const name of Object.keys(value)) if (!names.includes(name)) refuse(`${what} has no "${name}"; it may have ${names.join(", ")}`);
  return value;
}

/** True or false; undefined is as advised. */
export function flag(value: unknown, name: string, advised: boolean): boolean {
  if (value !== undefined && typeof value !== "boolean") refuse(`${name} has to be true or false`);
  return value ?? advised;
}

/** The bytes behind a view. Always a Uint8Array, of no class below it: what a Buffer's `slice` gives is no copy. */
export function octetsOf(view: ArrayBufferView, name: string): Uint8Array {
  try {
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  } catch {
    refuse(`${name} was transferred: there are no bytes in it any more`);
  }
}

/** The bytes of a Uint8Array, Uint8ClampedArray, Buffer or ArrayBuffer. */
export function octets(value: unknown, name: string): Uint8Array {
  if (value instanceof Uint8Array || value instanceof Uint8ClampedArray || value instanceof DataView) return octetsOf(value, name);
  if (value instanceof ArrayBuffer) return octetsOf({ buffer: value, byteOffset: 0, byteLength: value.byteLength }, name);
  refuse(`${name} has to be a Uint8Array`);
}

/** One of some names. */
export function oneOf<T extends string>(value: unknown, name: string, names: Record<T, unknown>): T {
  if (typeof value !== "string" || !Object.hasOwn(names, value)) refuse(`${name} has to be one of ${Object.keys(names).join(", ")}`);
  return value as T;
}

/** Rows of 32 bytes. */
export function rowsOf(value: unknown, name: string): Uint8Array {
  const data = octets(value, name);
  if (data.length % C.PDQL_HASH_BYTES) refuse(`${name} has to be 32 bytes for each hash; got ${data.length} bytes`);
  return data;
}

/** A size that the core says; 0 is an error of shape. */
export function sized(bytes: number): number {
  if (bytes === 0) throw errorOf(C.PDQL_ERR_SHAPE);
  return bytes >>> 0;
}
