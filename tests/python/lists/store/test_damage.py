"""
Whatever lies in the place of a store's own files, is said, replaced or cleared; nothing older opens in silence.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from pdqlite import errors
from pdqlite.lists import Store
from pdqlite.lists.format.files import Memory
from pdqlite.types import Entries
from support.lists.entries import same
from support.lists.samples import KEY, NOW
from support.lists.stores import DEVICE_KEY, KEYS, held, install

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and FIFOs")


def test_every_kind_of_damage_is_said(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    where = tmp_path / "store"
    store = Store(where, DEVICE_KEY)
    install(store, releases[0])
    content = where / "a" / "content.sealed"
    good = content.read_bytes()

    def broken(data: bytes) -> None:
        content.write_bytes(data)
        with pytest.raises(errors.StoreError):
            held(store)

    for at in [0, 23, 30, 56, 60, 20000, len(good) - 1, *random.Random(1).sample(range(len(good)), 20)]:
        broken(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        broken(good[:at])
    page = 16400
    broken(good[:56] + good[56 + page : 56 + 2 * page] + good[56 : 56 + page] + good[56 + 2 * page :])
    content.write_bytes(good)
    assert held(store)[0] == 0
    with pytest.raises(errors.StoreError, match="device key"):
        Store(where, bytes(32)).open()
    with pytest.raises(errors.StoreError, match="device key"):
        Store(where).open()
    with pytest.raises(errors.StoreError, match="resident or sealed"):
        store.open("mapped")
    content.unlink()
    for ask in (store.open, lambda: store.status(NOW)):
        with pytest.raises(errors.StoreError):
            ask()


def _cut(content: Path) -> None:
    content.write_bytes(content.read_bytes()[:-5])


def _other_head(content: Path) -> None:
    content.write_bytes(bytes(60) + content.read_bytes()[60:])


def _other_manifest(content: Path) -> None:
    (content.parent / "manifest").write_bytes(b"x")


@KEYS
@pytest.mark.parametrize("harm", [_cut, _other_head, _other_manifest, Path.unlink])
def test_what_is_damaged_is_replaced_by_a_whole_list(
    tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries], device_key: bytes | None, harm: Any
) -> None:
    """Only a delta needs what is installed; the state stays in force, so no older release comes back."""
    store = Store(tmp_path / "store", device_key)
    install(store, releases[0])
    (content,) = (tmp_path / "store" / "a").glob("content*")
    harm(content)
    with pytest.raises(errors.StoreError):
        store.open()
    delta: Any = Memory({n: (releases[1] / n).read_bytes() for n in ("manifest", "delta-0.cob")})
    with pytest.raises(errors.StoreError):
        install(store, delta)
    assert install(store, releases[1]).state.installs == 2
    assert held(store)[0] == 1 and same(held(store)[1], expected[1])
    (content,) = (tmp_path / "store" / "b").glob("content*")
    harm(content)
    with pytest.raises(errors.RollbackError):
        install(store, releases[0])
    install(store, releases[1])
    assert same(held(store)[1], expected[1]), "the same release again"


def test_a_device_key_that_is_lost(tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries]) -> None:
    install(Store(tmp_path / "store", DEVICE_KEY), releases[1])
    with pytest.raises(errors.StoreError, match="device key is needed"):
        install(Store(tmp_path / "store"), releases[1])
    store = Store(tmp_path / "store", bytes(32))
    with pytest.raises(errors.RollbackError):
        install(store, releases[0])
    assert install(store, releases[1]).sealed and same(held(store)[1], expected[1])
    with pytest.raises(errors.StoreError, match="device key"):
        Store(tmp_path / "store", DEVICE_KEY).open()


def test_content_of_an_earlier_install_does_not_pass(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    """A sealed content is bound to its install: an attacker cannot put the old one back."""
    where = tmp_path / "store"
    store = Store(where, DEVICE_KEY)
    install(store, releases[0])
    install(store, releases[1])
    shutil.copy(where / "a" / "content.sealed", where / "b" / "content.sealed")
    with pytest.raises(errors.StoreError):
        store.open()


def test_states_that_are_damaged(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    where = tmp_path / "store"
    store = Store(where)
    install(store, releases[0])
    install(store, releases[1])
    a, b = where / "state.a", where / "state.b"
    good = b.read_bytes()
    b.write_bytes(a.read_bytes())  # slot a's record in slot b's place
    with pytest.raises(errors.StoreError, match="damaged"):
        held(store)
    for data in (good[:-1], good + b"\0", bytes(256), b""):
        a.write_bytes(data)
        b.write_bytes(data)
        for ask in (store.open, lambda: store.status(NOW), lambda: install(store, releases[1])):
            with pytest.raises(errors.StoreError, match="damaged"):
                ask()
    (where / "b" / "manifest").write_bytes((where / "a" / "manifest").read_bytes())
    a.unlink()
    b.write_bytes(good)
    with pytest.raises(errors.StoreError, match="manifest"):
        store.status(NOW)


def test_a_mapped_content_that_is_cut(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    store = Store(tmp_path / "store")
    install(store, releases[0])
    content = tmp_path / "store" / "a" / "content"
    good = content.read_bytes()
    for n in (0, 100, 16383, 16384, len(good) - 1, len(good) - 16384):
        content.write_bytes(good[:n])
        with pytest.raises(errors.StoreError):
            store.open()
    for at in (0, 8, 16, 23, 31, 40, 47):
        content.write_bytes(good[:at] + bytes([good[at] ^ 64]) + good[at + 1 :])
        with pytest.raises(errors.StoreError):
            store.open()


def test_a_store_that_cannot_be_written(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(errors.StoreError, match="cannot be written"):
        install(Store(tmp_path / "file"), releases[0])


def test_a_flipped_bit_of_the_newest_state_is_no_way_back(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    """Either state may be the newest: one that cannot be read is said, and nothing older opens in silence."""
    where = tmp_path / "store"
    store = Store(where)
    install(store, releases[0])
    install(store, releases[1])
    for name in ("state.a", "state.b"):
        good = (where / name).read_bytes()
        for at in range(0, len(good), 5):
            (where / name).write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            for ask in (store.open, lambda: store.status(NOW), lambda: install(store, releases[1])):
                with pytest.raises(errors.StoreError, match=f"damaged: {name}"):
                    ask()
        (where / name).write_bytes(good)
    assert held(store)[0] == 1


@posix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702, 0o1777])
def test_a_directory_that_others_may_write(tmp_path: Path, releases: tuple[Path, Path], mode: int) -> None:
    where = tmp_path / "store"
    store = Store(where)
    install(store, releases[0])
    where.chmod(mode)
    for ask in (store.open, lambda: store.status(NOW), lambda: install(store, releases[1])):
        with pytest.raises(errors.StoreError, match="others may write"):
            ask()
    where.chmod(0o755)
    install(store, releases[1])
    assert held(store)[0] == 1


@posix
def test_planted_links_are_not_followed(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    where, victim = tmp_path / "store", tmp_path / "victim"
    store = Store(where)
    install(store, releases[0])
    victim.write_bytes(b"not the store's")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").write_bytes(b"kept")
    (where / "state.b.new").symlink_to(victim)
    (where / "b").symlink_to(tmp_path / "folder")
    install(store, releases[1])
    assert victim.read_bytes() == b"not the store's" and held(store)[0] == 1
    assert sorted(p.name for p in (tmp_path / "folder").iterdir()) == ["kept"]
    (where / "lock").unlink()
    (where / "lock").symlink_to(victim)
    with pytest.raises(errors.StoreError):
        install(store, releases[1])


@posix
def test_what_lies_in_the_spare_slot_is_cleared(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    where = tmp_path / "store"
    store = Store(where)
    install(store, releases[0])
    (where / "b" / "deep" / "deeper").mkdir(parents=True)
    (where / "b" / "deep" / "file").write_bytes(b"x")
    os.mkfifo(where / "b" / "content")
    (where / "state.b.new").mkdir()
    install(store, releases[1])
    assert held(store)[0] == 1
    shutil.rmtree(where / "a")
    os.mkfifo(where / "a")
    install(store, releases[1])
    assert held(store)[0] == 1


@posix
@pytest.mark.parametrize("name", ["state.a", "a/manifest", "a/content"])
@pytest.mark.parametrize(
    "plant", [Path.mkdir, os.mkfifo if os.name == "posix" else Path.touch], ids=["directory", "FIFO"]
)
def test_no_file_in_the_place_of_the_stores_own(
    tmp_path: Path, releases: tuple[Path, Path], name: str, plant: Any
) -> None:
    """Nothing but StoreError leaves the store, and nothing waits."""
    where = tmp_path / "store"
    store = Store(where)
    install(store, releases[0])
    (where / name).unlink()
    plant(where / name)
    with pytest.raises(errors.StoreError):
        store.open()
    if name != "a/content":
        with pytest.raises(errors.StoreError):
            store.status(NOW)


def test_what_is_logged_names_nobody(
    tmp_path: Path, releases: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    """Releases and counts, through the logging module: no file, key or hash."""
    caplog.set_level("DEBUG", logger="pdqlite")
    store = Store(tmp_path / "store")
    for release in releases:
        install(store, release)
    assert [r.name for r in caplog.records] == ["pdqlite.store"] * len(caplog.records) and len(caplog.records) >= 2
    told = caplog.text
    assert "release" in told and str(tmp_path) not in told and KEY.hex()[:8] not in told
