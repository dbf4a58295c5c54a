"""Watching videos: what people do to clips, what they show for minutes, and what they cost."""

import dataclasses
import time
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from pdqlite.errors import ShapeError
from pdqlite.hashing import hash_luma
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy

data = pytest.importorskip("skimage.data", reason="the test extra brings the photos")
SIDE, RATE, SECONDS = 240, 8, 10
NAMES = ("astronaut", "rocket", "chelsea")


@cache
def luma(name):
    picture = getattr(data, name)()
    return picture if picture.ndim == 2 else picture[..., :3].mean(axis=2).astype(np.uint8)


def frame(name, t):
    """What a camera that pans over a photo sees at t seconds."""
    photo = luma(name)
    x = int((photo.shape[1] - SIDE) * (0.5 + 0.5 * np.sin(t / 3)))
    y = int((photo.shape[0] - SIDE) * (0.5 + 0.5 * np.cos(t / 5)))
    return photo[y : y + SIDE, x : x + SIDE]


def listed(keypoints=False):
    times = [i / RATE for i in range(SECONDS * RATE)]
    frames = [(v, t, frame(name, t)) for v, name in enumerate(NAMES) for t in times]
    hashes = [hash_luma(f) for _, _, f in frames]
    n = len(frames)
    return Entries(
        np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32),
        np.full(n, 4, np.uint16), np.full(n, 3, np.uint16), np.full(n, 2, np.uint8),
        np.array([h.quality for h in hashes], np.uint8), np.array([v for v, *_ in frames], np.uint32),
        np.array([round(1000 * t) for _, t, _ in frames], np.uint32),
        tuple(signature(f) if i % 4 == 0 else b"" for i, (_, _, f) in enumerate(frames)) if keypoints else None,
    )  # fmt: skip


@cache
def in_list(keypoints=False):
    return listed(keypoints)


@pytest.fixture(scope="module")
def plain():
    return Matcher(in_list(), MatchPolicy(uncrop_entries=0))


@pytest.fixture(scope="module")
def with_keypoints():
    return Matcher(in_list(keypoints=True), MatchPolicy(uncrop_entries=0))


def blurred_sides(f):
    back = np.asarray(Image.fromarray(f).resize((360, 640)).filter(ImageFilter.GaussianBlur(20))).copy()
    small = np.asarray(Image.fromarray(f).resize((360, 360)))
    back[140:500] = small
    return back


def part(f, share):
    cut = round(SIDE * (1 - share) / 2)
    return np.ascontiguousarray(f[cut : SIDE - cut, cut : SIDE - cut])


