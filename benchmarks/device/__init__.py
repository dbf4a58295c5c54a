"""
What hashing a frame, a lookup and a list row cost on the device this runs on: the same as pdqlite-bench.

Builds benchmarks/device/bench.c with the C compiler there is, runs it, and takes over what it found: CPU, clock and governor
before and after, CPU time of the thread with its spread, cycles and instructions where the kernel offers them. Without a
compiler the installed package is timed instead; the same pictures, called from Python. docs/results/devices.md says how to send results.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks._frame import clock
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report

HERE = Path(__file__).parent
SIZES = {"1080p": (1920, 1080), "720p": (1280, 720)}
SMALL = "--repeat 3 --one-core".split()


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--one-core", action="store_true", help="stay on one core, which costs a battery less")
    parser.add_argument("--repeat", type=int, default=31, help="samples of each time (default 31)")
    parser.add_argument(
        "--package", action="store_true", help="time the installed package even where there is a compiler"
    )
    parser.add_argument("--raw", type=Path, metavar="FILE.json", help="keep what pdqlite-bench wrote: what to send")


def run(report: Report, args: argparse.Namespace) -> None:
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler and not args.package:
        take_over(report, program(args))
    else:
        through_the_package(report, args)


def program(args: argparse.Namespace) -> dict:
    """Build and run pdqlite-bench; return its record."""
    with tempfile.TemporaryDirectory() as folder:
        binary, out = Path(folder) / "pdqlite-bench", Path(folder) / "record.json"
        options = ["--repeat", str(args.repeat), *(["--one-core"] if args.one_core else [])]
        for command in (["sh", str(HERE / "build.sh"), str(binary)], [str(binary), *options, "-o", str(out)]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise UsageError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-500:]}")
        if not out.exists():
            raise UsageError("pdqlite-bench took no times: " + done.stdout.strip().splitlines()[-1])
        if args.raw:
            shutil.copyfile(out, args.raw)
        return json.loads(out.read_text(encoding="utf-8"))


def take_over(report: Report, record: dict) -> None:
    """Report what pdqlite-bench recorded."""
    for result in record["results"]:
        report.time(result["name"], [ns * 1e-9 for ns in result["samples_ns"]], unit="ns", item=result["item"])
    rows = [[r["name"], r["item"], *(r.get(k, "") for k in ("ns_median", "ns_10", "ns_90", "frames_per_second", "cycles", "instructions"))]
            for r in record["results"]]  # fmt: skip
    report.table("device", ["work", "item", "ns, median", "10 %", "90 %", "a second", "cycles", "instructions"], rows)
    before, after = record["before"], record["after"]
    report.note(
        f"{record['cpu']}, {record['cores']} cores, bound to one: {record['one_core']}; kernels {record['kernels']}, compiler {record['compiler']}"
    )
    report.note(
        f"governor {before['governor'] or 'not known'}; clock {before['clock_khz']} -> {after['clock_khz']} kHz of {before['max_khz']} (-1: not known)"
    )
    for key in ("energy_uj", "power_uw"):
        if key in record:
            report.note(f"{key} {record[key]}, of the whole device, over {record['seconds']} s")


def picture(width: int, height: int, channels: int) -> np.ndarray:
    """Return the picture of benchmarks/c/fixed.h."""
    noise, factor, step = np.array([1664525 + 1013904223], np.uint32), 1664525, 1013904223
    while noise.size < width * height * channels:  # the second half of a sequence follows from the first
        noise = np.concatenate([noise, noise * np.uint32(factor) + np.uint32(step)])
        factor, step = factor * factor & 0xFFFFFFFF, step * (factor + 1) & 0xFFFFFFFF
    noise = noise[: width * height * channels].reshape(height, width, channels)
    y, x, c = np.ogrid[:height, :width, :channels]
    tile = ((x // 37 * 2654435761 & 0xFFFFFFFF) ^ ((y // 37 + c) * 2246822519 & 0xFFFFFFFF)) >> 25
    return (tile + 64 * x // width + 48 * y // height + (noise >> 29)).astype(np.uint8)


def through_the_package(report: Report, args: argparse.Namespace) -> None:
    """Time the installed package: the same frames and list sizes, with the cost of a call from Python."""
    from pdqlite import Index, hashing

    if args.one_core and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    calls, items = {}, {}
    for name, (width, height) in SIZES.items():
        for form, channels in (("y", 1), ("rgb", 3)):
            pixels = picture(width, height, channels)
            pixels = pixels[:, :, 0] if channels == 1 else pixels
            hash_one = hashing.hash_luma if channels == 1 else hashing.hash_pixels
            if hash_one(pixels) != hash_one(pixels[::-1].copy()[::-1]):
                raise AssertionError("a flipped view hashes otherwise: nothing is timed")
            calls[f"hash_{name}_{form}"] = lambda f=hash_one, p=pixels: f(p)
            items[f"hash_{name}_{form}"] = "frame"
    for name, n in (("index_10k", 10_000), ("index_100k", 100_000)):
        rows = np.random.default_rng(7).integers(0, 256, (n, 32), np.uint8)
        index, query = Index(rows), rows[7].tobytes()
        if [hit.row for hit in index.search(query, radius=31)] != [7]:
            raise AssertionError("the index finds other rows: nothing is timed")
        calls[name] = lambda i=index, q=query: i.search(q, radius=31)
        items[name] = "lookup"
    for name, seconds in clock.together(calls, args.repeat).items():
        report.time(name, seconds, unit="ns", item=items[name])
    report.note("Timed through the installed package, a call from Python each; pdqlite-bench has no such cost.")
