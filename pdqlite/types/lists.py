"""
Lists and indexes, as rooms hand them to one another. Frozen; no logic beyond their own text form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Hit(NamedTuple):
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
        flags: Bit 0: negative entry; bit 1: frame of a video; bit 2, with bit 1: window of sound of a video. Shape (n,), uint8.
        quality: PDQ quality, shape (n,), uint8.
        video: Number of the video a frame belongs to, shape (n,), uint32; None in a list of pictures.
        time_ms: Time of the frame in its video, milliseconds, shape (n,), uint32; None in a list of pictures.
        keypoints: Keypoint signature of each entry (docs/formats/keypoints.md), empty bytes where it has none;
            None if the list has no local section.
        exact: A list of files: rows are made of digests (pdqlite.exact), and match by equality alone. Quality is then 255.
    """

    rows: npt.NDArray[np.uint8]
    categories: npt.NDArray[np.uint16]
    sources: npt.NDArray[np.uint16]
    flags: npt.NDArray[np.uint8]
    quality: npt.NDArray[np.uint8]
    video: npt.NDArray[np.uint32] | None = None
    time_ms: npt.NDArray[np.uint32] | None = None
    keypoints: tuple[bytes, ...] | None = None
    exact: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def kind(self) -> str:
        """Type of the list: "image", "video" or "file"."""
        return "file" if self.exact else "image" if self.video is None else "video"


@dataclass(frozen=True, slots=True)
class Blocks:
    """
    A list in the form a matcher works on: nothing is left to build.

    Attributes:
        rows: Hashes, shape (n, 32), uint8.
        meta: What is said of each entry, shape (n, 6 or 14), uint8 (docs/formats/list-content.md, section 6).
        index: Block of an index over the rows, uint8.
        keypoints: Block of an index over keypoint signatures, uint8, aligned to 8; None if there are none.
        max_distance: The list's cap on the distance of whole hashes, bits.
        packed: The rows laid out for un-cropping (pdql_uncrop_pack), uint8; None: made by the matcher.
        max_sound_distance: The list's cap on the distance of windows of sound; None if it has none. They are in neither `index` nor `packed`.
    """

    rows: npt.NDArray[np.uint8]
    meta: npt.NDArray[np.uint8]
    index: npt.NDArray[np.uint8]
    keypoints: npt.NDArray[np.uint8] | None
    max_distance: int
    packed: npt.NDArray[np.uint8] | None = None
    max_sound_distance: int | None = None

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Pages:
    """
    A list whose hashes are read page by page, for a matcher with little memory (Opened.pages).

    Attributes:
        meta: As in Blocks: 6 or 14 bytes an entry are in memory, its hash is not.
        read: Number of the first row (a multiple of 512) and how many (at most 512): their bytes. Safe on threads.
        max_distance: The list's cap on the distance of whole hashes, bits.
    """

    meta: npt.NDArray[np.uint8]
    read: Callable[[int, int], bytes]
    max_distance: int

    def __len__(self) -> int:
        return len(self.meta)
