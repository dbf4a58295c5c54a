"""
What the private map of the release before says of its entries: which records gave them, each with its own part of the entry's marks and categories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from pdqlite.errors import ArgumentError
from pdqlite.intake.privatemap import Origin
from pdqlite.types import Entries

ACCEPTANCE = "acceptance"  # the form of a file that an accepted report is


def bits(origin: Origin, organisations: Sequence[str]) -> int:
    """Return the mask of the organisations that vouched with a row."""
    return sum(1 << i for i, name in enumerate(organisations) if name in origin.marks)


def told(
    entries: Entries, masks: np.ndarray, origins: Iterable[Origin], organisations: Sequence[str]
) -> tuple[dict[int, list[Origin]], dict[int, int]]:
    """
    Return what a map says of each entry; and of those that reports gave, the marks that something else gave.

    Raises:
        ArgumentError: The map is of another release, or not whole.
    """
    said: dict[int, list[Origin]] = {}
    reported: set[int] = set()
    every, others = np.zeros_like(masks), np.zeros_like(masks)
    for o in origins:
        if not 0 <= o.entry < len(entries) or entries.rows[o.entry].tobytes() != o.bits:
            raise ArgumentError("the map is of another release: its entries have other hashes")
        mask = bits(o, organisations)
        every[o.entry] |= mask
        if o.form == ACCEPTANCE:
            reported.add(o.entry)
            continue
        said.setdefault(o.entry, []).append(o)
        others[o.entry] |= mask
    if (said or reported) and np.any(masks & ~every):
        raise ArgumentError("the map is not whole: it does not say where some marks of the release come from")
    return said, {entry: int(others[entry]) for entry in reported}


def records_of(
    origins: Sequence[Origin],
    marks: int,
    categories: int,
    organisations: Sequence[str],
    category_of: Callable[[str], int],
) -> list[tuple[Origin | None, int, int]]:
    """
    Return the records that gave an entry, each with its own part of the entry's marks and of its categories: one may go and the others stay.

    Args:
        marks, categories: Masks of the entry.
        category_of: From a record's own word to the mask of its category now. Where the records' words do not make the entry's categories, each has all.
    """
    found: dict[tuple[str, str, str], tuple[Origin, int]] = {}
    for o in origins:
        key = o.id, o.source, o.category
        found[key] = o, (found[key][1] if key in found else 0) | bits(o, organisations) & marks
    own = {key: category_of(o.category) for key, (o, mask) in found.items() if mask}
    whole = 0
    for mask in own.values():
        whole |= mask
    parts = [(o, mask, own[key] if whole == categories and own[key] else categories) for key, (o, mask) in found.items() if mask]  # fmt: skip
    return list(parts) or [(None, marks, categories)]
