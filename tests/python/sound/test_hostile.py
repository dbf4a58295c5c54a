"""Lists that know what is harmless, lists that lie, and sounds that go on: what must not become evidence (docs/formats/sound-rule.md)."""

import numpy as np
import pytest

from pdqlite.native.listen import NO_MATCH, NONE, SAME_SOUND, Listen
from support.windows import HOP, Rows, Sounds, clip, flipped, listened, planted, sounds

JINGLE, START = 4, 2000  # windows of a second, and where in the query it begins


def ordered(rows: Rows, video: list[int], time_ms: list[int], negative: list[bool]) -> Sounds:
    order = np.lexsort([rows[:, k] for k in range(31, -1, -1)])
    made = (np.array(video), np.array(time_ms), np.array(negative))
    return Sounds(rows[order], *(column[order] for column in made))


def jingle(rng: np.random.Generator, phase: int, own: int = 0) -> tuple[Sounds, dict[int, Rows]]:
    """A query with a jingle that video 0 and the harmless video 1 have, their windows `phase` ms apart; `own` more windows of video 0 follow."""
    heard = {HOP * i: rng.integers(0, 256, 32, np.uint8) for i in range(16 + 8 * (JINGLE + 3 + own))}
    rows, video, times, negative = [], [], [], []
    for second in range(JINGLE):
        for number, late in ((0, 0), (1, phase)):
            rows.append(flipped(rng, heard[START + 1000 * second + late], 14))
            video.append(number)
            times.append(1000 * second + 5000 * number)
            negative.append(number == 1)
    for second in range(own):
        rows.append(flipped(rng, heard[START + 1000 * (JINGLE + 2 + second)], 40))
        video.append(0)
        times.append(1000 * (JINGLE + 2 + second))
        negative.append(False)
    return ordered(np.stack(rows), video, times, negative), heard


@pytest.mark.parametrize("phase", [0, 125, 250, 500, 875])
@pytest.mark.parametrize("index", [False, True])
def test_a_jingle_that_is_known_to_be_harmless_is_silent(phase: int, index: bool) -> None:
    """Wherever its windows lie between those of the video that has it too."""
    of, heard = jingle(np.random.default_rng(phase), phase)
    loud = Sounds(of.rows, of.video, of.time, np.zeros(len(of.rows), bool))
    assert listened(loud.matcher(), heard).decision().verdict == SAME_SOUND
    listen, enough = Listen(of.matcher(index=index)), False
    for at in sorted(heard):
        listen.push(heard[at].tobytes(), at)
        enough |= listen.enough()
    assert (listen.decision().verdict, enough) == (NO_MATCH, False)


def test_a_harmless_jingle_silences_nothing_else() -> None:
    of, heard = jingle(np.random.default_rng(3), 500, own=5)
    found = listened(of.matcher(), heard).decision()
    assert (found.verdict, found.video, found.score, found.distance) == (SAME_SOUND, 0, 5 * 67, 40)
    row = found.entry - 1000
    assert of.time[row] >= 1000 * (JINGLE + 2)


def test_harmless_windows_of_a_video_do_not_speak_for_it() -> None:
    rng = np.random.default_rng(4)
    of = sounds(rng, [20])
    heard = planted(rng, of, 0, 3, [80, 30, 80, 30, 80, 30])
    of.negative[:] = of.time % 2000 == 0  # START is 3: those that are 80 bits off are left
    found = listened(of.matcher(), heard).decision()
    assert (found.verdict, found.score) == (NO_MATCH, 0)


def test_too_many_near_windows_hide_no_harmless_one() -> None:
    """More than are looked at, and the harmless one comes last of them in the list."""
    rng = np.random.default_rng(5)
    of = sounds(rng, [1] * 400)
    base = np.zeros(32, np.uint8)
    for i in range(400):
        of.rows[i] = flipped(rng, base, 40)
        of.rows[i, 0] = 0
    of.rows[-1] = 0
    of.rows[-1, 0] = 1
    of.negative[-1] = True
    assert listened(of.matcher(), {0: base}).decision().entry == NONE


