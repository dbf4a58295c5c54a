"""Matcher: real photos against a list that holds them: turned, inverted, flat, as frames."""

import dataclasses

import numpy as np
import pytest

from pdqlite.errors import ArgumentError, ShapeError
from pdqlite.hashing import hash_luma, hash_pixels
from pdqlite.index import Index
from pdqlite.matching import Matcher
from pdqlite.native import matcher as native
from pdqlite.native.core import ffi, lib
from pdqlite.types import Entries, MatchPolicy

data = pytest.importorskip("skimage.data", reason="the test extra brings the photos")
PHOTOS = ("astronaut", "coffee", "chelsea", "rocket", "camera")
rng = np.random.default_rng(11)


def luma(name):
    picture = getattr(data, name)()
    return picture if picture.ndim == 2 else picture[..., :3].mean(axis=2).astype(np.uint8)


def entries(hashes, flags=0, video=None, time_ms=None):
    n = len(hashes)
    rows = np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32)
    return Entries(
        rows, np.full(n, 4, np.uint16), np.full(n, 3, np.uint16), np.full(n, flags, np.uint8),
        np.array([h.quality for h in hashes], np.uint8), video, time_ms,
    )  # fmt: skip


@pytest.fixture(scope="module")
def matcher():
    return Matcher(entries([hash_pixels(luma(name)) for name in PHOTOS]))


TURNS = {
    "as is": lambda p: p,
    "turned 90": lambda p: np.rot90(p, -1),
    "turned 180": lambda p: p[::-1, ::-1],
    "turned 270": lambda p: np.rot90(p),
    "flipped": lambda p: p[::-1],
    "mirrored": lambda p: p[:, ::-1],
    "transposed": lambda p: p.T,
    "transposed back": lambda p: p[::-1, ::-1].T,
}


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("name", PHOTOS)
def test_a_turned_or_inverted_copy_is_found_and_where_says_how(matcher, name, turn, inverted):
    """The orientation named is the one that brings the copy back to the original."""
    copy = TURNS[turn](luma(name))
    decision = matcher.match_pixels(255 - copy if inverted else copy)
    assert decision.matched and decision.entry == PHOTOS.index(name)
    assert (decision.where.orientation, decision.where.inverted) == (turn, inverted)
    assert decision.distance <= 8 and decision.rate < 1e-9 and decision.neg_log10_fpr > 9
    assert (decision.categories, decision.sources, decision.tier) == (4, 3, 1)


def test_strangers_do_not_match(matcher):
    for name in ("coins", "moon", "brick", "grass", "gravel", "page", "text", "hubble_deep_field"):
        assert matcher.match_pixels(luma(name)).verdict == "no match"


def test_policy_chooses_what_is_looked_for():
    picture = luma("coffee")
    listed = entries([hash_pixels(picture)])
    plain = Matcher(listed, MatchPolicy(turned=False, inverted=False))
    assert plain.match_pixels(picture).matched
    assert not plain.match_pixels(picture[:, ::-1]).matched
    assert not plain.match_pixels(255 - picture).matched
    assert Matcher(listed, MatchPolicy(turned=False)).match_pixels(255 - picture).matched


def test_distance_is_capped_by_list_and_policy():
    """An entry d bits away matches if and only if d is within the smallest of the three caps."""
    picture = luma("camera")
    own = hash_pixels(picture)
    for distance in (20, 21, 31, 32, 40):
        bits = np.unpackbits(np.frombuffer(own.bits, np.uint8))
        bits[rng.choice(256, distance, replace=False)] ^= 1
        listed = entries([dataclasses.replace(own, bits=np.packbits(bits).tobytes())])
        for radius, cap in ((None, 31), (20, 31), (None, 40), (40, 31)):
            decision = Matcher(listed, MatchPolicy(radius=radius, uncrop_entries=0), cap).match_pixels(picture)
            assert decision.matched == (distance <= min(cap, 256 if radius is None else radius))


