"""
Animated WebP and AVIF, and TIFF of several pages, to luma frames with times: what Pillow decodes and FFmpeg does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np

from pdqlite.errors import DamagedMediaError
from pdqlite.media.frame import Frame, Sampling
from pdqlite.media.sampling import nearest
from pdqlite.media.source import BROKEN, Limits, beginning, image_of

_PAGE = 1.0  # seconds that a page without a time is shown
_SHORTEST = 0.01  # seconds; shorter ones, 0 among them, are shown for a tenth, as browsers do
_DEFAULT = 0.1
_MARKS = ((8, b"WEBP"), (8, b"avif"), (8, b"avis"), (0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+"))


def is_animation(stream: BinaryIO) -> bool:
    """Say whether a stream begins as one of these formats."""
    start = beginning(stream)
    return any(start[at:].startswith(mark) for at, mark in _MARKS)


class Animation:
    """Frames of one such file; the attributes and the iteration of Video. Every frame counts as a key frame."""

    def __init__(self, stream: BinaryIO, sampling: Sampling, every: float, limits: Limits) -> None:
        self._source, self._sampling, self._every, self._limits = stream, sampling, every, limits
        self.damaged = self.truncated = False
        self.duration = 0.0
        with image_of(stream, limits):
            pass  # whatever is wrong with it is named now

    def close(self) -> None:
        """Nothing is held: the source stays open."""

    def __iter__(self) -> Iterator[Frame]:
        frames: Iterable[Frame] = self._frames()
        if self._sampling in ("time", "keyframes-first"):
            frames = nearest(frames, self._every)
        elif self._sampling == "vpdq":
            frames = self._nth(list(frames))
        none = True
        for frame in frames:
            none = False
            yield frame
        if none:
            raise DamagedMediaError("not one frame could be decoded")

    def _nth(self, frames: list[Frame]) -> list[Frame]:
        rate = len(frames) / (self.duration + _SHORTEST)
        return frames[:: max(1, int(self._every * rate))]

    def _frames(self) -> Iterator[Frame]:
        self._source.seek(0)
        with image_of(self._source, self._limits) as image:
            time, page = 0.0, 1000 * _PAGE if image.format == "TIFF" else 1000 * _DEFAULT
            for number in range(getattr(image, "n_frames", 1)):
                try:
                    image.seek(number)
                    self._limits.check(*image.size)
                    shown = np.asarray(image.convert("RGB").convert("L"))
                except BROKEN:
                    self.damaged = True
                    return
                if time > self._limits.seconds:
                    self.truncated = True
                    return
                self.duration = time
                yield Frame(shown, False, time, number, True)
                milliseconds = image.info.get("duration", page)
                time += (milliseconds if milliseconds >= 1000 * _SHORTEST else 1000 * _DEFAULT) / 1000
