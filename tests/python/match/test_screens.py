"""Screens of one app and pages of one article share most of themselves: alone in a list they are not what another shows."""

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.robustness import drawn, families
from benchmarks.robustness.methods import Ours
from pdqlite.native import uncrop as native
from support.flatness_definition import is_screen

WHOLE = (0.0, 0.0, 1.0, 1.0)
SCENES = families.Photos([drawn.scene(300 + number) for number in range(16)])
SCREENS = ("feed, dark, other words", "web page, light, same words", "chat with photo, dark, same words")


def picture(name, template, side, number=0):
    return families.FAMILIES[name].picture("tune", template, side, number, 9, SCENES)


def recoded(one):
    data = io.BytesIO()
    one.resize((one.width * 3 // 4, one.height * 3 // 4)).save(data, "JPEG", quality=60)
    return np.asarray(Image.open(data).convert("RGB"))


@pytest.mark.parametrize("name", SCREENS)
def test_another_screen_of_one_template_is_no_match_and_a_copy_is(name):
    listed = [picture(name, template, "listed") for template in range(3)]
    ours = Ours("", 256, keypoints=True)
    ours.learn(listed)
    for template in range(3):
        got = ours.matcher.match_pixels(np.asarray(picture(name, template, "asked")))
        assert not got.matched, (template, got.tier, got.proof)
        copy = ours.matcher.match_pixels(recoded(listed[template]))
        assert copy.matched and copy.entry == template and copy.confirmed == "yes"


def test_screens_are_told_from_photos():
    plane_of = lambda p: native.Plane(np.asarray(p.convert("RGB")), native.RGB).samples
    for name in SCREENS:
        assert all(is_screen(plane_of(picture(name, t, "listed")), WHOLE) for t in range(3)), name
    data = pytest.importorskip("skimage.data", reason="the test extra brings the photos")
    for name in ("astronaut", "coffee", "chelsea", "camera", "grass", "gravel", "brick", "rocket", "retina", "moon"):
        photo = Image.fromarray(np.asarray(getattr(data, name)()))
        assert not is_screen(plane_of(photo), WHOLE), name
    black = Image.new("RGB", (400, 300))
    black.paste(drawn.scene(3).resize((120, 90)), (20, 20))
    night = plane_of(black)
    assert is_screen(night, WHOLE)  # as flat as a drawing
