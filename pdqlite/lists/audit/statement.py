"""
What an auditor signs and publishes (docs/formats/list-audit.md, section 17).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from pdqlite.errors import ListFormatError, UnauditedError
from pdqlite.lists.audit.found import FAILED, NOT_POSSIBLE, PASSED, WITHHELD, Audit
from pdqlite.lists.format import encoding
from pdqlite.lists.format.encoding import Lines, number, tobase64, unhash
from pdqlite.lists.format.note import Note, Signature, Signer
from pdqlite.lists.verify.audited import passed

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


# Checks whose answer depends on nothing but what was published and the list key.
FIXED = (
    "log-root", "log-tiles", "log-leaves", "endorsed", "list-bytes", "inventory", "content", "rules", "delta-bytes", "delta-content",
)  # fmt: skip


def contradictions(one: Statement, other: Statement) -> tuple[list[str], list[str]]:
    """
    Return where two statements of one release contradict each other: what shows two views, and what two auditors
    say of the same things. Both empty: they say nothing against each other.

    Raises:
        ListFormatError: They are of different lists or releases.
    """
    if (one.origin, one.seq) != (other.origin, other.seq):
        raise ListFormatError("these statements are of different lists or releases: nothing to compare")
    views, answers = [], []
    if one.content != other.content:
        views.append(f"release {one.seq} has two contents")
    heads = one.checkpoint, other.checkpoint
    if heads[0] and heads[1] and heads[0][0] == heads[1][0] and heads[0][1] != heads[1][1]:
        views.append(f"the log has two roots at {heads[0][0]} leaves")
    for token in FIXED:
        a, b = one.checks.get(token), other.checks.get(token)
        if a is None or b is None or one.with_key != other.with_key or not a.checked == a.total == b.checked == b.total:
            continue
        if {a.verdict, b.verdict} == {PASSED, FAILED}:
            answers.append(f"{token} {a.verdict} in the first, {b.verdict} in the second")
    return views, answers


NEEDED = ("device", "content", "rules")  # what an auditor's line on a manifest promises beside "nothing failed"


def line(found: Audit, auditor: Signer) -> Signature:
    """
    Return the line for the manifest of the newest release that devices ask for; `auditor` is a signer of type 4.

    Raises:
        UnauditedError: The audit does not say what the line says: something failed, was withheld, or was not looked at.
    """
    verdicts = {check.token: check.verdict for check in found.checks}
    missing = [token for token in NEEDED if verdicts[token] != PASSED]
    newest, opened = found.releases[-1].manifest if found.releases else None, found.newest
    if found.failed or found.withheld:
        raise UnauditedError("no line for this release: a check failed, or something was withheld")
    if missing or newest is None or opened is None or opened.manifest.text != newest.text:
        raise UnauditedError(
            f"no line for this release: {', '.join(missing) or 'the newest release'} was not checked; give --trust and --key"
        )
    return passed(newest.text, auditor, found.now)


def sign(statement: Statement, auditor: Signer) -> bytes:
    """Return the signed note."""
    return bytes(Note(statement.text, (auditor.sign(statement.text),)))
