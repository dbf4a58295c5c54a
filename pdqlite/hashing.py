"""
Pixels to PDQ hashes. Knows arrays, not files.
"""

from __future__ import annotations

import operator
import threading
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError, ShapeError
from pdqlite.native import hash as native_hash
from pdqlite.types import ImageHash

MIN_SIDE = 5
WHITE = 255
LEVEL = 256  # units of 16-bit gray in a gray level

Pixels = npt.NDArray[Any]


class Hasher:
    """
    Hashes pictures of one size: the weights are worked out once. One thread at a time.

    Args:
        width, height: Size of the pixels that will be given, 5 to 1048576 each, 268435456 pixels at most.
        original: (width, height) before a reduced decode, to a 16th at least; None if there was none.

    Raises:
        ShapeError: A side is out of range.
        ArgumentError: A side is no whole number.
    """

    def __init__(self, width: int, height: int, original: tuple[int, int] | None = None) -> None:
        try:
            sides = [operator.index(side) for side in (width, height, *(original or ()))]
        except TypeError:
            sides = []
        if len(sides) not in (2, 4):
            raise ArgumentError(
                "width and height, and those before a reduced decode, have to be whole numbers of pixels"
            )
        self._native = native_hash.Hasher(sides[0], sides[1], (sides[2], sides[3]) if len(sides) == 4 else None)

    def hash(self, pixels: Pixels, limited: bool = False) -> ImageHash:
        """Hash one picture; see hash_pixels. `limited`: gray levels run from 16 to 235 (video)."""
        return ImageHash(*self._native.hash(*_readable(pixels, limited)))

    def orientations(self, pixels: Pixels, limited: bool = False) -> tuple[ImageHash, ...]:
        """Hash one picture in its eight orientations; see hash_orientations."""
        return tuple(ImageHash(*o) for o in self._native.orientations(*_readable(pixels, limited)))


def _readable(pixels: Pixels, limited: bool) -> tuple[Pixels, int]:
    """Return an array that the core reads in place, and what its bytes mean."""
    pixels = np.asarray(pixels)
    if pixels.dtype.kind == "f" and pixels.ndim == 2:
        if limited:
            raise ArgumentError("limited range is for uint8 luma, not for floats")
        # Not a number is neither; the nearest 1/256 of a level is far below what moves a bit of a photo.
        if pixels.size and not (pixels.min() >= 0 and pixels.max() <= WHITE):
            raise ArgumentError("float luma must be numbers from 0 black to 255 white")
        return np.rint(pixels * pixels.dtype.type(LEVEL)).astype(np.uint16), native_hash.GRAY16
    if pixels.dtype != np.uint8:
        raise ShapeError(
            "pixels must be uint8, 0 black to 255 white, or float luma of shape (rows, columns), "
            f"not {pixels.dtype} of shape {pixels.shape}"
        )
    if pixels.ndim == 3:
        return pixels, native_hash.RGB
    return pixels, native_hash.GRAY_LIMITED if limited else native_hash.GRAY


_local = threading.local()


def _hasher(pixels: Pixels) -> Hasher:
    """Return this thread's hasher for the size of `pixels`; the last few sizes are kept."""
    gray = pixels.ndim == 2
    if not gray and (pixels.ndim != 3 or pixels.shape[2] not in (3, 4)):
        raise ShapeError(f"pixels must be (rows, columns) or (rows, columns, 3 or 4), not {pixels.shape}")
    height, width = pixels.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise ShapeError(f"a picture needs sides of at least {MIN_SIDE} pixels, not {width} x {height}")
    if not hasattr(_local, "cached"):
        _local.cached = lru_cache(maxsize=8)(Hasher)
    hasher: Hasher = _local.cached(width, height)
    return hasher


def hash_pixels(pixels: Pixels) -> ImageHash:
    """
    Hash one decoded picture with PDQ.

    Args:
        pixels: uint8, shape (rows, columns) gray, (rows, columns, 3) RGB or (rows, columns, 4)
            RGBA, whose alpha is not looked at; or float luma, shape (rows, columns), 0 to 255.
            Any strides and memory order, without a copy: a flipped view hashes as it looks, and
            BGR is `pixels[..., ::-1]`.

    Returns:
        ImageHash: `bits`, 32 bytes; `quality`, 0 flat to 100 detailed.

    Raises:
        ShapeError: Another shape or type, or a side under 5 pixels.
        ArgumentError: Float luma that is not a number, or out of 0 to 255.

    Source: PDQ (Meta), full-resolution regime; docs/explanation/hashing.md. Safe on any thread.
    """
    pixels = np.asarray(pixels)
    return _hasher(pixels).hash(pixels)


def hash_luma(luma: Pixels, limited: bool = False) -> ImageHash:
    """
    Hash one brightness plane with PDQ.

    Args:
        luma: uint8, or float from 0 black to 255 white, which is taken to the nearest 1/256;
            shape (rows, columns), any strides.
        limited: uint8 levels run from 16 black to 235 white, as in most video.

    Raises:
        ShapeError: Another shape or type, or a side under 5 pixels.
        ArgumentError: Float luma that is not a number, or out of 0 to 255.
    """
    luma = np.asarray(luma)
    if luma.ndim != 2:
        raise ShapeError(f"luma must be (rows, columns), not {luma.shape}")
    return _hasher(luma).hash(luma, limited)


def hash_orientations(pixels: Pixels) -> tuple[ImageHash, ...]:
    """
    Hash one picture in its eight orientations, each equal to hashing the turned pixels.

    Order: as it is; turned 90, 180, 270 degrees counter-clockwise; flipped top to bottom;
    mirrored left to right; transposed; transposed along the other diagonal.
    """
    pixels = np.asarray(pixels)
    return _hasher(pixels).orientations(pixels)
