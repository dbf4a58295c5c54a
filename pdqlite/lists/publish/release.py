"""
The publisher's and the organisations' side: build a release, add deltas, endorse it.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError, EntryRuleError
from pdqlite.lists.crypto import cobblestone
from pdqlite.lists.format import local, note, plaintext
from pdqlite.lists.format.files import LIST, LOCAL, MANIFEST, Directory, read_small, replace, write_directory
from pdqlite.lists.format.keys import check_list_key
from pdqlite.lists.format.manifest import META_BYTES, Delta, File, Local, Manifest
from pdqlite.lists.format.merging import merge, take
from pdqlite.lists.format.note import Note, Signature, Signer
from pdqlite.lists.verify import delta
from pdqlite.lists.verify.auditor import SealedList, VerifiedList, check_ciphertext, context, unseal
from pdqlite.lists.verify.evidence import INVENTORY, Openings
from pdqlite.types import Entries


def _table(names: Sequence[str] | Mapping[int, str]) -> dict[int, str]:
    pairs = names.items() if isinstance(names, Mapping) else enumerate(names)
    return dict(sorted(pairs))


def _derive(seed: bytes, label: str, *parts: bytes) -> bytes:
    """Return 32 bytes from the build's seed: one label and one set of parts each its own."""
    state = hashlib.sha256(f"pdqlite.org/build/v1 {label}\n".encode() + seed)
    for part in parts:
        state.update(hashlib.sha256(part).digest())
    return state.digest()


def _seal(key: bytes, seed: bytes, bound: bytes, plain: bytes) -> tuple[bytes, File]:
    """Return the encrypted file; its salt depends on all it is made of, so none repeats."""
    salt = _derive(seed, "salt", key, bound, plain)[: cobblestone.SALT_BYTES]
    data = cobblestone.encrypt(key, salt, bound, plain)
    return data, File(len(data), cobblestone.root(io.BytesIO(data)), data[24:56])


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTerms:
    """
    What the organisations sign of a release beside its entries.

    Attributes:
        origin: Name of the list, like "lists.example.org/demo".
        categories: Tokens, by number or in order from 0: bit i of an entry's mask is the i-th.
        sources: Key names of the organisations, by number or in order from 0.
        issued, expires: POSIX seconds.
        seq, prev: Number of the release, and the leaf hash of the log leaf before (None at seq 0).
        policy: Version and SHA-256 of the policy in force, if there is one.
        min_sources: Organisations that must vouch for each entry.
        max_distance: Largest radius, bits; of a list of files always 0.
    """

    origin: str
    categories: Sequence[str] | Mapping[int, str]
    sources: Sequence[str] | Mapping[int, str]
    issued: int
    expires: int
    seq: int = 0
    prev: bytes | None = None
    policy: tuple[int, bytes] | None = None
    min_sources: int = 1
    max_distance: int = 31


def build_list(
    directory: str | os.PathLike[str], entries: Entries, terms: ListTerms, *, key: bytes, seed: bytes | None = None
) -> Manifest:
    """
    Write a release that nobody has endorsed yet: list.cob, the manifest's text, and local.cob
    if there are keypoint signatures.

    Args:
        directory: Made here; must not exist, or be empty.
        entries: In any order; entries of one hash are merged (see `merge`).
        terms: Its name, organisations, times and rules.
        key: List key, 32 bytes.
        seed: 32 bytes; the same input and seed give the same bytes. Keep it as secret as the key.
            Random if None.

    Returns:
        The manifest that organisations are to sign with `endorse`.

    Raises:
        EntryRuleError: Entries that no list may carry; see `usable`.
        ListFormatError, ArgumentError: A value out of its range.
    """
    key = check_list_key(key)
    seed = secrets.token_bytes(32) if seed is None else seed
    if len(seed) != 32:
        raise ArgumentError("seed: expected 32 bytes")
    names, tokens = _table(terms.sources), _table(terms.categories)
    merged = merge(entries)
    every = sum(1 << i for i in names)
    plaintext.check_entries(merged, names, tokens, every, terms.min_sources)
    head, hashes, meta = _columns(merged, terms, names, tokens, seed)
    plain = bytes(head) + hashes.tobytes() + meta.tobytes()
    data, file = _seal(key, seed, context("list", terms.origin, terms.seq), plain)
    files = {LIST: data}
    section = None
    if merged.keypoints is not None:
        files[LOCAL], section = _section(merged.keypoints, terms, head.slots, key, seed)
    manifest = Manifest(
        terms.origin, merged.kind, terms.seq, terms.issued, terms.expires, terms.policy, terms.prev, file, head.slots,
        plaintext.content_root(head, hashes, meta), section, terms.min_sources, 0 if merged.exact else terms.max_distance, names, tokens,
    )  # fmt: skip
    Manifest.parse(manifest.text)
    write_directory(Path(directory), {**files, MANIFEST: manifest.text})
    return manifest


