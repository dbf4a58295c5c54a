"""Near twins in one list: both are told, the nearest first, in pictures, in videos, in a video of one frame."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pdqlite.cli import scenes
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy

ORIGINAL = scenes.picture(3, 480, 360)


def brighter(pixels: np.ndarray) -> np.ndarray:
    """A version: darker to one side, and a mark in a corner."""
    shade = np.linspace(0.88, 1.0, pixels.shape[1])[None, :, None]
    image = Image.fromarray((pixels * shade).astype(np.uint8))
    ImageDraw.Draw(image).rectangle((380, 290, 470, 350), fill=(250, 250, 250))
    return np.asarray(image)


TWIN = brighter(ORIGINAL)


def of(pictures: list[np.ndarray], keypoints: bool, videos: bool = False) -> Matcher:
    n, hashes = len(pictures), [hash_pixels(p) for p in pictures]
    return Matcher(Entries(
        np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32), np.ones(n, np.uint16), np.ones(n, np.uint16),
        np.full(n, 2 if videos else 0, np.uint8), np.array([h.quality for h in hashes], np.uint8),
        np.arange(n, dtype=np.uint32) if videos else None, np.zeros(n, np.uint32) if videos else None,
        tuple(signature(p) for p in pictures) if keypoints else None,
    ), MatchPolicy(uncrop_entries=0))  # fmt: skip


@pytest.mark.parametrize("keypoints", [False, True])
@pytest.mark.parametrize(("asked", "first"), [(ORIGINAL, 0), (TWIN, 1)])
def test_a_picture_tells_both(asked: np.ndarray, first: int, keypoints: bool) -> None:
    assert 0 < hash_pixels(ORIGINAL) - hash_pixels(TWIN) < 60
    found = of([ORIGINAL, TWIN, *(scenes.picture(k, 480, 360) for k in range(10, 14))], keypoints).match_pixels(asked)
    assert found.matched and found.entry == first
    assert [e.entry for e in found.evidence[:2]] == [first, 1 - first]
    assert len({(e.entry, e.tier) for e in found.evidence}) == len(found.evidence), "each once a tier"


def test_a_twin_is_told_beside_a_picture_that_every_view_finds() -> None:
    """A picture that is its own mirror image is near itself by many views; there is room for its twin."""
    half = scenes.picture(5, 240, 240)[:, :120]
    quarter = np.concatenate([half, half[:, ::-1]], axis=1)[:120]
    same = np.concatenate([quarter, quarter[::-1]])
    other = np.clip(same * np.linspace(0.6, 1.0, 240)[:, None, None], 0, 255).astype(np.uint8)
    found = of([same, other], False).match_pixels(same)
    assert found.matched and [e.entry for e in found.evidence] == [0, 1]


@pytest.mark.parametrize("videos", [False, True])
@pytest.mark.parametrize("frames", [1, 2, 8])
def test_a_video_tells_both(frames: int, videos: bool) -> None:
    matcher = of([ORIGINAL, TWIN, *(scenes.picture(k, 480, 360) for k in range(10, 14))], True, videos)
    for asked, first in ((ORIGINAL, 0), (TWIN, 1)):
        found = matcher.match_frames([(asked, 0.5 * i) for i in range(frames)])
        assert found.matched and found.entry == first
        told = list(dict.fromkeys(m.entry for m in found.frame_matches))
        assert told == [first, 1 - first]
    stranger = matcher.match_frames([(scenes.picture(10, 480, 360), 0.0)] * frames)
    assert {m.entry for m in stranger.frame_matches} == {2}, "who is no twin is not told"


def test_a_tilted_picture_in_a_video_is_found() -> None:
    matcher = of([scenes.picture(k, 480, 360) for k in range(3)], True)
    for k in (1,):
        tilted = np.asarray(
            Image.fromarray(scenes.picture(k, 480, 360)).rotate(30, Image.Resampling.BICUBIC, expand=True)
        )
        assert matcher.match_pixels(tilted).entry == k, "as a picture"
        others = [scenes.picture(40 + i, 480, 360) for i in range(4)]
        shown = [np.asarray(Image.fromarray(p).resize(tilted.shape[1::-1])) for p in others]
        frames = [*shown, tilted, tilted, tilted, tilted]
        found = matcher.match_frames([(p, 0.5 * i) for i, p in enumerate(frames)])
        assert found.matched and found.entry == k and found.tier == 3
