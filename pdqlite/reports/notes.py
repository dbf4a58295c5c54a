"""
Small signed texts around a report: card, trusted reporter, receipt, withdrawal, acceptance (docs/formats/report.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pdqlite.errors import ListFormatError, ReportFormatError, ReportSignatureError, UnendorsedError
from pdqlite.lists.format import encoding
from pdqlite.lists.format.encoding import Lines, number, tobase64, unhash
from pdqlite.lists.format.note import MAX_BYTES, Note, Signer, VerifierKey
from pdqlite.reports import sealing
from pdqlite.reports.items import KINDS, Item, strict, take_id, take_items, take_token

CARD, RECEIPT = "pdqlite.org/report-card/v1", "pdqlite.org/report-receipt/v1"
WITHDRAWAL, ACCEPTANCE = "pdqlite.org/report-withdrawal/v1", "pdqlite.org/report-acceptance/v1"
REPORTER = "pdqlite.org/report-reporter/v1"
STATUSES = ("received", "review", "accepted", "listed", "declined", "withdrawn")
REPLY = "reply"
MAX_ACCEPTANCE = 1_048_576
MAX_WITHDRAWAL = 512
MAX_REPORTER = 4_096
MAX_EVIDENCE = 1_048_576


def signed(text: bytes, signer: Signer) -> bytes:
    """Return the note of a text with one signature line."""
    return bytes(Note(text, (signer.sign(text),)))


def _read(data: bytes, what: str, limit: int = MAX_BYTES) -> Note:
    note = Note.parse(data, what, limit)
    if len(note.signatures) != 1:
        raise ListFormatError(f"{what}: expected one signature line")
    return note


def _verified(note: Note, key: VerifierKey, what: str) -> None:
    try:
        good = note.signers([key])
    except UnendorsedError:
        good = ()
    if not good:
        raise ReportSignatureError(f"the {what} is not signed by the key of {key.name} that it should be signed by")


@dataclass(frozen=True, slots=True)
class Card:
    """
    What an organisation publishes to receive reports.

    Attributes:
        name: Of the organisation, as lists name it.
        key: X25519 public key, 32 bytes.
        until: POSIX seconds from which on no report is made to it.
        verifier: The key that signs its receipts.
    """

    name: str
    key: bytes
    until: int
    verifier: VerifierKey

    @property
    def id(self) -> bytes:
        """The key ID by which reports name this organisation."""
        return sealing.key_id(self.key)

    @property
    def text(self) -> bytes:
        """The text that the organisation signs."""
        return (
            f"{CARD}\nname {self.name}\nkey {tobase64(self.key)}\nuntil {self.until}\nvkey {self.verifier}\n".encode()
        )

    @classmethod
    @strict
    def parse(cls, data: bytes) -> Card:
        """Read a card and check its signature: ReportFormatError, ReportSignatureError."""
        note = _read(data, "card")
        lines = Lines(note.text, "card")
        lines.whole(CARD)
        name = encoding.name(lines.take("name", 1)[0], "name")
        key, until = unhash(lines.take("key", 1)[0], "key"), number(lines.take("until", 1)[0], "until")
        verifier = VerifierKey.parse(lines.take("vkey", 1)[0])
        lines.end()
        if verifier.name != name:
            raise ListFormatError("card: its two names differ")
        _verified(note, verifier, "card")
        return cls(name, key, until, verifier)


@dataclass(frozen=True, slots=True)
class Trusted:
    """
    What an organisation says of a reporter whom it knows.

    Attributes:
        name: Of the organisation.
        reporter: The key that signs the reports, under the reporter's name.
        until: POSIX seconds from which on it says nothing.
    """

    name: str
    reporter: VerifierKey
    until: int

    @property
    def text(self) -> bytes:
        """The text that the organisation signs."""
        return f"{REPORTER}\nname {self.name}\nreporter {self.reporter}\nuntil {self.until}\n".encode()

    @classmethod
    @strict
    def claimed(cls, data: bytes) -> Trusted:
        """Read a statement; who signed it is not checked: ReportFormatError."""
        return cls._parse(data)[0]

    @classmethod
    @strict
    def verified(cls, data: bytes, keys: Mapping[str, VerifierKey]) -> Trusted:
        """Read a statement of one of these organisations, by name: ReportFormatError, ReportSignatureError."""
        found, note = cls._parse(data)
        if found.name not in keys:
            raise ReportSignatureError(f"a statement of {found.name}, whose card was not given")
        _verified(note, keys[found.name], "statement")
        return found

    @classmethod
    def _parse(cls, data: bytes) -> tuple[Trusted, Note]:
        note = _read(data, "trusted reporter", MAX_REPORTER)
        lines = Lines(note.text, "trusted reporter")
        lines.whole(REPORTER)
        name = encoding.name(lines.take("name", 1)[0], "name")
        reporter = VerifierKey.parse(lines.take("reporter", 1)[0])
        until = number(lines.take("until", 1)[0], "until")
        lines.end()
        return cls(name, reporter, until), note


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    What an organisation says became of a report.

    Attributes:
        id: Of the report.
        name: Of the organisation.
        time: POSIX seconds.
        status: One of STATUSES.
        reason: Of a report that was declined, one word.
        release: Origin and number of the release that lists it.
        evidence: Size and SHA-256 of the evidence that goes with it.
    """

    id: bytes
    name: str
    time: int
    status: str
    reason: str | None = None
    release: tuple[str, int] | None = None
    evidence: tuple[int, bytes] | None = None

    @property
    def text(self) -> bytes:
        """The text that the organisation signs."""
        lines = [RECEIPT, f"id {tobase64(self.id)}", f"name {self.name}", f"time {self.time}", f"status {self.status}"]
        lines += [f"reason {self.reason}"] if self.reason is not None else []
        lines += [f"release {self.release[0]} {self.release[1]}"] if self.release else []
        lines += [f"evidence {self.evidence[0]} {tobase64(self.evidence[1])}"] if self.evidence else []
        return ("\n".join(lines) + "\n").encode()

    @classmethod
    @strict
    def parse(cls, data: bytes) -> tuple[Receipt, Note]:
        """Read a receipt; the note is not verified yet, as its name says by which key it must be."""
        note = _read(data, "receipt")
        lines = Lines(note.text, "receipt")
        lines.whole(RECEIPT)
        name, who = take_id(lines, "id"), encoding.name(lines.take("name", 1)[0], "name")
        time, status = number(lines.take("time", 1)[0], "time"), lines.take("status", 1)[0]
        if status not in STATUSES:
            raise ListFormatError(f"receipt: expected a status of {', '.join(STATUSES)}")
        reason = take_token(lines, "reason") if status == "declined" else None
        release = evidence = None
        if status == "listed":
            origin, seq = lines.take("release", 2)
            release = encoding.name(origin, "release"), number(seq, "release")
            size, digest = lines.take("evidence", 2)
            evidence = number(size, "evidence", 1, MAX_EVIDENCE), unhash(digest, "evidence")
        lines.end()
        return cls(name, who, time, status, reason, release, evidence), note

    @classmethod
    def verified(cls, data: bytes, key: VerifierKey) -> Receipt:
        """Read a receipt of the organisation that has this key: ReportFormatError, ReportSignatureError."""
        found, note = cls.parse(data)
        if found.name != key.name:
            raise ReportSignatureError(f"a receipt of {found.name}, not of {key.name}")
        _verified(note, key, "receipt")
        return found


