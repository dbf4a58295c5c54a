"""PDQ: equal to pdqhash on the same pixels; every kernel, view and orientation agrees."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite import hashing
from pdqlite.errors import ArgumentError, ShapeError
from pdqlite.native import core
from pdqlite.native import hash as native_hash

pdqhash = pytest.importorskip("pdqhash")


def oracle(rgb):
    vector, quality = pdqhash.compute(np.ascontiguousarray(rgb))
    return np.packbits(vector).tobytes(), quality


def photos():
    """Real photos: those of scikit-image, and of the external media where there are any."""
    data = pytest.importorskip("skimage.data")
    yield from (("astronaut", data.astronaut()), ("coffee", data.coffee()), ("cat", data.chelsea()))
    external = os.environ.get("PDQLITE_EXTERNAL")
    if external:
        from PIL import Image

        for path in sorted((Path(external) / "media" / "photos").glob("*"))[::5]:
            yield path.stem, np.asarray(Image.open(path).convert("RGB"))


@pytest.mark.parametrize(("name", "rgb"), list(photos()), ids=lambda v: v if isinstance(v, str) else "")
def test_equals_pdqhash_on_photos(name, rgb):
    got = hashing.hash_pixels(rgb)
    assert (got.bits, got.quality) == oracle(rgb)


def nature(rng, height, width):
    """A picture with edges and texture, none of it symmetric."""
    y, x = np.mgrid[0:height, 0:width]
    plane = sum(
        a * np.sin(u * x / width + v * y / height + p)
        for a, u, v, p in zip(
            rng.uniform(5, 40, 12),
            rng.uniform(-60, 60, 12),
            rng.uniform(-60, 60, 12),
            rng.uniform(0, 6, 12),
            strict=True,
        )
    )
    rgb = plane[..., None] * rng.uniform(0.3, 1, 3) + rng.normal(0, 8, (height, width, 3)) + 128
    return np.clip(rgb, 0, 255).astype(np.uint8)


SIDES = [5, 6, 17, 63, 64, 65, 127, 128, 129, 200, 255, 256, 257, 384, 385, 513, 640]


@pytest.mark.parametrize("height", SIDES)
@pytest.mark.parametrize("width", SIDES[::3])
def test_equals_pdqhash_at_every_window(height, width):
    rgb = nature(np.random.default_rng(height * 1000 + width), height, width)
    bits, quality = oracle(rgb)
    got = hashing.hash_pixels(rgb)
    differing = int(np.unpackbits(np.frombuffer(bits, np.uint8) ^ np.frombuffer(got.bits, np.uint8)).sum())
    # Sides under 64 repeat pixels: coefficients that are equal then differ by the reference's rounding alone,
    # up to 20 bits between its own builds (docs/explanation/hashing.md).
    assert differing <= (0 if min(height, width) >= 64 else 20)
    assert got.quality == quality


@pytest.mark.parametrize("shape", [(1080, 1920), (3000, 4000)])
def test_equals_pdqhash_on_large_pictures(shape):
    rgb = nature(np.random.default_rng(1), *shape)
    got = hashing.hash_pixels(rgb)
    assert (got.bits, got.quality) == oracle(rgb)


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(5, 400),
    width=st.integers(5, 400),
    channels=st.sampled_from([0, 3, 4]),
    seed=st.integers(0, 2**32),
    kind=st.sampled_from(["random", "flat", "white", "checker"]),
)
def test_kernels_agree(height, width, channels, seed, kind):
    shape = (height, width, channels) if channels else (height, width)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    if kind != "random":
        pixels[:] = {"flat": seed % 256, "white": 255, "checker": 0}[kind]
        if kind == "checker":
            pixels[::2, ::2] = 255
    format_ = native_hash.RGB if channels else native_hash.GRAY
    answers = [native_hash.Hasher(width, height, kernels=k).orientations(pixels, format_) for k in core.kernels()]
    assert all(a == answers[-1] for a in answers)


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(5, 700),
    width=st.integers(5, 700),
    channels=st.sampled_from([0, 3]),
    seed=st.integers(0, 1000),
    mirror=st.sampled_from(["", "across", "down", "both", "diagonal"]),
)
def test_orientations_of_symmetric_pictures_equal_the_turned_pixels(height, width, channels, seed, mirror):
    """Where coefficients vanish or are equal, too: all eight ways are one answer each."""
    p = np.random.default_rng(seed).integers(
        0, 256, (height, width, channels) if channels else (height, width), np.uint8
    )
    if mirror in ("across", "both"):
        p = np.maximum(p, p[:, ::-1])
    if mirror in ("down", "both"):
        p = np.maximum(p, p[::-1])
    if mirror == "diagonal" and width == height:
        p = np.maximum(p, p.swapaxes(0, 1))
    half = np.rot90(p, 2)
    turned = [p, np.rot90(p), half, np.rot90(p, 3), p[::-1], p[:, ::-1], p.swapaxes(0, 1), half.swapaxes(0, 1)]
    assert list(hashing.hash_orientations(p)) == [hashing.hash_pixels(t.copy()) for t in turned]


@pytest.mark.parametrize("shape", [(2200, 30), (30, 7000), (16700, 16), (130, 40000), (7100, 200)])
def test_kernels_agree_on_long_windows(shape):
    pixels = np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8)
    answers = [native_hash.Hasher(shape[1], shape[0], kernels=k).hash(pixels, native_hash.RGB) for k in core.kernels()]
    assert all(a == answers[-1] for a in answers)


def views(pixels):
    """The same kind of picture in every layout of memory that numpy can describe."""
    yield from (
        pixels[::-1],
        pixels[:, ::-1],
        pixels[::-1, ::-1],
        pixels.swapaxes(0, 1),
        pixels[::2, ::3],
        pixels[:, ::9],
    )
    yield from (np.asfortranarray(pixels), np.asfortranarray(pixels)[::-1, ::2], pixels[1:, 3:], np.rot90(pixels))
    if pixels.ndim == 3:
        planar = np.ascontiguousarray(pixels.transpose(2, 0, 1)).transpose(1, 2, 0)
        lines = np.ascontiguousarray(pixels.transpose(0, 2, 1)).transpose(0, 2, 1)
        wide = np.zeros((*pixels.shape[:2], 2, pixels.shape[2]), np.uint8)
        wide[:, :, 1] = pixels
        deep = np.zeros((*pixels.shape, 2), np.uint8)
        deep[..., 1] = pixels
        yield from (pixels[..., ::-1], planar, planar[..., ::-1], planar[::-1, ::-1], lines, lines.swapaxes(0, 1))
        yield from (wide[:, :, 1], wide[::-1, ::-1, 1, ::-1], deep[..., 1], deep[::2, ::3, ::-1, 1])
    else:
        for channels in range(2, 11):  # a Y plane among other bytes
            yield np.repeat(pixels[..., None], channels, 2)[..., channels - 1]
        yield np.broadcast_to(pixels[0], pixels.shape)
        yield np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(pixels[:3]).ravel(), 200)[:150]


@pytest.mark.parametrize("channels", [0, 3, 4])
def test_views_hash_as_they_look(channels):
    pixels = nature(np.random.default_rng(5), 150, 333)
    pixels = {0: pixels[..., 0].copy(), 3: pixels, 4: np.dstack([pixels, pixels[..., 0]])}[channels]
    for number, view in enumerate(views(pixels)):
        assert hashing.hash_pixels(view) == hashing.hash_pixels(view.copy(order="C")), number
        assert hashing.hash_orientations(view) == hashing.hash_orientations(view.copy(order="C")), number


def test_views_are_not_copied(monkeypatch):
    """Only memory that pixels share is copied."""
    pixels = nature(np.random.default_rng(5), 100, 120)
    described = []
    original = native_hash.Hasher._describe

    def watched(self, given, format_):
        described.append((given, original(self, given, format_)))
        return described[-1][1]

    monkeypatch.setattr(native_hash.Hasher, "_describe", watched)
    for view in list(views(pixels)) + list(views(pixels[..., 0].copy()))[:-2]:
        described.clear()
        hashing.hash_pixels(view)
        assert len(described) == 1
        assert described[0][0] is described[0][1]


def test_alpha_is_not_looked_at():
    rgb = nature(np.random.default_rng(5), 150, 333)
    alpha = np.dstack([rgb, np.arange(333, dtype=np.uint8)[None].repeat(150, 0)])
    assert hashing.hash_pixels(alpha) == hashing.hash_pixels(rgb)


def test_float_luma():
    gray = nature(np.random.default_rng(6), 150, 333)[..., 0]
    for kind in (np.float16, np.float32, np.float64, ">f4"):
        for view in (gray.astype(kind), gray.astype(kind)[::-1, ::2], np.asfortranarray(gray.astype(kind))):
            assert hashing.hash_luma(view) == hashing.hash_luma(np.rint(view.astype(float)).astype(np.uint8))
    # Luma between levels: as exact as pdqhash on colours, whose luma is a float.
    rgb = nature(np.random.default_rng(7), 300, 400)
    got = hashing.hash_luma(rgb @ np.array([0.299, 0.587, 0.114]))
    assert (got.bits, got.quality) == oracle(rgb)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.01, 255.01, 1e300])
def test_float_luma_out_of_range_is_named(value):
    luma = np.full((20, 30), 128.0)
    luma[7, 11] = value
    with pytest.raises(ArgumentError, match="numbers from 0 black to 255 white"):
        hashing.hash_luma(luma)
    with pytest.raises(ArgumentError, match="limited"):
        hashing.hash_luma(np.full((20, 30), 128.0), limited=True)


@settings(max_examples=25, deadline=None)
@given(height=st.integers(64, 300), width=st.integers(64, 300), seed=st.integers(0, 1000))
def test_orientations_equal_the_turned_pixels(height, width, seed):
    p = nature(np.random.default_rng(seed), height, width)
    turned = [
        p,
        np.rot90(p),
        np.rot90(p, 2),
        np.rot90(p, 3),
        p[::-1],
        p[:, ::-1],
        p.transpose(1, 0, 2),
        np.rot90(p, 2).transpose(1, 0, 2),
    ]
    assert list(hashing.hash_orientations(p)) == [hashing.hash_pixels(t) for t in turned]


def test_gray_equals_rgb_of_that_gray_and_limited_equals_stretched():
    gray = nature(np.random.default_rng(9), 200, 300)[..., 0]
    assert hashing.hash_luma(gray) == hashing.hash_pixels(np.dstack([gray] * 3))
    video = (gray.astype(int) * 219 // 255 + 16).astype(np.uint8)
    wide = (video.astype(float) - 16) * 255 / 219
    apart = np.unpackbits(
        np.frombuffer(hashing.hash_luma(video, limited=True).bits, np.uint8)
        ^ np.frombuffer(hashing.hash_luma(np.rint(wide).astype(np.uint8)).bits, np.uint8)
    ).sum()
    assert apart <= 4


def apart(one, other):
    return (int.from_bytes(one.bits, "big") ^ int.from_bytes(other.bits, "big")).bit_count()


@pytest.mark.parametrize(("reduce", "most"), [(2, 6), (4, 10), (8, 20)])
def test_reduced_is_close_to_the_original(reduce, most):
    from PIL import Image

    data = pytest.importorskip("skimage.data")
    gray = Image.fromarray(data.astronaut()).convert("L")
    small = np.asarray(gray.resize((512 // reduce, 512 // reduce), Image.Resampling.BOX))
    got = hashing.Hasher(512 // reduce, 512 // reduce, original=(512, 512)).hash(small)
    assert apart(got, hashing.hash_luma(np.asarray(gray))) <= most


def enlarged(rows, length):
    """The rows of the original as a reduced decode leaves them: at 1/2 repeated, else interpolated between centres."""
    ratio = -(-length // len(rows))
    if -(-length // ratio) != len(rows):
        ratio = length / len(rows)  # not a decoder's whole number, which rounds sides up
    if ratio == 2:
        return np.repeat(rows, 2, axis=0)[:length]
    at = np.clip((np.arange(length) + 0.5) / ratio - 0.5, 0, len(rows) - 1)
    low = np.minimum(at.astype(int), len(rows) - 2)
    part = (at - low)[:, None]
    return rows[low] * (1 - part) + rows[low + 1] * part


@pytest.mark.parametrize(("given", "original"), [
    ((63, 47), (500, 375)), ((125, 94), (500, 375)), ((250, 188), (500, 375)), ((100, 120), (1600, 1900)),
    ((500, 375), (4000, 3000)), ((40, 32), (120, 100)), ((300, 200), (301, 333)),
], ids=str)  # fmt: skip
def test_reduced_is_the_hash_of_the_pixels_enlarged(given, original):
    small = nature(np.random.default_rng(given[0]), given[1], given[0])[..., 0]
    large = enlarged(enlarged(small.astype(float), original[1]).T, original[0]).T
    got = hashing.Hasher(*given, original=original).hash(small)
    want = hashing.hash_luma(np.rint(large).astype(np.uint8))
    assert apart(got, want) <= 4  # 8 bits of brightness, whole weights
    assert abs(got.quality - want.quality) <= 2


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 100), np.uint8),
        np.zeros((100, 4), np.uint8),
        np.zeros((0, 0), np.uint8),
        np.zeros((10, 10, 2), np.uint8),
        np.zeros((10, 10, 3), np.float32),
        np.zeros((10,), np.uint8),
        np.zeros((10, 10), np.uint16),
        np.zeros((10, 10), complex),
    ],
    ids=lambda p: f"{p.shape}-{p.dtype}",
)
def test_bad_shapes_are_named(pixels):
    with pytest.raises(ShapeError, match="pixels|sides|picture"):
        hashing.hash_pixels(pixels)


def test_flat_picture_has_quality_zero_on_every_kernel():
    for k in core.kernels():
        bits, quality = native_hash.Hasher(300, 200, kernels=k).hash(
            np.full((200, 300), 77, np.uint8), native_hash.GRAY
        )
        assert quality == 0
        assert len(bits) == 32


def operator(n):
    """PDQ's downsample of a line of n by its definition: two boxes with shrinking edges, then every n/64-th point."""
    window = (n + 127) // 128
    if window == 1:
        return np.eye(n)[[int((k + 0.5) * n / 64) for k in range(64)]]
    ahead = (window + 2) // 2

    def box(i):
        return max(0, i - (window - ahead)), min(n, i + ahead)

    rows = np.zeros((64, n))
    for k in range(64):
        low, high = box(int((k + 0.5) * n / 64))
        for i in range(low, high):
            first, end = box(i)
            rows[k, first:end] += 1 / (high - low) / (end - first)
    return rows


