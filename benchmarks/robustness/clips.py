"""
Edits of videos, each encoded again, against a list of the originals' frames, and vPDQ's rule.

The list keeps every frame that differs from the last one kept; queries are sampled half a
sampling period away from where the originals were, as an uploader's would be.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from benchmarks.robustness import edits, sources
from benchmarks.robustness.edits.geometry import blurred_fill
from pdqlite.hashing import hash_luma
from pdqlite.matching import Matcher
from pdqlite.media import open_video
from pdqlite.types import Entries

SECONDS = 12.0  # of each original
SIDE = 320  # the longer side of the frames
RATE = 12  # frames a second that are kept of an original
NEW_BITS = 8  # a list keeps a frame from this distance to the last one kept
EVERY, PHASE = 0.5, 0.25  # seconds between frames of a query, and where it starts

Frames = list[Image.Image]
PICTURE_EDITS = (
    "gray", "insta", "bright-30", "invert", "letterbox_black", "border10", "crop_c95", "crop_c90",
    "text5", "emoji5", "logo5", "watermark", "caption_bottom", "meme_top", "pip80", "pip65",
    "phone_dark", "recap_mild", "collage2_h",
)  # fmt: skip


def decoded(path: Path) -> Frames:
    """Return up to SECONDS of a video, RATE frames a second, brought to SIDE."""
    found: Frames = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time is None or frame.time * RATE < len(found):
                continue
            if len(found) >= SECONDS * RATE:
                break
            picture = frame.to_image()
            picture.thumbnail((SIDE, SIDE))
            found.append(picture)
    return found


def encoded(frames: Frames, path: Path, rate: float = RATE, bit_rate: int = 500_000) -> None:
    """Write frames of one size as H.264; sides are made even."""
    size = tuple(max(16, s // 2 * 2) for s in frames[0].size)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(rate).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.bit_rate = bit_rate
        for picture in frames:
            frame = av.VideoFrame.from_image(picture.resize(size))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def resampled(frames: Frames, factor: float) -> Frames:
    return [frames[min(len(frames) - 1, int(i * factor))] for i in range(int(len(frames) / factor))]


def _with(frames: Frames, before: Frames, after: Frames) -> Frames:
    size = frames[0].size
    return [f.resize(size) for f in before] + frames + [f.resize(size) for f in after]


def _vertical(frames: Frames) -> Frames:
    w, h = frames[0].size
    return [blurred_fill(f, w * 0.75, w * 4 / 3, 0.03) for f in frames]


def _on_all(name: str, source: str, args, others: list[Image.Image]):
    def change(frames: Frames) -> Frames:
        draw = [edits.Draw(args.seed, name, source, args.shift, others) for _ in frames]
        return [edits.EDITS[name].change(f, d) for f, d in zip(frames, draw, strict=True)]

    return change


def table(source: str, other: Frames, args) -> dict[str, tuple[Callable[[Frames], Frames], dict]]:
    """Return the edits of one video: what they do to its frames, and how they are encoded."""
    same = lambda f: f  # noqa: E731
    found = {
        "re-encoded": (same, {}),
        "bitrate crushed": (same, {"bit_rate": 40_000}),
        "8 frames a second": (lambda f: resampled(f, RATE / 8), {"rate": 8}),
        "5 frames a second": (lambda f: resampled(f, RATE / 5), {"rate": 5}),
        "speed 0.9": (same, {"rate": RATE * 0.9}),
        "speed 1.1": (same, {"rate": RATE * 1.1}),
        "trimmed to half": (lambda f: f[len(f) // 4 : len(f) * 3 // 4], {}),
        "intro before it": (lambda f: _with(f, other[: 3 * RATE], []), {}),
        "inside a longer one": (lambda f: _with(f, other, other[::-1]), {}),
        "mirrored": (lambda f: [p.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for p in f], {}),
        "vertical, blurred": (_vertical, {}),
        "2 s of it": (lambda f: f[len(f) // 2 : len(f) // 2 + 2 * RATE], {}),
        "one frame as a still": (lambda f: [f[len(f) // 2]] * (3 * RATE), {}),
    }
    for name in PICTURE_EDITS:
        found[name] = (_on_all(name, source, args, other[:1]), {})
    return found


def listed(originals: list[Frames]) -> Entries:
    """Return the list: the frames that differ, with their times."""
    columns: list[tuple[bytes, int, int, int]] = []
    for video, frames in enumerate(originals):
        last = None
        for i, picture in enumerate(frames):
            one = hash_luma(np.asarray(picture.convert("L")))
            bits = np.frombuffer(one.bits, np.uint8)
            if last is None or np.bitwise_count(bits ^ last).sum() >= NEW_BITS:
                columns.append((one.bits, one.quality, video, round(1000 * i / RATE)))
                last = bits
    n = len(columns)
    rows = np.frombuffer(b"".join(c[0] for c in columns), np.uint8).reshape(-1, 32)
    quality, video, time = (np.array([c[k] for c in columns]) for k in (1, 2, 3))
    ones = np.ones(n, np.uint16)
    return Entries(rows, ones, ones, np.full(n, 2, np.uint8), quality.astype(np.uint8),
                   video.astype(np.uint32), time.astype(np.uint32))


def _query(path: Path):
    """Give (luma, seconds, limited), sampled from PHASE on."""
    due = PHASE
    with open_video(path, "all") as video:
        for frame in video:
            if frame.time + 1e-6 >= due:
                yield frame.luma, frame.time, frame.limited
                due += EVERY


def vpdq_rule(queries: list[bytes], rows: np.ndarray, part: float = 0.8) -> bool:
    """vPDQ: this part of the query's frames within 31 bits of some frame of the video."""
    if not queries or not len(rows):
        return False
    asked = np.frombuffer(b"".join(queries), np.uint8).reshape(-1, 32)
    near = np.bitwise_count(asked[:, None] ^ rows[None]).sum(axis=2).min(axis=1)
    return bool((near <= 31).mean() >= part)


