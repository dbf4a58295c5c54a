"""
`pdqlite list export`: a release's entries as other exchanges read them, so that nobody is locked in.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pdqlite import exchange, lists
from pdqlite.cli.console import Console
from pdqlite.cli.files import about, list_key
from pdqlite.cli.main import FOUND
from pdqlite.errors import ArgumentError
from pdqlite.exchange import Record
from pdqlite.intake import NEGATIVE, Origin, read_map
from pdqlite.lists.format import files
from pdqlite.lists.format.plaintext import QUALITY_UNKNOWN, SOUND


def add(actions: Any) -> Any:
    """Add the parser of `list export`."""
    export = actions.add_parser(
        "export", help="write a release's entries as other exchanges read them",
        description="Write the entries of a release for another exchange. What the format has no place for is an error. An entry of several categories or "
                    "organisations is several rows, which `list build` merges again. Keypoint signatures and windows of sound stay behind.")  # fmt: skip
    export.add_argument("directory", metavar="DIR", help="directory of the release")
    export.add_argument("--key", required=True, metavar="FILE", help="list key")
    export.add_argument("--to", dest="form", choices=tuple(exchange.WRITERS), default="csv", metavar="FORMAT",
                        help=f"{', '.join(exchange.WRITERS)} (default: csv, which holds every field)")  # fmt: skip
    export.add_argument(
        "--map",
        metavar="FILE",
        help="private map of the release: entries get their ids back, and those of a list of files their digests, which they need",
    )
    export.add_argument("-o", "--output", metavar="FILE", help="file to write (default: standard output)")
    export.set_defaults(run=run)
    return export


Row = tuple[str | None, str | None, str | None]  # id, category, organisation


def records(
    release: lists.VerifiedList, origins: Mapping[int, Sequence[Origin]], digests: Mapping[int, tuple[str, bytes]]
) -> Iterator[Record]:
    """
    Yield the entries of a list as records. An entry of several categories, organisations or ids is several; the frames of a video stand together, in
    the order of their times, once for each of those. Windows of sound are left out: no exchange knows them.

    Args:
        origins: What the private map says of entries.
        digests: Of each entry of a list of files: algorithm and digest.
    """
    entries, words = release.entries, _words(release, origins)
    video, time_ms = entries.video, entries.time_ms
    if video is None or time_ms is None:
        groups: Iterable[Sequence[int]] = ([i] for i in range(len(entries)))
    else:
        order = np.lexsort((time_ms, video))
        order = order[entries.flags[order] & SOUND == 0]
        groups = (run.tolist() for run in np.split(order, np.flatnonzero(np.diff(video[order])) + 1))
    for group in groups:
        said = [_rows(release, i, origins.get(i, ()), words) for i in group]
        for k in range(max(map(len, said), default=0)):
            for frame, (i, rows) in enumerate(zip(group, said, strict=True)):
                if k >= len(rows):
                    continue
                record_id, category, source = rows[k]
                more: dict[str, Any] = dict(id=record_id, category=category, source=source, negative=bool(entries.flags[i] & NEGATIVE))  # fmt: skip
                if entries.exact:
                    yield Record(f"entry {i}", *digests[i], **more)
                    continue
                more |= dict(quality=None if entries.quality[i] == QUALITY_UNKNOWN else int(entries.quality[i]))
                if video is not None and time_ms is not None:
                    more |= dict(frame=frame, time=int(time_ms[i]) / 1000, group=f"video-{video[i]}")
                yield Record(f"entry {i}", "pdq" if video is None else "vpdq", entries.rows[i].tobytes(), **more)


def _named(names: Mapping[int, str], mask: int) -> list[str]:
    return [name for n, name in names.items() if mask >> n & 1]


def _words(release: lists.VerifiedList, origins: Mapping[int, Sequence[Origin]]) -> dict[str, set[str]]:
    """Return the categories that each word of the exchange may stand for: those that all entries have whose records say it."""
    found: dict[str, set[str]] = {}
    for i, said in origins.items():
        categories = set(_named(release.manifest.categories, release.entries.categories[i]))
        for word in {o.category for o in said}:
            found[word] = found[word] & categories if word in found else categories
    return found


def _rows(
    release: lists.VerifiedList, at: int, origins: Sequence[Origin], words: Mapping[str, set[str]]
) -> Sequence[Row]:
    """
    Return the rows that say all of an entry. With a map each record keeps its own organisation and category; where the map cannot tell which of the
    entry's categories is the record's, it has all.
    """
    categories = _named(release.manifest.categories, release.entries.categories[at])
    sources = _named(release.manifest.sources, release.entries.sources[at])
    if not origins:
        n = max(1, len(categories), len(sources))
        return [(None, _at(categories, k), _at(sources, k)) for k in range(n)]
    known = {o.category: words[o.category] for o in origins if len(words[o.category]) == 1}
    unsaid = set(categories).difference(*known.values())
    unknown = {o.category for o in origins} - known.keys()
    if len(unknown) == 1 and len(unsaid) == 1:  # what no other record says, this one does
        known[unknown.pop()] = unsaid
    rows: dict[Row, None] = {}
    for o in origins:
        for source in sources:
            if source in o.marks:
                rows |= dict.fromkeys((o.id or None, word, source) for word in known.get(o.category, categories))
    for category in set(categories) - {row[1] for row in rows}:
        rows[None, category, _at(sources, 0)] = None
    for source in set(sources) - {row[2] for row in rows}:
        rows[None, _at(categories, 0), source] = None
    return sorted(rows, key=lambda row: tuple(text or "" for text in row))


def _at(words: Sequence[str], k: int) -> str | None:
    return words[min(k, len(words) - 1)] if words else None


def _told(
    path: str | None, release: lists.VerifiedList
) -> tuple[dict[int, list[Origin]], dict[int, tuple[str, bytes]]]:
    """Return what a private map says of entries, and their digests; ArgumentError if it is of another release, or lacks the digest of a file."""
    said: dict[int, list[Origin]] = {}
    digests: dict[int, tuple[str, bytes]] = {}
    entries = release.entries
    for origin in read_map(path) if path else ():
        if not 0 <= origin.entry < len(entries) or entries.rows[origin.entry].tobytes() != origin.bits:
            raise ArgumentError("the map is of another release: its entries have other hashes")
        said.setdefault(origin.entry, []).append(origin)
        algorithm, digest = origin.told()
        if algorithm:
            digests[origin.entry] = algorithm, digest
    missing = len(entries) - len(digests) if entries.exact else 0
    if missing and path is None:
        raise ArgumentError(
            "a list of files holds no digests, only rows made of them: --map FILE, as list build wrote it, has them"
        )
    if missing:
        raise ArgumentError(
            f"the map has no digest of {missing} of {len(entries)} entries: send on the feed that they came from"
        )
    return said, digests


def run(args: argparse.Namespace, console: Console) -> int:
    """Write one release."""
    with about(args.directory):
        release = lists.read_release(args.directory, list_key(args.key))
    with about(args.map or args.directory):
        told = _told(args.map, release)
    text = "".join(exchange.write(records(release, *told), args.form))  # whole, before anything is written
    sounds = 0 if release.entries.exact else int(np.count_nonzero(release.entries.flags & SOUND))
    if sounds:
        console.note(f"{args.directory}: {sounds} windows of sound stay behind: no other exchange knows them")
    if args.output is None:
        sys.stdout.write(text)
        return FOUND
    files.replace(Path(args.output), text.encode())
    count = len(release.entries) - sounds
    console.line(
        f"{args.output}: {count} entries of {release.manifest.origin}, release {release.manifest.seq}, as {args.form}"
    )
    console.record({"file": args.output, "entries": count, "sounds": sounds, "format": args.form})
    return FOUND
