"""Lists broken by the smallest change that causes each status."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from pdqlite.lists import Signer
from pdqlite.lists.format import plaintext
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.verify import auditor
from support.lists import samples
from support.lists.samples import KEY, NOW, SIGNERS


def load(directory: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in directory.iterdir()}


# ---- each status, by the smallest change that causes it ----------------------------------------


def broken(good: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    files = load(good)
    change(files)
    directory = tmp_path / "broken"
    directory.mkdir()
    for name, data in files.items():
        (directory / name).write_bytes(data)
    return directory


def resign(files: dict[str, bytes], signers: tuple[Signer, ...] = SIGNERS[:2], **changes: object) -> None:
    """Change the manifest and sign it anew: what dishonest organisations could publish."""
    manifest = replace(Manifest.parse(Note.parse(files["manifest"]).text), **changes)  # type: ignore[arg-type]
    text = manifest.text
    files["manifest"] = bytes(Note(text, tuple(s.sign(text) for s in signers)))


def reseal(files: dict[str, bytes], edit: Callable[[bytearray], None], rooted: bool = True) -> None:
    """Change the plaintext, and all that is signed with it; the content root too if `rooted`."""
    import io

    from pdqlite.lists.crypto import cobblestone
    from pdqlite.lists.format.manifest import File

    manifest = Manifest.parse(Note.parse(files["manifest"]).text)
    bound = auditor.context("list", manifest.origin, manifest.seq)
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
        text = plaintext.inventory(found, dict(enumerate(samples.ORGS)), dict(enumerate(samples.CATEGORIES)))
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

    from pdqlite.lists.crypto import cobblestone
    from pdqlite.lists.format.manifest import File

    data = files["list.cob"][:-1] + bytes([files["list.cob"][-1] ^ 1])
    files["list.cob"] = data
    resign(files, list=File(len(data), cobblestone.root(io.BytesIO(data)), data[24:56]))


def located(*records: bytes) -> Callable[[dict[str, bytes]], None]:
    """Give the first entries these keypoint records, and endorse that."""
    import io

    from pdqlite.lists.crypto import cobblestone
    from pdqlite.lists.format import local
    from pdqlite.lists.format.manifest import File, Local

    def change(files: dict[str, bytes]) -> None:
        manifest = Manifest.parse(Note.parse(files["manifest"]).text)
        plain, root = local.build(manifest.seq, manifest.slots, records, bytes(32))
        bound = auditor.context("local", manifest.origin, manifest.seq)
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
    **{f"keypoint record: {name}": ("rule", located(GOOD_RECORD, b"", record)) for name, record in NO_RECORDS.items()},
    "keypoint record without entry": ("rule", located(*[b""] * 20, GOOD_RECORD)),
    "last keypoint record": ("rule", located(*[GOOD_RECORD] * 19, NO_RECORDS["twice the same"])),
}
