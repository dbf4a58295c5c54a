"""
Edits with one knob, from mild to strong: tilt, perspective, insets, crops, bars, blends, grids.

`FAMILIES` says for each what the knob is and where it stands; every change is drawn from a `Draw`, as an edit is.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.robustness.edits import scenes
from benchmarks.robustness.edits.base import Draw, upload
from benchmarks.robustness.edits.geometry import crop_to, inside, resized

Picture = Image.Image
BICUBIC = Image.Resampling.BICUBIC


@dataclass(frozen=True)
class Family:
    """A kind of edit: `change(picture, strength, draw)`, at these strengths of this unit."""

    name: str
    unit: str
    strengths: tuple[float, ...]
    change: Callable[[Picture, float, Draw], Picture]

    def copy(self, picture: Picture, strength: float, source: str, seed: int, others: list[Picture]) -> Picture:
        """Return the copy as an upload stores it; the same for the same arguments."""
        draw = Draw(seed, f"{self.name} {strength}", source, 0.0, others)
        return Image.open(io.BytesIO(upload(self.change(picture, strength, draw), draw))).convert("RGB")


def _angle(degrees: float, draw: Draw) -> float:
    return degrees * draw.chance.choice((-1, 1)) + 90 * draw.chance.choice((0, 0, 0, 1))


def tilt_black(picture: Picture, degrees: float, draw: Draw) -> Picture:
    """Turned on a canvas that holds all of it, corners black."""
    return picture.rotate(_angle(degrees, draw), BICUBIC, expand=True, fillcolor=(0, 0, 0))


def tilt_same_canvas(picture: Picture, degrees: float, draw: Draw) -> Picture:
    """Turned on its own canvas: corners of the picture go, corners of the canvas are black."""
    return picture.rotate(degrees * draw.chance.choice((-1, 1)), BICUBIC, fillcolor=(0, 0, 0))


def tilt_cut(picture: Picture, degrees: float, draw: Draw) -> Picture:
    """Turned, and cut to the inside."""
    angle = degrees * draw.chance.choice((-1, 1))
    return inside(picture.rotate(angle, BICUBIC), angle)


def _projected(picture: Picture, corners: list[tuple[float, float]], size: tuple[int, int], fill) -> Picture:
    """Return the picture with its corners (upper left, upper right, lower right, lower left) at these places."""
    w, h = picture.size
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, [(0, 0), (w, 0), (w, h), (0, h)], strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    numbers = np.linalg.solve(np.array(rows, float), np.array(right, float))
    return picture.transform(size, Image.Transform.PERSPECTIVE, tuple(numbers), BICUBIC, fillcolor=fill)


def keystone(picture: Picture, degrees: float, draw: Draw) -> Picture:
    """A flat picture seen from the side, two and a half of its widths away, by a pinhole camera."""
    w, h = picture.size
    angle, far = math.radians(degrees), 2.5 * max(w, h)
    upright = draw.chance.random() < 0.5
    sign = draw.chance.choice((-1, 1))
    seen = []
    for x, y in [(-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2)]:
        depth = far + sign * math.sin(angle) * (x if upright else y)
        seen.append(
            (
                (x * math.cos(angle) if upright else x) * far / depth,
                (y if upright else y * math.cos(angle)) * far / depth,
            )
        )
    left, top = min(p[0] for p in seen), min(p[1] for p in seen)
    size = math.ceil(max(p[0] for p in seen) - left), math.ceil(max(p[1] for p in seen) - top)
    return _projected(picture, [(x - left, y - top) for x, y in seen], size, (24, 24, 26))


def skew(picture: Picture, part: float, draw: Draw) -> Picture:
    """Sheared by this part of a side, along x or along y, on a canvas of its own size: what leaves it is cut off."""
    w, h = picture.size
    s = part * draw.chance.choice((-1, 1))
    way = (1, s, -s * h / 2, 0, 1, 0) if draw.chance.random() < 0.5 else (1, 0, 0, s, 1, -s * w / 2)
    return picture.transform((w, h), Image.Transform.AFFINE, way, BICUBIC)


def inset(picture: Picture, part: float, draw: Draw) -> Picture:
    """In another picture of 1280 pixels, at this part of its sides."""
    back = resized(draw.other(), 1280, 1280 * picture.height / picture.width)
    small = resized(picture, back.width * part, back.height * part)
    back.paste(
        small, tuple(round((b - s) * draw.chance.uniform(0.1, 0.9)) for b, s in zip(back.size, small.size, strict=True))
    )
    return back


def crop(picture: Picture, part: float, draw: Draw) -> Picture:
    """This part of each side, anywhere."""
    return crop_to(picture, part, part, draw.chance.random(), draw.chance.random())


def bar(picture: Picture, part: float, draw: Draw) -> Picture:
    """A black bar over this part of the picture, from one side."""
    out = picture.copy()
    (w, h), side = picture.size, draw.chance.randrange(4)
    box = [(0, 0, w, h * part), (0, h * (1 - part), w, h), (0, 0, w * part, h), (w * (1 - part), 0, w, h)][side]
    ImageDraw.Draw(out).rectangle(box, fill=(0, 0, 0))
    return out


def blend(picture: Picture, part: float, draw: Draw) -> Picture:
    """Mixed with this part of another picture."""
    return Image.blend(picture, draw.other().resize(picture.size), part)


def screens(picture: Picture, times: float, draw: Draw) -> Picture:
    """A screenshot of a screenshot of ..."""
    for _ in range(round(times)):
        picture = draw.chance.choice((scenes.phone(True), scenes.phone(False)))(picture, draw)
    return picture


def grid(picture: Picture, side: float, draw: Draw) -> Picture:
    """One of side x side tiles."""
    return scenes.collage(round(side), round(side))(picture, draw)


FAMILIES = {
    f.name: f
    for f in (
        Family("tilt, black corners", "degrees", (0, 5, 10, 15, 20, 25, 30, 35, 40, 45), tilt_black),
        Family("tilt, same canvas", "degrees", (0, 5, 10, 15, 20, 25, 30, 35, 40, 45), tilt_same_canvas),
        Family("tilt, cut to the inside", "degrees", (0, 5, 10, 15, 20, 25, 30, 35, 40, 45), tilt_cut),
        Family("keystone", "degrees", (10, 20, 30, 40, 50), keystone),
        Family("skew", "part of a side", (0.1, 0.2, 0.3, 0.4), skew),
        Family("inset", "part of each side", (0.2, 0.25, 0.3, 0.4, 0.5), inset),
        Family("crop", "part of each side", (0.3, 0.35, 0.4, 0.5, 0.6, 0.8), crop),
        Family("censor bar", "part covered", (0.3, 0.4, 0.5, 0.6), bar),
        Family("blend", "part of the other", (0.3, 0.4, 0.5, 0.6), blend),
        Family("screenshots", "times", (1, 2, 3), screens),
        Family("grid", "tiles a side", (2, 3, 4), grid),
    )
}
