"""
Pictures that move or have pages and that Pillow decodes (WebP, AVIF, HEIF, TIFF, FLI) to luma frames with times.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from pdqlite.errors import DamagedMediaError, MediaError
from pdqlite.media.door import damaged, guarded
from pdqlite.media.frame import Frame, Sampling
from pdqlite.media.grounds import alpha_of, has_alpha, seen
from pdqlite.media.image_file import decoded, image_of, main_pages
from pdqlite.media.kinds import Kind
from pdqlite.media.mend import mended
from pdqlite.media.sampling import on_screen
from pdqlite.media.sound import Pcm
from pdqlite.media.source import Limits
from pdqlite.telling import tell

_PAGE = 1.0  # seconds that a page without a time is shown
_PAGES = ("TIFF", "HEIF")
_SHORTEST = 0.01  # seconds; shorter ones, 0 among them, are shown for a tenth, as browsers do
_DEFAULT = 0.1
_A_PIXEL = 4  # bytes


@dataclass(frozen=True, slots=True)
class _Shown:
    frame: Frame
    end: float

    @property
    def time(self) -> float:
        return self.frame.time


class Animation:
    """Frames of one such file; the attributes and the iteration of Video. Every frame counts as a key frame."""

    def __init__(self, stream: BinaryIO, kind: Kind, sampling: Sampling, every: float, limits: Limits) -> None:
        self._source, self._kind, self._sampling, self._every, self._limits = stream, kind, sampling, every, limits
        self.damaged = self.truncated = self.discontinuity = False
        self.missing: tuple[str, ...] = ()
        self.duration = 0.0
        self._count = 1
        try:
            self._look()
        except DamagedMediaError:
            stream.seek(0)
            again = mended(kind.name, stream.read(limits.memory))
            if not again:
                raise
            self._source, self.damaged = io.BytesIO(again[0]), True
            self._look()

    def _look(self) -> None:
        with image_of(self._source, self._kind, self._limits) as image:  # whatever is wrong with it is named now
            self._count = len(main_pages(image)) if self._kind.moving else 1

    def heard(self) -> list[Pcm]:
        """Return nothing: a picture that moves has no sound."""
        return []

    def close(self) -> None:
        """Nothing is held: the source stays open."""

    def __iter__(self) -> Iterator[Frame]:
        frames: Iterable[_Shown] = self._frames()
        if self._sampling in ("time", "keyframes-first", "glimpses"):
            brief = math.inf if self._sampling == "glimpses" else 0.0
            frames = on_screen(frames, self._every, lambda: not self.truncated, brief)
        elif self._sampling == "vpdq":
            frames = self._nth(list(frames))
        none = True
        for found in frames:
            none = False
            yield found.frame
        if none:
            raise damaged(self._kind, "not one frame could be decoded")

    def _nth(self, frames: list[_Shown]) -> list[_Shown]:
        rate = len(frames) / self.duration if self.duration else 1 / _DEFAULT
        return frames[:: max(1, int(self._every * rate))]

    def _frames(self) -> Iterator[_Shown]:
        if self._count == 1:
            yield self._single()
            return
        with image_of(self._source, self._kind, self._limits) as image:
            time, page = 0.0, _PAGE if self._kind.name in _PAGES else _DEFAULT
            for number, at in enumerate(self._pages(image)):
                if time > self._limits.seconds:
                    self.truncated = True
                    return
                try:
                    with guarded(self._kind):
                        if image.tell() != at:
                            image.seek(at)
                        self._limits.check(image.width, image.height, _A_PIXEL)
                        luma, grounds = _seen(image)
                except MediaError:
                    if number == 0:
                        raise
                    self.damaged = True
                    return
                seconds = (image.info.get("duration") or 0) / 1000
                end = time + (page if self._kind.name in _PAGES else seconds if seconds >= _SHORTEST else _DEFAULT)
                self.duration = end
                tell((number + 1) / self._count)
                yield _Shown(Frame(luma, False, time, number, True, grounds), end)
                time = end

    def _single(self) -> _Shown:
        """The one picture there is, as far as viewers show it."""
        check = self._limits.check
        with decoded(self._source, self._kind, self._limits, lambda i: check(i.width, i.height, _A_PIXEL)) as (
            image,
            broken,
        ):
            luma, grounds = _seen(image)
            self.damaged |= broken
        self.duration = _PAGE
        return _Shown(Frame(luma, False, 0.0, 0, True, grounds), _PAGE)

    def _pages(self, image: Any) -> list[int]:
        """Every frame; of HEIF the primary picture first."""
        pages = main_pages(image)
        first = image.tell() if self._kind.name == "HEIF" else pages[0]
        return sorted(pages, key=lambda page: page != first)


def _seen(image: Any) -> tuple[npt.NDArray[np.uint8], tuple[npt.NDArray[np.uint8], ...]]:
    luma = np.asarray(image.convert("RGB").convert("L"))
    return luma, seen(luma, alpha_of(image)) if has_alpha(image) else ()
