"""
Where media comes from, what may be read of it, and whether it is a picture or a video.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal

from PIL import Image, UnidentifiedImageError

from pdqlite.errors import DamagedMediaError, NotMediaError, TooLargeError, UnreadableError

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


@contextmanager
def image_of(source: Source, limits: Limits) -> Iterator[Image.Image]:
    """Open a picture without decoding it; every failure becomes a MediaError."""
    with opened(source) as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            image = Image.open(stream)
        except Image.DecompressionBombError:
            raise TooLargeError(f"at most {limits.pixels} pixels are decoded") from None
        except UnidentifiedImageError:
            empty = stream.seek(0, os.SEEK_END) == 0
            raise NotMediaError("zero bytes" if empty else "not a picture that can be decoded") from None
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise DamagedMediaError(f"a damaged picture: {error}") from None
        with image:
            limits.check(*image.size)
            try:
                yield image
            except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
                if isinstance(error, (TooLargeError, DamagedMediaError, UnreadableError)):
                    raise
                raise DamagedMediaError(f"a cut or damaged picture: {error}") from None


def kind_of(source: Source, limits: Limits = LIMITS) -> Literal["picture", "video"]:
    """
    Say whether a source should be read as a picture or as a video. Animated pictures are videos.

    Raises:
        UnreadableError: It cannot be opened.
        TooLargeError: A picture past the limit.
    """
    try:
        with image_of(source, limits) as image:
            animated = getattr(image, "is_animated", False) and image.format != "MPO"
            return "video" if animated else "picture"
    except NotMediaError:
        return "video"
    finally:
        if hasattr(source, "seek"):
            source.seek(0)
