"""A closer look: what is small in a picture, what a picture is a small part of, what a bar covers; and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from pdqlite.cli import scenes
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy

LISTED = [scenes.picture(k, 640, 480) for k in range(4)]
BACK = scenes.picture(50, 1280, 960)


def of(pictures: list[np.ndarray], **policy: bool) -> Matcher:
    n, hashes = len(pictures), [hash_pixels(p) for p in pictures]
    return Matcher(Entries(
        np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32), np.ones(n, np.uint16), np.ones(n, np.uint16),
        np.zeros(n, np.uint8), np.array([h.quality for h in hashes], np.uint8), keypoints=tuple(signature(p) for p in pictures),
    ), MatchPolicy(uncrop_entries=0, **policy))  # fmt: skip


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return of(LISTED)


def inset(picture: np.ndarray, part: float, x: float, y: float) -> np.ndarray:
    out = Image.fromarray(BACK)
    small = Image.fromarray(picture).resize((round(1280 * part), round(960 * part)), Image.Resampling.LANCZOS)
    out.paste(small, (round((1280 - small.width) * x), round((960 - small.height) * y)))
    return np.asarray(out)


@pytest.mark.parametrize(("x", "y"), [(0.06, 0.1), (0.5, 0.5), (0.93, 0.52)])
def test_an_inset_of_a_fifth_is_found_where_it_lies(matcher: Matcher, x: float, y: float) -> None:
    found = matcher.match_pixels(inset(LISTED[1], 0.2, x, y))
    assert found.matched and found.entry == 1 and found.tier == 3 and found.proof is not None and found.proof >= 2
    place = (0.8 * x, 0.8 * y, 0.8 * x + 0.2, 0.8 * y + 0.2)
    where = (found.where.left, found.where.top, found.where.right, found.where.bottom)
    assert where == pytest.approx(place, abs=0.03)
    assert [e.where for e in found.evidence if e.entry == 1][0] == found.where


def test_colours_turns_and_any_form_of_pixels(matcher: Matcher) -> None:
    shown = inset(LISTED[2], 0.2, 0.1, 0.9)
    for query in (
        np.ascontiguousarray(np.rot90(shown)), np.ascontiguousarray(shown[:, ::-1]), 255 - shown, shown[..., 1].copy(), shown[::-1],
    ):  # fmt: skip
        assert matcher.match_pixels(query).entry == 2


def test_without_regions_nobody_looks_closer() -> None:
    assert not of(LISTED, regions=False).match_pixels(inset(LISTED[1], 0.2, 0.06, 0.1)).matched


def test_strangers_and_shared_stickers_match_nothing(matcher: Matcher) -> None:
    sticker = Image.fromarray(scenes.picture(77, 200, 150))
    with_sticker = Image.fromarray(LISTED[0])
    with_sticker.paste(sticker, (400, 300))
    listed = of([np.asarray(with_sticker), *LISTED[1:]])
    for at in ((80, 60), (1000, 700), (600, 400)):
        other = Image.fromarray(BACK)
        other.paste(sticker, at)
        assert not listed.match_pixels(np.asarray(other)).matched
    alone = Image.new("RGB", (1280, 960), (20, 20, 20))
    alone.paste(sticker, (900, 700))
    assert not listed.match_pixels(np.asarray(alone)).matched, "a sticker on a flat ground"
    for k in (50, 51):
        assert not matcher.match_pixels(scenes.picture(k, 1280, 960)).matched
        assert not matcher.match_pixels(inset(scenes.picture(60 + k, 640, 480), 0.2, 0.1, 0.5)).matched


@pytest.mark.parametrize(("side", "share"), [("top", 0.5), ("bottom", 0.55), ("left", 0.5), ("right", 0.45)])
def test_what_a_bar_leaves_of_a_picture_is_enough(matcher: Matcher, side: str, share: float) -> None:
    shown = LISTED[3].copy()
    h, w = round(480 * share), round(640 * share)
    box = {"top": np.s_[:h], "bottom": np.s_[480 - h :], "left": np.s_[:, :w], "right": np.s_[:, 640 - w :]}[side]
    shown[box] = (0, 0, 0)
    found = matcher.match_pixels(shown)
    assert found.matched and found.entry == 3
    shown[box] = scenes.picture(90, 640, 480)[box]
    assert not matcher.match_pixels(shown).matched, "another picture there is no bar"


@pytest.mark.parametrize("shape", [(5, 5), (5, 4000), (170, 160), (3000, 161)])
def test_any_shape_is_bounded(matcher: Matcher, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    assert not matcher.match_pixels(noise).matched
