"""
The device's reader (C) against the auditor's verifier (Python): one specification, two readings,
the same verdict on good, broken, cut, flipped and forged lists.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pdqlite.errors import ListError
from pdqlite.lists import Trust
from pdqlite.lists.format.files import Memory
from pdqlite.lists.verify import auditor
from pdqlite.native import core
from pdqlite.native import list as native_list
from support import VECTORS
from support.lists import samples
from support.lists.device_files import sign, tree_hash

KERNELS = core.kernels()
Release = dict[str, bytes]


def device(trust: bytes, files: Release, key: bytes, now: int, kernels: object = None) -> object:
    """The verdict of the C reader: a status, or remarks and the bytes of the entries."""
    try:
        release = native_list.Release(trust, files["manifest"], now)
        sealed = native_list.verify_list(release, kernels=kernels or core.BEST)  # type: ignore[arg-type]
        stream = io.BytesIO(files["list.cob"])
        sealed.check_ciphertext(stream)
        hashes, meta = sealed.read(stream, key)
    except ListError as error:
        return error.status
    return sealed.remarks, hashes.tobytes(), meta.tobytes()


def by_auditor(trust: bytes, files: Release, key: bytes, now: int) -> object:
    """The verdict of the Python verifier."""
    try:
        sealed = auditor.verify_files(Memory(files), Trust.parse(trust), now)
        entries = auditor.unseal(sealed, key, with_keypoints=False).entries
    except ListError as error:
        return error.status
    video = entries.video is not None
    kind = [("c", ">u2"), ("s", ">u2"), ("f", "u1"), ("q", "u1")] + [
        ("v", ">u4"),
        ("t", ">u4"),
    ] * video
    meta = np.zeros(len(entries), kind)
    columns = (
        entries.categories,
        entries.sources,
        entries.flags,
        entries.quality,
        entries.video,
        entries.time_ms,
    )
    for name, column in zip(meta.dtype.names or (), columns, strict=False):
        meta[name] = column
    return sealed.remarks, entries.rows.tobytes(), meta.tobytes()


def both(trust: bytes, files: Release, key: bytes = samples.KEY, now: int = samples.NOW) -> object:
    expected = by_auditor(trust, files, key, now)
    assert device(trust, files, key, now) == expected
    return expected


def load(directory: Path) -> Release:
    return {name: (directory / name).read_bytes() for name in ("manifest", "list.cob")}


@pytest.fixture(scope="module", params=["image", "video"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def release(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Release:
    where = tmp_path_factory.mktemp("device") / "list"
    return load(samples.make(where, samples.entries(600, kind)))


@pytest.fixture(scope="module")
def pins(kind: str) -> bytes:
    return bytes(samples.trust(type=kind))


@pytest.mark.parametrize("kernels", KERNELS, ids=repr)
def test_a_good_list_reads_the_same(kernels: object, release: Release, pins: bytes) -> None:
    found = device(pins, release, samples.KEY, samples.NOW, kernels)
    assert found == by_auditor(pins, release, samples.KEY, samples.NOW)
    assert isinstance(found, tuple) and len(found[1]) == 32 * 600


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 2730, 2731, 5600])
def test_every_place_of_a_page_border(count: int, tmp_path: Path) -> None:
    """Meta of 6 or 14 bytes crosses pages of 16384 at many places; last pages may be empty."""
    for kind in ("image", "video"):
        files = load(samples.make(tmp_path / kind, samples.entries(count, kind)))
        found = both(bytes(samples.trust(type=kind)), files)
        assert isinstance(found, tuple) and len(found[1]) == 32 * count


def test_each_status_of_the_pins(release: Release, kind: str) -> None:
    cases: dict[str, dict[str, object]] = {
        "origin": {"origin": "lists.example.org/other"},
        "pins": {"categories": ("scam",)},
        "rollback": {"min_seq": 7},
        "unlogged": {"allow_unlogged": False},
        "unendorsed": {"quorum": 3},
    }
    for status, changes in cases.items():
        assert both(bytes(samples.trust(**{"type": kind, **changes})), release) == status
    assert both(bytes(samples.trust(type=kind, max_distance=0)), release) == "pins"
    other = "image" if kind == "video" else "video"
    assert both(bytes(samples.trust(type=other)), release) == "origin"
    assert both(bytes(samples.trust(type=kind)), release, key=bytes(32)) == "key-commit"
    late = samples.EXPIRES
    assert both(bytes(samples.trust(type=kind)), release, now=late) == "expired"
    assert isinstance(both(bytes(samples.trust(type=kind)), release, now=late - 1), tuple)
    stale = both(bytes(samples.trust(type=kind, allow_stale=True)), release, now=late)
    assert isinstance(stale, tuple) and stale[0] == ("stale", "unlogged")


def test_every_byte_of_the_manifest_flipped(release: Release, pins: bytes) -> None:
    note = release["manifest"]
    for at in range(len(note)):
        for flip in (1, 0x20, 0x80):
            broken = note[:at] + bytes([note[at] ^ flip]) + note[at + 1 :]
            found = both(pins, {**release, "manifest": broken})
            assert found in ("format", "unendorsed"), (at, flip)


def test_every_truncation_of_the_manifest(release: Release, pins: bytes) -> None:
    note = release["manifest"]
    for end in range(len(note)):
        assert both(pins, {**release, "manifest": note[:end]}) in ("format", "unendorsed")


def test_lines_dropped_doubled_swapped(release: Release, pins: bytes) -> None:
    lines = release["manifest"].splitlines(keepends=True)
    for i in range(len(lines)):
        variants = [lines[:i] + lines[i + 1 :], lines[:i] + [lines[i]] + lines[i:]]
        variants += [lines[:i] + [lines[i + 1], lines[i]] + lines[i + 2 :]] if i + 1 < len(lines) else []
        for variant in variants:
            both(pins, {**release, "manifest": b"".join(variant)})


def test_every_byte_of_the_trust_flipped(release: Release, pins: bytes) -> None:
    for at in range(len(pins)):
        for flip in (1, 0x20):
            broken = pins[:at] + bytes([pins[at] ^ flip]) + pins[at + 1 :]
            both(broken, release)
    for end in range(len(pins)):
        both(pins[:end], release)


def test_flips_and_cuts_of_the_ciphertext(release: Release, pins: bytes) -> None:
    cob = release["list.cob"]
    places = [0, 23, 24, 55, 56, 57, 16455, 16456, len(cob) - 17, len(cob) - 1]
    for at in places + random.Random(5).sample(range(len(cob)), 60):
        broken = cob[:at] + bytes([cob[at] ^ 1]) + cob[at + 1 :]
        assert both(pins, {**release, "list.cob": broken}) == "ct-mismatch"
        assert both(pins, {**release, "list.cob": cob[:at]}) == "ct-mismatch"
    assert both(pins, {**release, "list.cob": cob + b"\0"}) == "ct-mismatch"
    assert both(pins, {**release, "list.cob": b""}) == "ct-mismatch"


# A writer for endorsed nonsense: from docs/formats/list*.md alone, hashlib and AES-GCM.


def derive(salt: bytes, seq: int) -> tuple[bytes, int, bytes]:
    context = f"pdqlite.org/list/v1\n{samples.ORIGIN}\n{seq}\n".encode()
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    okm = HKDFExpand(SHA512(), 76, info).derive(samples.KEY)
    return okm[:32], int.from_bytes(okm[32:44], "big"), okm[44:]


def decrypt(cob: bytes, seq: int) -> bytes:
    key, base, _ = derive(cob[:24], seq)
    parts = [cob[at : at + 16400] for at in range(56, len(cob), 16400)]
    return b"".join(AESGCM(key).decrypt((base ^ i).to_bytes(12, "big"), part, None) for i, part in enumerate(parts))


def encrypt(salt: bytes, plain: bytes, seq: int) -> bytes:
    key, base, commit = derive(salt, seq)
    parts = [plain[at : at + 16384] for at in range(0, len(plain) // 16384 * 16384 + 1, 16384)]
    return (
        salt
        + commit
        + b"".join(AESGCM(key).encrypt((base ^ i).to_bytes(12, "big"), part, None) for i, part in enumerate(parts))
    )


def content_root(plain: bytes, slots: int, meta: int) -> bytes:
    seed, length = plain[32:64], int.from_bytes(plain[64:66], "big")
    pairs = [hashlib.sha256(seed + j.to_bytes(8, "big")).digest() for j in range(slots // 2 + 1)]
    blind = [half for pair in pairs for half in (pair[:16], pair[16:])]
    rows = 16384 + 32 * slots
    leaves = [b"\0" + blind[0] + plain[8:32] + plain[66 : 66 + length]]
    leaves += [
        b"\0" + blind[i + 1] + plain[16384 + 32 * i :][:32] + plain[rows + meta * i :][:meta] for i in range(slots)
    ]
    return tree_hash([hashlib.sha256(leaf).digest() for leaf in leaves])


def forge(release: Release, change: Callable[[bytearray, int, int], None], fix_root: bool = True) -> Release:
    """Endorse the release anew with its plaintext changed: what a dishonest quorum could sign."""
    text = release["manifest"].split(b"\n\n")[0] + b"\n"
    fields = {line.split(b" ")[0]: line.split(b" ") for line in text.splitlines()}
    seq, slots = int(fields[b"seq"][1]), int(fields[b"content"][1])
    meta = 14 if fields[b"type"][1] == b"video" else 6
    plain = bytearray(decrypt(release["list.cob"], seq))
    assert content_root(bytes(plain), slots, meta) == base64.b64decode(fields[b"content"][2])
    change(plain, slots, meta)
    cob = encrypt(release["list.cob"][:24], bytes(plain), seq)
    chunks = [cob[:56]] + [cob[at : at + 16400] for at in range(56, len(cob), 16400)]
    root = tree_hash([hashlib.sha256(b"\0" + c).digest() for c in chunks])
    text = text.replace(fields[b"list"][2], base64.b64encode(root))
    if fix_root:
        text = text.replace(fields[b"content"][2], base64.b64encode(content_root(bytes(plain), slots, meta)))
    return {"manifest": sign(text), "list.cob": cob}


def poke(at: Callable[[int, int], int] | int, value: int) -> Callable[[bytearray, int, int], None]:
    def change(plain: bytearray, slots: int, meta: int) -> None:
        plain[at if isinstance(at, int) else at(slots, meta)] = value

    return change


def swap(plain: bytearray, slots: int, meta: int) -> None:
    a, b = bytes(plain[16384:16416]), bytes(plain[16416:16448])
    plain[16384:16416], plain[16416:16448] = b, a


def meta_at(entry: int, byte: int) -> Callable[[int, int], int]:
    return lambda slots, meta: 16384 + 32 * slots + meta * entry + byte


FORGERIES: dict[str, tuple[Callable[[bytearray, int, int], None], str]] = {
    "magic": (poke(0, 0), "content-mismatch"),
    "seq": (poke(15, 9), "content-mismatch"),
    "slots": (poke(22, 255), "content-mismatch"),
    "count above slots": (poke(28, 1), "content-mismatch"),
    "inventory too long": (poke(64, 255), "content-mismatch"),
    "not zero after the inventory": (poke(16383, 1), "content-mismatch"),
    "count one less": (lambda p, s, m: p.__setitem__(31, p[31] - 1), "rule"),
    "count one more": (lambda p, s, m: p.__setitem__(31, p[31] + 1), "rule"),
    "inventory says other": (poke(66, ord("C")), "rule"),
    "order": (swap, "rule"),
    "no category": (poke(meta_at(3, 1), 0), "rule"),
    "undeclared category": (poke(meta_at(3, 0), 128), "rule"),
    "no source": (poke(meta_at(3, 3), 0), "rule"),
    "one source": (poke(meta_at(3, 3), 1), "rule"),
    "a source that did not sign": (poke(meta_at(3, 3), 5), "rule"),
    "flag that does not exist": (poke(meta_at(3, 4), 6), "rule"),
    "quality too low": (poke(meta_at(3, 5), 49), "rule"),
    "quality too high": (poke(meta_at(599, 5), 101), "rule"),
    "padding hash": (poke(lambda s, m: 16384 + 32 * s - 1, 1), "rule"),
    "padding meta": (lambda p, s, m: p.__setitem__(-1, 1), "rule"),
    "flat hash": (lambda p, s, m: p.__setitem__(slice(35560, 35584), bytes(24)), "rule"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_endorsed_nonsense(name: str, release: Release, pins: bytes) -> None:
    change, status = FORGERIES[name]
    assert both(pins, forge(release, change)) == status


def test_quality_that_is_not_known_is_fine(release: Release, pins: bytes) -> None:
    assert isinstance(both(pins, forge(release, poke(meta_at(3, 5), 255))), tuple)


def test_content_other_than_endorsed(release: Release, pins: bytes) -> None:
    """A holder of the list key and the publisher's roots alone cannot change an entry."""

    def flip(at: Callable[[int, int], int]) -> Callable[[bytearray, int, int], None]:
        def change(plain: bytearray, slots: int, meta: int) -> None:
            plain[at(slots, meta)] ^= 3

        return change

    for change in (
        flip(meta_at(3, 5)),
        flip(lambda s, m: 16384),
        flip(lambda s, m: 40),
        flip(meta_at(599, 1)),
    ):
        assert both(pins, forge(release, change, fix_root=False)) == "content-mismatch"


