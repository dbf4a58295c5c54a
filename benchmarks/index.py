"""
The index finds every hash within radius 31, 100 times faster than a flat scan at a million rows.

Before anything is timed each peer's hits are compared with the definition, numpy's XOR and bit
count over all rows. Peers with misses are timed too, with their recall beside.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import faiss
import numpy as np
import numpy.typing as npt

from benchmarks import _hashlists
from benchmarks._frame import clock
from pdqlite.index import Index

Rows = npt.NDArray[np.uint8]
QUERIES = 64
LISTS = {"realistic": _hashlists.realistic, "uniform": _hashlists.uniform}
SWEEP = [15, 20, 26, 31, 36, 42, 47, 52, 57, 63]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--lists", choices=list(LISTS), nargs="+", default=["realistic"])
    parser.add_argument("--radius", type=int, default=31)
    parser.add_argument("--repeat", type=int, default=9)
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


def run(report, args) -> None:  # type: ignore[no-untyped-def]
    faiss.omp_set_num_threads(1)
    for name in args.lists:
        for n in args.rows:
            _one_list(report, args, name, n)


def _one_list(report, args, name: str, n: int) -> None:  # type: ignore[no-untyped-def]
    pool = LISTS[name](n + QUERIES)
    rows, negatives = np.ascontiguousarray(pool[:n]), np.ascontiguousarray(pool[n:])
    rng = np.random.default_rng(2)
    positives = _hashlists.flipped(
        rng, rows[rng.choice(n, QUERIES)], rng.integers(0, args.radius + 1, QUERIES)
    )
    ours, flat = _build(report, name, n, rows)
    peers: dict[str, faiss.IndexBinary] = {"faiss flat": flat}
    if args.multihash:
        peers["faiss multihash"] = faiss.IndexBinaryMultiHash(256, 16, 16)
        peers["faiss multihash"].nflip = 1
        peers["faiss multihash"].add(rows)
    for kind, queries in {"positive": positives, "negative": negatives}.items():
        params = {"list": name, "rows": n, "queries": kind}
        expected = definition(queries, rows, args.radius)
        for shape, index in ours.items():
            if _our_pairs(index, queries, args.radius) != expected:
                raise AssertionError(f"{shape}: wrong answer, so no timing")
        for peer, index in peers.items():
            found = _faiss_pairs(index, queries, args.radius)
            report.rate(f"recall of {peer}", len(found & expected), len(expected), **params)
        _time(report, args, ours, peers, queries, params)
    if n >= 100_000:
        _sweep(report, args, name, n, ours["self"], flat, positives, rows)


def _build(report, name: str, n: int, rows: Rows):  # type: ignore[no-untyped-def]
    flat = faiss.IndexBinaryFlat(256)
    flat.add(rows)
    ours = {}
    for shape in ("scan", "self"):
        seconds = clock.samples(lambda s=shape: Index(rows, s), repeat=1, number=1)
        ours[shape] = Index(rows, shape)
        report.time("build", seconds, "s", list=name, rows=n, shape=shape)
        size = ours[shape].info.bytes / n
        report.count("bytes a row", round(size, 2), "B", list=name, rows=n, shape=shape)
    report.note(f"{name}, {n} rows: auto takes {Index(rows).info.shape}")
    return ours, flat


def _time(report, args, ours, peers, queries: Rows, params: dict) -> None:  # type: ignore[no-untyped-def]
    texts = [query.tobytes() for query in queries]
    radius = args.radius
    single: dict[str, Callable[[], object]] = {}
    batch: dict[str, Callable[[], object]] = {}
    for shape, index in ours.items():
        single[shape] = lambda i=index: [i.search(t, radius) for t in texts]
        batch[shape] = lambda i=index: i.search_many(queries, radius)
    for peer, index in peers.items():
        single[peer] = lambda i=index: [i.range_search(q[None], radius + 1) for q in queries]
        batch[peer] = lambda i=index: i.range_search(queries, radius + 1)
    for mode, calls in {"one by one": single, "batch of 64": batch}.items():
        taken = clock.together(calls, args.repeat)
        for who, seconds in taken.items():
            report.time("search", seconds, "us", QUERIES, who=who, mode=mode, **params)
        for shape in ours:
            for peer in peers:
                report.ratio(
                    "faster", taken[shape], taken[peer], shape=shape, peer=peer, mode=mode, **params
                )


def _sweep(report, args, name, n, index, flat, queries, rows) -> None:  # type: ignore[no-untyped-def]
    points = []
    few = queries[:8]
    for radius in SWEEP:
        if _our_pairs(index, few, radius) != definition(few, rows, radius):
            raise AssertionError(f"radius {radius}: wrong answer, so no timing")
        taken = clock.together(
            {
                "self": lambda r=radius: index.search_many(few, r),
                "flat": lambda r=radius: flat.range_search(few, r + 1),
            },
            3,
        )
        report.ratio("faster than faiss flat", taken["self"], taken["flat"],
                     list=name, rows=n, radius=radius)
        points.append((radius, min(taken["flat"]) / min(taken["self"])))
    report.curve(f"{name}, {n} rows: times faster than faiss flat", {"self-index": points},
                 "radius, bits", "times", log_y=True)
