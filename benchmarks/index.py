"""
The index finds every hash within radius 31, 100 times faster than a flat scan at a million rows.

Before anything is timed each peer's hits are compared with the definition, numpy's XOR and bit
count over all rows. Peers with misses are timed too, with their recall beside. The targets and
what was reached come last. `--large` adds ten million rows: 5 GB of memory and some minutes.
"""

from __future__ import annotations

import argparse
import ctypes
import mmap
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt
from pdqlite._core import lib

from benchmarks import _hashlists
from benchmarks._frame import clock
from benchmarks._frame.stats import quantile
from pdqlite.index import Index
from pdqlite.native import core
from pdqlite.native import index as native_index

Rows = npt.NDArray[np.uint8]
QUERIES = 64
LARGE = 10_000_000
LISTS = {"realistic": _hashlists.realistic, "uniform": _hashlists.uniform}
SWEEP = [15, 20, 26, 31, 36, 42, 47, 52, 57, 63]
# What was asked for (docs/explanation/search.md): shape, rows, radius 31 -> times faster than faiss Flat, one query at a time and 64.
FASTER = {
    ("scan", 10_000): (6, 4), ("scan", 100_000): (2.8, 9), ("scan", 1_000_000): (2.8, 9),
    ("self", 100_000): (15, 15), ("self", 1_000_000): (100, 100), ("self", LARGE): (300, 300),
    ("compact", LARGE): (150, 150),
}  # fmt: skip
BYTES = {("self", 100_000): 56, ("self", 1_000_000): 50, ("self", LARGE): 52, ("compact", LARGE): 40}
BUILD = {("self", 1_000_000): 1, ("self", LARGE): 10}
COLD_PAGES, OPEN_MB, OVERHEAD_US = 500, 5, 2
SMALL = "--rows 5000 --repeat 3".split()


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--large", action="store_true", help="also ten million rows")
    parser.add_argument("--lists", choices=list(LISTS), nargs="+", default=list(LISTS))
    parser.add_argument("--radius", type=int, default=31)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--multihash", action="store_true", help="also faiss MultiHash")


def definition(queries: Rows, rows: Rows, radius: int) -> set[tuple[int, int]]:
    """(query, row) within the radius: XOR, then count bits."""
    wide, found = rows.view(np.uint64), set()
    for q, query in enumerate(queries.view(np.uint64)):
        distances = np.bitwise_count(wide ^ query).sum(axis=1, dtype=np.uint16)
        found |= {(q, int(row)) for row in np.flatnonzero(distances <= radius)}
    return found


def _faiss_pairs(index: faiss.IndexBinary, queries: Rows, radius: int) -> set[tuple[int, int]]:
    limits, _, labels = index.range_search(queries, radius + 1)  # faiss: nearer than
    owners = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
    return set(zip(owners.tolist(), labels.tolist(), strict=True))


def _our_pairs(index: Index, queries: Rows, radius: int) -> set[tuple[int, int]]:
    hits = index.search_many(queries, radius)
    return set(zip(hits.query.tolist(), hits.row.tolist(), strict=True))


class Run(NamedTuple):
    """What a run writes to, and what it was asked for."""

    report: Any
    args: argparse.Namespace
    goals: Goals
    curves: dict[str, list[tuple[float, float]]]


class Goals:
    """What was asked and what was reached, for the table at the end."""

    def __init__(self) -> None:
        self.rows: list[list[str | float]] = []

    def add(self, what: str, asked: float, samples: Sequence[float], least: bool) -> None:
        """The median of the samples decides; their quartiles say how much a busy machine moved them."""
        reached = median(samples)
        good = reached >= asked if least else reached <= asked
        sign = "at least" if least else "at most"
        spread = f"{quantile(samples, 0.25):.3g} to {quantile(samples, 0.75):.3g}" if len(samples) > 1 else ""
        self.rows.append([what, f"{sign} {asked:g}", round(reached, 2), spread, "yes" if good else "NO"])


def run(report, args) -> None:  # type: ignore[no-untyped-def]
    faiss.omp_set_num_threads(1)
    report.note(f"kernels: {core.BEST!r}; faiss {faiss.__version__} with {faiss.get_compile_options().strip()}")
    goals = Goals()
    for name in args.lists:
        curves: dict[str, list[tuple[float, float]]] = {}
        for n in dict.fromkeys([*args.rows, *([LARGE] if args.large else [])]):
            _one_list(report, args, goals, curves, name, n)
        report.curve(f"{name}: one query by size of the list, positives", curves, "rows", "us", log_x=True, log_y=True)
    report.table("targets", ["what", "asked", "reached", "quartiles", "met"], goals.rows)
    for row in goals.rows:
        report.note("  ".join(str(cell) for cell in row if cell != ""))
    load = f"{os.getloadavg()[0]:.0f}" if hasattr(os, "getloadavg") else "unknown"
    report.note(
        f"threads waiting for {os.cpu_count()} cores at the end (load): {load}; one thread each, ours and theirs"
    )


