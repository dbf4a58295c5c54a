"""Each status of a list, by the smallest change that causes it; every byte; what is written is what is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite import errors
from pdqlite.lists import Trust, open_list, verify_list
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.verify import auditor
from support.lists import samples
from support.lists.breaking import CASES, FIRST, NO_RECORDS, THIRD, broken, load, located, record_of
from support.lists.samples import KEY, NOW, entries, make, trust


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("good") / "list", entries())


@pytest.mark.parametrize("name", CASES)
def test_status(good: Path, tmp_path: Path, name: str) -> None:
    status, change = CASES[name]
    directory = broken(good, tmp_path, change)
    with pytest.raises(errors.ListError) as caught:
        open_list(directory, KEY, trust=trust(), now=NOW)
    assert caught.value.status == status, str(caught.value)
    assert KEY.hex() not in str(caught.value)


def test_status_of_pins_and_keys(good: Path) -> None:
    def status(key: bytes = KEY, now: int = NOW, **changes: object) -> str:
        try:
            return open_list(good, key, trust=trust(**changes), now=now).status
        except errors.ListError as error:
            return error.status

    assert status() == "unlogged"
    assert status(allow_unlogged=False) == "unlogged"
    assert status(key=bytes(32)) == "key-commit"
    assert status(min_seq=1) == "rollback"
    assert status(type="video") == "origin"
    assert status(quorum=3) == "unendorsed"
    assert status(now=samples.EXPIRES - 1) == "unlogged"
    assert status(now=samples.EXPIRES) == "expired"
    assert status(now=samples.EXPIRES, allow_stale=True) == "stale"
    with pytest.raises(errors.UnloggedError):
        verify_list(good, trust(allow_unlogged=False), NOW)
    with pytest.raises(errors.ArgumentError):
        open_list(good, b"short", trust=trust(), now=NOW)


def test_local_records_at_their_limits(good: Path, tmp_path: Path) -> None:
    """What is just inside is read by both readers, byte for byte."""
    inside = (
        record_of(), samples.record(1, 48), record_of(FIRST[:10] + b"\1", FIRST[:10] + b"\2"), b"",
        record_of(FIRST[:2] + bytes([2 * 18]) + FIRST[3:]), record_of(FIRST[:2] + bytes([2 * 69 + 1]) + FIRST[3:]),
        record_of(THIRD), record_of(FIRST),
    )  # fmt: skip
    directory = broken(good, tmp_path, located(*inside))
    for reader in ("device", "auditor"):
        found = open_list(directory, KEY, trust=trust(), now=NOW, reader=reader).entries.keypoints
        assert found == inside + (b"",) * 12


@pytest.mark.parametrize("name", NO_RECORDS)
def test_nobody_builds_a_list_of_other_records(tmp_path: Path, name: str) -> None:
    given = replace(entries(1), keypoints=(NO_RECORDS[name],))
    with pytest.raises(errors.EntryRuleError):
        make(tmp_path / "list", given)


def test_local_section_is_checked(tmp_path: Path) -> None:
    directory = make(tmp_path / "list", entries(keypoints=True))
    file = directory / "local.cob"
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(errors.CiphertextError):
        open_list(directory, KEY, trust=trust(), now=NOW)
    file.unlink()
    with pytest.raises(errors.CiphertextError):
        open_list(directory, KEY, trust=trust(), now=NOW)
    assert open_list(directory, KEY, trust=trust(), now=NOW, keypoints=False).entries.keypoints is None


# ---- every byte, every cut ---------------------------------------------------------------------


def test_every_byte_of_the_manifest(good: Path) -> None:
    """No changed byte leaves a usable list, but in a line of a key that is not known."""
    files = load(good)
    data = files["manifest"]
    for at in range(len(data)):
        for bit in (1, 0x20, 0x80):
            changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            with pytest.raises(errors.ListError) as caught:
                auditor.verify_files(Memory({**files, "manifest": changed}), trust(), NOW)
            assert caught.value.status in ("format", "unendorsed")
    for n in range(len(data)):
        with pytest.raises(errors.ListError):
            auditor.verify_files(Memory({**files, "manifest": data[:n]}), trust(), NOW)


def test_every_byte_of_the_list(good: Path) -> None:
    files = load(good)
    manifest = Manifest.parse(Note.parse(files["manifest"]).text)
    data = files["list.cob"]
    for at in range(0, len(data)):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(errors.CiphertextError):
            auditor.check_ciphertext(Memory({"list.cob": changed}), "list.cob", manifest.list)
    for n in (*range(100), *range(16400, 16500), len(data) - 1, len(data) + 1):
        with pytest.raises(errors.CiphertextError):
            auditor.check_ciphertext(Memory({"list.cob": (data + b"\0")[:n]}), "list.cob", manifest.list)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_manifest_parse_then_write_is_the_same_or_an_error(good: Path, data: st.DataObject) -> None:
    text = Note.parse((good / "manifest").read_bytes()).text
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    piece = data.draw(st.text("0123456789 \n-+=Aabc", max_size=12)).encode()
    changed = text[:start] + piece + text[end:]
    try:
        manifest = Manifest.parse(changed)
    except errors.ListFormatError:
        return
    assert manifest.text == changed


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_trust_parse_then_write_is_the_same_or_an_error(data: st.DataObject) -> None:
    text = bytes(trust(allow_stale=True))
    assert Trust.parse(text) == trust(allow_stale=True)
    start = data.draw(st.integers(0, len(text)))
    piece = data.draw(st.text("0123456789 \n-+=Aabc", max_size=12)).encode()
    changed = text[:start] + piece + text[start + len(piece) // 2 :]
    try:
        parsed = Trust.parse(changed)
    except errors.ListFormatError:
        return
    assert bytes(parsed) == changed


# ---- publishing --------------------------------------------------------------------------------
