"""
Decoded video frames to brightness planes: pixel formats, levels, turns, alpha, high dynamic range.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite.media.grounds import GROUNDS, composite

Luma = npt.NDArray[np.uint8]

# Pixel formats whose first plane is 8-bit brightness.
_PLANAR = ("yuv4", "yuvj4", "yuva4", "nv12", "nv21", "nv16", "nv24", "gray")
_FULL = ("rgb", "bgr", "gbr", "pal", "argb", "abgr", "0", "x2", "gray", "ya", "mono")
_ALPHA = ("yuva", "rgba", "bgra", "argb", "abgr", "ya", "gbrap", "pal8")
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
_PQ = 16  # AVCOL_TRC_SMPTE2084
_WHITE = 203.0  # cd/m2 that standard white has in PQ (ITU-R BT.2408)
_PEAK = 1000.0  # cd/m2 that come out as the brightest


def luma_of(frame: Any) -> tuple[Luma, bool]:
    """Return the 8-bit brightness of a frame as it is coded, a view where there is one, and whether its levels run from 16 to 235."""
    name = frame.format.name
    limited = not (name.startswith("yuvj") or name.startswith("gray") or frame.color_range == _FULL_RANGE)
    if not name.startswith(_PLANAR) or frame.format.components[0].bits != 8:
        full = name.startswith(_FULL)
        frame = frame.reformat(format="gray" if full else "yuv420p")
        limited = limited and not full
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width], limited


def shown(frame: Any) -> tuple[Luma, bool, tuple[Luma, ...]]:
    """Return what a viewer shows of a frame: turned, PQ brought to standard range; its levels; and where it lets through, the same on white and on black."""
    luma, limited = luma_of(frame)
    if frame.color_trc == _PQ:
        luma = _of_pq(limited)[luma]
    grounds = _grounds(frame, luma, limited)
    return _turned(luma, frame), limited, tuple(_turned(ground, frame) for ground in grounds)


def _grounds(frame: Any, luma: Luma, limited: bool) -> tuple[Luma, ...]:
    if not frame.format.name.startswith(_ALPHA):
        return ()
    alpha = frame.reformat(format="rgba").to_ndarray()[..., 3]
    if int(alpha.min()) == 255:
        return ()
    return tuple(composite(luma, alpha, 16 + ground * 219 // 255 if limited else ground) for ground in GROUNDS)


def _turned(luma: Luma, frame: Any) -> Luma:
    """Turn and mirror a plane as the file's display matrix says, to the nearest right angle; a view."""
    for side in frame.side_data:
        if side.type.name == "DISPLAYMATRIX":
            # Shown at x' = a x + c y, y' = b x + d y (ISO/IEC 14496-12, 8.3.2), x to the right, y down.
            a, b, _, c, d = np.frombuffer(side, np.int32)[:5].tolist()
            if abs(a) + abs(d) < abs(b) + abs(c):
                luma, a, d = luma.T, c, b
            return luma[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]
    return luma


@cache
def _of_pq(limited: bool) -> Luma:
    """
    Return the standard brightness of each level of PQ: light by SMPTE ST 2084, section 5, brought down
    by Reinhard's curve with a peak of 1000 cd/m2, coded with an exponent of 1/2.4 (ITU-R BT.1886).
    HLG needs no such table: it is made to look right on screens that do not know it.
    """
    low, span = (16.0, 219.0) if limited else (0.0, 255.0)
    coded = np.clip((np.arange(256) - low) / span, 0, 1) ** (1 / 78.84375)
    light = (
        10_000 * (np.maximum(coded - 0.8359375, 0) / (18.8515625 - 18.6875 * coded)) ** (1 / 0.1593017578125) / _WHITE
    )
    mapped = np.clip(light * (1 + light / (_PEAK / _WHITE) ** 2) / (1 + light), 0, 1)
    levels: Luma = np.rint(low + span * mapped ** (1 / 2.4)).astype(np.uint8)
    return levels
