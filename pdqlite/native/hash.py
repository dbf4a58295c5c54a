"""
The hash part of the C core: arrays in, (bits, quality) out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite import errors
from pdqlite._core import ffi, lib
from pdqlite.native.core import BEST, Kernels, check

GRAY: int = lib.PDQL_GRAY
GRAY_LIMITED: int = lib.PDQL_GRAY_LIMITED
RGB: int = lib.PDQL_RGB
BGR: int = lib.PDQL_BGR
GRAY16: int = lib.PDQL_GRAY16
MAX_SIDE: int = lib.PDQL_MAX_SIDE
MAX_PIXELS: int = lib.PDQL_MAX_PIXELS
ORIENTATIONS = 8

Pixels = npt.NDArray[Any]


class Hasher:
    """
    Hashes pictures of one size, one at a time; make one for each thread.

    Args:
        width, height: Size of the pictures, 5 to 1048576 each, 268435456 pixels at most.
        original: Width and height before a reduced decode, to a 16th at least; None if the pixels are all there.
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
        in_range = all(0 < side < 2**32 for side in (width, height, *full))
        size = lib.pdql_hasher_size_reduced(width, height, *full) if in_range else 0
        if size == 0:
            raise errors.ShapeError(
                f"sides must be 5 to {MAX_SIDE} and pixels at most {MAX_PIXELS}, reduced to a 16th at least;"
                f" not {full[0]} x {full[1]}" + (f" given as {width} x {height}" if original else "")
            )
        self.width, self.height = width, height
        self._kernels = kernels.pointer
        self._memory = ffi.new("uint64_t[]", (size + 7) // 8)
        self._image = ffi.new("pdql_image *")
        self._image.width, self._image.height = width, height
        self._out = ffi.new("pdql_hash[]", ORIENTATIONS)
        status = lib.pdql_hasher_init_reduced(self._memory, size, width, height, *full)
        check(status, "a hasher for this size")
        self._hasher = ffi.cast("pdql_hasher *", self._memory)

    def _describe(self, pixels: Pixels, format_: int) -> Any:
        wanted = np.uint16 if format_ == GRAY16 else np.uint8
        if pixels.dtype != wanted or pixels.ndim not in (2, 3):
            raise errors.ShapeError(
                f"pixels must be {wanted.__name__} with 2 or 3 axes, not {pixels.dtype} with {pixels.ndim}"
            )
        if pixels.shape[:2] != (self.height, self.width):
            raise errors.ShapeError(f"this hasher takes {self.height} rows of {self.width}, not {pixels.shape[:2]}")
        if format_ in (RGB, BGR) and (pixels.ndim != 3 or pixels.shape[2] < 3):
            raise errors.ShapeError(f"RGB needs at least 3 channels, not shape {pixels.shape}")
        if 0 in pixels.strides[:2] or format_ == GRAY16:  # broadcast, or foreign byte order
            pixels = np.ascontiguousarray(pixels, dtype="<u2" if format_ == GRAY16 else None)
        image = self._image
        image.data = ffi.cast("const uint8_t *", pixels.ctypes.data)
        image.row_stride, image.pixel_stride = pixels.strides[:2]
        image.channel_stride = pixels.strides[2] if pixels.ndim == 3 else 0
        image.format = format_
        return pixels  # keeps the memory alive

    def _call(self, function: Any, pixels: Pixels, format_: int) -> None:
        keep = self._describe(pixels, format_)
        status = function(self._kernels, self._hasher, self._image, self._out)
        if status == lib.PDQL_ERR_SHAPE:  # memory that pixels share, as in a window sliding over it
            keep = self._describe(np.array(keep, order="C"), format_)
            status = function(self._kernels, self._hasher, self._image, self._out)
        check(status, "hash of a picture")
        del keep

    def hash(self, pixels: Pixels, format_: int) -> tuple[bytes, int]:
        """Return (32 bytes, quality)."""
        self._call(lib.pdql_hash_image, pixels, format_)
        return bytes(ffi.buffer(self._out[0].bits)), self._out[0].quality

    def orientations(self, pixels: Pixels, format_: int) -> list[tuple[bytes, int]]:
        """Return the eight (32 bytes, quality) in the order of pdql_hash_orientations."""
        self._call(lib.pdql_hash_orientations, pixels, format_)
        return [(bytes(ffi.buffer(o.bits)), o.quality) for o in self._out]
