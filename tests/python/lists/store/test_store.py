"""
The store: whatever ends an install, and wherever, the old list opens or the new one does.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pdqlite import errors
from pdqlite.lists import Store
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.checkpoint import Proof
from pdqlite.types import Entries
from support.lists import samples
from support.lists.entries import same
from support.lists.logged import DAY, LOG, World, policy_text
from support.lists.samples import KEY, NOW
from support.lists.scenarios import going_on
from support.lists.stores import KEYS, held, install


@KEYS
def test_install_open_update(
    tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries], device_key: bytes | None
) -> None:
    store = Store(tmp_path / "store", device_key)
    assert store.status(NOW) is None
    with pytest.raises(errors.StoreError, match="nothing"):
        store.open()
    first = install(store, releases[0])
    assert (first.status, first.state.seq, first.state.installs) == ("unlogged", 0, 1)
    assert first.sealed == (device_key is not None)
    seq, entries = held(store)
    assert seq == 0 and same(entries, expected[0])
    with store.open() as before:
        install(store, releases[1])
        assert held(store)[0] == 1 and same(held(store)[1], expected[1])
        assert same(before.entries(), expected[0]), "what is open stays what it was"
    with pytest.raises(errors.RollbackError):
        install(store, releases[0])
    assert held(Store(tmp_path / "store", device_key))[0] == 1, "another process sees the same"


@KEYS
def test_delta_alone(
    tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries], device_key: bytes | None
) -> None:
    store = Store(tmp_path / "store", device_key)
    install(store, releases[0])
    files = {n: (releases[1] / n).read_bytes() for n in ("manifest", "delta-0.cob")}
    broken = {**files, "delta-0.cob": files["delta-0.cob"][:-1] + b"\0"}
    with pytest.raises(errors.CiphertextError):
        install(store, Memory(broken))  # type: ignore[arg-type]
    assert held(store)[0] == 0
    install(store, Memory(files))  # type: ignore[arg-type]
    assert same(held(store)[1], expected[1])
    shutil.rmtree(tmp_path / "store")
    install(store, releases[0])
    whole = {**broken, "list.cob": (releases[1] / "list.cob").read_bytes()}
    install(store, Memory(whole))  # type: ignore[arg-type]
    assert same(held(store)[1], expected[1]), "a broken delta costs the download of the list, nothing else"


# ---- status over time ----------------------------------------------------------------------------


def test_status_of_what_is_installed(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.release()
    store = Store(tmp_path / "store")
    found = store.install(Memory(world.files), KEY, trust=world.trust, now=NOW)
    assert (found.status, found.remarks, found.state.log_size, found.state.seen) == ("ok", (), 2, NOW)
    assert store.status(0).status == "ok", "a clock behind the witnesses is not believed"  # type: ignore[union-attr]
    late = store.status(NOW + DAY + 1)
    assert late is not None and late.remarks == ("freeze",)
    gone = store.status(samples.EXPIRES)
    assert gone is not None and gone.remarks == ("stale", "freeze") and gone.status == "stale"
    assert held(store)[0] == 1, "it still opens: the application decides"
    with pytest.raises(errors.FreezeError):
        store.install(Memory(world.files), KEY, trust=world.trust, now=NOW + DAY + 1)


def test_unwitnessed_and_split_view(tmp_path: Path) -> None:
    (tmp_path / "fork").mkdir()
    quiet = policy_text(witnesses="quorum none")
    world, fork = World(tmp_path, quiet), World(tmp_path / "fork", quiet)
    world.release()
    store = Store(tmp_path / "store")
    assert store.install(Memory(world.files), KEY, trust=world.trust, now=NOW).remarks == ("unwitnessed",)
    fork.texts.append(b"another leaf\n")
    fork.release()
    for said in (b"", b"x\n", going_on(fork, 2)["consistency-2"][45:], tobase64(bytes(32)).encode() + b"\n"):
        with pytest.raises((errors.UnprovenError, errors.ListFormatError)):
            store.install(Memory({**fork.files, "consistency-2": said}), KEY, trust=world.trust, now=NOW)
        assert not (tmp_path / "store" / "evidence").exists(), "what shows nothing is no evidence"
    path = going_on(fork, 2)["consistency-2"]
    for _ in range(2):
        with pytest.raises(errors.SplitViewError):
            store.install(Memory({**fork.files, "consistency-2": path}), KEY, trust=world.trust, now=NOW)
    kept = sorted((tmp_path / "store" / "evidence").iterdir())
    assert sorted(p.read_bytes() for p in kept) == sorted(
        [*(w.files["manifest.tlog-proof"] for w in (world, fork)), path]
    )
    assert held(store)[0] == 1


def test_evidence_is_bounded(tmp_path: Path) -> None:
    """Who has the keys can contradict itself without end; the first few times convince as well."""
    quiet = policy_text(witnesses="quorum none")
    world = World(tmp_path, quiet)
    world.release()
    store = Store(tmp_path / "store")
    store.install(Memory(world.files), KEY, trust=world.trust, now=NOW)
    for number in range(20):
        head = world.proof().checkpoint
        leaf = merkle.leaf_hash(Note.parse(world.files["manifest"]).text)
        other = hashlib.sha256(b"another leaf %d" % number).digest()
        text = replace(head, root=merkle.node_hash(other, leaf)).text
        proof = Proof(1, (other,), Note(text, (LOG.sign(text),)))
        with pytest.raises(errors.SplitViewError):
            store.install(Memory({**world.files, "manifest.tlog-proof": bytes(proof)}), KEY, trust=world.trust, now=NOW)
    assert 2 < len(list((tmp_path / "store" / "evidence").iterdir())) <= 12
    assert held(store)[0] == 1


def test_messages_say_what_was_found(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    store = Store(tmp_path / "store")
    cases: dict[str, dict[str, Any]] = {
        "2 of the pinned organisations signed, expected 3": {"trust": samples.trust(quorum=3)},
        "expired 7 s ago": {"now": samples.EXPIRES + 7},
        "distance 31, pinned is 3": {"trust": samples.trust(max_distance=3)},
    }
    for message, changes in cases.items():
        with pytest.raises(errors.ListError, match=message):
            install(store, releases[0], **changes)
    with pytest.raises(errors.CiphertextError, match="list.cob"):
        install(store, Memory({"manifest": (releases[0] / "manifest").read_bytes()}))  # type: ignore[arg-type]
    install(store, releases[1])
    with pytest.raises(errors.RollbackError, match="release 0 is older than 1"):
        install(store, releases[0])
