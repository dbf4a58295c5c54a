"""
Which frames of a stream stand for which moments. Knows times, not decoders.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

BRIEFLY = 0.1  # seconds: whatever a short video shows for so long is seen
BRIEF = 10.0  # seconds: how long "glimpses" looks so often in a film; in pictures that move, to their end
_SLACK = 1e-6  # of a step: time stamps are rounded to the ticks of their container


class Shown(Protocol):
    """Anything that is on screen from one second to another."""

    @property
    def time(self) -> float: ...
    @property
    def end(self) -> float: ...


T = TypeVar("T", bound=Shown)


def owns(start: float, end: float, every: float, brief: float = 0.0) -> bool:
    """Say whether a multiple of `every` lies in [start, end), or before second `brief` one of BRIEFLY."""
    end_brief = min(end, brief)
    return (math.ceil(start / every - _SLACK) + _SLACK) * every < end or (
        start < end_brief and (math.ceil(start / BRIEFLY - _SLACK) + _SLACK) * BRIEFLY < end_brief
    )


def on_screen(
    frames: Iterable[T], every: float, ended: Callable[[], bool] = lambda: True, brief: float = 0.0
) -> Iterator[T]:
    """
    Yield each frame that is on screen at some multiple of `every`, and the last one; each once, in order.

    So a scene that is shown for `every` seconds or more has a frame of its own, wherever it begins. The last frame stays on
    screen when a viewer has played a video; `ended` says, behind it, whether it was the last one indeed. `brief`: as in owns.
    """
    last, given = None, True
    for frame in frames:
        last, given = frame, owns(frame.time, frame.end, every, brief)
        if given:
            yield frame
    if last is not None and not given and ended():
        yield last
