"""Files to pixels and frames: what decodes is hashed, what does not is named."""

import io
import os
import random
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from pdqlite import errors, sources, vpdq
from pdqlite.cli import scenes
from pdqlite.hashing import hash_luma, hash_pixels
from pdqlite.media import Limits, kind_of, open_video, read_picture, write_picture, write_video
from pdqlite.types import FrameHash, ImageHash

EXTERNAL = os.environ.get("PDQLITE_EXTERNAL")


def distance(a: bytes, b: bytes) -> int:
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()


def encoded(image: Image.Image, form: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def rgb():
    return scenes.picture(3, 320, 240)


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp("video") / "clip.mp4"
    write_video(path, scenes.clip(5, 6, fps=10, width=160, height=120), fps=10)
    return path


@pytest.mark.parametrize("mode", ["L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "1", "I;16"])
def test_every_mode_is_hashed(rgb, mode):
    image = Image.fromarray(rgb)
    form = {"CMYK": "TIFF", "YCbCr": "TIFF"}.get(mode, "PNG" if mode != "PA" else "TIFF")
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    elif mode == "PA":
        image, form = image.convert("P").convert("PA"), "PNG"
        image = image.convert("LA")
    else:
        image = image.convert(mode)
    got = sources.hash_image(encoded(image, form))
    assert distance(got.bits, hash_pixels(rgb).bits) <= (60 if mode == "1" else 12)


def test_lossless_picture_hashes_as_its_pixels(rgb, tmp_path):
    write_picture(tmp_path / "a.png", rgb)
    assert sources.hash_image(tmp_path / "a.png") == hash_pixels(rgb)
    with open(tmp_path / "a.png", "rb") as stream:
        assert sources.hash_image(stream) == hash_pixels(rgb)


def test_exif_orientation_is_not_applied(rgb):
    exif = Image.Exif()
    exif[0x0112] = 6
    plain = sources.hash_image(encoded(Image.fromarray(rgb), "PNG"))
    assert sources.hash_image(encoded(Image.fromarray(rgb), "PNG", exif=exif)) == plain


def test_fast_jpeg_costs_few_bits(rgb):
    jpeg = encoded(Image.fromarray(scenes.picture(8, 1600, 1200)), "JPEG", quality=90)
    full = sources.hash_image(jpeg)
    assert distance(full.bits, sources.hash_image(jpeg, luma_only=True).bits) <= 4
    assert read_picture(jpeg, reduce=4).pixels.shape[0] == 300
    assert distance(full.bits, sources.hash_image(jpeg, luma_only=True, reduce=4).bits) <= 18


@pytest.mark.parametrize(("width", "height"), [(500, 375), (501, 333), (67, 65), (1024, 7)])
@pytest.mark.parametrize("reduce", [1, 2, 4, 8])
def test_jpeg_is_reduced_as_asked_at_any_size(width, height, reduce):
    jpeg = encoded(Image.fromarray(scenes.picture(8, 1100, 400)[:height, :width]), "JPEG")
    got = read_picture(jpeg, reduce=reduce)
    assert got.original == (width, height)
    # libjpeg rounds up; a side under the divisor is no reason to decode in full, only to reduce less.
    fits = max(r for r in (1, 2, 4, 8) if r <= reduce and r <= min(width, height))
    assert got.pixels.shape[:2] == (-(-height // fits), -(-width // fits))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", errors.NotMediaError),
        (b"hello, I am a text file\n" * 50, errors.NotMediaError),
        (b"GIF89a", errors.DamagedMediaError),
    ],
    ids=["empty", "text", "cut GIF"],
)
def test_what_is_no_picture_is_named(data, error):
    with pytest.raises((error, errors.NotMediaError)):
        sources.hash_image(data)


@pytest.mark.parametrize(("form", "options", "least"), [
    ("PNG", {}, 0.6), ("JPEG", {}, 0.6), ("JPEG", {"progressive": True}, 0.0), ("WEBP", {"lossless": True}, 0.5), ("WEBP", {}, 0.0), ("BMP", {}, 0.0),
])  # fmt: skip
@pytest.mark.parametrize("share", [0.2, 0.6, 0.99])
def test_a_cut_picture_is_decoded_as_far_as_it_goes_and_said_to_be_damaged(rgb, form, options, least, share):
    data = encoded(Image.fromarray(rgb), form, **options)
    whole = read_picture(data)
    assert not whole.damaged
    found = read_picture(data[: int(len(data) * share)])
    assert found.damaged and found.pixels.shape == whole.pixels.shape
    rows = int(len(rgb) * share * least) - 16
    if rows > 0:
        assert np.array_equal(found.pixels[:rows], whole.pixels[:rows])
    hashed = sources.hash_file(data[: int(len(data) * share)])
    assert hashed.damaged and hashed.bits == hash_pixels(found.pixels).bits


@pytest.mark.parametrize(("form", "cut"), [("JPEG", 1), ("JPEG", 2), ("WEBP", 1), ("PNG", 40)])
def test_a_few_bytes_less_change_few_bits(rgb, form, cut):
    data = encoded(Image.fromarray(rgb), form, **({"lossless": True} if form == "WEBP" else {}))
    whole, found = sources.hash_image(data), sources.hash_image(data[:-cut])
    assert found.damaged and distance(whole.bits, found.bits) <= 10 and found.quality >= whole.quality - 1


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_what_is_cut_before_its_first_pixel_is_damaged(rgb, form):
    with pytest.raises(errors.DamagedMediaError, match="viewer"):
        sources.hash_image(encoded(Image.fromarray(rgb), form)[:30])


def test_too_large_is_refused_before_decoding():
    header = bytearray(encoded(Image.new("1", (8, 8)), "PNG"))
    header[16:24] = struct.pack(">II", 50_000, 50_000)
    header[29:33] = struct.pack(">I", zlib.crc32(header[12:29]))
    with pytest.raises(errors.TooLargeError, match="pixels"):
        sources.hash_file(bytes(header))
    with pytest.raises(errors.TooLargeError, match="300 x 200"):
        sources.hash_image(encoded(Image.new("L", (300, 200)), "PNG"), limits=Limits(pixels=1000))


def test_one_pixel_is_named():
    with pytest.raises(errors.ShapeError, match="1 x 1"):
        sources.hash_image(encoded(Image.new("RGB", (1, 1)), "PNG"))


def test_path_errors(tmp_path):
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(errors.UnreadableError) as caught:
            sources.hash_image(path)
        assert str(tmp_path) not in str(caught.value)


def test_animation_is_a_video(rgb):
    frames = [Image.fromarray(np.roll(rgb, 20 * i, 1)) for i in range(6)]
    gif = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=500)
    assert kind_of(gif) == "video"
    assert kind_of(encoded(frames[0], "GIF")) == "picture"
    found = sources.hash_file(gif, sampling="all")
    assert len(found.frames) == 6
    assert distance(found.frames[0].bits, hash_pixels(rgb).bits) <= 24


def test_sampling_by_time_takes_what_is_on_screen(video):
    found = sources.hash_video(video, every=0.75)
    # What is on screen at each multiple, and the last frame.
    assert [round(f.time, 3) for f in found.frames] == [0.0, 0.7, 1.5, 2.2, 3.0, 3.7, 4.5, 5.2, 5.9]
    everything = sources.hash_video(video, sampling="all")
    assert [f.frame for f in everything.frames] == list(range(60))
    assert {f.bits for f in found.frames} <= {f.bits for f in everything.frames}
    keys = sources.hash_video(video, sampling="keyframes")
    assert 1 < len(keys.frames) < 10
    assert {f.time for f in keys.frames} <= {f.time for f in everything.frames}


def test_vpdq_sampling_is_every_nth_frame(video):
    found = sources.hash_video(video, sampling="vpdq")
    assert [f.frame for f in found.frames] == [0, 10, 20, 30, 40, 50]
    assert sources.hash_video(video, every=0, sampling="vpdq").frames[-1].frame == 59


def test_variable_frame_rate_uses_time_stamps(tmp_path):
    path = tmp_path / "vfr.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for i, pixels in enumerate(scenes.clip(2, 3, fps=10, width=160, height=120)):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = i * i * 10, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    found = sources.hash_video(path, sampling="all")
    assert [round(f.time, 2) for f in found.frames] == [round(i * i / 100, 2) for i in range(30)]


def test_corrupt_middle_is_survived(video):
    data = bytearray(video.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4000] = random.Random(1).randbytes(4000)
    found = sources.hash_video(bytes(data), sampling="all")
    assert found.damaged
    assert len(found.frames) > 50
    assert found.frames[0].bits == sources.hash_video(video).frames[0].bits


def test_cut_video_gives_what_there_is(tmp_path):
    path = tmp_path / "clip.mkv"
    write_video(path, scenes.clip(5, 6, fps=10, width=160, height=120), fps=10)
    data = path.read_bytes()
    assert 5 < len(sources.hash_video(data[: len(data) // 2], sampling="all").frames) < 60


def test_audio_only_has_no_video(tmp_path):
    path = tmp_path / "tone.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        frame.rate = 8000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(errors.NoVideoError):
        sources.hash_video(path)


def test_early_stop_and_limits(video):
    with open_video(video, "all") as opened:
        first = next(iter(opened))
    assert first.luma.shape == (120, 160)
    assert sources.hash_video(video, sampling="all", limits=Limits(seconds=2)).frames[-1].time <= 2
    with pytest.raises(errors.TooLargeError):
        sources.hash_video(video, limits=Limits(pixels=100))


def test_the_luma_plane_hashes_as_the_picture_shown():
    clip = list(scenes.clip(9, 1, fps=5, width=320, height=240))
    frame = av.VideoFrame.from_ndarray(clip[0], format="rgb24").reformat(format="yuv420p")
    plane = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)[:240, :320]
    assert distance(hash_luma(plane, limited=True).bits, hash_pixels(clip[0]).bits) <= 10


FRAMES = [FrameHash(0, 0.0, bytes(range(32)), 100), FrameHash(29, 0.967, bytes(32), 7)]


def test_vpdq_text_goes_both_ways():
    assert vpdq.read_hashes(vpdq.write_vpdq(FRAMES)) == FRAMES
    again = vpdq.read_hashes(vpdq.write_threatexchange(FRAMES))
    assert [(f.bits, f.quality, f.time) for f in again] == [(f.bits, f.quality, f.time) for f in FRAMES]


def test_hex_and_csv_lines():
    hex_ = bytes(range(32)).hex()
    assert vpdq.read_hashes(f"# note\n\n{hex_.upper()}\n") == [ImageHash(bytes(range(32)), 100)]
    assert vpdq.read_hashes(f"hash,quality,path\n{hex_},80,x.jpg\n") == [ImageHash(bytes(range(32)), 80)]


def test_a_hash_without_a_quality_gets_the_one_said():
    hex_ = bytes(range(32)).hex()
    assert vpdq.read_hashes(f"{hex_}\n", unstated=40) == [ImageHash(bytes(range(32)), 40)]
    assert vpdq.read_hashes(f"{hex_},80\n", unstated=None) == [ImageHash(bytes(range(32)), 80)]
    with pytest.raises(errors.HashFormatError, match="line 2"):
        vpdq.read_hashes(f"{hex_},80\n{hex_}\n", unstated=None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n# only\n",
        "zz\n",
        "0" * 63,
        f"{'0' * 64}\nnonsense\n",
        f"1,101,{'0' * 64},1.0",
        "[1,2]",
        "[oops",
        "[" * 200_000,
        f'["{"0" * 64},100,1e999"]',
        f'["{"0" * 64},100,1000000000"]',
        f'["{"0" * 64},\u0665\u0660,1.0"]',
    ],
)
def test_bad_hash_text_is_named(text):
    with pytest.raises(errors.HashFormatError) as caught:
        vpdq.read_hashes(text)
    assert "0000" not in str(caught.value)


@pytest.mark.skipif(not EXTERNAL, reason="needs PDQLITE_EXTERNAL")
@pytest.mark.parametrize(
    "name",
    [
        "chair-19-sd-bar",
        "chair-22-sd-grey-bar",
        "doorknob-hd-no-bar",
        "pattern-sd-grey-bar",
        "pattern-sd-with-large-logo-bar",
        "test-padded-dimensions",
    ],
)
def test_close_to_vpdqs_own_hashes(name):
    """ffmpeg versions scale colour differently: vPDQ's own regression test allows 31 bits where quality is 50 or more."""
    folder = Path(EXTERNAL) / "vectors" / "vpdq"
    expected = vpdq.read_hashes((folder / f"{name}.txt").read_text())[::10]
    found = {f.frame: f for f in sources.hash_video(folder / f"{name}.mp4", every=0, sampling="vpdq").frames}
    assert len(found) == len(vpdq.read_hashes((folder / f"{name}.txt").read_text()))
    good = [e for e in expected if e.quality >= 50]
    apart = [distance(found[e.frame].bits, e.bits) for e in good]
    assert all(abs(found[e.frame].time - e.time) < 0.002 for e in expected)
    assert len(good) >= 6 and max(apart) <= 31
    assert sum(apart) <= 6 * len(apart)


@pytest.mark.skipif(not EXTERNAL, reason="needs PDQLITE_EXTERNAL")
def test_threatexchanges_bridge_pictures():
    """The first of threatexchange's own examples for PDQ (python-threatexchange, signal_type/pdq/signal.py): bridge-mods in sorted order."""
    pdqhash = pytest.importorskip("pdqhash")
    paths = sorted((Path(EXTERNAL) / "vectors" / "pdq" / "bridge-mods").glob("*.jpg"))
    assert len(paths) >= 10
    for path in paths:
        vector, quality = pdqhash.compute(np.asarray(Image.open(path).convert("RGB")))
        assert sources.hash_image(path) == ImageHash(np.packbits(vector).tobytes(), quality)
