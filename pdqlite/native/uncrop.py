"""
The match part of the C core: planes, regions (tier 1) and un-cropping (tier 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite import errors
from pdqlite._core import ffi, lib
from pdqlite.native.core import BEST, Kernels, check

GRAY, GRAY_LIMITED, RGB, BGR = lib.PDQL_GRAY, lib.PDQL_GRAY_LIMITED, lib.PDQL_RGB, lib.PDQL_BGR
KINDS = ("whole", "trim", "blur", "window")
CELL = 256  # regions are in 1/256 of a cell
NAT = 16  # scores are in 1/16 nat


def _memory(size: int) -> Any:
    return ffi.new("uint64_t[]", (size + 7) // 8)


@dataclass(frozen=True, slots=True)
class Region:
    """
    A rectangle of a plane that may be the original's region.

    Attributes:
        x0, y0, x1, y1: Plane cells, fractions allowed.
        kind: "whole", "trim", "blur" or "window".
    """

    x0: float
    y0: float
    x1: float
    y1: float
    kind: str


class Plane:
    """
    A picture box-averaged to about 65 536 cells in its own aspect, with its integral image.

    Args:
        pixels: uint8, shape (rows, columns) or (rows, columns, 3 or 4); any strides.
        format_: GRAY or GRAY_LIMITED for two axes, RGB or BGR for three.
        kernels: The table to run on; the best one by default.
    """

    def __init__(self, pixels: npt.NDArray[np.uint8], format_: int, kernels: Kernels = BEST) -> None:
        axes = 3 if format_ in (RGB, BGR) else 2
        if pixels.dtype != np.uint8 or pixels.ndim != axes or (axes == 3 and pixels.shape[2] < 3):
            raise errors.ShapeError(f"pixels must be uint8 with {axes} axes, not {pixels.dtype} {pixels.shape}")
        if 0 in pixels.strides or (axes == 3 and pixels.strides[2] != 1):
            pixels = np.ascontiguousarray(pixels)
        height, width = pixels.shape[:2]
        size = lib.pdql_plane_size(width, height) if 0 < width < 2**32 and 0 < height < 2**32 else 0
        if not size:
            raise errors.ShapeError(f"sides must be 1 to 1048576 pixels, not {width} x {height}")
        self._held = _memory(size)
        image = ffi.new("pdql_image *")
        image.data = ffi.cast("const uint8_t *", pixels.ctypes.data)
        image.width, image.height, image.format = width, height, format_
        image.row_stride, image.pixel_stride = pixels.strides[:2]
        self.pointer = ffi.new("pdql_plane *")
        check(lib.pdql_plane_make(kernels.pointer, image, self._held, size, self.pointer), "plane of a picture")
        self.width, self.height = self.pointer.width, self.pointer.height

    @property
    def samples(self) -> npt.NDArray[np.uint16]:
        """The cells, shape (height, width): brightness times 256. A copy."""
        raw = ffi.buffer(self.pointer.samples, 2 * self.width * self.height)
        return np.frombuffer(raw, np.uint16).reshape(self.height, self.width).copy()

    @property
    def integral(self) -> npt.NDArray[np.uint32]:
        """Sums above and left of each corner, shape (height + 1, width + 1). A copy."""
        raw = ffi.buffer(self.pointer.integral, 4 * (self.width + 1) * (self.height + 1))
        return np.frombuffer(raw, np.uint32).reshape(self.height + 1, self.width + 1).copy()


def _region_in(region: Region) -> Any:
    corners = [round(v * CELL) for v in (region.x0, region.y0, region.x1, region.y1)]
    if not all(-(2**30) < v < 2**30 for v in corners):
        raise errors.ArgumentError("a region far outside the plane")
    return ffi.new("pdql_region *", [*corners, KINDS.index(region.kind)])


def _region_out(region: Any) -> Region:
    return Region(region.x0 / CELL, region.y0 / CELL, region.x1 / CELL, region.y1 / CELL, KINDS[region.kind])


def find_regions(plane: Plane, more: bool = False) -> list[Region]:
    """Return where the original may sit: the whole plane first, then up to 12 rectangles, or 39 if more are asked for."""
    size, call = lib.pdql_regions_size(), lib.pdql_regions_find_more if more else lib.pdql_regions_find
    regions, count = ffi.new("pdql_region[]", lib.PDQL_MAX_REGIONS_MORE), ffi.new("size_t *")
    check(call(plane.pointer, _memory(size), size, regions, count), "regions of a picture")
    return [_region_out(regions[i]) for i in range(count[0])]


def region_hashes(plane: Plane, region: Region) -> list[tuple[bytes, int]]:
    """Return (32 bytes, quality) of a region in its eight orientations, in the order of orientations()."""
    out = ffi.new("pdql_hash[]", 8)
    check(lib.pdql_region_hashes(plane.pointer, _region_in(region), out), "hashes of a region")
    return [(bytes(ffi.buffer(h.bits)), h.quality) for h in out]


class Weights:
    """
    Sets of log-odds of the 256 bits, one for each part of the original that a picture may show.

    Attributes:
        pointer: `count` pdql_weights.
        planes: The plane that each set was made of: as it is, or rotated.
        regions: The regions of the plane as it is.
    """

    def __init__(self, pointer: Any, count: int, planes: list[Any], regions: Any, held: list[Any]) -> None:
        self.pointer, self.count, self.planes, self.regions, self._held = pointer, count, planes, regions, held

    def __len__(self) -> int:
        return self.count

    def part(self, number: int) -> tuple[int, int, int, int, int, int, int, int]:
        """Return (u0, u1, v0, v1, region, turn, inverted, angle) of one set."""
        p = self.pointer[number].part
        return p.u0, p.u1, p.v0, p.v1, p.region, p.turn, p.inverted, p.angle

    def array(self) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
        """Return the weights, shape (count, 256), and biases, shape (count,): 1/16 nat. Copies."""
        raw = ffi.buffer(self.pointer, self.count * ffi.sizeof("pdql_weights"))
        kind = np.dtype([("w", np.int8, 256), ("bias", np.int32), ("part", np.uint8, 8), ("place", np.int32, 5)])
        a = np.frombuffer(raw, kind)
        return a["w"].copy(), a["bias"].copy()


class Uncrop:
    """The tables of un-cropping (3.0 MB, made once in some 50-100 ms; read-only, so threads may share them)."""

    def __init__(self) -> None:
        size = lib.pdql_uncrop_size()
        self._held = _memory(size)
        check(lib.pdql_uncrop_init(self._held, size), "un-crop tables")
        self.pointer = ffi.cast("const pdql_uncrop *", self._held)

    def hypotheses(self, plane: Plane, regions: list[Region], rotations: bool = True) -> Weights:
        """Return the weights of every part worth searching, rotated planes last."""
        angles = lib.PDQL_ANGLES if rotations else 1
        room = lib.PDQL_MAX_HYPOTHESES
        out, count, n = ffi.new("pdql_weights[]", room), ffi.new("size_t *"), 0
        given = ffi.new("pdql_region[]", [_region_in(f)[0] for f in regions])
        planes, held = [plane.pointer], [plane]
        size = lib.pdql_plane_size(plane.width, plane.height)
        for angle in range(angles):
            if angle:
                memory, turned = _memory(size), ffi.new("pdql_plane *")
                check(lib.pdql_plane_rotate(plane.pointer, angle, memory, size, turned), "a rotated plane")
                planes.append(turned)
                held.append(memory)
            status = lib.pdql_uncrop_hypotheses(
                self.pointer, planes[angle], given, len(regions), angle, out + n, room - n, count
            )
            check(status, "un-crop hypotheses")
            n += count[0]
        return Weights(out, n, planes, given, held)

    def weights(self, plane: Plane, region: Region, part: tuple[int, ...]) -> Weights:
        """Return the weights of one part (u0, u1, v0, v1, region, turn, inverted, angle) of one region."""
        out, given = ffi.new("pdql_weights[]", 1), _region_in(region)
        check(lib.pdql_uncrop_weights(self.pointer, plane.pointer, given, ffi.new("pdql_part *", part), out), "weights")
        return Weights(out, 1, [plane.pointer], given, [plane])

    def refine(self, weights: Weights, number: int, row: bytes) -> tuple[float, Region]:
        """Return (score in nats, where the whole original lies) after moving the region of one set for one row."""
        if len(row) != 32 or not 0 <= number < len(weights):
            raise errors.ArgumentError("a row is 32 bytes, a set one of those made")
        chosen = weights.pointer + number
        plane = weights.planes[chosen.part.angle]
        score, original = ffi.new("int32_t *"), ffi.new("pdql_region *")
        status = lib.pdql_uncrop_refine(self.pointer, plane, chosen, row, score, original)
        check(status, "refinement of a region")
        return score[0] / NAT, _region_out(original)

    def joint(self, weights: Weights, number: int, row: bytes, original: Region) -> float:
        """Return what the row's bits say together beyond one by one (nats), once refine() has placed the original."""
        if len(row) != 32 or not 0 <= number < len(weights):
            raise errors.ArgumentError("a row is 32 bytes, a set one of those made")
        chosen, size, more = weights.pointer + number, lib.pdql_uncrop_joint_size(), ffi.new("int32_t *")
        plane = weights.planes[chosen.part.angle]
        status = lib.pdql_uncrop_joint(
            self.pointer, plane, chosen, _region_in(original), row, _memory(size), size, more
        )
        check(status, "bits of a row together")
        return float(more[0]) / NAT


