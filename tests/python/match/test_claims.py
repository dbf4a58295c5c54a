"""Claims that an entry lies in a picture: the core against the definition, and what each part of the proof says."""

import functools

import numpy as np
import pytest
from PIL import Image, ImageFilter

from benchmarks.robustness.attacks import forge
from benchmarks.robustness.attacks import scene as attack
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.native import uncrop as native
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


def check(p, name, model, inverted=False, common=0):
    """The core's proof, after it was held against the definition."""
    row, record = listed(name)
    got = native.verify_claim(p, row, record, model, inverted, common)
    numbers = [round(65536 * v) for v in model]
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
