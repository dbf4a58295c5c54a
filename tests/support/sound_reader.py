"""
A second reader of docs/formats/sound-hash.md, written from that page alone: slow, on whole numbers of numpy and Python.
"""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction
from functools import cache

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
HOPS = (250, 301, 208, 172, 301, 275, 227, 207, 188, 171)


def pitch(hypothesis: int) -> float:
    return 250 / HOPS[hypothesis] if hypothesis >= 4 else 1.0


# ---- 1. mono at 8 kHz


def whole(v: npt.NDArray[np.float32]) -> Ints:
    scaled = v.astype(np.float64) * 32768
    scaled = np.clip(np.where(np.isnan(scaled), 0, scaled), -32768, 32767)
    return np.trunc(scaled + np.copysign(0.5, scaled)).clip(-32768, 32767).astype(np.int64)


def mono(pcm: npt.NDArray[np.int16] | npt.NDArray[np.float32], channel: int = 0) -> Ints:
    frames = whole(pcm) if pcm.dtype == np.float32 else pcm.astype(np.int64)
    if frames.ndim == 1:
        return frames
    channels = frames.shape[1]
    return frames[:, channel - 1] if channel else (frames.sum(1) + channels // 2) // channels


@cache
def lowpass() -> list[int]:
    values = [2**20]
    for n in range(1, 577):
        x = 2 * math.pi * 3900 * n / 384000
        values.append(round(2**20 * math.sin(x) / x * (0.54 + 0.46 * math.cos(math.pi * n / 576))))
    return values


def taps(phase: int, up: int, down: int) -> list[int]:
    h, table = (12 * down - 1) // up, lowpass()

    def value(k: int) -> int:
        a, b = divmod(abs(k * up - phase) * 48, down)
        return 0 if a >= 576 else table[a] * (down - b) + table[a + 1] * b

    values = [value(k) for k in range(-h, h + 2)]
    total = sum(values)
    found = [(65536 * v + total) // (2 * total) for v in values]
    found[h + (2 * phase > up)] += 32768 - sum(found)
    return found


def resampled(x: Ints, rate: int) -> Ints:
    ratio = Fraction(8000, rate)
    up, down = ratio.numerator, ratio.denominator
    if down == 1:
        return x
    h = (12 * down - 1) // up
    filters = np.array([taps(p, up, down) for p in range(up)], np.int64)
    padded = np.concatenate([np.zeros(h, np.int64), x, np.zeros(h + 2, np.int64)])
    places = np.arange(-(-len(x) * up // down)) * down
    first, phase = places // up, places % up
    out = np.empty(len(places), np.int64)
    for at in range(0, len(places), 4096):
        f, p = first[at : at + 4096], phase[at : at + 4096]
        out[at : at + 4096] = (16384 + (filters[p] * padded[f[:, None] + np.arange(2 * h + 2)]).sum(1)) >> 15
    return out.clip(-32768, 32767)


# ---- 2. constants


@cache
def cosines() -> Ints:
    values = [round(2**31 * math.cos(2 * math.pi * n / 2048)) for n in range(2048)]
    return np.clip(np.array(values, np.int64), -(2**31 - 1), 2**31 - 1)


def turn(n: Ints | int) -> tuple[Ints, Ints]:
    return cosines()[np.asarray(n) % 2048], cosines()[(np.asarray(n) + 512) % 2048]


def window() -> Ints:
    return (2**31 + 2**17 - cosines()) >> 18


def dct() -> Ints:
    s, i = np.arange(64)[:, None], np.arange(16)
    return (cosines()[8 * (i + 1) * (2 * s + 1) % 2048] + 2**17) >> 18


@cache
def logarithms() -> list[int]:
    return [min(255, round(256 * math.log2(1 + (i + 0.5) / 256))) for i in range(256)]


def edges(hypothesis: int = 0) -> list[int]:
    q = pitch(hypothesis)
    return [min(16384, round(16 * 2048 / 8000 * 300 * q * (3400 / 300) ** (b / 64) + 8)) for b in range(65)]


def sha256(values: Ints | list[int]) -> str:
    return hashlib.sha256(np.asarray(values, np.int64).astype("<i4").tobytes()).hexdigest()


# ---- 3. a row


def times(z: Ints, factor: tuple[Ints, Ints]) -> Ints:
    def mul(a: Ints, c: Ints) -> Ints:
        return (a * c + 2**30) >> 31

    c, s = factor
    return np.stack([mul(z[0], c) - mul(z[1], s), mul(z[0], s) + mul(z[1], c)])


def by_i(z: Ints) -> Ints:
    return np.stack([-z[1], z[0]])


def four(z0: Ints, z1: Ints, z2: Ints, z3: Ints) -> list[Ints]:
    s, d, t, e = (z0 + z2) >> 1, (z0 - z2) >> 1, (z1 + z3) >> 1, (z1 - z3) >> 1
    return [(s + t) >> 1, (d - by_i(e)) >> 1, (s - t) >> 1, (d + by_i(e)) >> 1]


def powers(a: Ints, b: Ints) -> Ints:
    """|Z[k]|^2 of pairs of frames: shape (steps, 2048)."""
    z = np.stack([a * window(), b * window()]).reshape(2, -1, 512, 4)
    for quarter in (128, 32, 8, 2):
        blocks = z.reshape(2, -1, 512 // (4 * quarter), 4, quarter, 4)  # part, step, block, i, j, lane
        j = np.arange(quarter)[:, None]
        outs = four(*(blocks[:, :, :, i] for i in range(4)))
        for i, out in enumerate(outs):
            blocks[:, :, :, i] = times(out, turn(i * j * 512 // quarter)) if i else out
        z = blocks.reshape(2, -1, 512, 4)
    even, odd = z[:, :, 0::2].copy(), z[:, :, 1::2].copy()
    z[:, :, 0::2], z[:, :, 1::2] = (even + odd) >> 1, (even - odd) >> 1
    p = np.arange(512)
    k = p // 128 + 4 * (p // 32 % 4) + 16 * (p // 8 % 4) + 64 * (p // 2 % 4) + 256 * (p % 2)
    lanes = [times(z[..., lane], turn(lane * k)) if lane else z[..., 0] for lane in range(4)]
    found = np.empty((z.shape[1], 2048), np.int64)
    for q, out in enumerate(four(*lanes)):
        assert np.abs(out).max(initial=0) < 2**31
        found[:, k + 512 * q] = out[0] ** 2 + out[1] ** 2
    return found


def rows(x: Ints, hypothesis: int = 0) -> Ints:
    """The 64 numbers of each step of samples at 8 kHz."""
    hop, edge = HOPS[hypothesis], edges(hypothesis)
    steps = len(x) // (2 * hop)
    padded = np.concatenate([np.zeros(1024, np.int64), x, np.zeros(2048, np.int64)])
    frames = padded[np.arange(2 * steps)[:, None] * hop + hop // 2 + np.arange(2048)].reshape(steps, 2, 2048)
    z = powers(frames[:, 0], frames[:, 1])
    found = np.empty((steps, 64), np.int64)
    for step in range(steps):
        both = [0, *(int(a) + int(b) for a, b in zip(z[step, 1:1024], z[step, :1024:-1], strict=True)), 0]
        for b in range(64):
            (k, f), (k1, f1) = divmod(edge[b], 16), divmod(edge[b + 1], 16)
            v = ((16 * sum(both[k:k1]) - f * both[k] + f1 * both[k1]) >> 12) + 1
            w = v.bit_length() - 1
            found[step, b] = 256 * w + logarithms()[((v << 8) >> w) & 255]
    return found


# ---- 4, 5. a window


def bits(picture: Ints) -> tuple[bytes, int]:
    """Bits and quality of 64 rows."""
    largest = int(picture.max())
    cells = np.maximum(0, picture - (largest - 5102))
    a = dct().T @ cells
    b = (a @ dct()) >> 18
    ones = b.ravel() > np.sort(b.ravel())[127]
    quality = 100 * int((cells >= 86).sum()) // 4096 if largest >= 5633 else 0
    return np.packbits(ones).tobytes(), quality


def hashes(x: Ints, every: int = 2, hypothesis: int = 0) -> list[tuple[int, bytes, int]]:
    """(start, bits, quality) of each window of samples at 8 kHz."""
    hop = HOPS[hypothesis]
    found = rows(x, hypothesis)
    return [(2 * g * hop, *bits(found[g : g + 64])) for g in range(0, len(found) - 63, every)]
