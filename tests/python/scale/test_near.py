"""Near repeats by the index against their definition; parts of a spill against sorting in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pdqlite import lists
from pdqlite.scale import near, spill


def clustered(seed: int, clusters: int, members: int, single: int) -> np.ndarray:
    """Different hashes in list order: some in clusters of a few bits, some alone."""
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 256, (clusters, 32), dtype=np.uint8)
    flips = np.packbits(rng.random((clusters, members, 256)) < 0.04, axis=2)
    rows = np.concatenate([(centres[:, None] ^ flips).reshape(-1, 32), rng.integers(0, 256, (single, 32), dtype=np.uint8)])  # fmt: skip
    return np.unique(rows, axis=0)


def defined(rows: np.ndarray, radius: int) -> set[tuple[int, int, int]]:
    """The definition: the first free hash leads, all free ones within the radius join."""
    free, found = np.ones(len(rows), bool), set()
    for leader in range(len(rows)):
        if not free[leader]:
            continue
        distance = np.unpackbits(rows ^ rows[leader], axis=1).sum(axis=1)
        members = np.flatnonzero(free & (distance <= radius) & (np.arange(len(rows)) > leader))
        free[members] = False
        found |= {(leader, int(m), int(distance[m])) for m in members}
    return found


@pytest.mark.parametrize(("queries", "hits", "block"), [(1 << 12, 1 << 24, 1 << 23), (16, 40, 100), (3, 4, 37)])
def test_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, queries: int, hits: int, block: int) -> None:
    monkeypatch.setattr(near, "_QUERIES", queries)
    monkeypatch.setattr(near, "_HITS", hits)
    rows = clustered(1, 12, 15, 200)
    found = [g for group in near.groups(rows, 31, tmp_path, block) for g in zip(*(c.tolist() for c in group), strict=True)]  # fmt: skip
    expected = defined(rows, 31)
    assert set(found) == expected and len(found) == len(expected) > 100
    assert not list(tmp_path.iterdir())


def test_none_and_one(tmp_path: Path) -> None:
    rows = clustered(2, 1, 1, 0)
    assert list(near.groups(rows, 31, tmp_path)) == [] == list(near.groups(rows[:0], 31, tmp_path))


@pytest.mark.parametrize("video", [False, True])
def test_parts_are_one_merge(tmp_path: Path, video: bool) -> None:
    """Many hashes, one of them very often, in parts of any size: the entries of lists.merge over all."""
    rng = np.random.default_rng(4)
    pool = np.concatenate([clustered(3, 1, 1, 60), np.tile(clustered(5, 1, 1, 0), (30, 1))])
    chosen = rng.integers(0, len(pool), 900)
    numbers = rng.integers(0, 4, (2, 900)).astype(np.uint32)
    empty = pa.nulls(900, pa.uint32())
    table = pa.table(
        [
            pa.array([row.tobytes() for row in pool[chosen]], pa.binary(32)), pa.array(1 << rng.integers(0, 3, 900), pa.uint16()),
            pa.array(1 << rng.integers(0, 3, 900), pa.uint16()), pa.array(rng.integers(50, 101, 900), pa.uint8()),
            pa.array(numbers[0]) if video else empty, pa.array(numbers[1]) if video else empty,
            pa.array([rng.bytes(2) if n % 3 else None for n in range(900)], pa.large_binary()),
        ], spill.SCHEMA,
    )  # fmt: skip
    expected = lists.merge(spill.entries_of(table))
    sample = spill.Sample()
    sample.add(spill.heads_of(table["pdq"]))
    for part, room in ((1 << 30, 1 << 30), (20_000, 3_000), (2_000, 500)):
        cuts = sample.cuts(part)
        assert (len(cuts) > 5) == (part < 1 << 20)
        spilled = spill.Spill(tmp_path, "image", cuts, 4_000)
        for start in range(0, 900, 70):
            spilled.add(table.slice(start, 70))
        made = lists.join(list(spilled.parts(room)))
        assert spill.table_of(made).equals(spill.table_of(expected)) and not list(tmp_path.iterdir())
