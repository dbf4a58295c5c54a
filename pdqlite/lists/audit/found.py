"""
What an audit finds: checks with their verdicts, releases with their counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from pdqlite.errors import (
    ListError,
)
from pdqlite.lists.format.files import Files
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.log.checkpoint import Checkpoint
from pdqlite.lists.log.policy import LogPolicy
from pdqlite.lists.log.record import Record
from pdqlite.lists.verify.auditor import VerifiedList

PASSED, FAILED, WITHHELD, NOT_POSSIBLE = "passed", "failed", "withheld", "not-possible"
TIME_UP = "time is up; give more with --max-seconds"
VERDICTS = (FAILED, WITHHELD, PASSED, NOT_POSSIBLE)  # the first that any finding has is the check's

# Token of each check, in the order of the report, and what it asks.
CHECKS = {
    "log-signature": "the checkpoint is signed by the log that the policy names",
    "log-root": "the published leaves have the root that the checkpoint names",
    "log-proofs": "each release, and each policy after the first, has a proof, and it is of this log",
    "log-tiles": "the published hashes are those of the leaves",
    "log-continues": "the log goes on from the earlier checkpoint that was given",
    "log-consistent": "the consistency files of the releases prove that the log goes on",
    "log-leaves": "every leaf is a policy or manifest in its place, each naming the one before",
    "policies": "every policy follows the one before it, by the root quorum of both",
    "witnessed": "a quorum of the policy's witnesses has cosigned the newest checkpoint",
    "fresh": "they did so within the policy's max-age",
    "device": "a device with the pins that were given takes the newest release",
    "updates": "a device that holds an earlier release takes the newest one",
    "records": "every dispute and withdrawal is signed by the organisation it names",
    "audited": "as many of the pinned auditors as are asked for passed the newest release",
    "endorsed": "each release is signed by the quorum of the policy it names",
    "list-bytes": "each encrypted list is, byte for byte, the one that was signed",
    "inventory": "published counts are proven under the content root",
    "content": "each list opens under the key and has the content root that was signed",
    "rules": "entries keep the rules: order, marks, counts, organisations, plausible hashes",
    "delta-bytes": "each delta is the one that was signed",
    "delta-content": "each delta leads to the content that was signed",
    "canary": "none of the innocent pictures that were given matches",
}

_NOTHING = {
    "audited": "no auditor is pinned",
    "records": "no dispute or withdrawal in the log",
    "delta-bytes": "no release here offers a delta",
    "delta-content": "no release here offers a delta",
    "canary": "no innocent pictures given",
}


class TimeUpError(Exception):
    """The time for an audit is over; what was not reached is withheld. Never leaves the audit."""


class InTime:
    """The files of a place until a moment: then TimeUpError, whatever is asked for."""

    def __init__(self, files: Files, until: float) -> None:
        self._files, self._until = files, until

    def _check(self) -> None:
        if time.monotonic() > self._until:
            raise TimeUpError

    def open(self, name: str) -> BinaryIO:
        self._check()
        return self._files.open(name)

    def size(self, name: str) -> int:
        self._check()
        return self._files.size(name)


@dataclass(frozen=True, slots=True)
class Check:
    """Verdict of one check, and why; `checked` of the `total` things that it is about were looked at."""

    token: str
    verdict: str
    said: str
    checked: int = 0
    total: int = 0


@dataclass(slots=True)
class _Tally:
    """What was found for one check: how often each verdict, and the first few words to each."""

    counts: dict[str, int] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)
    skipped: int = 0

    def enter(self, verdict: str, said: str) -> None:
        self.counts[verdict] = self.counts.get(verdict, 0) + 1
        known = self.said.setdefault(verdict, [])
        if said and len(known) < _WORDS and said not in known:
            known.append(said)

    def check(self, token: str) -> Check:
        verdict = next((v for v in VERDICTS if v in self.counts), NOT_POSSIBLE)
        found, looked = sum(self.counts.values()), self.counts.get(PASSED, 0) + self.counts.get(FAILED, 0)
        told = [
            s
            for v in VERDICTS
            if v == verdict or (verdict == PASSED and v == NOT_POSSIBLE)
            for s in self.said.get(v, [])
        ]
        more = found - self.counts.get(PASSED, 0) - len(told)
        missing = "; ".join(told[:4]) + (f" and {more + len(told) - 4} more" if len(told) > 4 else "")
        many = (
            f"{self.counts.get(PASSED, 0)} of {found + self.skipped} passed"
            if found + self.skipped > 1 and looked
            else ""
        )
        return Check(token, verdict, "; ".join(part for part in (many, missing) if part), looked, found + self.skipped)


_WORDS = 64


@dataclass(slots=True)
class Release:
    """
    One release as the audit saw it.

    Attributes:
        manifest: What its leaf, or its file, says.
        present: Its files are here.
        signers: Organisations whose signature on it is good.
        counts: Entries; None unless an inventory or the key shows them.
        by_category, by_source: Entries with each mark, by name; empty as above.
        proven_by: "key", "inventory", or "".
    """

    manifest: Manifest
    present: bool = False
    signers: tuple[str, ...] = ()
    counts: int | None = None
    by_category: dict[str, int] = field(default_factory=dict)
    by_source: dict[str, int] = field(default_factory=dict)
    proven_by: str = ""


@dataclass(slots=True)
class Audit:
    """
    Everything an audit found.

    Attributes:
        now: When it was made, POSIX seconds.
        releases: In the order of the log.
        policies: Chain of policies, oldest first; empty without log.
        checkpoint: Newest of the log; None without log.
        witnesses: Name to POSIX seconds of each good cosignature on it.
        with_key: A list key was used.
        canary: Pictures looked at and matches among them; None if none were given.
        canary_found: Of each of those matches: the picture's file, entry, false-match rate.
        newest: The newest release, decrypted and checked; None without its key.
        total: Releases in the log; of a long one, `releases` are the newest.
        records: Disputes and withdrawals, oldest first; of more than 4096, the newest.
        signed: The file `checkpoint` as it was read; empty without log.
    """

    now: int
    releases: list[Release] = field(default_factory=list)
    policies: list[LogPolicy] = field(default_factory=list)
    checkpoint: Checkpoint | None = None
    witnesses: dict[str, int] = field(default_factory=dict)
    with_key: bool = False
    canary: tuple[int, int] | None = None
    canary_found: list[tuple[str, int, float]] = field(default_factory=list)
    newest: VerifiedList | None = None
    total: int = 0
    records: list[Record] = field(default_factory=list)
    signed: bytes = b""
    _done: set[str] = field(default_factory=set)
    _found: dict[str, _Tally] = field(default_factory=dict)

    def add(self, token: str, verdict: str, said: str) -> None:
        """Enter one finding of a check."""
        assert token in CHECKS
        self._found.setdefault(token, _Tally()).enter(verdict, said)

    def done(self, *tokens: str) -> None:
        """Say that these checks have looked at all that they are about."""
        self._done.update(tokens)

    def late(self, tokens: Iterable[str]) -> None:
        """Time is up: those of these checks that are not done are withheld, whatever passed so far."""
        for token in tokens:
            if token not in self._done and WITHHELD not in self._found.setdefault(token, _Tally()).counts:
                self.add(token, WITHHELD, TIME_UP)

    def skip(self, token: str, count: int) -> None:
        """Say that a check is about so many things more that nobody asked to look at."""
        self._found.setdefault(token, _Tally()).skipped += count

    @contextmanager
    def check(self, token: str, where: str = "") -> Iterator[list[str]]:
        """
        Enter "passed" if what is inside raises no ListError, else "failed" and the status.

        Gives a list: what is put there is said of a check that passed.
        """
        told: list[str] = []
        try:
            yield told
        except ListError as error:
            self.add(token, FAILED, f"{where}{error.status}: {error}")
        except TimeUpError:
            self.add(token, WITHHELD, f"{where}{TIME_UP}")
            raise
        else:
            self.add(token, PASSED, where + told[0] if told else "")

    @property
    def checks(self) -> list[Check]:
        """One verdict for each check: failed if anything failed, withheld if anything was, passed if anything passed."""
        nothing = {token: _NOTHING.get(token, "nothing to check") for token in CHECKS}
        found = [self._found.get(token, _Tally()).check(token) for token in CHECKS]
        return [c if c.total else Check(c.token, c.verdict, nothing[c.token]) for c in found]

    @property
    def failed(self) -> bool:
        """Return True if any check failed."""
        return any(c.verdict == FAILED for c in self.checks)

    @property
    def withheld(self) -> bool:
        """Return True if anything is missing that a published list has."""
        return any(c.verdict == WITHHELD or WITHHELD in self._found.get(c.token, _Tally()).counts for c in self.checks)
