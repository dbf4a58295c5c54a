"""
What an auditor signs and publishes (docs/formats/list.md, section 17).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from pdqlite.errors import ListFormatError
from pdqlite.lists.audit.found import FAILED, NOT_POSSIBLE, PASSED, WITHHELD, Audit
from pdqlite.lists.format import encoding
from pdqlite.lists.format.encoding import Lines, number, tobase64, unhash
from pdqlite.lists.format.note import Note, Signer

MAGIC = "pdqlite.org/audit/v2"
MAX_CHECKS = 64
VERDICTS = (PASSED, FAILED, WITHHELD, NOT_POSSIBLE)


class Verdict(NamedTuple):
    """What one check came to: its verdict, and how many of the things it is about were looked at."""

    verdict: str
    checked: int
    total: int


@dataclass(frozen=True, slots=True)
class Statement:
    """
    One audit, in the words that are signed.

    Attributes:
        origin, seq, content: The newest release, and its content root.
        checkpoint: Size and root of the log; None without log.
        time: POSIX seconds.
        with_key: The list key was used.
        canary: Pictures looked at and matches; None if none were given.
        report: SHA-256 of the report's bytes; None without a report.
        checks: Token to verdict, and how many of how many.
    """

    origin: str
    seq: int
    content: bytes
    checkpoint: tuple[int, bytes] | None
    time: int
    with_key: bool
    canary: tuple[int, int] | None
    report: bytes | None
    checks: dict[str, Verdict]

    @property
    def text(self) -> bytes:
        """The one encoding."""
        lines = [MAGIC, f"origin {self.origin}", f"seq {self.seq}", f"content {tobase64(self.content)}"]
        head, seen = self.checkpoint, self.canary
        lines.append(f"checkpoint {head[0]} {tobase64(head[1])}" if head else "checkpoint -")
        lines += [f"time {self.time}", f"key {'yes' if self.with_key else 'no'}"]
        lines.append(f"canary {seen[0]} {seen[1]}" if seen else "canary -")
        lines.append(f"report {tobase64(self.report)}" if self.report else "report -")
        for token in sorted(self.checks):
            said = self.checks[token]
            lines.append(f"check {token} {said.verdict} {said.checked} {said.total}")
        return ("\n".join(lines) + "\n").encode()

    @classmethod
    def parse(cls, text: bytes) -> Statement:
        """Read a statement's text; ListFormatError unless it is the one encoding of what it says."""
        lines = Lines(text, "audit statement")
        lines.whole(MAGIC)
        origin = encoding.name(lines.take("origin", 1)[0], "origin")
        seq = number(lines.take("seq", 1)[0], "seq")
        content = unhash(lines.take("content", 1)[0], "content")
        head = lines.take("checkpoint", 1, 2)
        time = number(lines.take("time", 1)[0], "time")
        key = lines.take("key", 1)[0]
        seen = lines.take("canary", 1, 2)
        if key not in ("yes", "no") or (len(head) == 1 and head != ["-"]) or (len(seen) == 1 and seen != ["-"]):
            raise ListFormatError("audit statement: expected yes, no or '-'")
        checkpoint = (number(head[0], "checkpoint"), unhash(head[1], "checkpoint")) if len(head) == 2 else None
        canary = (number(seen[0], "canary"), number(seen[1], "canary")) if len(seen) == 2 else None
        shown = lines.take("report", 1)[0]
        report = None if shown == "-" else unhash(shown, "report")
        checks: dict[str, Verdict] = {}
        while not checks or lines.peek() == "check":
            token, verdict, *many = lines.take("check", 4)
            if verdict not in VERDICTS or len(checks) == MAX_CHECKS or token <= max(checks, default=""):
                raise ListFormatError("audit statement: a check out of order, or with another verdict")
            total = number(many[1], "check: total")
            checks[encoding.token(token, "check")] = Verdict(
                verdict, number(many[0], "check: checked", 0, total), total
            )
        lines.end()
        return cls(origin, seq, content, checkpoint, time, key == "yes", canary, report, checks)


def state(found: Audit, report: bytes | None = None) -> Statement:
    """Return what an audit found, as its statement says it; `report`: the bytes of the report that goes with it."""
    if not found.releases:
        raise ListFormatError("nothing to state: no release was found")
    newest, head = found.releases[-1].manifest, found.checkpoint
    return Statement(
        newest.origin,
        newest.seq,
        newest.root,
        (head.size, head.root) if head else None,
        found.now,
        found.with_key,
        found.canary,
        None if report is None else hashlib.sha256(report).digest(),
        {check.token: Verdict(check.verdict, check.checked, check.total) for check in found.checks},
    )


def sign(statement: Statement, auditor: Signer) -> bytes:
    """Return the signed note."""
    return bytes(Note(statement.text, (auditor.sign(statement.text),)))
