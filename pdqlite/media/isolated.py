"""
Decoding in a confined child (isolate=True): only pixels come back. Embedders of Python have no other sandbox.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pdqlite.apart import Apart, borrow, give_back
from pdqlite.errors import DamagedMediaError, PdqliteError, expect
from pdqlite.media.frame import Frame
from pdqlite.media.picture import Picture
from pdqlite.media.sound import Pcm
from pdqlite.media.source import LIMITS, Limits, Source, opened

Pixels = npt.NDArray[np.uint8]

_SERVER = "pdqlite.media.server:server"


def _unpacked(packed: Any, limits: Limits) -> Pixels:
    """Return pixels that a child sent; it may be taken over, so nothing that it says is believed."""
    try:
        shape, data = packed
        height, width = int(shape[0]), int(shape[1])
        if height < 1 or width < 1:
            raise ValueError(shape)
        limits.check(width, height)
        return np.frombuffer(data, np.uint8).reshape(tuple(shape))
    except PdqliteError:
        raise
    except Exception:  # noqa: BLE001 - whatever it sent
        raise DamagedMediaError("its decoder answered what is no picture") from None


def _sent(source: Source, limits: Limits) -> Any:
    """Return a source as a child can have it: a path, or bytes."""
    expect("limits", limits, Limits)
    if isinstance(source, (str, os.PathLike)):
        return os.path.abspath(os.fspath(source))
    with opened(source, limits) as stream:
        stream.seek(0)
        return stream.read()


def _unpacked_sound(packed: Any) -> Pcm:
    """Return a piece of sound that a child sent; ValueError, TypeError if it is none."""
    time, rate, kind, (n, channels), data = packed
    if kind not in ("int16", "float32") or not 0 < rate < 1 << 31 or not -math.inf < float(time) < math.inf:
        raise ValueError(kind)
    return Pcm(np.frombuffer(data, kind).reshape(int(n), int(channels)), int(rate), float(time))


@contextmanager
def reusable(source: Source, limits: Limits, isolate: bool) -> Iterator[Source]:
    """Give a source that can be read several times, and, to be read in a child, a path as it is: this process opens none."""
    if isolate and isinstance(source, (str, os.PathLike)):
        yield source
        return
    with opened(source, limits) as stream:
        yield stream


def kind_apart(source: Source, limits: Limits = LIMITS) -> Literal["picture", "video"]:
    """media.kind_of in a child."""
    found = _once("kind", (_sent(source, limits), limits))
    return "picture" if found == "picture" else "video"


def read_picture_apart(source: Source, luma_only: bool = False, reduce: int = 1, limits: Limits = LIMITS) -> Picture:
    """media.read_picture in a child; raises what it raises."""
    found = _once("picture", (_sent(source, limits), luma_only, reduce, limits))
    try:
        pixels, (width, height), broken, grounds = found
        limits.check(int(width), int(height))
    except PdqliteError:
        raise
    except Exception:  # noqa: BLE001 - whatever it sent
        raise DamagedMediaError("its decoder answered what is no picture") from None
    seen = tuple(_unpacked(g, limits) for g in grounds)
    return Picture(_unpacked(pixels, limits), (int(width), int(height)), bool(broken), seen)


def _once(what: str, arguments: tuple[Any, ...]) -> Any:
    child = borrow(_SERVER)
    try:
        return child.ask((what, arguments))
    finally:
        give_back(child)


class VideoApart:
    """A video that a child decodes; the attributes and the iteration of Video."""

    def __init__(self, arguments: tuple[Any, ...]) -> None:
        source, self._limits = arguments[0], arguments[3]
        self.damaged = self.truncated = self.discontinuity = False
        self.missing: tuple[str, ...] = ()
        self.duration = 0.0
        self._heard: list[Pcm] = []
        self._child: Apart = borrow(_SERVER)
        try:
            self._child.ask(("open", (_sent(source, self._limits), *arguments[1:])))
        except BaseException:
            give_back(self._child)
            raise

    def close(self) -> None:
        """Let the child go."""
        with suppress(PdqliteError):
            if self._child.alive:
                self._child.ask(("close", None))
        give_back(self._child)

    def heard(self) -> list[Pcm]:
        """As of Video."""
        found, self._heard = self._heard, []
        return found

    def __iter__(self) -> Iterator[Frame]:
        while True:
            answer = self._child.ask(("next", None))
            try:
                found, said, heard = answer
                self._heard += [_unpacked_sound(piece) for piece in heard]
                for name in ("damaged", "truncated", "discontinuity"):
                    setattr(self, name, bool(said[name]))
                self.missing = tuple(str(what) for what in said["missing"])
                self.duration = float(said["duration"])
                if found is None:
                    return
                luma, (limited, time, number, key), grounds = found
                if not 0 <= float(time) < math.inf:
                    raise ValueError(time)
            except Exception:  # noqa: BLE001 - whatever it sent
                raise DamagedMediaError("its decoder answered what is no frame") from None
            seen = tuple(_unpacked(g, self._limits) for g in grounds)
            yield Frame(_unpacked(luma, self._limits), bool(limited), float(time), int(number), bool(key), seen)


class SoundApart:
    """A sound that a child decodes; the attributes and the iteration of Sound."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.damaged = self.truncated = self.discontinuity = False
        self.missing: tuple[str, ...] = ()
        self.duration = 0.0
        self._child: Apart = borrow(_SERVER)
        try:
            self._child.ask(("open sound", (_sent(source, limits), limits)))
        except BaseException:
            give_back(self._child)
            raise

    def close(self) -> None:
        """Let the child go."""
        with suppress(PdqliteError):
            if self._child.alive:
                self._child.ask(("close", None))
        give_back(self._child)

    def __iter__(self) -> Iterator[Pcm]:
        while True:
            answer = self._child.ask(("next sound", None))
            try:
                found, said = answer
                self.damaged, self.truncated = bool(said["damaged"]), bool(said["truncated"])
                self.missing = tuple(str(what) for what in said["missing"])
                self.duration = float(said["duration"])
                piece = None if found is None else _unpacked_sound(found)
            except Exception:  # noqa: BLE001 - whatever it sent
                raise DamagedMediaError("its decoder answered what is no sound") from None
            if piece is None:
                return
            yield piece
