"""Un-cropping: its tables, rows of strangers, scores by definition."""

from __future__ import annotations

import numpy as np

from pdqlite.native import hash as native_hash
from pdqlite.native.uncrop import GRAY, Uncrop

TABLES = Uncrop()


def strangers(count: int, seed: int) -> np.ndarray:
    """Hashes with 128 ones, as PDQ's are."""
    order = np.random.default_rng(seed).random((count, 256)).argsort(1)
    return np.packbits(order < 128, axis=1)


def exact(pixels: np.ndarray) -> np.ndarray:
    return np.frombuffer(native_hash.Hasher(*pixels.shape[::-1]).hash(pixels, GRAY)[0], np.uint8)
