"""
Recall and cost from ten thousand to two million entries: curves, no cliffs.

The same originals stand in longer and longer lists, among made hashes that behave like PDQ's (benchmarks/_hashlists.py). At
each size the same copies are asked for, and the same strangers: recall, wrong answers, CPU of a copy and of a stranger, all
tiers together, by the default policy. With signatures up to --signed entries: those of the others are made of keypoints of
noise, a quarter of their signs changed, at other places.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks._hashlists import realistic
from benchmarks.robustness import sources
from benchmarks.robustness.methods import entries_of
from benchmarks.robustness.strengths import FAMILIES
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.types import Entries

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 2_000_000)
SMALL = "--scenes 4 --queries 1 --signed 300 --sizes 300 1000".split()
COPIES = (
    ("crop", 0.8),
    ("inset", 0.4),
    ("screenshots", 1),
    ("blend", 0.3),
    ("censor bar", 0.3),
    ("tilt, same canvas", 5),
    ("grid", 2),
)
DEEP = (("crop", 0.5), ("inset", 0.2), ("tilt, cut to the inside", 25), ("grid", 4), ("screenshots", 3))
HEAD, POINT, POOL, EACH = (
    3,
    11,
    24,
    32,
)  # of a record; pictures of noise that lend their keypoints, keypoints of a made record


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--media", type=Path, metavar="DIR", help="folder with pictures")
    parser.add_argument("--scenes", type=int, default=34, help="drawn scenes, without --media (default 34)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--queries", type=int, default=6, metavar="N", help="copies of each edit (default 6)")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="entries, each above 200")
    parser.add_argument(
        "--signed", type=int, default=100_000, metavar="N", help="lists with signatures, up to this size"
    )


def _noise(rng: np.random.Generator) -> np.ndarray:
    """Return squares of random brightness over each other, from an eighth of a side down to two pixels: 256 x 256."""
    layers = [
        np.kron(rng.normal(0, 1, (side, side)), np.ones((256 // side, 256 // side))) for side in (8, 16, 32, 64, 128)
    ]
    return np.clip(128 + 22 * sum(layers[1:], layers[0]), 0, 255).astype(np.uint8)


def made_records(n: int, rng: np.random.Generator) -> Iterator[bytes]:
    """Give n signatures of nothing: keypoints of noise of many scales, elsewhere."""
    pool = np.vstack([np.frombuffer(signature(_noise(rng))[HEAD:], np.uint8).reshape(-1, POINT) for _ in range(POOL)])
    for _ in range(n):
        points = pool[rng.integers(0, len(pool), EACH)].copy()
        points[:, 0] = np.arange(EACH) * (256 // EACH) + rng.integers(0, 256 // EACH, EACH)
        points[:, 1] = rng.integers(0, 256, EACH)
        points[:, HEAD:] ^= rng.integers(0, 256, (EACH, 8), np.uint8) & rng.integers(0, 256, (EACH, 8), np.uint8)
        yield bytes((1, EACH, 128)) + points.tobytes()


def _entries(pictures: list[Image.Image], size: int, signed: bool, seed: int) -> Entries:
    """Return a list of `size` entries; the first are the pictures."""
    looks = [hash_pixels(np.asarray(p)) for p in pictures]
    more = size - len(pictures)
    rows = np.vstack(
        [np.frombuffer(b"".join(v.bits for v in looks), np.uint8).reshape(-1, 32), realistic(more, seed + 1)]
    )
    quality = np.concatenate([[v.quality for v in looks], np.full(more, 90)])
    columns = entries_of(rows, quality)
    if not signed:
        return columns
    own = [signature(np.asarray(p)) for p in pictures]
    return Entries(
        columns.rows, columns.categories, columns.sources, columns.flags, columns.quality,
        keypoints=(*own, *made_records(more, np.random.default_rng(seed))),
    )  # fmt: skip


def _copies(
    listed: list[tuple[str, Image.Image]], others: list[Image.Image], kinds: tuple[tuple[str, float], ...], args: argparse.Namespace
) -> list[tuple[int, np.ndarray]]:  # fmt: skip
    step = max(1, len(listed) // args.queries)
    chosen = list(range(0, len(listed), step))[: args.queries]
    return [
        (number, np.asarray(FAMILIES[kind].copy(listed[number][1], strength, listed[number][0], args.seed, others)))
        for kind, strength in kinds
        for number in chosen
    ]


def _asked(matcher: Matcher, pictures: list[np.ndarray]) -> tuple[list[int | None], list[float]]:
    """Return the entry that each matches, and the CPU milliseconds of each."""
    found, cost = [], []
    for picture in pictures:
        before = time.process_time()
        decision = matcher.match_pixels(picture)
        cost.append((time.process_time() - before) * 1000)
        found.append(decision.entry if decision.matched else None)
    return found, cost


def run(report: Report, args: argparse.Namespace) -> None:
    named = list(sources.pictures(args.media, args.scenes))
    others = [p for i, (_, p) in enumerate(named) if i % 6 == 5]
    listed = [(n, p) for i, (n, p) in enumerate(named) if i % 6 != 5]
    if len(named) < 8 or min(args.sizes) <= 200:
        raise UsageError(f"sizes needs at least 8 pictures and lists above 200 entries; found {len(named)} pictures")
    strangers = [np.asarray(p) for p in others]
    report.note(
        f"{len(listed)} originals, {len(strangers)} strangers; the rest of each list is made; seed {args.seed}."
    )
    rows, lines = [], dict[str, dict[str, list[tuple[float, float]]]](recall={}, cost={})
    for name, signed in (("plain hashes", False), ("with signatures", True)):
        copies = _copies(listed, others, COPIES + (DEEP if signed else ()), args)
        for size in sorted(args.sizes):
            if signed and size > args.signed:
                continue
            matcher = Matcher(_entries([p for _, p in listed], size, signed, args.seed))
            found, cost = _asked(matcher, [p for _, p in copies])
            told, strange = _asked(matcher, strangers)
            hits = sum(f == n for f, (n, _) in zip(found, copies, strict=True))
            wrong = sum(f not in (None, n) for f, (n, _) in zip(found, copies, strict=True)) + sum(
                t is not None for t in told
            )
            report.rate("recall", hits, len(copies), entries=size, list=name)
            report.rate("false matches", wrong, len(copies) + len(strangers), entries=size, list=name)
            lines["recall"].setdefault(name, []).append((size, hits / len(copies)))
            lines["cost"].setdefault(f"{name}, strangers", []).append((size, statistics.median(strange)))
            rows.append(
                [
                    name,
                    size,
                    len(copies),
                    hits / len(copies),
                    wrong,
                    statistics.median(cost),
                    statistics.median(strange),
                ]
            )
    report.table(
        "sizes", ["list", "entries", "copies", "recall", "wrong answers", "CPU ms a copy", "CPU ms a stranger"], rows
    )
    report.curve("recall by entries", lines["recall"], x="entries", y="recall")
    report.curve("cost by entries", lines["cost"], x="entries", y="CPU ms a stranger", log_y=True)
