"""
Deltas and keypoint signatures on the device: the C reader against the auditor's, on parts that cross
pages everywhere, on flips, cuts, and on nonsense that dishonest organisations endorsed.
"""

from __future__ import annotations

import base64
import hashlib
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite import errors
from pdqlite.lists.crypto import cobblestone
from pdqlite.lists.format import local, plaintext
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.verify import delta, device
from pdqlite.lists.verify.auditor import unseal, verify_files, verify_texts
from pdqlite.native.list import Held
from pdqlite.types import Entries
from support.lists import samples
from support.lists.deltas import load, pair, pair_with_no_record
from support.lists.device_files import sign
from support.lists.entries import same
from support.lists.samples import KEY, NOW

Files = dict[str, bytes]


class Step:
    """A release held, read once by each reader, and a delta from it."""

    def __init__(self, old: Files, new: Files, kind: str) -> None:
        self.trust, self.new = samples.trust(type=kind), new
        self.before = unseal(verify_files(Memory(old), self.trust, NOW), KEY)
        held = device.verify(Memory(old), self.trust, NOW)
        self.old = device.entries(held, KEY)
        assert same(self.old, self.before.entries)
        self.held = Held(held.endorsed.seq, len(self.old), held.endorsed.pt_root)

    def both(self, files: Files, key: bytes = KEY) -> object:
        """The status both readers come to, or the entries."""
        found: list[object] = []
        for read in (self._auditor, self._device):
            try:
                found.append(read(files, key))
            except errors.ListError as error:
                found.append(error.status)
        auditor, ours = found
        if isinstance(auditor, Entries) and isinstance(ours, Entries):
            assert same(auditor, ours)
        else:
            assert auditor == ours
        return ours

    def _auditor(self, files: Files, key: bytes) -> Entries:
        return delta.apply(verify_texts(Memory(files), self.trust, NOW), key, self.before).entries

    def _device(self, files: Files, key: bytes) -> Entries:
        endorsed = device.verify_texts(Memory(files), self.trust, NOW)
        return device.apply(endorsed, key, self.held, self.old)


def small(files: Files) -> Files:
    return {name: files[name] for name in ("manifest", "delta-0.cob")}


@pytest.mark.parametrize("kind", ["image", "video"])
@pytest.mark.parametrize("with_keypoints", [False, True])
@pytest.mark.parametrize(
    ("n", "gone", "come"), [(1500, 700, 1300), (0, 0, 600), (600, 600, 0), (511, 0, 514), (3, 1, 1)]
)
def test_parts_cross_pages(tmp_path: Path, kind: str, with_keypoints: bool, n: int, gone: int, come: int) -> None:
    old, new = (load(d) for d in pair(tmp_path, kind, with_keypoints, n, gone, come))
    step = Step(old, new, kind)
    after = step.both(small(new))
    whole = device.entries(device.verify(Memory(new), step.trust, NOW), KEY)
    assert isinstance(after, Entries) and same(after, whole)


