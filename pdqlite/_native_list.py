"""
The list room of the C core: hashes, Merkle trees, the device's reader of a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pdqlite import errors
from pdqlite._core import ffi, lib
from pdqlite._native import BEST, Kernels, check, text

Bytes2D = npt.NDArray[np.uint8]

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


def inclusion_proven(
    index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether `proof` leads from this hash of leaf `index` of `size` leaves to `root`."""
    if any(len(h) != HASH_BYTES for h in (leaf_hash, root, *proof)):
        return False
    status = lib.pdql_inclusion_check(
        BEST.pointer, index, size, leaf_hash, b"".join(proof), len(proof), root
    )
    return bool(status == lib.PDQL_OK)


def consistency_proven(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the old tree is the beginning of the new one."""
    if any(len(h) != HASH_BYTES for h in (old_root, new_root, *proof)):
        return False
    status = lib.pdql_consistency_check(
        BEST.pointer, old_size, old_root, new_size, new_root, b"".join(proof), len(proof)
    )
    return bool(status == lib.PDQL_OK)


class _Seen(Protocol):
    """Verifies one Ed25519 signature: public key, signature, message."""

    def __call__(self, public_key: bytes, signature: bytes, message: bytes) -> bool: ...


def ed25519_good(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Verify an Ed25519 signature with `cryptography`; encodings were checked before."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _provider(verify: _Seen) -> tuple[object, object]:
    """Return a provider table for C, and what has to live as long as it."""

    def answer(_: object, public: object, signature: object, message: object, n: int) -> int:
        return int(
            verify(
                ffi.buffer(public, 32)[:], ffi.buffer(signature, 64)[:], ffi.buffer(message, n)[:]
            )
        )

    signature = "int(void *, const uint8_t *, const uint8_t *, const uint8_t *, size_t)"
    call = ffi.callback(signature, answer, error=-1)
    return ffi.new("pdql_provider *", {"ed25519_verify": call}), call


def ed25519_check(
    public_key: bytes, signature: bytes, message: bytes, verify: _Seen = ed25519_good
) -> bool:
    """Whether the signature is good, and its encodings are ones on which all libraries agree."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    table, alive = _provider(verify)
    status = lib.pdql_ed25519_check(table, public_key, signature, message, len(message))
    del alive
    return bool(status == lib.PDQL_OK)


def _list_errors() -> dict[str, type[errors.ListError]]:
    return {cls.status: cls for cls in errors.ListError.__subclasses__()}


def _check_list(status: int, what: str) -> None:
    if status == lib.PDQL_OK:
        return
    name = text(lib.pdql_status_name(status))
    if status < lib.PDQL_LIST_FORMAT:
        check(status, what)
    error = _list_errors().get(name, errors.ListError)
    raise error(f"{what}: {name}. {(error.__doc__ or '').strip().splitlines()[0]}")


_REMARKS = ((lib.PDQL_REMARK_STALE, "stale"), (lib.PDQL_REMARK_UNLOGGED, "unlogged"),
            (lib.PDQL_REMARK_UNWITNESSED, "unwitnessed"))  # fmt: skip


class EndorsedList:
    """
    A list whose texts and signatures the C core has verified; made by verify_list alone.

    Attributes:
        remarks: Those of "stale", "unlogged", "unwitnessed" that hold.
        seq, slots, list_bytes: As signed.
        signers: Mask of the endorsers of the trust file that signed.
        signed_sources: Mask of the sources whose organisation signed.
    """

    def __init__(self, memory: object, pointer: object, info: object) -> None:
        self._memory, self._list = memory, pointer
        self.remarks = tuple(name for bit, name in _REMARKS if info.remarks & bit)  # type: ignore[attr-defined]
        self.seq, self.slots = int(info.seq), int(info.slots)  # type: ignore[attr-defined]
        self.list_bytes = int(info.list_bytes)  # type: ignore[attr-defined]
        self.signers = int(info.signers)  # type: ignore[attr-defined]
        self.signed_sources = int(info.signed_sources)  # type: ignore[attr-defined]
        self._meta_bytes = int(info.meta_bytes)  # type: ignore[attr-defined]

    def check_ciphertext(self, stream: BinaryIO) -> None:
        """
        Check the bytes of list.cob, from the stream's place to its end.

        Raises:
            CiphertextError: Not the endorsed file.
        """
        while piece := stream.read(1 << 20):
            _check_list(
                lib.pdql_list_ciphertext(self._list, ffi.from_buffer(piece), len(piece)), "list.cob"
            )
        _check_list(lib.pdql_list_ciphertext_end(self._list), "list.cob")

    def read(self, stream: BinaryIO, key: bytes) -> tuple[Bytes2D, Bytes2D]:
        """
        Decrypt and check the content, page by page, after check_ciphertext.

        Args:
            stream: list.cob, seekable.
            key: The list key, 32 bytes.

        Returns:
            Hashes (n, 32) and meta (n, 6 or 14), as docs/formats/list.md section 6 lays them out.

        Raises:
            WrongKeyError, ContentError, EntryRuleError: See `status`.
        """
        aead, base = self._open(key)
        hashes, metas = bytearray(), bytearray()
        page, entries = ffi.new("pdql_page *"), ffi.new("pdql_entries *")
        while True:
            _check_list(lib.pdql_list_want(self._list, page), "list.cob")
            if page.sealed_bytes == 0:
                break
            stream.seek(page.at)
            nonce = (base ^ page.index).to_bytes(12, "big")
            try:
                plain = ffi.from_buffer(aead.decrypt(nonce, stream.read(page.sealed_bytes), None))
            except (InvalidTag, ValueError):
                plain = ffi.NULL
            _check_list(
                lib.pdql_list_give(self._list, plain, page.plain_bytes, entries), "list.cob"
            )
            if entries.n:
                hashes += ffi.buffer(entries.hashes, entries.n * HASH_BYTES)
                metas += ffi.buffer(entries.meta, entries.n * self._meta_bytes)
        _check_list(lib.pdql_list_end(self._list, ffi.NULL), "list.cob")
        return (
            np.frombuffer(hashes, np.uint8).reshape(-1, HASH_BYTES),
            np.frombuffer(metas, np.uint8).reshape(-1, self._meta_bytes),
        )

    def _open(self, key: bytes) -> tuple[AESGCM, int]:
        info, n = ffi.new(f"uint8_t[{lib.PDQL_KEY_INFO_MAX}]"), ffi.new("size_t *")
        _check_list(lib.pdql_list_key_info(self._list, info, len(info), n), "list key")
        derived = HKDFExpand(SHA512(), 76, ffi.buffer(info, n[0])[:]).derive(key)
        _check_list(lib.pdql_list_key(self._list, derived[44:]), "list key")
        return AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big")


def verify_list(
    trust: bytes,
    manifest: bytes,
    now: int,
    *,
    verify: _Seen = ed25519_good,
    kernels: Kernels = BEST,
) -> EndorsedList:
    """
    Verify all of a list that needs neither its ciphertext nor its key, in the C core.

    Args:
        trust: A trust file.
        manifest: The manifest, a signed note.
        now: POSIX seconds, at least 0.

    Raises:
        ListError: A subclass that says why (docs/formats/list.md, section 9).
    """
    size = lib.pdql_list_size()
    memory = ffi.new("uint8_t[]", size + 16)
    start = memory + -int(ffi.cast("uintptr_t", memory)) % 16
    table, alive = _provider(verify)
    pointer, info = ffi.new("pdql_list **"), ffi.new("pdql_list_info *")
    status = lib.pdql_list_verify(
        start, size, kernels.pointer, table, ffi.from_buffer(trust), len(trust),
        ffi.from_buffer(manifest), len(manifest), now, pointer, info,
    )  # fmt: skip
    del alive
    _check_list(status, "manifest")
    return EndorsedList(memory, pointer[0], info)