def test_a_hundred_megapixels_by_the_definition():
    """A picture of 10000 x 10000, in gray and in its own memory alone: bits and quality from matrix products."""
    small = pytest.importorskip("skimage.data").astronaut()[..., 1]
    side = 10000
    at = np.minimum((np.arange(side) / 19.6).astype(int), 511)
    pixels = small[at][:, at] // 2 + (np.arange(side) * 7 % 120).astype(np.uint8)[:, None]
    across = operator(side)
    cells = np.zeros((64, 64))
    for y in range(0, side, 1000):
        cells += across[:, y : y + 1000] @ (pixels[y : y + 1000].astype(np.float32) @ across.T.astype(np.float32))
    steps = [
        np.abs(((a - b) * 100 / 255).astype(int)).sum()
        for a, b in ((cells[:-1], cells[1:]), (cells[:, :-1], cells[:, 1:]))
    ]
    cosines = np.array([[np.cos(np.pi / 128 * f * (2 * k + 1)) for k in range(64)] for f in range(1, 17)])
    coefficients = (cosines @ cells @ cosines.T).ravel()
    bits = np.packbits((coefficients > np.sort(coefficients)[127])[::-1]).tobytes()
    got = hashing.hash_luma(pixels)
    assert (got.bits, got.quality) == (bits, min(100, sum(steps) // 90))
