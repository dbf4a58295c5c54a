"""
Reports of the same thing, grouped: by hashes, confirmed by keypoints.

A group is what lies near the report that it began with, never near a neighbour's neighbour: groups do not drift. Hashes can be forged
to lie near any other; keypoints that lie elsewhere then make a group of their own, which names the one it resembles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pdqlite.index import Index
from pdqlite.reports.items import Item

RADIUS = 31  # bits; what PDQ's authors advise for the same picture
SAMPLE = 16  # frames of a video by which its group is looked for
SHARE = 0.8  # of a report's frames must be in the group's video
BACK = 0.5  # and of the group's in the report's
PAIRS = 8  # frames whose keypoints are compared
FEW = 8  # keypoints: fewer say nothing
Rows = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shape:
    """
    What is compared of a report.

    Attributes:
        kind: "image" or "video".
        rows: Hashes, shape (n, 32).
        signatures: Keypoint signatures, n; empty where there is none.
    """

    kind: str
    rows: Rows
    signatures: tuple[bytes, ...]

    @classmethod
    def of(cls, kind: str, items: Sequence[Item]) -> Shape:
        """Return the shape of a picture or video."""
        rows = np.frombuffer(b"".join(item.bits for item in items), np.uint8).reshape(-1, 32)
        return cls(kind, rows, tuple(item.signature for item in items))

    @property
    def key(self) -> bytes:
        """Equal for shapes whose hashes and keypoints are the same."""
        digest = hashlib.sha256(self.kind.encode() + self.rows.tobytes())
        for record in self.signatures:
            digest.update(len(record).to_bytes(2, "big") + record)
        return digest.digest()

    @property
    def sample(self) -> Rows:
        """Some rows, spread evenly."""
        n = len(self.rows)
        return self.rows if n <= SAMPLE else self.rows[np.linspace(0, n - 1, SAMPLE).astype(int)]


def packed(records: Sequence[bytes]) -> bytes:
    """Return signatures as one block."""
    return b"".join(len(r).to_bytes(2, "big") + r for r in records)


def unpacked(block: bytes) -> tuple[bytes, ...]:
    """Return the signatures of a block."""
    found, at = [], 0
    while at < len(block):
        end = at + 2 + int.from_bytes(block[at : at + 2], "big")
        found.append(block[at + 2 : end])
        at = end
    return tuple(found)


def distances(a: Rows, b: Rows) -> npt.NDArray[np.int64]:
    """Return how many bits differ, shape (len(a), len(b))."""
    found: npt.NDArray[np.int64] = np.unpackbits(a[:, None, :] ^ b[None, :, :], axis=2).sum(axis=2, dtype=np.int64)
    return found


def agree(a: bytes, b: bytes) -> bool | None:
    """
    Return whether two keypoint signatures are of one upright, whole picture; None if one of them says too little. One that was left out
    where the other says much does not agree: a hash alone is easily moved.
    """
    if min(len(a), len(b)) < 3 <= max(len(a), len(b)) and max(a[1:2], b[1:2])[0] >= 2 * FEW:
        return False
    if len(a) < 3 or len(b) < 3 or min(a[1], b[1]) < FEW:
        return None
    if a == b:
        return True
    one, two = (np.frombuffer(r, np.uint8, offset=3).reshape(-1, 11) for r in (a, b))
    x, y, scale = (np.abs(one[:, k, None].astype(np.int16) - two[None, :, k]) for k in range(3))
    i, j = np.nonzero((x <= 6) & (y <= 6) & (scale <= 10) & (scale % 2 == 0))  # bit 0 of the scale byte is the sign
    close = np.unpackbits(one[i, 3:] ^ two[j, 3:], axis=1).sum(axis=1) <= 16
    return bool(4 * len(np.unique(i[close])) >= min(len(one), len(two)))


def near(a: Shape, b: Shape) -> bool:
    """Return True if two shapes have near hashes: a picture's one, most of a video's frames."""
    if a.kind != b.kind:
        return False
    if a.kind == "image":
        return bool(distances(a.rows, b.rows)[0, 0] <= RADIUS)
    close = Index(b.rows, "scan").search_many(a.rows, RADIUS)
    share, back = len(np.unique(close.query)) / len(a.rows), len(np.unique(close.row)) / len(b.rows)
    return share >= SHARE and back >= BACK


def same_keypoints(a: Shape, b: Shape) -> bool:
    """Return False if most pairs of near pictures have keypoints that lie elsewhere; True if nothing speaks against it."""
    close = np.argwhere(distances(a.sample, b.sample) <= RADIUS) if a.kind == "video" else np.zeros((1, 2), int)
    told = []
    for i, j in close[:: max(1, len(close) // PAIRS)][:PAIRS]:
        one, two = (_record(shape, at) for shape, at in ((a, i), (b, j)))
        said = agree(one, two)
        told += [] if said is None else [said]
    return not told or 2 * sum(told) >= len(told)


def _record(shape: Shape, at: int) -> bytes:
    n = len(shape.rows)
    return shape.signatures[at if n <= SAMPLE else int(np.linspace(0, n - 1, SAMPLE)[at])]
