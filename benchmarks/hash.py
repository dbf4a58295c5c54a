"""
Hashing a picture takes a small part of the time of Meta's PDQ, and little more than reading it.

Pixels already decoded, one thread, CPU time, samples taken in turn: the package against `pdqhash`
on the same RGB pixels, and against one read of the luma plane (its largest value, found by numpy).
Answers are compared before anything is timed. At the end what was aimed for stands beside what was
reached.

--counts builds the C library and a program around it (cmake, cc), times the core without Python, and
counts its instructions by callgrind (valgrind): the figure that repeats on any machine of one kind.
--svg draws time by picture size.
"""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import _hash_c
from benchmarks._frame import clock, svg
from benchmarks._frame.report import Report
from pdqlite import hashing
from pdqlite.native import core

SIZES = [(512, 512), (1920, 1080), (4000, 3000)]
CURVE = [128, 256, 512, 1024, 2048, 4096]
BLOCK = 16  # pixels between the points that a picture is drawn from
FIXED = 64  # side of a picture that is not shrunk: what is left is the part that does not grow
COUNTED = [(FIXED, FIXED, "gray", "one"), (512, 512, "rgb", "one"), (1920, 1080, "gray", "one"), (1920, 1080, "rgb", "one"),
           (1920, 1080, "rgba", "one"), (1920, 1080, "gray", "eight"), (1920, 1080, "rgb", "eight")]  # fmt: skip

# What was aimed for: (what, size, least or most).
FASTER = [("RGB, faster than pdqhash", "1920x1080", 80), ("luma, faster than pdqhash", "1920x1080", 200),
          ("RGB, faster than pdqhash", "4000x3000", 70), ("RGB, faster than pdqhash", "512x512", 30)]  # fmt: skip
READS, ORIENTATIONS, FIXED_US = 3, 2.2, 15
SMALL = "--repeat 3 --no-curve".split()


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--repeat", type=int, default=9, help="samples of each time (default 9)")
    parser.add_argument("--no-curve", action="store_true", help="leave out time by size")
    parser.add_argument("--svg", type=Path, metavar="FILE.svg", help="draw time by size")
    parser.add_argument("--counts", action="store_true", help="the C core alone: its time and its instructions")


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
    assert all(hashing.hash_pixels(p) == ours for p in (with_alpha(rgb), spread(rgb))), "strides change the hash"
    luma = np.ascontiguousarray(rgb[..., 1])
    vector, quality = pdqhash.compute(np.dstack([luma] * 3))
    plane = hashing.hash_luma(luma)
    assert (np.packbits(vector).tobytes(), quality) == (plane.bits, plane.quality), "not pdqhash's"


def with_alpha(rgb: np.ndarray) -> np.ndarray:
    """The same as RGBA."""
    return np.dstack([rgb, np.full(rgb.shape[:2], 77, np.uint8)])


def spread(rgb: np.ndarray) -> np.ndarray:
    """The same as a view of every second pixel, as in a wider frame."""
    wide = np.zeros((rgb.shape[0], 2 * rgb.shape[1], 3), np.uint8)
    wide[:, ::2] = rgb
    return wide[:, ::2]


def run(report: Report, args: argparse.Namespace) -> None:
    reached: dict[tuple[str, str], float] = {}
    for width, height in SIZES:
        one_size(report, args.repeat, width, height, reached)
    fixed = core_alone(report) if args.counts else None
    targets(report, reached, fixed)
    if args.svg or not args.no_curve:
        curve(report, args.repeat, args.svg)


def one_size(report: Report, repeat: int, width: int, height: int, reached: dict[tuple[str, str], float]) -> None:
    """Time everything at one size; put the medians of the ratios into `reached`."""
    import pdqhash

    rgb = picture(width, height)
    checked(rgb)
    luma = np.ascontiguousarray(rgb[..., 1])
    rgba, strided = with_alpha(rgb), spread(rgb)
    hasher, least = hashing.Hasher(width, height), hashing.Hasher(FIXED, FIXED)
    small = np.ascontiguousarray(luma[:FIXED, :FIXED])
    times = clock.together(
        {
            "pdqhash": lambda: pdqhash.compute(rgb),
            "rgb": lambda: hasher.hash(rgb),
            "rgba": lambda: hasher.hash(rgba),
            "strided": lambda: hasher.hash(strided),
            "luma": lambda: hasher.hash(luma),
            "read": lambda: luma.max(),
            "eight": lambda: hasher.orientations(rgb),
            "eight luma": lambda: hasher.orientations(luma),
            "fixed": lambda: least.hash(small),
        },
        repeat,
    )
    size = f"{width}x{height}"
    for name, seconds in times.items():
        report.time(name, seconds, "ms", size=size)
    grows = [max(0.0, a - b) for a, b in zip(times["luma"], times["fixed"], strict=True)]
    for name, ours, theirs in (
        ("RGB, faster than pdqhash", times["rgb"], times["pdqhash"]),
        ("luma, faster than pdqhash", times["luma"], times["pdqhash"]),
        ("luma, times one read of it", times["read"], times["luma"]),
        ("luma without the fixed part, times one read of it", times["read"], grows),
        ("RGBA, times RGB", times["rgb"], times["rgba"]),
        ("every second pixel, times RGB", times["rgb"], times["strided"]),
        ("eight orientations, times one", times["rgb"], times["eight"]),
        ("eight orientations of luma, times one", times["luma"], times["eight luma"]),
    ):
        report.ratio(name, ours, theirs, size=size)
        reached[name, size] = median(b / a for a, b in zip(ours, theirs, strict=True))


