"""Sounds that tests draw: whole numbers only, so that every language draws the same (tests/vectors/sound/README.md)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

VOICES = 4


def drawn(rate: int, frames: int, seed: int) -> npt.NDArray[np.int16]:
    """Return mono int16: four triangle waves whose pitch and loudness change eight times a second, and a little noise."""
    state, parts, phases = seed, [], np.zeros(VOICES, np.int64)
    for first in range(0, frames, rate // 8):
        n = min(rate // 8, frames - first)
        states = []
        for _ in range(VOICES + n):
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            states.append(state)
        numbers = np.array(states, np.int64)
        voices, noise = numbers[:VOICES], numbers[VOICES:]
        steps, loud = (200 + (voices >> 16) % 3000) * 65536 // rate, voices >> 8 & 15
        at = (phases + np.arange(1, n + 1)[:, None] * steps) & 65535
        phases = at[-1]
        triangles = np.where(at < 32768, at - 16384, 49151 - at)
        parts.append(((triangles * loud).sum(1) >> 6) + (noise >> 16 & 255) - 128)
    return np.concatenate(parts).astype(np.int16)


def channels(mono: npt.NDArray[np.int16], n: int) -> npt.NDArray[np.int16]:
    """Return n channels of a sound, shape (frames, n): each odd one half as loud, turned upside down."""
    return np.stack([-(mono >> 1) if c % 2 else mono for c in range(n)], axis=1)
