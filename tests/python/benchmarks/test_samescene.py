"""A copy fits its own moment, another clip of the scene none."""

import argparse

import numpy as np
import pytest

from benchmarks import samescene
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report


def test_the_ratio_by_its_definition():
    """Frames that differ by time alone: a copy comes to about 1, frames as far from all moments to about 0."""
    rng = np.random.default_rng(0)
    listed = rng.integers(0, 256, (20, 32), np.uint8)
    noise = rng.integers(0, 256, (20, 32), np.uint8) & rng.integers(0, 256, (20, 32), np.uint8) & 1
    assert samescene.ratio(listed[5:] ^ noise[5:], listed) > 0.8
    assert abs(samescene.ratio(rng.integers(0, 256, (20, 32), np.uint8), listed)) < 0.15
    short = samescene.ratio(listed[:9], listed[:11])
    assert np.isfinite(short) and isinstance(short, float)


def test_drawn_clips_are_told_apart(monkeypatch, tmp_path):
    monkeypatch.setattr(samescene, "CHANGES", {"small, JPEG 30": samescene.CHANGES["small, JPEG 30"]})
    report = Report("samescene", quiet=True)
    samescene.run(report, argparse.Namespace(videos=None, scenes=2, clips=2, seed=1))
    report.save(tmp_path / "record.json")
    (table,) = [r for r in report.results if r["kind"] == "table"]
    copies, others = table["rows"]
    assert copies[1] == others[1] == 4
    assert copies[2] > others[-1], "the least of the copies is above the most of the others"


def test_a_folder_without_clips_is_told(tmp_path):
    with pytest.raises(UsageError, match="no clip"):
        samescene.run(Report("samescene", quiet=True), argparse.Namespace(videos=tmp_path, scenes=1, clips=1, seed=0))
