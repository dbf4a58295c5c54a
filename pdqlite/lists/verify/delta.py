"""
Deltas: from the plaintext of one release to that of a later one (docs/formats/list-delta.md, section 12).

The reference of the format: `difference` writes, `apply` is how an auditor reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from pdqlite.errors import CiphertextError, ContentError
from pdqlite.lists.format import local, plaintext
from pdqlite.lists.format.files import Files, open_exact
from pdqlite.lists.format.manifest import HEAD_BYTES, META_BYTES, Manifest
from pdqlite.lists.format.manifest import Delta as Line
from pdqlite.lists.format.merging import join, take
from pdqlite.lists.format.plaintext import Head, padme
from pdqlite.lists.verify.auditor import Endorsed, VerifiedList, check_rules, decrypt
from pdqlite.types import Entries

MAGIC = b"PDQLDL1\0"
FIXED = 128
_MAX_GAP_BYTES = 4
Slots = npt.NDArray[np.int64]


def file_name(since: int) -> str:
    """Return the name of the file that leads from release `since`."""
    return f"delta-{since}.cob"


def context(origin: str, since: int, seq: int) -> bytes:
    """Return the Cobblestone context of a delta."""
    return f"pdqlite.org/delta/v1\n{origin}\n{since}\n{seq}\n".encode()


def pack_gaps(slots: Iterable[int]) -> bytes:
    """Return ascending slots as LEB128 numbers: the first, then how many lie between."""
    packed, last = bytearray(), -1
    for slot in slots:
        gap, last = slot - last - 1, slot
        while gap > 127:
            packed.append(gap & 127 | 128)
            gap >>= 7
        packed.append(gap)
    return bytes(packed)


def unpack_gaps(data: bytes, count: int, below: int) -> Slots:
    """Return the `count` slots that `data` writes, all under `below`; ContentError if it does not."""
    slots, last, at = [], -1, 0
    for _ in range(count):
        gap = 0
        for place in range(_MAX_GAP_BYTES):
            byte = data[at] if at < len(data) else 0x80
            at += 1
            gap |= (byte & 127) << 7 * place
            if byte < 128:
                break
        if byte >= 128 or (byte == 0 and place):
            raise ContentError("delta: a gap is not written as the format says")
        last += gap + 1
        slots.append(last)
    if at != len(data) or last >= below:
        raise ContentError("delta: the gaps do not fit the release it starts from")
    return np.array(slots, np.int64)


@dataclass(frozen=True, slots=True)
class Delta:
    """
    The plaintext of a delta.

    Attributes:
        since, to: Releases.
        old_count, old_root: Entries and pt-root of release `since`.
        head: First page of release `to`.
        removed: Slots of `since` that go, ascending.
        added: Entries that come, in list order; with keypoint records if `to` has a local section.
        local_seed: Blind seed of the new local section; None if there is none.
    """

    since: int
    to: int
    old_count: int
    old_root: bytes
    head: Head
    removed: Slots
    added: Entries
    local_seed: bytes | None

    def __bytes__(self) -> bytes:
        gaps = pack_gaps(self.removed.tolist())
        records = self.added.keypoints if self.local_seed is not None else ()
        records = records or (b"",) * (len(self.added) if self.local_seed is not None else 0)
        body = b"".join(records)
        parts = [MAGIC, *map(_u64, (self.since, self.to, self.old_count)), self.old_root]
        parts += map(_u64, (len(self.removed), len(self.added), len(gaps), len(body)))
        parts += [self.local_seed or bytes(32), bytes(self.head), self.added.rows.tobytes()]
        parts += [plaintext.pack_meta(self.added).tobytes(), gaps]
        parts += [np.array([len(r) for r in records], ">u2").tobytes(), body]
        plain = b"".join(parts)
        return plain.ljust(padme(len(plain)), b"\0")

    @classmethod
    def parse(cls, plain: bytes, manifest: Manifest) -> Delta:
        """Read a plaintext that leads to `manifest`; ContentError if it does not."""
        since, to, old_count = (_number(plain, at) for at in (8, 16, 24))
        n_removed, n_added, n_gaps, body = (_number(plain, at) for at in (64, 72, 80, 88))
        width = META_BYTES[manifest.type]
        lengths = 2 * n_added if manifest.local else 0
        sizes = (32 * n_added, width * n_added, n_gaps, lengths, body)
        at = list(accumulate(sizes, initial=FIXED + HEAD_BYTES))
        if plain[:8] != MAGIC or to != manifest.seq or at[-1] > len(plain) or any(plain[at[-1] :]):
            raise ContentError("delta: its first page does not belong to this manifest")
        if n_removed > old_count or (manifest.local is None and (body or any(plain[96:128]))):
            raise ContentError("delta: a number of its first page is out of range")
        head = Head.parse(plain[FIXED : FIXED + HEAD_BYTES], manifest.seq, manifest.slots)
        rows = np.frombuffer(plain, np.uint8, 32 * n_added, at[0]).reshape(-1, 32)
        meta = np.frombuffer(plain, np.uint8, width * n_added, at[1]).reshape(-1, width)
        records = None
        if manifest.local is not None:
            records = _records(plain, at[3], n_added, body)
        added = plaintext.unpack(rows, meta, records)
        removed = unpack_gaps(plain[at[2] : at[3]], n_removed, old_count)
        if head.count != old_count - n_removed + n_added or not plaintext.ascending(added):
            raise ContentError("delta: entries do not add up, or are not in order")
        seed = plain[96:128] if manifest.local else None
        return cls(since, to, old_count, plain[32:64], head, removed, added, seed)


def _u64(value: int) -> bytes:
    return value.to_bytes(8, "big")


def _number(plain: bytes, at: int) -> int:
    return int.from_bytes(plain[at : at + 8], "big")


def _records(plain: bytes, at: int, count: int, body: int) -> tuple[bytes, ...]:
    lengths = np.frombuffer(plain, ">u2", count, at).astype(np.int64)
    if int(lengths.sum()) != body:
        raise ContentError("delta: lengths of keypoint records do not add up")
    ends = list(accumulate(lengths.tolist(), initial=at + 2 * count))
    return tuple(plain[a:b] for a, b in zip(ends, ends[1:], strict=False))


def _merged(parts: Sequence[Entries]) -> tuple[Entries, npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return entries of all parts in list order, where each came from, and which equal the next."""
    every = join(parts)
    words = plaintext.order_words(every)
    order = np.lexsort(words[::-1])
    twin = np.ones(max(len(order) - 1, 0), bool)
    for word in words:
        ordered = word[order]
        twin &= ordered[1:] == ordered[:-1]
    return every, order, twin


