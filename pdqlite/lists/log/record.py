"""
Disputes and withdrawals: what an organisation says of one entry, in the log (docs/formats/list-audit.md, section 19).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pdqlite.errors import ListFormatError, UnendorsedError
from pdqlite.lists.format import encoding
from pdqlite.lists.format.encoding import Lines, number, tobase64, unhash
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.policy import LogPolicy

MAGIC = "pdqlite.org/record/v1"
DISPUTED, WITHDRAWN, LIFTED = KINDS = ("disputed", "withdrawn", "lifted")
MAX_RECORDS = 4096


@dataclass(frozen=True, slots=True)
class Record:
    """
    One record.

    Attributes:
        origin: Name of the list.
        seq: Its own index in the log.
        time: POSIX seconds.
        by: Key name of the organisation.
        kind: "disputed", "withdrawn" or "lifted": the last one of an organisation on an entry counts.
        release, leaf: The entry: hash of its leaf in the content tree of that release. It says nothing of the hash.
        reason: One word.
        contact: How somebody affected reaches the organisation, like mailto:desk@hotline.example.
    """

    origin: str
    seq: int
    time: int
    by: str
    kind: str
    release: int
    leaf: bytes
    reason: str
    contact: str

    @property
    def text(self) -> bytes:
        """The one encoding."""
        lines = [MAGIC, f"origin {self.origin}", f"seq {self.seq}", f"time {self.time}", f"by {self.by}"]
        lines += [f"record {self.kind}", f"release {self.release}", f"leaf {tobase64(self.leaf)}"]
        return ("\n".join([*lines, f"reason {self.reason}", f"contact {self.contact}"]) + "\n").encode()

    @classmethod
    def parse(cls, text: bytes) -> Record:
        """Read a record's text; ListFormatError if it breaks the grammar."""
        lines = Lines(text, "record")
        lines.whole(MAGIC)
        origin = encoding.name(lines.take("origin", 1)[0], "record: origin")
        seq, time = (number(lines.take(word, 1)[0], f"record: {word}") for word in ("seq", "time"))
        by, kind = encoding.name(lines.take("by", 1)[0], "record: by"), lines.take("record", 1)[0]
        release = number(lines.take("release", 1)[0], "record: release")
        leaf = unhash(lines.take("leaf", 1)[0], "record: leaf")
        reason = encoding.token(lines.take("reason", 1)[0], "record: reason")
        contact = encoding.name(lines.take("contact", 1)[0], "record: contact")
        lines.end()
        if kind not in KINDS:
            raise ListFormatError(f"record: expected {', '.join(KINDS)}")
        if release >= seq:
            raise ListFormatError("record: expected a release that was in the log before it")
        return cls(origin, seq, time, by, kind, release, leaf, reason, contact)


def check_signed(signed: Note, policies: Iterable[LogPolicy]) -> Record:
    """
    Return the record of a note that the organisation it names has signed, under the policy in force at its place.

    Raises:
        ListFormatError: Another grammar, or another list.
        UnendorsedError: That policy does not name the organisation, or it did not sign.
    """
    record = Record.parse(signed.text)
    force = [p for p in policies if p.seq < record.seq][-1:]
    keys = [k for p in force for k in p.endorsers.members.values() if k.name == record.by]
    if not keys or record.origin != force[0].origin:
        raise UnendorsedError(f"the policy in force names no organisation {record.by}")
    if not signed.signers(keys):
        raise UnendorsedError(f"{record.by} did not sign this record")
    return record


def standing(records: Iterable[Record]) -> list[Record]:
    """Return what stands: of each organisation on each entry the last record, unless that lifts the one before."""
    last = {(r.by, r.release, r.leaf): r for r in sorted(records, key=lambda r: r.seq)}
    return [r for r in last.values() if r.kind != LIFTED]
