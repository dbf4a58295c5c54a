"""
Reports and withdrawals that came in, opened and put on the desk, some hundred at a time and at most some megabytes of them: memory does not grow
with their size, nor with their number but for some hundred bytes of each group that is on the desk.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pdqlite.errors import (
    ReportConflictError,
    ReportError,
    ReportFormatError,
    ReportSignatureError,
    UnendorsedError,
    UnreadableError,
)
from pdqlite.lists.format.files import open_regular
from pdqlite.lists.format.note import Note, VerifierKey
from pdqlite.reports import notes, sealing
from pdqlite.reports.clusters import Clusters
from pdqlite.reports.desk import ACCEPTED, BLOCKED, OPEN, WITHDRAWN, Desk
from pdqlite.reports.early import Early
from pdqlite.reports.grouping import Shape
from pdqlite.reports.text import Content

BATCH = 512
HELD = 16 << 20  # bytes of files that wait to be put on the desk
_FOREVER = ("format", "seal", "conflict")  # refusals that no other key changes
KEPT = 100  # anonymous reports of one group whose content is kept; of the others id and reply keys are
LATER = 10  # and so many of each later run, so that a flood does not fill a group for good


@dataclass(frozen=True, slots=True)
class Office:
    """
    What an organisation brings to open its reports.

    Attributes:
        keys: Private keys by key ID, older ones too.
        retired: IDs of the older ones.
        known: Keys of trusted reporters and organisations, by name.
        blocked: Keys whose reports are set aside, by name.
    """

    keys: Mapping[bytes, X25519PrivateKey]
    retired: frozenset[bytes] = frozenset()
    known: Mapping[str, VerifierKey] = field(default_factory=dict)
    blocked: Mapping[str, VerifierKey] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Opened:
    content: Content
    retired: bool
    signer: str | None
    blocked: bool


class Taking:
    """
    One run that takes files in.

    Args:
        channel: Where they came from, one word: bursts are judged by it.
        now: POSIX seconds.

    Attributes:
        counts: How many were "new", "repeat", "withdrawn", "refused", "blocked", "seen" (refused before), "unknown" (withdrawals of
            reports that are not here; they wait on the desk for them), "unkept" (those that do not wait, of this run or pushed out by it, as too
            many do: their files have to be opened again), "filled" (reports that were here without their content, and have it now).
        standing: Withdrawn reports that had been accepted: their acceptances have to be removed (deciding.recall).
    """

    def __init__(self, desk: Desk, office: Office, channel: str, now: int) -> None:
        self.counts: Counter[str] = Counter()
        self._desk, self._office, self._now = desk, office, now
        self._clusters = Clusters(desk)
        self._run = desk.tell("INSERT INTO run (time, channel) VALUES (?, ?)", (now, channel))
        self._waiting: list[tuple[bytes, _Opened]] = []
        self._withdrawals: list[bytes] = []
        self._held = 0
        self._late: Counter[int] = Counter()
        self._early = Early(desk, self._run, now)
        self.standing = 0

    def take(self, files: Iterable[tuple[str, Path]]) -> Iterable[tuple[str, Exception | None]]:
        """Take files in, each with its name; yields the name, and why it was refused. Names are not kept."""
        for name, path in files:
            problem: Exception | None = None
            try:
                self._one(path)
            except (ReportError, UnreadableError) as error:
                problem = error
                self.counts["refused"] += 1
            if max(len(self._waiting), len(self._withdrawals)) >= BATCH or self._held >= HELD:
                self._put()
            yield name, problem
        self._put()

    def _one(self, path: Path) -> None:
        data = _read(path)
        if data.startswith(notes.WITHDRAWAL.encode()):
            notes.parse_withdrawal(data)
            self._withdrawals.append(data)
            self._held += len(data)
            return
        digest = hashlib.sha256(data).digest()
        before = self._desk.one("SELECT status FROM refused WHERE digest = ?", (digest,))
        if before and before[0] in _FOREVER:
            self.counts["seen"] += 1
            return
        try:
            self._waiting.append((digest, self._open(data)))
            self._held += len(data)
            if before:  # keys that were missing are given now
                self._desk.tell("DELETE FROM refused WHERE digest = ?", (digest,))
        except ReportError as error:
            self._refuse(digest, error)
            raise

    def _open(self, data: bytes) -> _Opened:
        content, key = sealing.unseal(data, dict(self._office.keys))
        signer, blocked = None, False
        if content.signature is not None:
            note = Note(content.report.text, (content.signature,))
            blocked = _signed(note, self._office.blocked)
            if not blocked and _signed(note, self._office.known):
                signer = content.signature.name
        return _Opened(content, key in self._office.retired, signer, blocked)

    def _refuse(self, digest: bytes, error: ReportError) -> None:
        self._desk.tell(
            "INSERT OR IGNORE INTO refused (digest, status, reason, run) VALUES (?, ?, ?, ?)",
            (digest, error.status, str(error), self._run),
        )

    def _put(self) -> None:
        """Put what waits on the desk: reports, then withdrawals."""
        (waiting, self._waiting), (withdrawals, self._withdrawals), self._held = (self._waiting, []), (self._withdrawals, []), 0  # fmt: skip
        with self._desk.at_once():
            fresh: dict[bytes, _Opened] = {}
            again: list[tuple[bytes]] = []
            for digest, opened in waiting:
                report = opened.content.report
                text = hashlib.sha256(report.text).digest()
                there = self._desk.one("SELECT text FROM report WHERE id = ?", (report.id,))
                known = (
                    there[0]
                    if there
                    else hashlib.sha256(fresh[report.id].content.report.text).digest()
                    if report.id in fresh
                    else None
                )
                if known is None:
                    fresh[report.id] = opened
                elif known != text:
                    self.counts["refused"] += 1
                    self._refuse(digest, ReportConflictError("the id of a report that is here, with another text"))
                elif there and self._unblocked(opened):
                    fresh[report.id] = opened
                else:
                    again.append((report.id,))
                    blocked = there is not None and self._judged_anew(opened)
                    self.counts["blocked" if blocked else "repeat"] += 1
                    if there:
                        self._fill(opened)
            self._add(list(fresh.values()))
            for one in again:  # now that their first ones are on the desk
                self._desk.tell("UPDATE report SET repeats = repeats + 1 WHERE id = ?", one)
            for data in withdrawals:
                self._withdraw(data)
        self.counts += Counter()  # what is 0 goes

    def _add(self, fresh: list[_Opened]) -> None:
        grouped = [opened for opened in fresh if not opened.blocked]
        shapes = [Shape.of(o.content.report.kind, o.content.report.items) for o in grouped]
        groups = dict(zip((o.content.report.id for o in grouped), self._clusters.place(shapes, self._run), strict=True))
        for opened in fresh:
            self._insert(opened, groups.get(opened.content.report.id))
            self.counts["blocked" if opened.blocked else "new"] += 1
            name = opened.content.report.id
            for note, run in self._early.take(name):
                self.counts["unknown"] -= run == self._run
                self._withdraw(note)

    def _place(self, opened: _Opened, group: int) -> bool:
        """Take a place for the content of a report in its group; False if there is none."""
        if opened.signer is not None:
            return True
        kept, begun = self._desk.one("SELECT kept, run FROM cluster WHERE number = ?", (group,)) or (0, 0)
        if kept >= KEPT:
            if begun == self._run or self._late[group] >= LATER:
                return False
            self._late[group] += 1
        self._desk.tell("UPDATE cluster SET kept = kept + 1 WHERE number = ?", (group,))
        return True

    def _fill(self, opened: _Opened) -> None:
        """Take the content of a report that is here without it, as a flood had filled its group."""
        report = opened.content.report
        found = self._desk.one(
            "SELECT cluster FROM report WHERE id = ? AND items IS NULL AND state IN (?, ?)",
            (report.id, OPEN, ACCEPTED),
        )
        if found is None or not self._place(opened, found[0]):
            return
        self.counts["filled"] += 1
        self._desk.tell(
            "UPDATE report SET items = ?, statement = ? WHERE id = ?", (_lines(opened), report.statement, report.id)
        )

    def _key_of(self, opened: _Opened) -> str | None:
        """Return the key that a report is set aside for; None if it is not."""
        line = opened.content.signature
        return str(self._office.blocked[line.name]) if opened.blocked and line is not None else None

    def _unblocked(self, opened: _Opened) -> bool:
        """
        Remove a report that was set aside, if the key that it was set aside for is blocked no longer and has signed this file too: it is to be put
        on the desk as a new one. The same text under another key changes nothing.
        """
        name, line = opened.content.report.id, opened.content.signature
        found = self._desk.one("SELECT signer FROM report WHERE id = ? AND state = ?", (name, BLOCKED))
        if opened.blocked or found is None or found[0] is None or line is None:
            return False
        key = VerifierKey.parse(found[0])
        try:
            if not _signed(Note(opened.content.report.text, (line,)), {key.name: key}):
                return False
        except ReportSignatureError:
            return False
        self._desk.tell("DELETE FROM report WHERE id = ?", (name,))
        return True

    def _judged_anew(self, opened: _Opened) -> bool:
        """
        Let an open report count by whom is known or blocked since it came. True if it is set aside now.

        Whoever can read a text can sign it with another key and send it again. So that changes nothing but what a known key adds, or what blocking the name by which the
        report is known takes away.
        """
        name, note = opened.content.report.id, opened.content.signature
        found = self._desk.one("SELECT signer, cluster, items IS NOT NULL FROM report WHERE id = ? AND state = ?", (name, OPEN))  # fmt: skip
        if found is None:
            return False
        signer, group, kept = found
        if signer is None and opened.signer is not None:
            self._desk.tell("UPDATE report SET signer = ? WHERE id = ?", (opened.signer, name))
            self._desk.tell("UPDATE cluster SET kept = kept - ? WHERE number = ?", (kept, group))
        if signer is None or not opened.blocked or note is None or note.name != signer:
            return False
        self._desk.tell("UPDATE cluster SET members = members - 1 WHERE number = ?", (group,))
        self._desk.tell(
            "UPDATE report SET state = ?, signer = ?, cluster = NULL, statement = NULL, items = NULL WHERE id = ?",
            (BLOCKED, self._key_of(opened), name),
        )
        return True

    def _insert(self, opened: _Opened, group: int | None) -> None:
        report, reply = opened.content.report, opened.content.report.reply
        keep = group is not None and self._place(opened, group)
        if group is not None:
            self._desk.tell("UPDATE cluster SET members = members + 1 WHERE number = ?", (group,))
        values = (
            report.id, hashlib.sha256(report.text).digest(), BLOCKED if opened.blocked else OPEN, group, self._now, self._run,
            int(opened.retired), report.reporter, self._key_of(opened) or opened.signer, report.category, report.country, report.week, len(report.to),
            reply.sign if reply else None, reply.receive if reply else None, report.statement if keep else None, _lines(opened) if keep else None,
        )  # fmt: skip
        self._desk.tell(
            "INSERT INTO report (id, text, state, cluster, arrived, run, retired, reporter, signer, category, country, week, recipients, "
            "sign, receive, statement, items) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)  # fmt: skip

    def _withdraw(self, data: bytes) -> None:
        name, note = notes.parse_withdrawal(data)
        found = self._desk.one("SELECT sign, state FROM report WHERE id = ?", (name,))
        if found is None:
            kept, lost = self._early.put(name, data)
            self.counts["unknown"] += kept
            self.counts["unkept"] += lost
            return
        try:
            if found[0] is None:
                raise ReportSignatureError("the report has no reply key, so nobody can withdraw it")
            notes.verify_withdrawal(note, found[0])
        except ReportError as error:
            self.counts["refused"] += 1
            self._refuse(hashlib.sha256(data).digest(), error)
            return
        if found[1] != WITHDRAWN:
            self.counts["withdrawn"] += 1
            self.standing += found[1] == ACCEPTED
            self._desk.tell(  # its place is free again: who floods a group and withdraws must not silence others
                "UPDATE cluster SET kept = kept - 1 WHERE number = "
                "(SELECT cluster FROM report WHERE id = ? AND items IS NOT NULL AND signer IS NULL)",
                (name,),
            )
            self._desk.tell(
                "UPDATE report SET state = ?, statement = NULL, items = NULL WHERE id = ?", (WITHDRAWN, name)
            )


def _lines(opened: _Opened) -> bytes:
    return "".join(f"{item.line}\n" for item in opened.content.report.items).encode()


def _read(path: Path) -> bytes:
    try:
        with open_regular(path) as stream:
            data = stream.read(sealing.MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"cannot be opened: {error.strerror}") from None
    if len(data) > sealing.MAX_BYTES:
        raise ReportFormatError(f"more than {sealing.MAX_BYTES} bytes: no report is that long")
    return data


def _signed(note: Note, keys: Mapping[str, VerifierKey]) -> bool:
    """Return True if the one signature line is by one of these keys; ReportSignatureError if it says so and is not."""
    key = keys.get(note.signatures[0].name)
    try:
        return key is not None and bool(note.signers([key]))
    except UnendorsedError as error:
        raise ReportSignatureError(str(error)) from None
