"""
Inverting: how much of a picture its hash and its signature give back, by a linear reconstruction.

The best linear guess under a Gaussian picture whose power falls as 1 / f^2 (Field 1987): for each sign the size that
its coefficient usually has, and the least energetic picture that has these. No network, no training on like pictures:
a lower bound. Learned decoders give back recognisable thumbnails (Hawkes, Weinert, Almeida, Mehrnezhad 2024).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks._frame import clock
from benchmarks.robustness.attacks import quality
from benchmarks.robustness.attacks.linear import HashMap, PatchMap, Plane
from benchmarks.robustness.attacks.scene import SIDE, Entry, luma

STEPS, DOUBT = 30, 0.3  # of conjugate gradients; variance of a sign's size beside its mean square
LEVELS = 50.0  # usual spread of brightness


@dataclass(frozen=True)
class Inverted:
    """A reconstruction, and what it is like: of the plane as it is, and of its 16 x 16 means."""

    plane: Plane
    seconds: float
    psnr: float
    ssim: float
    like: float
    like_coarse: float


def _fall() -> Plane:
    """Return the amplitude of each frequency of the prior."""
    fy, fx = np.fft.fftfreq(SIDE)[:, None] * SIDE, np.fft.rfftfreq(SIDE)[None] * SIDE
    fall = 1 / np.maximum(np.hypot(fy, fx), 0.5)
    fall[0, 0] = 0
    whole = np.fft.irfft2(np.fft.rfft2(np.random.default_rng(0).standard_normal((SIDE, SIDE))) * fall, (SIDE, SIDE))
    return np.asarray(fall * LEVELS / whole.std())


FALL = _fall()


def coloured(noise: Plane) -> Plane:
    """Return white noise as a picture of the prior; its own transpose."""
    return np.asarray(np.fft.irfft2(np.fft.rfft2(noise) * FALL, (SIDE, SIDE)))


def _sizes(maps: Sequence[HashMap | PatchMap], draws: int = 6) -> list[np.ndarray]:
    """Return the usual size of each coefficient, from pictures of the prior."""
    rng = np.random.default_rng(1)
    planes = [coloured(rng.standard_normal((SIDE, SIDE))) for _ in range(draws)]
    found = []
    for of in maps:
        rms = np.sqrt(np.mean([of.apply(p) ** 2 for p in planes], axis=0))
        found.append(np.maximum(rms, 0.3 * rms.mean()))
    return found


def invert(entry: Entry, hash_known: bool, signature_known: bool) -> Inverted:
    """Return the reconstruction from the hash, the signature or both."""
    started = clock.now()
    maps: list[HashMap | PatchMap] = [entry.hash_map] if hash_known else []
    maps += entry.patches if signature_known else []
    sizes = _sizes(maps)

    def forward(noise: Plane) -> list[np.ndarray]:
        plane = coloured(noise)
        return [m.apply(plane) / s for m, s in zip(maps, sizes, strict=True)]

    def back(values: Sequence[np.ndarray]) -> Plane:
        plane = np.zeros((SIDE, SIDE))
        for m, s, v in zip(maps, sizes, values, strict=True):
            plane += m.back(v / s)
        return coloured(plane)

    left = back([m.bits * math.sqrt(2 / math.pi) for m in maps])
    noise, way, size = np.zeros_like(left), left.copy(), float((left * left).sum())
    for _ in range(STEPS):
        image = back(forward(way)) + DOUBT * way
        length = size / float((way * image).sum())
        noise, left = noise + length * way, left - length * image
        size, before = float((left * left).sum()), size
        way = left + size / before * way
    guess, truth = coloured(noise), luma(entry.pixels)
    seconds = clock.now() - started
    best = quality.fitted(guess, truth)
    coarse = [p.reshape(16, SIDE // 16, 16, SIDE // 16).mean(axis=(1, 3)) for p in (guess, truth)]
    return Inverted(
        guess,
        seconds,
        quality.psnr(best, truth),
        quality.ssim(best, truth),
        quality.correlation(guess, truth),
        quality.correlation(*coarse),
    )
