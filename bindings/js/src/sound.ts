import { Core, Handle, Scope, build, octetsOf, options as known, whole } from "./core.js";
import { C, STRUCTS } from "./header.js";
import { check, refuse } from "./errors.js";

/** Samples of one channel, of several side by side, or one array for each channel as AudioBuffer has them. Floats: -1 to 1. */
export type Pcm = Int16Array | Float32Array | Int16Array[] | Float32Array[];

/** What PCM is. */
export interface PcmOptions {
  /** Samples a second: 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400 or 192000. */
  rate: number;
  /** Channels side by side in one array; 1 if not given. Not with an array for each. */
  channels?: number;
  /** 0, if not given: the mean of all; else this one alone, from 1. A channel turned upside down makes the mean silence. */
  channel?: number;
}

/** How to hash. */
export interface SoundOptions {
  /** Steps of 1/16 s from one hash to the next, 1 to 64: 2 for a query (if not given), 16 for a list. */
  every?: number;
  /** What may have been done to its speed, 0 (nothing, if not given) to 9: docs/formats/sound-hash.md, section 6. */
  hypothesis?: number;
}

/** The hash of 4 seconds of sound. */
export interface SoundHash {
  /** First sample of the window at 8 kHz, counted from the first that was pushed. */
  start: number;
  /** 32 bytes, a row as those of pictures. */
  bits: Uint8Array;
  /** 0 to 100; below 25 it is too quiet or too empty to list or to look up. */
  quality: number;
}

/** A copy of an array in the module. */
const copied = (memory: Scope, a: Int16Array | Float32Array): number => memory.copy(octetsOf(a, "samples"));
const isSamples = (a: unknown): a is Int16Array | Float32Array => a instanceof Int16Array || a instanceof Float32Array;

/** Makes mono at 8 kHz of a stream of PCM: however it is cut into pushes, the samples are the same. */
export class Resampler extends Handle {
  private at = 0;
  /** @internal */
  static make(core: Core): Resampler {
    const resampler = new Resampler(core, "resampler");
    return build(resampler, () => {
      const size = core.x.pdql_resampler_size!();
      const [memory, out] = [resampler.memory.alloc(size), resampler.memory.alloc(4)];
      check(core.x.pdql_resampler_init!(core.x.pdql_kernels_best!(), memory, size, out));
      resampler.at = core.u32(out);
    });
  }

  /** Takes the next frames; gives the samples that they complete, at 8 kHz. Rate and channels may change. */
  push(pcm: Pcm, options: PcmOptions): Int16Array {
    this.alive();
    known(options, "what PCM is", ["rate", "channels", "channel"]);
    const planes = Array.isArray(pcm) ? pcm : undefined;
    const first = planes ? planes[0] : pcm;
    if (!isSamples(first)) refuse("pcm is an Int16Array, a Float32Array or an array of them, one a channel");
    if (planes && options.channels !== undefined && options.channels !== planes.length) refuse("channels is not the number of arrays");
    const channels = planes ? planes.length : whole(options.channels ?? 1, "channels");
    if (channels < 1 || channels > C.PDQL_SOUND_MAX_CHANNELS) refuse(`channels has to be 1 to ${C.PDQL_SOUND_MAX_CHANNELS}`);
    for (const plane of planes ?? [])
      if (!isSamples(plane) || plane.constructor !== first.constructor || plane.length !== first.length) refuse("channels differ in type or length");
    const frames = planes ? first.length : first.length / channels;
    if (!Number.isInteger(frames)) refuse(`${first.length} samples are no whole number of frames of ${channels} channels`);
    const unit = first.BYTES_PER_ELEMENT;
    return this.core.scoped((memory) => {
      const data = planes ? memory.alloc(unit * frames * channels) : copied(memory, first);
      planes?.forEach((plane, c) => this.core.u8().set(octetsOf(plane, "pcm"), data + c * unit * frames));
      const at = memory.struct("pdql_pcm", {
        data, frames, rate: whole(options.rate, "rate"), channels, channel: whole(options.channel ?? 0, "channel"),
        format: first instanceof Float32Array ? C.PDQL_PCM_F32 : C.PDQL_PCM_S16,
        frame_stride: planes ? unit : 0, channel_stride: planes ? unit * frames : 0,
      });
      const room = this.core.x.pdql_resampler_room!(frames, options.rate) >>> 0;
      return this.into(memory, room, (out, n) => this.core.x.pdql_resampler_push!(this.at, at, out, room, n));
    });
  }

