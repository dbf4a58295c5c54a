"""
What an output holds already: the files of its shards, and which of them a listing meets again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pdqlite.errors import ScaleError
from pdqlite.scale.rows import ENDING, is_whole, key_of, table_of
from pdqlite.scale.stores import Store, patiently
from pdqlite.scale.work import SHARDS, Settings

_LOG = logging.getLogger("pdqlite.scale")
_READERS = 8  # shards that are read at a time
_RECORD = np.dtype([("key", "S16"), ("settled", "?")])


def keys_of(table: pa.Table) -> dict[bytes, bool]:
    """Return the keys of the files of a shard, and whether each needs no other run."""
    columns = (table[name].to_pylist() for name in ("path", "etag", "again"))
    return {key_of(path, etag): not again for path, etag, again in zip(*columns, strict=True)}


def shards_of(store: Store, tries: int = 6) -> list[str]:
    """Return the names of an output's shards, sorted."""
    names = patiently(lambda: store.names(SHARDS), tries)
    return [name for name in names if name.endswith(ENDING) and not name.startswith(".")]


@dataclass(slots=True)
class Known:
    """
    The versions of files in an output's shards, 22 bytes each.

    Attributes:
        names: Of the shards, as they were read.
        keys, shards, settled: Of each row's file and version, by key: its shard by number, and whether it needs no other run.
        met: Whether a listing has met it.
        broken: Shards that were damaged, and removed.
    """

    names: Sequence[str]
    keys: npt.NDArray[Any]
    shards: npt.NDArray[np.uint32]
    settled: npt.NDArray[np.bool_]
    met: npt.NDArray[np.bool_]
    broken: int = 0

    def meet(self, path: bytes, etag: str) -> bool:
        """Note that a version of a file is there; return whether it needs no other run."""
        key = np.array([key_of(path, etag)], "S16")
        start, end = (int(np.searchsorted(self.keys, key[0], side)) for side in ("left", "right"))
        self.met[start:end] = True
        return bool(self.settled[start:end].any())


def read_known(store: Store, settings: Settings) -> Known:
    """Read what an output has; a damaged shard is removed, so that its files are done again; ScaleError if it was made in another way."""
    names, broken = shards_of(store, settings.tries), 0

    def records(name: str) -> npt.NDArray[Any] | None:
        try:
            data = patiently(lambda: store.get(f"{SHARDS}/{name}"), settings.tries)
        except FileNotFoundError:
            return np.empty(0, _RECORD)  # another run removed it meanwhile
        if not is_whole(name, data):
            _LOG.warning("a shard is damaged; it is removed, and its files are done again")
            store.remove(f"{SHARDS}/{name}")
            return None
        table, signed = table_of(data, ["path", "etag", "again", "source", "category"])
        _fits(table, signed, settings)
        return np.array(list(keys_of(table).items()), _RECORD)

    with ThreadPoolExecutor(_READERS) as readers:
        every = list(readers.map(records, names))
    broken = sum(one is None for one in every)
    lengths = [0 if one is None else len(one) for one in every]
    joined = np.concatenate([np.empty(0, _RECORD), *(one for one in every if one is not None)])
    every.clear()
    order = np.argsort(joined["key"], kind="stable")
    shards = np.repeat(np.arange(len(names), dtype=np.uint32), lengths)[order]
    joined = joined[order]
    return Known(names, joined["key"].copy(), shards, joined["settled"].copy(), np.zeros(len(joined), bool), broken)


def _fits(table: pa.Table, signed: bool, settings: Settings) -> None:
    """Refuse an output that was made in another way: half of it would be of one kind, half of the other."""
    said = (("source", settings.source, "--source"), ("category", settings.category, "--category"))
    for column, wanted, option in said:
        if set(table[column].unique().to_pylist()) - {wanted}:
            raise ScaleError(f"the output has shards of another {option}: give each its own output, and merge them")
    if signed != settings.signatures:
        raise ScaleError("the output has shards with and without keypoint signatures: give each its own output")
