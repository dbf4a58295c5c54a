"""
CSV (RFC 4180) by the names of its columns (header.py): our own, `tx dataset --csv`, and tables that other people keep.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from pdqlite.errors import HashFormatError
from pdqlite.exchange.frames import frames
from pdqlite.exchange.header import (
    DELIMITERS,
    DIGEST,
    HEX,
    NOTES,
    NUMBER,
    OPINIONS,
    OTHERS,
    Columns,
    delimiter,
    is_column,
    is_opinion,
    named,
    speaks_against,
    told,
    unnamed,
)
from pdqlite.exchange.record import Items, Record, Refusal, quality_of, signal_name, value_of
from pdqlite.exchange.source import MAX_LINE, lines

_HELD = re.compile(r"[0-9a-fA-F]{31}", re.ASCII)  # in what looks like a comment and may be a row
_NAME = 64  # characters of a column's name that are told
_TRUE, _FALSE = ("true", "1", "yes", "y", "t"), ("false", "0", "no", "n", "f", "")


def _rows(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells); a quoted field may hold line ends."""
    at = 0

    def source() -> Iterator[str]:
        nonlocal at
        for number, line in lines(stream):
            at = number
            yield line + "\n"

    first = source()
    begin = next((line for line in first if not _above(line, at)), "")
    if not begin:
        return
    start = at

    def rest() -> Iterator[str]:
        yield begin
        yield from first

    csv.field_size_limit(MAX_LINE)
    reader = csv.reader(rest(), delimiter=delimiter(begin), strict=True, skipinitialspace=True)
    last = start
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise HashFormatError(f"line {at}: no CSV: {error}") from None
        number, last = last, at + 1
        if row and (len(row) > 1 or row[0].strip()):
            yield number, row


def _above(line: str, number: int) -> bool:
    """Return True for a line above the table that says nothing. HashFormatError for a comment that may be the first row."""
    if line.strip() and not line.lstrip().startswith("#"):
        return False
    cells = [cell.strip(' "#\r\n') for cell in re.split(f"[{DELIMITERS}]", line)]
    if any(DIGEST.fullmatch(cell) for cell in cells[1:]):
        raise HashFormatError(f"line {number}: it begins with # and has a hash in a column: a comment, or a row")
    if len(cells) > 1 and any(is_column(cell) for cell in cells):
        raise HashFormatError(
            f"line {number}: it begins with # and names columns: a comment, or the header; take away the # or the line"
        )
    return True


def _comment(row: Sequence[str], width: int) -> bool:
    """Return True for a row that begins with # and says nothing: one cell, or another width than the table, and no hash in it. An id may begin with # too."""
    said = len(row) == 1 or len(row) != width
    return row[0].lstrip().startswith("#") and said and not any(_HELD.search(cell) for cell in row)


def read_csv(stream: BinaryIO) -> Items:
    """
    Yield the signals of a table; a row may hold several (`pdq` and `sha256`), which then share a group.

    Raises:
        HashFormatError: No column is a hash, or several could be; no CSV.
    """
    columns: Columns | None = None
    for number, row in _rows(stream):
        if columns is None:
            columns = named(row)
            if columns is not None:
                continue
            columns = unnamed(row)
            if columns is None:
                raise HashFormatError(
                    f"line {number}: no column that is a hash; a header names it pdq, hash or signal (with signal_type)"
                )
        if not _comment(row, len(columns.names)):
            yield from _row(f"line {number}", row, columns)


def unread_columns(stream: BinaryIO) -> list[str]:
    """Return the names of those columns of a table, by its first row, of which nothing is read; HashFormatError as read_csv."""
    for _, row in _rows(stream):
        columns = named(row) or unnamed(row)
        return [columns.names[i].strip()[:_NAME] or f"column {i + 1}" for i in columns.unread] if columns else []
    return []


