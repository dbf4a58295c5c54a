"""
Pictures to pixels. EXIF orientation is not applied: the hashes that the industry shares ignore it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from pdqlite.errors import ArgumentError, DamagedMediaError
from pdqlite.media.source import LIMITS, Limits, Source, image_of

_REDUCTIONS = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Picture:
    """
    Attributes:
        pixels: uint8, (rows, columns) gray or (rows, columns, 3) RGB.
        original: Width and height of the file's picture; larger than the pixels after a reduced decode.
    """

    pixels: npt.NDArray[np.uint8]
    original: tuple[int, int]


def read_picture(source: Source, luma_only: bool = False, reduce: int = 1, limits: Limits = LIMITS) -> Picture:
    """
    Decode one picture; of an animated one the first frame.

    Args:
        source: Path, bytes or a seekable binary stream.
        luma_only: Let JPEG skip its colour, about twice as fast. Costs 0.2 bits of a hash on average,
            at most 4 on a thousand photos (docs/hash.md).
        reduce: 1, 2, 4 or 8: decode JPEG at a fraction of each side; other formats are decoded in
            full. Hash the pixels with the weights of the original size.

    Raises:
        UnreadableError, NotMediaError, DamagedMediaError, TooLargeError.
    """
    if reduce not in _REDUCTIONS:
        raise ArgumentError(f"reduce must be one of {_REDUCTIONS}, not {reduce}")
    with image_of(source, limits) as image:
        original = image.size
        if luma_only or reduce > 1:
            # Pillow divides the sides by these and takes the greatest of 8, 4, 2, 1 that is not above.
            image.draft("L" if luma_only else None, (max(1, original[0] // reduce), max(1, original[1] // reduce)))
        return Picture(_pixels(image, luma_only), original)


def _pixels(image: Image.Image, luma_only: bool) -> npt.NDArray[np.uint8]:
    if image.mode in ("I;16", "I;16L", "I;16B", "I;16N"):
        return (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
    if image.mode == "I" and image.format == "PNG":  # how older Pillow opens 16-bit PNG
        return (np.asarray(image) >> 8).astype(np.uint8)
    if image.mode in ("I", "F"):
        return _eight_bits(np.asarray(image, np.float64))
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    if luma_only and image.mode == "RGB":
        image = image.convert("L")
    return np.asarray(image)


def _eight_bits(levels: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """
    Bring brightness of 32 bits to 0..255: as it is where it fits and is more than 0..1, else
    stretched from its least to its greatest. The bits of PDQ do not change when brightness is stretched.
    """
    least, most = float(levels.min()), float(levels.max())
    if not np.isfinite(least + most):
        raise DamagedMediaError("brightness that is not a number")
    if least < 0 or most > 255 or most <= 1:
        levels = (levels - least) * (255 / (most - least) if most > least else 0)
    return np.rint(levels).astype(np.uint8)
