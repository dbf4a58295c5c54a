"""
Near repeats: hashes that stand within a radius of another one, grouped around a leader by the index.

The first hash in list order that no group has yet leads the next group; all within the radius of it that are free join. So every member
is within the radius of its leader (no chains from one picture to another), groups depend on the hashes alone, and a hash that many
copies stand near is searched for once.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pdqlite.index import Hits, Index
from pdqlite.workers import cores

_BLOCK = 1 << 23  # hashes of one index: some 450 MB
_QUERIES = 1 << 12  # hashes that are searched for at once
_HITS = 1 << 24  # answers of one search that are held
Rows = npt.NDArray[np.uint8]
Groups = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint16]]


def groups(rows: Rows, radius: int, folder: Path, block: int = _BLOCK) -> Iterator[Groups]:
    """
    Yield members of groups: number of the leader, of the member, and their distance; a leader is no member of its own group.

    Args:
        rows: Different hashes in list order, shape (n, 32), uint8; may be mapped.
        radius: Bits, 0 to 63.
        folder: Where indexes wait that are not searched.
        block: Hashes of one index.
    """
    starts = range(0, len(rows), block)
    for start in starts:
        Index(rows[start : start + block], radius=radius).save(folder / f"index-{start}")
    free = np.ones(len(rows), bool)
    with ThreadPoolExecutor(cores()) as threads:
        for start in starts:
            later = [(at, Index.open(folder / f"index-{at}")) for at in starts if at >= start]
            stop = min(start + block, len(rows))
            for begin in range(start, stop, _QUERIES * cores()):
                end = min(begin + _QUERIES * cores(), stop)
                asked = begin + np.flatnonzero(free[begin:end])
                yield from _search(rows, asked, radius, later, (free, threads))
    for start in starts:
        (folder / f"index-{start}").unlink()


def _search(
    rows: Rows, asked: npt.NDArray[np.int64], radius: int, indexes: list[tuple[int, Index]],
    state: tuple[npt.NDArray[np.bool_], ThreadPoolExecutor],
) -> Iterator[Groups]:  # fmt: skip
    """Search for some hashes, and make groups of what is found; asks in smaller numbers where very many are near."""
    free, threads = state
    waiting = [part for part in np.array_split(asked, -(-len(asked) // _QUERIES)) if len(part)] if len(asked) else []
    while waiting:
        now, waiting = waiting[: cores()], waiting[cores() :]
        now = [part[free[part]] for part in now]
        answers = list(threads.map(lambda part: _hits(rows, part, radius, indexes), now))
        dense: list[npt.NDArray[np.int64]] = []
        for part, found in zip(now, answers, strict=True):
            if (
                dense or found is None
            ):  # what comes after a part that is not done waits for it: the order decides who leads
                dense += [part] if found is not None else [*np.array_split(part, min(len(part), 8))]
                continue
            yield from _claimed(part, *found, free)
        waiting = dense + waiting


def _hits(
    rows: Rows, part: npt.NDArray[np.int64], radius: int, indexes: list[tuple[int, Index]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint16]] | None:
    """Return query, row and distance of all hits behind their query, by query; None if they are too many to hold and can be asked for in parts."""
    found: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint16]]] = []
    for start, index in indexes:
        limit = _HITS if len(part) > 1 else None
        hits: Hits = index.search_many(rows[part], radius, limit)
        if limit is not None and len(hits.query) >= limit:
            return None
        query, row = hits.query.astype(np.int64), hits.row.astype(np.int64) + start
        later = row > part[query]
        found.append((query[later], row[later], hits.distance[later].astype(np.uint16)))
    query, row, distance = (np.concatenate([f[n] for f in found]) for n in range(3))
    order = np.argsort(query, kind="stable")
    return query[order], row[order], distance[order].astype(np.uint16)


def _claimed(
    part: npt.NDArray[np.int64], query: npt.NDArray[np.int64], row: npt.NDArray[np.int64], distance: npt.NDArray[np.uint16],
    free: npt.NDArray[np.bool_],
) -> Iterator[Groups]:  # fmt: skip
    """Give each hit to the first leader that has it, in list order."""
    starts = np.flatnonzero(np.diff(query, prepend=-1))
    ends = np.append(starts[1:], len(query))[: len(starts)]
    for begin, end in zip(starts.tolist(), ends.tolist(), strict=True):
        leader = part[query[begin]]
        if not free[leader]:
            continue
        members = row[begin:end]
        open_ = free[members]
        members = members[open_]
        free[members] = False
        if len(members):
            yield np.full(len(members), leader), members, distance[begin:end][open_]
