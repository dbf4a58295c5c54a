"""What changes in a copy changes as in its entry, what changes in another clip of the scene by chance."""

import argparse
from itertools import combinations

import numpy as np
import pytest

from benchmarks import samescene
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report


def test_changes_by_their_definition():
    rng = np.random.default_rng(0)
    asked, listed = rng.integers(0, 256, (2, 9, 32), np.uint8)
    same = opposite = 0
    for j, k in combinations(range(9), 2):
        for one, other in zip(*(np.unpackbits(clip[[j, k]], axis=1).T for clip in (asked, listed)), strict=True):
            if one[0] != one[1] and other[0] != other[1]:
                same, opposite = same + (one[0] == other[0]), opposite + (one[0] != other[0])
    assert samescene.changes(asked, listed) == (same, opposite)


def clip_of(rng, frames: int, back: np.ndarray) -> np.ndarray:
    """Hashes on one ground: a quarter of the bits are the clip's own, each turns over in one frame of ten."""
    own = np.zeros((frames, 256), bool)
    own[:, :64] = np.cumsum(rng.random((frames, 64)) < 0.1, axis=0) % 2 == 1
    return np.packbits(np.unpackbits(back)[None] ^ own, axis=1)


@pytest.mark.parametrize(
    ("speed", "asked"),
    [(1.0, lambda clip: clip[10:40]), (2.0, lambda clip: clip[::2]), (-1.0, lambda clip: clip[::-1])],
)
def test_a_copy_lies_on_its_line_and_changes_as_its_entry(speed, asked):
    rng = np.random.default_rng(1)
    listed = clip_of(rng, 60, rng.integers(0, 256, 32, np.uint8))
    found = samescene.line(asked(listed), listed)
    assert found == (speed, 1.0, 1.0, found.bits)
    assert found.bits >= samescene.BITS and not found.one_scene


def test_another_clip_of_the_ground_changes_by_chance():
    rng = np.random.default_rng(2)
    back = rng.integers(0, 256, 32, np.uint8)
    found = samescene.line(clip_of(rng, 60, back), clip_of(rng, 60, back))
    assert found.one_scene and found.share < 0.5


def test_a_clip_in_which_nothing_moves_says_nothing():
    still = np.tile(np.random.default_rng(3).integers(0, 256, 32, np.uint8), (20, 1))
    assert samescene.line(still, still) is None
    assert samescene.line(still ^ 255, still) is None


def test_drawn_clips_are_told_apart(monkeypatch, tmp_path):
    monkeypatch.setattr(samescene, "COPIES", {k: samescene.COPIES[k] for k in ("dark, blurred", "backwards")})
    monkeypatch.setattr(samescene.onescene, "KINDS", {"camera": samescene.onescene.camera})
    report = Report("samescene", quiet=True)
    samescene.run(report, argparse.Namespace(videos=None, scenes=1, clips=2, seed=1))
    report.save(tmp_path / "record.json")
    (table,) = [r for r in report.results if r["kind"] == "table"]
    *copies, others = table["rows"]
    assert [row[2:5] for row in copies] == [[2, 2, 0], [2, 2, 0]]
    assert others[2:4] == [2, 2] and others[-1] < min(row[5] for row in copies)


def test_a_folder_without_clips_is_told(tmp_path):
    with pytest.raises(UsageError, match="no clip"):
        samescene.run(Report("samescene", quiet=True), argparse.Namespace(videos=tmp_path, scenes=1, clips=1, seed=0))
