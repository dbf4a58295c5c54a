"""
Sound to hashes: 256 bits for each 4 seconds, with the distances, rows and indexes of pictures. Knows arrays, not files.

A hash names a recording, not a speaker. Stock music, jingles and loops are the same sound in different videos.
The bits are defined in docs/formats/sound-hash.md.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError, ShapeError
from pdqlite.native import core
from pdqlite.native import sound as native
from pdqlite.native.sound import HYPOTHESES, LIST_EVERY, QUALITY, QUERY_EVERY, RATE, RATES, STEPS, Hypothesis

__all__ = [
    "HYPOTHESES",
    "LIST_EVERY",
    "QUALITY",
    "QUERY_EVERY",
    "RATE",
    "RATES",
    "Hypothesis",
    "Resampler",
    "SoundHasher",
    "SoundHashes",
    "hash_sound",
    "readable",
]

Pcm = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class SoundHashes:
    """
    The hashes of windows of 4 s, in order of time.

    Attributes:
        rows: uint8, shape (n, 32): the bits, as rows of an index.
        quality: uint8, shape (n,): 0 to 100; below QUALITY a window is too quiet or too empty to list or to look up.
        starts: int64, shape (n,): the first sample of each window at 8 kHz, on the clock of what was hashed.
        hypothesis: Number of the hypothesis of speed.
    """

    rows: npt.NDArray[np.uint8]
    quality: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    hypothesis: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """Start of each window in seconds, on the clock of what was hashed."""
        return self.starts / RATE

    @property
    def original_times(self) -> npt.NDArray[np.float64]:
        """Start of each window in seconds, on the clock that the original has under the hypothesis."""
        return self.times * HYPOTHESES[self.hypothesis].tempo

    @property
    def good(self) -> npt.NDArray[np.bool_]:
        """Which windows may be listed and looked up."""
        return self.quality >= QUALITY

    @classmethod
    def joined(cls, parts: Iterable[SoundHashes]) -> SoundHashes:
        """Return parts of one stream, in order, as one."""
        parts = list(parts)
        numbers = {part.hypothesis for part in parts}
        if len(numbers) != 1:
            raise ArgumentError("join at least one part, all under one hypothesis")
        return cls(
            np.concatenate([part.rows for part in parts]),
            np.concatenate([part.quality for part in parts]),
            np.concatenate([part.starts for part in parts]),
            numbers.pop(),
        )


def _rate(rate: int) -> int:
    if not isinstance(rate, numbers.Real) or isinstance(rate, bool) or rate not in RATES:
        raise ArgumentError(f"the rate must be one of {', '.join(map(str, RATES))} Hz, not {rate!r}; resample it first")
    return int(rate)


def readable(pcm: Pcm) -> Pcm:
    """
    Return PCM as (frames, channels) in a type that the core reads: int16 or float32.

    Raises:
        ShapeError: Another shape or type than Resampler.push takes.
    """
    pcm = np.asarray(pcm)
    if pcm.ndim == 1:
        pcm = pcm[:, None]
    if pcm.ndim != 2 or not 1 <= pcm.shape[1] <= native.MAX_CHANNELS:
        raise ShapeError(
            f"sound must be (frames,) or (frames, channels) with 1 to {native.MAX_CHANNELS} channels, not {pcm.shape};"
            " planar sound is its transpose, `.T`"
        )
    if pcm.dtype in (np.int16, np.float32):
        return pcm
    if pcm.dtype == np.float64:
        with np.errstate(over="ignore", invalid="ignore"):
            return pcm.astype(np.float32)
    if pcm.dtype == np.int32:
        return (pcm >> 16).astype(np.int16)
    if pcm.dtype == np.uint8:
        return ((pcm.astype(np.int16) - 128) << 8).astype(np.int16)
    raise ShapeError(f"samples must be int16, float32, float64, int32 or uint8, not {pcm.dtype}")


class Resampler:
    """
    Makes mono at 8 kHz of a stream of PCM. However it is cut into pushes, the samples are the same. One thread at a time.

    Args:
        kernels: The table to run on; the best one by default. All give the same samples.
    """

    def __init__(self, kernels: core.Kernels | None = None) -> None:
        self._native = native.Resampler(kernels or core.BEST)

    def push(self, pcm: Pcm, rate: int, channel: int = 0) -> npt.NDArray[np.int16]:
        """
        Take the next frames; return the samples that they complete, int16 at 8 kHz.

        Args:
            pcm: int16, or float32 or float64 within -1 to 1 (past that it is clipped; not a number is 0), or int32 or
                uint8 over their whole range; shape (frames,) or (frames, channels), any strides. Planar: its transpose.
            rate: Frames a second: one of RATES. It may change from push to push, as may the channels.
            channel: 0 for the mean of all, or the number of one channel, from 1. One channel may be another turned
                upside down: then their mean is silence, and each alone is not.

        Raises:
            ArgumentError: An unknown rate, or a channel that is not there.
            ShapeError: Another shape or type.
        """
        pcm, rate = readable(pcm), _rate(rate)
        if not 0 <= channel <= pcm.shape[1]:
            raise ArgumentError(f"channel must be 0 for all, or 1 to {pcm.shape[1]}, not {channel!r}")
        return self._native.push(pcm, rate, channel)

    def silence(self, frames: int, rate: int) -> npt.NDArray[np.int16]:
        """Take frames of silence, for a gap; see push."""
        if frames < 0:
            raise ArgumentError(f"frames must be at least 0, not {frames}")
        return self._native.silence(frames, _rate(rate))

    def finish(self) -> npt.NDArray[np.int16]:
        """Return the samples that are left. The next push begins anew."""
        return self._native.finish()


class SoundHasher:
    """
    Hashes a stream of samples at 8 kHz. However it is cut into pushes, the hashes are the same. One thread at a time.

    Args:
        every: Steps of 1/16 s from one hash to the next, 1 to 64: QUERY_EVERY or LIST_EVERY.
        hypothesis: Number of a hypothesis of speed, of HYPOTHESES: the sound is hashed as if that had been undone.
        kernels: The table to run on; the best one by default. All give the same bits.

    Raises:
        ArgumentError: `every` or `hypothesis` is out of range.
    """

    def __init__(self, every: int = QUERY_EVERY, hypothesis: int = 0, kernels: core.Kernels | None = None) -> None:
        if not 1 <= every <= STEPS:
            raise ArgumentError(f"every must be 1 to {STEPS} steps, not {every!r}")
        if not 0 <= hypothesis < len(HYPOTHESES):
            raise ArgumentError(f"hypothesis must be 0 to {len(HYPOTHESES) - 1}, not {hypothesis!r}")
        self.hypothesis = hypothesis
        self._native = native.Hasher(every, hypothesis, kernels or core.BEST)

    def push(self, samples: npt.NDArray[np.int16]) -> SoundHashes:
        """
        Take the next samples, int16 of shape (n,) at 8 kHz; return the hashes that they complete.

        Raises:
            ShapeError: Another shape or type.
            ArgumentError: After finish.
        """
        samples = np.asarray(samples)
        if samples.ndim != 1 or samples.dtype != np.int16:
            raise ShapeError(
                f"samples must be int16 of shape (n,) at {RATE} Hz, not {samples.dtype} {samples.shape};"
                " a Resampler makes them of other sound"
            )
        return self._made(self._native.push(np.ascontiguousarray(samples)))

    def finish(self) -> SoundHashes:
        """Return the hashes of the last windows. Nothing can be pushed after it."""
        return self._made(self._native.finish())

    def _made(self, records: npt.NDArray[np.void]) -> SoundHashes:
        return SoundHashes(
            np.ascontiguousarray(records["bits"]),
            np.ascontiguousarray(records["quality"]),
            records["start"].astype(np.int64),
            self.hypothesis,
        )


def hash_sound(pcm: Pcm, rate: int, *, every: int = QUERY_EVERY, hypothesis: int = 0, channel: int = 0) -> SoundHashes:
    """
    Hash a whole sound.

    Args:
        pcm, rate, channel: As for Resampler.push.
        every, hypothesis: As for SoundHasher.

    Returns:
        SoundHashes: one for each window of 4 s; none for a sound under 4 s.

    Raises:
        ArgumentError: An unknown rate, or a value out of range.
        ShapeError: An array of another shape or type.
    """
    resampler, hasher = Resampler(), SoundHasher(every, hypothesis)
    parts = [hasher.push(resampler.push(pcm, rate, channel)), hasher.push(resampler.finish()), hasher.finish()]
    return SoundHashes.joined(parts)
