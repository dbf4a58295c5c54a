"""
Exact search among 256-bit hashes: every row within a Hamming radius, none missed.

    index = Index(rows)                      # n x 32, uint8
    index.search(query, radius=31)           # [Hit(row=17, distance=6)]
    index.search_many(queries, radius=31)    # columns: query, row, distance
    index.save("list.index")
    index = Index.open("list.index")         # mapped: nothing is read until a search needs it

Knows rows of 32 bytes; not what they mean.
"""

from __future__ import annotations

import mmap as _mmap
import operator
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, SupportsIndex

import numpy as np
import numpy.typing as npt

from pdqlite._rows import Hits, Rows, as_query, as_radius, as_rows
from pdqlite.errors import ArgumentError, IndexBlockError, UnreadableError
from pdqlite.native import core
from pdqlite.native import index as native_index
from pdqlite.types import HASH_BITS, HASH_BYTES, Hit

__all__ = ["Hits", "Index", "IndexInfo", "as_rows"]

_hit = tuple.__new__  # Hit(row, distance) of a pair, in a third of the time


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """
    What an index is, and why.

    Attributes:
        shape: "scan" (reads every row), "self" (reads a few buckets) or "compact" (the same in
            fewer bytes).
        why: The reason for that shape, in words.
        rows: Rows that a search can find.
        unique: Different hashes in the block; in the shape "scan", which does not look, all rows.
        added: Rows added since the block was built.
        removed: Rows removed since.
        bytes: Size of the block.
        list_bytes, directory_bytes, row_bytes: Its parts: what stands for the hashes, where
            buckets begin, and what gives the caller's row numbers back.
        pair_bits: Width of two offsets in the shapes "self" and "compact", else 0.
    """

    shape: str
    why: str
    rows: int
    unique: int
    added: int
    removed: int
    bytes: int
    list_bytes: int
    directory_bytes: int
    row_bytes: int
    pair_bits: int


class _State(NamedTuple):
    """Everything a search reads, replaced as a whole."""

    base: native_index.Block
    added: native_index.Block | None
    dead: npt.NDArray[np.bool_] | None  # by row; None if none is


