"""Runs of `scale hash` whose workers, decoders and drivers are killed at given points, and files in thousands to do it with (Linux)."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from PIL import Image

from pdqlite.media import write_video
from support import HANGS
from support.scale import children, picture, save

WORKER, CHILD = "--multiprocessing-fork", "pdqlite.apart"


@contextmanager
def driver(words: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Give a process that runs `scale hash`; it ends with the block."""
    command = [sys.executable, "-P", "-m", "pdqlite", "scale", "hash", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def reached(out: Path, count: int, process: subprocess.Popen[bytes]) -> bool:
    """Wait until an output has so many shards; False if the driver ended before."""
    end = time.monotonic() + HANGS
    while time.monotonic() < end:
        if len(list((out / "shards").glob("*.parquet"))) >= count:
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.02)
    raise AssertionError("the run hangs")


def gone(pids: list[int]) -> None:
    """Wait until processes have ended."""
    end = time.monotonic() + HANGS
    while left := [pid for pid in pids if Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes()]:  # fmt: skip
        assert time.monotonic() < end, f"{len(left)} of {len(pids)} processes outlive their driver"
        time.sleep(0.1)


def killed_run(
    words: Sequence[str], out: Path, points: Iterable[int], last: int | None, rng: random.Random
) -> Counter[str]:
    """
    Run `scale hash` once, and kill with SIGKILL.

    Args:
        words: Of the command.
        out: Its output.
        points: Numbers of shards at which a worker (7 of 10) or a decoder is killed.
        last: Number of shards at which the driver is killed, and none of its processes may stay; None: it runs to its end.

    Returns:
        What was killed, by kind.
    """
    kills: Counter[str] = Counter()
    with driver(words) as process:
        for count in points:
            if not reached(out, count, process):
                break
            kind, word = ("worker", WORKER) if rng.random() < 0.7 else ("decoder", CHILD)
            for pid in rng.sample(found := children(process.pid, word), min(1, len(found))):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    kills[kind] += 1
        if last is not None and reached(out, last, process):
            orphans = children(process.pid, "")
            process.kill()
            process.wait()
            kills["driver"] += 1
            gone(orphans)
        else:
            assert process.wait(HANGS) in (0, 2)
    return kills


def draw_many(root: Path, count: int, side: int) -> Counter[str]:
    """Draw so many files in folders of a thousand: pictures, 3 % damaged, 2 % repeats, 1 in 1000 very large, 1 in 200 a video; return how many of each."""
    kinds: Counter[str] = Counter()
    for n in range(count):
        folder = root / f"{n // 1000:03}"
        folder.mkdir(parents=True, exist_ok=True)
        path, rng = folder / f"{n:06}.jpg", np.random.default_rng([7, n])
        if n % 100 in (13, 46, 79):
            kinds["damaged"] += 1
            path.write_bytes((save(path, n)[: int(rng.integers(900))], rng.bytes(900), b"")[n % 3])
        elif n % 50 == 21:
            kinds["repeat"] += 1
            shutil.copyfile(folder / f"{n - 1:06}.jpg", path)
        elif n % 1000 == 500:
            kinds["large"] += 1
            small = Image.fromarray(picture(n, 400))
            small.resize((6000, 4500), Image.Resampling.BICUBIC).save(path, quality=85)
        elif n % 200 == 150:
            kinds["video"] += 1
            write_video(path.with_suffix(".mp4"), [picture(n + k // 3, side) for k in range(9)], fps=5)
        else:
            kinds["picture"] += 1
            Image.fromarray(picture(n, side)).save(path, quality=85)
    return kinds
