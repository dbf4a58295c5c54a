"""
Openings: one leaf of a list's content, with what proves that it was endorsed
(docs/formats/list-sharing.md, section 15).

A device that matched can hand one on; whoever gets it needs no list key to check it, and learns
of no other entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pdqlite.errors import ArgumentError, ContentError, ListFormatError
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format import note, plaintext
from pdqlite.lists.format.encoding import number, tobase64, unbase64, unhash
from pdqlite.lists.format.files import MANIFEST, PROOF, Files, Memory, read_small
from pdqlite.lists.format.manifest import HEAD_BYTES, MAX_SLOTS, META_BYTES, Manifest
from pdqlite.lists.format.trust import Trust
from pdqlite.lists.log.policy import MAX_CHAIN
from pdqlite.lists.verify.auditor import Endorsed, VerifiedList, verify_texts

MAGIC = "pdqlite.org/evidence/v1"
INVENTORY = "inventory.evidence"
MAX_PATH = MAX_SLOTS.bit_length()
MAX_FILES = 2 + 2 * (MAX_CHAIN + 1)
BLIND_BYTES = 16


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    One opened leaf.

    Attributes:
        leaf: 0: the first page (counts and inventory); i + 1: slot i.
        blind: 16 bytes.
        data: What the leaf is made of after its blind.
        path: Hashes from the leaf up to the content root.
        files: The release's texts that endorse that root, by name; empty if they come apart.
    """

    leaf: int
    blind: bytes
    data: bytes
    path: tuple[bytes, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)

    def __bytes__(self) -> bytes:
        lines = [MAGIC, f"leaf {self.leaf}", f"blind {tobase64(self.blind)}"]
        lines.append(f"data {tobase64(self.data)}")
        lines += [f"path {tobase64(h)}" for h in self.path]
        lines += [f"file {name} {len(data)}" for name, data in self.files.items()]
        return ("\n".join(lines) + "\n\n").encode() + b"".join(self.files.values())

    @classmethod
    def parse(cls, data: bytes) -> Evidence:
        """Read evidence; ListFormatError unless it is the one encoding of what it says."""
        head, blank, rest = data.partition(b"\n\n")
        lines = head.decode("ascii", "replace").split("\n")
        if not blank or len(lines) < 4 or lines[0] != MAGIC:
            raise ListFormatError("evidence: expected a pdqlite.org/evidence/v1")
        leaf = number(_after(lines[1], "leaf"), "evidence: leaf", 0, MAX_SLOTS)
        blind = unbase64(_after(lines[2], "blind"), "evidence: blind")
        content = unbase64(_after(lines[3], "data"), "evidence: data")
        at = 4
        while at < len(lines) and lines[at].startswith("path "):
            at += 1
        path = tuple(unhash(line[5:], "evidence: path") for line in lines[4:at])
        if len(blind) != BLIND_BYTES or not content or len(path) > MAX_PATH:
            raise ListFormatError("evidence: a part has a length that none has")
        return cls(leaf, blind, content, path, _files(lines[at:], rest))

    def proves(self, manifest: Manifest) -> bool:
        """Return True if this leaf is in the content that a manifest names."""
        leaf = merkle.leaf_hash(self.blind + self.data)
        return merkle.included(leaf, self.leaf, manifest.slots + 1, self.path, manifest.root)


def _after(line: str, word: str) -> str:
    first, _, rest = line.partition(" ")
    if first != word:
        raise ListFormatError(f"evidence: expected a '{word}' line")
    return rest


def file_names(first: int, last: int) -> list[str]:
    """Return the names of a release's texts in the order of evidence; policies first..last."""
    names = [MANIFEST, PROOF]
    for version in range(first, last + 1):
        names += [f"policy-{version}", f"policy-{version}.tlog-proof"]
    return names


def _files(lines: list[str], rest: bytes) -> dict[str, bytes]:
    """Cut the files out of what follows the head; names in their order, nothing left over."""
    files: dict[str, bytes] = {}
    order: list[tuple[int, int, int]] = []
    for line in lines:
        parts = _after(line, "file").split(" ")
        if len(parts) != 2 or len(files) == MAX_FILES:
            raise ListFormatError("evidence: expected 'file <name> <bytes>'")
        size = number(parts[1], "evidence: file", 1, note.MAX_BYTES)
        order.append(_place(parts[0]))
        files[parts[0]], rest = rest[:size], rest[size:]
        if len(files[parts[0]]) != size:
            raise ListFormatError("evidence: a file is cut")
    if rest or any(a >= b for a, b in zip(order, order[1:], strict=False)):
        raise ListFormatError("evidence: files out of order, or bytes after the last")
    if files and MANIFEST not in files:
        raise ListFormatError("evidence: files without a manifest")
    return files


def _place(name: str) -> tuple[int, int, int]:
    """Return where a file stands among others; ListFormatError if evidence has no such file."""
    if name in (MANIFEST, PROOF):
        return 0, 0, int(name == PROOF)
    version = name.removeprefix("policy-").removesuffix(".tlog-proof")
    place = number(version, "evidence: file name")
    if name not in (f"policy-{place}", f"policy-{place}.tlog-proof"):
        raise ListFormatError("evidence: a file that belongs to no evidence")
    return 1, place, int(name.endswith(".tlog-proof"))


