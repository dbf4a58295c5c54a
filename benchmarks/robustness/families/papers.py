"""Printed things of one layout: cards, forms, questionnaires, receipts, letters, tables; and the same scanned."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw

from benchmarks.robustness.families.base import (
    Picture,
    Sheet,
    colour,
    digits,
    family,
    name,
    paragraph,
    put,
    scribble,
    words,
)

Pen = ImageDraw.ImageDraw
INK = (20, 20, 30)


def _barcode(pen: Pen, chance: random.Random, box: tuple[float, float, float, float]) -> None:
    x = box[0]
    while x < box[2]:
        wide = chance.choice((1, 1, 2, 3))
        pen.rectangle((x, box[1], x + wide - 1, box[3]), fill=(0, 0, 0))
        x += wide + chance.choice((1, 2, 3))


def _emblem(pen: Pen, same: random.Random, x: float, y: float, s: float, ink: object) -> None:
    pen.ellipse((x, y, x + s, y + s), outline=ink, width=max(2, round(s / 14)))  # type: ignore[arg-type]
    pen.polygon((x + s * 0.5, y + s * 0.12, x + s * 0.85, y + s * 0.7, x + s * 0.15, y + s * 0.7), outline=ink, width=3)  # type: ignore[arg-type]
    for k in range(same.randint(2, 5)):
        pen.line((x + s * 0.2, y + s * (0.3 + 0.11 * k), x + s * 0.8, y + s * (0.3 + 0.11 * k)), fill=ink, width=2)  # type: ignore[arg-type]


def id_card(sheet: Sheet) -> Picture:
    """An identity card: pattern, emblem, portrait, labels and values, machine-readable lines."""
    same, own = sheet.same, sheet.own
    width, height = 500, 315
    left, lines = sheet.style(((True, 2), (False, 2), (True, 3), (False, 0)))  # type: ignore[misc]
    paper, ink = colour(same, 190, 245), colour(same, 0, 120)
    out = Image.new("RGB", (width, height), paper)
    pen = ImageDraw.Draw(out)
    fine = tuple((4 * p + i) // 5 for p, i in zip(paper, ink, strict=True))
    bend = same.randint(40, 160)
    for k in range(-20, 60):
        pen.arc((k * 12 - bend, -bend, k * 12 + 260, height + bend), 90, 270, fill=fine, width=1)
    pen.rectangle((0, 0, width, 46), fill=ink)
    put(pen, (64, 10), f"{words(same, 2)} card".upper(), (255, 255, 255), 24, bold=True)
    _emblem(pen, same, 14, 4, 38, (255, 255, 255))
    x = 20 if left else width - 150
    out.paste(_portrait(sheet, 130, 165), (x, 62))
    at, y = (172 if left else 22), 60.0
    for label in (words(same, 1), words(same, 2), words(same, 1), words(same, 2), words(same, 1)):
        put(pen, (at, y), label.capitalize(), ink, 10)
        value = own.choice(
            (name(own).upper(), f"{own.randint(1, 28)}.{own.randint(1, 12)}.{own.randint(1940, 2006)}", digits(own, 9))
        )
        put(pen, (at, y + 11), value, INK, 17)
        y += 35
    scribble(pen, own, (at, 238, at + 120, 256), INK)
    for i in range(lines):
        text = (
            (name(own).upper().replace(" ", "<<") + "<" * 30 + digits(own, 8))[:36]
            if i
            else "ID" + digits(own, 18) + "<" * 16
        )
        put(pen, (18, height - 22 * (lines - i)), text, INK, 18)
    return out


def _portrait(sheet: Sheet, width: int, height: int) -> Picture:
    """A face before a wall: head, hair, eyes, shoulders, all of this picture alone."""
    own = sheet.own
    out = sheet.photo(width, height).point(lambda v: 140 + v // 3)
    pen = ImageDraw.Draw(out)
    skin, hair, coat = colour(own, 90, 235), colour(own, 0, 150), colour(own, 0, 200)
    cx, cy, r = width * own.uniform(0.45, 0.55), height * own.uniform(0.4, 0.46), width * own.uniform(0.24, 0.31)
    pen.ellipse((cx - 1.9 * r, cy + 1.25 * r, cx + 1.9 * r, cy + 5 * r), fill=coat)
    pen.ellipse((cx - 1.12 * r, cy - 1.5 * r, cx + 1.12 * r, cy + own.uniform(0.2, 1.4) * r), fill=hair)
    pen.ellipse((cx - r, cy - 1.15 * r, cx + r, cy + 1.35 * r), fill=skin)
    for side in (-1, 1):
        ex, ey = cx + side * 0.42 * r, cy - 0.1 * r
        pen.ellipse((ex - 0.18 * r, ey - 0.1 * r, ex + 0.18 * r, ey + 0.1 * r), fill=(250, 250, 250))
        pen.ellipse((ex - 0.08 * r, ey - 0.1 * r, ex + 0.08 * r, ey + 0.1 * r), fill=hair)
    pen.line((cx, cy, cx + own.uniform(-0.1, 0.1) * r, cy + 0.45 * r), fill=hair, width=2)
    pen.arc(
        (cx - 0.4 * r, cy + 0.4 * r, cx + 0.4 * r, cy + own.uniform(0.8, 1.1) * r), 10, 170, fill=(140, 50, 50), width=3
    )
    return out


def form(sheet: Sheet) -> Picture:
    """A form: letterhead, labels and boxes, filled in by hand, ticks, a signature."""
    same, own = sheet.same, sheet.own
    width, height = 460, 640
    boxed, columns = sheet.style(((True, 1), (False, 2), (True, 2), (False, 1)))  # type: ignore[misc]
    out = Image.new("RGB", (width, height), (255, 255, 255))
    pen = ImageDraw.Draw(out)
    _emblem(pen, same, 20, 16, 44, INK)
    put(pen, (76, 18), words(same, 4).title(), INK, 22, bold=True)
    put(pen, (76, 44), words(same, 8), (90, 90, 90), 12)
    y = 84.0
    while y < height - 150:
        for c in range(columns):
            x, wide = 20 + c * (width - 30) / columns, (width - 50) / columns
            put(pen, (x, y), words(same, 2).capitalize(), INK, 11)
            if boxed:
                pen.rectangle((x, y + 15, x + wide, y + 37), outline=INK)
            else:
                pen.line((x, y + 37, x + wide, y + 37), fill=INK)
            if own.random() < 0.85:
                scribble(pen, own, (x + 6, y + 19, x + wide * own.uniform(0.3, 0.95), y + 34), (30, 40, 130))
        y += 47
    for i in range(4):
        x = 20 + 108 * i
        pen.rectangle((x, y, x + 13, y + 13), outline=INK)
        put(pen, (x + 19, y), words(same, 1), INK, 12)
        if own.random() < 0.5:
            pen.line((x + 1, y + 5, x + 5, y + 12, x + 15, y - 4), fill=(30, 40, 130), width=2)
    paragraph(pen, (20, y + 26, width - 20, height - 56), words(same, 40), (60, 60, 60), 10)
    pen.line((width - 210, height - 26, width - 20, height - 26), fill=INK)
    scribble(pen, own, (width - 200, height - 52, width - 60, height - 28), (30, 40, 130))
    return out


def questionnaire(sheet: Sheet) -> Picture:
    """Questions with rows of circles, one of each filled."""
    same, own = sheet.same, sheet.own
    width, height = 460, 640
    points, tall = sheet.style(((5, 38), (7, 44), (4, 52), (5, 46)))  # type: ignore[misc]
    out = Image.new("RGB", (width, height), (255, 255, 255))
    pen = ImageDraw.Draw(out)
    put(pen, (20, 18), words(same, 5).capitalize(), INK, 22, bold=True)
    paragraph(pen, (20, 48, width - 20, 84), words(same, 24), (70, 70, 70), 11)
    y, number = 92.0, 1
    while y < height - tall:
        put(pen, (20, y), f"{number}. {words(same, 6).capitalize()}?", INK, 13)
        chosen = own.randrange(points)
        for i in range(points):
            x = 40 + i * (width - 90) / (points - 1)
            pen.ellipse((x, y + 18, x + 13, y + 31), outline=INK, width=1, fill=(30, 40, 130) if i == chosen else None)
        y, number = y + tall, number + 1
    return out


def receipt(sheet: Sheet) -> Picture:
    """A till receipt: shop, goods and prices, sum, thanks, bar code."""
    same, own = sheet.same, sheet.own
    width, height = 300, 620
    thick, code = sheet.style(((True, True), (False, True), (True, False), (False, False)))  # type: ignore[misc]
    out = Image.new("RGB", (width, height), (252, 252, 250))
    pen = ImageDraw.Draw(out)
    put(pen, (40, 16), words(same, 2).upper(), INK, 26, bold=bool(thick))
    for i in range(3):
        put(pen, (50, 52 + 15 * i), words(same, 4), INK, 12)
    pen.line((16, 102, width - 16, 102), fill=INK, width=2)
    y, total = 110.0, 0
    for _ in range(own.randint(8, 18)):
        price = own.randint(49, 2999)
        put(pen, (18, y), words(own, 2)[:18], INK, 13)
        put(pen, (width - 68, y), f"{price / 100:.2f}", INK, 13)
        y, total = y + 17, total + price
    pen.line((16, y + 6, width - 16, y + 6), fill=INK, width=2)
    put(pen, (18, y + 14), words(same, 1).upper(), INK, 20, bold=True)
    put(pen, (width - 90, y + 14), f"{total / 100:.2f}", INK, 20, bold=True)
    put(
        pen,
        (18, y + 42),
        f"{own.randint(1, 28):02}.{own.randint(1, 12):02}.2024 {own.randint(7, 21)}:{digits(own, 2)}",
        INK,
        12,
    )
    paragraph(pen, (24, height - 110, width - 24, height - 60), words(same, 12).capitalize(), INK, 13)
    if code:
        _barcode(pen, own, (40, height - 54, width - 40, height - 16))
    return out


def letter(sheet: Sheet) -> Picture:
    """A letter: the house's head and foot, other words."""
    same, own = sheet.same, sheet.own
    width, height = 460, 640
    right, size = sheet.style(((True, 13), (False, 12), (False, 14), (True, 12)))  # type: ignore[misc]
    out = Image.new("RGB", (width, height), (255, 255, 255))
    pen = ImageDraw.Draw(out)
    _emblem(pen, same, width - 70 if right else 24, 20, 46, INK)
    put(pen, (24 if right else 84, 26), words(same, 2).title(), INK, 22, bold=True)
    put(pen, (24 if right else 84, 52), words(same, 6), (90, 90, 90), 11)
    put(pen, (30, 92), f"{name(own)}, {own.randint(1, 28)} May", INK, size)
    y = 120.0
    while y < height - 110:
        y = (
            paragraph(
                pen, (30, y, width - 30, height - 90), words(own, own.randint(20, 70)).capitalize() + ".", INK, size
            )
            + 10
        )
    scribble(pen, own, (30, height - 84, 150, height - 62), INK)
    pen.line((24, height - 44, width - 24, height - 44), fill=INK)
    put(pen, (30, height - 36), f"{words(same, 8)} {digits(same, 6)}", (90, 90, 90), 10)
    return out


