"""
Files that are listed byte for byte: the core's digests and its search.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite._core import ffi, lib
from pdqlite.native.core import BEST, check

TIERS = {"sha256": lib.PDQL_TIER_SHA256, "md5": lib.PDQL_TIER_MD5}
ROWS = 2
META_BYTES = 5


class Digests:
    """The rows of one file, taken piece by piece. One thread at a time."""

    def __init__(self) -> None:
        self._file = ffi.new("pdql_exact *")
        check(lib.pdql_exact_begin(BEST.pointer, self._file), "a file")

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        check(lib.pdql_exact_add(self._file, ffi.from_buffer(data), len(data)), "a file")

    def end(self) -> bytes:
        """Return 64 bytes: the row of the SHA-256, then that of the MD5. Nothing may be added afterwards."""
        rows = ffi.new("uint8_t[]", 32 * ROWS)
        check(lib.pdql_exact_end(BEST.pointer, self._file, rows), "a file")
        return bytes(rows)


def row(algorithm: str, digest: bytes) -> bytes:
    """Return the row of a digest, whose length the caller has checked."""
    made = ffi.new("uint8_t[]", 32)
    check(lib.pdql_exact_row(BEST.pointer, TIERS[algorithm], digest, made), "a digest")
    return bytes(made)


def find(rows: npt.NDArray[np.uint8], meta: npt.NDArray[np.uint8], wanted: bytes) -> Any:
    """Return the pdql_decision about a file; rows (n, 32) ascending, meta (n, 5), both contiguous."""
    entries = ffi.new("pdql_match_entries *")
    entries.n, entries.meta_bytes = len(rows), meta.shape[1]
    kept = ffi.from_buffer("uint8_t[]", rows), ffi.from_buffer("uint8_t[]", meta)
    entries.rows, entries.meta = kept
    decision = ffi.new("pdql_decision *")
    check(lib.pdql_exact_find(entries, wanted, decision), "a list of files")
    return decision
