"""
`scale merge`: shards of any number of runs and sources to the entries of an image list and a video list, each in list order.

The order of shards, runs and workers changes nothing: files count by source and path, videos are numbered by source and path, and entries
are sorted by their hash. What it makes is what `list build` makes in memory: the same rules (lists.usable, lists.merge), part by part.
"""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pdqlite.errors import ArgumentError, EntryRuleError, ScaleError
from pdqlite.lists.format import encoding, local
from pdqlite.lists.format.files import new_directory
from pdqlite.lists.format.plaintext import count_bits, unusable
from pdqlite.scale import near, spill
from pdqlite.scale.kept import COLUMNS, Counts, Files, groups_of
from pdqlite.scale.known import shards_of
from pdqlite.scale.rows import is_whole, table_of
from pdqlite.scale.stores import Store, patiently, store_of
from pdqlite.scale.work import SHARDS

_LOG = logging.getLogger("pdqlite.scale")
VERSION, ABOUT = 1, "merge.json"
MOST = 16  # sources, and categories, that a list can name
_GROUP = 1 << 16  # rows that whoever reads a merge must hold at once
LEAST_MEMORY = 1 << 28
KINDS = {"image": "picture", "video": "video"}  # type of a list: kind of a row


@dataclass(slots=True)
class Kind:
    """
    One list's entries.

    Attributes:
        read: Rows that count.
        flat: Of those, too flat for a list.
        entries: What is left when rows of one hash (and place in one video) are one.
        signed: Entries with a keypoint signature, by how many sources vouch for them; index 0 is not used.
        near_groups, near_members: Groups of near repeats, and hashes in them beside the leaders.
    """

    read: int = 0
    flat: int = 0
    entries: int = 0
    signed: list[int] = field(default_factory=lambda: [0] * (MOST + 1))
    near_groups: int = 0
    near_members: int = 0

    @property
    def repeated(self) -> int:
        """Rows beyond the first of their entry."""
        return self.read - self.flat - self.entries


