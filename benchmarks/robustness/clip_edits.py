"""
What people do to a video: edits in time, encoded again whole, and edits of pictures on all frames.

An edit in time changes the frames or how they are encoded; the copy is written as H.264 and read
back. A picture edit is drawn once for a video, so that a logo or a page stays where it is, and is
made of the frames that are asked alone, each a JPEG of quality 45: the rest would not be looked at.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from benchmarks.robustness import edits
from benchmarks.robustness.edits.base import jpeg
from benchmarks.robustness.edits.geometry import blurred_fill
from pdqlite.media import open_video

SECONDS = 12.0  # of each original
SIDE = 320  # the longer side of the frames
RATE = 30  # frames a second of an original
EVERY, PHASE = 0.5, 0.25  # seconds between frames of a query, and where it starts
QUALITY = 45  # JPEG, of the frames of picture edits

Frames = list[Image.Image]
Asked = list[tuple[np.ndarray, float, bool]]  # luma, seconds, limited
PICTURE_EDITS = (
    "gray", "insta", "bright-30", "invert", "letterbox_black", "border10", "caption_bottom", "meme_top", "text5",
    "watermark", "emoji5", "logo5", "emoji10", "logo10", "pip80", "pip65", "collage2_h", "phone_dark", "desktop_page",
    "recap_mild", "recap_strong", "crop_c95", "crop_c90", "crop_c80", "crop_corner80", "crop_c70", "rotate5_crop",
    "cb_flip+crop85+text5",
)  # fmt: skip


@dataclass(frozen=True)
class ClipEdit:
    """One edit: what it does to the frames of a video, and how the copy is encoded; `times` False: picture by picture."""

    name: str
    group: str
    change: Callable[[Frames], Frames]
    encoding: dict[str, float] = field(default_factory=dict)
    times: bool = True


def decoded(path: Path) -> Frames:
    """Return up to SECONDS of a video, RATE frames a second (the last one shown at each moment), brought to SIDE."""
    found: Frames = []
    last = None
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time is None:
                continue
            while last is not None and len(found) < frame.time * RATE - 1e-6 and len(found) < SECONDS * RATE:
                found.append(last)
            if len(found) >= SECONDS * RATE:
                return found
            last = frame.to_image()
            last.thumbnail((SIDE, SIDE))
    return [*found, last] if last is not None else found


def encoded(frames: Frames, path: Path, rate: float = RATE, bit_rate: float = 500_000) -> None:
    """Write frames of one size as H.264; sides are made even."""
    size = tuple(max(16, s // 2 * 2) for s in frames[0].size)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(rate).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.bit_rate = int(bit_rate)
        for picture in frames:
            container.mux(stream.encode(av.VideoFrame.from_image(picture.resize(size))))
        container.mux(stream.encode(None))


def resampled(frames: Frames, factor: float) -> Frames:
    return [frames[min(len(frames) - 1, int(i * factor))] for i in range(int(len(frames) / factor))]


def _with(frames: Frames, before: Frames, after: Frames) -> Frames:
    size = frames[0].size
    return [f.resize(size) for f in before] + frames + [f.resize(size) for f in after]


def _vertical(frames: Frames) -> Frames:
    w, h = frames[0].size
    return [blurred_fill(f, w * 0.75, w * 4 / 3, 0.03) for f in frames]


def _on_all(name: str, source: str, args, others: Frames) -> Callable[[Frames], Frames]:
    def change(frames: Frames) -> Frames:
        return [edits.EDITS[name].change(f, edits.Draw(args.seed, name, source, args.shift, others)) for f in frames]

    return change


def _recorded(source: str, args, others: Frames) -> Callable[[Frames], Frames]:
    """A phone's screen: a chat with another picture for 2 s, then the video opened in it."""

    def change(frames: Frames) -> Frames:
        page = _on_all("phone_light", source, args, others)
        return page([others[0].resize(frames[0].size)]) * (2 * RATE) + page(frames)

    return change


def _zoomed(frames: Frames) -> Frames:
    """Zoom in slowly, to three quarters of the sides at the end."""
    found = []
    for i, f in enumerate(frames):
        part = 1 - 0.25 * i / max(1, len(frames) - 1)
        w, h = f.size
        box = (w * (1 - part) / 2, h * (1 - part) / 2, w * (1 + part) / 2, h * (1 + part) / 2)
        found.append(f.resize(f.size, Image.Resampling.BILINEAR, box))
    return found