def core_alone(report: Report) -> float | None:
    """Time and count the C core by itself; return microseconds of DCT, median and quality."""
    fixed = None
    # Tables that differ only in SHA-256 hash alike, and valgrind knows no SHA instructions.
    tables = [kernels.name for kernels in core.kernels() if "sha" not in kernels.name]
    try:
        _hash_c.build()
        for width, height, form, what in COUNTED:
            digits = {}
            for name in tables:
                where = {"size": f"{width}x{height}", "pixels": form, "hashes": what, "kernels": name}
                digits[name], _, least = _hash_c.once(width, height, form, what, name, 50)
                report.time("core alone, least of 50", [1e-9 * least], "us", **where)
                with suppress(_hash_c.MissingKernelsError):  # valgrind 3.19 plays no AVX-512
                    counted, number = _hash_c.instructions(width, height, form, what, name)
                    assert counted == digits[name], "another hash under valgrind"
                    report.count("instructions", number, **where)
            assert len(set(digits.values())) == 1, "kernels differ"
        last = {name: _hash_c.once(FIXED, FIXED, "gray", "last", name, 200) for name in tables}
        # A cell of a 64 x 64 picture is its pixel: the whole must give the same hash.
        whole = _hash_c.once(FIXED, FIXED, "gray", "one", tables[0])
        assert {found[:2] for found in last.values()} == {whole[:2]}, "another hash of the cells"
        for name, (_, _, least) in last.items():
            report.time("DCT, median and quality alone, least of 200", [1e-9 * least], "us", kernels=name)
        fixed = last[tables[0]][2] / 1e3
    except _hash_c.MissingToolError as missing:
        report.note(f"The core alone was not measured to the end: it needs {missing}")
    return fixed


def targets(report: Report, reached: dict[tuple[str, str], float], fixed: float | None) -> None:
    """Lay what was aimed for beside what was reached."""
    rows = []
    for name, size, least in FASTER:
        rows.append((name, size, f"at least {least}", round(reached[name, size], 1), reached[name, size] >= least))
    size = "1920x1080"
    for name, most in (("luma without the fixed part, times one read of it", READS), ("eight orientations, times one", ORIENTATIONS),
                       ("eight orientations of luma, times one", ORIENTATIONS)):  # fmt: skip
        rows.append((name, size, f"at most {most}", round(reached[name, size], 2), reached[name, size] <= most))
    if fixed is not None:
        rows.append(
            (
                "DCT, median and quality, us",
                f"{FIXED}x{FIXED}",
                f"at most {FIXED_US}",
                round(fixed, 1),
                fixed <= FIXED_US,
            )
        )
    shown = [(*row[:4], "reached" if row[4] else "NOT reached") for row in rows]
    report.table("aimed for and reached", ("what", "size", "aimed for", "median", ""), shown)
    for name, at, aim, value, verdict in shown:
        print(f"  {name:52} {at:10} {aim:14} {value:>8}  {verdict}")


def curve(report: Report, repeat: int, out: Path | None) -> None:
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
                "eight orientations of RGB": lambda: hasher.orientations(rgb),  # noqa: B023
                "RGB": lambda: hasher.hash(rgb),  # noqa: B023
                "luma": lambda: hasher.hash(luma),  # noqa: B023
                "one read of the luma": lambda: luma.max(),  # noqa: B023
            },
            min(repeat, 5),
        )
        for name, seconds in times.items():
            lines.setdefault(name, []).append((side * side / 1e6, 1e3 * median(seconds)))
    report.curve("time by size", lines, x="megapixels", y="ms", log_x=True, log_y=True)
    if out:
        out.write_text(svg.alone(report.results[-1]), encoding="utf-8")
        print(f"drawn in {out}")
