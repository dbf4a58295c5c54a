import { Core, Fields, Handle, Scope, build, flag, octets, octetsOf, options, rowsOf, sized, whole } from "./core.js";
import { join } from "./bytes.js";
import { ClosedError, MemoryError, check, refuse } from "./errors.js";
import { C, STRUCTS } from "./header.js";
import { Image, place } from "./image.js";

/** What must hold for a match, as false-match rates for each kind of query. What is not given is as advised. */
export interface MatchPolicy {
  /** Rate for a pair of pictures; advised 1e-7. */
  pictureRate?: number;
  /** Rate for a pair of videos; advised 1e-6. */
  videoRate?: number;
  /** The list's own cap on the distance of whole hashes (`ListInfo.maxDistance`), 0 to 256. */
  maxDistance?: number;
  /** Least quality of query and entry, 0 to 100. */
  minQuality?: number;
  /** Frames of a video that must agree, at least 1. */
  frames?: number;
  /** Look at turned and mirrored copies. */
  turned?: boolean;
  /** Look at copies with dark and light exchanged. */
  inverted?: boolean;
  /** Look for the original inside the query. */
  regions?: boolean;
  /** Use the list's keypoint signatures. */
  keypoints?: boolean;
  /** Use them again for the picture turned by 22.5, 45 and 67.5 degrees, where they found nothing: copies tilted by any angle. */
  tilted?: boolean;
  /** Un-crop in lists of up to so many entries; 0 for never. */
  uncropEntries?: number;
  /** What hashes find must be confirmed by the entry's keypoints, where the list has them; advised true. */
  confirm?: boolean;
  /**
   * Most false matches in a million pictures (or videos) looked at, over the whole list; null for no such limit. The longer
   * the list, the surer a pair must then be; advised 10 000.
   */
  falseMatchesPerMillion?: number | null;
}

const VERDICTS = {
  [C.PDQL_NO_MATCH]: "no match", [C.PDQL_MATCH]: "match", [C.PDQL_TOO_FLAT]: "too flat", [C.PDQL_NEGATED]: "negated",
  [C.PDQL_UNCONFIRMED]: "unconfirmed", [C.PDQL_SHARES_PART]: "shares a part", [C.PDQL_IDENTICAL_FILE]: "identical file",
} as const;
const CONFIRMED = [null, "yes", "no", "not possible"] as const;
const ORIENTATIONS = ["as is", "turned 90", "turned 180", "turned 270", "flipped", "mirrored", "transposed", "transposed back"] as const;
/**
 * Only "match" and, of a list of files, "identical file" are to be acted on. "unconfirmed": near an entry, but its keypoints are not where they would be (forged, or much changed);
 * "shares a part": a sticker, page, frame or form is the entry's, the rest is not.
 */
export type Verdict = (typeof VERDICTS)[keyof typeof VERDICTS];
/** Whether the entry's keypoints say that the query shows it; null: not asked. */
export type Confirmed = (typeof CONFIRMED)[number];
/** How a rectangle of the query was turned to compare it; angles counter-clockwise. */
export type Orientation = (typeof ORIENTATIONS)[number];

/** Which part of the query shows the original; edges as fractions of its width and height, 0 to 1. */
export interface Where {
  /** Its left edge. */
  left: number;
  /** Its upper edge. */
  top: number;
  /** Its right edge. */
  right: number;
  /** Its lower edge. */
  bottom: number;
  /** How it was turned. */
  orientation: Orientation;
  /** Dark and light exchanged. */
  inverted: boolean;
}

