"""
Lists of hashes to search: uniform bits, and bits that behave like PDQ's.

A picture is drawn as a few rectangles of random brightness plus noise; its 16 x 16 lowest DCT
coefficients are sums of closed forms, and the hash is which of them exceed their median, as in
PDQ. Few rectangles give drawings and screenshots, many give photographs. Three in ten entries
are then near copies of others, as frames and re-encodings are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.uint8]
KINDS = [(0.45, 16, 0.004), (0.40, 10, 0.0025), (0.15, 5, 0.0008)]  # share, rectangles, noise
COPIES = 0.3
CHUNK = 20_000


def _side(rng: np.random.Generator, n: int, rectangles: int) -> npt.NDArray[np.float32]:
    """DCT coefficients 1..16 of the indicator of one random interval for each rectangle."""
    half = 0.02 * 30 ** rng.random((n, rectangles, 1), dtype=np.float32)
    middle = rng.random((n, rectangles, 1), dtype=np.float32)
    k = np.pi * np.arange(1, 17, dtype=np.float32)
    low, high = np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
    return (np.sin(k * high) - np.sin(k * low)) / k


def _drawn(rng: np.random.Generator, n: int, rectangles: int, noise: float) -> Rows:
    across = _side(rng, n, rectangles)
    across *= rng.standard_normal((n, rectangles, 1), dtype=np.float32)
    sums = np.einsum("nri,nrj->nij", across, _side(rng, n, rectangles), optimize=True)
    flat = sums.reshape(n, 256) + noise * rng.standard_normal((n, 256), dtype=np.float32)
    median = np.partition(flat, 127, axis=1)[:, 127:128]
    return np.packbits(flat > median, axis=1)


def flipped(rng: np.random.Generator, rows: Rows, bits: npt.NDArray[np.int64]) -> Rows:
    """Rows with bits[i] random bits of row i flipped."""
    found = np.empty_like(rows)
    for at in range(0, len(rows), CHUNK):
        part = np.unpackbits(rows[at : at + CHUNK], axis=1)
        rank = rng.random(part.shape, dtype=np.float32).argsort(axis=1).argsort(axis=1)
        part ^= (rank < bits[at : at + CHUNK, None]).astype(np.uint8)
        found[at : at + CHUNK] = np.packbits(part, axis=1)
    return found


def uniform(n: int, seed: int = 1) -> Rows:
    """n hashes of random bits."""
    return np.random.default_rng(seed).integers(0, 256, (n, 32), dtype=np.uint8)


def realistic(n: int, seed: int = 1) -> Rows:
    """n hashes like those of photographs, drawings and their near copies, in random order."""
    rng = np.random.default_rng(seed)
    n_drawn = n - int(COPIES * n)
    parts = []
    while n_drawn:
        size = min(n_drawn, CHUNK)
        counts = rng.multinomial(size, [share for share, _, _ in KINDS])
        for count, (_, rectangles, noise) in zip(counts, KINDS, strict=True):
            parts.append(_drawn(rng, int(count), rectangles, noise))
        n_drawn -= size
    rows = np.concatenate(parts)
    centres = rng.integers(0, len(rows), max(1, n // 25))
    chosen = rows[rng.choice(centres, n - len(rows))]
    bits = np.minimum(rng.geometric(0.12, len(chosen)) - 1, 60)
    rows = np.concatenate([rows, flipped(rng, chosen, bits)])
    return rows[rng.permutation(n)]
