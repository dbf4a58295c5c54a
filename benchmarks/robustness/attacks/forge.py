"""
Forging: a harmless picture that is taken for a listed one, by the least change of brightness.

The first factor is the hash (256 signs), the second the signature (64 signs of each of up to 48 keypoints). All are
linear in brightness, so who knows them solves for the least change that gives the wanted signs: Prokos et al.
(USENIX Security 2023) and Struppek et al. (FAccT 2022) search for it, here it has a closed form a round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks._frame import clock
from benchmarks.robustness.attacks import quality
from benchmarks.robustness.attacks.linear import PatchMap, Plane, Values
from benchmarks.robustness.attacks.scene import Entry, Pixels, bits_apart, luma, painted
from benchmarks.robustness.attacks.solve import Want, pushed
from pdqlite.hashing import hash_pixels

GOOD = 14  # wrong signs of 64 up to which a keypoint counts as found again
HASH_MARGIN, PATCH_MARGIN = 3.0, 1.0  # beyond the threshold, in brightness levels spread over the row's own pattern
SPARE_HASH, SPARE_PATCH = 22, 6  # signs that may stay wrong, a part of what a matcher allows
ROUNDS, TRIES = 8, (1.0, 2.0, 4.0)  # margins grow until the hash is within REACH after JPEG
REACH = 31


@dataclass(frozen=True)
class Way:
    """
    One way to forge.

    Attributes:
        name: What tables call it.
        hash: Whether the hash is forged.
        patches: How many keypoints are, the largest first.
        bold: 0: signs lie just beyond their threshold. Else each coefficient is pushed to this share of its usual
            size, against a matcher that asks how sure the signs are.
    """

    name: str
    hash: bool
    patches: int
    bold: float = 0.0


WAYS = (
    Way("hash", True, 0),
    Way("hash, 10 keypoints", True, 10),
    Way("hash, all keypoints", True, 48),
    Way("keypoints alone", False, 48),
    Way("hash, all keypoints, bold", True, 48, 0.12),
    Way("hash, all keypoints, bolder", True, 48, 0.3),
)


@dataclass(frozen=True)
class Forged:
    """A forged picture after JPEG, and what it is like."""

    pixels: Pixels
    seconds: float
    bits: int
    keypoints: int
    psnr: float
    ssim: float
    like_listed: float


def spread(patch: PatchMap, plane: Plane) -> Values:
    """Return the usual size of each coefficient where the patch lies, by the energy that the picture has there."""
    values = patch.apply(plane) / patch.norms
    return np.asarray(patch.norms * np.sqrt((values**2).mean()))


def wants(way: Way, entry: Entry, plane: Plane, times: float) -> list[Want]:
    found = []
    if way.hash:
        of = entry.hash_map
        found.append(Want(of, of.bits, times * HASH_MARGIN * of.norms, SPARE_HASH))
    for patch in entry.patches[: way.patches]:
        margin = way.bold * spread(patch, plane) if way.bold else times * PATCH_MARGIN * patch.norms
        found.append(Want(patch, patch.bits, margin, SPARE_PATCH))
    return found


def agreeing(entry: Entry, plane: Plane) -> int:
    """Return how many keypoints of the entry are found again at their places."""
    return sum(int((p.bits * p.apply(plane) <= 0).sum()) <= GOOD for p in entry.patches)


def forge(way: Way, entry: Entry, harmless: Pixels) -> Forged:
    """Return the harmless picture changed so that it is taken for the entry."""
    before, started = luma(harmless), clock.now()
    for times in TRIES:
        after = pushed(before, wants(way, entry, before, times), ROUNDS)
        pixels = painted(harmless, after - before)
        bits = bits_apart(hash_pixels(pixels).bits, entry.bits)
        if not way.hash or bits <= REACH:
            break
    seconds = clock.now() - started
    seen = luma(pixels)
    return Forged(
        pixels, seconds, bits, agreeing(entry, seen),
        quality.psnr(seen, before), quality.ssim(seen, before), quality.correlation(seen, luma(entry.pixels)),
    )  # fmt: skip
