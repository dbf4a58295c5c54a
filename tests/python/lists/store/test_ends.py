"""The end of an install, at every step: killed, a full disk, a power cut, two at once. The old list opens or the new one."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import pytest

from pdqlite import errors
from pdqlite.lists import Store
from pdqlite.lists.format.locks import locked
from pdqlite.lists.store.disk import Disk
from pdqlite.types import Entries
from support.lists.entries import same
from support.lists.samples import NOW
from support.lists.stores import DEVICE_KEY, KEYS, forks, held, install


class Watched(Disk):
    """Counts operations; `at` the n-th something happens."""

    def __init__(self, last: int = -1) -> None:
        self.done, self.last = 0, last

    def tick(self) -> None:
        if self.done == self.last:
            self.fail()
        self.done += 1

    def fail(self) -> None:
        raise NotImplementedError


def _wrapped(name: str) -> Any:
    def operation(self: Watched, *args: Any) -> Any:
        self.tick()
        return getattr(Disk, name)(self, *args)

    return operation


for _name in ("make_directory", "remove", "create", "sync", "sync_directory", "rename"):
    setattr(Watched, _name, _wrapped(_name))


def _write(self: Watched, file: IO[bytes], data: bytes | memoryview) -> None:
    """Half of the bytes, then the moment to fail, then the rest."""
    view = memoryview(data)
    Disk.write(self, file, view[: len(view) // 2])
    self.tick()
    Disk.write(self, file, view[len(view) // 2 :])


Watched.write = _write  # type: ignore[method-assign]


class Killed(Watched):
    def fail(self) -> None:
        os._exit(9)


class Full(Watched):
    def fail(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def steps(releases: tuple[Path, Path], where: Path, device_key: bytes | None, which: int) -> int:
    counted = Watched()
    store = Store(where, device_key, counted)
    install(store, releases[0])
    before = counted.done
    if which:
        install(store, releases[1])
    return counted.done - (before if which else 0)


@forks
@KEYS
@pytest.mark.parametrize("which", [0, 1], ids=["first", "update"])
def test_killed_at_every_step(
    tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries], device_key: bytes | None, which: int
) -> None:
    """A process that dies at any write, sync or rename leaves what was there, or all of the new."""
    n = steps(releases, tmp_path / "count", device_key, which)
    assert n > 15
    reached = []
    for last in range(n):
        where = tmp_path / str(last)
        if which:
            install(Store(where, device_key), releases[0])
        child = os.fork()
        if child == 0:  # pragma: no cover
            install(Store(where, device_key, Killed(last)), releases[which])
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        store = Store(where, device_key)
        status = store.status(NOW)
        if status is None:
            assert which == 0
            reached.append(None)
        else:
            seq, entries = held(store)
            assert same(entries, expected[seq]) and status.state.seq == seq
            reached.append(seq)
        install(store, releases[which])
        assert same(held(store)[1], expected[which])
        shutil.rmtree(where)
    old = 0 if which else None
    assert reached[0] == old and reached[-1] == which
    assert reached == [old] * reached.count(old) + [which] * reached[::-1].index(old), "once, in one step"


@KEYS
def test_disk_full_at_every_step(
    tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries], device_key: bytes | None
) -> None:
    n = steps(releases, tmp_path / "count", device_key, 1)
    where = tmp_path / "store"
    install(Store(where, device_key), releases[0])
    for last in range(n - 2):  # the last two come after the rename: the new list is in place
        with pytest.raises(errors.StoreError, match="No space"):
            install(Store(where, device_key, Full(last)), releases[1])
        assert same(held(Store(where, device_key))[1], expected[0])
    install(Store(where, device_key), releases[1])
    assert same(held(Store(where, device_key))[1], expected[1])


class Cut(Exception):
    pass


class PowerCut(Watched):
    """At the n-th operation the power fails: whatever was not synced by then is lost, in the worst way."""

    def __init__(self, last: int) -> None:
        super().__init__(last)
        self.bytes: dict[str, Path] = {}  # files whose bytes are not on the disk
        self.names: list[tuple[Path, Path | None, bytes | None]] = []  # new name, old name, what it replaced

    def create(self, path: Path) -> IO[bytes]:
        self.tick()
        existed = path.exists()
        file = Disk.create(self, path)
        self.bytes[str(path)] = path
        if not existed:
            self.names.append((path, None, None))
        return file

    def sync(self, file: IO[bytes]) -> None:
        self.tick()
        Disk.sync(self, file)
        self.bytes = {k: p for k, p in self.bytes.items() if not os.path.samefile(p, file.fileno())}

    def sync_directory(self, path: Path) -> None:
        self.tick()
        self.names = [n for n in self.names if n[0].parent != path]

    def rename(self, source: Path, target: Path) -> None:
        self.tick()
        self.names.append((target, source, target.read_bytes() if target.exists() else None))
        Disk.rename(self, source, target)

    def fail(self) -> None:
        for path in self.bytes.values():
            size = path.stat().st_size
            os.truncate(path, size // 3)
        for name, old, replaced in reversed(self.names):
            if old is not None:
                name.replace(old)
                if replaced is not None:
                    name.write_bytes(replaced)
            else:
                name.unlink(missing_ok=True)
        raise Cut


@KEYS
def test_power_cut_at_every_step(
    tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries], device_key: bytes | None
) -> None:
    n = steps(releases, tmp_path / "count", device_key, 1)
    reached = []
    for last in range(n + 1):
        where = tmp_path / "store"
        install(Store(where, device_key), releases[0])
        disk = PowerCut(last)
        with pytest.raises(Cut):
            install(Store(where, device_key, disk), releases[1])
            disk.fail()  # right after the install
        seq, entries = held(Store(where, device_key))
        assert same(entries, expected[seq])
        reached.append(seq)
        install(Store(where, device_key), releases[1])
        shutil.rmtree(where)
    assert reached == [0] * n + [1], "the new list counts once its name is synced, and then for good"


def test_who_waits_for_a_store_in_use_says_so(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    """The lock is let go when the log has said it: without that line the test would wait for ever, or end at once."""
    store = Store(tmp_path / "store")
    install(store, releases[0])
    told = threading.Event()
    handler = logging.Handler()
    handler.emit = lambda record: told.set() if "waiting" in record.getMessage() else None  # type: ignore[method-assign]
    log = logging.getLogger("pdqlite.locks")
    log.addHandler(handler)
    try:
        with ThreadPoolExecutor(1) as pool:
            with locked(store.path / "lock"):
                later = pool.submit(install, store, releases[1])
                assert told.wait(300) and not later.done()
            later.result()
    finally:
        log.removeHandler(handler)
    status = store.status(NOW)
    assert status is not None and status.manifest.seq == 1


def test_who_waits_too_long_gets_a_typed_error_and_nothing_has_changed(
    tmp_path: Path, releases: tuple[Path, Path]
) -> None:
    """Whoever holds the lock keeps it to the end of the test: however busy the machine is, the time runs out."""
    store = Store(tmp_path / "store")
    install(store, releases[0])
    before = {p: p.read_bytes() for p in sorted(store.path.rglob("*")) if p.is_file()}
    with locked(store.path / "lock"):
        for wait in (0, 0.2):
            with pytest.raises(
                errors.InUseError,
                match=rf"in use: another process has been writing here for {wait} s; wait for it or end it",
            ):
                install(store, releases[1], wait=wait)
        assert isinstance(errors.InUseError(), errors.StoreError)
        assert before == {p: p.read_bytes() for p in sorted(store.path.rglob("*")) if p.is_file()}
        with store.open() as opened:  # who reads does not wait
            assert opened.manifest.seq == 0
    for wrong in (-1, None, "60", float("nan")):
        with pytest.raises(errors.ArgumentError, match="wait needs"):
            install(store, releases[1], wait=wrong)
    install(store, releases[1], wait=0)


@forks
def test_two_processes_install_at_once(
    tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries]
) -> None:
    """They wait for each other; the older release never replaces the newer."""
    for round_ in range(6):
        where = tmp_path / str(round_)
        children = []
        for which in (0, 1):
            child = os.fork()
            if child == 0:  # pragma: no cover
                try:
                    install(Store(where, DEVICE_KEY), releases[which])
                    os._exit(0)
                except errors.RollbackError:
                    os._exit(3)
            children.append(child)
        ends = [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children]
        assert ends in ([0, 0], [3, 0])
        assert same(held(Store(where, DEVICE_KEY))[1], expected[1])


@forks
def test_open_while_another_process_installs(
    tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries]
) -> None:
    """Every open during twenty installs gets one whole list."""
    where = tmp_path / "store"
    install(Store(where), releases[1])
    child = os.fork()
    if child == 0:  # pragma: no cover
        for _ in range(20):
            install(Store(where), releases[1])
        os._exit(0)
    opens = 0
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        assert same(held(Store(where))[1], expected[1])
        opens += 1
    assert opens > 3
