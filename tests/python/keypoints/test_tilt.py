"""Queries turned by angles that are no quarters: their signs and places by definition, the way back, bad arguments."""

import math

import numpy as np
import pytest
from pdqlite._core import ffi, lib
from PIL import Image

from support import tilt_definition as definition


def drawn(rows: int, cols: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = [rng.uniform(0, 255, (n, n)).astype(np.float32) for n in (5, 11, 23)]
    layers = [Image.fromarray(c).resize((cols, rows), Image.Resampling.BICUBIC) for c in coarse]
    sample = sum(np.asarray(layer) for layer in layers) / 3 * 256
    return np.clip(sample, 0, 65280).astype(np.uint16)


@pytest.mark.parametrize(("rows", "cols", "tilt"), [(96, 140, 1), (140, 96, 2), (100, 100, 3), (64, 40, 2)])
def test_signs_and_places_are_those_of_the_definition(rows, cols, tilt):
    samples = drawn(rows, cols, rows + tilt)
    words = definition.query(samples)
    status, tilted = definition.asked(samples, words, tilt)
    before, after = definition.read(words), definition.read(tilted)
    assert status == 0 and before.n and after.n == min(before.n, 96)
    c, s = definition.COSINE[tilt], definition.SINE[tilt]
    assert after.size == (256 * (c * cols + s * rows) // 65536 / 256, 256 * (s * cols + c * rows) // 65536 / 256)
    assert (after.scale == before.scale[: after.n]).all() and (after.bright == before.bright[: after.n]).all()
    for i in list(range(after.n))[:: max(1, after.n // 12)]:
        at = int(before.x[i] * 256), int(before.y[i] * 256)
        assert int(after.bits[i]) == definition.signs(samples, *at, int(before.scale[i]), tilt)
        assert (after.x[i] * 512, after.y[i] * 512) == definition.place(at, (cols, rows), tilt)


@pytest.mark.parametrize("tilt", [1, 2, 3])
@pytest.mark.parametrize("size", [(200, 300), (1024, 64), (255, 257)])
def test_the_way_back_is_the_turn_about_the_middle(tilt, size):
    """A point of the canvas, taken back, is turned by 22.5 degrees times the tilt about the picture's middle."""
    plane = ffi.new("pdql_plane *", {"width": size[0], "height": size[1]})
    angle = math.radians(22.5 * tilt)
    c, s = math.cos(angle), math.sin(angle)  # the core's are whole 65536ths
    wide, tall = c * size[0] + s * size[1], s * size[0] + c * size[1]
    for x, y in [(0, 0), (65536, 0), (65536, 65536), (20000, 50000)]:
        model = ffi.new("int32_t[6]", [0, 0, x, 0, 0, y])
        lib.pdql_keypoints_untilt(plane, tilt, model)
        u, v = wide * (x / 65536 - 0.5), tall * (y / 65536 - 0.5)
        assert model[2] / 65536 * size[0] == pytest.approx(size[0] / 2 + c * u - s * v, abs=0.05)
        assert model[5] / 65536 * size[1] == pytest.approx(size[1] / 2 + s * u + c * v, abs=0.05)
        assert [model[i] for i in (0, 1, 3, 4)] == [0] * 4


def test_bad_arguments_are_told():
    samples = drawn(32, 32, 0)
    words = definition.query(samples)
    for tilt in (0, 4, 2**32 - 1):
        assert definition.asked(samples, words, tilt)[0] == lib.PDQL_ERR_ARG
    plane = ffi.new("pdql_plane *", {"width": 32, "height": 32, "samples": ffi.from_buffer("uint16_t[]", samples)})
    size, need = lib.pdql_keypoints_query_size(), lib.pdql_keypoints_work_size(32, 32)
    work, out = ffi.new("uint8_t[]", need), ffi.new("uint64_t[]", size // 8 + 1)
    assert lib.pdql_keypoints_tilt(plane, words, 1, work, need - 1, out, size) == lib.PDQL_ERR_SPACE
    assert lib.pdql_keypoints_tilt(plane, words, 1, work, need, out, size - 1) == lib.PDQL_ERR_SPACE
    assert lib.pdql_keypoints_tilt(plane, words, 1, ffi.NULL, need, out, size) == lib.PDQL_ERR_ARG
    plane.width = 5000
    assert lib.pdql_keypoints_tilt(plane, words, 1, work, need, out, size) == lib.PDQL_ERR_SHAPE
