"""
Everything that was handed in, by the kind of list that can carry it, and the entries that come of it.

Rows are kept as packed columns, without an object each (intake/columns.py): a feed may have millions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from pdqlite import lists
from pdqlite.errors import ArgumentError, ContradictionError, HashFormatError
from pdqlite.exchange import Record
from pdqlite.intake.columns import Columns, Index, Origins, origins_of, packed, row_of, same, united
from pdqlite.intake.common import without_common
from pdqlite.intake.earlier import records_of, told
from pdqlite.intake.mapping import category_token
from pdqlite.intake.privatemap import Origin
from pdqlite.intake.report import FileReport, Report
from pdqlite.lists.format.plaintext import QUALITY_UNKNOWN
from pdqlite.types import HASH_BYTES, Entries

KINDS = {
    "pdq": "image",
    "vpdq": "video",
    "sound": "video",
    "sha256": "file",
    "md5": "file",
}  # signal -> kind of list that carries it
NEGATIVE, FRAME, SOUND = 1, 2, 4  # flags of an entry (docs/formats/list-content.md, section 6)
MAX_CATEGORIES = 16
_LISTS = tuple(dict.fromkeys(KINDS.values()))
_MAX_MS = (1 << 32) - 1
_UNSTATED = 100
_FEW = 64  # rows: a deletion that looked at more and took nothing is remembered until something changes


class _Done(NamedTuple):
    """What a deletion did: whether it took marks, how many rows were looked at, named, and are gone; what a record of its file may not have."""

    hit: bool
    looked: int
    named: int
    gone: int
    keys: tuple[str | bytes, ...]


class Intake:
    """
    Takes records file by file; then gives the entries of a kind.

    Args:
        default: Category of what comes without one.
        categories: From an exchange's category to a token of ours, None if it has none; None: the category's own words (`category_token`).
        members: From an exchange's member to the mask of organisations that it stands for, None if it stands for none; None: members do
            not count, the mask given with the file does.
        numbered: Categories whose numbers are fixed, as the release before has them.
        organisations: Their names, by bit: for the private map.

    Order is time: a deletion takes out what came before it, and a record that comes after a deletion stands again, except within one
    file, where both are a contradiction.
    """

    def __init__(
        self,
        default: str = "unspecified",
        categories: Callable[[str], str | None] | None = None,
        members: Callable[[str], int | None] | None = None,
        numbered: Sequence[str] = (),
        organisations: Sequence[str] = (),
    ) -> None:
        self.report = Report()
        self._default, self._categories, self._members = default, categories or category_token, members
        self._tokens: dict[str, int] = {token: i for i, token in enumerate(numbered)}
        self._kinds: dict[str, Columns] = {}
        self._organisations = tuple(organisations)
        self._by_id, self._by_value = Index(self._id_of), Index(self._row_of)
        self._videos: dict[tuple[int, str], int] = {}
        self._taken_out: list[tuple[int, int]] = []  # by deletions of the file: row, marks
        self._abandoned: Counter[str] = Counter()
        self._withdrawn_here: dict[
            object, dict[tuple[int, str | None], str]
        ] = {}  # id or row -> marks, member -> place
        self._idle: dict[tuple[str | None, bytes | None, str | None, int], _Done] = {}  # deletions that took nothing
        self.disputes: Callable[[Entries], Entries] | None = None  # takes the marks that do not count

    @property
    def kinds(self) -> dict[str, int]:
        """Rows of each kind of list that were taken and not withdrawn."""
        counts = {kind: len(columns) - sum(columns.gone) for kind, columns in self._kinds.items()}
        return {kind: count for kind, count in counts.items() if count}

    @property
    def tokens(self) -> list[str]:
        """Categories in the order of their numbers."""
        return list(self._tokens) or [self._default]

    def file(self, name: str, form: str) -> FileReport:
        """Begin a file; what is taken from now on belongs to it."""
        report = FileReport(name, form)
        self.report.files.append(report)
        self._withdrawn_here, self._taken_out = {}, []
        self._before = self.report.withdrawn, self.report.unknown_deletions, self.report.still_vouched
        return report

    def abandon(self, reason: str) -> None:
        """Undo all of the file that was begun last, which cannot be read to its end: half a file is in no list."""
        here, report = len(self.report.files) - 1, self.report.files[-1]
        self._idle.clear()
        for kind, columns in self._kinds.items():
            for at in range(len(columns) - 1, -1, -1):
                if columns.file[at] != here:
                    break
                self._abandoned[kind] += 1
                columns.gone[at] = 1
        for number, marks in self._taken_out:
            columns, at = self._at(number)
            columns.sources[at] |= marks
            if columns.gone[at]:
                columns.gone[at] = 0
                if columns.id[at]:
                    self._by_id.add(columns.id[at], number)
                self._by_value.add(columns.row(at), number)
        self.report.withdrawn, self.report.unknown_deletions, self.report.still_vouched = self._before
        kept = FileReport(report.name, report.form, broken=reason)
        self.report.files[-1], self._withdrawn_here, self._taken_out = kept, {}, []

    def go_on_from(self, name: str, entries: Entries, sources: Mapping[int, int], origins: Iterable[Origin]) -> None:
        """
        Begin with the entries of the release before. `numbered` must be its categories, by number.

        Args:
            name: Of that release, for the report and the map.
            sources: From a number of its sources to the bit of the same organisation now; others' marks are dropped, and so is an entry
                that none is left for.
            origins: Its private map; without it a deletion finds an entry by its hash alone, and marks of accepted reports cannot be told from others.
                With it they are dropped: what stands of them is given anew.

        Raises:
            ArgumentError: The map is of another release.
        """
        kind = entries.kind
        masks = np.zeros(len(entries), np.uint16)
        for old, bit in sources.items():
            masks |= ((entries.sources >> old) & 1).astype(np.uint16) << np.uint16(bit)
        said, others = told(entries, masks, origins, self._organisations)
        for i, mask in others.items():
            masks[i] &= mask
        self.report.of_reports = len(others)
        self.file(name, "release")
        columns = self._kinds.setdefault(kind, Columns())
        for i in np.flatnonzero(masks).tolist():
            both = int(masks[i]), int(entries.categories[i])
            for known, mask, categories in records_of(said.get(i, []), *both, self._organisations, self._known):
                columns.rows += entries.rows[i].tobytes()
                columns.quality.append(int(entries.quality[i]))
                columns.categories.append(categories)
                columns.sources.append(mask)
                columns.flags.append(int(entries.flags[i]))
                columns.video.append(int(entries.video[i]) if entries.video is not None else 0)
                columns.time.append(int(entries.time_ms[i]) if entries.time_ms is not None else 0)
                columns.file.append(0)
                columns.place.append(known.place if known else f"entry {i}")
                columns.say(*((known.id, known.category, known.source) if known else ("", "", "")))
                columns.signature.append(entries.keypoints[i] if entries.keypoints is not None else b"")
                columns.gone.append(0)
                if kind == "file":
                    columns.keep(*known.told() if known else ("", b""))
                self._remember(entries.rows[i].tobytes(), known.id or None if known else None, kind)
        self._videos.update({(0, str(n)): n for n in range(int(max(columns.video, default=0)) + 1)})
        self.report.before = int(np.count_nonzero(masks))

    def _known(self, word: str) -> int:
        """Return the mask of the category that a record's own word stands for; 0 if it is none so far."""
        token = self._categories(word) if word else self._default
        return 1 << self._tokens[token] if token in self._tokens else 0

    def take(self, record: Record, sources: int, signature: bytes = b"") -> None:
        """
        Take one record of the file that was begun last.

        Args:
            sources: Mask of the organisations that handed the file in.
            signature: Keypoint signature of the picture, or of the frame.

        Raises:
            ContradictionError: One file both gives and withdraws it.
        """
        report = self.report.files[-1]
        if record.deleted:
            self._withdraw(record, self._whose(record.source, sources), report)
            return
        report.rows[record.signal] += 1
        if record.column is not None:
            report.columns[record.column, record.signal] += 1
        kind = KINDS.get(record.signal)
        if kind is None or (record.signal == "sound" and len(record.value) != HASH_BYTES):
            report.unused[record.signal] += 1
            return
        try:
            category, mask = self._category(record.category), self._mask(record.source, sources)
            time = round(1000 * record.time) if record.time is not None else 0
            if not 0 <= time <= _MAX_MS:
                raise HashFormatError(f"a time past {_MAX_MS // 1000} seconds: a list has 32 bits of milliseconds")
        except HashFormatError as error:
            report.refuse(record.place, str(error))
            return
        row = row_of(record)
        self._not_withdrawn(record, row, mask)
        sound = record.signal == "sound"
        if kind != "file" and not sound:
            report.halves.add(record.value, record.quality, record.assumed)
        flags = (NEGATIVE if record.negative else 0) | (FRAME if kind == "video" else 0) | (SOUND if sound else 0)
        columns = self._kinds.setdefault(kind, Columns())
        columns.rows += row
        columns.quality.append(QUALITY_UNKNOWN if sound else _UNSTATED if record.quality is None else record.quality)
        columns.categories.append(1 << category)
        columns.sources.append(mask)
        columns.flags.append(flags)
        columns.video.append(self._video(record))
        columns.time.append(time)
        columns.file.append(len(self.report.files) - 1)
        columns.place.append(record.place)
        columns.say(record.id or "", record.category or "", record.source or "")
        columns.signature.append(signature)
        columns.gone.append(0)
        if kind == "file":
            columns.keep(record.signal, record.value)
        self._remember(row, record.id, kind)

    def _category(self, text: str | None) -> int:
        token = self._default if text is None else self._categories(text)
        if token is None:
            raise HashFormatError("a category that the mapping does not name (--category-map)")
        if token not in self._tokens:
            if len(self._tokens) == MAX_CATEGORIES:
                raise HashFormatError(
                    f"a category past the {MAX_CATEGORIES} that a list can have: map several to one (--category-map)"
                )
            self._tokens[token] = len(self._tokens)
        return self._tokens[token]

    def _mask(self, member: str | None, sources: int) -> int:
        if self._members is None or member is None:
            return sources
        mask = self._members(member)
        if mask is None:
            raise HashFormatError("a member that the mapping does not name (--source-map)")
        return mask

    def _video(self, record: Record) -> int:
        key = len(self.report.files) - 1, record.group or ""
        return self._videos.setdefault(key, len(self._videos)) if KINDS[record.signal] == "video" else 0

    def _remember(self, row: bytes, record_id: str | None, kind: str) -> None:
        """Index the last row of a kind by what a deletion can name."""
        self._idle.clear()
        number = len(_LISTS) * (len(self._kinds[kind]) - 1) + _LISTS.index(kind)
        if record_id is not None:
            self._by_id.add(record_id, number)
        self._by_value.add(row, number)

    def _at(self, number: int) -> tuple[Columns, int]:
        """Return the columns and the position in them of a row's number in the indexes."""
        at, kind = divmod(number, len(_LISTS))
        return self._kinds[_LISTS[kind]], at

    def _id_of(self, number: int) -> str:
        columns, at = self._at(number)
        return columns.id[at]

    def _row_of(self, number: int) -> bytes:
        columns, at = self._at(number)
        return columns.row(at)

    def _not_withdrawn(self, record: Record, row: bytes, mask: int) -> None:
        for key in (record.id, row):
            for (marks, member), place in self._withdrawn_here.get(key, {}).items() if key is not None else ():
                if marks & mask and same(member, record.source):
                    raise ContradictionError(f"{record.place}: given, and withdrawn at {place} of the same file")

    def _whose(self, member: str | None, sources: int) -> int:
        """Return the organisations whose marks a deletion takes: those of its member, else those that handed it in."""
        found = self._members(member) if self._members is not None and member is not None else None
        return sources if found is None else found

    def _withdraw(self, record: Record, mask: int, report: FileReport) -> None:
        """
        Take out what a deletion names: by id where it has one that is known, else by its value. Of the rows of an id those that have its value, if some have:
        an id may be that of a case, with several hashes.

        An id is a member's own: where both the deletion and a row say whose they are, it must be the same member. And nobody withdraws what another
        organisation vouches for: a row loses the marks of `mask`, and goes when none is left.
        """
        report.deletions += 1
        asked = record.id, row_of(record) if record.value else None, record.source, mask
        done = self._idle.get(asked)
        if done is None:
            done = self._take_out(record, *asked)
            if done.hit:
                self._idle.clear()
            elif done.looked > _FEW:
                self._idle[asked] = done
        self.report.withdrawn += done.gone
        self.report.still_vouched += done.named - done.gone
        self.report.unknown_deletions += not done.named
        for key in done.keys:
            self._withdrawn_here.setdefault(key, {}).setdefault((mask, record.source), record.place)

    def _take_out(
        self, record: Record, record_id: str | None, row: bytes | None, member: str | None, mask: int
    ) -> _Done:
        """Take marks off the rows that a deletion names."""
        named: dict[int, bool] = {}  # row -> it is gone
        hit, looked, keys = False, 0, [key for key in (record_id, row) if key is not None]
        for index, key in ((self._by_id, record_id), (self._by_value, row)):
            if key is None or hit:
                continue
            standing = [number for number in dict.fromkeys(index.rows(key)) if not self._gone(number)]
            looked += len(standing)
            found = [number for number in standing if self._is_of(number, member)]
            if index is self._by_id and row is not None and (exact := [n for n in found if self._row_of(n) == row]):
                found, keys = exact, [row]
            hit = any([self._take_marks(number, mask, record.place) for number in found])
            named |= {number: self._gone(number) for number in found}
            if any(named.values()):
                index.keep(key, [number for number in standing if not self._gone(number)])
        return _Done(hit, looked, len(named), sum(named.values()), tuple(keys))

    def _is_of(self, number: int, member: str | None) -> bool:
        """Return False for a row of another member than this one; who says nothing may be any."""
        columns, at = self._at(number)
        return same(member, columns.told[columns.words[at]][1])

    def _gone(self, number: int) -> bool:
        columns, at = self._at(number)
        return bool(columns.gone[at])

    def _take_marks(self, number: int, mask: int, place: str) -> bool:
        """Take marks off a row, which is gone when none is left; return whether it had any of them."""
        columns, at = self._at(number)
        taken = columns.sources[at] & mask
        if taken and columns.file[at] == len(self.report.files) - 1:
            raise ContradictionError(f"{place}: withdrawn, and given at {columns.place[at]} of the same file")
        if taken:
            columns.sources[at] &= ~mask
            columns.gone[at] = not columns.sources[at]
            self._taken_out.append((number, taken))
        return bool(taken)

    def entries(self, kind: str, min_sources: int, signatures: bool = True) -> tuple[Entries, Origins]:
        """
        Return the entries of one kind in list order, and where each came from. The report is complete then.

        Raises:
            ArgumentError: Nothing of that kind was taken, or nothing is left.
            EntryRuleError: Two files disagree on whether a hash is harmless.
        """
        if kind not in self._kinds or not len(self._kinds[kind]):
            raise ArgumentError(f"no hash for a list of type {kind}")
        columns, report = self._kinds[kind], self.report
        every = packed(kind, columns, signatures)
        kept = np.flatnonzero(~np.frombuffer(columns.gone, np.uint8).astype(bool))
        standing = lists.take(every, kept) if len(kept) < len(every) else every
        usable = lists.usable(standing)
        merged = united(usable, columns, kept, [f.name for f in report.files])
        if self.disputes is not None:
            merged = self.disputes(merged)
        vouched, report.common = without_common(lists.vouched(merged, min_sources))
        if not len(vouched):
            gone = len(every) - len(kept) - self._abandoned[kind]
            counts = ((gone, "withdrawn"), (len(standing) - len(usable), "too flat, or with bits that no picture sets"),
                      (len(merged), f"vouched for by fewer than {min_sources} organisations"))  # fmt: skip
            said = ", ".join(f"{n} {why}" for n, why in counts if n) or "all disputed"
            raise ArgumentError(f"nothing is left to put into a list: of {len(standing) + gone} hashes {said}")
        if vouched.keypoints is not None and not any(vouched.keypoints):
            vouched = replace(vouched, keypoints=None)
        report.kind, report.read = kind, len(every) - self._abandoned[kind]
        report.flat, report.repeated = len(standing) - len(usable), len(usable) - len(merged)
        report.min_sources, report.unvouched, report.entries = (
            min_sources,
            len(merged) - len(vouched) - report.common,
            len(vouched),
        )
        report.sounds = int(np.count_nonzero(vouched.flags & SOUND)) if kind == "video" else 0
        report.signatures = sum(map(bool, vouched.keypoints)) if vouched.keypoints is not None else 0
        report.videos = len(np.unique(vouched.video)) if vouched.video is not None else 0
        report.by_category = {token: int(((vouched.categories >> i) & 1).sum()) for token, i in self._tokens.items()}
        files = [(f.name, f.form) for f in report.files]
        return vouched, origins_of(columns, kept, standing, vouched, files, self._organisations)