def test_what_strangers_have_in_common_in_an_hour_is_nothing() -> None:
    """One window in 60 is 104 bits off: as many as strangers have, three times over. One is near enough to be found."""
    rng = np.random.default_rng(6)
    n = 3000
    of = sounds(rng, [n])
    mine = [bits for _, bits in clip(of, 0)]
    heard = {1000 * i: flipped(rng, bits, 104 if i % 60 == 0 else 82 if i == 7 else 128) for i, bits in enumerate(mine)}
    found = listened(of.matcher(), heard).decision()
    assert found.agreeing == n // 60 + 1
    assert (found.verdict, found.score) == (NO_MATCH, 0)
    for i in range(100, 112):  # a dozen that are the same still say so
        heard[1000 * i] = flipped(rng, mine[i], 40)
    assert listened(of.matcher(), heard).decision().verdict == SAME_SOUND


@pytest.mark.parametrize("apart", [1, 60, 499])
def test_windows_that_stand_too_near_count_once(apart: int) -> None:
    """One sound of a stranger is not made evidence by listing it many times in one second."""
    rng = np.random.default_rng(apart)
    n = 600 // apart + 2
    window = rng.integers(0, 256, 32, np.uint8)
    rows = np.stack([flipped(rng, window, 74) for _ in range(n)])
    of = ordered(rows, [0] * n, [apart * i for i in range(n)], [False] * n)
    heard = {HOP * i: flipped(rng, window, 0) for i in range(24)}
    found = listened(of.matcher(), heard).decision()
    assert found.agreeing <= (n - 1) * apart // 500 + 1
    assert found.verdict == NO_MATCH


def test_windows_half_a_second_apart_all_count() -> None:
    rng = np.random.default_rng(8)
    rows = rng.integers(0, 256, (12, 32), np.uint8)
    of = ordered(rows, [0] * 12, [500 * i for i in range(12)], [False] * 12)
    heard = {HOP * i: rng.integers(0, 256, 32, np.uint8) for i in range(80)}
    for i in range(12):
        heard[1000 + 500 * i] = flipped(rng, rows[i], 60)
    assert listened(of.matcher(), heard).decision().score == 12 * 47


def test_a_crowded_list_costs_no_more_than_it_has_seconds() -> None:
    """Twenty thousand windows of one video in 100 seconds against the same sound: as many are compared as of two hundred."""
    rng = np.random.default_rng(9)
    window = rng.integers(0, 256, 32, np.uint8)
    few, many = 200, 20_000
    compared = []
    for n in (few, many):
        rows = np.tile(window, (n, 1))
        rows[:, 31] ^= np.arange(n, dtype=np.uint32).astype(np.uint8) & 7
        of = ordered(rows, [0] * n, [100_000 * i // n for i in range(n)], [False] * n)
        listen = Listen(of.matcher())
        heard = [flipped(rng, window, 60) for _ in range(40)]
        for i, bits in enumerate(heard):
            listen.push(bits.tobytes(), HOP * i)
        compared.append(listen.decision().agreeing)
    assert compared[1] <= compared[0]


def test_the_score_has_an_end() -> None:
    """Three hours of the same sound: the score stays where it is, and the rate is the least that is claimed."""
    rng = np.random.default_rng(10)
    of = sounds(rng, [10_600])
    mine = [bits for _, bits in clip(of, 0)]
    listen = Listen(of.matcher())
    for i, bits in enumerate(mine):
        listen.push(bits.tobytes(), 1000 * i)
    found = listen.decision()
    assert (found.verdict, found.neg_log10_fpr_x100) == (SAME_SOUND, 1200)
    assert (1 << 20) - 10_600 // 16 - 1 <= found.score <= 1 << 20
