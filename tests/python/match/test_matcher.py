"""The core's matcher against its definition written out in Python, over many pictures and lists."""

import dataclasses
import re

import numpy as np
import pytest
from pdqlite._core import ffi, lib
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher, policy_numbers
from pdqlite.types import Entries, MatchPolicy
from support import ROOT
from support.matcher_definition import Definition

data = pytest.importorskip("skimage.data", reason="the test extra brings the photos")
NAMES = (
    "astronaut",
    "coffee",
    "chelsea",
    "rocket",
    "camera",
    "immunohistochemistry",
    "brick",
    "grass",
    "gravel",
    "moon",
    "coins",
    "page",
)


def photo(name):
    picture = np.asarray(getattr(data, name)())
    return Image.fromarray(picture[..., :3] if picture.ndim == 3 else picture).convert("RGB")


def on(picture, colour, left, top, right, bottom):
    """The picture inside a canvas of one colour."""
    out = Image.new("RGB", (picture.width + left + right, picture.height + top + bottom), colour)
    out.paste(picture, (left, top))
    return out


def captioned(picture):
    out = on(picture, "white", 0, 90, 0, 0)
    ImageDraw.Draw(out).text((20, 30), "words above a picture", fill="black")
    return out


def share(picture, left, top, right, bottom):
    w, h = picture.size
    return picture.crop((int(left * w), int(top * h), int(right * w), int(bottom * h)))


def inset(picture):
    """The picture, small in another."""
    small = ImageOps.contain(picture, (150, 150))
    out = photo("coffee").resize((700, 525))
    out.paste(small, (50, 340))
    return out


def barred(picture):
    """The lower half under a bar."""
    out = picture.copy()
    out.paste("black", (0, out.height // 2, *out.size))
    return out


EDITS = {
    "as is": lambda p: p,
    "gray": lambda p: p.convert("L"),
    "small": lambda p: p.resize((150, 110)),
    "tiny": lambda p: p.resize((21, 9)),
    "mirrored, dark": lambda p: ImageOps.invert(ImageOps.mirror(p)),
    "turned": lambda p: p.rotate(90, expand=True),
    "bars": lambda p: on(p, "black", 0, 80, 0, 80),
    "border": lambda p: on(p, "red", 40, 40, 40, 40),
    "caption": captioned,
    "caption, turned": lambda p: captioned(p).rotate(180),
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(4)),
    "posterized": lambda p: ImageOps.posterize(p, 2),
    "cut 10 %": lambda p: share(p, 0.05, 0.05, 0.95, 0.95),
    "cut corner": lambda p: share(p, 0, 0, 0.7, 0.75),
    "cut half": lambda p: share(p, 0.3, 0.2, 0.85, 0.8),
    "turned a little": lambda p: p.rotate(5, fillcolor=(120, 120, 120)),
    "tilted": lambda p: p.rotate(35, Image.Resampling.BICUBIC, expand=True),
    "seen from the side": lambda p: p.transform(
        p.size, Image.Transform.PERSPECTIVE, (1.5, 0.1, -0.1 * p.width, 0.0, 1.2, -0.05 * p.height, 0.6 / p.width, 0)
    ),
    "inset": inset,
    "barred": barred,
    "half hidden": lambda p: on(share(p, 0, 0, 1, 0.6), "gray", 0, 0, 0, int(p.height * 0.4)),
}


@pytest.fixture(scope="module")
def listed():
    """A list of strangers with half of the photos, one negative, one of unknown quality."""
    rng = np.random.default_rng(5)
    pictures = [np.asarray(photo(name)) for name in NAMES[:7]]
    hashes = [hash_pixels(p) for p in pictures]
    strangers = 3000
    rows = rng.integers(0, 256, (strangers, 32), np.uint8)
    rows[:7] = np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32)
    quality = np.full(strangers, 90, np.uint8)
    quality[:7] = [h.quality for h in hashes]
    quality[1] = 255
    flags = np.zeros(strangers, np.uint8)
    flags[2] = 1
    rows[7] = rows[2]
    rows[7, :2] ^= 0x55  # a positive entry 8 bits from the negative one
    local = tuple(signature(p) for p in pictures) + (b"",) * (strangers - 7)
    numbers = np.arange(strangers, dtype=np.uint16)
    return Entries(rows, numbers | 1, numbers + 7, flags, quality, keypoints=local)


POLICIES = {
    "as advised": (MatchPolicy(), True, 256),
    "plain hashes": (MatchPolicy(), False, 256),
    "capped at 31": (MatchPolicy(), False, 31),
    "plain": (MatchPolicy(turned=False, inverted=False, regions=False), False, 256),
    "lenient": (MatchPolicy(picture_rate=1e-4, min_quality=0, inverted=False), True, 256),
    "no un-cropping": (MatchPolicy(uncrop_entries=0, radius=50), True, 256),
}


@pytest.mark.parametrize("name", POLICIES)
def test_decisions_are_those_of_the_definition(listed, name):
    """Same verdict, entry, tier, neg_log10_fpr_x100, distance, quality; the same place to 1/30 000 of a side."""
    policy, with_keypoints, cap = POLICIES[name]
    entries = listed if with_keypoints else dataclasses.replace(listed, keypoints=None)
    ours, definition = Matcher(entries, policy, cap), Definition(entries, policy, cap)
    verdicts, tiers = set(), set()
    chosen = np.random.default_rng(len(name))
    for edit in EDITS.values():
        for at in chosen.choice(len(NAMES), 3, replace=False):
            pixels = np.asarray(edit(photo(NAMES[at])))
            got, want = ours.match_pixels(pixels), definition.decide(pixels)
            neg_log10_fpr_x100 = 0 if got.rate is None else round(-100 * np.log10(got.rate))
            assert (got.verdict, got.entry, got.tier, neg_log10_fpr_x100, got.distance, got.quality) == want[:6]
            if got.where is not None:
                where = got.where
                box = (where.left, where.top, where.right, where.bottom)
                assert box == pytest.approx(want[6][:4], abs=1 / 30000)
                assert (where.orientation, where.inverted) == want[6][4:]
                assert got.categories == entries.categories[got.entry]
                assert got.sources == entries.sources[got.entry]
            verdicts.add(got.verdict)
            tiers.add(got.tier)
    assert {"match", "no match"} <= verdicts
    if name == "as advised":
        assert {1, 3} <= tiers and "negated" in verdicts
        assert {"hash_stage", "local_stage", "closer_stage"} <= definition.ended
    if name == "plain hashes":
        assert {1, 2} <= tiers


def test_the_advised_policy_is_one():
    """What the C core advises is what Python has by default, and what the header says."""
    advised = ffi.new("pdql_match_policy *")
    lib.pdql_match_policy_init(advised)
    ours = policy_numbers(MatchPolicy(), 256)
    assert [getattr(advised, name) for name in ours._fields] == list(ours)
    header = (ROOT / "csrc/include/pdqlite.h").read_text()
    said = re.findall(r"uint32_t (\w+);.*advised (\d+) \*/", header)
    assert len(said) >= 5 and all(getattr(advised, name) == int(value) for name, value in said)
