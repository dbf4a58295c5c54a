"""
Rows that were handed in, as packed columns, and an index of them by what a deletion names.

A row takes some 60 bytes of columns, its texts once, and some 20 bytes in each index; no object of its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from pdqlite import exact, lists
from pdqlite.errors import EntryRuleError
from pdqlite.exchange import Record
from pdqlite.intake.privatemap import Origin
from pdqlite.lists.format.plaintext import order_words
from pdqlite.types import Entries

_ENCODING = "utf-8", "surrogatepass"  # JSON can say half a surrogate
_GONE = 0xFFFFFFFF  # a slot whose key was taken out: a search goes on behind it
_SLOTS = 1024
_ALGORITHMS = tuple(exact.DIGEST_BYTES)
_DIGEST = 1 + max(
    exact.DIGEST_BYTES.values()
)  # bytes: 1 + number of the algorithm, 0 if nobody knows the digest; the digest


def row_of(record: Record) -> bytes:
    """Return what a list holds of a signal: its bits, or of a file's digest the row that is made of it."""
    return exact.row(record.signal, record.value) if record.signal in exact.DIGEST_BYTES else record.value


def same(one: str | None, other: str | None) -> bool:
    """Return True unless two members are named and differ."""
    return not one or not other or one == other


class Texts:
    """Texts, one after the other in one block."""

    def __init__(self) -> None:
        self._block, self._ends = bytearray(), array("Q", [0])

    def __getitem__(self, at: int) -> str:
        return self._block[self._ends[at] : self._ends[at + 1]].decode(*_ENCODING)

    def append(self, text: str) -> None:
        """Add one."""
        self._block += text.encode(*_ENCODING)
        self._ends.append(len(self._block))


@dataclass(slots=True)
class Columns:
    """Rows of one kind."""

    rows: bytearray = field(default_factory=bytearray)
    quality: array[int] = field(default_factory=lambda: array("B"))
    categories: array[int] = field(default_factory=lambda: array("H"))
    sources: array[int] = field(default_factory=lambda: array("H"))
    flags: array[int] = field(default_factory=lambda: array("B"))
    video: array[int] = field(default_factory=lambda: array("I"))
    time: array[int] = field(default_factory=lambda: array("I"))
    file: array[int] = field(default_factory=lambda: array("I"))
    place: Texts = field(default_factory=Texts)
    id: Texts = field(default_factory=Texts)
    words: array[int] = field(default_factory=lambda: array("I"))  # positions in `spoken`
    spoken: dict[tuple[str, str], int] = field(default_factory=dict)  # category, source in the exchange's words
    told: list[tuple[str, str]] = field(default_factory=list)  # the same by number
    signature: list[bytes] = field(default_factory=list)
    gone: bytearray = field(default_factory=bytearray)
    digests: bytearray = field(default_factory=bytearray)  # of a list of files

    def __len__(self) -> int:
        return len(self.quality)

    def row(self, at: int) -> bytes:
        """Return the 32 bytes of one row."""
        return bytes(self.rows[32 * at : 32 * at + 32])

    def keep(self, algorithm: str, digest: bytes) -> None:
        """Keep the digest of a row of a list of files; both empty where nobody knows it."""
        number = _ALGORITHMS.index(algorithm) + 1 if algorithm else 0
        self.digests += (bytes((number,)) + digest).ljust(_DIGEST, b"\0")

    def digest(self, at: int) -> str:
        """Return what `keep` kept, as `sha256:<hex>`; empty where nobody knows it, or in another list."""
        number, *digest = self.digests[_DIGEST * at : _DIGEST * (at + 1)] or (0,)
        if not number:
            return ""
        algorithm = _ALGORITHMS[number - 1]
        return f"{algorithm}:{bytes(digest[: exact.DIGEST_BYTES[algorithm]]).hex()}"

    def say(self, record_id: str, category: str, source: str) -> None:
        """Add what the exchange says of a row."""
        self.id.append(record_id)
        number = self.spoken.setdefault((category, source), len(self.told))
        if number == len(self.told):
            self.told.append((category, source))
        self.words.append(number)


def numbered_videos(columns: Columns) -> np.ndarray:
    """Return the number of each frame's video: the same frames at the same times from two files are one video."""
    numbers = np.frombuffer(columns.video, np.uint32)
    order = np.argsort(numbers, kind="stable")
    starts = np.flatnonzero(np.diff(numbers[order], prepend=np.uint32(0xFFFFFFFF)))
    seen: dict[bytes, int] = {}
    new = np.empty(len(numbers), np.uint32)
    rows = np.frombuffer(columns.rows, np.uint8).reshape(-1, 32)
    times = np.frombuffer(columns.time, np.uint32)
    for begin, end in zip(starts, [*starts[1:], len(order)], strict=True):
        places = order[begin:end]
        key = rows[places].tobytes() + times[places].tobytes()
        new[places] = seen.setdefault(key, len(seen))
    return new


def united(entries: Entries, columns: Columns, kept: np.ndarray, files: Sequence[str]) -> Entries:
    """
    Return entries merged. `kept`: rows of `columns` that they, and perhaps others, came from; `files`: names by number.

    Raises:
        EntryRuleError: One hash is harmless in one row and not in another. It names both rows.
    """
    try:
        return lists.merge(entries)
    except EntryRuleError:
        seen: dict[tuple[bytes, int, int], int] = {}
        for at in kept.tolist():
            first = seen.setdefault((columns.row(at), columns.video[at], columns.time[at]), at)
            if columns.flags[first] != columns.flags[at]:
                one, other = (f"{ascii(files[columns.file[i]])} {columns.place[i]}" for i in (first, at))
                raise EntryRuleError(f"{one} and {other}: one hash, and one of them says that it is harmless") from None
        raise


