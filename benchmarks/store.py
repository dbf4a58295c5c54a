"""
An installed list opens without being verified or built again: what sealed, resident and mapped cost.

Times are CPU time of one run, against installing the same list (verify, decrypt, index, write). Before
anything is timed, all three give the hits of a plain scan.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks._frame import clock
from benchmarks.lists import KEY, NOW, hashes, publish
from pdqlite.cli.scenes import picture
from pdqlite.lists import Opened, Store, search_sealed
from pdqlite.matching import Matcher
from pdqlite.native import core
from pdqlite.native import index as native_index
from pdqlite.types import Entries, MatchPolicy

DEVICE_KEY = bytes(range(1, 33))
RADIUS = 31
SMALL = "--entries 3000 --local-entries 200 --repeat 2".split()


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument(
        "--local-entries",
        type=int,
        default=50_000,
        help="entries of a second list, with keypoint signatures; 0: none (default: 50000)",
    )


def _stores(root: Path) -> dict[str, Store]:
    return {"mapped": Store(root / "plain"), "resident": Store(root / "sealed", DEVICE_KEY),
            "sealed": Store(root / "sealed", DEVICE_KEY)}  # fmt: skip


# What a matcher looks at; a sealed one whole hashes alone.
LOOKS = {
    "whole hashes": MatchPolicy(uncrop_entries=0, keypoints=False),
    "un-cropping too": MatchPolicy(uncrop_entries=2**32 - 1, keypoints=False),
    "keypoint signatures too": MatchPolicy(uncrop_entries=0),
}


def _matcher(opened: Opened, looks: str = "whole hashes") -> Matcher:
    policy = LOOKS[looks]
    return (
        Matcher.of_pages(opened.pages(), policy)
        if opened.mode == "sealed"
        else Matcher.of_blocks(opened.blocks(), policy)
    )


def _search(opened: Opened, queries: np.ndarray) -> list[tuple[int, int, int]]:
    if opened.mode == "sealed":
        return search_sealed(opened, queries, RADIUS)
    return _by_index(native_index.Block(opened.blocks().index), queries)


def _by_index(block: native_index.Block, queries: np.ndarray) -> list[tuple[int, int, int]]:
    hits = block.search_many(core.BEST.pointer, queries, RADIUS, None)
    return list(zip(*(hits[name].tolist() for name in ("query", "row", "distance")), strict=True))


def _dirty(root: str, mode: str, matched: bool, looks: str, answer: object) -> None:
    """In a fresh process: memory of its own that an open list with one search takes, or with a matcher and one picture."""
    shown = picture(1, 640, 480)
    none = Entries(np.zeros((0, 32), np.uint8), *[np.zeros(0, np.uint16)] * 2, *[np.zeros(0, np.uint8)] * 2)
    warm = Matcher(none)  # stays, so that what it holds is not taken again
    warm.match_pixels(shown)

    def own() -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))

    before = own()
    with _stores(Path(root))[mode].open(mode) as opened:
        if matched:
            held: object = _matcher(opened, looks)
            held.match_pixels(shown)  # type: ignore[attr-defined]
        elif mode == "sealed":
            search_sealed(opened, np.zeros((1, 32), np.uint8), RADIUS)
            held = opened
        else:
            held = opened.blocks()
        answer.send(own() - before)  # type: ignore[attr-defined]
        del held, warm


def _touched(root: str, mode: str, matched: bool, looks: str, answer: object) -> None:
    """In a fresh process: bytes of the mapped content that one picture reads, in pages of 4 KiB."""
    shown = picture(1, 640, 480)
    with _stores(Path(root))[mode].open(mode) as opened:
        matcher = _matcher(opened, looks)
        matcher.match_pixels(shown)
        Path("/proc/self/clear_refs").write_text("1")
        matcher.match_pixels(shown)
        total, inside = 0, False
        for line in Path("/proc/self/smaps").read_text().splitlines():
            if "-" in line.split(" ")[0]:
                inside = line.endswith("/content")
            elif inside and line.startswith("Referenced:"):
                total += int(line.split()[1]) * 1024
        answer.send(total)  # type: ignore[attr-defined]


def _memory(
    root: Path, mode: str, matched: bool, looks: str = "whole hashes", ask: Callable[..., None] = _dirty
) -> int:
    os.environ["MALLOC_MMAP_THRESHOLD_"] = (
        "65536"  # glibc: large blocks come from the system, not from what was freed before
    )
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=ask, args=(str(root), mode, matched, looks, theirs))
    child.start()
    theirs.close()
    found = int(ours.recv())
    child.join()
    return found


def _records(n: int) -> tuple[bytes, ...]:
    """Keypoint signatures of 32 drawn blobs (docs/formats/keypoints.md)."""
    blobs = np.random.default_rng(2).integers(0, 256, (n, 32, 11), np.uint8)
    blobs[..., 2] = 36 + blobs[..., 2] % 104
    return tuple(bytes([1, 32, 128]) + b"".join(sorted(bytes(b) for b in each)) for each in blobs)


def _local(report, n: int) -> None:  # type: ignore[no-untyped-def]
    """What the parts of a matcher hold that need a resident list, and how much of the content one picture reads for them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        trust = publish(root / "list", [hashes(n, 3)], _records(n))
        for mode in ("mapped", "sealed"):
            size = _stores(root)[mode].install(root / "list" / "1", KEY, trust=trust, now=NOW).size
            report.count("content, with keypoint signatures", size, "B", mode=mode, entries=n)
        report.pages(
            "memory of its own, matching",
            _memory(root, "sealed", True),
            "B",
            mode="sealed",
            looks="whole hashes",
            entries=n,
        )
        for looks in LOOKS:
            for mode in ("resident", "mapped"):
                report.pages(
                    "memory of its own, matching",
                    _memory(root, mode, True, looks),
                    "B",
                    mode=mode,
                    looks=looks,
                    entries=n,
                )
            report.pages(
                "content read for one picture",
                _memory(root, "mapped", True, looks, _touched),
                "B",
                looks=looks,
                entries=n,
            )


