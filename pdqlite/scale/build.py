"""
`scale build`: a merge to a release, list.cob and local.cob, by streaming. The bytes are those of `list build` with the same seed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
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
Change = Callable[[Entries], Entries]  # what takes the marks that do not count


@dataclass(frozen=True, slots=True)
class Input:
    """
    A merge, as merge() left it.

    Attributes:
        folder: Where it is.
        about: What merge.json says.
        disputes: Takes the marks that do not count, of some entries at a time (docs/formats/list-audit.md, section 19); None: all count.
    """

    folder: Path
    about: dict[str, Any]
    disputes: Change | None = None

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
    merged: str | Input, directory: str, terms: lists.ListTerms, kind: str = "image", signatures: bool = True, *, key: bytes, seed: bytes | None = None
) -> lists.Manifest:  # fmt: skip
    """
    Write a release that nobody has endorsed yet, of the entries of a merge that enough sources vouch for. Holds some 65 000 entries at a time.

    Args:
        merged: Folder that merge() made, or what read_merged gave for it, with what disputes and withdrawals ask for.
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
    given = read_merged(merged) if isinstance(merged, str) else merged
    if list(terms.sources) != given.sources or list(terms.categories) != given.categories:
        raise ArgumentError("terms: sources and categories must be those of the merge, in its order")
    signed = signatures and _signed(given, kind, terms.min_sources)
    parts = _entries(given, kind, terms.min_sources, signed)
    first = next(parts, None)
    if first is None:
        raise ArgumentError("nothing is left to put into a list")

    def every() -> Iterator[Entries]:
        yield first
        yield from parts

    return lists.build_sorted(directory, every(), terms, key=key, seed=seed)


def _signed(given: Input, kind: str, least: int) -> bool:
    """Say whether an entry that enters has a signature."""
    if given.disputes is None:
        return any(given.about["kinds"].get(kind, {}).get("signed", [])[least:])
    return any(any(entries.keypoints or ()) for entries in _entries(given, kind, least, True))


def _entries(given: Input, kind: str, least: int, signatures: bool) -> Iterator[Entries]:
    """Yield the entries that enough sources vouch for, some at a time."""
    if kind not in given.kinds:
        raise ArgumentError(f"no hash for a list of type {kind}")
    columns = [name for name in spill.SCHEMA.names if signatures or name != "signature"]
    try:
        with pq.ParquetFile(given.folder / f"{kind}.parquet") as file:
            for group in range(file.num_row_groups):  # iter_batches over all groups keeps those it is through with
                table = file.read_row_group(group, columns)
                for at in range(0, len(table), _ROWS):
                    entries = spill.entries_of(table.slice(at, _ROWS), signatures)
                    chosen = lists.vouched(entries if given.disputes is None else given.disputes(entries), least)
                    if len(chosen):
                        yield chosen
    except (OSError, pa.ArrowException) as error:
        raise ScaleError(f"the merge cannot be read ({type(error).__name__}): merge the shards again") from None


def marks(given: Input, kind: str, least: int) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many entries of a list there are by category and by source."""
    by_category, by_source = np.zeros(16, np.int64), np.zeros(16, np.int64)
    for entries in _entries(given, kind, least, False):
        for counts, masks in ((by_category, entries.categories), (by_source, entries.sources)):
            counts += np.array([(masks >> i & 1).sum() for i in range(16)], np.int64)
    return (
        dict(zip(given.categories, by_category.tolist(), strict=False)),
        dict(zip(given.sources, by_source.tolist(), strict=False)),
    )
