"""
Pictures and clips for the demo, drawn from a seed: hills, clouds and things, no two seeds alike.

Only numpy: the same seed gives the same pixels on every machine of one numpy version.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
_Plane = npt.NDArray[np.float32]


def _stretched(small: _Plane, height: int, width: int) -> _Plane:
    """Return `small` enlarged by linear interpolation."""
    y = np.linspace(0, small.shape[0] - 1, height, dtype=np.float32)
    x = np.linspace(0, small.shape[1] - 1, width, dtype=np.float32)
    y0 = np.minimum(y.astype(int), small.shape[0] - 2)
    x0 = np.minimum(x.astype(int), small.shape[1] - 2)
    fy, fx = (y - y0)[:, None], (x - x0)[None, :]
    rows = small[y0] * (1 - fy) + small[y0 + 1] * fy
    stretched: _Plane = rows[:, x0] * (1 - fx) + rows[:, x0 + 1] * fx
    return stretched


def _clouds(rng: np.random.Generator, height: int, width: int) -> _Plane:
    """Return noise with the spectrum of natural pictures, about -1 to 1."""
    total: _Plane = np.zeros((height, width), np.float32)
    cells, amplitude = 2, 1.0
    while cells * 3 < min(height, width):
        small = rng.standard_normal((cells + 1, cells * width // height + 2)).astype(np.float32)
        total += amplitude * _stretched(small, height, width)
        cells, amplitude = cells * 2, amplitude * 0.55
    return (total / 2).astype(np.float32)


def _thing(rng: np.random.Generator, picture: _Plane, across: float) -> None:
    """Draw one shaded ellipse or box of about `across` times the height."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    dy, dx = y - rng.uniform(0.1, 0.9) * height, x - rng.uniform(0.05, 0.95) * width
    u = (dx * np.cos(angle) + dy * np.sin(angle)) / (height * across)
    v = (dy * np.cos(angle) - dx * np.sin(angle)) / (height * across * rng.uniform(0.3, 1))
    inside = (u * u + v * v < 1) if rng.random() < 0.6 else (np.maximum(abs(u), abs(v)) < 0.8)
    shade = 0.75 + 0.35 * u[inside][:, None] + 0.1 * rng.standard_normal()
    picture[inside] = rng.uniform(20, 235, 3).astype(np.float32) * shade


def picture(seed: int, width: int = 960, height: int = 720) -> Pixels:
    """Return a picture as (height, width, 3) RGB; equal seeds and sizes give equal pixels."""
    rng = np.random.default_rng(seed)
    sky, ground = rng.uniform(90, 240, 3), rng.uniform(20, 160, 3)
    texture = _clouds(rng, height, width)[..., None]
    horizon = height * (0.45 + 0.12 * _clouds(rng, height, width)[height // 2])
    below = np.arange(height)[:, None] > horizon[None, :]
    plane = np.where(below[..., None], ground, sky).astype(np.float32)
    plane += texture * np.where(below[..., None], 70, 35)
    for across in rng.uniform(0.04, 0.28, 9):
        _thing(rng, plane, float(across))
    plane += rng.standard_normal((height, width, 1)).astype(np.float32) * 2
    return np.clip(plane, 0, 255).astype(np.uint8)


def clip(seed: int, seconds: float, fps: int = 25, width: int = 480, height: int = 270) -> Iterator[Pixels]:
    """Yield the frames of a camera that pans over one picture, then over another after a cut."""
    rng = np.random.default_rng(seed)
    frames = int(seconds * fps)
    shots = [picture(seed * 1000 + i, width * 2, height * 2) for i in range(3)]
    for i, shot in enumerate(shots):
        start, end = (rng.uniform(0, 1, 2) * (height, width) for _ in range(2))
        for k in range(frames * i // len(shots), frames * (i + 1) // len(shots)):
            way = (k / frames * len(shots) - i) * 0.7 + 0.15
            y, x = (start * (1 - way) + end * way).astype(int)
            yield np.ascontiguousarray(shot[y : y + height, x : x + width])