def _with_local(entries: Entries, wanted: bool) -> Entries:
    """Return entries with a keypoint record each (empty where they had none), or without any."""
    if not wanted:
        return replace(entries, keypoints=None)
    return entries if entries.keypoints is not None else replace(entries, keypoints=(b"",) * len(entries))


def difference(old: VerifiedList, new: VerifiedList) -> Delta:
    """
    Return what leads from one release to a later one of the same list, as short as the format allows.

    Both with their keypoint signatures, if they have any. An entry of which anything differs is
    removed and added.
    """
    has_keypoints = new.sealed.manifest.local is not None
    before, after = _with_local(old.entries, has_keypoints), _with_local(new.entries, has_keypoints)
    every, order, twin = _merged([before, after])
    first, second = order[:-1][twin], order[1:][twin]  # lexsort is stable: old, then new
    meta = plaintext.pack_meta(every)
    same = (meta[first] == meta[second]).all(axis=1)
    if every.keypoints is not None:
        pairs = zip(first.tolist(), second.tolist(), strict=True)
        same &= np.array([every.keypoints[a] == every.keypoints[b] for a, b in pairs], bool)
    kept = np.zeros(len(every), bool)
    kept[first[same]] = kept[second[same]] = True
    gone = np.flatnonzero(~kept[: len(before)])
    come = take(after, np.flatnonzero(~kept[len(before) :]))
    source, target = old.sealed.manifest, new.sealed.manifest
    return Delta(source.seq, target.seq, len(before), source.root, new.head, gone, come, new.local_seed)


