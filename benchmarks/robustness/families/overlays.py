"""Captions, news graphics, frames, logos and watermarks around or over photos."""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

from benchmarks.robustness.families.base import (
    Drawing,
    Picture,
    Sheet,
    colour,
    digits,
    family,
    font,
    lines_of,
    put,
    words,
)

SIZES = ((480, 360), (360, 480), (480, 270), (400, 400))


def bars(above: bool, below: bool) -> Drawing:
    """A meme: the picture with bars of words above, below or both."""

    def draw(sheet: Sheet) -> Picture:
        same = sheet.same
        paper, ink = sheet.style(
            (
                ((255, 255, 255), (0, 0, 0)),
                ((0, 0, 0), (255, 255, 255)),
                ((245, 240, 225), (40, 30, 20)),
                ((24, 34, 60), (255, 230, 90)),
            )
        )  # type: ignore[misc]
        photo = sheet.photo(*same.choice(SIZES))
        size = photo.width * same.uniform(0.05, 0.075)
        parts: list[Picture] = [photo]
        for put_in, first in ((above, True), (below, False)):
            if put_in:
                parts.insert(0 if first else len(parts), _bar(sheet, photo.width, size, paper, ink))
        out = Image.new("RGB", (photo.width, sum(p.height for p in parts)))
        y = 0
        for part in parts:
            out.paste(part, (0, y))
            y += part.height
        return out

    return draw


def _bar(sheet: Sheet, width: int, size: float, paper: object, ink: object) -> Picture:
    lines = lines_of(words(sheet.words, sheet.same.randint(7, 18)).capitalize(), width * 0.92, size)
    bar = Image.new("RGB", (width, round(size * (1.3 * len(lines) + 0.8))), paper)  # type: ignore[arg-type]
    pen = ImageDraw.Draw(bar)
    for i, line in enumerate(lines):
        put(pen, ((width - pen.textlength(line, font(size))) / 2, size * (0.35 + 1.3 * i)), line, ink, size, bold=True)
    return bar


def outlined(sheet: Sheet) -> Picture:
    """Tall white capitals with a black outline over the top and the foot of the picture."""
    same = sheet.same
    out = sheet.photo(*same.choice(SIZES))
    size = out.height * same.uniform(0.1, 0.14)
    narrow = sheet.style((0.62, 0.7, 0.78, 0.66))
    for foot in (False, True):
        lines = lines_of(
            words(sheet.words, same.randint(3, 8)).upper(), out.width * 0.95 / (1.25 * float(narrow)), size
        )[:2]  # type: ignore[arg-type]
        for i, line in enumerate(lines):
            y = out.height - size * 1.2 * (len(lines) - i) if foot else size * (0.1 + 1.15 * i)
            _impact(out, line, y, size, float(narrow))  # type: ignore[arg-type]
    return out


