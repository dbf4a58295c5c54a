"""Un-cropping: scores by definition on every kernel, crops found, places recovered."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite import errors
from pdqlite.native.core import ffi, kernels, lib
from pdqlite.native.uncrop import GRAY, PackedRows, Plane, Region, Weights, find_regions, region_hashes, score
from support.pictures import scene
from support.uncrop import TABLES, exact, strangers


def bits_of(rows: np.ndarray) -> np.ndarray:
    """Bit k of PDQ's numbering in column k."""
    return np.unpackbits(rows, axis=1)[:, ::-1].astype(int)


def whole(plane: Plane) -> Region:
    return Region(0, 0, plane.width, plane.height, "whole")


@pytest.fixture(scope="module")
def searched() -> tuple[object, np.ndarray]:
    """The hypotheses of a crop, and a list in which row 1321 is its original."""
    pixels = scene(11, 480, 640)
    rows = strangers(2000, 1)
    rows[1321] = exact(pixels)
    plane = Plane(pixels[40:420, 90:600], GRAY)
    return TABLES.hypotheses(plane, find_regions(plane), rotations=False), rows


def explained(row: np.ndarray) -> int:
    """Signs of the 16 x 16 bits that an outer product u v' gets right: best of 16 starts (a line each), 3 rounds."""
    signs = 2 * bits_of(row[None])[0].reshape(16, 16) - 1
    best = 0
    for v in signs:
        for _ in range(3):
            u = np.where(signs @ v >= 0, 1, -1)
            best = max(best, int(128 + (u @ signs @ v) // 2))
            v = np.where(u @ signs > 0, 1, -1)
    return best


def discount(row: np.ndarray) -> float:
    """Nats that describing a row as an outer product and its exceptions saves over 256 bits."""
    wrong = 256 - explained(row)
    return max(0, round(16 * (225 * math.log(2) - math.log(math.comb(256, wrong))))) / 16


# Bit 16 i + j of the 13 lowest i^2 + j^2.
KEY = sorted(range(256), key=lambda k: ((k // 16) ** 2 + (k % 16) ** 2, max(k // 16, k % 16)))[:13]


def allowed(one: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Rows whose 13 bits of lowest frequency disagree with a set by no more than 13/8 deviations below a stranger's mean."""
    key = one[KEY]
    against = np.where(signs[:, KEY] == np.sign(key), 0, np.abs(key)).sum(1)
    return against <= max(0, (8 * int(np.abs(key).sum()) - math.isqrt(169 * int((key**2).sum()))) // 16)


def by_definition(weights: Weights, rows: np.ndarray, least: float) -> list[tuple[int, float, int]]:
    """Rows that agree in 48 of the 64 surest bits of some set, each under the set it fits best, best first; of more than 100 000 those allowed."""
    w, bias = weights.array()
    best: dict[int, tuple[float, int]] = {}
    signs = 2 * bits_of(rows) - 1
    off: dict[int, float] = {}
    for number, (one, b) in enumerate(zip(w.astype(int), bias, strict=True)):
        surest = np.argsort(-np.abs(one), kind="stable")[:64]
        agree = (signs[:, surest] == np.where(one[surest] < 0, -1, 1)).sum(1)
        scores = (signs @ one + b) / 16
        looked_at = (agree >= 48) & (allowed(one, signs) if len(rows) > 100_000 else True)
        for row in np.nonzero(looked_at & (scores >= least))[0].tolist():
            fits = float(scores[row]) - off.setdefault(row, discount(rows[row]))
            if fits >= least and (row not in best or fits > best[row][0]):
                best[row] = fits, number
    return sorted(((r, *v) for r, v in best.items()), key=lambda hit: (-hit[1], hit[0]))


def test_search_is_the_definition_on_every_kernel(searched: tuple) -> None:
    weights, rows = searched
    expected = by_definition(weights, rows, 5.0)
    assert expected[0][0] == 1321 and len(expected) > 12
    for kernel in kernels():
        assert PackedRows(rows).search(weights, 5.0, 12, kernel) == expected[:12]
    for row, found, number in expected[:12]:
        assert found == score(weights, number, rows[row].tobytes()) - discount(rows[row])


def claim(weights: Weights) -> float:
    """What a set loses for being sure: nine twentieths of its bias (nats, negative)."""
    return float(weights.array()[1][0]) / 16 * 9 / 20


def test_simple_rows_count_less() -> None:
    """An outer product, and one with errors in 40 places, against rows of chance: the same weights say less of them."""
    rng = np.random.default_rng(5)
    u, v = rng.choice([-1, 1], 16), rng.choice([-1, 1], 16)
    signs = np.repeat(np.outer(u, v).ravel()[None], 3, axis=0)
    signs[1, rng.permutation(256)[:40]] *= -1
    signs[2] = rng.choice([-1, 1], 256)
    rows = np.packbits((signs > 0)[:, ::-1], axis=1)
    plane = Plane(scene(5), GRAY)
    weights = TABLES.weights(plane, whole(plane), (0, 64, 0, 64, 0, 0, 0, 0))
    off = [score(weights, 0, r.tobytes()) + claim(weights) - TABLES.refine(weights, 0, r.tobytes())[0] for r in rows]
    assert explained(rows[0]) == 256 and discount(rows[0]) > 150 and 35 < discount(rows[1]) < 60
    assert off[0] > 90 and off[0] > off[1] > 0 and off[2] <= discount(rows[2]) + 2 < 7


def test_a_sure_set_must_agree_in_more() -> None:
    """A picture's own hash under its whole region: nothing is gained by moving, nine twentieths of the bias are lost."""
    for seed in (5, 11, 20):
        plane = Plane(scene(seed), GRAY)
        weights = TABLES.weights(plane, whole(plane), (0, 64, 0, 64, 0, 0, 0, 0))
        row = region_hashes(plane, whole(plane))[0][0]
        found = TABLES.refine(weights, 0, row)[0]
        assert claim(weights) < -10
        assert -3 < found - (score(weights, 0, row) + claim(weights)) < 12


def disc(cx: float, cy: float, rx: float, ry: float, seed: int) -> np.ndarray:
    """An ellipse with a texture of its own on white; centre and radii in parts of the sides."""
    rng = np.random.default_rng(seed)
    y, x = (np.mgrid[:256, :256] + 0.5) / 256
    texture = 110 + 12 * np.sin(rng.uniform(5, 20) * x + rng.uniform(5, 20) * y) + rng.normal(0, 6, x.shape)
    return np.where(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1, texture, 250.0).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("place", [(0.6, 0.5, 0.3, 0.38), (0.4, 0.6, 0.3, 0.3)])
def test_two_round_things_are_not_one_picture(place: tuple[float, float, float, float], turned: bool) -> None:
    """A planet, a pie and an apricot on white have their outline in common, wherever it lies: that is no match."""
    query, other = disc(*place, 1), disc(*place, 2)
    plane = Plane(query, GRAY)
    turn = 5 if turned else 0
    weights = TABLES.weights(plane, whole(plane), (0, 64, 0, 64, 0, turn, 0, 0))
    turns = [np.ascontiguousarray(t) for o in (other, other.T) for t in (o, o[::-1], o[:, ::-1], o[::-1, ::-1])]
    row = max((exact(t).tobytes() for t in turns), key=lambda r: score(weights, 0, r))
    assert score(weights, 0, row) > 45
    assert TABLES.refine(weights, 0, row)[0] < claim(weights) + 2  # the outline explains all


def test_two_curved_edges_are_not_one_picture() -> None:
    """Parts of discs on a plain ground: what they share is a shape, and fitting a shape is taken off."""
    rng = np.random.default_rng(2)
    y, x = np.mgrid[:200, :260] / 200
    made = []
    for radius in (0.79, 0.792, 0.788):
        picture = np.where((x - 0.1) ** 2 + (y - 1.05) ** 2 < radius**2, 190.0 - 30 * x, 235.0)
        made.append(np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8))
    plane = Plane(made[0], GRAY)
    weights = TABLES.weights(plane, whole(plane), (0, 64, 0, 64, 0, 0, 0, 0))
    for other in made[1:]:
        row = exact(other).tobytes()
        assert score(weights, 0, row) - TABLES.refine(weights, 0, row)[0] > 22


@settings(max_examples=25, deadline=None)
@given(n=st.sampled_from([0, 1, 7, 255, 256, 257, 600]), cap=st.integers(1, 64), seed=st.integers(0, 2**31))
def test_kernels_agree_around_the_block(n: int, cap: int, seed: int) -> None:
    """Rows from the likeliest one to its opposite: around the 48th bit of 64, and in every place of a block."""
    plane = Plane(scene(5), GRAY)
    parts = [(3, 60, 0, 50, 0, 5, 1, 0), (0, 64, 0, 64, 0, 0, 0, 0)]
    weights = TABLES.weights(plane, whole(plane), parts[seed % 2])
    rng = np.random.default_rng(seed)
    likeliest = weights.array()[0][0] > 0
    flipped = rng.random((n, 256)) < rng.uniform(0, 0.6, (n, 1))
    rows = np.packbits((likeliest ^ flipped)[:, ::-1], axis=1)
    expected = by_definition(weights, rows, -300.0)[:cap]
    assert n < 200 or 0 < len(by_definition(weights, rows, -300.0)) < n
    for kernel in kernels():
        assert PackedRows(rows).search(weights, -300.0, cap, kernel) == expected


def test_a_large_list_is_searched_by_its_definition(searched: tuple) -> None:
    """Rows that fit the better the less their keys do, so that what a set allows decides about the best; each kernel."""
    whole_set, _ = searched
    rng, n, count = np.random.default_rng(5), 100_001, 300
    rows = rng.integers(0, 256, (n, 32), np.uint8)
    sets = [
        Weights(whole_set.pointer + 40 + 9 * i, 1, whole_set.planes, whole_set.regions, [whole_set]) for i in range(6)
    ]
    places = rng.permutation(n)[: len(sets) * count].reshape(len(sets), count)
    for one, some in zip(sets, places, strict=True):
        wrong = rng.uniform(0, 0.5, (count, 1))
        flipped = rng.random((count, 256)) < 0.3 * (0.5 - wrong)
        flipped[:, KEY] = rng.random((count, 13)) < wrong
        rows[some] = np.packbits(((one.array()[0][0] > 0) ^ flipped)[:, ::-1], axis=1)
    packed, left_out = PackedRows(rows), 0
    for one, some in zip(sets, places, strict=True):
        expected = by_definition(one, rows, -50.0)[:64]
        left_out += len(
            {int(some[hit[0]]) for hit in by_definition(one, rows[some], -50.0)[:64]} - {hit[0] for hit in expected}
        )
        for kernel in kernels():
            assert packed.search(one, -50.0, 64, kernel) == expected
    assert left_out > 60, "of the best that a full search finds"


def test_large_packed_rows_that_are_damaged() -> None:
    rows = strangers(100_001, 4)
    plane = Plane(scene(5), GRAY)
    weights = TABLES.weights(plane, whole(plane), (0, 64, 0, 64, 0, 0, 0, 0))
    packed = PackedRows(rows)
    assert packed.search(weights, -300.0, 5)
    size, raw = lib.pdql_uncrop_packed_size(100_001), packed._packed
    assert size == 391 * 8192 + 4 * 100_001 and lib.pdql_uncrop_packed_size(100_000) == 391 * 8192
    hits, count, work = ffi.new("pdql_uncrop_hit[]", 5), ffi.new("size_t *"), lib.pdql_uncrop_search_size(100_001)
    memory = ffi.new("uint64_t[]", work // 8 + 1)

    def status(where: object, room: int) -> int:
        return int(
            lib.pdql_uncrop_search(
                kernels()[0].pointer, weights.pointer, 1, raw, 100_001, -4800, where, room, hits, 5, count
            )
        )

    assert status(memory, work) == lib.PDQL_OK
    assert status(memory, work - 1) == lib.PDQL_ERR_SPACE and status(ffi.NULL, work) == lib.PDQL_ERR_ARG
    view = ffi.buffer(raw, size)
    good = bytes(view)
    view[391 * 8192 :] = b"\xff" * (4 * 100_001)  # no row has such a number
    assert status(memory, work) == lib.PDQL_ERR_BLOCK
    view[:] = good
    view[8192:16384] = (b"\x01" + bytes(31)) * 256  # keys that fall: all ones, then zeros
    assert status(memory, work) == lib.PDQL_ERR_BLOCK
    view[:] = good
    assert status(memory, work) == lib.PDQL_OK


@pytest.mark.parametrize("inverted", [0, 1])
@pytest.mark.parametrize("turn", range(8))
def test_turned_and_inverted_originals(turn: int, inverted: int) -> None:
    """The original was mirrored (1), flipped (2), transposed (4), inverted: the weights speak of it as it lay."""
    pixels = scene(7, 400, 520)
    shown = pixels[:, ::-1] if turn & 1 else pixels
    shown = shown[::-1] if turn & 2 else shown
    shown = shown.T if turn & 4 else shown
    shown = 255 - shown if inverted else shown
    h, w = shown.shape
    crop = shown[h * 8 // 64 : h * 60 // 64, w * 3 // 64 : w * 61 // 64]
    plane = Plane(np.ascontiguousarray(crop), GRAY)
    weights = TABLES.weights(plane, whole(plane), (3, 61, 8, 60, 0, turn, inverted, 0))
    assert score(weights, 0, exact(pixels).tobytes()) > 40
    wrong = TABLES.weights(plane, whole(plane), (3, 61, 8, 60, 0, turn, 1 - inverted, 0))
    assert score(wrong, 0, exact(pixels).tobytes()) < 0


@pytest.mark.parametrize(
    "cut", [(0.05, 0.95, 0.05, 0.95), (0, 0.8, 0.1, 0.9), (0.2, 0.95, 0, 0.85), (0.13, 0.9, 0.21, 1)]
)
def test_refinement_finds_the_place(cut: tuple[float, float, float, float]) -> None:
    right = 0
    for seed in range(5):
        pixels = scene(20 + seed, 480, 640)
        x0, x1, y0, y1 = (round(v * s) for v, s in zip(cut, (640, 640, 480, 480), strict=True))
        plane = Plane(pixels[y0:y1, x0:x1], GRAY)
        rows = strangers(3000, seed)
        rows[77] = exact(pixels)
        weights = TABLES.hypotheses(plane, find_regions(plane), rotations=False)
        hits = PackedRows(rows).search(weights, 8.0)
        if not hits or hits[0][0] != 77:
            continue
        found, place = TABLES.refine(weights, hits[0][2], rows[77].tobytes())
        assert found >= hits[0][1] + 0.6 * weights.array()[1][hits[0][2]] / 16
        sx, sy = plane.width / (x1 - x0), plane.height / (y1 - y0)
        expected = (-x0 * sx, (640 - x0) * sx, -y0 * sy, (480 - y0) * sy)
        off = np.abs(np.array([place.x0, place.x1, place.y0, place.y1]) - expected)
        right += bool(found > 30 and off.max() < 0.06 * max(plane.width, plane.height))
    assert right >= 3


@pytest.mark.parametrize("angle", [-6, 4])
def test_small_rotations(angle: float) -> None:
    from skimage.transform import rotate

    pixels = scene(31, 480, 640)
    turned = np.round(255 * rotate(pixels / 255, angle, cval=0.4)).astype(np.uint8)
    plane = Plane(turned, GRAY)
    rows = strangers(3000, 3)
    rows[9] = exact(pixels)
    weights = TABLES.hypotheses(plane, find_regions(plane))
    row, _, number = PackedRows(rows).search(weights)[0]
    assert row == 9 and TABLES.refine(weights, number, rows[9].tobytes())[0] > 30
    assert weights.part(number)[7] != 0


def test_strangers_stay_under() -> None:
    """30 000 pairs of unrelated scenes and hashes: none near the scores of copies."""
    rows = strangers(3000, 8)
    packed, top = PackedRows(rows), 0.0
    for seed in range(10):
        plane = Plane(scene(100 + seed), GRAY)
        weights = TABLES.hypotheses(plane, find_regions(plane))
        for row, _, number in packed.search(weights):
            top = max(top, TABLES.refine(weights, number, rows[row].tobytes())[0])
    assert top < 25


@pytest.mark.parametrize("shape", [(1, 300), (300, 1), (11, 72), (8, 35), (35, 8), (2, 250)])
def test_thin_pictures_stay_inside_their_planes(shape: tuple[int, int]) -> None:
    """Turned rectangles of a thin plane reach past its edges: they must not be looked at."""
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    for _ in range(5):
        plane = Plane(pixels, GRAY)
        weights = TABLES.hypotheses(plane, find_regions(plane))
        assert len(weights) > 0 and np.abs(weights.array()[0]).max() <= 31


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**32), st.booleans())
def test_any_picture_has_bounded_hypotheses(height: int, width: int, seed: int, flat: bool) -> None:
    rng = np.random.default_rng(seed)
    pixels = (
        np.full((height, width), seed % 256, np.uint8)
        if flat
        else rng.integers(0, 256, (height, width), dtype=np.uint8)
    )
    plane = Plane(pixels, GRAY)
    weights = TABLES.hypotheses(plane, find_regions(plane))
    w, bias = weights.array()
    assert 0 < len(weights) <= 2 * 2048 and np.abs(w).max() <= 31 and (bias <= 0).all()
    if flat:
        assert not PackedRows(strangers(200, 1)).search(weights, 12.0)
    TABLES.refine(weights, len(weights) - 1, b"\x55" * 32)


def test_mistakes_are_refused() -> None:
    plane = Plane(scene(1), GRAY)
    for part in [
        (0, 19, 0, 64, 0, 0, 0, 0),
        (0, 65, 0, 64, 0, 0, 0, 0),
        (0, 64, 0, 64, 0, 8, 0, 0),
        (0, 64, 0, 64, 0, 0, 2, 0),
    ]:
        with pytest.raises(errors.ArgumentError):
            TABLES.weights(plane, whole(plane), part)
    good = TABLES.weights(plane, whole(plane), (0, 64, 0, 64, 0, 0, 0, 0))
    with pytest.raises(errors.ArgumentError):
        PackedRows(strangers(5, 1)).search(good, 0.0, 65)
    with pytest.raises(errors.ShapeError):
        PackedRows(np.zeros((3, 31), np.uint8))
    with pytest.raises(errors.ArgumentError):
        score(good, 1, b"\0" * 32)


def test_frames_hash_near_their_weights() -> None:
    plane = Plane(scene(2), GRAY)
    weights = TABLES.weights(plane, whole(plane), (0, 64, 0, 64, 0, 0, 0, 0))
    own = region_hashes(plane, whole(plane))[0][0]
    assert score(weights, 0, own) > 80


def furniture(seed: int) -> np.ndarray:
    """Bars, a page with text lines, a test card, a bubble: few shapes, the same in thousands of pictures."""
    rng = np.random.default_rng(seed)
    out = np.full((300, 400), int(rng.choice([0, 16, 245, 255])), np.uint8)
    kind = seed % 4
    if kind == 0:
        at, tall = rng.integers(10, 200), rng.integers(20, 100)
        out[at : at + tall] = rng.integers(60, 200)
    elif kind == 1:
        for row in range(int(rng.integers(8, 30)), 290, int(rng.integers(14, 26))):
            out[row : row + 7, 30 : int(rng.integers(120, 380))] = 255 - out[0, 0]
    elif kind == 2:
        out[:] = np.repeat(rng.permutation(np.linspace(16, 235, 8)), 50).astype(np.uint8)
    else:
        y, x = rng.integers(10, 150, 2)
        out[y : y + 90, x : x + 200] = rng.integers(90, 180)
    return out


def test_furniture_does_not_match_furniture() -> None:
    """16 x 240 pairs of flat designs, under all hypotheses: no score that a decision would act on."""
    rows = np.array([exact(furniture(1000 + s)) for s in range(240)])
    packed, top = PackedRows(rows), 0.0
    for seed in range(16):
        plane = Plane(furniture(seed), GRAY)
        weights = TABLES.hypotheses(plane, find_regions(plane), rotations=False)
        for row, _, number in packed.search(weights, 15.0, 4):
            if (rows[row] != exact(furniture(seed))).any():
                top = max(top, TABLES.refine(weights, number, rows[row].tobytes())[0])
    assert top < 36