def run(report, args) -> None:
    paths = sources.videos(args.media)
    if len(paths) < 2:
        report.note("No videos: none were measured.")
        return
    originals = [decoded(p) for p in paths]
    entries = listed(originals[:-1])  # the last is kept out: intros, backgrounds, a stranger
    ours = {"pdqlite, list cap 31": Matcher(entries, max_distance=31),
            "pdqlite, cap by rate": Matcher(entries, max_distance=256)}
    per_second = [entries.rows[(entries.video == v)] for v in range(len(originals) - 1)]
    hits: dict[tuple[str, str], int] = {}
    wrong = dict.fromkeys([*ours, "vPDQ 80 % within 31"], 0)
    total: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(paths):
            for name, (change, how) in table(path.name, originals[-1], args).items():
                if number == len(paths) - 1 and name != "re-encoded":
                    continue  # the stranger
                target = Path(folder) / "copy.mp4"
                encoded(change(originals[number]), target, **how)
                frames = list(_query(target))
                total[name] = total.get(name, 0) + (number < len(paths) - 1)
                for method, matcher in ours.items():
                    watch = matcher.watch()
                    for luma, time, limited in frames:
                        watch.push(luma, time, limited)
                    decision = watch.decision()
                    right = decision.matched and decision.video == number
                    hits[name, method] = hits.get((name, method), 0) + right
                    wrong[method] += decision.matched and not right
                asked = [hash_luma(luma, limited).bits for luma, _, limited in frames]
                for v, rows in enumerate(per_second):
                    if vpdq_rule(asked, rows):
                        key = name, "vPDQ 80 % within 31"
                        hits[key] = hits.get(key, 0) + (v == number)
                        wrong["vPDQ 80 % within 31"] += v != number
    _tell(report, hits, total, wrong, len(entries), len(paths))


def _tell(report, hits, total, wrong, rows, videos) -> None:
    report.note(f"Videos: {videos - 1} in the list ({rows} frames that differ), one kept out. "
                f"Each is the first {SECONDS:g} s at {RATE} frames a second, {SIDE} pixels.")
    shares = {m: [hits.get((n, m), 0) / t for n, t in total.items()] for m in wrong}
    report.table("recall of videos by edit", ["edit", "videos", *wrong],
                 [[n, t, *(shares[m][i] for m in wrong)] for i, (n, t) in enumerate(total.items())])
    queries = sum(total.values())
    for method in wrong:
        report.rate("video recall", sum(hits.get((n, method), 0) for n in total), queries,
                    method=method)
        report.rate("video false matches", wrong[method], queries * (videos - 2) + videos - 1,
                    method=method)
