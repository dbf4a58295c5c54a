"""The rule of sound in the core, against a slow definition of it (docs/formats/sound-rule.md)."""

import math

import numpy as np
import pytest

from pdqlite.errors import ArgumentError, ShapeError
from pdqlite.native import core
from pdqlite.native import index as native_index
from pdqlite.native.listen import NO_MATCH, NONE, SAME_SOUND, Listen, SoundMatcher, first_of
from support.windows import HOP, Rows, Sounds, clip, differ, flipped, listened, planted, sounds


def score_at(of: Sounds, video: int, heard: dict[int, Rows], offset: int) -> tuple[int, int]:
    """The score of a video at one offset, and its nearest window: the definition, without a change of speed."""
    seen: list[Rows] = []
    score, nearest, met = 0, 256, 0
    for time, bits in clip(of, video):
        if time + offset not in heard:
            continue
        met += 1
        d = differ(heard[time + offset], bits)
        if d <= 106:
            nearest = min(nearest, d)
            if all(differ(bits, other) >= 48 for other in seen[-4:]):
                score += 107 - d
                seen.append(bits)
    return max(0, score - met // 16), nearest


def best_of(of: Sounds, heard: dict[int, Rows]) -> tuple[int, int, int]:
    """(score, video, nearest) over all videos and offsets of which a window is within 84 bits."""
    found = (0, -1, 256)
    for video in np.unique(of.video):
        for q in heard:
            for time, bits in clip(of, int(video)):
                if differ(heard[q], bits) <= 84:
                    score, nearest = score_at(of, int(video), heard, q - time)
                    found = max(found, (score, int(video), nearest))
    return found


def worth(score: int, nearest: int, windows: int, clips: int) -> tuple[int, bool]:
    seeded = nearest <= 72
    pair = (
        600
        + (score + 44 * seeded) * 100 // 12
        - 87 * 100 // 12
        - math.ceil(100 * math.log10(math.ceil(windows / 240)) - 1e-9)
    )
    pair = min(max(pair, 0), 1200)
    return pair, pair >= 600 + math.ceil(100 * math.log10(clips) - 1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_score_is_that_of_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    of = sounds(rng, [20, 3, 40, 12])
    flips = rng.integers(30, 118, rng.integers(1, 9)).tolist()
    heard = planted(rng, of, 2, int(rng.integers(0, 30)), flips, int(rng.integers(0, 20)))
    score, video, nearest = best_of(of, heard)
    for matcher in (of.matcher(), of.matcher(index=True), *(of.matcher(kernels=k) for k in core.kernels())):
        found = listened(matcher, heard).decision()
        assert found.score == score
        assert found.video == (video if score else NONE)
        if score:
            assert found.distance == nearest
            pair, sure = worth(score, nearest, len(heard), math.ceil(len(of.rows) / 27))
            assert found.neg_log10_fpr_x100 == pair
            assert found.verdict == (SAME_SOUND if sure else NO_MATCH)


def test_times_and_entry() -> None:
    rng = np.random.default_rng(1)
    of = sounds(rng, [20, 30])
    found = listened(of.matcher(), planted(rng, of, 1, 5, [50, 20, 60, 40], before=24)).decision()
    assert found.verdict == SAME_SOUND
    assert (found.start_ms, found.at_ms, found.end_ms) == (3000, 4000, 6000)
    assert (found.entry_start_ms, found.entry_end_ms) == (5000, 8000)
    row = found.entry - 1000
    assert (of.video[row], of.time[row], found.agreeing, found.distance) == (1, 6000, 4, 20)
    assert (found.categories, found.sources) == (1, 2)


@pytest.mark.parametrize(
    ("flips", "sure"),
    [([64], True), ([65], False), ([72, 99], True), ([72, 100], False), ([76, 76, 82], True), ([76, 76, 83], False)],
)
def test_rule(flips: list[int], sure: bool) -> None:
    """S > 42 with a window at 72, S > 86 without."""
    rng = np.random.default_rng(sum(flips))
    of = sounds(rng, [20])
    found = listened(of.matcher(), planted(rng, of, 0, 3, flips)).decision()
    assert found.score == sum(107 - n for n in flips)
    assert found.verdict == (SAME_SOUND if sure else NO_MATCH)


def test_cap_of_the_list_holds() -> None:
    rng = np.random.default_rng(5)
    of = sounds(rng, [20])
    heard = planted(rng, of, 0, 3, [62, 62, 62])
    assert listened(of.matcher(cap=62), heard).decision().verdict == SAME_SOUND
    assert listened(of.matcher(cap=61), heard).decision().verdict == NO_MATCH


def test_large_list_wants_a_seed_and_more_score() -> None:
    rng = np.random.default_rng(6)
    of = sounds(rng, [27 * 101, 30])
    clips = math.ceil(len(of.rows) / 27)
    assert clips > 100
    few = planted(rng, of, 1, 3, [63, 63])  # 88: enough for a pair, not for 102 clips
    more = planted(rng, of, 1, 3, [63, 63, 63])
    far = planted(rng, of, 1, 3, [64] * 5)
    assert [listened(of.matcher(), h).decision().verdict for h in (few, more, far)] == [NO_MATCH, SAME_SOUND, NO_MATCH]


def test_a_long_query_pays_for_its_length() -> None:
    rng = np.random.default_rng(7)
    of = sounds(rng, [20])
    heard = planted(rng, of, 0, 3, [64])
    assert listened(of.matcher(), heard).decision().verdict == SAME_SOUND
    for i in range(len(heard), 4000):
        heard[HOP * i] = rng.integers(0, 256, 32, np.uint8)
    assert listened(of.matcher(), heard).decision().verdict == NO_MATCH


def test_negative_window_that_is_nearer_silences() -> None:
    rng = np.random.default_rng(8)
    of = sounds(rng, [20, 20], negative=1)
    heard = planted(rng, of, 0, 3, [60, 60, 60])
    assert listened(of.matcher(), heard).decision().verdict == SAME_SOUND
    at = [
        int(np.flatnonzero((of.video == v) & (of.time == t))[0])
        for v, t in [(1, 0), (0, 3000), (1, 1000), (0, 4000), (1, 2000), (0, 5000)]
    ]
    for quiet, listed in zip(at[::2], at[1::2], strict=True):
        of.rows[quiet] = flipped(rng, of.rows[listed], 8)
    near = {time: flipped(rng, of.rows[at[0::2][i]], 4) for i, time in enumerate((2000, 3000, 4000))}
    assert listened(of.matcher(), {**heard, **near}).decision().verdict == NO_MATCH


def test_a_tone_is_one_window() -> None:
    """Windows of an entry that are all alike say one thing once."""
    rng = np.random.default_rng(9)
    of = sounds(rng, [30])
    tone = rng.integers(0, 256, 32, np.uint8)
    for i in range(30):
        of.rows[i] = flipped(rng, tone, 4)
    heard = {HOP * i: flipped(rng, tone, 74) for i in range(160)}
    found = listened(of.matcher(), heard).decision()
    assert found.agreeing >= 10
    assert found.score <= 4 * (107 - 60)
    assert found.verdict == NO_MATCH


@pytest.mark.parametrize("faster", [0.93, 0.97, 1.04, 1.08])
def test_offset_follows_a_little_faster_or_slower(faster: float) -> None:
    """Windows are 40 bits off at the right moment, and strangers a hop beside it."""
    rng = np.random.default_rng(10)
    of = sounds(rng, [40])
    heard = {HOP * i: rng.integers(0, 256, 32, np.uint8) for i in range(400)}
    for time, bits in clip(of, 0):
        heard[round((2000 + time / faster) / HOP) * HOP] = flipped(rng, bits, 40)
    found = listened(of.matcher(), heard).decision()
    assert found.agreeing >= 36
    assert found.verdict == SAME_SOUND


def test_an_assumed_speed_has_its_own_clock_and_costs_four_decades() -> None:
    rng = np.random.default_rng(11)
    of = sounds(rng, [40])
    listen = Listen(of.matcher())
    windows = planted(rng, of, 0, 4, [50, 50, 50], before=8)
    for time in sorted(windows):
        listen.push(windows[time].tobytes(), round(time * 208 / 250), speed=2, hop=208)
    found = listen.decision()
    assert (found.speed, found.hop, found.score) == (2, 208, 171)
    assert (found.start_ms, found.end_ms) == (832, 2496)
    assert (found.entry_start_ms, found.entry_end_ms) == (4000, 6000)
    as_it_is = listened(of.matcher(), windows).decision()
    assert as_it_is.neg_log10_fpr_x100 == min(1200, as_it_is.neg_log10_fpr_x100)
    assert found.neg_log10_fpr_x100 == min(1200, 600 + (171 + 44) * 100 // 12 - 87 * 100 // 12 - 400)


def test_enough_comes_early_and_stays() -> None:
    rng = np.random.default_rng(12)
    of = sounds(rng, [40])
    listen, enough = Listen(of.matcher()), []
    for _, bits in sorted(planted(rng, of, 0, 4, [30] * 20).items()):
        listen.push(bits.tobytes(), HOP * len(enough))
        enough.append(listen.enough())
    first = enough.index(True)
    assert first < 16 + 12
    assert all(enough[first:])


def test_many_tracks_lose_the_least() -> None:
    """A flood of places that are all a little near does not push out one that is sure."""
    rng = np.random.default_rng(13)
    of = sounds(rng, [30] + [4] * 300)
    base = rng.integers(0, 256, 32, np.uint8)
    for i in np.flatnonzero(of.video > 0):
        of.rows[i] = flipped(rng, base, 70)
    heard = planted(rng, of, 0, 2, [40] * 10)
    for i in range(200):
        heard[HOP * (len(heard) + i)] = flipped(rng, base, 30)
    found = listened(of.matcher(), heard).decision()
    assert (found.video, found.score) == (0, 670 - 16 // 16)


def test_nothing_heard_and_nothing_listed() -> None:
    rng = np.random.default_rng(14)
    of = sounds(rng, [5])
    assert Listen(of.matcher()).decision().entry == NONE
    empty = SoundMatcher(np.zeros((0, 32), np.uint8), np.zeros((0, 14), np.uint8), 0, 84, 600)
    listen = Listen(empty)
    listen.push(bytes(32), 0)
    assert (listen.decision().entry, listen.decision().verdict, listen.enough()) == (NONE, NO_MATCH, False)


def test_bad_input() -> None:
    rng = np.random.default_rng(15)
    of = sounds(rng, [5])
    listen = Listen(of.matcher())
    listen.push(bytes(32), 1000)
    for time, speed, hop in [(999, 0, 250), (1000, 10, 250), (1000, 1, 124), (1000, 1, 501), (1000, 0, 249)]:
        with pytest.raises(ArgumentError):
            listen.push(bytes(32), time, speed, hop)
    listen.push(bytes(32), 1000)
    with pytest.raises(ArgumentError):
        of.matcher(cap=257)
    with pytest.raises(ShapeError):
        SoundMatcher(of.rows, of.meta()[:, :6], 0, 84, 600)
    with pytest.raises(ArgumentError):
        SoundMatcher(of.rows, of.meta(), 0, 84, 600, native_index.build(of.rows[:3], "scan"))


def test_first_window_of_sound() -> None:
    meta = np.zeros((10, 14), np.uint8)
    assert first_of(meta) == 10
    meta[6:, 4] = 6
    assert first_of(meta) == 6
    assert first_of(np.zeros((4, 6), np.uint8)) == 4
    assert first_of(np.zeros((0, 14), np.uint8)) == 0
