"""
What the child of isolate=True does: pictures at once, videos frame by frame, sound piece by piece, as plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite.media.frame import Frame
from pdqlite.media.opening import kind_of, open_sound, open_video
from pdqlite.media.picture import read_picture
from pdqlite.media.sound import Pcm

_SAID = ("damaged", "truncated", "discontinuity", "missing", "duration")


def _packed(pixels: npt.NDArray[np.uint8]) -> tuple[tuple[int, ...], bytes]:
    return pixels.shape, np.ascontiguousarray(pixels).tobytes()


def packed_sound(piece: Pcm) -> tuple[float, int, str, tuple[int, ...], bytes]:
    """Return a piece of sound as plain values."""
    samples = np.ascontiguousarray(piece.samples)
    return piece.time, piece.rate, samples.dtype.name, samples.shape, samples.tobytes()


def server(_: None) -> Callable[[tuple[str, Any]], Any]:
    """Return what the child does: decoding, for one parent."""
    stack = ExitStack()
    video: Any = None
    sound: Any = None
    frames: Iterator[Frame] = iter(())

    def said(what: Any) -> dict[str, Any]:
        return {name: getattr(what, name) for name in _SAID}

    def next_sound() -> Any:
        piece = next(sound[1], None)
        return None if piece is None else packed_sound(piece), said(sound[0])

    def answer(question: tuple[str, Any]) -> Any:
        nonlocal video, frames, sound
        what, arguments = question
        if what == "kind":
            return kind_of(*arguments)
        if what == "picture":
            found = read_picture(*arguments)
            return _packed(found.pixels), found.original, found.damaged, [_packed(g) for g in found.grounds]
        stack.close()
        if what == "open":
            video = stack.enter_context(open_video(*arguments))
            frames = iter(video)
        if what == "open sound":
            heard = stack.enter_context(open_sound(*arguments))
            sound = heard, iter(heard)
        return None

    def next_frame() -> Any:
        frame = next(frames, None)
        if frame is None:
            return None, said(video), [packed_sound(p) for p in video.heard()]
        head = (frame.limited, frame.time, frame.number, frame.key)
        return (
            (_packed(frame.luma), head, [_packed(g) for g in frame.grounds]),
            said(video),
            [packed_sound(p) for p in video.heard()],
        )

    following = {"next": next_frame, "next sound": next_sound}
    return lambda question: following[question[0]]() if question[0] in following else answer(question)