class Index:
    """
    Hashes that can be searched, by any number of threads at once, also while one adds or removes.

    Args:
        rows: Hashes, as as_rows takes them. They are copied into the index's own form.
        shape: "scan", 32 bytes a row; "self", 46 to 52, and far faster from some 40 000 rows on;
            "compact", 40 for lists of ten million, at a third of the speed of self; or "auto",
            scan or self, whichever suits. Every shape answers every radius.
        radius: For auto: the radius it will mostly be searched with, 0 to 256.

    Raises:
        ShapeError: The rows are no hashes.
        ArgumentError: Too many rows, no such shape, or a radius out of range.
    """

    def __init__(self, rows: Any = (), shape: str = "auto", radius: SupportsIndex = 31) -> None:
        if shape not in native_index.SHAPES:
            raise ArgumentError(f"shape needs one of {', '.join(native_index.SHAPES)}")
        self._radius = as_radius(radius)
        data = as_rows(rows)
        if len(data) > native_index.MAX_ROWS:
            raise ArgumentError(f"an index holds at most {native_index.MAX_ROWS} rows")
        self._set(self._build(data, shape), asked=shape)

    def _build(self, rows: Rows, shape: str) -> native_index.Block:
        if shape == "auto":
            shape = native_index.pick(len(rows), self._radius).shape
        return native_index.Block(native_index.build(rows, shape))

    def _set(self, base: native_index.Block, asked: str) -> None:
        self._table = core.BEST.pointer
        self._lock = threading.Lock()
        self._asked = asked
        self._state = _State(base, None, None)

    @classmethod
    def build(cls, rows: Any, shape: str = "auto", radius: SupportsIndex = 31) -> Index:
        """Build an index: the same as Index(rows, shape, radius)."""
        return cls(rows, shape, radius)

    @classmethod
    def open(cls, source: bytes | str | os.PathLike[str], mmap: bool = True) -> Index:
        """
        Open a block that save wrote, or its bytes. Reads the header only.

        Args:
            source: The path of the file, or the bytes of the block.
            mmap: Map the file: searches read the pages they need, and processes share them. The
                file must then not be changed or cut while it is open: as with every mapped
                file, the system ends a process that reads past a file's new end. False reads
                the file into memory once, and is safe from that. Replacing the file by another
                (as save does) is fine either way.

        Raises:
            IndexBlockError: The header is none, of another version, or its length is not the
                file's. Damage further on is not looked for: whoever stores a block stores its
                digest. It can lead to wrong hits or IndexBlockError, never to a crash.
            UnreadableError: The file cannot be opened.
            ArgumentError: The source is neither a path nor bytes.
        """
        data: Any
        if isinstance(source, (bytes, bytearray, memoryview)):
            data = bytes(source)
        else:
            data = _read(_path(source), mmap)
        index = cls.__new__(cls)
        index._radius = 31
        index._set(native_index.Block(data), asked="open")
        if isinstance(data, _mmap.mmap) and hasattr(data, "madvise") and index.info.shape != "scan":
            data.madvise(_mmap.MADV_RANDOM)
        return index

    @classmethod
    def load(cls, path: str | os.PathLike[str], mmap: bool = True) -> Index:
        """Open the block of a file: the same as open."""
        return cls.open(path, mmap)

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        self._unchanged("pickled")
        return Index.open, (bytes(self.block),)

    def _unchanged(self, what: str) -> None:
        if self._state.added is not None or self._state.dead is not None:
            raise ArgumentError(f"an index with changes cannot be {what}: compact it first")

    @property
    def block(self) -> memoryview:
        """The bytes of the block, as docs/formats/index-block.md has them. Compact first."""
        self._unchanged("written")
        return memoryview(self._state.base.data)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the block to a file, which appears whole or not at all. Compact first."""
        block, target = self.block, _path(path)
        beside = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.tmp")
        try:
            with beside.open("wb") as file:
                file.write(block)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)

    def __len__(self) -> int:
        state = self._state
        return _numbers(state) - (0 if state.dead is None else int(state.dead.sum()))

    @property
    def rows(self) -> Rows:
        """
        All hashes by row number, removed ones too, shape (n, 32), uint8.

        Worked out anew at each call, about a second for some millions in the shape "self".
        """
        state = self._state
        rows = state.base.rows()
        return rows if state.added is None else np.concatenate([rows, state.added.rows()])

    @property
    def info(self) -> IndexInfo:
        """What the index is, and why."""
        state = self._state
        facts = state.base.describe()
        n, shape = facts.pop("n_rows"), facts.pop("shape")
        why = "so built" if self._asked == "open" else "asked for"
        if self._asked == "auto":
            cost = native_index.pick(n, self._radius)
            buckets = f"{cost.buckets} buckets, some {cost.self_ns / 1000:.0f} us, against "
            why = (
                f"{n} rows, radius {self._radius}: {buckets if cost.buckets else ''}"
                f"a scan of some {cost.scan_ns / 1000:.0f} us"
            )
        removed = 0 if state.dead is None else int(state.dead.sum())
        added = 0 if state.added is None else state.added.n_rows
        return IndexInfo(
            shape=shape,
            why=why,
            rows=n + added - removed,
            unique=facts.pop("n_unique"),
            added=added,
            removed=removed,
            **facts,
        )

    def search(self, query: Any, radius: SupportsIndex = 31) -> list[Hit]:
        """
        Find every row within a radius of one hash.

        Args:
            query: 32 bytes, an array of shape (32,), uint8, or a hash.
            radius: Bits, 0 to 256, 31 as PDQ's authors advise; a row at exactly this distance is a hit. Above 63 the shapes
                "self" and "compact" visit every row.

        Returns:
            list[Hit]: By row.

        Raises:
            ShapeError: The query is no hash.
            ArgumentError: The radius is out of range.
            IndexBlockError: The block proves damaged.
        """
        if type(query) is not bytes or len(query) != HASH_BYTES:
            query = as_query(query)
        if type(radius) is not int or not 0 <= radius <= HASH_BITS:
            radius = as_radius(radius)
        base, added, dead = self._state
        hits = [_hit(Hit, pair) for pair in base.search_one(self._table, query, radius)]
        if added is not None:
            more = added.search_one(self._table, query, radius)
            hits += [Hit(base.n_rows + row, d) for row, d in more]
        return hits if dead is None else [hit for hit in hits if not dead[hit.row]]

    def search_many(self, queries: Any, radius: SupportsIndex = 31, limit: int | None = None) -> Hits:
        """
        Find every row within a radius of each of many hashes.

        Args:
            queries: Hashes, as Index takes them.
            radius: Bits, 0 to 256.
            limit: Keep only the first so many hits; all if None.

        Returns:
            Hits: By query, then by row.

        Raises:
            ShapeError: The queries are no hashes.
            ArgumentError: The radius or the limit is out of range.
            IndexBlockError: The block proves damaged.
        """
        if limit is not None and not (isinstance(limit, (int, np.integer)) and limit >= 0):
            raise ArgumentError("limit needs a whole number from 0")
        data, bits = as_rows(queries), as_radius(radius)
        base, added, dead = self._state
        room = limit if dead is None else None
        hits = base.search_many(self._table, data, bits, room)
        if added is not None:
            more = added.search_many(self._table, data, bits, room)
            more["row"] += base.n_rows
            hits = np.concatenate([hits, more])
            hits = hits[np.lexsort((hits["row"], hits["query"]))]
        if dead is not None:
            hits = hits[~dead[hits["row"]]]
        hits = hits[:limit]
        return Hits(*(np.ascontiguousarray(hits[name]) for name in Hits._fields))

    def add(self, rows: Any) -> range:
        """
        Add rows, to be found by every search that starts afterwards.

        They lie in a scan of their own beside the block: cheap up to some ten thousand. Compact
        once they are more.

        Returns:
            range: Their row numbers, after all earlier ones.
        """
        more = as_rows(rows)
        with self._lock:
            base, added, dead = self._state
            first = _numbers(self._state)
            if first + len(more) > native_index.MAX_ROWS:
                raise ArgumentError(f"an index holds at most {native_index.MAX_ROWS} rows")
            if len(more):
                every = more if added is None else np.concatenate([added.rows(), more])
                block = native_index.Block(native_index.build(every, "scan"))
                if dead is not None:
                    dead = np.concatenate([dead, np.zeros(len(more), np.bool_)])
                self._state = _State(base, block, dead)
        return range(first, first + len(more))

    def remove(self, numbers: Iterable[SupportsIndex]) -> None:
        """
        Remove rows by number; searches that start afterwards do not find them. Numbers stay.

        Raises:
            ArgumentError: There is no such row; nothing was removed.
        """
        try:
            chosen = [operator.index(number) for number in numbers]
        except TypeError:
            raise ArgumentError("numbers of rows are whole numbers, in a list or array") from None
        with self._lock:
            n = _numbers(self._state)
            if any(not 0 <= number < n for number in chosen):
                raise ArgumentError(f"row numbers go from 0 to {n - 1}")
            old = self._state.dead
            dead = np.zeros(n, np.bool_) if old is None else old.copy()
            dead[chosen] = True
            if chosen:
                self._state = self._state._replace(dead=dead)

    def compact(self) -> npt.NDArray[np.int64]:
        """
        Build one block of the rows that are left, numbered anew from 0 in their order.

        Returns:
            The earlier number of each row, shape (n,).
        """
        with self._lock:
            state, rows = self._state, self.rows
            left = np.arange(len(rows)) if state.dead is None else np.flatnonzero(~state.dead)
            if state.added is not None or state.dead is not None:
                shape = "auto" if self._asked == "open" else self._asked
                base = self._build(rows[left], shape)
                self._asked, self._state = shape, _State(base, None, None)
        return left


def _numbers(state: _State) -> int:
    return state.base.n_rows + (0 if state.added is None else state.added.n_rows)


def _path(name: object) -> Path:
    if not isinstance(name, str | os.PathLike) or not os.fspath(name):
        raise ArgumentError(
            f"an index file needs a path (str or os.PathLike), not {'an empty one' if isinstance(name, str) else type(name).__name__}"
        )
    return Path(name)


def _read(path: Path, mmap: bool) -> Any:
    """The bytes of a file, mapped or copied."""
    try:
        with path.open("rb") as file:
            if not mmap:
                return file.read()
            if os.fstat(file.fileno()).st_size == 0:
                raise IndexBlockError("open index: the file is empty")
            return _mmap.mmap(file.fileno(), 0, access=_mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        if isinstance(error, IndexBlockError):
            raise
        raise UnreadableError("the index file cannot be opened") from error
