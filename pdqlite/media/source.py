"""
Where media comes from, and what may be read of it: paths, bytes and streams to one open, seekable stream.
"""

from __future__ import annotations

import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from pdqlite.errors import ArgumentError, TooLargeError, UnreadableError, expect

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO

_IN_MEMORY = 1 << 24  # bytes of a stream that cannot seek, before it goes to a file
_BLOCK = 1 << 20
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What is refused before it is decoded, and where decoding stops.

    Attributes:
        pixels: Of one picture or frame: 2^28, what the hash itself takes, and more than any phone camera has.
        seconds: Of a video. A day.
        memory: Bytes that one decoded picture may take, 4 a pixel. JPEG that would take more than half of it is decoded
            at a half, fourth or eighth of each side. 1 GiB: pictures of 200 megapixels pass.
        size: Bytes that are read of a stream that cannot seek. 4 GiB.
    """

    pixels: int = 1 << 28
    seconds: float = 86_400.0
    memory: int = 1 << 30
    size: int = 1 << 32

    def check(self, width: int, height: int, bytes_a_pixel: int = 0) -> None:
        """Raise TooLargeError if a picture of this size is past the limit."""
        if width * height > self.pixels:
            raise TooLargeError(f"{width} x {height} pixels; at most {self.pixels} are decoded")
        if width * height * bytes_a_pixel > self.memory:
            raise TooLargeError(
                f"{width} x {height} pixels take {width * height * bytes_a_pixel} bytes; at most {self.memory} are used"
            )


LIMITS = Limits()


def _not_regular(mode: int) -> UnreadableError:
    what = next((name for test, name in _KINDS if test(mode)), "no regular file")
    advice = "; a pipe is read from standard input (-) or as a stream" if stat.S_ISFIFO(mode) else ""
    return UnreadableError(f"cannot be opened: it is {what}, not a file{advice}")


def _open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file; nothing else is opened, as opening a pipe or a device may wait for ever."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            raise _not_regular(mode)
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags)
    except UnreadableError:
        raise
    except (OSError, ValueError) as error:  # a name with a zero byte is a ValueError
        raise UnreadableError(f"cannot be opened: {getattr(error, 'strerror', None) or 'no name of a file'}") from None
    if not stat.S_ISREG(mode := os.fstat(handle).st_mode):  # exchanged meanwhile
        os.close(handle)
        raise _not_regular(mode)
    return os.fdopen(handle, "rb")


@contextmanager
def _spooled(stream: BinaryIO, limits: Limits) -> Iterator[BinaryIO]:
    """Give what a stream that cannot seek still has as one that can."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        while block := stream.read(_BLOCK):
            if copy.tell() + len(block) > limits.size:
                raise TooLargeError(f"a stream of more than {limits.size} bytes")
            copy.write(block)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def _seekable(stream: BinaryIO) -> bool:
    try:
        return bool(stream.seekable()) if hasattr(stream, "seekable") else hasattr(stream, "seek")
    except (OSError, ValueError):
        return False


@contextmanager
def opened(source: Source, limits: Limits = LIMITS) -> Iterator[BinaryIO]:
    """
    Give a readable, seekable stream; a path is opened and closed, a stream of the caller stays open.

    Raises:
        ArgumentError: Nothing that can be read: None, a list, a stream of text or one that was closed.
        UnreadableError: A path that is missing, forbidden, a directory, a pipe, a device.
        TooLargeError: A stream that cannot seek and does not end.
    """
    expect("limits", limits, Limits)
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield io.BytesIO(source)
    elif isinstance(source, (str, os.PathLike)):
        with _open_file(source) as stream:
            yield stream
    elif not hasattr(source, "read") or isinstance(source, io.TextIOBase):
        raise ArgumentError(
            f"a picture or video is a path, bytes or an open binary stream, not {type(source).__name__}"
        )
    elif getattr(source, "closed", False) is True:
        raise ArgumentError("the stream was closed: hash or match it while it is open")
    elif _seekable(source):
        yield source
    else:
        with _spooled(source, limits) as stream:
            yield stream


class Rest:
    """What a stream holds from some byte on, as a stream of its own."""

    def __init__(self, stream: BinaryIO, start: int) -> None:
        self._stream, self._start = stream, start
        self.seek(0)

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        return self._stream.read(size)

    def tell(self) -> int:
        """As of a file."""
        return self._stream.tell() - self._start

    def seek(self, offset: int, whence: int = 0) -> int:
        """As of a file."""
        return self._stream.seek(offset + (self._start if whence == 0 else 0), whence) - self._start
