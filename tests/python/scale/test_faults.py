"""Files that vanish, change, deny, hang or are too large; stores that fail; disks that are full."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pdqlite import scale
from pdqlite.cli.main import main
from pdqlite.errors import ArgumentError, ScaleError
from pdqlite.scale import stores, work
from pdqlite.scale.rows import SCHEMA, Rows, table_of
from pdqlite.scale.stores import Listed, LocalStore
from pdqlite.types import VideoHash
from support import scale as drawn


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No test waits for a store: what would be slept is returned."""
    slept: list[float] = []
    monkeypatch.setattr(stores.time, "sleep", slept.append)
    return slept


def one_chunk(store: LocalStore, out: Path, **settings: object) -> tuple[work.Done, dict[str, dict[str, object]]]:
    """Hash all files of a folder in one chunk; what was counted, and the rows by name."""
    chunk = store.folder(store.root, False).files
    done = work.hash_chunk(work.Job(store, LocalStore(str(out)), scale.Settings("a.example", **settings)), chunk)  # type: ignore[arg-type]
    (shard,) = (out / "shards").iterdir()
    table, _ = table_of(shard.read_bytes())
    return done, {os.path.basename(row["path"]).decode(): row for row in table.to_pylist()}


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    for n in range(4):
        drawn.save(folder / f"p{n}.jpg", n)
    return folder


def failing(times: int, error: Callable[[], Exception]) -> Callable[[str, int], None]:
    def trick(_: str, opened: int) -> None:
        if opened <= times:
            raise error()

    return trick


def test_a_store_that_throttles_is_asked_again(media: Path, tmp_path: Path, at_once: list[float]) -> None:
    class ThrottledError(Exception):
        """As a client of a store raises it."""

    store = drawn.Failing(str(media), {"p1.jpg": failing(3, ThrottledError), "p2.jpg": failing(99, lambda: OSError(5, "I/O"))})  # fmt: skip
    done, rows = one_chunk(store, tmp_path / "out", tries=4)
    assert (done.files, done.pictures, done.again) == (4, 3, 1) and store.opened == {"p0.jpg": 1, "p1.jpg": 4, "p2.jpg": 5, "p3.jpg": 1}  # fmt: skip
    assert rows["p2.jpg"]["error"] == "UnreadableError: the store failed 5 times (OSError)" and rows["p2.jpg"]["again"]
    waits = at_once[:3]
    assert all(0.25 * 2**n <= wait <= 0.5 * 2**n for n, wait in enumerate(waits))


def test_files_that_vanish_deny_or_change(media: Path, tmp_path: Path) -> None:
    def denied(_: str, __: int) -> None:
        raise PermissionError(errno.EACCES, "no")

    def changes(path: str, opened: int) -> None:
        if opened == 1:
            drawn.save(Path(path), 77)

    def keeps_changing(path: str, opened: int) -> None:
        os.utime(path, ns=(1, opened))

    tricks = {"p0.jpg": lambda path, _: os.unlink(path), "p1.jpg": denied, "p2.jpg": changes, "p3.jpg": keeps_changing}
    done, rows = one_chunk(drawn.Failing(str(media), tricks), tmp_path / "out")
    assert (done.files, done.pictures, done.again) == (4, 1, 3)
    assert [rows[f"p{n}.jpg"]["error"] for n in (0, 1, 3)] == [
        "UnreadableError: was listed, and is no longer there",
        "UnreadableError: cannot be opened: permission denied",
        "UnreadableError: changed again and again while it was read",
    ]
    now = LocalStore(str(media)).look(str(media / "p2.jpg"))
    assert rows["p2.jpg"]["etag"] == now.etag  # the row is about what was hashed, not about what was listed
    assert rows["p2.jpg"]["sha256"] == __import__("hashlib").sha256((media / "p2.jpg").read_bytes()).digest()


