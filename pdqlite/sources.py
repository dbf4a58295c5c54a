"""
Files, bytes and arrays to hashes: media and hashing together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from pdqlite import hashing
from pdqlite.errors import ShapeError
from pdqlite.media import Frame, Limits, Source, kind_of, open_video, read_picture
from pdqlite.media.frame import Sampling
from pdqlite.media.isolated import read_picture_apart, reusable
from pdqlite.media.picture import Picture, from_pillow, is_pillow
from pdqlite.media.source import LIMITS
from pdqlite.types import FrameHash, ImageHash, VideoHash

Pixels = npt.NDArray[np.uint8]


class SupportsArray(Protocol):
    """What numpy can take the pixels of: Pillow's pictures, arrays of other libraries."""

    @property
    def __array_interface__(self) -> dict[str, Any]: ...


def pixels_of(source: object) -> Pixels | Picture | None:
    """
    Return what is decoded already: an array, of whatever library, or a picture of Pillow's; None for what must be read.

    Raises:
        ShapeError: Something that says that it is an array, and is none.
        DamagedMediaError: Pillow cannot decode it.
    """
    if isinstance(source, np.ndarray):
        return source
    if is_pillow(source):
        return from_pillow(source)
    if isinstance(source, bytes | bytearray | memoryview) or hasattr(source, "read"):
        return None
    try:
        if hasattr(source, "__array_interface__") or hasattr(source, "__array__"):
            return np.asarray(source)
        if hasattr(source, "__dlpack__"):
            return np.asarray(np.from_dlpack(source))
    except Exception as error:  # noqa: BLE001 - other people's arrays raise anything, of a device that is not this one's memory too
        raise ShapeError(
            f"{type(source).__name__} gives no pixels ({type(error).__name__}): copy it to an array of uint8 first"
        ) from None
    return None


def hash_image(
    source: Source | Pixels | SupportsArray,
    luma_only: bool = False,
    reduce: int = 1,
    limits: Limits = LIMITS,
    isolate: bool = False,
) -> ImageHash:
    """
    Hash one picture with PDQ.

    Args:
        source: A path, bytes, a binary stream, a picture of Pillow's, or pixels as hashing.hash_pixels takes them, in any array
            that numpy can read in place (`__array_interface__`, `__array__`, `__dlpack__`).
        luma_only, reduce: Faster JPEG decoding at a cost of some bits; see media.read_picture. Leave
            them off when making lists.
        limits: What is refused before decoding.
        isolate: Decode in a confined child process, from which only pixels come back (POSIX; docs/reference/media.md).

    Raises:
        MediaError: It cannot be read or decoded; the subclass says why.
        ShapeError: A side is under 5 pixels, or an array of another shape or type.
        ArgumentError: Nothing of all this: None, a list, a stream of text.
    """
    given = pixels_of(source)
    if isinstance(given, np.ndarray):
        return hashing.hash_pixels(given)
    read = read_picture_apart if isolate else read_picture
    picture = given or read(cast(Source, source), luma_only, reduce, limits)
    height, width = picture.pixels.shape[:2]
    if (width, height) == picture.original:
        found = hashing.hash_pixels(picture.pixels)
    else:
        found = hashing.Hasher(width, height, picture.original).hash(picture.pixels)
    return replace(found, damaged=True) if picture.damaged else found


def hash_frames(frames: Iterable[Frame]) -> Iterator[FrameHash]:
    """
    Hash luma frames as they come: one is decoded and hashed for each that is asked for.

        with open_video("clip.mp4", "keyframes-first") as video:
            for frame in hash_frames(video):
                if enough(frame):
                    break
    """
    for frame in frames:
        found = hashing.hash_luma(frame.luma, frame.limited)
        yield FrameHash(frame.number, frame.time, found.bits, found.quality)


def hash_video(
    source: Source,
    every: float = 1.0,
    sampling: Sampling = "time",
    limits: Limits = LIMITS,
    threads: int | None = None,
    stop: Callable[[FrameHash], bool] | None = None,
    isolate: bool = False,
) -> VideoHash:
    """
    Hash the frames of a video.

    Args:
        source: A path, bytes, or a binary stream.
        every: Seconds between two frames.
        sampling: "time", "all", "keyframes", "keyframes-first", "vpdq" or "glimpses"; see media.open_video.
        threads: Of the decoder; None for the machine's cores. The hashes do not depend on it.
        stop: Called with each frame's hash in the order of sampling; reading ends when it says True.
        isolate: Decode in a confined child process, from which only pixels come back (POSIX; docs/reference/media.md).

    Raises:
        MediaError: It cannot be read or decoded; the subclass says why. A video with damage in
            the middle is hashed as far as it decodes, and says `damaged`; one that is longer than
            the limit, up to there, and says `truncated`.
        ArgumentError: No such sampling, or `every` out of range.
        ShapeError: A side is under 5 pixels.
    """
    with open_video(source, sampling, every, limits, threads, isolate) as video:
        found = []
        for frame in hash_frames(video):
            found.append(frame)
            if stop is not None and stop(frame):
                break
        found.sort(key=lambda frame: frame.time)  # stable: only "keyframes-first" is not sorted yet
        return VideoHash(
            tuple(found), video.duration, video.damaged, video.truncated, video.discontinuity, video.missing
        )


def hash_file(
    source: Source,
    every: float = 1.0,
    sampling: Sampling = "time",
    limits: Limits = LIMITS,
    threads: int | None = None,
    isolate: bool = False,
) -> ImageHash | VideoHash:
    """Hash a picture or a video, whichever the file is; animated pictures count as videos. Arguments as of hash_video."""
    with reusable(source, limits, isolate) as again:
        if kind_of(again, limits, isolate) == "picture":
            return hash_image(again, limits=limits, isolate=isolate)
        return hash_video(again, every, sampling, limits, threads, isolate=isolate)