def _impact(out: Picture, line: str, y: float, size: float, narrow: float) -> None:
    """One line, its letters drawn bold and pressed together sideways."""
    letters, edge = font(size), max(2, round(size / 9))
    wide = round(ImageDraw.Draw(out).textlength(line, letters)) + 4 * edge
    layer = Image.new("RGBA", (wide, round(size * 1.4)))
    pen = ImageDraw.Draw(layer)
    pen.text((2 * edge, 0), line, (0, 0, 0), letters, stroke_width=edge, stroke_fill=(0, 0, 0))
    pen.text((2 * edge, 0), line, (255, 255, 255), letters, stroke_width=max(1, edge // 3), stroke_fill=(255, 255, 255))
    layer = layer.resize((max(8, min(out.width, round(wide * narrow))), layer.height), Image.Resampling.LANCZOS)
    out.paste(layer, ((out.width - layer.width) // 2, round(y)), layer)


def news(sheet: Sheet) -> Picture:
    """Television: the channel's mark, LIVE, a headline on plates, a ticker, a clock."""
    same = sheet.same
    width, height = 480, 270
    out = sheet.photo(width, height)
    pen = ImageDraw.Draw(out)
    first, second = colour(same, 0, 160), colour(same, 120, 255)
    right, tall = sheet.style(((True, 56), (False, 64), (True, 72), (False, 48)))  # type: ignore[misc]
    x = width - 76 if right else 12
    pen.rounded_rectangle((x, 12, x + 64, 40), 4, fill=first)
    put(pen, (x + 8, 16), words(same, 1).upper()[:4] + digits(same, 1), (255, 255, 255), 17, bold=True)
    pen.rectangle((x, 42, x + 64, 58), fill=(200, 20, 20))
    put(pen, (x + 14, 43), "LIVE", (255, 255, 255), 12, bold=True)
    top = height - 26 - tall
    pen.rectangle((0, top, width, top + tall), fill=(245, 245, 245))
    pen.rectangle((0, top, 14, top + tall), fill=second)
    for i, line in enumerate(lines_of(words(sheet.words, 8).capitalize(), width - 60, 20)[: tall // 26]):
        put(pen, (24, top + 4 + 24 * i), line, first, 20, bold=True)
    pen.rectangle((0, height - 26, width, height), fill=first)
    pen.rectangle((0, height - 26, 66, height), fill=second)
    put(pen, (8, height - 22), f"{sheet.words.randint(0, 23):02}:{digits(sheet.words, 2)}", (0, 0, 0), 16, bold=True)
    put(pen, (76, height - 21), words(sheet.words, 16), (255, 255, 255), 14)
    return out


def _scrolls(pen: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: object, same_turn: int) -> None:
    for i in range(3):
        r = s * (0.46 - 0.13 * i)
        pen.arc(
            (x - r, y - r, x + r, y + r),
            same_turn + 60 * i,
            same_turn + 290 + 60 * i,
            fill=ink,
            width=max(2, round(s / 14)),
        )  # type: ignore[arg-type]


def _leaves(pen: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: object, same_turn: int) -> None:
    for k in range(5):
        a = math.radians(same_turn + 72 * k)
        cx, cy, r = x + 0.26 * s * math.cos(a), y + 0.26 * s * math.sin(a), 0.17 * s
        pen.ellipse((cx - r, cy - r, cx + r, cy + r), outline=ink, width=max(2, round(s / 16)))  # type: ignore[arg-type]


def _diamonds(pen: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: object, same_turn: int) -> None:
    for r in (0.45 * s, 0.25 * s):
        pen.polygon((x - r, y, x, y - r, x + r, y, x, y + r), outline=ink, width=max(2, round(s / 14)))  # type: ignore[arg-type]
    pen.line((x - s / 2, y + same_turn % 5, x + s / 2, y), fill=ink, width=2)  # type: ignore[arg-type]


def _dots(pen: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: object, same_turn: int) -> None:
    for k in range(4):
        a = math.radians(same_turn + 90 * k)
        cx, cy, r = x + 0.3 * s * math.cos(a), y + 0.3 * s * math.sin(a), 0.1 * s
        pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=ink)  # type: ignore[arg-type]


MOTIFS: tuple[Callable[[ImageDraw.ImageDraw, float, float, float, object, int], None], ...] = (
    _scrolls,
    _leaves,
    _diamonds,
    _dots,
)


def ornate(sheet: Sheet) -> Picture:
    """A picture frame with carved motifs, 12 to 18 % of the side on each edge."""
    same = sheet.same
    width, height = same.choice(SIZES)
    edge = round(min(width, height) * same.uniform(0.12, 0.18))
    wood, ink, motif, turn = colour(same, 60, 200), colour(same, 0, 90), sheet.style(MOTIFS), same.randint(0, 359)
    out = Image.new("RGB", (width, height), wood)
    pen = ImageDraw.Draw(out)
    nx, ny = max(2, round(width / edge)), max(2, round(height / edge))
    for i in range(nx):
        for j in range(ny):
            if i in (0, nx - 1) or j in (0, ny - 1):
                motif(
                    pen,
                    edge * 0.5 + i * (width - edge) / (nx - 1),
                    edge * 0.5 + j * (height - edge) / (ny - 1),
                    edge,
                    ink,
                    turn,
                )  # type: ignore[operator]
    out.paste(sheet.photo(width - 2 * edge, height - 2 * edge), (edge, edge))
    pen.rectangle((edge - 3, edge - 3, width - edge + 2, height - edge + 2), outline=(230, 200, 120), width=3)
    return out


def polaroid(sheet: Sheet) -> Picture:
    """An instant photo, a little askew on a table, words written below."""
    same = sheet.same
    width, height = 400, 460
    table, stripe = colour(same, 60, 200), sheet.style(((7, 0), (0, 9), (11, 11), (5, 3)))
    out = Image.new("RGB", (width, height), table)
    pen = ImageDraw.Draw(out)
    dx, dy = stripe  # type: ignore[misc]
    for at in range(-width, 2 * width, 2 * (dx + dy)):
        pen.line(
            (at, 0, at + (height if dx and dy else 0), height) if dx else (0, at, width, at),
            fill=colour(same, 40, 180),
            width=2,
        )
    card = Image.new("RGBA", (300, 360), (250, 250, 246))
    card.paste(sheet.photo(268, 268), (16, 16))
    put(ImageDraw.Draw(card), (30, 302), words(sheet.words, 3), (40, 40, 70), 24)
    card = card.rotate(same.uniform(-8, 8), Image.Resampling.BICUBIC, expand=True)
    out.paste(
        card.filter(ImageFilter.GaussianBlur(0.4)), ((width - card.width) // 2, (height - card.height) // 2), card
    )
    return out


def logo(sheet: Sheet) -> Picture:
    """A mark of 2 to 5 % of the picture in a corner."""
    same = sheet.same
    out = sheet.photo(*sheet.own.choice(SIZES))
    wide = math.sqrt(same.uniform(0.02, 0.05) * out.width * out.height * 1.6)
    mark = Image.new("RGBA", (200, 125))
    pen, kind, ink = ImageDraw.Draw(mark), sheet.style((0, 1, 2, 3)), colour(same, 0, 255)
    if kind in (0, 1):
        pen.rounded_rectangle((2, 2, 198, 122), 30 if kind else 8, fill=ink)
    else:
        pen.ellipse((2, 2, 122, 122), fill=ink, outline=(255, 255, 255), width=6)
    pen.ellipse((16, 24, 90, 98), outline=(255, 255, 255), width=9)
    pen.polygon((30, 80, 53, 34, 76, 80), fill=(255, 255, 255))
    put(pen, (98, 36), words(same, 1).upper()[:5], (255, 255, 255) if kind in (0, 1) else ink, 34, bold=True)
    mark = mark.resize((round(wide), round(wide / 1.6)), Image.Resampling.LANCZOS)
    right, low = same.random() < 0.5, same.random() < 0.5
    gap = round(0.02 * out.width)
    out.paste(
        mark, (out.width - mark.width - gap if right else gap, out.height - mark.height - gap if low else gap), mark
    )
    return out


def watermark(tiled: bool) -> Drawing:
    """See-through letters of an agency, over all of the picture or large across its middle."""

    def draw(sheet: Sheet) -> Picture:
        same = sheet.same
        out = sheet.photo(*(same.choice(SIZES) if tiled else sheet.own.choice(SIZES)))
        layer = Image.new("RGBA", (2 * out.width, 2 * out.height))
        pen, ink = ImageDraw.Draw(layer), (255, 255, 255, same.randint(70, 130))
        text, angle = words(same, 2), float(sheet.style((30, 0, -25, 45)))  # type: ignore[arg-type]
        size = out.height * (same.uniform(0.05, 0.09) if tiled else same.uniform(0.14, 0.2))
        if tiled:
            for row in range(int(layer.height / (3 * size)) + 1):
                pen.text((-(row % 2) * 3 * size, row * 3 * size), f"{text}     " * 12, ink, font(size))
        else:
            pen.text(
                (out.width - pen.textlength(text, font(size)) / 2, out.height - size / 2),
                text,
                ink,
                font(size),
                stroke_width=2,
                stroke_fill=ink,
            )
        layer = layer.rotate(angle, Image.Resampling.BICUBIC)
        left, top = out.width // 2, out.height // 2
        layer = layer.crop((left, top, left + out.width, top + out.height))
        return Image.alpha_composite(out.convert("RGBA"), layer).convert("RGB")

    return draw


for _words in (False, True):
    _which = "same words" if _words else "other words"
    family("caption", f"bar above, {_which}", bars(True, False), same_words=_words)
    family("caption", f"bars above and below, {_which}", bars(True, True), same_words=_words)
    family("caption", f"outlined, {_which}", outlined, same_words=_words)
    family("news", f"news graphics, {_which}", news, same_words=_words)
    family("frame", f"instant photo, {_which}", polaroid, same_words=_words)
family("frame", "ornate frame", ornate, same_words=True)
family("logo", "corner logo", logo, same_words=True)
family("logo", "watermark, tiled", watermark(True), same_words=True)
family("logo", "watermark, once", watermark(False), same_words=True)
