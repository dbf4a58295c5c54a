"""
SHA-256 and RFC 6962 Merkle trees of the C core.
"""

from __future__ import annotations

from collections.abc import Sequence

from pdqlite._core import ffi, lib

from pdqlite.native.core import BEST, Kernels, check

HASH_BYTES = 32


def sha256(data: bytes, kernels: Kernels = BEST) -> bytes:
    """Return the SHA-256 of `data`."""
    out = ffi.new("uint8_t[32]")
    check(lib.pdql_sha256(kernels.pointer, ffi.from_buffer(data), len(data), out), "sha256")
    return bytes(out)


class Tree:
    """An RFC 6962 Merkle tree over SHA-256 that grows by leaf hashes."""

    def __init__(self, kernels: Kernels = BEST) -> None:
        self._kernels = kernels.pointer
        self._tree = ffi.new("pdql_tree *")

    def add(self, leaf_hashes: bytes) -> None:
        """Add leaf hashes, 32 bytes each, in order."""
        if len(leaf_hashes) % HASH_BYTES:
            raise ValueError("leaf hashes are 32 bytes each")
        count = len(leaf_hashes) // HASH_BYTES
        check(
            lib.pdql_tree_add(self._kernels, self._tree, ffi.from_buffer(leaf_hashes), count),
            "tree",
        )

    def root(self) -> bytes:
        """Return the root over the leaves so far."""
        out = ffi.new("uint8_t[32]")
        check(lib.pdql_tree_root(self._kernels, self._tree, out), "tree")
        return bytes(out)

    def __len__(self) -> int:
        return int(self._tree.size)


def inclusion_proven(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` leads from this hash of leaf `index` of `size` leaves to `root`."""
    if any(len(h) != HASH_BYTES for h in (leaf_hash, root, *proof)):
        return False
    status = lib.pdql_inclusion_check(BEST.pointer, index, size, leaf_hash, b"".join(proof), len(proof), root)
    return bool(status == lib.PDQL_OK)


def consistency_proven(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the old tree is the beginning of the new one."""
    if any(len(h) != HASH_BYTES for h in (old_root, new_root, *proof)):
        return False
    status = lib.pdql_consistency_check(
        BEST.pointer, old_size, old_root, new_size, new_root, b"".join(proof), len(proof)
    )
    return bool(status == lib.PDQL_OK)
