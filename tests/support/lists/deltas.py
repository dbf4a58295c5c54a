"""Pairs of releases with a delta between them, and deltas broken by the smallest change."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
from cryptography.cobblestone import Cobblestone256Decryptor

from pdqlite.lists import ListTerms, add_delta, build_list, endorse
from pdqlite.lists.crypto import cobblestone
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.types import Entries
from support.lists import samples
from support.lists.samples import KEY, SIGNERS, entries

COLUMNS = ("rows", "categories", "sources", "flags", "quality", "video", "time_ms", "keypoints")


NO_RECORD = b"\1\1\x80" + bytes(11)  # a scale out of range


def changed(given: Entries, seed: int, gone: int, come: int) -> Entries:
    """Entries without some, with some new ones, and one whose meta is another."""
    rng = random.Random(seed)
    n = len(given)
    keep = sorted(rng.sample(range(n), max(n - gone, 0)))
    video = given.video is not None
    new = entries(come, "video" if video else "image", given.keypoints is not None, seed=seed + 100)

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
    root: Path,
    kind: str = "image",
    keypoints: bool = True,
    n: int = 20,
    gone: int = 3,
    come: int = 5,
    last: bytes | None = None,
) -> tuple[Path, Path]:
    """Releases 0 and 1, the second with a delta from the first; `last` for the keypoint record of its last entry."""
    first = entries(n, kind, keypoints)
    terms = ListTerms(
        origin=samples.ORIGIN,
        categories=samples.CATEGORIES,
        sources=samples.ORGS,
        issued=samples.ISSUED,
        expires=samples.EXPIRES,
        min_sources=2,
    )
    build_list(root / "0", first, terms, key=KEY, seed=samples.SEED)
    second = changed(first, n, gone, come)
    if last is not None:
        second = replace(second, keypoints=(*(second.keypoints or ())[:-1], last))
    build_list(root / "1", second, replace(terms, seq=1, prev=bytes(32)), key=KEY, seed=samples.SEED)
    add_delta(root / "1", root / "0", key=KEY)
    for directory in (root / "0", root / "1"):
        for signer in SIGNERS[:2]:
            endorse(directory, signer, key=KEY)
    return root / "0", root / "1"


def pair_with_no_record(root: Path) -> tuple[Path, Path]:
    """As `pair`, by organisations that do not look: one record that comes is no keypoint signature."""
    with mock.patch("pdqlite.lists.format.local.check"):
        return pair(root, last=NO_RECORD)


def load(directory: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in directory.iterdir()}


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
