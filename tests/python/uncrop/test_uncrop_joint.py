"""
Bits of a row together: the core against the definition in numpy, and what it is for.

The definition is in double precision, with the textbook prior: coefficients given the visible part are normal, and the
chance of a row is the product of its bits' chances, each given those before it.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from pdqlite._core import ffi, lib

from pdqlite import errors
from pdqlite.native.uncrop import GRAY, PackedRows, Plane, Region, find_regions
from support.pictures import scene
from support.uncrop import TABLES, exact, strangers

PART = (6, 38, 0, 64)  # of a plane of 256 x 256 cells: 8 and 4 cells a 64th
F = np.arange(1, 17)
F2 = np.add.outer(F**2, F**2).ravel().astype(float)


def prior() -> np.ndarray:
    """The separable spectrum nearest to 1 / (k^2 + m^2), of one axis: see csrc/tables/uncrop_tables.py."""
    to = np.arange(1, 25)
    mean = -np.log(np.add.outer(np.arange(64) ** 2, to**2)).mean(axis=1)
    return np.exp(mean - mean[1:25].mean() / 2)


def axis(lo: int, hi: int) -> tuple[np.ndarray, np.ndarray]:
    """Estimates of coefficients 1..16 from 32 means of lo..hi, and their whitened covariance."""
    j, k = np.arange(64), np.arange(64)[:, None]
    cosines = np.cos(np.pi * k * (2 * j + 1) / 128) * np.where(k, math.sqrt(2 / 64), 1 / 8)
    edges = lo + np.arange(33) * (hi - lo) / 32
    overlap = np.minimum(edges[1:, None], j + 1) - np.maximum(edges[:-1, None], j)
    seen = np.maximum(overlap, 0) / ((hi - lo) / 32) @ cosines.T
    p = prior()
    cross = seen * p
    estimate = np.linalg.solve(cross @ seen.T + 0.05 * p[32] * np.eye(32), cross)
    root = np.sqrt(p[1:17])
    return estimate[:, 1:17], (cross.T @ estimate)[1:17, 1:17] / np.outer(root, root)


def defined(samples: np.ndarray, sign: np.ndarray) -> float:
    """What the signs say together beyond one by one, of samples that show PART; nats."""
    means = samples.astype(float).reshape(32, 8, 32, 8).mean(axis=(1, 3))
    (x, told_x), (y, told_y) = axis(*PART[:2]), axis(*PART[2:])
    z = (y.T @ (means - means.mean()) @ x).ravel() * np.sqrt(F2)
    gain = (z @ z) / (np.trace(told_x) * np.trace(told_y)) + 2
    mean, cov = z / math.sqrt(gain), np.eye(256) - np.kron(told_y, told_x)
    noise = 0.05 + 1500e-6 * F2

    def chance(k: int) -> tuple[float, float, float]:
        spread = math.sqrt(cov[k, k] + noise[k])
        at = sign[k] * mean[k] / spread
        p = 0.96 * 0.5 * math.erfc(-at / math.sqrt(2)) + 0.02
        return math.log(2 * p), 0.96 * math.exp(-at * at / 2) / math.sqrt(2 * math.pi) / p, spread

    alone = sum(chance(k)[0] for k in range(256))
    together = 0.0
    for k in range(256):
        says, slope, spread = chance(k)
        together += says
        at, of = sign[k] * mean[k] / spread, cov[k].copy()
        mean = mean + of * sign[k] * slope / spread
        cov = cov - np.outer(of, of) * (at * slope + slope**2) / spread**2
    return together - alone


def as_it_lies(row: np.ndarray, turn: int, inverted: int) -> np.ndarray:
    """Signs of the coefficients of the query from the bits of the original before its turn."""
    sign = 2.0 * np.unpackbits(row)[::-1].reshape(16, 16) - 1
    odd = np.where(np.arange(16) % 2 == 0, -1.0, 1.0)  # coefficient 1 is odd
    sign = sign * (odd if turn & 1 else 1) * (odd[:, None] if turn & 2 else 1) * (-1 if inverted else 1)
    return (sign.T if turn & 4 else sign).ravel()


@pytest.fixture(scope="module")
def crop() -> tuple[Plane, np.ndarray]:
    """A plane that shows PART of a scene, and the hash of the whole."""
    pixels = scene(12, 256, 512)
    return Plane(np.ascontiguousarray(pixels[:, 48:304]), GRAY), exact(pixels)


@pytest.mark.parametrize(("turn", "inverted"), [(0, 0), (1, 0), (6, 1), (5, 0)])
def test_as_defined(crop: tuple[Plane, np.ndarray], turn: int, inverted: int) -> None:
    plane, row = crop
    assert (plane.width, plane.height) == (256, 256)
    at = Region(-48, 0, 464, 256, "whole")
    weights = TABLES.weights(plane, Region(0, 0, 256, 256, "whole"), (*PART, 0, turn, inverted, 0))
    for one in (row, *strangers(1, 5)):
        expected = defined(plane.samples, as_it_lies(one, turn, inverted))
        assert TABLES.joint(weights, 0, one.tobytes(), at) == pytest.approx(expected, abs=0.15)


def test_strangers_lose_what_copies_keep() -> None:
    """The best of 3000 strangers agree bit by bit, but ask for an outside that no picture has."""
    for seed in (11, 12, 13):
        pixels = scene(seed, 400, 512)
        rows = strangers(3000, seed)
        rows[7] = exact(pixels)
        plane = Plane(np.ascontiguousarray(pixels[50:350, 60:460]), GRAY)
        weights = TABLES.hypotheses(plane, find_regions(plane), rotations=False)
        more = {}
        for row, _, number in PackedRows(rows).search(weights, 0.0, 12):
            bits = rows[row].tobytes()
            more[row] = TABLES.joint(weights, number, bits, TABLES.refine(weights, number, bits)[1])
        copy = more.pop(7)
        assert len(more) == 11 and copy > -2
        assert np.median(list(more.values())) < copy - 4


def test_nothing_is_hidden_nothing_to_say(crop: tuple[Plane, np.ndarray]) -> None:
    plane, row = crop
    region = Region(0, 0, 256, 256, "whole")
    weights = TABLES.weights(plane, region, (0, 64, 0, 64, 0, 0, 0, 0))
    assert abs(TABLES.joint(weights, 0, row.tobytes(), region)) < 1
    far = Region(1000, 1000, 1200, 1200, "whole")  # of which nothing shows
    assert TABLES.joint(weights, 0, row.tobytes(), far) == 0


def test_wrong_arguments(crop: tuple[Plane, np.ndarray]) -> None:
    plane, row = crop
    region = Region(0, 0, 256, 256, "whole")
    weights = TABLES.weights(plane, region, (0, 64, 0, 64, 0, 0, 0, 0))
    for bits, number in ((b"short", 0), (row.tobytes(), 1)):
        with pytest.raises(errors.ArgumentError):
            TABLES.joint(weights, number, bits, region)
    size, more = lib.pdql_uncrop_joint_size(), ffi.new("int32_t *")
    memory, original = ffi.new("uint64_t[]", size // 8 + 1), ffi.new("pdql_region *", [0, 0, 65536, 65536, 0])
    given = [TABLES.pointer, plane.pointer, weights.pointer, original, row.tobytes(), memory, size, more]
    assert lib.pdql_uncrop_joint(*given) == 0
    assert lib.pdql_uncrop_joint(*given[:6], size - 1, more) == lib.PDQL_ERR_SPACE
    for missing in (0, 1, 2, 3, 4, 5, 7):
        wrong = [ffi.NULL if i == missing else v for i, v in enumerate(given)]
        assert lib.pdql_uncrop_joint(*wrong) == lib.PDQL_ERR_ARG
