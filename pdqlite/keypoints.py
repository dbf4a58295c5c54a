"""
Keypoint signatures of pictures: what a list keeps so that parts of a picture are found again.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pdqlite.native import uncrop as native
from pdqlite.native.keypoints import keypoint_signature


def signature(pixels: npt.NDArray[np.uint8], limited: bool = False) -> bytes:
    """
    Return the keypoint signature of a picture (docs/formats/keypoints.md), for the entry of a list.

    Args:
        pixels: uint8, shape (rows, columns) gray, (rows, columns, 3) RGB or (rows, columns, 4) RGBA.
        limited: Gray levels run from 16 to 235 (video).

    Raises:
        ShapeError: Another shape or type.
    """
    pixels = np.asarray(pixels)
    gray = native.GRAY_LIMITED if limited else native.GRAY
    return keypoint_signature(native.Plane(pixels, native.RGB if pixels.ndim == 3 else gray).samples)
