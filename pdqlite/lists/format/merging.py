"""
Entries of several submissions made one: columns picked, joined, merged in list order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pdqlite.errors import ArgumentError, EntryRuleError, expect
from pdqlite.lists.format import plaintext
from pdqlite.types import Entries


def take(entries: Entries, index: np.ndarray) -> Entries:
    """Return the entries at these positions."""
    expect("entries", entries, Entries)

    def pick(column: np.ndarray | None) -> np.ndarray | None:
        return None if column is None else column[index]

    records = entries.keypoints
    return Entries(
        rows=np.ascontiguousarray(entries.rows[index]),
        categories=entries.categories[index],
        sources=entries.sources[index],
        flags=entries.flags[index],
        quality=entries.quality[index],
        video=pick(entries.video),
        time_ms=pick(entries.time_ms),
        keypoints=None if records is None else tuple(records[i] for i in index.tolist()),
        exact=entries.exact,
    )


def join(parts: Sequence[Entries]) -> Entries:
    """Return the entries of several submissions of one type, one after the other."""
    if not isinstance(parts, list | tuple) or not parts:
        raise ArgumentError("expected a list of at least one part")
    for part in parts:
        expect("a part", part, Entries)
    if len({(p.kind, p.keypoints is None) for p in parts}) != 1:
        raise ArgumentError("expected parts of one type, all with keypoint signatures or none")
    columns: dict[str, Any] = {}
    for name in ("rows", "categories", "sources", "flags", "quality", "video", "time_ms"):
        values = [getattr(p, name) for p in parts]
        columns[name] = None if values[0] is None else np.concatenate(values)
    records = [p.keypoints for p in parts if p.keypoints is not None]
    joined = tuple(r for part in records for r in part) if records else None
    return Entries(**columns, keypoints=joined, exact=parts[0].exact)


def usable(entries: Entries) -> Entries:
    """Return the entries whose hashes a list may carry: not too flat, not degenerate."""
    expect("entries", entries, Entries)
    if entries.exact:
        return entries
    keep = ~plaintext.unusable(entries.rows, entries.quality, entries.flags)
    return take(entries, np.flatnonzero(keep))


def vouched(entries: Entries, least: int) -> Entries:
    """Return the entries that at least so many sources vouch for."""
    expect("entries", entries, Entries)
    return take(entries, np.flatnonzero(plaintext.count_bits(entries.sources) >= least))


def merge(entries: Entries) -> Entries:
    """
    Return entries in list order, those of one hash (and place in one video) made one.

    Categories and sources are united; the best known quality and the first keypoint signature stay.

    Raises:
        EntryRuleError: Two organisations disagree on the flags of one hash.
    """
    expect("entries", entries, Entries)
    if not len(entries):
        return entries
    words = plaintext.order_words(entries)
    order = np.lexsort(words[::-1])
    entries = take(entries, order)
    words = [w[order] for w in words]
    new = np.ones(len(order), bool)
    new[1:] = np.any([w[1:] != w[:-1] for w in words], axis=0)
    starts = np.flatnonzero(new)
    if (np.repeat(entries.flags[starts], np.diff(starts, append=len(new))) != entries.flags).any():
        raise EntryRuleError("one hash is given with different flags")
    known = np.where(entries.quality == plaintext.QUALITY_UNKNOWN, 0, entries.quality)
    best = np.maximum.reduceat(known, starts)
    first = take(entries, starts)
    records = entries.keypoints
    if records is not None:
        groups = zip(starts, [*starts[1:], len(new)], strict=True)
        records = tuple(min(filter(None, records[a:b]), default=b"") for a, b in groups)
    return Entries(
        rows=first.rows,
        categories=np.bitwise_or.reduceat(entries.categories, starts),
        sources=np.bitwise_or.reduceat(entries.sources, starts),
        flags=first.flags,
        quality=np.where(best == 0, plaintext.QUALITY_UNKNOWN, best).astype(np.uint8),
        video=first.video,
        time_ms=first.time_ms,
        keypoints=records,
        exact=entries.exact,
    )