def check_file(files: Files, line: Line) -> None:
    """Check size and SHA-256 of the file of a `delta` line: CiphertextError if they differ."""
    with open_exact(files, file_name(line.since), line.size) as stream:
        digest = hashlib.sha256()
        while piece := stream.read(1 << 20):
            digest.update(piece)
    if digest.digest() != line.sha256:
        raise CiphertextError("delta: not the file that was endorsed")


def read(endorsed: Endorsed, line: Line, key: bytes) -> Delta:
    """
    Check, decrypt and parse the delta of one line of a manifest.

    Raises:
        CiphertextError, WrongKeyError, ContentError: Steps 1 to 4 of section 12.
    """
    manifest = endorsed.manifest
    check_file(endorsed.files, line)
    bound = context(manifest.origin, line.since, manifest.seq)
    with open_exact(endorsed.files, file_name(line.since), line.size) as stream:
        plain = bytes(decrypt(stream, key, bound, line.size))
    delta = Delta.parse(plain, manifest)
    if delta.since != line.since:
        raise ContentError("delta: it starts from another release")
    return delta


def apply(endorsed: Endorsed, key: bytes, old: VerifiedList) -> VerifiedList:
    """
    Return the release that `endorsed` is, from the one held and the delta between them.

    Args:
        endorsed: The new release, from verify_texts; list.cob need not be there.
        key: List key of the new release, 32 bytes.
        old: The release held, with its keypoint signatures if it has any.

    Raises:
        CiphertextError: The delta is absent, not the endorsed one, or not offered at all.
        ListError: Another of the statuses of section 12, in its order.
    """
    manifest, held = endorsed.manifest, old.sealed.manifest
    lines = [d for d in manifest.deltas if d.since == held.seq]
    if not lines or (held.origin, held.type) != (manifest.origin, manifest.type):
        raise CiphertextError("no delta is offered from the release that is held")
    delta = read(endorsed, lines[0], key)
    if (delta.old_count, delta.old_root) != (len(old.entries), held.root):
        raise ContentError("delta: it starts from another content than the one held")
    has_keypoints = manifest.local is not None
    kept = np.delete(np.arange(len(old.entries)), delta.removed)
    before = _with_local(take(old.entries, kept), has_keypoints)
    every, order, twin = _merged([before, delta.added])
    if twin.any():
        raise ContentError("delta: an added entry has the place of one that is kept")
    entries = take(every, order)
    _check_root(delta.head, entries, manifest)
    check_rules(delta.head, entries, manifest, endorsed.counted)
    if manifest.local is not None:
        assert entries.keypoints is not None and delta.local_seed is not None
        root = local.content_root(manifest.seq, manifest.slots, entries.keypoints, delta.local_seed)
        if root != manifest.local.root:
            raise ContentError("delta: keypoint signatures are not the endorsed ones")
        local.check(entries.keypoints)
    return VerifiedList(endorsed, entries, delta.head, delta.local_seed)


def _check_root(head: Head, entries: Entries, manifest: Manifest) -> None:
    hashes = np.zeros((manifest.slots, 32), np.uint8)
    meta = np.zeros((manifest.slots, META_BYTES[manifest.type]), np.uint8)
    hashes[: len(entries)] = entries.rows
    meta[: len(entries)] = plaintext.pack_meta(entries)
    if plaintext.content_root(head, hashes, meta) != manifest.root:
        raise ContentError("delta: what it leads to is not the endorsed content")
