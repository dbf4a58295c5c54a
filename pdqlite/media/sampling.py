"""
Which frames of a stream stand for which moments. Knows times, not decoders.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

_SLACK = 1e-6  # of a step: time stamps are rounded to the ticks of their container


class Timed(Protocol):
    """Anything that happens at some second."""

    @property
    def time(self) -> float: ...


T = TypeVar("T", bound=Timed)


def owns(start: float, end: float, every: float) -> bool:
    """Say whether a multiple of `every` lies in [start, end)."""
    return (math.ceil(start / every - _SLACK) + _SLACK) * every < end


def nearest(frames: Iterable[T], every: float) -> Iterator[T]:
    """
    Yield each frame that is the nearest in time to some multiple of `every`; each once, in order.

    The first frame stands for what comes before it too, the last one for half a step behind it. Of two
    frames as near the later is taken; one that is no later than the one before is passed over. One
    frame is looked ahead.
    """
    start, held = -0.5 * every, None
    for frame in frames:
        if held is not None:
            if frame.time <= held.time:
                continue
            middle = (held.time + frame.time) / 2
            if owns(start, middle, every):
                yield held
            start = middle
        held = frame
    if held is not None and owns(start, held.time + every / 2, every):
        yield held
