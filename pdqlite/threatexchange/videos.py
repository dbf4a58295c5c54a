"""
python-threatexchange's index of videos: vPDQ's rule of matching over our index.

A video matches if enough of the query's different frames are within 31 bits of a frame of it, and enough of its own are reached.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pdqlite.errors import ArgumentError, HashFormatError
from pdqlite.exchange.frames import frames_of
from pdqlite.exchange.record import Refusal
from pdqlite.index import Index
from pdqlite.threatexchange.index import IndexMatchUntyped, SignalTypeIndex

T = TypeVar("T")

MIN_QUALITY = 50
RADIUS = 31  # bits
QUERY_PERCENT, INDEX_PERCENT = 80.0, 0.0  # vPDQ's defaults in python-threatexchange


try:  # its own type where it is, for comparison
    from threatexchange.extensions.vpdq.vpdq_index import VPDQSimilarityInfo  # type: ignore[import-not-found,unused-ignore]
except ImportError:

    @dataclass
    class VPDQSimilarityInfo:  # type: ignore[no-redef]
        """How much of the query's frames the video has, and of the video's frames the query, in percent."""

        query_match_percent: float
        compared_match_percent: float

        def pretty_str(self) -> str:
            """Return both for people."""
            return f"{self.query_match_percent:.0f}%[{self.compared_match_percent:.0f}%]"


def frames_of_signal(signal: str) -> list[tuple[bytes, int, float]]:
    """Return (hash, quality, seconds) of each frame of a video's signal; HashFormatError (a ValueError) if it is none."""
    try:
        items = json.loads(signal or "[]")
    except (ValueError, RecursionError):
        raise HashFormatError("a vPDQ signal is a JSON list of `hash,quality,seconds`") from None
    if not isinstance(items, list):
        raise HashFormatError("a vPDQ signal is a JSON list of `hash,quality,seconds`")
    found = []
    for item in frames_of(items, "", None):
        if isinstance(item, Refusal):
            raise HashFormatError(f"{item.place}: {item.reason}")
        found.append((item.value, item.quality or 0, item.time or 0.0))
    return found


def distinct(signal: str, min_quality: int = MIN_QUALITY) -> list[bytes]:
    """Return the different hashes of a video's frames that are good enough, in order."""
    return list(dict.fromkeys(bits for bits, quality, _ in frames_of_signal(signal) if quality >= min_quality))


def compared(query: Sequence[bytes], other: Sequence[bytes]) -> VPDQSimilarityInfo:
    """Return how much of each of two videos' frames is near a frame of the other; 0 where one has none."""

    def percent(ours: Sequence[bytes], theirs: Sequence[bytes]) -> float:
        if not ours or not theirs:
            return 0.0
        index = Index(theirs)
        return 100 * sum(bool(index.search(row, RADIUS)) for row in ours) / len(ours)

    return VPDQSimilarityInfo(percent(query, other), percent(other, query))


class VPDQIndex(SignalTypeIndex[T], Generic[T]):  # type: ignore[misc,unused-ignore]
    """
    Every video that vPDQ's rule finds. Not safe on several threads at once, like what it stands in for.

    Args:
        quality_threshold: Frames below it are left out, 0 to 100.
        query_match_threshold_pct, index_match_threshold_pct: How much of the query and of the video must match, percent.
    """

    def __init__(
        self,
        quality_threshold: int = MIN_QUALITY,
        query_match_threshold_pct: float = QUERY_PERCENT,
        index_match_threshold_pct: float = INDEX_PERCENT,
    ) -> None:
        super().__init__()
        self.quality_threshold = quality_threshold
        self.query_match_threshold_pct, self.index_match_threshold_pct = (
            query_match_threshold_pct,
            index_match_threshold_pct,
        )
        self._entries: list[tuple[T, int]] = []  # and the number of its frames
        self._rows: dict[bytes, int] = {}
        self._videos: list[list[int]] = []  # of each row
        self._waiting: list[bytes] = []
        self._index = Index(radius=RADIUS)

    @classmethod
    def build(cls, entries: Iterable[tuple[str, T]], *thresholds: Any, **named: Any) -> VPDQIndex[T]:
        """Make an index of (signal, entry) pairs."""
        made = cls(*thresholds, **named)
        made.add_all(entries)
        return made

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, signal_str: str, entry: T) -> None:
        """Add one video; ArgumentError (a ValueError) if no frame of it is good enough."""
        rows = distinct(signal_str, self.quality_threshold)
        if not rows:
            raise ArgumentError("a video without a frame of quality 50 cannot be found again")
        for row in rows:
            at = self._rows.setdefault(row, len(self._rows))
            if at == len(self._videos):
                self._videos.append([])
                self._waiting.append(row)
            self._videos[at].append(len(self._entries))
        self._entries.append((entry, len(rows)))

    def add_all(self, entries: Iterable[tuple[str, T]]) -> None:
        """Add videos one by one."""
        for signal, entry in entries:
            self.add(signal, entry)

    def query(self, query: str) -> list[Any]:
        """Return a match for each video that the rule finds, in the order they were added."""
        rows = distinct(query, self.quality_threshold)
        if not rows or not self._entries:
            return []
        if self._waiting:
            self._index.add(self._waiting)
            self._waiting = []
        reached: dict[int, tuple[set[int], set[int]]] = {}
        for number, row in enumerate(rows):
            for hit in self._index.search(row, RADIUS):
                for video in self._videos[hit.row]:
                    asked, found = reached.setdefault(video, (set(), set()))
                    asked.add(number)
                    found.add(hit.row)
        matches = []
        for video in sorted(reached):
            entry, count = self._entries[video]
            info = VPDQSimilarityInfo(100 * len(reached[video][0]) / len(rows), 100 * len(reached[video][1]) / count)
            if (
                info.query_match_percent >= self.query_match_threshold_pct
                and info.compared_match_percent >= self.index_match_threshold_pct
            ):
                matches.append(IndexMatchUntyped(info, entry))
        return matches
