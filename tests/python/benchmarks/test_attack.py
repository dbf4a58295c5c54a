"""
The attacks are real: the linear maps are the library's hash and descriptors, the least change is the least,
PSNR and SSIM are what their definitions say, and a forged hash matches where nothing else is asked.
"""

import argparse
import math

import numpy as np
import pytest
from PIL import Image

from benchmarks import attack as benchmark
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness import drawn
from benchmarks.robustness.attacks import evade, forge, invert, linear, quality, scene, solve


@pytest.fixture(scope="module")
def pictures():
    return [scene.squared(drawn.scene(number)) for number in range(20, 24)]


@pytest.fixture(scope="module")
def entry(pictures):
    return scene.Entry.of(pictures[0])


def test_the_maps_are_the_librarys(pictures):
    for pixels in pictures:
        one, plane = scene.Entry.of(pixels), scene.luma(pixels)
        values = one.hash_map.apply(plane)
        assert int((one.hash_map.bits * (values - np.median(values)) <= 0).sum()) <= 2
        wrong = [int((p.bits * p.apply(plane) <= 0).sum()) for p in one.patches]
        assert np.mean(wrong) < 5, "places of keypoints are rounded in the record, no more"


def test_back_is_the_transpose_of_apply(entry):
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(scene.SIDE, scene.SIDE))
    for of in (entry.hash_map, *entry.patches[::12]):
        values = rng.normal(size=of.rows)
        assert float(of.apply(plane) @ values) == pytest.approx(float((of.back(values) * plane).sum()), rel=1e-9)
        one = np.zeros(of.rows)
        one[7] = 1
        assert np.linalg.norm(of.back(one)) == pytest.approx(of.norms[7], rel=1e-9)


def test_the_least_change_is_the_least_squares_one(entry):
    """Beside the solution by the pseudo-inverse."""
    plane = np.full((scene.SIDE, scene.SIDE), 128.0)
    of = entry.patches[-1]
    gap = np.zeros(64)
    gap[:5] = [3.0, -2.0, 1.0, 4.0, -1.0]
    least = solve._least([solve.Want(of, of.bits, np.ones(64))], gap, plane.shape)
    matrix = np.array([of.back(row).ravel() for row in np.eye(64)[:5]])
    assert np.allclose(least.ravel(), np.linalg.pinv(matrix) @ gap[:5], atol=1e-4)


def test_psnr_and_ssim():
    rng = np.random.default_rng(0)
    a = rng.uniform(0, 255, (40, 50))
    assert quality.psnr(a, a) == math.inf and quality.ssim(a, a) == pytest.approx(1)
    assert quality.psnr(a, a + 5) == pytest.approx(20 * math.log10(255 / 5))
    assert quality.correlation(a, 3 - 2 * a) == pytest.approx(-1) and quality.correlation(a, 0 * a) == 0
    assert np.allclose(quality.fitted(2 * a + 7, a), a)
    with pytest.raises(ValueError, match="11 cells"):
        quality.ssim(a, a[:9])


def test_ssim_beside_scikit_image():
    metrics = pytest.importorskip("skimage.metrics", reason="the test extra brings it")
    rng = np.random.default_rng(1)
    a = rng.uniform(0, 255, (48, 64))
    b = np.clip(a + rng.normal(0, 20, a.shape), 0, 255)
    whole, each = metrics.structural_similarity(
        a, b, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )
    assert quality.ssim(a, b) == pytest.approx(float(each[5:-5, 5:-5].mean()), abs=1e-6) and whole < 1


def test_a_forged_hash_is_near_and_the_picture_is_not(entry, pictures):
    one = forge.forge(forge.WAYS[0], entry, pictures[1])
    assert one.bits <= forge.REACH and one.keypoints <= 3
    assert one.psnr > 20 and abs(one.like_listed) < 0.6
    lists = scene.Lists([pictures[0], pictures[2]])
    assert lists.asked("tier 1, 31 bits", one.pixels).entry == 0
    assert not lists.asked("tier 1, 31 bits", pictures[1]).matched


def test_who_knows_the_signature_moves_its_keypoints(entry, pictures):
    one = forge.forge(forge.Way("keypoints", False, 12), entry, pictures[1])
    assert forge.agreeing(entry, scene.luma(pictures[1])) <= 2 < 8 <= one.keypoints


def test_evasions_evade(entry, pictures):
    lists = scene.Lists(pictures)
    tilted = evade.by_edit(evade.EDITS[-1], entry, lists, "tier 1, 31 bits")
    assert tilted.strength is not None and tilted.psnr is None
    turned = evade.by_knowledge(entry, lists, "tier 1, 31 bits", keypoints=False)
    assert turned.strength is not None and turned.psnr > 20


def test_a_reconstruction_is_like_its_picture_and_like_no_other(entry, pictures):
    one = invert.invert(entry, True, True)
    assert one.like > 0.4 and one.like_coarse > 0.5
    assert abs(quality.correlation(one.plane, scene.luma(pictures[3]))) < 0.35
    assert one.psnr > quality.psnr(np.full_like(one.plane, scene.luma(entry.pixels).mean()), scene.luma(entry.pixels))


def test_a_wrong_model_attacks_nothing(pictures, monkeypatch):
    monkeypatch.setattr(linear, "tents", lambda size: np.eye(64, size))
    with pytest.raises(AssertionError, match="no attack"):
        benchmark._answer(pictures)


def test_the_benchmark_runs_and_tells(monkeypatch, pictures):
    named = [(str(k), Image.fromarray(np.rot90(pictures[k % 4], k // 4))) for k in range(8)]
    monkeypatch.setattr(benchmark.sources, "pictures", lambda media, n: named)
    monkeypatch.setattr(benchmark, "_examples", list)
    monkeypatch.setattr(forge, "WAYS", forge.WAYS[:1])
    args = argparse.Namespace(media=None, scenes=8, forgeries=2, evasions=1, inversions=1, only=["forge", "invert"])
    report = Report("attack", quiet=True)
    benchmark.run(report, args)
    (table,) = [r for r in report.results if r["kind"] == "table"]
    assert {row[0].split(":")[0] for row in table["rows"]} == {"forge", "invert"}
    assert {r["params"]["list"] for r in report.results if r["name"] == "forgeries that match"} == set(
        scene.Lists(pictures).of
    )
    monkeypatch.setattr(benchmark.sources, "pictures", lambda media, n: [])
    with pytest.raises(UsageError, match="at least 8"):
        benchmark.run(report, args)