EDITS = {
    "as it is": lambda f: f,
    "mirrored": lambda f: f[:, ::-1],
    "inverted": lambda f: 255 - f,
    "bars": lambda f: np.pad(f, ((60, 60), (0, 0))),
    "blurred sides": blurred_sides,
    "small": lambda f: np.asarray(Image.fromarray(f).resize((97, 80))),
    "brighter": lambda f: np.minimum(255, f.astype(np.int32) * 4 // 3 + 10).astype(np.uint8),
}


def clip(name, edit, speed=1.0, start=2.0, seconds=6.0, every=0.5):
    count = int(seconds / every)
    return [(edit(frame(name, start + i * every * speed)), i * every) for i in range(count)]


@pytest.mark.parametrize("phase", [0.0, 0.0625])  # half of the list's sampling period
@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_clip_is_found_with_its_times(plain, edit, phase):
    decision = plain.match_frames(clip("chelsea", EDITS[edit], start=2.0 + phase))
    assert decision.matched and decision.video == 2 and decision.tier == 1
    assert decision.rate <= 1e-6 and decision.agreeing >= 8
    assert decision.entry_span == pytest.approx((2.0, 7.5), abs=0.8)
    for match in decision.frame_matches:
        assert match.entry_time == pytest.approx(match.time + 2.0 + phase, abs=0.8)


@pytest.mark.parametrize("speed", [0.9, 1.1])
def test_a_slower_or_faster_clip_is_found(plain, speed):
    decision = plain.match_frames(clip("astronaut", EDITS["as it is"], speed))
    assert decision.matched and decision.video == 0 and decision.agreeing >= 9


@pytest.mark.parametrize("share", [0.8, 0.7])
def test_a_cropped_clip_is_found_by_local_signatures(plain, with_keypoints, share):
    frames = clip("chelsea", lambda f: part(f, share)[:, ::-1])
    assert not plain.match_frames(frames).matched
    decision = with_keypoints.match_frames(frames)
    assert decision.matched and decision.video == 2 and decision.tier == 3 and decision.distance is None
    assert decision.where.orientation == "mirrored" and decision.agreeing >= 2


def test_a_cropped_clip_is_found_by_plain_hashes_in_a_small_list():
    matcher = Matcher(in_list(), MatchPolicy(uncrop_entries=1000))
    frames = clip("astronaut", lambda f: part(f, 0.88))
    decision = matcher.match_frames(frames)
    assert decision.matched and decision.video == 0


def test_a_part_that_was_found_is_looked_for_in_the_views_after_it():
    """Un-cropping searches views 1, 3 and 6 in full: more than three frames agree only if those between are looked at."""
    matcher = Matcher(in_list(), MatchPolicy(uncrop_entries=1000, frames=5))
    decision = matcher.match_frames(clip("astronaut", lambda f: part(f, 0.84)))
    assert decision.matched and decision.video == 0 and decision.tier == 2 and decision.agreeing >= 5


def test_strangers_are_not_found_and_give_no_hope(with_keypoints):
    for name in ("coffee", "brick", "coins", "hubble_deep_field"):
        watch = with_keypoints.watch()
        for i, (pixels, t) in enumerate(clip(name, EDITS["bars"])):
            watch.push(pixels, t)
            assert i >= 3 or watch.hopeful()
        assert not watch.enough() and not watch.hopeful()
        assert watch.decision().verdict == "no match"


def test_a_copy_gives_hope_before_it_is_a_match():
    """One frame of it, where no picture may be a match by itself."""
    watch = Matcher(in_list(), MatchPolicy(picture_rate=1e-30, uncrop_entries=0)).watch()
    stranger = clip("coffee", EDITS["as it is"])
    for pixels, t in stranger[:6]:
        watch.push(pixels, t)
    watch.push(frame("rocket", 1.0), 3.0)
    assert watch.hopeful() and not watch.enough()


def credit_roll(seed):
    """White lines of text on black, rolling, between black bars."""
    rng = np.random.default_rng(seed)
    words = ["".join(chr(97 + c) for c in rng.integers(0, 26, rng.integers(3, 9))) for _ in range(200)]
    roll = Image.new("L", (320, 1600))
    drawing = ImageDraw.Draw(roll)
    for line in range(70):
        drawing.text((100, 20 + 22 * line), " ".join(words[3 * (line % 60) :][:3]), fill=230)
    whole = np.asarray(roll)
    return [np.pad(whole[12 * i : 12 * i + 180], ((30, 30), (0, 0))) for i in range(40)]


def test_credits_do_not_match_other_credits():
    """Low in information, alike by construction: 4 rolls in the list, 4 others against it."""
    frames = [(v, i, f) for v in range(4) for i, f in enumerate(credit_roll(v))]
    hashes = [hash_luma(f) for *_, f in frames]
    n = len(frames)
    entries = Entries(
        np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32),
        np.full(n, 1, np.uint16), np.full(n, 1, np.uint16), np.full(n, 2, np.uint8),
        np.array([h.quality for h in hashes], np.uint8), np.array([v for v, *_ in frames], np.uint32),
        np.array([250 * i for _, i, _ in frames], np.uint32), tuple(signature(f) for *_, f in frames),
    )  # fmt: skip
    matcher = Matcher(entries, MatchPolicy(uncrop_entries=0))
    own = matcher.match_frames((f, i / 4) for i, f in enumerate(credit_roll(1)))
    assert own.matched and own.video == 1
    for seed in range(10, 14):
        assert not matcher.match_frames((f, i / 4) for i, f in enumerate(credit_roll(seed))).matched


def test_an_hour_of_one_slide_costs_hardly_more_than_its_hashes(plain):
    """Frames alike count, but are not looked at again."""
    slide = luma("coffee")
    watch, started = plain.watch(), time.thread_time()
    for second in range(3600):
        watch.push(slide, float(second))
    spent = time.thread_time() - started
    started = time.thread_time()
    for _ in range(3600):
        hash_luma(slide)
    assert spent < 6 * (time.thread_time() - started)
    assert watch.decision().frames == 3600


def test_frames_may_change_their_size(plain):
    frames = clip("rocket", EDITS["as it is"])
    mixed = [(EDITS["small"](f) if i % 2 else f, t) for i, (f, t) in enumerate(frames)]
    assert plain.match_frames(mixed).video == 1
    with pytest.raises(ShapeError):
        plain.match_frames([(np.zeros((1, 300), np.uint8), 0.0)])


def test_columns_without_times_are_pictures(plain):
    """A list whose frames have no times is a list of pictures: each by itself."""
    stills = dataclasses.replace(in_list(), video=None, time_ms=None)
    decision = Matcher(stills, MatchPolicy(uncrop_entries=0)).match_frames(
        [(frame("rocket", 3.0), t / 9) for t in range(5)]
    )
    assert decision.matched and decision.video is None and decision.entry_span is None


def test_a_stranger_costs_its_key_frames_only(tmp_path, plain):
    """match_video, told not to be thorough, stops after the key frames where they are near nothing, and says so."""
    from pdqlite.media import open_video, write_video

    frames = [np.repeat(frame("coffee", i / 6)[..., None], 3, axis=2) for i in range(24 * 6)]
    write_video(tmp_path / "v.mp4", frames, fps=6)
    with open_video(tmp_path / "v.mp4", "keyframes") as video:
        keys = sum(1 for _ in video)
    quick, whole = plain.match_video(tmp_path / "v.mp4", thorough=False), plain.match_video(tmp_path / "v.mp4")
    assert (quick.verdict, whole.verdict) == ("no match", "no match")
    assert 4 <= quick.frames <= keys < whole.frames
    assert (quick.missing, whole.missing) == (("what lies between key frames",), ())
