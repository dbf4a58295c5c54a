"""Files that were replaced or removed between two runs on one output."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from pdqlite import scale
from pdqlite.cli.main import main
from pdqlite.errors import ScaleError
from pdqlite.scale import stores
from pdqlite.scale.stores import LocalStore
from support import scale as drawn


@pytest.fixture
def media(tmp_path: Path) -> Path:
    for n in range(6):
        drawn.save(tmp_path / "media" / f"{n % 2}" / f"p{n}.jpg", n)
    return tmp_path / "media"


def run(media: Path | list[Path], out: Path, **more: bool) -> scale.Summary:
    urls = [str(one) for one in (media if isinstance(media, list) else [media])]
    with scale.any_engine(drawn.Here(), 1) as engine:
        return scale.hash_files(urls, str(out), scale.Settings("a.example", tries=0, files=3), engine, **more)


def as_list_build(media: Path, out: Path, key: Path, work: Path) -> bool:
    """Say whether the output gives the list of `list build` over the folder as it is now."""
    words = ["list", "build", str(media), "-o", str(work / "plain"), "--source", "a.example", "--key", str(key), *drawn.TERMS]  # fmt: skip
    assert main(words) == 0
    return drawn.built([out], work, key) == drawn.bytes_of(work / "plain")


def counts(found: scale.Summary) -> tuple[int, int, int]:
    return found.replaced, found.gone, found.forgotten


def files_of(out: Path, work: Path) -> tuple[int, int]:
    files = scale.merge([str(out)], str(work), near_bits=0).files
    return files.files, files.pictures


@pytest.mark.parametrize("date", [1, 1 << 40], ids=["older", "newer"])
def test_a_file_that_is_replaced(place: SimpleNamespace, media: Path, tmp_path: Path, date: int) -> None:
    """What is there now counts, whatever its date; its old version is taken out."""
    out, path = tmp_path / "out", media / "0" / "p2.jpg"
    assert counts(run(media, out)) == (0, 0, 0)
    drawn.save(path, 70)
    os.utime(path, ns=(date, date))
    found = run(media, out)
    assert counts(found) == (1, 0, 0) and (found.before, found.done.files) == (5, 1)
    assert as_list_build(media, out, place.key, tmp_path)
    assert counts(run(media, out)) == (0, 0, 0)


def test_a_file_that_comes_back(place: SimpleNamespace, media: Path, tmp_path: Path) -> None:
    out, path = tmp_path / "out", media / "0" / "p2.jpg"
    run(media, out)
    first = (path.read_bytes(), path.stat().st_mtime_ns)
    drawn.save(path, 70)
    run(media, out)
    path.write_bytes(first[0])
    os.utime(path, ns=(first[1], first[1]))
    found = run(media, out)
    assert counts(found) == (1, 0, 0) and as_list_build(media, out, place.key, tmp_path)


def test_a_file_that_is_gone(place: SimpleNamespace, media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    """Its hash stays: whoever removes media after hashing has nothing else. --forget takes it out."""
    out = tmp_path / "out"
    words = ["scale", "hash", str(media), "-o", str(out), "--source", "a.example", "--pool", "--workers", "1"]
    assert main(words) == 0
    (media / "1" / "p3.jpg").unlink()
    assert main(words) == 0
    assert "1 files are no longer there; their hashes stay (--forget takes them out)" in capsys.readouterr().out
    assert scale.status(str(out), [str(media)]).gone == 1
    assert files_of(out, tmp_path / "kept") == (6, 6)
    assert main([*words, "--forget", "--json"]) == 0
    assert '"gone": 1' in (said := capsys.readouterr().out) and '"forgotten": 1' in said
    assert as_list_build(media, out, place.key, tmp_path) and files_of(out, tmp_path / "now") == (5, 5)
    assert scale.status(str(out), [str(media)]).gone == 0
    assert counts(run(media, out, forget=True)) == (0, 0, 0)


def test_all_files_of_a_shard_are_gone(media: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(media, out)
    for path in (media / "0").iterdir():
        path.unlink()
    assert counts(run(media, out, forget=True)) == (0, 3, 3)
    assert files_of(out, tmp_path / "merged") == (3, 3) and len(list((out / "shards").iterdir())) == 1


def test_files_of_other_folders_stay(media: Path, tmp_path: Path) -> None:
    """Of a part, hidden files that were not asked for, and an output of two runs over two folders."""
    out = tmp_path / "out"
    drawn.save(media / "1" / ".hidden.jpg", 8)
    drawn.save(media / "1-more" / "q.jpg", 9)
    run(media, out, hidden=True)
    assert counts(run(media / "0", out, forget=True)) == (0, 0, 0)
    assert counts(run([media / "0", media / "1"], out, forget=True)) == (0, 0, 0)
    (media / "1" / ".hidden.jpg").unlink()
    (media / "1-more" / "q.jpg").unlink()
    assert counts(run(media / "1", out, forget=True)) == (0, 0, 0)
    assert counts(run(media / "1", out, forget=True, hidden=True)) == (0, 1, 1)
    assert files_of(out, tmp_path / "merged") == (7, 7)


def test_a_folder_that_cannot_be_listed(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether its files are gone nobody knows."""
    out, real = tmp_path / "out", LocalStore.folder
    run(media, out)

    def folder(store: LocalStore, path: str, hidden: bool) -> stores.Folder:
        if path.endswith("/1"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(store, path, hidden)

    monkeypatch.setattr(LocalStore, "folder", folder)
    (media / "0" / "p0.jpg").unlink()
    drawn.save(media / "0" / "p2.jpg", 70)
    found = run(media, out, forget=True)
    assert counts(found) == (1, 0, 0) and not found.complete
    assert files_of(out, tmp_path / "merged") == (6, 6)


def test_a_new_version_that_cannot_be_read(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old one stays until there is a row of the new one."""
    out, path, real = tmp_path / "out", media / "0" / "p2.jpg", LocalStore.open
    run(media, out)
    drawn.save(path, 70)

    def denied(store: LocalStore, name: str) -> object:
        if name == str(path):
            raise PermissionError(errno.EACCES, "no")
        return real(store, name)

    monkeypatch.setattr(LocalStore, "open", denied)
    for _ in range(2):
        found = run(media, out)
        assert counts(found) == (0, 0, 0) and found.done.again == 1
    assert files_of(out, tmp_path / "before") == (6, 6)
    monkeypatch.undo()
    found = run(media, out)
    assert counts(found) == (1, 0, 0) and found.complete
    assert files_of(out, tmp_path / "after") == (6, 6)


def test_a_kill_between_the_new_shard_and_the_old(place: SimpleNamespace, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    out = tmp_path / "out"
    run(media, out)
    (media / "0" / "p2.jpg").unlink()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(LocalStore, "remove", killed)
    with pytest.raises(KeyboardInterrupt):
        run(media, out, forget=True)
    monkeypatch.undo()
    assert files_of(out, tmp_path / "between") == (6, 6)  # rows of both shards, counted once
    assert counts(run(media, out, forget=True)) == (0, 1, 1)
    assert as_list_build(media, out, place.key, tmp_path) and len(list((out / "shards").iterdir())) == 2


def test_a_full_disk(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    run(media, out)
    before = sorted(path.name for path in (out / "shards").iterdir())
    (media / "0" / "p2.jpg").unlink()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(LocalStore, "put", full)
    with pytest.raises(ScaleError, match="No space left on device; what is written stays"):
        run(media, out, forget=True)
    assert sorted(path.name for path in (out / "shards").iterdir()) == before


def test_two_runs_that_forget_at_once(place: SimpleNamespace, media: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(media, out)
    (media / "0" / "p2.jpg").unlink()
    drawn.save(media / "1" / "p3.jpg", 71)
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: run(media, out, forget=True), range(2)))
    assert as_list_build(media, out, place.key, tmp_path)
