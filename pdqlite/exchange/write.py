"""
Our entries as other exchanges read them, so that nobody is locked in. What a format has no place for is an error: a harmless hash must never
go out as one to be looked for.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from pdqlite.errors import ArgumentError
from pdqlite.exchange.ncmec import NAMESPACE, NOBODY
from pdqlite.exchange.record import Record

CSV_HEADER = ("signal_type", "hash", "quality", "frame", "seconds", "video", "id", "category", "source", "deleted", "negative")  # fmt: skip
_TX = {"pdq": "pdq", "vpdq": "vpdq", "md5": "video_md5", "sha256": "video_sha256"}
_STOPNCII = {"pdq": "ImagePDQ", "md5": "VideoMD5"}
_NCMEC = {"pdq": "pdq", "md5": "md5", "sha1": "sha1"}
_NO_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _no_place(record: Record, form: str, what: str) -> ArgumentError:
    return ArgumentError(f"{record.place}: {form} has no place for {what}")


def csv_line(cells: Iterable[object]) -> str:
    """Return one row of CSV. A cell with either line end is quoted: the writer of some Pythons quotes only the end that it writes itself."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()[:-2] + "\n"


def _csv(records: Iterable[Record]) -> Iterator[str]:
    """Every signal, every field: what `read` gives back as it was."""
    yield csv_line(CSV_HEADER)
    for r in records:
        yield csv_line((
            r.signal, r.value.hex(), "" if r.quality is None else r.quality, "" if r.frame is None else r.frame,
            "" if r.time is None else f"{r.time:.3f}", (r.group or "") if r.signal == "vpdq" else "", r.id or "", r.category or "", r.source or "", str(r.deleted).lower(), str(r.negative).lower(),
        ))  # fmt: skip


def _tx(records: Iterable[Record]) -> Iterator[str]:
    """`tx dataset --csv`: one row a signal; a video's frames are one signal."""
    yield csv_line(("signal_type", "signal_str", "collab", "category", "tags"))
    for signal, r in _signals(records):
        yield csv_line(
            (
                _TX[r.signal],
                signal,
                r.source or "",
                "NEGATIVE_CLASS" if r.negative else "POSITIVE_CLASS",
                r.category or "",
            )
        )


def _signals(records: Iterable[Record]) -> Iterator[tuple[str, Record]]:
    """Yield (signal as text, its record), the frames of one video together."""

    def key(r: Record) -> tuple[object, ...]:
        return r.signal, *((r.group, r.negative, r.source, r.category) if r.signal == "vpdq" else (object(),))

    for (signal, *_), run in groupby(records, key=key):
        items = list(run)
        for r in items:
            if r.signal not in _TX:
                raise _no_place(r, "tx", r.signal)
            if r.deleted:
                raise _no_place(r, "tx", "what is withdrawn")
        if signal == "vpdq":
            yield (
                json.dumps(
                    [f"{r.value.hex()},{r.quality if r.quality is not None else 100},{r.time or 0:.3f}" for r in items]
                ),
                items[0],
            )
        else:
            yield items[0].value.hex(), items[0]


def _stopncii(records: Iterable[Record]) -> Iterator[str]:
    """StopNCII's and HMA's FetchHashes shape: pictures as PDQ, videos as MD5."""
    yield '{"hashRecords": ['
    count = 0
    for r in records:
        if r.signal not in _STOPNCII:
            raise _no_place(r, "StopNCII", r.signal)
        if r.negative or not r.value:
            raise _no_place(r, "StopNCII", "what is harmless" if r.negative else "a withdrawal without a hash")
        status = "Withdrawn" if r.deleted else "Active"
        item = {"lastModtimestamp": 0, "signalType": _STOPNCII[r.signal], "hashValue": r.value.hex(), "hashStatus": status,
                "caseNumbers": {case: status for case in (r.id or "").split()}, "CSPFeedbacks": []}  # fmt: skip
        yield (",\n" if count else "\n") + json.dumps(item)
        count += 1
    yield f'\n], "count": {count}, "nextPageToken": null, "nextSetTimestamp": 0, "hasMoreRecords": false}}\n'


def _ncmec(records: Iterable[Record]) -> Iterator[str]:
    """A `queryResult` of NCMEC's hash sharing v2, one entry a record id."""
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<queryResult xmlns="{NAMESPACE}">\n<images maxTimestamp="1970-01-01T00:00:00Z">\n'
    members: dict[str | None, int] = {None: NOBODY}

    def key(r: Record) -> tuple[object, ...]:
        return r.id if r.id is not None else object(), r.source, r.category, r.deleted

    for number, (_, run) in enumerate(groupby(records, key=key), 1):
        items = list(run)
        first = items[0]
        if any(_NO_XML.search(text or "") for text in (first.id, first.source, first.category)):
            raise _no_place(first, "XML", "a character of its id, category or source")
        if first.deleted and first.id is None:
            raise _no_place(first, "NCMEC's hash sharing", "a withdrawal without an id")
        name = "deletedImage" if first.deleted else "image"
        number_of = members.setdefault(first.source or None, len(members))
        member = f'<member id="{number_of}">{escape(first.source or "")}</member>'
        kind = f"<classification>{escape(first.category)}</classification>" if first.category else ""
        prints = ""
        for r in items:
            if r.signal not in _NCMEC:
                raise _no_place(r, "NCMEC's hash sharing", r.signal)
            if r.negative:
                raise _no_place(r, "NCMEC's hash sharing", "what is harmless")
            prints += f"<{_NCMEC[r.signal]}>{r.value.hex()}</{_NCMEC[r.signal]}>"
        body = "" if first.deleted else f"{kind}<fingerprints>{prints}</fingerprints>"
        yield f"<{name}>{member}<id>{escape(first.id or f'entry-{number}')}</id>{body}</{name}>\n"
    yield "</images>\n</queryResult>\n"


WRITERS: dict[str, Callable[[Iterable[Record]], Iterator[str]]] = {
    "csv": _csv,
    "tx": _tx,
    "stopncii": _stopncii,
    "ncmec": _ncmec,
}


def write(records: Iterable[Record], form: str) -> Iterator[str]:
    """
    Yield the text of records in one of WRITERS' formats, piece by piece.

    Raises:
        ArgumentError: No such format, or it has no place for a signal, for what is harmless, or for what is withdrawn.
    """
    if not isinstance(form, str) or form not in WRITERS:
        raise ArgumentError(f"no format {form!r}: expected one of {', '.join(WRITERS)}")
    return WRITERS[form](records)
