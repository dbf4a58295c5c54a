"""
CSV (RFC 4180) by the names of its columns: our own, `tx dataset --csv`, and tables that other people keep.

A header is a first row in which no cell is a hash and a column has a name that is known. Without a header, one column of 64 hex
digits is a PDQ hash, and a whole number right behind it its quality; one text may stand beside them. Anything else without a header is an
error, since it could be anything.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from pdqlite.errors import HashFormatError
from pdqlite.exchange.frames import frames
from pdqlite.exchange.record import Items, Record, Refusal, quality_of, signal_name, value_of
from pdqlite.exchange.source import MAX_LINE, lines

_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-fA-F]{31,128}", re.ASCII)
_NUMBER = re.compile(r"[-+]?\d[\d.,eE%+-]*", re.ASCII)  # and what looks like one
_NAME = 64  # characters of a column's name that are told
_DELIMITERS = ",;\t|"

# Names of columns, compared in lower case without spaces, `-` and `_`.
_VALUES = (
    "hash",
    "signal",
    "signalstr",
    "signalvalue",
    "hashvalue",
    "hashdigest",
    "digest",
    "indicator",
    "value",
    "fingerprint",
)
_TYPED = ("pdq", "md5", "sha1", "sha256", "sha512", "vpdq")
_TYPES = ("signaltype", "hashtype", "type", "algorithm", "algo", "hashalgorithm", "hashalgo", "hashkind", "digesttype", "fingerprinttype", "indicatortype")  # fmt: skip
_SAID = {
    "quality": ("quality", "pdqquality", "hashquality"),
    "category": ("category", "classification", "label"),
    "id": ("id", "entryid", "recordid", "case", "caseid", "casenumber", "reference", "uuid", "guid"),
    "source": ("source", "member", "organisation", "organization", "submitter"),
    "frame": ("frame", "framenumber", "frameindex"),
    "time": ("seconds", "timestampinvideo", "frametime", "time", "timestamp"),
    "group": ("file", "filename", "video", "videoid", "path", "name"),
    "deleted": ("deleted", "shoulddelete", "withdrawn", "removed"),
    "negative": ("negative", "harmless"),
}
_ONE_OF = ("group", "time")  # of several columns the first of these names is taken; of others, two are an error
_CLOCKS = (
    "time",
    "timestamp",
)  # the second of a frame beside a `frame`; else when something was done, which is not read
_OTHERS = frozenset(
    {
        "vpdq",
        "md5",
        "sha1",
        "sha-1",
        "sha256",
        "sha-256",
        "sha512",
        "sha-512",
        "photodna",
        "tmk",
        "video_md5",
        "sha_1",
        "sha_256",
        "sha_512",
    }
)
_TX = ("signaltype", "signalstr", "collab", "category", "tags")  # `tx dataset --csv`: its category is an opinion
_OPINIONS = ("POSITIVE_CLASS", "INVESTIGATION_SEED", "NEGATIVE_CLASS", "")
_TRUE, _FALSE = ("true", "1", "yes", "y", "t"), ("false", "0", "no", "n", "f", "")


@dataclass(frozen=True, slots=True)
class Columns:
    """
    Where each thing stands in a row.

    Attributes:
        values: (column, signal) of each hash; "" for the signal that `type` names.
        type: Column of the signal's name.
        said: Columns by what they say of the record.
        count: Fields that each row must have; None without a header.
        names: Of the columns, as the header has them, else by number.
        unread: Columns of which nothing is read.
        opinion: Column of tx's opinion.
        assumed: No name says that the hash is PDQ; a quality beside it does.
    """

    values: tuple[tuple[int, str], ...]
    type: int | None
    said: Mapping[str, int]
    count: int | None
    names: tuple[str, ...]
    unread: tuple[int, ...] = ()
    opinion: int | None = None
    assumed: bool = False


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "").replace("-", "").replace("_", "")


def is_column(name: str) -> bool:
    """Return True for the name of a column of hashes."""
    return _plain(name) in _VALUES or signal_name(_plain(name)) in _TYPED


def delimiter(line: str) -> str:
    """Return what parts the fields of a line: the delimiter that it holds most of outside quotes; a comma where it holds none."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_DELIMITERS, key=lambda d: (bare.count(d), d == ","))


def named(row: Sequence[str]) -> Columns | None:
    """Return the columns that a header names; None if the row is no header. HashFormatError where two columns could be the hash."""
    if any(_DIGEST.fullmatch(cell.strip()) for cell in row):
        return None
    names = [_plain(cell) for cell in row]
    typed = [(i, signal_name(name)) for i, name in enumerate(names) if signal_name(name) in _TYPED]
    generic = [i for i, name in enumerate(names) if name in _VALUES]
    kinds = [i for i, name in enumerate(names) if name in _TYPES]
    if not typed and not generic:
        return None
    if len(generic) > 1 or len(kinds) > 1 or (generic and any(signal in ("pdq", "vpdq") for _, signal in typed)):
        raise HashFormatError(
            f"line 1: more than one column could be the hash: {', '.join(_shown(row[i]) for i in [*generic, *(i for i, _ in typed)])}"
        )
    if len({signal for _, signal in typed}) < len(typed):
        raise HashFormatError("line 1: two columns of one name")
    if tuple(names) == _TX:
        return Columns(((1, ""),), 0, {"source": 2, "category": 4}, 5, tuple(row), opinion=3)
    said = _what_is_said(row, names, generic)
    values = (*typed, *((i, "pdq" if not kinds else "") for i in generic))
    read = {*said.values(), *(i for i, _ in values), *(kinds if generic else ())}
    return Columns(
        values,
        kinds[0] if kinds and generic else None,
        said,
        len(row),
        tuple(row),
        tuple(i for i in range(len(row)) if i not in read),
        assumed=bool(generic) and not kinds,
    )


