"""Charts of one style with other figures, slides of one theme with other contents."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from benchmarks.robustness.families.base import Picture, Sheet, colour, family, name, paragraph, put, words

INK = (40, 40, 50)


def chart(kind: str) -> object:
    """Bars, lines or a pie; axes, grid, legend and colours are the template's."""

    def draw(sheet: Sheet) -> Picture:
        same = sheet.same
        width, height = 520, 360
        dark, grid = sheet.style(((False, True), (True, True), (False, False), (True, False)))  # type: ignore[misc]
        paper, ink = ((24, 26, 34), (225, 225, 230)) if dark else ((255, 255, 255), INK)
        out = Image.new("RGB", (width, height), paper)
        pen = ImageDraw.Draw(out)
        put(pen, (60, 10), words(sheet.words, 5).capitalize(), ink, 20, bold=True)
        inks = [colour(same, 40, 220) for _ in range(5)]
        if kind == "pie":
            _pie(pen, sheet, inks)
        else:
            for i in range(6):
                y = 310 - 46 * i
                put(pen, (18, y - 8), str(20 * i), ink, 13)
                if grid:
                    pen.line((56, y, 400, y), fill=(128, 128, 136))
            pen.line((56, 60, 56, 310, 400, 310), fill=ink, width=2)
            (_bars if kind == "bars" else _lines)(pen, sheet, inks)
            for i in range(6):
                put(pen, (66 + 56 * i, 316), words(same, 1)[:5], ink, 12)
        for i in range(5):
            pen.rectangle((420, 70 + 30 * i, 436, 86 + 30 * i), fill=inks[i])
            put(pen, (444, 70 + 30 * i), words(same, 1), ink, 13)
        return out

    return draw


def _bars(pen: ImageDraw.ImageDraw, sheet: Sheet, inks: list[tuple[int, int, int]]) -> None:
    for i in range(6):
        for k in range(3):
            high = sheet.own.uniform(10, 240)
            pen.rectangle((66 + 56 * i + 14 * k, 310 - high, 78 + 56 * i + 14 * k, 309), fill=inks[k])


def _lines(pen: ImageDraw.ImageDraw, sheet: Sheet, inks: list[tuple[int, int, int]]) -> None:
    for k in range(3):
        at, points = sheet.own.uniform(80, 290), []
        for i in range(24):
            at = min(305.0, max(65.0, at + sheet.own.uniform(-30, 30)))
            points.append((60 + 14 * i, at))
        pen.line(points, fill=inks[k], width=3, joint="curve")


def _pie(pen: ImageDraw.ImageDraw, sheet: Sheet, inks: list[tuple[int, int, int]]) -> None:
    parts = [sheet.own.uniform(0.1, 1) for _ in inks]
    at = 0.0
    for part, ink in zip(parts, inks, strict=True):
        end = at + 360 * part / sum(parts)
        pen.pieslice((90, 60, 360, 330), at, end, fill=ink, outline=(255, 255, 255), width=2)
        middle = math.radians((at + end) / 2)
        put(
            pen,
            (210 + 90 * math.cos(middle), 185 + 90 * math.sin(middle)),
            f"{100 * part / sum(parts):.0f} %",
            (255, 255, 255),
            14,
        )
        at = end


def slide(photo: bool) -> object:
    """A slide: the theme's shapes, mark and foot; other title, points, and a photo if wanted."""

    def draw(sheet: Sheet) -> Picture:
        same, own = sheet.same, sheet.own
        width, height = 560, 315
        band, corner = sheet.style((("top", True), ("left", True), ("foot", False), ("top", False)))  # type: ignore[misc]
        paper, first, second = colour(same, 225, 255), colour(same, 0, 150), colour(same, 80, 230)
        out = Image.new("RGB", (width, height), paper)
        pen = ImageDraw.Draw(out)
        box = {"top": (0, 0, width, 56), "left": (0, 0, 40, height), "foot": (0, height - 40, width, height)}[band]
        pen.rectangle(box, fill=first)
        if corner:
            for k in range(4):
                r = 90 - 20 * k
                pen.ellipse((width - r, height - r, width + r, height + r), fill=second if k % 2 else first)
        put(pen, (56, 12), words(own, 4).capitalize(), (255, 255, 255) if band == "top" else first, 26, bold=True)
        right = 300 if photo else width - 40
        y = 74.0
        for _ in range(own.randint(3, 5)):
            pen.ellipse((56, y + 5, 64, y + 13), fill=second)
            y = paragraph(pen, (74, y, right, height - 40), words(own, own.randint(4, 11)).capitalize(), INK, 16) + 8
        if photo:
            out.paste(sheet.photo(210, 160), (320, 76))
        put(
            pen,
            (56, height - 26),
            f"{name(same)}   {words(same, 3)}",
            (250, 250, 250) if band == "foot" else (110, 110, 110),
            12,
        )
        put(pen, (width - 40, height - 26), str(own.randint(1, 60)), INK, 12)
        return out

    return draw


for _kind in ("bars", "lines", "pie"):
    family("chart", f"chart of {_kind}", chart(_kind))  # type: ignore[arg-type]
family("slide", "slide of words", slide(False))  # type: ignore[arg-type]
family("slide", "slide with photo", slide(True))  # type: ignore[arg-type]
