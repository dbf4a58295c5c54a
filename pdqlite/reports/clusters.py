"""
The groups of a desk, searched by an index of some rows of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pdqlite.index import Index
from pdqlite.reports.desk import OPEN, Desk
from pdqlite.reports.grouping import RADIUS, Rows, Shape, near, packed, same_keypoints, unpacked

CANDIDATES = 32  # groups that one report is compared with
_COMPACT = 32_768  # rows beside the index, before it is built anew
_STEP = 64  # shapes that are searched at a time: a flood of one thing finds its own group after the first of them
_SHAPES = 256  # shapes of groups that are kept at hand
_HITS = 100_000  # near rows that are looked at for one step


class Clusters:
    """The groups of one desk; `place` adds reports to them, some hundred at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        rows, owners = [], []
        for number, kind, block in desk.ask("SELECT number, kind, rows FROM cluster ORDER BY number"):
            sample = Shape(kind, _rows(block), ()).sample
            rows.append(sample)
            owners.append(np.full(len(sample), number, np.int64))
        self._index = Index(np.concatenate(rows) if rows else (), radius=RADIUS)
        self._owners = [np.concatenate(owners) if owners else np.zeros(0, np.int64)]
        self._added = 0
        self._shapes: dict[int, Shape] = {}

    def shape(self, number: int) -> Shape:
        """Return the shape that a group began with."""
        if number in self._shapes:
            return self._shapes[number]
        if len(self._shapes) >= _SHAPES:
            self._shapes.clear()
        kind, rows, signatures = self._desk.one(
            "SELECT kind, rows, signatures FROM cluster WHERE number = ?", (number,)
        ) or ("", b"", b"")
        self._shapes[number] = Shape(kind, _rows(rows), unpacked(signatures))
        return self._shapes[number]

    def place(self, shapes: Sequence[Shape], run: int) -> list[int]:
        """Return the group of each shape, in order; groups that are missing are made."""
        found: dict[bytes, int] = {}
        places: list[int | None] = []
        for shape in shapes:
            key = shape.key
            if key not in found:
                known = self._desk.one("SELECT number FROM cluster WHERE key = ? ORDER BY number LIMIT 1", (key,))
                if known is not None:
                    found[key] = known[0]
            places.append(found.get(key))
        rest = {shapes[i].key: shapes[i] for i, place in enumerate(places) if place is None}
        fresh = list(rest.values())
        for at in range(0, len(fresh), _STEP):
            found.update(self._search(fresh[at : at + _STEP], run))
        return [place if place is not None else found[shape.key] for place, shape in zip(places, shapes, strict=True)]

    def _search(self, shapes: list[Shape], run: int) -> dict[bytes, int]:
        """Place different shapes: in groups that are there, else in those that earlier ones of these have begun."""
        samples = [shape.sample for shape in shapes]
        rows, whose = np.concatenate(samples), np.repeat(np.arange(len(samples)), [len(s) for s in samples])
        there, owners = _counted(self._index, rows, whose), np.concatenate(self._owners)
        here = _counted(Index(rows, "scan"), rows, whose)
        made: dict[int, int] = {}  # number of the shape -> group
        found: dict[bytes, int] = {}
        for i, shape in enumerate(shapes):
            old = Counter(int(owners[row]) for row in there[i])
            new = Counter(made[int(whose[row])] for row in here[i] if int(whose[row]) in made)
            group, like = self._choose(shape, [*_ranked(old), *_ranked(new)])
            if group is None:
                group = made[i] = self._make(shape, like, run)
            found[shape.key] = group
        self._remember([samples[i] for i in made], list(made.values()))
        return found

    def _choose(self, shape: Shape, candidates: list[int]) -> tuple[int | None, int | None]:
        """Return the group that a shape belongs to; or, second, one that has its hashes and other keypoints."""
        like = None
        for number in candidates[:CANDIDATES]:
            other = self.shape(number)
            if near(shape, other):
                if same_keypoints(shape, other):
                    return number, None
                like = number if like is None else like
        return None, like

    def _make(self, shape: Shape, like: int | None, run: int) -> int:
        return self._desk.tell(
            "INSERT INTO cluster (kind, state, key, rows, signatures, like, run, members, kept) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)",
            (shape.kind, OPEN, shape.key, shape.rows.tobytes(), packed(shape.signatures), like, run),
        )

    def _remember(self, samples: list[Rows], groups: list[int]) -> None:
        if not samples:
            return
        rows = np.concatenate(samples)
        self._index.add(rows)
        self._owners.append(np.repeat(np.array(groups, np.int64), [len(s) for s in samples]))
        self._added += len(rows)
        if self._added > _COMPACT:
            self._index.compact()
            self._owners, self._added = [np.concatenate(self._owners)], 0


def _rows(block: bytes) -> Rows:
    return np.frombuffer(block, np.uint8).reshape(-1, 32)


def _ranked(counts: Counter[int]) -> list[int]:
    """Return groups by the number of near rows, then by age."""
    return sorted(counts, key=lambda number: (-counts[number], number))[:CANDIDATES]


def _counted(index: Index, rows: Rows, whose: np.ndarray) -> list[list[int]]:
    """Return the near rows of each shape, some hundred at most."""
    near_rows: list[list[int]] = [[] for _ in range(int(whose[-1]) + 1)]
    hits = index.search_many(rows, RADIUS, limit=_HITS)
    for query, row in zip(hits.query.tolist(), hits.row.tolist(), strict=True):
        held = near_rows[whose[query]]
        if len(held) < 64 * CANDIDATES:
            held.append(row)
    return near_rows
