"""
The one rule: whatever a viewer shows for as long as the sampling step is hashed at least once, or the result says what is missing.
Timelines of scenes, holds, joins, leaps and tracks are drawn; what must be in the result is known from how they were drawn.
"""

import io
from fractions import Fraction
from functools import cache

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite import sources
from pdqlite.hashing import hash_pixels
from pdqlite.media import Limits
from pdqlite.media.timeline import Timeline
from support.timelines import add_track, animated, blank, distance, scene, video

NEAR = 31  # bits


def finds(found, pixels):
    wanted = hash_pixels(pixels)
    return any(distance(frame, wanted) <= NEAR and frame.quality >= 50 for frame in found.frames)


SCENES = [scene(i) for i in range(6)]
# Frames of one scene: (milliseconds, how many of them).
PLANS = st.lists(
    st.tuples(st.sampled_from((40, 80, 200, 500, 1000, 2600, 5000)), st.integers(1, 6)), min_size=1, max_size=6
)


@settings(max_examples=25)
@given(plan=PLANS, every=st.sampled_from((0.5, 1.0, 2.0)), form=st.sampled_from(("matroska", "mp4", "WEBP", "GIF", "PNG")),
       sampling=st.sampled_from(("time", "keyframes-first", "all")))  # fmt: skip
def test_every_scene_shown_for_the_step_has_a_frame(plan, every, form, sampling):
    shown = [(SCENES[k], ms) for k, (ms, count) in enumerate(plan) for _ in range(count)]
    if form in ("WEBP", "GIF", "PNG"):
        shown = [(pixels[::2, ::2], ms) for pixels, ms in shown]
        data = animated(form, shown, **({"lossless": True} if form == "WEBP" else {}))
    elif form == "mp4":
        data = video(shown, "mp4", "libx264", g="5", bf="2", qp="12", preset="ultrafast")
    else:
        data = video(shown)
    if len(shown) == 1 and form in ("GIF", "PNG"):
        return  # a picture
    found = sources.hash_video(data, every, sampling)
    for k, (ms, count) in enumerate(plan):
        if ms * count >= every * 1000:
            assert finds(found, shown[sum(c for _, c in plan[:k])][0]), k
    assert not found.missing and not found.truncated


HELD = [(blank(), 20), (scene(1), 10_000)]


@pytest.mark.parametrize(("form", "codec"), [
    ("mp4", "libx264"), ("matroska", "ffv1"), ("mov", "mpeg4"), ("WEBP", None), ("GIF", None), ("PNG", None), ("AVIF", None),
])  # fmt: skip
@pytest.mark.parametrize("sampling", ["time", "all", "keyframes-first"])
def test_the_last_frame_has_its_own_duration(form, codec, sampling):
    """20 ms of blank, then a picture for 10 s."""
    if codec is None:
        data = animated(form, HELD)
    else:
        data = video(HELD, form, codec)
    found = sources.hash_file(data, sampling=sampling)
    assert finds(found, scene(1)) and abs(found.duration - 10.02) < 0.1


@cache
def joined(form, codec):
    """Three clips of two seconds, each a scene, written one behind the other."""
    return b"".join(video([(scene(k), 40)] * 50, form, codec, tick=Fraction(1, 25)) for k in range(3))


@pytest.mark.parametrize("form", ["mpegts", "mpeg", "h264", "mpegvideo"])
@pytest.mark.parametrize("sampling", ["time", "all", "keyframes-first"])
def test_joined_files_are_played_one_behind_the_other(form, sampling):
    """`cat a.ts b.ts c.ts`: the time stamps begin anew twice."""
    found = sources.hash_file(
        joined({"mpegvideo": "mpeg2video"}.get(form, form), {"h264": "libx264"}.get(form, "mpeg2video")),
        sampling=sampling,
    )
    assert all(finds(found, scene(k)) for k in range(3))
    assert 5.5 < found.duration < 6.5
    assert found.discontinuity == (form in ("mpegts", "mpeg"))
    assert [f.time for f in found.frames] == sorted(f.time for f in found.frames)


def ts(number, pid, frames=50):
    """A clip of one scene whose video stream has a number of its own."""
    out = io.BytesIO()
    options = {"mpegts_start_pid": str(pid), "mpegts_pmt_start_pid": str(pid + 2000)}
    with av.open(out, "w", format="mpegts", options=options) as container:
        add_track(container, [(scene(number), 40)] * frames, "mpeg2video", Fraction(1, 25))()
    return out.getvalue()


@pytest.mark.parametrize("sampling", ["time", "all", "keyframes-first"])
def test_a_joined_stream_may_change_its_number(sampling):
    """The second and third part have other PIDs: FFmpeg alone reads the first part and says nothing."""
    found = sources.hash_file(ts(0, 256) + ts(1, 512) + ts(2, 300), sampling=sampling)
    assert all(finds(found, scene(k)) for k in range(3))
    assert found.discontinuity and 5.5 < found.duration < 6.5
    if sampling != "keyframes-first":  # where a joined file is read twice, a frame may come twice
        assert [f.frame for f in found.frames] == sorted({f.frame for f in found.frames})


