"""Pictures that would accuse the innocent: shared stickers, forged hashes, moved keypoints, signatures made to match everything."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from benchmarks.robustness.attacks import forge
from benchmarks.robustness.attacks.scene import Entry, squared
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy

data = pytest.importorskip("skimage.data", reason="the test extra brings the photos")
NAMES = ("astronaut", "coffee", "chelsea", "retina", "camera", "immunohistochemistry", "coins", "motorcycle")


def photo(name):
    picture = data.stereo_motorcycle()[0] if name == "motorcycle" else getattr(data, name)()
    picture = np.asarray(picture)
    out = Image.fromarray(picture[..., :3] if picture.ndim == 3 else picture).convert("RGB")
    out.thumbnail((480, 480))
    return out


PHOTOS = [photo(name) for name in NAMES]


def matcher(pictures, policy=None, signatures=None):
    hashes = [hash_pixels(np.asarray(p)) for p in pictures]
    n = len(pictures)
    ones, none = np.ones(n, np.uint16), np.zeros(n, np.uint8)
    rows = np.array([np.frombuffer(h.bits, np.uint8) for h in hashes])
    local = signatures or tuple(signature(np.asarray(p)) for p in pictures)
    return Matcher(
        Entries(rows, ones, ones, none, np.array([h.quality for h in hashes], np.uint8), keypoints=local), policy
    )


@pytest.fixture(scope="module")
def plain():
    return matcher(PHOTOS)


def sticker(picture, share, x, y):
    """The picture with a drawn face of this share of its area, its place as a part of the room there is."""
    out, size = picture.copy(), round((share * picture.width * picture.height * 1.27) ** 0.5)
    left, top = round(x * (out.width - size)), round(y * (out.height - size))
    pen, at = (
        ImageDraw.Draw(out),
        lambda *v: tuple(left + p * size if i % 2 == 0 else top + p * size for i, p in enumerate(v)),
    )
    pen.ellipse(at(0, 0, 1, 1), fill=(255, 204, 51), outline=(120, 70, 10), width=max(2, size // 20))
    for eye in (0.22, 0.62):
        pen.ellipse(at(eye, 0.25, eye + 0.16, 0.48), fill=(40, 30, 20))
    pen.chord(at(0.2, 0.4, 0.8, 0.88), 5, 175, fill=(130, 30, 30))
    pen.rectangle(at(0.1, 0.05, 0.9, 0.2), fill=(30, 60, 160))
    pen.text(at(0.2, 0.07), "PARTY 24", fill="white", font_size=size * 0.12)
    return out


COPIES = {
    "as is": lambda p: p,
    "cut to 70 %": lambda p: p.crop((p.width // 10, p.height // 10, p.width * 8 // 10, p.height * 8 // 10)),
    "cut to a corner": lambda p: p.crop((0, 0, p.width * 3 // 5, p.height * 3 // 5)),
    "mirrored": ImageOps.mirror,
    "turned": lambda p: p.rotate(90, expand=True),
    "upside down, dark": lambda p: ImageOps.invert(p.rotate(180)),
    "a sticker of a tenth": lambda p: sticker(p, 0.1, 0.7, 0.6),
}


@pytest.mark.parametrize("edit", COPIES)
def test_copies_are_matches(plain, edit):
    """Confirmed where hashes found them, proven where keypoints did."""
    for i, picture in enumerate(PHOTOS):
        got = plain.match_pixels(np.asarray(COPIES[edit](picture)))
        assert (got.verdict, got.entry, got.confirmed) == ("match", i, "yes"), (NAMES[i], got.tier, got.proof)
        assert got.proof >= (2 if got.tier == 3 else 1)


def test_a_sticker_of_a_fifth_mostly_leaves_a_match(plain):
    """Where it hides what a photo has of keypoints, a shared part is told; always of the right entry."""
    got = [plain.match_pixels(np.asarray(sticker(p, 0.2, 1.0, 1.0))) for p in PHOTOS]
    assert [d.entry for d in got] == list(range(len(PHOTOS)))
    assert sum(d.matched for d in got) >= 6


@pytest.mark.parametrize("share", [0.03, 0.1, 0.2])
def test_a_shared_sticker_is_a_shared_part(share):
    """Other photos with the sticker of listed ones: never a match; where keypoints meet it, its entry and place are told."""
    where = [(0.1, 0.8), (0.9, 0.1), (0.5, 0.5), (0.0, 0.0)]
    listed = [sticker(p, share, *where[i]) for i, p in enumerate(PHOTOS[:4])]
    told = 0
    for policy in (MatchPolicy(), MatchPolicy(picture_rate=1e-4)):
        m = matcher(listed, policy)
        for i, picture in enumerate(PHOTOS[4:]):
            got = m.match_pixels(np.asarray(sticker(picture, share, *where[3 - i])))
            assert not got.matched, (share, NAMES[4 + i], got.proof)
            if got.verdict == "shares a part":
                assert got.entry in range(4) and got.confirmed == "no" and got.proof < 2
                middle = ((got.where.left + got.where.right) / 2, (got.where.top + got.where.bottom) / 2)
                assert all(0 <= v <= 1 for v in middle)
                told += 1
            for e in got.evidence:
                assert e.tier != 3 or e.score < 30 or e.confirmed == "no"
    assert told >= 4
    for i, picture in enumerate(listed):
        assert matcher(listed).match_pixels(np.asarray(ImageOps.mirror(picture))).entry == i


@pytest.mark.parametrize("way", [w for w in forge.WAYS if w.hash and not w.bold], ids=lambda w: w.name)
def test_a_forgery_is_unconfirmed(way):
    """The hash alone, or keypoints as well, ten or all of them: unconfirmed, and a match where nobody asks."""
    squares = [squared(p) for p in PHOTOS]
    listed, harmless = squares[:3], squares[5:]
    asked, trusting = matcher(listed), matcher(listed, MatchPolicy(confirm=False))
    fooled = 0
    for i, pixels in enumerate(listed):
        made = forge.forge(way, Entry.of(pixels), harmless[i]).pixels
        got = asked.match_pixels(made)
        assert got.verdict in ("unconfirmed", "no match", "shares a part"), (got.tier, got.proof)
        if trusting.match_pixels(made).matched:
            fooled += 1
            assert got.verdict == "unconfirmed" and got.entry == i and got.confirmed == "no"
    assert fooled >= 2


def test_without_keypoints_nothing_is_confirmed():
    """A list without signatures, an entry without one, and one of seven keypoints: "not possible", and still a match."""
    one = PHOTOS[0]
    record = signature(np.asarray(one))
    few = bytes([1, 7, record[2]]) + record[3 : 3 + 7 * 11]
    for signatures in ((b"", record), (few, record)):
        got = matcher(PHOTOS[:2], signatures=signatures).match_pixels(np.asarray(one))
        assert (got.verdict, got.confirmed, got.proof) == ("match", "not possible", None)
    hashes = hash_pixels(np.asarray(one))
    bare = Entries(
        np.frombuffer(hashes.bits, np.uint8)[None].copy(),
        *[np.ones(1, np.uint16)] * 2,
        *[np.array([v], np.uint8) for v in (0, 90)],
    )
    assert Matcher(bare).match_pixels(np.asarray(one)).confirmed == "not possible"
    assert matcher(PHOTOS[:2], MatchPolicy(confirm=False)).match_pixels(np.asarray(one)).confirmed is None


def hostile(kind, rng):
    """A signature that nobody's picture has, made to agree with as much as it can."""
    usual = [signature(np.asarray(p)) for p in PHOTOS[4:]]
    points = set()
    for i in range(48):
        donor = usual[i % len(usual)]
        point = donor[3 + 11 * (i // len(usual)) :][:11]
        place = bytes([int(rng.integers(256)), int(rng.integers(256)), (18 + i % 52) << 1 | i % 2])
        bits = {"flat": bytes(8), "ones": b"\xff" * 8, "borrowed": point[3:], "random": rng.bytes(8)}[kind]
        points.add((point[:3] if kind == "borrowed" else place) + bits)
    return bytes([1, len(points), 128]) + b"".join(sorted(points))


@pytest.mark.parametrize("kind", ["flat", "ones", "borrowed", "random"])
def test_a_hostile_signature_matches_nothing(kind):
    """Under any of three hashes: no photo, page or flat picture matches, whatever its keypoints say."""
    rng = np.random.default_rng(3)
    m = matcher(PHOTOS[:3], signatures=tuple(hostile(kind, rng) for _ in range(3)))
    flat = [Image.new("RGB", (300, 200), c) for c in ("white", "black", (90, 120, 200))]
    ramp = Image.linear_gradient("L").convert("RGB")
    for picture in (*PHOTOS[3:], *flat, ramp, ImageOps.mirror(ramp.rotate(90))):
        assert not m.match_pixels(np.asarray(picture)).matched
    assert m.match_pixels(np.asarray(PHOTOS[0])).verdict == "unconfirmed"


def clip(pictures):
    """Frames a second apart, each a little brighter than the last, so that none is the same view."""
    for i, picture in enumerate(pictures):
        pixels = np.asarray(picture.resize((320, 240))).astype(np.float64)
        yield np.clip(pixels * (0.9 + 0.02 * (i % 7)), 0, 255).astype(np.uint8), float(i)


def test_videos_are_confirmed_by_their_frames(plain):
    """A listed photo, cut a little, that a clip shows: a match, confirmed by a frame. A clip of forgeries: unconfirmed."""
    shown = [PHOTOS[i].crop((9, 9, PHOTOS[i].width - 9, PHOTOS[i].height - 9)) for i in (4, 0, 0, 0)]
    got = plain.match_frames(clip(shown))
    assert (got.verdict, got.confirmed, got.tier) == ("match", "yes", 1) and got.proof >= 1

    squares = [squared(p) for p in PHOTOS]
    entry, way = Entry.of(squares[0]), forge.WAYS[0]
    frames = [(forge.forge(way, entry, h).pixels, float(i)) for i, h in enumerate(squares[5:8])]
    asked, trusting = matcher(squares[:3]), matcher(squares[:3], MatchPolicy(confirm=False))
    got, watch = asked.match_frames(frames), asked.watch()
    assert (got.verdict, got.entry, got.confirmed) == ("unconfirmed", 0, "no")
    assert trusting.match_frames(frames).matched
    for pixels, seconds in frames:
        watch.push(pixels, seconds)
    assert not watch.enough() and watch.hopeful()
    bare = Matcher(
        Entries(asked.entries.rows, *[np.ones(3, np.uint16)] * 2, np.zeros(3, np.uint8), asked.entries.quality)
    )
    got = bare.match_frames(frames)
    assert (got.verdict, got.confirmed) == ("match", "not possible")


def test_a_clip_with_a_sticker_shares_a_part():
    listed = [sticker(p, 0.12, 0.1, 0.8) for p in PHOTOS[:4]]
    m = matcher(listed, MatchPolicy(video_rate=1e-4))
    for other in PHOTOS[4:6]:
        got = m.match_frames(clip([sticker(other, 0.12, 0.8, 0.1)] * 5))
        assert not got.matched
        assert got.verdict == "no match" or (got.confirmed == "no" and got.tier == 3 and got.time is not None)