def run(report, args) -> None:  # type: ignore[no-untyped-def]
    if args.local_entries:
        _local(report, args.local_entries)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rows = hashes(args.entries, 1)
        trust = publish(root / "list", [rows])
        rows = rows[np.lexsort(rows.view(">u8").T[::-1])]
        stores = _stores(root)

        def install(mode: str) -> Callable[[], object]:
            return lambda: stores[mode].install(root / "list" / "1", KEY, trust=trust, now=NOW)

        report.count("content", install("mapped")().size, "B", mode="mapped")  # type: ignore[attr-defined]
        report.count("content", install("sealed")().size, "B", mode="sealed")  # type: ignore[attr-defined]
        queries = rows[:: max(1, len(rows) // 16)][:16].copy()
        queries[:, 5] ^= 0x11
        distances = np.bitwise_count(queries[:, None] ^ rows[None, : len(rows)]).sum(axis=2, dtype=np.int64)
        expected = [(q, r, int(distances[q, r])) for q, r in np.argwhere(distances <= RADIUS).tolist()]
        del distances
        calls: dict[str, Callable[[], object]] = {
            "install, plain": install("mapped"),
            "install, sealed": install("sealed"),
        }
        shown, decisions = picture(1, 640, 480), set()
        for mode, store in stores.items():

            def opening(store: Store = store, mode: str = mode) -> object:
                with store.open(mode) as opened:
                    return opened if mode == "sealed" else opened.blocks()

            opened = store.open(mode)
            if _search(opened, queries) != expected:
                raise AssertionError(f"{mode}: other hits than a scan, so no timing")
            calls[f"open, {mode}"] = opening
            matcher = _matcher(opened)
            calls[f"one picture, {mode}"] = lambda matcher=matcher: matcher.match_pixels(shown)
            decisions.add(calls[f"one picture, {mode}"]())
            if mode == "sealed":
                calls["one query, sealed"] = lambda opened=opened: _search(opened, queries[:1])
                calls["16 queries, sealed"] = lambda opened=opened: _search(opened, queries)
            else:
                index = native_index.Block(opened.blocks().index)
                calls[f"one query, {mode}"] = lambda index=index: _by_index(index, queries[:1])
                calls[f"16 queries, {mode}"] = lambda index=index: _by_index(index, queries)
        if len(decisions) != 1:
            raise AssertionError("the modes decide differently, so no timing")
        taken = clock.together(calls, args.repeat, number=1)
        for name, seconds in taken.items():
            report.time(name, seconds, "ms", entries=len(rows))
        _compare(report, root, taken, len(rows))


def _compare(report, root: Path, taken: dict[str, list[float]], n: int) -> None:  # type: ignore[no-untyped-def]
    """Each mode against the install, and against resident; and what it holds."""
    for mode in ("mapped", "resident", "sealed"):
        report.ratio(f"open, {mode} against install", taken[f"open, {mode}"], taken["install, sealed"], entries=n)
        report.pages("memory of its own", _memory(root, mode, False), "B", mode=mode, entries=n)
        report.pages("memory of its own, matching", _memory(root, mode, True), "B", mode=mode, entries=n)
        one = [taken[f"one picture, {each}"] for each in (mode, "resident")]
        report.ratio(f"one picture, {mode} against resident", *one, entries=n)
