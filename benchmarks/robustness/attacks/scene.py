"""What the attacks start from: pictures of one size, the list that holds some of them, what a matcher answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.robustness.attacks.linear import HashMap, PatchMap, Plane, patches
from benchmarks.robustness.families.base import recoded
from benchmarks.robustness.methods import Ours
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.types import Decision, MatchPolicy

SIDE = 256  # cells of a plane are then pixels
QUALITY = 85  # JPEG that every attack has to live through
Pixels = npt.NDArray[np.uint8]


def squared(picture: Image.Image) -> Pixels:
    """Return a picture as SIDE x SIDE RGB."""
    return np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def luma(pixels: Pixels) -> Plane:
    return np.asarray(pixels, np.float64) @ np.array([0.299, 0.587, 0.114])


def painted(pixels: Pixels, change: Plane) -> Pixels:
    """Return the picture with a change of brightness in all three colours, after JPEG."""
    rgb = np.clip(np.asarray(pixels, np.float64) + change[..., None], 0, 255).round().astype(np.uint8)
    return np.asarray(recoded(Image.fromarray(rgb), QUALITY))


def bits_apart(a: bytes, b: bytes) -> int:
    return int(np.bitwise_count(np.frombuffer(a, np.uint8) ^ np.frombuffer(b, np.uint8)).sum())


@dataclass(frozen=True)
class Entry:
    """A listed picture and what an attacker who has the list knows of it."""

    pixels: Pixels
    bits: bytes
    record: bytes

    @classmethod
    def of(cls, pixels: Pixels) -> Entry:
        return cls(pixels, hash_pixels(pixels).bits, signature(pixels))

    @property
    def hash_map(self) -> HashMap:
        return HashMap((SIDE, SIDE), self.bits)

    @property
    def patches(self) -> list[PatchMap]:
        return patches(self.record, (SIDE, SIDE))


class Lists:
    """One list in three forms: whole hashes within 31 bits, whole hashes by rate with un-cropping, and with signatures."""

    def __init__(self, pictures: Sequence[Pixels]) -> None:
        self.of = {
            "tier 1, 31 bits": Ours("", 31, MatchPolicy(uncrop_entries=0)),
            "plain": Ours("", 256),
            "signatures": Ours("", 256, keypoints=True),
        }
        for method in self.of.values():
            method.learn([Image.fromarray(p) for p in pictures])

    def asked(self, name: str, pixels: Pixels) -> Decision:
        return self.of[name].matcher.match_pixels(pixels)
