"""
One reader a format, found by content or by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from pdqlite.errors import ArgumentError, HashFormatError
from pdqlite.exchange.jsonfile import READERS, read_json
from pdqlite.exchange.lines import SHAPES, blank, read_fields, read_hex, read_tx, read_vpdq
from pdqlite.exchange.ncmec import read_ncmec
from pdqlite.exchange.record import Items, signal_name
from pdqlite.exchange.source import Source, head, opened
from pdqlite.exchange.table import is_column, read_csv, unread_columns

# Name -> reader. The order is the one of the documentation.
FORMATS: dict[str, Callable[[BinaryIO], Items]] = {
    "hex": read_hex,
    "csv": read_csv,
    "vpdq": read_vpdq,
    "vpdq-json": partial(read_json, only="vpdq-json"),
    "tx": read_tx,
    "fields": read_fields,
    "ncmec": read_ncmec,
    **{name: partial(read_json, only=name) for name in READERS},
}

_VPDQ, _HEX, _TX, _FIELD = SHAPES
_DELIMITED = re.compile(r"[,;\t|]")
_SIGNAL = 16  # characters that a signal has at least, and no name of a column
_ALMOST_HEX = re.compile(r"[0-9a-fA-F]{16,}", re.ASCII)


def detect(start: bytes) -> str:
    """
    Return the name of the format that text begins in.

    Raises:
        HashFormatError: None of FORMATS.
    """
    text = start.decode("utf-8", "replace")
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


def _typed(line: str) -> bool:
    """Return True for `pdq <hex>` and its like: a signal type that is known, white space, a signal."""
    found = _TX.fullmatch(line)
    if found is None or (
        len(found[2]) < _SIGNAL and not found[2].startswith("[")
    ):  # a header with tabs: `pdq`, `quality`
        return False
    return signal_name(found[1]) in ("pdq", "vpdq", "md5", "sha1", "sha256", "sha512", "tmk", "photodna")


def read(source: Source, only: str | None = None) -> Items:
    """
    Yield the records and refusals of a file of hashes, in its order.

    Args:
        source: A path, bytes, or a binary stream at its beginning.
        only: A name of FORMATS; None finds the format by content.

    Raises:
        HashFormatError: The file as a whole is not what its format says, or it could be two things. It names a line, never what stands there.
        UnreadableError: It cannot be opened.
        ArgumentError: No such format.
    """
    if only is not None and only not in FORMATS:
        raise ArgumentError(f"no format {only!r}: expected one of {', '.join(FORMATS)}")
    stream = opened(source)
    try:
        name = only or detect(head(stream))
        yield from (read_json if name == "json" else FORMATS[name])(stream)
    finally:
        if not isinstance(source, bytes) and not hasattr(source, "read"):
            stream.close()


def unread(source: str | os.PathLike[str] | bytes, only: str | None = None) -> list[str]:
    """Return the names of the columns of a table of which `read` reads nothing, for whoever must know; of other formats none. Raises as `read`."""
    with opened(source) as stream:
        return unread_columns(stream) if (only or detect(head(stream))) == "csv" else []
