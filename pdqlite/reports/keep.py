"""
What stays with the reporter: the secret of the reply keys, whom the report went to, marks of its hashes
(docs/formats/report.md, section 7).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pdqlite.lists.format.encoding import Lines, tobase64, unhash
from pdqlite.lists.format.files import write_new
from pdqlite.lists.format.keys import read_secret
from pdqlite.lists.format.note import Signer, VerifierKey
from pdqlite.reports.items import MAX_FRAMES, Item, strict, take_id
from pdqlite.reports.notes import REPLY
from pdqlite.reports.text import MAX_RECIPIENTS, Reply

MAGIC = "pdqlite.org/report-keep/v1"
MAX_BYTES = 131_072
_SIGN, _RECEIVE = b"pdqlite.org/report-reply/v1 sign\n", b"pdqlite.org/report-reply/v1 receive\n"


@dataclass(frozen=True, slots=True)
class Keep:
    """
    One report, as its reporter holds it.

    Attributes:
        id: Of the report.
        secret: 32 random bytes, from which the reply keys come.
        to: Keys that sign receipts.
        marks: One for each hash of the report.
    """

    id: bytes
    secret: bytes = field(repr=False)
    to: tuple[VerifierKey, ...]
    marks: tuple[bytes, ...] = field(repr=False, default=())

    @classmethod
    def new(cls, name: bytes, to: Sequence[VerifierKey], items: Sequence[Item]) -> Keep:
        """Draw the secret of a report."""
        secret = secrets.token_bytes(32)
        return cls(name, secret, tuple(to), tuple(_mark(secret, item.bits) for item in items))

    @property
    def signer(self) -> Signer:
        """What signs a withdrawal."""
        return Signer(REPLY, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(_SIGN + self.secret).digest()))

    @property
    def receiver(self) -> X25519PrivateKey:
        """What opens receipts."""
        return X25519PrivateKey.from_private_bytes(hashlib.sha256(_RECEIVE + self.secret).digest())

    @property
    def reply(self) -> Reply:
        """The public halves, as the report names them."""
        return Reply(self.signer.verifier.public, self.receiver.public_key().public_bytes_raw())

    def knows(self, bits: bytes) -> bool:
        """Return True if a hash is one of the report's."""
        return _mark(self.secret, bits) in self.marks

    def __bytes__(self) -> bytes:
        lines = [MAGIC, f"id {tobase64(self.id)}", f"secret {tobase64(self.secret)}"]
        lines += [f"to {key}" for key in self.to] + [f"mark {tobase64(mark)}" for mark in self.marks]
        return ("\n".join(lines) + "\n").encode()

    @classmethod
    @strict
    def parse(cls, data: bytes) -> Keep:
        """Read a keep file; ReportFormatError unless it is one."""
        lines = Lines(data, "keep file")
        lines.whole(MAGIC)
        name, secret = take_id(lines, "id"), unhash(lines.take("secret", 1)[0], "secret")
        to: list[VerifierKey] = []
        while not to or (lines.peek() == "to" and len(to) < MAX_RECIPIENTS):
            to.append(VerifierKey.parse(lines.take("to", 1)[0]))
        marks: list[bytes] = []
        while not marks or (lines.peek() == "mark" and len(marks) < MAX_FRAMES):
            marks.append(unhash(lines.take("mark", 1)[0], "mark"))
        lines.end()
        return cls(name, secret, tuple(to), tuple(marks))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a new file, mode 0600."""
        write_new(Path(path), bytes(self), 0o600)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Keep:
        """Read a keep file that nobody else may read: KeyFileError, ReportFormatError."""
        return cls.parse(read_secret(path))


def _mark(secret: bytes, bits: bytes) -> bytes:
    return hashlib.sha256(secret + bits).digest()
