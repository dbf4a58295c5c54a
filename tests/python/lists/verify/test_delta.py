"""Deltas: what the format's section 12 says, from its words; each status by the smallest change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cryptography.cobblestone import Cobblestone256Decryptor
from hypothesis import given
from hypothesis import strategies as st

from pdqlite import errors
from pdqlite.lists import add_delta, join, merge
from pdqlite.lists.format import plaintext
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.merging import take
from pdqlite.lists.format.note import Note
from pdqlite.lists.verify import delta
from pdqlite.lists.verify.auditor import VerifiedList, unseal, verify_files, verify_texts
from pdqlite.types import Entries
from support.lists import samples
from support.lists.deltas import BROKEN, COLUMNS, endorsed_anew, load, pair, pair_with_no_record, plain_of
from support.lists.samples import KEY, NOW, SIGNERS, entries, trust


def rows_of(given: Entries) -> set[tuple[object, ...]]:
    columns = [getattr(given, name) for name in COLUMNS]
    return {
        tuple(None if c is None else c[i].tobytes() if isinstance(c, np.ndarray) else c[i] for c in columns)
        for i in range(len(given))
    }  # fmt: skip


def whole(files: dict[str, bytes], kind: str) -> VerifiedList:
    return unseal(verify_files(Memory(files), trust(type=kind), NOW), KEY)


def by_delta(files: dict[str, bytes], held: VerifiedList, kind: str = "image") -> VerifiedList:
    present = {name: data for name, data in files.items() if name in ("manifest", "delta-0.cob")}
    return delta.apply(verify_texts(Memory(present), trust(type=kind), NOW), KEY, held)


@pytest.mark.parametrize("kind", ["image", "video"])
@pytest.mark.parametrize("keypoints", [False, True])
@pytest.mark.parametrize(("n", "gone", "come"), [(20, 3, 5), (0, 0, 4), (5, 5, 0), (512, 0, 1), (7, 0, 0)])
def test_a_delta_leads_to_the_whole_list(
    tmp_path: Path, kind: str, keypoints: bool, n: int, gone: int, come: int
) -> None:
    old, new = pair(tmp_path, kind, keypoints, n, gone, come)
    held, expected = whole(load(old), kind), whole(load(new), kind)
    got = by_delta(load(new), held, kind)
    assert rows_of(got.entries) == rows_of(expected.entries)
    assert [bytes(r) for r in got.entries.rows] == [bytes(r) for r in expected.entries.rows]
    assert got.entries.keypoints == expected.entries.keypoints
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
    old, new = map(load, pair(tmp_path, keypoints=False))
    held = whole(old, "image")
    endorsed = verify_texts(Memory(new), trust(), NOW)
    good = delta.read(endorsed, endorsed.manifest.deltas[0], KEY)
    order = np.arange(len(good.added))[::-1]
    turned = replace(good, added=take(good.added, order))
    assert status(endorsed_anew(new, bytes(good)), held) == "ok"
    assert status(endorsed_anew(new, bytes(turned)), held) == "content-mismatch"


def test_an_addition_does_not_double_what_is_kept(tmp_path: Path) -> None:
    old, new = map(load, pair(tmp_path, keypoints=False))
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
    fewer = replace(held, entries=merge(entries(19, keypoints=True)))
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
