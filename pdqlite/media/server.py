"""
What the child of isolate=True does: pictures at once, videos frame by frame, as plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite.media.frame import Frame
from pdqlite.media.opening import kind_of, open_video
from pdqlite.media.picture import read_picture

_SAID = ("damaged", "truncated", "discontinuity", "missing", "duration")


def _packed(pixels: npt.NDArray[np.uint8]) -> tuple[tuple[int, ...], bytes]:
    return pixels.shape, np.ascontiguousarray(pixels).tobytes()


def server(_: None) -> Callable[[tuple[str, Any]], Any]:
    """Return what the child does: decoding, for one parent."""
    stack = ExitStack()
    video: Any = None
    frames: Iterator[Frame] = iter(())

    def said() -> dict[str, Any]:
        return {name: getattr(video, name) for name in _SAID}

    def answer(question: tuple[str, Any]) -> Any:
        nonlocal video, frames
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
            return None
        return None

    def next_frame() -> Any:
        frame = next(frames, None)
        if frame is None:
            return None, said()
        head = (frame.limited, frame.time, frame.number, frame.key)
        return (_packed(frame.luma), head, [_packed(g) for g in frame.grounds]), said()

    return lambda question: next_frame() if question[0] == "next" else answer(question)
