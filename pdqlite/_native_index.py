"""
The index side of the door to C: rows and queries in, hits out.

Speaks in buffers and plain tuples; pdqlite.index gives them their meaning.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite import _native
from pdqlite._core import ffi, lib

HIT = np.dtype([("query", "=u4"), ("row", "=u4"), ("distance", "=u4")])
MAX_ROWS: int = lib.PDQL_MAX_ROWS
HASH_BITS: int = lib.PDQL_HASH_BITS
_FIRST_CAPACITY = 64

Rows = npt.NDArray[np.uint8]


class _Room:
    """Memory for the hits of one call, kept for the next one."""

    __slots__ = ("capacity", "count", "hits")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.hits = ffi.new("pdql_hit[]", capacity)
        self.count = ffi.new("size_t *")


# Rooms that no call is using. list.pop and list.append are atomic: threads share it unlocked.
_rooms: list[_Room] = [_Room(_FIRST_CAPACITY)]


def _room() -> _Room:
    try:
        return _rooms.pop()
    except IndexError:
        return _Room(_FIRST_CAPACITY)


def scan_one(table: Any, query: Any, rows: Any, n_rows: int, radius: int) -> list[tuple[int, int]]:
    """
    Search one query among rows as they lie.

    Args:
        table: Pointer to a kernel table.
        query: Buffer of 32 bytes; the caller has checked its length.
        rows: cffi pointer to n_rows x 32 bytes.
        n_rows: Number of rows.
        radius: Bits.

    Returns:
        (row, distance) of each hit, by row.
    """
    room = _room()
    status = lib.pdql_scan(
        table, query, 1, rows, n_rows, radius, room.hits, room.capacity, room.count
    )
    if status:
        _native.check(status, "search")
    found = room.count[0]
    if found > room.capacity:
        room = _Room(found)
        lib.pdql_scan(table, query, 1, rows, n_rows, radius, room.hits, room.capacity, room.count)
        return [(h.row, h.distance) for h in room.hits]
    hits = [(h.row, h.distance) for h in room.hits[0:found]] if found else []
    _rooms.append(room)
    return hits


def scan_many(
    table: Any, queries: Rows, rows: Any, n_rows: int, radius: int, limit: int | None
) -> npt.NDArray[Any]:
    """Search n x 32 queries, C-contiguous; an array of HIT, by query, then row."""
    source = ffi.from_buffer("uint8_t[]", queries)
    count = ffi.new("size_t *")
    capacity = len(queries) + _FIRST_CAPACITY if limit is None else limit
    while True:
        hits = np.empty(capacity, dtype=HIT)
        target = ffi.from_buffer("pdql_hit[]", hits)
        status = lib.pdql_scan(
            table, source, len(queries), rows, n_rows, radius, target, capacity, count
        )
        _native.check(status, "search")
        if count[0] <= capacity or limit is not None:
            return hits[: count[0]]
        capacity = count[0]


def pointer(rows: Rows) -> Any:
    """Return a cffi pointer to C-contiguous rows; it keeps them alive."""
    return ffi.from_buffer("uint8_t[]", rows)
