"""
`pdqlite list export`: a release's entries as other exchanges read them, so that nobody is locked in.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
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


def add(actions: Any) -> Any:
    """Add the parser of `list export`."""
    export = actions.add_parser(
        "export", help="write a release's entries as other exchanges read them",
        description="Write the entries of a release for another exchange. What the format has no place for is an error. An entry of several categories or "
                    "organisations is several rows, which `list build` merges again. Keypoint signatures stay behind.")  # fmt: skip
    export.add_argument("directory", metavar="DIR", help="directory of the release")
    export.add_argument("--key", required=True, metavar="FILE", help="list key")
    export.add_argument("--to", dest="form", choices=tuple(exchange.WRITERS), default="csv", metavar="FORMAT",
                        help=f"{', '.join(exchange.WRITERS)} (default: csv, which holds every field)")  # fmt: skip
    export.add_argument("--map", metavar="FILE", help="private map of the release: entries get their ids back")
    export.add_argument("-o", "--output", metavar="FILE", help="file to write (default: standard output)")
    export.set_defaults(run=run)
    return export


def records(release: lists.VerifiedList, ids: dict[int, str]) -> Iterator[Record]:
    """Yield the entries of a list of pictures or videos as records, the frames of a video together and in the order of their times."""
    entries, manifest = release.entries, release.manifest
    order = np.arange(len(entries))
    video, time_ms = entries.video, entries.time_ms
    if video is not None and time_ms is not None:
        order = np.lexsort((time_ms, video))
    frame, last = 0, -1
    for i in map(int, order):
        said: dict[str, Any] = dict(
            quality=int(entries.quality[i]), id=ids.get(i), negative=bool(entries.flags[i] & NEGATIVE)
        )
        if video is not None and time_ms is not None:
            frame, last = (frame + 1 if last == video[i] else 0), int(video[i])
            said |= dict(frame=frame, time=int(time_ms[i]) / 1000, group=f"video-{last}")
        categories = [token for n, token in manifest.categories.items() if entries.categories[i] >> n & 1]
        sources = [name for n, name in manifest.sources.items() if entries.sources[i] >> n & 1]
        for k in range(max(len(categories), len(sources), 1)):
            said |= {"category": _at(categories, k), "source": _at(sources, k)}
            yield Record(f"entry {i}", "pdq" if video is None else "vpdq", entries.rows[i].tobytes(), **said)


def _at(words: list[str], k: int) -> str | None:
    return words[min(k, len(words) - 1)] if words else None


def run(args: argparse.Namespace, console: Console) -> int:
    """Write one release."""
    with about(args.directory):
        release = lists.read_release(args.directory, list_key(args.key))
    if release.entries.exact:
        raise ArgumentError(
            f"{args.directory}: a list of files holds no digests, only rows made of them: send on the feed that it was built from"
        )
    ids: dict[int, str] = {}
    for origin in read_map(args.map) if args.map else ():
        ids.setdefault(origin.entry, origin.id)
    text = exchange.write(records(release, {i: said for i, said in ids.items() if said}), args.form)
    if args.output is None:
        for piece in text:
            sys.stdout.write(piece)
        return FOUND
    files.replace(Path(args.output), "".join(text).encode())
    console.line(
        f"{args.output}: {len(release.entries)} entries of {release.manifest.origin}, release {release.manifest.seq}, as {args.form}"
    )
    console.record({"file": args.output, "entries": len(release.entries), "format": args.form})
    return FOUND
