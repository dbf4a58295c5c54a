"""The model of un-cropping against least squares, written out in double precision: from the cells of a part to the odds of 256 bits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdqlite.native.uncrop import GRAY, Plane, Region, Uncrop

TABLES = Uncrop()
SIDE, CELLS, LEAST = 64, 32, 20
F = np.arange(1, 17)
F2 = (F[:, None] ** 2 + F[None] ** 2).astype(float)


def prior() -> np.ndarray:
    """Power 1 / (k^2 + m^2) as the separable product nearest to it in the mean of the logarithms over 1..24."""
    m = np.arange(1, 25.0)
    mean = np.array([np.mean(-np.log(k * k + m * m)) for k in range(SIDE)])
    return np.exp(mean - mean[1:25].mean() / 2)


PRIOR = prior()


def operator(start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """The least-squares estimate of coefficients 1..16 from 32 means of [start, end) of 64, and how much of each it tells."""
    j, k = np.arange(SIDE), np.arange(SIDE)
    basis = np.where(k[:, None] == 0, 0.125, math.sqrt(2 / 64) * np.cos(math.pi * k[:, None] * (2 * j + 1) / 128))
    edges = start + (end - start) / CELLS * np.arange(CELLS + 1)
    covers = np.clip(np.minimum(edges[1:, None], j + 1) - np.maximum(edges[:-1, None], j), 0, None)
    seen = covers / covers.sum(1, keepdims=True) @ basis.T
    covariance = seen * PRIOR @ seen.T + 0.05 * PRIOR[CELLS] * np.eye(CELLS)
    estimate = np.linalg.solve(covariance, seen[:, F] * PRIOR[F])
    return estimate, (estimate * seen[:, F]).sum(0)


def log_odds(share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Odds and bias in 1/16 nat of a sign whose coefficient lies z spreads from 0, share = z^2 / (z^2 + 1) in 1/256; 4 % of bits are chance."""
    u = (np.minimum(255, np.floor(256 * share)) + 0.5) / 256
    p = 0.96 * 0.5 * np.vectorize(math.erfc)(-np.sqrt(u / (1 - u) / 2)) + 0.02
    one, zero = np.log(2 * p), np.log(2 * (1 - p))
    return np.rint(16 * (one - zero) / 2), np.rint(256 * 16 * (one + zero) / 2) / 256


def counted(odds: np.ndarray) -> float:
    """How much odds count by the share of their energy that one outer product holds (power method, six rounds): all up to 0.6, 40 / 256 from 0.9."""
    if not odds.any():
        return 0.0
    v = F / 16
    for _ in range(6):
        share = ((odds @ v) ** 2).sum() / (v**2).sum() / (odds**2).sum()
        v = odds.T @ odds @ v
        v = v / np.abs(v).max()
    return 1.0 if share <= 0.6 else 40 / 256 if share >= 0.9 else math.floor(256 - 720 * (share - 0.6)) / 256


def by_definition(cells: np.ndarray, part: tuple[int, int, int, int]) -> tuple[np.ndarray, float, float]:
    """(odds of coefficient (i, j) as a 16 x 16 array, bias, how much of both counts) of 32 x 32 means that show part (u0, u1, v0, v1)."""
    (across, told_x), (down, told_y) = operator(*part[:2]), operator(*part[2:])
    c = down.T @ (cells - cells.mean()) @ across
    gain = (c**2 * F2).sum() / (told_x.sum() * told_y.sum()) + 2
    left = gain * (1.05 - told_y[:, None] * told_x[None] + 0.005 * F2)
    odds, bias = log_odds(c**2 * F2 / (c**2 * F2 + left))
    odds = np.where(c < 0, -odds, odds)
    keep = counted(odds)
    return np.trunc(odds * keep), bias.sum() * keep, keep


def turned(odds: np.ndarray, turn: int, inverted: int) -> np.ndarray:
    """The odds of the original as it lay: rows and columns swapped (4), then odd columns (1) or rows (2) change their sign; light (all)."""
    out = odds.T if turn & 4 else odds
    sign = np.ones((16, 16))
    if turn & 1:  # coefficient j + 1 is odd
        sign[:, 0::2] *= -1
    if turn & 2:
        sign[0::2] *= -1
    return out * sign * (-1 if inverted else 1)


def texture(seed: int, slope: float = 1.0) -> np.ndarray:
    """A picture of 256 x 256 with the spectrum of photos: noise of power 1 / f^2."""
    noise = np.fft.rfft2(np.random.default_rng(seed).standard_normal((256, 256)))
    fy, fx = np.fft.fftfreq(256)[:, None], np.fft.rfftfreq(256)[None]
    field = np.fft.irfft2(noise / np.maximum(0.004, np.hypot(fx, fy)) ** slope, (256, 256))
    return np.clip(128 + 45 * field / field.std(), 0, 255).astype(np.uint8)


def check(pixels: np.ndarray, part: tuple[int, int, int, int], turn: int = 0, inverted: int = 0) -> None:
    plane = Plane(pixels, GRAY)
    assert (plane.height, plane.width) == (256, 256)  # so that means of 8 x 8 samples are exact
    cells = plane.samples.astype(float).reshape(CELLS, 8, CELLS, 8).mean((1, 3))
    got, bias = TABLES.weights(plane, Region(0, 0, 256, 256, "whole"), (*part, 0, turn, inverted, 0)).array()
    odds, expected, keep = by_definition(cells, part)
    want = turned(odds, turn, inverted)
    apart = np.abs(got[0].astype(int).reshape(16, 16) - want)
    # Single precision next to a step of the table, or of what counts.
    assert apart.max() <= 1 and (apart > 0).mean() <= (0.03 if keep == 1 else 0.1)
    assert abs(bias[0] - expected) <= 3


ranges = st.integers(0, SIDE - LEAST).flatmap(lambda a: st.tuples(st.just(a), st.integers(a + LEAST, SIDE)))


@given(ranges, ranges, st.integers(0, 7), st.integers(0, 1), st.integers(0, 1000))
def test_the_odds_of_any_part_are_those_of_least_squares(across, down, turn, inverted, seed) -> None:
    check(texture(seed % 7), (*across, *down), turn, inverted)


@pytest.mark.parametrize("part", [(0, 64, 0, 64), (0, 20, 0, 20), (44, 64, 44, 64), (0, 64, 22, 42), (3, 61, 7, 64)])
@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
def test_parts_at_the_ends_of_what_is_allowed(part: tuple[int, int, int, int], slope: float) -> None:
    check(texture(9, slope), part)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.7, 1.0])
def test_an_outer_product_counts_less(share: float) -> None:
    """From a photo's texture to bars and lines, which many pictures have in common."""
    rng = np.random.default_rng(3)
    bars = np.outer(np.repeat(rng.choice([-1, 1], 16), 16), np.repeat(rng.choice([-1, 1], 16), 16)) * 60 + 128
    check(((1 - share) * texture(5) + share * bars).astype(np.uint8), (0, 64, 0, 64))


def test_a_flat_picture_says_nothing() -> None:
    check(np.full((256, 256), 77, np.uint8), (0, 64, 0, 64))