def test_random_forgeries(release: Release, pins: bytes) -> None:
    draw = random.Random(9)
    for _ in range(40):

        def change(plain: bytearray, slots: int, meta: int) -> None:
            start = draw.choice(
                [
                    0,
                    64,
                    16384,
                    16384 + 32 * 590,
                    16384 + 32 * slots,
                    16384 + 32 * slots + meta * 590,
                ]
            )
            plain[start + draw.randrange(200)] = draw.choice([0, 1, 2, 3, 50, 255])

        both(pins, forge(release, change))


def test_random_edits_of_signed_texts(release: Release, pins: bytes) -> None:
    """Deletions, copies and new items in the text, signed again: grammar alone decides."""
    draw = random.Random(3)
    text = release["manifest"].split(b"\n\n")[0] + b"\n"
    pieces = [b"0", b"1", b"9", b" ", b"\n", b"-", b"=", b"+", b"policy -\n", b"9007199254740991",
              b"9007199254740992",
              b"source 3 x\n", b"category 9 spam\n", b"category 5 z\n", b"\xc3\xa9",
              b"delta 0 72 " + b"A" * 43 + b"=\n",
              b"local 1 72 " + b"A" * 43 + b"= " + b"A" * 43 + b"=\n"]  # fmt: skip
    verdicts = set()
    for _ in range(6000 if samples.EVERY else 600):
        at = draw.choice([draw.randrange(len(text)), text.index(b"\n", draw.randrange(len(text))) + 1])
        changed = text[:at] + draw.choice([b"", draw.choice(pieces)]) + text[at + draw.choice([0, 0, 1, 2]) :]
        verdicts.add(str(both(pins, {**release, "manifest": sign(changed)}))[:20])
    assert len(verdicts) > 3, verdicts


