"""
What changed between two releases of a list, in counts: what whoever must sign the later one wants to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pdqlite.errors import ArgumentError, expect
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.plaintext import NEGATIVE
from pdqlite.lists.verify.auditor import VerifiedList
from pdqlite.types import Entries

Counts = dict[str, Any]


def compare(old: VerifiedList, new: VerifiedList) -> dict[str, Counts]:
    """
    Return the counts of entries `added`, `removed`, `changed` (other categories, organisations or flags) and `kept`, each with its
    counts by category and source; and `harmless`: of the changed, what is `to_be_found_now` and what is `harmless_now`, and what is harmless of those `added` and
    `removed`. Entries are the same if hash and, in videos, time are; names are compared, not numbers.

    Raises:
        ArgumentError: Not two releases of one list.
    """
    for given in (old, new):
        expect("a release", given, VerifiedList, "lists.open_list")
    if (old.manifest.origin, old.manifest.type) != (new.manifest.origin, new.manifest.type):
        raise ArgumentError(
            f"two lists: {old.manifest.origin} of type {old.manifest.type}, {new.manifest.origin} of type {new.manifest.type}"
        )
    before, after = _keys(old.entries), _keys(new.entries)
    order = {key: i for i, key in enumerate(before)}
    partner = np.array([order.get(key, -1) for key in after], np.int64)
    there = partner >= 0
    gone = np.ones(len(before), bool)
    gone[partner[there]] = False
    same = np.zeros(len(after), bool)
    if there.any():
        was = _said(old, partner[there])
        same[there] = (was == _said(new, np.flatnonzero(there), old.manifest)).all(axis=1)
    return {
        "added": _counted(new, ~there),
        "removed": _counted(old, gone),
        "changed": _counted(new, there & ~same),
        "kept": _counted(new, same),
        "harmless": _harmless(old, new, partner, gone),
    }


def _harmless(old: VerifiedList, new: VerifiedList, partner: np.ndarray, gone: np.ndarray) -> dict[str, int]:
    """Return counts of what says "must not match". `partner`: the entry of `old` that each of `new` was, -1 if none; `gone`: of `old`, those without one."""
    was, now = (release.entries.flags & NEGATIVE != 0 for release in (old, new))
    there = partner >= 0
    before = was[partner[there]]
    return {
        "to_be_found_now": int((before & ~now[there]).sum()),
        "harmless_now": int((~before & now[there]).sum()),
        "added": int(now[~there].sum()),
        "removed": int(was[gone].sum()),
    }


def _keys(entries: Entries) -> list[bytes]:
    """Return what makes each entry itself: its hash, and its time in a video; the k-th of equal ones has k behind it."""
    times = entries.time_ms
    found, seen = [], {}  # type: list[bytes], dict[bytes, int]
    for i, row in enumerate(entries.rows):
        key = row.tobytes() + (int(times[i]).to_bytes(4, "big") if times is not None else b"")
        seen[key] = number = seen.get(key, -1) + 1
        found.append(key + number.to_bytes(4, "big"))
    return found


def _said(release: VerifiedList, at: np.ndarray, numbering: Manifest | None = None) -> np.ndarray:
    """Return masks of categories and sources in the numbers of another release, and flags, shape (n, 3). A name it lacks is bit 16."""
    entries, manifest = release.entries, release.manifest
    columns = []
    for masks, names, others in (
        (entries.categories[at], manifest.categories, (numbering or manifest).categories),
        (entries.sources[at], manifest.sources, (numbering or manifest).sources),
    ):
        places = {name: i for i, name in others.items()}
        renumbered = np.zeros(len(at), np.uint32)
        for i, name in names.items():
            renumbered |= ((masks >> i) & 1).astype(np.uint32) << np.uint32(places.get(name, 16))
        columns.append(renumbered)
    return np.stack([*columns, entries.flags[at].astype(np.uint32)], axis=1)


def _counted(release: VerifiedList, which: np.ndarray) -> Counts:
    def by(masks: np.ndarray, names: Mapping[int, str]) -> dict[str, int]:
        return {name: count for i, name in names.items() if (count := int(((masks[which] >> i) & 1).sum()))}

    entries = release.entries
    return {
        "entries": int(which.sum()),
        "category": by(entries.categories, release.manifest.categories),
        "source": by(entries.sources, release.manifest.sources),
    }
