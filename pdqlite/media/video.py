"""
Videos to luma frames with times: the decoder's own brightness plane, one frame at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, get_args

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType

from pdqlite.errors import ArgumentError, DamagedMediaError, NotMediaError, NoVideoError
from pdqlite.media.ahead import Ahead
from pdqlite.media.animation import Animation, is_animation
from pdqlite.media.frame import Frame, Sampling
from pdqlite.media.sampling import nearest, owns
from pdqlite.media.source import LIMITS, Limits, Source, opened, refuse, refuse_heif

# Pixel formats whose first plane is 8-bit brightness.
_PLANAR = ("yuv4", "yuvj4", "yuva4", "nv12", "nv21", "nv16", "nv24", "gray")
# Containers of one file. Left out: playlists and others that make FFmpeg open what the file names
# (hls, dash, concat, sdp, image sequences), and those that read any text as a picture (tty).
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "mpegts", "mpeg", "mpegvideo", "flv", "asf", "ogg", "gif",
    "apng", "h264", "hevc", "m4v", "obu", "av1", "ivf", "mxf", "nut", "rm", "dv", "wtv", "yuv4mpegpipe",
    "webp_pipe", "wav", "mp3", "aac", "flac", "aiff", "caf", "amr", "ac3",
)  # fmt: skip
# No protocol at all: the stream is ours, and nothing else may be opened from inside it.
_OPTIONS = {"format_whitelist": ",".join(_FORMATS), "protocol_whitelist": "", "enable_drefs": "0"}
_ASSUMED_RATE = 25  # frames per second, where a file says nothing of time
_PREDICTED = frozenset((PictureType.P, PictureType.B, PictureType.S, PictureType.SP))
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG


def _luma(frame: Any, turn: bool) -> tuple[npt.NDArray[np.uint8], bool]:
    name = frame.format.name
    limited = not (name.startswith("yuvj") or name.startswith("gray") or frame.color_range == _FULL_RANGE)
    component = frame.format.components[0]
    if not name.startswith(_PLANAR) or component.bits != 8:
        full = name.startswith(("rgb", "bgr", "gbr", "pal", "argb", "abgr", "0", "x2", "gray", "ya", "mono"))
        frame = frame.reformat(format="gray" if full else "yuv420p")
        limited = limited and not full
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    luma = rows[: frame.height, : frame.width]
    return _shown(luma, frame) if turn else luma, limited


def _shown(luma: npt.NDArray[np.uint8], frame: Any) -> npt.NDArray[np.uint8]:
    """Turn and mirror a plane as the file's display matrix says, to the nearest right angle; a view."""
    for side in frame.side_data:
        if side.type.name == "DISPLAYMATRIX":
            # Shown at x' = a x + c y, y' = b x + d y (ISO/IEC 14496-12, 8.3.2), x to the right, y down.
            a, b, _, c, d = np.frombuffer(side, np.int32)[:5].tolist()
            if abs(a) + abs(d) < abs(b) + abs(c):
                luma, a, d = luma.T, c, b
            return luma[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]
    return luma


@dataclass(frozen=True, slots=True)
class _Decoded:
    """A frame as the decoder gave it, its seconds since the start, and its number."""

    frame: Any
    time: float
    number: int