/** What a matcher says of one picture or video. `null`: does not apply. */
export interface Decision {
  /** What it comes to. */
  verdict: Verdict;
  /** Number of the entry that decided. */
  entry: number | null;
  /** What found it: 1 whole hashes of rectangles, 2 parts against plain hashes, 3 keypoint signatures; 4 a SHA-256, 5 an MD5 of a file. */
  tier: number | null;
  /** The false-match rate of this pair; 1 without. */
  rate: number;
  /** False matches as good as this that one picture (or video) meets in the whole list; 1 without. */
  listRate: number;
  /** What the policy asks for and the list has not. */
  lacks: ("keypoint signatures" | "un-cropping")[];
  /** Distance of whole hashes, bits. */
  distance: number | null;
  /** Quality of the query; of a video the best of its frames. */
  quality: number;
  /** Categories of the entry, a mask. */
  categories: number;
  /** Sources of the entry, a mask. */
  sources: number;
  /** Number of the entry's video. */
  video: number | null;
  /** Frames looked at. */
  frames: number;
  /** Of those, how many agree. */
  agreeing: number;
  /** Milliseconds in the query, first and last that agrees; null for pictures. */
  span: [number, number] | null;
  /** The same in the entry's video. */
  entrySpan: [number, number] | null;
  /** Which part of the query shows the original. */
  where: Where | null;
  /** Whether the entry's keypoints say so too. */
  confirmed: Confirmed;
  /** How surely, in nats. */
  proof: number | null;
}

/** One entry that may be the original, as one view of a picture saw it. */
export interface Finding {
  /** Its number. */
  entry: number;
  /** As in a decision. */
  tier: number;
  /** Bits, for tier 1. */
  distance: number | null;
  /** Tiers 2 and 3, 1/16 nat. */
  score: number;
  /** The lesser of the view's and the entry's. */
  quality: number;
  /** The entry says what must not match. */
  negative: boolean;
  /** The false-match rate of the pair, this look's share taken off. */
  rate: number;
  /** Too little for the policy: it is no reason for a match. */
  below: boolean;
  /** Which part of the query. */
  where: Where;
  /** As in a decision; of tier 3 "no": a part is shared. */
  confirmed: Confirmed;
  /** As in a decision. */
  proof: number | null;
}

/** One frame of a video that agrees with the entry. */
export interface FrameMatch {
  /** Milliseconds in the query. */
  time: number;
  /** Number of the entry. */
  entry: number;
  /** Milliseconds in the entry's video; null if the entry is a picture. */
  entryTime: number | null;
  /** Bits. */
  distance: number | null;
  /** Which part of the frame. */
  where: Where;
}

const KIT = 16; // struct kit of glue.c
const some = (n: number): number | null => (n === C.PDQL_NONE ? null : n);
const nats = (n: number): number | null => (n === C.PDQL_CLAIM_NONE ? null : n / 16);
const span = (from: number, to: number): [number, number] | null => (from === C.PDQL_NONE || to === C.PDQL_NONE ? null : [from, to]);

function whereOf(w: Fields): Where {
  const f = (n: number): number => n / 65536;
  return { left: f(w.left), top: f(w.top), right: f(w.right), bottom: f(w.bottom), orientation: ORIENTATIONS[w.orientation]!, inverted: w.inverted !== 0 };
}

const rateOf = (surety: number): number => 10 ** (-surety / 100);
const LACKS = [[C.PDQL_LACKS_KEYPOINTS, "keypoint signatures"], [C.PDQL_LACKS_UNCROP, "un-cropping"]] as const;

/** @internal */
export function decisionOf(d: Fields): Decision {
  return {
    verdict: VERDICTS[d.verdict as keyof typeof VERDICTS], entry: some(d.entry), tier: d.tier || null, rate: rateOf(d.neg_log10_fpr_x100),
    listRate: rateOf(d.list_neg_log10_fpr_x100), lacks: LACKS.filter(([bit]) => d.lacks & bit).map(([, name]) => name),
    distance: some(d.distance), quality: d.quality, categories: d.categories, sources: d.sources, video: some(d.video), frames: d.frames,
    agreeing: d.agreeing, span: span(d.start_ms, d.end_ms), entrySpan: span(d.entry_start_ms, d.entry_end_ms),
    where: d.entry === C.PDQL_NONE || d.tier >= C.PDQL_TIER_SHA256 ? null : whereOf(d.where), confirmed: CONFIRMED[d.confirmed]!, proof: nats(d.proof),
  };
}

