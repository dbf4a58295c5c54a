"""
Two workers hash more files a second than one, `scale` makes the bytes of `list build`, and millions of rows are merged under 2 GiB.

Drawn files are hashed by `list build`, and by `scale hash` with one worker and with two; all three lists must have the same bytes before
anything is timed. Then rows are drawn as shards hold them, with signatures of 32 keypoints, a tenth of them given twice; they are merged and
built in processes whose memory the system measures. Times are of the wall, starts included: compare the ratios, on a machine at rest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from pdqlite.scale.rows import SCHEMA, packed

SMALL = ["--files", "24", "--rows", "4000", "--repeat", "1"]
TERMS = ["--origin", "lists.example.org/scale", "--seed", "5e" * 32, "--issued", "1700000000"]
KEYPOINTS, SHARD = 32, 50_000
MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss * 1024, used.ru_utime + used.ru_stime)
sys.exit(done)
"""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=600, help="files to hash (default: 600)")
    parser.add_argument("--side", type=int, default=640, help="longer side of a picture, pixels (default: 640)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows to merge and build (default: a million)")
    parser.add_argument("--near", type=int, default=31, help="radius of near repeats, bits; 0: none (default: 31)")
    parser.add_argument("--repeat", type=int, default=3)


def _pdqlite(*words: str | Path) -> list[str]:
    return [sys.executable, "-P", "-m", "pdqlite", *map(str, words)]


