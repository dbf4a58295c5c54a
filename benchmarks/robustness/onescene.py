"""
Clips of one scene, drawn: a camera that stands still, a speaker, a road. A clip has the scene's number and its own.

What belongs to the scene (ground, clothes, sky, land) is the same in all its clips. What moves, and the light, are a clip's own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.robustness import drawn
from benchmarks.robustness.families.base import number_of

Picture = Image.Image
FRAMES = 80  # a tenth of a second each
W, H = 320, 240


def path(rng: np.random.Generator, steps: int, low: float, high: float, pace: float) -> list[float]:
    """Return where a thing is that drifts between two walls."""
    at, way, found = float(rng.uniform(low, high)), float(rng.normal(0, pace)), []
    for _ in range(steps):
        way = 0.9 * way + float(rng.normal(0, pace / 2))
        at += way
        if not low <= at <= high:
            at, way = min(max(at, low), high), -way
        found.append(at)
    return found


def _ground(kind: int, scene: int, rng: np.random.Generator) -> Picture:
    """Return the scene's ground, in the light of a clip."""
    gain, more = rng.uniform(0.85, 1.1), rng.uniform(-12, 12)
    return drawn.scene(2000 + 100 * kind + scene).resize((W, H)).point(lambda v: min(255, max(0, int(v * gain + more))))


def _ink(rng: np.random.Generator, low: int = 0, high: int = 256) -> tuple[int, ...]:
    return tuple(int(v) for v in rng.integers(low, high, 3))


def camera(seed: int, scene: int, clip: int) -> list[Picture]:
    """Return a clip of people, of a tenth to a quarter of its height, who walk before a camera that stands still."""
    rng = np.random.default_rng(number_of(seed, "camera", scene, clip))
    back = _ground(0, scene, rng)
    people = [(path(rng, FRAMES, 0, 1, 0.02), path(rng, FRAMES, 0.3, 1, 0.01), rng.uniform(0.04, 0.12) * H, _ink(rng)) for _ in range(3)]  # fmt: skip
    found = []
    for t in range(FRAMES):
        picture = back.copy()
        pen = ImageDraw.Draw(picture)
        for xs, ys, r, ink in people:
            x, y = xs[t] * W, ys[t] * H
            pen.ellipse((x - r / 2, y - 2 * r, x + r / 2, y - r), fill=ink)
            pen.rectangle((x - r * 0.7, y - r, x + r * 0.7, y + r), fill=tuple(v // 2 for v in ink))
        found.append(picture)
    return found


def speaker(seed: int, scene: int, clip: int) -> list[Picture]:
    """Return a clip of one person in one room: head, mouth and a hand move."""
    own, rng = (np.random.default_rng(number_of(seed, "speaker", *n)) for n in ((scene,), (scene, clip)))
    back = _ground(1, scene, rng).filter(ImageFilter.GaussianBlur(3))
    skin, shirt, hair = _ink(own, 120, 230), _ink(own, 0, 200), _ink(own, 0, 100)
    ways = ((-0.06, 0.06, 0.008), (-0.03, 0.03, 0.005), (0.94, 1.06, 0.008), (0, 1, 0.3), (0, 1, 0.05), (0, 1, 0.05))
    xs, ys, sizes, mouth, left, up = (path(rng, FRAMES, *way) for way in ways)
    found = []
    for t in range(FRAMES):
        picture = back.copy()
        pen = ImageDraw.Draw(picture)
        x, y, r = W / 2 + xs[t] * W, H * 0.42 + ys[t] * H, H * 0.24 * sizes[t]
        pen.ellipse((W * 0.22 + xs[t] * W / 3, H * 0.66, W * 0.78 + xs[t] * W / 3, H * 1.6), fill=shirt)
        pen.ellipse((x - r * 0.95, y - r * 1.35, x + r * 0.95, y + r * 0.8), fill=hair)
        pen.ellipse((x - r * 0.8, y - r, x + r * 0.8, y + r * 1.15), fill=skin)
        for eye in (-0.35, 0.35):
            pen.ellipse((x + eye * r - r / 8, y - r / 5, x + eye * r + r / 8, y - r / 20), fill=(20, 20, 30))
        pen.ellipse((x - r * 0.3, y + r * 0.5, x + r * 0.3, y + r * (0.55 + 0.3 * mouth[t])), fill=(110, 30, 40))
        hand = W * (0.2 + 0.6 * left[t]), H * (0.75 + 0.2 * up[t])
        pen.ellipse((hand[0] - 18, hand[1] - 18, hand[0] + 18, hand[1] + 18), fill=skin)
        found.append(picture)
    return found


def _on_road(depth: float, side: float) -> tuple[float, float, float]:
    """Return where a place of the road is seen, and how large: depth 0 is far, side 1 the edge."""
    size, horizon = 0.05 + depth**2, H * 0.45
    return W / 2 + side * size * W * 0.45, horizon + (H - horizon) * depth**2, size


def road(seed: int, scene: int, clip: int) -> list[Picture]:
    """Return a clip out of a car: lines, trees and other cars come nearer, the sky and the land stay."""
    own, rng = (np.random.default_rng(number_of(seed, "road", *n)) for n in ((scene,), (scene, clip)))
    sky, land, pace = _ground(2, scene, rng), _ink(own, 60, 150), rng.uniform(0.05, 0.12)
    trees = [(rng.uniform(), rng.choice((-1, 1)) * rng.uniform(1.4, 2.4), rng.uniform(0.6, 1.3)) for _ in range(10)]
    cars = [(rng.uniform(), rng.normal(0, 0.02), rng.choice((-0.5, 0.5)), _ink(rng)) for _ in range(3)]
    found = []
    for t in range(FRAMES):
        picture = sky.copy()
        pen = ImageDraw.Draw(picture)
        pen.rectangle((0, H * 0.45, W, H), fill=land)
        pen.polygon([(W / 2 - 8, H * 0.45), (W / 2 + 8, H * 0.45), (W * 0.95, H), (W * 0.05, H)], fill=(90, 90, 95))
        for k in range(8):
            x, y, s = _on_road((k / 8 + pace * t) % 1, 0)
            pen.rectangle((x - 3 * s, y, x + 3 * s, y + 20 * s), fill=(240, 240, 240))
        for start, side, height in sorted(trees, key=lambda tree: (tree[0] + pace * t) % 1):
            x, y, s = _on_road((start + pace * t) % 1, side)
            top = height * s * H * 0.8
            pen.rectangle((x - 4 * s, y - top * 0.4, x + 4 * s, y), fill=(70, 50, 30))
            pen.ellipse((x - top * 0.3, y - top, x + top * 0.3, y - top * 0.3), fill=(30, 90, 40))
        for start, way, side, ink in cars:
            x, y, s = _on_road((start + way * t) % 1, side)
            pen.rectangle((x - 40 * s, y - 40 * s, x + 40 * s, y), fill=ink)
        found.append(picture)
    return found


KINDS: dict[str, Callable[[int, int, int], list[Picture]]] = {"camera": camera, "speaker": speaker, "road": road}
