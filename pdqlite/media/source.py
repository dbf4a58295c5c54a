"""
Where media comes from, what may be read of it, and whether it is a picture or a video.
"""

from __future__ import annotations

import io
import os
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal, NoReturn

from PIL import Image, UnidentifiedImageError

from pdqlite.errors import DamagedMediaError, NotMediaError, PdqliteError, TooLargeError, UnreadableError

# How files of the usual containers begin: (offset, bytes).
_BEGINNINGS = (
    (4, b"ftyp"), (4, b"moov"), (0, b"\x1aE\xdf\xa3"), (8, b"AVI "), (0, b"FLV\x01"), (0, b"OggS"), (0, b"\x00\x00\x01\xba"),
    (0, b"\xff\xd8\xff"), (0, b"\x89PNG\r\n"), (0, b"GIF8"), (8, b"WEBP"),
)  # fmt: skip
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# What Pillow's readers raise on broken input, beside their own errors.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    MemoryError,
    LookupError,
    ArithmeticError,
    TypeError,
    struct.error,
    zlib.error,
)

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What is refused before it is decoded, and where decoding stops.

    Attributes:
        pixels: Of one picture or frame. 100 million: twice the largest phone camera in wide use.
        seconds: Of a video. A day.
    """

    pixels: int = 100_000_000
    seconds: float = 86_400.0

    def check(self, width: int, height: int) -> None:
        """Raise TooLargeError if a picture of this size is past the limit."""
        if width * height > self.pixels:
            raise TooLargeError(f"{width} x {height} pixels; at most {self.pixels} are decoded")


LIMITS = Limits()


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Give a readable, seekable stream; a path is opened and closed, a stream of the caller stays open."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield io.BytesIO(source)
    elif isinstance(source, (str, os.PathLike)):
        try:
            stream = open(source, "rb")  # noqa: SIM115 - closed below; its errors must not mix with the caller's
        except OSError as error:
            raise UnreadableError(f"cannot be opened: {error.strerror}") from None
        with stream:
            yield stream
    else:
        yield source


def beginning(stream: BinaryIO) -> bytes:
    """Return the first 16 bytes; the stream stands at its start."""
    stream.seek(0)
    found = stream.read(16)
    stream.seek(0)
    return found


def refuse(stream: BinaryIO) -> NoReturn:
    """Raise what fits a source that no decoder opens: DamagedMediaError if it begins as media does."""
    start = beginning(stream)
    if not start:
        raise NotMediaError("zero bytes")
    if any(start[at:].startswith(mark) for at, mark in _BEGINNINGS):
        raise DamagedMediaError(
            "begins as a picture or video does, but cannot be opened: cut, damaged, or of an unknown kind"
        )
    raise NotMediaError("not a picture or video that can be decoded")


def refuse_heif(stream: BinaryIO) -> None:
    """
    Raise NotMediaError for a HEIF picture: FFmpeg would give its tiles one by one as if each were
    the picture. Pillow reads them where its pillow-heif plugin is registered.
    """
    start = beginning(stream)
    if start[4:8] == b"ftyp" and start[8:12] in _HEIF:
        raise NotMediaError("a HEIF picture, which needs the pillow-heif plugin of Pillow")


@contextmanager
def image_of(source: Source, limits: Limits) -> Iterator[Image.Image]:
    """Open a picture without decoding it; every failure becomes a MediaError."""
    with opened(source) as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow warns of is checked here or raised below
        try:
            image = Image.open(stream)
        except Image.DecompressionBombError:
            raise TooLargeError(f"at most {limits.pixels} pixels are decoded") from None
        except UnidentifiedImageError:
            refuse(stream)
        except BROKEN as error:
            raise DamagedMediaError(f"a damaged picture: {error}") from None
        with image:
            limits.check(*image.size)
            try:
                yield image
            except PdqliteError:
                raise
            except BROKEN as error:
                raise DamagedMediaError(f"a cut or damaged picture: {error}") from None


def kind_of(source: Source, limits: Limits = LIMITS) -> Literal["picture", "video"]:
    """
    Say whether a source should be read as a picture or as a video. Animated pictures are videos.

    Raises:
        UnreadableError: It cannot be opened.
        TooLargeError: A picture past the limit.

    What Pillow cannot open at all counts as a video, so that open_video has the last word on it.
    """
    try:
        with image_of(source, limits) as image:
            animated = getattr(image, "is_animated", False) and image.format != "MPO"
            return "video" if animated else "picture"
    except (NotMediaError, DamagedMediaError):
        return "video"
    finally:
        if hasattr(source, "seek"):
            source.seek(0)
