"""
Fails if recall by class drops on a small set that everyone has, and if the poor in information
match each other. Floors follow what was measured, not wishes.
"""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.robustness import drawn, edits, methods, sources
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.types import MatchPolicy

pytest.importorskip("skimage", reason="the test extra brings the photos")

METHODS = {
    "tier 1, list cap 31": methods.Ours("tier 1, list cap 31", 31, MatchPolicy(uncrop_entries=0)),
    "plain hashes": methods.Ours("plain hashes", 256),
    "keypoint signatures": methods.Ours("keypoint signatures", 256, keypoints=True),
}
# Least recall of each method above, in this order, three originals an edit. What was measured is at most two copies more.
# Calibration 3 of un-cropping asks more of a brick wall in a dark page than it scores: plain hashes find 10 of 11 of ui, not 11.
FLOORS = {
    "recode": (0.99, 0.99, 0.99), "stretch": (0.90, 0.99, 0.99), "bars": (0.75, 0.80, 0.99), "blurbg": (0.60, 0.70, 0.99),
    "border": (0.75, 0.85, 0.99), "crop": (0.00, 0.48, 0.90), "dihedral": (0.99, 0.99, 0.99), "rotate": (0.00, 0.70, 0.90),
    "filter": (0.87, 0.95, 0.97), "overlay": (0.20, 0.78, 0.99), "caption": (0.60, 0.99, 0.99), "ui": (0.70, 0.90, 0.99),
    "pip": (0.50, 0.80, 0.99), "collage": (0.50, 0.80, 0.99), "recapture": (0.45, 0.80, 0.99), "combo": (0.28, 0.58, 0.95),
}  # fmt: skip
# With keypoint signatures the entry must be the answer as often as above: as a match, or as "shares a part" or "unconfirmed". Those two
# are the price of asking whether the rest of the picture is the entry's too (docs/explanation/matching.md). As a match, where it is less often:
MATCHED = {"overlay": 0.90, "combo": 0.85}


@pytest.fixture(scope="module")
def listed():
    named = list(sources.pictures(None, 24))
    others = [p for i, (_, p) in enumerate(named) if i % 6 == 5]
    kept = [x for i, x in enumerate(named) if i % 6 != 5]
    kept = [x for x in kept if hash_pixels(np.asarray(x[1])).quality >= 70]
    for method in METHODS.values():
        method.learn([p for _, p in kept])
    return kept, others


def test_every_class_has_a_floor():
    assert set(FLOORS) == set(edits.classes())


@pytest.mark.parametrize("group", FLOORS)
def test_recall_of_a_class_does_not_drop(group, listed):
    """Recall of every method, and no match with another original."""
    originals, others = listed
    hits, trials, matched = dict.fromkeys(METHODS, 0), 0, 0
    for k, name in enumerate(edits.classes()[group]):
        for number in range(k % 3, len(originals), len(originals) // 3):
            data = edits.apply(name, originals[number][1], originals[number][0], 1, 0.0, others)
            copy = Image.open(io.BytesIO(data)).convert("RGB")
            trials += 1
            for method in METHODS:
                found, said = METHODS[method].answers(copy)
                assert found <= {number}, f"{method}: {name} of {originals[number][0]} matched {found}"
                signed = method == "keypoint signatures"
                hits[method] += number in (said if signed else found)
                matched += signed and number in found
    assert matched / trials >= MATCHED.get(group, FLOORS[group][2]), f"matched: {matched} of {trials}"
    for method, least in zip(METHODS, FLOORS[group], strict=True):
        assert hits[method] / trials >= least, f"{method}: {hits[method]} of {trials}"


@pytest.mark.parametrize("kind", drawn.POOR)
def test_the_poor_in_information_do_not_match_each_other(kind):
    """
    40 different pictures of a kind. Test cards without inverted light: turned over and mirrored,
    one grey staircase is another (docs/explanation/matching.md names it as a limit).
    """
    policy = MatchPolicy(inverted=kind != "test card")
    pictures = [np.asarray(drawn.poor(kind, n)) for n in range(40)]
    hashes = [hash_pixels(p) for p in pictures]
    rows = np.vstack([np.frombuffer(h.bits, np.uint8) for h in hashes])
    quality = np.array([h.quality for h in hashes])
    for n, picture in enumerate(pictures[:20]):
        rest = np.arange(40) != n
        far = np.bitwise_count(rows ^ rows[n]).sum(axis=1) > 50  # nearer: the same card
        listed = methods.entries_of(rows[rest & far], quality[rest & far])
        local = tuple(signature(pictures[i]) for i in np.flatnonzero(rest & far)) if n % 4 == 0 else None
        decision = Matcher(dataclasses.replace(listed, keypoints=local), policy, 31).match_pixels(picture)
        assert not decision.matched, (kind, n, decision.distance, decision.where)


def test_hundreds_of_the_poor_do_not_match_a_new_one():
    """
    270 drawn pictures listed with keypoint signatures, 42 new ones asked, every tier. Test cards are left out: there are few
    of them, and a staircase turned over and mirrored is itself. Memes may share their very words (docs/explanation/matching.md).
    """
    kinds = [k for k in drawn.POOR if k != "test card"]
    pictures = [np.asarray(drawn.poor(k, n)) for k in kinds for n in range(45)]
    hashes = [hash_pixels(p) for p in pictures]
    rows = np.vstack([np.frombuffer(h.bits, np.uint8) for h in hashes])
    listed = methods.entries_of(rows, np.array([h.quality for h in hashes]))
    matcher = Matcher(dataclasses.replace(listed, keypoints=tuple(signature(p) for p in pictures)), MatchPolicy(), 31)
    matched = [k for k in kinds for n in range(100, 107) if matcher.match_pixels(np.asarray(drawn.poor(k, n))).matched]
    assert set(matched) <= {"meme"} and len(matched) <= 1


def test_videos_without_content_do_not_match():
    """Black, a fade, and slides of flat colours, listed as videos, against each other."""
    black = np.zeros((90, 160), np.uint8)
    levels = [[0] * 20, [10 * i for i in range(20)], [255 * (i % 2) for i in range(20)]]
    clips = [[black + level for level in clip] for clip in levels]
    rows = np.vstack([np.frombuffer(hash_pixels(f).bits, np.uint8)
                      for clip in clips for f in clip])  # fmt: skip
    matcher = Matcher(methods.entries_of(rows, np.zeros(len(rows))), max_distance=256)
    for clip in clips:
        assert not matcher.match_frames((f, i / 2) for i, f in enumerate(clip)).matched
