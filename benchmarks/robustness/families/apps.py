"""Screens of four apps (feed, web page, story, chat), light and dark, around photos; and chats of words alone."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from benchmarks.robustness.families.base import (
    Colour,
    Drawing,
    Picture,
    Sheet,
    colour,
    digits,
    family,
    lines_of,
    name,
    paragraph,
    put,
    words,
)  # fmt: skip

Pen = ImageDraw.ImageDraw


@dataclass(frozen=True)
class Look:
    """Colours of an app."""

    paper: Colour
    card: Colour
    ink: Colour
    faint: Colour
    accent: Colour


def look(same: random.Random, dark: bool) -> Look:
    accent = colour(same, 20, 230)
    if dark:
        g = same.randint(8, 28)
        return Look((g, g, g + 4), (g + 26, g + 26, g + 30), (232, 232, 234), (140, 140, 148), accent)
    g = same.randint(238, 252)
    return Look((g, g, g - 2), (255, 255, 255), (20, 20, 24), (130, 130, 136), accent)


def status_bar(pen: Pen, sheet: Sheet, width: int, tint: Look) -> float:
    """Clock, signal, battery; returns where it ends."""
    put(pen, (14, 6), f"{sheet.words.randint(1, 12)}:{digits(sheet.words, 1)}4", tint.ink, 14, bold=True)
    for i in range(4):
        pen.rectangle((width - 84 + 6 * i, 18 - 3 * i, width - 80 + 6 * i, 20), fill=tint.ink)
    pen.rounded_rectangle((width - 46, 8, width - 18, 20), 3, outline=tint.ink, width=2)
    pen.rectangle((width - 43, 11, width - 43 + sheet.words.randint(8, 20), 17), fill=tint.ink)
    return 28.0


def avatar(pen: Pen, at: tuple[float, float], size: float, chance: random.Random) -> None:
    x, y = at
    pen.ellipse((x, y, x + size, y + size), fill=colour(chance, 60, 220))
    pen.ellipse((x + size * 0.32, y + size * 0.18, x + size * 0.68, y + size * 0.54), fill=(240, 225, 210))
    pen.chord((x + size * 0.18, y + size * 0.56, x + size * 0.82, y + size * 1.3), 180, 360, fill=(240, 225, 210))


def icon(pen: Pen, kind: int, x: float, y: float, s: float, ink: Colour) -> None:
    """One of eight line icons in a square of s pixels."""
    line = max(2, round(s / 10))
    if kind % 8 == 0:
        pen.ellipse((x, y, x + s * 0.55, y + s * 0.6), outline=ink, width=line)
        pen.ellipse((x + s * 0.45, y, x + s, y + s * 0.6), outline=ink, width=line)
        pen.line((x + s * 0.05, y + s * 0.45, x + s / 2, y + s, x + s * 0.95, y + s * 0.45), fill=ink, width=line)
    elif kind % 8 == 1:
        pen.ellipse((x, y, x + s, y + s * 0.85), outline=ink, width=line)
        pen.line((x + s * 0.7, y + s * 0.7, x + s, y + s), fill=ink, width=line)
    elif kind % 8 == 2:
        pen.polygon((x, y + s * 0.4, x + s, y, x + s * 0.55, y + s, x + s * 0.4, y + s * 0.6), outline=ink, width=line)
    elif kind % 8 == 3:
        pen.line((x, y + s, x, y, x + s, y, x + s, y + s, x + s / 2, y + s * 0.7, x, y + s), fill=ink, width=line)
    elif kind % 8 == 4:
        pen.polygon(
            (x, y + s * 0.5, x + s / 2, y, x + s, y + s * 0.5, x + s * 0.8, y + s, x + s * 0.2, y + s),
            outline=ink,
            width=line,
        )
    elif kind % 8 == 5:
        pen.ellipse((x, y, x + s * 0.7, y + s * 0.7), outline=ink, width=line)
        pen.line((x + s * 0.62, y + s * 0.62, x + s, y + s), fill=ink, width=line + 1)
    elif kind % 8 == 6:
        for dy in (0.1, 0.5, 0.9):
            pen.line((x, y + s * dy, x + s, y + s * dy), fill=ink, width=line)
    else:
        pen.rounded_rectangle((x, y, x + s, y + s), s / 5, outline=ink, width=line)
        pen.line((x + s / 2, y + s * 0.25, x + s / 2, y + s * 0.75), fill=ink, width=line)
        pen.line((x + s * 0.25, y + s / 2, x + s * 0.75, y + s / 2), fill=ink, width=line)


def icons(pen: Pen, same: random.Random, box: tuple[float, float, float, float], count: int, ink: Colour) -> None:
    """A row of icons across a box."""
    first, s = same.randint(0, 7), box[3] - box[1]
    for i in range(count):
        x = box[0] + (box[2] - box[0] - s) * i / max(1, count - 1)
        icon(pen, first + i * same.choice((1, 3)), x, box[1], s, ink)


def feed(dark: bool) -> Drawing:
    """A feed: app bar, round stories, one post with its picture, buttons, words, the next post, tabs."""

    def draw(sheet: Sheet) -> Picture:
        same, tint = sheet.same, look(sheet.same, dark)
        rings, below = sheet.style(((True, False), (False, True), (False, False), (True, True)))  # type: ignore[misc]
        width, height = same.choice(((360, 740), (390, 780), (414, 800)))
        out = Image.new("RGB", (width, height), tint.paper)
        pen = ImageDraw.Draw(out)
        y = status_bar(pen, sheet, width, tint)
        put(pen, (14, y + 6), words(same, 1).capitalize(), tint.accent, 26, bold=True)
        icons(pen, same, (width - 110, y + 10, width - 14, y + 32), 3, tint.ink)
        y += 48
        for i in range(6 if rings else 0):
            pen.ellipse((12 + 72 * i, y, 68 + 72 * i, y + 56), outline=tint.accent, width=3)
            avatar(pen, (17 + 72 * i, y + 5), 46, sheet.words)
        y += 70 if rings else 4
        avatar(pen, (12, y), 36, sheet.words)
        put(pen, (58, y + 1), name(sheet.words), tint.ink, 15, bold=True)
        put(pen, (58, y + 19), words(sheet.words, 3), tint.faint, 12)
        icon(pen, 6, width - 32, y + 10, 16, tint.ink)
        y += 46
        if below:
            y = paragraph(pen, (14, y, width - 14, y + 44), words(sheet.words, 14), tint.ink, 15) + 4
        photo = sheet.photo(width, width * same.choice((0.75, 0.8, 1.0)))
        out.paste(photo, (0, round(y)))
        y += photo.height + 10
        icons(pen, same, (14, y, 150, y + 24), 3, tint.ink)
        icon(pen, 3, width - 36, y, 22, tint.ink)
        put(pen, (14, y + 32), f"{sheet.words.randint(10, 9999)} likes", tint.ink, 14, bold=True)
        y = paragraph(pen, (14, y + 52, width - 14, height - 100), words(sheet.words, 26), tint.ink, 14)
        put(pen, (14, y + 2), f"{sheet.words.randint(2, 50)} hours ago", tint.faint, 11)
        if y < height - 120:
            avatar(pen, (12, y + 24), 36, sheet.words)
            put(pen, (58, y + 26), name(sheet.words), tint.ink, 15, bold=True)
        pen.rectangle((0, height - 52, width, height), fill=tint.card)
        icons(pen, same, (26, height - 40, width - 26, height - 16), 5, tint.ink)
        return out

    return draw


def page(dark: bool) -> Drawing:
    """A web page: tabs, address, menu, headline, picture, columns of words, boxes beside."""

    def draw(sheet: Sheet) -> Picture:
        same, tint = sheet.same, look(sheet.same, dark)
        wide = sheet.style((True, False))
        width, height = (840, 600) if wide else (400, 760)
        out = Image.new("RGB", (width, height), tint.paper)
        pen = ImageDraw.Draw(out)
        pen.rectangle((0, 0, width, 58), fill=tint.card)
        for i in range(3 if wide else 1):
            pen.rounded_rectangle((10 + 190 * i, 4, 190 + 190 * i, 26), 6, fill=tint.paper)
            put(pen, (18 + 190 * i, 7), words(sheet.words, 3), tint.ink, 12)
        pen.rounded_rectangle((90, 32, width - 60, 54), 10, fill=tint.paper)
        put(pen, (104, 35), f"{words(same, 1)}{words(same, 1)}.example/{words(sheet.words, 1)}", tint.faint, 13)
        icons(pen, same, (10, 34, 80, 52), 3, tint.ink)
        pen.rectangle((0, 58, width, 104), fill=tint.accent)
        put(pen, (20, 66), words(same, 2).title(), (255, 255, 255), 24, bold=True)
        for i in range(4 if wide else 1):
            put(pen, (width - 110 - 100 * i, 74), words(same, 1).capitalize(), (255, 255, 255), 14)
        main = width * same.uniform(0.62, 0.7) if wide else width - 20.0
        y = paragraph(pen, (20, 116, main, 190), words(sheet.words, 11).capitalize(), tint.ink, 26 if wide else 21)
        put(pen, (20, y), f"By {name(sheet.words)}, {sheet.words.randint(1, 28)} May", tint.faint, 12)
        photo = sheet.photo(main - 20, (main - 20) * same.choice((0.5, 0.5625, 0.66)))
        out.paste(photo, (20, round(y + 22)))
        y += photo.height + 28
        put(pen, (20, y), words(sheet.words, 7), tint.faint, 11)
        paragraph(pen, (20, y + 20, main, height - 4), words(sheet.words, 140), tint.ink, 14)
        for i in range(4 if wide else 0):
            top = 118 + i * 118
            pen.rectangle((main + 24, top, width - 16, top + 104), fill=tint.card, outline=tint.faint)
            pen.rectangle((main + 32, top + 8, main + 102, top + 78), fill=colour(sheet.words, 60, 220))
            paragraph(pen, (main + 112, top + 8, width - 20, top + 98), words(sheet.words, 12), tint.ink, 12)
        return out

    return draw


def story(dark: bool) -> Drawing:
    """A story: the picture over the whole screen, progress, name, words on a plate, an answer field."""

    def draw(sheet: Sheet) -> Picture:
        same, tint = sheet.same, look(sheet.same, dark)
        low, plates = sheet.style(((True, 1), (False, 1), (False, 2), (True, 2)))  # type: ignore[misc]
        width, height = same.choice(((360, 640), (360, 720), (400, 780)))
        out = sheet.photo(width, height)
        pen = ImageDraw.Draw(out)
        count, done = same.randint(2, 6), same.randint(1, 3)
        for i in range(count):
            span = (width - 16) / count
            pen.rounded_rectangle(
                (8 + span * i, 10, 4 + span * (i + 1), 14), 2, fill=(255, 255, 255) if i < done else (160, 160, 160)
            )
        avatar(pen, (12, 24), 36, sheet.words)
        put(pen, (56, 26), name(sheet.words), (255, 255, 255), 15, bold=True)
        put(pen, (56, 44), f"{sheet.words.randint(1, 23)} h", (225, 225, 225), 12)
        icons(pen, same, (width - 70, 30, width - 14, 50), 2, (255, 255, 255))
        y = height * (same.uniform(0.6, 0.68) if low else same.uniform(0.16, 0.3))
        for _ in range(plates):
            for line in lines_of(words(sheet.words, 9), width * 0.75, 24)[:3]:
                long = pen.textlength(line, font=None) * 2.2
                pen.rounded_rectangle(((width - long) / 2 - 8, y, (width + long) / 2 + 8, y + 32), 8, fill=tint.card)
                put(pen, ((width - long) / 2, y + 2), line, tint.ink, 22)
                y += 34
            y += 12
        pen.rectangle((0, height - 62, width, height), fill=tint.paper)
        pen.rounded_rectangle((12, height - 50, width - 90, height - 12), 18, outline=tint.faint, width=2)
        put(pen, (28, height - 40), words(same, 2).capitalize(), tint.faint, 14)
        icons(pen, same, (width - 78, height - 44, width - 14, height - 20), 2, tint.ink)
        return out

    return draw


def wallpaper(pen: Pen, sheet: Sheet, size: tuple[int, int], tint: Look) -> None:
    """The doodles behind a chat."""
    step, ink = (
        sheet.same.randint(44, 70),
        tuple((3 * p + c) // 4 for p, c in zip(tint.paper, tint.accent, strict=True)),
    )
    for row, y in enumerate(range(60, size[1], step)):
        for column, x in enumerate(range(4, size[0], step)):
            icon(pen, row * 3 + column, x + (row % 2) * step // 2, y, 18, ink)  # type: ignore[arg-type]


def bubble(pen: Pen, sheet: Sheet, y: float, width: int, tint: Look) -> float:
    """One message; returns where it ends."""
    mine, text = sheet.words.random() < 0.5, words(sheet.words, sheet.words.randint(2, 18))
    lines = lines_of(text, width * 0.62, 15)
    wide = 24 + max(8.2 * len(line) for line in lines)
    x = width - wide - 10 if mine else 10
    low = y + 30 + 20 * len(lines)
    pen.rounded_rectangle((x, y, x + wide, low), 12, fill=tint.accent if mine else tint.card)
    for i, line in enumerate(lines):
        put(pen, (x + 10, y + 7 + 20 * i), line, (255, 255, 255) if mine else tint.ink, 15)
    put(pen, (x + wide - 40, low - 16), f"{sheet.words.randint(1, 12)}:{digits(sheet.words, 2)}", tint.faint, 10)
    return low + 8


def chat(dark: bool, photo: bool) -> Drawing:
    """A chat: name, messages on a pattern, one of them a picture if wanted, a field to write in."""

    def draw(sheet: Sheet) -> Picture:
        same, tint = sheet.same, look(sheet.same, dark)
        first, pattern = sheet.style(((1, True), (0, True), (2, False), (1, False)))  # type: ignore[misc]
        width, height = same.choice(((360, 700), (390, 780)))
        out = Image.new("RGB", (width, height), tint.paper)
        pen = ImageDraw.Draw(out)
        if pattern:
            wallpaper(pen, sheet, out.size, tint)
        pen.rectangle((0, 0, width, 84), fill=tint.card)
        status_bar(pen, sheet, width, tint)
        avatar(pen, (42, 36), 40, sheet.words)
        put(pen, (92, 38), name(sheet.words), tint.ink, 17, bold=True)
        put(pen, (92, 60), words(same, 2), tint.faint, 12)
        icons(pen, same, (width - 90, 46, width - 16, 68), 2, tint.ink)
        y, count = 96.0, 0
        while y < height - 120:
            if photo and count == first:
                wide = width * same.uniform(0.66, 0.9)
                one = sheet.photo(wide, wide * same.choice((0.75, 1.0, 1.2)))
                pen.rounded_rectangle((8, y, 16 + one.width, y + one.height + 8), 10, fill=tint.card)
                out.paste(one, (12, round(y + 4)))
                y += one.height + 16
            else:
                y = bubble(pen, sheet, y, width, tint)
            count += 1
        pen.rectangle((0, height - 58, width, height), fill=tint.card)
        pen.rounded_rectangle((46, height - 48, width - 60, height - 12), 18, fill=tint.paper)
        icon(pen, 7, 12, height - 42, 24, tint.ink)
        icon(pen, 2, width - 44, height - 42, 26, tint.accent)
        return out

    return draw


for _app, _draw in (
    ("feed", feed),
    ("web page", page),
    ("story", story),
    ("chat with photo", lambda dark: chat(dark, True)),
):
    for _dark in (False, True):
        for _same in (False, True):
            _which = f"{_app}, {'dark' if _dark else 'light'}, {'same' if _same else 'other'} words"
            family("app", _which, _draw(_dark), same_words=_same)
for _dark in (False, True):
    family("app", f"chat without photo, {'dark' if _dark else 'light'}", chat(_dark, False))