def withdrawal(name: bytes, signer: Signer) -> bytes:
    """Return the note that withdraws a report; `signer` is its reply key under the name "reply"."""
    return signed(f"{WITHDRAWAL}\nid {tobase64(name)}\n".encode(), signer)


@strict
def parse_withdrawal(data: bytes) -> tuple[bytes, Note]:
    """Return the id that a withdrawal names, and its note, which is not verified yet."""
    note = _read(data, "withdrawal", MAX_WITHDRAWAL)
    lines = Lines(note.text, "withdrawal")
    lines.whole(WITHDRAWAL)
    name = take_id(lines, "id")
    lines.end()
    return name, note


def verify_withdrawal(note: Note, sign: bytes) -> None:
    """Check that the reply key (Ed25519, 32 bytes) of a report signed its withdrawal."""
    _verified(note, VerifierKey(REPLY, 1, sign), "withdrawal")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """
    What an organisation hands to a publisher.

    Attributes:
        name: Of the organisation.
        id: Of the report.
        time: POSIX seconds.
        kind: "image" or "video".
        category: The organisation's.
        items: As in the report.
    """

    name: str
    id: bytes
    time: int
    kind: str
    category: str
    items: tuple[Item, ...] = field(repr=False)

    @property
    def text(self) -> bytes:
        """The text that the organisation signs."""
        lines = [ACCEPTANCE, f"name {self.name}", f"id {tobase64(self.id)}", f"time {self.time}", f"kind {self.kind}"]
        lines += [f"category {self.category}", *(item.line for item in self.items)]
        return ("\n".join(lines) + "\n").encode()

    @classmethod
    @strict
    def parse(cls, data: bytes) -> tuple[Acceptance, Note]:
        """Return what an acceptance says, and its note, which is not verified yet."""
        note = _read(data, "acceptance", MAX_ACCEPTANCE)
        lines = Lines(note.text, "acceptance")
        lines.whole(ACCEPTANCE)
        who, name = encoding.name(lines.take("name", 1)[0], "name"), take_id(lines, "id")
        time, kind = number(lines.take("time", 1)[0], "time"), lines.take("kind", 1)[0]
        if kind not in KINDS:
            raise ReportFormatError("acceptance: the kind is not image or video")
        found = cls(who, name, time, kind, take_token(lines, "category"), take_items(lines, kind))
        lines.end()
        return found, note

    @classmethod
    def verified(cls, data: bytes, keys: dict[str, VerifierKey]) -> Acceptance:
        """Read an acceptance of one of these organisations, by name: ReportFormatError, ReportSignatureError."""
        found, note = cls.parse(data)
        if found.name not in keys:
            raise ReportSignatureError(f"an acceptance of {found.name}, whose key was not given")
        _verified(note, keys[found.name], "acceptance")
        return found
