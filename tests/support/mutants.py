"""Small files of every kind, and broken versions of them."""

import io
from functools import cache

import av
import numpy as np
from PIL import Image, features

from pdqlite.cli import scenes
from support.timelines import animated, encoded, video

WIDTH, HEIGHT = 64, 48
_STILL = (
    "JPEG",
    "PNG",
    "GIF",
    "WEBP",
    "TIFF",
    "BMP",
    "ICO",
    "ICNS",
    "PPM",
    "TGA",
    "PCX",
    "SGI",
    "DDS",
    "QOI",
    "JPEG2000",
)
_MOVING = ("PNG", "GIF", "WEBP", "TIFF")
_VIDEO = {
    "mp4": "libx264", "mov": "mpeg4", "matroska": "libvpx", "webm": "libvpx-vp9", "avi": "mpeg4", "mpegts": "mpeg2video", "mpeg": "mpeg1video",
    "flv": "flv", "asf": "msmpeg4", "ogg": "libvpx", "ivf": "libvpx", "nut": "ffv1", "h264": "libx264", "mjpeg": None,
}  # fmt: skip


def picture(seed=0):
    return scenes.picture(50 + seed, WIDTH, HEIGHT)


def names():
    """Names of all samples."""
    found = [f"{form}" for form in _STILL] + [f"moving {form}" for form in _MOVING] + [f for f in _VIDEO if _VIDEO[f]]
    found += ["PSD", "FLI", "progressive JPEG", "LZW TIFF", "RGBA PNG"]
    if features.check("avif"):
        found += ["AVIF", "moving AVIF"]
    try:
        import pillow_heif  # noqa: F401
    except ImportError:
        return found
    return [*found, "HEIF"]


@cache
def sample(name):
    """Return a small file."""
    shown = [(picture(seed), 200) for seed in range(4)]
    if name in _VIDEO:
        codec = _VIDEO[name]
        if codec in ("mpeg1video", "mpeg2video"):
            return _plain_video(name, codec)
        return video(shown, name, codec)
    if name == "PSD":
        return psd(picture())
    if name == "FLI":
        return fli([p for p, _ in shown])
    if name.startswith("moving "):
        return animated(name.removeprefix("moving "), shown)
    if name == "progressive JPEG":
        return encoded(picture(), "JPEG", progressive=True)
    if name == "LZW TIFF":
        return encoded(picture(), "TIFF", compression="tiff_lzw")
    if name == "RGBA PNG":
        return encoded(Image.fromarray(picture()).convert("RGBA"), "PNG")
    if name == "HEIF":
        import pillow_heif

        out = io.BytesIO()
        pillow_heif.from_pillow(Image.fromarray(picture())).save(out, format="HEIF")
        return out.getvalue()
    image = Image.fromarray(picture())
    return encoded(image.convert("RGBA") if name == "ICNS" else image, name)


def _plain_video(form, codec):
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for seed in range(4):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(seed), format="rgb24")))
        container.mux(stream.encode(None))
    return out.getvalue()


def psd(merged, layers=()):
    """A PSD of a merged picture and layers, raw (Adobe Photoshop File Formats Specification, 2019)."""
    height, width = merged.shape[:2]
    head = (
        b"8BPS"
        + (1).to_bytes(2)
        + bytes(6)
        + (3).to_bytes(2)
        + height.to_bytes(4)
        + width.to_bytes(4)
        + (8).to_bytes(2)
        + (3).to_bytes(2)
    )
    records, data = b"", b""
    for layer in layers:
        records += bytes(8) + height.to_bytes(4) + width.to_bytes(4) + (3).to_bytes(2)
        for channel in range(3):
            records += channel.to_bytes(2) + (2 + width * height).to_bytes(4)
            data += bytes(2) + layer[..., channel].tobytes()
        records += b"8BIMnorm" + bytes([255, 0, 0, 0]) + (12).to_bytes(4) + bytes(8) + b"\x01L\0\0"
    section = len(layers).to_bytes(2) + records + data
    section += bytes(len(section) % 2)
    layered = (len(section) + 8).to_bytes(4) + len(section).to_bytes(4) + section + bytes(4) if layers else bytes(4)
    planes = b"".join(merged[..., c].tobytes() for c in range(3))
    return head + bytes(8) + layered + bytes(2) + planes


def fli(pictures, milliseconds=200):
    """An FLC of gray pictures, uncompressed (Autodesk Animator, FLC file format)."""
    height, width = pictures[0].shape[:2]
    palette = b"".join(bytes([v, v, v]) for v in range(256))
    colours = _chunk(4, (1).to_bytes(2, "little") + b"\0\0" + palette)
    frames = []
    for k, pixels in enumerate(pictures):
        gray = np.asarray(Image.fromarray(pixels).convert("L")).tobytes()
        inside = (colours if k == 0 else b"") + _chunk(16, gray)
        count = 2 if k == 0 else 1
        frames.append(_chunk(0xF1FA, count.to_bytes(2, "little") + bytes(8) + inside))
    body = b"".join(frames)
    head = (128 + len(body)).to_bytes(4, "little") + b"\x12\xaf" + len(pictures).to_bytes(2, "little")
    head += (
        width.to_bytes(2, "little")
        + height.to_bytes(2, "little")
        + (8).to_bytes(2, "little")
        + (3).to_bytes(2, "little")
    )
    head += milliseconds.to_bytes(4, "little")
    return head + bytes(128 - len(head)) + body


def _chunk(kind, body):
    return (len(body) + 6).to_bytes(4, "little") + kind.to_bytes(2, "little") + body


def mutants(data, rng, count):
    """
    Yield `count` broken versions: bytes changed (most of them near the beginning, where the headers are), bits turned, numbers set to
    their extremes, parts cut out, doubled, swapped, and the end cut off.
    """
    for _ in range(count):
        broken = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 4, 12))):
            at = rng.randrange(min(len(broken), rng.choice((32, 128, 600, len(broken)))))
            kind = rng.randrange(7)
            if kind == 0:
                broken[at] = rng.randrange(256)
            elif kind == 1:
                broken[at] ^= 1 << rng.randrange(8)
            elif kind == 2:
                size = rng.choice((1, 2, 4))
                broken[at : at + size] = rng.choice((b"\xff", b"\0", b"\x7f", b"\x80"))[:1] * size
            elif kind == 3:
                del broken[at : at + rng.choice((1, 4, 40))]
            elif kind == 4:
                part = broken[at : at + rng.choice((4, 30, 300))]
                broken[at:at] = part
            elif kind == 5:
                other = rng.randrange(len(broken) or 1)
                broken[at : at + 8], broken[other : other + 8] = broken[other : other + 8], broken[at : at + 8]
            else:
                del broken[rng.randrange(at, len(broken)) + 1 :]
            if not broken:
                broken += b"\0"
        yield bytes(broken)
