"""
The store: whatever ends an install, and wherever, the old list opens or the new one does.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pdqlite import errors
from pdqlite.cli.scenes import picture
from pdqlite.lists import Store, add_delta, build_list, endorse, open_list, search_sealed
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.checkpoint import Proof
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy
from support.lists import samples
from support.lists.entries import same
from support.lists.logged import DAY, LOG, World, policy_text
from support.lists.samples import KEY, NOW, SIGNERS
from support.lists.scenarios import going_on
from support.lists.stores import DEVICE_KEY, KEYS, held, install


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


# ---- damage -------------------------------------------------------------------------------------


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


# ---- what is done with it ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[Any]]:
    """Releases 0 and 1 of a list of drawn pictures with their keypoint signatures, and the pictures."""
    from PIL import Image

    from pdqlite.cli.submission import made_of

    root = tmp_path_factory.mktemp("pictures")
    pixels, made = [picture(seed, 480, 360) for seed in range(4)], []
    for i, one in enumerate(pixels):
        Image.fromarray(one).save(root / f"{i}.png")
        made.append(made_of(str(root / f"{i}.png")))
    assert all(len(record) > 50 for _, record in made)

    def entries(n: int) -> Entries:
        ones = np.ones(n, np.uint16)
        rows = np.frombuffer(b"".join(h.bits for h, _ in made[:n]), np.uint8).reshape(n, 32)  # type: ignore[union-attr]
        quality = np.array([h.quality for h, _ in made[:n]], np.uint8)  # type: ignore[union-attr]
        return Entries(rows, ones, 3 * ones, np.zeros(n, np.uint8), quality, keypoints=tuple(r for _, r in made[:n]))

    shared: dict[str, Any] = {
        "origin": samples.ORIGIN, "categories": samples.CATEGORIES, "sources": samples.ORGS, "key": KEY,
        "issued": samples.ISSUED, "expires": samples.EXPIRES, "min_sources": 2, "max_distance": 31,
    }  # fmt: skip
    for seq, n in ((0, 3), (1, 4)):
        build_list(root / f"r{seq}", entries=entries(n), seq=seq, prev=bytes(32) if seq else None, **shared)
    add_delta(root / "r1", root / "r0", key=KEY)
    for seq in (0, 1):
        for each in SIGNERS[:2]:
            endorse(root / f"r{seq}", each, key=KEY)
    return root / "r0", root / "r1", pixels


@KEYS
def test_a_matcher_over_a_store_decides_as_one_over_entries(
    tmp_path: Path, pictures: tuple[Path, Path, list[Any]], device_key: bytes | None
) -> None:
    """Whole and cropped pictures, before and after a delta that brings one with its keypoint signature."""
    first, second, pixels = pictures
    store = Store(tmp_path / "store", device_key)
    tiers = set()
    for release, files in ((first, None), (second, ("manifest", "delta-0.cob"))):
        source: Any = release if files is None else Memory({n: (release / n).read_bytes() for n in files})
        install(store, source)
        whole = open_list(release, KEY, trust=samples.trust(), now=NOW)
        assert same(held(store)[1], whole.entries)
        with store.open() as opened:
            ours = Matcher.of_blocks(opened.blocks())
        theirs = Matcher(whole.entries, max_distance=whole.manifest.max_distance)
        for i in (0, 3):
            for query in (pixels[i], np.ascontiguousarray(pixels[i][70:320, 60:420])):
                decision = ours.match_pixels(query)
                assert decision == theirs.match_pixels(query)
                assert decision.matched == (i < len(whole.entries))
                tiers.add(decision.tier)
    assert len(tiers - {None}) >= 2, "hashes alone would not find the crops"


def test_sealed_search_is_a_scan(tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries]) -> None:
    store = Store(tmp_path / "store", DEVICE_KEY)
    install(store, releases[1])
    rows = expected[1].rows
    draw = np.random.default_rng(3)
    queries = rows[[3, 511, 512, len(rows) - 1]].copy()
    queries[0, :3] ^= draw.integers(0, 255, 3, dtype=np.uint8)
    distance = np.unpackbits(queries[:, None] ^ rows[None], axis=2).sum(axis=2)
    for radius in (0, 31, 110, 256):
        near = [(q, r, int(distance[q, r])) for q, r in np.argwhere(distance <= radius).tolist()]
        with store.open("sealed") as opened:
            assert search_sealed(opened, queries, radius) == near
            with pytest.raises(errors.StoreError):
                opened.blocks()
    with store.open("sealed") as opened, pytest.raises(errors.ShapeError):
        search_sealed(opened, rows[0], 31)


def test_an_empty_list(tmp_path: Path) -> None:
    directory = samples.make(tmp_path / "list", samples.entries(0))
    for key in (None, DEVICE_KEY):
        store = Store(tmp_path / f"store{key is None}", key)
        install(store, directory)
        assert len(held(store)[1]) == 0
        with store.open() as opened:
            matcher = Matcher.of_blocks(opened.blocks(), MatchPolicy())
            assert not matcher.match_pixels(np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)).matched


# ---- what else may lie there ---------------------------------------------------------------------

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and FIFOs")


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
