"""
Keypoint signatures: what a list keeps of a picture so that its parts are found again.

A plane is a small brightness picture: shape (rows, cols), uint16, brightness
0..255 times 256, about 65 536 cells in the picture's own aspect.
"""

from __future__ import annotations

import mmap as _mmap
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pdqlite import errors
from pdqlite._core import ffi, lib
from pdqlite.native.core import BEST, Kernels, check

KEYPOINTS = 48
MAX_KEYPOINTS: int = lib.PDQL_MAX_KEYPOINTS
ALL_TURNS: int = lib.PDQL_KEYPOINTS_TURNS
NATS = 16  # score units in a nat


@dataclass(frozen=True, slots=True)
class KeypointMatch:
    """
    An entry that shows parts of the query.

    Attributes:
        entry: Number of the entry, as given at build.
        score: How unlikely the agreement is by chance, in nats.
        agreeing: Keypoints that agree under one transform.
        turn: Orientation: bit 2 rows and columns swapped first, bit 0 mirrored left to right, bit 1 top to bottom.
        inverted: Bright and dark are exchanged.
        model: a, b, c, d, e, f: x_query = a x + b y + c, y_query = d x + e y + f, places in 0..1 of each side.
    """

    entry: int
    score: float
    agreeing: int
    turn: int
    inverted: bool
    model: tuple[float, float, float, float, float, float]


def _plane(plane: npt.NDArray[np.uint16]) -> tuple[npt.NDArray[np.uint16], object]:
    plane = np.asarray(plane)
    if plane.ndim != 2 or plane.dtype != np.uint16:
        raise errors.ShapeError(f"a plane is 2-D uint16; got {plane.ndim}-D {plane.dtype}")
    plane = np.ascontiguousarray(plane)
    size = lib.pdql_keypoints_work_size(plane.shape[1], plane.shape[0])
    if not size:
        raise errors.ShapeError(f"a plane has sides 1 to 4096 and at most 131072 cells; got {plane.shape}")
    return plane, ffi.new("uint8_t[]", size)


def keypoint_signature(plane: npt.NDArray[np.uint16], keypoints: int = KEYPOINTS, kernels: Kernels = BEST) -> bytes:
    """Return the keypoint signature of an entry (docs/formats/keypoints.md), at most 3 + 11 * keypoints bytes."""
    if not 1 <= keypoints <= MAX_KEYPOINTS:
        raise errors.ArgumentError(f"keypoints: 1 to {MAX_KEYPOINTS}; got {keypoints}")
    plane, work = _plane(plane)
    record = ffi.new("uint8_t[]", lib.PDQL_KEYPOINTS_RECORD_MAX)
    length = ffi.new("size_t *")
    rows, cols = plane.shape
    check(
        lib.pdql_keypoints_signature(
            kernels.pointer, ffi.from_buffer("uint16_t[]", plane), cols, rows, cols, keypoints, work,
            ffi.sizeof(work), record, length,
        ),
        "keypoint signature",
    )  # fmt: skip
    return bytes(ffi.buffer(record, length[0]))


