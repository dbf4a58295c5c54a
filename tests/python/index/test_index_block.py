"""Both shapes of the index find what the definition finds; damaged blocks do no harm."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite.errors import ArgumentError, IndexBlockError, UnreadableError
from pdqlite.index import Index
from pdqlite.native import core
from pdqlite.native import index as native_index
from pdqlite.types import Hit

KERNELS = core.kernels()
SHAPES = ["scan", "self", "compact"]
Rows = npt.NDArray[np.uint8]


def crowd(seed: int, n: int, centres: int) -> Rows:
    """Hashes around a few centres: near, at and beyond every radius, some of them equal."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (centres, 256), dtype=np.uint8)[rng.integers(0, centres, n)]
    flips = rng.choice([0, 0, 1, 2, 8, 15, 16, 17, 30, 31, 32, 33, 47, 63, 64, 90], n)
    order = rng.random((n, 256)).argsort(axis=1).argsort(axis=1)
    return np.packbits(bits ^ (order < flips[:, None]), axis=1)


def definition(queries: Rows, rows: Rows, radius: int) -> list[tuple[int, int, int]]:
    found = []
    for q, query in enumerate(queries):
        distances = np.unpackbits(rows ^ query, axis=1).sum(axis=1, dtype=np.int64)
        found += [(q, int(i), int(distances[i])) for i in np.flatnonzero(distances <= radius)]
    return found


def found_by(index: Index, kernel: core.Kernels, queries: Rows, radius: int) -> list[object]:
    hits = index._state.base.search_many(kernel.pointer, queries, radius, None)
    return list(hits.tolist())


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=25, deadline=None)
@given(
    n=st.sampled_from([0, 1, 2, 255, 256, 257, 600, 1500]),
    centres=st.sampled_from([1, 2, 20]),
    n_queries=st.sampled_from([0, 1, 2, 17]),
    radius=st.one_of(st.integers(0, 70), st.integers(0, 256)),
    seed=st.integers(0, 2**32),
)
def test_search_is_the_definition(
    kernel: core.Kernels,
    shape: str,
    n: int,
    centres: int,
    n_queries: int,
    radius: int,
    seed: int,
) -> None:
    pool = crowd(seed, n + n_queries, centres)
    queries, rows = pool[:n_queries], pool[n_queries:]
    index = Index(rows, shape)

    assert found_by(index, kernel, queries, radius) == definition(queries, rows, radius)
    assert index.rows.tobytes() == rows.tobytes()


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_radius(kernel: core.Kernels, shape: str) -> None:
    pool = crowd(7, 900, 3)
    index = Index(pool, shape)
    for radius in range(257):
        assert found_by(index, kernel, pool[:2], radius) == definition(pool[:2], pool, radius)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("value", [0, 255, 0x5A])
@pytest.mark.parametrize("n", [1, 256, 5000])
def test_all_rows_equal(shape: str, value: int, n: int) -> None:
    index = Index(np.full((n, 32), value, np.uint8), shape)
    assert index.search(bytes([value]) * 32, 0) == [Hit(i, 0) for i in range(n)]
    assert index.search(bytes([value ^ 1]) + bytes([value]) * 31, 0) == []
    assert index.search(bytes([value ^ 255]) * 32, 256) == [Hit(i, 256) for i in range(n)]
    assert len(index.search_many(bytes([value]) * 64, 31, limit=n).row) == n


def test_copies_cost_little() -> None:
    """A list that holds one hash a million times pays for the row numbers only."""
    rows = np.zeros((1_000_001, 32), np.uint8)
    rows[17] = 255
    index = Index(rows)
    info = index.info
    assert (info.shape, info.unique) == ("self", 2)
    assert info.list_bytes + info.row_bytes < 5 * len(rows)
    assert index.search(b"\xff" * 32, 31) == [Hit(17, 0)]
    many = index.search_many(bytes(32), 31)
    assert many.row.tolist() == [i for i in range(len(rows)) if i != 17]


def test_one_hot_band() -> None:
    """Rows that agree in one whole band overflow the packed offsets."""
    rng = np.random.default_rng(5)
    rows = rng.integers(0, 256, (4000, 32), dtype=np.uint8)
    rows[:3000, :28] = rows[0, :28]
    index = Index(rows, "self")
    queries = rows[[0, 1, 2999, 3500]]
    for radius in (0, 10, 31, 63):
        assert found_by(index, KERNELS[0], queries, radius) == definition(queries, rows, radius)


