"""
Withdrawals that came before their reports. They wait on the desk, a bounded number of them; where there is no room, who sent most gives way, and
what does not wait is counted: a flood pushes out its own, and nothing in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pdqlite.reports.desk import Desk

MOST = 100_000  # withdrawals that wait
AGE = 90 * 86_400  # seconds: those that wait for longer make room first
_PART = 512


class Early:
    """
    The withdrawals that wait on one desk, as one run of taking in sees them.

    Args:
        run: Number of the run.
        now: POSIX seconds.
    """

    def __init__(self, desk: Desk, run: int, now: int) -> None:
        self._desk, self._run, self._now = desk, run, now
        self._held: Counter[int] | None = None  # withdrawals that wait, by run
        self._aged = False

    @property
    def _shares(self) -> Counter[int]:
        if self._held is None:
            self._held = Counter(dict(self._desk.ask("SELECT run, count(*) FROM early GROUP BY run")))
        return self._held

    def put(self, name: bytes, note: bytes) -> tuple[int, int]:
        """Let the withdrawal of a report that is not here wait. Returns 1 if it does, else 0; and how many do not wait, itself or others for it."""
        if self._desk.one("SELECT 1 FROM early WHERE id = ? AND note = ?", (name, note)):
            return 1, 0
        lost = self._old() if self._shares.total() >= MOST else 0
        if self._shares.total() >= MOST:
            most, count = self._shares.most_common(1)[0]
            if count <= self._shares[self._run] + 1:
                self._count(self._run, 1)
                return 0, lost + 1
            self._desk.tell(
                "DELETE FROM early WHERE (id, note) = (SELECT id, note FROM early WHERE run = ? LIMIT 1)", (most,)
            )
            self._shares[most] -= 1
            self._count(most, 1)
            lost += 1
        self._desk.tell("INSERT INTO early VALUES (?, ?, ?)", (name, note, self._run))
        self._shares[self._run] += 1
        return 1, lost

    def take(self, name: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield the withdrawals that wait for a report, each with the run that brought it, and take them from the desk."""
        while part := list(self._desk.ask(f"SELECT note, run FROM early WHERE id = ? LIMIT {_PART}", (name,))):
            for note, run in part:
                self._desk.tell("DELETE FROM early WHERE id = ? AND note = ?", (name, note))
                self._shares[run] -= 1
                yield note, run

    def _old(self) -> int:
        """Remove what has waited for long, once a run; returns how many."""
        if self._aged:
            return 0
        self._aged = True
        lost = 0
        for (run,) in list(self._desk.ask("SELECT number FROM run WHERE time < ?", (self._now - AGE,))):
            count = self._shares.pop(run, 0)
            if count:
                self._desk.tell("DELETE FROM early WHERE run = ?", (run,))
                self._count(run, count)
                lost += count
        return lost

    def _count(self, run: int, count: int) -> None:
        self._desk.tell("UPDATE run SET unkept = unkept + ? WHERE number = ?", (count, run))