function findingOf(f: Fields): Finding {
  return { entry: f.entry, tier: f.tier, distance: some(f.distance), score: f.score, quality: f.quality, negative: f.negative !== 0, rate: rateOf(f.neg_log10_fpr_x100), below: f.below !== 0,
    where: whereOf(f.where), confirmed: CONFIRMED[f.confirmed]!, proof: nats(f.proof) };
}

function frameOf(f: Fields): FrameMatch {
  return { time: f.time_ms, entry: f.entry, entryTime: some(f.entry_time_ms), distance: some(f.distance), where: whereOf(f.where) };
}

/** The entries of a list: from a verified one, or hashes that came otherwise. */
export class Entries {
  /** @internal */
  constructor(
    /** 32 bytes an entry, in list order. */
    readonly hashes: Uint8Array,
    /** What a list has for each (docs/formats/list-content.md, section 6): `metaBytes` bytes. */
    readonly meta: Uint8Array = new Uint8Array(0),
    /** 0, 6 or 14. */
    readonly metaBytes: number = 0,
    /** Keypoint signatures one after another, and the length of each entry's. */
    readonly records: Uint8Array = new Uint8Array(0),
    /** Bytes of each entry's signature; 0 without one. */
    readonly lengths: Uint32Array = new Uint32Array(0),
  ) {}

  /** Bare hashes, 32 bytes each: pictures of no category or source, of unknown quality. */
  static fromHashes(hashes: Uint8Array): Entries {
    return new Entries(rowsOf(hashes, "hashes").slice());
  }

  /** Hashes with 6 or 14 bytes each. */
  static withMeta(hashes: Uint8Array, meta: Uint8Array, metaBytes: number): Entries {
    const [rows, bytes] = [rowsOf(hashes, "hashes"), octets(meta, "meta")];
    if ((metaBytes !== 6 && metaBytes !== 14) || bytes.length !== (rows.length / 32) * metaBytes) refuse("meta has to be 6 or 14 bytes for each hash");
    return new Entries(rows.slice(), bytes.slice(), metaBytes);
  }

  /** The same with keypoint signatures, one for each entry; an empty one where there is none. */
  withKeypoints(signatures: Uint8Array[]): Entries {
    if (!Array.isArray(signatures) || signatures.length !== this.length) refuse("signatures has to be an array, one for each entry");
    const all = signatures.map((s) => octets(s, "signature"));
    if (all.some((s) => s.length > 0xffff)) refuse("a signature has at most 531 bytes");
    return new Entries(this.hashes, this.meta, this.metaBytes, join(all), Uint32Array.from(all, (s) => s.length));
  }

  /** Number of entries. */
  get length(): number {
    return this.hashes.length / 32;
  }
}

const POLICY = ["pictureRate", "videoRate", "maxDistance", "minQuality", "frames", "turned", "inverted", "regions", "keypoints", "tilted", "uncropEntries", "confirm",
  "falseMatchesPerMillion"] as const satisfies readonly (keyof MatchPolicy)[];

