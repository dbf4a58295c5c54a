"""
The families of hard negatives are what they say: drawn from a seed, one template shared and nothing else,
half of the styles set aside; and the benchmark counts what it was told.
"""

import argparse
import math

import numpy as np
import pytest
from PIL import Image

from benchmarks import families as benchmark
from benchmarks._frame import stats
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness import families
from benchmarks.robustness.families import base, copies

COLOURS = [(20 + 29 * k, 230 - 27 * k, 40 * (k % 5) + 30) for k in range(8)]
PLAIN = families.Photos([Image.new("RGB", (320, 240), c) for c in COLOURS])
GRAY = families.Photos([Image.new("RGB", (320, 240), (128, 128, 128))] * 4)


def apart(a, b):
    """Mean difference of two pictures, 0 to 255."""
    return float(np.abs(np.asarray(a, np.int16) - np.asarray(b.resize(a.size), np.int16)).mean())


@pytest.mark.parametrize("name", families.FAMILIES)
def test_a_picture_is_drawn_from_its_seed_alone(name):
    one = families.FAMILIES[name]
    first = one.picture("tune", 0, "listed", 0, 5, PLAIN)
    assert first.mode == "RGB" and min(first.size) >= 200
    assert first.tobytes() == one.picture("tune", 0, "listed", 0, 5, PLAIN).tobytes()


def test_half_template_side_number_and_seed_each_make_another_picture():
    one = families.FAMILIES["corner logo"]
    asked = [
        ("tune", 0, "listed", 0, 5),
        ("judge", 0, "listed", 0, 5),
        ("tune", 1, "listed", 0, 5),
        ("tune", 0, "asked", 0, 5),
        ("tune", 0, "listed", 1, 5),
        ("tune", 0, "listed", 0, 6),
    ]
    assert len({one.picture(*how, PLAIN).tobytes() for how in asked}) == len(asked)


@pytest.mark.parametrize("name", [f.name for f in families.FAMILIES.values() if f.same_words and "anywhere" not in f.name
                                  and f.name not in ("corner logo", "watermark, once")])  # fmt: skip
def test_all_but_the_photo_is_shared(name):
    """With one gray photo everywhere, pictures of one template are one picture; those of two are not."""
    one = families.FAMILIES[name]
    listed, asked = (one.picture("tune", 3, side, 7, 5, GRAY) for side in families.SIDES)
    other = one.picture("tune", 4, "asked", 7, 5, GRAY)
    assert listed.size == asked.size
    assert apart(listed, asked) < 2 and apart(listed, other) > 1.5 * apart(listed, asked)


@pytest.mark.parametrize("name", ["feed, light", "web page, dark", "bar above", "outlined", "news graphics"])
def test_other_words_are_other(name):
    listed, asked = (
        families.FAMILIES[f"{name}, other words"].picture("tune", 3, side, 7, 5, GRAY) for side in families.SIDES
    )
    assert apart(listed, asked) > 2


def test_no_photo_is_in_two_of_half_and_side():
    seen = {}
    for half in families.HALVES:
        for side in families.SIDES:
            sheets = [base.Sheet("x", half, 0, side, k, 0, PLAIN) for k in range(40)]
            seen[half, side] = {s.photo(30, 30).getpixel((15, 15)) for s in sheets}
            assert len(seen[half, side]) == 2
    assert len(set.union(*seen.values())) == len(COLOURS)
    with pytest.raises(ValueError, match="at least 4"):
        families.Photos([Image.new("RGB", (9, 9))])


def test_the_halves_share_no_style():
    tune, judge = (
        {base.Sheet("x", half, t, "listed", 0, 0, GRAY).style("abcdefg") for t in range(200)}
        for half in families.HALVES
    )
    assert tune == set("aceg") and judge == set("bdf")


@pytest.mark.parametrize("area", [1, 6, 20, 45])
def test_a_sticker_covers_what_it_says(area):
    """Over gray, what is not gray."""
    one = families.FAMILIES[f"sticker {area} %, one place"]
    shares = [
        float(
            (np.abs(np.asarray(one.picture("tune", t, "listed", 0, 0, GRAY), np.int16) - 128).max(axis=2) > 24).mean()
        )
        for t in range(6)
    ]
    assert area / 100 * 0.6 < np.median(shares) < area / 100 * 1.4 + 0.01


def test_copies_and_cuts():
    picture = Image.new("RGB", (400, 300), (90, 120, 60))
    assert copies.cut(picture, 55, 0, "x").size == (220, 165)
    assert copies.copy(picture, 0, "x").tobytes() == copies.copy(picture, 0, "x").tobytes()
    assert {copies.copy(picture, 0, k).size for k in range(5)} != {picture.size}


@pytest.mark.parametrize(("hits", "trials"), [(0, 20), (1, 20), (7, 33), (20, 20), (3, 400)])
def test_the_exact_interval_is_where_the_tails_are_even(hits, trials):
    """Clopper and Pearson: at either end, what was seen and what is more extreme has 2.5 %."""
    low, high = stats.exact(hits, trials)

    def tail(p, counts):
        return sum(math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in counts)

    assert low == 0 if hits == 0 else tail(low, range(hits, trials + 1)) == pytest.approx(0.025, rel=1e-6)
    assert high == 1 if hits == trials else tail(high, range(hits + 1)) == pytest.approx(0.025, rel=1e-6)
    assert stats.exact(0, 0) == (0.0, 1.0)


def arguments(**more):
    return argparse.Namespace(**{"media": None, "scenes": 0, "seed": 1, "half": "tune", "pairs": 8, "alone": 3, "copies": 2,
                                 "only": ["corner logo", "chart of pie"], "scores": None, **more})  # fmt: skip


def test_the_benchmark_counts_pairs(tmp_path, monkeypatch):
    pytest.importorskip("skimage", reason="the test extra brings the photos")
    monkeypatch.setattr(benchmark, "SHOWN", ("corner logo",))
    report = Report("families", quiet=True)
    benchmark.run(report, arguments(scores=tmp_path / "scores.csv"))
    rates = {(r["params"]["family"], r["params"]["list"]): r for r in report.results if r["name"] == "false matches"}
    assert {k: r["trials"] for k, r in rates.items()} == {
        (f, q): n for f in ("corner logo", "chart of pie") for q, n in (("many", 8), ("alone", 3), ("plain", 8))
    }
    found = {
        (r["params"]["what"], r["params"]["list"]): r
        for r in report.results
        if r["name"] == "own copies found" and r["params"]["group"] == "all"
    }
    assert all(r["trials"] == 4 for r in found.values()) and len(found) == 4
    assert found["copy", "alone"]["hits"] == 4, "a picture sent on is found"
    lines = (tmp_path / "scores.csv").read_text().splitlines()
    assert lines[0].startswith("family,question") and any(line.endswith(",copy") for line in lines)
    assert len([r for r in report.results if r["kind"] == "picture"]) == 1


def test_what_cannot_be_measured_is_told():
    with pytest.raises(UsageError, match="groups are"):
        benchmark.run(Report("families", quiet=True), arguments(only=["nothing"]))
    with pytest.raises(UsageError, match="from 1 on"):
        benchmark.run(Report("families", quiet=True), arguments(pairs=0))