def test_a_rarer_false_match_rate_asks_for_a_nearer_copy():
    picture = luma("camera")
    own = hash_pixels(picture)
    bits = np.unpackbits(np.frombuffer(own.bits, np.uint8))
    bits[rng.choice(256, 50, replace=False)] ^= 1
    listed = entries([dataclasses.replace(own, bits=np.packbits(bits).tobytes())])
    assert Matcher(listed, MatchPolicy(picture_rate=1e-7), 256).match_pixels(picture).matched
    assert not Matcher(listed, MatchPolicy(picture_rate=1e-10), 256).match_pixels(picture).matched


def test_a_nearer_negative_entry_wins():
    """A look-alike on the negative side suppresses what is farther; what is nearer stands."""
    picture = luma("coffee")
    own = hash_pixels(picture)
    bits = np.unpackbits(np.frombuffer(own.bits, np.uint8))
    bits[:10] ^= 1
    far = dataclasses.replace(own, bits=np.packbits(bits).tobytes())
    for first, second, verdict in ((far, own, "negated"), (own, far, "match")):
        listed = entries([first, second])
        listed = dataclasses.replace(listed, flags=np.array([0, 1], np.uint8))
        decision = Matcher(listed).match_pixels(picture)
        assert (decision.verdict, decision.entry) == (verdict, 0)


@pytest.mark.parametrize("flat", [
    np.zeros((100, 100), np.uint8), np.full((300, 200), 255, np.uint8),
    np.tile(np.linspace(0, 9, 200).astype(np.uint8), (200, 1)),
])  # fmt: skip
def test_flat_pictures_never_match_even_themselves(flat):
    decision = Matcher(entries([hash_pixels(flat)])).match_pixels(flat)
    assert not decision.matched and decision.quality < 50
    video = ((flat, float(t)) for t in range(9))
    assert not Matcher(entries([hash_pixels(flat)])).match_frames(video).matched


def moving(name, seconds, rate, start=0.0):
    """A window of 200 x 200 that pans over a photo: one view after another, as a camera sees it."""
    photo = luma(name)
    for i in range(int(seconds * rate)):
        t = start + i / rate
        x = int((photo.shape[1] - 200) * (0.5 + 0.5 * np.sin(t / 3)))
        y = int((photo.shape[0] - 200) * (0.5 + 0.5 * np.cos(t / 5)))
        yield photo[y : y + 200, x : x + 200], t


def video_list(names=("astronaut", "rocket"), rate=8):
    hashes, videos, times = [], [], []
    for number, name in enumerate(names):
        for frame, t in moving(name, 12, rate):
            hashes.append(hash_luma(frame))
            videos.append(number)
            times.append(round(t * 1000))
    return entries(hashes, 2, np.array(videos, np.uint32), np.array(times, np.uint32))


@pytest.fixture(scope="module")
def videos():
    return Matcher(video_list(), max_distance=60)


@pytest.mark.parametrize("phase", [0.0, 0.0625, 0.03])
def test_a_clip_is_found_at_any_sampling_phase(videos, phase):
    start = 3 + phase
    clip = [(f, round(t - start, 6) + 0.0) for f, t in moving("rocket", 5, 2, start)]
    decision = videos.match_frames(clip)
    assert decision.matched and decision.video == 1 and decision.frames == 10
    assert decision.agreeing >= 8  # the last two show the sky alone: too flat
    assert decision.span == (0.0, 3.5)
    assert decision.entry_span == pytest.approx((start, start + 3.5), abs=0.3)
    assert decision.agreeing == len(decision.frame_matches)
    assert {m.time for m in decision.frame_matches} <= {t for _, t in clip}


def test_a_strange_clip_is_not_found(videos):
    assert videos.match_frames(moving("coffee", 10, 2)).verdict == "no match"


def test_stopping_early_takes_no_more_frames_than_it_needs(videos):
    frames = iter(list(moving("astronaut", 10, 2)))
    decision = videos.match_frames(frames, stop_early=True)
    assert decision.matched and decision.frames < 10
    assert next(frames)[1] == decision.frames / 2


def test_a_still_shown_as_video_is_found(matcher):
    decision = matcher.match_frames((luma("chelsea"), t / 2) for t in range(4))
    assert decision.matched and decision.entry == 2 and decision.video is None
    assert decision.entry_span is None and decision.agreeing == 4