def test_a_large_file_that_changes_while_it_is_decoded(
    media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is decoded by its path: what was decoded may not be what was digested, so neither a hash nor an error of it counts."""
    monkeypatch.setattr(work, "_IN_MEMORY", 100)
    real = work._made

    def made(source: str | bytes, settings: scale.Settings) -> object:
        assert isinstance(source, str)
        if source.endswith("p1.jpg"):
            drawn.save(Path(source), 99)
        if source.endswith("p2.jpg"):
            Path(source).write_bytes(b"half")
        return real(source, settings)

    monkeypatch.setattr(work, "_made", made)
    done, rows = one_chunk(LocalStore(str(media)), tmp_path / "out")
    assert (done.pictures, done.again) == (2, 2)
    assert rows["p1.jpg"]["error"] == rows["p2.jpg"]["error"] == "UnreadableError: changed while it was read"


def test_a_file_of_50_gigabytes_and_one_of_none(media: Path, tmp_path: Path) -> None:
    with (media / "sparse.mp4").open("wb") as file:
        file.truncate(50 << 30)
    (media / "none.jpg").write_bytes(b"")
    done, rows = one_chunk(LocalStore(str(media)), tmp_path / "out")
    assert (done.pictures, done.failed) == (4, {"TooLargeError": 1, "NotMediaError": 1})
    assert rows["sparse.mp4"]["error"] == f"TooLargeError: {50 << 30} bytes; at most {1 << 32} are read (--max-bytes)"
    assert not rows["sparse.mp4"]["again"]


def test_a_decoder_that_hangs_and_one_that_lies(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "SERVER", "support.scale:hangs")
    (media / "p0.jpg").write_bytes((media / "p0.jpg").read_bytes()[:1000])
    done, rows = one_chunk(LocalStore(str(media)), tmp_path / "out", seconds=1.0)
    assert done.failed == {"TooLargeError": 3, "DamagedMediaError": 1}
    assert rows["p0.jpg"]["error"] == "DamagedMediaError: its decoder answered what is no hash"
    assert rows["p1.jpg"]["error"] == "TooLargeError: not done within 1 seconds"


def test_a_video_of_no_frames_is_a_row(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_asked", lambda *_: (VideoHash((), 1.0), ()))
    done, rows = one_chunk(LocalStore(str(media)), tmp_path / "out")
    assert done.failed == {"NoVideoError": 4} and len(rows) == 4


def test_a_child_that_dies_is_asked_once_more(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another child may do it: the system ends some for want of memory. Twice is the file's doing."""
    servers = iter(["support.scale:crashes", work.SERVER] + 4 * ["support.scale:crashes"])
    real = work.borrow
    monkeypatch.setattr(work, "borrow", lambda server: real(next(servers, server)))
    done, rows = one_chunk(LocalStore(str(media)), tmp_path / "out")
    assert (done.pictures, done.failed) == (2, {"DamagedMediaError": 2})
    assert [rows[f"p{n}.jpg"]["error"] for n in range(4)] == [None, *2 * ["DamagedMediaError: its decoder crashed, in a child of its own"], None]  # fmt: skip
    assert not any(row["again"] for row in rows.values())


def test_a_decoder_that_is_killed_twice(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that is short of memory kills decoders: that is not the file's doing, so another run tries it again."""
    real, left = work.borrow, [2]

    def killed(server: str) -> Any:
        child = real(server)
        if left[0]:
            left[0] -= 1
            child.ask(None)
            child._process.kill()
        return child

    monkeypatch.setattr(work, "borrow", killed)
    done, rows = one_chunk(LocalStore(str(media)), tmp_path / "out")
    assert (done.pictures, done.again, done.failed) == (3, 1, {"UnreadableError": 1})
    assert (
        rows["p0.jpg"]["error"].startswith("UnreadableError: its decoder was killed twice") and rows["p0.jpg"]["again"]
    )


def test_a_full_disk(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = LocalStore.put
    written: list[str] = []

    def put(store: LocalStore, name: str, data: bytes) -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(name)
        real(store, name, data)

    monkeypatch.setattr(LocalStore, "put", put)
    settings = scale.Settings("a.example", files=1)
    with scale.any_engine(drawn.Here(), 1) as engine:
        with pytest.raises(ScaleError, match="No space left on device; what is written stays"):
            scale.hash_files([str(media)], str(tmp_path / "out"), settings, engine)
        monkeypatch.undo()
        found = scale.hash_files([str(media)], str(tmp_path / "out"), settings, engine)
    assert (found.before, found.done.files) == (2, 2)


def test_a_disk_that_fails_in_the_middle_of_a_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(str(tmp_path))

    def fails(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(stores.os, "fsync", fails)
    with pytest.raises(OSError):
        store.put("shards/x", b"data")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_power_cut_keeps_the_folders_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is in no folder on the disk is no shard: the folders are synced too."""
    synced, real = set[int](), os.fsync

    def fsync(handle: int) -> None:
        synced.add(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    store = LocalStore(str(tmp_path / "out"))
    store.put("shards/x", b"data")
    assert {path.stat().st_ino for path in (tmp_path / "out", tmp_path / "out" / "shards", tmp_path / "out" / "shards" / "x")} <= synced  # fmt: skip
    assert store.get("shards/x") == b"data" and store.names("shards") == ["x"]


def test_folders_that_overlap(media: Path, tmp_path: Path) -> None:
    """Their files would be hashed and counted twice. A name that only begins like another is another folder."""
    (tmp_path / "media-2").mkdir()
    drawn.save(tmp_path / "media-2" / "p.jpg", 9)
    first = str(media)
    with scale.any_engine(drawn.Here(), 1) as engine:
        for inner in (first, f"{first}/", f"{first}/p1.jpg", f"file://{first}"):
            urls = [inner, str(tmp_path / "media-2"), first]
            with pytest.raises(ArgumentError, match=r"URL [13] of those given is in number [13]"):
                scale.hash_files(urls, str(tmp_path / "out"), scale.Settings("a.example"), engine)
            with pytest.raises(ArgumentError, match="would count twice"):
                scale.status(str(tmp_path / "out"), urls)
        assert not (tmp_path / "out").exists()
        (tmp_path / "empty").mkdir()
        with pytest.raises(ArgumentError, match="nothing under folder or URL 2 of"):
            scale.hash_files([first, str(tmp_path / "empty")], str(tmp_path / "out"), scale.Settings("a.example"), engine)  # fmt: skip
        urls = [str(tmp_path / "media-2"), first]
        assert scale.hash_files(urls, str(tmp_path / "out"), scale.Settings("a.example"), engine).listed == 5


def test_two_runs_that_meet_at_a_damaged_shard(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One removes it while the other is about to read it: that one goes on."""
    out = tmp_path / "out"
    with scale.any_engine(drawn.Here(), 1) as engine:
        scale.hash_files([str(media)], str(out), scale.Settings("a.example", files=2), engine)
        first = sorted((out / "shards").iterdir())[0]
        real = LocalStore.names

        def names(store: LocalStore, folder: str) -> list[str]:
            found = real(store, folder)
            first.unlink(missing_ok=True)
            return found

        monkeypatch.setattr(LocalStore, "names", names)
        found = scale.hash_files([str(media)], str(out), scale.Settings("a.example", files=2), engine)
    assert (found.before, found.done.files, found.complete) == (2, 2, True)


def test_status_after_a_retry_that_worked(media: Path, tmp_path: Path) -> None:
    """What a later run made good is not to do again, whatever its bytes are by now; nor is what is no longer there."""
    store = drawn.Failing(str(media), {n: failing(99, lambda: OSError(5, "I/O")) for n in ("p1.jpg", "p2.jpg", "p3.jpg")})  # fmt: skip
    out = tmp_path / "out"
    one_chunk(store, out, tries=0)
    words = ["scale", "status", str(out)]
    status = scale.status(str(out))
    assert (status.to_do_again, status.failed.total()) == (3, 3) and main([*words, "--of", str(media)]) == 1
    drawn.save(media / "p1.jpg", 55)
    (media / "p3.jpg").unlink()
    with scale.any_engine(drawn.Here(), 1) as engine:
        assert scale.hash_files([str(media)], str(out), scale.Settings("a.example"), engine).complete
    status = scale.status(str(out))
    assert (status.to_do_again, status.failed) == (1, {"UnreadableError": 1}) and main(words) == 1
    status = scale.status(str(out), [str(media)])
    assert (status.to_do_again, status.missing, status.failed) == (0, 0, {}) and main([*words, "--of", str(media)]) == 0


def test_folders_that_deny_are_told(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (media / "sub").mkdir()
    real = LocalStore.folder

    def folder(store: LocalStore, path: str, hidden: bool) -> stores.Folder:
        if path.endswith("sub"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(store, path, hidden)

    monkeypatch.setattr(LocalStore, "folder", folder)
    with scale.any_engine(drawn.Here(), 1) as engine:
        found = scale.hash_files([str(media)], str(tmp_path / "out"), scale.Settings("a.example"), engine)
    assert found.folders == {"Permission denied": 1} and not found.complete and found.done.pictures == 4
    with pytest.raises(ScaleError, match="1 folders cannot be listed"):
        scale.status(str(tmp_path / "out"), [str(media)])


def test_nothing_and_no_such_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    words = ["-o", str(tmp_path / "out"), "--source", "a.example", "--pool", "--workers", "1"]
    for url, said in (
        (tmp_path / "absent", "cannot be listed: No such file or directory"),
        (tmp_path / "empty", "nothing under folder or URL 1 of those given"),
        ("nosuch://x", "fsspec knows no store of type nosuch"),
    ):
        assert main(["scale", "hash", str(url), *words]) == 2
        assert said in capsys.readouterr().err
    with pytest.raises(ArgumentError, match="workers must be at least 1"), scale.pool_engine(0):
        pass


def rows_of(*files: tuple[str, str, int, str | None, bool]) -> Rows:
    rows = Rows()
    for path, etag, modified, error, again in files:
        rows.add(
            path=path.encode(), etag=etag, modified=modified, size=1, sha256=bytes(31) + (etag or "0").encode(), kind="none" if error else "picture",
            pdq=None if error else etag.encode() * 4 + b"\x0f" * 28, quality=None if error else 100, category="c", source="a.example",
            signature=None if error else b"", error=error, again=again,
        )  # fmt: skip
    return rows


@pytest.mark.parametrize("turned", [False, True])
def test_which_version_of_a_file_counts(tmp_path: Path, turned: bool) -> None:
    """The newest; a store's failure counts only where there is nothing else."""
    given = [
        rows_of(("a", "1", 10, None, False), ("b", "1", 10, None, False), ("c", "1", 10, None, False)),
        rows_of(("a", "2", 20, None, False), ("b", "2", 20, "X: gone", True), ("c", "2", 20, "DamagedMediaError: y", False)),
        rows_of(("a", "1", 10, None, False), ("d", "", 0, "UnreadableError: z", True)),
    ]  # fmt: skip
    out = LocalStore(str(tmp_path / "out"))
    for rows in given[:: -1 if turned else 1]:
        name, data = rows.shard(True)
        out.put(f"shards/{name}", data)
    merged = scale.merge([str(tmp_path / "out")], str(tmp_path / "merged"), near_bits=0)
    files = merged.files
    assert (files.files, files.pictures, files.failed) == (4, 2, {"DamagedMediaError": 1, "UnreadableError": 1})
    assert (files.doubled, files.superseded) == (0, 4)
    kept = scale.build.__globals__["pq"].read_table(tmp_path / "merged" / "image.parquet")["pdq"].to_pylist()
    assert [pdq[:1] for pdq in kept] == [b"1", b"2"]


def test_shards_are_named_by_what_they_hold() -> None:
    one, two = (rows_of(("a", "1", 10, None, False)).shard(True) for _ in range(2))
    assert one == two and pa.schema(SCHEMA).equals(table_of(one[1])[0].schema.remove_metadata())
    assert rows_of(("a", "1", 10, None, False)).shard(False)[0] != one[0]


def test_remote_files_of_any_size(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that fsspec reads: small files by bytes, large ones by a copy that is gone afterwards."""
    monkeypatch.setattr(work, "_IN_MEMORY", 2500)
    import fsspec

    memory = fsspec.filesystem("memory")
    for path in media.iterdir():
        memory.pipe_file(f"/media/{path.name}", path.read_bytes())
    before = set(os.listdir(tempfile.gettempdir()))
    store = stores.store_of("memory://media")
    chunk = store.folder(store.root, False).files
    assert [item.size for item in chunk] == [path.stat().st_size for path in sorted(media.iterdir())]
    done = work.hash_chunk(work.Job(store, LocalStore(str(tmp_path / "out")), scale.Settings("a.example")), chunk)
    assert done.pictures == 4 and not [n for n in set(os.listdir(tempfile.gettempdir())) - before if n.endswith(".part")]  # fmt: skip
    gone = Listed("memory://media/gone.jpg", "x", 0, 5)
    assert work.hash_chunk(work.Job(store, LocalStore(str(tmp_path / "out")), scale.Settings("a.example")), [gone]).again == 1  # fmt: skip
