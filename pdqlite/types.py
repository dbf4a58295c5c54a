"""
The values that rooms hand to one another. Frozen; no logic beyond their own text form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

HASH_BYTES = 32
HASH_BITS = 256


@dataclass(frozen=True, slots=True)
class ImageHash:
    """
    PDQ of one picture.

    Attributes:
        bits: 32 bytes, in the order of the shared 64-digit text.
        quality: 0 (flat) to 100 (detailed); under 50 is too flat to act on.
    """

    bits: bytes
    quality: int

    @property
    def hex(self) -> str:
        """The 64 lower-case hex digits that other PDQ tools share."""
        return self.bits.hex()


@dataclass(frozen=True, slots=True)
class FrameHash:
    """
    PDQ of one frame of a video.

    Attributes:
        frame: Number of the frame in the order of showing, from 0.
        time: Seconds since the start of the video, from its time stamps.
        bits: 32 bytes, as in ImageHash.
        quality: 0 to 100, as in ImageHash.
    """

    frame: int
    time: float
    bits: bytes
    quality: int

    @property
    def hex(self) -> str:
        """The 64 lower-case hex digits that other PDQ tools share."""
        return self.bits.hex()


@dataclass(frozen=True, slots=True)
class VideoHash:
    """
    The hashed frames of one video, in time order.

    Attributes:
        frames: At least one.
        duration: Seconds, as far as the video was read.
        damaged: True if packets were lost on the way; the frames that decoded are here.
    """

    frames: tuple[FrameHash, ...]
    duration: float
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """
    One row of an index within the radius.

    Attributes:
        row: Number of the row, as given at build.
        distance: Differing bits, 0 to 256.
    """

    row: int
    distance: int


@dataclass(frozen=True, slots=True)
class Entries:
    """
    What a matcher needs of a verified list: columns of one length, in list order.

    Attributes:
        rows: Hashes, shape (n, 32), uint8.
        categories: Category mask of each entry, shape (n,), uint16.
        sources: Mask of the organisations that vouch for it, shape (n,), uint16.
        flags: Bit 0: negative entry; bit 1: frame of a video. Shape (n,), uint8.
        quality: PDQ quality, shape (n,), uint8.
        video: Number of the video a frame belongs to, shape (n,), uint32; None in a list of pictures.
        time_ms: Time of the frame in its video, milliseconds, shape (n,), uint32; None in a list of pictures.
        local: Local signature of each entry (docs/formats/local.md), empty bytes where it has none;
            None if the list has no local section.
    """

    rows: npt.NDArray[np.uint8]
    categories: npt.NDArray[np.uint16]
    sources: npt.NDArray[np.uint16]
    flags: npt.NDArray[np.uint8]
    quality: npt.NDArray[np.uint8]
    video: npt.NDArray[np.uint32] | None = None
    time_ms: npt.NDArray[np.uint32] | None = None
    local: tuple[bytes, ...] | None = None

    def __len__(self) -> int:
        return len(self.rows)
