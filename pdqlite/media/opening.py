"""
Files to frames: which reader a source gets. One decision for hash_* and match_*, for the library and the command.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO, Literal, get_args

from pdqlite.errors import ArgumentError, MediaError, NoSoundError, NotMediaError
from pdqlite.media.animation import Animation
from pdqlite.media.frame import Sampling
from pdqlite.media.image_file import image_of, main_pages
from pdqlite.media.isolated import SoundApart, VideoApart, kind_apart
from pdqlite.media.kinds import REFUSED, Kind, kind_at
from pdqlite.media.sound import Sound
from pdqlite.media.source import LIMITS, Limits, Source, opened
from pdqlite.media.video import Video


def known(stream: BinaryIO) -> Kind:
    """
    Return the kind of an open source.

    Raises:
        NotMediaError: One that is known, and not read on purpose.
    """
    kind = kind_at(stream)
    if kind in REFUSED:
        raise NotMediaError(f"{kind.name}, which is not read: {kind.advice}")
    return kind


def _moves(stream: BinaryIO, kind: Kind, limits: Limits) -> bool:
    """Say whether a picture of a kind that may move does."""
    if kind.name == "FLI":
        return True
    try:
        with image_of(stream, kind, limits) as image:
            return len(main_pages(image)) > 1
    except MediaError as error:
        if isinstance(error, NotMediaError):
            raise
        return False
    finally:
        stream.seek(0)


def kind_of(source: Source, limits: Limits = LIMITS, isolate: bool = False) -> Literal["picture", "video"]:
    """
    Say whether a source should be read as a picture or as a video. Pictures that move, and those with pages, are videos.
    `isolate`: look at it in a confined child process.

    Raises:
        UnreadableError: It cannot be opened.
        NotMediaError: It is of a kind that is not read, and the message says why.
    """
    if isolate:
        return kind_apart(source, limits)
    with opened(source, limits) as stream:
        kind = known(stream)
        if not kind.plugin or not kind.moving:
            return "picture" if kind.plugin else "video"
        return "video" if _moves(stream, kind, limits) else "picture"


class open_video:  # noqa: N801 - used as a function: `with open_video(...) as video`
    """
    Open a video for reading in a `with`.

    Args:
        source: Path, bytes or a binary stream.
        sampling: Which frames, and in which order.
            "time": the frame on screen at each multiple of `every`, and the last, in time order: whatever is shown
            for `every` seconds or more has a frame of its own.
            "all": every frame, in time order.
            "keyframes": what decodes by itself, in time order; 1 to 6 % of the cost for H.264.
            "keyframes-first": over the whole video the key frame on screen at each multiple of `every`,
            in time order; then, for who still asks, what "time" has and was not given yet, in time
            order again. Who stops in the first part has paid for key frames alone.
            "vpdq": the frames and times that vPDQ takes.
            "glimpses": as "time", and besides the frame on screen at each tenth of a second: in pictures that move (GIF, WebP,
            APNG) throughout, in films in the first 10 seconds.
        every: Seconds between two frames, above 0 ("vpdq": 0 means all).
        limits: What is refused, and where reading stops.
        threads: Of the decoder; None for the machine's cores. Frames do not depend on it.
        isolate: Decode in a confined child process, from which only pixels come back (POSIX).
        sound: Decode the sound too: `heard()` gives it, after each frame and after the last.

    Raises:
        ArgumentError: No such sampling, or `every` out of range.
        UnreadableError, NotMediaError, DamagedMediaError, NoVideoError, TooLargeError.
    """

    def __init__(
        self,
        source: Source,
        sampling: Sampling = "time",
        every: float = 1.0,
        limits: Limits = LIMITS,
        threads: int | None = None,
        isolate: bool = False,
        sound: bool = False,
    ) -> None:
        if sampling not in get_args(Sampling):
            raise ArgumentError(f"sampling must be one of {', '.join(get_args(Sampling))}")
        if not (0 < every < float("inf") or (sampling == "vpdq" and every == 0)):
            raise ArgumentError(f"every must be above 0 seconds, not {every}")
        if threads is not None and threads < 1:
            raise ArgumentError(f"threads must be at least 1, not {threads}")
        self._arguments = (sampling, every, limits, threads)
        self._sound = sound
        self._source, self._isolate = source, isolate
        self._stack = ExitStack()

    def __enter__(self) -> Video | Animation | VideoApart:
        sampling, every, limits, threads = self._arguments
        if self._isolate:
            apart = VideoApart((self._source, *self._arguments, False, self._sound))
            self._stack.callback(apart.close)
            return apart
        with ExitStack() as stack:
            stream = stack.enter_context(opened(self._source, limits))
            kind = known(stream)
            video: Video | Animation
            if kind.moving == "FFmpeg" and (not kind.plugin or _moves(stream, kind, limits)):
                video = Video(stream, kind, sampling, every, limits, threads, self._sound)
            else:
                video = Animation(stream, kind, sampling, every, limits)
            stack.callback(video.close)
            self._stack = stack.pop_all()
        return video

    def __exit__(self, *error: Any) -> None:
        self._stack.close()


@contextmanager
def open_sound(source: Source, limits: Limits = LIMITS, isolate: bool = False) -> Iterator[Sound | SoundApart]:
    """
    Open the sound of a file for reading in a `with`, whatever else is in it.

    Args:
        source: Path, bytes or a binary stream.
        limits: Where reading stops.
        isolate: Decode in a confined child process, from which only samples come back (POSIX).

    Raises:
        NoSoundError: There is none, or none that can be decoded.
        UnreadableError, NotMediaError, DamagedMediaError, TooLargeError.
    """
    with ExitStack() as stack:
        sound: Sound | SoundApart
        if isolate:
            sound = SoundApart(source, limits)
        else:
            stream = stack.enter_context(opened(source, limits))
            kind = known(stream)
            if kind.moving != "FFmpeg" or kind.plugin:
                raise NoSoundError("no sound: it is a picture")
            sound = Sound(stream, kind, limits)
        stack.callback(sound.close)
        yield sound
