"""
From a media file to what a list keeps of it: hashes, and a keypoint signature of each.

One definition for every way to make a list: `list build`, `report make`, `scale hash`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pdqlite import hashing
from pdqlite.errors import NoVideoError
from pdqlite.exchange import Record
from pdqlite.hearing import Listing
from pdqlite.keypoints import signature
from pdqlite.media import kind_of, open_sound, open_video, read_picture
from pdqlite.media.frame import Frame
from pdqlite.sound import RATES
from pdqlite.types import FrameHash, ImageHash, VideoHash

_ALIKE = 4  # bits: a frame this close to the last one kept adds nothing to a list

Made = tuple[ImageHash | VideoHash, tuple[bytes, ...]]


def made_of(source: str | bytes, signatures: bool = True, sound: bool = False) -> Made:
    """
    Return the hash of a picture, or the hashes of those frames of a video that differ from the one kept before; and a keypoint
    signature of each, all empty without `signatures`. `sound`: and the windows of sound of a video, or of a file of sound alone.
    """
    if kind_of(source) == "picture":
        pixels = read_picture(source).pixels
        return hashing.hash_pixels(pixels), (signature(pixels) if signatures else b"",)
    listing = Listing()
    try:
        with open_video(source, "all", sound=sound) as video:
            kept, made = kept_of(_heard(video, listing), signatures)
            return VideoHash(
                kept, video.duration, video.damaged, video.truncated, video.discontinuity, video.missing, listing.end()
            ), made  # fmt: skip
    except NoVideoError:
        if not sound:
            raise
    with open_sound(source) as heard:
        for piece in heard:
            if piece.rate in RATES:
                listing.push(piece.samples, piece.time, piece.rate)
        return VideoHash((), heard.duration, heard.damaged, heard.truncated, False, heard.missing, listing.end()), ()


def _heard(video: Any, listing: Listing) -> Iterator[Frame]:
    """Yield the frames of a video, and give its sound to what keeps it."""
    for frame in video:
        _give_sound(video, listing)
        yield frame
    _give_sound(video, listing)


def _give_sound(video: Any, listing: Listing) -> None:
    for piece in video.heard():
        if piece.rate in RATES:
            listing.push(piece.samples, piece.time, piece.rate)


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


def maker(setup: tuple[bool, bool]) -> Callable[[str | bytes], Made]:
    """Return what a child process does with one file."""
    return lambda source: made_of(source, *setup)


def records_of(found: ImageHash | VideoHash, name: str) -> list[Record]:
    """Return a picture or a video as an exchange would have given it."""
    if isinstance(found, ImageHash):
        return [Record("the picture", "pdq", found.bits, found.quality)]
    frames = [Record(f"frame {f.frame}", "vpdq", f.bits, f.quality, f.frame, f.time, name) for f in found.frames]
    return frames + [
        Record(f"sound at {s.time:.0f} s", "sound", s.bits, None, s.frame, s.time, name) for s in found.sound
    ]
