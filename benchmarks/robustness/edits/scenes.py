"""Edits that put the picture into something: a screen, a page, another picture, a re-filmed one."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.robustness.edits.base import Draw, add, edit, font, words
from benchmarks.robustness.edits.geometry import resized
from benchmarks.robustness.edits.light import picture_of, pixels

Picture = Image.Image
PHONE = (540, 1110)
PAGE = (1280, 800)


def fitted(picture: Picture, width: float, height: float) -> Picture:
    scale = min(width / picture.width, height / picture.height)
    return resized(picture, picture.width * scale, picture.height * scale)


def bubble(pen: ImageDraw.ImageDraw, box: tuple[float, ...], colour, ink, draw: Draw) -> None:
    pen.rounded_rectangle(box, 14, fill=colour)
    for y in range(int(box[1]) + 8, int(box[3]) - 18, 24):
        pen.text((box[0] + 12, y), words(draw, 5)[: int((box[2] - box[0]) / 10)], ink, font(17))


def phone(dark: bool):
    """A chat on a phone: status bar, messages, the picture nearly as wide as the screen, input."""

    def change(picture: Picture, draw: Draw) -> Picture:
        paper, card, ink = ((18, 18, 20), (44, 44, 50), (230, 230, 230)) if dark else (
            (240, 240, 236), (255, 255, 255), (20, 20, 20))  # fmt: skip
        out = Image.new("RGB", PHONE, paper)
        pen = ImageDraw.Draw(out)
        pen.rectangle((0, 0, PHONE[0], 90), fill=card)
        pen.text((20, 8), "12:41", ink, font(18))
        pen.ellipse((20, 36, 66, 82), fill=(120, 150, 190))
        pen.text((80, 46), words(draw, 2), ink, font(24))
        photo = fitted(picture, PHONE[0] * draw.chance.uniform(0.80, 1.0), PHONE[1] * 0.62)
        x = draw.chance.choice((0, PHONE[0] - photo.width, (PHONE[0] - photo.width) // 2))
        y = draw.chance.randint(110, max(111, min(PHONE[1] - 130 - photo.height, 300)))
        if y > 180:
            bubble(pen, (20, 104, 330, y - 14), card, ink, draw)
        out.paste(photo, (x, y))
        low = y + photo.height + 14
        if low < PHONE[1] - 150:
            bubble(pen, (180, low, 520, min(low + 130, PHONE[1] - 80)), (40, 110, 220), ink, draw)
        pen.rectangle((0, PHONE[1] - 64, PHONE[0], PHONE[1]), fill=card)
        pen.rounded_rectangle((16, PHONE[1] - 52, 440, PHONE[1] - 12), 20, fill=paper)
        return out

    return change


add("ui", "phone_light", phone(False))
add("ui", "phone_dark", phone(True))


@edit("ui", "desktop_page")
def _desktop_page(picture: Picture, draw: Draw) -> Picture:
    """An article in a browser: address bar, headline, the picture, text, a column of boxes."""
    out = Image.new("RGB", PAGE, (252, 252, 252))
    pen = ImageDraw.Draw(out)
    pen.rectangle((0, 0, PAGE[0], 64), fill=(222, 225, 230))
    pen.rounded_rectangle((160, 22, 1000, 54), 16, fill=(255, 255, 255))
    pen.text((60, 84), words(draw, 6).capitalize(), (20, 20, 20), font(34))
    photo = fitted(picture, 760, 520)
    x = draw.chance.randint(50, max(51, 820 - photo.width))
    y = draw.chance.randint(135, 180)
    out.paste(photo, (x, y))
    for line in range(y + photo.height + 16, PAGE[1] - 20, 26):
        pen.text((60, line), words(draw, 14)[:80], (70, 70, 70), font(18))
    for box in range(5):
        top = 100 + box * 138
        tint = tuple(draw.chance.randint(120, 240) for _ in range(3))
        pen.rectangle((930, top, 1230, top + 110), fill=tint)
        pen.text((940, top + 40), words(draw, 3), (30, 30, 30), font(18))
    return out


def picture_in_picture(part: float):
    """The picture at this part of each side over another one."""

    def change(picture: Picture, draw: Draw) -> Picture:
        back = draw.other().resize(picture.size, Image.Resampling.LANCZOS)
        scale = draw.keep(part)
        small = resized(picture, picture.width * scale, picture.height * scale)
        room = back.width - small.width, back.height - small.height
        at = [round(r * draw.chance.uniform(0.15, 0.85)) for r in room]
        back.paste(small, tuple(at))
        return back

    return change


for _part in (80, 65, 50):
    add("pip", f"pip{_part}", picture_in_picture(_part / 100))


def collage(columns: int, rows: int):
    """Tiles of one size with a gap, each picture cut to its tile's ratio; ours is whole."""

    def change(picture: Picture, draw: Draw) -> Picture:
        gap = round(draw.amount(draw.chance.choice((0, 0.01, 0.02))) * max(picture.size))
        w, h = picture.size
        out = Image.new("RGB", (columns * (w + gap) + gap, rows * (h + gap) + gap), (255,) * 3)
        ours = draw.chance.randrange(columns * rows)
        for tile in range(columns * rows):
            one = picture if tile == ours else draw.other().resize((w, h))
            out.paste(one, (gap + tile % columns * (w + gap), gap + tile // columns * (h + gap)))
        return out

    return change


add("collage", "collage2_h", collage(2, 1))
add("collage", "collage2_v", collage(1, 2))
add("collage", "collage4", collage(2, 2))


@edit("recapture", "moire")
def moire(picture: Picture, draw: Draw) -> Picture:
    """The stripes of a screen's pixel rows against the camera's, in all three colours."""
    values = pixels(picture)
    y, x = np.mgrid[: values.shape[0], : values.shape[1]]
    for band in range(3):
        angle = draw.chance.uniform(-0.3, 0.3)
        period = draw.chance.uniform(5, 14)
        wave = np.sin(2 * np.pi * (x * np.sin(angle) + y * np.cos(angle)) / period + band)
        values[..., band] *= 1 + draw.amount(0.12) * wave
    return picture_of(values)


def perspective(picture: Picture, corners: np.ndarray, size: tuple[int, int], back) -> Picture:
    """Return a canvas where the picture's corners (from top left, clockwise) lie at `corners`."""
    w, h = picture.size
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, [(0, 0), (w, 0), (w, h), (0, h)], strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    warp = tuple(np.linalg.solve(np.array(rows, float), np.array(right, float)))
    bicubic = Image.Resampling.BICUBIC
    mask = Image.new("L", picture.size, 255).transform(
        size, Image.Transform.PERSPECTIVE, warp, bicubic)  # fmt: skip
    out = Image.new("RGB", size, back)
    out.paste(picture.transform(size, Image.Transform.PERSPECTIVE, warp, bicubic), mask=mask)
    return out


def recapture(tilt: float, turn: float, surround: float, glare: float, noise: float):
    """A screen filmed by a hand-held camera: surround, tilt, turn, uneven light, noise, blur."""

    def change(picture: Picture, draw: Draw) -> Picture:
        w, h = picture.size
        edge = draw.amount(surround)
        size = round(w * (1 + 2 * edge)), round(h * (1 + 2 * edge))
        angle = np.radians(draw.amount(turn) * draw.chance.uniform(-1, 1))
        spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        corners = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) / 2
        push = draw.noise.uniform(-1, 1, (4, 2)) * draw.amount(tilt) * np.array([w, h])
        corners = (corners + push) @ spin.T + np.array(size) / 2
        tint = draw.chance.randint(12, 60)
        values = pixels(perspective(picture, corners, size, (tint, tint, tint)))
        y, x = np.linspace(0, 1, size[1])[:, None], np.linspace(0, 1, size[0])[None]
        cx, cy = draw.chance.random(), draw.chance.random()
        spot = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.08)[..., None]
        slope = (draw.chance.uniform(-1, 1) * x + draw.chance.uniform(-1, 1) * y)[..., None]
        values *= 1 + draw.amount(0.12) * slope
        values += draw.amount(glare) * spot
        values += draw.noise.normal(0, draw.amount(noise), values.shape)
        return picture_of(values).filter(ImageFilter.GaussianBlur(draw.amount(0.9)))

    return change


add("recapture", "recap_mild", recapture(0.010, 0.8, 0.05, 18, 4))
add("recapture", "recap_strong", recapture(0.025, 2.5, 0.10, 45, 8))
