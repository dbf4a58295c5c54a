"""Which frames of a video are taken, in which order, and what is told when not all of it was read."""

import io
import itertools
import math
import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdqlite import errors, sources
from pdqlite.cli import scenes
from pdqlite.media import Limits, open_video
from pdqlite.media.sampling import on_screen
from support.media import HEIGHT, WIDTH, clip

EXTERNAL = os.environ.get("PDQLITE_EXTERNAL")


@dataclass(frozen=True)
class At:
    time: float
    end: float


# Eighths and quarters: sums and multiples are exact.
@given(lengths=st.lists(st.integers(0, 40), max_size=30), every=st.integers(1, 40))
def test_sampling_is_the_definition(lengths, every):
    """A frame is taken if it is on screen at some multiple of `every`, and the last one; each once."""
    ends = list(itertools.accumulate(lengths))
    frames = [At((end - length) / 8, end / 8) for end, length in zip(ends, lengths, strict=True)]
    step = Fraction(every, 4)
    moments = [k * step for k in range(math.ceil(Fraction(ends[-1], 8) / step) + 1)] if ends else []
    chosen = [i for i, f in enumerate(frames) if any(f.time <= m < f.end for m in moments) or i == len(frames) - 1]
    taken = {id(frame) for frame in on_screen(frames, every / 4)}
    assert [i for i, frame in enumerate(frames) if id(frame) in taken] == chosen


@given(
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=30),
    cuts=st.sets(st.integers(0, 29)),
    every=st.integers(1, 20),
)
def test_every_scene_as_long_as_the_step_has_a_frame(lengths, cuts, every):
    frames, scenes_, now = [], [], 0
    for i, length in enumerate(lengths):
        frames.append(At(now / 10, (now + length) / 10))
        if i == 0 or i in cuts:
            scenes_.append([])
        scenes_[-1].append(i)
        now += length
    taken = {id(frame) for frame in on_screen(frames, every / 10)}
    for scene in scenes_:
        if sum(lengths[i] for i in scene) >= every:
            assert any(id(frames[i]) in taken for i in scene)


def test_sampling_takes_no_longer_for_a_gap_of_years():
    frames = [At(0.0, 1e9), At(1e9, 1e9)]
    assert list(on_screen(frames, 1e-6)) == frames


def shape(found):
    return [(f.time, f.bits) for f in found.frames]


@pytest.mark.parametrize(("codec", "options"), [
    ("libx264", {"g": "12", "bf": "2"}), ("libx264", {"g": "12", "bf": "2", "open-gop": "1"}),
    ("mpeg4", {"g": "9"}), ("mpeg2video", {"g": "7", "bf": "2"}), ("ffv1", {}), ("mjpeg", {"color_range": "pc"}),
])  # fmt: skip
@pytest.mark.parametrize("every", [0.3, 1.0, 2.0])
def test_keyframes_first_are_the_key_frames_then_what_time_has_more(codec, options, every):
    data = clip(codec, **options)
    by_time = shape(sources.hash_video(data, every))
    keys = sources.hash_video(data, every, "keyframes").frames
    ends = [*(f.time for f in keys[1:]), sources.hash_video(data, every, "keyframes").duration]
    chosen = {at.time for at in on_screen([At(f.time, end) for f, end in zip(keys, ends, strict=True)], every)}
    with open_video(data, "keyframes-first", every) as video:
        given = [(f.time, f.bits) for f in sources.hash_frames(video)]
    expected = [(f.time, f.bits) for f in keys if f.time in chosen]
    first, then = given[: len(expected)], given[len(expected) :]
    assert first == expected
    assert then == [one for one in by_time if one not in first]
    assert shape(sources.hash_video(data, every, "keyframes-first")) == sorted(given)


def test_who_stops_early_pays_for_no_more(monkeypatch):
    data, decoded = clip(g="5"), []
    whole = sources.hash_video(data, sampling="keyframes").frames
    assert len(whole) >= 6

    original = open_video.__enter__

    def counting(self):
        video = original(self)
        timed = video._timed
        monkeypatch.setattr(video, "_timed", lambda: (decoded.append(d.time) or d for d in timed()))
        return video

    monkeypatch.setattr(open_video, "__enter__", counting)
    found = sources.hash_video(data, sampling="keyframes-first", stop=lambda frame: frame.time >= 2)
    assert [f.time for f in found.frames] == [0.0, 1.0, 2.0]
    assert decoded == [f.time for f in whole[:3]]


def test_every_frame_comes_out_wherever_the_video_lies():
    """vpdq loses the frames a decoder still holds if the video is not the first stream."""
    for form, audio_first in (("mp4", False), ("matroska", True), ("mov", True), ("h264", False)):
        data = clip(form=form, seconds=4, bf="3", audio_first=audio_first)
        with av.open(io.BytesIO(data)) as container:
            assert (container.streams[0].type == "audio") == audio_first
        with open_video(data, "all") as video:
            assert [f.number for f in video] == list(range(20))
            assert not video.damaged


