"""What a caller of the Python package gets wrong: our error at once, in every call; and memory that many calls do not take."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from pdqlite import Entries, ExactMatcher, Index, Matcher, MatchPolicy, errors, exchange, lists, sound
from pdqlite.hashing import Hasher, hash_pixels

ROWS = np.random.default_rng(3).integers(0, 256, (64, 32), dtype=np.uint8)
PICTURE = np.kron(np.random.default_rng(4).integers(0, 256, (16, 16), dtype=np.uint8), np.ones((4, 4), np.uint8))
CALLS = 100_000


def entries() -> Entries:
    n = len(ROWS)
    return Entries(
        ROWS, *(np.full(n, value, np.uint16) for value in (1, 1)), np.zeros(n, np.uint8), np.full(n, 100, np.uint8)
    )


@pytest.mark.parametrize("side", [-3, 0, 4, 2**20 + 1, -(2**31), 2**32 + 64, 2**70, 64.5, "64", None])
def test_sides_that_cannot_be(side):
    for width, height in ((side, 64), (64, side)):
        with pytest.raises(errors.PdqliteError):
            Hasher(width, height)
        with pytest.raises(errors.PdqliteError):
            Hasher(64, 64, (width, height))


def test_a_picture_of_another_size_than_the_hashers():
    with pytest.raises(errors.ShapeError):
        Hasher(64, 32).hash(PICTURE)


def test_wrong_lengths():
    for wrong in (bytes(31), bytes(33), np.zeros((2, 31), np.uint8)):
        with pytest.raises(errors.PdqliteError):
            Index(wrong)
        with pytest.raises(errors.PdqliteError):
            Index(ROWS).search(wrong)
    for radius in (-1, 257, 2**40, 1.5, None):
        with pytest.raises(errors.PdqliteError):
            Index(ROWS).search(ROWS[0], radius)


def test_what_is_no_number_no_list_and_no_entries():
    index = Index(ROWS)
    for limit in (-1, 1.5, float("nan"), "7", [7]):
        with pytest.raises(errors.ArgumentError, match="limit needs a whole number from 0"):
            index.search_many(ROWS, 31, limit)
    for numbers in (None, 3, [None], "ab", [1.5]):
        with pytest.raises(errors.ArgumentError, match="numbers of rows"):
            index.remove(numbers)
    for other in (None, ROWS, {}):
        with pytest.raises(errors.ArgumentError, match="entries: expected Entries"):
            ExactMatcher(other)


def test_a_wide_limit_costs_no_memory():
    index = Index(ROWS)
    for limit in (10**15, 2**70):
        assert index.search_many(ROWS, 256, limit).row.tolist() == index.search_many(ROWS, 256).row.tolist()


def test_a_misspelt_option_is_refused_by_name():
    with pytest.raises(TypeError, match="max_distances"):
        Matcher(entries(), max_distances=10)
    with pytest.raises(TypeError, match="picture_rates"):
        MatchPolicy(picture_rates=1e-7)
    with pytest.raises(errors.ArgumentError, match="auto, scan, self, compact"):
        Index(ROWS, "tree")


def test_two_threads_share_a_matcher():
    matcher = Matcher(entries(), MatchPolicy(uncrop_entries=0))
    alone = matcher.match_pixels(PICTURE)
    both = threading.Barrier(2, timeout=60)
    found: list[bool] = []

    def match():
        both.wait()
        found.extend(matcher.match_pixels(PICTURE) == alone for _ in range(20))

    threads = [threading.Thread(target=match) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 40


def resident() -> int:
    """Return bytes of memory of this process; 0 where the system does not say."""
    path = Path("/proc/self/statm")
    return 4096 * int(path.read_text().split()[1]) if path.exists() else 0


def test_a_hundred_thousand_calls_keep_no_memory():
    wanted, hasher, before = hash_pixels(PICTURE), Hasher(64, 64), 0
    for i in range(CALLS):
        assert hasher.hash(PICTURE) == wanted
        if i % 10 == 0:
            with pytest.raises(errors.ShapeError):
                hasher.hash(PICTURE[:-1])
            with pytest.raises(errors.PdqliteError):
                Index.open(bytes(40))
        if i % 1000 == 0:
            watch = Matcher(entries()).watch()
            watch.push(PICTURE, 0.0)
        if i == CALLS // 10:
            before = resident()
    assert resident() < before + (32 << 20)  # tables of their own of 90 matchers would be 270 MB


@pytest.mark.parametrize("path", [None, 3, [], {}, ["a"], object(), np.zeros(3), ""])
def test_what_is_no_path(path, tmp_path):
    with pytest.raises(errors.ArgumentError, match="an index file needs a path"):
        Index.open(path)
    with pytest.raises(errors.ArgumentError, match="an index file needs a path"):
        Index(ROWS).save(path)
    if not isinstance(path, str):
        with pytest.raises(errors.ArgumentError, match="path of a key file"):
            lists.new_list_key(path)


@pytest.mark.parametrize("value", [None, 3, "entries", ["a"], ("a",), {}, ROWS, object()])
def test_what_is_no_entries(value):
    calls = (
        lists.merge,
        lists.usable,
        lists.join,
        lambda e: lists.vouched(e, 1),
        lambda e: lists.take(e, np.zeros(1, int)),
    )
    for call in (*calls, lambda e: lists.compare(e, e), lambda e: lists.search_sealed(e, ROWS, 31)):
        with pytest.raises(errors.ArgumentError, match="expected"):
            call(value)


@pytest.mark.parametrize("value", [None, 3, [], object(), np.zeros(3), b"x"])
def test_what_is_no_text(value, tmp_path):
    """Names of keys and lists, types of signals, and texts to read: a value of another type is our error, whatever it is."""
    calls = (
        lambda v: lists.new_signing_key(tmp_path / "key", v),
        lambda v: lists.load_signing_key(tmp_path / "key", v),
    )
    for call in (
        *calls,
        lambda v: lists.Trust(v, ("a",), ()),
        lambda v: lists.Trust("a.example", v, ()),
        exchange.signal_name,
    ):
        with pytest.raises(errors.PdqliteError):
            call(value)
    for call in (
        exchange.read,
        exchange.unread,
        exchange.detect,
        lambda v: exchange.missing([v]),
        lambda v: exchange.write([], v),
    ):
        with pytest.raises(errors.PdqliteError):
            list(call("x" if isinstance(value, bytes) and call is exchange.detect else value))
    assert not list(tmp_path.iterdir()), "nothing is written"


def test_a_rate_that_is_no_number():
    for rate in (None, [8000], np.zeros(3), "8000"):
        with pytest.raises(errors.ArgumentError, match="the rate must be one of"):
            sound.hash_sound(np.zeros(40_000, np.int16), rate)
