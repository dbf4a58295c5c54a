"""Pictures drawn for tests."""

from __future__ import annotations

import numpy as np


def scene(seed: int, height: int = 300, width: int = 400) -> np.ndarray:
    """A picture of many opaque discs, the smallest most frequent (dead leaves), light from the left."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    out = np.full((height, width), 120.0)
    for r in np.sort(6 / rng.uniform(0.04, 1, 260) ** 0.9)[::-1]:
        cy, cx = rng.uniform(0, height), rng.uniform(0, width)
        out[(y - cy) ** 2 + (x - cx) ** 2 < r * r] = rng.uniform(15, 240)
    return np.clip(out + 20 * x / width + rng.normal(0, 3, out.shape), 0, 255).astype(np.uint8)
