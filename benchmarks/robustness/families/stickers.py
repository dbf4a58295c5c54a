"""Stickers and emoji over photos: 1 to 45 % of the area, at one place or anywhere."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.robustness.families.base import Drawing, Picture, Sheet, colour, family, font, words

FULL = 288  # pixels a sticker is drawn in
AREAS = (1, 3, 6, 12, 20, 30, 45)  # per cent of the picture
Pen = ImageDraw.ImageDraw
YELLOW = (255, 204, 51)


def _box(x: float, y: float, rx: float, ry: float | None = None) -> tuple[float, float, float, float]:
    ry = rx if ry is None else ry
    return (x - rx) * FULL, (y - ry) * FULL, (x + rx) * FULL, (y + ry) * FULL


def _points(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x * FULL, y * FULL) for x, y in corners]


def _ring(count: int, radii: tuple[float, ...], turn: float = 0.0) -> list[tuple[float, float]]:
    at = [(2 * math.pi * i / count + turn, radii[i % len(radii)]) for i in range(count)]
    return _points([(0.5 + r * math.sin(a), 0.5 - r * math.cos(a)) for a, r in at])


def _face(pen: Pen, chance: random.Random) -> None:
    pen.ellipse(_box(0.5, 0.5, 0.48), fill=YELLOW, outline=(200, 140, 20), width=chance.randint(3, 9))
    tall = chance.uniform(0.05, 0.12)
    for x in (0.33, 0.67):
        pen.ellipse(_box(x, 0.4, 0.06, tall), fill=(70, 40, 20))
    pen.chord(_box(0.5, 0.55, chance.uniform(0.2, 0.32), chance.uniform(0.15, 0.28)), 5, 175, fill=(120, 40, 30))


def _tears(pen: Pen, chance: random.Random) -> None:
    _face(pen, chance)
    for x, lean in ((0.2, -0.12), (0.8, 0.12)):
        pen.polygon(
            _points([(x, 0.45), (x + lean, 0.62), (x + lean * 0.2, 0.75), (x - lean * 0.4, 0.6)]), fill=(80, 170, 240)
        )


def _loving(pen: Pen, chance: random.Random) -> None:
    pen.ellipse(_box(0.5, 0.5, 0.48), fill=(255, 200 + chance.randint(-15, 15), 60))
    for x in (0.3, 0.7):
        _heart_at(pen, x, 0.38, chance.uniform(0.13, 0.17), (220, 30, 50))
    pen.chord(_box(0.5, 0.6, 0.25, 0.2), 0, 180, fill=(130, 50, 30))


def _heart_at(pen: Pen, x: float, y: float, r: float, ink: object) -> None:
    for dx in (-r / 2, r / 2):
        pen.ellipse(_box(x + dx, y - r * 0.25, r * 0.55), fill=ink)
    pen.polygon(_points([(x - r, y - r * 0.05), (x + r, y - r * 0.05), (x, y + r)]), fill=ink)


def _heart(pen: Pen, chance: random.Random) -> None:
    _heart_at(pen, 0.5, 0.45, 0.46, (210 + chance.randint(-40, 40), 30, 60))
    _heart_at(pen, 0.4, 0.36, chance.uniform(0.1, 0.2), (250, 120, 140))


def _star(pen: Pen, chance: random.Random) -> None:
    count = chance.choice((5, 6, 8, 12))
    pen.polygon(
        _ring(2 * count, (0.49, chance.uniform(0.22, 0.36))), fill=colour(chance, 120), outline=colour(chance, 0, 90)
    )
    pen.ellipse(_box(0.5, 0.5, 0.14), fill=colour(chance))


def _cat(pen: Pen, chance: random.Random) -> None:
    fur = colour(chance, 60, 230)
    for left in (0.12, 0.62):
        pen.polygon(_points([(left, 0.4), (left + 0.06, 0.03), (left + 0.26, 0.25)]), fill=fur)
    pen.ellipse(_box(0.5, 0.56, 0.45, 0.41), fill=fur)
    for x in (0.33, 0.67):
        pen.ellipse(_box(x, 0.48, 0.08, 0.1), fill=(120, 220, 90))
        pen.ellipse(_box(x, 0.48, 0.025, 0.09), fill=(10, 10, 10))
    pen.polygon(_points([(0.45, 0.64), (0.55, 0.64), (0.5, 0.7)]), fill=(230, 120, 130))
    for dy in (-0.04, 0.0, 0.05):
        for x in (0.06, 0.6):
            pen.line(_points([(x, 0.7 + dy), (x + 0.34, 0.7 + dy / 3)]), fill=(250, 250, 250), width=4)


def _hundred(pen: Pen, chance: random.Random) -> None:
    pen.text(
        (0.02 * FULL, 0.15 * FULL),
        chance.choice(("100", "200", "WOW", "YES")),
        (220, 20, 40),
        font(0.5 * FULL),
        stroke_width=6,
        stroke_fill=(220, 20, 40),
    )
    for y in (0.78, 0.9):
        pen.line(_points([(0.08, y), (0.92, y - 0.06)]), fill=(220, 20, 40), width=14)


def _cool(pen: Pen, chance: random.Random) -> None:
    pen.ellipse(_box(0.5, 0.5, 0.48), fill=YELLOW)
    for x in (0.3, 0.7):
        pen.rounded_rectangle(_box(x, 0.4, 0.18, chance.uniform(0.09, 0.14)), 18, fill=(20, 20, 30))
    pen.line(_points([(0.1, 0.34), (0.9, 0.34)]), fill=(20, 20, 30), width=12)
    pen.arc(_box(0.5, 0.6, 0.22, 0.16), 10, 170, fill=(120, 60, 20), width=10)


def _flame(pen: Pen, chance: random.Random) -> None:
    lean = chance.uniform(-0.1, 0.1)
    for r, ink in ((0.46, (230, 60, 20)), (0.32, (250, 140, 20)), (0.18, (255, 230, 90))):
        pen.ellipse(_box(0.5, 0.95 - r, r * 0.8, r), fill=ink)
        pen.polygon(
            _points([(0.5 - r * 0.78, 0.9 - r), (0.5 + lean, 0.95 - 2.05 * r), (0.5 + r * 0.78, 0.9 - r)]), fill=ink
        )


def _bubble(pen: Pen, chance: random.Random) -> None:
    fill = colour(chance, 170)
    pen.rounded_rectangle(_box(0.5, 0.42, 0.48, 0.36), 50, fill=fill, outline=(0, 0, 0), width=6)
    pen.polygon(_points([(0.2, 0.74), (0.2, 0.98), (0.42, 0.75)]), fill=fill)
    for row, y in enumerate((0.14, 0.36)):
        pen.text(
            (0.1 * FULL, y * FULL), words(chance, 1 + row)[:9].upper(), (10, 10, 10), font(0.2 * FULL), stroke_width=2
        )


def _flower(pen: Pen, chance: random.Random) -> None:
    count, petal = chance.choice((5, 6, 8)), colour(chance, 80)
    for x, y in _ring(count, (0.3,)):
        pen.ellipse(
            (x - 0.19 * FULL, y - 0.19 * FULL, x + 0.19 * FULL, y + 0.19 * FULL),
            fill=petal,
            outline=(255, 255, 255),
            width=4,
        )
    pen.ellipse(_box(0.5, 0.5, 0.16), fill=YELLOW)


def _badge(pen: Pen, chance: random.Random) -> None:
    pen.polygon(_ring(32, (0.49, 0.44)), fill=colour(chance, 0, 190))
    pen.ellipse(_box(0.5, 0.5, 0.36), outline=(255, 255, 255), width=6)
    pen.text(
        (0.2 * FULL, 0.38 * FULL), words(chance, 1)[:6].upper(), (255, 255, 255), font(0.19 * FULL), stroke_width=2
    )


STICKERS: tuple[Callable[[Pen, random.Random], None], ...] = (
    _face, _tears, _loving, _heart, _star, _cat, _hundred, _cool, _flame, _bubble, _flower, _badge,
)  # fmt: skip


def sticker(sheet: Sheet) -> Picture:
    """Return the template's sticker, RGBA, FULL pixels a side."""
    out = Image.new("RGBA", (FULL, FULL))
    draw = sheet.style(STICKERS)
    draw(ImageDraw.Draw(out), sheet.same)  # type: ignore[operator]
    return out.rotate(sheet.same.uniform(-15, 15), Image.Resampling.BICUBIC)


SIZES = ((480, 360), (360, 480), (480, 270), (400, 400))


def stuck(area: float, one_place: bool) -> Drawing:
    """A photo with a sticker that hides this part of it; at one place, or where each picture has it."""

    def draw(sheet: Sheet) -> Picture:
        layer = sticker(sheet)
        x, y = sheet.same.random(), sheet.same.random()
        size = sheet.same.choice(SIZES) if one_place else sheet.own.choice(SIZES)
        out = sheet.photo(*size)
        covers = float(np.asarray(layer)[..., 3].mean()) / 255
        side = round(min(math.sqrt(area * out.width * out.height / covers), 1.25 * min(out.size)))
        if not one_place:
            x, y = sheet.own.random(), sheet.own.random()
        layer = layer.resize((side, side), Image.Resampling.LANCZOS)
        out.paste(layer, (round(x * (out.width - side)), round(y * (out.height - side))), layer)
        return out

    return draw


for _area in AREAS:
    family("sticker", f"sticker {_area} %, anywhere", stuck(_area / 100, False), same_words=True)
    family("sticker", f"sticker {_area} %, one place", stuck(_area / 100, True), same_words=True)