class Index:
    """
    From a key to the rows that have it. A hash table of numbers alone: keys are read from the rows.

    Args:
        key_of: From a row's number to its key.
    """

    def __init__(self, key_of: Callable[[int], bytes | str]) -> None:
        self._key_of = key_of
        self._slots, self._used = array("I", bytes(4 * _SLOTS)), 0  # 1 + place of a key's newest row, 0: none
        self._rows, self._before = array("Q"), array("I")  # a row's number, and the slot's value before it

    def add(self, key: bytes | str, row: int) -> None:
        """Add one row; its key must be readable by now."""
        if 2 * self._used >= len(self._slots):
            self._grow()
        at = self._find(key)
        self._rows.append(row)
        self._before.append(self._slots[at])
        self._used += not self._slots[at]
        self._slots[at] = len(self._rows)

    def rows(self, key: bytes | str) -> list[int]:
        """Return the rows of a key in the order in which they were added."""
        found, one = [], self._slots[self._find(key)]
        while one:
            found.append(self._rows[one - 1])
            one = self._before[one - 1]
        return found[::-1]

    def keep(self, key: bytes | str, rows: Sequence[int]) -> None:
        """Let a key have these rows alone; without any it is gone."""
        if self._slots[at := self._find(key)]:
            self._slots[at] = _GONE
        for row in rows:
            self.add(key, row)

    def _find(self, key: bytes | str) -> int:
        """Return the slot of a key, or the empty one where it would be."""
        slots, last = self._slots, len(self._slots) - 1
        at = hash(key) & last
        while (one := slots[at]) and (one == _GONE or self._key_of(self._rows[one - 1]) != key):
            at = (at + 1) & last
        return at

    def _grow(self) -> None:
        """Make room for as many keys again as there are."""
        old, size = self._slots, _SLOTS
        live = sum(0 < one < _GONE for one in old)
        while size < 4 * live:
            size *= 2
        self._slots, self._used = array("I", bytes(4 * size)), live
        for one in old:
            if 0 < one < _GONE:
                self._slots[self._find(self._key_of(self._rows[one - 1]))] = one


class Origins:
    """
    Where each entry came from, in the order of entries; each is made as it is read, as often as one reads.

    Args:
        columns: All rows.
        rows: Positions in them, in the order of entries.
        entries: Number of the entry of each.
        files: Names and formats of the files that `columns` counts.
        timed: Rows are frames of videos.
        organisations: Names, by the bit of their mark.
    """

    def __init__(self, columns: Columns, rows: np.ndarray, entries: np.ndarray, files: list[tuple[str, str]], timed: bool, organisations: Sequence[str] = ()) -> None:  # fmt: skip
        self._columns, self._rows, self._entries = columns, rows, entries
        self._files, self._timed, self._organisations = files, timed, tuple(organisations)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Origin]:
        columns = self._columns
        for at, entry in zip(map(int, self._rows), map(int, self._entries), strict=True):
            said, (name, form) = (columns.id[at], *columns.told[columns.words[at]]), self._files[columns.file[at]]
            time = columns.time[at] if self._timed else None
            marks = tuple(who for i, who in enumerate(self._organisations) if columns.sources[at] >> i & 1)
            yield Origin(entry, columns.row(at), time, name, columns.place[at], *said, form, marks, columns.digest(at))


def origins_of(
    columns: Columns,
    kept: np.ndarray,
    standing: Entries,
    entries: Entries,
    files: Sequence[tuple[str, str]],
    organisations: Sequence[str],
) -> Origins:
    """Return where each entry came from: rows that are the same but for their marks are of one entry, or of none."""
    n = len(entries)
    words = [np.concatenate(pair) for pair in zip(order_words(entries), order_words(standing), strict=True)]
    order = np.lexsort(words[::-1])  # an entry comes before its rows
    new = np.ones(len(order), bool)
    new[1:] = np.logical_or.reduce([w[order[1:]] != w[order[:-1]] for w in words])
    first = order[np.flatnonzero(new)][np.cumsum(new) - 1]
    rows = order[(order >= n) & (first < n)] - n
    numbers = first[(order >= n) & (first < n)]
    return Origins(columns, kept[rows], numbers, list(files), entries.video is not None, organisations)


def packed(kind: str, columns: Columns, signatures: bool) -> Entries:
    """Return all rows of a kind, those that are gone too."""
    video = kind == "video"
    return Entries(
        rows=np.frombuffer(columns.rows, np.uint8).reshape(-1, 32),
        categories=np.frombuffer(columns.categories, np.uint16),
        sources=np.frombuffer(columns.sources, np.uint16),
        flags=np.frombuffer(columns.flags, np.uint8),
        quality=np.frombuffer(columns.quality, np.uint8),
        video=numbered_videos(columns) if video else None,
        time_ms=np.frombuffer(columns.time, np.uint32) if video else None,
        keypoints=tuple(columns.signature) if signatures and kind != "file" and any(columns.signature) else None,
        exact=kind == "file",
    )
