import { Core, Handle, Scope, build, octets, oneOf, sized, whole } from "./core.js";
import { C, STRUCTS } from "./header.js";
import { check, errorOf, refuse } from "./errors.js";

/** Name -> [pdql_format, bytes from pixel to pixel, bytes that are looked at]. */
const FORMATS = {
  rgba: [C.PDQL_RGB, 4, 3],
  bgra: [C.PDQL_BGR, 4, 3],
  rgb: [C.PDQL_RGB, 3, 3],
  bgr: [C.PDQL_BGR, 3, 3],
  gray: [C.PDQL_GRAY, 1, 1],
  "gray-limited": [C.PDQL_GRAY_LIMITED, 1, 1],
  gray16: [C.PDQL_GRAY16, 2, 2],
} as const;

/**
 * What the bytes of a pixel mean. "gray-limited": 16 black to 235 white, the Y plane of most video; "gray16": two
 * bytes, low one first. Alpha is not looked at.
 */
export type Format = keyof typeof FORMATS;

/**
 * Decoded pixels; an ImageData is one. Sides of 5 to 1 048 576 pixels. Without strides the rows follow each other
 * without gaps and `data` is just as long as that.
 */
export interface Image {
  /** The pixels. */
  data: Uint8Array | Uint8ClampedArray;
  /** Pixels across. */
  width: number;
  /** Pixels down. */
  height: number;
  /** "rgba" if not given. */
  format?: Format;
  /** Where in `data` the top left pixel is; 0 if not given. */
  start?: number;
  /** Bytes from row to row; may be negative. */
  rowStride?: number;
  /** Bytes from pixel to pixel; may be negative. */
  pixelStride?: number;
}

/** A PDQ hash and its quality. */
export interface Hash {
  /** 32 bytes in the order of the shared 64-digit text. */
  bits: Uint8Array;
  /** 0 flat to 100 detailed; below 50 is too flat to act on. */
  quality: number;
}

interface Layout {
  data: Uint8Array;
  format: number;
  width: number;
  height: number;
  row: number;
  step: number;
  first: number;
  last: number;
  start: number;
}

/** Checks that every pixel lies in the buffer. */
function layout(image: Image): Layout {
  if (typeof image !== "object" || image === null) refuse("an image is an object with data, width and height");
  const name = oneOf(image.format ?? "rgba", "format", FORMATS);
  const [format, unit, bytes] = FORMATS[name];
  const data = octets(image.data, "data");
  const { width, height, start = 0 } = image;
  const step = image.pixelStride ?? unit;
  const row = image.rowStride ?? width * step;
  const shape = (text: string): never => { throw errorOf(C.PDQL_ERR_SHAPE, text); };
  for (const side of [width, height]) if (!Number.isInteger(side) || side < 1 || side > C.PDQL_MAX_SIDE) shape("sides are 5 to 1048576 pixels");
  for (const n of [step, row, start]) if (!Number.isInteger(n) || Math.abs(n) > 0x7fffffff) shape("strides and start are whole numbers of bytes");
  const [across, down] = [(width - 1) * step, (height - 1) * row];
  const first = start + Math.min(across, 0) + Math.min(down, 0);
  const last = start + Math.max(across, 0) + Math.max(down, 0) + bytes;
  if (first < 0 || last > data.length) shape(`the pixels do not lie in the buffer of ${data.length} bytes`);
  if (image.rowStride === undefined && image.pixelStride === undefined && image.start === undefined && data.length !== width * height * unit)
    shape(`${width} x ${height} pixels are ${width * height * unit} bytes, not ${data.length}`);
  return { data, format, width, height, row, step, first, last, start };
}

/** Copies an image into the module: its struct. */
export function place(memory: Scope, image: Image): { at: number; width: number; height: number } {
  const l = layout(image);
  const pixels = memory.copy(l.data.subarray(l.first, l.last));
  const at = memory.struct("pdql_image", {
    data: pixels + l.start - l.first, width: l.width, height: l.height, row_stride: l.row, pixel_stride: l.step, format: l.format,
  });
  return { at, width: l.width, height: l.height };
}

/** Hashes any number of pictures of one size; the weights are made once. */
export class Hasher extends Handle {
  private at = 0;
  /** @internal */
  static make(core: Core, width: number, height: number): Hasher {
    const hasher = new Hasher(core, "hasher");
    return build(hasher, () => {
      const size = sized(core.x.pdql_hasher_size!(whole(width, "width"), whole(height, "height")));
      hasher.at = hasher.memory.alloc(size);
      check(core.x.pdql_hasher_init!(hasher.at, size, width, height));
    });
  }

  private run(call: string, n: number, image: Image): Hash[] {
    this.alive();
    return this.core.scoped((memory) => {
      const size = STRUCTS.pdql_hash.size;
      const [at, out] = [place(memory, image).at, memory.alloc(n * size)];
      check(this.core.x[call]!(this.core.x.pdql_kernels_best!(), this.at, at, out));
      return Array.from({ length: n }, (_, i) => this.core.read("pdql_hash", out + i * size) as Hash);
    });
  }

  /** The hash of one picture of this size. */
  hash(image: Image): Hash {
    return this.run("pdql_hash_image", 1, image)[0]!;
  }

  /**
   * The hashes of its eight orientations: as it is, turned 90, 180, 270 degrees counter-clockwise, flipped top to
   * bottom, mirrored, transposed, transposed the other way.
   */
  orientations(image: Image): Hash[] {
    return this.run("pdql_hash_orientations", 8, image);
  }
}

/** The keypoint signature of a picture: of a plane of about 65 536 cells. */
export function keypointSignature(core: Core, image: Image): Uint8Array {
  const { x } = core;
  return core.scoped((memory) => {
    const { at, width, height } = place(memory, image);
    const [kernels, size, plane] = [x.pdql_kernels_best!(), sized(x.pdql_plane_size!(width, height)), memory.struct("pdql_plane")];
    check(x.pdql_plane_make!(kernels, at, memory.alloc(size), size, plane));
    const p = core.read("pdql_plane", plane);
    const room = sized(x.pdql_keypoints_work_size!(p.width, p.height));
    const [record, length] = [memory.alloc(C.PDQL_KEYPOINTS_RECORD_MAX), memory.alloc(4)];
    check(x.pdql_keypoints_signature!(kernels, p.samples, p.width, p.height, p.width, C.PDQL_MAX_KEYPOINTS, memory.alloc(room), room, record, length));
    return core.bytes(record, core.u32(length));
  });
}
