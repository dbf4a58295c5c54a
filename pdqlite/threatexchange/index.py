"""
python-threatexchange's index interface over our index: its users change one import.

    from pdqlite.threatexchange import PDQIndex    # was: threatexchange.signal_type.pdq.pdq_index

    index = PDQIndex.build([("f8f8...", {"case": 7})])
    index.query("f8f8...")[0].metadata             # {"case": 7}

Same methods, same matches, same types of match if python-threatexchange is installed; without it
matches have the same attributes. Not safe on several threads at once, like what it stands in for.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Generic, TypeVar

from pdqlite.errors import ArgumentError
from pdqlite.index import Index
from pdqlite.types import HASH_BYTES

__all__ = ["IndexMatchUntyped", "PDQFlatIndex", "PDQIndex", "SignalSimilarityInfoWithIntDistance", "SignalTypeIndex"]

T = TypeVar("T")

try:  # its own types where they are, for isinstance and comparison
    from threatexchange.signal_type.index import (  # type: ignore[import-not-found,unused-ignore]
        IndexMatchUntyped,
        SignalSimilarityInfoWithIntDistance,
        SignalTypeIndex,
    )
except ImportError:

    @dataclass(frozen=True)
    class SignalSimilarityInfoWithIntDistance:  # type: ignore[no-redef]
        """How far a match is, in bits."""

        distance: int

    @dataclass(frozen=True)
    class IndexMatchUntyped(Generic[T]):  # type: ignore[no-redef]
        """One match: how far it is, and what was given with its hash."""

        similarity_info: SignalSimilarityInfoWithIntDistance
        metadata: T

    class SignalTypeIndex(Generic[T]):  # type: ignore[no-redef]
        """The interface, for want of the package that defines it."""


_SEGMENT = 4096  # rows that may lie beside the index, or an eighth of it if that is more


class PDQIndex(SignalTypeIndex[T]):  # type: ignore[misc,unused-ignore]
    """
    Every entry within 31 bits of a query, exactly.

    Args:
        entries: (hash as 64 hexadecimal digits, anything) pairs; equal hashes stay apart.

    Raises:
        ArgumentError: A hash is not 64 hexadecimal digits; nothing of that call was added.
    """

    @classmethod
    def get_match_threshold(cls) -> int:
        """The radius of a query, bits."""
        return 31

    def __init__(self, entries: Iterable[tuple[str, T]] = ()) -> None:
        super().__init__()
        self._entries: list[T] = []
        self._index = Index(radius=self.get_match_threshold())
        self._waiting: list[bytes] = []
        self.add_all(entries)

    @classmethod
    def build(cls, entries: Iterable[tuple[str, T]]) -> PDQIndex[T]:
        """Make an index of these entries."""
        return cls(entries)

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, signal_str: str, entry: T) -> None:
        """Add one entry; cheap, for it is indexed with others when next something is asked."""
        self.add_all([(signal_str, entry)])

    def add_all(self, entries: Iterable[tuple[str, T]]) -> None:
        """Add entries, all or, if one is no hash, none."""
        pairs = list(entries)
        rows = [_row(signal) for signal, _ in pairs]
        self._waiting += rows
        self._entries += [entry for _, entry in pairs]

    def query(self, query: str) -> Sequence[Any]:
        """Return a match for each entry within the radius, in the order they were added."""
        row = _row(query)
        self._settle()
        return [
            IndexMatchUntyped(SignalSimilarityInfoWithIntDistance(hit.distance), self._entries[hit.row])
            for hit in self._index.search(row, self.get_match_threshold())
        ]

    def _settle(self) -> None:
        """Index what waits: beside what is there while that is little, else all anew."""
        if not self._waiting:
            return
        info = self._index.info
        self._index.add(self._waiting)
        self._waiting = []
        if self._index.info.added > max(_SEGMENT, (info.rows - info.added) // 8):
            self._index.compact()

    def serialize(self, fout: BinaryIO) -> None:
        """Write the index and what was given with the hashes, by pickle, as the original does."""
        pickle.dump(self, fout, protocol=pickle.HIGHEST_PROTOCOL)

    @classmethod
    def deserialize(cls, fin: BinaryIO) -> PDQIndex[T]:
        """Read what serialize wrote. Pickle runs what it reads: only from whom you trust."""
        read = pickle.load(fin)
        if not isinstance(read, cls):
            raise ArgumentError(f"deserialize needs what {cls.__name__}.serialize wrote")
        return read

    def __getstate__(self) -> dict[str, Any]:
        self._settle()
        self._index.compact()
        return {"entries": self._entries, "index": self._index}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._entries, self._index, self._waiting = state["entries"], state["index"], []

    def dispose(self) -> None:
        """Let go of everything; the index is empty afterwards."""
        self._entries, self._waiting, self._index = [], [], Index()


class PDQFlatIndex(PDQIndex[T]):
    """Every entry within 52 bits, as the original of this name."""

    @classmethod
    def get_match_threshold(cls) -> int:
        """The radius of a query, bits."""
        return 52


def _row(signal: str) -> bytes:
    try:
        row = bytes.fromhex(signal)
    except (TypeError, ValueError):
        row = b""
    if len(row) != HASH_BYTES or len(signal) != 2 * HASH_BYTES:
        raise ArgumentError(f"a PDQ hash needs {2 * HASH_BYTES} hexadecimal digits")
    return row
