"""
Which kinds of media this installation reads, by trying to load what reads them.
"""

from __future__ import annotations

from pdqlite.errors import MediaError
from pdqlite.media.image_file import reader_of
from pdqlite.media.kinds import DECODERS, PICTURES


def abilities() -> dict[str, str]:
    """Return of each kind of picture, and of video: "" if it can be read, else what is missing and how it is got."""
    found = {}
    for kind in PICTURES:
        try:
            reader_of(kind)
            found[kind.name] = ""
        except MediaError as error:
            found[kind.name] = str(error)
    found["video"] = _video()
    return found


def _video() -> str:
    try:
        import av
    except ImportError:
        return "PyAV is not installed: pip install av"
    missing = sorted({"h264", "hevc", "vp8", "vp9", "mpeg4"} & DECODERS - set(av.codecs_available))
    return f"this build of FFmpeg has no {', '.join(missing)}: install av from PyPI" if missing else ""
