"""
The private map of a release: from an entry's number to the record that it came from. It stays with the publisher.

CSV: `entry,hash,seconds,file,place,id,category,source,form,marks,digest`, in the order of entries; an entry that several rows gave has several lines. `form` is the format
of the file, `acceptance` for a report; `marks` are the organisations that the row is marked with, a space between; `digest` is what the row of a list of files was made of.
"""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pdqlite import exact
from pdqlite.errors import ArgumentError, HashFormatError, UnreadableError
from pdqlite.exchange.write import csv_line
from pdqlite.lists.format.files import sync_directory

_MAX_CELL = 1 << 29  # characters: an id of JSON may be that long
HEADER = ("entry", "hash", "seconds", "file", "place", "id", "category", "source", "form", "marks", "digest")


@dataclass(frozen=True, slots=True)
class Origin:
    """
    Where one entry came from; id, category and source are the exchange's own words, empty where it says nothing.

    `form`: format of the file. `marks`: names of the organisations that vouched with this row. `digest`: of a list of files, as
    `sha256:<hex>`; empty where nobody knows it.
    """

    entry: int
    bits: bytes
    time_ms: int | None
    file: str
    place: str
    id: str = ""
    category: str = ""
    source: str = ""
    form: str = ""
    marks: tuple[str, ...] = ()
    digest: str = ""

    def told(self) -> tuple[str, bytes]:
        """Return the algorithm and the bytes of `digest`; HashFormatError if `bits` are not made of it."""
        algorithm, _, digits = self.digest.partition(":")
        if not algorithm:
            return "", b""
        try:
            digest = bytes.fromhex(digits)
            if exact.row(algorithm, digest) == self.bits:
                return algorithm, digest
        except (ValueError, ArgumentError):
            pass
        raise HashFormatError(f"the line of entry {self.entry}: another digest than its row is made of")


def write_map(path: str | os.PathLike[str], origins: Iterable[Origin]) -> int:
    """Write a map that only its owner may read; it takes the place of an old one in one step. Returns the number of lines."""
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        with open(os.open(temporary, flags, 0o600), "w", encoding="utf-8", newline="") as stream:
            count = _write(stream, origins)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(target), None
        raise
    sync_directory(target.parent)
    return count


def _write(stream: TextIO, origins: Iterable[Origin]) -> int:
    stream.write(csv_line(HEADER))
    count = 0
    for o in origins:
        seconds = "" if o.time_ms is None else f"{o.time_ms / 1000:.3f}"
        said = (o.file, o.place, o.id, o.category, o.source, o.form, " ".join(o.marks), o.digest)
        stream.write(csv_line((o.entry, o.bits.hex(), seconds, *said)))
        count += 1
    return count


def read_map(path: str | os.PathLike[str]) -> Iterator[Origin]:
    """
    Yield what write_map wrote.

    Raises:
        HashFormatError: It is no map; it names the line.
        UnreadableError: It cannot be opened.
    """
    try:
        stream = open(path, encoding="utf-8", newline="")  # noqa: SIM115  closed below
    except OSError as error:
        raise UnreadableError(f"the map cannot be opened: {error.strerror}") from None
    with stream:
        try:
            csv.field_size_limit(_MAX_CELL)
            rows = csv.reader(stream, strict=True)
            if tuple(next(rows, ())) != HEADER:
                raise HashFormatError(f"line 1: a map begins with {','.join(HEADER)}")
            for row in rows:
                entry, bits, seconds, file, place, record_id, category, source, form, marks, digest = row
                time = round(1000 * float(seconds)) if seconds else None
                said = (file, place, record_id, category, source, form)
                yield Origin(int(entry), bytes.fromhex(bits), time, *said, tuple(marks.split()), digest)
        except (ValueError, TypeError, csv.Error):
            raise HashFormatError(f"line {rows.line_num}: not a line of a map") from None