def test_one_frame_is_enough_if_it_is_a_match_as_a_picture(matcher):
    """Of three views each may use a third of the rate of pictures; one that is only near needs a second frame."""
    frames = [(luma("coins"), 0.0), (luma("chelsea"), 1.0), (luma("brick"), 2.0)]
    found, picture = matcher.match_frames(frames), matcher.match_pixels(luma("chelsea"))
    assert found.matched and (found.entry, found.frames, found.agreeing) == (picture.entry, 3, 1)
    assert found.time == 1.0 and found.span == (1.0, 1.0)
    assert found.rate == pytest.approx(3 * picture.rate, rel=0.03)
    strict = Matcher(matcher.entries, MatchPolicy(picture_rate=picture.rate * 2, regions=False, keypoints=False))
    assert strict.match_pixels(luma("chelsea")).matched and not strict.match_frames(frames).matched
    assert strict.match_frames(frames[1:2]).matched, "the only view may use all of it"


@pytest.mark.parametrize("colour", [0, 255, 90])
def test_a_picture_in_a_border_is_found_and_where_says_where(matcher, colour):
    photo = luma("coffee")
    framed = np.full((photo.shape[0] + 120, photo.shape[1] + 200), colour, np.uint8)
    framed[40 : 40 + photo.shape[0], 150 : 150 + photo.shape[1]] = photo
    decision = matcher.match_pixels(framed)
    assert decision.matched and decision.entry == PHOTOS.index("coffee")
    h, w = framed.shape
    true = (150 / w, 40 / h, (150 + photo.shape[1]) / w, (40 + photo.shape[0]) / h)
    where = decision.where
    assert (where.left, where.top, where.right, where.bottom) == pytest.approx(true, abs=0.015)
    assert not Matcher(matcher.entries, MatchPolicy(regions=False)).match_pixels(framed).matched


def test_parts_of_the_rate_add_up_to_no_more_than_all_of_it():
    """Bonferroni: over the views of any picture, 1/views sums to at most 1."""
    for policy in (MatchPolicy(), MatchPolicy(turned=False), MatchPolicy(inverted=False, regions=False)):
        views = Matcher(entries([]), policy).views(luma("page"))
        assert sum(1 / view.trials for view in views) <= 1 + 1e-9
        assert len({view.number for view in views}) == len(views)
        assert max(view.number for view in views) < 256


def test_files_match_like_their_pixels(tmp_path, matcher):
    from pdqlite.media import write_picture, write_video

    write_picture(tmp_path / "a.jpg", luma("chelsea"))
    decision = matcher.match_image(tmp_path / "a.jpg")
    assert decision.matched and decision.entry == 2
    assert matcher.match_image((tmp_path / "a.jpg").read_bytes()) == decision
    frames = [np.repeat(f[..., None], 3, axis=2) for f, _ in moving("rocket", 8, 10)]
    write_video(tmp_path / "v.mp4", frames, fps=10)
    found = Matcher(video_list(), max_distance=60).match_video(tmp_path / "v.mp4")
    assert found.matched and found.video == 1 and found.span[1] > 5


def test_an_empty_list_and_an_empty_video(matcher):
    assert Matcher(entries([])).match_pixels(luma("camera")).verdict == "no match"
    assert matcher.match_frames([]).verdict == "no match"


@pytest.mark.parametrize(("pixels", "seconds", "error"), [
    (np.zeros((9, 9)), 0.0, ShapeError), (np.zeros((9, 9, 2), np.uint8), 0.0, ShapeError),
    (np.zeros((4, 9), np.uint8), 0.0, ShapeError),
    (np.zeros((9, 9), np.uint8), -1.0, ArgumentError),
    (np.zeros((9, 9), np.uint8), float("nan"), ArgumentError),
    (np.zeros((9, 9), np.uint8), 1e9, ArgumentError),
])  # fmt: skip
def test_bad_frames_are_refused(matcher, pixels, seconds, error):
    with pytest.raises(error):
        matcher.match_frames([(pixels, seconds)])


@pytest.mark.parametrize("change", [
    {"picture_rate": 0}, {"video_rate": 2}, {"radius": 257}, {"min_quality": -1}, {"frames": 0},
])  # fmt: skip
def test_bad_policies_are_refused(matcher, change):
    with pytest.raises(ArgumentError):
        Matcher(matcher.entries, MatchPolicy(**change))
    with pytest.raises(ArgumentError):
        Matcher(matcher.entries, max_distance=257)


