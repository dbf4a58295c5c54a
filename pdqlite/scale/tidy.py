"""
What is no longer so: versions of files that were replaced since they were hashed, and files that are gone.

A version counts as replaced when a listing met its path with another content, and that content has its row. It is taken out: the date
of a file says nothing about which version is the present one. The hashes of a file that is gone stay, as whoever removes media after
hashing has nothing else, unless they are to be forgotten. A shard with such rows is written anew without them before it is removed, so
a kill between the two leaves rows twice, which count once.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pdqlite.scale.known import Known
from pdqlite.scale.rows import is_whole, key_of, packed, path_key, table_of
from pdqlite.scale.stores import Store, patiently, written
from pdqlite.scale.work import SHARDS, Settings

_KEY = "S16"
_BLOCK = 1 << 24  # bytes of a listing that are compared at once


def covers(places: Sequence[Store], path: bytes, hidden: bool) -> bool:
    """Say whether a listing of some places would meet a file if it were there."""
    for place in places:
        root = os.fsencode(place.root.rstrip("/"))
        if path == root:
            return True
        if path.startswith(root + b"/"):
            return hidden or b"/." not in path[len(root) :]
    return False


@dataclass(frozen=True, slots=True)
class Listing:
    """
    What a run listed.

    Attributes:
        paths: path_key of each file, one after the other, on disk.
        places: The stores, with the roots below which was looked.
        hidden: Hidden files too.
        whole: No folder was left out.
        unsure: path_key of files of which this run has no lasting row, or one of another version than was listed.
    """

    paths: IO[bytes]
    places: Sequence[Store]
    hidden: bool
    whole: bool
    unsure: frozenset[bytes]

    def holds(self, wanted: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Say of each key of a path whether it was listed."""
        found = np.zeros(len(wanted), bool)
        self.paths.seek(0)
        while data := self.paths.read(_BLOCK):
            found |= np.isin(wanted, np.frombuffer(data, _KEY))
        return found


@dataclass(frozen=True, slots=True)
class _Stale:
    """Versions of files that the listing did not meet: key, key of the path, whether it would have met the file, and the shard by number."""

    keys: npt.NDArray[Any]
    paths: npt.NDArray[Any]
    covered: npt.NDArray[np.bool_]
    shards: npt.NDArray[np.uint32]


def tidy(out: Store, known: Known, listing: Listing, settings: Settings, forget: bool) -> tuple[int, int, int]:
    """
    Take out rows that are no longer so.

    Args:
        forget: Those of files that are gone too.

    Returns:
        How many versions were replaced, how many files are gone, and how many of these were forgotten.
    """
    stale = _stale(out, known, listing, settings)
    if not len(stale.keys):
        return 0, 0, 0
    there = listing.holds(stale.paths)
    replaced = there & ~np.isin(stale.paths, np.array([b"", *listing.unsure], _KEY))
    gone = ~there & stale.covered & listing.whole
    drop = replaced | (gone & forget)
    numbers, starts = np.unique(stale.shards[drop], return_index=True)  # they stand in this order
    for number, keys in zip(numbers.tolist(), np.split(stale.keys[drop], starts[1:]), strict=False):
        _rewrite(out, known.names[number], keys, settings)
    lost = len(np.unique(stale.paths[gone]))
    return len(np.unique(stale.keys[replaced])), lost, lost if forget else 0


def _stale(out: Store, known: Known, listing: Listing, settings: Settings) -> _Stale:
    unmet = np.flatnonzero(~known.met)
    unmet = unmet[np.argsort(known.shards[unmet], kind="stable")]
    numbers, starts = np.unique(known.shards[unmet], return_index=True)
    found = [_Stale(np.empty(0, _KEY), np.empty(0, _KEY), np.empty(0, bool), np.empty(0, np.uint32))]
    for number, mine in zip(numbers.tolist(), np.split(unmet, starts[1:]), strict=False):
        read = _read(out, known.names[number], settings, ["path", "etag"])
        if read is None:
            continue
        versions = {key_of(path, etag): path for path, etag in _versions(read[0])}
        keys = np.array(list(versions), _KEY)
        left = np.isin(keys, known.keys[mine])
        paths = [path for path, one in zip(versions.values(), left.tolist(), strict=True) if one]
        covered = np.array([covers(listing.places, path, listing.hidden) for path in paths], bool)
        found.append(_Stale(keys[left], np.array([path_key(p) for p in paths], _KEY), covered, np.full(len(paths), number, np.uint32)))  # fmt: skip
    return _Stale(*(np.concatenate([getattr(one, name) for one in found]) for name in _Stale.__slots__))


def _versions(table: pa.Table) -> zip[tuple[bytes, str]]:
    return zip(table["path"].to_pylist(), table["etag"].to_pylist(), strict=True)


def _read(out: Store, name: str, settings: Settings, columns: list[str] | None = None) -> tuple[pa.Table, bool] | None:
    """Return a shard's rows, and whether it has signatures; None if another run removed or damaged it."""
    try:
        data = patiently(lambda: out.get(f"{SHARDS}/{name}"), settings.tries)
    except FileNotFoundError:
        return None
    return table_of(data, columns) if is_whole(name, data) else None


def _rewrite(out: Store, name: str, drop: npt.NDArray[Any], settings: Settings) -> None:
    """Write a shard anew without some versions of files, then remove the old one."""
    read = _read(out, name, settings)
    if read is None:
        return
    table, signed = read
    keys = np.array([key_of(path, etag) for path, etag in _versions(table)], _KEY)
    rest = table.filter(pa.array(~np.isin(keys, drop)))
    if rest.num_rows:
        again, data = packed(rest, signed)
        written(lambda: out.put(f"{SHARDS}/{again}", data), settings.tries)
    written(lambda: out.remove(f"{SHARDS}/{name}"), settings.tries)
