"""
The match part of the C core: planes, frames (tier 1) and un-cropping (tier 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite import errors
from pdqlite._core import ffi, lib
from pdqlite._native import BEST, Kernels, check

GRAY, GRAY_LIMITED, RGB, BGR = lib.PDQL_GRAY, lib.PDQL_GRAY_LIMITED, lib.PDQL_RGB, lib.PDQL_BGR
KINDS = ("whole", "trim", "blur", "window")
CELL = 256  # frames are in 1/256 of a cell
NAT = 16  # scores are in 1/16 nat


def _memory(size: int) -> Any:
    return ffi.new("uint64_t[]", (size + 7) // 8)


@dataclass(frozen=True, slots=True)
class Frame:
    """
    A rectangle of a plane that may be the original's frame.

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


def _frame_in(frame: Frame) -> Any:
    corners = [round(v * CELL) for v in (frame.x0, frame.y0, frame.x1, frame.y1)]
    if not all(-(2**30) < v < 2**30 for v in corners):
        raise errors.ArgumentError("a frame far outside the plane")
    return ffi.new("pdql_frame *", [*corners, KINDS.index(frame.kind)])


def _frame_out(frame: Any) -> Frame:
    return Frame(frame.x0 / CELL, frame.y0 / CELL, frame.x1 / CELL, frame.y1 / CELL, KINDS[frame.kind])


def probe(plane: Plane) -> list[Frame]:
    """Return where the original may sit: the whole plane first, then up to 12 rectangles."""
    size = lib.pdql_probe_size()
    frames, count = ffi.new("pdql_frame[]", lib.PDQL_MAX_FRAMES), ffi.new("size_t *")
    check(lib.pdql_probe(plane.pointer, _memory(size), size, frames, count), "frames of a picture")
    return [_frame_out(frames[i]) for i in range(count[0])]


def frame_hashes(plane: Plane, frame: Frame) -> list[tuple[bytes, int]]:
    """Return (32 bytes, quality) of a frame in its eight orientations, in the order of orientations()."""
    out = ffi.new("pdql_hash[]", 8)
    check(lib.pdql_frame_hashes(plane.pointer, _frame_in(frame), out), "hashes of a frame")
    return [(bytes(ffi.buffer(h.bits)), h.quality) for h in out]
