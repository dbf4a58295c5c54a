"""Lists end to end; each status by the smallest change that causes it."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import list_samples as samples
import numpy as np
import pytest
from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from list_samples import KEY, NOW, SIGNERS, entries, make, trust

from pdqlite import errors
from pdqlite.lists import (
    Signer,
    Trust,
    build_list,
    endorse,
    load_list_key,
    load_signing_key,
    merge,
    new_list_key,
    new_signing_key,
    open_list,
    plaintext,
    usable,
    verify,
    verify_list,
)
from pdqlite.lists import files as list_files
from pdqlite.lists.files import Memory
from pdqlite.lists.manifest import Manifest
from pdqlite.lists.note import Note
from pdqlite.types import Entries

COLUMNS = ("rows", "categories", "sources", "flags", "quality", "video", "time_ms")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("good") / "list", entries())


def load(directory: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in directory.iterdir()}


def same(a: Entries, b: Entries) -> bool:
    pairs = [(getattr(a, c), getattr(b, c)) for c in COLUMNS]
    equal = all((x is None) == (y is None) and (x is None or (x == y).all()) for x, y in pairs)
    return equal and a.local == b.local


@pytest.mark.parametrize("kind", ["image", "video"])
@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("n", [0, 1, 512, 513])
def test_what_goes_in_comes_out(tmp_path: Path, kind: str, local: bool, n: int) -> None:
    given = entries(n, kind, local)
    directory = make(tmp_path / "list", given)
    opened = open_list(directory, KEY, trust=trust(type=kind), now=NOW)
    order = sorted(range(n), key=lambda i: bytes(given.rows[i]))
    for name in COLUMNS:
        column = getattr(given, name)
        assert (column is None) == (getattr(opened.entries, name) is None)
        if column is not None:
            assert (column[order] == getattr(opened.entries, name)).all()
    expected = tuple(given.local[i] for i in order) if given.local is not None else None
    assert opened.entries.local == expected
    audited = open_list(directory, KEY, trust=trust(type=kind), now=NOW, reader="auditor")
    assert same(audited.entries, opened.entries) and audited.signers == opened.signers
    assert opened.status == "unlogged" and opened.remarks == ("unlogged",)
    assert opened.signers == samples.ORGS[:2]
    assert open_list(directory, lambda manifest: KEY, trust=trust(type=kind), now=NOW, local=False)


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
            level = [
                hashlib.sha256(b"\1" + b"".join(p)).digest() if len(p) == 2 else p[0] for p in pairs
            ]
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
    assert (
        plaintext.padme(1) == 1
        and plaintext.padme(9) == 10
        and plaintext.padme(1_000_000) == 1015808
    )
    sizes = {plaintext.padded_slots(n) for n in range(513)}
    assert sizes == {512}


# ---- each status, by the smallest change that causes it ----------------------------------------


def broken(good: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    files = load(good)
    change(files)
    directory = tmp_path / "broken"
    directory.mkdir()
    for name, data in files.items():
        (directory / name).write_bytes(data)
    return directory


def resign(
    files: dict[str, bytes], signers: tuple[Signer, ...] = SIGNERS[:2], **changes: object
) -> None:
    """Change the manifest and sign it anew: what dishonest organisations could publish."""
    manifest = replace(Manifest.parse(Note.parse(files["manifest"]).text), **changes)  # type: ignore[arg-type]
    text = manifest.text
    files["manifest"] = bytes(Note(text, tuple(s.sign(text) for s in signers)))


def reseal(files: dict[str, bytes], edit: Callable[[bytearray], None], rooted: bool = True) -> None:
    """Change the plaintext, and all that is signed with it; the content root too if `rooted`."""
    import io

    from pdqlite.lists import cobblestone
    from pdqlite.lists.manifest import File

    manifest = Manifest.parse(Note.parse(files["manifest"]).text)
    bound = verify.context("list", manifest.origin, manifest.seq)
    data = files["list.cob"]
    plain = cobblestone.decrypt(KEY, bound, io.BytesIO(data), len(data))
    edit(plain)
    data = cobblestone.encrypt(KEY, hashlib.sha256(plain).digest()[:24], bound, bytes(plain))
    files["list.cob"] = data
    root = manifest.root
    if rooted:
        slots = manifest.slots
        length = int.from_bytes(plain[64:66], "big")
        head = plaintext.Head(
            manifest.seq,
            slots,
            int.from_bytes(plain[24:32], "big"),
            bytes(plain[32:64]),
            bytes(plain[66 : 66 + length]),
        )
        split = 16384 + 32 * slots
        hashes = np.frombuffer(plain, np.uint8)[16384:split].reshape(slots, 32)
        meta = np.frombuffer(plain, np.uint8)[split:].reshape(slots, -1)
        root = plaintext.content_root(head, hashes, meta)
    file = File(len(data), cobblestone.root(io.BytesIO(data)), data[24:56])
    resign(files, list=file, root=root)


def put(at: int, data: bytes) -> Callable[[bytearray], None]:
    def edit(plain: bytearray) -> None:
        plain[at : at + len(data)] = data

    return edit


META = 16384 + 32 * 512
SHORT = b"\1"


def swap(plain: bytearray) -> None:
    first, second = plain[16384:16416], plain[16416:16448]
    plain[16384:16416], plain[16416:16448] = second, first


def recount(edit: Callable[[bytearray], None]) -> Callable[[bytearray], None]:
    """Edit, then make the inventory say what the entries are."""

    def both(plain: bytearray) -> None:
        edit(plain)
        count = int.from_bytes(plain[24:32], "big")
        hashes = np.frombuffer(bytes(plain), np.uint8, 32 * count, 16384).reshape(-1, 32)
        meta = np.frombuffer(bytes(plain), np.uint8, 6 * count, META).reshape(-1, 6)
        found = plaintext.unpack(hashes, meta)
        text = plaintext.inventory(
            found, dict(enumerate(samples.ORGS)), dict(enumerate(samples.CATEGORIES))
        )
        plain[64:16384] = (len(text).to_bytes(2, "big") + text).ljust(16320, b"\0")

    return both


def flip(name: str, at: int) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        data = bytearray(files[name])
        data[at] ^= 1
        files[name] = bytes(data)

    return change


def cut(name: str, n: int) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files[name] = files[name][:n]

    return change


def drop_commit(files: dict[str, bytes]) -> None:
    manifest = Manifest.parse(Note.parse(files["manifest"]).text)
    resign(files, list=replace(manifest.list, commit=bytes(32)))


def spoil_tag(files: dict[str, bytes]) -> None:
    """Endorse a file whose last tag is wrong."""
    import io

    from pdqlite.lists import cobblestone
    from pdqlite.lists.manifest import File

    data = files["list.cob"][:-1] + bytes([files["list.cob"][-1] ^ 1])
    files["list.cob"] = data
    resign(files, list=File(len(data), cobblestone.root(io.BytesIO(data)), data[24:56]))


def located(*records: bytes) -> Callable[[dict[str, bytes]], None]:
    """Give the first entries these local records, and endorse that."""
    import io

    from pdqlite.lists import cobblestone, local
    from pdqlite.lists.manifest import File, Local

    def change(files: dict[str, bytes]) -> None:
        manifest = Manifest.parse(Note.parse(files["manifest"]).text)
        plain, root = local.build(manifest.seq, manifest.slots, records, bytes(32))
        bound = verify.context("local", manifest.origin, manifest.seq)
        data = cobblestone.encrypt(KEY, hashlib.sha256(plain).digest()[:24], bound, plain)
        files["local.cob"] = data
        resign(files, local=Local(1, File(len(data), cobblestone.root(io.BytesIO(data))), root))

    return change


def blobs_of(record: bytes) -> list[bytes]:
    return [record[at : at + 11] for at in range(3, len(record), 11)]


def record_of(*blobs: bytes) -> bytes:
    return bytes([1, len(blobs), 128]) + b"".join(blobs)


GOOD_RECORD = samples.record(5, 3)
FIRST, SECOND, THIRD = blobs_of(GOOD_RECORD)
NO_RECORDS = {
    "a version": b"\2" + GOOD_RECORD[1:],
    "a byte": b"\1",
    "a head": b"\1\0",
    "a byte more": GOOD_RECORD + b"\0",
    "a blob less": GOOD_RECORD[:-11],
    "too many blobs": record_of(*blobs_of(samples.record(6, 49))),
    "the longest": bytes(65535),
    "order": record_of(SECOND, FIRST),
    "order in the last byte": record_of(FIRST[:10] + b"\2", FIRST[:10] + b"\1"),
    "twice the same": record_of(FIRST, FIRST),
    "a fine scale": record_of(FIRST[:2] + bytes([2 * 17 + 1]) + FIRST[3:]),
    "a coarse scale": record_of(FIRST[:2] + bytes([2 * 70]) + FIRST[3:]),
}

CASES: dict[str, tuple[str, Callable[[dict[str, bytes]], None]]] = {
    "one byte more": ("format", lambda f: f.update(manifest=f["manifest"] + b"x")),
    "two spaces": ("format", lambda f: f.update(manifest=f["manifest"].replace(b"seq ", b"seq  "))),
    "leading zero": (
        "format",
        lambda f: f.update(manifest=f["manifest"].replace(b"seq 0", b"seq 00")),
    ),
    "no manifest": ("format", lambda f: f.pop("manifest") and None),
    "not endorsed": ("format", lambda f: f.update(manifest=Note.parse(f["manifest"]).text)),
    "changed text": (
        "unendorsed",
        lambda f: f.update(manifest=f["manifest"].replace(b"rule 2", b"rule 1")),
    ),
    "one organisation": ("unendorsed", lambda f: resign(f, SIGNERS[:1])),
    "a stranger for one": (
        "unendorsed",
        lambda f: resign(f, (SIGNERS[0], samples.signer("eve.example"))),
    ),
    "same name, other key": (
        "unendorsed",
        lambda f: resign(f, (SIGNERS[0], replace(samples.signer("eve"), name=samples.ORGS[1]))),
    ),
    "other origin": ("origin", lambda f: resign(f, origin="lists.example.org/other")),
    "category not pinned": ("pins", lambda f: resign(f, categories={0: "scam", 1: "politics"})),
    "larger distance": ("pins", lambda f: resign(f, max_distance=32)),
    "expired": ("expired", lambda f: resign(f, expires=NOW)),
    "list cut": ("ct-mismatch", cut("list.cob", -1)),
    "list absent": ("ct-mismatch", lambda f: f.pop("list.cob") and None),
    "list flipped": ("ct-mismatch", flip("list.cob", 20000)),
    "commitment flipped": ("ct-mismatch", flip("list.cob", 30)),
    "commitment not in file": ("ct-mismatch", drop_commit),
    "endorsed, not decryptable": ("content-mismatch", spoil_tag),
    "content changed": ("content-mismatch", lambda f: reseal(f, put(16384, b"\0"), rooted=False)),
    "magic": ("content-mismatch", lambda f: reseal(f, put(0, b"X"))),
    "seq inside": ("content-mismatch", lambda f: reseal(f, put(15, b"\1"))),
    "padding of the page": ("content-mismatch", lambda f: reseal(f, put(16383, b"\1"))),
    "count above slots": (
        "content-mismatch",
        lambda f: reseal(f, put(24, (513).to_bytes(8, "big"))),
    ),
    "order": ("rule", lambda f: reseal(f, recount(swap))),
    "twice the same": (
        "rule",
        lambda f: reseal(f, recount(lambda p: put(16416, bytes(p[16384:16416]))(p))),
    ),
    "undeclared category": ("rule", lambda f: reseal(f, recount(put(META, b"\0\5")))),
    "no category": ("rule", lambda f: reseal(f, recount(put(META, b"\0\0")))),
    "undeclared source": ("rule", lambda f: reseal(f, recount(put(META + 2, b"\0\x0b")))),
    "one source": ("rule", lambda f: reseal(f, recount(put(META + 2, b"\0\1")))),
    "a source that did not sign": ("rule", lambda f: reseal(f, recount(put(META + 2, b"\0\5")))),
    "flags": ("rule", lambda f: reseal(f, put(META + 4, b"\4"))),
    "low quality": ("rule", lambda f: reseal(f, put(META + 5, b"\x31"))),
    "quality above 100": ("rule", lambda f: reseal(f, put(META + 5, b"\x65"))),
    "degenerate hash": ("rule", lambda f: reseal(f, put(16384, bytes(32)))),
    "beyond the count": ("rule", lambda f: reseal(f, put(META - 1, b"\1"))),
    "inventory": ("rule", lambda f: reseal(f, put(77, b"9"))),
    **{f"local record: {name}": ("rule", located(GOOD_RECORD, b"", record)) for name, record in NO_RECORDS.items()},
    "local record without entry": ("rule", located(*[b""] * 20, GOOD_RECORD)),
    "last local record": ("rule", located(*[GOOD_RECORD] * 19, NO_RECORDS["twice the same"])),
}


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
        found = open_list(directory, KEY, trust=trust(), now=NOW, reader=reader).entries.local
        assert found == inside + (b"",) * 12


@pytest.mark.parametrize("name", NO_RECORDS)
def test_nobody_builds_a_list_of_other_records(tmp_path: Path, name: str) -> None:
    given = replace(entries(1), local=(NO_RECORDS[name],))
    with pytest.raises(errors.EntryRuleError):
        make(tmp_path / "list", given)


def test_local_section_is_checked(tmp_path: Path) -> None:
    directory = make(tmp_path / "list", entries(local=True))
    file = directory / "local.cob"
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(errors.CiphertextError):
        open_list(directory, KEY, trust=trust(), now=NOW)
    file.unlink()
    with pytest.raises(errors.CiphertextError):
        open_list(directory, KEY, trust=trust(), now=NOW)
    assert open_list(directory, KEY, trust=trust(), now=NOW, local=False).entries.local is None


# ---- every byte, every cut ---------------------------------------------------------------------


def test_every_byte_of_the_manifest(good: Path) -> None:
    """No changed byte leaves a usable list, but in a line of a key that is not known."""
    files = load(good)
    data = files["manifest"]
    for at in range(len(data)):
        for bit in (1, 0x20, 0x80):
            changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            with pytest.raises(errors.ListError) as caught:
                verify.verify_files(Memory({**files, "manifest": changed}), trust(), NOW)
            assert caught.value.status in ("format", "unendorsed")
    for n in range(len(data)):
        with pytest.raises(errors.ListError):
            verify.verify_files(Memory({**files, "manifest": data[:n]}), trust(), NOW)


def test_every_byte_of_the_list(good: Path) -> None:
    files = load(good)
    manifest = Manifest.parse(Note.parse(files["manifest"]).text)
    data = files["list.cob"]
    for at in range(0, len(data)):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(errors.CiphertextError):
            verify.check_ciphertext(Memory({"list.cob": changed}), "list.cob", manifest.list)
    for n in (*range(100), *range(16400, 16500), len(data) - 1, len(data) + 1):
        with pytest.raises(errors.CiphertextError):
            verify.check_ciphertext(
                Memory({"list.cob": (data + b"\0")[:n]}), "list.cob", manifest.list
            )


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
    mine = replace(entries(), rows=entries().rows[:19])
    with pytest.raises(errors.EntryRuleError, match="1 entries carry"):
        endorse(directory, SIGNERS[0], key=KEY, submitted=mine)
    with pytest.raises(errors.WrongKeyError):
        endorse(directory, SIGNERS[0], key=bytes(32))
    assert load(directory) == before
    endorse(directory, SIGNERS[0], key=KEY, submitted=entries())
    with pytest.raises(errors.ArgumentError):
        endorse(directory, SIGNERS[0], key=KEY)


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_failing_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
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
            origin="x",
            entries=entries(),
            categories=("a", "b"),
            sources=samples.ORGS,
            key=KEY,
            issued=1,
            expires=2,
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


def _tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def _endorsement(directory: Path) -> tuple[bytes, bytes]:
    note = Note.parse((directory / "manifest").read_bytes())
    return note.text, note.signatures[0].data


def test_openssl_verifies_an_endorsement(good: Path, tmp_path: Path) -> None:
    tool = _tool("openssl")
    text, signature = _endorsement(good)
    public = SIGNERS[0].private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, data in (("org.pem", pem), ("body", text), ("sig", signature)):
        (tmp_path / name).write_bytes(data)
    command = [
        tool,
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "org.pem",
        "-rawin",
        "-in",
        "body",
        "-sigfile",
        "sig",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "body").write_bytes(text + b" ")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


def test_signify_verifies_an_endorsement(good: Path, tmp_path: Path) -> None:
    tool = _tool("signify-openbsd")
    text, signature = _endorsement(good)
    public = SIGNERS[0].verifier.public
    for name, data in (("org.pub", public), ("body.sig", signature)):
        line = base64.b64encode(b"Ed" + bytes(8) + data).decode()
        (tmp_path / name).write_text(f"untrusted comment: {name}\n{line}\n")
    (tmp_path / "body").write_bytes(text)
    command = [tool, "-V", "-p", "org.pub", "-m", "body", "-x", "body.sig"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "body").write_bytes(text + b" ")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


def test_age_carries_a_list_key(tmp_path: Path) -> None:
    age, keygen = _tool("age"), _tool("age-keygen")
    key = new_list_key(tmp_path / "list.key")
    subprocess.run([keygen, "-o", "id.txt"], cwd=tmp_path, check=True, capture_output=True)
    made = subprocess.run([keygen, "-y", "id.txt"], cwd=tmp_path, check=True, capture_output=True)
    to = made.stdout.decode().strip()
    subprocess.run([age, "-r", to, "-o", "list.age", "list.key"], cwd=tmp_path, check=True)
    subprocess.run(
        [age, "-d", "-i", "id.txt", "-o", "back.key", "list.age"], cwd=tmp_path, check=True
    )
    (tmp_path / "back.key").chmod(0o600)
    assert load_list_key(tmp_path / "back.key") == key


def test_cryptography_decrypts_a_list_by_itself(good: Path) -> None:
    decryptor = Cobblestone256Decryptor(KEY, f"pdqlite.org/list/v1\n{samples.ORIGIN}\n0\n".encode())
    plain = decryptor.update((good / "list.cob").read_bytes()) + decryptor.finalize()
    assert plain[:8] == b"PDQLPT1\0"
    assert plain[24:32] == (20).to_bytes(8, "big")
