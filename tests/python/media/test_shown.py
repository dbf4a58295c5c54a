"""What a viewer shows of pictures and videos that are made in an unusual way: one right value each, from every door."""

import io
import os
import subprocess
import sys

import av
import numpy as np
import pytest
from PIL import Image, features

from pdqlite import errors, sources
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.hashing import hash_luma, hash_pixels
from pdqlite.matching import Matcher
from pdqlite.media import Limits, kind_of, open_video, read_picture, write_picture
from pdqlite.media import image_file as image_file_module
from pdqlite.types import Entries, MatchPolicy
from support.mutants import fli, psd
from support.timelines import add_track, distance, encoded, scene, video

A = scene(1, 320, 240)
B = scene(2, 320, 240)


def listing(*pictures):
    rows = np.stack([np.frombuffer(hash_pixels(p).bits, np.uint8) for p in pictures])
    zeros = np.zeros(len(rows), np.uint16)
    return Matcher(
        Entries(rows, zeros + 1, zeros + 1, np.zeros(len(rows), np.uint8), np.full(len(rows), 100, np.uint8)),
        MatchPolicy(),
    )


def every_door(data):
    """The hash of a picture from each function that takes one."""
    found = {sources.hash_file(data), sources.hash_image(data)}
    with open_video(data, "all") as opened:
        frames = list(opened)
    assert len(frames) == 1 and kind_of(data) == "picture"
    return found


def test_a_layered_psd_is_its_merged_picture():
    assert every_door(psd(A, layers=[B, scene(3, 320, 240)])) == {hash_pixels(A)}