def test_what_follows_behind_the_end_is_said():
    one = video([(scene(0), 40)] * 50, "flv", "flv", tick=Fraction(1, 25))
    other = video([(scene(1), 40)] * 50, "flv", "flv", tick=Fraction(1, 25))
    assert sources.hash_file(one).missing == ()
    found = sources.hash_file(one + other)
    assert finds(found, scene(1)) or found.missing == ("what follows behind the end of its stream",)


@cache
def leaping(form, seconds, codec="libx264"):
    """Frames of three scenes with a leap of the time stamps before each."""
    out = io.BytesIO()
    with av.open(
        out, "w", format=form, options={"mpegts_flags": "initial_discontinuity"} if form == "mpegts" else {}
    ) as container:
        shown = [(scene(k), 40) for k in range(3) for _ in range(25)]
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.options = 160, 120, "yuv420p", {"bf": "0", "g": "10"}
        frames = [av.VideoFrame.from_ndarray(pixels, format="rgb24") for pixels, _ in shown]
        for packet in (p for frame in [*frames, None] for p in stream.encode(frame)):
            part = int(packet.pts * packet.time_base + Fraction(1, 100))
            packet.pts = packet.dts = packet.pts + round(part * seconds / packet.time_base)
            container.mux(packet)
    return out.getvalue()


@pytest.mark.parametrize(
    ("form", "seconds"), [("matroska", 2 * 86_400), ("mp4", 4000), ("mpegts", 40_000), ("mpegts", 30), ("avi", 0)]
)
@pytest.mark.parametrize("sampling", ["time", "all", "keyframes-first"])
def test_what_lies_behind_a_leap_is_read(form, seconds, sampling):
    found = sources.hash_file(leaping(form, seconds), sampling=sampling)
    assert all(finds(found, scene(k)) for k in range(3))
    assert found.discontinuity == (seconds > 0) and not found.truncated
    assert found.duration < 4


def test_a_hold_of_minutes_is_no_leap():
    found = sources.hash_file(video([(scene(0), 600_000), (scene(1), 600_000)]))
    assert [round(f.time) for f in found.frames] == [0, 600] and not found.discontinuity


def test_negative_times_and_times_that_begin_late():
    for start in (-4000, 90_000, 10_000_000):
        data = video([(scene(0), 1000), (scene(1), 1000)], "matroska" if start > 0 else "nut", start=start)
        found = sources.hash_file(data)
        assert [round(f.time, 2) for f in found.frames] == [0.0, 1.0]
        assert finds(found, scene(0)) and finds(found, scene(1)) and not found.discontinuity


def tracks(form, *every, default=None):
    """A file with several video streams; `default`: the number of the one that has the disposition."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        writers = [add_track(container, shown, "libx264" if form != "matroska" else "ffv1") for shown in every]
        for k, stream in enumerate(container.streams.video):
            stream.disposition = av.stream.Disposition.default if k == default else 0
        for write in writers:
            write()
    return out.getvalue()


SLATE = [(scene(5, 64, 64), 40)] * 75
FILM = [(scene(1), 40)] * 75


@pytest.mark.parametrize("form", ["mp4", "matroska", "mpegts"])
@pytest.mark.parametrize("first", [0, 1])
def test_of_several_streams_the_one_that_is_shown_counts(form, first):
    every = [SLATE, FILM] if first == 0 else [FILM, SLATE]
    found = sources.hash_file(tracks(form, *every, default=1 - first))
    assert finds(found, scene(1))
    assert found.missing == ("1 more video stream of the file",)
    if form == "matroska":  # the file says which: viewers show that one, small as it is
        assert finds(sources.hash_file(tracks(form, *every, default=first)), SLATE[0][0])


def test_where_the_file_does_not_say_the_largest_counts():
    assert finds(sources.hash_file(tracks("matroska", SLATE, FILM, SLATE)), scene(1))


def test_a_limit_of_seconds_counts_played_time():
    data = leaping("matroska", 2 * 86_400)
    short = sources.hash_file(data, limits=Limits(seconds=1.5))
    assert short.truncated and finds(short, scene(1)) and not finds(short, scene(2))


@given(stamps=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=60), duration=st.integers(0, 10))
def test_a_timeline_never_runs_backwards_and_never_leaps(stamps, duration):
    line, last = Timeline(1000.0, 25.0), 0.0
    for stamp in stamps:
        now = line.place(float(stamp), float(duration))
        assert 0 <= now - last <= 1000 and line.end() > now
        last = now


def test_a_timeline_keeps_times_that_are_in_order():
    line = Timeline(3600.0, 25.0)
    assert [line.place(t, 0.04) for t in (5.0, 5.5, 5.5, 9.0)] == [0.0, 0.5, 0.5, 4.0]
    assert not line.discontinuity
    assert [line.place(1.0, 0.04) for _ in range(6)] == pytest.approx([4.04, 4.04, 4.04, 4.08, 4.08, 4.08])
    assert line.discontinuity
