"""
`scale status`: what shards hold, and what of some folders they do not hold yet. Reads; changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pdqlite.errors import ScaleError
from pdqlite.scale.kept import groups_of
from pdqlite.scale.rows import is_whole, table_of
from pdqlite.scale.run import keys_of, listed, shards_of
from pdqlite.scale.stores import patiently, store_of
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
        listed, missing: Of the folders asked about: files there are, and those not done; None if none were given.
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
    done: set[bytes] = set()
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
            done.update(keys_of(table))
        _count(table, found, again, settled)
    for at in range(0, len(settled), _DIGEST) if again else ():
        again.pop(bytes(settled[at : at + _DIGEST]), None)
    if urls:
        found.listed = found.missing = 0
        there: set[bytes] = set()
        for path, key in listed(urls, store.root, hidden, tries):
            found.listed += 1
            found.missing += key not in done
            there.update({_digest(path)} & again.keys())
        again = {path: error for path, error in again.items() if path in there}
    found.to_do_again = len(again)
    found.failed.update(again.values())
    return found


def _digest(path: bytes) -> bytes:
    return hashlib.blake2b(path, digest_size=_DIGEST).digest()


def _count(table: Any, found: Status, again: dict[bytes, str], settled: bytearray) -> None:
    """Count the files of a shard; what another run may do better, and what needs none, by path."""
    columns = {name: table[name].to_pylist() for name in _COLUMNS}
    for group in groups_of(table):
        at = group.start
        error, path = columns["error"][at], _digest(columns["path"][at])
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
