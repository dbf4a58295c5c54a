"""
The publisher's and the organisations' side: build a release, endorse it.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pdqlite.errors import ArgumentError, EntryRuleError
from pdqlite.lists import cobblestone, local, note, plaintext
from pdqlite.lists.files import (
    LIST,
    LOCAL,
    MANIFEST,
    Directory,
    read_small,
    replace,
    write_directory,
)
from pdqlite.lists.keys import check_list_key
from pdqlite.lists.manifest import META_BYTES, File, Local, Manifest
from pdqlite.lists.note import Note, Signature, Signer
from pdqlite.lists.verify import SealedList, check_ciphertext, context, unseal
from pdqlite.types import Entries


def _table(names: Sequence[str] | Mapping[int, str]) -> dict[int, str]:
    pairs = names.items() if isinstance(names, Mapping) else enumerate(names)
    return dict(sorted(pairs))


def _take(entries: Entries, index: np.ndarray) -> Entries:
    """Return the entries at these positions."""

    def pick(column: np.ndarray | None) -> np.ndarray | None:
        return None if column is None else column[index]

    records = entries.local
    return Entries(
        rows=np.ascontiguousarray(entries.rows[index]),
        categories=entries.categories[index],
        sources=entries.sources[index],
        flags=entries.flags[index],
        quality=entries.quality[index],
        video=pick(entries.video),
        time_ms=pick(entries.time_ms),
        local=None if records is None else tuple(records[i] for i in index.tolist()),
    )


def join(parts: Sequence[Entries]) -> Entries:
    """Return the entries of several submissions of one type, one after the other."""
    if not parts:
        raise ArgumentError("expected at least one part")
    if len({(p.video is None, p.local is None) for p in parts}) != 1:
        raise ArgumentError("expected parts of one type, all with local signatures or none")
    columns: dict[str, Any] = {}
    for name in ("rows", "categories", "sources", "flags", "quality", "video", "time_ms"):
        values = [getattr(p, name) for p in parts]
        columns[name] = None if values[0] is None else np.concatenate(values)
    records = [p.local for p in parts if p.local is not None]
    joined = tuple(r for part in records for r in part) if records else None
    return Entries(**columns, local=joined)


def usable(entries: Entries) -> Entries:
    """Return the entries whose hashes a list may carry: not too flat, not degenerate."""
    keep = ~plaintext.unusable(entries.rows, entries.quality)
    return _take(entries, np.flatnonzero(keep))


def merge(entries: Entries) -> Entries:
    """
    Return entries in list order, those of one hash (and place in one video) made one.

    Categories and sources are united; the best known quality and the first local signature stay.

    Raises:
        EntryRuleError: Two organisations disagree on the flags of one hash.
    """
    if not len(entries):
        return entries
    words = plaintext.order_words(entries)
    order = np.lexsort(words[::-1])
    entries = _take(entries, order)
    words = [w[order] for w in words]
    new = np.ones(len(order), bool)
    new[1:] = np.any([w[1:] != w[:-1] for w in words], axis=0)
    starts = np.flatnonzero(new)
    if (np.repeat(entries.flags[starts], np.diff([*starts, len(new)])) != entries.flags).any():
        raise EntryRuleError("one hash is given with different flags")
    known = np.where(entries.quality == plaintext.QUALITY_UNKNOWN, 0, entries.quality)
    best = np.maximum.reduceat(known, starts)
    first = _take(entries, starts)
    records = entries.local
    if records is not None:
        groups = zip(starts, [*starts[1:], len(new)], strict=True)
        records = tuple(min(filter(None, records[a:b]), default=b"") for a, b in groups)
    return Entries(
        rows=first.rows,
        categories=np.bitwise_or.reduceat(entries.categories, starts),
        sources=np.bitwise_or.reduceat(entries.sources, starts),
        flags=first.flags,
        quality=np.where(best == 0, plaintext.QUALITY_UNKNOWN, best).astype(np.uint8),
        video=first.video,
        time_ms=first.time_ms,
        local=records,
    )


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


def build_list(
    directory: str | os.PathLike[str],
    *,
    origin: str,
    entries: Entries,
    categories: Sequence[str] | Mapping[int, str],
    sources: Sequence[str] | Mapping[int, str],
    key: bytes,
    issued: int,
    expires: int,
    seq: int = 0,
    prev: bytes | None = None,
    policy: tuple[int, bytes] | None = None,
    min_sources: int = 1,
    max_distance: int = 31,
    seed: bytes | None = None,
) -> Manifest:
    """
    Write a release that nobody has endorsed yet: list.cob, the manifest's text, and local.cob
    if there are local signatures.

    Args:
        directory: Made here; must not exist, or be empty.
        origin: Name of the list, like "lists.example.org/demo".
        entries: In any order; entries of one hash are merged (see `merge`). Bit i of a mask is
            line i of `categories` or `sources`.
        categories: Tokens, by number or in order from 0.
        sources: Key names of the organisations, by number or in order from 0.
        key: List key, 32 bytes.
        issued, expires: POSIX seconds.
        seq, prev: Number of the release, and the leaf hash of the log leaf before (None at seq 0).
        policy: Version and SHA-256 of the policy in force, if there is one.
        min_sources: Organisations that must vouch for each entry.
        max_distance: Largest radius, bits.
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
    kind = "image" if entries.video is None else "video"
    names, tokens = _table(sources), _table(categories)
    merged = merge(entries)
    every = sum(1 << i for i in names)
    plaintext.check_entries(merged, names, tokens, every, min_sources)
    slots = plaintext.padded_slots(len(merged))
    inventory = plaintext.inventory(merged, names, tokens)
    blind = _derive(seed, "blind", origin.encode(), str(seq).encode())
    head = plaintext.Head(seq, slots, len(merged), blind, inventory)
    hashes = np.zeros((slots, 32), np.uint8)
    meta = np.zeros((slots, META_BYTES[kind]), np.uint8)
    hashes[: len(merged)] = merged.rows
    meta[: len(merged)] = plaintext.pack_meta(merged)
    plain = bytes(head) + hashes.tobytes() + meta.tobytes()
    data, file = _seal(key, seed, context("list", origin, seq), plain)
    files = {LIST: data}
    section = None
    if merged.local is not None:
        blind = _derive(seed, "local blind", origin.encode(), str(seq).encode())
        plain, root = local.build(seq, slots, merged.local, blind)
        data, local_file = _seal(key, seed, context("local", origin, seq), plain)
        files[LOCAL] = data
        section = Local(local.VERSION, File(local_file.size, local_file.root), root)
    manifest = Manifest(
        origin, kind, seq, issued, expires, policy, prev, file, slots,
        plaintext.content_root(head, hashes, meta), section, min_sources, max_distance,
        names, tokens,
    )  # fmt: skip
    Manifest.parse(manifest.text)
    write_directory(Path(directory), {**files, MANIFEST: manifest.text})
    return manifest


