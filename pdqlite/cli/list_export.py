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
from pdqlite.intake import NEGATIVE, read_map
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


def records(
    release: lists.VerifiedList, ids: Mapping[int, Sequence[str]], digests: Mapping[int, tuple[str, bytes]]
) -> Iterator[Record]:
    """
    Yield the entries of a list as records. An entry of several categories, organisations or ids is several; the frames of a video stand together, in
    the order of their times, once for each of those. Windows of sound are left out: no exchange knows them.

    Args:
        ids: The exchange's ids of entries.
        digests: Of each entry of a list of files: algorithm and digest.
    """
    entries, manifest = release.entries, release.manifest
    video, time_ms = entries.video, entries.time_ms
    if video is None or time_ms is None:
        groups: Iterable[Sequence[int]] = ([i] for i in range(len(entries)))
    else:
        order = np.lexsort((time_ms, video))
        order = order[entries.flags[order] & SOUND == 0]
        groups = (run.tolist() for run in np.split(order, np.flatnonzero(np.diff(video[order])) + 1))
    for group in groups:
        said = [(ids.get(i, ()), _named(manifest.categories, entries.categories[i]), _named(manifest.sources, entries.sources[i])) for i in group]  # fmt: skip
        for k in range(max([1, *(len(words) for one in said for words in one)])):
            for frame, (i, words) in enumerate(zip(group, said, strict=True)):
                if k and k >= max(map(len, words)):
                    continue
                record_id, category, source = (_at(one, k) for one in words)
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


def _at(words: Sequence[str], k: int) -> str | None:
    return words[min(k, len(words) - 1)] if words else None


def _told(path: str | None, release: lists.VerifiedList) -> tuple[dict[int, list[str]], dict[int, tuple[str, bytes]]]:
    """Return ids and digests of entries from a private map; ArgumentError if it is of another release, or lacks the digest of a file."""
    ids: dict[int, list[str]] = {}
    digests: dict[int, tuple[str, bytes]] = {}
    entries = release.entries
    for origin in read_map(path) if path else ():
        if not 0 <= origin.entry < len(entries) or entries.rows[origin.entry].tobytes() != origin.bits:
            raise ArgumentError("the map is of another release: its entries have other hashes")
        known = ids.setdefault(origin.entry, [])
        if origin.id and origin.id not in known:
            known.append(origin.id)
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
    return ids, digests


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
