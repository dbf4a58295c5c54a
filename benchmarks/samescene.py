"""
Other clips of one scene beside copies: how many match, and how many of both a rule of time would name "same scene".

Clips of one camera, one speaker, one road agree frame by frame as a copy does, and match. What the scene shares stays; what changes is
a clip's own. The rule looks at nothing else, in whole numbers: each asked frame takes the listed moment that is nearest; the line of
time (a speed and an offset) on which most of these moments lie says which moment each frame would be a copy of; and along it,
over all pairs of frames, the bits of the hash are counted that change in both clips: the same way, or opposite ways. In a copy they
change the same way, in another clip by chance.

Measured, no rule of the matcher: docs/research/2026-11-30-same-scene.md. Without --videos: drawn clips.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from benchmarks._frame import stats
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness import edits, onescene, sources
from benchmarks.robustness.families.base import recoded
from pdqlite.hashing import hash_pixels
from pdqlite.matching import Matcher
from pdqlite.media import open_video
from pdqlite.types import Entries, MatchPolicy

Picture = Image.Image
Rows = npt.NDArray[np.uint8]
STEP, MOST = 0.1, onescene.FRAMES  # seconds between the frames of a clip; frames of a clip, at most
LEAST, FEW = 15, 5  # frames of a clip, and on a line, below which nothing is said
MET = 60  # bits within which a moment is met
SPEEDS = (1.0, 0.9, 1.1, 0.5, 2.0, -1.0, 0.67, 1.5, 0.75, 1.25, -2.0, 3.0, -0.5, 4.0)
NAMED, BITS = 0.7, 3.0  # one scene: less than this part of the changes agree, of at least so many bits a pair of frames
SMALL = ("--scenes", "1", "--clips", "2")


class Line(NamedTuple):
    """
    What time says of two clips.

    Attributes:
        speed: Listed moments that pass in one asked frame.
        share: Part of the frames met that lie on the line.
        agreement: Part of the changes common to both clips that go the same way.
        bits: Such changes in a pair of frames.
    """

    speed: float
    share: float
    agreement: float
    bits: float

    @property
    def one_scene(self) -> bool:
        return self.agreement < NAMED and self.bits >= BITS


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--videos", type=Path, metavar="DIR", help="clips; names that begin with one word are of one scene"
    )
    parser.add_argument("--scenes", type=int, default=3, help="drawn scenes of a kind, without --videos (default 3)")
    parser.add_argument("--clips", type=int, default=3, help="clips of a drawn scene (default 3)")
    parser.add_argument("--seed", type=int, default=0)


def changes(asked: Rows, listed: Rows) -> tuple[int, int]:
    """Return how often, over all pairs of frames, a bit changes in both clips: the same way, and opposite ways. Two (n, 32) arrays."""
    a, b = (np.unpackbits(rows, axis=1).astype(np.int64) for rows in (asked, listed))
    both, neither = (a * b).sum(axis=0), ((1 - a) * (1 - b)).sum(axis=0)
    first, second = (a * (1 - b)).sum(axis=0), ((1 - a) * b).sum(axis=0)
    return int((both * neither).sum()), int((first * second).sum())


def line(asked: Rows, listed: Rows) -> Line | None:
    """Return what time says of asked frames and listed moments, both evenly spaced; None where too few meet."""
    far = np.bitwise_count(asked[:, None] ^ listed[None]).sum(axis=2)
    met, moment, frame = far.min(axis=1) <= MET, far.argmin(axis=1), np.arange(len(asked))
    if met.sum() <= FEW:
        return None
    best = (-1, 0.0, 0.0)
    for speed in SPEEDS:
        offsets = moment[met] - speed * frame[met]
        on = (np.abs(offsets[:, None] - offsets) <= 1.5).sum(axis=0)
        if on.max() > best[0]:
            best = (int(on.max()), speed, float(offsets[on.argmax()]))
    on_line, speed, offset = best
    found = (-1.0, 0.0)
    for shift in (-1, 0, 1):
        at = np.rint(speed * frame + offset + shift).astype(int)
        use = met & (at >= 0) & (at < len(listed))
        pairs = int(use.sum()) * (int(use.sum()) - 1) // 2
        same, opposite = changes(asked[use], listed[at[use]])
        if use.sum() >= FEW and same + opposite:
            found = max(found, (same / (same + opposite), (same + opposite) / pairs))
    return None if found[0] < 0 else Line(speed, on_line / int(met.sum()), *found)


def _read(path: Path) -> list[Picture]:
    found: list[Picture] = []
    with open_video(path, "time", STEP) as video:
        for frame in video:
            picture = Image.fromarray(np.asarray(frame.luma)).convert("RGB")
            picture.thumbnail((onescene.W, onescene.W))
            found.append(picture)
            if len(found) >= MOST:
                break
    return found


def _scenes(args: argparse.Namespace) -> dict[str, list[list[Picture]]]:
    """Return the clips of each scene, by its kind and a number."""
    if args.videos is None:
        return {f"{kind} {s}": [draw(args.seed, s, c) for c in range(args.clips)]
                for kind, draw in onescene.KINDS.items() for s in range(args.scenes)}  # fmt: skip
    found: dict[str, list[list[Picture]]] = {}
    for path in sources.videos(args.videos):
        frames = _read(path)
        if len(frames) >= LEAST:
            found.setdefault(path.stem.replace("-", "_").split("_")[0], []).append(frames)
    return found


def _every(change: Callable[[Picture], Picture]) -> Callable[[list[Picture]], list[Picture]]:
    return lambda clip: [change(frame) for frame in clip]


def _drawn_over(name: str) -> Callable[[list[Picture]], list[Picture]]:
    return _every(lambda p: edits.EDITS[name].change(p, edits.Draw(1, name, "one place")))


def _wandering(clip: list[Picture]) -> list[Picture]:
    """A disc of a tenth of the picture that wanders over it."""
    rng = np.random.default_rng(7)
    xs, ys = (onescene.path(rng, len(clip), 0, 1, 0.05) for _ in range(2))
    found = []
    for picture, x, y in zip(clip, xs, ys, strict=True):
        shown, (w, h) = picture.copy(), picture.size
        side = round((0.1 * w * h / 0.785) ** 0.5)
        disc = Image.radial_gradient("L").resize((side, side)).point(lambda v: 255 * (v < 180))
        shown.paste((255, 205, 40), (round((w - side) * x), round((h - side) * y)), disc)
        found.append(shown)
    return found


COPIES: dict[str, Callable[[list[Picture]], list[Picture]]] = {
    "small, JPEG 30": _every(lambda p: recoded(p.resize((p.width // 2, p.height // 2)), 30)),
    "dark, blurred": _every(lambda p: p.point(lambda v: v // 2).filter(ImageFilter.GaussianBlur(3))),
    "caption": _drawn_over("caption_bottom"),
    "crop to 95 %": _drawn_over("crop_c95"),
    "logo 10 %": _drawn_over("logo10"),
    "emoji 10 %": _drawn_over("emoji10"),
    "a piece of 2 s": lambda clip: clip[-20:],
    "backwards": lambda clip: clip[::-1],
    "twice as fast": lambda clip: clip[::2],
    "a disc wanders over it": _wandering,
}


class _Listed:
    """A list of one clip: its hashes, and a matcher by whole hashes alone."""

    def __init__(self, clip: list[Picture]) -> None:
        made = [hash_pixels(np.asarray(frame)) for frame in clip]
        self.rows = np.frombuffer(b"".join(h.bits for h in made), np.uint8).reshape(-1, 32)
        ones = np.ones(len(made), np.uint16)
        self._matcher = Matcher(
            Entries(self.rows, ones, ones, np.full(len(made), 2, np.uint8), np.array([h.quality for h in made], np.uint8),
                    np.zeros(len(made), np.uint32), np.arange(len(made), dtype=np.uint32) * round(1000 * STEP)),
            MatchPolicy(uncrop_entries=0),
        )  # fmt: skip

    def ask(self, clip: list[Picture]) -> tuple[bool, Line | None]:
        """Return whether a clip matches, and what time says where it lies upright."""
        watch = self._matcher.watch()
        for k, frame in enumerate(clip):
            watch.push(np.asarray(frame), k * STEP)
        decision = watch.decision()
        if not decision.matched or decision.where is None or decision.where.orientation != "as is":
            return decision.matched, None
        at, (w, h) = decision.where, clip[0].size
        left, top, right, bottom = (round(v) for v in (at.left * w, at.top * h, at.right * w, at.bottom * h))
        made = [hash_pixels(np.asarray(frame.crop((left, top, right, bottom)))) for frame in clip]
        return True, line(np.array([np.frombuffer(one.bits, np.uint8) for one in made]), self.rows)


def run(report: Report, args: argparse.Namespace) -> None:
    if args.videos and not args.videos.is_dir():
        raise UsageError("--videos needs a folder")
    scenes = _scenes(args)
    if not scenes:
        raise UsageError("no clip of two seconds found")
    seen: dict[tuple[str, str], list[tuple[bool, Line | None]]] = {}
    for name, clips in scenes.items():
        kind = name.split()[0]
        for k, clip in enumerate(clips):
            listed = _Listed(clip)
            for what, change in COPIES.items():
                seen.setdefault((kind, f"copy: {what}"), []).append(listed.ask(change(clip)))
            for other in clips[:k] + clips[k + 1 :]:
                seen.setdefault((kind, "another clip of the scene"), []).append(listed.ask(other))
    _tell(report, seen)


def _tell(report: Report, seen: dict[tuple[str, str], list[tuple[bool, Line | None]]]) -> None:
    table = []
    for (kind, what), answers in seen.items():
        lines = [found for matched, found in answers if matched]
        named = sum(found is not None and found.one_scene for found in lines)
        parts = [found.agreement for found in lines if found is not None]
        spread = [round(stats.quantile(parts, q), 2) for q in (0, 0.5, 1)] if parts else ["", "", ""]
        table.append([kind, what, len(answers), len(lines), named, *spread])
        report.rate("match", len(lines), len(answers), exact=True, kind=kind, what=what)
        if lines:
            report.rate("same scene, of matches", named, len(lines), exact=True, kind=kind, what=what)
    columns = ["scene", "asked", "pairs", "match", "of these named", "agreement: least", "median", "most"]
    report.table("one scene", columns, table)
    for row in table:
        report.note("  ".join(str(cell) for cell in row))
