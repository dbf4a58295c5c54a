"""
Which stream of a container is the video that a viewer shows, and what FFmpeg may open for it.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import av
from av.stream import Disposition

from pdqlite.errors import NotMediaError, NoVideoError
from pdqlite.media.door import damaged, reason
from pdqlite.media.kinds import ANY, DECODERS, SOUND_DECODERS, Kind

_ASIDE = Disposition.attached_pic | Disposition.timed_thumbnails
JOINED = ("mpegts", "mpeg")  # containers whose files are joined by writing one behind the other
ENDING = ("flv", "asf", "ivf", "yuv4mpegpipe")  # whose reader stops at the end of the first, where a viewer may go on


def open_container(stream: BinaryIO, kind: Kind, sound: bool = False) -> Any:
    """
    Open a container with the demuxers of its kind and no others.

    No protocol is allowed at all: the stream is ours, and nothing else may be opened from inside it. `sound`: decoders of sound may be
    opened too.

    Raises:
        NotMediaError, DamagedMediaError: It cannot be opened.
    """
    options = {
        "format_whitelist": kind.demuxers,
        "codec_whitelist": ",".join(sorted(DECODERS | SOUND_DECODERS if sound else DECODERS)),
        "protocol_whitelist": "",
        "enable_drefs": "0",
    }
    stream.seek(0)
    try:
        return av.open(stream, metadata_errors="ignore", container_options=options)
    except Exception as error:  # noqa: BLE001 - as in door.guarded
        if kind is not ANY:
            why = reason(error) if not isinstance(error, av.error.FFmpegError) else str(error.strerror)
            raise damaged(kind, f"it cannot be opened, {why}") from None
    stream.seek(0)
    raise NotMediaError("not a picture or video that can be decoded" if stream.read(1) else "zero bytes")


def _can_decode(stream: Any) -> bool:
    context = stream.codec_context
    return context is not None and context.codec is not None and context.codec.name in DECODERS


def _shown_first(stream: Any) -> tuple[bool, bool, int, int]:
    """Rank a stream: what can be decoded, what the file says is the default, the largest, the first."""
    context = stream.codec_context
    area = context.width * context.height if context is not None else 0
    return _can_decode(stream), bool(stream.disposition & Disposition.default), area, -stream.index


def choose(container: Any) -> tuple[Any, tuple[str, ...]]:
    """
    Return the video stream that a viewer shows, and what there is besides that is not looked at.

    A cover picture (attached to a song) counts only where there is no video: a viewer shows it while the song plays.

    Raises:
        NoVideoError: There is no video stream.
        NotMediaError: None whose codec is in kinds.DECODERS.
    """
    every = list(container.streams.video)
    videos = [s for s in every if not s.disposition & _ASIDE] or [
        s for s in every if s.disposition & Disposition.attached_pic
    ]
    if not videos:
        raise NoVideoError("no video stream, and no cover picture")
    best = max(videos, key=_shown_first)
    if not _can_decode(best):
        raise NotMediaError(f"a video whose codec is not read here ({_codec(best)}); convert it to H.264")
    others = len(videos) - 1
    missing: tuple[str, ...] = (f"{others} more video stream{'s' * (others > 1)} of the file",) if others else ()
    # WebM: a second stream inside the packets, which FFmpeg's own decoders leave out.
    if any(name.lower() == "alpha_mode" and value == "1" for name, value in best.metadata.items()):
        missing += ("the alpha of the video",)
    return best, missing


def _codec(stream: Any) -> str:
    context = stream.codec_context
    name = str(context.name) if context is not None else "unknown"
    return name if name.isascii() and name.isprintable() else "unknown"
