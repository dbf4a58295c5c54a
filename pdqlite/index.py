"""
Exact search among 256-bit hashes: every row within a Hamming radius, none missed.

    index = Index(rows)                      # n x 32, uint8
    index.search(query, radius=31)           # [Hit(row=17, distance=6)]
    index.search_many(queries, radius=31)    # columns: query, row, distance

Knows rows of 32 bytes; not what they mean.
"""

from __future__ import annotations

import operator
from typing import Any, NamedTuple, SupportsIndex

import numpy as np
import numpy.typing as npt

from pdqlite import _native, _native_index
from pdqlite.errors import ArgumentError, ShapeError
from pdqlite.types import HASH_BITS, HASH_BYTES, Hit

Rows = npt.NDArray[np.uint8]
Column = npt.NDArray[np.uint32]


class Hits(NamedTuple):
    """
    The hits of many queries: columns of one length, by query, then by row.

    Attributes:
        query: Number of the query, uint32.
        row: Number of the row, uint32.
        distance: Differing bits, 0 to 256, uint32.
    """

    query: Column
    row: Column
    distance: Column


def as_rows(rows: Any) -> Rows:
    """
    Return hashes as a C-contiguous array of shape (n, 32), uint8.

    Args:
        rows: Such an array; or a sequence of 32-byte objects; or one
            bytes-like object of n x 32 bytes. Empty is fine.

    Raises:
        ShapeError: Another shape or type.
    """
    if isinstance(rows, (bytes, bytearray, memoryview)):
        flat = np.frombuffer(rows, dtype=np.uint8)
        if flat.size % HASH_BYTES:
            raise ShapeError(f"rows need a multiple of {HASH_BYTES} bytes; got {flat.size}")
        return flat.reshape(-1, HASH_BYTES)
    if not isinstance(rows, np.ndarray):
        rows = list(rows)
        if any(len(row) != HASH_BYTES for row in rows):
            raise ShapeError(f"every row needs {HASH_BYTES} bytes")
        if all(isinstance(row, bytes) for row in rows):
            return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(-1, HASH_BYTES)
        rows = np.array(rows)
    if rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != HASH_BYTES:
        raise ShapeError(
            f"rows need shape (n, {HASH_BYTES}) of uint8; got {rows.shape} of {rows.dtype}"
        )
    return np.ascontiguousarray(rows)


def as_query(query: Any) -> bytes:
    """Return one hash as 32 bytes; raise ShapeError if it is not one."""
    if isinstance(query, np.ndarray) and (query.dtype != np.uint8 or query.ndim != 1):
        raise ShapeError(
            f"a query needs shape ({HASH_BYTES},) of uint8; got {query.shape} of {query.dtype}"
        )
    data = bytes(query) if isinstance(query, (bytes, bytearray, memoryview, np.ndarray)) else b""
    if len(data) != HASH_BYTES:
        raise ShapeError(f"a query needs {HASH_BYTES} bytes")
    return data


def as_radius(radius: SupportsIndex) -> int:
    """Return a radius as int; raise ArgumentError outside 0..256."""
    try:
        value = operator.index(radius)
    except TypeError:
        value = -1
    if not 0 <= value <= HASH_BITS:
        raise ArgumentError(f"radius needs a whole number from 0 to {HASH_BITS}")
    return value


class Index:
    """
    Hashes that can be searched. Immutable, so any number of threads may search at once.

    Args:
        rows: Hashes, as as_rows takes them. Not copied if they already have that shape:
            do not change them afterwards.
    """

    def __init__(self, rows: Any) -> None:
        self._rows = as_rows(rows)
        if len(self._rows) > _native_index.MAX_ROWS:
            raise ArgumentError(f"an index holds at most {_native_index.MAX_ROWS} rows")
        self._pointer = _native_index.pointer(self._rows)
        self._table = _native.BEST.pointer

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> Rows:
        """The hashes, shape (n, 32), uint8; not to be written to."""
        return self._rows

    def search(self, query: Any, radius: SupportsIndex) -> list[Hit]:
        """
        Find every row within a radius of one hash.

        Args:
            query: 32 bytes, or an array of shape (32,), uint8.
            radius: Bits, 0 to 256; a row at exactly this distance is a hit.

        Returns:
            list[Hit]: By row.

        Raises:
            ShapeError: The query is no hash.
            ArgumentError: The radius is out of range.
        """
        if type(query) is not bytes or len(query) != HASH_BYTES:
            query = as_query(query)
        bits = as_radius(radius)
        found = _native_index.scan_one(self._table, query, self._pointer, len(self._rows), bits)
        return [Hit(row, distance) for row, distance in found]

    def search_many(self, queries: Any, radius: SupportsIndex, limit: int | None = None) -> Hits:
        """
        Find every row within a radius of each of many hashes: faster for each than one by one.

        Args:
            queries: Hashes, as Index takes them.
            radius: Bits, 0 to 256.
            limit: Keep only the first so many hits; all if None.

        Returns:
            Hits: By query, then by row.

        Raises:
            ShapeError: The queries are no hashes.
            ArgumentError: The radius or the limit is out of range.
        """
        if limit is not None and limit < 0:
            raise ArgumentError("limit needs a whole number from 0")
        rows = as_rows(queries)
        hits = _native_index.scan_many(
            self._table, rows, self._pointer, len(self._rows), as_radius(radius), limit
        )
        return Hits(*(np.ascontiguousarray(hits[name]) for name in Hits._fields))
