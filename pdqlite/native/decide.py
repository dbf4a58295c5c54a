"""
Decisions of the C core: evidence columns in, verdicts out. Integers, as in pdqlite.h.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pdqlite._core import ffi, lib
from pdqlite.native.core import check

TIER_HASH: int = lib.PDQL_TIER_HASH
TIER_UNCROP: int = lib.PDQL_TIER_UNCROP
TIER_KEYPOINTS: int = lib.PDQL_TIER_KEYPOINTS
NEGATIVE, STILL, PART = lib.PDQL_FLAG_NEGATIVE, lib.PDQL_FLAG_STILL, lib.PDQL_FLAG_PART
UNCONFIRMED, CONFIRMED = lib.PDQL_FLAG_UNCONFIRMED, lib.PDQL_FLAG_CONFIRMED
UNCONFIRMABLE = lib.PDQL_FLAG_UNCONFIRMABLE
FRAME_HITS = lib.PDQL_FRAME_HITS
NEG_LOG10_FPR_X100_MAX: int = lib.PDQL_NEG_LOG10_FPR_X100_MAX
VERDICTS = {
    lib.PDQL_NO_MATCH: "no match",
    lib.PDQL_MATCH: "match",
    lib.PDQL_TOO_FLAT: "too flat",
    lib.PDQL_NEGATED: "negated",
    lib.PDQL_UNCONFIRMED: "unconfirmed",
    lib.PDQL_SHARES_PART: "shares a part",
}

# The layouts of pdql_evidence and pdql_frame_hit.
EVIDENCE = np.dtype([
    ("row", "u4"), ("tier", "u2"), ("value", "u2"), ("view", "u2"), ("quality", "u1"),
    ("flags", "u1"), ("trials", "u4"),
])  # fmt: skip
FRAME_HIT = np.dtype([
    ("row", "u4"), ("video", "u4"), ("time_ms", "u4"), ("tier", "u2"), ("value", "u2"),
    ("view", "u2"), ("flags", "u2"), ("trials", "u4"),
])  # fmt: skip
assert EVIDENCE.itemsize == ffi.sizeof("pdql_evidence")
assert FRAME_HIT.itemsize == ffi.sizeof("pdql_frame_hit")


class Verdict(NamedTuple):
    """pdql_choice: `verdict` as text, index of the evidence, its neg_log10_fpr_x100."""

    verdict: str
    evidence: int
    neg_log10_fpr_x100: int


class Thresholds(NamedTuple):
    """pdql_thresholds."""

    picture_neg_log10_fpr_x100: int
    video_neg_log10_fpr_x100: int
    radius: int
    min_quality: int
    frames: int


def neg_log10_fpr_x100(tier: int, value: int, trials: int) -> int:
    """Return pdql_neg_log10_fpr_x100."""
    return int(lib.pdql_neg_log10_fpr_x100(tier, value, trials))


def radius_of(least: int, trials: int) -> int:
    """Return pdql_radius_of."""
    return int(lib.pdql_radius_of(least, trials))


def decide(policy: Thresholds, evidence: npt.NDArray[Any]) -> Verdict:
    """Return pdql_decide of an EVIDENCE array."""
    rows = np.ascontiguousarray(evidence, dtype=EVIDENCE)
    out = ffi.new("pdql_choice *")
    native = ffi.new("pdql_thresholds *", tuple(policy))
    pointer = ffi.cast("const pdql_evidence *", rows.ctypes.data)
    check(lib.pdql_decide(native, pointer, len(rows), out), "a decision")
    return Verdict(VERDICTS[out.verdict], out.evidence, out.neg_log10_fpr_x100)


class Votes:
    """Evidence over time: pdql_votes with so many slots. One thread at a time."""

    def __init__(self, policy: Thresholds, slots: int = 512) -> None:
        size = lib.pdql_votes_size(slots)
        self._memory = ffi.new("uint64_t[]", max(1, (size + 7) // 8))
        self._votes = ffi.cast("pdql_votes *", self._memory)
        native = ffi.new("pdql_thresholds *", tuple(policy))
        check(lib.pdql_votes_init(self._votes, size, slots, native), "a vote")
        self._out = ffi.new("pdql_video_match *")

    def push(self, time_ms: int, bits: bytes, hits: npt.NDArray[Any]) -> None:
        """Add one frame with its FRAME_HIT array."""
        rows = np.ascontiguousarray(hits, dtype=FRAME_HIT)
        pointer = ffi.cast("const pdql_frame_hit *", rows.ctypes.data)
        status = lib.pdql_votes_push(self._votes, time_ms, bits, pointer, len(rows))
        check(status, "a frame for a vote")

    def best(self) -> Any:
        """Return a pdql_video_match; good until the next call."""
        check(lib.pdql_votes_best(self._votes, self._out), "the best of a vote")
        return self._out
