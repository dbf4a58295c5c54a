"""What is left undecoded changes nothing: sampling by time gives the frames, times and numbers of a full decode."""

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdqlite import sources
from pdqlite.media import Limits, open_video
from pdqlite.media.ahead import Ahead
from pdqlite.media.video import Video
from support.media import clip

EXTERNAL = os.environ.get("PDQLITE_EXTERNAL")
FORMS = [
    ("libx264", "matroska", {"bf": "3", "g": "20"}), ("libx264", "mpegts", {"bf": "2", "g": "9", "open-gop": "1"}),
    ("libx264", "mp4", {"bf": "7", "b-pyramid": "normal", "refs": "4"}), ("libx264", "mpegts", {"bf": "3", "x264-params": "tff=1"}),
    ("libx264", "h264", {"bf": "3"}), ("libx264", "avi", {"bf": "0"}), ("libx265", "mp4", {"bf": "3", "x265-params": "log-level=none"}),
    ("mpeg2video", "mpegts", {"bf": "2"}), ("mpeg4", "mp4", {"bf": "2"}), ("libvpx", "matroska", {}), ("libvpx-vp9", "matroska", {}),
]  # fmt: skip


def fully(monkeypatch):
    monkeypatch.setattr(Video, "_wanted", lambda self, first, last: True)


@pytest.mark.parametrize(("codec", "form", "options"), FORMS, ids=lambda v: v if isinstance(v, str) else "")
def test_what_is_left_out_changes_nothing(monkeypatch, codec, form, options):
    data = clip(codec, form, seconds=5, fps=15, **options)
    asked = [
        (every, sampling, limit)
        for every in (0.35, 1.0, 1.7)
        for sampling in ("time", "keyframes-first")
        for limit in (2.9, 86_400)
    ]
    found = [sources.hash_video(data, e, s, Limits(seconds=t), threads=1) for e, s, t in asked]
    fully(monkeypatch)
    assert found == [sources.hash_video(data, e, s, Limits(seconds=t), threads=2) for e, s, t in asked]


@pytest.mark.skipif(not EXTERNAL, reason="needs PDQLITE_EXTERNAL")
@pytest.mark.parametrize("name", ["v2s.mov", "bottle-detection.mp4"])
def test_nor_in_files_of_other_makers(monkeypatch, name):
    """v2s.mov has an edit list, and packets that are decoded and not shown."""
    path = Path(EXTERNAL) / "media" / "videos" / name
    found = sources.hash_video(path)
    fully(monkeypatch)
    assert found == sources.hash_video(path)


def test_something_is_left_out():
    data = clip(seconds=6, fps=15, bf="3", g="60")
    with open_video(data, "time", 2.0) as video:
        decoded = []
        timed = video._timed
        video._timed = lambda: (decoded.append(d.number) or d for d in timed())
        given = [frame.number for frame in video]
    assert given == [0, 30, 60, 89]
    assert set(given) <= set(decoded)
    assert len(decoded) < 0.8 * 90


@dataclass(frozen=True)
class Packet:
    pts: int | None
    is_discard: bool = False


@given(
    gaps=st.lists(st.integers(1, 9), min_size=1, max_size=60),
    order=st.randoms(use_true_random=False),
    depth=st.integers(0, 4),
    every=st.integers(1, 40),
    untimed=st.sets(st.integers(0, 60), max_size=2),
)
def test_no_frame_that_is_nearest_is_left_out(gaps, order, depth, every, untimed):
    """Any reordering within `depth` places: what is left out is the nearest frame to no multiple."""
    shown, now = [], 0
    for gap in gaps:
        shown.append(now)
        now += gap
    placed = sorted(range(len(shown)), key=lambda i: i + order.uniform(0, depth))
    packets = []
    for k, i in enumerate(placed):
        packets.append(Packet(None if k in untimed else shown[i]))
    ahead = Ahead(iter(packets), lambda first, last: any(m % every == 0 for m in range(first, last + 1)))
    released = list(ahead)
    assert [p for p, _ in released] == packets
    spare = {p.pts for p, may in released if may}
    for k in range(shown[-1] // every + 1):
        distances = [abs(Fraction(t) - k * every) for t in shown]
        assert not any(d == min(distances) and t in spare for t, d in zip(shown, distances, strict=True))
