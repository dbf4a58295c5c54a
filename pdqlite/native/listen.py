"""
Sound against a list, of the C core: windows in, tracks, what they come to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite import errors
from pdqlite._core import ffi, lib
from pdqlite.native.core import BEST, Kernels, check

SAME_SOUND: int = lib.PDQL_SAME_SOUND
NO_MATCH: int = lib.PDQL_NO_MATCH
NONE: int = lib.PDQL_NONE
ENTRY_SOUND: int = lib.PDQL_ENTRY_SOUND
META_BYTES = 14


def first_of(meta: npt.NDArray[np.uint8]) -> int:
    """Return the number of the first window of sound among entries of a list, by their meta, shape (n, m); n if there is none."""
    meta = np.ascontiguousarray(meta)
    return int(lib.pdql_sound_first(ffi.from_buffer("uint8_t[]", meta), meta.shape[1], len(meta)))


class SoundMatcher:
    """
    pdql_sound_matcher over memory that it keeps alive. Safe on any number of threads once made.

    Args:
        rows, meta: The windows of sound of a list, shapes (n, 32) and (n, 14), C-contiguous.
        first: Number of the first of them in the list.
        max_distance: The list's cap.
        neg_log10_fpr_x100: Least of a match, for the whole list.
        index: Block of an index over the rows; None to read every row each time.

    Raises:
        ArgumentError: A number out of its range, or columns that do not fit each other.
        IndexBlockError: A damaged index.
    """

    def __init__(
        self,
        rows: npt.NDArray[np.uint8],
        meta: npt.NDArray[np.uint8],
        first: int,
        max_distance: int,
        neg_log10_fpr_x100: int,
        index: npt.NDArray[np.uint8] | None = None,
        kernels: Kernels = BEST,
    ) -> None:
        if rows.ndim != 2 or rows.shape[1] != 32 or meta.shape != (len(rows), META_BYTES):
            raise errors.ShapeError("windows of sound need rows of shape (n, 32) and meta of shape (n, 14)")
        held: list[Any] = [ffi.from_buffer("uint8_t[]", rows), ffi.from_buffer("uint8_t[]", meta)]
        one = ffi.new(
            "pdql_sound_list *", {"kernels": kernels.pointer, "n": len(rows), "rows": held[0], "meta": held[1]}
        )
        if index is not None:
            held.append(ffi.from_buffer("uint8_t[]", index))
            one.index, one.index_bytes = held[2], len(index)
        one.first, one.max_distance, one.neg_log10_fpr_x100 = first, max_distance, neg_log10_fpr_x100
        self._held = [rows, meta, index, held]
        size = lib.pdql_sound_matcher_size(len(rows))
        self._memory = ffi.new("uint64_t[]", (size + 7) // 8)
        self.pointer = ffi.cast("pdql_sound_matcher *", self._memory)
        check(lib.pdql_sound_matcher_init(self.pointer, size, one), "a matcher of sound")


class Listen:
    """pdql_listen. One thread at a time."""

    def __init__(self, matcher: SoundMatcher) -> None:
        size = lib.pdql_listen_size()
        self._matcher = matcher
        self._memory = np.zeros((size + 7) // 8, np.uint64)
        self._buffer = ffi.from_buffer("uint64_t[]", self._memory)
        self.pointer = ffi.cast("pdql_listen *", self._buffer)
        check(lib.pdql_listen_init(self.pointer, size, matcher.pointer), "listening")
        self._heard = ffi.new("pdql_heard *")

    def push(self, bits: bytes, time_ms: int, speed: int = 0, hop: int = 250) -> None:
        """Add one window."""
        heard = self._heard
        heard.time_ms, heard.speed, heard.hop = time_ms, speed, hop
        ffi.memmove(heard.bits, bits, 32)
        check(lib.pdql_listen_push(self.pointer, heard), "a window of sound")

    def enough(self) -> bool:
        """True once what was heard is a match by itself."""
        return bool(lib.pdql_listen_enough(self.pointer))

    def decision(self) -> Any:
        """Return the pdql_sound_decision so far."""
        found = ffi.new("pdql_sound_decision *")
        check(lib.pdql_listen_decision(self.pointer, found), "a decision about a sound")
        return found
