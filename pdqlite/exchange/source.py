"""
Text of strangers: decoded strictly, in lines of bounded length, or whole within a bound.
"""

from __future__ import annotations

import codecs
import io
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from pdqlite.errors import ArgumentError, HashFormatError, UnreadableError

MAX_LINE = 1 << 20  # bytes
MAX_WHOLE = 1 << 29  # bytes of a file that is read whole (JSON)
_PIECE = 1 << 16
HEAD = 1 << 16  # bytes that tell the format

Source = str | os.PathLike[str] | bytes | BinaryIO

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_PACKED = (
    (b"\x1f\x8b", "gzip", "gunzip"),
    (b"PK\x03\x04", "zip", "unzip"),
    (b"BZh", "bzip2", "bunzip2"),
    (b"\xfd7zXZ", "xz", "unxz"),
    (b"\x28\xb5\x2f\xfd", "zstd", "unzstd"),
    (b"7z\xbc\xaf", "7z", "7z x"),
    (b"Rar!\x1a\x07", "rar", "unrar x"),
    (b"\x04\x22\x4d\x18", "lz4", "unlz4"),
)
PACKED = frozenset(
    (".gz", ".tgz", ".zip", ".bz2", ".xz", ".zst", ".7z", ".rar", ".lz4", ".tar")
)  # names of files that hold others
SHEETS = frozenset((".xlsx", ".xls", ".ods", ".numbers", ".parquet", ".sqlite", ".db", ".mdb"))
_SHEETS = (b"\xd0\xcf\x11\xe0", b"PAR1", b"SQLite ")
_HEAD = 512  # bytes that tell what is packed


def _file(path: str | os.PathLike[str]) -> BinaryIO:
    try:
        if stat.S_ISREG(os.stat(path).st_mode):  # nothing else is opened: a pipe may wait for ever
            return open(path, "rb")
    except (OSError, ValueError) as error:  # a name with a zero byte is a ValueError
        raise UnreadableError(f"cannot be opened: {getattr(error, 'strerror', None) or 'no name of a file'}") from None
    raise UnreadableError("cannot be opened: it is not a regular file")


def opened(source: Source) -> BinaryIO:
    """Return a binary stream at its beginning, behind a UTF-8 byte order mark; UnreadableError, HashFormatError."""
    if isinstance(source, bytes):
        stream: BinaryIO = io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        stream = _file(source)
    elif not callable(getattr(source, "read", None)):
        raise ArgumentError(f"expected a path, bytes or a binary stream, not {type(source).__name__}")
    else:
        stream = source
    buffered = stream if isinstance(stream, io.BytesIO | io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    start = (buffered.peek(_HEAD) if isinstance(buffered, io.BufferedReader) else buffered.getvalue())[:_HEAD]
    for mark, name in _MARKS:
        if start.startswith(mark):
            raise HashFormatError(f"text in {name}: save it as UTF-8")
    if start.startswith(_SHEETS) or (
        start.startswith(b"PK\x03\x04") and (b"[Content_Types].xml" in start or b"mimetypeapplication/" in start)
    ):
        raise HashFormatError("a spreadsheet or a database, no text: save its table as CSV in UTF-8")
    if start[257:262] == b"ustar":
        raise HashFormatError("packed with tar: unpack it first, with `tar -xf FILE`")
    for mark, name, command in _PACKED:
        if start.startswith(mark):
            raise HashFormatError(f"packed with {name}: unpack it first, with `{command} FILE`")
    if b"\0" in start[:8]:
        raise HashFormatError("no text in UTF-8: it holds NULs, as text in UTF-16 and files of programs do")
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
    number, rest, ended = 0, b"", False
    while not ended:
        piece = stream.read(_PIECE)
        ended, block = not piece, rest + piece
        held = b"\r" if not ended and block.endswith(b"\r") else b""  # half of CRLF, perhaps
        *pieces, rest = block[: len(block) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest += held
        for raw in (*pieces, rest) if ended and rest else pieces:
            number += 1
            if len(raw) > MAX_LINE:
                break
            yield number, decoded(raw, f"line {number}")
        else:
            if len(rest) <= MAX_LINE:
                continue
            number += 1
        raise HashFormatError(f"line {number}: longer than {MAX_LINE} bytes")


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
