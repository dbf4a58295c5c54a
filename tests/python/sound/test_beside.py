"""A weak picture track and a weak sound track of one video, at one clock offset, decide together; nothing else does (docs/formats/sound-rule.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from pdqlite import lists
from pdqlite.hashing import hash_luma
from pdqlite.hearing import Listing
from pdqlite.matching import Matcher
from pdqlite.types import Decision, Entries, MatchPolicy
from pdqlite.watching import Watch
from support.pictures import scene
from support.sounds import drawn

RATE = 8000
START = 8  # second of the video at which the query begins
SEEN = 2  # second of the query whose frame is the video's; all others are strangers
OFF = 50  # bits that the list's frames are off
BESIDE = MatchPolicy(uncrop_entries=0, turned=False, inverted=False, regions=False)

Samples = npt.NDArray[np.int16]
Bits = npt.NDArray[np.uint8]


def flipped(rng: np.random.Generator, bits: Bits, n: int) -> Bits:
    wide = np.unpackbits(bits)
    wide[rng.choice(256, n, replace=False)] ^= 1
    return np.packbits(wide)


def video(number: int, frames: dict[int, npt.NDArray[np.uint8]], sound: Samples) -> Entries:
    """The frames of a video at their seconds, OFF bits off, and its windows of sound."""
    rng, listing = np.random.default_rng(number), Listing()
    listing.push(sound, 0.0, RATE)
    hashes, heard = [hash_luma(f) for f in frames.values()], listing.end()
    n, m = len(hashes), len(heard)
    rows = [flipped(rng, np.frombuffer(h.bits, np.uint8), OFF) for h in hashes]
    rows += [np.frombuffer(w.bits, np.uint8) for w in heard]
    return Entries(
        np.stack(rows), np.ones(n + m, np.uint16), np.ones(n + m, np.uint16), np.array([2] * n + [6] * m, np.uint8),
        np.array([h.quality for h in hashes] + [255] * m, np.uint8), np.full(n + m, number, np.uint32),
        np.array([1000 * s for s in frames] + [round(1000 * w.time) for w in heard], np.uint32),
    )  # fmt: skip


@pytest.fixture(scope="module")
def sounds() -> list[Samples]:
    return [drawn(RATE, 20 * RATE, seed) for seed in range(3)]


@pytest.fixture(scope="module")
def frames() -> list[npt.NDArray[np.uint8]]:
    """Two frames of video 0, one of video 1, a stranger."""
    return [scene(700 + i, 200, 200) for i in range(4)]


@pytest.fixture(scope="module")
def listed(frames: list[npt.NDArray[np.uint8]], sounds: list[Samples]) -> Entries:
    first = video(0, {START + SEEN: frames[0], START + SEEN + 2: frames[1]}, sounds[0])
    return lists.merge(lists.join([first, video(1, {START + SEEN: frames[2]}, sounds[1])]))


@pytest.fixture(scope="module")
def matcher(listed: Entries) -> Matcher:
    return Matcher(listed, BESIDE)


def under(sound: Samples, louder: Samples) -> Samples:
    """A sound with another one over it, twice as loud."""
    return np.clip(sound * 0.4 + louder * 0.8, -32768, 32767).astype(np.int16)


def at(sound: Samples, start: float) -> Samples:
    return sound[round(start * RATE) : round((start + 6) * RATE)]


def shown(watch: Watch, frames: Sequence[npt.NDArray[np.uint8]], seen: dict[int, int]) -> None:
    for second in range(6):
        watch.push(frames[seen.get(second, 3)], float(second))


def decided(
    matcher: Matcher, frames: Sequence[npt.NDArray[np.uint8]], seen: dict[int, int], sound: Samples | None
) -> Decision:
    """Of 6 seconds: frames by number at their seconds, strangers otherwise; and a sound."""
    watch = matcher.watch()
    if sound is not None:
        watch.push_sound(sound, 0.0, RATE)
    shown(watch, frames, seen)
    watch.end_sound()
    return watch.decision()


def test_weak_picture_and_weak_sound_decide_together(matcher: Matcher, frames, sounds: list[Samples]) -> None:
    weak = under(at(sounds[0], START), at(sounds[2], START))
    picture, sound = decided(matcher, frames, {SEEN: 0}, None), decided(matcher, frames, {}, weak)
    assert (picture.verdict, sound.verdict) == ("no match", "no match")
    assert sound.sound is not None
    assert not sound.sound.same
    both = decided(matcher, frames, {SEEN: 0}, weak)
    assert (both.verdict, both.video, both.agreeing) == ("match", 0, 1)


def test_another_sound_or_another_moment_adds_nothing(matcher: Matcher, frames, sounds: list[Samples]) -> None:
    """Also where it is loud and clear: the other video's sound, and the video's own from another second on."""
    for sound in (at(sounds[1], START), at(sounds[0], START - 5), at(sounds[0], START + 2), at(sounds[2], START)):
        assert decided(matcher, frames, {SEEN: 0}, sound).verdict == "no match"
    near = decided(matcher, frames, {SEEN: 0}, at(sounds[0], START + 0.5))  # frames of a list stand a second apart
    assert near.verdict == "match"


def test_silence_and_another_sound_take_nothing_away(matcher: Matcher, frames, sounds: list[Samples]) -> None:
    seen = {SEEN: 0, SEEN + 2: 1}
    alone = decided(matcher, frames, seen, None)
    assert alone.verdict == "match"
    tone = (8000 * np.sin(np.arange(6 * RATE) * 0.3)).astype(np.int16)
    for sound in (np.zeros(6 * RATE, np.int16), tone, at(sounds[1], START), at(sounds[0], START - 5)):
        found = decided(matcher, frames, seen, sound)
        assert (found.verdict, found.rate, found.agreeing) == ("match", alone.rate, 2)


def planted(listed: Entries, distance: int) -> list[tuple[int, bytes]]:
    """Two windows of video 0, where the query hears them, each so many bits off, and one behind each that is far: (ms of the query, bits)."""
    rng, found = np.random.default_rng(distance), []
    assert listed.video is not None
    assert listed.time_ms is not None
    for second in (START, START + 1):
        (row,) = np.flatnonzero((listed.flags == 6) & (listed.video == 0) & (listed.time_ms == 1000 * second))
        bits, ms = flipped(rng, listed.rows[row], distance), 1000 * (second - START)
        found += [(ms, bits.tobytes()), (ms + 125, (~bits).tobytes())]  # a window counts once the next one is known
    return found


FAR = [(102, 106, 0), (101, 106, 1), (97, 106, 1.66), (90, 106, 2), (86, 106, 2)]
CAPPED = [(90, 89, 0), (90, 90, 2), (86, None, 0), (84, None, 2), (70, 69, 0)]


@pytest.mark.parametrize(("distance", "cap", "decades"), FAR + CAPPED)
@pytest.mark.parametrize("order", ["sound first", "as it is known", "sound last"])
def test_worth_of_sound(listed: Entries, frames, distance: int, cap: int | None, decades: float, order: str) -> None:
    """S / 12 decades from S = 12 on, 2 at most, if the nearest is within the list's cap: 84 without one."""
    watch = Matcher(listed, replace(BESIDE, frames=1), max_sound_distance=cap).watch()
    assert watch._hearing is not None
    windows = planted(listed, distance)
    late = {"sound first": -1, "as it is known": 4, "sound last": 5}[order]  # seconds; a window is 4 long
    for second in range(6):
        for ms, bits in windows:
            if second == max(0, late + (ms // 1000 if order == "as it is known" else 0)):
                watch._hearing.listen.push(bits, ms)
        watch.push(frames[0 if second == SEEN else 3], float(second))
    heard = watch.decision().rate
    deaf = Matcher(listed, replace(BESIDE, frames=1, sound="off")).watch()
    shown(deaf, frames, {SEEN: 0})
    seen = deaf.decision().rate
    assert seen is not None
    assert heard is not None
    assert heard / seen == pytest.approx(10**-decades, rel=0.001)
