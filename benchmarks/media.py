"""
Safe decoding costs little more than plain Pillow and PyAV: what each safety adds, as ratios in one run.

Pictures and clips are drawn. Before anything is timed the pixels and frames are compared with the peer's, which must be
equal. Plain Pillow: open, convert, array. Plain PyAV: every frame's brightness plane, one thread. Ours: the allow-list, limits,
errors and sampling (read_picture, open_video); the same in a confined child (isolate=True), from which the pixels come by pipe;
and what a child costs to start. Time that passes, as a child's is not this process's.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable

import av
import numpy as np
from PIL import Image, features

from benchmarks._frame import clock
from benchmarks._frame.report import Report
from pdqlite import apart, sources
from pdqlite.cli import scenes
from pdqlite.media import kind_of, open_video, read_picture
from pdqlite.media.isolated import read_picture_apart

WIDTH, HEIGHT = 1600, 1200
SECONDS, RATE = 4, 25
SMALL = "--repeat 2".split()


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--repeat", type=int, default=7, help="samples of each time (default 7)")


def drawn() -> dict[str, bytes]:
    """Encoded pictures, by kind."""
    small = Image.fromarray(scenes.picture(3, WIDTH // 4, HEIGHT // 4))
    image = small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    found = {"JPEG": image, "PNG": image, "PNG with alpha": image.convert("RGBA"), "WebP": image}
    if features.check("avif"):
        found["AVIF"] = image
    encoded = {}
    for name, one in found.items():
        out = io.BytesIO()
        one.save(out, name.split()[0].upper(), quality=85)
        encoded[name] = out.getvalue()
    return encoded


def clip() -> bytes:
    """A 640 x 360 H.264 clip with B frames."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt, stream.options = 640, 360, "yuv420p", {"bf": "2", "g": "50"}
        for shown in scenes.clip(5, SECONDS, fps=RATE, width=640, height=360):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        container.mux(stream.encode(None))
    return out.getvalue()


def by_pillow(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def by_pyav(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        stream.thread_type, stream.codec_context.thread_count = "AUTO", 1
        planes = []
        for frame in container.decode(stream):
            plane = frame.planes[0]
            planes.append(np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width])
        return planes


def frames(data: bytes, sampling: str, isolate: bool = False) -> list[np.ndarray]:
    with open_video(data, sampling, threads=1, isolate=isolate) as video:  # type: ignore[arg-type]
        return [frame.luma for frame in video]


def together(report: Report, args: argparse.Namespace, works: dict[str, Callable[[], object]], **of: str) -> None:
    """Time all in turn; ratios to the first."""
    times = clock.together(works, args.repeat, number=1, read=time.perf_counter)
    base = next(iter(times))
    for who, seconds in times.items():
        report.time(who, seconds, "ms", **of)
        if who != base:
            report.ratio(f"{who}, times {base}", times[base], seconds, **of)


def run(report: Report, args: argparse.Namespace) -> None:
    for name, data in drawn().items():
        plain = by_pillow(data)
        assert np.array_equal(plain, read_picture(data).pixels), f"other pixels: {name}"
        assert np.array_equal(plain, read_picture_apart(data).pixels), f"other pixels from a child: {name}"
        works: dict[str, Callable[[], object]] = {
            "plain Pillow": lambda d=data: by_pillow(d),
            "read_picture": lambda d=data: read_picture(d),
            "kind_of alone": lambda d=data: kind_of(d),
            "read_picture in a child": lambda d=data: read_picture_apart(d),
            "hash_image": lambda d=data: sources.hash_image(d),
        }
        together(report, args, works, picture=name)
    data = clip()
    plain = by_pyav(data)
    for isolate in (False, True):
        ours = frames(data, "all", isolate)
        assert len(ours) == len(plain) and all(map(np.array_equal, plain, ours)), "other frames"
    works = {
        "plain PyAV": lambda: by_pyav(data),
        "every frame": lambda: frames(data, "all"),
        "one a second": lambda: frames(data, "time"),
        "every frame in a child": lambda: frames(data, "all", isolate=True),
        "one a second in a child": lambda: frames(data, "time", isolate=True),
    }
    together(report, args, works, clip="640 x 360, H.264")
    report.time("a child starts", _starts(args.repeat), "ms")


def _starts(repeat: int) -> list[float]:
    found = []
    for _ in range(repeat):
        start = time.perf_counter()
        child = apart.Apart("pdqlite.media.server:server")
        child.ask(("close", None))
        found.append(time.perf_counter() - start)
        child.end()
    return found
