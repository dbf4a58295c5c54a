"""
What became of every row that was handed in: what a signer reads before signing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pdqlite.exchange import Page
from pdqlite.intake.halves import Halves

_FILES = 20  # whose rows are counted one by one for people
_MEDIA = ("picture", "video", "file", "release")
_NAMED = 1000  # refused rows of one file that are named one by one; more are counted


@dataclass(slots=True)
class FileReport:
    """
    One file that was handed in.

    Attributes:
        name: As given.
        form: Its format, a name of exchange.FORMATS, or "picture" or "video".
        rows: Rows read of each signal.
        columns: Rows of each column of a table and signal.
        unread: Columns of a table of which nothing is read.
        unused: Rows of signals that this list does not carry, by signal.
        refused: (place, reason) of rows that cannot be entries; the first 1000.
        n_refused: How many there are.
        deletions: Rows that withdraw something.
        page: What it says of itself as one page of several.
        broken: Why nothing of it was taken; empty if it was read to its end.
        halves: Its PDQ hashes by their bits.
    """

    name: str
    form: str
    rows: Counter[str] = field(default_factory=Counter)
    columns: Counter[tuple[str, str]] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)
    unused: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)
    n_refused: int = 0
    deletions: int = 0
    halves: Halves = field(default_factory=Halves)
    page: Page = field(default_factory=Page)
    broken: str = ""

    @property
    def more(self) -> bool:
        """It is one page of several, and says that more follows."""
        return self.page.more

    def refuse(self, place: str, reason: str) -> None:
        """Count one row that cannot be an entry."""
        self.n_refused += 1
        if len(self.refused) < _NAMED:
            self.refused.append((place, reason))

    def line(self) -> str:
        """Return it in one line for people."""
        where: dict[str, list[str]] = {}
        for column, signal in sorted(self.columns):
            where.setdefault(signal, []).append(column)
        parts = [
            f"{n} {signal}" + (f" (column {', '.join(where[signal])})" if signal in where else "")
            for signal, n in sorted(self.rows.items())
        ]
        parts += [f"{self.deletions} deletions"] * bool(self.deletions) + [f"{self.n_refused} refused"] * bool(
            self.n_refused
        )
        parts += [f"columns not read: {', '.join(self.unread)}"] * bool(self.unread)
        parts += ["more follows"] * self.more
        if self.broken:
            return f"{self.name}: left out whole: {self.broken}"
        return f"{self.name}: " + ("; ".join(parts) or "no row")

    def record(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "file": self.name, "format": self.form, "rows": dict(sorted(self.rows.items())),
            "columns": [{"column": c, "signal": s, "rows": n} for (c, s), n in sorted(self.columns.items())], "unread_columns": self.unread, "unused": dict(sorted(self.unused.items())),
            "refused": self.n_refused, "refusals": [{"place": place, "reason": reason} for place, reason in self.refused],
            "deletions": self.deletions, "looks_like_digests": self.halves.digests, "more_follows": self.more, "broken": self.broken,
        }  # fmt: skip


@dataclass(slots=True)
class Report:
    """
    A whole build.

    Attributes:
        files: One by one, in the order given.
        kind: Of the list: "image", "video" or "file".
        before: Entries of the release that this one continues, as far as their marks go on.
        of_reports: Entries of that release that accepted reports had marked: those marks do not go on by themselves.
        read: Hashes of this kind that were read.
        flat: Of those, too flat to act on.
        repeated: Given more than once, and one entry now.
        withdrawn: Taken out by a deletion, from this input or from the release before.
        unknown_deletions: Deletions that name nothing that is there.
        still_vouched: Hashes that a deletion names and other organisations than who withdraws still vouch for: they stay.
        min_sources: Organisations that must vouch for an entry.
        unvouched: Left out as fewer do.
        entries: In the list.
        signatures: Of those, with a keypoint signature.
        videos: Different videos of a video list.
        sounds: Of the entries, windows of sound.
        common: Windows of sound left out, as more than 3 videos have them.
        by_category, by_source: Entries of each.
    """

    files: list[FileReport] = field(default_factory=list)
    kind: str = "image"
    before: int = 0
    of_reports: int = 0
    read: int = 0
    flat: int = 0
    repeated: int = 0
    withdrawn: int = 0
    unknown_deletions: int = 0
    still_vouched: int = 0
    min_sources: int = 1
    unvouched: int = 0
    entries: int = 0
    signatures: int = 0
    videos: int = 0
    sounds: int = 0
    common: int = 0
    by_category: dict[str, int] = field(default_factory=dict)
    by_source: dict[str, int] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """Rows of all files that cannot be entries."""
        return sum(f.n_refused for f in self.files)

    @property
    def unused(self) -> Counter[str]:
        """Rows of signals that the list does not carry, by signal."""
        return sum((f.unused for f in self.files), Counter())

    def record(self) -> dict[str, Any]:
        """Return it for JSON."""
        names = (
            "kind",
            "before",
            "of_reports",
            "read",
            "flat",
            "repeated",
            "withdrawn",
            "unknown_deletions",
            "still_vouched",
            "unvouched",
            "entries",
            "signatures",
            "videos",
            "sounds",
            "common",
            "by_category",
            "by_source",
        )
        return {
            **{name: getattr(self, name) for name in names},
            "refused": self.refused,
            "more_follows": sum(f.more for f in self.files),
            "unused": dict(sorted(self.unused.items())),
            "files": [f.record() for f in self.files],
        }

    def lines(self) -> list[str]:
        """Return it for people, a line a fact; facts of zero are left out."""
        found = [
            f"{self.entries} entries in a list of type {self.kind}"
            + (f", of {self.videos} videos" if self.kind == "video" else "")
        ]
        facts = (
            (self.before, "entries of the release before"),
            (self.of_reports, "entries of it had marks from reports: what stands of those came with --reports"),
            (self.signatures, "entries with a keypoint signature"),
            (self.sounds, "entries are windows of sound"),
            (self.common, "windows of sound left out: more than 3 videos of the list have them, as they have a jingle"),
            (self.repeated, "given more than once, kept once"),
            (
                self.flat,
                f"of {self.read - self.withdrawn} hashes left out: too flat to act on (quality under 50), or with bits that no picture sets",
            ),
            (self.withdrawn, "withdrawn by their source"),
            (self.unknown_deletions, "deletions that name nothing that is here"),
            (self.still_vouched, "named by a deletion and kept: other organisations vouch for them"),
            (
                self.unvouched,
                f"of {self.entries + self.unvouched} entries left out: fewer than {self.min_sources} organisations vouch for them (--min-sources)",
            ),
            (self.refused, "rows refused; each is named above and in the report"),
        )
        found += [f"{count} {what}" for count, what in facts if count]
        found += [
            f"{count} rows of {signal}: not carried by this list" for signal, count in sorted(self.unused.items())
        ]
        texts = [f for f in self.files if f.form not in _MEDIA]
        found += [f.line() for f in texts[:_FILES]]
        if len(texts) > _FILES:
            found.append(f"{len(texts) - _FILES} more files: --report FILE counts each")
        found += [f"category {name}: {count}" for name, count in self.by_category.items()]
        found += [f"source {name}: {count}" for name, count in self.by_source.items()]
        return found