class Openings:
    """
    Makes evidence from a list that was read.

    Args:
        verified: As the auditor's reader gives it, with every entry.
        trust: What it was verified against: says which texts belong to the evidence; None: none.
    """

    def __init__(self, verified: VerifiedList, trust: Trust | None) -> None:
        self._verified = verified
        manifest, head, entries = verified.sealed.manifest, verified.head, verified.entries
        self._hashes = np.zeros((manifest.slots, 32), np.uint8)
        self._meta = np.zeros((manifest.slots, META_BYTES[manifest.type]), np.uint8)
        self._hashes[: len(entries)] = entries.rows
        self._meta[: len(entries)] = plaintext.pack_meta(entries)
        self._tree = merkle.Tree(plaintext.leaf_hashes(head, self._hashes, self._meta))
        self._files = release_files(verified.sealed.files, manifest, trust) if trust else {}

    def _open(self, leaf: int, data: bytes, files: Mapping[str, bytes]) -> Evidence:
        blind = plaintext.blind(self._verified.head.seed, leaf)
        return Evidence(leaf, blind, data, tuple(self._tree.path(leaf)), files)

    def entry(self, number: int) -> Evidence:
        """Return the evidence that entry `number` was in the release."""
        if not 0 <= number < len(self._verified.entries):
            raise ArgumentError("the list has no entry of this number")
        data = self._hashes[number].tobytes() + self._meta[number].tobytes()
        return self._open(number + 1, data, self._files)

    def inventory(self) -> Evidence:
        """Return the opening of the first page: exact counts, without any hash. No files with it."""
        head = self._verified.head
        return self._open(0, head.numbers + head.inventory, {})


def release_files(files: Files, manifest: Manifest, trust: Trust) -> dict[str, bytes]:
    """Return those texts of a release that its verdict under `trust` depends on."""
    first, last = (trust.policy[0], (manifest.policy or (0,))[0]) if trust.policy else (0, -1)
    found = {}
    for name in file_names(first, last):
        try:
            files.size(name)
        except OSError:
            continue
        found[name] = read_small(files, name, note.MAX_BYTES)
    return found


@dataclass(frozen=True, slots=True)
class Proven:
    """
    What a piece of evidence shows.

    Attributes:
        endorsed: The release, as far as its texts go; times were not looked at.
        slot: Of the entry; None for the first page.
        bits: The entry's hash, 32 bytes; None for the first page.
        categories, sources: What the entry is marked with; names of the manifest.
        negative: The entry says what must not match.
        count: Entries of the list; None for an entry.
        inventory: Counts as text; None for an entry.
    """

    endorsed: Endorsed
    slot: int | None = None
    bits: bytes | None = None
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    negative: bool = False
    count: int | None = None
    inventory: str | None = None


def verify_evidence(evidence: Evidence, trust: Trust, files: Files | None = None) -> Proven:
    """
    Check what evidence claims, without the list key.

    Signatures, quorum, pins, policies, log and witnesses as for a release; not freshness and expiry:
    evidence is of the past. Then the leaf, and for an entry the marks that section 7 asks for.

    Args:
        files: The release's texts, where the evidence carries none.

    Raises:
        ListError: It does not show what it claims; `status` says why.
    """
    source = Memory(evidence.files) if evidence.files else files
    if source is None:
        raise ListFormatError("evidence: it carries no manifest")
    endorsed = verify_texts(source, trust, None)
    manifest = endorsed.manifest
    if not evidence.proves(manifest):
        raise ContentError("the leaf is not in the endorsed content")
    if evidence.leaf == 0:
        count, inventory = first_page(manifest, evidence.data)
        return Proven(endorsed, count=count, inventory=inventory)
    return _entry(endorsed, evidence)


def first_page(manifest: Manifest, data: bytes) -> tuple[int, str]:
    """Return count and inventory of an opened first page; ContentError if it is not one."""
    numbers = [int.from_bytes(data[at : at + 8], "big") for at in (0, 8, 16)]
    text = data[24:]
    if numbers[:2] != [manifest.seq, manifest.slots] or not numbers[2] <= manifest.slots:
        raise ContentError("the first page does not belong to this manifest")
    if len(data) > HEAD_BYTES or not text.isascii():
        raise ContentError("the first page holds no inventory")
    return numbers[2], text.decode("ascii")


def _entry(endorsed: Endorsed, evidence: Evidence) -> Proven:
    manifest, data = endorsed.manifest, evidence.data
    if len(data) != 32 + META_BYTES[manifest.type] or not any(data):
        raise ContentError("the leaf holds no entry")
    rows = np.frombuffer(data, np.uint8, 32).reshape(1, 32)
    entries = plaintext.unpack(rows, np.frombuffer(data, np.uint8, offset=32).reshape(1, -1))
    plaintext.check_entries(
        entries,
        manifest.sources,
        manifest.categories,
        endorsed.counted,
        manifest.min_sources,
        manifest.max_sound_distance is not None,
    )
    marks = int(entries.categories[0]), int(entries.sources[0])
    return Proven(
        endorsed,
        slot=evidence.leaf - 1,
        bits=data[:32],
        categories=tuple(name for i, name in manifest.categories.items() if marks[0] >> i & 1),
        sources=tuple(name for i, name in manifest.sources.items() if marks[1] >> i & 1),
        negative=bool(entries.flags[0] & plaintext.NEGATIVE),
    )
