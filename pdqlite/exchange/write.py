"""
Our entries as other exchanges read them, so that nobody is locked in.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from pdqlite.errors import ArgumentError
from pdqlite.exchange.ncmec import NAMESPACE
from pdqlite.exchange.record import Record

CSV_HEADER = ("signal_type", "hash", "quality", "frame", "seconds", "id", "category", "source", "deleted", "negative")
_STOPNCII = {"pdq": "ImagePDQ", "md5": "VideoMD5", "tmk": "VideoTMK"}
_NCMEC = {"pdq": "pdq", "md5": "md5", "sha1": "sha1"}


def _csv(records: Iterable[Record]) -> Iterator[str]:
    """Every signal, every field: what `read` gives back as it was."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for r in records:
        writer.writerow((
            r.signal, r.value.hex(), "" if r.quality is None else r.quality, "" if r.frame is None else r.frame,
            "" if r.time is None else f"{r.time:.3f}", r.id or "", r.category or "", r.source or "", str(r.deleted).lower(), str(r.negative).lower(),
        ))  # fmt: skip
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _tx(records: Iterable[Record]) -> Iterator[str]:
    """`tx dataset --csv`: one row a signal; a video's frames are one signal."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("signal_type", "signal_str", "collab", "category", "tags"))
    for signal, r in _signals(records):
        kind = "video_md5" if r.signal == "md5" else r.signal
        writer.writerow(
            (kind, signal, r.source or "", "NEGATIVE_CLASS" if r.negative else "POSITIVE_CLASS", r.category or "")
        )
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _signals(records: Iterable[Record]) -> Iterator[tuple[str, Record]]:
    """Yield (signal as text, its record), the frames of one video together."""
    for (signal, _), run in groupby(
        (r for r in records if not r.deleted), key=lambda r: (r.signal, r.group if r.signal == "vpdq" else object())
    ):
        items = list(run)
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
            raise ArgumentError(f"{r.place}: StopNCII has no signal type for {r.signal}")
        status = "Withdrawn" if r.deleted else "Active"
        item = {"lastModtimestamp": 0, "signalType": _STOPNCII[r.signal], "hashValue": r.value.hex(), "hashStatus": status,
                "caseNumbers": {case: status for case in (r.id or "").split()}, "CSPFeedbacks": []}  # fmt: skip
        yield (",\n" if count else "\n") + json.dumps(item)
        count += 1
    yield f'\n], "count": {count}, "nextPageToken": null, "nextSetTimestamp": 0, "hasMoreRecords": false}}\n'


def _ncmec(records: Iterable[Record]) -> Iterator[str]:
    """A `queryResult` of NCMEC's hash sharing v2, one entry a record id."""
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<queryResult xmlns="{NAMESPACE}">\n<images>\n'
    for number, (_, run) in enumerate(groupby(records, key=lambda r: r.id if r.id is not None else object()), 1):
        items = list(run)
        first = items[0]
        name = "deletedImage" if first.deleted else "image"
        member = f"<member>{escape(first.source)}</member>" if first.source else ""
        kind = f"<classification>{escape(first.category)}</classification>" if first.category else ""
        prints = ""
        for r in items:
            if r.signal not in _NCMEC:
                raise ArgumentError(f"{r.place}: NCMEC's hash sharing carries no {r.signal} in its text")
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
        ArgumentError: No such format, or it has no place for a signal.
    """
    if form not in WRITERS:
        raise ArgumentError(f"no format {form!r}: expected one of {', '.join(WRITERS)}")
    return WRITERS[form](records)
