"""
What an auditor signs and publishes (docs/formats/list.md, section 17).
"""

from __future__ import annotations

from dataclasses import dataclass

from pdqlite.errors import ListFormatError
from pdqlite.lists.audit.found import FAILED, NOT_POSSIBLE, PASSED, Audit
from pdqlite.lists.format import encoding
from pdqlite.lists.format.encoding import Lines, number, tobase64, unhash
from pdqlite.lists.format.note import Note, Signer

MAGIC = "pdqlite.org/audit/v1"
MAX_CHECKS = 64
VERDICTS = (PASSED, FAILED, NOT_POSSIBLE)


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
        checks: Token to verdict.
    """

    origin: str
    seq: int
    content: bytes
    checkpoint: tuple[int, bytes] | None
    time: int
    with_key: bool
    canary: tuple[int, int] | None
    checks: dict[str, str]

    @property
    def text(self) -> bytes:
        """The one encoding."""
        lines = [MAGIC, f"origin {self.origin}", f"seq {self.seq}", f"content {tobase64(self.content)}"]
        head, seen = self.checkpoint, self.canary
        lines.append(f"checkpoint {head[0]} {tobase64(head[1])}" if head else "checkpoint -")
        lines += [f"time {self.time}", f"key {'yes' if self.with_key else 'no'}"]
        lines.append(f"canary {seen[0]} {seen[1]}" if seen else "canary -")
        lines += [f"check {token} {self.checks[token]}" for token in sorted(self.checks)]
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
        checks: dict[str, str] = {}
        while not checks or lines.peek() == "check":
            token, verdict = lines.take("check", 2)
            if verdict not in VERDICTS or len(checks) == MAX_CHECKS or token <= max(checks, default=""):
                raise ListFormatError("audit statement: a check out of order, or with another verdict")
            checks[encoding.token(token, "check")] = verdict
        lines.end()
        return cls(origin, seq, content, checkpoint, time, key == "yes", canary, checks)


def state(found: Audit) -> Statement:
    """Return what an audit found, as its statement says it."""
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
        {check.token: check.verdict for check in found.checks},
    )


def sign(statement: Statement, auditor: Signer) -> bytes:
    """Return the signed note."""
    return bytes(Note(statement.text, (auditor.sign(statement.text),)))
