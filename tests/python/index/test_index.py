"""Index.search finds what the definition of Hamming distance finds."""

import threading
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite.errors import ArgumentError, ShapeError
from pdqlite.index import Index, as_rows
from pdqlite.native import core
from pdqlite.native import index as native_index
from pdqlite.types import Hit

KERNELS = core.kernels()


def distance(a: bytes, b: bytes) -> int:
    """The definition."""
    return sum(bin(x ^ y).count("1") for x, y in zip(a, b, strict=True))


def hashes(seed: int, n: int) -> list[bytes]:
    """Hashes of which many lie near each other: a few centres, each with some bits flipped."""
    random = Random(seed)
    centres = [random.randbytes(32) for _ in range(1 + n // 8)]
    found = []
    for _ in range(n):
        flips = sum(1 << bit for bit in random.sample(range(256), random.choice([0, 1, 15, 30, 31, 32, 33, 60])))
        found.append((int.from_bytes(random.choice(centres), "big") ^ flips).to_bytes(32, "big"))
    return found


def expected_hits(queries: list[bytes], rows: list[bytes], radius: int) -> list[tuple[int, int, int]]:
    return [
        (q, i, d)
        for q, query in enumerate(queries)
        for i, row in enumerate(rows)
        if (d := distance(query, row)) <= radius
    ]


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
@settings(max_examples=60, deadline=None)
@given(
    n=st.sampled_from([0, 1, 3, 4, 63, 64, 65, 129]),
    n_queries=st.sampled_from([0, 1, 2, 15, 16, 17]),
    radius=st.one_of(st.integers(0, 256), st.sampled_from([0, 1, 30, 31, 32, 63, 64, 128, 255, 256])),
    seed=st.integers(0, 2**32),
)
def test_scan_is_the_definition(kernel: core.Kernels, n: int, n_queries: int, radius: int, seed: int) -> None:
    """Every kernel finds what the definition finds, by query, then row."""
    pool = hashes(seed, n + n_queries)
    rows, queries = pool[:n], pool[n:]

    hits = native_index.scan(kernel.pointer, as_rows(queries), as_rows(rows), radius)

    assert [tuple(hit) for hit in hits.tolist()] == expected_hits(queries, rows, radius)


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(0, 90),
    radius=st.integers(0, 256),
    limit=st.integers(0, 300),
    seed=st.integers(0, 2**32),
)
def test_limit_keeps_the_first(n: int, radius: int, limit: int, seed: int) -> None:
    pool = hashes(seed, n + 3)
    rows, queries = pool[3:], pool[:3]

    hits = Index(rows).search_many(queries, radius, limit=limit)

    assert list(zip(*(c.tolist() for c in hits), strict=True)) == expected_hits(queries, rows, radius)[:limit]


def test_search_and_search_many_agree() -> None:
    rows = hashes(1, 300)
    index = Index(rows)
    for query in rows[:20]:
        one = index.search(query, 31)
        assert one == [Hit(i, d) for _, i, d in expected_hits([query], rows, 31)]
        many = index.search_many([query], 31)
        assert [(h.row, h.distance) for h in one] == list(zip(many.row.tolist(), many.distance.tolist(), strict=True))
    assert len(index) == 300
    assert index.rows.tobytes() == b"".join(rows)


def test_many_hits_of_one_query() -> None:
    """More hits than any buffer kept from call to call."""
    index = Index(np.zeros((5000, 32), np.uint8))
    assert index.search(bytes(32), 0) == [Hit(i, 0) for i in range(5000)]
    assert index.search(b"\xff" * 32, 256) == [Hit(i, 256) for i in range(5000)]
    assert index.search(b"\xff" * 32, 255) == []


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview, lambda b: np.frombuffer(b, np.uint8)])
def test_query_kinds(make) -> None:  # type: ignore[no-untyped-def]
    rows = hashes(2, 9)
    assert Index(rows).search(make(rows[4]), np.int64(0))[0].distance == 0


@pytest.mark.parametrize(
    "rows",
    [
        np.zeros((3, 31), np.uint8),
        np.zeros((3, 33), np.uint8),
        np.zeros(32, np.uint8),
        np.zeros((3, 32), np.int64),
        np.zeros((1, 1, 32), np.uint8),
        b"x" * 33,
        [b"x" * 31],
    ],
)
def test_rows_that_are_no_hashes(rows) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ShapeError):
        Index(rows)
    with pytest.raises(ShapeError):
        Index([]).search_many(rows, 31)


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"x" * 31,
        b"x" * 33,
        "x" * 32,
        5,
        None,
        np.zeros((1, 32), np.uint8),
        np.zeros(32, np.int8),
    ],
)
def test_queries_that_are_no_hash(query) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ShapeError):
        Index([bytes(32)]).search(query, 31)


@pytest.mark.parametrize("radius", [-1, 257, 2**40, 1.5, "31", None])
def test_radius_out_of_range(radius) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ArgumentError):
        Index([bytes(32)]).search(bytes(32), radius)
    with pytest.raises(ArgumentError):
        Index([bytes(32)]).search_many([bytes(32)], radius)


def test_strided_rows() -> None:
    wide = np.frombuffer(b"".join(hashes(3, 40)), np.uint8).reshape(-1, 32)
    index = Index(wide[::-2])
    assert index.rows.tobytes() == wide[::-2].tobytes()
    assert index.search(wide[39].tobytes(), 0)[0] == Hit(0, 0)


def test_threads_share_an_index() -> None:
    rows = hashes(4, 400)
    index = Index(rows)
    expected = [index.search(query, 60) for query in rows[:50]]
    wrong: list[int] = []

    def work() -> None:
        for _ in range(10):
            wrong.extend(i for i, query in enumerate(rows[:50]) if index.search(query, 60) != expected[i])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
