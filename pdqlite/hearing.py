"""
Sound against the windows of sound of a list: PCM in, a decision at any time; and the windows that a list keeps. Knows no files.

Speeds are assumed in turns: all of them for the first seconds, then one after the other. So what every second costs is bounded, and a copy
that is played faster or slower is met at the latest a minute in.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError
from pdqlite.native import index as native_index
from pdqlite.native import listen as native
from pdqlite.sound import (
    HYPOTHESES,
    LIST_EVERY,
    QUERY_EVERY,
    RATE,
    RATES,
    Resampler,
    SoundHasher,
    SoundHashes,
    readable,
)
from pdqlite.types import FrameHash, SoundMatch

MAX_SOUND_DISTANCE = 84  # bits: what the rule of sound may need, where a list says nothing else
GAP = 0.05  # seconds between two pieces that are no gap
_SILENCE = 10.0  # seconds of a gap that are heard as silence; behind a longer one hashing begins anew
_ALL = 20 * RATE  # samples from a start for which every speed is assumed
_TURN = 12 * RATE  # samples of a turn: 8 seconds of windows
_SCANNED = 4096  # windows of a list that are searched without an index
_CANCELLED = 1 / 16  # power of the mean of the channels against the loudest, below which that one is heard
_MS = RATE // 1000

Samples = npt.NDArray[np.int16]


class SoundList:
    """
    The windows of sound of one list, ready to be searched. Safe on any number of threads.

    Args:
        rows, meta: As a list has them, shapes (n, 32) and (n, 14).
        first: Number of the first of them in the list.
        max_distance: The list's cap on the nearest window, bits.
        rate: Highest false-match rate of one sound against the whole list, 1e-12 to 1.

    Raises:
        ArgumentError: A value out of its range.
    """

    def __init__(
        self,
        rows: npt.NDArray[np.uint8],
        meta: npt.NDArray[np.uint8],
        first: int = 0,
        max_distance: int = MAX_SOUND_DISTANCE,
        rate: float = 1e-6,
    ) -> None:
        if not 1e-12 <= rate <= 1:
            raise ArgumentError("sound_rate needs a rate from 1e-12 to 1")
        rows, meta = np.ascontiguousarray(rows), np.ascontiguousarray(meta)
        index = native_index.build(rows, "auto") if len(rows) > _SCANNED else None
        least = math.ceil(-100 * math.log10(rate) - 1e-9)
        self.native = native.SoundMatcher(rows, meta, first, max_distance, least, index)


class _Pass:
    """Windows under one assumed speed, from one sample on."""

    def __init__(self, listen: native.Listen, speed: int, base_ms: float) -> None:
        self._listen, self._speed, self._base = listen, HYPOTHESES[speed], base_ms
        self._hasher = SoundHasher(QUERY_EVERY, speed)
        self.taken = 0

    def push(self, samples: Samples) -> None:
        self.taken += len(samples)
        self._give(self._hasher.push(samples))

    def end(self) -> None:
        self._give(self._hasher.finish())

    def _give(self, found: SoundHashes) -> None:
        for i in np.flatnonzero(found.good).tolist():
            time = self._base + int(found.starts[i]) / _MS
            if time >= 0:
                self._listen.push(found.rows[i].tobytes(), round(time), self._speed.number, self._speed.hop)


class Mono:
    """Pieces of PCM on one clock to stretches of samples at 8 kHz. One thread at a time."""

    def __init__(self) -> None:
        self._resampler = Resampler()
        self._next: float | None = None  # when the next piece should begin
        self._last = -math.inf
        self._ended = -math.inf  # where the stretch before this one ended: none begins before

    def push(self, pcm: npt.NDArray[Any], seconds: float, rate: int) -> list[tuple[float | None, Samples]]:
        """Return samples, each with the milliseconds at which a stretch begins with them, or None where they go on. As Hearing.push."""
        if rate not in RATES:
            raise ArgumentError(f"the rate of a sound is one of {', '.join(map(str, RATES))}, not {rate}")
        if not -86_400 < seconds <= 4_000_000 or seconds < self._last - GAP:
            raise ArgumentError("the seconds of a piece of sound need to be none before the last")
        pcm, at = readable(pcm), max(seconds, self._ended)
        found: list[tuple[float | None, Samples]] = []
        base: float | None = None
        if self._next is None or at > self._next + _SILENCE:
            found += [(None, self.end())] if self._next is not None else []
            self._next, base = at, 1000 * at
        elif at > self._next + GAP:
            frames = round((at - self._next) * rate)
            found.append((None, self._resampler.silence(frames, rate)))
            self._next += frames / rate
        self._last = seconds
        self._next += len(pcm) / rate
        return [*found, (base, self._resampler.push(pcm, rate, loudest(pcm)))]

    def end(self) -> Samples:
        """Return what is held; what follows begins a stretch."""
        if self._next is None:
            return np.zeros(0, np.int16)
        self._ended, self._next = self._next, None
        return self._resampler.finish()


class Hearing:
    """
    One sound being listened to. Its memory does not grow with it. One thread at a time.

    Args:
        listed: What it is compared with.
    """

    def __init__(self, listed: SoundList) -> None:
        self.listen = native.Listen(listed.native)
        self._mono = Mono()
        self._passes: dict[int, _Pass] = {}
        self._base = 0.0  # milliseconds at which the samples of this stretch begin
        self._samples = 0  # of this stretch
        self._turn = 0

    def push(self, pcm: npt.NDArray[Any], seconds: float, rate: int) -> None:
        """
        Add a piece of sound.

        Args:
            pcm: As sound.Resampler.push takes it: (n,) or (n, channels). Rate and channels may change from piece to piece.
            seconds: Where it begins, on the clock of the frames. A gap is silence; a piece that begins before the last one has ended is put
                behind it.
            rate: Samples a second.

        Raises:
            ArgumentError: An unknown rate, or a time that is before that of the last piece.
            ShapeError: Another shape or type.
        """
        for base, samples in self._mono.push(pcm, seconds, rate):
            if base is not None:
                self._end_passes()
                self._base, self._samples = base, 0
            self._take(samples)

    def end(self) -> None:
        """Count what is held: the sound has ended, or pauses. What follows begins anew."""
        self._take(self._mono.end())
        self._end_passes()

    def _end_passes(self) -> None:
        for one in self._passes.values():
            one.end()
        self._passes = {}

    def _take(self, samples: Samples) -> None:
        """Hash what was resampled, in pieces that do not cross the end of a turn."""
        while len(samples):
            self._choose()
            n = min(len(samples), self._left())
            for one in self._passes.values():
                one.push(samples[:n])
            self._samples += n
            samples = samples[n:]

    def _left(self) -> int:
        if self._samples < _ALL:
            return _ALL - self._samples
        return _TURN - max((p.taken for speed, p in self._passes.items() if speed == self._turn), default=0)

    def _choose(self) -> None:
        """Begin and end passes: all speeds at first, then the one whose turn it is and the one that agrees."""
        if self._samples == 0:
            self._keep(range(len(HYPOTHESES)))
        elif self._samples >= _ALL:
            mine = self._passes.get(self._turn)
            if self._turn == 0 or mine is None or mine.taken >= _TURN:
                if mine is not None and self._turn:
                    mine.end()
                    del self._passes[self._turn]
                self._turn = self._turn % (len(HYPOTHESES) - 1) + 1
                self._keep((0, self._agrees(), self._turn), anew=self._turn)

    def _agrees(self) -> int:
        found = self.listen.decision()
        return int(found.speed) if found.entry != native.NONE else 0

    def _keep(self, speeds: Any, anew: int = 0) -> None:
        for speed in [s for s in self._passes if s not in speeds or (s == anew and s)]:
            self._passes.pop(speed).end()
        for speed in speeds:
            if speed not in self._passes:
                self._passes[speed] = _Pass(self.listen, speed, self._base + self._samples / _MS)

    def enough(self) -> bool:
        """True once the sound is a match by itself."""
        return self.listen.enough()

    def decision(self) -> SoundMatch | None:
        """Return what the sound so far speaks for most; None if nothing of it is near the list."""
        d = self.listen.decision()
        if d.entry == native.NONE:
            return None
        speed = HYPOTHESES[d.speed]
        return SoundMatch(
            same=d.verdict == native.SAME_SOUND, entry=d.entry, video=d.video, rate=10.0 ** (-d.neg_log10_fpr_x100 / 100),
            list_rate=10.0 ** (-d.list_neg_log10_fpr_x100 / 100), distance=d.distance, score=d.score, agreeing=d.agreeing,
            span=(d.start_ms / 1000, d.end_ms / 1000), entry_span=(d.entry_start_ms / 1000, d.entry_end_ms / 1000),
            tempo=speed.tempo, pitch=speed.pitch, categories=d.categories, sources=d.sources,
        )  # fmt: skip


class Listing:
    """The windows of sound that a list keeps of one sound: pieces of PCM in, windows out. One thread at a time."""

    def __init__(self) -> None:
        self._mono = Mono()
        self._hasher: SoundHasher | None = None
        self._base = 0.0
        self._kept: list[FrameHash] = []

    def push(self, pcm: npt.NDArray[Any], seconds: float, rate: int) -> None:
        """Add a piece; as Hearing.push."""
        for base, samples in self._mono.push(pcm, seconds, rate):
            if base is not None:
                self._end_hasher()
                self._base, self._hasher = base, SoundHasher(LIST_EVERY)
            self._take(samples)

    def _take(self, samples: Samples) -> None:
        if self._hasher is not None:
            self._keep(self._hasher.push(samples))

    def _end_hasher(self) -> None:
        if self._hasher is not None:
            self._keep(self._hasher.finish())
        self._hasher = None

    def _keep(self, found: SoundHashes) -> None:
        for i in np.flatnonzero(found.good).tolist():
            time = self._base / 1000 + int(found.starts[i]) / RATE
            if time >= 0:
                self._kept.append(FrameHash(len(self._kept), time, found.rows[i].tobytes(), int(found.quality[i])))

    def end(self) -> tuple[FrameHash, ...]:
        """Return the windows, a second apart, without those that are too quiet: number, second at which each begins, bits, quality."""
        self._take(self._mono.end())
        self._end_hasher()
        return tuple(self._kept)


def loudest(pcm: npt.NDArray[Any]) -> int:
    """Return 0, the mean of the channels; or the number of the loudest, from 1, where the channels take each other out."""
    if pcm.ndim != 2 or pcm.shape[1] < 2 or not len(pcm):
        return 0
    if pcm.dtype.kind == "f":  # as the core reads them
        pcm = np.nan_to_num(np.clip(pcm, -1.0, 1.0), nan=0.0)
    values = pcm.astype(np.float32)
    power = (values * values).mean(axis=0)
    mean = values.mean(axis=1)
    return int(power.argmax()) + 1 if (mean * mean).mean() < power.max() * _CANCELLED else 0
