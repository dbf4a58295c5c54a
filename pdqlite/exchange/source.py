"""
Text of strangers: decoded strictly, in lines of bounded length, or whole within a bound.
"""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pdqlite.errors import HashFormatError, UnreadableError

MAX_LINE = 1 << 20  # bytes
MAX_WHOLE = 1 << 29  # bytes of a file that is read whole (JSON)
HEAD = 1 << 16  # bytes that tell the format

Source = str | os.PathLike[str] | bytes | BinaryIO

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def opened(source: Source) -> BinaryIO:
    """Return a binary stream at its beginning, behind a UTF-8 byte order mark; UnreadableError, HashFormatError."""
    if isinstance(source, bytes):
        stream: BinaryIO = io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        try:
            if not Path(source).is_file():
                raise UnreadableError("cannot be opened: not a regular file")
            stream = open(source, "rb")  # noqa: SIM115  the caller closes it
        except OSError as error:
            raise UnreadableError(f"cannot be opened: {error.strerror}") from None
    else:
        stream = source
    buffered = stream if isinstance(stream, io.BytesIO | io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    start = buffered.peek(4)[:4] if isinstance(buffered, io.BufferedReader) else buffered.getvalue()[:4]
    for mark, name in _MARKS:
        if start.startswith(mark):
            raise HashFormatError(f"text in {name}: save it as UTF-8")
    if start.startswith(codecs.BOM_UTF8):
        buffered.read(3)
    return buffered


def head(stream: BinaryIO) -> bytes:
    """Return the first bytes of a stream and leave it where it was."""
    if isinstance(stream, io.BufferedReader) and not stream.seekable():
        return stream.peek(HEAD)[:HEAD]
    at = stream.tell()
    start = stream.read(HEAD)
    stream.seek(at)
    return start


def lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """
    Yield (number, line without its end) from a stream; LF, CRLF and CR end a line, mixed too.

    Raises:
        HashFormatError: A line is longer than MAX_LINE, is no UTF-8, or holds a NUL.
    """
    number = 0
    while raw := stream.readline(MAX_LINE + 2):
        if len(raw) > MAX_LINE + 1:
            raise HashFormatError(f"line {number + 1}: longer than {MAX_LINE} bytes")
        pieces = raw.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\r")
        for piece in pieces:
            number += 1
            yield number, decoded(piece, f"line {number}")


def decoded(raw: bytes, place: str) -> str:
    """Return UTF-8 text; HashFormatError names the place, never the text."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise HashFormatError(f"{place}: not UTF-8") from None
    if "\0" in text:
        raise HashFormatError(f"{place}: holds a NUL: not a text of hashes")
    return text


def whole(stream: BinaryIO) -> str:
    """Return all of a stream as text; HashFormatError above MAX_WHOLE bytes."""
    raw = stream.read(MAX_WHOLE + 1)
    if len(raw) > MAX_WHOLE:
        raise HashFormatError(f"longer than {MAX_WHOLE >> 20} MiB: split it")
    return decoded(raw, "the file")
