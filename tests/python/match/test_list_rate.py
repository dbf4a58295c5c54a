"""
What a match means over a whole list: the policy's false matches in a million pictures, the decision's rate, what is below.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
import skimage.data

from pdqlite.errors import ArgumentError
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy, Pages

QUIET = {"uncrop_entries": 0, "keypoints": False}


def picture(seed: int) -> np.ndarray:
    """Blobs and blocks of a seed, 160 x 160."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (10, 10), np.uint8)
    fine = rng.integers(0, 40, (160, 160), np.uint8)
    return (np.kron(small, np.ones((16, 16), np.uint8)) // 2 + fine).astype(np.uint8)


def listed(n: int, far: int = 0, keypoints: bool = False) -> Entries:
    """A list of n random rows; the first is picture 1's hash with `far` bits changed."""
    rng = np.random.default_rng(n)
    rows = rng.integers(0, 256, (n, 32), np.uint8)
    bits = np.unpackbits(np.frombuffer(hash_pixels(picture(1)).bits, np.uint8))
    bits[rng.permutation(256)[:far]] ^= 1
    rows[0] = np.packbits(bits)
    ones = np.ones(n, np.uint16)
    own = (signature(picture(1)), *[b""] * (n - 1)) if keypoints else None
    return Entries(rows, ones, ones, np.zeros(n, np.uint8), np.full(n, 100, np.uint8), keypoints=own)


@pytest.mark.parametrize("n", [1, 2, 10, 1000, 20000])
def test_the_rate_over_a_list_is_the_pairs_times_its_entries(n: int) -> None:
    found = Matcher(listed(n), MatchPolicy(**QUIET)).match_pixels(picture(1))
    assert found.matched and found.rate is not None and found.list_rate is not None
    assert found.list_rate == pytest.approx(found.rate * n, rel=0.06) and found.list_rate >= found.rate * n * 0.999


@pytest.mark.parametrize("n", [100, 3000])
@pytest.mark.parametrize("far", [20, 40, 60])
def test_a_match_has_what_the_list_asks_of_a_pair(n: int, far: int) -> None:
    """By definition: a match if and only if its rate is at most both the pair's and the list's over n."""
    sure = Matcher(listed(n, far), MatchPolicy(false_matches_per_million=None, **QUIET)).match_pixels(picture(1))
    assert sure.matched and sure.distance == far and sure.rate is not None
    for exponent in range(-4, 6):
        for pair in (1e-7, 1e-9, 1e-30):
            policy = MatchPolicy(picture_rate=pair, false_matches_per_million=10.0**exponent, **QUIET)
            asked = min(pair, 10.0**exponent / 1e6 / n)
            if abs(math.log10(asked) - math.log10(sure.rate)) < 0.03:
                continue  # hundredths of a power of ten are rounded to the sure side
            assert Matcher(listed(n, far), policy).match_pixels(picture(1)).matched == (sure.rate < asked)


def test_videos_too() -> None:
    frames = [(picture(1), 0.0), (picture(1)[::-1].copy(), 0.5), (picture(1), 1.0)]
    loose = Matcher(listed(500), MatchPolicy(frames=1, **QUIET)).match_frames(frames)
    assert loose.matched and loose.rate is not None and loose.list_rate == pytest.approx(500 * loose.rate, rel=0.06)
    strict = MatchPolicy(frames=1, false_matches_per_million=1e-15, **QUIET)
    assert not Matcher(listed(500), strict).match_frames(frames).matched


def test_evidence_below_the_policy_is_marked() -> None:
    """A part of a photo that keypoints find: the same evidence under a policy that asks for ten times more."""
    photo = skimage.data.astronaut()
    h, w, _ = photo.shape
    part = np.ascontiguousarray(photo[: h * 6 // 10, : w * 6 // 10])
    rows = listed(200).rows.copy()
    rows[0] = np.frombuffer(hash_pixels(photo).bits, np.uint8)
    entries = replace(listed(200), rows=rows, keypoints=(signature(photo), *[b""] * 199))
    found = Matcher(entries, MatchPolicy(uncrop_entries=0)).match_pixels(part)
    assert found.matched and found.tier == 3 and found.rate is not None
    assert found.rate == min(e.rate for e in found.evidence if not e.below)
    strict = MatchPolicy(uncrop_entries=0, picture_rate=found.rate / 10)
    marked = Matcher(entries, strict).match_pixels(part)
    assert not marked.matched and marked.evidence and all(e.below for e in marked.evidence)
    assert [e.rate for e in marked.evidence] == [e.rate for e in found.evidence]


def test_what_a_list_lacks_is_told() -> None:
    query = picture(2)
    assert Matcher(listed(50), MatchPolicy(**QUIET)).match_pixels(query).lacks == ()
    assert Matcher(listed(50)).match_pixels(query).lacks == ("keypoint signatures",)
    assert Matcher(listed(50, keypoints=True)).match_pixels(query).lacks == ()
    assert Matcher(listed(50)).match_frames([(query, 0.0)]).lacks == ("keypoint signatures",)
    meta = np.zeros((50, 6), np.uint8)
    pages = Pages(meta, lambda first, n: listed(50).rows[first : first + n].tobytes(), 256)
    assert Matcher.of_pages(pages).match_pixels(query).lacks == ("keypoint signatures", "un-cropping")


@pytest.mark.parametrize("wrong", [0, -1, 1e-25, 1_000_001, math.nan])
def test_wrong_numbers(wrong: float) -> None:
    with pytest.raises(ArgumentError, match="false_matches_per_million"):
        Matcher(listed(5), MatchPolicy(false_matches_per_million=wrong))