class Video:
    """
    One open video. Iterate over it once, stop when you have seen enough, then ask what happened.

    Attributes:
        damaged: Packets were lost so far; the frames that decoded were given.
        truncated: The video goes on behind Limits.seconds, and was not read further.
        duration: Seconds up to the last frame read.
    """

    def __init__(self, stream: BinaryIO, sampling: Sampling, every: float, limits: Limits, threads: int | None) -> None:
        self._source, self._limits, self._threads = stream, limits, threads
        self._container: Any = None
        self._sampling, self._every = sampling, every
        self._start: float | None = None
        self._packets = 0
        self._keys: list[int] = []  # numbers of the packets that stand by themselves
        self._first_key: int | None = None  # its time stamp
        self.damaged = self.truncated = False
        self.duration = 0.0
        self._open(keys_only=sampling.startswith("keyframes"))

    def _open(self, keys_only: bool) -> None:
        self._keys_only = keys_only
        self._source.seek(0)
        try:
            self._container = av.open(self._source, metadata_errors="ignore", container_options=_OPTIONS)
        except (av.error.FFmpegError, ValueError, OSError):
            refuse(self._source)
        try:
            self._prepare()
        except BaseException:
            self._container.close()
            raise

    def _prepare(self) -> None:
        if not self._container.streams.video:
            raise NoVideoError("no video stream")
        self._stream = self._container.streams.video[0]
        context = self._stream.codec_context
        if context is None:
            raise NotMediaError("a video codec that is not known here")
        self._limits.check(context.width, context.height)
        self._stream.thread_type = "AUTO"
        context.thread_count = self._threads or 0
        if self._keys_only:
            context.skip_frame = "NONKEY"
        self._tick = float(self._stream.time_base or 0)
        self._ahead = Ahead(self._read(), self._wanted)

    def close(self) -> None:
        """Give the decoder back; the source stays open."""
        self._container.close()

    def _decoded(self) -> Iterator[Any]:
        """Every frame the decoder can give, past lost packets, to the very end."""
        context, was_spare = self._stream.codec_context, False
        for packet, spare in self._ahead:
            if packet.size > 0:
                if packet.is_keyframe:
                    self._first_key = packet.pts if not self._keys else self._first_key
                    self._keys.append(self._packets)
                self._packets += 1
            self.damaged |= bool(packet.is_corrupt)
            if spare != was_spare:
                context.skip_frame, was_spare = "NONREF" if spare else "DEFAULT", spare
            try:
                frames = packet.decode()
            except (av.error.FFmpegError, ValueError, OSError):
                self.damaged = True
                continue
            for frame in frames:
                self._ahead.came(frame.pts)
                yield frame

    def _read(self) -> Iterator[Any]:
        """Every packet there is, and an empty one that brings out what the decoder still holds."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                yield next(packets)
            except StopIteration:
                return
            except (av.error.FFmpegError, OSError):
                self.damaged = True
                last = av.Packet()
                last.stream = self._stream
                yield last
                return

    def _wanted(self, first: int, last: int) -> bool:
        """Say whether sampling by time may ask for a frame between two time stamps."""
        if self._keys_only or self._sampling not in ("time", "keyframes-first") or self._start is None:
            return True
        start, end = first * self._tick - self._start, last * self._tick - self._start
        return start < 0 or end + self._every > self._limits.seconds or owns(start, end, self._every)

    def _stands(self, frame: Any) -> bool:
        """
        Say whether the first frame of a video rests on one that was read: before any key frame a
        decoder makes frames out of nothing. The key frame itself need not be shown (edit lists).
        """
        if frame.key_frame or frame.pict_type not in _PREDICTED:
            return True
        return bool(self._keys) and (None in (frame.pts, self._first_key) or frame.pts >= self._first_key)

    def _timed(self) -> Iterator[_Decoded]:
        rate = float(self._stream.average_rate or self._stream.guessed_rate or _ASSUMED_RATE)
        self._packets, self._keys = 0, []
        begun = False
        for given, frame in enumerate(self._decoded()):
            self._limits.check(frame.width, frame.height)
            number = given + self._ahead.skipped
            begun = begun or self._stands(frame)
            if not begun:
                self.damaged = True
                continue
            place = self._keys[number] if self._keys_only and number < len(self._keys) else number
            time = place / rate if frame.time is None else float(frame.time)
            self._start = time if self._start is None else self._start
            time = max(0.0, time - self._start)
            if time > self._limits.seconds:
                self.truncated = True
                return
            self.duration = max(self.duration, time)
            yield _Decoded(frame, time, number)

    def __iter__(self) -> Iterator[Frame]:
        none = True
        for found in self._chosen():
            none = False
            luma, limited = _luma(found.frame, turn=self._sampling != "vpdq")
            yield Frame(luma, limited, found.time, found.number, bool(found.frame.key_frame))
        if none and (self.damaged or self._packets):
            raise DamagedMediaError("not one frame could be decoded: no key frame, or all of them lost")
        if none:
            raise NoVideoError("a video stream without a single frame")

    def _chosen(self) -> Iterator[_Decoded]:
        if self._sampling == "time":
            return nearest(self._timed(), self._every)
        if self._sampling == "keyframes-first":
            return self._keyframes_first()
        if self._sampling == "vpdq":
            return self._vpdq()
        return self._timed()

    def _keyframes_first(self) -> Iterator[_Decoded]:
        given = set()
        for found in nearest(self._timed(), self._every):
            given.add(found.time)
            yield found
        if len(self._keys) == self._packets:
            return  # there is nothing between
        self.close()
        self._open(keys_only=False)
        yield from (found for found in nearest(self._timed(), self._every) if found.time not in given)

    def _vpdq(self) -> Iterator[_Decoded]:
        """vPDQ's own sampling: every n-th frame, time from its number (vpdq 0.2.5)."""
        rate = float(self._stream.average_rate or self._stream.base_rate or _ASSUMED_RATE)
        step = max(1, int(self._every * rate))
        for found in self._timed():
            if found.number % step == 0:
                yield replace(found, time=float(np.float32(found.number) / np.float32(rate)))


class open_video:  # noqa: N801 - used as a function: `with open_video(...) as video`
    """
    Open a video for reading in a `with`.

    Args:
        source: Path, bytes or a seekable binary stream.
        sampling: Which frames, and in which order.
            "time": the real frame nearest to each multiple of `every`, in time order.
            "all": every frame, in time order.
            "keyframes": what decodes by itself, in time order; 1 to 6 % of the cost for H.264.
            "keyframes-first": over the whole video the key frame nearest to each multiple of `every`,
            in time order; then, for who still asks, what "time" has and was not given yet, in time
            order again. Who stops in the first part has paid for key frames alone.
            "vpdq": the frames and times that vPDQ takes.
        every: Seconds between two frames, above 0 ("vpdq": 0 means all).
        limits: What is refused, and where reading stops.
        threads: Of the decoder; None for the machine's cores. Frames do not depend on it.

    Raises:
        ArgumentError: No such sampling, or `every` out of range.
        UnreadableError, NotMediaError, DamagedMediaError, NoVideoError, TooLargeError.
    """

    def __init__(self, source: Source, sampling: Sampling = "time", every: float = 1.0, limits: Limits = LIMITS,
                 threads: int | None = None) -> None:  # fmt: skip
        if sampling not in get_args(Sampling):
            raise ArgumentError(f"sampling must be one of {', '.join(get_args(Sampling))}")
        if not (0 < every < float("inf") or (sampling == "vpdq" and every == 0)):
            raise ArgumentError(f"every must be above 0 seconds, not {every}")
        if threads is not None and threads < 1:
            raise ArgumentError(f"threads must be at least 1, not {threads}")
        self._arguments = (sampling, every, limits, threads)
        self._source = source
        self._stack = ExitStack()

    def __enter__(self) -> Video | Animation:
        with ExitStack() as stack:
            stream = stack.enter_context(opened(self._source))
            refuse_heif(stream)
            sampling, every, limits, _ = self._arguments
            video = (
                Animation(stream, sampling, every, limits) if is_animation(stream) else Video(stream, *self._arguments)
            )
            stack.callback(video.close)
            self._stack = stack.pop_all()
        return video

    def __exit__(self, *error: Any) -> None:
        self._stack.close()
