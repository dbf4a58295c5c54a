"""
Which rows of many shards count: of each file one version, once, whichever shards hold it and in whatever order they are read.

What one version is for: a file that was hashed twice, changed between two runs, or failed in one run and not in the next. The keys of
all files go through 64 files on disk, so memory holds one byte a file and a 64th of the keys.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pdqlite.scale.stores import place
from pdqlite.scale.work import NO_MEDIA

PICTURE, VIDEO, NO_MEDIA_KIND, FAILED = range(4)
_KINDS = {"picture": PICTURE, "video": VIDEO}
_FILE = np.dtype(
    [("key", ">u8", 2), ("settled", "u1"), ("modified", "i8"), ("good", "u1"), ("version", "u8"), ("shard", "u4"), ("at", "u4"),
     ("kind", "u1"), ("why", "u2"), ("sha", ">u8", 4)]
)  # fmt: skip
_PARTS = 64  # files that are open for each
COLUMNS = ["path", "etag", "modified", "sha256", "kind", "pdq", "ms", "category", "source", "error", "again"]


@dataclass(slots=True)
class Counts:
    """
    What became of files.

    Attributes:
        files: Different files, by source and path.
        pictures, videos, no_media: Of those.
        failed: Of those, by class of error.
        doubled: Rows of one version of a file beyond the first.
        superseded: Older versions of a file, and failures that a later run made good.
        exact_repeats: Files with the same bytes as another file, beyond the first.
    """

    files: int = 0
    pictures: int = 0
    videos: int = 0
    no_media: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    superseded: int = 0
    exact_repeats: int = 0


@dataclass(frozen=True, slots=True)
class _Group:
    """The rows of one file in a shard."""

    start: int
    end: int
    source: str
    path: bytes


def groups_of(table: pa.Table) -> list[_Group]:
    """Return the files of a shard: rows of one source and path that stand together."""
    paths, sources = table["path"].to_pylist(), table["source"].to_pylist()
    found, start = [], 0
    for at in range(1, len(paths) + 1):
        if at == len(paths) or paths[at] != paths[start] or sources[at] != sources[start]:
            found.append(_Group(start, at, sources[start], paths[start]))
            start = at
    return found


class Files:
    """
    Takes shards one by one; then says which of their files count, and what number each video has.

    Args:
        folder: For what does not fit into memory.
    """

    def __init__(self, folder: Path) -> None:
        self.counts = Counts()
        self._parts = [(folder / f"keys-{n:03}").open("w+b") for n in range(_PARTS)]
        self._shas = [(folder / f"digests-{n:03}").open("w+b") for n in range(_PARTS)]
        self._keep: list[npt.NDArray[np.bool_]] = []
        self._why: dict[str, int] = {}
        self._videos = sqlite3.connect(folder / "videos.db", isolation_level=None)
        for line in (
            "PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-65536",
            "CREATE TABLE video (shard INT, at INT, place BLOB, digest BLOB, PRIMARY KEY (shard, at)) WITHOUT ROWID", "BEGIN",
        ):  # fmt: skip
            self._videos.execute(line)

    def close(self) -> None:
        """Close the files."""
        self._videos.close()
        for file in (*self._parts, *self._shas):
            file.close()

    def add(self, table: pa.Table) -> None:
        """Take the next shard (COLUMNS)."""
        groups = groups_of(table)
        shard, records = len(self._keep), np.zeros(len(groups), _FILE)
        columns = {name: table[name].to_pylist() for name in ("etag", "modified", "sha256", "kind", "error", "again")}
        pdq, ms = table["pdq"].to_pylist(), table["ms"].to_pylist()
        for at, group in enumerate(groups):
            row = {name: column[group.start] for name, column in columns.items()}
            records[at] = self._record(group, row, shard, at)
            if row["kind"] == "video":
                self._add_video(group, (shard, at), pdq[group.start : group.end], ms[group.start : group.end])
        self._keep.append(np.ones(len(groups), bool))
        self._spread(self._parts, records, (records["key"][:, 0] >> np.uint64(58)).astype(np.intp))

    def _record(self, group: _Group, row: dict[str, Any], shard: int, at: int) -> tuple[Any, ...]:
        key = hashlib.blake2b(group.source.encode() + b"\0" + group.path, digest_size=16).digest()
        version = hashlib.blake2b(row["etag"].encode(), digest_size=8).digest()
        error = row["error"]
        kind = _KINDS.get(row["kind"], NO_MEDIA_KIND if error and error.startswith(NO_MEDIA) else FAILED)
        why = self._why.setdefault(error.partition(":")[0], len(self._why)) if kind == FAILED else 0
        sha = row["sha256"] or bytes(32)
        return (
            (int.from_bytes(key[:8]), int.from_bytes(key[8:])), not row["again"], row["modified"], error is None, int.from_bytes(version),
            shard, at, kind, why, tuple(int.from_bytes(sha[n : n + 8]) for n in range(0, 32, 8)),
        )  # fmt: skip

    def _add_video(self, group: _Group, where: tuple[int, int], pdq: list[bytes], ms: list[int]) -> None:
        """Note a video: where it stands in the order of sources and paths, and what tells it from others, as the sequential way does."""
        digest = hashlib.sha256(b"".join(pdq) + np.array(ms, "<u4").tobytes()).digest()
        ordered = group.source.encode() + b"\0" + place(_text(group.path))
        self._videos.execute("INSERT INTO video VALUES (?, ?, ?, ?)", (*where, ordered, digest))

    @staticmethod
    def _spread(files: list[Any], records: npt.NDArray[Any], part: npt.NDArray[np.intp]) -> None:
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(_PARTS + 1))
        for number in np.unique(part).tolist():
            files[number].write(records[order[ends[number] : ends[number + 1]]].tobytes())

    def settle(self) -> None:
        """Decide, once all shards are taken."""
        for file in self._parts:
            file.seek(0)
            records = np.frombuffer(file.read(), _FILE)
            if len(records):
                self._settle(records)
        for file in self._shas:
            file.seek(0)
            digests = np.frombuffer(file.read(), "S32")
            self.counts.exact_repeats += len(digests) - len(np.unique(digests))
        self._videos.execute("CREATE TABLE number (digest BLOB PRIMARY KEY, number INT) WITHOUT ROWID")
        first = self._videos.execute("SELECT digest FROM video GROUP BY digest ORDER BY MIN(place)")
        for number, (digest,) in enumerate(first):
            self._videos.execute("INSERT INTO number VALUES (?, ?)", (digest, number))

    def _settle(self, records: npt.NDArray[Any]) -> None:
        order = np.lexsort(
            [~records["shard"], records["version"], records["good"], records["modified"], records["settled"], records["key"][:, 1],
             records["key"][:, 0]]
        )  # fmt: skip
        records = records[order]
        last = np.ones(len(records), bool)
        last[:-1] = (records["key"][1:] != records["key"][:-1]).any(axis=1)
        winner = np.flatnonzero(last)[np.cumsum(last) - last]  # of each record: the one that counts
        same = (records["version"] == records["version"][winner]) & (records["good"] == records["good"][winner])
        for shard, at, kind in records[~last][["shard", "at", "kind"]].tolist():
            self._keep[shard][at] = False
            if kind == VIDEO:
                self._videos.execute("DELETE FROM video WHERE shard = ? AND at = ?", (shard, at))
        counts, won = self.counts, records[last]
        counts.doubled += int((~last & same).sum())
        counts.superseded += int((~last & ~same).sum())
        counts.files += len(won)
        counts.pictures += int((won["kind"] == PICTURE).sum())
        counts.videos += int((won["kind"] == VIDEO).sum())
        counts.no_media += int((won["kind"] == NO_MEDIA_KIND).sum())
        names = list(self._why)
        for why, count in zip(*np.unique(won["why"][won["kind"] == FAILED], return_counts=True), strict=True):
            counts.failed[names[why]] += int(count)
        media = won[won["kind"] <= VIDEO]
        digests = np.ascontiguousarray(media["sha"]).view(np.uint8).reshape(-1, 32)
        self._spread(self._shas, digests, (digests[:, 0] >> 2).astype(np.intp))

    def kept(self, shard: int) -> tuple[npt.NDArray[np.bool_], dict[int, int]]:
        """Return which files of a shard count, and the number of each video among them."""
        numbers = self._videos.execute(
            "SELECT at, number FROM video JOIN number USING (digest) WHERE shard = ?", (shard,)
        )
        return self._keep[shard], dict(numbers.fetchall())


def _text(path: bytes) -> str:
    """Return a path as this system's Python has it, so that it sorts as a walk here sorts it."""
    return path.decode("utf-8", "surrogateescape")
