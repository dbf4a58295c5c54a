"""
The publisher's and the organisations' side: build a release, add deltas, endorse it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace as changed
from itertools import chain
from pathlib import Path

import numpy as np

from pdqlite.errors import ArgumentError, EntryRuleError
from pdqlite.lists.format import files as on_disk
from pdqlite.lists.format import note, plaintext
from pdqlite.lists.format.files import LIST, LOCAL, MANIFEST, Directory, new_directory, read_small, replace
from pdqlite.lists.format.keys import check_list_key
from pdqlite.lists.format.manifest import Delta, Manifest
from pdqlite.lists.format.merging import merge, take
from pdqlite.lists.format.note import Note, Signature, Signer
from pdqlite.lists.publish.writing import Content, ListTerms, Sealer, sealed_bytes, sealed_section
from pdqlite.lists.verify import delta
from pdqlite.lists.verify.auditor import SealedList, VerifiedList, check_ciphertext, context, unseal
from pdqlite.lists.verify.evidence import INVENTORY, Openings
from pdqlite.types import Entries


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
    return build_sorted(directory, [merge(entries)], terms, key=key, seed=seed)


def build_sorted(
    directory: str | os.PathLike[str],
    parts: Iterable[Entries],
    terms: ListTerms,
    *,
    key: bytes,
    seed: bytes | None = None,
) -> Manifest:
    """
    Write a release from entries that are merged already and come in list order, part by part; arguments and errors as of build_list.

    Parts may be of any length, and other parts of the same entries give the same bytes. Beside one part some 150 MB stay in memory,
    however long the list is; the rest waits in files without a name, beside `directory`.
    """
    key = check_list_key(key)
    seed = secrets.token_bytes(32) if seed is None else seed
    if len(seed) != 32:
        raise ArgumentError("seed: expected 32 bytes")
    coming = iter(parts)
    first = next(coming, None)
    if first is None:
        raise ArgumentError("expected at least one part")
    with new_directory(Path(directory)) as folder:
        with ExitStack() as stack:
            content = Content(terms, folder, first, stack)
            for part in chain([first], coming):
                content.append(part)
            manifest = _written(folder, content, terms, Sealer(key, seed, terms))
        on_disk.write_new(folder / MANIFEST, manifest.text)
    return manifest


def _written(folder: Path, content: Content, terms: ListTerms, sealer: Sealer) -> Manifest:
    """Write the encrypted files of a release into a folder, and return its manifest."""
    slots = content.pad()
    head = plaintext.Head(terms.seq, slots, content.count, sealer.blind("blind"), content.inventory)
    file = sealer.seal(
        folder / LIST,
        context("list", terms.origin, terms.seq),
        lambda: chain([bytes(head)], content.hashes.pieces(), content.meta.pieces()),
    )
    section = None
    if content.signed:
        bound = context("local", terms.origin, terms.seq)
        section = sealed_section(folder / LOCAL, content, slots, sealer, terms, bound)
    manifest = Manifest(
        terms.origin, content.kind, terms.seq, terms.issued, terms.expires, terms.policy, terms.prev, file, head.slots,
        plaintext.content_root(head, content.hashes, content.meta), section, terms.min_sources,
        0 if content.exact else terms.max_distance, content.names, content.tokens,
        max_sound_distance=terms.max_sound_distance if content.heard else None,
    )  # fmt: skip
    Manifest.parse(manifest.text)
    return manifest


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
    data = sealed_bytes(key, bound, plain)
    line = Delta(since.seq, len(data), hashlib.sha256(data).digest())
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
