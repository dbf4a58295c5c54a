"""The edits: repeatable, all different, as strong as asked, and what their names say."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from benchmarks.robustness import edits

skimage = pytest.importorskip("skimage.data", reason="the test extra brings the photos")


@pytest.fixture(scope="module")
def photo():
    return Image.fromarray(skimage.chelsea()).convert("RGB")


@pytest.fixture(scope="module")
def others():
    return [Image.fromarray(skimage.coffee()), Image.fromarray(skimage.astronaut())]


def changed(name, photo, others, seed=0, shift=0.0):
    draw = edits.Draw(seed, name, "cat", shift, others)
    return edits.EDITS[name].change(photo, draw)


def test_the_table_has_104_edits_in_16_classes():
    sizes = {group: len(names) for group, names in edits.classes().items()}
    assert sizes == {
        "recode": 4, "stretch": 3, "bars": 5, "blurbg": 3, "border": 4, "crop": 14, "dihedral": 4,
        "rotate": 7, "filter": 20, "overlay": 12, "caption": 3, "ui": 3, "pip": 3, "collage": 3,
        "recapture": 3, "combo": 13,
    }  # fmt: skip


@pytest.mark.parametrize("name", edits.EDITS)
def test_an_edit_is_repeatable_and_changes_the_picture(name, photo, others):
    first = edits.apply(name, photo, "cat", 5, 0.1, others)
    assert first == edits.apply(name, photo, "cat", 5, 0.1, others)
    out = Image.open(io.BytesIO(first)).convert("RGB")
    assert max(out.size) <= 1280 and min(out.size) >= 16
    assert out.size != photo.size or np.any(np.asarray(out) != np.asarray(photo))


def test_the_photo_itself_is_left_alone(photo, others):
    before = photo.tobytes()
    for name in edits.EDITS:
        changed(name, photo, others)
    assert photo.tobytes() == before


def test_seed_and_shift_reach_the_edits(photo, others):
    drawn = {edits.apply("emoji10", photo, "cat", seed, 0.0, others) for seed in range(4)}
    assert len(drawn) == 4
    assert changed("crop_c80", photo, others).width == round(photo.width * 0.8)
    assert changed("crop_c80", photo, others, shift=0.5).width == round(photo.width * 0.7)
    wide = [changed("border10", photo, others, shift=s).width for s in (-0.5, 0, 0.5)]
    assert np.diff([photo.width, *wide]).min() > 10


def test_orientations_are_exact(photo, others):
    pixels = np.asarray(photo)
    assert np.array_equal(changed("flip_h", photo, others), pixels[:, ::-1])
    assert np.array_equal(changed("rot180", photo, others), pixels[::-1, ::-1])
    assert np.array_equal(changed("rot90", photo, others), np.rot90(pixels))
    assert np.array_equal(changed("flip_rot90", photo, others), pixels.transpose(1, 0, 2))
    assert np.array_equal(changed("invert", photo, others), np.asarray(ImageOps.invert(photo)))


@pytest.mark.parametrize(("name", "part"), [("emoji10", 0.10), ("logo20", 0.20), ("emoji5", 0.05)])
def test_overlays_hide_what_they_say(name, part, photo, others):
    found = np.mean(np.any(np.asarray(changed(name, photo, others)) != np.asarray(photo), axis=2))
    assert found == pytest.approx(part, rel=0.15)


@pytest.mark.parametrize("name", ["letterbox_white", "pillarbox_black", "border20", "polaroid",
                                  "meme_top", "collage2_v"])  # fmt: skip
def test_framed_copies_hold_the_whole_picture(name, photo, others):
    """The untouched picture is found in the edited one, pixel for pixel, somewhere."""
    out, inner = np.asarray(changed(name, photo, others)), np.asarray(photo)
    rows, columns = out.shape[0] - inner.shape[0] + 1, out.shape[1] - inner.shape[1] + 1
    assert any(
        np.array_equal(out[y : y + 1, x : x + inner.shape[1]], inner[:1])
        and np.array_equal(out[y : y + inner.shape[0], x : x + inner.shape[1]], inner)
        for y in range(rows)
        for x in range(columns)
    )
