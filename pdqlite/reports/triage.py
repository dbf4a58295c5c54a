"""
What a reviewer sees: groups in an order that a flood cannot buy, what a group resembles, and what was set aside.

Anonymous reports are cheap: their number moves a group down nobody's list, and up only within those that nobody known has signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pdqlite.errors import ArgumentError
from pdqlite.index import Index
from pdqlite.reports.desk import OPEN, Desk
from pdqlite.reports.grouping import RADIUS, Rows

STATEMENTS = 3
_PART = 8_192  # groups that are compared at a time


@dataclass(frozen=True, slots=True)
class Limits:
    """
    When a burst is set aside. What is set aside stays on the desk, is counted, and is shown when asked for.

    Attributes:
        signer: Open reports of one known reporter that count; the later ones are set aside.
        burst: Groups of anonymous reports alone that one run may begin; if it began more, those of a single report are set aside.
    """

    signer: int = 200
    burst: int = 500


@dataclass(frozen=True, slots=True)
class Group:
    """
    One group, as a reviewer sees it.

    Attributes:
        number, kind, state: As on the desk.
        reports: Open reports, those that were set aside not among them.
        by_reporter: Of those, by kind of reporter; "trusted" and "organisation" are signed by keys that are known.
        signers: Names of known reporters.
        unknown: Signed, but by keys that are not known: as good as anonymous.
        retired: Sealed to an older key.
        weeks: First and last week in which they were made.
        categories: The reporters' words, the most frequent first.
        statements: Of some of them.
        hash: Of the picture, or the video's middle frame: 32 bytes.
        frames: Rows of the report that the group began with.
        like: A group with the same hashes and other keypoints: one of the two is forged, or much changed.
        near: Labels of what the group resembles.
        looked: Of the open ones, those that a person has begun to look at (report triage --review).
        withdrawn: Reports that were withdrawn.
        bare: Of the open ones, those whose content is not kept, as there were too many.
        before: What was decided of earlier reports of the group; "open" if nothing was.
    """

    number: int
    kind: str
    state: str
    reports: int
    by_reporter: Mapping[str, int]
    signers: tuple[str, ...]
    unknown: int
    retired: int
    looked: int
    weeks: tuple[str, str]
    categories: tuple[str, ...]
    statements: tuple[str, ...]
    hash: bytes
    frames: int
    like: int | None
    near: tuple[str, ...]
    withdrawn: int
    bare: int


class Triage:
    """
    The open groups of a desk.

    Args:
        against: Labels and hashes that nothing harmless is near: negative entries, canaries, popular pictures. Shape (n, 32) each.
    """

    def __init__(self, desk: Desk, limits: Limits = Limits(), against: Sequence[tuple[str, Rows]] = ()) -> None:  # noqa: B008 - frozen
        self._desk, self._limits = desk, limits
        self._near = self._resembling(against)
        desk.tell("DROP TABLE IF EXISTS temp.aside")
        desk.tell("CREATE TEMP TABLE aside (number INTEGER PRIMARY KEY, why TEXT NOT NULL)")
        self._set_aside()

    def _set_aside(self) -> None:
        """Mark the reports that limits set aside; nothing on the desk changes."""
        self._desk.tell(
            "INSERT INTO aside SELECT number, 'signer' FROM (SELECT number, row_number() OVER (PARTITION BY signer ORDER BY number) AS nth "
            "FROM report WHERE signer IS NOT NULL AND state = ?) WHERE nth > ?", (OPEN, self._limits.signer))  # fmt: skip
        self._desk.tell(
            "WITH alone AS (SELECT c.number AS cluster, c.run AS run, min(r.number) AS number, count(*) AS n FROM cluster c "
            "JOIN report r ON r.cluster = c.number WHERE r.state = ? GROUP BY c.number HAVING sum(r.signer IS NOT NULL) = 0), "
            "bursts AS (SELECT run FROM alone GROUP BY run HAVING count(*) > ?) "
            "INSERT OR IGNORE INTO aside SELECT number, 'burst' FROM alone WHERE n = 1 AND run IN (SELECT run FROM bursts)",
            (OPEN, self._limits.burst))  # fmt: skip

    def _resembling(self, against: Sequence[tuple[str, Rows]]) -> dict[int, tuple[str, ...]]:
        """Return the labels of what each group is near to, whole hashes at the radius of grouping."""
        indexes = [(label, Index(rows, radius=RADIUS)) for label, rows in against if len(rows)]
        found: dict[int, tuple[str, ...]] = {}
        part: list[tuple[int, bytes]] = []
        for row in self._desk.ask("SELECT number, rows FROM cluster"):
            part.append((row[0], row[1]))
            if len(part) == _PART:
                _compare(part, indexes, found)
                part = []
        _compare(part, indexes, found)
        return found

    @property
    def aside(self) -> dict[str, int]:
        """Reports that were set aside, by the limit that did: "signer", "burst"."""
        return dict(self._desk.ask("SELECT why, count(*) FROM aside GROUP BY why ORDER BY why"))

    @property
    def counts(self) -> dict[str, int]:
        """Reports by state; "refused" are files that were no report."""
        found = dict(self._desk.ask("SELECT state, count(*) FROM report GROUP BY state ORDER BY state"))
        refused = (self._desk.one("SELECT count(*) FROM refused") or (0,))[0]
        return {**found, "refused": refused} if refused else found

    @property
    def open_groups(self) -> int:
        """Groups with open reports that are not set aside."""
        return int((self._desk.one(f"SELECT count(DISTINCT cluster) FROM report r WHERE {_SHOWN}") or (0,))[0])

    @property
    def unkept(self) -> int:
        """Withdrawals of reports that were not here, and that do not wait for them, as too many did."""
        return int((self._desk.one("SELECT sum(unkept) FROM run") or (0,))[0] or 0)

    def refusals(self) -> Iterator[tuple[str, str, int]]:
        """Yield status, one reason and number of the files that were refused, by status."""
        yield from self._desk.ask(
            "SELECT status, min(reason), count(*) FROM refused GROUP BY status ORDER BY 3 DESC, 1"
        )

    def groups(self, most: int, aside: bool = False) -> Iterator[Group]:
        """
        Yield the groups with open reports, the best founded first: by different known reporters, by their reports, by the number
        of all reports in powers of 16, by age.

        Args:
            most: How many.
            aside: Show those that were set aside, instead.
        """
        if most < 1:
            raise ArgumentError("at least one group is shown")
        shown = "r.state = 'open' AND r.number IN (SELECT number FROM aside)" if aside else _SHOWN
        numbers = [row[0] for row in self._desk.ask(
            f"SELECT r.cluster FROM report r WHERE {shown} GROUP BY r.cluster ORDER BY count(DISTINCT r.signer) DESC, "
            "count(r.signer) DESC, length(printf('%x', count(*))) DESC, min(r.number) LIMIT ?", (most,))]  # fmt: skip
        for number in numbers:
            yield self._group(number, shown)

    def _group(self, number: int, shown: str) -> Group:
        where, values = f"FROM report r WHERE r.cluster = ? AND {shown}", (number,)
        kind, state, rows, like = self._desk.one(
            "SELECT kind, state, rows, like FROM cluster WHERE number = ?", values
        ) or ("", "", b"", None)
        reports, unknown, retired, looked, bare, first, last = self._desk.one(
            f"SELECT count(*), sum(r.signer IS NULL AND r.reporter IN ('trusted', 'organisation')), sum(r.retired), sum(r.looked), sum(r.items IS NULL), min(r.week), max(r.week) {where}", values
        ) or (0, 0, 0, 0, 0, "", "")  # fmt: skip
        by_reporter = dict(self._desk.ask(
            f"SELECT r.reporter, count(*) {where} AND (r.signer IS NOT NULL OR r.reporter IN ('shown', 'guardian')) GROUP BY r.reporter ORDER BY r.reporter", values))  # fmt: skip
        middle = len(rows) // 64
        return Group(
            number=number, kind=kind, state=state, reports=reports, by_reporter=by_reporter,
            signers=self._texts(f"SELECT DISTINCT r.signer {where} AND r.signer IS NOT NULL ORDER BY r.signer LIMIT 20", values),
            unknown=unknown, retired=retired, looked=looked, bare=bare, weeks=(first, last),
            categories=self._texts(f"SELECT r.category {where} GROUP BY r.category ORDER BY count(*) DESC, r.category LIMIT 5", values),
            statements=self._texts(f"SELECT r.statement {where} AND r.statement IS NOT NULL ORDER BY r.signer IS NULL, r.number LIMIT {STATEMENTS}", values),
            hash=rows[32 * middle : 32 * middle + 32], frames=len(rows) // 32, like=like, near=self._near.get(number, ()),
            withdrawn=(self._desk.one("SELECT count(*) FROM report WHERE cluster = ? AND state = 'withdrawn'", values) or (0,))[0],
        )  # fmt: skip

    def _texts(self, sql: str, values: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(row[0] for row in self._desk.ask(sql, values))


_SHOWN = "r.state = 'open' AND r.number NOT IN (SELECT number FROM aside)"


def _compare(
    part: Sequence[tuple[int, bytes]], indexes: Sequence[tuple[str, Index]], found: dict[int, tuple[str, ...]]
) -> None:
    """Add the labels that the groups of a part are near to."""
    if not part or not indexes:
        return
    rows = np.frombuffer(b"".join(block for _, block in part), np.uint8).reshape(-1, 32)
    whose = np.repeat([number for number, _ in part], [len(block) // 32 for _, block in part])
    for label, index in indexes:
        for number in np.unique(whose[index.search_many(rows, RADIUS).query]).tolist():
            found[number] = (*found.get(number, ()), label)
