"""
Hashing a picture takes a small part of the time of Meta's PDQ, and little more than reading it.

Pixels already decoded, one thread, CPU time, samples taken in turn: the package against `pdqhash`
on the same RGB pixels, and against one read of the luma plane (its largest value, found by numpy).
Answers are compared before anything is timed.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks._frame import clock
from benchmarks._frame.report import Report
from pdqlite import hashing

SIZES = [(512, 512), (1920, 1080), (4000, 3000)]
CURVE = [128, 256, 512, 1024, 2048, 4096]
BLOCK = 16  # pixels between the points that a picture is drawn from


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--repeat", type=int, default=9, help="samples of each time (default 9)")
    parser.add_argument("--no-curve", action="store_true", help="leave out time by size")


def picture(width: int, height: int) -> np.ndarray:
    """Return RGB with structure at every scale down to a pixel, the same on every run."""
    rng = np.random.default_rng(width * height)
    rgb = rng.normal(0, 6, (height, width, 3))
    step = BLOCK
    while step < 2 * max(width, height):
        points = rng.normal(0, 4 + step**0.5, (height // step + 2, width // step + 2, 3))
        rgb += np.repeat(np.repeat(points, step, 0), step, 1)[:height, :width]
        step *= 4
    return np.clip(rgb + 128, 0, 255).astype(np.uint8)


def turned(pixels: np.ndarray) -> list[np.ndarray]:
    """Return the eight orientations, as pixels."""
    half = np.rot90(pixels, 2)
    flips = [pixels[::-1], pixels[:, ::-1], pixels.swapaxes(0, 1), half.swapaxes(0, 1)]
    return [pixels, np.rot90(pixels), half, np.rot90(pixels, 3), *flips]


def checked(rgb: np.ndarray) -> None:
    """Raise AssertionError if any timed call would give a wrong answer."""
    import pdqhash

    vector, quality = pdqhash.compute(rgb)
    ours = hashing.hash_pixels(rgb)
    assert (np.packbits(vector).tobytes(), quality) == (ours.bits, ours.quality), "not pdqhash's"
    assert list(hashing.hash_orientations(rgb)) == [hashing.hash_pixels(p) for p in turned(rgb)]
    luma = np.ascontiguousarray(rgb[..., 1])
    vector, quality = pdqhash.compute(np.dstack([luma] * 3))
    plane = hashing.hash_luma(luma)
    assert (np.packbits(vector).tobytes(), quality) == (plane.bits, plane.quality), "not pdqhash's"


def run(report: Report, args: argparse.Namespace) -> None:
    import pdqhash

    for width, height in SIZES:
        rgb = picture(width, height)
        checked(rgb)
        luma = np.ascontiguousarray(rgb[..., 1])
        hasher = hashing.Hasher(width, height)
        times = clock.together(
            {
                "pdqhash": lambda: pdqhash.compute(rgb),  # noqa: B023
                "rgb": lambda: hasher.hash(rgb),  # noqa: B023
                "luma": lambda: hasher.hash(luma),  # noqa: B023
                "read": lambda: luma.max(),  # noqa: B023
                "eight": lambda: hasher.orientations(rgb),  # noqa: B023
                "eight luma": lambda: hasher.orientations(luma),  # noqa: B023
            },
            args.repeat,
        )
        size = f"{width}x{height}"
        for name, seconds in times.items():
            report.time(name, seconds, "ms", size=size)
        report.ratio("RGB, faster than pdqhash", times["rgb"], times["pdqhash"], size=size)
        report.ratio("luma, faster than pdqhash", times["luma"], times["pdqhash"], size=size)
        report.ratio("luma, times one read of it", times["read"], times["luma"], size=size)
        report.ratio("eight orientations, times one", times["rgb"], times["eight"], size=size)
        report.ratio(
            "eight orientations of luma, times one", times["luma"], times["eight luma"], size=size
        )
    if not args.no_curve:
        curve(report, args.repeat)


def curve(report: Report, repeat: int) -> None:
    """Time by picture size, square pictures."""
    import pdqhash

    lines: dict[str, list[tuple[float, float]]] = {}
    for side in CURVE:
        rgb = picture(side, side)
        checked(rgb)
        luma = np.ascontiguousarray(rgb[..., 1])
        hasher = hashing.Hasher(side, side)
        times = clock.together(
            {
                "pdqhash": lambda: pdqhash.compute(rgb),  # noqa: B023
                "RGB": lambda: hasher.hash(rgb),  # noqa: B023
                "luma": lambda: hasher.hash(luma),  # noqa: B023
                "one read of the luma": lambda: luma.max(),  # noqa: B023
            },
            min(repeat, 5),
        )
        for name, seconds in times.items():
            lines.setdefault(name, []).append((side * side / 1e6, 1e3 * float(np.median(seconds))))
    report.curve("time by size", lines, x="megapixels", y="ms", log_x=True, log_y=True)
