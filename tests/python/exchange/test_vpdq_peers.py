"""
Text and hashes to and from `vpdq` and `threatexchange` themselves. VPDQ_TOOLS names a directory with vPDQ's own
programs (.ci/vpdq.sh makes one); the Python packages are used where they are installed.
"""

import io
import os
import re
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from pdqlite import errors, sources, vpdq
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.media import write_video
from pdqlite.types import FrameHash
from support import HANGS

TOOLS = os.environ.get("VPDQ_TOOLS")
needs_tools = pytest.mark.skipif(not TOOLS, reason="needs VPDQ_TOOLS: .ci/vpdq.sh")
WIDTH, HEIGHT, FPS = 320, 240, 10


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp("peers") / "clip.mp4"
    write_video(path, scenes.clip(5, 6, fps=FPS, width=WIDTH, height=HEIGHT), fps=FPS)
    return path


def distance(a, b):
    return (int.from_bytes(a.bits) ^ int.from_bytes(b.bits)).bit_count()


def rounded(frames):
    return [FrameHash(f.frame, round(f.time, 3), f.bits, f.quality) for f in frames]


def tool(name, *arguments):
    return subprocess.run([Path(TOOLS) / name, *map(str, arguments)], capture_output=True, text=True, timeout=HANGS)


def hashed_by_vpdq(path, out, every=1):
    return tool("vpdq-hash-video", "-i", path, "-o", out, "-r", every)


def shares(mine, theirs, distance_below, quality=50):
    """The two percentages that vPDQ's own matcher prints."""
    done = tool("match-hashes-brute", mine, theirs, distance_below, quality)
    assert done.returncode == 0, done.stderr
    return [float(n) for n in re.findall(r"^([\d.]+) Percentage", done.stdout, re.M)]


@needs_tools
@pytest.mark.parametrize("every", [0, 1])
def test_lines_go_both_ways_between_the_command_and_vpdqs_programs(video, tmp_path, capsys, every):
    assert main(["hash", "--jobs", "1", "--format", "vpdq", "--every", str(every), str(video)]) == 0
    (tmp_path / "mine.txt").write_text(capsys.readouterr().out)
    assert hashed_by_vpdq(video, tmp_path / "theirs.txt", every).returncode == 0
    mine, theirs = ([*vpdq.read_hashes((tmp_path / f"{n}.txt").read_text())] for n in ("mine", "theirs"))
    assert [(f.frame, f.time) for f in mine] == [(f.frame, f.time) for f in theirs]
    assert len(mine) == (6 * FPS if every == 0 else 6)
    assert all(abs(a.quality - b.quality) <= 2 for a, b in zip(mine, theirs, strict=True))
    apart = [distance(a, b) for a, b in zip(mine, theirs, strict=True) if a.quality >= 50]
    assert apart and max(apart) <= 10
    # Read by vPDQ: all of each is found in the other, and nothing of it in its complement.
    assert shares(tmp_path / "mine.txt", tmp_path / "theirs.txt", 11) == [100, 100]
    other = [FrameHash(f.frame, f.time, bytes(255 - b for b in f.bits), f.quality) for f in mine]
    (tmp_path / "other.txt").write_text(vpdq.write_vpdq(other))
    assert shares(tmp_path / "other.txt", tmp_path / "mine.txt", 11) == [0, 0]


@needs_tools
def test_what_vpdq_loses_behind_an_audio_stream_is_here(tmp_path):
    source, path = io.BytesIO(), tmp_path / "a.mkv"
    with av.open(source, "w", format="matroska") as out:
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt, stream.options = WIDTH, HEIGHT, "yuv420p", {"bf": "3"}
        for shown in scenes.clip(5, 3, fps=FPS, width=WIDTH, height=HEIGHT):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        out.mux(stream.encode(None))
    source.seek(0)
    with av.open(source) as given, av.open(str(path), "w") as out:
        sound = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        silence.rate = 8000
        video = out.add_stream_from_template(given.streams.video[0])
        out.mux(sound.encode(silence))
        for packet in given.demux(video=0):
            if packet.dts is not None or packet.pts is not None:
                packet.stream = video
                out.mux(packet)
    assert hashed_by_vpdq(path, tmp_path / "theirs.txt", 0).returncode == 0
    theirs = vpdq.read_hashes((tmp_path / "theirs.txt").read_text())
    mine = sources.hash_video(path, 0, "vpdq").frames
    assert [f.frame for f in mine] == list(range(3 * FPS))
    assert len(theirs) < len(mine), "vpdq does not lose them any more"