def table(sheet: Sheet) -> Picture:
    """A printed table: ruled lines, headings, other figures."""
    same, own = sheet.same, sheet.own
    columns, rows = sheet.style(((5, 20), (4, 16), (6, 24), (7, 18)))  # type: ignore[misc]
    width, height = 560, 480
    out = Image.new("RGB", (width, height), (255, 255, 255))
    pen = ImageDraw.Draw(out)
    put(pen, (20, 12), words(same, 5).capitalize(), INK, 18, bold=True)
    wide, tall = (width - 40) / columns, (height - 60) / rows
    for r in range(rows + 1):
        pen.line((20, 44 + r * tall, width - 20, 44 + r * tall), fill=INK)
    for c in range(columns + 1):
        pen.line((20 + c * wide, 44, 20 + c * wide, 44 + rows * tall), fill=INK)
    for r in range(rows):
        for c in range(columns):
            text = words(same, 1) if r == 0 or c == 0 else f"{own.randint(0, 9999) / 10:.1f}"
            put(pen, (24 + c * wide, 46 + r * tall), text[:9], INK, min(13, tall * 0.7), bold=r == 0)
    return out


for _name, _draw in (
    ("identity card", id_card), ("form", form), ("questionnaire", questionnaire), ("receipt", receipt), ("letter", letter), ("table", table),
):  # fmt: skip
    family("paper", _name, _draw)
    if _name != "identity card":
        family("scan", f"{_name}, scanned", _draw, scanned=True)
