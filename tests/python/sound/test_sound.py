"""Sound hashes in use: streams however they are cut, copies and strangers, and input that is no sound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite import errors, sound
from support import sounds


def distances(a: sound.SoundHashes, b: sound.SoundHashes) -> np.ndarray:
    return np.unpackbits(a.rows[:, None] ^ b.rows[None], axis=2).sum(2)


def same(a: sound.SoundHashes, b: sound.SoundHashes) -> bool:
    return all(np.array_equal(getattr(a, n), getattr(b, n)) for n in ("rows", "quality", "starts"))


WHOLE = sounds.channels(sounds.drawn(22050, 120000, 5), 2)
EXPECTED = sound.hash_sound(WHOLE, 22050)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30000), max_size=12))
def test_a_stream_may_be_cut_anywhere(cuts: list[int]) -> None:
    resampler, hasher, parts, at = sound.Resampler(), sound.SoundHasher(), [], 0
    for n in [*cuts, len(WHOLE)]:
        parts.append(hasher.push(resampler.push(WHOLE[at : at + n], 22050)))
        at += n
    parts += [hasher.push(resampler.finish()), hasher.finish()]
    assert same(sound.SoundHashes.joined(parts), EXPECTED)


def test_samples_one_by_one() -> None:
    x = sounds.drawn(44100, 2000, 3)
    resampler = sound.Resampler()
    parts = [resampler.push(x[i : i + 1], 44100) for i in range(len(x))]
    got = np.concatenate([*parts, resampler.finish()])
    whole = sound.Resampler()
    np.testing.assert_array_equal(got, np.concatenate([whole.push(x, 44100), whole.finish()]))


@pytest.mark.parametrize("rate", sound.RATES)
def test_every_rate_names_the_same_sound(rate: int) -> None:
    """A tone mixture, drawn at each rate from its formula, has nearly the bits that it has at 8 kHz."""
    pitches = np.random.default_rng(8).uniform(300, 3000, (40, 5))

    def played(at: int) -> np.ndarray:
        t = np.arange(at * 6) / at
        which = (t / 0.15).astype(int)
        return sum(np.sin(2 * np.pi * pitches[which, v] * t) for v in range(5)) / 6

    a, b = sound.hash_sound(played(8000), 8000), sound.hash_sound(played(rate), rate)
    assert len(a) == len(b) == 17
    assert np.diag(distances(a, b)).mean() <= 14
    assert np.diag(distances(a, b)).max() <= 24
    assert (a.good & b.good).all()


def test_channels_and_types_that_hold_the_same_samples() -> None:
    mono = sounds.drawn(16000, 80000, 1)
    expected = sound.hash_sound(mono, 16000)
    for same_sound in (
        np.stack([mono] * 8, 1),
        np.asfortranarray(np.stack([mono] * 2, 1)),
        np.stack([mono] * 2).T,
        mono.astype(np.float32) / 32768,
        mono.astype(np.float64)[:, None] / 32768,
        mono.astype(np.int32) << 16,
        mono[::-1].copy()[::-1],
    ):
        assert same(sound.hash_sound(same_sound, 16000), expected)


def test_samples_that_numpy_repeats() -> None:
    """A stride of 0 is one sample over and over, and not, as to the core, samples side by side; a negative one runs backwards."""
    x = sounds.drawn(8000, 5000, 1)
    for repeated in (
        np.broadcast_to(np.int16(7), (20,)),
        np.broadcast_to(np.int16(7), (4_000_000,)),
        np.broadcast_to(np.float32(0.5), (4_000_000, 2)),
        np.broadcast_to(x[:, None], (len(x), 2)),
        np.broadcast_to(x[:3], (5000, 3)),
        np.broadcast_to(x[:1], (1, 1)),
        np.broadcast_to(x[:1], (0, 1)),
        np.broadcast_to(x[:8], (1, 8)),
        x[::-1],
        np.stack([x, x // 2], 1)[::-2, ::-1],
    ):
        one, other = sound.Resampler(), sound.Resampler()
        a, b = one.push(repeated, 8000), other.push(repeated.copy(), 8000)
        np.testing.assert_array_equal(np.append(a, one.finish()), np.append(b, other.finish()))


def test_a_channel_turned_upside_down_hides_the_mean_and_not_the_channel() -> None:
    mono = sounds.drawn(8000, 40000, 1) // 2
    hidden = np.stack([mono, -mono], 1)
    assert not sound.hash_sound(hidden, 8000).good.any()
    assert same(sound.hash_sound(hidden, 8000, channel=1), sound.hash_sound(mono, 8000))


@pytest.mark.parametrize("number", range(1, 10))
def test_a_hypothesis_undoes_its_speed(number: int) -> None:
    """A sound with its pitch or without, written at another speed from its formula."""
    h = sound.HYPOTHESES[number]
    random = np.random.default_rng(number)
    pitches, loud = random.uniform(320, 2200, (80, 4)), random.uniform(0, 1, (80, 4))

    def played(tempo: float, pitch: float) -> np.ndarray:
        t = np.arange(int(8000 * 8 / tempo)) / 8000
        which = (t * tempo / 0.11).astype(int)
        return sum(loud[which, v] * np.sin(2 * np.pi * pitch * pitches[which, v] * t) for v in range(4)) / 5

    original = sound.hash_sound(played(1, 1), 8000, every=16)
    query = played(h.tempo, h.tempo if h.pitch else 1)
    undone = sound.hash_sound(query, 8000, hypothesis=number)
    d = distances(original, undone)
    assert d.min(1).max() <= 63
    nearest = undone.original_times[d.argmin(1)]
    assert np.abs(nearest - original.times).max() <= 0.13
    assert distances(original, sound.hash_sound(query, 8000)).min() > 63 or abs(h.tempo - 1) < 0.11


def test_strangers_differ_in_half_their_bits() -> None:
    a, b = (sound.hash_sound(sounds.drawn(8000, 160000, s), 8000, every=16) for s in (1, 2))
    d = distances(a, b)
    assert 120 < d.mean() < 136
    assert d.min() > 80


def silence(n: int) -> np.ndarray:
    return np.zeros(n, np.int16)


@pytest.mark.parametrize(
    "x",
    [
        silence(80000),
        np.full(80000, 12345, np.int16),
        np.full(80000, np.nan, np.float32),
        np.random.default_rng(1).integers(-1, 2, 80000).astype(np.int16),
    ],
    ids=["silence", "dc", "nan", "dither"],
)
def test_nothing_to_hear_is_not_good(x: np.ndarray) -> None:
    hashes = sound.hash_sound(x, 16000)
    assert len(hashes) == 9
    assert not hashes.good.any()


def test_a_long_tone() -> None:
    """Pushed a minute at a time: every window is empty but for the tone."""
    tone = (20000 * np.sin(2 * np.pi * 1000 * np.arange(480000) / 8000)).astype(np.int16)
    hasher = sound.SoundHasher(every=64)
    rows = [hasher.push(tone) for _ in range(10)]
    hashes = sound.SoundHashes.joined(rows)
    assert len(hashes) == 149
    assert not hashes.good.any()
    assert hashes.starts[-1] == 148 * 32000


@pytest.mark.parametrize("frames", [0, 1, 100, 31999])
def test_too_short_for_a_window(frames: int) -> None:
    assert len(sound.hash_sound(silence(frames), 8000)) == 0


def test_exactly_one_window() -> None:
    assert len(sound.hash_sound(sounds.drawn(8000, 32000, 1), 8000)) == 1


@pytest.mark.parametrize("rate", sound.RATES)
@pytest.mark.parametrize("frames", [1, 2, 441, 1000])
def test_how_many_samples(rate: int, frames: int) -> None:
    r = sound.Resampler()
    total = len(r.push(silence(frames), rate)) + len(r.finish())
    assert total == -(-frames * 8000 // rate)


def test_rate_and_layout_may_change() -> None:
    a, b = sounds.drawn(44100, 30000, 1), sounds.drawn(48000, 30000, 2)
    one = sound.Resampler()
    got = np.concatenate([one.push(sounds.channels(a, 6), 44100), one.push(b, 48000), one.finish()])
    apart = []
    for x, rate in ((sounds.channels(a, 6), 44100), (b, 48000)):
        r = sound.Resampler()
        apart += [r.push(x, rate), r.finish()]
    np.testing.assert_array_equal(got, np.concatenate(apart))


def test_a_gap_is_silence() -> None:
    x = sounds.drawn(48000, 5000, 1)
    one, other = sound.Resampler(), sound.Resampler()
    a = np.concatenate([one.push(x, 48000), one.silence(100000, 48000), one.push(x, 48000)])
    b = other.push(np.concatenate([x, silence(100000), x]), 48000)
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("rate", [0, -8000, 1, 7999, 44101, 384000, True, 44100.5])
def test_an_unknown_rate(rate: int) -> None:
    with pytest.raises(errors.ArgumentError, match=r"one of 8000, .* 192000 Hz"):
        sound.hash_sound(silence(10), rate)
    with pytest.raises(errors.ArgumentError):
        sound.Resampler().silence(10, rate)


@pytest.mark.parametrize(
    "x",
    [
        np.zeros((2, 3, 4), np.int16),
        np.zeros((10, 65), np.int16),
        np.zeros((10, 0), np.int16),
        np.zeros(10, np.int64),
        np.zeros(10, complex),
        np.array(["a"]),
        np.int16(3),
    ],
)
def test_what_is_no_sound(x: np.ndarray) -> None:
    with pytest.raises(errors.ShapeError):
        sound.hash_sound(x, 8000)


def test_values_out_of_range() -> None:
    x = silence(10)
    for call in (
        lambda: sound.SoundHasher(every=0),
        lambda: sound.SoundHasher(every=65),
        lambda: sound.SoundHasher(hypothesis=10),
        lambda: sound.SoundHasher(hypothesis=-1),
        lambda: sound.Resampler().push(x, 8000, channel=2),
        lambda: sound.Resampler().push(x, 8000, channel=-1),
        lambda: sound.Resampler().silence(-1, 8000),
        lambda: sound.SoundHasher().push(x.astype(np.int32)),
        lambda: sound.SoundHasher().push(x[:, None]),
        lambda: sound.SoundHashes.joined([]),
    ):
        with pytest.raises(errors.ArgumentError):
            call()


def test_after_finish() -> None:
    hasher = sound.SoundHasher()
    hasher.finish()
    with pytest.raises(errors.ArgumentError, match="finished"):
        hasher.push(silence(10))
    with pytest.raises(errors.ArgumentError, match="finished"):
        hasher.finish()
