"""
Broken files of every kind: a hash, or one of our errors, whatever the decoder raised; never anything foreign.

PDQLITE_MUTANTS sets how many of each kind (default 30). `python tests/python/media/test_mutants.py 4000` makes that many in
children that may crash or hang, and counts what came of them.
"""

import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from pdqlite import errors, sources  # noqa: E402
from pdqlite.media import Limits  # noqa: E402
from support.mutants import mutants, names, picture, sample  # noqa: E402

COUNT = int(os.environ.get("PDQLITE_MUTANTS", "30"))
LIMITS = Limits(pixels=1 << 24, seconds=60.0, memory=1 << 26)


def ways(matcher):
    """The doors that files of strangers come through."""
    return (
        lambda data: sources.hash_file(data, limits=LIMITS, threads=1),
        lambda data: sources.hash_image(data, limits=LIMITS),
        lambda data: sources.hash_video(data, sampling="all", limits=LIMITS, threads=1),
        lambda data: sources.hash_video(data, sampling="keyframes-first", limits=LIMITS, threads=1),
        lambda data: matcher.match_image(data, limits=LIMITS),
        lambda data: matcher.match_video(data, limits=LIMITS),
    )


def a_matcher():
    import numpy as np

    from pdqlite.matching import Matcher
    from pdqlite.types import Entries, MatchPolicy

    one = sources.hash_image(picture())
    rows = np.frombuffer(one.bits, np.uint8).reshape(1, 32)
    zeros = np.zeros(1, np.uint16)
    entries = Entries(rows, zeros, zeros + 1, np.zeros(1, np.uint8), np.full(1, 100, np.uint8))
    return Matcher(entries, MatchPolicy(uncrop_entries=0, regions=False))


def outcome(way, data):
    """Name what came of one file."""
    try:
        way(data)
        return "hashed"
    except (errors.MediaError, errors.ShapeError) as error:
        text = str(error)
        assert text.isascii() and text.isprintable() and len(text) < 400, text
        return type(error).__name__


@pytest.fixture(scope="module")
def doors():
    return ways(a_matcher())


@pytest.mark.parametrize("name", names())
def test_a_sample_is_what_it_says(name):
    found = sources.hash_file(sample(name))
    expected = sources.hash_image(picture())
    first = found.frames[0] if hasattr(found, "frames") else found
    assert expected.distance(first) <= 40 and not found.damaged


@pytest.mark.parametrize("name", names())
def test_broken_files_give_a_hash_or_our_error(name, doors):
    data, rng, seen = sample(name), random.Random(name), Counter()
    for k, broken in enumerate(mutants(data, rng, COUNT)):
        seen[outcome(doors[k % len(doors)], broken)] += 1
    assert sum(seen.values()) == COUNT


def by_hand(_setup):
    """What a child does: some mutants of one kind."""
    matcher = a_matcher()

    def work(item):
        name, seed, count = item
        rng, seen = random.Random(f"{name} {seed}"), Counter()
        for k, broken in enumerate(mutants(sample(name), rng, count)):
            seen[outcome(ways(matcher)[k % 6], broken)] += 1
        return dict(seen)

    return work


def _run_by_hand(each):
    from pdqlite.workers import work_apart

    sys.path.insert(0, str(Path(__file__).parent))
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    items = [(name, seed, 100) for name in names() for seed in range(each // 100)]
    total, lost = Counter(), []
    for number, result in work_apart("test_mutants:by_hand", None, items, 2, seconds=300):
        if isinstance(result, errors.PdqliteError):
            lost.append((items[number], str(result)))
        else:
            total.update(result)
    print(f"{sum(total.values())} mutants of {len(names())} kinds: {dict(total)}")
    for item, why in lost:
        print("LOST", item, why)


if __name__ == "__main__":
    _run_by_hand(int(sys.argv[1]))
