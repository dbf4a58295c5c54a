"""
Pictures to pixels. EXIF orientation is not applied: the hashes that the industry shares ignore it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError, DamagedMediaError, NotMediaError
from pdqlite.media.door import ADVICE, reason
from pdqlite.media.grounds import GROUNDS, alpha_of, composite, has_alpha, seen
from pdqlite.media.image_file import decoded
from pdqlite.media.kinds import REFUSED, kind_at
from pdqlite.media.source import LIMITS, Limits, Source, opened

Pixels = npt.NDArray[np.uint8]

_REDUCTIONS = (1, 2, 4, 8)
_WHOLE = 1 << 27  # pixels; larger pictures are averaged down by bands, so that no second copy of the whole is made
_BAND = 256  # rows
_A_PIXEL = 4  # bytes that Pillow takes for one
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N")


@dataclass(frozen=True, slots=True)
class Picture:
    """
    Attributes:
        pixels: uint8, (rows, columns) gray or (rows, columns, 3) RGB. Alpha is left out, as the hashes that are shared have it.
        original: Width and height of the file's picture; larger than the pixels after a reduced decode.
        damaged: Cut or broken, and decoded as far as viewers do.
        grounds: Where alpha is not opaque, the same pixels as shown on white and on black; else none.
    """

    pixels: Pixels
    original: tuple[int, int]
    damaged: bool = False
    grounds: tuple[Pixels, ...] = ()


def read_picture(source: Source, luma_only: bool = False, reduce: int = 1, limits: Limits = LIMITS) -> Picture:
    """
    Decode one picture; of an animated one the first frame, of one with pages the first that is no thumbnail.

    Args:
        source: Path, bytes or a binary stream.
        luma_only: Let JPEG skip its colour, about twice as fast. Costs 0.2 bits of a hash on average,
            at most 4 on a thousand photos (docs/explanation/hashing.md).
        reduce: 1, 2, 4 or 8: decode JPEG at a fraction of each side; other formats are decoded in
            full. Hash the pixels with the weights of the original size. JPEG too large for `limits.memory`
            is reduced as far as it needs.

    Raises:
        UnreadableError, NotMediaError, DamagedMediaError, TooLargeError.
    """
    if reduce not in _REDUCTIONS:
        raise ArgumentError(f"reduce must be one of {_REDUCTIONS}, not {reduce}")
    with opened(source, limits) as stream:
        kind = kind_at(stream)
        if kind in REFUSED:
            raise NotMediaError(f"{kind.name}, which is not read: {kind.advice}")
        if not kind.plugin:
            raise NotMediaError(_not_a_picture(stream, kind.moving is not None and bool(kind.marks)))
        asked = _Asked(luma_only, reduce, limits)
        with decoded(stream, kind, limits, asked) as (image, broken):
            pixels = _pixels(image, luma_only)
            return Picture(pixels, asked.original, broken, _grounds(image, pixels, luma_only))


def is_pillow(source: object) -> bool:
    """Say whether something is an opened picture of Pillow's."""
    pillow = sys.modules.get("PIL.Image")  # what was never imported made no picture
    return pillow is not None and isinstance(source, pillow.Image)


def from_pillow(image: Any) -> Picture:
    """
    Take the pixels of a picture that Pillow has opened or made, as read_picture would have them of a file.

    Raises:
        MediaError: Pillow cannot decode it after all.
    """
    try:
        image.load()
    except Exception as error:  # noqa: BLE001 - decoders raise anything on broken bytes
        raise DamagedMediaError(f"Pillow cannot decode this picture: {reason(error)}; {ADVICE}") from None
    LIMITS.check(image.width, image.height, _A_PIXEL)
    pixels = _pixels(image, False)
    return Picture(pixels, image.size, False, _grounds(image, pixels, False))


def _not_a_picture(stream: Any, video: bool) -> str:
    if video:
        return "a video, not a picture: hash_file, hash_video and match_file read it"
    return "not a picture or video that can be decoded" if stream.read(1) else "zero bytes"


class _Asked:
    """Asks a decoder for no more than is wanted and fits; remembers the size that the file says."""

    def __init__(self, luma_only: bool, reduce: int, limits: Limits) -> None:
        self._luma_only, self._reduce, self._limits = luma_only, reduce, limits
        self.original = (0, 0)

    def __call__(self, image: Any) -> None:
        width, height = self.original = image.size
        reduce, luma_only = self._reduce, self._luma_only
        if image.format not in ("JPEG", "MPO"):
            self._limits.check(width, height, _A_PIXEL)
            return
        while reduce < _REDUCTIONS[-1] and width * height * _A_PIXEL > self._limits.memory // 2 * reduce**2:
            reduce *= 2
        if luma_only or reduce > 1:
            # Pillow divides the sides by these and takes the greatest of 8, 4, 2, 1 that is not above.
            image.draft("L" if luma_only else None, (max(1, width // reduce), max(1, height // reduce)))
        self._limits.check(image.width, image.height, _A_PIXEL)


def _pixels(image: Any, luma_only: bool) -> Pixels:
    if image.size[0] * image.size[1] > _WHOLE and image.mode not in (*_DEEP, "I", "F"):
        return _by_bands(image, lambda band: _shallow(band, luma_only))
    return _whole(image, luma_only)


def _whole(image: Any, luma_only: bool) -> Pixels:
    if image.mode in _DEEP or (image.mode == "I" and image.format == "PNG"):  # how older Pillow opens 16-bit PNG
        return _of_sixteen(np.asarray(image).astype(np.uint16))
    if image.mode in ("I", "F"):
        return _of_numbers(np.asarray(image, np.float64))
    return _shallow(image, luma_only)


def _shallow(image: Any, luma_only: bool) -> Pixels:
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    if luma_only and image.mode == "RGB":
        image = image.convert("L")
    return np.asarray(image)


def _grounds(image: Any, pixels: Pixels, luma_only: bool) -> tuple[Pixels, ...]:
    if not has_alpha(image):
        return ()
    alpha = alpha_of(image)
    if pixels.shape[:2] == alpha.shape:
        return seen(pixels, alpha)
    if int(alpha.min()) == int(alpha.max()) == 255:
        return ()
    return tuple(_by_bands(image, lambda band, g=ground: composite(_shallow(band, luma_only), alpha_of(band), g))  # type: ignore[misc]
                 for ground in GROUNDS)  # fmt: skip


def _by_bands(image: Any, read: Callable[[Any], Pixels]) -> Pixels:
    """Average pixels two by two, a band of rows at a time; a last odd row or column is left out."""
    width, height = (side // 2 * 2 for side in image.size)
    out = []
    for top in range(0, height, _BAND):
        band = read(image.crop((0, top, width, min(height, top + _BAND)))).astype(np.uint16)
        sums = band[0::2, 0::2] + band[0::2, 1::2] + band[1::2, 0::2] + band[1::2, 1::2]
        out.append(((sums + 2) // 4).astype(np.uint8))
    return np.concatenate(out)


def _of_sixteen(levels: npt.NDArray[np.uint16]) -> Pixels:
    """The upper 8 of as many bits as are used, at least 8: cameras and scanners write 10, 12 or 14 bits into 16."""
    bits = int(levels.max()).bit_length()
    return (levels >> max(0, (16 if bits > 14 else bits + bits % 2) - 8)).astype(np.uint8)


def _of_numbers(levels: npt.NDArray[np.float64]) -> Pixels:
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
