"""
`scale build`: a merge to a release, list.cob and local.cob, by streaming. The bytes are those of `list build` with the same seed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pdqlite import lists
from pdqlite.errors import ArgumentError, ScaleError
from pdqlite.scale import spill
from pdqlite.scale.merge import ABOUT, KINDS, VERSION
from pdqlite.types import Entries

_ROWS = 1 << 16  # entries that are held at once


@dataclass(frozen=True, slots=True)
class Input:
    """A merge, as merge() left it: its folder, and what merge.json says."""

    folder: Path
    about: dict[str, Any]

    @property
    def kinds(self) -> list[str]:
        """Types of list that it has entries for."""
        return [kind for kind in KINDS if self.about["kinds"].get(kind, {}).get("entries")]

    @property
    def sources(self) -> list[str]:
        """Organisations, in the order of bits."""
        return [str(name) for name in self.about["sources"]]

    @property
    def categories(self) -> list[str]:
        """Categories, in the order of bits."""
        return [str(name) for name in self.about["categories"]]


def read_merged(folder: str) -> Input:
    """
    Open what merge() made.

    Raises:
        ScaleError: It is none, or one of another version.
    """
    try:
        about = json.loads((Path(folder) / ABOUT).read_bytes())
        version = about["version"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ScaleError(f"no merge: pdqlite scale merge makes a folder with {ABOUT}") from None
    if version != VERSION:
        raise ScaleError(f"a merge of version {version}; this pdqlite reads version {VERSION}: merge the shards again")
    return Input(Path(folder), about)


def build(
    merged: str, directory: str, terms: lists.ListTerms, kind: str = "image", signatures: bool = True, *, key: bytes, seed: bytes | None = None
) -> lists.Manifest:  # fmt: skip
    """
    Write a release that nobody has endorsed yet, of the entries of a merge that enough sources vouch for. Holds some 65 000 entries at a time.

    Args:
        merged: What merge() made.
        directory: Of the release; must not exist, or be empty.
        terms: Its name, times and rules; `sources` and `categories` are the merge's (read_merged), in its order.
        kind: "image" or "video".
        signatures: Keep keypoint signatures.
        key, seed: As of lists.build_list.

    Raises:
        ArgumentError: No entries of that kind, or none that enough sources vouch for.
        ScaleError: No merge, or one of another version.
        EntryRuleError, ListFormatError: As of lists.build_list.
    """
    given = read_merged(merged)
    if kind not in given.kinds:
        raise ArgumentError(f"no hash for a list of type {kind}")
    if list(terms.sources) != given.sources or list(terms.categories) != given.categories:
        raise ArgumentError("terms: sources and categories must be those of the merge, in its order")
    signed = signatures and any(given.about["kinds"][kind]["signed"][terms.min_sources :])
    parts = _entries(given.folder / f"{kind}.parquet", terms.min_sources, signed)
    first = next(parts, None)
    if first is None:
        raise ArgumentError("nothing is left to put into a list")

    def every() -> Iterator[Entries]:
        yield first
        yield from parts

    return lists.build_sorted(directory, every(), terms, key=key, seed=seed)


def _entries(path: Path, least: int, signatures: bool) -> Iterator[Entries]:
    """Yield the entries that enough sources vouch for, some at a time."""
    columns = [name for name in spill.SCHEMA.names if signatures or name != "signature"]
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS, columns=columns):
                chosen = lists.vouched(spill.entries_of(pa.Table.from_batches([batch]), signatures), least)
                if len(chosen):
                    yield chosen
    except (OSError, pa.ArrowException) as error:
        raise ScaleError(f"the merge cannot be read ({type(error).__name__}): merge the shards again") from None


def marks(given: Input, kind: str, least: int) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many entries of a list there are by category and by source."""
    by_category, by_source = np.zeros(16, np.int64), np.zeros(16, np.int64)
    for entries in _entries(given.folder / f"{kind}.parquet", least, False):
        for counts, masks in ((by_category, entries.categories), (by_source, entries.sources)):
            counts += np.array([(masks >> i & 1).sum() for i in range(16)], np.int64)
    return (
        dict(zip(given.categories, by_category.tolist(), strict=False)),
        dict(zip(given.sources, by_source.tolist(), strict=False)),
    )
