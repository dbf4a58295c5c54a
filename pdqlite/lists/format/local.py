"""
The optional section of keypoint signatures (docs/formats/list-content.md, section 8): a keypoint signature or nothing, per entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, repeat

import numpy as np

from pdqlite.errors import ArgumentError, ContentError, EntryRuleError
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format.plaintext import blinds, padme

MAGIC = b"PDQLLS1\0"
VERSION = 1
HEAD_BYTES = 64
MAX_RECORD = 65535
BLOB, MAX_BLOBS, SCALES = 11, 48, (18, 69)  # docs/formats/keypoints.md
BATCH = 4096  # records whose blobs are looked at together


def _leaf_hashes(numbers: bytes, seed: bytes, slots: int, records: Iterable[bytes]) -> Iterator[bytes]:
    blind = blinds(seed, slots + 1)
    yield merkle.leaf_hash(next(blind) + numbers)
    for record in records:
        yield merkle.leaf_hash(next(blind) + record)


def _numbers(seq: int, slots: int, total: int) -> bytes:
    return b"".join(n.to_bytes(8, "big") for n in (seq, slots, total))


def root_of(seq: int, slots: int, total: int, records: Iterable[bytes], seed: bytes) -> bytes:
    """Return the content root of a section of `total` bytes of records, one for each slot."""
    return merkle.root(_leaf_hashes(_numbers(seq, slots, total), seed, slots, records))


def content_root(seq: int, slots: int, records: Sequence[bytes], seed: bytes) -> bytes:
    """Return the content root of a section; records beyond the given ones are empty."""
    every = chain(records, repeat(b"", slots - len(records)))
    return root_of(seq, slots, sum(map(len, records)), every, seed)


def plain(
    seq: int, slots: int, total: int, seed: bytes, columns: tuple[Iterable[bytes], Iterable[bytes]]
) -> Iterator[bytes]:
    """Yield the plaintext of a section: `columns` are the lengths of all slots' records, 2 bytes each, and the records, `total` bytes."""
    yield MAGIC + _numbers(seq, slots, total) + seed
    yield from columns[0]
    yield from columns[1]
    size = HEAD_BYTES + 2 * slots + total
    yield bytes(padme(size) - size)


def build(seq: int, slots: int, records: Sequence[bytes], seed: bytes) -> tuple[bytes, bytes]:
    """Return plaintext and content root of a section; records beyond the given ones are empty."""
    if any(len(r) > MAX_RECORD for r in records):
        raise ArgumentError(f"keypoint signature: expected at most {MAX_RECORD} bytes")
    lengths = np.array([*map(len, records), *[0] * (slots - len(records))], ">u2").tobytes()
    body = b"".join(records)
    made = b"".join(plain(seq, slots, len(body), seed, ([lengths], [body])))
    return made, content_root(seq, slots, records, seed)


def read(plain: bytes, seq: int, slots: int, root: bytes, count: int) -> tuple[bytes, ...]:
    """
    Return the records of the first `count` slots of a section that has this root.

    Raises:
        ContentError: The plaintext is not what was endorsed.
        EntryRuleError: A slot beyond the entries has a record.
    """
    start = HEAD_BYTES + 2 * slots
    total = int.from_bytes(plain[24:32], "big")
    expected = MAGIC + seq.to_bytes(8, "big") + slots.to_bytes(8, "big")
    if plain[:24] != expected or start + total > len(plain) or any(plain[start + total :]):
        raise ContentError("keypoint signatures: the first page does not belong to this manifest")
    lengths = np.frombuffer(plain, ">u2", slots, HEAD_BYTES).astype(np.int64)
    if int(lengths.sum()) != total:
        raise ContentError("keypoint signatures: lengths do not add up")
    ends = list(accumulate(lengths.tolist(), initial=start))
    records = [plain[a:b] for a, b in zip(ends, ends[1:], strict=False)]
    if content_root(seq, slots, records, plain[32:64]) != root:
        raise ContentError("keypoint signatures: the content is not the endorsed one")
    if any(records[count:]):
        raise EntryRuleError("keypoint signatures: a slot without entry has one")
    check(records[:count])
    return tuple(records[:count])


def check(records: Sequence[bytes]) -> None:
    """Raise EntryRuleError unless each record is empty or a signature in its one encoding (docs/formats/keypoints.md)."""
    given = [r for r in records if r]
    if any(len(r) < 3 or r[0] != VERSION or r[1] > MAX_BLOBS or len(r) != 3 + BLOB * r[1] for r in given):
        raise EntryRuleError("keypoint signatures: a record is none")
    for at in range(0, len(given), BATCH):
        part = given[at : at + BATCH]
        blobs = np.frombuffer(b"".join(r[3:] for r in part), np.uint8).reshape(-1, BLOB)
        scales = blobs[:, 2] >> 1
        high = np.ascontiguousarray(blobs[:, :8]).view(">u8").reshape(-1)
        low = blobs[:, 8:].astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
        rises = (high[1:] > high[:-1]) | ((high[1:] == high[:-1]) & (low[1:] > low[:-1]))
        ends = np.cumsum([r[1] for r in part])
        rises[ends[(ends > 0) & (ends < len(blobs))] - 1] = True  # the next blob is another record's
        if not rises.all() or ((scales < SCALES[0]) | (scales > SCALES[1])).any():
            raise EntryRuleError("keypoint signatures: the blobs of a record are not in order, or out of range")
