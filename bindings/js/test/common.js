// The shared vectors: tests/vectors/core and tests/vectors/list.
import { readFileSync } from "node:fs";

const top = new URL("../../../", import.meta.url);
export const file = (path) => new Uint8Array(readFileSync(new URL(path, top)));
export const json = (path) => JSON.parse(readFileSync(new URL(path, top), "utf8"));
export const bytes = (base64) => Uint8Array.from(Buffer.from(base64, "base64"));
export const hex = (data) => Buffer.from(data).toString("hex");
export const unhex = (text) => Uint8Array.from(Buffer.from(text, "hex"));

export const CORE = json("tests/vectors/core/cases.json");

/** Picture n of the core vectors. */
export function picture(n) {
  const p = CORE.pictures[n];
  const format = p.format.replace("_", "-");
  return { data: bytes(p.data), width: p.width, height: p.height, format, rowStride: p.row_stride, pixelStride: p.pixel_stride };
}
