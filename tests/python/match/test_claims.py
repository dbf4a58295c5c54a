"""Claims that an entry lies in a picture: the core against the definition, and what each part of the proof says."""

import functools

import numpy as np
import pytest
from PIL import Image, ImageFilter

from benchmarks.robustness.attacks import forge
from benchmarks.robustness.attacks import scene as attack
from pdqlite.errors import ArgumentError
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.native import uncrop as native
from pdqlite.native.keypoints import KeypointQuery
from support import verify_definition as definition

data = pytest.importorskip("skimage.data", reason="the test extra brings the photos")
WHOLE = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@functools.cache
def photo(name):
    picture = np.asarray(getattr(data, name)())
    return Image.fromarray(picture[..., :3] if picture.ndim == 3 else picture).convert("RGB")


@functools.cache
def listed(name):
    pixels = np.asarray(photo(name))
    return hash_pixels(pixels).bits, signature(pixels)


def plane(picture):
    return native.Plane(np.asarray(picture.convert("RGB")), native.RGB)


def check(p, name, model, inverted=False, common=0, lean=(0, 0)):
    """The core's proof, after it was held against the definition."""
    row, record = listed(name)
    got = native.verify_claim(p, row, record, (*model, *lean), inverted, common)
    numbers = [round(65536 * v) for v in (*model, *lean)]
    value, bits, cover, hull, visible, usable, good = definition.verify(
        p.samples, row, record, numbers, inverted, common, round(16 * got.bits)
    )
    assert (got.value if got.value is None else round(16 * got.value)) == value
    assert abs(16 * got.bits - bits) <= 4  # straight lines between 97 points of a logarithm, 256 times
    assert (round(got.cover * 65536), round(got.hull * 65536), round(got.visible * 65536)) == (cover, hull, visible)
    assert (got.usable, got.good) == (usable, good)
    return got


def maps():
    """Maps from an entry to a query, as they may come: slight, turned, mirrored, magnified, far out, senseless."""
    rng = np.random.default_rng(8)
    yield WHOLE
    yield (-1.0, 0.0, 1.0, 0.0, 1.0, 0.0)
    yield (0.0, 1.0, 0.0, -1.0, 0.0, 1.0)
    yield (0.0,) * 6
    yield (16000.0, 3.0, -8000.0, 2.0, 16000.0, -8000.0)
    for grow in (0.06, 0.3, 1, 1, 1.4, 2.2, 3.7, 5):
        a, b, d, e = np.array((1, 0, 0, 1)) * grow + rng.normal(0, 0.3 * grow, 4)
        x, y = rng.uniform(0, 1, 2)
        yield tuple(
            float(v) for v in (a, b, rng.uniform(0, 1) - a * x - b * y, d, e, rng.uniform(0, 1) - d * x - e * y)
        )


@pytest.mark.parametrize("name", ["astronaut", "coins"])
def test_proofs_are_those_of_the_definition(name):
    """Under any map, of its own picture and another: every number, but for the rounding of the bits' logarithm."""
    others = [plane(photo(name)), plane(photo("coffee").resize((120, 300))), plane(photo("page"))]
    seen = set()
    for i, model in enumerate(maps()):
        got = check(others[i % 3] if i > 3 else others[0], name, model, i % 5 == 4, 0x5A5A << i if i % 2 else 0)
        seen.add(got.value is None)
        seen.add(got.usable > 8)
    assert seen == {True, False}


@pytest.mark.parametrize("lean", [(0.3, -0.2), (-0.5, 0.25), (0.0, 0.75), (-0.74, 0.0)])
def test_proofs_of_slanted_maps_are_those_of_the_definition(lean):
    for model in (WHOLE, (0.8, 0.1, -0.1, 0.05, 1.1, 0.1)):
        check(plane(photo("astronaut")), "astronaut", model, lean=lean)


@pytest.mark.parametrize(
    ("side", "share", "what"),
    [
        ("left", 0.5, "bar"),
        ("top", 0.45, "bar"),
        ("right", 0.6, "bar"),
        ("bottom", 0.1, "rim"),
        ("top", 0.8, "too much"),
    ],
)
def test_a_bar_hides_as_the_definition_says(side, share, what):
    """One tone along a side: looked at without it, where it is no rim and leaves enough of the entry. Else as ever."""
    row, record = listed("astronaut")
    pixels = np.array(photo("astronaut"))
    n = round(share * 512)
    box = {"left": np.s_[:, :n], "right": np.s_[:, 512 - n :], "top": np.s_[:n], "bottom": np.s_[512 - n :]}[side]
    pixels[box] = 40
    p = plane(Image.fromarray(pixels))
    plain = native.verify_claim(p, row, record, WHOLE)
    for model in (WHOLE, (0.9, 0.0, 0.05, 0.0, 0.9, 0.05), (0.0, 1.0, 0.0, -1.0, 0.0, 1.0)):
        got = native.verify_claim(p, row, record, model, bars=True)
        value, bits, *want = definition.verify_barred(p.samples, row, record, [round(65536 * v) for v in model])
        assert abs(16 * got.value - value) <= 1 and abs(16 * got.bits - bits) <= 4
        assert [round(65536 * v) for v in (got.cover, got.hull, got.visible)] + [got.usable, got.good] == want
    got = native.verify_claim(p, row, record, WHOLE, bars=True)
    if what == "bar":
        assert got.visible < plain.visible - 0.2 and got.value > max(2, plain.value)
    assert got == plain or what != "rim"
    assert got.value < 2 or what != "too much"


