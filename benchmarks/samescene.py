"""
Other clips of one fixed camera are told from copies by time: a copy fits its entry best at its own moment.

Clips of one camera, one speaker, one road agree frame by frame as a copy does, and match. What tells them apart:
in a copy, a frame is nearer to the entry's frame of its moment than to the entry's other moments, by about as much
as the entry's moments differ from each other; in another clip of the scene it is as far from all. `ratio` is that:
(mean distance to other moments less that to its own, at the best offset) / (mean distance of the entry's moments).

Measured, not yet a rule of the matcher: edits that hide what moves lower the ratio of copies too. Without --videos:
drawn clips, things that move before a still scene.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from benchmarks._frame import stats
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness import drawn, edits, sources
from benchmarks.robustness.families.base import number_of, recoded
from pdqlite.hashing import hash_pixels
from pdqlite.media import open_video

Picture = Image.Image
Rows = npt.NDArray[np.uint8]
STEP, MOST, APART = 0.2, 60, 4  # seconds between frames; frames of a clip; frames from which moments are other ones
SMALL = ("--scenes", "2", "--clips", "2")
SAME = 0.2  # ratio below which the note calls a pair one scene


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--videos", type=Path, metavar="DIR", help="clips; names that begin with one word are of one scene"
    )
    parser.add_argument("--scenes", type=int, default=6, help="drawn scenes, without --videos (default 6)")
    parser.add_argument("--clips", type=int, default=3, help="clips of a drawn scene (default 3)")
    parser.add_argument("--seed", type=int, default=0)


def _moving(scene: int, clip: int, seed: int, frames: int = 40) -> list[Picture]:
    """Return a clip: three things on paths of their own before a still scene."""
    rng = np.random.default_rng(number_of(seed, "moving", scene, clip))
    back = drawn.scene(2000 + scene)
    w, h = back.size
    starts, ways = rng.uniform(0, 1, (3, 2)), rng.normal(0, 0.02, (3, 2))
    sizes, inks = rng.uniform(0.08, 0.2, 3) * h, rng.integers(0, 256, (3, 3))
    found = []
    for t in range(frames):
        picture = back.copy()
        pen = ImageDraw.Draw(picture)
        for at, way, size, ink in zip(starts, ways, sizes, inks, strict=True):
            x, y = (np.abs((at + way * t) % 2 - 1)) * (w, h)
            pen.ellipse((x - size, y - size, x + size, y + size), fill=tuple(int(v) for v in ink))
        found.append(picture)
    return found


def _read(path: Path) -> list[Picture]:
    found: list[Picture] = []
    with open_video(path, "time", STEP) as video:
        for frame in video:
            found.append(Image.fromarray(np.asarray(frame.luma)).convert("RGB"))
            if len(found) >= MOST:
                break
    return found


def _clips(args: argparse.Namespace) -> dict[str, list[list[Picture]]]:
    """Return the clips of each scene."""
    if args.videos is None:
        return {f"scene {s}": [_moving(s, c, args.seed) for c in range(args.clips)] for s in range(args.scenes)}
    found: dict[str, list[list[Picture]]] = {}
    for path in sources.videos(args.videos):
        frames = _read(path)
        if len(frames) > 2 * APART + 2:
            found.setdefault(path.stem.replace("-", "_").split("_")[0], []).append(frames)
    return found


def hashes(frames: list[Picture]) -> Rows:
    return np.array([np.frombuffer(hash_pixels(np.asarray(f)).bits, np.uint8) for f in frames])


def apart(a: Rows, b: Rows) -> npt.NDArray[np.float64]:
    return np.bitwise_count(a[:, None] ^ b[None]).sum(axis=2).astype(np.float64)


def ratio(asked: Rows, listed: Rows) -> float:
    """Return how much nearer the asked frames are to their own moment of the listed clip than to its others, at the best offset."""
    far, moments = apart(asked, listed), np.arange(len(listed))
    within = apart(listed, listed)[np.abs(moments[:, None] - moments) > APART].mean()
    best, found = np.inf, 0.0
    for offset in range(APART - len(asked), len(listed) - APART + 1):
        at = np.arange(max(0, -offset), min(len(asked), len(listed) - offset))
        if len(at) < max(4, min(far.shape) // 2) or far[at, at + offset].mean() >= best:
            continue
        best = far[at, at + offset].mean()
        away = [far[k, np.abs(moments - k - offset) > APART] for k in at]
        others = [float(d.mean()) for d in away if len(d)]
        found = (float(np.mean(others)) - best) / max(within, 1.0) if others else 0.0
    return float(found)


CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "small, JPEG 30": lambda p: recoded(p.resize((p.width // 2, p.height // 2)), 30),
    "dark, blurred": lambda p: p.point(lambda v: v // 2).filter(ImageFilter.GaussianBlur(4)),
    "logo 10 %": lambda p: edits.EDITS["logo10"].change(p, edits.Draw(1, "logo10", "one place")),
    "emoji 10 %": lambda p: edits.EDITS["emoji10"].change(p, edits.Draw(1, "emoji10", "one place")),
}


def run(report: Report, args: argparse.Namespace) -> None:
    if args.videos and not args.videos.is_dir():
        raise UsageError("--videos needs a folder")
    scenes = _clips(args)
    if not scenes:
        raise UsageError("no clip of two seconds found")
    rows = {name: [hashes(clip) for clip in clips] for name, clips in scenes.items()}
    seen: dict[str, list[float]] = {}
    for name, clips in scenes.items():
        for k, clip in enumerate(clips):
            for change, do in CHANGES.items():
                seen.setdefault(f"copy: {change}", []).append(ratio(hashes([do(f) for f in clip]), rows[name][k]))
            for j, other in enumerate(rows[name]):
                if j != k:
                    seen.setdefault("another clip of the scene", []).append(ratio(other, rows[name][k]))
    table = []
    for what, values in seen.items():
        table.append([what, len(values), *(round(stats.quantile(values, q), 2) for q in (0, 0.1, 0.5, 0.9, 1))])
        report.rate(f"ratio under {SAME}", sum(v < SAME for v in values), len(values), exact=True, what=what)
    report.table("ratio", ["asked", "pairs", "least", "10 %", "median", "90 %", "most"], table)
    for row in table:
        report.note("  ".join(str(cell) for cell in row))