def _timed(*words: str | Path) -> tuple[float, float]:
    """Run a command; return seconds of the wall and of CPU, of all its children too."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(_pdqlite(*words), check=True, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _bytes(release: Path) -> str:
    return hashlib.sha256(b"".join(f.read_bytes() for f in sorted(release.rglob("*")) if f.is_file())).hexdigest()


def _draw(folder: Path, files: int, side: int) -> None:
    for n in range(files):
        patches = np.random.default_rng(n).integers(0, 256, (12, 16, 3), dtype=np.uint8)
        (folder / f"{n % 7}").mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(patches).resize((side, side * 3 // 4), Image.Resampling.BICUBIC)
        picture.save(folder / f"{n % 7}" / f"{n:06}.jpg", quality=85)


def _hashing(report, args, work: Path, key: Path) -> None:  # type: ignore[no-untyped-def]
    _draw(work / "files", args.files, args.side)
    seconds: dict[str, list[tuple[float, float]]] = {"list build": [], "1 worker": [], "2 workers": []}
    said = {"files": args.files, "side": args.side}
    for turn in range(args.repeat):
        place = work / f"turn{turn}"
        more = ["--key", key, *TERMS]
        seconds["list build"].append(
            _timed("list", "build", work / "files", "-o", place / "plain", "--source", "a.example", *more)
        )
        for count in (1, 2):
            out = place / f"shards{count}"
            words = ("scale", "hash", work / "files", "-o", out, "--source", "a.example", "--workers", f"{count}", "--shard-files", f"{max(1, args.files // 12)}")  # fmt: skip
            seconds["1 worker" if count == 1 else "2 workers"].append(_timed(*words, "--pool"))
            _timed("scale", "merge", out, "-o", place / f"merged{count}", "--near", "0")
            _timed("scale", "build", place / f"merged{count}", "-o", place / f"release{count}", *more)
            assert _bytes(place / f"release{count}") == _bytes(place / "plain"), "wrong answer, so no timing"
    wall = {name: [spent[0] for spent in every] for name, every in seconds.items()}
    cpu = {name: [spent[1] for spent in every] for name, every in seconds.items()}
    for name in seconds:
        report.time(f"a file, {name}", [s / args.files for s in wall[name]], "ms", **said)
        report.time(f"CPU of a file, {name}", [s / args.files for s in cpu[name]], "ms", **said)
    report.ratio("1 worker / 2 workers", wall["2 workers"], wall["1 worker"], **said)
    report.ratio("list build / 2 workers", wall["2 workers"], wall["list build"], **said)
    report.ratio("CPU, list build / 2 workers", cpu["2 workers"], cpu["list build"], **said)


def _signatures(rng: np.random.Generator, count: int) -> list[bytes]:
    """Signatures in their one encoding, of random keypoints (docs/formats/keypoints.md)."""
    made = np.zeros((count, 3 + 11 * KEYPOINTS), np.uint8)
    made[:, 0], made[:, 1] = 1, KEYPOINTS
    points = rng.integers(0, 256, (count, KEYPOINTS, 11), dtype=np.uint8)
    first = np.sort(rng.integers(0, 60_000, (count, KEYPOINTS), dtype=np.uint16), axis=1) + np.arange(KEYPOINTS, dtype=np.uint16)  # fmt: skip
    points[:, :, 0], points[:, :, 1] = first >> 8, first & 255
    points[:, :, 2] = rng.integers(18, 70, (count, KEYPOINTS)) << 1
    made[:, 3:] = points.reshape(count, -1)
    return [row.tobytes() for row in made]


def draw_rows(out: Path, rows: int) -> int:
    """Write shards of so many rows; return how many different hashes they hold that a list may carry."""
    (out / "shards").mkdir(parents=True)
    rng, seen = np.random.default_rng(7), []
    for start in range(0, rows, SHARD):
        count = min(SHARD, rows - start)
        hashes = rng.integers(0, 256, (count, 32), dtype=np.uint8)
        hashes[1::10] = hashes[::10][: len(hashes[1::10])]
        seen.append(hashes)
        same = {name: [value] * count for name, value in (("etag", "1"), ("modified", 0), ("size", 1), ("kind", "picture"), ("quality", 100), ("category", "unspecified"), ("source", "a.example"), ("again", False))}  # fmt: skip
        empty = {name: [None] * count for name in ("frame", "ms", "note", "error")}
        bits = [row.tobytes() for row in hashes]
        own = {"path": [b"/m/%d" % n for n in range(start, start + count)], "sha256": bits, "pdq": bits, "signature": _signatures(rng, count)}  # fmt: skip
        table = pa.table({name: (same | empty | own)[name] for name in SCHEMA.names}, SCHEMA)
        name, data = packed(table, True)
        (out / "shards" / name).write_bytes(data)
    every = np.unique(np.concatenate(seen).view("S32").reshape(-1))
    total = 0
    for start in range(0, len(every), SHARD):
        bits = np.unpackbits(every[start : start + SHARD].view(np.uint8).reshape(-1, 32), axis=1).sum(
            axis=1, dtype=np.int64
        )
        total += int(((bits >= 104) & (bits <= 152)).sum())
    return total


def _rows(report, args, work: Path, key: Path) -> None:  # type: ignore[no-untyped-def]
    expected = draw_rows(work / "rows", args.rows)
    said = {"rows": args.rows, "near": args.near}
    for step, words in (
        ("merge", ("scale", "merge", work / "rows", "-o", work / "merged", "--near", args.near)),
        ("build", ("scale", "build", work / "merged", "-o", work / "release", "--key", key, *TERMS)),
    ):
        start = time.perf_counter()
        run = subprocess.run([sys.executable, "-P", "-c", MEASURED, *_pdqlite(*words)], capture_output=True, text=True)
        spent = time.perf_counter() - start
        assert run.returncode == 0, run.stderr
        peak, cpu = int(run.stdout.split()[-2]), float(run.stdout.split()[-1])
        report.time(f"{step}, a million rows", [spent * 1e6 / args.rows], "s", **said)
        report.time(f"CPU of {step}, a million rows", [cpu * 1e6 / args.rows], "s", **said)
        report.pages(f"{step}, peak memory", peak, "B", **said)
        assert peak < 1 << 31, f"{step} took {peak} bytes"
    about = json.loads((work / "merged" / "merge.json").read_text())["kinds"]["image"]
    assert about["entries"] == expected and about["read"] == args.rows, "wrong answer"
    report.count("local.cob", os.path.getsize(work / "release" / "local.cob"), "B", **said)


def run(report, args) -> None:  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        subprocess.run(_pdqlite("key", "new", work / "list.key", "--list"), check=True, capture_output=True)
        _hashing(report, args, work, work / "list.key")
        if args.rows:
            _rows(report, args, work, work / "list.key")