def leaning(picture, degrees):
    """The picture seen from the side, and the map (3 x 3, parts of the sides) from the original to it."""
    w, h = picture.size
    c, s, far = np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 2.5 * w
    # the plane of the picture, in pixels about its middle, turned about the upright axis and projected
    camera = np.array([[c * far, 0, 0], [0, far, 0], [s, 0, far]]) @ np.array(
        [[1, 0, -w / 2], [0, 1, -h / 2], [0, 0, 1.0]]
    )
    canvas = np.array([[1, 0, w / 2], [0, 1, h / 2], [0, 0, 1.0]]) @ camera
    back = np.linalg.inv(canvas)
    seen = picture.transform(
        (w, h), Image.Transform.PERSPECTIVE, tuple((back / back[2, 2]).ravel()[:8]), Image.Resampling.BICUBIC
    )
    true = np.diag([1 / w, 1 / h, 1]) @ canvas @ np.diag([w, h, 1])
    return seen, true / true[2, 2]


def placed(model, lean, places):
    at = np.array([*np.array(model).reshape(2, 3), (*lean, 1)]) @ np.array([(x, y, 1) for x, y in places]).T
    return (at[:2] / at[2]).T


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_a_slanted_picture_is_proven_once_its_map_is_refined(name):
    """From what the keypoints vote for to the true homography: 40 degrees, corners within 1.5 % of the sides, and 3 nats."""
    row, record = listed(name)
    seen, true = leaning(photo(name), 40)
    p = plane(seen)
    vote = KeypointQuery(p.samples).compare(record)
    model, lean, corners = vote.model, (0, 0), [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
    wanted = placed(true[:2].ravel(), true[2, :2], corners)
    before = np.abs(placed(model, lean, corners) - wanted).max()
    for _ in range(3):
        model, lean, used = native.refine_claim(p, record, model, lean=lean)
        assert used >= 8
    assert np.abs(placed(model, lean, corners) - wanted).max() < min(0.015, before / 2)
    refined = native.verify_claim(p, row, record, (*model, *lean))
    assert refined.value >= 3 and refined.value > native.verify_claim(p, row, record, vote.model).value


def test_a_true_map_stays_and_one_without_keypoints_too():
    _, record = listed("astronaut")
    model, lean, used = native.refine_claim(plane(photo("astronaut")), record, WHOLE)
    assert used > 40 and np.abs(np.subtract(model, WHOLE)).max() < 0.005 and max(map(abs, lean)) < 0.005
    blank = plane(Image.new("RGB", (300, 300), (90, 90, 90)))
    assert native.refine_claim(blank, record, WHOLE) == (WHOLE, (0.0, 0.0), 0)


def test_a_slant_out_of_range_is_an_argument_that_is_wrong():
    row, record = listed("astronaut")
    for lean in ((0.76, 0), (-0.5, 0.3)):
        with pytest.raises(ArgumentError):
            native.verify_claim(plane(photo("astronaut")), row, record, (*WHOLE, *lean))
        with pytest.raises(ArgumentError):
            native.refine_claim(plane(photo("astronaut")), record, WHOLE, lean=lean)


def test_a_claim_whose_signs_were_made_proves_nothing():
    """The hash and all keypoints of one photo, put into another by the least change of brightness: all there, none sure."""
    entry, harmless = attack.Entry.of(attack.squared(photo("astronaut"))), attack.squared(photo("coffee"))
    forged = forge.forge(forge.Way("all", True, 48), entry, harmless)
    assert forged.bits <= 31 and forged.keypoints > len(entry.patches) / 2 and forged.psnr > 15

    def proof(pixels):
        return native.verify_claim(plane(Image.fromarray(pixels)), entry.bits, entry.record, WHOLE)

    assert proof(forged.pixels).good > proof(forged.pixels).usable / 2
    assert proof(forged.pixels).value <= 0
    copy = Image.fromarray(entry.pixels).filter(ImageFilter.GaussianBlur(2)).point(lambda v: v * 2 // 3)
    assert proof(np.asarray(copy)).value > 2
