"""
The optional section of local signatures (docs/formats/list.md, section 8): opaque bytes per entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np

from pdqlite.errors import ArgumentError, ContentError, EntryRuleError
from pdqlite.lists import merkle
from pdqlite.lists.plaintext import blinds, padme

MAGIC = b"PDQLLS1\0"
VERSION = 1
HEAD_BYTES = 64
MAX_RECORD = 65535


def _leaf_hashes(numbers: bytes, seed: bytes, records: Sequence[bytes]) -> Iterator[bytes]:
    blind = blinds(seed, len(records) + 1)
    yield merkle.leaf_hash(next(blind) + numbers)
    for record in records:
        yield merkle.leaf_hash(next(blind) + record)


def content_root(seq: int, slots: int, records: Sequence[bytes], seed: bytes) -> bytes:
    """Return the content root of a section; records beyond the given ones are empty."""
    numbers = b"".join(n.to_bytes(8, "big") for n in (seq, slots, sum(map(len, records))))
    padding = [b""] * (slots - len(records))
    return merkle.root(_leaf_hashes(numbers, seed, [*records, *padding]))


def build(seq: int, slots: int, records: Sequence[bytes], seed: bytes) -> tuple[bytes, bytes]:
    """Return plaintext and content root of a section; records beyond the given ones are empty."""
    if any(len(r) > MAX_RECORD for r in records):
        raise ArgumentError(f"local signature: expected at most {MAX_RECORD} bytes")
    records = [*records, *[b""] * (slots - len(records))]
    body = b"".join(records)
    numbers = b"".join(n.to_bytes(8, "big") for n in (seq, slots, len(body)))
    lengths = np.array([len(r) for r in records], ">u2").tobytes()
    plain = MAGIC + numbers + seed + lengths + body
    root = content_root(seq, slots, records, seed)
    return plain.ljust(padme(len(plain)), b"\0"), root


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
        raise ContentError("local signatures: the first page does not belong to this manifest")
    lengths = np.frombuffer(plain, ">u2", slots, HEAD_BYTES).astype(np.int64)
    if int(lengths.sum()) != total:
        raise ContentError("local signatures: lengths do not add up")
    ends = list(accumulate(lengths.tolist(), initial=start))
    records = [plain[a:b] for a, b in zip(ends, ends[1:], strict=False)]
    if content_root(seq, slots, records, plain[32:64]) != root:
        raise ContentError("local signatures: the content is not the endorsed one")
    if any(records[count:]):
        raise EntryRuleError("local signatures: a slot without entry has one")
    return tuple(records[:count])
