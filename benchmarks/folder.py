"""
A folder of pictures is hashed in less CPU than the pool that people write around pdqhash, start of both included; so is the start of the command.

The peer is a process pool of as many workers over `pdqhash.compute(numpy.asarray(Image.open(path).convert("RGB")))`. Both give the same
hashes before anything is timed. Ten pictures show one scene, each moved to the side. Times are CPU of the processes and their children.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks._frame import clock
from pdqlite.cli import scenes
from pdqlite.media import write_picture

SMALL = ["--pictures", "12", "--side", "600", "--repeat", "1"]
SHIFTS = 10  # pictures of one scene, each moved to the side
POOL = """
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
import numpy, pdqhash
from PIL import Image
def one(path):
    return numpy.packbits(pdqhash.compute(numpy.asarray(Image.open(path).convert("RGB")))[0]).tobytes().hex()
if __name__ == "__main__":
    with ProcessPoolExecutor(int(sys.argv[2])) as pool:
        print(*pool.map(one, sorted(Path(sys.argv[1]).iterdir()), chunksize=8), sep="\\n")
"""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--side", type=int, default=1600, help="longer side of a picture, pixels (default: 1600)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def run(report, args) -> None:  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "pictures"
        folder.mkdir()
        for number in range(args.pictures):
            if number % SHIFTS == 0:  # drawing costs far more than hashing
                drawn = scenes.picture(number // SHIFTS, args.side, args.side * 3 // 4)
            write_picture(folder / f"{number:05}.jpg", np.roll(drawn, args.side // SHIFTS * (number % SHIFTS), axis=1))
        peer = Path(work) / "pool.py"
        peer.write_text(POOL)
        jobs = str(args.jobs)
        calls: dict[str, Callable[[], object]] = {
            "pdqlite hash": lambda: _run(sys.executable, "-P", "-m", "pdqlite", "hash", "-q", "--format", "hex", "--jobs", jobs, str(folder)),
            "pdqhash pool": lambda: _run(sys.executable, "-P", str(peer), str(folder), jobs),
        }  # fmt: skip
        ours, theirs = (str(call()).split() for call in calls.values())
        assert ours == theirs and len(ours) == args.pictures, "wrong answer, so no timing"
        spent = clock.together(calls, args.repeat, 1, _children)
        said = {"pictures": args.pictures, "side": args.side, "jobs": args.jobs}
        for name, seconds in spent.items():
            report.time(f"a folder, {name}", [s / args.pictures for s in seconds], "ms", **said)
        report.ratio("pdqhash pool / pdqlite hash", spent["pdqlite hash"], spent["pdqhash pool"], **said)
    starts: dict[str, Callable[[], object]] = {
        "python": lambda: _run(sys.executable, "-P", "-c", "pass"),
        "import": lambda: _run(sys.executable, "-P", "-c", "import pdqlite"),
        "version": lambda: _run(sys.executable, "-P", "-m", "pdqlite", "--version"),
    }
    spent = clock.together(starts, max(5, args.repeat), 1, _children)
    report.ratio("import pdqlite / bare Python", spent["python"], spent["import"])
    report.ratio("pdqlite --version / bare Python", spent["python"], spent["version"])