def test_an_flc_is_read_by_one_reader():
    pictures = [scene(k, 320, 200) for k in range(3)]
    found = sources.hash_file(fli(pictures, 700), sampling="all")
    assert [round(f.time, 2) for f in found.frames] == [0.0, 0.7, 1.4] and round(found.duration, 1) == 2.1
    for pixels, frame in zip(pictures, found.frames, strict=True):
        assert distance(hash_pixels(np.asarray(Image.fromarray(pixels).convert("L"))), frame) <= 2
    assert kind_of(fli(pictures)) == "video"


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("form", ["TIFF", "PNG"])
def test_few_bits_in_sixteen(bits, form):
    gray = np.asarray(Image.fromarray(A).convert("L"))
    stretched = np.interp(gray, (gray.min(), gray.max()), (0, 255)).round().astype(np.uint8)
    deep = (stretched.astype(np.uint32) * (2**bits - 1) // 255).astype(np.uint16)
    found = sources.hash_file(encoded(Image.fromarray(deep), form))
    assert distance(found, hash_pixels(stretched)) <= 4 and found.quality >= hash_pixels(stretched).quality - 2


@pytest.mark.parametrize("large_first", [True, False])
def test_a_thumbnail_in_a_tiff_is_not_the_picture(large_first):
    """NewSubfileType says which page is a smaller copy (TIFF 6.0)."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    whole, small = Image.fromarray(A), Image.fromarray(B).resize((64, 48))
    reduced = ImageFileDirectory_v2()
    reduced[254] = 1
    out = io.BytesIO()
    pages = [(whole, ImageFileDirectory_v2()), (small, reduced)]
    first, second = pages if large_first else pages[::-1]
    from PIL import TiffImagePlugin

    with TiffImagePlugin.AppendingTiffWriter(out, True) as writer:
        for image, info in (first, second):
            image.save(writer, "TIFF", tiffinfo=info)
            writer.newFrame()
    assert every_door(out.getvalue()) == {hash_pixels(A)}


def test_a_jpeg_of_108_megapixels_is_hashed():
    """Drawn small and enlarged: 12000 x 9000, as a phone of today saves it."""
    image = Image.fromarray(scenes.picture(3, 600, 450)).resize((12_000, 9_000))
    found = sources.hash_file(encoded(image, "JPEG", quality=70))
    assert distance(found, hash_pixels(scenes.picture(3, 600, 450))) <= 14 and not found.damaged


def test_jpeg_that_takes_too_much_memory_is_reduced_and_others_are_refused():
    large = np.asarray(Image.fromarray(scenes.picture(3, 400, 300)).resize((2000, 1500)))
    limits = Limits(memory=2000 * 1500 * 4)  # JPEG may take half of it
    assert read_picture(encoded(large, "JPEG"), limits=limits).pixels.shape == (750, 1000, 3)
    assert distance(sources.hash_image(encoded(large, "JPEG"), limits=limits), hash_pixels(large)) <= 14
    assert sources.hash_image(encoded(large, "PNG"), limits=limits) == hash_pixels(large)
    for form in ("PNG", "WEBP", "BMP"):
        with pytest.raises(errors.TooLargeError, match="bytes"):
            sources.hash_file(encoded(large, form), limits=Limits(memory=2000 * 1500 * 4 - 1))


def test_pictures_beyond_one_copy_are_averaged_by_bands(monkeypatch):
    monkeypatch.setattr("pdqlite.media.picture._WHOLE", 100_000)
    large = scenes.picture(3, 801, 601)
    found = read_picture(encoded(large, "PNG"))
    assert found.pixels.shape == (300, 400, 3) and found.original == (801, 601)
    assert distance(sources.hash_image(encoded(large, "PNG")), hash_pixels(large)) <= 14
    clear = np.dstack([large, scenes.picture(4, 801, 601)[..., 0]])
    whole = np.asarray(
        Image.alpha_composite(Image.new("RGBA", (801, 601), "white"), Image.fromarray(clear)).convert("RGB")
    )
    seen = read_picture(encoded(clear, "PNG")).grounds
    assert len(seen) == 2 and distance(hash_pixels(seen[0]), hash_pixels(whole)) <= 14


@pytest.mark.parametrize(
    ("form", "mode"),
    [("PNG", "RGBA"), ("PNG", "LA"), ("PNG", "P"), ("WEBP", "RGBA"), ("GIF", "P"), ("TIFF", "RGBA"), ("ICO", "RGBA")],
)
def test_a_picture_in_the_alpha_is_matched_and_hashed_as_before(form, mode):
    """Black underneath: on white it is the picture."""
    gray = np.asarray(Image.fromarray(A).convert("L").resize((256, 256)))
    levels = np.where(gray > 128, 0, 255).astype(np.uint8) if mode == "P" else 255 - gray
    shown = 255 - levels
    clear = Image.fromarray(np.dstack([np.zeros((256, 256, 3), np.uint8), levels]))
    if mode == "P":
        flat = Image.fromarray((levels // 255).astype(np.uint8), "P")
        flat.putpalette(bytes(6))
        data = encoded(flat, form, transparency=0)
    else:
        data = encoded(clear.convert(mode), form, **({"lossless": True, "exact": True} if form == "WEBP" else {}))
    assert listing(shown).match_image(data).matched
    assert sources.hash_file(data).quality == 0
    assert not listing(B).match_image(data).matched


def test_an_opaque_alpha_costs_nothing():
    picture = read_picture(encoded(Image.fromarray(A).convert("RGBA"), "PNG"))
    assert picture.grounds == ()
    decision = listing(A).match_image(encoded(Image.fromarray(A).convert("RGBA"), "PNG"))
    assert decision.rate == listing(A).match_image(encoded(A, "PNG")).rate


def heif(*pictures, **options):
    pillow_heif = pytest.importorskip("pillow_heif")
    file = pillow_heif.HeifFile()
    for pixels in pictures:
        file.add_from_pillow(Image.fromarray(pixels))
    out = io.BytesIO()
    file.save(out, quality=90, **options)
    return out.getvalue()


def test_heic_opens_by_itself(tmp_path, capsys):
    data, registered = heif(A), "HEIF" in Image.ID
    assert all(distance(found, hash_pixels(A)) <= 4 for found in every_door(data))
    (tmp_path / "IMG_0001.HEIC").write_bytes(data)
    assert main(["hash", str(tmp_path)]) == 0
    assert sources.hash_image(data).hex in capsys.readouterr().out
    assert ("HEIF" in Image.ID) == registered, "Pillow of the embedder is left alone"


def test_of_several_heic_pictures_the_primary_counts_and_bursts_are_frames():
    data = heif(A, B, primary_index=1)
    assert distance(sources.hash_image(data), hash_pixels(B)) <= 4
    found = sources.hash_file(data)
    assert [distance(f, hash_pixels(p)) <= 4 for f, p in zip(found.frames, (B, A), strict=True)] == [True, True]


def test_an_mpo_is_its_first_picture():
    """Two views of a stereo camera, or a photo and its gain map: viewers show the first."""
    out = io.BytesIO()
    Image.fromarray(A).save(out, "MPO", save_all=True, append_images=[Image.fromarray(B)])
    assert len(every_door(out.getvalue())) == 1
    assert distance(sources.hash_file(out.getvalue()), hash_pixels(A)) <= 4


@pytest.mark.skipif(not features.check("avif"), reason="needs AVIF")
def test_avif_is_hashed():
    assert all(distance(found, hash_pixels(A)) <= 4 for found in every_door(encoded(A, "AVIF", quality=95)))


def test_a_decompression_bomb_inside_an_icon_is_our_error():
    """81 bytes: an ICNS whose PNG says 40000 x 40000."""
    import struct
    import zlib

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n"
    for kind, content in ((b"IHDR", head), (b"IDAT", b""), (b"IEND", b"")):
        png += struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    body = b"ic10" + struct.pack(">I", 8 + len(png)) + png
    data = b"icns" + struct.pack(">I", 8 + len(body)) + body
    for hashed in (sources.hash_image, sources.hash_file, sources.hash_video):
        with pytest.raises(errors.TooLargeError):
            hashed(data)


@pytest.mark.skipif(os.name != "posix", reason="a program in PATH")
def test_no_program_is_started(tmp_path):
    """EPS starts Ghostscript where Pillow opens whatever it can; a `gs` that leaves a trace lies first in PATH."""
    gs, trace = tmp_path / "gs", tmp_path / "started"
    gs.write_text(f"#!/bin/sh\ntouch {trace}\n")
    gs.chmod(0o755)
    eps = encoded(A, "EPS")
    code = "import sys; from pdqlite import sources, errors\ndata = sys.stdin.buffer.read()\nfor f in (sources.hash_image, sources.hash_file, sources.hash_video):\n    try: f(data)\n    except errors.NotMediaError as e: print(e)\n"
    env = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([sys.executable, "-P", "-c", code], input=eps, env=env, capture_output=True, check=False)
    assert done.stdout.count(b"PostScript") == 3, done.stderr
    assert not trace.exists()
    by_pillow = subprocess.run(
        [sys.executable, "-P", "-c", "import sys, io; from PIL import Image; Image.open(io.BytesIO(sys.stdin.buffer.read())).load()"],
        input=eps, env=env, capture_output=True, check=False)  # fmt: skip
    assert trace.exists() or by_pillow.returncode == 0, "so this is no empty promise"


def test_pillow_opens_no_other_plugin():
    """Every kind is opened by the plugin of its own, whatever others are registered."""
    called = []
    Image.register_open("EVIL", lambda *a: called.append(1), lambda prefix: called.append(1) or True)
    try:
        sources.hash_file(encoded(A, "PNG"))
        with pytest.raises(errors.NotMediaError):
            sources.hash_file(b"EVIL" * 100)
    finally:
        Image.ID.remove("EVIL")
        del Image.OPEN["EVIL"]
    assert not called
    assert image_file_module.image_of


def clips(codec, *parts, form="h264", **options):
    """Encode [(pixels, frames)] of any sizes as one elementary stream."""
    return b"".join(video([(p, 40)] * n, form, codec, **options) for p, n in parts)


def test_a_stream_may_change_its_size():
    found = sources.hash_file(clips("libx264", (scene(1), 30), (scene(2, 320, 240), 30)))
    assert distance(found.frames[0], hash_pixels(scene(1))) <= 12
    assert distance(found.frames[-1], hash_pixels(scene(2, 320, 240))) <= 12
    matched = listing(scene(2, 320, 240)).match_video(clips("libx264", (scene(1), 30), (scene(2, 320, 240), 30)))
    assert matched.matched


def test_interlaced_video_is_hashed_as_it_is_woven():
    data = video([(A, 40)] * 50, "mpegts", "libx264", flags="+ildct+ilme", **{"x264-params": "tff=1"})
    with av.open(io.BytesIO(data)) as container:
        assert next(container.decode(video=0)).interlaced_frame
    assert distance(sources.hash_file(data).frames[0], hash_pixels(A)) <= 12


def test_video_with_alpha_is_seen_on_white_and_on_black():
    gray = np.asarray(Image.fromarray(A).convert("L"))
    out = io.BytesIO()
    with av.open(out, "w", format="mov") as container:
        stream = container.add_stream("qtrle", rate=5)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "argb"
        clear = np.dstack([np.zeros_like(A), 255 - gray])
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(clear[..., [3, 0, 1, 2]]), format="argb")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with open_video(out.getvalue(), "all") as opened:
        frame = next(iter(opened))
    assert len(frame.grounds) == 2
    assert distance(hash_luma(frame.grounds[0], frame.limited), hash_pixels(gray)) <= 4
    assert listing(A).match_video(out.getvalue()).matched


def test_alpha_that_is_not_decoded_is_said():
    """VP8 and VP9 in WebM carry alpha beside the picture; FFmpeg's own decoders leave it out."""
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=5)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuva420p"
        stream.options = {"auto-alt-ref": "0"}
        stream.metadata["alpha_mode"] = "1"
        frame = av.VideoFrame.from_ndarray(np.dstack([A, A[..., 0]]), format="rgba").reformat(format="yuva420p")
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    found = sources.hash_file(out.getvalue())
    assert distance(found.frames[0], hash_pixels(A)) <= 16 and found.missing == ("the alpha of the video",)