@needs_tools
def test_a_corrupt_packet_costs_vpdq_the_file_and_us_a_frame(video, tmp_path):
    path = tmp_path / "broken.mkv"
    with av.open(str(video)) as given, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(given.streams.video[0])
        for number, packet in enumerate(p for p in given.demux(video=0) if p.size):
            if number == 30:
                key, packet_ = packet.is_keyframe, av.Packet(b"\xff" * 16)
                packet_.pts, packet_.dts, packet_.time_base = packet.pts, packet.dts, packet.time_base
                packet_.is_keyframe, packet = key, packet_
            packet.stream = stream
            out.mux(packet)
    found = sources.hash_video(path, 0, "vpdq")
    assert found.damaged
    assert len(found.frames) == 6 * FPS - 1
    failed = hashed_by_vpdq(path, tmp_path / "theirs.txt", 0)
    assert failed.returncode != 0 or not (tmp_path / "theirs.txt").exists()


@needs_tools
def test_a_tiny_frame_ends_vpdq_and_is_named_here(tmp_path):
    path = tmp_path / "tiny.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=5)
        stream.width, stream.height, stream.pix_fmt = 4, 4, "yuv420p"
        out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((4, 4, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode(None))
    assert hashed_by_vpdq(path, tmp_path / "theirs.txt").returncode < 0, "vpdq does not crash any more"
    with pytest.raises(errors.ShapeError, match="4 x 4"):
        sources.hash_video(path, 0, "vpdq")


def test_threatexchange_reads_what_is_written_and_is_read(video):
    util = pytest.importorskip("threatexchange.extensions.vpdq.vpdq_util")
    signal = pytest.importorskip("threatexchange.extensions.vpdq.vpdq").VPDQSignal
    mine = sources.hash_video(video, sampling="vpdq").frames
    text = vpdq.write_threatexchange(mine)
    assert signal.validate_signal_str(text) == text
    read = util.json_to_vpdq(text)
    assert [(f.pdq_hex, f.quality, f.timestamp) for f in read] == [(f.hex, f.quality, round(f.time, 3)) for f in mine]

    theirs = signal.hash_from_file(video)
    back = vpdq.read_hashes(theirs)
    assert [(f.hex, f.quality) for f in back] == [(f.pdq_hex, f.quality) for f in util.json_to_vpdq(theirs)]
    assert [f.time for f in back] == [pytest.approx(f.time, rel=1e-2) for f in mine], "three significant digits"
    assert max(distance(a, b) for a, b in zip(mine, back, strict=True) if a.quality >= 50) <= 10
    assert signal.compare_hash(text, theirs).match
    other = vpdq.write_threatexchange(
        [FrameHash(f.frame, f.time, bytes(255 - b for b in f.bits), f.quality) for f in mine]
    )
    assert not signal.compare_hash(other, theirs).match


def test_threatexchanges_three_significant_digits_are_read():
    """`1234.5` seconds are written `1.23e+03` by threatexchange."""
    util = pytest.importorskip("threatexchange.extensions.vpdq.vpdq_util")
    hex_ = bytes(range(32)).hex()
    times = [0.0, 0.04, 9.996, 61.25, 1234.5, 86_399.0]
    text = util.vpdq_to_json([util.VpdqCompactFeature(hex_, 60, t) for t in times])
    assert "e+03" in text
    assert [f.time for f in vpdq.read_hashes(text)] == [float(f"{t:.3}") for t in times]


def test_threatexchange_hashes_pictures_alike(tmp_path):
    hasher = pytest.importorskip("threatexchange.signal_type.pdq.pdq_hasher")
    pixels = scenes.picture(3, WIDTH, HEIGHT)
    from PIL import Image

    for name in ("a.png", "b.jpg"):
        Image.fromarray(pixels).save(tmp_path / name)
        found = sources.hash_image(tmp_path / name)
        assert hasher.pdq_from_bytes((tmp_path / name).read_bytes()) == (found.hex, found.quality)


@pytest.mark.parametrize("every", [0, 0.05, 0.25, 0.39, 1.0])
def test_every_nth_frame_follows_vpdqs_rule(video, every):
    """n = int(seconds x frames per second), at least 1 (vpdq 0.2.5, filehasher.cpp)."""
    n = max(1, int(every * FPS))
    assert [f.frame for f in sources.hash_video(video, every, "vpdq").frames] == list(range(0, 6 * FPS, n))