class PackedRows:
    """Hashes laid out for the un-crop search: 32 bytes each, 36 above 100 000."""

    def __init__(self, rows: npt.NDArray[np.uint8]) -> None:
        rows = np.ascontiguousarray(rows, np.uint8)
        if rows.ndim != 2 or rows.shape[1] != 32:
            raise errors.ShapeError(f"rows must have shape (n, 32), not {rows.shape}")
        self.count = len(rows)
        size = lib.pdql_uncrop_packed_size(self.count)
        self._held = _memory(max(size, 8))
        packed = ffi.cast("uint8_t *", self._held)
        check(lib.pdql_uncrop_pack(ffi.from_buffer(rows), self.count, packed, size), "packed rows")
        self._packed = packed

    def search(
        self, weights: Weights, least: float = 12.0, cap: int = 12, kernels: Kernels = BEST
    ) -> list[tuple[int, float, int]]:
        """Return up to `cap` (row, score in nats, number of the weights), best first."""
        hits, count = ffi.new("pdql_uncrop_hit[]", max(cap, 1)), ffi.new("size_t *")
        size = lib.pdql_uncrop_search_size(self.count)
        work = _memory(size) if size else ffi.NULL
        status = lib.pdql_uncrop_search(
            kernels.pointer,
            weights.pointer,
            len(weights),
            self._packed,
            self.count,
            round(least * NAT),
            work,
            size,
            hits,
            cap,
            count,
        )
        check(status, "un-crop search")
        return [(hits[i].row, hits[i].score / NAT, hits[i].weights) for i in range(count[0])]


