"""Films with sound, from files to a decision: one pass, one clock, what a policy allows, and bad input."""

import io
import wave
from dataclasses import replace
from itertools import pairwise

import av
import numpy as np
import pytest

from pdqlite import lists, making
from pdqlite.cli import scenes
from pdqlite.errors import ArgumentError, MediaError, NoSoundError, NoVideoError, ShapeError
from pdqlite.hearing import Mono, loudest
from pdqlite.intake import Intake
from pdqlite.matching import Matcher
from pdqlite.media import open_sound, open_video
from pdqlite.types import Decision, Entries, FrameMatch, MatchPolicy, Where
from pdqlite.watching import with_sound
from support.sounds import drawn

RATE = 16000
ALONE, BESIDE = MatchPolicy(sound="alone", uncrop_entries=0), MatchPolicy(uncrop_entries=0)


def film(
    seed: int | None, sound: np.ndarray | None, seconds: int = 0, form: str = "matroska", codec: str = "pcm_s16le"
) -> bytes:
    """A file of drawn scenes, a sound (mono int16 at RATE), or both."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        if seed is not None:
            stream = container.add_stream("libx264", rate=4)
            stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        if sound is not None:
            track = container.add_stream(codec, rate=RATE, layout="mono")
            frame = av.AudioFrame.from_ndarray(sound[None], format="s16", layout="mono")
            frame.rate = RATE
            fit = av.AudioResampler(track.codec_context.format, "mono", RATE, track.codec_context.frame_size or 1024)
            packets = [p for piece in [*fit.resample(frame), *fit.resample(None), None] for p in track.encode(piece)]
            container.mux(packets)
        if seed is not None:
            for shown in scenes.clip(seed, seconds, fps=4, width=160, height=120):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
            container.mux(stream.encode(None))
    return out.getvalue()


@pytest.fixture(scope="module")
def sounds() -> list[np.ndarray]:
    return [drawn(RATE, 30 * RATE, seed) for seed in range(4)]


@pytest.fixture(scope="module")
def entries(sounds: list[np.ndarray]) -> Entries:
    """Two films with sound, and a sound alone."""
    intake = Intake()
    for name, data in (("a", film(5, sounds[0], 30)), ("b", film(9, sounds[1], 30)), ("c", film(None, sounds[2]))):
        found, signatures = making.made_of(data, False, True)
        assert not any(signatures)
        intake.file(name, "video")
        for record in making.records_of(found, name):
            intake.take(record, 1)
    made, _ = intake.entries("video", 1)
    assert intake.report.sounds > 60
    return made


def test_same_sound_under_another_picture(entries: Entries, sounds: list[np.ndarray]) -> None:
    data = film(77, sounds[1][8 * RATE : 20 * RATE], 12)
    found = Matcher(entries, ALONE).match_file(data)
    assert (found.verdict, found.video, found.matched) == ("same sound", 1, True)
    assert found.sound is not None
    assert found.sound.same
    assert found.entry_span is not None
    assert found.span is not None
    assert found.entry_span[0] - found.span[0] == pytest.approx(8, abs=0.1)
    beside = Matcher(entries, BESIDE).match_file(data)
    assert not beside.matched
    assert beside.sound is not None
    assert beside.sound.same
    off = Matcher(entries, MatchPolicy(sound="off", uncrop_entries=0)).match_file(data)
    assert (off.matched, off.sound) == (False, None)


def test_strangers_and_silence_are_nothing(entries: Entries, sounds: list[np.ndarray]) -> None:
    matcher = Matcher(entries, ALONE)
    for sound in (sounds[3][: 12 * RATE], np.zeros(12 * RATE, np.int16), np.full(12 * RATE, 3000, np.int16), None):
        assert matcher.match_file(film(78, sound, 12)).verdict != "same sound"


@pytest.mark.parametrize(
    ("form", "codec"),
    [("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("flac", "flac"), ("mp4", "aac"), ("ogg", "libopus")],
)
def test_files_of_sound(entries: Entries, sounds: list[np.ndarray], form: str, codec: str) -> None:
    data = film(None, sounds[2][5 * RATE : 17 * RATE], form=form, codec=codec)
    found = Matcher(entries, ALONE).match_file(data)
    assert (found.verdict, found.video) == ("same sound", 2)
    with pytest.raises(NoVideoError):
        Matcher(entries, BESIDE).match_file(data)


def test_in_a_confined_child_it_is_the_same(entries: Entries, sounds: list[np.ndarray]) -> None:
    matcher = Matcher(entries, ALONE)
    for data in (film(77, sounds[0][: 9 * RATE], 9), film(None, sounds[2][: 9 * RATE])):
        here, apart = (matcher.match_file(data, isolate=isolate) for isolate in (False, True))
        assert here == apart
        assert here.verdict == "same sound"


def test_pushed_sound_is_as_a_files(entries: Entries, sounds: list[np.ndarray]) -> None:
    watch = Matcher(entries, ALONE).watch()
    pcm = sounds[0][4 * RATE : 16 * RATE]
    for start in range(0, len(pcm), 3000):
        watch.push_sound(pcm[start : start + 3000].astype(np.float32) / 32768, 2 + start / RATE, RATE)
    watch.end_sound()
    found = watch.decision()
    assert (found.verdict, found.video, watch.enough()) == ("same sound", 0, True)
    for bad in (
        lambda: watch.push_sound(pcm, 1.0, RATE),
        lambda: watch.push_sound(pcm, 60.0, 12345),
        lambda: watch.push_sound(pcm, "1", RATE),
    ):
        with pytest.raises(ArgumentError):
            bad()
    deaf = Matcher(entries, MatchPolicy(sound="off")).watch()
    deaf.push_sound(pcm, 0.0, RATE)
    assert not deaf.hears


def test_sound_alone_needs_a_policy_and_sound(entries: Entries) -> None:
    with pytest.raises(ArgumentError, match="alone"):
        Matcher(entries, BESIDE).match_sound(b"")
    with pytest.raises(NoSoundError):
        Matcher(entries, ALONE).match_sound(film(5, None, 4))
    with pytest.raises(MediaError):
        Matcher(entries, ALONE).match_sound(b"no media at all")
    with pytest.raises(ArgumentError, match="off, beside, alone"):
        Matcher(entries, MatchPolicy(sound="loud"))  # type: ignore[arg-type]


def test_sound_is_on_the_clock_of_the_frames(sounds: list[np.ndarray]) -> None:
    """As many seconds as were given, from 0 on; longer and shorter than the picture."""
    for seconds in (2, 6):
        with open_video(film(5, sounds[0][: seconds * RATE], 4), sound=True) as video:
            pieces = [p for _ in video for p in video.heard()] + video.heard()
        assert pieces[0].time == pytest.approx(0, abs=0.1)
        assert sum(len(p.samples) for p in pieces) == seconds * RATE
        assert [p.time for p in pieces] == sorted(p.time for p in pieces)


def wav(sound: np.ndarray, rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound.tobytes())
    return out.getvalue()


def test_a_rate_that_is_not_usual(entries: Entries, sounds: list[np.ndarray]) -> None:
    """Heard as at any other; a rate that no sound has is not."""
    sound = sounds[2][5 * RATE : 17 * RATE]
    at = np.arange(12 * 37800) * RATE / 37800
    odd = np.interp(at, np.arange(len(sound)), sound).astype(np.int16)
    with open_sound(wav(odd, 37800)) as heard:
        pieces = list(heard)
    assert {p.rate for p in pieces} == {48000}
    assert pieces[0].time == pytest.approx(0, abs=0.01)
    assert sum(len(p.samples) for p in pieces) == pytest.approx(12 * 48000, abs=500)
    assert all(b.time == pytest.approx(a.time + len(a.samples) / 48000, abs=0.01) for a, b in pairwise(pieces))
    found = Matcher(entries, ALONE).match_file(wav(odd, 37800))
    assert (found.verdict, found.video) == ("same sound", 2)
    for rate in (3, 2_000_000):
        assert not making.made_of(wav(odd[:1000], rate), False, True)[0].sound


def test_damaged_sound_is_heard_as_far_as_it_decodes(sounds: list[np.ndarray]) -> None:
    data = film(None, sounds[0], form="mp3", codec="libmp3lame")
    with open_sound(data[: len(data) // 2]) as cut:
        assert 10 < sum(len(p.samples) for p in cut) / RATE < 20
    broken = bytearray(data)
    broken[4000:9000] = bytes(5000)
    with open_sound(bytes(broken)) as hurt:
        assert sum(len(p.samples) for p in hurt) > 20 * RATE


def test_gaps_are_silence_and_long_ones_begin_anew() -> None:
    mono, one = Mono(), np.ones(RATE, np.int16)
    assert [base for base, _ in mono.push(one, 1.0, RATE)] == [1000.0]
    assert sum(len(s) for _, s in mono.push(one, 4.0, RATE)) == pytest.approx(3 * 8000, abs=100)
    assert [base for base, _ in mono.push(one, 60.0, RATE)] == [None, 60000.0]
    assert [base for base, _ in mono.push(one[:0], 61.0, RATE)] == [None]
    with pytest.raises(ArgumentError):
        mono.push(one, 59.0, RATE)


def test_sound_that_begins_anew_is_behind_what_has_ended(entries: Entries, sounds: list[np.ndarray]) -> None:
    mono, one = Mono(), np.ones(20 * RATE, np.int16)
    bases = []
    for seconds in (0.0, 1.0):
        bases.append([base for base, _ in mono.push(one, seconds, RATE)])
        mono.end()
    assert bases == [[0.0], [20_000.0]]
    found = []
    for again in (1.0, 20.0):
        watch = Matcher(entries, ALONE).watch()
        for seconds, piece in ((0.0, sounds[3][: 20 * RATE]), (again, sounds[2])):
            watch.push_sound(piece, seconds, RATE)
            watch.end_sound()
        found.append(watch.decision())
    assert found[0] == found[1]
    assert (found[0].verdict, found[0].video) == ("same sound", 2)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", [str, complex, bool, object])
def test_what_is_no_sound_is_named(kind: type) -> None:
    mono = Mono()
    with pytest.raises(ShapeError):
        mono.push(np.zeros((100, 2)).astype(kind), 5.0, RATE)
    assert [base for base, _ in mono.push(np.zeros(100, np.int16), 1.0, RATE)] == [1000.0]  # nothing was taken


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("huge", [3e38, 1e300, np.inf])
def test_huge_samples_are_heard_as_clipped(huge: float) -> None:
    one = np.sin(np.arange(8000))
    with np.errstate(over="ignore"):
        loud = np.stack([huge * one.clip(0.5), -huge * one.clip(0.5), 0 * one], axis=1).astype(np.float64)
    clipped = np.clip(loud, -1, 1)
    assert loudest(loud) == loudest(clipped) == 1
    (_, a), (_, b) = (Mono().push(x, 0.0, RATE)[0] for x in (loud, clipped))
    np.testing.assert_array_equal(a, b)


def test_what_was_seen_stays_beside_sound_alone(entries: Entries, sounds: list[np.ndarray]) -> None:
    watch = Matcher(entries, ALONE).watch()
    watch.push_sound(sounds[2], 0.0, RATE)
    watch.end_sound()
    heard = watch.decision()
    assert heard.sound is not None
    whole = Where(0, 0, 1, 1, "as is", False)
    part = Decision("shares a part", entry=1, video=0, where=whole, proof=3.0, frame_matches=(FrameMatch(1.0, 1, 2.0, 9, whole),), frames=7)  # fmt: skip
    found = with_sound(part, heard.sound, ALONE)
    assert (found.verdict, found.video, found.entry, found.where) == ("same sound", 2, heard.entry, None)
    assert (found.frame_matches, found.frames) == (part.frame_matches, 7)
    assert with_sound(part, heard.sound, BESIDE) == replace(part, sound=heard.sound)


def test_channels_that_cancel_each_other() -> None:
    one = np.sin(np.arange(8000)).astype(np.float32)
    assert loudest(np.stack([one, -one], axis=1)) == 1
    assert loudest(np.stack([one * 0.5, -one], axis=1)) == 0
    assert loudest(np.stack([one, one], axis=1)) == 0
    assert loudest(one) == 0
    assert loudest(np.full((10, 2), np.nan, np.float32)) == 0


def test_a_list_is_made_of_it(entries: Entries) -> None:
    assert (lists.merge(entries).rows == entries.rows).all()