def _one_list(report, args, goals: Goals, curves, name: str, n: int) -> None:  # type: ignore[no-untyped-def]
    pool = LISTS[name](n + QUERIES)
    rows, negatives = np.ascontiguousarray(pool[:n]), np.ascontiguousarray(pool[n:])
    del pool
    rng = np.random.default_rng(2)
    positives = _hashlists.flipped(rng, rows[rng.choice(n, QUERIES)], rng.integers(0, args.radius + 1, QUERIES))
    few = QUERIES if n < LARGE else 4  # of the slow ones
    ours, flat = _build(report, goals, name, n, rows)
    peers: dict[str, faiss.IndexBinary] = {"faiss flat": flat}
    if args.multihash:
        peers["faiss multihash"] = faiss.IndexBinaryMultiHash(256, 16, 16)
        peers["faiss multihash"].nflip = 1
        peers["faiss multihash"].add(rows)
    for kind, queries in {"positive": positives, "negative": negatives}.items():
        params = {"list": name, "rows": n, "queries": kind}
        expected = definition(queries[:few], rows, args.radius)
        for shape, index in ours.items():
            if _our_pairs(index, queries[:few], args.radius) != expected:
                raise AssertionError(f"{shape}: wrong answer, so no timing")
        for peer, index in peers.items():
            found = _faiss_pairs(index, queries[:few], args.radius)
            report.rate(f"recall of {peer}", len(found & expected), len(expected), **params)
        _time(Run(report, args, goals, curves), ours, peers, queries, few, params)
    if n in (100_000, 1_000_000):
        _sweep(report, name, ours, flat, positives, rows)
    if n == 100_000:
        _overhead(report, goals, name, ours["self"], negatives, args.radius)
    if n >= 1_000_000:
        _cold(report, goals, name, n, ours["self"], negatives, args.radius)


def _build(report, goals: Goals, name: str, n: int, rows: Rows):  # type: ignore[no-untyped-def]
    flat = faiss.IndexBinaryFlat(256)
    flat.add(rows)
    ours = {}
    for shape in ("scan", "self") if n < LARGE else ("self", "compact"):
        start = time.process_time()
        ours[shape] = index = Index(rows, shape)
        seconds = time.process_time() - start
        report.time("build", [seconds], "s", list=name, rows=n, shape=shape)
        size = index.info.bytes / n
        report.count("bytes a row", round(size, 2), "B", list=name, rows=n, shape=shape)
        if (shape, n) in BYTES:
            goals.add(f"{name} {n} {shape}: bytes a row", BYTES[shape, n], [size], least=False)
        if (shape, n) in BUILD:
            goals.add(f"{name} {n} {shape}: seconds to build", BUILD[shape, n], [seconds], least=False)
    report.note(f"{name}, auto: {Index(rows).info.why}" if n < LARGE else f"{name}, {n} rows: shapes asked for")
    return ours, flat


def _time(run: Run, ours, peers, queries: Rows, few: int, params: dict) -> None:  # type: ignore[no-untyped-def]
    report, args, goals, curves = run
    texts = [query.tobytes() for query in queries]
    radius, slow = args.radius, queries[:few]
    single: dict[str, Callable[[], object]] = {}
    batch: dict[str, Callable[[], object]] = {}
    for shape, index in ours.items():
        single[shape] = lambda i=index: [i.search(t, radius) for t in texts]
        batch[shape] = lambda i=index: i.search_many(queries, radius)
    for peer, index in peers.items():
        single[peer] = lambda i=index: [i.range_search(q[None], radius + 1) for q in slow]
        batch[peer] = lambda i=index: i.range_search(slow, radius + 1)
    for mode, calls in {"one by one": single, "batch of 64": batch}.items():
        taken = clock.together(calls, args.repeat if few == QUERIES else 3)
        each = {who: [s / (few if who in peers else QUERIES) for s in v] for who, v in taken.items()}
        for who, seconds in each.items():
            report.time("search", seconds, "us", who=who, mode=mode, **params)
            if mode == "one by one" and params["queries"] == "positive":
                curves.setdefault(who, []).append((params["rows"], 1e6 * median(seconds)))
        for shape in ours:
            for peer in peers:
                report.ratio("faster", each[shape], each[peer], shape=shape, peer=peer, mode=mode, **params)
            if (shape, params["rows"]) in FASTER:
                asked = FASTER[shape, params["rows"]][mode != "one by one"]
                # pairs taken one after the other: what else the machine does meets both
                reached = [f / o for f, o in zip(each["faiss flat"], each[shape], strict=True)]
                what = f"{params['list']} {params['rows']} {shape}, {params['queries']}s, {mode}: times faiss Flat"
                goals.add(what, asked, reached, least=True)


