"""
Reads packets ahead of the decoder to know which of them no asked-for frame needs. Knows time stamps, not pictures.

Decoders can leave out a frame on which no other is built (half of the frames of a usual H.264 file) at no cost to
the rest. Which frames will be sampled is in the time stamps: a frame far from every multiple of the step is not.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Any

_DEPTH = 64  # packets looked at ahead; reordering never needs more than about 20
_KNOWN = 4 * _DEPTH  # time stamps kept
_NEIGHBOURS = 2  # on each side, so that two fields of one frame count as one
_TRIES = 32  # frames that came though they could be left out: then all others do too


class Ahead:
    """
    Args:
        packets: In decoding order.
        wanted: Says whether a frame between two time stamps may be asked for.
        leap: Ticks between two packets that are a leap of the time stamps; 0 for no limit.
    """

    def __init__(self, packets: Iterator[Any], wanted: Callable[[int, int], bool], leap: float = 0) -> None:
        self._packets, self._wanted, self._leap = packets, wanted, leap
        self._last: int | None = None  # when the last packet was to be decoded
        self._broken = False  # time stamps began anew, or leapt: from there on nothing is left out
        self._queue: deque[Any] = deque()
        self._known: list[int] = []
        self._left_out: list[int] = []
        self._in_vain = 0
        self.skipped = 0

    def __iter__(self) -> Iterator[tuple[Any, bool]]:
        """Yield (packet, may its frame be left out), in decoding order."""
        for packet in self._packets:
            self._queue.append(packet)
            # Nothing is known of what comes when, or everything is built upon.
            if packet.pts is None or self._breaks(packet) or (self._in_vain >= _TRIES and not self.skipped):
                yield from self._all()
                continue
            insort(self._known, packet.pts)
            del self._known[: max(0, len(self._known) - _KNOWN)]
            while self._queue and (len(self._queue) > _DEPTH or self._settled(self._queue[0].pts)):
                yield self._released()
        yield from self._all()

    def _breaks(self, packet: Any) -> bool:
        dts, last = getattr(packet, "dts", None), self._last
        if dts is not None:
            self._broken |= last is not None and (dts < last or 0 < self._leap < dts - last)
            self._last = dts
        return self._broken

    def _all(self) -> Iterator[tuple[Any, bool]]:
        while self._queue:
            yield self._queue.popleft(), False

    def _settled(self, pts: int) -> bool:
        """Say whether its neighbours are known. One that comes later only makes less be left out."""
        return bisect_left(self._known, pts) + _NEIGHBOURS < len(self._known)

    def _released(self) -> tuple[Any, bool]:
        packet = self._queue.popleft()
        at = bisect_left(self._known, packet.pts)
        if at < _NEIGHBOURS or packet.is_discard or not self._settled(packet.pts):
            return packet, False
        if self._wanted(self._known[at - _NEIGHBOURS], self._known[at + _NEIGHBOURS]):
            return packet, False
        heappush(self._left_out, packet.pts)
        return packet, True

    def came(self, pts: int | None) -> None:
        """Tell of a frame that the decoder gave: `skipped` then counts those left out before it."""
        while pts is not None and self._left_out and self._left_out[0] <= pts:
            left_out = heappop(self._left_out) < pts
            self.skipped += left_out
            self._in_vain += not left_out
