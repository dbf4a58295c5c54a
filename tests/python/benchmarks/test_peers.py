"""The comparison with peers: its average precision by definition, its edits repeatable, absent peers told."""

import sys

import numpy as np
import pytest
from PIL import Image

from benchmarks import peers
from benchmarks.robustness import augly_edits, drawn, strengths
from benchmarks.robustness.peers import PEERS, OurScores, gradient_grid


def by_definition(scores, right):
    """The sum over thresholds, from the surest down, of precision times what recall gains there."""
    total, before, out = right.sum(), 0, 0.0
    for at in sorted(set(scores.tolist()), reverse=True):
        taken = scores >= at
        hits = int(right[taken].sum())
        out += (hits - before) / total * hits / int(taken.sum())
        before = hits
    return out


@pytest.mark.parametrize("seed", range(6))
def test_average_precision_is_that_of_the_definition(seed):
    rng = np.random.default_rng(seed)
    scores, right = rng.integers(0, 6 + 50 * (seed % 2), 80).astype(float), rng.random(80) < 0.2
    right[0] = True
    assert peers.average_precision(scores, right) == pytest.approx(by_definition(scores, right))


def test_ties_tell_nothing():
    """One right among ten of equal likeness is worth a tenth, wherever it stands."""
    for at in (0, 9):
        right = np.zeros(10, bool)
        right[at] = True
        assert peers.average_precision(np.zeros(10), right) == pytest.approx(0.1)


def test_our_likeness_puts_a_match_first():
    scenes = [drawn.scene(number) for number in range(8)]
    ours = OurScores("ours", keypoints=True)
    ours.learn(scenes)
    likeness = ours.likeness(scenes[2].resize((300, 260)))
    assert likeness.argmax() == 2 and likeness[2] > 100 and sorted(likeness)[-2] < 100
    assert ours.matched == [{2}] and ours.bytes_each > 32


def test_an_absent_peer_names_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "imagehash", None)
    with pytest.raises(ModuleNotFoundError) as told:
        PEERS["pHash"]()
    assert told.value.name == "imagehash"


def test_edits_of_any_strength_are_repeatable():
    scene, *others = (drawn.scene(number) for number in range(3))
    for family in strengths.FAMILIES.values():
        mild, strong = family.strengths[0], family.strengths[-1]
        first, again, other = (family.copy(scene, s, "a", 5, others) for s in (strong, strong, mild))
        assert first.tobytes() == again.tobytes() and first.tobytes() != other.tobytes(), family.name


def test_edits_of_augly_are_repeatable():
    pytest.importorskip("augly", reason="AugLy is not installed")
    scene, other = drawn.scene(0), drawn.scene(1)
    good, _ = augly_edits.usable(scene)
    assert {"Rotate", "Skew", "OverlayEmoji"} <= set(good)
    for name in ("OverlayEmoji", "Pad + Rotate"):
        one, two = (augly_edits.apply(name, scene, other, "a", 3) for _ in range(2))
        assert one.tobytes() == two.tobytes() and one.tobytes() != scene.tobytes(), name


def test_a_gradient_grid_is_as_it_is_described():
    """A ramp rises along x alone: one of four numbers of each cell, all alike; noise and light do little, a mirror much."""
    ramp = Image.fromarray(np.tile(np.linspace(0, 255, 104).astype(np.uint8), (104, 1)))
    cells = gradient_grid(ramp).reshape(36, 4)
    assert not cells[:, 1:].any() and cells[:, 0].min() > 0.5 * cells[:, 0].max()
    falls = gradient_grid(ramp.transpose(Image.Transpose.FLIP_LEFT_RIGHT)).reshape(36, 4)
    assert np.array_equal(falls[:, 1].reshape(6, 6)[:, ::-1], cells[:, 0].reshape(6, 6))
    picture = drawn.scene(4)
    darker = picture.point(lambda v: v * 0.7)
    one, other, strange = (gradient_grid(p).astype(float) for p in (picture, darker, drawn.scene(5)))
    assert np.linalg.norm(one - other) < np.linalg.norm(one - strange) / 3
    assert one.shape == (1, 144) and gradient_grid(Image.new("L", (9, 9))).sum() == 0
