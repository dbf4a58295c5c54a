"""
From a media file to what a list keeps of it: hashes, and a keypoint signature of each.

One definition for every way to make a list: `list build`, `report make`, `scale hash`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pdqlite import hashing
from pdqlite.exchange import Record
from pdqlite.keypoints import signature
from pdqlite.media import kind_of, open_video, read_picture
from pdqlite.media.frame import Frame
from pdqlite.types import FrameHash, ImageHash, VideoHash

_ALIKE = 4  # bits: a frame this close to the last one kept adds nothing to a list

Made = tuple[ImageHash | VideoHash, tuple[bytes, ...]]


def made_of(source: str | bytes, signatures: bool = True) -> Made:
    """
    Return the hash of a picture, or the hashes of those frames of a video that differ from the one kept before; and a keypoint
    signature of each, all empty without `signatures`.
    """
    if kind_of(source) == "picture":
        pixels = read_picture(source).pixels
        return hashing.hash_pixels(pixels), (signature(pixels) if signatures else b"",)
    with open_video(source, "all") as video:
        kept, made = kept_of(video, signatures)
        return VideoHash(
            kept, video.duration, video.damaged, video.truncated, video.discontinuity, video.missing
        ), made  # fmt: skip


def kept_of(frames: Iterable[Frame], signatures: bool = True) -> tuple[tuple[FrameHash, ...], tuple[bytes, ...]]:
    """Return what a list keeps of a video: each frame that differs from the one kept before, and its keypoint signature."""
    kept: list[FrameHash] = []
    made: list[bytes] = []
    for frame in frames:
        found = hashing.hash_luma(frame.luma, frame.limited)
        if not kept or (int.from_bytes(found.bits) ^ int.from_bytes(kept[-1].bits)).bit_count() > _ALIKE:
            kept.append(FrameHash(frame.number, frame.time, found.bits, found.quality))
            made.append(signature(frame.luma, frame.limited) if signatures else b"")
    return tuple(kept), tuple(made)


def maker(signatures: bool) -> Callable[[str | bytes], Made]:
    """Return what a child process does with one file."""
    return lambda source: made_of(source, signatures)


def records_of(found: ImageHash | VideoHash, name: str) -> list[Record]:
    """Return a picture or a video as an exchange would have given it."""
    if isinstance(found, ImageHash):
        return [Record("the picture", "pdq", found.bits, found.quality)]
    return [Record(f"frame {f.frame}", "vpdq", f.bits, f.quality, f.frame, f.time, name) for f in found.frames]