def score(weights: Weights, number: int, row: bytes) -> float:
    """Return the exact score of one row under one set, in nats."""
    if len(row) != 32 or not 0 <= number < len(weights):
        raise errors.ArgumentError("a row is 32 bytes, a set one of those made")
    return float(lib.pdql_uncrop_score(weights.pointer + number, row)) / NAT


@dataclass(frozen=True, slots=True)
class Proof:
    """
    How the claim stands that an entry lies in a picture.

    Attributes:
        value: Nats, for "the visible part of the entry is there" against "a part of that is"; None: too little is visible.
        bits: What the row's bits say, nats.
        cover: How far the keypoints are where they should be, 0 to 1.
        hull: How much of the visible part those that are there span.
        visible: How much of the entry the picture shows, 0 to 1.
        usable, good: Keypoints that the picture shows; those of them that are there.
    """

    value: float | None
    bits: float
    cover: float
    hull: float
    visible: float
    usable: int
    good: int


def _claim(
    record: bytes, model: Sequence[float], inverted: bool, common: int, lean: Sequence[float]
) -> tuple[Any, Any]:
    """Return a pdql_claim without a row, and what has to live as long."""
    claim, held = ffi.new("pdql_claim *"), ffi.from_buffer("uint8_t[]", record)
    claim.record, claim.length, claim.common, claim.inverted = held, len(record), common, inverted
    claim.model, claim.lean = ([round(65536 * v) for v in values] for values in (model, lean))
    return claim, held


def refine_claim(
    plane: Plane, record: bytes, model: Sequence[float], inverted: bool = False, lean: Sequence[float] = (0, 0)
) -> tuple[tuple[float, ...], tuple[float, ...], int]:
    """Return the map of a claim, moved one round to where its keypoints are: (model, lean, keypoints used)."""
    size = lib.pdql_claim_work_size(plane.width, plane.height)
    claim, held = _claim(record, model, inverted, 0, lean)
    used = ffi.new("unsigned *")
    check(lib.pdql_claim_refine(plane.pointer, claim, _memory(size), size, used), "a claim")
    del held
    return tuple(v / 65536 for v in claim.model), tuple(v / 65536 for v in claim.lean), used[0]


def verify_claim(
    plane: Plane, row: bytes, record: bytes, model: Sequence[float], inverted: bool = False, common: int = 0,
    bars: bool = False,
) -> Proof:  # fmt: skip
    """
    Return whether a picture shows the entry, not only a part of it, under a map.

    Args:
        plane: Of the picture.
        row: The entry's hash, 32 bytes.
        record: Its keypoint signature.
        model: As KeypointMatch.model; of a slant two numbers more, p and q: both places are divided by 1 + p x + q y.
        inverted: Bright and dark are exchanged.
        common: Bit i: keypoint i stands in other entries of the list too, and says nothing.
        bars: One tone along a side of the picture, up to 5/8 of it, hides, if 3/8 of the entry are left.
    """
    size = lib.pdql_claim_work_size(plane.width, plane.height)
    proof, bits = ffi.new("pdql_claim_proof *"), ffi.from_buffer("uint8_t[]", row)
    claim, held = _claim(record, model[:6], inverted, common, model[6:] or (0, 0))
    claim.row, claim.bars = bits, bars
    check(lib.pdql_claim_verify(plane.pointer, claim, _memory(size), size, proof), "a claim")
    del held, bits
    value = None if proof.value == lib.PDQL_CLAIM_NONE else proof.value / NAT
    return Proof(value, proof.bits / NAT, proof.cover / 65536, proof.hull / 65536, proof.visible / 65536,
                 proof.usable, proof.good)  # fmt: skip
