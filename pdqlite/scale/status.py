"""
`scale status`: what shards hold, and what of some folders they do not hold yet. Reads; changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pdqlite.errors import ScaleError
from pdqlite.scale.kept import groups_of
from pdqlite.scale.known import keys_of, shards_of
from pdqlite.scale.rows import is_whole, path_key, table_of
from pdqlite.scale.run import listed, places_of
from pdqlite.scale.stores import patiently, store_of
from pdqlite.scale.tidy import covers
from pdqlite.scale.work import NO_MEDIA, SHARDS

_DIGEST = 16  # bytes by which a path is told from others
_COLUMNS = ["path", "etag", "kind", "source", "category", "size", "error", "again"]


@dataclass(slots=True)
class Status:
    """
    What an output holds. A file that stands in two shards is counted twice here; merging counts it once.

    Attributes:
        shards, broken: Shards, and damaged ones among them, which the next run does again.
        foreign: Of those that are whole, of another version or not ours.
        files, pictures, videos, frames, no_media, bytes: As a run counts them.
        to_do_again: Files that failed and that no later run made good; with folders to compare with, of those that are there still.
        failed: By class of error; of what the next run tries again only what counts in to_do_again.
        sources, categories: Files of each.
        listed, missing, gone: Of the folders asked about: files there are, those not done, and files of the output that are no longer there;
            None if no folders were given.
    """

    shards: int = 0
    broken: int = 0
    foreign: int = 0
    files: int = 0
    pictures: int = 0
    videos: int = 0
    frames: int = 0
    no_media: int = 0
    to_do_again: int = 0
    bytes: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    listed: int | None = None
    missing: int | None = None
    gone: int | None = None

    def record(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            name: dict(sorted(value.items())) if isinstance(value := getattr(self, name), Counter) else value
            for name in self.__slots__
        }


def status(out: str, urls: Sequence[str] = (), hidden: bool = False, tries: int = 6) -> Status:
    """
    Say what an output holds.

    Args:
        out: Of hash_files.
        urls: Folders to compare it with, as they were given to hash_files.
        hidden: As of hash_files.

    Raises:
        ScaleError, ArgumentError: As of hash_files.
    """
    store, found = store_of(out), Status()
    places = places_of(urls)
    done: set[bytes] = set()
    held, there = bytearray(), bytearray()
    again: dict[bytes, str] = {}
    settled = bytearray()
    for name in shards_of(store, tries):
        found.shards += 1
        try:
            data = patiently(lambda: store.get(f"{SHARDS}/{name}"), tries)  # noqa: B023  called at once
        except FileNotFoundError:
            continue  # a run removed it as damaged meanwhile
        if not is_whole(name, data):
            found.broken += 1
            continue
        try:
            table, _ = table_of(data, _COLUMNS)
        except ScaleError:
            found.foreign += 1
            continue
        if urls:
            done.update(key for key, settled in keys_of(table).items() if settled)
            held += b"".join(path_key(path) for path in set(table["path"].to_pylist()) if covers(places, path, hidden))
        _count(table, found, again, settled)
    for at in range(0, len(settled), _DIGEST) if again else ():
        again.pop(bytes(settled[at : at + _DIGEST]), None)
    if urls:
        found.listed = found.missing = 0
        for path, key in listed(urls, store.root, hidden, tries):
            found.listed += 1
            found.missing += key not in done
            there += path_key(path)
        present = np.frombuffer(there, f"S{_DIGEST}")
        found.gone = len(np.setdiff1d(np.frombuffer(held, present.dtype), present))
        kept = np.isin(np.array(list(again), present.dtype), present).tolist()
        again = {path: error for (path, error), one in zip(again.items(), kept, strict=True) if one}
    found.to_do_again = len(again)
    found.failed.update(again.values())
    return found


def _count(table: Any, found: Status, again: dict[bytes, str], settled: bytearray) -> None:
    """Count the files of a shard; what another run may do better, and what needs none, by path."""
    columns = {name: table[name].to_pylist() for name in _COLUMNS}
    for group in groups_of(table):
        at = group.start
        error, path = columns["error"][at], path_key(columns["path"][at])
        found.files += 1
        found.bytes += max(0, columns["size"][at])
        found.sources[columns["source"][at]] += 1
        found.categories[columns["category"][at]] += 1
        found.pictures += columns["kind"][at] == "picture"
        if columns["kind"][at] == "video":
            found.videos += 1
            found.frames += group.end - group.start
        if error is not None:
            found.no_media += error.startswith(NO_MEDIA)
            if columns["again"][at]:
                again[path] = error.partition(":")[0]
            elif not error.startswith(NO_MEDIA):
                found.failed[error.partition(":")[0]] += 1
        if not columns["again"][at]:
            settled += path
