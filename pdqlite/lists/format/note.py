"""
Signed notes (C2SP signed-note), as strict as docs/formats/list.md, section 3.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from pdqlite.errors import ArgumentError, ListFormatError, UnendorsedError
from pdqlite.lists.crypto import ed25519
from pdqlite.lists.format import encoding

MAX_BYTES = 131072
MAX_SIGNATURES = 64
ED25519 = 0x01
COSIGNATURE = 0x04
ML_DSA_44 = 0xFF  # C2SP's type for what has no number; the name after it says which
# Signature types (section 3): what stands before the public key in a vkey and in its ID, and bytes of the public key.
TYPES = {ED25519: (b"\x01", 32), COSIGNATURE: (b"\x04", 32), ML_DSA_44: (b"\xffpdqlite.org/ml-dsa-44/v1", 1312)}
_DASH = "\u2014"
_NO_NAME = re.compile("[\u0020+\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """
    A public key with its name.

    Attributes:
        name: Key name, as on signature lines.
        kind: Signature type: 1 Ed25519, 4 Ed25519 cosignature of a witness or auditor, 255 ML-DSA-44.
        public: 32 bytes; 1312 of ML-DSA-44.
    """

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The 4 bytes that tell this key from others of its name."""
        data = self.name.encode() + b"\n" + TYPES[self.kind][0] + self.public
        return hashlib.sha256(data).digest()[:4]

    def __str__(self) -> str:
        data = TYPES[self.kind][0] + self.public
        return f"{self.name}+{self.id.hex()}+{encoding.tobase64(data)}"

    @classmethod
    def parse(cls, text: str, kinds: Iterable[int] = (ED25519,)) -> VerifierKey:
        """Read a vkey of one of the signature types `kinds`."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise ListFormatError("verifier key: expected name+id+base64")
        data = encoding.unbase64(parts[2], "verifier key")
        kind = data[0] if data and data[0] in tuple(kinds) else 0
        before, size = TYPES.get(kind, (b"", -1))
        if not data.startswith(before) or len(data) != len(before) + size:
            raise ListFormatError("verifier key: expected a key of the type used here")
        key = cls(encoding.name(parts[0], "verifier key"), kind, data[len(before) :])
        if parts[1] != key.id.hex():
            raise ListFormatError("verifier key: the ID does not belong to this name and key")
        return key


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, and what the line carries after the key ID."""

    name: str
    id: bytes
    data: bytes

    def __str__(self) -> str:
        return f"{_DASH} {self.name} {encoding.tobase64(self.id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signature lines, parsed but not verified."""

    text: bytes
    signatures: tuple[Signature, ...]

    def __bytes__(self) -> bytes:
        return self.text + b"\n" + "".join(map(str, self.signatures)).encode()

    @classmethod
    def parse(cls, data: bytes, what: str = "note", limit: int = MAX_BYTES) -> Note:
        """Read a note of at most `limit` bytes; ListFormatError unless every byte is where it belongs."""
        if not 1 <= len(data) <= limit:
            raise ListFormatError(f"{what}: expected 1 to {limit} bytes")
        try:
            decoded = data.decode("utf-8")
        except UnicodeDecodeError:
            raise ListFormatError(f"{what}: expected UTF-8") from None
        if any(c < " " and c != "\n" for c in set(decoded)) or not decoded.endswith("\n"):
            raise ListFormatError(f"{what}: a control character, or no line end at the end")
        split = decoded.rfind("\n\n")
        if split < 1 or split + 2 == len(decoded):
            raise ListFormatError(f"{what}: expected a text, an empty line and signature lines")
        lines = decoded[split + 2 : -1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise ListFormatError(f"{what}: more than {MAX_SIGNATURES} signature lines")
        signatures = tuple(_signature(line, what) for line in lines)
        if len({(s.name, s.id) for s in signatures}) != len(signatures):
            raise ListFormatError(f"{what}: two signature lines of one key")
        return cls(decoded[: split + 1].encode(), signatures)

    def signers(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """
        Return those of `keys` (Ed25519 or ML-DSA-44 over the text) that signed, in the order of `keys`.

        Raises:
            UnendorsedError: A line of a known key does not verify: the whole note is refused.
        """
        lines = {(s.name, s.id): s.data for s in self.signatures}
        found = []
        for key in keys:
            data = lines.get((key.name, key.id))
            if data is None:
                continue
            if not _verify(key, data, self.text):
                raise UnendorsedError(f"the signature of {key.name} does not verify")
            found.append(key)
        return tuple(found)


def _verify(key: VerifierKey, signature: bytes, text: bytes) -> bool:
    if key.kind != ML_DSA_44:
        return ed25519.verify(key.public, signature, text)
    try:
        MLDSA44PublicKey.from_public_bytes(key.public).verify(signature, text)
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm:
        raise ArgumentError("this installation's cryptography cannot verify ML-DSA-44: install its own wheel") from None
    return True


def _signature(line: str, what: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != _DASH or not parts[1] or _NO_NAME.search(parts[1]):
        raise ListFormatError(f"{what}: a signature line does not read '{_DASH} name base64'")
    data = encoding.unbase64(parts[2], f"{what}: signature line")
    if not 5 <= len(data) <= 8192:
        raise ListFormatError(f"{what}: a signature line carries {len(data)} bytes, not 5..8192")
    return Signature(parts[1], data[:4], data[4:])


class PrivateKey(Protocol):
    """What a Signer asks of an Ed25519 key (or one of ML-DSA-44), wherever it lies: a file, an agent, a token."""

    def sign(self, data: bytes, /) -> bytes:
        """Return the 64 bytes of a signature; 2420 of ML-DSA-44."""

    def public_key(self) -> Ed25519PublicKey | MLDSA44PublicKey:
        """Return the public half."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name. Its text form never shows the key."""

    name: str
    private: PrivateKey
    kind: int = ED25519

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: bytes) -> Signature:
        """Return the signature line over a note's text."""
        return Signature(self.name, self.verifier.id, self.private.sign(text))
