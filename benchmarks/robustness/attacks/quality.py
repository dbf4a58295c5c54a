"""How like two brightness planes are: PSNR, SSIM, correlation."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float64]


def psnr(a: Plane, b: Plane) -> float:
    """Return the peak signal-to-noise ratio, dB, of brightness 0..255; infinity for equal planes."""
    mean = float(((a - b) ** 2).mean())
    return math.inf if mean == 0 else 10 * math.log10(255**2 / mean)


def _smooth(plane: Plane) -> Plane:
    """Return the 11 x 11 Gaussian means (sigma 1.5) of places where the window fits."""
    x = np.arange(-5, 6)
    taps = np.exp(-(x**2) / (2 * 1.5**2))
    taps /= taps.sum()
    rows = sum(t * plane[k : plane.shape[0] - 10 + k] for k, t in enumerate(taps))
    return np.asarray(sum(t * rows[:, k : plane.shape[1] - 10 + k] for k, t in enumerate(taps)))  # type: ignore[index]


def ssim(a: Plane, b: Plane) -> float:
    """Return the mean structural similarity of brightness 0..255 (Wang, Bovik, Sheikh, Simoncelli 2004; K1 = 0.01, K2 = 0.03)."""
    if a.shape != b.shape or min(a.shape) < 11:
        raise ValueError("SSIM needs two planes of one shape, 11 cells a side or more")
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ma, mb = _smooth(a), _smooth(b)
    va, vb, both = _smooth(a * a) - ma * ma, _smooth(b * b) - mb * mb, _smooth(a * b) - ma * mb
    return float((((2 * ma * mb + c1) * (2 * both + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))).mean())


def correlation(a: Plane, b: Plane) -> float:
    """Return Pearson's correlation of the cells; 0 where one plane is flat."""
    x, y = a - a.mean(), b - b.mean()
    norm = math.sqrt(float((x * x).sum() * (y * y).sum()))
    return float((x * y).sum()) / norm if norm > 1e-9 else 0.0


def fitted(guess: Plane, truth: Plane) -> Plane:
    """Return the guess with the gain and offset that fit the truth best: brightness and contrast were never told."""
    x = guess - guess.mean()
    spread = float((x * x).sum())
    gain = float((x * (truth - truth.mean())).sum()) / spread if spread > 1e-9 else 0.0
    return np.clip(truth.mean() + gain * x, 0, 255)
