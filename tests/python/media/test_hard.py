"""Media that is unusual on purpose: broken, turned, deep, tiny; and vPDQ itself as the oracle."""

import io
import os
import random
import struct
import sys
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from pdqlite import errors, sources
from pdqlite.cli import scenes
from pdqlite.hashing import hash_luma, hash_pixels
from pdqlite.media import open_video, read_picture, write_video

EXTERNAL = os.environ.get("PDQLITE_EXTERNAL")
WIDTH, HEIGHT = 160, 120
ONE = 1 << 16


def distance(a, b):
    return (int.from_bytes(a.bits) ^ int.from_bytes(b.bits)).bit_count()


def clip(codec="ffv1", pixels="yuv420p", form="matroska", seconds=1, **options):
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream(codec, rate=5)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
        stream.options = options
        for shown in scenes.clip(5, seconds, fps=5, width=WIDTH, height=HEIGHT):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        container.mux(stream.encode(None))
    return out.getvalue()


def first_scene():
    return next(iter(scenes.clip(5, 1, fps=5, width=WIDTH, height=HEIGHT)))


# Same picture in each; exact without chroma loss, and within the rounding of 8 bits with it.
@pytest.mark.parametrize(("codec", "pixels", "bits"), [
    ("ffv1", "bgr0", 2), ("rawvideo", "rgb24", 2), ("ffv1", "gray", 2), ("ffv1", "gray16le", 4),
    ("ffv1", "yuv444p", 6), ("ffv1", "yuv420p", 6), ("ffv1", "yuv420p10le", 6), ("ffv1", "yuv422p12le", 6),
])  # fmt: skip
def test_every_pixel_format_hashes_as_the_picture(codec, pixels, bits):
    form = "nut" if codec == "rawvideo" else "matroska"
    expected = hash_pixels(first_scene())
    got = sources.hash_video(clip(codec, pixels, form), sampling="all").frames[0]
    assert distance(expected, got) <= bits
    assert abs(got.quality - expected.quality) <= 2


# x' = a x + c y, y' = b x + d y, and how numpy says the same.
@pytest.mark.parametrize(("a", "b", "c", "d", "turned"), [
    (1, 0, 0, 1, lambda p: p), (0, 1, -1, 0, lambda p: np.rot90(p, -1)), (-1, 0, 0, -1, lambda p: np.rot90(p, 2)),
    (0, -1, 1, 0, lambda p: np.rot90(p)), (-1, 0, 0, 1, np.fliplr), (1, 0, 0, -1, np.flipud), (0, 1, 1, 0, lambda p: p.T),
    (0, -1, -1, 0, lambda p: np.rot90(p, 2).T),
])  # fmt: skip
def test_display_matrix_turns_and_mirrors(a, b, c, d, turned):
    data = bytearray(clip("mpeg4", form="mp4"))
    at = data.find(b"tkhd") + 44  # ISO/IEC 14496-12, 8.3.2: version 0
    assert struct.unpack_from(">9i", data, at) == (ONE, 0, 0, 0, ONE, 0, 0, 0, 1 << 30)

    def first(sampling):
        with open_video(bytes(data), sampling) as video:
            return np.array(next(iter(video)).luma)

    plain = first("all")
    struct.pack_into(">9i", data, at, a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30)
    assert np.array_equal(turned(plain), first("all"))
    assert np.array_equal(plain, first("vpdq")), "vPDQ does not look at the matrix"
    assert hash_luma(first("all"), limited=True) == hash_luma(np.ascontiguousarray(turned(plain)), limited=True)


@pytest.mark.parametrize(("mode", "scale"), [("F", 1 / 255), ("F", 1.0), ("F", 300.0), ("I", 1), ("I", 70_000)])
def test_deep_gray_pictures_hash_as_eight_bits(mode, scale):
    gray = np.asarray(Image.fromarray(scenes.picture(3, 320, 240)).convert("L"))
    deep = gray.astype(np.float32) * np.float32(scale) if mode == "F" else gray.astype(np.int32) * scale
    out = io.BytesIO()
    Image.fromarray(deep).save(out, "TIFF")
    assert distance(sources.hash_image(out.getvalue()), hash_pixels(gray)) <= 4


def test_brightness_that_is_no_number_is_named():
    out = io.BytesIO()
    Image.fromarray(np.full((20, 20), np.nan, np.float32)).save(out, "TIFF")
    with pytest.raises(errors.DamagedMediaError, match="not a number"):
        sources.hash_image(out.getvalue())


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"hevc"])
def test_heif_without_its_reader_says_what_to_install(monkeypatch, brand):
    """FFmpeg would give its tiles one by one as if each were the picture."""
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    data = b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + bytes(200)
    for hashed in (sources.hash_file, sources.hash_image, sources.hash_video):
        with pytest.raises(errors.NotMediaError, match=r"pdqlite\[heif\]"):
            hashed(data)


