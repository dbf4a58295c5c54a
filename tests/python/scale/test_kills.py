"""Workers and drivers that are killed: the same list, nothing lost, nothing counted twice."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pdqlite import scale
from pdqlite.scale import engine
from pdqlite.scale.work import hash_chunk
from support import scale as drawn
from support.scale_kills import killed_run

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


@linux
@pytest.mark.parametrize("how", [[], ["--pool"]], ids=["dask", "pool"])
def test_killed_workers_and_drivers(place: SimpleNamespace, shards: Path, tmp_path: Path, how: list[str]) -> None:
    out, rng, kills = tmp_path / "a", random.Random(5), Counter[str]()
    words = [str(place.root / "a"), "-o", str(out), "--source", "a.example", "--workers", "2", "--shard-files", "2", *how]  # fmt: skip
    for points, last in ((range(1, 8, 2), 9), ((), None)):
        kills += killed_run(words, out, points, last, rng)
    assert kills.total() >= 3
    # A child that was killed gives its file an error that it would not have: the next run does not do that again by itself.
    again = scale.status(str(out), [str(place.root / "a")])
    assert again.missing == again.to_do_again
    assert drawn.built([out, shards / "b"], tmp_path, place.key) == place.expected


def test_workers_that_do_not_come_back_are_replaced() -> None:
    """Dask gives up a worker that dies while it starts: the run would wait for ever."""
    lost = SimpleNamespace(nthreads=lambda: {"one": 1})
    grown: list[int] = []
    cluster = SimpleNamespace(worker_spec={0: "one", 1: "dead"}, scale=grown.append)
    tend = engine._tending(lost, cluster, 2)
    for _ in range(7):
        tend()
    assert grown == [3, 3]  # after three looks each, one more than its books say
    lost.nthreads = lambda: {"one": 1, "two": 1}
    for _ in range(7):
        tend()
    assert grown == [3, 3]


class Dies:
    """An executor whose workers die at one file, as a pool's do: all that is at work fails."""

    def __init__(self, at: str) -> None:
        self.at, self.deaths, self.flying = at, 0, list[Future[Any]]()

    def submit(self, function: Any, job: Any, items: Sequence[Any]) -> Future[Any]:
        future: Future[Any] = Future()
        if any(item.path.endswith(self.at) for item in items):
            self.deaths += 1
            for other in [*self.flying, future]:
                if not other.done():
                    other.set_exception(BrokenProcessPool())
            self.flying = []
        elif self.deaths == 0:
            self.flying.append(future)  # never done before the pool dies
        else:
            future.set_result(function(job, items))
        return future


def test_a_file_that_kills_workers_costs_no_other(place: SimpleNamespace, tmp_path: Path) -> None:
    """It is found by halves, given up after three deaths alone, and is a row that the next run tries again."""
    deadly = Dies("2/p005.jpg")
    with scale.any_engine(deadly, 2) as engine:  # type: ignore[arg-type]
        found = scale.hash_files([str(place.root / "a")], str(tmp_path / "a"), scale.Settings("a.example", files=8), engine)  # fmt: skip
    assert (found.done.files, found.done.pictures, found.done.again) == (33, 25, 1)
    assert 5 <= deadly.deaths <= 10 and not found.complete
    status = scale.status(str(tmp_path / "a"))
    assert (status.files, status.to_do_again, status.failed["DamagedMediaError"]) == (33, 1, 2)
    (found,) = drawn.hashed(place.root, tmp_path, names="a")
    assert (found.before, found.done.files, found.done.pictures, found.complete) == (32, 1, 1, True)
    merged = scale.merge([str(tmp_path / "a")], str(tmp_path / "merged"), near_bits=0)
    assert (merged.files.files, merged.files.pictures, merged.files.superseded) == (33, 26, 1)


def test_a_fault_of_ours_is_no_death(place: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdqlite.scale.work.Rows", lambda: None)
    with pytest.raises(AttributeError):
        drawn.hashed(place.root, tmp_path, names="a")
    assert hash_chunk.__module__ == "pdqlite.scale.work" and not list(tmp_path.rglob("*.parquet"))
