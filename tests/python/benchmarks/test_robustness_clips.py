"""The benchmark of edited videos: what its copies are, and how its answers are counted."""

import argparse
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.robustness import clip_edits, clips

ARGS = argparse.Namespace(seed=3, shift=0.0)


def shades(n, levels=(20, 220)):
    """Frames whose grey runs evenly from one level to another: the grey tells the time."""
    return [Image.new("RGB", (64, 48), (round(v),) * 3) for v in np.linspace(*levels, n)]


@pytest.fixture(scope="module")
def edits():
    return {e.name: e for e in clip_edits.table("a", shades(30, (0, 0)), ARGS)}


def place(luma, limited):
    """Return where in the original, 0 to 1, a frame of `shades` is from."""
    level = float(luma.mean())
    return ((level - 16) * 255 / 219 if limited else level) / 200 - 0.1


@pytest.mark.parametrize("name, scale, start", [
    ("re-encoded", 1, 0), ("24, then 15", 1, 0), ("speed 0.9", 0.9, 0), ("speed 1.1", 1.1, 0), ("trimmed to half", 1, 1),
    ("reversed", -1, 4), ("slow motion, half", 0.5, 0),
])  # fmt: skip
def test_edits_in_time_show_the_original_when_they_should(edits, name, scale, start):
    frames = clip_edits.asked(edits[name], shades(120))
    assert [round(t, 1) for _, t, _ in frames[:3]] == pytest.approx([0.25, 0.75, 1.25], abs=0.06)
    for luma, seconds, limited in frames:
        assert 4 * place(luma, limited) == pytest.approx(start + scale * seconds, abs=0.15)


def test_picture_edits_are_the_frames_half_a_period_away_and_repeatable(edits):
    frames = clip_edits.asked(edits["gray"], shades(120))
    assert [t for _, t, _ in frames] == [0.25 + 0.5 * i for i in range(8)]
    assert all(4 * place(luma, limited) == pytest.approx(t, abs=0.05) for luma, t, limited in frames)
    again = clip_edits.asked(edits["emoji10"], shades(120))
    for (a, _, _), (b, _, _) in zip(again, clip_edits.asked(edits["emoji10"], shades(120)), strict=True):
        assert np.array_equal(a, b)


def test_a_lapse_shows_each_fourth_frame_and_the_shortest_copy_its_last(edits):
    (luma, _, limited), *more = clip_edits.asked(edits["time lapse, 8 times"], shades(40))
    assert not more and place(luma, limited) == pytest.approx(32 / 39, abs=0.1)
    frames = clip_edits.asked(edits["time lapse, 4 times"], shades(240))
    assert [8 * place(luma, limited) for luma, _, limited in frames] == pytest.approx([1, 3, 5, 7], abs=0.4)


def test_a_list_holds_what_the_command_keeps_in_the_order_of_the_videos():
    """Each frame more than 4 bits from the one kept before, with its signature; flat ones are left out."""
    from benchmarks.robustness import drawn
    from pdqlite.hashing import hash_luma

    videos = [[drawn.scene(k)] * 3 + [drawn.scene(k + 1)] * 2 for k in (0, 10)]
    entries = clips.listed([*videos, shades(5)])
    found = {
        (int(v), int(t)): row.tobytes() for v, t, row in zip(entries.video, entries.time_ms, entries.rows, strict=True)
    }
    wanted = {
        (v, round(1000 * i / 30)): hash_luma(np.asarray(f[i].convert("L"))).bits
        for v, f in enumerate(videos)
        for i in (0, 3)
    }
    assert found == wanted and all(len(one) > 50 for one in entries.keypoints)


def test_a_match_within_the_family_is_told_apart():
    score = clips.Score(["asl", "asl", "bottle"])
    row = ("gray", "filter", True)
    score.take(row, {"a": {0}, "b": {1}, "c": {2}, "d": set()}, 0, "asl")
    assert score.rows[row] == {"a": 1, "b": 0, "c": 0, "d": 0, "trials": 1}
    assert score.wrong["b"] == {"family": 1} and score.wrong["c"] == {"stranger": 1}
    assert score.pairs == {"stranger": 1, "family": 1}
    score.take(row, {"a": {0}}, -1, "car")
    assert score.wrong["a"] == {"stranger": 1} and score.rows[row]["trials"] == 1
    assert score.pairs == {"stranger": 4, "family": 1}


def test_families_are_first_words():
    names = ["asl_book.mkv", "asl-milk.mkv", "chair-19-sd.mp4", "chair22.mp4", "v.mov"]
    assert [clips.family(Path(n)) for n in names] == ["asl", "asl", "chair", "chair", "v"]