@pytest.fixture(scope="module", params=["image", "video"])
def step(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Step:
    kind = str(request.param)
    old, new = (load(d) for d in pair(tmp_path_factory.mktemp("delta"), kind, True, 40, 7, 30))
    return Step(old, new, kind)


def test_flips_and_cuts(step: Step) -> None:
    files = small(step.new)
    data = files["delta-0.cob"]
    draw = random.Random(4)
    for at in [0, 24, 56, len(data) - 1, *draw.sample(range(len(data)), 12)]:
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        for broken in (flipped, data[:at], data + b"\0"):
            assert step.both({**files, "delta-0.cob": broken}) == "ct-mismatch"
    del files["delta-0.cob"]
    assert step.both(files) == "ct-mismatch"
    assert step.both(small(step.new), key=bytes(32)) == "key-commit"


def test_a_local_record_that_is_none(tmp_path: Path) -> None:
    old, new = map(load, pair_with_no_record(tmp_path))
    assert Step(old, new, "image").both(small(new)) == "rule"


def forged(step: Step, plain: bytes, cut: int = 0) -> Files:
    """The delta with another plaintext, endorsed anew."""
    data = step.new["delta-0.cob"]
    context = delta.context(samples.ORIGIN, 0, 1)
    cob = cobblestone.encrypt(KEY, data[:24], context, plain)
    cob = cob[: len(cob) - cut]
    text = Note.parse(step.new["manifest"]).text
    old = Manifest.parse(text).deltas[0]
    line = f"delta 0 {len(cob)} {base64.b64encode(hashlib.sha256(cob).digest()).decode()}\n"
    start = text.index(f"delta 0 {old.size} ".encode())
    return {"manifest": sign(text[:start] + line.encode()), "delta-0.cob": cob}


def plain_of(step: Step) -> bytes:
    data = step.new["delta-0.cob"]
    key, base, _ = cobblestone.derive(KEY, data[:24], delta.context(samples.ORIGIN, 0, 1))
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    parts = [data[at : at + 16400] for at in range(56, len(data), 16400)]
    nonces = ((int.from_bytes(base, "big") ^ i).to_bytes(12, "big") for i in range(len(parts)))
    return b"".join(AESGCM(key).decrypt(n, p, None) for n, p in zip(nonces, parts, strict=True))


def test_every_field_of_the_first_bytes(step: Step) -> None:
    plain = plain_of(step)
    assert isinstance(step.both(forged(step, plain)), Entries)
    for at in [*range(0, 130, 1), 136, 144, 159, 191, 192, 16511]:
        for value in (plain[at] ^ 1, 0, 255) if samples.EVERY or at % 8 in (0, 7) else (plain[at] ^ 1,):
            changed = plain[:at] + bytes([value]) + plain[at + 1 :]
            status = step.both(forged(step, changed))
            assert status == "content-mismatch" or changed == plain


def test_sizes_of_the_plaintext(step: Step) -> None:
    """Any length: cut, empty, up to whole pages, and more zeros than needed."""
    plain = plain_of(step)
    for n in (0, 1, 127, 128, 16384, 16511, 16512, len(plain) - 1, len(plain) // 16384 * 16384):
        assert step.both(forged(step, plain[:n])) in ("content-mismatch",) or not any(plain[n:])
    for n in (32768, 32769, 49152):
        assert isinstance(step.both(forged(step, plain.ljust(n, b"\0"))), Entries)
    assert step.both(forged(step, plain.ljust(32768, b"\0"), cut=16)) == "content-mismatch", "no last chunk"
    assert step.both(forged(step, plain.ljust(32768, b"\0"), cut=3)) == "content-mismatch"
    assert step.both(forged(step, plain.ljust(40000, b"\0")[:-1] + b"\1")) == "content-mismatch"


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_drawn_deltas(step: Step, data: st.DataObject) -> None:
    """Numbers, gaps, lengths, entries of any value: the readers agree."""
    plain = bytearray(plain_of(step))
    width = 6 if step.trust.type == "image" else 14
    added = int.from_bytes(plain[72:80], "big")
    gaps = int.from_bytes(plain[80:88], "big")
    meta = 16512 + 32 * added
    places = [72, 80, 88, 64, 16512, meta, meta + width * added, meta + width * added + gaps]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.sampled_from(places)) + data.draw(st.integers(0, 70))
        plain[at % len(plain)] = data.draw(st.sampled_from([0, 1, 2, 3, 5, 127, 128, 129, 200, 255]))
    if data.draw(st.integers(0, 4)) == 0:
        number = data.draw(st.sampled_from([2**63, 2**64 - 1, 2**59, 2**32, 2**31, len(plain)]))
        at = data.draw(st.sampled_from([24, 64, 72, 80, 88, 152]))
        plain[at : at + 8] = number.to_bytes(8, "big")
    step.both(forged(step, bytes(plain)))


# ---- local.cob -----------------------------------------------------------------------------


def local_both(files: Files, kind: str, key: bytes = KEY) -> object:
    trust = samples.trust(type=kind)
    found: list[object] = []
    try:
        found.append(unseal(verify_files(Memory(files), trust, NOW), key).entries.keypoints)
    except errors.ListError as error:
        found.append(error.status)
    try:
        found.append(device.entries(device.verify(Memory(files), trust, NOW), key).keypoints)
    except errors.ListError as error:
        found.append(error.status)
    assert found[0] == found[1]
    return found[1]


def with_records(given: Entries, blobs: list[int]) -> Entries:
    """Entries with keypoint signatures of so many blobs in turn; -1: none."""
    from dataclasses import replace

    return replace(given, keypoints=tuple(
        samples.record(i, n) if n >= 0 else b"" for i, n in zip(range(len(given)), blobs * len(given), strict=False)
    ))  # fmt: skip


@pytest.mark.parametrize(("n", "blobs"), [
    (20, [-1]), (20, [0, -1, 31]), (700, [48]), (600, [-1, -1, 47]), (20, [48, 0, -1, 1]), (9000, [0, -1]), (1, [1]),
])  # fmt: skip
def test_records_of_any_length(tmp_path: Path, n: int, blobs: list[int]) -> None:
    given = with_records(samples.entries(n), blobs)
    files = load(samples.make(tmp_path / "list", given))
    found = local_both(files, "image")
    assert isinstance(found, tuple) and len(found) == n
    assert sorted(map(len, found)) == sorted(len(r) for r in given.keypoints or ())


@pytest.fixture(scope="module")
def located(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return load(
        samples.make(tmp_path_factory.mktemp("located") / "list", with_records(samples.entries(30), [-1, 48, 7]))
    )


def test_flips_and_cuts_of_local_signatures(located: Files) -> None:
    data = located["local.cob"]
    for at in [0, 30, 56, 60, len(data) - 1, *random.Random(2).sample(range(len(data)), 15)]:
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert local_both({**located, "local.cob": flipped}, "image") == "ct-mismatch"
        assert local_both({**located, "local.cob": data[:at]}, "image") == "ct-mismatch"
    assert local_both({k: v for k, v in located.items() if k != "local.cob"}, "image") == "ct-mismatch"


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_endorsed_nonsense_in_local_signatures(located: Files, data: st.DataObject) -> None:
    """Numbers, lengths, records and padding of any value, under an honest root or not."""
    text = Note.parse(located["manifest"]).text
    manifest = Manifest.parse(text)
    assert manifest.local is not None
    bound = f"pdqlite.org/local/v1\n{samples.ORIGIN}\n0\n".encode()
    salt = located["local.cob"][:24]
    slots, count = manifest.slots, 30
    drawn = [b"", samples.record(1, 48), samples.record(2, 1), b"x", b"\1\1\x80" + b"x" * 11, bytes(20000)]
    records = [data.draw(st.sampled_from(drawn)) for _ in range(4)]
    records = [*records, *[b""] * (count - 4)]
    if data.draw(st.integers(0, 4)) == 0:
        records.append(b"one too many")
    plain, root = local.build(0, slots, records, bytes(32))
    changed = bytearray(plain)
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.sampled_from([0, 8, 16, 24, 31, 32, 64, 72, 64 + 2 * slots, len(plain) - 8]))
        changed[(place + data.draw(st.integers(0, 7))) % len(plain)] = data.draw(st.sampled_from([0, 1, 2, 255]))
    if data.draw(st.integers(0, 5)) == 0:
        changed = changed[: data.draw(st.sampled_from([0, 63, 64, 64 + 2 * slots - 1, 64 + 2 * slots]))]
    if data.draw(st.integers(0, 5)) == 0:
        changed = changed.ljust(-(-len(changed) // 16384) * 16384, b"\0")
    cob = cobblestone.encrypt(KEY, salt, bound, bytes(changed))
    chunks = [cob[:56], *(cob[at : at + 16400] for at in range(56, len(cob), 16400))]
    from support.lists.device_files import tree_hash

    ct_root = tree_hash([hashlib.sha256(b"\0" + c).digest() for c in chunks])
    start = text.index(b"local 1 ")
    end = text.index(b"\n", start) + 1
    line = f"local 1 {len(cob)} {base64.b64encode(ct_root).decode()} {base64.b64encode(root).decode()}\n"
    files = {**located, "manifest": sign(text[:start] + line.encode() + text[end:]), "local.cob": cob}
    local_both(files, "image")
    assert plaintext.padme(len(plain)) == len(plain)