def _overhead(report, goals, name, index: Index, queries: Rows, radius: int) -> None:  # type: ignore[no-untyped-def]
    """What Index.search adds to the call into C: the same queries, hits left in C's memory."""
    texts = [query.tobytes() for query in queries]
    block, room, table = index._state.base, native_index._Room(64), core.BEST.pointer

    def bare() -> None:
        for text in texts:
            lib.pdql_index_search(table, block._index, text, 1, radius, room.hits, 64, room.count)

    taken = clock.together({"python": lambda: [index.search(t, radius) for t in texts], "c": bare}, 15)
    more = [(p - c) / QUERIES for p, c in zip(taken["python"], taken["c"], strict=True)]
    report.time("Python's part of a search", more, "us", list=name)
    goals.add(f"{name}: microseconds of Python in a search", OVERHEAD_US, [1e6 * m for m in more], least=False)


def _resident(mapped: mmap.mmap) -> int:
    """Pages of a mapped file that memory holds (mincore)."""
    libc = ctypes.CDLL(None, use_errno=True)
    pages = -(-len(mapped) // mmap.PAGESIZE)
    seen = np.zeros(pages, np.uint8)
    at = np.frombuffer(mapped, np.uint8).ctypes.data
    if libc.mincore(ctypes.c_void_p(at), ctypes.c_size_t(len(mapped)), ctypes.c_void_p(seen.ctypes.data)):
        raise OSError(ctypes.get_errno(), "mincore")
    return int((seen & 1).sum())


def _faults() -> int:
    """Page faults of this process: pages of the file asked for, whatever more the system reads beside them."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_majflt + usage.ru_minflt


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE


def _cold(report, goals, name, n, index: Index, queries: Rows, radius: int) -> None:  # type: ignore[no-untyped-def]
    """Pages of the file that one query asks for when none is in memory; what opening takes."""
    if not hasattr(os, "posix_fadvise") or not Path("/proc/self/statm").exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.index"
        index.save(path)
        pages, read = [], []
        for query in queries[:9]:
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            before = _memory()
            opened = Index.open(path)
            more = _memory() - before
            mapped = opened._state.base.data
            left, faults = _resident(mapped), _faults()
            opened.search(query, radius)
            pages.append(_faults() - faults)
            read.append(_resident(mapped) - left)
            del opened, mapped
    report.count("pages a cold query asks for", int(median(pages)), "", list=name, rows=n, most=max(pages))
    report.count("pages the system then reads", int(median(read)), "", list=name, rows=n)
    report.count("memory that opening takes", more, "B", list=name, rows=n)
    if n == LARGE:
        goals.add(f"{name} {n}: page faults of a cold query", COLD_PAGES, pages, least=False)
        goals.add(f"{name} {n}: MB resident once open", OPEN_MB, [more / 1e6], least=False)


def _sweep(report, name, ours, flat, queries, rows) -> None:  # type: ignore[no-untyped-def]
    lines: dict[str, list[tuple[float, float]]] = {"self": [], "scan": []}
    few, n = queries[:16], len(rows)
    for radius in SWEEP:
        expected = definition(few, rows, radius)
        calls: dict[str, Callable[[], object]] = {
            "flat": lambda r=radius: flat.range_search(few, r + 1),
        }
        for shape in lines:
            if _our_pairs(ours[shape], few, radius) != expected:
                raise AssertionError(f"radius {radius}, {shape}: wrong answer, so no timing")
            calls[shape] = lambda r=radius, s=shape: ours[s].search_many(few, r)
        taken = clock.together(calls, 3)
        for shape, points in lines.items():
            report.ratio("faster than faiss flat", taken[shape], taken["flat"],
                         list=name, rows=n, radius=radius, shape=shape)  # fmt: skip
            points.append((radius, min(taken["flat"]) / min(taken[shape])))
    report.curve(f"{name}, {n} rows: times faster than faiss flat", lines, "radius, bits", "times", log_y=True)
