"""
Rows on disk, in parts by ranges of their hash: sorting and merging more than fits into memory, one part at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pdqlite import lists
from pdqlite.types import Entries

SCHEMA = pa.schema(
    [("pdq", pa.binary(32)), ("categories", pa.uint16()), ("sources", pa.uint16()), ("quality", pa.uint8()), ("video", pa.uint32()),
     ("ms", pa.uint32()), ("signature", pa.large_binary())]
)  # fmt: skip
FRAME = 2  # flag of an entry (docs/formats/list-content.md, section 6)
ROW_BYTES = 420  # of a row with a signature, about
MAX_PARTS = 200  # files that are open at a time, of each kind; systems allow 1024 of all
_SAMPLE = 1 << 18


class Sample:
    """A sample of hashes as they come, by which parts of about one size are cut. The cuts decide nothing but memory."""

    def __init__(self) -> None:
        self._taken: list[npt.NDArray[np.uint64]] = []
        self._step, self._count, self.rows = 1, 0, 0

    def add(self, heads: npt.NDArray[np.uint64]) -> None:
        """Take the first 8 bytes of some hashes."""
        self.rows += len(heads)
        self._taken.append(heads[:: self._step].copy())
        self._count += len(self._taken[-1])
        while self._count > _SAMPLE:
            self._step *= 2
            self._taken = [np.concatenate(self._taken)[::2]]
            self._count = len(self._taken[0])

    def cuts(self, part: int) -> npt.NDArray[np.uint64]:
        """Return where to cut so that a part has some `part` bytes."""
        parts = min(MAX_PARTS, -(-self.rows * ROW_BYTES // part))
        if parts < 2:
            return np.empty(0, np.uint64)
        every = np.sort(np.concatenate(self._taken))
        return np.unique(every[np.linspace(0, len(every) - 1, parts + 1).astype(np.intp)[1:-1]])


def heads_of(column: pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    """Return the first 8 bytes of hashes, none null, as numbers that order them."""
    return rows_of(column)[:, :8].copy().view(">u8").reshape(-1).astype(np.uint64)


def rows_of(column: pa.ChunkedArray) -> npt.NDArray[np.uint8]:
    """Return hashes, none null, shape (n, 32)."""
    array: Any = column.combine_chunks()
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    parts = [np.frombuffer(c.buffers()[1], np.uint8)[32 * c.offset : 32 * (c.offset + len(c))] for c in chunks if len(c)]  # fmt: skip
    return np.concatenate(parts).reshape(-1, 32) if parts else np.empty((0, 32), np.uint8)


class Spill:
    """
    Rows of one kind of list, in parts.

    Args:
        folder, kind: Where, and under what name.
        cuts: Sample.cuts.
        room: Bytes that wait in memory before they are written.
    """

    def __init__(self, folder: Path, kind: str, cuts: npt.NDArray[np.uint64], room: int) -> None:
        self._cuts, self._room = cuts, room
        self._files = [pa.OSFile(str(folder / f"{kind}-{n:04}"), "wb") for n in range(len(cuts) + 1)]
        self._writers = [pa.ipc.new_stream(file, SCHEMA) for file in self._files]
        self._names = [folder / f"{kind}-{n:04}" for n in range(len(cuts) + 1)]
        self._waiting: list[pa.Table] = []
        self._size = 0

    def add(self, table: pa.Table) -> None:
        """Take rows."""
        if table.num_rows:
            self._waiting.append(table)
            self._size += table.nbytes
            if self._size > self._room:
                self._write()

    def _write(self) -> None:
        if not self._waiting:
            return
        table = pa.concat_tables(self._waiting)
        self._waiting, self._size = [], 0
        part = np.searchsorted(self._cuts, heads_of(table["pdq"]), side="right")
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(len(self._cuts) + 2))
        for number in np.unique(part).tolist():
            chosen = table.take(pa.array(order[ends[number] : ends[number + 1]]))
            self._writers[number].write_table(chosen)

    def parts(self, room: int) -> Iterator[Entries]:
        """Yield the entries of each part, merged and in list order; parts are removed as they are read. `room`: bytes of rows that are merged at once."""
        self._write()
        for writer, file in zip(self._writers, self._files, strict=True):
            writer.close()
            file.close()
        for name in self._names:
            done: Entries | None = None
            waiting, size = [], 0
            with pa.OSFile(str(name), "rb") as file, pa.ipc.open_stream(file) as stream:
                for batch in stream:
                    waiting.append(batch)
                    size += batch.nbytes
                    if size > room:
                        done, waiting, size = _merged(done, waiting), [], 0
            name.unlink()
            if waiting:
                done = _merged(done, waiting)
            if done is not None:
                yield done


def _merged(done: Entries | None, batches: list[pa.RecordBatch]) -> Entries:
    more = entries_of(pa.Table.from_batches(batches))
    return lists.merge(more if done is None else lists.join([done, more]))


def entries_of(table: pa.Table, signatures: bool = True) -> Entries:
    """Return rows as the entries of a list."""
    video = table["video"].null_count == 0 and table.num_rows > 0
    count = table.num_rows

    def numbers(name: str) -> npt.NDArray[Any]:
        return np.asarray(table[name].to_numpy())

    records = None
    if signatures:
        records = tuple(one or b"" for one in table["signature"].to_pylist())
    return Entries(
        rows=rows_of(table["pdq"]),
        categories=numbers("categories"),
        sources=numbers("sources"),
        flags=np.full(count, FRAME if video else 0, np.uint8),
        quality=numbers("quality"),
        video=numbers("video") if video else None,
        time_ms=numbers("ms") if video else None,
        keypoints=records,
    )


def table_of(entries: Entries) -> pa.Table:
    """Return entries as rows."""
    count = len(entries)
    empty = pa.nulls(count, pa.uint32())
    records = entries.keypoints if entries.keypoints is not None else (b"",) * count
    rows = pa.Array.from_buffers(pa.binary(32), count, [None, pa.py_buffer(np.ascontiguousarray(entries.rows).tobytes())])  # fmt: skip
    columns = [
        rows, pa.array(entries.categories), pa.array(entries.sources), pa.array(entries.quality),
        empty if entries.video is None else pa.array(entries.video), empty if entries.time_ms is None else pa.array(entries.time_ms),
        pa.array(records, pa.large_binary()),
    ]  # fmt: skip
    return pa.table(columns, SCHEMA)
