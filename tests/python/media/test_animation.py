"""Animated pictures and pages: every frame counts, with its time; and headers that lie about sizes."""

import io
import zlib

import av
import numpy as np
import pytest
from PIL import Image

from pdqlite import errors, sources
from pdqlite.cli import scenes
from pdqlite.hashing import hash_pixels
from pdqlite.media import Limits, kind_of, open_video
from support.media import clip

PICTURES = [scenes.picture(seed, 160, 120) for seed in range(4)]


def animated(form, **options):
    out = io.BytesIO()
    first, *rest = [Image.fromarray(p) for p in PICTURES]
    first.save(out, form, save_all=True, append_images=rest, **options)
    return out.getvalue()


def distance(a, b):
    return (int.from_bytes(a.bits) ^ int.from_bytes(b.bits)).bit_count()


@pytest.mark.parametrize(("form", "options", "step"), [
    ("WEBP", {"duration": 500, "lossless": True}, 0.5), ("PNG", {"duration": 500}, 0.5), ("GIF", {"duration": 500}, 0.5),
    ("TIFF", {}, 1.0), ("WEBP", {"duration": 0, "lossless": True}, 0.1),
])  # fmt: skip
def test_every_frame_is_hashed_with_its_time(form, options, step):
    data = animated(form, **options)
    assert kind_of(data) == "video"
    found = sources.hash_file(data, sampling="all")
    assert [round(f.time, 3) for f in found.frames] == [round(i * step, 3) for i in range(4)]
    assert [f.frame for f in found.frames] == [0, 1, 2, 3]
    assert all(
        distance(hash_pixels(p), f) <= (24 if form == "GIF" else 4) for p, f in zip(PICTURES, found.frames, strict=True)
    )
    assert not found.damaged


@pytest.mark.parametrize("sampling", ["time", "keyframes-first"])
def test_an_animation_is_sampled_by_time(sampling):
    data = animated("WEBP", duration=[500, 700, 2000, 100], lossless=True)
    assert [round(f.time, 2) for f in sources.hash_video(data, 1.0, sampling).frames] == [0.0, 0.5, 1.2, 3.2]
    assert [f.frame for f in sources.hash_video(data, 0, "vpdq").frames] == [0, 1, 2, 3]
    short = sources.hash_video(data, sampling="all", limits=Limits(seconds=1))
    assert short.truncated and len(short.frames) == 2


def test_a_cut_animation_gives_what_there_is_or_says_so():
    data = bytearray(animated("TIFF", compression="tiff_lzw"))
    middle = len(data) * 5 // 8
    data[middle : middle + 2000] = b"\xff" * 2000
    found = sources.hash_video(bytes(data), sampling="all")
    assert found.damaged and 1 <= len(found.frames) < 4
    data = animated("WEBP", duration=500, lossless=True)
    with pytest.raises(errors.DamagedMediaError):
        sources.hash_video(data[:40], sampling="all")
    with pytest.raises(errors.TooLargeError):
        sources.hash_video(data, limits=Limits(pixels=100))


def test_a_frame_larger_than_the_header_says_is_refused():
    """Two H.264 streams of different sizes, one behind the other: the header knows the first."""

    def stream(width, height):
        out = io.BytesIO()
        with av.open(out, "w", format="h264") as container:
            video = container.add_stream("libx264", rate=5)
            video.width, video.height, video.pix_fmt = width, height, "yuv420p"
            for shown in scenes.clip(5, 1, fps=5, width=width, height=height):
                container.mux(video.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
            container.mux(video.encode(None))
        return out.getvalue()

    data = stream(160, 120) + stream(640, 480)
    assert len(sources.hash_video(data, sampling="all").frames) == 10
    with (
        open_video(data, "all", limits=Limits(pixels=160 * 120)) as video,
        pytest.raises(errors.TooLargeError, match="640 x 480"),
    ):
        for frame in video:
            assert frame.luma.shape == (120, 160)


def test_an_mp4_header_that_lies_about_its_size_changes_nothing():
    data = bytearray(clip(form="mp4", seconds=1))
    whole = sources.hash_video(bytes(data), sampling="all").frames
    at = data.rindex(b"avc1") + 28  # ISO/IEC 14496-12, 12.1.3: width and height of the sample entry
    assert data[at : at + 4] == bytes([0, 160, 0, 120])
    data[at : at + 4] = b"\x7f\xff\x7f\xff"
    assert sources.hash_video(bytes(data), sampling="all").frames == whole


def with_chunk(png, kind, body, check=None):
    """Put a chunk behind the header of a PNG; `check`: a sum other than the right one."""
    check = zlib.crc32(kind + body) if check is None else check
    return png[:33] + len(body).to_bytes(4) + kind + body + check.to_bytes(4) + png[33:]


def test_text_chunks_of_a_picture_are_not_unpacked():
    """A gigabyte of text in a megabyte, and 2 MiB of it, which Pillow refuses; viewers look at neither."""
    out = io.BytesIO()
    Image.fromarray(PICTURES[0]).save(out, "PNG")
    packer = zlib.compressobj(9)
    gigabyte = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1024)) + packer.flush()
    for packed in (gigabyte, zlib.compress(bytes(2 << 20))):
        found = sources.hash_file(with_chunk(out.getvalue(), b"zTXt", b"k\0\0" + packed))
        assert found == hash_pixels(PICTURES[0]) and not found.damaged


def test_a_wrong_sum_of_a_chunk_that_is_not_needed_changes_nothing():
    out = io.BytesIO()
    Image.fromarray(PICTURES[0]).save(out, "PNG")
    for kind in (b"tEXt", b"gAMA", b"pHYs", b"iCCP", b"abCd"):
        assert sources.hash_file(with_chunk(out.getvalue(), kind, b"key\0value of it", check=7)) == hash_pixels(
            PICTURES[0]
        )


def test_more_bytes_promised_than_there_are():
    out = io.BytesIO()
    Image.fromarray(np.zeros((48, 64), np.uint8)).save(out, "BMP")
    lying = bytearray(out.getvalue())
    lying[18:22] = (9000).to_bytes(4, "little")  # width
    with pytest.raises(errors.DamagedMediaError):
        sources.hash_image(bytes(lying))