def test_parts_and_turned_parts_are_found_by_plain_hashes_alone():
    """Un-cropping: a tenth cut off each side, turned a little or mirrored, against hashes without keypoint signatures."""
    from PIL import Image

    photo = luma("astronaut")
    listed = entries([hash_pixels(luma(name)) for name in ("coffee", "astronaut", "camera")])
    h, w = photo.shape
    cut = photo[h // 20 : -h // 20, w // 20 : -w // 20]
    turned = np.asarray(Image.fromarray(photo).rotate(4, Image.Resampling.BILINEAR, fillcolor=128))
    for query in (cut, cut[:, ::-1], 255 - cut, turned):
        decision = Matcher(listed).match_pixels(np.ascontiguousarray(query))
        assert decision.matched and decision.entry == 1 and decision.rate <= 1e-7
        assert not Matcher(listed, MatchPolicy(uncrop_entries=0), 31).match_pixels(np.ascontiguousarray(query)).matched
    assert not Matcher(listed).match_pixels(luma("chelsea")).matched


def test_a_part_is_found_in_a_large_list_too():
    """There is no cliff where a search begins to leave rows out: not at 100 001 rows, and not behind them."""
    photo = luma("astronaut")
    h, w = photo.shape
    cut = np.ascontiguousarray(photo[h // 20 : -h // 20, w // 20 : -w // 20])
    hashes = [hash_pixels(luma("coffee")), hash_pixels(photo)]
    rows = np.random.default_rng(3).integers(0, 256, (120_000, 32), np.uint8)
    rows[77_777] = np.frombuffer(hashes[1].bits, np.uint8)
    ones = np.ones(len(rows), np.uint16)
    listed = Entries(rows, ones, ones, np.zeros(len(rows), np.uint8), np.full(len(rows), 100, np.uint8))
    for n in (100_000, 100_001, 120_000):
        some = Entries(rows[:n], ones[:n], ones[:n], listed.flags[:n], listed.quality[:n])
        found = Matcher(some).match_pixels(cut)
        assert found.matched and found.entry == 77_777 and found.tier == 2
    assert not Matcher(listed, MatchPolicy(uncrop_entries=119_999)).match_pixels(cut).matched


def test_who_has_signatures_is_not_uncropped_if_none_of_them_agrees():
    """An entry whose signature is another picture's: not looked for by its hash, unless some entry has too little of a signature."""
    from pdqlite.keypoints import signature

    photo = luma("astronaut")
    h, w = photo.shape
    cut = np.ascontiguousarray(photo[h // 20 : -h // 20, w // 20 : -w // 20])
    other = signature(luma("coffee"))
    few = bytes([1, 15]) + other[2 : 3 + 15 * 11]
    assert other[1] >= 16
    listed = entries([hash_pixels(photo), hash_pixels(luma("coffee"))])
    plain = Matcher(listed).match_pixels(cut)
    assert plain.matched and plain.entry == 0 and plain.tier == 2
    for own in (few, b""):
        some = Matcher(dataclasses.replace(listed, keypoints=(other, own))).match_pixels(cut)
        assert some.verdict == "unconfirmed" and some.entry == 0 and some.tier == 2
    all_of_them = Matcher(dataclasses.replace(listed, keypoints=(other, other)))
    assert all_of_them.match_pixels(cut).verdict == "no match" and not all_of_them.match_pixels(cut).evidence
    blank = np.full((200, 200), 90, np.uint8)
    blank[60:140, 60:140] = 200  # a query that has too few blobs says nothing by its silence
    assert all_of_them.match_pixels(blank).verdict == Matcher(listed).match_pixels(blank).verdict


def test_small_parts_are_found_by_local_signatures():
    """Half of each side, mirrored, with light inverted; and where says which half."""
    from pdqlite.keypoints import signature

    names = ("coffee", "astronaut", "camera")
    hashes = [hash_pixels(luma(name)) for name in names]
    listed = dataclasses.replace(entries(hashes), keypoints=tuple(signature(luma(name)) for name in names))
    photo = luma("astronaut")
    h, w = photo.shape
    part = np.ascontiguousarray(255 - photo[: h * 6 // 10, : w * 6 // 10][:, ::-1])
    decision = Matcher(listed).match_pixels(part)
    assert decision.matched and decision.entry == 1 and decision.tier == 3
    assert decision.where.inverted and decision.where.orientation == "mirrored"
    assert not Matcher(listed, MatchPolicy(keypoints=False, uncrop_entries=0)).match_pixels(part).matched


@pytest.mark.parametrize(("degrees", "mirrored"), [(17, False), (-33, False), (45, True), (118, False)])
def test_copies_tilted_by_any_angle_are_found_where_they_lie(degrees, mirrored):
    """Turned on a canvas that holds all of it, beside other things; only where the policy lets it, and only by signatures."""
    from PIL import Image

    from pdqlite.keypoints import signature

    names = ("coffee", "astronaut", "camera")
    listed = dataclasses.replace(
        entries([hash_pixels(luma(name)) for name in names]), keypoints=tuple(signature(luma(name)) for name in names)
    )
    photo = luma("astronaut")[:, ::-1] if mirrored else luma("astronaut")
    turned = np.asarray(Image.fromarray(photo).rotate(degrees, Image.Resampling.BICUBIC, expand=True))
    copy = np.pad(turned, ((0, 0), (turned.shape[1] // 2, 0)), constant_values=90)
    decision = Matcher(listed).match_pixels(copy)
    assert decision.matched and decision.entry == 1 and decision.tier == 3 and decision.confirmed == "yes"
    assert (decision.where.left, decision.where.right) == pytest.approx((1 / 3, 1), abs=0.02)
    assert (decision.where.top, decision.where.bottom) == pytest.approx((0, 1), abs=0.02)
    without = Matcher(listed, MatchPolicy(tilted=False)).match_pixels(copy)
    assert not without.matched


def test_tilted_looks_have_their_part_of_the_rate():
    """A third of one part each has the unlikeliest views, three tilts and a closer look: all still add up to the rate at most."""
    from pdqlite.keypoints import signature

    listed = entries([hash_pixels(luma("coffee"))])
    signed = Matcher(dataclasses.replace(listed, keypoints=(signature(luma("coffee")),)))
    plain, untilted = Matcher(listed), Matcher(signed.entries, MatchPolicy(tilted=False))
    of = {m: sum(1 / v.trials for v in m.views(luma("page"))) for m in (signed, plain, untilted)}
    assert of[plain] == pytest.approx(of[untilted]) and of[plain] - of[signed] == pytest.approx(2 / 18)


def test_an_index_that_was_stored_serves_as_well_as_one_built_here(tmp_path, matcher):
    rows = matcher.entries.rows
    Index(rows, "self").save(tmp_path / "list.index")
    opened = Matcher(matcher.entries, index=Index.open(tmp_path / "list.index"))
    picture = luma("astronaut")
    assert opened.match_pixels(picture) == matcher.match_pixels(picture)
    assert opened.match_pixels(picture).verdict == "match"
    with pytest.raises(ShapeError):
        Matcher(matcher.entries, index=Index(rows[:-1]))
    changed = Index(rows[:-1])
    changed.add(rows[-1:])
    with pytest.raises(ArgumentError):
        Matcher(matcher.entries, index=changed)


def overwritten(count=4):
    """Take what memory lies free, and write all over it."""
    sizes = {ffi.sizeof(kind) * room for kind, room in (("pdql_finding", 64), ("pdql_frame_match", 64), ("pdql_view", lib.PDQL_MAX_VIEWS))}  # fmt: skip
    return [ffi.new("uint8_t[]", b"\xa5" * size) for size in sizes for _ in range(count)]


def test_what_a_call_found_outlives_the_call(matcher):
    """Members of an array of cffi do not keep it: what is read of them later must be copies."""
    coffee, at = luma("coffee"), PHOTOS.index("coffee")
    watch = native.Watch(matcher._native)
    watch.push(coffee, 0, False)
    findings, views, frames = matcher._native.match(coffee)[1], matcher._native.views(coffee), watch.decision()[1]
    noise = overwritten()
    assert noise and findings[0].entry == at and [frame.entry for frame in frames] == [at]
    assert bytes(views[0].bits) == hash_pixels(coffee).bits