function rawPolicy(core: Core, memory: Scope, policy: MatchPolicy): { at: number; uncrop: number } {
  const at = memory.struct("pdql_match_policy");
  core.x.pdql_match_policy_init!(at);
  const raw = core.read("pdql_match_policy", at);
  options(policy, "a policy", POLICY);
  const negLog10FprX100 = (rate: unknown, name: string, advised: number): number => {
    if (rate === undefined) return advised;
    if (typeof rate !== "number" || !(rate >= 1e-30 && rate <= 1)) refuse(`${name} has to be a rate from 1e-30 to 1`);
    return Math.max(0, Math.ceil(-100 * Math.log10(rate) - 1e-9));
  };
  const perMillion = (most: unknown, advised: number): number => {
    if (most === undefined || most === null) return most === null ? 0 : advised;
    if (typeof most !== "number" || !(most >= 1e-24 && most <= 1e6)) refuse("falseMatchesPerMillion has to be a number from 1e-24 to 1000000, or null");
    return negLog10FprX100(most / 1e6, "falseMatchesPerMillion", advised);
  };
  const views = ([["turned", C.PDQL_VIEW_TURNED], ["inverted", C.PDQL_VIEW_INVERTED], ["regions", C.PDQL_VIEW_REGIONS], ["keypoints", C.PDQL_VIEW_KEYPOINTS], ["tilted", C.PDQL_VIEW_TILTED]] as const)
    .filter(([name]) => flag(policy[name], name, true))
    .reduce((sum, [, bit]) => sum + bit, 0);
  const values = {
    picture_neg_log10_fpr_x100: negLog10FprX100(policy.pictureRate, "pictureRate", raw.picture_neg_log10_fpr_x100),
    video_neg_log10_fpr_x100: negLog10FprX100(policy.videoRate, "videoRate", raw.video_neg_log10_fpr_x100),
    max_distance: whole(policy.maxDistance ?? raw.max_distance, "maxDistance", C.PDQL_HASH_BITS),
    min_quality: whole(policy.minQuality ?? raw.min_quality, "minQuality", 100),
    frames: whole(policy.frames ?? raw.frames, "frames", 0xffffffff, 1),
    views,
    uncrop_entries: whole(policy.uncropEntries ?? raw.uncrop_entries, "uncropEntries"),
    confirm: flag(policy.confirm, "confirm", true) ? 1 : 0,
    list_neg_log10_fpr_x100: perMillion(policy.falseMatchesPerMillion, raw.list_neg_log10_fpr_x100),
  };
  core.write("pdql_match_policy", at, values);
  return { at, uncrop: values.uncrop_entries };
}

/** Matches pictures and videos against one list. */
export class Matcher extends Handle {
  /** @internal */
  at = 0;

  /** @internal */
  static make(core: Core, entries: Entries, policy: MatchPolicy): Matcher {
    if (!(entries instanceof Entries)) refuse("entries come from VerifiedList.read, Entries.fromHashes or Entries.withMeta");
    const matcher = new Matcher(core, "matcher");
    return build(matcher, () => core.scoped((memory) => matcher.fill(memory, entries, policy)));
  }

  private fill(memory: Scope, entries: Entries, policy: MatchPolicy): void {
    const { core, memory: own } = this;
    const [n, records, lengths, sizes] = [entries.length, octets(entries.records, "records"), entries.lengths, octetsOf(entries.lengths, "lengths")];
    const { at: rules, uncrop } = rawPolicy(core, memory, policy);
    const given: Fields = { n, rows: own.copy(octets(entries.hashes, "hashes")), meta_bytes: entries.metaBytes };
    if (entries.metaBytes) given.meta = own.copy(octets(entries.meta, "meta"));
    if (lengths.length) {
      if (lengths.length !== n || lengths.reduce((sum, length) => sum + length, 0) !== records.length) refuse("lengths and records do not go together");
      given.records = memory.copy(records);
      given.lengths = memory.copy(sizes);
    }
    if (n > 0 && n <= uncrop) given.uncrop = core.uncropTables();
    const [at, size] = [memory.struct("pdql_match_entries", given), memory.alloc(4)];
    check(core.x.pdql_index_work_size!(n, C.PDQL_INDEX_AUTO, size));
    const [work, out] = [memory.alloc(core.u32(size)), memory.alloc(4)];
    const kit = memory.alloc(KIT);
    const spare = core.largest();
    [work, core.u32(size), spare.at, spare.size].forEach((value, i) => core.setU32(kit + 4 * i, value));
    const status = core.x.pdqjs_matcher_make!(at, rules, kit, out);
    this.at = status === C.PDQL_OK ? own.claim(core.u32(kit + 8), core.u32(kit + 12)) : core.claim(0, 0);
    if (status === C.PDQL_ERR_SPACE) throw new MemoryError(core.u32(kit + 12));
    check(status);
  }

