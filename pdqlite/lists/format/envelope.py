"""
Envelopes: a list key for one recipient (docs/formats/list-sharing.md, section 14). HPKE, RFC 9180.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from pdqlite.errors import ArgumentError, ListFormatError, WrongKeyError
from pdqlite.lists.format import encoding
from pdqlite.lists.format.keys import check_list_key

MAGIC = b"PDQLEV1\0"
HEAD = 32
KEY_BYTES, TAG = 32, 16
_KDF_ID, _AEAD_ID = 1, 2  # HKDF-SHA256, AES-256-GCM
# KEM number of RFC 9180 to what `cryptography` calls it, and the bytes of its encapsulated key.
_KEMS = {0x0010: (KEM.P256, 65), 0x0020: (KEM.X25519, 32)}

Private = X25519PrivateKey | EllipticCurvePrivateKey
Public = X25519PublicKey | EllipticCurvePublicKey


def key_id(key: bytes, origin: str) -> bytes:
    """Return the 16 bytes by which a list key is named; they say nothing of it."""
    return hashlib.sha256(f"pdqlite.org/list-key/v1\n{origin}\n".encode() + key).digest()[:16]


def _info(origin: str, name: bytes) -> bytes:
    return f"pdqlite.org/envelope/v1\n{origin}\n{encoding.tobase64(name)}\n".encode()


def suite(kem: int) -> Suite:
    """Return the cipher suite of the envelopes for one KEM number of RFC 9180."""
    return Suite(_KEMS[kem][0], KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _kem_of(key: Private | Public) -> int:
    if isinstance(key, X25519PrivateKey | X25519PublicKey):
        return 0x0020
    if isinstance(key.curve, SECP256R1):
        return 0x0010
    raise ArgumentError("a recipient's key is X25519 or P-256")


def _head(kem: int, name: bytes) -> bytes:
    numbers = b"".join(n.to_bytes(2, "big") for n in (kem, _KDF_ID, _AEAD_ID, 0))
    return MAGIC + numbers + name


def seal(key: bytes, to: Public, origin: str) -> bytes:
    """
    Return the envelope that carries a list key to one recipient.

    Args:
        key: 32 bytes.
        to: X25519 or P-256 public key of a vendor, device or auditor.
        origin: Name of the list.

    Raises:
        ArgumentError: The recipient's key is of another kind, or one of the few X25519 keys whose secret everybody knows.
    """
    key, name, kem = check_list_key(key), key_id(key, encoding.name(origin, "origin")), _kem_of(to)
    try:
        return _head(kem, name) + suite(kem).encrypt(key, to, _info(origin, name))
    except ValueError:
        raise ArgumentError(
            "the recipient's key is of small order: what is sealed to it is open to everybody; ask for another key"
        ) from None


def open_envelope(data: bytes, private: Private, origin: str) -> bytes:
    """
    Return the list key of an envelope.

    Raises:
        ListFormatError: Not an envelope, or one for another kind of key.
        WrongKeyError: It is not for this recipient or this list, or was changed.
    """
    kem, name = _kem_of(private), data[16:HEAD]
    encapsulated = _KEMS[kem][1]
    if data[:HEAD] != _head(kem, name) or len(data) != HEAD + encapsulated + KEY_BYTES + TAG:
        raise ListFormatError("not an envelope for this kind of recipient key")
    try:
        key = suite(kem).decrypt(data[HEAD:], private, _info(origin, name))
    except (InvalidTag, ValueError):
        raise WrongKeyError("the envelope does not open: not for this key, or not of this list") from None
    if key_id(key, origin) != name:
        raise WrongKeyError("the envelope carries another key than it names")
    return key
