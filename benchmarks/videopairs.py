"""
How often two videos that have nothing in common are taken for each other: the vote's false-match curve.

Videos are made of hashes: shots of frames that drift by so many bits a frame. The bases of the shots are
hashes of strangers (a file of real ones, or drawn ones), turned and inverted as a view would; pairs whose bases lie
within 49 bits are no strangers and are left out. Counted beside what the neg_log10_fpr_x100 says.

--photos DIR counts decisions instead, with un-cropping: pans over the odd photos of a folder against a list of pans over
the even ones, as often as a policy of this rate takes one for another. Pairs of one photo are not independent.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks import _hashlists
from benchmarks.robustness import sources
from pdqlite.hashing import hash_luma
from pdqlite.index import Index
from pdqlite.matching import Matcher
from pdqlite.native import decide as core
from pdqlite.types import Entries, MatchPolicy

Rows = npt.NDArray[np.uint8]
FAR = 92  # bits up to which frames are given to the vote
LEVELS = (100, 200, 300, 400, 500, 600)
RATES = (1e-1, 1e-2, 1e-3, 1e-4, 1e-6)  # of policies that decide about pans
STILLS = 20  # frames of a pan, half a second apart
SHAPES = ((2, 40, 5), (5, 20, 2), (12, 14, 2))  # frames a shot, bits a frame, shots
SMALL = "--queries 20 --frames 2000".split()


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--strangers", type=Path, help="hashes of strangers, .npy, 32 bytes each; drawn ones by default"
    )
    parser.add_argument("--queries", type=int, default=1000, help="videos looked for, of each shape")
    parser.add_argument("--frames", type=int, default=20_000, help="frames in the list")
    parser.add_argument("--photos", type=Path, help="folder with photos: decisions about pans over them alone")
    parser.add_argument("--pans", type=int, default=1, help="pans over each photo")


def _masks() -> Rows:
    """What mirroring, flipping and inverting do to the bits of a hash: which ones turn over."""
    i, j = np.divmod(np.arange(256), 16)
    kinds = [np.packbits(bits.astype(np.uint8)) for bits in (j % 2, i % 2, np.ones(256))]
    return np.array([np.bitwise_xor.reduce([k * np.uint8(on) for k, on in zip(kinds, chosen, strict=True)])
                     for chosen in product((0, 1), repeat=3)], np.uint8)  # fmt: skip


def _video(rng: np.random.Generator, bases: Rows, shot: int, drift: int) -> Rows:
    frames = []
    for base in bases:
        bits = np.unpackbits(base)
        for _ in range(shot):
            frames.append(np.packbits(bits))
            bits = bits.copy()
            bits[rng.choice(256, drift, replace=False)] ^= 1
    return np.array(frames)


def _best(index: Index, frames: Rows, length: int, masks: Rows) -> int:
    """Return the neg_log10_fpr_x100 of the best hypothesis about one query against all videos of the list."""
    votes = core.Votes(core.Thresholds(0, 600, FAR, 0, 2), 8192)
    best = 0
    for number, frame in enumerate(frames):
        found = index.search_many(np.ascontiguousarray(frame ^ masks), FAR)
        nearest = np.argsort(found.distance, kind="stable")[: core.FRAME_HITS]
        hits = np.zeros(len(nearest), core.FRAME_HIT)
        hits["row"], hits["value"], hits["tier"] = found.row[nearest], found.distance[nearest], core.TIER_HASH
        hits["view"], hits["trials"] = found.query[nearest], 6 * len(masks)
        hits["video"], hits["time_ms"] = hits["row"] // length, hits["row"] % length * 1000
        votes.push(number * 1000, frame.tobytes(), hits)
        best = max(best, votes.best().neg_log10_fpr_x100)
    return best


def _pan(photo: Image.Image, rng: np.random.Generator) -> list[Rows]:
    """Return the luma of a camera that moves over a photo: 0.6 to 0.9 of its sides, from one place to another and back."""
    size, (x, y), phase = rng.uniform(0.6, 0.9), rng.uniform(0.3, 1, 2), rng.uniform(0, 6, 2)
    width, height = int(photo.width * size), int(photo.height * size)
    found = []
    for t in range(STILLS):
        left = (photo.width - width) * (0.5 + x * np.sin(t / 4 + phase[0]) / 2)
        top = (photo.height - height) * (0.5 + y * np.cos(t / 5 + phase[1]) / 2)
        part = photo.convert("L").resize((320, 240), box=(left, top, left + width, top + height))
        found.append(np.asarray(part))
    return found


def _decisions(report, args) -> None:
    """Strangers taken for each other by policies of RATES, tiers 1 and 2."""
    rng = np.random.default_rng(5)
    photos = [p for _, p in sources.pictures(args.photos, 0)]
    pans = [[_pan(p, rng) for p in photos[k::2] for _ in range(args.pans)] for k in (0, 1)]
    hashes = [hash_luma(frame) for pan in pans[0] for frame in pan]
    rows = np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32)
    quality = np.array([h.quality for h in hashes], np.uint8)
    ones = np.ones(len(rows), np.uint16)
    video, frame = np.divmod(np.arange(len(rows), dtype=np.uint32), np.uint32(STILLS))
    entries = Entries(rows, ones, ones, np.full(len(rows), 2, np.uint8), quality, video, 500 * frame)
    for rate in RATES:
        matcher = Matcher(entries, MatchPolicy(video_rate=rate))
        wrong = sum(matcher.match_frames((f, i / 2) for i, f in enumerate(pan)).matched for pan in pans[1])
        report.rate("pairs of pans taken for each other", wrong, len(pans[0]) * len(pans[1]), policy=rate)


def run(report, args) -> None:
    if args.photos:
        _decisions(report, args)
        return
    rng, masks = np.random.default_rng(3), _masks()
    pool = np.load(args.strangers).view(np.uint8).reshape(-1, 32) if args.strangers else _hashlists.realistic(60_000)
    pool = pool[rng.permutation(len(pool))]
    total, above = 0, dict.fromkeys(LEVELS, 0)
    for shot, drift, shots in SHAPES:
        length = shot * shots
        videos, queries = args.frames // length, args.queries
        if (videos + queries) * shots > len(pool):
            raise SystemExit(f"benchmarks: {(videos + queries) * shots} strangers needed, there are {len(pool)}")
        listed = pool[: videos * shots].reshape(videos, shots, 32)
        asked = pool[videos * shots :][: queries * shots].reshape(queries, shots, 32)
        near = Index(listed.reshape(-1, 32)).search_many((asked.reshape(-1, 1, 32) ^ masks).reshape(-1, 32), 49)
        known = set((near.query // len(masks) // shots).tolist())
        index = Index(np.concatenate([_video(rng, v, shot, drift) for v in listed]), "scan")
        best = [_best(index, _video(rng, q, shot, drift), length, masks)
                for n, q in enumerate(asked) if n not in known]  # fmt: skip
        pairs = len(best) * videos
        total += pairs
        for level in LEVELS:
            count = sum(b >= level for b in best)
            above[level] += count
            report.rate(
                "pairs of videos at a neg_log10_fpr_x100",
                count,
                pairs,
                neg_log10_fpr_x100=level,
                shots=shots,
                frames=shot,
                drift=drift,
            )
        report.count("queries left out: near to a base in the list", len(known), shots=shots, frames=shot)
    report.curve("false matches of pairs of videos", {
        "counted": [(level, max(n, 0.5) / total) for level, n in above.items()],
        "said": [(level, 10 ** (-level / 100)) for level in LEVELS],
    }, "neg_log10_fpr_x100", "rate", log_y=True)  # fmt: skip
    for level, n in above.items():
        report.rate("all pairs at a neg_log10_fpr_x100", n, total, neg_log10_fpr_x100=level)