def test_pq_is_brought_to_what_a_viewer_shows():
    """A frame coded in PQ (SMPTE ST 2084), made from a picture in standard range, hashes near that picture."""
    gray = np.asarray(Image.fromarray(A).convert("L")).astype(np.float64) / 255
    light = 203 * gray**2.4
    y = (light / 10_000) ** 0.1593017578125
    coded = ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375
    levels = np.rint(16 + 219 * coded).astype(np.uint8)

    def encode(trc):
        out = io.BytesIO()
        with av.open(out, "w", format="matroska") as container:
            stream = container.add_stream("ffv1", rate=5)
            stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
            stream.codec_context.color_trc = trc
            planes = np.concatenate([levels, np.full((120, 320), 128, np.uint8)])
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.color_trc = trc
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return out.getvalue()

    with av.open(io.BytesIO(encode(16))) as container:
        assert next(container.decode(video=0)).color_trc == 16
    near = sources.hash_video(encode(16), sampling="all").frames[0]
    plain = sources.hash_video(encode(1), sampling="all").frames[0]
    assert distance(near, hash_pixels(A)) <= 12 < distance(plain, hash_pixels(A))


def song(cover):
    """A song with a cover picture."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as container:
        sound = container.add_stream(
            "libmp3lame" if "libmp3lame" in av.codecs_available else "mp3", rate=44_100, layout="mono"
        )
        picture = container.add_stream("mjpeg")
        picture.width, picture.height, picture.pix_fmt = cover.shape[1], cover.shape[0], "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1152 * 40), np.int16), format="s16p", layout="mono")
        frame.rate = 44_100
        container.mux(picture.encode(av.VideoFrame.from_ndarray(cover, format="rgb24")))
        for packet in (*picture.encode(None), *sound.encode(frame), *sound.encode(None)):
            container.mux(packet)
    return out.getvalue()


def test_the_cover_of_a_song_is_seen():
    found = sources.hash_file(song(A))
    assert len(found.frames) == 1 and distance(found.frames[0], hash_pixels(A)) <= 12
    assert listing(A).match_video(song(A)).matched


def test_a_cover_is_never_taken_for_the_video():
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        cover = container.add_stream("mjpeg")
        cover.width, cover.height, cover.pix_fmt = 640, 480, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        write = add_track(container, [(B, 40)] * 30, "libx264")
        container.mux(cover.encode(av.VideoFrame.from_ndarray(scene(5, 640, 480), format="rgb24")))
        container.mux(cover.encode(None))
        write()
    with av.open(io.BytesIO(out.getvalue())) as container:
        assert [bool(s.disposition & av.stream.Disposition.attached_pic) for s in container.streams.video].count(
            True
        ) == 1
    found = sources.hash_file(out.getvalue())
    assert all(distance(f, hash_pixels(B)) <= 12 for f in found.frames)


def test_a_codec_that_is_not_on_the_list_is_named():
    data = video([(A, 40)] * 3, "matroska", "libx264").replace(b"V_MPEG4/ISO/AVC", b"V_UNCOMPRESSED!")
    with pytest.raises(errors.MediaError):
        sources.hash_file(data)
    out = io.BytesIO()
    with av.open(out, "w", format="avi") as container:
        stream = container.add_stream("asv1", rate=5)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for packet in (*stream.encode(av.VideoFrame.from_ndarray(A, format="rgb24")), *stream.encode(None)):
            container.mux(packet)
    with pytest.raises(errors.NotMediaError, match=r"asv1.*H\.264"):
        sources.hash_file(out.getvalue())


def test_saturated_colours_keep_the_brightness_that_the_video_codes():
    """BT.709: the plane itself is hashed, as vPDQ hashes it; the documented distance to the picture's own hash."""
    vivid = A.copy()
    vivid[..., 0], vivid[..., 2] = 255 - vivid[..., 2] // 2, vivid[..., 0] // 4
    whole = hash_pixels(vivid)
    frame = av.VideoFrame.from_ndarray(vivid, format="rgb24").reformat(format="yuv444p", dst_colorspace="ITU709")
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=5)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv444p"
        stream.codec_context.colorspace = 1
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    found = sources.hash_file(out.getvalue(), sampling="all").frames[0]
    assert distance(found, whole) <= 31


def test_write_and_read_are_the_same(tmp_path):
    write_picture(tmp_path / "a.png", A)
    assert sources.hash_file(tmp_path / "a.png") == hash_pixels(A)


def test_the_page_shows_the_table_that_decides():
    from pdqlite.media.kinds import NAMES, PICTURES, VIDEOS
    from pdqlite.media.table import table
    from support import ROOT

    assert table() in (ROOT / "docs" / "reference" / "media.md").read_text(encoding="utf-8")
    assert set(NAMES) == {kind.name for kind in PICTURES + VIDEOS}