def endorse(
    directory: str | os.PathLike[str],
    signer: Signer,
    *,
    key: bytes,
    submitted: Entries | None = None,
) -> Manifest:
    """
    Check a release as its endorsement says, sign it, and put the signature into its manifest file.

    All of the content is recomputed from the decrypted list first, so `key` is needed.

    Args:
        submitted: What this organisation submitted: then the entries with its bit must be
            exactly these hashes.

    Raises:
        ListError: The release is not what a signature would say.
        ArgumentError: The organisation has signed already.
    """
    files = Directory(directory)
    data = read_small(files, MANIFEST, note.MAX_BYTES)
    text, signatures = data, tuple[Signature, ...]()
    if b"\n\n" in data:
        signed = Note.parse(data, "manifest")
        text, signatures = signed.text, signed.signatures
    manifest = Manifest.parse(text)
    line = signer.sign(text)
    if any((s.name, s.id) == (line.name, line.id) for s in signatures):
        raise ArgumentError(f"{signer.name} has signed this release already")
    check_ciphertext(files, LIST, manifest.list)
    everyone = tuple(manifest.sources.values())
    verified = unseal(SealedList(files, manifest, everyone, ()), check_list_key(key))
    if submitted is not None:
        _check_submission(verified.entries, manifest, signer.name, submitted)
    replace(files.path / MANIFEST, bytes(Note(text, (*signatures, line))))
    return manifest


def _check_submission(entries: Entries, manifest: Manifest, name: str, submitted: Entries) -> None:
    """Check that the entries with the bit of `name` are those it submitted, and no others."""
    bit = sum(1 << i for i, source in manifest.sources.items() if source == name)
    mine = {bytes(r) for r in entries.rows[entries.sources & bit != 0]}
    given = {bytes(r) for r in submitted.rows}
    if mine != given:
        raise EntryRuleError(
            f"{len(mine - given)} entries carry the mark of {name} that it did not submit, "
            f"{len(given - mine)} that it submitted are missing"
        )
