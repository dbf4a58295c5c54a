"""
Un-cropping searches 100 000 plain hashes in full in at most 100 ms on one core; a million in a fifth of the time or less.

The answer first: copies cropped in a known way must come out on top, and every kernel must give the
hits of the portable one. Then the time of each stage, beside numpy's exact scores of the same
rows under the same hypotheses, one matrix product.

Above 100 000 rows a search leaves out what can hardly fit. What that loses is counted: edited copies
(crops, rotations, combinations) that a full search, of the same rows in pieces, leads to a match,
and how many of these the search of the large list does too. `--rows 1000000 --media DIR --copies 200`.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import _hashlists
from benchmarks._frame import clock
from benchmarks.robustness import drawn, edits, sources
from pdqlite.hashing import hash_pixels
from pdqlite.native import uncrop as native
from pdqlite.native.core import kernels

LEAST, JOINT, MATCH = 16.0, 4.0, 29.4  # nats: of a search, of a refined row to be looked at further, of a match at 1e-7
FULL = 100_000
GROUPS = ("crop", "rotate", "combo")
CUTS = ((0.05, 0.95, 0.05, 0.95), (0.1, 0.9, 0.1, 0.9), (0, 0.85, 0, 0.85), (0.2, 0.95, 0.1, 0.9))
SMALL = "--rows 2000 --repeat 2 --copies 4".split()


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument(
        "--media",
        type=Path,
        metavar="DIR",
        help="pictures to copy (default: those that come with the packages, and drawn scenes)",
    )
    parser.add_argument("--copies", type=int, default=40, help="edited copies, for what a large list loses")
    parser.add_argument("--seed", type=int, default=0)


def run(report, args) -> None:  # type: ignore[no-untyped-def]
    tables = native.Uncrop()
    scenes = [np.asarray(drawn.scene(number)) for number in range(len(CUTS))]
    for n in args.rows:
        rows = np.ascontiguousarray(_hashlists.realistic(n))
        for number, scene in enumerate(scenes):
            rows[number * 97 + 5] = np.frombuffer(hash_pixels(scene).bits, np.uint8)
        packed = native.PackedRows(rows)
        found = sum(
            _answer(tables, packed, rows, scene, cut, number * 97 + 5)
            for number, (scene, cut) in enumerate(zip(scenes, CUTS, strict=True))
        )
        if found < len(CUTS) - 1:
            raise AssertionError(f"{found} of {len(CUTS)} crops found, so no timing")
        report.rate("crops found first", found, len(CUTS), rows=n)
        _time(report, args, tables, packed, rows, _cropped(scenes[0], CUTS[0]))
        if n > FULL:
            _loss(report, args, tables, rows)


def _cropped(scene: np.ndarray, cut: tuple[float, ...]) -> np.ndarray:
    height, width = scene.shape[:2]
    left, right, top, bottom = cut
    part = scene[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
    return np.ascontiguousarray(part)


def _hypotheses(tables, pixels: np.ndarray):  # type: ignore[no-untyped-def]
    plane = native.Plane(pixels, native.RGB)
    return tables.hypotheses(plane, native.find_regions(plane, more=True))


def _answer(tables, packed, rows, scene, cut, row: int) -> bool:  # type: ignore[no-untyped-def]
    weights = _hypotheses(tables, _cropped(scene, cut))
    hits = [packed.search(weights, LEAST, 12, kernel) for kernel in kernels()]
    if any(h != hits[0] for h in hits):
        raise AssertionError("kernels disagree, so no timing")
    return bool(hits[0]) and hits[0][0][0] == row


def _time(report, args, tables, packed, rows, query) -> None:  # type: ignore[no-untyped-def]
    n, weights = len(rows), _hypotheses(tables, query)
    row = rows[5].tobytes()
    stages = {
        "tables, once": native.Uncrop,
        "rows packed, once": lambda: native.PackedRows(rows),
        "plane, rectangles and hypotheses": lambda: _hypotheses(tables, query),
        "one row refined": lambda: tables.refine(weights, 0, row),
    }
    for stage, seconds in clock.together(stages, args.repeat).items():
        report.time("stage", seconds, "ms", stage=stage, rows=n)
    searches = {str(k): (lambda k=k: packed.search(weights, LEAST, 12, k)) for k in kernels()}
    w, bias = weights.array()
    some = slice(0, min(n, 2000))
    signs = 2 * np.unpackbits(rows[some], axis=1)[:, ::-1].astype(np.float32) - 1
    exact = w.astype(np.float32).T
    searches["numpy, exact"] = lambda: (signs @ exact + bias).max(axis=1)
    taken = clock.together(searches, args.repeat)
    taken["numpy, exact"] = [s * n / len(signs) for s in taken["numpy, exact"]]
    for who, seconds in taken.items():
        report.time("search", seconds, "ms", who=who, rows=n, hypotheses=len(weights))
    best = next(iter(taken))
    for who in taken:
        if who != best:
            report.ratio("faster", taken[best], taken[who], who=best, than=who, rows=n)
    if n > FULL:
        pieces = _pieces(rows)
        both = {"in full": lambda: _best(pieces, weights), "large": lambda: packed.search(weights, LEAST, 12)}
        taken = clock.together(both, args.repeat)
        report.ratio("faster", taken["large"], taken["in full"], who="large", than="in full", rows=n)


def _pieces(rows: np.ndarray) -> list[tuple[int, native.PackedRows]]:
    return [(at, native.PackedRows(rows[at : at + FULL])) for at in range(0, len(rows), FULL)]


def _best(pieces, weights) -> list[tuple[int, float, int]]:  # type: ignore[no-untyped-def]
    """What a full search of all pieces finds."""
    hits = [
        (at + row, score, number) for at, piece in pieces for row, score, number in piece.search(weights, LEAST, 12)
    ]
    return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:12]


def _loss(report, args, tables, rows) -> None:  # type: ignore[no-untyped-def]
    pictures = list(sources.pictures(args.media, 20))
    names = [e.name for e in edits.EDITS.values() if e.group in GROUPS]
    listed = np.array([np.frombuffer(hash_pixels(np.asarray(p.convert("RGB"))).bits, np.uint8) for _, p in pictures])
    rows = rows.copy()
    rows[: len(listed)] = listed
    pieces, packed, found, kept = _pieces(rows), native.PackedRows(rows), 0, 0
    for k in range(args.copies):
        row = k * 7 % len(pictures)
        name, picture = pictures[row]
        others = [pictures[(row + j) % len(pictures)][1] for j in (1, 2, 3)]
        data = edits.apply(names[k % len(names)], picture.convert("RGB"), name, args.seed, 0.0, others)
        weights = _hypotheses(tables, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))

        if _led(tables, weights, _best(pieces, weights), rows, row):
            found += 1
            kept += _led(tables, weights, packed.search(weights, LEAST, 12), rows, row)
    report.rate("copies that a full search leads to a match", found, args.copies, rows=len(rows))
    report.rate("of these in a large list", kept, found, rows=len(rows))


def _led(tables, weights, hits, rows, row: int) -> bool:  # type: ignore[no-untyped-def]
    """Whether one of the hits is the row, and a match once refined and its bits taken together."""
    for number in (n for r, _, n in hits if r == row):
        score, place = tables.refine(weights, number, rows[row].tobytes())
        if score >= JOINT:
            score += tables.joint(weights, number, rows[row].tobytes(), place)
        if score >= MATCH:
            return True
    return False