@pytest.mark.parametrize(("name", "text"), [
    ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nother.ts\n#EXT-X-ENDLIST\n"),
    ("list.ffconcat", "ffconcat version 1.0\nfile other.ts\n"),
])  # fmt: skip
def test_a_file_cannot_lead_to_another(tmp_path, name, text):
    (tmp_path / "other.ts").write_bytes(clip("mpeg2video", form="mpegts", seconds=2))
    path = tmp_path / name
    path.write_text(text)
    # FFmpeg by itself follows it, so this is no empty promise.
    with path.open("rb") as stream, av.open(stream) as led:
        assert led.streams.video
    with pytest.raises(errors.NotMediaError):
        sources.hash_file(path)


def test_mp4_without_its_index_is_damaged(tmp_path):
    write_video(tmp_path / "a.mp4", scenes.clip(5, 1, fps=5, width=WIDTH, height=HEIGHT), fps=5)
    data = (tmp_path / "a.mp4").read_bytes()
    with pytest.raises(errors.DamagedMediaError):
        sources.hash_file(data[: data.index(b"moov") - 4])


def test_tiny_frames_are_named():
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=5)
        stream.width, stream.height, stream.pix_fmt = 4, 4, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((4, 4, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    with pytest.raises(errors.ShapeError, match="4 x 4"):
        sources.hash_file(out.getvalue())


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"])
def test_broken_bytes_give_a_hash_or_a_media_error(form):
    out = io.BytesIO()
    Image.fromarray(scenes.picture(3, 64, 48)).save(out, form)
    data, rng = out.getvalue(), random.Random(form)
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 8)):
            broken[rng.randrange(min(len(data), rng.choice((64, len(data)))))] = rng.randrange(256)
        cut = rng.randrange(1, len(data) + 1) if rng.random() < 0.3 else len(data)
        with suppress(errors.MediaError):
            read_picture(bytes(broken[:cut]))


def test_broken_video_gives_frames_or_a_media_error():
    data, rng = clip("mpeg4", form="mp4"), random.Random(7)
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 40)):
            broken[rng.randrange(len(data))] = rng.randrange(256)
        with suppress(errors.MediaError, errors.ShapeError):
            sources.hash_video(bytes(broken), sampling="all")


def test_lost_packets_are_told():
    data = bytearray(clip("libx264", form="mpegts", seconds=4, g="5"))
    middle = len(data) // 2 // 188 * 188
    del data[middle : middle + 188 * 6]
    whole, cut = (
        sources.hash_video(bytes(d), sampling="all") for d in (clip("libx264", form="mpegts", seconds=4, g="5"), data)
    )
    assert not whole.damaged
    assert cut.damaged
    assert cut.frames[0].bits == whole.frames[0].bits


@pytest.mark.skipif(not EXTERNAL, reason="needs PDQLITE_EXTERNAL")
def test_picture_modes_hash_as_pillows_rgb():
    """threatexchange hashes these through convert("RGB") when told to force it; Pillow's own conversion, other people's hash."""
    pdqhash = pytest.importorskip("pdqhash")
    seen = 0
    for path in sorted((Path(EXTERNAL) / "vectors" / "pdq" / "modes").iterdir()):
        if path.suffix == ".md":
            continue
        vector, quality = pdqhash.compute(np.asarray(Image.open(path).convert("RGB")))
        got = sources.hash_image(path)
        assert (np.packbits(vector).tobytes(), quality) == (got.bits, got.quality), path.suffix
        seen += 1
    assert seen >= 12


@pytest.mark.skipif(not EXTERNAL, reason="needs PDQLITE_EXTERNAL")
@pytest.mark.parametrize("name", ["arm_wrestling.mp4", "flipping_a_pancake.mkv"])
@pytest.mark.parametrize("every", [0, 1])
def test_vpdq_itself_agrees(name, every):
    """The same frames and times; bits differ by how ffmpeg's versions make RGB of the luma that we take as it is."""
    vpdq = pytest.importorskip("vpdq")
    path = Path(EXTERNAL) / "media" / "videos" / name
    theirs = vpdq.computeHash(str(path), seconds_per_hash=every)
    ours = sources.hash_video(path, every, "vpdq").frames
    assert [(f.frame, f"{f.time:.3f}") for f in ours] == [(f.frame_number, f"{f.timestamp:.3f}") for f in theirs]
    apart = [
        (int(a.hex, 16) ^ int(b.hex, 16)).bit_count() for a, b in zip(ours, theirs, strict=True) if a.quality >= 50
    ]
    assert apart and max(apart) <= 10
