"""
Keypoint signatures: what the record says, what survives edits, what does not match.

Pictures are drawn from a seed; photographs are used where PDQLITE_EXTERNAL is set.
"""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from pdqlite import errors
from pdqlite.native.core import kernels
from pdqlite.native.keypoints import KeypointIndex, KeypointQuery, keypoint_signature
from support.keypoints import check_signature

THRESHOLD = 35.0  # nats


def plane(picture: Image.Image) -> np.ndarray:
    """Return the plane of a picture: about 65 536 cells, by Pillow's box filter."""
    width, height = picture.size
    scale = (65536 / (width * height)) ** 0.5
    size = max(16, int(width * scale)), max(16, int(height * scale))
    return np.asarray(picture.convert("L").resize(size, Image.Resampling.BOX)).astype(np.uint16) * 256


def scene(seed: int, size: tuple[int, int] = (480, 360)) -> Image.Image:
    """Return a drawn scene of many soft and hard shapes, none like another."""
    rng = np.random.default_rng(seed)
    noise = sum(
        np.asarray(
            Image.fromarray(rng.uniform(0, 255, (n, n)).astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
        )
        / (1 + k)
        for k, n in enumerate((4, 9, 20, 45))
    )
    grey = (noise - noise.min()) / np.ptp(noise) * 255
    picture = Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for _ in range(25):
        x, y = rng.uniform(0, size[0]), rng.uniform(0, size[1])
        w, h = rng.uniform(6, 60, 2)
        draw.ellipse((x, y, x + w, y + h), fill=tuple(int(v) for v in rng.integers(0, 256, 3)))
    return picture


SCENES = [scene(s) for s in range(12)]
SIGNATURES = [keypoint_signature(plane(s), 48) for s in SCENES]
INDEX = KeypointIndex(SIGNATURES)


def cropped(p: Image.Image, part: float) -> Image.Image:
    """Return the middle of a picture."""
    w, h = p.size
    x, y = w * (1 - part) / 2, h * (1 - part) / 2
    return p.crop((int(x), int(y), int(w - x), int(h - y)))


EDITS = {
    "same": (lambda p: p, 0, False),
    "crop to 70 % of each side": (lambda p: cropped(p, 0.7), 0, False),
    "mirrored": (lambda p: p.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 1, False),
    "upside down": (lambda p: p.transpose(Image.Transpose.ROTATE_180), 3, False),
    "transposed": (lambda p: p.transpose(Image.Transpose.TRANSPOSE), 4, False),
    "inverted": (lambda p: p.point(lambda v: 255 - v), 0, True),
    "inverted, mirrored, cropped": (
        lambda p: cropped(p, 0.8).transpose(Image.Transpose.FLIP_LEFT_RIGHT).point(lambda v: 255 - v), 1, True),
    "turned by 8 degrees": (lambda p: p.rotate(8, Image.Resampling.BICUBIC), 0, False),
    "half as wide again": (lambda p: p.resize((p.width * 5 // 4, p.height)), 0, False),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_copy_is_found_and_how_it_was_turned(name: str) -> None:
    edit, turn, inverted = EDITS[name]
    for i in range(6):
        hits = INDEX.search(KeypointQuery(plane(edit(SCENES[i]))), THRESHOLD)
        assert [h.entry for h in hits] == [i], name
        assert (hits[0].turn, hits[0].inverted) == (turn, inverted)


def test_the_model_says_where_the_original_lies() -> None:
    """A crop from 20..80 % sends x of the original to (x - 0.2) / 0.6, mirrored to 1 - that."""
    for mirror in (False, True):
        p = cropped(SCENES[3], 0.6)
        p = p.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirror else p
        (hit,) = INDEX.search(KeypointQuery(plane(p)), THRESHOLD)
        a, b, c, d, e, f = hit.model
        want = (
            (-1 / 0.6, 0, 1 + 0.2 / 0.6, 0, 1 / 0.6, -0.2 / 0.6) if mirror else (1 / 0.6, 0, -1 / 3, 0, 1 / 0.6, -1 / 3)
        )
        assert np.allclose((a, b, c, d, e, f), want, atol=0.05)


def test_the_index_scores_as_a_full_comparison_does() -> None:
    query = KeypointQuery(plane(cropped(SCENES[5], 0.75)))
    (hit,) = INDEX.search(query, THRESHOLD)
    full = [query.compare(s) for s in SIGNATURES]
    assert max(range(len(full)), key=lambda i: full[i].score if full[i] else 0) == hit.entry
    assert full[5].score == hit.score and full[5].model == hit.model


@given(st.integers(0, 2**32), st.integers(1, 80), st.integers(1, 80), st.integers(1, 48))
@settings(max_examples=60, deadline=None)
def test_records_have_one_encoding_and_their_size(seed: int, rows: int, cols: int, most: int) -> None:
    """Any plane gives a record of 3 + 11 n bytes, n <= most, strictly sorted, that passes the check."""
    p = np.random.default_rng(seed).integers(0, 65281, (rows, cols)).astype(np.uint16)
    record = keypoint_signature(p, most)
    points = [record[i : i + 11] for i in range(3, len(record), 11)]
    assert record[0] == 1 and record[1] == len(points) <= most
    assert points == sorted(set(points))
    assert all(18 <= point[2] >> 1 <= 69 for point in points)
    check_signature(record)
    KeypointQuery(p).compare(record)


def test_inverting_flips_every_descriptor_bit_and_the_polarity() -> None:
    """Against the definition: same places and scales; nearly all coefficients change sign."""
    p = plane(SCENES[0])
    read = lambda r: {r[i : i + 2] + bytes([r[i + 2] ^ flip]): r[i + 3 : i + 11] for i in range(3, len(r), 11)}
    flip = 0
    one = read(keypoint_signature(p, 48))
    flip = 1
    two = read(keypoint_signature(65280 - p, 48))
    assert len(one.keys() & two.keys()) >= 40
    off = [sum((a ^ b ^ 255).bit_count() for a, b in zip(one[k], two[k], strict=True)) for k in one.keys() & two.keys()]
    assert sum(off) <= len(off)  # under one bit a blob, from rounding


@pytest.mark.parametrize("table", kernels(), ids=repr)
def test_every_kernel_makes_the_same_bytes(table: object) -> None:
    for s in SCENES[:4]:
        assert keypoint_signature(plane(s), 48, table) == keypoint_signature(plane(s), 48, kernels()[-1])
        query = KeypointQuery(plane(cropped(s, 0.8)), table)
        plain = KeypointQuery(plane(cropped(s, 0.8)), kernels()[-1])
        assert INDEX.search(query) == INDEX.search(plain)


def test_flat_pictures_have_no_blobs_and_match_nothing() -> None:
    flat = np.full((256, 256), 128 * 256, np.uint16)
    assert keypoint_signature(flat) == bytes([1, 0, 128])
    assert INDEX.search(KeypointQuery(flat)) == []
    assert KeypointIndex([keypoint_signature(flat), b""]).search(KeypointQuery(plane(SCENES[0]))) == []
    assert KeypointIndex([]).search(KeypointQuery(plane(SCENES[0]))) == []


def page(seed: int) -> Image.Image:
    """Return a low-information picture: a page, grid, test card, chart or logo."""
    rng = np.random.default_rng(seed)
    ink, paper = (int(v) for v in rng.choice([(0, 255), (255, 0), (40, 230)]))
    picture = Image.new("RGB", (480, 360), (paper,) * 3)
    draw = ImageDraw.Draw(picture)
    kind, step = seed % 5, int(rng.integers(16, 60))
    if kind == 0:
        for y in range(10, 350, 14):
            word = "".join(chr(c) for c in rng.integers(97, 123, 70))
            draw.text((10, y), "".join(" " if rng.random() < 0.2 else c for c in word), fill=(ink,) * 3)
    elif kind == 1:
        for v in range(0, 480, step):
            draw.line((v, 0, v, 360), fill=(ink,) * 3, width=2)
            draw.line((0, v, 480, v), fill=(ink,) * 3, width=2)
    elif kind == 2:
        for i, x in enumerate(range(0, 480, step)):
            draw.rectangle((x, 0, x + step, 240), fill=tuple(255 * (i >> b & 1) for b in range(3)))
        draw.ellipse((180, 90, 300, 210), outline=(ink,) * 3, width=4)
    elif kind == 3:
        for i, x in enumerate(range(30, 450, step)):
            draw.rectangle((x, 340 - int(rng.integers(20, 300)), x + step // 2, 340), fill=(ink, 80 * i % 255, 128))
    else:
        draw.ellipse((240 - step * 2, 180 - step * 2, 240 + step * 2, 180 + step * 2), fill=(ink,) * 3)
        draw.polygon([(240, 180 - step), (240 + step, 180 + step), (240 - step, 180 + step)], fill=(200, 30, 30))
    return picture


def test_low_information_does_not_match_photographs_or_scenes() -> None:
    for seed in range(100):
        assert INDEX.search(KeypointQuery(plane(page(seed))), THRESHOLD) == []


def test_pages_of_text_and_other_kinds_of_drawing_do_not_match() -> None:
    """No page of text matches another; no grid, card, chart or logo matches another kind."""
    pages = KeypointIndex([keypoint_signature(plane(page(s))) for s in range(200)])
    for seed in range(200, 240):
        hits = pages.search(KeypointQuery(plane(page(seed))), THRESHOLD)
        assert all(h.entry % 5 == seed % 5 != 0 for h in hits)


def test_a_shared_overlay_is_no_match() -> None:
    """The same badge on different pictures: its few blobs agree, the rest does not."""
    badge = scene(99, (60, 60))

    def branded(p: Image.Image) -> Image.Image:
        p = p.copy()
        p.paste(badge, (10, 10))
        return p

    index = KeypointIndex([keypoint_signature(plane(branded(s)), 48) for s in SCENES[:6]])
    for other in SCENES[6:]:
        assert index.search(KeypointQuery(plane(branded(other))), THRESHOLD) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda r: b"",
        lambda r: r[:-1],
        lambda r: r + b"\0",
        lambda r: bytes([2]) + r[1:],
        lambda r: r[:1] + bytes([49]) + r[2:],
        lambda r: r[:3] + r[14:25] + r[3:14] + r[25:],
        lambda r: r[:14] + r[3:14] + r[25:],
        lambda r: r[:5] + bytes([17 << 1]) + r[6:],
    ],
)
def test_damaged_records_are_refused(damage) -> None:
    bad = damage(SIGNATURES[0])
    with pytest.raises(errors.ArgumentError):
        check_signature(bad)
    with pytest.raises(errors.ArgumentError):
        KeypointQuery(plane(SCENES[0])).compare(bad)
    if bad:
        with pytest.raises(errors.ArgumentError):
            KeypointIndex([bad])


def test_a_damaged_block_is_told_or_harmless() -> None:
    """Every byte of the header and a sample of the rest, changed: an error or hits, nothing else."""
    query = KeypointQuery(plane(SCENES[0]))
    rng = np.random.default_rng(3)
    told = 0
    for trial in range(400):
        raw = INDEX.block.view(np.uint8).copy()
        at = trial % 32 if trial < 96 else int(rng.integers(0, len(raw)))
        raw[at : at + 1 + 7 * (trial % 2)] ^= rng.integers(1, 256, dtype=np.uint8)
        try:
            KeypointIndex.open(raw.data).search(query)
        except errors.IndexBlockError:
            told += 1
    assert told > 96


def test_a_saved_block_opens_to_the_same_answers(tmp_path: Path) -> None:
    """Saved, mapped, read, from bytes, pickled: the same block, the same hits."""
    query = KeypointQuery(plane(cropped(SCENES[2], 0.7)))
    want = INDEX.search(query)
    file = tmp_path / "local.index"
    INDEX.save(file)
    INDEX.save(file)  # again, over itself
    assert [p.name for p in tmp_path.iterdir()] == ["local.index"]
    opened = [
        KeypointIndex.load(file),
        KeypointIndex.open(file, mmap=False),
        KeypointIndex.open(INDEX.block.tobytes()),
        KeypointIndex.open(memoryview(b"abc" + INDEX.block.tobytes())[3:]),
        pickle.loads(pickle.dumps(INDEX)),
    ]
    for index in opened:
        assert (
            len(index) == len(SCENES) and index.block.tobytes() == INDEX.block.tobytes() and index.search(query) == want
        )


@pytest.mark.parametrize("damage", [
    lambda b: b"", lambda b: b[:8], lambda b: b[:-8], lambda b: b[:-1], lambda b: b"x" + b[1:],
    lambda b: b[:4] + b"\xff" + b[5:], lambda b: b[::-1],
])  # fmt: skip
def test_a_cut_or_foreign_block_is_refused(damage, tmp_path: Path) -> None:
    bad = damage(INDEX.block.tobytes())
    (tmp_path / "bad").write_bytes(bad)
    with pytest.raises(errors.IndexBlockError):
        KeypointIndex.open(bad)
    with pytest.raises(errors.IndexBlockError):
        KeypointIndex.load(tmp_path / "bad")
    with pytest.raises(errors.UnreadableError):
        KeypointIndex.load(tmp_path / "none")


def test_marks_are_compared_by_their_definition() -> None:
    """Every kernel gives the index's answers on blobs that differ from the query's in chosen bits."""
    query = KeypointQuery(plane(SCENES[1]))
    blobs = [SIGNATURES[1][i : i + 11] for i in range(3, len(SIGNATURES[1]), 11)]
    rng = np.random.default_rng(11)
    noisy = []
    for flips in range(24):
        points = set()
        for blob in blobs:
            bits = int.from_bytes(blob[3:], "little")
            for b in rng.choice(64, flips, replace=False):
                bits ^= 1 << int(b)
            points.add(blob[:3] + bits.to_bytes(8, "little"))
        noisy.append(bytes([1, len(points), SIGNATURES[1][2]]) + b"".join(sorted(points)))
    found = {table.name: KeypointIndex(noisy, table).search(query, limit=256) for table in kernels()}
    assert all(hits == found["portable"] for hits in found.values())
    assert {h.entry for h in found["portable"]} >= set(range(6))  # under 6 of 64 bits off: well within reach


def test_wrong_arguments_are_told() -> None:
    with pytest.raises(errors.ShapeError):
        keypoint_signature(np.zeros((10, 10), np.uint8))
    with pytest.raises(errors.ShapeError):
        KeypointQuery(np.zeros((0, 10), np.uint16))
    with pytest.raises(errors.ShapeError):
        keypoint_signature(np.zeros((400, 400), np.uint16))
    with pytest.raises(errors.ArgumentError):
        keypoint_signature(plane(SCENES[0]), 49)
    with pytest.raises(errors.ArgumentError):
        INDEX.search(KeypointQuery(plane(SCENES[0])), turns=0)


def test_photographs_survive_a_heavy_crop_and_strangers_do_not_match() -> None:
    external = os.environ.get("PDQLITE_EXTERNAL")
    if not external:
        pytest.skip("PDQLITE_EXTERNAL is not set: no photographs")
    files = sorted((Path(external) / "media" / "photos").iterdir())[:60]
    planes = [plane(Image.open(f)) for f in files]
    index = KeypointIndex([keypoint_signature(p, 32) for p in planes[:40]])
    found = 0
    for i, file in enumerate(files):
        hits = index.search(KeypointQuery(plane(cropped(Image.open(file).convert("RGB"), 0.7))), THRESHOLD)
        assert all(h.entry == i for h in hits)
        found += bool(hits)
    assert found >= 38