def test_auto_says_why() -> None:
    """A few hundred buckets beat a scan of many rows; at a large radius there are too many of them."""
    rows = np.random.default_rng(1).integers(0, 256, (100_000, 32), dtype=np.uint8)
    few, many, far = Index(rows[:9000]).info, Index(rows).info, Index(rows, radius=60).info
    assert (few.shape, many.shape, far.shape) == ("scan", "self", "scan")
    assert few.list_bytes == 32 * 9000
    assert "272 buckets" in many.why and "radius 31" in many.why  # 16 bands, 17 values each
    assert "radius 60" in far.why
    assert Index(rows[:9], "self").info.why == "asked for"
    assert Index(rows[:9], radius=256).info.why.startswith("9 rows, radius 256: a scan")


def test_rows_in_index_order_need_no_map() -> None:
    """Rows sorted by their bands: the number of a row is that of its entry, at no cost."""
    rows = crowd(3, 3000, 3000)
    rows = rows[np.unique(rows, axis=0, return_index=True)[1]]
    columns = np.unpackbits(rows, axis=1).reshape(-1, 16, 16)[:, :, ::-1]  # row t, column c: lowest bit first
    t, c = np.meshgrid(np.arange(16), np.arange(16), indexing="ij")
    band = (t + 5 * c) % 16
    keys = [sum(columns[:, i, j].astype(np.int64) << i for i, j in np.argwhere(band == b)) for b in range(16)]
    ordered = rows[np.lexsort(keys[::-1])]
    index, other = Index(ordered, "self"), Index(rows, "self")
    assert index.rows.tobytes() == ordered.tobytes()
    assert index.info.bytes < other.info.bytes - len(rows)
    assert found_by(index, KERNELS[0], ordered[:20], 31) == definition(ordered[:20], ordered, 31)


def test_shape_that_is_none() -> None:
    with pytest.raises(ArgumentError):
        Index([bytes(32)], "tree")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mmap", [True, False])
def test_save_and_open(tmp_path: Path, shape: str, mmap: bool) -> None:
    rows = crowd(2, 700, 9)
    index = Index(rows, shape)
    index.save(tmp_path / "list.index")
    assert [p.name for p in tmp_path.iterdir()] == ["list.index"]
    for other in (
        Index.open(tmp_path / "list.index", mmap),
        Index.load(tmp_path / "list.index", mmap),
        Index.open(bytes(index.block)),
        pickle.loads(pickle.dumps(index)),
    ):
        assert other.rows.tobytes() == rows.tobytes()
        assert other.search(rows[3].tobytes(), 31) == index.search(rows[3].tobytes(), 31)
        assert other.info.shape == shape


@pytest.mark.parametrize("shape", ["scan", "self"])
def test_a_copied_file_may_shrink(tmp_path: Path, shape: str) -> None:
    """What mmap=False promises; a mapped file must not (docs/explanation/search.md)."""
    rows = crowd(3, 700, 9)
    path = tmp_path / "list.index"
    Index(rows, shape).save(path)
    index = Index.open(path, mmap=False)
    os.truncate(path, 100)
    assert index.search(rows[5].tobytes(), 31) == Index(rows, shape).search(rows[5].tobytes(), 31)
    with pytest.raises(IndexBlockError):
        Index.open(path)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("at", [16, 24, 28, 36, 40, 48])
