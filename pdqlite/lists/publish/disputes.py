"""
What disputes and withdrawals do to the next release (docs/formats/list-audit.md, section 19).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pdqlite.errors import ArgumentError, EntryRuleError, WrongKeyError
from pdqlite.lists.format import plaintext
from pdqlite.lists.log.record import WITHDRAWN, Record, standing
from pdqlite.lists.publish.publication import Publication
from pdqlite.lists.publish.release import read_release
from pdqlite.lists.verify.auditor import VerifiedList
from pdqlite.types import Entries


def entry_leaves(release: VerifiedList) -> list[bytes]:
    """Return the leaf hash of each entry in the content tree of its release, in list order."""
    count, slots = len(release.entries), release.manifest.slots
    meta = plaintext.pack_meta(release.entries)
    hashes = np.zeros((slots, 32), np.uint8)
    packed = np.zeros((slots, meta.shape[1]), np.uint8)
    hashes[:count], packed[:count] = release.entries.rows, meta
    return list(plaintext.leaf_hashes(release.head, hashes, packed))[1 : count + 1]


@dataclass(slots=True)
class Disputes:
    """
    What stands against hashes.

    Attributes:
        disputing: Hash to the organisations whose mark does not count for it.
        withdrawn: Hashes that do not enter.
        left_out, marked: Entries that apply() left without a source, and that it left with fewer.
    """

    disputing: dict[bytes, set[str]]
    withdrawn: set[bytes]
    left_out: int = 0
    marked: int = 0

    @classmethod
    def of(cls, book: Publication, keys: Sequence[bytes]) -> Disputes:
        """
        Find the hashes of all records that stand in a published list, logged or waiting.

        Raises:
            ListError: A record is signed by nobody, or names an entry that is in no release.
            ArgumentError: No key opens a release that a record names.
        """
        found = cls({}, set())
        opened: dict[int, tuple[VerifiedList, dict[bytes, int]]] = {}
        for record in standing(book.records()):
            if record.release not in opened:
                release = _open(book.path / str(record.release), keys)
                opened[record.release] = release, {leaf: i for i, leaf in enumerate(entry_leaves(release))}
            release, places = opened[record.release]
            if record.leaf not in places:
                raise EntryRuleError(f"record {record.seq} names an entry that release {record.release} does not have")
            found._enter(record, release, places[record.leaf])
        return found

    def _enter(self, record: Record, release: VerifiedList, place: int) -> None:
        row = release.entries.rows[place].tobytes()
        marks = int(release.entries.sources[place])
        own = any(marks >> i & 1 for i, name in release.manifest.sources.items() if name == record.by)
        self.disputing.setdefault(row, set()).add(record.by)
        if record.kind == WITHDRAWN and own:  # nobody withdraws what others alone submitted: that is a dispute
            self.withdrawn.add(row)

    def apply(self, entries: Entries, names: Sequence[str]) -> Entries:
        """Return entries without the marks that do not count; `names` are the organisations by number. None stays on what is withdrawn."""
        sources = entries.sources.copy()
        for i, row in enumerate(map(bytes, entries.rows)):
            against = self.disputing.get(row)
            if not against:
                continue
            mask = sum(1 << n for n, name in enumerate(names) if name in against)
            sources[i] = 0 if row in self.withdrawn else int(sources[i]) & ~mask
            self.marked += bool(sources[i])
            self.left_out += not sources[i]
        return replace(entries, sources=sources)


def _open(directory: Path, keys: Sequence[bytes]) -> VerifiedList:
    for key in keys:
        try:
            return read_release(directory, key)
        except WrongKeyError:
            continue
    raise ArgumentError(f"no key opens release {directory.name}, which a record names: give --records-key")