def _shaken(source: str, args) -> Callable[[Frames], Frames]:
    """A hand that shakes: nine tenths of the sides, from another place in every frame."""

    def change(frames: Frames) -> Frames:
        rng = np.random.default_rng([args.seed, *source.encode()])
        w, h = frames[0].size
        places = rng.uniform(0, 0.1, (len(frames), 2)) * (w, h)
        return [
            f.resize(f.size, Image.Resampling.BILINEAR, (x, y, x + 0.9 * w, y + 0.9 * h))
            for f, (x, y) in zip(frames, places.tolist(), strict=True)
        ]

    return change


def _inset(other: Frames) -> Callable[[Frames], Frames]:
    """Three tenths of the sides, in a corner of another video."""

    def change(frames: Frames) -> Frames:
        w, h = frames[0].size
        found = []
        for i, f in enumerate(frames):
            page = other[i % len(other)].resize((2 * w, 2 * h))
            page.paste(f.resize((round(0.6 * w), round(0.6 * h))), (round(0.1 * w), round(0.1 * h)))
            found.append(page)
        return found

    return change


def table(source: str, other: Frames, args) -> list[ClipEdit]:
    """Return the edits of one video; `other` is a video that is in no list."""

    def same(frames: Frames) -> Frames:
        return frames

    def turned(frames: Frames) -> Frames:
        return [p.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for p in frames]

    found = [
        ClipEdit("re-encoded", "re-encoded", same),
        ClipEdit("bitrate crushed", "re-encoded", same, {"bit_rate": 40_000}),
        ClipEdit("24 frames a second", "re-encoded", lambda f: resampled(f, RATE / 24), {"rate": 24}),
        ClipEdit("24, then 15", "re-encoded", lambda f: resampled(resampled(f, RATE / 24), 24 / 15), {"rate": 15}),
        *(ClipEdit(f"speed {s}", "speed", same, {"rate": RATE * s}) for s in (0.9, 0.95, 1.05, 1.1)),
        ClipEdit("trimmed to half", "cut", lambda f: f[len(f) // 4 : len(f) * 3 // 4]),
        ClipEdit("intro before it", "cut", lambda f: _with(f, other[: 3 * RATE], [])),
        ClipEdit("inside a longer one", "cut", lambda f: _with(f, other, other[::-1])),
        ClipEdit("time lapse, 4 times", "time", lambda f: f[::4]),
        ClipEdit("time lapse, 8 times", "time", lambda f: f[::8]),
        ClipEdit("slow motion, half", "time", lambda f: resampled(f, 0.5)),
        ClipEdit("reversed", "time", lambda f: f[::-1]),
        ClipEdit("slow zoom", "camera", _zoomed),
        ClipEdit("shaken", "camera", _shaken(source, args)),
        ClipEdit("inset of 30 %", "inset", _inset(other)),
        ClipEdit("mirrored", "mirrored", turned),
        ClipEdit("vertical, blurred sides", "blurbg", _vertical),
        ClipEdit("screen recorded", "ui", _recorded(source, args, other[:1])),
        ClipEdit("2 s of it", "2 s", lambda f: f[max(0, len(f) // 2 - RATE) : len(f) // 2 + RATE]),
        ClipEdit("one frame as a still", "still", lambda f: [f[len(f) // 2]] * (3 * RATE)),
    ]
    return found + [ClipEdit(n, edits.EDITS[n].group, _on_all(n, source, args, other[:1]), times=False)
                    for n in PICTURE_EDITS]  # fmt: skip


def asked(edit: ClipEdit, frames: Frames) -> Asked:
    """Return the frames of the copy that a matcher is shown, half a sampling period from where the originals' were."""
    if edit.times:
        return list(_read_back(edit, frames))
    step, first = int(EVERY * RATE), int(PHASE * RATE)
    found = []
    for i, picture in enumerate(edit.change(frames[first::step])):
        copy = Image.open(io.BytesIO(jpeg(picture, QUALITY))).convert("L")
        found.append((np.asarray(copy), PHASE + i * EVERY, False))
    return found


def _read_back(edit: ClipEdit, frames: Frames) -> Iterator[tuple[np.ndarray, float, bool]]:
    due = PHASE
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "copy.mp4"
        encoded(edit.change(frames), target, **edit.encoding)
        with open_video(target, "all") as video:
            last = None
            for frame in video:
                last = frame.luma.copy(), frame.time, frame.limited
                if frame.time + 1e-6 >= due:
                    yield last
                    due += EVERY
            if due == PHASE and last is not None:  # shorter than the first moment: its last frame is shown
                yield last
