"""
Cobblestone-256 (C2SP chunked-encryption) and the root over its bytes.

Reading uses the implementation of `cryptography`. Writing is here because a
deterministic build needs to say which salt is used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pdqlite.errors import ArgumentError, ContentError
from pdqlite.lists.crypto import merkle

Buffer = bytes | bytearray | memoryview
KEY_BYTES = 32
SALT_BYTES = 24
HEAD_BYTES = 56
CHUNK = 16384
TAG = 16
_INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
_READ = 64 * (CHUNK + TAG)


def size(plain: int) -> int:
    """Return the bytes of the file that encrypts `plain` bytes."""
    return HEAD_BYTES + plain + TAG * (plain // CHUNK + 1)


def possible(length: int) -> bool:
    """Return True if some plaintext has an encrypted file of this length."""
    return length >= HEAD_BYTES + TAG and (length - HEAD_BYTES) % (CHUNK + TAG) >= TAG


def plain_size(length: int) -> int:
    """Return the bytes of plaintext in a file of a possible length."""
    return length - HEAD_BYTES - TAG * ((length - HEAD_BYTES) // (CHUNK + TAG) + 1)


def derive(key: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes, bytes]:
    """Return chunk key (32 bytes), base nonce (12) and commitment (32)."""
    if len(key) != KEY_BYTES:
        raise ArgumentError(f"list key: expected {KEY_BYTES} bytes, got {len(key)}")
    expand = HKDFExpand(hashes.SHA512(), 76, _INFO + salt + context)
    output = expand.derive(key)
    return output[:32], output[32:44], output[44:]


def encrypt(key: bytes, salt: bytes, context: bytes, plain: bytes) -> bytes:
    """Return the file for `plain`. A salt must never serve two plaintexts under one key."""
    return b"".join(encrypted(key, salt, context, [plain]))


def encrypted(key: bytes, salt: bytes, context: bytes, pieces: Iterable[Buffer]) -> Iterator[bytes]:
    """Yield the file for a plaintext that comes in pieces of any length: its header, then each chunk."""
    chunk_key, nonce, commitment = derive(key, salt, context)
    aead = AESGCM(chunk_key)
    base = int.from_bytes(nonce, "big")
    yield salt + commitment
    for number, chunk in enumerate(_chunks(pieces)):
        yield aead.encrypt((base ^ number).to_bytes(12, "big"), chunk, None)


def _chunks(pieces: Iterable[Buffer]) -> Iterator[bytes]:
    """Yield the pieces joined and cut anew: full chunks, then a shorter one, which may be empty."""
    rest = b""
    for piece in pieces:
        view = memoryview(piece).cast("B")
        at = min(CHUNK - len(rest), len(view))
        rest += view[:at]
        while len(rest) == CHUNK:
            yield rest
            rest = bytes(view[at : at + CHUNK])
            at += len(rest)
    yield rest


def decrypt(key: bytes, context: bytes, file: BinaryIO, length: int) -> bytearray:
    """
    Return the plaintext of a file of `length` bytes, read from its start.

    The commitment must have been checked before. ContentError if a chunk does not decrypt.
    """
    plain = bytearray(plain_size(length))
    decryptor = Cobblestone256Decryptor(key, context)
    done = 0
    try:
        while done_bytes := file.read(_READ):
            piece = decryptor.update(done_bytes)
            plain[done : done + len(piece)] = piece
            done += len(piece)
        piece = decryptor.finalize()
    except (InvalidTag, ValueError):
        raise ContentError("the endorsed file does not decrypt under its own key") from None
    plain[done : done + len(piece)] = piece
    if done + len(piece) != plain_size(length):
        raise ContentError("the endorsed file holds less than its size says")
    return plain


def _leaves(file: BinaryIO) -> Iterator[bytes]:
    yield merkle.leaf_hash(file.read(HEAD_BYTES))
    step = CHUNK + TAG
    while block := file.read(_READ):
        for i in range(0, len(block), step):
            yield hashlib.sha256(b"\0" + block[i : i + step]).digest()


def leaves(file: BinaryIO) -> Iterable[bytes]:
    """Yield the ct leaf hashes of a file: its header, then each chunk."""
    return _leaves(file)


def root(file: BinaryIO) -> bytes:
    """Return ct-root of a file, read from its start."""
    return merkle.root(_leaves(file))
