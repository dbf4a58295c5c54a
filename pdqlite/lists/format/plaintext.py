"""
The content of a list: layout, content root and rules (docs/formats/list-content.md, sections 6 and 7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ContentError, EntryRuleError
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format.manifest import HEAD_BYTES, META_BYTES, SLOT_STEP
from pdqlite.types import Entries

MAGIC = b"PDQLPT1\0"
MAX_INVENTORY = HEAD_BYTES - 66
NEGATIVE, FRAME, SOUND = 1, 2, 4
QUALITY_UNKNOWN = 255
MIN_QUALITY = 50
BITS_LOW, BITS_HIGH = 104, 152
_BLOCK = 1 << 16
_BITS = np.array([n.bit_count() for n in range(1 << 16)], np.uint8)
Bytes2D = npt.NDArray[np.uint8]


class Rows(Protocol):
    """Rows of bytes that are read by slices: an array, or what stands for one that is larger than memory."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __getitem__(self, part: slice, /) -> Bytes2D: ...


def padme(length: int) -> int:
    """Return `length` padded so that its low bits say nothing (Padme, Nikitin et al. 2019)."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def padded_slots(count: int) -> int:
    """Return the slots the publisher uses for `count` entries."""
    return max(-(-padme(count) // SLOT_STEP) * SLOT_STEP, SLOT_STEP)


@dataclass(frozen=True, slots=True)
class Head:
    """The first page: numbers of the release, the blind seed and the inventory."""

    seq: int
    slots: int
    count: int
    seed: bytes
    inventory: bytes

    def __bytes__(self) -> bytes:
        head = MAGIC + self.numbers + self.seed + len(self.inventory).to_bytes(2, "big")
        return (head + self.inventory).ljust(HEAD_BYTES, b"\0")

    @property
    def numbers(self) -> bytes:
        """Bytes 8..31."""
        return b"".join(n.to_bytes(8, "big") for n in (self.seq, self.slots, self.count))

    @classmethod
    def parse(cls, page: bytes, seq: int, slots: int) -> Head:
        """Read the first page of a list with this seq and slots; ContentError if it is not."""
        count = int.from_bytes(page[24:32], "big")
        length = int.from_bytes(page[64:66], "big")
        head = cls(seq, slots, count, page[32:64], page[66 : 66 + length])
        if count > slots or length > MAX_INVENTORY or bytes(head) != page:
            raise ContentError("the first page does not belong to this manifest")
        return head


def blinds(seed: bytes, count: int) -> Iterator[bytes]:
    """Yield the first `count` blinds of a seed, 16 bytes each."""
    sha256 = hashlib.sha256
    for j in range((count + 1) // 2):
        pair = sha256(seed + j.to_bytes(8, "big")).digest()
        yield pair[:16]
        if 2 * j + 1 < count:
            yield pair[16:]


def blind(seed: bytes, number: int) -> bytes:
    """Return one blind of a seed, 16 bytes."""
    pair = hashlib.sha256(seed + (number // 2).to_bytes(8, "big")).digest()
    return pair[16:] if number % 2 else pair[:16]


def head_leaf(head: Head, first: bytes) -> bytes:
    """Return leaf 0 of pt-root; `first` is its blind."""
    return merkle.leaf_hash(first + head.numbers + head.inventory)


def leaf_hashes(head: Head, hashes: Rows, meta: Rows) -> Iterator[bytes]:
    """Yield the leaves of pt-root; `hashes` (slots, 32) and `meta` (slots, 5, 6 or 14)."""
    sha256 = hashlib.sha256
    drawing = blinds(head.seed, head.slots + 1)
    yield head_leaf(head, next(drawing))
    width = 49 + meta.shape[1]
    for start in range(0, head.slots, _BLOCK):
        part = hashes[start : start + _BLOCK]
        table = np.zeros((len(part), width), np.uint8)
        drawn = b"".join(islice(drawing, len(part)))
        table[:, 1:17] = np.frombuffer(drawn, np.uint8).reshape(-1, 16)
        table[:, 17:49] = part
        table[:, 49:] = meta[start : start + _BLOCK]
        packed = table.tobytes()
        for at in range(0, len(packed), width):
            yield sha256(packed[at : at + width]).digest()


def content_root(head: Head, hashes: Rows, meta: Rows) -> bytes:
    """Return pt-root."""
    leaves = leaf_hashes(head, hashes, meta)
    return merkle.root(leaves)


def pack_meta(entries: Entries) -> Bytes2D:
    """Return the meta of entries, shape (n, 6), (n, 14) or, of files, (n, 5)."""
    columns = [
        entries.categories.astype(">u2"),
        entries.sources.astype(">u2"),
        entries.flags.astype(np.uint8),
    ]
    if not entries.exact:
        columns.append(entries.quality.astype(np.uint8))
    if entries.video is not None and entries.time_ms is not None:
        columns += [entries.video.astype(">u4"), entries.time_ms.astype(">u4")]
    n = len(entries)
    parts = [c.view(np.uint8).reshape(n, c.dtype.itemsize) for c in columns]
    return np.concatenate(parts, axis=1)


def unpack(hashes: Bytes2D, meta: Bytes2D, keypoints: tuple[bytes, ...] | None = None) -> Entries:
    """Return entries as columns, from the hashes and meta of the slots in use."""

    def u16(start: int) -> npt.NDArray[np.uint16]:
        high, low = meta[:, start].astype(np.uint16), meta[:, start + 1]
        return (high << 8 | low).astype(np.uint16)

    def u32(start: int) -> npt.NDArray[np.uint32]:
        return (u16(start).astype(np.uint32) << 16 | u16(start + 2)).astype(np.uint32)

    video, exact = meta.shape[1] == META_BYTES["video"], meta.shape[1] == META_BYTES["file"]
    return Entries(
        rows=np.ascontiguousarray(hashes),
        categories=u16(0),
        sources=u16(2),
        flags=meta[:, 4].copy(),
        quality=np.full(len(meta), QUALITY_UNKNOWN, np.uint8) if exact else meta[:, 5].copy(),
        video=u32(6) if video else None,
        time_ms=u32(10) if video else None,
        keypoints=keypoints,
        exact=exact,
    )


def inventory(entries: Entries, sources: Mapping[int, str], categories: Mapping[int, str]) -> bytes:
    """Return the one inventory text of these entries."""
    return inventory_text(tally(entries, sources, categories), sources, categories)


def tally(entries: Entries, sources: Mapping[int, str], categories: Mapping[int, str]) -> npt.NDArray[np.int64]:
    """Return the counts of an inventory in the order of its lines; those of two parts add up."""
    by_category = [(entries.categories >> j) & 1 == 1 for j in categories]
    by_source = [(entries.sources >> i) & 1 == 1 for i in sources]
    both = [mine & has for mine in by_source for has in by_category]
    return np.array([has.sum() for has in (*by_category, *by_source, *both)], np.int64)


def inventory_text(counts: npt.NDArray[np.int64], sources: Mapping[int, str], categories: Mapping[int, str]) -> bytes:
    """Return the text of an inventory with the counts that `tally` gives."""
    names = [f"category {j}" for j in categories] + [f"source {i}" for i in sources]
    names += [f"source {i} category {j}" for i in sources for j in categories]
    return "".join(f"{name} {count}\n" for name, count in zip(names, counts.tolist(), strict=True)).encode()


def order_words(entries: Entries) -> list[npt.NDArray[np.uint64]]:
    """Return columns of numbers that order entries as their bytes do, first column first."""
    rows = entries.rows.view(">u8").reshape(-1, 4).astype(np.uint64)
    words = [rows[:, k] for k in range(4)]
    if entries.video is not None and entries.time_ms is not None:
        words.insert(0, (entries.flags & SOUND).astype(np.uint64))
        words.append(entries.video.astype(np.uint64) << np.uint64(32) | entries.time_ms)
    return words


def ascending(entries: Entries) -> bool:
    """Return True if the entries are strictly ascending in the order of their type."""
    less = np.zeros(max(len(entries) - 1, 0), bool)
    equal = ~less
    for word in order_words(entries):
        less |= equal & (word[:-1] < word[1:])
        equal &= word[:-1] == word[1:]
    return bool(less.all())


def count_bits(masks: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint8]:
    """Return the number of set bits of each value."""
    counts: npt.NDArray[np.uint8] = _BITS[masks]
    return counts


def unusable(
    rows: Bytes2D, quality: npt.NDArray[np.uint8], flags: npt.NDArray[np.uint8] | None = None
) -> npt.NDArray[np.bool_]:
    """Return which hashes no list may carry: too flat, too few or many bits set, or sound with a quality."""
    bits = count_bits(np.ascontiguousarray(rows).view(np.uint16)).sum(axis=1)
    heard = np.zeros(len(rows), bool) if flags is None else flags & SOUND != 0
    fine = (quality >= MIN_QUALITY) & (quality <= 100) & ~heard | (quality == QUALITY_UNKNOWN)
    wrong: npt.NDArray[np.bool_] = ~(fine & (bits >= BITS_LOW) & (bits <= BITS_HIGH))
    return wrong


def check_entries(
    entries: Entries,
    sources: Mapping[int, str],
    categories: Mapping[int, str],
    counted: int,
    min_sources: int,
    sound: bool,
) -> None:
    """
    Check rules 3 to 5 of section 7.

    Args:
        counted: Mask of the sources whose organisation signed.
        sound: The manifest has a `sound` line.

    Raises:
        EntryRuleError: Says which rule and how many entries break it.
    """
    declared = sum(1 << i for i in categories), sum(1 << i for i in sources)
    for what, masks, known in (
        ("category", entries.categories, declared[0]),
        ("source", entries.sources, declared[1]),
    ):
        _refuse((masks == 0) | (masks & ~np.uint16(known) != 0), f"no {what}, or an undeclared one")
    flags = entries.flags
    known = NEGATIVE if entries.exact else NEGATIVE | FRAME | (SOUND if sound else 0)
    wrong = flags & ~np.uint8(known) != 0
    if entries.video is not None:
        wrong |= flags & FRAME == 0
    _refuse(wrong, "flags that do not exist in this type of list")
    if not entries.exact:  # a digest has any bits
        _refuse(unusable(entries.rows, entries.quality, flags), "a quality or number of set bits out of range")
    vouched = count_bits(entries.sources & np.uint16(counted))
    _refuse(
        vouched < min_sources,
        f"fewer than {min_sources} of their sources among those who signed: each organisation signs under the name that it is a source by",
    )
    if not ascending(entries):
        raise EntryRuleError("entries are not in strictly ascending order")


def _refuse(wrong: npt.NDArray[np.bool_], what: str) -> None:
    if wrong.any():
        raise EntryRuleError(f"{int(wrong.sum())} entries have {what}")