def _blind(seed: bytes, label: str, terms: ListTerms) -> bytes:
    return _derive(seed, label, terms.origin.encode(), str(terms.seq).encode())


def _columns(
    merged: Entries, terms: ListTerms, names: dict[int, str], tokens: dict[int, str], seed: bytes
) -> tuple[plaintext.Head, npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return the head of the content, and hashes and meta padded to its slots."""
    slots = plaintext.padded_slots(len(merged))
    inventory = plaintext.inventory(merged, names, tokens)
    head = plaintext.Head(terms.seq, slots, len(merged), _blind(seed, "blind", terms), inventory)
    hashes = np.zeros((slots, 32), np.uint8)
    meta = np.zeros((slots, META_BYTES[merged.kind]), np.uint8)
    hashes[: len(merged)] = merged.rows
    meta[: len(merged)] = plaintext.pack_meta(merged)
    return head, hashes, meta


def _section(records: tuple[bytes, ...], terms: ListTerms, slots: int, key: bytes, seed: bytes) -> tuple[bytes, Local]:
    """Return the encrypted keypoint signatures, and their line of the manifest."""
    local.check(records)
    plain, root = local.build(terms.seq, slots, records, _blind(seed, "local blind", terms))
    data, file = _seal(key, seed, context("local", terms.origin, terms.seq), plain)
    return data, Local(local.VERSION, File(file.size, file.root), root)


def _release(files: Directory) -> tuple[Manifest, tuple[Signature, ...]]:
    """Return the manifest of a release of one's own, endorsed or not, and its signature lines."""
    data = read_small(files, MANIFEST, note.MAX_BYTES)
    if b"\n\n" not in data:
        return Manifest.parse(data), ()
    signed = Note.parse(data, "manifest")
    return Manifest.parse(signed.text), signed.signatures


def _content(files: Directory, manifest: Manifest, key: bytes) -> VerifiedList:
    """Check all of a release but its signatures: every source counts as if it had signed."""
    check_ciphertext(files, LIST, manifest.list)
    everyone = tuple(manifest.sources.values())
    return unseal(SealedList(files, manifest, everyone, ()), check_list_key(key))


def read_release(directory: str | os.PathLike[str], key: bytes) -> VerifiedList:
    """
    Read a release of one's own, endorsed or not: all is checked but the signatures, and every source counts as if it had signed.

    Raises:
        ListError: It is not what its manifest says, or the key is not its key.
    """
    files = Directory(directory)
    return _content(files, _release(files)[0], key)


def add_delta(
    directory: str | os.PathLike[str],
    old: str | os.PathLike[str],
    *,
    key: bytes,
    old_key: bytes | None = None,
) -> Delta:
    """
    Write the delta that leads from release `old` to one that nobody has endorsed yet, and add its
    line to the manifest. The same releases give the same bytes.

    Args:
        directory: The new release.
        old: An earlier release of the same list.
        key, old_key: Their list keys; one key for both if `old_key` is None.

    Raises:
        ListError: A release is not what its manifest says.
        ArgumentError: Not two releases of one list, signed already, or 8 deltas already.
    """
    files, before = Directory(directory), Directory(old)
    manifest, signatures = _release(files)
    since = _release(before)[0]
    if (since.origin, since.type) != (manifest.origin, manifest.type) or since.seq >= manifest.seq:
        raise ArgumentError("expected an earlier release of the same list")
    if signatures:
        raise ArgumentError("the new release is signed already; deltas come before endorsements")
    kept = [d for d in manifest.deltas if d.since != since.seq]
    if len(kept) >= 8:
        raise ArgumentError("a manifest has at most 8 deltas")
    held = _content(before, since, key if old_key is None else old_key)
    plain = bytes(delta.difference(held, _content(files, manifest, key)))
    bound = delta.context(manifest.origin, since.seq, manifest.seq)
    data, file = _seal(key, b"", bound, plain)
    line = Delta(since.seq, file.size, hashlib.sha256(data).digest())
    lines = sorted([*kept, line], key=lambda d: -d.since)
    replace(files.path / delta.file_name(since.seq), data)
    replace(files.path / MANIFEST, changed(manifest, deltas=tuple(lines)).text)
    return line


def publish_inventory(directory: str | os.PathLike[str], *, key: bytes) -> None:
    """
    Write `inventory.evidence` into a release: the exact counts, proven, for readers without key.

    Padding hides those counts otherwise; whether they may be known is the publisher's choice.

    Raises:
        ListError: The release is not what its manifest says.
    """
    files = Directory(directory)
    verified = _content(files, _release(files)[0], key)
    replace(files.path / INVENTORY, bytes(Openings(verified, None).inventory()))


def endorse(
    directory: str | os.PathLike[str],
    signer: Signer,
    *,
    key: bytes,
    submitted: Entries | None = None,
    all_there: bool = True,
) -> Manifest:
    """
    Check a release as its endorsement says, sign it, and put the signature into its manifest file.

    All of the content is recomputed from the decrypted list first, so `key` is needed.

    Args:
        submitted: What this organisation submitted: then the entries with its bit must be
            exactly these hashes with these flags. Categories are not compared: `merge` unites them.
        all_there: False: some of them may be missing, as a list leaves out what too few vouch for.

    Raises:
        ListError: The release is not what a signature would say.
        ArgumentError: The organisation has signed already.
    """
    files = Directory(directory)
    manifest, signatures = _release(files)
    line = signer.sign(manifest.text)
    if any((s.name, s.id) == (line.name, line.id) for s in signatures):
        raise ArgumentError(f"{signer.name} has signed this release already")
    verified = _content(files, manifest, key)
    if submitted is not None:
        _check_submission(verified.entries, manifest, signer.name, submitted, all_there)
    replace(files.path / MANIFEST, bytes(Note(manifest.text, (*signatures, line))))
    return manifest


def _check_submission(entries: Entries, manifest: Manifest, name: str, submitted: Entries, all_there: bool) -> None:
    """Check that the entries with the bit of `name` are those it submitted, each as it submitted it, and no others."""
    bit = sum(1 << i for i, source in manifest.sources.items() if source == name)
    mine, given = _said(take(entries, np.flatnonzero(entries.sources & bit))), _said(submitted)
    if mine - given or (all_there and given - mine):
        hashes = {row for row, _ in given}
        turned = sum(row in hashes for row, _ in mine - given)
        raise EntryRuleError(
            f"{len(mine - given)} entries carry the mark of {name} that it did not submit, "
            f"{len(given - mine)} that it submitted are missing"
            + (f'; {turned} say "must not match" where it said "match", or the other way round' if turned else "")
        )


def _said(entries: Entries) -> set[tuple[bytes, int]]:
    """Return each hash with its flags: whether it is to match, or must not."""
    return set(zip(map(bytes, entries.rows), entries.flags.tolist(), strict=True))