@pytest.mark.skipif(not EXTERNAL, reason="needs PDQLITE_EXTERNAL")
@pytest.mark.parametrize("threads", [1, 2])
def test_audio_first_changes_no_hash(tmp_path, threads):
    path = Path(EXTERNAL) / "media" / "videos" / "arm_wrestling.mp4"
    with av.open(str(path)) as given_, av.open(str(tmp_path / "a.mkv"), "w") as out:
        sound = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        silence.rate = 8000
        video = out.add_stream_from_template(given_.streams.video[0])
        out.mux(sound.encode(silence))
        for packet in given_.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                out.mux(packet)
    expected = sources.hash_video(path, sampling="all")
    found = sources.hash_video(tmp_path / "a.mkv", sampling="all", threads=threads)
    assert [f.bits for f in found.frames] == [f.bits for f in expected.frames]


def test_what_the_decoder_holds_comes_out_when_reading_fails():
    """A source that fails in the middle: every frame whose packet was read is given."""

    class Failing(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > limit:
                raise OSError("the disk is gone")
            return super().read(size)

    data, limit = clip(seconds=60, bf="3"), 1 << 30
    limit = len(data) // 2
    with av.open(io.BytesIO(data[: limit + 32768])) as container:
        reachable = sum(1 for _ in container.decode(video=0))
    with open_video(Failing(data), "all") as video:
        got = sum(1 for _ in video)
        assert video.damaged
    assert 100 < got < 300
    assert got >= reachable - 100


@pytest.mark.parametrize("codec", ["mpeg4", "mpeg2video", "libx264"])
def test_no_frame_is_made_up_before_a_key_frame(codec):
    """Packets that all build on a lost one: FFmpeg makes frames of some of them, out of gray."""
    source, out = clip(codec, g="300", sc_threshold="0"), io.BytesIO()
    with av.open(io.BytesIO(source)) as given_, av.open(out, "w", format="matroska") as container:
        stream = container.add_stream_from_template(given_.streams.video[0])
        for packet in itertools.islice(given_.demux(video=0), 1, 4):
            assert not packet.is_keyframe
            packet.stream = stream
            container.mux(packet)
    with pytest.raises(errors.DamagedMediaError, match="not one frame"):
        sources.hash_file(out.getvalue())


def test_frames_that_rest_on_a_key_frame_not_shown_are_given():
    """An edit list that begins behind the only key frame: that one is decoded and not shown."""
    source, out = clip(g="300", bf="0", sc_threshold="0"), io.BytesIO()
    with (
        av.open(io.BytesIO(source)) as given_,
        av.open(out, "w", format="mov", options={"use_editlist": "1"}) as container,
    ):
        stream = container.add_stream_from_template(given_.streams.video[0])
        for packet in given_.demux(video=0):
            if packet.pts is not None:
                packet.stream, packet.pts = stream, packet.pts - 2000
                packet.dts = packet.pts
                container.mux(packet)
    whole = sources.hash_video(source, sampling="all").frames
    found = sources.hash_video(out.getvalue(), sampling="all")
    assert [f.bits for f in found.frames] == [f.bits for f in whole[10:]]
    assert not found.damaged


def test_times_are_the_time_stamps_not_the_numbers():
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        times = [0, 33, 66, 2000, 2033, 5000, 5100, 9000]
        for ms, shown in zip(times, scenes.clip(5, 2, fps=5, width=WIDTH, height=HEIGHT), strict=False):
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            frame.pts, frame.time_base = ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    data = out.getvalue()
    assert [round(1000 * f.time) for f in sources.hash_video(data, sampling="all").frames] == times
    assert [round(1000 * f.time) for f in sources.hash_video(data).frames] == [0, 66, 2000, 2033, 5000, 5100, 9000]


def test_a_limit_of_seconds_is_told():
    data = clip(seconds=6)
    short, whole = (sources.hash_video(data, limits=Limits(seconds=s)) for s in (2.5, 6))
    assert (short.truncated, whole.truncated) == (True, False)
    assert short.frames == whole.frames[:3]
    with open_video(data, "keyframes-first", limits=Limits(seconds=2.5)) as video:
        assert max(f.time for f in video) <= 2.5
        assert video.truncated


@pytest.mark.parametrize("options", [
    {"sampling": "nth"}, {"every": 0.0}, {"every": -1.0}, {"every": math.nan}, {"every": math.inf}, {"threads": 0},
])  # fmt: skip
def test_bad_arguments_are_named(options):
    with pytest.raises(errors.ArgumentError):
        open_video(b"", **options)
