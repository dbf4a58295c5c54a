"""Paper of one layout says little as a whole, scanned or not; scanned graphics are graphics; photos are neither."""

import numpy as np
import pytest
from PIL import Image

from benchmarks.robustness import drawn as drawn_scenes
from benchmarks.robustness import families
from benchmarks.robustness.methods import Ours
from pdqlite.hashing import hash_pixels
from pdqlite.native import uncrop as native
from pdqlite.types import MatchPolicy
from support.flatness_definition import FLAT, PAPER, TEXTURED, flatness
from support.matcher_definition import Definition

WHOLE = (0.0, 0.0, 1.0, 1.0)
GRAY = families.Photos([Image.new("RGB", (320, 240), (128, 128, 128))] * 4)
PAPERS = ("form", "letter", "receipt", "questionnaire")


def drawn(name, template, side, number=0):
    return families.FAMILIES[name].picture("tune", template, side, number, 3, GRAY)


def flatness_of(picture):
    return flatness(native.Plane(np.asarray(picture), native.RGB).samples, WHOLE)


@pytest.mark.parametrize("name", PAPERS)
def test_a_scan_is_as_flat_as_what_was_scanned(name):
    plain = [flatness_of(drawn(name, t, "listed")) for t in range(4)]
    scanned = [flatness_of(drawn(f"{name}, scanned", t, "listed")) for t in range(4)]
    assert TEXTURED not in plain and scanned.count(TEXTURED) <= 1
    assert FLAT in scanned or FLAT not in plain


def test_photos_are_textured():
    data = pytest.importorskip("skimage.data", reason="the test extra brings the photos")
    rng = np.random.default_rng(0)
    for name in ("astronaut", "coffee", "chelsea", "rocket", "camera", "grass", "gravel", "brick", "coins"):
        pixels = np.asarray(getattr(data, name)())
        picture = Image.fromarray(pixels).convert("RGB").resize((400, 300))
        noisy = np.clip(np.asarray(picture) + rng.normal(0, 12, (300, 400, 1)), 0, 255).astype(np.uint8)
        assert flatness_of(picture) == flatness_of(noisy) == TEXTURED, name


@pytest.mark.parametrize("name", [f"{n}, scanned" for n in PAPERS[:2]] + ["form", "table", "identity card"])
def test_pages_of_one_layout_match_only_when_near(name):
    """By rate alone many are within 32 to 66 bits; the core says what the definition says, and none of these matches."""
    listed, policy = [drawn(name, t, "listed") for t in range(2)], MatchPolicy(uncrop_entries=0)
    ours = Ours("", 256, policy)
    ours.learn(listed)
    entries = ours.matcher.entries
    definition = Definition(entries, policy)
    rows = [hash_pixels(np.asarray(p)).bits for p in listed]
    for t in range(2):
        pixels = np.asarray(drawn(name, t, "asked"))
        got, want = ours.matcher.match_pixels(pixels), definition.decide(pixels)
        assert (got.verdict, got.entry, got.tier, got.distance) == (want[0], want[1], want[2], want[4])
        bits = hash_pixels(pixels).bits
        apart = min(
            int(np.bitwise_count(np.frombuffer(bits, np.uint8) ^ np.frombuffer(r, np.uint8)).sum()) for r in rows
        )
        if name != "identity card":
            assert not got.matched or apart <= 31


def test_a_page_itself_is_found_again():
    """Near copies of paper still match: re-encoded, smaller."""
    for name in ("form", "letter, scanned"):
        picture = drawn(name, 0, "listed")
        ours = Ours("", 256, MatchPolicy(uncrop_entries=0))
        ours.learn([picture])
        copy = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4))
        assert ours.matcher.match_pixels(np.asarray(copy)).matched


def test_what_paper_is_by_its_parts():
    """One tone without noise; with white noise; a slope; two tones on both sides."""
    rng = np.random.default_rng(2)
    page = np.full((200, 300), 240.0)
    page[20:180:6, 30:200:4] = 20
    page[21:180:6, 31:200:3] = 60

    def of(values):
        gray = np.clip(np.repeat(np.repeat(values, 2, axis=0), 2, axis=1), 0, 255).astype(np.uint8)
        return flatness_of(np.repeat(gray[..., None], 3, axis=2))

    noise = rng.normal(0, 4, page.shape)
    assert of(page + noise - 8) in (PAPER, FLAT)
    slope = np.cumsum(np.cumsum(rng.normal(0, 1, page.shape), axis=0), axis=1)
    slope *= 8 / slope.std()
    assert of(np.full_like(page, 128) + slope + noise / 8) == TEXTURED
    both = page + noise - 60
    both[:, 220:260] += 55
    assert of(both) == TEXTURED


def test_smooth_copies_are_proven_and_other_charts_are_not():
    """A smooth copy, and one of low quality, is a match where nearly all of the entry's keypoints are there; another chart of the kind is none."""
    smooth = drawn_scenes.scene(18)
    w, h = smooth.size
    turned = smooth.rotate(3, Image.Resampling.BICUBIC).crop((w // 20, h // 20, w * 19 // 20, h * 19 // 20))
    dull = drawn_scenes.scene(23)
    dull = dull.crop((dull.width // 8, dull.height // 8, dull.width, dull.height))
    assert flatness_of(turned) == FLAT and hash_pixels(np.asarray(dull)).quality < 50
    listed = [smooth, drawn_scenes.scene(23), *(drawn("chart of pie", t, "listed") for t in range(4))]
    ours = Ours("", 256, MatchPolicy(uncrop_entries=0), keypoints=True)
    ours.learn(listed)
    for entry, picture in enumerate((turned, dull)):
        decision = ours.matcher.match_pixels(np.asarray(picture))
        assert (decision.verdict, decision.tier, decision.entry) == ("match", 3, entry)
    for t in range(4):
        got = ours.matcher.match_pixels(np.asarray(drawn("chart of pie", t, "asked")))
        assert got.tier != 3 and got.verdict != "shares a part"