SIGNATURES = {
    "name with white space": "\u2014 a\u00a0b {}\n", "name with plus": "\u2014 a+b {}\n", "no name": "\u2014  {}\n",
    "hyphen": "- a {}\n", "two spaces": "\u2014 a  {}\n", "other key": "\u2014 a {}\n", "wide name": "\u2014 \u6f22 {}\n",
    "ideographic space": "\u2014 a\u3000 {}\n", "no line end": "\u2014 a {}", "control": "\u2014 a\x01 {}\n",
    "line separator": "\u2014 a\u2028b {}\n", "next line": "\u2014 a\u0085b {}\n", "delete": "\u2014 a\x7f {}\n",
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_signature_lines(name: str, release: Release, pins: bytes) -> None:
    for size in (4, 5, 68, 8192, 8193):
        line = SIGNATURES[name].format(base64.b64encode(bytes(size)).decode())
        for tail in (line, line * 2):
            both(pins, {**release, "manifest": release["manifest"] + tail.encode()})
    invalid = [
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x80",
        b"\xf0\x80\x80\x80",
    ]
    for bad in invalid:
        line = b"\xe2\x80\x94 a" + bad + b" AAAAAAA=\n"
        assert both(pins, {**release, "manifest": release["manifest"] + line}) == "format"


def test_many_signature_lines(release: Release, pins: bytes) -> None:
    for more, usable in ((62, True), (63, False)):
        lines = "".join(f"\u2014 k{i} AAAAAAA=\n" for i in range(more)).encode()
        found = both(pins, {**release, "manifest": release["manifest"] + lines})
        assert isinstance(found, tuple) == usable


STORED = VECTORS / "list"
CASES = json.loads((STORED / "cases.json").read_text(encoding="utf-8"))
CASES = CASES if isinstance(CASES, list) else CASES["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_stored_cases(case: dict[str, object]) -> None:
    """The case of each status, as the C reader sees it; keypoint signatures are not its part."""

    def blob(name: object) -> bytes:
        return (STORED / "blobs" / str(name)).read_bytes()

    files = {name: blob(stored) for name, stored in dict(case["files"]).items()}  # type: ignore[call-overload]
    if ("local" in str(case["name"]) or "keypoint" in str(case["name"])) and case["status"] != "unlogged":
        pytest.skip("a case of local.cob")
    try:
        found = device(blob(case["trust"]), files, bytes.fromhex(str(case["key"])), int(str(case["now"])))
    except KeyError as missing:
        found = "format" if missing.args[0] == "manifest" else "ct-mismatch"
    refused = isinstance(found, str)
    verdict = found if isinstance(found, str) else (*found[0], "ok")[0]  # type: ignore[index]
    expected = str(case["status"])
    assert verdict == expected.removesuffix("-refused")
    assert refused or not expected.endswith("-refused")