def test_sizes_larger_than_memory(shape: str, at: int) -> None:
    """Numbers that would need more than there is: refused by the header alone."""
    block = bytearray(Index(crowd(5, 300, 5), shape).block)
    block[at : at + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(IndexBlockError):
        native_index.Block(block)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("mapped", [False, True])
def test_searches_after_a_fork(tmp_path: Path, mapped: bool) -> None:
    rows = crowd(3, 500, 9)
    index = Index(rows, "self")
    if mapped:
        index.save(tmp_path / "list.index")
        index = Index.open(tmp_path / "list.index")
    expected = index.search(rows[0].tobytes(), 31)
    child = os.fork()
    if child == 0:
        os._exit(0 if index.search(rows[0].tobytes(), 31) == expected else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_files_that_are_no_index(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with pytest.raises(UnreadableError):
        Index.open(path)
    for content in (b"", b"pdqlindx", bytes(128), bytes(5000)):
        path.write_bytes(content)
        for mmap in (True, False):
            with pytest.raises(IndexBlockError):
                Index.open(path, mmap)


def test_equal_rows_make_equal_blocks() -> None:
    rows = crowd(4, 800, 5)
    for shape in SHAPES:
        assert bytes(Index(rows, shape).block) == bytes(Index(rows.copy(), shape).block)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_header_has_a_second_form(shape: str) -> None:
    """Any other bit in the header is refused, and so is any other length."""
    block = bytearray(Index(crowd(5, 300, 5), shape).block)
    for bit in range(128 * 8):
        block[bit // 8] ^= 1 << bit % 8
        try:
            native_index.Block(block)
        except IndexBlockError:
            pass
        else:  # sizes alone cannot tell these apart: numbers within one section's rounding
            assert 32 <= bit // 8 < 112
            assert shape != "scan"
        block[bit // 8] ^= 1 << bit % 8
    for length in [0, 1, 127, 128, len(block) // 2, len(block) - 1]:
        with pytest.raises(IndexBlockError):
            Index.open(bytes(block[:length]))
    with pytest.raises(IndexBlockError):
        Index.open(bytes(block) + b"\0")


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[:12] + b[12:16][::-1] + b[16:],
        lambda b: b[:8] + (0).to_bytes(4, "little") + b[12:],
        lambda b: b[:8] + bytes([3 - b[8]]) + b[9:],  # 1, or compact 2: the other one's
        lambda b: b[:8] + (3).to_bytes(4, "little") + b[12:],
        lambda b: b[:8] + b[8:12][::-1] + b[12:],
        lambda b: b"PDQLINDX" + b[8:],
    ],
    ids=["shape", "none", "other", "later", "endianness", "magic"],
)
def test_other_versions(damage: Callable[[bytes], bytes]) -> None:
    for shape in SHAPES:
        with pytest.raises(IndexBlockError):
            Index.open(damage(bytes(Index(crowd(6, 300, 5), shape).block)))


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_damaged_bodies_do_no_harm(kernel: core.Kernels) -> None:
    """Flipped bytes anywhere behind the header: hits that can be, or IndexBlockError."""
    random = Random(8)
    rows = crowd(8, 600, 4)
    block = bytes(Index(rows, "self").block)
    info = Index(rows, "self").info
    parts = [
        (128, 128 + info.directory_bytes),
        (128 + info.directory_bytes, 128 + info.directory_bytes + info.list_bytes),
        (len(block) - info.row_bytes, len(block)),
    ]
    refused = 0
    for turn in range(150):
        other = bytearray(block)
        start, end = parts[turn % 3]
        for _ in range(random.choice([1, 30, 3000])):
            other[random.randrange(start, end)] = random.randrange(256)
        opened = native_index.Block(bytes(other))
        for radius in (31, 63, 200):
            try:
                hits = opened.search_many(kernel.pointer, rows[:3], radius, None)
            except IndexBlockError:
                refused += 1
                continue
            assert (hits["row"] < len(rows)).all()
            assert (hits["distance"] <= radius).all()
        try:
            assert opened.rows().shape == rows.shape
        except IndexBlockError:
            refused += 1
    assert refused > 50


@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_changes_are_the_definition(data: st.DataObject, seed: int) -> None:
    """Adding, removing and compacting leave what a plain list of rows would hold."""
    pool = crowd(seed, 900, 4)
    index, rows, dead = Index(pool[:300], data.draw(st.sampled_from(SHAPES))), pool[:300], set()
    for _ in range(data.draw(st.integers(1, 4))):
        change = data.draw(st.sampled_from(["add", "remove", "compact"]))
        if change == "add":
            n = data.draw(st.sampled_from([0, 1, 40, 290]))
            more = pool[300 : 300 + n]
            assert index.add(more) == range(len(rows), len(rows) + n)
            rows = np.concatenate([rows, more])
        elif change == "remove":
            gone = data.draw(st.sets(st.integers(0, max(0, len(rows) - 1)), max_size=30))
            index.remove(gone if len(rows) else [])
            dead |= gone if len(rows) else set()
        else:
            kept = index.compact()
            assert kept.tolist() == [i for i in range(len(rows)) if i not in dead]
            rows, dead = rows[kept], set()
        expected = [h for h in definition(pool[:4], rows, 31) if h[1] not in dead]
        hits = index.search_many(pool[:4], 31)
        assert list(zip(*(c.tolist() for c in hits), strict=True)) == expected
        few = index.search_many(pool[:4], 31, limit=7)
        assert list(zip(*(c.tolist() for c in few), strict=True)) == expected[:7]
        assert index.search(pool[0].tobytes(), 31) == [Hit(i, d) for q, i, d in expected if q == 0]
        assert len(index) == len(rows) - len(dead)
        assert index.info.rows == len(index)


def test_changes_that_cannot_be(tmp_path: Path) -> None:
    index = Index(crowd(1, 20, 3))
    for numbers in ([20], [-1], [3, 99]):
        with pytest.raises(ArgumentError):
            index.remove(numbers)
    assert len(index) == 20
    index.remove([3])
    with pytest.raises(ArgumentError):
        index.save(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
    index.compact()
    index.save(tmp_path / "x")
    assert len(Index.open(tmp_path / "x")) == 19
