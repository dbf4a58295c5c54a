"""Planes against box means by definition; regions against pictures whose region is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite import errors
from pdqlite.native import hash as native_hash
from pdqlite.native import uncrop as native_uncrop
from pdqlite.native.core import kernels
from pdqlite.native.uncrop import GRAY, GRAY_LIMITED, RGB, Plane, Region, find_regions, region_hashes
from support.pictures import scene


def distance(a: bytes, b: bytes) -> int:
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).bit_count()


def overlaps(cells: int, pixels: int) -> np.ndarray:
    """Share of each pixel in each cell: box average along one axis, by definition."""
    edges = np.arange(cells + 1) * pixels / cells
    p = np.arange(pixels)
    covered = np.minimum(edges[1:, None], p + 1) - np.maximum(edges[:-1, None], p)
    return np.clip(covered, 0, None) * cells / pixels


@pytest.mark.parametrize("shape", [(300, 400), (1080, 1920), (999, 333), (5000, 40), (257, 257)])
def test_plane_is_the_box_average(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, shape, dtype=np.uint8)
    plane = Plane(pixels, GRAY)
    if plane.width > shape[1]:
        pytest.skip("enlarged along x") if shape != (5000, 40) else None
    else:
        expected = overlaps(plane.height, shape[0]) @ pixels @ overlaps(plane.width, shape[1]).T
        # every weight is within 1/512 of the exact one, so a cell of noise is off by little
        assert np.abs(plane.samples / 256 - expected).max() < 6
        assert np.abs(plane.samples / 256 - expected).mean() < 1
    sums = plane.integral.astype(np.int64)
    whole = plane.samples.astype(np.int64).cumsum(0).cumsum(1)
    assert (sums[1:, 1:] == whole).all() and not sums[0].any() and not sums[:, 0].any()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700), st.integers(0, 255), st.sampled_from([GRAY, RGB]))
def test_flat_stays_flat_at_every_size(height: int, width: int, value: int, format_: int) -> None:
    shape = (height, width) if format_ == GRAY else (height, width, 3)
    plane = Plane(np.full(shape, value, np.uint8), format_)
    assert (plane.samples == value * 256).all()
    assert 64 <= plane.width <= 1024 and 64 <= plane.height <= 1024
    assert plane.width * plane.height <= 65536


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 600), st.integers(1, 600), st.integers(0, 2**32))
def test_every_kernel_makes_the_same_cells(height: int, width: int, seed: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    planes = [Plane(rgb[..., :3].copy(), RGB, k).samples for k in kernels()] + [Plane(rgb, RGB).samples]
    planes.append(Plane(rgb[..., 2::-1].copy(), native_uncrop.BGR).samples)
    for other in planes[1:]:
        assert (planes[0] == other).all()


def test_views_and_video_range() -> None:
    pixels = scene(2)
    assert (Plane(pixels[::-1], GRAY).samples == Plane(pixels[::-1].copy(), GRAY).samples).all()
    limited = Plane(np.round(16 + pixels * (219 / 255)).astype(np.uint8), GRAY_LIMITED).samples
    assert np.abs(limited.astype(int) - Plane(pixels, GRAY).samples.astype(int)).max() <= 256


def test_turned_hashes_are_close_to_the_hashes_of_turned_pixels() -> None:
    """The region's grid is centred, PDQ's is off by up to 0.2 cells here: few bits, and far from 128."""
    worst = 0
    for seed in range(6):
        pixels = scene(seed, 600, 800)
        exact = native_hash.Hasher(800, 600).orientations(pixels, GRAY)
        near = region_hashes(Plane(pixels, GRAY), Region(0, 0, 295, 221, "whole"))
        worst = max(worst, *(distance(a, b) for (a, _), (b, _) in zip(exact, near, strict=True)))
    assert worst <= 24


@pytest.mark.parametrize("level", [0, 255, 128])
@pytest.mark.parametrize("sides", [(60, 60, 0, 0), (0, 0, 90, 90), (25, 25, 25, 25), (10, 120, 0, 0)])
def test_bars_are_trimmed(level: int, sides: tuple[int, int, int, int]) -> None:
    pixels = scene(3)
    top, bottom, left, right = sides
    framed = np.pad(pixels, ((top, bottom), (left, right)), constant_values=level)
    original = native_hash.Hasher(400, 300).hash(pixels, GRAY)[0]
    plane = Plane(framed, GRAY)
    regions = find_regions(plane)
    best = min(distance(original, region_hashes(plane, f)[0][0]) for f in regions)
    assert best <= 24


@pytest.mark.parametrize("seed", range(6))
def test_a_page_around_a_picture_is_found(seed: int) -> None:
    """A picture on a page with lines of text over and under it."""
    rng = np.random.default_rng(seed)
    page = np.full((700, 500), 250, np.uint8)
    for row in [*range(30, 170, 22), *range(520, 680, 22)]:
        page[row : row + 10, 40:460] = rng.choice(np.array([30, 250], np.uint8), (1, 420), p=[0.4, 0.6])
    pixels = scene(seed)
    page[200:500, 50:450] = pixels
    plane = Plane(page, GRAY)
    original = native_hash.Hasher(400, 300).hash(pixels, GRAY)[0]
    assert min(distance(original, region_hashes(plane, f)[0][0]) for f in find_regions(plane)) <= 40


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 2**32), st.sampled_from(["noise", "lines", "flat"]))
def test_frames_are_few_and_inside(height: int, width: int, seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    pixels = np.zeros((height, width), np.uint8)
    if kind == "noise":
        pixels = rng.integers(0, 256, (height, width), dtype=np.uint8)
    elif kind == "lines":  # as many rectangles as can be
        pixels[:: max(1, height // 9)] = 255
        pixels[:, :: max(1, width // 9)] ^= 255
    plane = Plane(pixels, GRAY)
    regions = find_regions(plane)
    assert 1 <= len(regions) <= 13 and regions[0] == Region(0, 0, plane.width, plane.height, "whole")
    more = find_regions(plane, more=True)
    assert more[: len(regions)] == regions and len(regions) <= len(more) <= 40
    assert len(set(more)) == len(more)
    for f in more:
        assert 0 <= f.x0 < f.x1 <= plane.width and 0 <= f.y0 < f.y1 <= plane.height
        assert len(region_hashes(plane, f)) == 8


def test_flat_frames_say_so() -> None:
    plane = Plane(np.full((300, 300), 77, np.uint8), GRAY)
    assert region_hashes(plane, find_regions(plane)[0])[0][1] == 0


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(errors.ShapeError):
        Plane(np.zeros((0, 5), np.uint8), GRAY)
    with pytest.raises(errors.ShapeError):
        Plane(np.zeros((5, 5), np.float32), GRAY)
    plane = Plane(scene(4), GRAY)
    for bad in [Region(-1, 0, 50, 50, "trim"), Region(0, 0, 7, 50, "trim"), Region(0, 0, 50, 9999, "trim")]:
        with pytest.raises(errors.ArgumentError):
            region_hashes(plane, bad)
