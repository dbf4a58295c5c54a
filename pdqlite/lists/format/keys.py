"""
Key files: Ed25519 in PEM (PKCS8) for signing, 32 random bytes in base64 for lists.

Mode 0600 is set on writing and checked on reading. No message and no repr shows a key.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from pdqlite.errors import ArgumentError, KeyFileError, ListFormatError
from pdqlite.lists.format import encoding
from pdqlite.lists.format.files import open_regular, write_new
from pdqlite.lists.format.note import ED25519, ML_DSA_44, Signer, VerifierKey

_LIMIT = 16384
_HEAD = "pdqlite.org/list-key/v1"


def _write(path: str | os.PathLike[str], data: bytes) -> None:
    try:
        write_new(Path(path), data, 0o600)
    except (TypeError, ValueError):
        raise ArgumentError(f"expected the path of a key file, not {type(path).__name__}") from None
    except FileExistsError:
        raise KeyFileError("the key file exists; a key is never overwritten") from None
    except OSError as error:
        raise KeyFileError(f"the key file cannot be written ({error.strerror})") from None


def _read(path: str | os.PathLike[str]) -> bytes:
    try:
        with open_regular(path) as stream:
            status = os.fstat(stream.fileno())
            data = stream.read(_LIMIT + 1)
    except (TypeError, ValueError):
        raise ArgumentError(f"expected the path of a key file, not {type(path).__name__}") from None
    except OSError as error:
        raise KeyFileError(f"the key file cannot be read ({error.strerror})") from None
    if len(data) > _LIMIT:
        raise KeyFileError("not a key file")
    if os.name == "posix" and status.st_mode & 0o077:
        raise KeyFileError("the key file is open to other users; run chmod 600 on it")
    return data


def new_list_key(path: str | os.PathLike[str]) -> bytes:
    """Make a random list key of 32 bytes, write it to a new file (0600) and return it."""
    key = secrets.token_bytes(32)
    save_list_key(path, key)
    return key


def save_list_key(path: str | os.PathLike[str], key: bytes) -> None:
    """Write a list key of 32 bytes to a new file (0600)."""
    _write(path, f"{_HEAD}\n{encoding.tobase64(check_list_key(key))}\n".encode())


def load_list_key(path: str | os.PathLike[str]) -> bytes:
    """Return the 32 bytes of a list key file; KeyFileError if it is none or open to others."""
    head, _, rest = _read(path).partition(b"\n")
    if head != _HEAD.encode() or not rest.endswith(b"\n"):
        raise KeyFileError("not a list key file")
    try:
        return encoding.unhash(rest[:-1].decode("ascii", "replace"), "key file")
    except ListFormatError as error:
        raise KeyFileError(str(error)) from None


def new_signing_key(
    path: str | os.PathLike[str], name: str, kind: int = ED25519, passphrase: bytes | None = None
) -> Signer:
    """Make an Ed25519 key (of kind ML_DSA_44 one of ML-DSA-44), write it to a new PEM file (0600), encrypted under a passphrase, and return it under `name`."""
    encoding.name(name, "key name")
    private = MLDSA44PrivateKey.generate() if kind == ML_DSA_44 else Ed25519PrivateKey.generate()
    sealed = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
    _write(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
    return Signer(name, private, kind)


def is_encrypted(path: str | os.PathLike[str]) -> bool:
    """Return True if a key file is PEM under a passphrase."""
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in _read(path)


def read_secret(path: str | os.PathLike[str]) -> bytes:
    """Return a small file that nobody else may read: a passphrase, a PIN."""
    return _read(path)


def load_signing_key(
    path: str | os.PathLike[str], name: str, kind: int = ED25519, passphrase: bytes | None = None
) -> Signer:
    """Return the Ed25519 key (or ML-DSA-44, which is then its kind) of a PEM file under `name`; KeyFileError if it is no such key, or the passphrase another's."""
    encoding.name(name, "key name")
    try:
        private = load_pem_private_key(_read(path), passphrase)
    except (ValueError, TypeError):
        what = (
            "no unencrypted PEM private key" if passphrase is None else "no PEM private key that this passphrase opens"
        )
        raise KeyFileError(f"the key file holds {what}") from None
    if isinstance(private, MLDSA44PrivateKey) and kind == ED25519:
        return Signer(name, private, ML_DSA_44)
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyFileError("the key file holds a key of another kind, expected Ed25519")
    return Signer(name, private, kind)


def new_recipient_key(path: str | os.PathLike[str]) -> str:
    """Make an X25519 key, write it to a new PEM file (0600) and return its public half as PEM."""
    private = X25519PrivateKey.generate()
    _write(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = private.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def load_recipient_key(path: str | os.PathLike[str]) -> X25519PrivateKey | EllipticCurvePrivateKey:
    """Return the private key of a PEM file to which list keys are sent: X25519, or P-256."""
    try:
        private = load_pem_private_key(_read(path), None)
    except (ValueError, TypeError):
        raise KeyFileError("the key file holds no unencrypted PEM private key") from None
    if not isinstance(private, X25519PrivateKey | EllipticCurvePrivateKey):
        raise KeyFileError("the key file holds a key of another kind, expected X25519 or P-256")
    return private


def to_pem(key: VerifierKey) -> str:
    """Return a public signing key as PEM, SubjectPublicKeyInfo: what other programs read. The name is not in it."""
    public = Ed25519PublicKey.from_public_bytes(key.public)
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def from_pem(pem: bytes, name: str, kind: int = ED25519) -> VerifierKey:
    """Return the verifier key under `name` of a public Ed25519 key in PEM; KeyFileError if it is none."""
    try:
        public = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileError("expected a public key in PEM") from None
    if not isinstance(public, Ed25519PublicKey):
        raise KeyFileError("a public key of another kind, expected Ed25519")
    return VerifierKey(encoding.name(name, "key name"), kind, public.public_bytes_raw())


def load_recipient(path: str | os.PathLike[str]) -> X25519PublicKey | EllipticCurvePublicKey:
    """Return the public key of a PEM file to which list keys are sent: X25519, or P-256."""
    try:
        with open(path, "rb") as stream:
            public = load_pem_public_key(stream.read(_LIMIT))
    except OSError as error:
        raise KeyFileError(f"the key file cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileError("the key file holds no PEM public key") from None
    if not isinstance(public, X25519PublicKey | EllipticCurvePublicKey):
        raise KeyFileError("the key file holds a key of another kind, expected X25519 or P-256")
    return public


def check_list_key(key: bytes) -> bytes:
    """Return `key` if it is 32 bytes."""
    if not isinstance(key, bytes | bytearray) or len(key) != 32:
        raise ArgumentError("list key: expected 32 bytes")
    return bytes(key)
