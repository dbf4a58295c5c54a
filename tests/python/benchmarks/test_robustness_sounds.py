"""The benchmark of videos with sound: files hold what was put into them, and its answers are counted by what is known of each copy."""

import argparse
from pathlib import Path

import av
import numpy as np
import pytest

from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness import clip_sounds, drawn
from benchmarks.robustness.clip_edits import RATE
from benchmarks.sound import material
from pdqlite.media import open_video

SECONDS = 6


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """A folder of three videos without sound: each a drawn scene, its colours running through."""
    folder = tmp_path_factory.mktemp("clips")
    for number in range(3):
        scene = drawn.scene(number).resize((160, 120))
        clip_sounds.write([scene.rotate(0.2 * i) for i in range(SECONDS * RATE)], None, folder / f"{number}.mp4")
    return folder


def test_a_file_holds_the_frames_and_the_sound_that_were_given(tmp_path):
    frames = [drawn.scene(1).resize((64, 48))] * (3 * RATE)
    sound = material.voice(np.random.default_rng(1), 5, 120)
    clip_sounds.write(frames, sound, tmp_path / "a.mp4")
    with open_video(tmp_path / "a.mp4", "all") as video:
        assert sum(1 for _ in video) == 3 * RATE
    back = material.decoded(tmp_path / "a.mp4", 9)
    assert abs(len(back) - 3 * material.RATE) < 2048
    n = min(len(back), 3 * material.RATE)
    shift = max(range(0, 2049, 64), key=lambda s: np.corrcoef(back[s:n], sound[: n - s])[0, 1])
    assert np.corrcoef(back[shift:n], sound[: n - shift])[0, 1] > 0.8
    clip_sounds.write(frames, None, tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as file:
        assert not file.streams.audio


def test_tracks_are_of_every_kind_and_of_different_sources():
    args = argparse.Namespace(sounds=None, seed=2)
    pieces = clip_sounds.tracks(args, 5)
    assert [p.kind for p in pieces] == ["speech", "music", "places", "mixed", "speech"]
    assert len({p.group for p in pieces}) == 5 and all(np.abs(p.samples).max() > 1000 for p in pieces)


def test_sound_finds_what_pictures_cannot_show_and_nothing_else(clips, monkeypatch):
    """A picture of a few squares shows nothing; its sound does. Another video under that sound is no match beside frames."""
    monkeypatch.setattr(clip_sounds, "KEPT", ("re-recorded",))
    args = argparse.Namespace(videos=clips, media=None, sounds=None, seed=3, shift=0.0, only=["as it is", "pixelated"])
    report = Report("robustness", quiet=True)
    clip_sounds.run(report, args)
    rows = {(r[0], r[1]): r[2:] for t in report.results if t["name"] == "videos with sound" for r in t["rows"]}
    assert rows["as it is", "kept"] == [2, 2, 2, 2, 0, 0]
    assert rows["as it is", "gone, or another"] == [4, 4, 4, 4, 0, 0], "another sound takes nothing away"
    assert rows["pixelated", "kept"] == [2, 0, 0, 2, 0, 0]
    assert rows["pixelated", "gone, or another"] == [4, 0, 0, 0, 0, 0]
    assert rows[clip_sounds.STRANGER, "kept"][1:] == [0, 0, 0, 0, 0]
    assert rows[clip_sounds.UNDER, "a listed one's"] == [2, 0, 0, 2, 0, 0], (
        "its sound is the listed one's, and only that is said"
    )
    (missed,) = [t["rows"] for t in report.results if t["name"] == "copies that frames alone miss"]
    assert missed[-1][:2] == ["all of these", 2] and missed[-1][2][:4] == "0.00" and missed[-1][3][:4] == "1.00"


@pytest.mark.parametrize(
    "wrong", [{"only": ["crop_c90"]}, {"sounds": Path("no/such/folder")}, {"sounds": Path(__file__).parent}]
)
def test_what_cannot_be_measured_is_a_usage_error(clips, wrong):
    args = {"videos": clips, "media": None, "sounds": None, "seed": 3, "shift": 0.0, "only": None} | wrong
    with pytest.raises(UsageError):
        clip_sounds.run(Report("robustness", quiet=True), argparse.Namespace(**args))
