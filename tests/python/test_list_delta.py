"""Deltas: what the format's section 12 says, from its words; each status by the smallest change."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import list_samples as samples
import numpy as np
import pytest
from cryptography.cobblestone import Cobblestone256Decryptor
from hypothesis import given
from hypothesis import strategies as st
from list_samples import KEY, NOW, SIGNERS, entries, trust

from pdqlite import errors
from pdqlite.lists import add_delta, build_list, cobblestone, delta, endorse, join, merge, plaintext
from pdqlite.lists.files import Memory
from pdqlite.lists.manifest import Manifest
from pdqlite.lists.merging import take
from pdqlite.lists.note import Note
from pdqlite.lists.verify import VerifiedList, unseal, verify_files, verify_texts
from pdqlite.types import Entries

COLUMNS = ("rows", "categories", "sources", "flags", "quality", "video", "time_ms", "local")


NO_RECORD = b"\1\1\x80" + bytes(11)  # a scale out of range


def rows_of(given: Entries) -> set[tuple[object, ...]]:
    columns = [getattr(given, name) for name in COLUMNS]
    return {
        tuple(None if c is None else c[i].tobytes() if isinstance(c, np.ndarray) else c[i] for c in columns)
        for i in range(len(given))
    }  # fmt: skip


def changed(given: Entries, seed: int, gone: int, come: int) -> Entries:
    """Entries without some, with some new ones, and one whose meta is another."""
    rng = random.Random(seed)
    n = len(given)
    keep = sorted(rng.sample(range(n), max(n - gone, 0)))
    video = given.video is not None
    new = entries(come, "video" if video else "image", given.local is not None, seed=seed + 100)

    def column(name: str) -> object:
        old, added = getattr(given, name), getattr(new, name)
        if old is None:
            return None
        if isinstance(old, tuple):
            return tuple(old[i] for i in keep) + added
        return np.concatenate([old[keep], added])

    made = Entries(**{name: column(name) for name in COLUMNS})  # type: ignore[arg-type]
    if len(made):
        made.categories[0] ^= 1 if made.categories[0] != 1 else 2
    return made


def pair(
    root: Path, kind: str = "image", local: bool = True, n: int = 20, gone: int = 3, come: int = 5,
    last: bytes | None = None,
) -> tuple[Path, Path]:
    """Releases 0 and 1, the second with a delta from the first; `last` for the local record of its last entry."""
    first = entries(n, kind, local)
    shared = {
        "origin": samples.ORIGIN, "categories": samples.CATEGORIES, "sources": samples.ORGS, "key": KEY,
        "issued": samples.ISSUED, "expires": samples.EXPIRES, "min_sources": 2, "seed": samples.SEED,
    }  # fmt: skip
    build_list(root / "0", entries=first, **shared)  # type: ignore[arg-type]
    second = changed(first, n, gone, come)
    if last is not None:
        second = replace(second, local=(*(second.local or ())[:-1], last))
    build_list(root / "1", entries=second, seq=1, prev=bytes(32), **shared)  # type: ignore[arg-type]
    add_delta(root / "1", root / "0", key=KEY)
    for directory in (root / "0", root / "1"):
        for signer in SIGNERS[:2]:
            endorse(directory, signer, key=KEY)
    return root / "0", root / "1"


def pair_with_no_record(root: Path) -> tuple[Path, Path]:
    """As `pair`, by organisations that do not look: one record that comes is no local signature."""
    with mock.patch("pdqlite.lists.local.check"):
        return pair(root, last=NO_RECORD)


def load(directory: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in directory.iterdir()}


def whole(files: dict[str, bytes], kind: str) -> VerifiedList:
    return unseal(verify_files(Memory(files), trust(type=kind), NOW), KEY)


def by_delta(files: dict[str, bytes], held: VerifiedList, kind: str = "image") -> VerifiedList:
    present = {name: data for name, data in files.items() if name in ("manifest", "delta-0.cob")}
    return delta.apply(verify_texts(Memory(present), trust(type=kind), NOW), KEY, held)


@pytest.mark.parametrize("kind", ["image", "video"])
@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize(("n", "gone", "come"), [(20, 3, 5), (0, 0, 4), (5, 5, 0), (512, 0, 1), (7, 0, 0)])
def test_a_delta_leads_to_the_whole_list(
    tmp_path: Path, kind: str, local: bool, n: int, gone: int, come: int
) -> None:
    old, new = pair(tmp_path, kind, local, n, gone, come)
    held, expected = whole(load(old), kind), whole(load(new), kind)
    got = by_delta(load(new), held, kind)
    assert rows_of(got.entries) == rows_of(expected.entries)
    assert [bytes(r) for r in got.entries.rows] == [bytes(r) for r in expected.entries.rows]
    assert got.entries.local == expected.entries.local
    assert (got.head, got.local_seed) == (expected.head, expected.local_seed)


def test_the_bytes_are_the_formats(tmp_path: Path) -> None:
    """Every field read by its place, as section 12 lays them out."""
    old, new = pair(tmp_path)
    held, expected = whole(load(old), "image"), whole(load(new), "image")
    context = f"pdqlite.org/delta/v1\n{samples.ORIGIN}\n0\n1\n".encode()
    decryptor = Cobblestone256Decryptor(KEY, context)
    plain = decryptor.update((new / "delta-0.cob").read_bytes()) + decryptor.finalize()
    before, after = rows_of(held.entries), rows_of(expected.entries)
    gone, come = before - after, after - before
    assert plain[:8] == b"PDQLDL1\0"
    numbers = [int.from_bytes(plain[at : at + 8], "big") for at in (8, 16, 24, 64, 72, 80, 88)]
    assert numbers[:5] == [0, 1, len(before), len(gone), len(come)]
    assert plain[32:64] == held.sealed.manifest.root
    assert plain[128:16512] == bytes(expected.head)
    added, gaps, body = numbers[4:]
    assert plain[16512 : 16512 + 32 * added] == b"".join(sorted(row[0] for row in come))
    at = 16512 + 38 * added
    slots, last = [], -1
    for gap in plain[at : at + gaps]:
        assert gap < 128
        last += gap + 1
        slots.append(last)
    listed = [tuple(e) for e in sorted(before)]
    assert [listed[i] for i in slots] == sorted(gone)
    records = [row[7] for row in sorted(come)]
    at += gaps
    assert plain[at : at + 2 * added] == b"".join(len(r).to_bytes(2, "big") for r in records)
    assert plain[at + 2 * added : at + 2 * added + body] == b"".join(records)
    assert not any(plain[at + 2 * added + body :])
    assert len(plain) == plaintext.padme(at + 2 * added + body)


def test_the_same_releases_give_the_same_delta(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    assert load(pair(tmp_path / "a")[1]) == load(pair(tmp_path / "b")[1])


@given(st.sets(st.integers(0, 2**28 - 1), max_size=50))
def test_gaps_come_back(slots: set[int]) -> None:
    ordered = sorted(slots)
    packed = delta.pack_gaps(ordered)
    assert delta.unpack_gaps(packed, len(ordered), 2**28).tolist() == ordered


@pytest.mark.parametrize("data", [b"\x80\x00", b"\x80\x80\x80\x80\x01", b"\x05", b"", b"\x01\x01", b"\x80"])
def test_gaps_have_one_encoding(data: bytes) -> None:
    with pytest.raises(errors.ContentError):
        delta.unpack_gaps(data, 1, 5)


@given(st.binary(max_size=8), st.integers(0, 4))
def test_gaps_parse_then_write_is_the_same_or_an_error(data: bytes, count: int) -> None:
    try:
        slots = delta.unpack_gaps(data, count, 2**28)
    except errors.ContentError:
        return
    assert delta.pack_gaps(slots.tolist()) == data


# ---- broken deltas, endorsed by organisations that do not check ------------------------------------


def endorsed_anew(files: dict[str, bytes], plain: bytes, key: bytes = KEY, since: int = 0) -> dict[str, bytes]:
    """Files with another plaintext in the delta, its line and two signatures made for it."""
    context = f"pdqlite.org/delta/v1\n{samples.ORIGIN}\n{since}\n1\n".encode()
    data = cobblestone.encrypt(key, hashlib.sha256(plain).digest()[:24], context, plain)
    manifest = Manifest.parse(Note.parse(files["manifest"]).text)
    line = replace(manifest.deltas[0], size=len(data), sha256=hashlib.sha256(data).digest())
    text = replace(manifest, deltas=(line,)).text
    note = Note(text, tuple(s.sign(text) for s in SIGNERS[:2]))
    return {**files, "delta-0.cob": data, "manifest": bytes(note)}


def plain_of(files: dict[str, bytes]) -> bytes:
    context = f"pdqlite.org/delta/v1\n{samples.ORIGIN}\n0\n1\n".encode()
    decryptor = Cobblestone256Decryptor(KEY, context)
    return decryptor.update(files["delta-0.cob"]) + decryptor.finalize()


def put(at: int, value: bytes) -> Callable[[bytes], bytes]:
    return lambda plain: plain[:at] + value + plain[at + len(value) :]


def u64(at: int, value: int) -> Callable[[bytes], bytes]:
    return put(at, value.to_bytes(8, "big"))


def end(plain: bytes) -> int:
    added, gaps, body = (int.from_bytes(plain[at : at + 8], "big") for at in (72, 80, 88))
    return 16512 + 40 * added + gaps + body


def swapped(plain: bytes) -> bytes:
    return plain[:16512] + plain[16544:16576] + plain[16512:16544] + plain[16576:]


# Plaintext of the good delta to a broken one. The good one removes 4 of 20 and adds 6.
BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "magic": put(7, b"\1"),
    "from": u64(8, 1),
    "to": u64(16, 2),
    "count of the old release": u64(24, 21),
    "root of the old release": put(32, bytes(32)),
    "more removals than entries": u64(64, 21),
    "one removal less": u64(64, 3),
    "one addition less": u64(72, 5),
    "additions past the end": u64(72, 2**40),
    "additions past 2^64 bytes": u64(72, 2**63),
    "gaps past the end": u64(80, 2**63),
    "records past the end": u64(88, 2**62),
    "records longer": lambda p: u64(88, int.from_bytes(p[88:96], "big") + 1)(p),
    "local seed": put(96, bytes(32)),
    "seq of the first page": u64(136, 0),
    "slots of the first page": u64(144, 1024),
    "count of the first page": u64(152, 19),
    "blind seed": put(160, bytes(32)),
    "inventory": put(128 + 66, b"x"),
    "byte after the inventory": put(16511, b"\1"),
    "added hash": lambda p: put(16512, bytes([p[16512] ^ 1]))(p),
    "additions not in order": swapped,
    "added meta": lambda p: put(16512 + 32 * 6, b"\0\1")(p),
    "gap not minimal": lambda p: u64(80, int.from_bytes(p[80:88], "big") + 1)(
        p[: 16512 + 38 * 6] + b"\x80\x00" + p[16512 + 38 * 6 + 1 :]
    ),
    "gap past the end of the old release": lambda p: put(16512 + 38 * 6 + 3, b"\x7f")(p),
    "byte after the records": lambda p: put(end(p), b"\1")(p) if end(p) < len(p) else p + b"\1",
    "cut": lambda p: p[: end(p) - 1],
    "empty": lambda p: b"",
    "first page cut": lambda p: p[:16000],
}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[VerifiedList, dict[str, bytes]]:
    old, new = pair(tmp_path_factory.mktemp("delta"))
    return whole(load(old), "image"), load(new)


def status(files: dict[str, bytes], held: VerifiedList) -> str:
    try:
        by_delta(files, held)
    except errors.ListError as error:
        return error.status
    return "ok"


@pytest.mark.parametrize("name", BROKEN)
def test_endorsed_but_broken(two: tuple[VerifiedList, dict[str, bytes]], name: str) -> None:
    held, files = two
    plain = plain_of(files)
    assert status(endorsed_anew(files, plain), held) == "ok"
    broken = BROKEN[name](plain)
    assert broken != plain
    assert status(endorsed_anew(files, broken), held) == "content-mismatch"


def test_additions_have_one_order(tmp_path: Path) -> None:
    """Whole additions in another order lead to the same content: refused, for a delta has one encoding."""
    old, new = map(load, pair(tmp_path, local=False))
    held = whole(old, "image")
    endorsed = verify_texts(Memory(new), trust(), NOW)
    good = delta.read(endorsed, endorsed.manifest.deltas[0], KEY)
    order = np.arange(len(good.added))[::-1]
    turned = replace(good, added=take(good.added, order))
    assert status(endorsed_anew(new, bytes(good)), held) == "ok"
    assert status(endorsed_anew(new, bytes(turned)), held) == "content-mismatch"


def test_an_addition_does_not_double_what_is_kept(tmp_path: Path) -> None:
    old, new = map(load, pair(tmp_path, local=False))
    held = whole(old, "image")
    endorsed = verify_texts(Memory(new), trust(), NOW)
    good = delta.read(endorsed, endorsed.manifest.deltas[0], KEY)
    kept = take(held.entries, np.delete(np.arange(len(held.entries)), good.removed)[:1])
    doubled = replace(good, added=merge(join([good.added, kept])), head=replace(good.head, count=good.head.count + 1))
    with pytest.raises(errors.ContentError, match="place of one that is kept"):
        by_delta(endorsed_anew(new, bytes(doubled)), held)


def test_other_statuses(two: tuple[VerifiedList, dict[str, bytes]], tmp_path: Path) -> None:
    held, files = two
    data = files["delta-0.cob"]
    assert status({k: v for k, v in files.items() if k != "delta-0.cob"}, held) == "ct-mismatch"
    assert status({**files, "delta-0.cob": data + b"\0"}, held) == "ct-mismatch"
    for at in range(0, len(data), 97):
        flipped = data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]
        assert status({**files, "delta-0.cob": flipped}, held) == "ct-mismatch"
    assert status(endorsed_anew(files, plain_of(files), key=bytes(32)), held) == "key-commit"
    assert status(endorsed_anew(files, plain_of(files), since=9), held) == "key-commit"
    other = replace(held, sealed=replace(held.sealed, manifest=replace(held.sealed.manifest, seq=2)))
    assert status(files, other) == "ct-mismatch", "no delta from the release that is held"
    fewer = replace(held, entries=merge(entries(19, local=True)))
    assert status(files, fewer) == "content-mismatch"


def test_a_delta_to_content_that_breaks_a_rule(two: tuple[VerifiedList, dict[str, bytes]]) -> None:
    """The new content has one organisation's mark only, and its root is endorsed all the same."""
    held, files = two
    signed = Note.parse(files["manifest"])
    alone = Note(signed.text, (SIGNERS[0].sign(signed.text),))
    endorsed = verify_texts(Memory({**files, "manifest": bytes(alone)}), trust(quorum=1), NOW)
    with pytest.raises(errors.EntryRuleError):
        delta.apply(endorsed, KEY, held)


def test_a_delta_with_a_local_record_that_is_none(tmp_path: Path) -> None:
    old, new = map(load, pair_with_no_record(tmp_path))
    assert status(new, whole(old, "image")) == "rule"
    with pytest.raises(errors.EntryRuleError):
        whole(new, "image")


def test_adding_deltas(tmp_path: Path) -> None:
    old, new = pair(tmp_path)
    with pytest.raises(errors.ArgumentError, match="signed already"):
        add_delta(new, old, key=KEY)
    with pytest.raises(errors.ArgumentError, match="earlier"):
        add_delta(old, new, key=KEY)
