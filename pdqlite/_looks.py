"""
Ways to see one picture: where the original may sit in it, in every orientation and light.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pdqlite import _native_match as native
from pdqlite._native_local import LocalMatch, local_signature
from pdqlite.errors import ShapeError
from pdqlite.hashing import Hasher
from pdqlite.types import Policy, Where

ORIENTATIONS = (
    "as is", "turned 90", "turned 180", "turned 270", "flipped", "mirrored", "transposed",
    "transposed back",
)  # fmt: skip
UPRIGHT = ("as is", "mirrored")
GROUPS = 6  # four of looks, one of un-cropping, one of local signatures; each may use the same part of the false-match rate; within one, each look the same

Pixels = npt.NDArray[np.uint8]


class Look(NamedTuple):
    """
    One way to see a picture.

    Attributes:
        where: Rectangle, orientation, light.
        bits: The hash there.
        quality: And its quality.
        number: 16 x rectangle + 8 x inverted + orientation, 0 to 207.
        looks: This look may use 1/looks of the false-match rate.
    """

    where: Where
    bits: bytes
    quality: int
    number: int
    looks: int


# Orientations by turn of a local match: rows and columns swapped (4), then mirrored (1), flipped (2).
TURNS = (
    "as is", "mirrored", "flipped", "turned 180", "transposed", "turned 270", "turned 90",
    "transposed back",
)  # fmt: skip


def plane_of(pixels: Pixels, limited: bool) -> native.Plane:
    """Return the small brightness plane of a picture."""
    kind = native.RGB if pixels.ndim == 3 else native.GRAY_LIMITED if limited else native.GRAY
    return native.Plane(pixels, kind)


def signature(pixels: Pixels) -> bytes:
    """Return the local signature of a picture (docs/formats/local.md), for the entry of a list."""
    return local_signature(plane_of(pixels, limited=False).samples)


def where_of(match: LocalMatch) -> Where:
    """Return where the original lies in the query: the box around it, cut at the query's edges."""
    a, b, c, d, e, f = match.model
    xs = [a * x + b * y + c for x in (0, 1) for y in (0, 1)]
    ys = [d * x + e * y + f for x in (0, 1) for y in (0, 1)]
    left, top, right, bottom = (min(1.0, max(0.0, v)) for v in (min(xs), min(ys), max(xs), max(ys)))
    return Where(left, top, right, bottom, TURNS[match.turn], match.inverted)


def _group(rectangle: int, orientation: str, inverted: bool) -> int:
    """Whole as it is; whole otherwise; part upright; part otherwise: from likely to unlikely."""
    if rectangle == 0:
        return 0 if orientation == "as is" and not inverted else 1
    return 2 if orientation in UPRIGHT and not inverted else 3


class Looker:
    """
    Makes the looks at pictures of one size.

    Args:
        pixels: The first of them; only its shape is looked at.
        policy: Which looks are wanted.

    Raises:
        ShapeError: Not uint8, not 1, 3 or 4 channels, or a side under 5 pixels.
    """

    def __init__(self, pixels: Pixels, policy: Policy) -> None:
        if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3):
            raise ShapeError(f"a picture needs uint8 pixels in 2 or 3 axes; got {pixels.dtype}")
        if pixels.ndim == 3 and pixels.shape[2] not in (3, 4):
            raise ShapeError(f"a pixel needs 1, 3 or 4 channels; got {pixels.shape[2]}")
        self.shape = pixels.shape
        self._hasher = Hasher(pixels.shape[1], pixels.shape[0])
        self._policy = policy

    def look(self, pixels: Pixels, limited: bool = False) -> list[Look]:
        """Return the looks at one picture, the whole of it as it is first."""
        if self._policy.turned:
            whole = [(h.bits, h.quality) for h in self._hasher.orientations(pixels, limited)]
        else:
            one = self._hasher.hash(pixels, limited)
            whole = [(one.bits, one.quality)]
        hashes: list[Any] = [whole]
        rectangles: list[Any] = [(0.0, 0.0, 1.0, 1.0)]
        if self._policy.frames_within:
            self._probe(pixels, limited, hashes, rectangles)
        return self._share(hashes, rectangles)

    def _probe(
        self, pixels: Pixels, limited: bool, hashes: list[Any], rectangles: list[Any]
    ) -> None:
        """Add the rectangles inside the picture that may be the original's frame."""
        plane = plane_of(pixels, limited)
        for frame in native.probe(plane)[1:]:
            found = native.frame_hashes(plane, frame)
            hashes.append(found if self._policy.turned else found[:1])
            w, h = plane.width, plane.height
            rectangles.append((frame.x0 / w, frame.y0 / h, frame.x1 / w, frame.y1 / h))

    def _share(self, hashes: list[Any], rectangles: list[Any]) -> list[Look]:
        keys = [(r, o, i) for r, found in enumerate(hashes)
                for i in range(2 if self._policy.inverted else 1) for o in range(len(found))]
        groups = [_group(r, ORIENTATIONS[o], bool(i)) for r, o, i in keys]
        looks = []
        for (r, o, i), group in zip(keys, groups, strict=True):
            bits, quality = hashes[r][o]
            if i:  # inverted light negates every coefficient: every bit turns over
                bits = (int.from_bytes(bits, "big") ^ ((1 << 256) - 1)).to_bytes(32, "big")
            left, top, right, bottom = rectangles[r]
            where = Where(left, top, right, bottom, ORIENTATIONS[o], bool(i))
            share = GROUPS * groups.count(group)
            looks.append(Look(where, bits, quality, 16 * r + 8 * i + o, share))
        return looks
