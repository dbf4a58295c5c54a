"""Ours: windows of a query at each assumed speed, the core's own decision about a pair, and a fast count over many pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.sound.material import RATE, Piece, Samples
from pdqlite.hearing import MAX_SOUND_DISTANCE
from pdqlite.native import core
from pdqlite.native import index as native_index
from pdqlite.native import listen as native
from pdqlite.native.sound import HYPOTHESES
from pdqlite.sound import LIST_EVERY, hash_sound

FAR, SEED, WITH_SEED, ALONE, SPEED = 107, 72, 43, 87, 12  # the rule: docs/explanation/sound.md
ALL = 20.0  # seconds for which every speed is assumed
HOP = 125
REACH = 1 << 14  # offsets, in hops, that a key has room for

Rows = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Heard:
    """Windows of a query at one assumed speed: bits, where they begin in ms of the query, and in hops of the original."""

    speed: int
    rows: Rows
    at_ms: Numbers
    hop_at: Numbers

    def within(self, start: float, end: float) -> Heard:
        """Return the windows of an excerpt, on its own clock, in seconds of the query."""
        hop = HYPOTHESES[self.speed].hop
        first = int(np.ceil(1000 * start / (HOP * hop / 250)))  # the excerpt begins at a hop
        shift = first * HOP * hop / 250
        last = 1000 * min(end, start + ALL if self.speed else end) - 4000 * hop / 250
        kept = (self.at_ms >= shift - 1) & (self.at_ms <= last + 1)
        return Heard(
            self.speed, self.rows[kept], np.round(self.at_ms[kept] - shift).astype(np.int64), self.hop_at[kept] - first
        )


def heard(x: Samples, speeds: Sequence[int] = range(len(HYPOTHESES))) -> list[Heard]:
    """Hash a query at each assumed speed."""
    found = []
    for speed in speeds:
        hashes, hop = hash_sound(x, RATE, hypothesis=speed), HYPOTHESES[speed].hop
        good = hashes.good
        starts = hashes.starts[good]
        found.append(Heard(speed, hashes.rows[good], starts // 8, starts // (4 * hop)))
    return found


class Entry:
    """A listed piece: its windows, and a matcher of it alone."""

    def __init__(self, piece: Piece) -> None:
        hashes = hash_sound(piece.samples, RATE, every=LIST_EVERY)
        good = hashes.good
        self.rows = np.ascontiguousarray(hashes.rows[good])
        self.second = hashes.starts[good] // 8000
        meta = np.zeros((len(self.rows), native.META_BYTES), np.uint8)
        meta[:, 4], meta[:, 5] = 6, 255
        meta[:, 10:] = (1000 * self.second).astype(">u4").view(np.uint8).reshape(-1, 4)
        self._matcher = native.SoundMatcher(self.rows, meta, 0, MAX_SOUND_DISTANCE, 600)

    def same(self, query: Sequence[Heard]) -> bool:
        """Return whether the core says that it is the same sound, at 1e-6 a pair."""
        listen = native.Listen(self._matcher)
        for one in query:
            hop = HYPOTHESES[one.speed].hop
            for row, at in zip(one.rows, one.at_ms.tolist(), strict=True):
                listen.push(row.tobytes(), at, one.speed, hop)
        return bool(listen.decision().verdict == native.SAME_SOUND)


class Many:
    """All listed pieces at once: which window pairs are near, and what that comes to at each offset."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.rows = np.concatenate([e.rows for e in entries])
        self.piece = np.repeat(np.arange(len(entries)), [len(e.rows) for e in entries])
        self.hop_at = 8 * np.concatenate([e.second for e in entries])
        self.n = len(entries)

    def hits(self, one: Heard) -> tuple[Numbers, Numbers, Numbers]:
        """Return window of the query, window of the list and distance of all pairs that count."""
        found = native_index.scan(core.BEST.pointer, np.ascontiguousarray(one.rows), self.rows, FAR - 1)
        return found["query"].astype(np.int64), found["row"].astype(np.int64), found["distance"].astype(np.int64)

    def scores(self, one: Heard, hits: tuple[Numbers, Numbers, Numbers]) -> tuple[Numbers, Numbers, Numbers]:
        """Return piece, offset in hops and score of all that have one. An offset's neighbours are not counted with it."""
        query, row, distance = hits
        keys = self.piece[row] * REACH + (one.hop_at[query] - self.hop_at[row] + REACH // 2)
        order = np.argsort(keys, kind="stable")
        unique, first = np.unique(keys[order], return_index=True)
        sums = np.add.reduceat(FAR - distance[order], first) if len(first) else np.zeros(0, np.int64)
        return unique // REACH, unique % REACH - REACH // 2, sums

    def possible(self, one: Heard, hits: tuple[Numbers, Numbers, Numbers]) -> Numbers:
        """Return pieces that may be a match: an offset and those beside it come to enough, if all drifts were free."""
        piece, offset, sums = self.scores(one, hits)
        keys = piece * REACH + offset
        both = sums.copy()
        beside = np.diff(keys) == 1
        both[1:][beside] += sums[:-1][beside]
        both[:-1][beside] += sums[1:][beside]
        most, nearest = np.zeros(self.n, np.int64), np.full(self.n, 256)
        np.maximum.at(most, piece, both)
        np.minimum.at(nearest, self.piece[hits[1]], hits[2])
        more = SPEED if one.speed else 0
        return np.flatnonzero((most >= ALONE + more) | ((most >= WITH_SEED + more) & (nearest <= SEED)))
