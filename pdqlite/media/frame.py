"""
One frame of a video, and the ways to choose frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Sampling = Literal["time", "all", "keyframes", "keyframes-first", "vpdq", "glimpses"]


@dataclass(frozen=True, slots=True)
class Frame:
    """
    Attributes:
        luma: uint8, (rows, columns), as shown: turned if the file says so. Valid while you hold it.
        limited: Levels run from 16 to 235.
        time: Seconds since the start of the video.
        number: In the order of showing, from 0, of the frames the decoder gave; where only key frames
            are decoded, among those.
        key: Decodes by itself.
        grounds: Where the frame lets through (alpha), the same as seen on white and on black; else none.
    """

    luma: npt.NDArray[np.uint8]
    limited: bool
    time: float
    number: int
    key: bool = False
    grounds: tuple[npt.NDArray[np.uint8], ...] = ()