def _check(row: Sequence[str], columns: Columns) -> None:
    """Refuse a row of a table without header, or of one hash, whose other cells say that it is something else."""
    numbers = (i for i in columns.unread if i < len(row) and NUMBER.fullmatch(row[i].strip()))
    if columns.count is None and (len(row) != len(columns.names) or any(True for _ in numbers)):
        raise HashFormatError("not the columns of line 1: without a header nobody knows what this is")
    if columns.assumed and any(HEX.fullmatch(row[i].strip()) for i in columns.unread if i < len(row)):
        raise HashFormatError("64 digits in another column too, and no name says which is PDQ: name the columns")
    for i in columns.unread:
        if i < len(row) and columns.names[i].strip().lower() not in NOTES and speaks_against(row[i]):
            name = "" if columns.count is None else told(columns.names[i])
            raise HashFormatError(
                f"column {i + 1}{name} says that it must go, or is harmless: call that column deleted or negative, with true and false, or note"
            )
    if len(columns.values) == 1 and columns.values[0][1] == "pdq":
        for i in columns.unread:
            if i < len(row) and row[i].strip().lower() in OTHERS:
                raise HashFormatError(
                    "a column without a known name says that this is no PDQ hash: call it signal_type"
                )


def _row(place: str, row: Sequence[str], columns: Columns) -> Items:
    if columns.count is not None and len(row) != columns.count:
        yield Refusal(place, f"{len(row)} fields where the header has {columns.count}")
        return
    try:
        if columns.unread or columns.count is None:
            _check(row, columns)
        said = _said(row, columns)
        group = said.pop("group")
        quality, frame, time = said.pop("quality"), said.pop("frame"), said.pop("time")
        found, withdrawn = 0, said["deleted"] and said["id"] is not None
        for at, signal in columns.values:
            text = row[at].strip() if at < len(row) else ""
            if not text and columns.count is not None and (len(columns.values) > 1 or withdrawn):
                continue
            found += 1
            kind = signal or signal_name(row[columns.type or 0])
            column = columns.names[at] if at < len(columns.names) else None
            if kind == "vpdq" and text.startswith("["):
                yield from frames(text, place, group or place, column=column, **said)
                continue
            of_frame = kind in ("pdq", "vpdq") and not (frame is None and time is None)
            if of_frame and (frame is None or time is None):
                raise HashFormatError("a frame of a video needs its number and its second, `frame` and `seconds`")
            if of_frame:
                yield Record(place, "vpdq", value_of("pdq", text), quality, frame, time, group, column=column, **said)
            else:
                yield Record(
                    place,
                    kind,
                    value_of(kind, text),
                    quality if kind == "pdq" else None,
                    group=group,
                    column=column,
                    assumed=columns.assumed and kind == "pdq" and quality is None,
                    **said,
                )
        if not found and withdrawn:
            yield Record(place, "pdq", b"", group=group, **said)  # by its id
        elif not found:
            raise HashFormatError("no hash in this row")
    except HashFormatError as error:
        yield Refusal(place, str(error))


def _said(row: Sequence[str], columns: Columns) -> dict[str, Any]:
    """Return what a row says besides its signals."""

    def cell(what: str) -> str:
        at = columns.said.get(what)
        return row[at].strip() if at is not None and at < len(row) else ""

    frame, time = cell("frame"), cell("time")
    if frame and not re.fullmatch(r"\d{1,9}", frame, re.ASCII):
        raise HashFormatError("a frame is a whole number")
    if time and not re.fullmatch(r"\d{1,9}(\.\d{1,12})?", time, re.ASCII):
        raise HashFormatError("seconds are a number below 10^9")
    quality, opinion = cell("quality"), row[columns.opinion].strip() if columns.opinion is not None else ""
    if opinion not in OPINIONS:
        raise HashFormatError(f"an opinion that is none of {', '.join(OPINIONS[:-1])}")
    if is_opinion(cell("category")):
        raise HashFormatError(
            "an opinion where a category should be: say what is harmless in a column `negative`; of tx, only its own header is read"
        )
    return {
        "quality": quality_of(quality) if quality else None,
        "frame": int(frame) if frame else None,
        "time": float(time) if time else None,
        "group": cell("group") or cell("id") or None,
        "id": cell("id") or None,
        "category": cell("category") or ("investigation-seed" if opinion == OPINIONS[1] else None),
        "source": cell("source") or None,
        "deleted": _flag(cell("deleted"), "deleted"),
        "negative": _flag(cell("negative"), "negative") or opinion == OPINIONS[2],
    }


def _flag(text: str, what: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise HashFormatError(f"{what} is true or false")
