"""Edits that draw on the picture, and captions put next to it."""

from __future__ import annotations

import math
import textwrap

from PIL import Image, ImageDraw

from benchmarks.robustness.edits.base import Draw, add, edit, font, words

Picture = Image.Image


def place(picture: Picture, draw: Draw, width: float, height: float) -> tuple[int, int]:
    """Return a place inside the picture for something of this size."""
    return (
        round(draw.chance.random() * max(0, picture.width - width)),
        round(draw.chance.random() * max(0, picture.height - height)),
    )


def emoji(area: float):
    """A round face that hides this part of the picture."""

    def change(picture: Picture, draw: Draw) -> Picture:
        out = picture.copy()
        size = math.sqrt(draw.amount(area) * out.width * out.height * 4 / math.pi)
        size = min(size, 0.98 * min(out.size))
        x, y = place(out, draw, size, size)
        face(ImageDraw.Draw(out), x, y, size)
        return out

    return change


def face(pen: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    def box(left: float, top: float, right: float, low: float) -> tuple[float, ...]:
        return x + left * size, y + top * size, x + right * size, y + low * size

    line = max(1, round(size * 0.04))
    pen.ellipse(box(0, 0, 1, 1), fill=(255, 204, 51), outline=(200, 140, 20), width=line)
    for left in (0.25, 0.60):
        pen.ellipse(box(left, 0.28, left + 0.15, 0.5), fill=(60, 40, 20))
    pen.chord(box(0.2, 0.35, 0.8, 0.85), 10, 170, fill=(120, 40, 30))


def text(area: float):
    """Lines of outlined white text whose block takes this part of the picture."""

    def change(picture: Picture, draw: Draw) -> Picture:
        out = picture.copy()
        pen = ImageDraw.Draw(out)
        size = out.height * draw.chance.uniform(0.06, 0.10)
        letters = font(size)
        line = words(draw, 30)
        target, drawn = draw.amount(area) * out.width * out.height, 0.0
        y = draw.chance.random() * out.height * 0.4
        while drawn < target and y < out.height:
            count = max(4, int(0.92 * out.width / pen.textlength("n", letters)))
            part, line = line[:count], line[count:] or words(draw, 30)
            width = pen.textlength(part, letters)
            pen.text(
                ((out.width - width) / 2, y),
                part,
                (255, 255, 255),
                letters,
                stroke_width=max(1, round(size * 0.07)),
                stroke_fill=(0, 0, 0),
            )
            drawn += width * size
            y += size * 1.15
        return out

    return change


def logo(area: float):
    """A solid badge with a ring and letters, in or near a corner."""

    def change(picture: Picture, draw: Draw) -> Picture:
        out = picture.copy()
        pen = ImageDraw.Draw(out)
        tall = math.sqrt(draw.amount(area) * out.width * out.height / 1.6)
        tall = min(tall, 0.95 * out.height, 0.95 * out.width / 1.6)
        wide = 1.6 * tall
        margin = 0.02 * min(out.size)
        x = draw.chance.choice((margin, out.width - wide - margin))
        y = draw.chance.choice((margin, out.height - tall - margin))
        colour = tuple(draw.chance.randrange(256) for _ in range(3))
        pen.rounded_rectangle((x, y, x + wide, y + tall), tall * 0.15, fill=colour)
        ring = x + tall * 0.15, y + tall * 0.2, x + tall * 0.75, y + tall * 0.8
        pen.ellipse(ring, outline=(255, 255, 255), width=max(1, round(tall * 0.08)))
        pen.text((x + tall * 0.85, y + tall * 0.3), "NEWS", (255, 255, 255), font(tall * 0.3))
        return out

    return change


for _part in (5, 10, 20):
    add("overlay", f"emoji{_part}", emoji(_part / 100))
    add("overlay", f"text{_part}", text(_part / 100))
    add("overlay", f"logo{_part}", logo(_part / 100))


@edit("overlay", "watermark")
def _watermark(picture: Picture, draw: Draw) -> Picture:
    """Slanted letters over the whole picture, see-through."""
    layer = Image.new("RGBA", (picture.width * 2, picture.height * 2))
    pen = ImageDraw.Draw(layer)
    size = picture.height * 0.07
    ink = (255, 255, 255, round(min(255, draw.amount(90))))
    for row in range(math.ceil(layer.height / (size * 3))):
        pen.text((-(row % 2) * size * 3, row * size * 3), "stock photo    " * 12, ink, font(size))
    layer = layer.rotate(30, Image.Resampling.BICUBIC)
    left, top = (layer.width - picture.width) // 2, (layer.height - picture.height) // 2
    layer = layer.crop((left, top, left + picture.width, top + picture.height))
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def inset(part: float):
    """Another picture in a corner, as in a video call; `part` is its side by the picture's."""

    def change(picture: Picture, draw: Draw) -> Picture:
        out = picture.copy()
        scale = draw.amount(part)
        size = max(8, round(out.width * scale)), max(8, round(out.height * scale))
        small = draw.other().resize(size, Image.Resampling.LANCZOS)
        gap = round(0.02 * min(out.size))
        x = draw.chance.choice((gap, out.width - size[0] - gap))
        y = draw.chance.choice((gap, out.height - size[1] - gap))
        out.paste(small, (x, y))
        return out

    return change


add("overlay", "inset30", inset(0.30))
add("overlay", "inset45", inset(0.45))


def caption_bar(picture: Picture, draw: Draw, part: float, ink: int, paper: int) -> Picture:
    """Return a bar of text as wide as the picture, `part` of its height."""
    bar = Image.new("RGB", (picture.width, max(8, round(picture.height * part))), (paper,) * 3)
    pen = ImageDraw.Draw(bar)
    size = bar.height * draw.chance.choice((0.30, 0.42))
    columns = max(6, int(0.9 * bar.width / pen.textlength("n", font(size))))
    lines = textwrap.wrap(words(draw, 30), columns)[: max(1, int(bar.height * 0.9 / (size * 1.2)))]
    y = (bar.height - len(lines) * size * 1.2) / 2
    for line in lines:
        width = pen.textlength(line, font(size))
        pen.text(((bar.width - width) / 2, y), line, (ink,) * 3, font(size))
        y += size * 1.2
    return bar


def captioned(above: bool, below: bool, ink: int = 0, paper: int = 255):
    def change(picture: Picture, draw: Draw) -> Picture:
        parts = [picture]
        if above:
            bar = draw.amount(draw.chance.uniform(0.15, 0.28))
            parts.insert(0, caption_bar(picture, draw, bar, ink, paper))
        if below:
            bar = draw.amount(draw.chance.uniform(0.12, 0.25))
            parts.append(caption_bar(picture, draw, bar, ink, paper))
        out = Image.new("RGB", (picture.width, sum(p.height for p in parts)))
        y = 0
        for part in parts:
            out.paste(part, (0, y))
            y += part.height
        return out

    return change


add("caption", "meme_top", captioned(True, False))
add("caption", "meme_both", captioned(True, True))
add("caption", "caption_bottom", captioned(False, True, ink=255, paper=0))