  /** The samples that are left. The next push begins anew. */
  finish(): Int16Array {
    this.alive();
    return this.core.scoped((memory) => this.into(memory, 64, (out, n) => this.core.x.pdql_resampler_finish!(this.at, out, 64, n)));
  }

  private into(memory: Scope, room: number, call: (out: number, n: number) => number): Int16Array {
    const [out, n] = [memory.alloc(2 * room), memory.alloc(4)];
    check(call(out, n));
    return new Int16Array(this.core.bytes(out, 2 * this.core.u32(n)).buffer);
  }
}

/** Hashes a stream of samples at 8 kHz: however it is cut into pushes, the hashes are the same. */
export class SoundHasher extends Handle {
  private at = 0;
  private options = 0;
  /** @internal */
  static make(core: Core, options: SoundOptions): SoundHasher {
    known(options, "how to hash sound", ["every", "hypothesis"]);
    const hasher = new SoundHasher(core, "sound hasher");
    return build(hasher, () => {
      const size = core.x.pdql_sound_hasher_size!();
      const [memory, out] = [hasher.memory.alloc(size), hasher.memory.alloc(4)];
      hasher.options = hasher.memory.struct("pdql_sound_options", {
        hypothesis: whole(options.hypothesis ?? 0, "hypothesis"), every: whole(options.every ?? C.PDQL_SOUND_QUERY, "every"),
      });
      check(core.x.pdql_sound_hasher_init!(core.x.pdql_kernels_best!(), hasher.options, memory, size, out));
      hasher.at = core.u32(out);
    });
  }

  /** Takes the next samples, mono at 8 kHz as a Resampler gives them; gives the hashes that they complete. */
  push(samples: Int16Array): SoundHash[] {
    this.alive();
    if (!(samples instanceof Int16Array)) refuse("samples is an Int16Array at 8 kHz, as a Resampler gives it");
    return this.core.scoped((memory) => {
      const x = copied(memory, samples);
      return this.into(memory, samples.length, (out, room, n) => this.core.x.pdql_sound_hasher_push!(this.at, x, samples.length, out, room, n));
    });
  }

  /** The hashes of the last windows. Nothing can be pushed after it. */
  finish(): SoundHash[] {
    this.alive();
    return this.core.scoped((memory) => this.into(memory, 0, (out, room, n) => this.core.x.pdql_sound_hasher_finish!(this.at, out, room, n)));
  }

  private into(memory: Scope, samples: number, call: (out: number, room: number, n: number) => number): SoundHash[] {
    const size = STRUCTS.pdql_sound_hash.size;
    const room = this.core.x.pdql_sound_hasher_room!(samples, this.options) >>> 0;
    const [out, n] = [memory.alloc(room * size), memory.alloc(4)];
    check(call(out, room, n));
    return Array.from({ length: this.core.u32(n) }, (_, i) => this.core.read("pdql_sound_hash", out + i * size) as SoundHash);
  }
}

/** Hashes a whole sound; none for less than 4 seconds. */
export function hashSound(core: Core, pcm: Pcm, options: PcmOptions & SoundOptions): SoundHash[] {
  known(options, "what PCM is and how to hash it", ["rate", "channels", "channel", "every", "hypothesis"]);
  const { every, hypothesis, ...about } = options;
  const resampler = Resampler.make(core);
  try {
    const hasher = SoundHasher.make(core, { ...(every === undefined ? {} : { every }), ...(hypothesis === undefined ? {} : { hypothesis }) });
    try {
      return [...hasher.push(resampler.push(pcm, about)), ...hasher.push(resampler.finish()), ...hasher.finish()];
    } finally {
      hasher.close();
    }
  } finally {
    resampler.close();
  }
}
