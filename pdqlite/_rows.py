"""
Hashes and hits as arrays: what callers of an index may hand in, and what many hits come as.
"""

from __future__ import annotations

import operator
from typing import Any, NamedTuple, SupportsIndex

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError, ShapeError
from pdqlite.types import HASH_BITS, HASH_BYTES

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
        try:
            rows = list(rows)
            if any(len(row) != HASH_BYTES for row in rows):
                raise ShapeError(f"every row needs {HASH_BYTES} bytes")
        except TypeError:  # None, a number, a list of numbers
            raise ShapeError(
                f"rows are an array of shape (n, {HASH_BYTES}), uint8, or hashes of {HASH_BYTES} bytes each"
            ) from None
        if all(isinstance(row, bytes) for row in rows):
            return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(-1, HASH_BYTES)
        rows = np.array(rows)
    if rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != HASH_BYTES:
        raise ShapeError(f"rows need shape (n, {HASH_BYTES}) of uint8; got {rows.shape} of {rows.dtype}")
    return np.ascontiguousarray(rows)


def as_query(query: Any) -> bytes:
    """Return one hash as 32 bytes; raise ShapeError if it is not one."""
    query = getattr(query, "bits", query)
    if isinstance(query, np.ndarray) and (query.dtype != np.uint8 or query.ndim != 1):
        raise ShapeError(f"a query needs shape ({HASH_BYTES},) of uint8; got {query.shape} of {query.dtype}")
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
