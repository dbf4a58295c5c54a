"""Stores in which a file grows under the eyes of others (sftp, smb, hdfs): shards appear whole there too."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem

from pdqlite import scale
from pdqlite.errors import ScaleError
from pdqlite.scale import stores
from pdqlite.scale.known import shards_of
from support import scale as drawn


class Grows(LocalFileSystem):
    """A store that writes a file in two halves; between them `seen` is called."""

    protocol = "grows"
    cachable = False
    seen: Callable[[], None] = staticmethod(lambda: None)
    moves = True

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        with open(self._strip_protocol(path), "wb") as file:
            file.write(value[: len(value) // 2])
            file.flush()
            type(self).seen()
            file.write(value[len(value) // 2 :])

    def mv(self, path1: str, path2: str, **_: Any) -> None:
        here, there = (self._strip_protocol(path) for path in (path1, path2))
        if os.path.exists(there) or not self.moves:
            raise OSError("as smb and hdfs do")
        os.rename(here, there)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(stores.time, "sleep", lambda _: None)
    fsspec.register_implementation("grows", Grows, clobber=True)
    for name in ("seen", "moves"):
        monkeypatch.setattr(Grows, name, getattr(Grows, name))
    for n in range(4):
        drawn.save(tmp_path / "media" / f"p{n}.jpg", n)
    yield f"grows://{tmp_path}/out"


def run(media: Path, url: str) -> scale.Summary:
    with scale.any_engine(drawn.Here(), 1) as engine:
        return scale.hash_files([str(media)], url, scale.Settings("a.example", files=2, tries=1), engine)


def test_another_run_sees_no_half_of_a_shard(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take it for a damaged one and remove it, while the first run goes on and counts it as done."""
    once, broken = iter([True]), list[int]()

    def seen() -> None:
        if next(once, False):
            monkeypatch.setattr(Grows, "seen", staticmethod(lambda: None))
            broken.append(run(tmp_path / "media", url).broken)

    monkeypatch.setattr(Grows, "seen", staticmethod(seen))
    assert run(tmp_path / "media", url).complete and broken == [0]
    status = scale.status(url, [str(tmp_path / "media")])
    assert (status.missing, status.broken, status.shards) == (0, 0, 2)
    assert scale.merge([url], str(tmp_path / "merged"), near_bits=0).files.files == 4
    assert sorted(os.listdir(tmp_path / "out" / "shards")) == shards_of(stores.store_of(url))  # nothing else is left


def test_a_kill_in_the_middle(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Grows, "seen", staticmethod(killed))
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "media", url)
    assert scale.status(url).shards == 0
    monkeypatch.undo()
    monkeypatch.setattr(stores.time, "sleep", lambda _: None)
    found = run(tmp_path / "media", url)
    assert (found.broken, found.before, found.done.files) == (0, 0, 4)
    assert scale.merge([url], str(tmp_path / "merged"), near_bits=0).files.files == 4


def test_a_torn_shard_is_known(tmp_path: Path, url: str) -> None:
    """Of another program that copied shards, or of a store without a rename."""
    run(tmp_path / "media", url)
    first = tmp_path / "out" / "shards" / shards_of(stores.store_of(url))[0]
    first.write_bytes(first.read_bytes()[: first.stat().st_size // 2])
    assert scale.status(url).broken == 1
    with pytest.raises(ScaleError, match="is damaged"):
        scale.merge([url], str(tmp_path / "merged"))
    found = run(tmp_path / "media", url)
    assert (found.broken, found.before, found.done.files) == (1, 2, 2)
    assert scale.merge([url], str(tmp_path / "merged"), near_bits=0).files.files == 4


def test_a_store_that_does_not_move(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Grows, "moves", False)
    with pytest.raises(ScaleError, match="the store failed 2 times"):
        run(tmp_path / "media", url)
    assert not os.listdir(tmp_path / "out" / "shards")
