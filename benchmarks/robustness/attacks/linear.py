"""
The hash and the descriptors of keypoints as linear maps of a brightness plane, with their transposes.

A map has `apply(plane) -> values` and `back(values) -> plane`, its transpose, `rows`, how many values it gives,
and `bits`, the signs wanted of them. Planes are rows x columns, brightness 0..255.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float64]
Values = npt.NDArray[np.float64]
PARTS, REACH, WINDOW = 16, 6.0, 4.4  # parts of a patch a side; half a side in sigmas; sigma of the window in parts
ORDERS = [(i, s - i) for s in range(1, 11) for i in range(s + 1) if (i, s - i) != (5, 5)]


def tents(size: int) -> npt.NDArray[np.float64]:
    """Return PDQ's two box filters and its choice of 64 points along one side, (64, size)."""
    window = (size + 127) // 128
    half = (window + 2) // 2
    box = np.zeros((size, size))
    for i in range(size):
        low, high = max(0, i - (window - half)), min(size, i + half)
        box[i, low:high] = 1 / (high - low)
    return (box @ box)[[int((i + 0.5) * size / 64) for i in range(64)]]


def cosines() -> npt.NDArray[np.float64]:
    """Return PDQ's 16 of 64 DCT vectors, the constant one left out, (16, 64)."""
    i, j = np.arange(1, 17)[:, None], np.arange(64)[None]
    return np.asarray(np.sqrt(2 / 64) * np.cos(np.pi / 128 * i * (2 * j + 1)))


class HashMap:
    """The 256 coefficients of PDQ; a bit of the hash says whether its coefficient is above their median."""

    rows = 256

    def __init__(self, shape: tuple[int, int], bits: bytes) -> None:
        self._down, self._across = cosines() @ tents(shape[0]), cosines() @ tents(shape[1])
        self.bits = np.unpackbits(np.frombuffer(bits, np.uint8))[::-1].astype(np.float64) * 2 - 1
        self.norms = np.outer(np.linalg.norm(self._down, axis=1), np.linalg.norm(self._across, axis=1)).ravel()

    def apply(self, plane: Plane) -> Values:
        return np.asarray((self._down @ plane @ self._across.T).ravel())

    def back(self, values: Values) -> Plane:
        return np.asarray(self._down.T @ values.reshape(16, 16) @ self._across)

    def offsets(self, values: Values) -> Values:
        """Return what each value is compared with: their median."""
        return np.full(256, np.median(values))


def _weights() -> npt.NDArray[np.float64]:
    """Return the 64 coefficients of a patch as weights of its 16 x 16 means, (64, 256)."""
    x = np.arange(PARTS) - (PARTS - 1) / 2
    tap = np.exp(-(x**2) / (2 * WINDOW**2))
    window = np.outer(tap, tap)
    dct = np.cos(np.pi * np.arange(11)[:, None] * (2 * np.arange(PARTS)[None] + 1) / (2 * PARTS))
    rows = []
    for i, j in ORDERS:
        kernel = window * np.outer(dct[i], dct[j])
        rows.append((kernel - kernel.sum() / window.sum() * window).ravel())
    return np.array(rows)


WEIGHTS = _weights()


def _means(middle: float, sigma: float, size: int) -> tuple[slice, npt.NDArray[np.float64]]:
    """Return which cells a patch has along one side, and the means of its 16 parts as weights of them."""
    edges = np.clip(middle + sigma * np.linspace(-REACH, REACH, PARTS + 1), 0, size)
    wide = np.diff(edges)
    inside = np.flatnonzero(wide * PARTS >= REACH * sigma)
    take = np.clip(np.arange(PARTS), inside.min(), inside.max()) if len(inside) else np.full(PARTS, int(wide.argmax()))
    first, last = int(edges[0]), min(size, int(np.ceil(edges[-1])))
    cells = np.arange(first, last)
    cover = np.clip(np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells), 0, None)
    return slice(first, last), (cover / np.maximum(cover.sum(axis=1, keepdims=True), 1e-9))[take]


class PatchMap:
    """The 64 coefficients of one keypoint's patch; a bit says whether its coefficient is above 0."""

    rows = 64

    def __init__(self, shape: tuple[int, int], point: bytes) -> None:
        self.x, self.y, self.sigma = (point[0] + 0.5) / 256, (point[1] + 0.5) / 256, 2 ** ((point[2] >> 1) / 16)
        self._ys, self._down = _means(self.y * shape[0], self.sigma, shape[0])
        self._xs, self._across = _means(self.x * shape[1], self.sigma, shape[1])
        self._shape = shape
        self.bits = np.unpackbits(np.frombuffer(point[3:11], np.uint8), bitorder="little").astype(np.float64) * 2 - 1
        grams = [m @ m.T for m in (self._down, self._across)]
        kernels = WEIGHTS.reshape(64, PARTS, PARTS)
        self.norms = np.sqrt(np.einsum("kij,il,jm,klm->k", kernels, *grams, kernels, optimize=True))

    def apply(self, plane: Plane) -> Values:
        return np.asarray(WEIGHTS @ (self._down @ plane[self._ys, self._xs] @ self._across.T).ravel())

    def add_back(self, values: Values, plane: Plane) -> None:
        plane[self._ys, self._xs] += self._down.T @ (WEIGHTS.T @ values).reshape(PARTS, PARTS) @ self._across

    def back(self, values: Values) -> Plane:
        plane = np.zeros(self._shape)
        self.add_back(values, plane)
        return plane

    def offsets(self, values: Values) -> Values:
        return np.zeros(64)


def patches(record: bytes, shape: tuple[int, int]) -> list[PatchMap]:
    """Return the maps of a signature's keypoints (docs/formats/keypoints.md), largest patch first."""
    found = [PatchMap(shape, record[at : at + 11]) for at in range(3, 3 + 11 * record[1], 11)]
    return sorted(found, key=lambda p: (-p.sigma, p.x, p.y))
