"""
A tilted query by its definition: the signs of a patch whose parts lie on a turned grid, in whole numbers of Python.

A part's value is the mean of an upright square about the part's middle, pushed inside the plane, over cells halved and
rounded down; a square's rim cells count by what it covers of them, in 1/256.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import cos, exp, pi

import numpy as np
from pdqlite._core import ffi, lib

from pdqlite.native.core import BEST

SIDE, ORDERS, MOST = 16, 11, 128
COSINE, SINE = (65536, 60547, 46341, 25080), (0, 25080, 46341, 60547)
BITS = [(i, s - i) for s in range(1, 11) for i in range(s + 1) if (i, s - i) != (5, 5)]
WINDOW = [
    round(256 * exp(-((x - 7.5) ** 2 + (y - 7.5) ** 2) / (2 * (8 * 0.55) ** 2))) for y in range(16) for x in range(16)
]
DCT = [[round(1024 * cos(pi / 32 * i * (2 * x + 1))) for x in range(SIDE)] for i in range(ORDERS)]


@dataclass
class Points:
    """What a query holds, read from its bytes."""

    n: int
    size: tuple[float, float]
    bits: np.ndarray
    x: np.ndarray
    y: np.ndarray
    scale: np.ndarray
    bright: np.ndarray


def read(words) -> Points:
    data = bytes(ffi.buffer(words))
    column = lambda at, kind, n=MOST: np.frombuffer(data, kind, n, at)
    at = 16 * MOST
    n = int(column(at + 2 * MOST, np.uint32, 1)[0])
    width, height = column(at + 2 * MOST + 4, np.float32, 2)
    return Points(
        n, (float(width), float(height)), column(0, np.uint64)[:n], column(8 * MOST, np.float32)[:n],
        column(12 * MOST, np.float32)[:n], column(at, np.uint8)[:n], column(at + MOST, np.uint8)[:n],
    )  # fmt: skip


def asked(samples: np.ndarray, words, tilt: int):
    """Return (status, words) of the tilted query that the core makes."""
    size = lib.pdql_keypoints_query_size()
    out = ffi.new("uint64_t[]", (size + 7) // 8)
    rows, cols = samples.shape
    work = ffi.new("uint8_t[]", lib.pdql_keypoints_work_size(cols, rows))
    plane = ffi.new("pdql_plane *", {"width": cols, "height": rows, "samples": ffi.from_buffer("uint16_t[]", samples)})
    return lib.pdql_keypoints_tilt(plane, words, tilt, work, ffi.sizeof(work), out, size), out


def query(samples: np.ndarray):
    size = lib.pdql_keypoints_query_size()
    out = ffi.new("uint64_t[]", (size + 7) // 8)
    rows, cols = samples.shape
    work = ffi.new("uint8_t[]", lib.pdql_keypoints_work_size(cols, rows))
    samples = ffi.from_buffer("uint16_t[]", samples)
    assert not lib.pdql_keypoints_query(BEST.pointer, samples, cols, rows, cols, work, ffi.sizeof(work), out, size)
    return out


def toward_zero(a: int, b: int) -> int:
    return a // b if a >= 0 else -(-a // b)


@cache
def sigma(scale: int) -> int:
    return (round(32768 * 2 ** (scale % 16 * 2 / 32)) << scale // 16) >> 7


def covered(start: int, length: int) -> list[tuple[int, int]]:
    """Return (cell, how much of it an interval covers, in 1/256)."""
    cells = range(start // 256, (start + length - 1) // 256 + 1)
    return [(c, min(256 * (c + 1), start + length) - max(256 * c, start)) for c in cells]


def signs(samples: np.ndarray, x: int, y: int, scale: int, tilt: int) -> int:
    """Return the 64 signs of the keypoint at x, y (1/256 of a cell)."""
    halved, (rows, cols) = (samples >> 1).tolist(), samples.shape
    half = sigma(scale) * 6
    side = half * 2 // SIDE
    wide, tall = min(side, 256 * cols), min(side, 256 * rows)
    part = []
    for j in range(SIDE):
        for i in range(SIDE):
            u, v = (toward_zero(half * (2 * k + 1 - SIDE), SIDE) for k in (i, j))
            mx = x + (COSINE[tilt] * u - SINE[tilt] * v) // 65536
            my = y + (SINE[tilt] * u + COSINE[tilt] * v) // 65536
            left = max(0, min(mx - wide // 2, 256 * cols - wide))
            top = max(0, min(my - tall // 2, 256 * rows - tall))
            across, along = covered(left, wide), covered(top, tall)
            part.append(sum(a * b * halved[r][c] for r, a in along for c, b in across) // (wide * tall))
    weight = sum(WINDOW)
    mean = (sum(p * w for p, w in zip(part, WINDOW, strict=True)) + weight // 2) // weight
    windowed = [toward_zero((p - mean) * w, 256) for p, w in zip(part, WINDOW, strict=True)]
    down = [
        [toward_zero(sum(DCT[i][y] * windowed[y * SIDE + x] for y in range(SIDE)), 4096) for x in range(SIDE)]
        for i in range(ORDERS)
    ]
    return sum(
        (sum(a * b for a, b in zip(down[i], DCT[j], strict=True)) > 0) << number for number, (i, j) in enumerate(BITS)
    )


def place(at: tuple[int, int], size: tuple[int, int], tilt: int) -> tuple[int, int]:
    """Return where a place of the plane (1/256 of a cell) lies on the turned canvas, in 1/512."""
    c, s, (width, height) = COSINE[tilt], SINE[tilt], size
    wide, tall = 256 * (c * width + s * height) // 65536, 256 * (s * width + c * height) // 65536
    dx, dy = 2 * at[0] - 256 * width, 2 * at[1] - 256 * height
    return (c * dx + s * dy) // 65536 + wide, (c * dy - s * dx) // 65536 + tall
