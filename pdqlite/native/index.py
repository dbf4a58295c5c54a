"""
The index side of the door to C: rows and queries in, hits out.

Speaks in buffers and plain tuples; pdqlite.index gives them their meaning.
"""

from __future__ import annotations

import struct
import sys
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pdqlite._core import ffi, lib
from pdqlite.native import core

HIT = np.dtype([("query", "=u4"), ("row", "=u4"), ("distance", "=u4")])
MAX_ROWS: int = lib.PDQL_MAX_ROWS
SELF_RADIUS: int = lib.PDQL_INDEX_SELF_RADIUS
SHAPES: dict[str, int] = {
    "auto": lib.PDQL_INDEX_AUTO,
    "scan": lib.PDQL_INDEX_SCAN,
    "self": lib.PDQL_INDEX_SELF,
    "compact": lib.PDQL_INDEX_COMPACT,
}
_PAIR = struct.Struct("=4xII")  # row and distance of a pdql_hit
_FIRST_CAPACITY = 64
_HITS_A_QUERY = 32  # room for so many on average before a batch must be searched again

Rows = npt.NDArray[np.uint8]
_search = lib.pdql_index_search


class Cost(NamedTuple):
    """What the C core reckons a search costs in either shape; `self_ns` is 0 past radius 63."""

    shape: str
    buckets: int
    self_ns: int
    scan_ns: int


def pick(n_rows: int, radius: int) -> Cost:
    """Return the shape that suits so many rows and such a radius, and why."""
    cost = ffi.new("pdql_index_cost *")
    shape = lib.pdql_index_pick(n_rows, radius, cost)
    name = next(name for name, value in SHAPES.items() if value == shape)
    return Cost(name, cost.buckets, cost.self_ns, cost.scan_ns)


class _Room:
    """Memory for the hits of one call, kept for the next one."""

    __slots__ = ("bytes", "capacity", "count", "hits")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.hits = ffi.new("pdql_hit[]", capacity)
        self.bytes = ffi.buffer(self.hits)
        self.count = ffi.new("size_t *")


# Rooms that no call is using. list.pop and list.append are atomic: threads share it unlocked.
_rooms: list[_Room] = [_Room(_FIRST_CAPACITY)]


def scan(table: Any, queries: Rows, rows: Rows, radius: int) -> npt.NDArray[Any]:
    """Search rows as they lie, both n x 32 and C-contiguous; an array of HIT by query, then row."""
    q, r = ffi.from_buffer("uint8_t[]", queries), ffi.from_buffer("uint8_t[]", rows)
    count = ffi.new("size_t *")
    capacity = len(queries) * _HITS_A_QUERY + _FIRST_CAPACITY
    while True:
        hits = np.empty(capacity, dtype=HIT)
        target = ffi.from_buffer("pdql_hit[]", hits)
        status = lib.pdql_scan(table, q, len(queries), r, len(rows), radius, target, capacity, count)
        core.check(status, "scan")
        if count[0] <= capacity:
            return hits[: count[0]]
        capacity = count[0]


def build(rows: Rows, shape: str) -> Rows:
    """Build the block of an index from C-contiguous rows, n x 32."""
    size = ffi.new("size_t *")
    source = ffi.from_buffer("uint8_t[]", rows)
    n, kind = len(rows), SHAPES[shape]
    core.check(lib.pdql_index_work_size(n, kind, size), "index size")
    work_bytes = size[0]
    memory = np.empty(-(-work_bytes // 8), dtype=np.uint64)
    work = ffi.from_buffer("uint64_t[]", memory)
    core.check(lib.pdql_index_plan(source, n, kind, work, work_bytes, size), "index plan")
    block = np.empty(size[0], dtype=np.uint8)
    target = ffi.from_buffer("uint8_t[]", block)
    status = lib.pdql_index_build(source, n, work, work_bytes, target, len(block))
    core.check(status, "index build")
    return block


class Block:
    """One open index block; keeps its memory alive."""

    __slots__ = ("_index", "_memory", "data", "n_rows")

    def __init__(self, data: Any) -> None:
        self.data = data
        self._memory = ffi.from_buffer("uint8_t[]", data)
        self._index = ffi.new("pdql_index *")
        status = lib.pdql_index_open(self._memory, len(self._memory), self._index)
        core.check(status, "open index")
        self.n_rows: int = self._index.n_rows

    def search_one(self, table: Any, query: bytes, radius: int) -> list[tuple[int, int]]:
        """(row, distance) of each hit of one query of 32 bytes, by row; lengths are checked."""
        try:
            room = _rooms.pop()
        except IndexError:
            room = _Room(_FIRST_CAPACITY)
        status = _search(table, self._index, query, 1, radius, room.hits, room.capacity, room.count)
        if status:
            core.check(status, "search")
        found = room.count[0]
        if not found:
            _rooms.append(room)
            return []
        if found > room.capacity:
            big = _Room(found)
            _search(table, self._index, query, 1, radius, big.hits, found, big.count)
            return list(_PAIR.iter_unpack(big.bytes))
        pairs = list(_PAIR.iter_unpack(room.bytes[: found * _PAIR.size]))
        _rooms.append(room)
        return pairs

    def search_many(self, table: Any, queries: Rows, radius: int, limit: int | None) -> npt.NDArray[Any]:
        """Search n x 32 queries, C-contiguous; an array of HIT, by query, then row."""
        source = ffi.from_buffer("uint8_t[]", queries)
        count = ffi.new("size_t *")
        most = sys.maxsize if limit is None else limit
        capacity = min(most, len(queries) * _HITS_A_QUERY + _FIRST_CAPACITY)
        while True:
            hits = np.empty(capacity, dtype=HIT)
            target = ffi.from_buffer("pdql_hit[]", hits)
            status = _search(table, self._index, source, len(queries), radius, target, capacity, count)
            core.check(status, "search")
            if count[0] <= capacity or capacity == most:
                return hits[: count[0]]
            capacity = min(most, count[0])

    def rows(self) -> Rows:
        """All rows, n x 32, in the order they were given."""
        rows = np.empty((self.n_rows, 32), dtype=np.uint8)
        target = ffi.from_buffer("uint8_t[]", rows)
        core.check(lib.pdql_index_rows(self._index, target, rows.size), "read rows")
        return rows

    def describe(self) -> dict[str, Any]:
        """The fields of pdql_index_info; `shape` as its name."""
        info = ffi.new("pdql_index_info *")
        core.check(lib.pdql_index_describe(self._index, info), "describe index")
        names = ("n_unique", "pair_bits", "bytes", "list_bytes", "directory_bytes", "row_bytes")
        shape = next(name for name, value in SHAPES.items() if value == info.shape)
        return {"shape": shape, "n_rows": info.n_rows} | {n: getattr(info, n) for n in names}