class KeypointQuery:
    """The keypoints of one picture that is looked for. Immutable; may be used from many threads."""

    def __init__(self, plane: npt.NDArray[np.uint16], kernels: Kernels = BEST) -> None:
        plane, work = _plane(plane)
        rows, cols = plane.shape
        size = lib.pdql_keypoints_query_size()
        self._words = ffi.new("uint64_t[]", (size + 7) // 8)
        self._kernels = kernels
        check(
            lib.pdql_keypoints_query(
                kernels.pointer, ffi.from_buffer("uint16_t[]", plane), cols, rows, cols, work, ffi.sizeof(work),
                self._words, size,
            ),
            "local query",
        )  # fmt: skip

    def compare(self, record: bytes, turns: int = ALL_TURNS) -> KeypointMatch | None:
        """Return how one signature agrees with the query, None if nothing does."""
        if not 1 <= turns <= ALL_TURNS:
            raise errors.ArgumentError(f"turns: a set of 8 bits, not empty; got {turns}")
        match = ffi.new("pdql_keypoints_match *")
        data = ffi.from_buffer("uint8_t[]", record)
        check(
            lib.pdql_keypoints_compare(self._kernels.pointer, self._words, data, len(record), turns, match),
            "keypoint signature",
        )
        return _match(match) if match.score > 0 else None


def _match(m: object) -> KeypointMatch:
    a, b, c, d, e, f = (v / 65536 for v in m.model)  # type: ignore[attr-defined]
    return KeypointMatch(m.entry, m.score / NATS, m.agreeing, m.turn, bool(m.inverted), (a, b, c, d, e, f))  # type: ignore[attr-defined]


class KeypointIndex:
    """Finds the entries that show parts of a query. Immutable; a search takes its own memory."""

    def __init__(
        self,
        signatures: Sequence[bytes],
        kernels: Kernels = BEST,
        rows: npt.NDArray[np.uint8] | None = None,
        meta: npt.NDArray[np.uint8] | None = None,
    ) -> None:
        """
        Build from the keypoint signatures of a list, in list order.

        Args:
            signatures: Empty bytes for an entry that has none.
            rows: The entries' hashes, shape (n, 32), uint8: keypoints that three and more entries share say nothing of one of them,
                unless their hashes are those of versions of one picture.
            meta: The entries' bytes in a list of videos, shape (n, 14), uint8: frames of one video are versions of one another.

        Raises:
            ArgumentError: Bytes that are no keypoint signature.
        """
        self._kernels = kernels
        if rows is not None and rows.shape != (len(signatures), 32):
            raise errors.ShapeError(f"rows need the shape ({len(signatures)}, 32), not {rows.shape}")
        if meta is not None and meta.shape != (len(signatures), 14):
            raise errors.ShapeError(f"meta needs the shape ({len(signatures)}, 14), not {meta.shape}")
        rows = rows if rows is None else np.ascontiguousarray(rows, np.uint8)
        meta = meta if meta is None else np.ascontiguousarray(meta, np.uint8)
        data = b"".join(signatures)
        lengths = np.array([len(s) for s in signatures], np.uint32)
        points = sum(s[1] for s in signatures if len(s) > 1)
        size = lib.pdql_keypoints_index_size(len(signatures), points)
        if not size:
            raise errors.ArgumentError("keypoint signatures: damaged, or too many for one index")
        block = np.zeros(size // 8, np.uint64)
        check(
            lib.pdql_keypoints_index_build_frames(
                ffi.from_buffer("uint8_t[]", data), ffi.from_buffer("uint32_t[]", lengths),
                ffi.NULL if rows is None else ffi.from_buffer("uint8_t[]", rows),
                ffi.NULL if meta is None else ffi.from_buffer("uint8_t[]", meta), len(signatures), ffi.from_buffer(block), size,
            ),
            "keypoint signatures",
        )  # fmt: skip
        self._hold(block)

    def _hold(self, block: npt.NDArray[np.uint64]) -> None:
        entries, points = ffi.new("size_t *"), ffi.new("size_t *")
        check(
            lib.pdql_keypoints_index_open(ffi.from_buffer(block), block.nbytes, entries, points),
            "open local index",
        )
        self._block, self._n = block, entries[0]

    @classmethod
    def open(cls, source: bytes | str | os.PathLike[str], mmap: bool = True, kernels: Kernels = BEST) -> KeypointIndex:
        """
        Open a block that save wrote, or its bytes. Reads its head only.

        Args:
            source: The path of the file, or the bytes of the block.
            mmap: Map the file: searches read the pages they need, processes share them. It must then not be changed
                or cut while open (replacing it, as save does, is fine). False reads it into memory.

        Raises:
            IndexBlockError: No block of this version and byte order, or cut. Damage further on is told by a
                search or leads to wrong hits, never to a crash: who stores a block stores its digest.
            UnreadableError: The file cannot be opened.
        """
        data = source if isinstance(source, (bytes, bytearray, memoryview)) else _read(Path(source), mmap)
        if len(data) < 8 or len(data) % 8:
            raise errors.IndexBlockError("open local index: cut, or none")
        block = np.frombuffer(data, np.uint64)
        index = cls.__new__(cls)
        index._kernels = kernels
        index._hold(block if block.ctypes.data % 8 == 0 else block.copy())
        return index

    @classmethod
    def load(cls, path: str | os.PathLike[str], mmap: bool = True) -> KeypointIndex:
        """Open the block of a file: the same as open."""
        return cls.open(path, mmap)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the block to a file, which appears whole or not at all."""
        target = Path(path)
        beside = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.tmp")
        try:
            with beside.open("wb") as file:
                file.write(self.block.data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)

    def __reduce__(self) -> tuple[object, tuple[bytes]]:
        return KeypointIndex.open, (self.block.tobytes(),)

    def __len__(self) -> int:
        return int(self._n)

    @property
    def block(self) -> npt.NDArray[np.uint64]:
        """The block of the index, for a matcher; for this machine's byte order."""
        return self._block

    @property
    def nbytes(self) -> int:
        """Bytes of the block."""
        return int(self._block.nbytes)

    def search(
        self, query: KeypointQuery, min_score: float = 0.0, limit: int = 64, turns: int = ALL_TURNS
    ) -> list[KeypointMatch]:
        """
        Return the best match of each entry found, best first.

        Args:
            min_score: Least score of a hit, nats.
            limit: Most hits, up to 256.
            turns: Orientations of the query to try, bit t for turn t (KeypointMatch.turn).
        """
        if not 1 <= limit <= 256 or not 1 <= turns <= ALL_TURNS:
            raise errors.ArgumentError(f"limit: 1 to 256, turns: 1 to {ALL_TURNS}; got {limit}, {turns}")
        work = ffi.new("uint8_t[]", lib.pdql_keypoints_search_size())
        hits, count = ffi.new("pdql_keypoints_match[]", limit), ffi.new("size_t *")
        check(
            lib.pdql_keypoints_search(
                self._kernels.pointer, ffi.from_buffer(self._block), self._block.nbytes, query._words, turns,
                int(min_score * NATS), work, ffi.sizeof(work), hits, limit, count,
            ),
            "local search",
        )  # fmt: skip
        return [_match(hits[i]) for i in range(count[0])]


def _read(path: Path, mmap: bool) -> bytes | _mmap.mmap:
    """Return the bytes of a file, mapped or copied."""
    try:
        with path.open("rb") as file:
            if mmap and os.fstat(file.fileno()).st_size:
                return _mmap.mmap(file.fileno(), 0, access=_mmap.ACCESS_READ)
            return file.read()
    except OSError as error:
        raise errors.UnreadableError("the file of keypoint signatures cannot be opened") from error