def _what_is_said(row: Sequence[str], names: Sequence[str], generic: Sequence[int]) -> dict[str, int]:
    """Return the columns of a header by what they say of a record. HashFormatError where two could say one thing."""
    found: dict[str, int] = {}
    for what, known in _SAID.items():
        places = [i for i, name in enumerate(names) if name in known and i not in generic]
        if what == "time" and "frame" not in found:
            places = [i for i in places if names[i] not in _CLOCKS]
        if len(places) > 1 and (what not in _ONE_OF or len({names[i] for i in places}) < len(places)):
            raise HashFormatError(
                f"line 1: more than one column could be the {what}: {', '.join(_shown(row[i]) for i in places)}"
            )
        if places:
            found[what] = min(places, key=lambda i: known.index(names[i]))
    return found


def _shown(name: str) -> str:
    return repr(name.strip()[:24])


def unnamed(row: Sequence[str]) -> Columns | None:
    """Return the columns of a table without a header, from its first row; None if it has no hash. HashFormatError where two could be the hash."""
    places = [i for i, cell in enumerate(row) if _HEX.fullmatch(cell.strip())]
    if len(places) > 1:
        raise HashFormatError(
            f"line 1: {len(places)} columns of 64 hex digits and no header that says which is PDQ: name the columns, as pdq,sha256,quality"
        )
    if not places:
        return None
    at = places[0]
    behind = row[at + 1].strip() if at + 1 < len(row) else "-"
    said = {"quality": at + 1} if not behind or _NUMBER.fullmatch(behind) else {}
    others = tuple(i for i in range(len(row)) if i not in (at, *said.values()))
    if len(others) > 1 or any(_NUMBER.fullmatch(row[i].strip()) for i in others):
        raise HashFormatError(
            f"line 1: {len(row)} columns and no header that says what they are: name them, as id,pdq,quality"
        )
    return Columns(
        ((at, "pdq"),), None, said, None, tuple(f"column {i + 1}" for i in range(len(row))), others, assumed=True
    )


def _rows(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells); a quoted field may hold line ends."""
    at = 0

    def source() -> Iterator[str]:
        nonlocal at
        for number, line in lines(stream):
            at = number
            yield line + "\n"

    first = source()
    begin = next((line for line in first if line.strip() and not line.lstrip().startswith("#")), "")
    if not begin:
        return
    start = at

    def rest() -> Iterator[str]:
        yield begin
        yield from first

    csv.field_size_limit(MAX_LINE)
    reader = csv.reader(rest(), delimiter=delimiter(begin), strict=True)
    last = start
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise HashFormatError(f"line {at}: no CSV: {error}") from None
        number, last = last, at + 1
        if row and not (len(row) == 1 and (not row[0].strip() or row[0].lstrip().startswith("#"))):
            yield number, row  # of several cells: an id may begin with #


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
        yield from _row(f"line {number}", row, columns)


def unread_columns(stream: BinaryIO) -> list[str]:
    """Return the names of those columns of a table, by its first row, of which nothing is read; HashFormatError as read_csv."""
    for _, row in _rows(stream):
        columns = named(row) or unnamed(row)
        return [columns.names[i].strip()[:_NAME] for i in columns.unread] if columns else []
    return []


def _check(row: Sequence[str], columns: Columns) -> None:
    """Refuse a row of a table without header, or of one hash, whose other cells say that it is something else."""
    numbers = (i for i in columns.unread if i < len(row) and _NUMBER.fullmatch(row[i].strip()))
    if columns.count is None and (len(row) > len(columns.names) or any(True for _ in numbers)):
        raise HashFormatError("not the columns of line 1: without a header nobody knows what this is")
    if len(columns.values) == 1 and columns.values[0][1] == "pdq":
        for i in columns.unread:
            if i < len(row) and row[i].strip().lower() in _OTHERS:
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
    if opinion not in _OPINIONS:
        raise HashFormatError(f"an opinion that is none of {', '.join(_OPINIONS[:-1])}")
    return {
        "quality": quality_of(quality) if quality else None,
        "frame": int(frame) if frame else None,
        "time": float(time) if time else None,
        "group": cell("group") or cell("id") or None,
        "id": cell("id") or None,
        "category": cell("category") or ("investigation-seed" if opinion == _OPINIONS[1] else None),
        "source": cell("source") or None,
        "deleted": _flag(cell("deleted"), "deleted"),
        "negative": _flag(cell("negative"), "negative") or opinion == _OPINIONS[2],
    }


def _flag(text: str, what: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise HashFormatError(f"{what} is true or false")