@dataclass(slots=True)
class Merged:
    """What a merge made: counts of files, entries of each kind, and the names that masks stand for, in the order of bits."""

    shards: int = 0
    files: Counts = field(default_factory=Counts)
    kinds: dict[str, Kind] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    near: int = 0

    def record(self) -> dict[str, Any]:
        """Return it for JSON."""
        files = {name: getattr(self.files, name) for name in Counts.__slots__}
        kinds = {
            name: {**{n: getattr(kind, n) for n in Kind.__slots__}, "repeated": kind.repeated}
            for name, kind in self.kinds.items()
        }
        return {
            "version": VERSION, "shards": self.shards, **files, "failed": dict(sorted(self.files.failed.items())), "kinds": kinds,
            "sources": self.sources, "categories": self.categories, "near_bits": self.near,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shard:
    store: Store
    name: str
    output: int  # number of the URL that it was found under

    def read(self, columns: list[str] | None = None) -> pa.Table:
        try:
            data = patiently(lambda: self.store.get(f"{SHARDS}/{self.name}"), 6)
        except OSError as error:
            raise ScaleError(f"a shard cannot be read: {error.strerror or type(error).__name__}") from None
        if not is_whole(self.name, data):
            raise ScaleError(
                f"shard {self.name[:16]}... is damaged: run the same pdqlite scale hash again, which removes it and does its files anew"
            )
        return table_of(data, columns)[0]

    def check(self, table: pa.Table) -> None:
        """Refuse signatures that no list can bear."""
        try:
            local.check([one or b"" for one in table["signature"].to_pylist()])
        except EntryRuleError as error:
            raise ScaleError(f"shard {self.name[:16]}...: {error}: whoever gave it must hash again") from None


def merge(urls: Sequence[str], out: str, near_bits: int = 31, memory: int = 1 << 31) -> Merged:
    """
    Merge the shards of some runs.

    Args:
        urls: Outputs of hash_files, in any order.
        out: Folder of this machine to make: image.parquet, video.parquet, near repeats, merge.json.
        near_bits: Radius of near repeats, 0 to 63; 0: none are looked for.
        memory: Bytes that it may take, at least 256 MiB; more is on disk, beside `out`.

    Raises:
        ScaleError: A shard is damaged, of another version, cannot be read or holds what no run writes; an output speaks for two organisations.
        ListFormatError: A name that no list can bear.
        ArgumentError: No shards; more sources or categories than a list can name; a number out of range.
    """
    if not 0 <= near_bits <= 63:
        raise ArgumentError("near repeats: a radius of 0 to 63 bits")
    if memory < LEAST_MEMORY:
        raise ArgumentError(f"at least {LEAST_MEMORY >> 20} MiB of memory")
    shards = _shards(urls)
    merged = Merged(len(shards), near=near_bits)
    with new_directory(Path(out)) as folder:
        work = folder / "work"
        work.mkdir()
        files = Files(work)
        try:
            samples = _look(shards, files, merged)
            _LOG.info("%d files in %d shards, %d of them hashed", merged.files.files, len(shards), merged.files.pictures + merged.files.videos)  # fmt: skip
            spills = {k: spill.Spill(work, k, samples[k].cuts(memory // 32), memory // 32) for k in KINDS if samples[k].rows}  # fmt: skip
            merged.kinds = {kind: Kind() for kind in spills}
            _spread(shards, files, merged, spills)
        except sqlite3.Error as error:
            raise ScaleError(f"the folder beside the output cannot be written: {error}") from None
        finally:
            files.close()
        for kind, spilled in spills.items():
            made = merged.kinds[kind]
            _kind(kind, spilled, folder, made, memory)
            _LOG.info("%s: %d entries of %d rows", kind, made.entries, made.read)
            if near_bits and made.entries:
                _near(kind, np.memmap(_hashes(folder, kind), np.uint8, "r").reshape(-1, 32), folder, near_bits, made)
                _LOG.info("%s: %d hashes near %d others", kind, made.near_members, made.near_groups)
        shutil.rmtree(work)
        (folder / ABOUT).write_text(json.dumps(merged.record(), indent=1) + "\n", encoding="utf-8")
    return merged


def _shards(urls: Sequence[str]) -> list[_Shard]:
    """Return the shards of all outputs; the same shard in two outputs once."""
    found: dict[str, _Shard] = {}
    for number, url in enumerate(urls, 1):
        store = store_of(url)
        names = shards_of(store)
        if not names:
            raise ArgumentError("no shards in one of the folders or URLs given: pdqlite scale hash writes them")
        for name in names:
            found.setdefault(name, _Shard(store, name, number))
    return [found[name] for name in sorted(found)]


def _look(shards: Sequence[_Shard], files: Files, merged: Merged) -> dict[str, spill.Sample]:
    """Read all but signatures once: which files count, which names there are, and a sample of hashes."""
    samples = {kind: spill.Sample() for kind in KINDS}
    vouching: dict[int, set[str]] = {}
    categories: set[str] = set()
    for shard in shards:
        table = shard.read(COLUMNS)
        files.add(table)
        vouching.setdefault(shard.output, set()).update(table["source"].unique().to_pylist())
        categories.update(table["category"].unique().to_pylist())
        for kind, word in KINDS.items():
            samples[kind].add(spill.heads_of(table.filter(pa.compute.equal(table["kind"], word))["pdq"]))
    for number, names in vouching.items():
        if len(names) > 1:
            raise ScaleError(
                f"output {number} of those given speaks for {len(names)} organisations; a run writes for one: whoever gave it must hash again"
            )
    sources = set[str]().union(*vouching.values())
    _named(sources, categories)
    files.settle()
    merged.files, merged.sources, merged.categories = files.counts, sorted(sources), sorted(categories)
    return samples


def _named(sources: set[str], categories: set[str]) -> None:
    """Refuse names that no list can bear, and more than one can."""
    for what, names, check in (("organisations", sources, encoding.name), ("categories", categories, encoding.token)):
        if len(names) > MOST:
            raise ArgumentError(f"{len(names)} {what}: a list can name {MOST}")
        for name in names:
            check(name, f"{what} of the shards")


def _spread(shards: Sequence[_Shard], files: Files, merged: Merged, spills: dict[str, spill.Spill]) -> None:
    """Read the rows that count, and put them into parts by hash."""
    masks = {name: 1 << i for i, name in enumerate(merged.sources)}
    tokens = {name: 1 << i for i, name in enumerate(merged.categories)}
    for number, shard in enumerate(shards):
        table = shard.read()
        shard.check(table)
        groups = groups_of(table)
        keep, videos = files.kept(number)
        lengths = [group.end - group.start for group in groups]
        numbers = [videos.get(at) for at in range(len(groups))]
        columns = [
            table["pdq"], _mapped(table["category"], tokens), _mapped(table["source"], masks), table["quality"],
            pa.array(np.repeat(np.array([n or 0 for n in numbers], np.uint32), lengths)), table["ms"],
            table["signature"].cast(pa.large_binary()),
        ]  # fmt: skip
        rows = pa.table(columns, names=spill.SCHEMA.names).cast(spill.SCHEMA)
        kept = pa.array(np.repeat(keep, lengths))
        for kind, spilled in spills.items():
            mine = pa.compute.and_(pa.compute.equal(table["kind"], KINDS[kind]), kept)
            chosen = rows.filter(mine)
            if kind == "image":
                empty = pa.nulls(chosen.num_rows, pa.uint32())
                chosen = chosen.set_column(4, "video", empty).set_column(5, "ms", empty)
            spilled.add(_usable(chosen, merged.kinds[kind]))


def _usable(rows: pa.Table, made: Kind) -> pa.Table:
    """Leave out what no list may carry, before anything is merged with it."""
    wrong = unusable(spill.rows_of(rows["pdq"]), np.asarray(rows["quality"].to_numpy()))
    made.read += len(wrong)
    made.flat += int(wrong.sum())
    return rows.filter(pa.array(~wrong))


def _mapped(column: pa.ChunkedArray, masks: dict[str, int]) -> pa.Array:
    return pa.array([masks[name] for name in column.to_pylist()], pa.uint16())


def _kind(kind: str, spilled: spill.Spill, folder: Path, made: Kind, memory: int) -> None:
    """Merge the parts of one kind in turn."""
    last = b""
    with pq.ParquetWriter(folder / f"{kind}.parquet", spill.SCHEMA, compression="zstd") as out, _hashes(folder, kind).open("wb") as unique:  # fmt: skip
        for entries in spilled.parts(memory // 32):
            out.write_table(spill.table_of(entries), row_group_size=_GROUP)
            made.entries += len(entries)
            has = np.array([bool(one) for one in entries.keypoints or ()], bool)
            signed = np.bincount(count_bits(entries.sources)[has], minlength=MOST + 1)
            made.signed = [a + int(b) for a, b in zip(made.signed, signed, strict=True)]
            rows = entries.rows
            new = np.ones(len(rows), bool)
            new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
            new[0] = rows[0].tobytes() != last
            last = rows[-1].tobytes()
            unique.write(np.ascontiguousarray(rows[new]).tobytes())


def _hashes(folder: Path, kind: str) -> Path:
    return folder / "work" / f"{kind}-hashes"


def _near(kind: str, rows: npt.NDArray[np.uint8], folder: Path, near_bits: int, made: Kind) -> None:
    """Write the groups of near repeats: leader, member, distance."""
    schema = pa.schema([("leader", pa.binary(32)), ("member", pa.binary(32)), ("distance", pa.uint16())])

    def hashes(numbers: npt.NDArray[np.int64]) -> pa.Array:
        data = np.ascontiguousarray(rows[numbers]).tobytes()
        return pa.Array.from_buffers(pa.binary(32), len(numbers), [None, pa.py_buffer(data)])

    with pq.ParquetWriter(folder / f"{kind}-near.parquet", schema, compression="zstd") as out:
        waiting: list[near.Groups] = []

        def write() -> None:
            leader, member, distance = (np.concatenate([w[n] for w in waiting]) for n in range(3))
            out.write_table(pa.table([hashes(leader), hashes(member), pa.array(distance)], schema))
            made.near_members += len(member)
            waiting.clear()

        for group in near.groups(rows, near_bits, folder / "work"):
            made.near_groups += 1
            waiting.append(group)
            if len(waiting) >= 1 << 14:
                write()
        if waiting:
            write()
