"""
The hash part of the C core: arrays in, (bits, quality) out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite import errors
from pdqlite._core import ffi, lib
from pdqlite._native import BEST, Kernels, check

GRAY: int = lib.PDQL_GRAY
GRAY_LIMITED: int = lib.PDQL_GRAY_LIMITED
RGB: int = lib.PDQL_RGB
ORIENTATIONS = 8

Pixels = npt.NDArray[np.uint8]


class Hasher:
    """
    Hashes pictures of one size, one at a time; make one for each thread.

    Args:
        width, height: Size of the pictures, 5 to 1048576 each.
        original: Width and height before a reduced decode; None if the pixels are all there.
        kernels: The table to run on; the best one by default.
    """

    def __init__(
        self,
        width: int,
        height: int,
        original: tuple[int, int] | None = None,
        kernels: Kernels = BEST,
    ) -> None:
        full = original or (width, height)
        size = lib.pdql_hasher_size(*full) if all(0 < side < 2**32 for side in full) else 0
        if size == 0:
            raise errors.ShapeError(f"sides must be 5 to 1048576 pixels, not {full[0]} x {full[1]}")
        self.width, self.height = width, height
        self._kernels = kernels.pointer
        self._memory = ffi.new("uint64_t[]", (size + 7) // 8)
        self._image = ffi.new("pdql_image *")
        self._out = ffi.new("pdql_hash[]", ORIENTATIONS)
        status = lib.pdql_hasher_init_reduced(self._memory, size, width, height, *full)
        check(status, "a hasher for this size")
        self._hasher = ffi.cast("pdql_hasher *", self._memory)

    def _describe(self, pixels: Pixels, format_: int) -> Any:
        if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3):
            raise errors.ShapeError(f"pixels must be uint8 with 2 or 3 axes, not {pixels.dtype} with {pixels.ndim}")
        if pixels.shape[:2] != (self.height, self.width):
            raise errors.ShapeError(f"this hasher takes {self.height} rows of {self.width}, not {pixels.shape[:2]}")
        if format_ == RGB and (pixels.ndim != 3 or pixels.shape[2] < 3):
            raise errors.ShapeError(f"RGB needs at least 3 channels, not shape {pixels.shape}")
        if pixels.ndim == 3 and pixels.strides[2] != 1:
            pixels = np.ascontiguousarray(pixels)
        if 0 in pixels.strides[:2]:
            pixels = np.ascontiguousarray(pixels)
        image = self._image
        image.data = ffi.cast("const uint8_t *", pixels.ctypes.data)
        image.width, image.height = self.width, self.height
        image.row_stride, image.pixel_stride = pixels.strides[:2]
        image.format = format_
        return pixels  # keeps the memory alive

    def hash(self, pixels: Pixels, format_: int) -> tuple[bytes, int]:
        """Return (32 bytes, quality)."""
        keep = self._describe(pixels, format_)
        check(lib.pdql_hash_image(self._kernels, self._hasher, self._image, self._out), "hash of a picture")
        del keep
        return bytes(ffi.buffer(self._out[0].bits)), self._out[0].quality

    def orientations(self, pixels: Pixels, format_: int) -> list[tuple[bytes, int]]:
        """Return the eight (32 bytes, quality) in the order of pdql_hash_orientations."""
        keep = self._describe(pixels, format_)
        status = lib.pdql_hash_orientations(self._kernels, self._hasher, self._image, self._out)
        check(status, "hash of a picture")
        del keep
        return [(bytes(ffi.buffer(o.bits)), o.quality) for o in self._out]
