"""
Un-cropping searches 100 000 plain hashes under every hypothesis in at most 100 ms on one core.

The answer first: copies cropped in a known way must come out on top, and every kernel must give the
hits of the portable one. Then the time of each stage, beside numpy's exact scores of the same
rows under the same hypotheses, one matrix product.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks import _hashlists
from benchmarks._frame import clock
from benchmarks.robustness import drawn
from pdqlite import _native_match as native
from pdqlite._native import kernels
from pdqlite.hashing import hash_pixels

LEAST = 20.0
CUTS = ((0.05, 0.95, 0.05, 0.95), (0.1, 0.9, 0.1, 0.9), (0, 0.85, 0, 0.85), (0.2, 0.95, 0.1, 0.9))


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--repeat", type=int, default=5)


def run(report, args) -> None:  # type: ignore[no-untyped-def]
    tables = native.Uncrop()
    scenes = [np.asarray(drawn.scene(number)) for number in range(len(CUTS))]
    for n in args.rows:
        rows = np.ascontiguousarray(_hashlists.realistic(n))
        for number, scene in enumerate(scenes):
            rows[number * 97 + 5] = np.frombuffer(hash_pixels(scene).bits, np.uint8)
        packed = native.PackedRows(rows)
        found = sum(_answer(tables, packed, rows, scene, cut, number * 97 + 5)
                    for number, (scene, cut) in enumerate(zip(scenes, CUTS, strict=True)))
        if found < len(CUTS) - 1:
            raise AssertionError(f"{found} of {len(CUTS)} crops found, so no timing")
        report.rate("crops found first", found, len(CUTS), rows=n)
        _time(report, args, tables, packed, rows, _cropped(scenes[0], CUTS[0]))


def _cropped(scene: np.ndarray, cut: tuple[float, ...]) -> np.ndarray:
    height, width = scene.shape[:2]
    left, right, top, bottom = cut
    part = scene[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
    return np.ascontiguousarray(part)


def _hypotheses(tables, pixels: np.ndarray):  # type: ignore[no-untyped-def]
    plane = native.Plane(pixels, native.RGB)
    return tables.hypotheses(plane, native.probe(plane, more=True))


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
