"""
Videos to luma frames with times: the decoder's own brightness plane, one frame at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal

import av
import numpy as np
import numpy.typing as npt

from pdqlite.errors import DamagedMediaError, NotMediaError, NoVideoError
from pdqlite.media.source import LIMITS, Limits, Source, opened, refuse, refuse_heif

Sampling = Literal["time", "all", "keyframes", "vpdq"]

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
_EPSILON = 1e-6
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG


@dataclass(frozen=True, slots=True)
class Frame:
    """
    Attributes:
        luma: uint8, (rows, columns), as shown: turned if the file says so. Valid while you hold it.
        limited: Levels run from 16 to 235.
        time: Seconds since the start of the video.
        number: In the order of showing, from 0; of the frames the decoder gave.
    """

    luma: npt.NDArray[np.uint8]
    limited: bool
    time: float
    number: int


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


class Video:
    """
    One open video. Iterate over it once, then ask what happened.

    Attributes:
        damaged: Packets were lost so far; the frames that decoded were given.
        duration: Seconds up to the last frame read.
    """

    def __init__(self, container: Any, sampling: Sampling, every: float, limits: Limits) -> None:
        self._container, self._limits = container, limits
        self._sampling, self._every = sampling, every
        if not container.streams.video:
            raise NoVideoError("no video stream")
        self._stream = container.streams.video[0]
        context = self._stream.codec_context
        if context is None:
            raise NotMediaError("a video codec that is not known here")
        limits.check(context.width, context.height)
        self._stream.thread_type = "AUTO"
        if sampling == "keyframes":
            context.skip_frame = "NONKEY"
        self.damaged = False
        self.duration = 0.0

    def _decoded(self) -> Iterator[Any]:
        """Every frame the decoder can give, past lost packets, to the very end."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.error.FFmpegError, OSError):
                self.damaged = True
                return
            try:
                frames = packet.decode()
            except (av.error.FFmpegError, ValueError, OSError):
                self.damaged = True
                continue
            self.damaged |= bool(packet.is_corrupt)
            yield from frames

    def _timed(self) -> Iterator[tuple[Any, float, int]]:
        rate = self._stream.average_rate or self._stream.guessed_rate or 25
        start = None
        for number, frame in enumerate(self._decoded()):
            self._limits.check(frame.width, frame.height)
            time = number / float(rate) if frame.time is None else float(frame.time)
            start = time if start is None else start
            time = max(0.0, time - start)
            if time > self._limits.seconds:
                return
            self.duration = max(self.duration, time)
            yield frame, time, number

    def __iter__(self) -> Iterator[Frame]:
        none = True
        for frame, time, number in self._chosen():
            none = False
            luma, limited = _luma(frame, turn=self._sampling != "vpdq")
            yield Frame(luma, limited, time, number)
        if none:
            raise (DamagedMediaError if self.damaged else NoVideoError)("not one frame could be decoded")

    def _chosen(self) -> Iterator[tuple[Any, float, int]]:
        if self._sampling == "time":
            return _nearest(self._timed(), self._every)
        if self._sampling == "vpdq":
            return self._vpdq()
        return self._timed()

    def _vpdq(self) -> Iterator[tuple[Any, float, int]]:
        """vPDQ's own sampling: every n-th frame, time from its number (vpdq 0.2.5)."""
        rate = float(self._stream.average_rate or self._stream.base_rate or 25)
        step = max(1, int(self._every * rate))
        for frame, _, number in self._timed():
            if number % step == 0:
                yield frame, float(np.float32(number) / np.float32(rate)), number


def _nearest(frames: Iterator[tuple[Any, float, int]], every: float) -> Iterator[tuple[Any, float, int]]:
    """For each multiple of `every` the frame nearest in time; each frame once."""
    target, before, given = 0.0, None, -1
    for item in frames:
        if item[1] >= target - _EPSILON:
            near = item
            if before is not None and target - before[1] < item[1] - target:
                near = before
            if near[2] > given:
                given = near[2]
                yield near
            target = (np.floor(max(item[1], target) / every + _EPSILON) + 1) * every
        before = item
    if before is not None and before[2] > given and target - before[1] < every / 2:
        yield before


class open_video:  # noqa: N801 - used as a function: `with open_video(...) as video`
    """
    Open a video for reading in a `with`.

    Args:
        source: Path, bytes or a seekable binary stream.
        sampling: "time": the real frame nearest to each multiple of `every`; "all"; "keyframes": only
            what decodes by itself, 2 to 11 % of the cost for H.264; "vpdq": the frames that vPDQ takes.
        every: Seconds between two frames, above 0 ("vpdq": 0 means all).

    Raises:
        UnreadableError, NotMediaError, DamagedMediaError, NoVideoError, TooLargeError.
    """

    def __init__(self, source: Source, sampling: Sampling = "time", every: float = 1.0, limits: Limits = LIMITS) -> None:
        self._arguments = (source, sampling, every, limits)
        self._stack = ExitStack()

    def __enter__(self) -> Video:
        source, sampling, every, limits = self._arguments
        with ExitStack() as stack:
            stream = stack.enter_context(opened(source))
            refuse_heif(stream)
            try:
                container = stack.enter_context(av.open(stream, metadata_errors="ignore", container_options=_OPTIONS))
            except (av.error.FFmpegError, ValueError, OSError):
                refuse(stream)
            video = Video(container, sampling, every, limits)
            self._stack = stack.pop_all()
        return video

    def __exit__(self, *error: Any) -> None:
        self._stack.close()
