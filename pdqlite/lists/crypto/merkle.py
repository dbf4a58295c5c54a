"""
RFC 6962 Merkle trees: root, inclusion and consistency proofs.

Leaf hash SHA-256(00 || data), node SHA-256(01 || left || right).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import overload

EMPTY_ROOT = hashlib.sha256(b"").digest()
_BLOCK = 1 << 16


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf with this content."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two."""
    return hashlib.sha256(b"\1" + left + right).digest()


def _fold(level: list[bytes]) -> bytes:
    """Return the root above a level. Pairing with the last one left over is RFC 6962's split."""
    sha256 = hashlib.sha256
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\1" + left + right).digest() for left, right in pairs] + odd
    return level[0]


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes; holds 65536 of them at a time."""
    source = iter(leaves)
    blocks = []
    while block := list(islice(source, _BLOCK)):
        blocks.append(_fold(block))
    return _fold(blocks) if blocks else EMPTY_ROOT


class HashRow(Sequence[bytes]):
    """Hashes of 32 bytes each in one piece of memory: a million of them take 32 MB. A slice is a view."""

    def __init__(self, data: bytearray | memoryview | None = None) -> None:
        self._data: bytearray | memoryview = bytearray() if data is None else data

    def append(self, one: bytes) -> None:
        """Add a hash; not to a slice, and not while there are slices."""
        assert isinstance(self._data, bytearray)
        self._data += one

    def __len__(self) -> int:
        return len(self._data) // 32

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> HashRow: ...
    def __getitem__(self, at: int | slice) -> bytes | HashRow:
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            assert step == 1
            return HashRow(memoryview(self._data)[32 * start : 32 * max(start, stop)])
        index = range(len(self))[at]
        return bytes(self._data[32 * index : 32 * index + 32])


def roots_at(leaves: Iterable[bytes], sizes: Collection[int]) -> dict[int, bytes]:
    """Return the roots of the first n leaf hashes, for each n of `sizes` that there are as many of; one pass."""
    nodes: dict[int, bytes] = {}
    found = {0: EMPTY_ROOT} if 0 in sizes else {}
    for size, leaf in enumerate(leaves, 1):
        node, level = leaf, 0
        while (size - 1) >> level & 1:
            node = node_hash(nodes[level], node)
            level += 1
        nodes[level] = node
        if size in sizes:
            parts = [nodes[i] for i in range(size.bit_length()) if size >> i & 1]
            whole = parts[0]
            for part in parts[1:]:
                whole = node_hash(part, whole)
            found[size] = whole
    return found


def _split(size: int) -> int:
    """Return the largest power of two below `size` (size >= 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes from the sibling of leaf `index` up to the child of the root."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"index {index} of a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*inclusion_path(leaves[:half], index), root(leaves[half:])]
    return [*inclusion_path(leaves[half:], index - half), root(leaves[:half])]


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """
    Return True if the path proves `leaf` (a leaf hash) at `index` in the tree of `size` and root.

    RFC 9162, section 2.1.3.2, with lengths checked: every hash is 32 bytes, index < size.
    """
    if not 0 <= index < size or any(len(h) != 32 for h in (leaf, expected, *path)):
        return False
    node, last, here = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            here = node_hash(sibling, here)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            here = node_hash(here, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and here == expected


class Tree:
    """All nodes above some leaf hashes: paths without hashing the tree again for each."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            pairs = zip(below[::2], below[1::2], strict=False)
            level = [node_hash(left, right) for left, right in pairs]
            self._levels.append(level + below[-1:] * (len(below) % 2))

    def path(self, index: int) -> list[bytes]:
        """Return the inclusion path of a leaf, as inclusion_path does."""
        if not 0 <= index < len(self._levels[0]):
            raise ValueError(f"index {index} of a tree of {len(self._levels[0])}")
        found = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                found.append(level[index ^ 1])
            index >>= 1
        return found


def consistency_path(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Return the proof that the tree of the first `old` leaves is a prefix of the whole tree."""
    if not 0 < old <= len(leaves):
        raise ValueError(f"old size {old} of a tree of {len(leaves)}")
    return _subproof(leaves, old, True)


def _subproof(leaves: Sequence[bytes], old: int, whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    half = _split(len(leaves))
    if old <= half:
        return [*_subproof(leaves[:half], old, whole), root(leaves[half:])]
    return [*_subproof(leaves[half:], old - half, False), root(leaves[:half])]


def consistency_roots(old: int, new: int, nodes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """
    Return the roots of the first `old` leaves and of all `new` that a consistency proof leads to.

    RFC 9162, section 2.1.4.2, without its last comparison. `nodes` starts with the root of the old tree
    where its size is a power of two, which the RFC's proof leaves out. 1 <= old < new. None if the sizes
    ask for another number of nodes. If the second root is right, so is the first: no other nodes give it.
    """
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    if not nodes or any(len(h) != 32 for h in nodes):
        return None
    first = second = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            first = node_hash(sibling, first)
            second = node_hash(sibling, second)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        node >>= 1
        last >>= 1
    return (first, second) if last == 0 else None


def consistent(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """
    Return True if the path proves that tree `old` is a prefix of tree `new`.

    RFC 9162, section 2.1.4.2. Size 0 is a prefix of everything, with an empty path and root.
    """
    if not 0 <= old <= new or any(len(h) != 32 for h in (old_root, new_root, *path)):
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    whole = old & (old - 1) == 0
    return consistency_roots(old, new, [old_root, *path] if whole else path) == (old_root, new_root)
