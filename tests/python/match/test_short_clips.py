"""Clips of one or two frames and short animations: each view is judged as a picture too, at the rate divided by their number."""

import numpy as np
import pytest

from pdqlite import sources
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy
from support.timelines import animated, blank, encoded, scene, video

LISTED = [scene(k, 320, 240) for k in range(2)]
OTHERS = [scene(k, 320, 240) for k in range(10, 30)]


@pytest.fixture(scope="module")
def matcher():
    rows = np.stack([np.frombuffer(sources.hash_image(encoded(p, "PNG")).bits, np.uint8) for p in LISTED])
    zeros = np.zeros(len(rows), np.uint16)
    entries = Entries(rows, zeros + 1, zeros + 1, np.zeros(len(rows), np.uint8), np.full(len(rows), 100, np.uint8))
    return Matcher(entries, MatchPolicy())


@pytest.mark.parametrize(
    ("form", "codec"), [("mp4", "libx264"), ("matroska", "ffv1"), ("WEBP", None), ("GIF", None), ("PNG", None)]
)
@pytest.mark.parametrize("shown", [
    [(LISTED[0], 40)], [(LISTED[0], 40), (OTHERS[0], 40)], [(blank(320, 240), 20), (LISTED[0], 10_000)],
    [(p, 600) for p in (*OTHERS[:4], LISTED[1], *OTHERS[4:8])],
], ids=["one", "two", "held", "for a moment"])  # fmt: skip
def test_a_picture_that_is_shown_is_found(matcher, shown, form, codec):
    data = animated(form, shown) if codec is None else video(shown, form, codec)
    found = matcher.match_video(data)
    assert found.matched and found.entry in (0, 1) and found.rate <= MatchPolicy().picture_rate


def test_strangers_match_nothing(matcher):
    for k in range(0, 20, 5):
        assert not matcher.match_video(video([(p, 300) for p in OTHERS[k : k + 5]])).matched


def test_the_rate_is_divided_by_the_views(matcher):
    one = matcher.match_video(video([(LISTED[0], 500)]))
    ten = matcher.match_video(video([(p, 500) for p in (LISTED[0], *OTHERS[:9])]))
    assert ten.rate == pytest.approx(10 * one.rate, rel=0.1)


def test_a_picture_in_the_alpha_of_an_animation_is_found(matcher):
    """Black underneath: the picture is seen on white alone."""
    from PIL import Image

    def lets_through(pixels):
        gray = np.asarray(Image.fromarray(pixels).convert("L"))
        return np.dstack([np.zeros_like(pixels), 255 - gray])

    for form, options in (("WEBP", {"lossless": True, "exact": True}), ("PNG", {})):
        data = animated(form, [(lets_through(p), 1000) for p in (LISTED[0], LISTED[0][::-1])], **options)
        assert matcher.match_video(data).matched
        still = encoded(lets_through(LISTED[0]), form, **options)
        assert matcher.match_image(still).matched
        assert sources.hash_image(still).quality == 0, "the hash that is shared leaves alpha out"
