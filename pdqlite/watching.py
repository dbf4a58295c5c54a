"""
A decision in the making: frames and sound are pushed as they come; and what the core's numbers say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from numbers import Real
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError
from pdqlite.hearing import Hearing, SoundList
from pdqlite.media import Pcm
from pdqlite.native import matcher as core
from pdqlite.sound import RATES
from pdqlite.types import Decision, FrameMatch, MatchPolicy, SoundMatch, Where

MAX_SECONDS = 4_000_000  # what a 32-bit count of milliseconds holds, rounded down
ORIENTATIONS = (
    "as is", "turned 90", "turned 180", "turned 270", "flipped", "mirrored", "transposed",
    "transposed back",
)  # fmt: skip

Pixels = npt.NDArray[np.uint8]


class Listed(Protocol):
    """What a watch needs of a matcher."""

    policy: MatchPolicy

    @property
    def native(self) -> core.Matcher: ...
    @property
    def sounds(self) -> SoundList | None: ...
    @property
    def lacks(self) -> tuple[str, ...]: ...


def rate_of(neg_log10_fpr_x100: int) -> float:
    """Return the false-match rate of a neg_log10_fpr_x100."""
    return float(10.0 ** (-neg_log10_fpr_x100 / 100))


def number_of(value: int) -> int | None:
    return None if value == core.NONE else value


def _seconds(value: int) -> float | None:
    return None if value == core.NONE else value / 1000


def nats_of(value: int) -> float | None:
    return None if value == core.CLAIM_NONE else value / 16


def where_of(w: Any) -> Where:
    left, top, right, bottom = (v / 65536 for v in (w.left, w.top, w.right, w.bottom))
    return Where(left, top, right, bottom, ORIENTATIONS[w.orientation], bool(w.inverted))


def decision_of(d: Any, **more: Any) -> Decision:
    verdict = core.VERDICTS[d.verdict]
    lacks = tuple(name for bit, name in core.LACKS.items() if d.lacks & bit)
    if d.entry == core.NONE:
        return Decision(verdict, lacks=lacks, quality=d.quality, frames=d.frames, **more)
    span = None if d.start_ms == core.NONE else (d.start_ms / 1000, d.end_ms / 1000)
    entry_span = None if d.entry_start_ms == core.NONE else (d.entry_start_ms / 1000, d.entry_end_ms / 1000)
    return Decision(
        verdict, entry=d.entry, tier=d.tier, rate=rate_of(d.neg_log10_fpr_x100), list_rate=rate_of(d.list_neg_log10_fpr_x100), lacks=lacks,
        distance=number_of(d.distance), quality=d.quality, where=where_of(d.where), categories=d.categories, sources=d.sources,
        video=number_of(d.video), time=_seconds(d.at_ms), span=span, entry_span=entry_span,
        frames=d.frames, agreeing=d.agreeing, confirmed=core.CONFIRMED.get(d.confirmed), proof=nats_of(d.proof), **more,
    )  # fmt: skip


class Watch:
    """
    One video being watched: push frames and sound, ask at any time. Memory does not grow with it. One thread at a time.

    Args:
        matcher: What it is matched by.
        beside: Another watch of the same video, seen another way: they hear together.
    """

    def __init__(self, matcher: Listed, beside: Watch | None = None) -> None:
        self._native = core.Watch(matcher.native)
        self._policy, self._lacks = matcher.policy, matcher.lacks
        self._hearing: Hearing | None = (
            None if matcher.sounds is None else beside._hearing if beside else Hearing(matcher.sounds)
        )
        if self._hearing is not None:
            self._native.hear(self._hearing.listen)

    def push(self, pixels: Pixels, seconds: float, limited: bool = False) -> None:
        """Add one frame; see Matcher.match_frames. After an error nothing was added."""
        if not isinstance(seconds, Real) or not 0 <= seconds <= MAX_SECONDS:
            raise ArgumentError("the seconds of a frame need to be from 0 on, none before the last")
        self._native.push(np.asarray(pixels), round(seconds * 1000), limited)

    @property
    def hears(self) -> bool:
        """True if sound counts: the list has windows of sound, and the policy asks for them."""
        return self._hearing is not None

    def push_sound(self, pcm: npt.NDArray[Any], seconds: float, rate: int) -> None:
        """
        Add a piece of sound, on the clock of the frames, before, between or after them. Nothing is heard where the list has no sound.

        Args:
            pcm: int16, or float32 or float64 within -1 to 1; (n,), or (n, channels), any strides: planar sound is its transpose.
            seconds: Where it begins. A gap is silence.
            rate: Samples a second: one of sound.RATES. It may change from piece to piece.

        Raises:
            ArgumentError: An unknown rate, or times that run backwards.
            ShapeError: Another shape or type.
        """
        if not isinstance(seconds, Real):
            raise ArgumentError("the seconds of a piece of sound need to be a number")
        if self._hearing is not None:
            self._hearing.push(pcm, float(seconds), rate)

    def hear(self, pieces: Iterable[Pcm]) -> None:
        """Add pieces of sound as media decodes them; those of a rate that is not known are passed over."""
        hearing = self._hearing
        for piece in pieces if hearing is not None else ():
            if hearing is not None and piece.rate in RATES:
                hearing.push(piece.samples, piece.time, piece.rate)

    def end_sound(self) -> None:
        """Count the sound that is held: it has ended."""
        if self._hearing is not None:
            self._hearing.end()

    def enough(self) -> bool:
        """True once the frames so far are a match, or the sound is and may be alone."""
        return self._native.enough() or (
            self._policy.sound == "alone" and self._hearing is not None and self._hearing.enough()
        )

    def hopeful(self) -> bool:
        """
        False if the frames so far, at least 4, are near nothing in the list but by chance.

        Whoever has pushed the key frames of a video can stop there: what lies between them shows the same scenes.
        """
        return self._native.hopeful() or (self._hearing is not None and self._hearing.enough())

    def decision(self) -> Decision:
        """Return what frames and sound so far come to."""
        decision, matches = self._native.decision()
        found = decision_of(decision, frame_matches=tuple(
            FrameMatch(m.time_ms / 1000, m.entry, _seconds(m.entry_time_ms), m.distance, where_of(m.where))
            for m in matches
        ))  # fmt: skip
        sound = None if self._hearing is None else self._hearing.decision()
        return with_sound(replace(found, lacks=found.lacks + self._lacks), sound, self._policy)


def with_sound(seen: Decision, heard: SoundMatch | None, policy: MatchPolicy) -> Decision:
    """
    Return a decision with what was heard. Where nothing else matches and it may be alone, it decides; `where`, `proof` and the like are
    None then, and `frame_matches` still says what was seen, each with its own entry.
    """
    if heard is None:
        return seen
    if seen.matched or not heard.same or policy.sound != "alone":
        return replace(seen, sound=heard)
    return Decision(
        "same sound", entry=heard.entry, rate=heard.rate, list_rate=heard.list_rate, distance=heard.distance, quality=seen.quality,
        categories=heard.categories, sources=heard.sources, video=heard.video, time=heard.span[0], span=heard.span, entry_span=heard.entry_span,
        frames=seen.frames, frame_matches=seen.frame_matches, evidence=seen.evidence, lacks=seen.lacks, sound=heard,
    )  # fmt: skip
