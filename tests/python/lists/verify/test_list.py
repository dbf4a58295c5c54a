"""Lists end to end: built, merged, endorsed, written, opened."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pdqlite import errors
from pdqlite.lists import (
    ListTerms,
    build_list,
    endorse,
    load_list_key,
    load_signing_key,
    merge,
    new_list_key,
    new_signing_key,
    open_list,
    usable,
)
from pdqlite.lists.format import files as list_files
from pdqlite.lists.format import plaintext
from pdqlite.lists.format.merging import take
from pdqlite.types import Entries
from support.lists import samples
from support.lists.breaking import load
from support.lists.samples import KEY, NOW, SIGNERS, entries, make, trust

COLUMNS = ("rows", "categories", "sources", "flags", "quality", "video", "time_ms")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("good") / "list", entries())


def same(a: Entries, b: Entries) -> bool:
    pairs = [(getattr(a, c), getattr(b, c)) for c in COLUMNS]
    equal = all((x is None) == (y is None) and (x is None or (x == y).all()) for x, y in pairs)
    return equal and a.keypoints == b.keypoints


@pytest.mark.parametrize("kind", ["image", "video"])
@pytest.mark.parametrize("keypoints", [False, True])
@pytest.mark.parametrize("n", [0, 1, 512, 513])
def test_what_goes_in_comes_out(tmp_path: Path, kind: str, keypoints: bool, n: int) -> None:
    given = entries(n, kind, keypoints)
    directory = make(tmp_path / "list", given)
    opened = open_list(directory, KEY, trust=trust(type=kind), now=NOW)
    order = sorted(range(n), key=lambda i: bytes(given.rows[i]))
    for name in COLUMNS:
        column = getattr(given, name)
        assert (column is None) == (getattr(opened.entries, name) is None)
        if column is not None:
            assert (column[order] == getattr(opened.entries, name)).all()
    expected = tuple(given.keypoints[i] for i in order) if given.keypoints is not None else None
    assert opened.entries.keypoints == expected
    audited = open_list(directory, KEY, trust=trust(type=kind), now=NOW, reader="auditor")
    assert same(audited.entries, opened.entries) and audited.signers == opened.signers
    assert opened.status == "unlogged" and opened.remarks == ("unlogged",)
    assert opened.signers == samples.ORGS[:2]
    assert open_list(directory, lambda manifest: KEY, trust=trust(type=kind), now=NOW, keypoints=False)


def test_content_root_is_the_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    """pt-root as the format's section 6 words it, over blocks smaller than the list."""
    monkeypatch.setattr(plaintext, "_BLOCK", 7)
    rng = np.random.default_rng(3)
    for width in (6, 14):
        hashes = rng.integers(0, 256, (20, 32), np.uint8)
        meta = rng.integers(0, 256, (20, width), np.uint8)
        head = plaintext.Head(4, 20, 9, rng.bytes(32), b"category 0 9\n")
        numbers = b"".join(n.to_bytes(8, "big") for n in (4, 20, 9))
        data = [numbers + head.inventory] + [bytes(hashes[i]) + bytes(meta[i]) for i in range(20)]
        level = []
        for i, content in enumerate(data):
            pair = hashlib.sha256(head.seed + (i // 2).to_bytes(8, "big")).digest()
            blind = pair[16 * (i % 2) :][:16]
            level.append(hashlib.sha256(b"\0" + blind + content).digest())
        while len(level) > 1:
            pairs = [level[k : k + 2] for k in range(0, len(level), 2)]
            level = [hashlib.sha256(b"\1" + b"".join(p)).digest() if len(p) == 2 else p[0] for p in pairs]
        assert plaintext.content_root(head, hashes, meta) == level[0]


def test_same_input_same_seed_same_bytes(tmp_path: Path, good: Path) -> None:
    again = make(tmp_path / "again", entries())
    assert load(again) == load(good)
    shuffled = entries()
    order = np.random.default_rng(1).permutation(len(shuffled))
    turned = Entries(*(None if (c := getattr(shuffled, n)) is None else c[order] for n in COLUMNS))
    assert load(make(tmp_path / "shuffled", turned)) == load(good)
    other = make(tmp_path / "other", entries(), seed=bytes(32))
    assert load(other)["list.cob"] != load(good)["list.cob"]
    fewer = make(tmp_path / "fewer", entries(19))
    assert load(fewer)["list.cob"][:24] != load(good)["list.cob"][:24], "a salt for two plaintexts"


def test_padded_size_hides_the_count(tmp_path: Path) -> None:
    assert plaintext.padme(1) == 1 and plaintext.padme(9) == 10 and plaintext.padme(1_000_000) == 1015808
    sizes = {plaintext.padded_slots(n) for n in range(513)}
    assert sizes == {512}


def test_entries_of_several_organisations_are_merged() -> None:
    one, two = entries(3), entries(3)
    one = replace(one, sources=np.full(3, 1, np.uint16), quality=np.full(3, 255, np.uint8))
    two = replace(two, sources=np.full(3, 2, np.uint16), categories=np.full(3, 2, np.uint16))
    from pdqlite.lists import join

    merged = merge(join([one, two]))
    order = sorted(range(3), key=lambda i: bytes(one.rows[i]))
    assert merged.rows.tolist() == [one.rows[i].tolist() for i in order]
    assert merged.sources.tolist() == [3, 3, 3]
    assert merged.categories.tolist() == [int(one.categories[i]) | 2 for i in order]
    assert merged.quality.tolist() == [int(two.quality[i]) for i in order]
    with pytest.raises(errors.EntryRuleError):
        merge(join([one, replace(two, flags=np.full(3, 1, np.uint8))]))


def test_unusable_hashes_are_refused_or_dropped(tmp_path: Path) -> None:
    given = entries(4)
    given.rows[1] = 0
    given.quality[2] = 10
    with pytest.raises(errors.EntryRuleError):
        make(tmp_path / "list", given)
    assert not (tmp_path / "list").exists()
    assert len(usable(given)) == 2


def test_an_organisation_signs_only_what_it_submitted(tmp_path: Path) -> None:
    directory = make(tmp_path / "list", entries(), signers=())
    before = load(directory)
    mine = take(entries(), np.arange(19))
    with pytest.raises(errors.EntryRuleError, match="1 entries carry"):
        endorse(directory, SIGNERS[0], key=KEY, submitted=mine)
    with pytest.raises(errors.WrongKeyError):
        endorse(directory, SIGNERS[0], key=bytes(32))
    turned = replace(entries(), flags=np.array([1] * 2 + [0] * 18, np.uint8))
    for all_there in (True, False):
        with pytest.raises(errors.EntryRuleError, match='2 entries carry .*; 2 say "must not match"'):
            endorse(directory, SIGNERS[0], key=KEY, submitted=turned, all_there=all_there)
    assert load(directory) == before
    endorse(directory, SIGNERS[0], key=KEY, submitted=entries())
    with pytest.raises(errors.ArgumentError):
        endorse(directory, SIGNERS[0], key=KEY)


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_failing_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    directory = make(tmp_path / "old", entries())
    before = load(directory)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if call == "write":
        monkeypatch.setattr(list_files, "write_new", fail)
    else:
        monkeypatch.setattr(list_files.os, call, fail)
    with pytest.raises(OSError):
        endorse(directory, SIGNERS[2], key=KEY)
    with pytest.raises(OSError):
        build_list(
            tmp_path / "new",
            entries(),
            ListTerms(origin="x", categories=("a", "b"), sources=samples.ORGS, issued=1, expires=2),
            key=KEY,
        )
    monkeypatch.undo()
    assert load(directory) == before
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_build_writes_into_an_empty_directory_only(tmp_path: Path) -> None:
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "other").write_text("")
    with pytest.raises(errors.ArgumentError):
        make(tmp_path / "list", entries())


# ---- keys and other people's tools ---------------------------------------------------------------


def test_key_files(tmp_path: Path) -> None:
    key = new_list_key(tmp_path / "list.key")
    assert load_list_key(tmp_path / "list.key") == key and len(key) == 32
    signer = new_signing_key(tmp_path / "org.pem", "org.example/1")
    assert load_signing_key(tmp_path / "org.pem", "org.example/1").verifier == signer.verifier
    assert repr(signer) == "Signer('org.example/1')"
    for name in ("list.key", "org.pem"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        with pytest.raises(errors.KeyFileError):
            (new_list_key if name == "list.key" else load_list_key)(
                tmp_path / name if name == "list.key" else tmp_path / name
            )
        (tmp_path / name).chmod(0o640)
        load = load_list_key if name == "list.key" else lambda p: load_signing_key(p, "a")
        with pytest.raises(errors.KeyFileError, match="chmod 600"):
            load(tmp_path / name)
    with pytest.raises(errors.KeyFileError):
        load_list_key(tmp_path / "absent")
    with pytest.raises(errors.KeyFileError):
        load_list_key(tmp_path)