  /** Decides about one picture. */
  match(image: Image): Decision {
    return this.explain(image, 0).decision;
  }

  /** Decides about one picture, and says what spoke for any entry: scores first, then nearest; at most 64. */
  explain(image: Image, most: number = C.PDQL_MAX_FINDINGS): {
    /** The decision. */
    decision: Decision;
    /** What spoke. */
    findings: Finding[];
  } {
    this.alive();
    whole(most, "most", C.PDQL_MAX_FINDINGS);
    return this.core.scoped((memory) => {
      const { core } = this;
      const shown = place(memory, image);
      const size = sized(core.x.pdql_match_work_size!(this.at, shown.width, shown.height));
      const [work, decision, count] = [memory.alloc(size), memory.struct("pdql_decision"), memory.alloc(4)];
      const findings = memory.alloc(C.PDQL_MAX_FINDINGS * STRUCTS.pdql_finding.size);
      check(core.x.pdql_match_picture!(this.at, shown.at, work, size, decision, findings, most, count));
      const n = Math.min(most, core.u32(count));
      return {
        decision: decisionOf(core.read("pdql_decision", decision)),
        findings: Array.from({ length: n }, (_, i) => findingOf(core.read("pdql_finding", findings + i * STRUCTS.pdql_finding.size))),
      };
    });
  }

  /** Begins to watch a video. */
  watch(): Watch {
    this.alive();
    return Watch.make(this.core, this);
  }
}

/** One video being watched: push frames, ask at any time. Its memory, about 220 kB, does not grow with the video. */
export class Watch extends Handle {
  private at = 0;
  private matcher!: Matcher;

  /** @internal */
  static make(core: Core, matcher: Matcher): Watch {
    const watch = new Watch(core, "watch");
    return build(watch, () => {
      const size = core.x.pdql_watch_size!(matcher.at) >>> 0;
      [watch.at, watch.matcher] = [watch.memory.alloc(size), matcher];
      check(core.x.pdql_watch_init!(watch.at, size, matcher.at));
    });
  }

  /** @internal */
  protected override alive(): void {
    super.alive();
    if (this.matcher.closed) throw new ClosedError("watch's matcher");
  }

  /** Adds one frame at `time` milliseconds since the start, not before the last. After an error nothing was added. */
  push(frame: Image, time: number): void {
    this.alive();
    whole(time, "time");
    this.core.scoped((memory) => {
      const { x } = this.core;
      const shown = place(memory, frame);
      const size = sized(x.pdql_match_work_size!(this.matcher.at, shown.width, shown.height));
      check(x.pdql_watch_push!(this.at, shown.at, time, memory.alloc(size), size));
    });
  }

  /** True once the frames so far are a match: no more of them are needed. */
  get enough(): boolean {
    this.alive();
    return this.core.x.pdql_watch_enough!(this.at) === 1;
  }

  /** False if the frames so far, say all key frames of a video, are near nothing in the list: a caller can stop there. */
  get hopeful(): boolean {
    this.alive();
    return this.core.x.pdql_watch_hopeful!(this.at) === 1;
  }

  /** What the frames so far come to. */
  decision(): Decision {
    return this.explain().decision;
  }

  /** The same, with the frames that agree, in time order: at most 64. */
  explain(): {
    /** The decision. */
    decision: Decision;
    /** The frames. */
    frames: FrameMatch[];
  } {
    this.alive();
    return this.core.scoped((memory) => {
      const { core } = this;
      const [decision, count] = [memory.struct("pdql_decision"), memory.alloc(4)];
      const size = STRUCTS.pdql_frame_match.size;
      const matches = memory.alloc(C.PDQL_MAX_FINDINGS * size);
      check(core.x.pdql_watch_decision!(this.at, decision, matches, C.PDQL_MAX_FINDINGS, count));
      return {
        decision: decisionOf(core.read("pdql_decision", decision)),
        frames: Array.from({ length: core.u32(count) }, (_, i) => frameOf(core.read("pdql_frame_match", matches + i * size))),
      };
    });
  }
}
