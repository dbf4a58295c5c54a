"""
One reader a format, found by content or by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import BinaryIO

from pdqlite.errors import ArgumentError, HashFormatError, expect
from pdqlite.exchange.header import is_column
from pdqlite.exchange.jsonfile import READERS, read_json
from pdqlite.exchange.lines import SHAPES, blank, read_fields, read_hex, read_tx, read_vpdq
from pdqlite.exchange.ncmec import read_ncmec
from pdqlite.exchange.pages import Page, missing
from pdqlite.exchange.record import Items, signal_name
from pdqlite.exchange.source import Source, head, opened
from pdqlite.exchange.table import read_csv, unread_columns

Reader = Callable[[BinaryIO, Page, int | None], Items]


def _plain(reader: Callable[[BinaryIO], Items]) -> Reader:
    """A reader of a format that knows neither pages nor times."""
    return lambda stream, page, at: reader(stream)


def _json(name: str | None) -> Reader:
    return lambda stream, page, at: read_json(stream, name, page, at)


# Name -> reader. The order is the one of the documentation.
FORMATS: dict[str, Reader] = {
    "hex": _plain(read_hex),
    "csv": _plain(read_csv),
    "vpdq": _plain(read_vpdq),
    "vpdq-json": _json("vpdq-json"),
    "tx": _plain(read_tx),
    "fields": _plain(read_fields),
    "ncmec": lambda stream, page, at: read_ncmec(stream, page),
    **{name: _json(name) for name in READERS},
}

_VPDQ, _HEX, _TX, _FIELD = SHAPES
_DELIMITED = re.compile(r"[,;\t|]")
_BEFORE_IT = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_WEB = re.compile(r"<(!doctype\s+html|(html|head|body|title|meta|link|script|style|div|p|h[1-6]|center|table|form|pre)\b)", re.IGNORECASE)  # fmt: skip
_SIGNAL = 16  # characters that a signal has at least, and no name of a column
_ALMOST_HEX = re.compile(r"[0-9a-fA-F]{16,}", re.ASCII)


def detect(start: bytes) -> str:
    """
    Return the name of the format that text begins in.

    Raises:
        HashFormatError: None of FORMATS.
    """
    expect("the beginning of a text", start, bytes)
    text = start.decode("utf-8", "replace")
    _no_web_page(text)
    if text.lstrip().startswith("<"):
        return "ncmec"
    if text.lstrip()[:1] in ("[", "{") and text.lstrip():
        return "json"
    rows = [line for line in re.split(r"\r\n|\n|\r", text) if not blank(line)]
    if not rows:
        raise HashFormatError("nothing but blank lines and comments: no hash")
    line = rows[0].strip()
    if _VPDQ.fullmatch(line):
        return "vpdq"
    if _ALMOST_HEX.fullmatch(line):
        return "hex"
    if re.match(r"(hash|pdq|pdqhash|sha256|md5)=", line, re.ASCII | re.IGNORECASE):
        return "fields"
    if _DELIMITED.search(line) and not _typed(line):
        return "csv"
    if _typed(line):
        return "tx"
    if is_column(line.strip('"')):
        return "csv"
    raise HashFormatError(
        "line 1: no hash, and no header that names one (expected 64 hex digits, CSV with a header, vPDQ lines, JSON or XML)"
    )


def _no_web_page(text: str) -> None:
    """Raise HashFormatError for what begins as a page for a browser does, be it behind comments or an XML declaration."""
    at = 0
    while found := _BEFORE_IT.match(text, at):
        at = found.end()
    if _WEB.match(text, at):
        raise HashFormatError(
            "a web page (HTML), no file of hashes: a login or an error was saved in its place; ask the exchange again, signed in"
        )


def _typed(line: str) -> bool:
    """Return True for `pdq <hex>` and its like: a signal type that is known, white space, a signal."""
    found = _TX.fullmatch(line)
    if found is None or (
        len(found[2]) < _SIGNAL and not found[2].startswith("[")
    ):  # a header with tabs: `pdq`, `quality`
        return False
    return signal_name(found[1]) in ("pdq", "vpdq", "md5", "sha1", "sha256", "sha512", "tmk", "photodna")


def read(source: Source, only: str | None = None, *, at: int | None = None, page: Page | None = None) -> Items:
    """
    Yield the records and refusals of a file of hashes, in its order.

    Args:
        source: A path, bytes, or a binary stream at its beginning.
        only: A name of FORMATS; None finds the format by content.
        at: When the list is issued, POSIX seconds: what an exchange has switched off until a time is judged by it. None: such a row is refused.
        page: Is told what the file says of itself. Without it, a page of which others are missing, by what it says, is an error, behind its last row.

    Raises:
        HashFormatError: The file as a whole is not what its format says, it could be two things, or other pages are missing. It names a line, never what stands there.
        UnreadableError: It cannot be opened.
        ArgumentError: No such format.
    """
    if only is not None and only not in FORMATS:
        raise ArgumentError(f"no format {only!r}: expected one of {', '.join(FORMATS)}")
    stream = opened(source)
    try:
        told = Page() if page is None else page
        if only is not None:
            _no_web_page(head(stream).decode("utf-8", "replace"))
        told.form, told.more = only or detect(head(stream)), False
        yield from (_json(None) if told.form == "json" else FORMATS[told.form])(stream, told, at)
        if page is None and (lacks := missing([told])):
            raise HashFormatError(f"one page of several: {lacks[0]}")
    finally:
        if not isinstance(source, bytes) and not hasattr(source, "read"):
            stream.close()


def unread(source: str | os.PathLike[str] | bytes, only: str | None = None) -> list[str]:
    """Return the names of the columns of a table of which `read` reads nothing, for whoever must know; of other formats none. Raises as `read`."""
    with opened(source) as stream:
        return unread_columns(stream) if (only or detect(head(stream))) == "csv" else []
