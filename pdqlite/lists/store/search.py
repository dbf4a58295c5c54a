"""
Search in a sealed list: rows are decrypted 16 KiB at a time, compared, and forgotten.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError, ShapeError, StoreError, expect
from pdqlite.lists.store.content import PAGE, Sealed
from pdqlite.lists.store.opened import Opened
from pdqlite.native import core
from pdqlite.native import index as native_index

ROWS = PAGE // 32


def search_sealed(opened: Opened, queries: npt.NDArray[np.uint8], radius: int) -> list[tuple[int, int, int]]:
    """
    Find every row within `radius` bits of each query. One pass serves all queries.

    Args:
        opened: A list opened "sealed" (or "resident").
        queries: Shape (k, 32), uint8.
        radius: 0 to 256.

    Returns:
        (query, row, distance), by query, then row: the same as a scan of the rows.
    """
    expect("a list", opened, Opened, "Store.open")
    expect("queries", queries, np.ndarray)
    content = opened.content
    if not isinstance(content, Sealed):
        raise StoreError("only a sealed list is searched page by page")
    if queries.dtype != np.uint8 or queries.ndim != 2 or queries.shape[1] != 32:
        raise ShapeError("queries need shape (k, 32) of uint8")
    if not 0 <= radius <= 256:
        raise ArgumentError("radius needs a whole number from 0 to 256")
    queries = np.ascontiguousarray(queries)
    table: Any = core.BEST.pointer
    found: list[tuple[int, int, int]] = []
    for number, page in enumerate(content.pages("rows")):
        rows = np.frombuffer(page, np.uint8).reshape(-1, 32)
        hits = native_index.scan(table, queries, rows, radius)
        found += [(int(h["query"]), number * ROWS + int(h["row"]), int(h["distance"])) for h in hits]
    return sorted(found)
