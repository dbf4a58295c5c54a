"""What people make of a listed picture itself: copies, and cuts to part of each side."""

from __future__ import annotations

import random

from PIL import Image, ImageEnhance

from benchmarks.robustness.families.base import Picture, number_of, recoded

CUTS = (85, 75, 65, 55, 45)  # per cent of each side that is kept


def copy(picture: Picture, seed: int, *names: object) -> Picture:
    """Return the picture sent on: scaled, a little lighter or darker, JPEG of 45 to 80."""
    chance = random.Random(number_of(seed, "copy", *names))
    scale = chance.uniform(0.6, 1.2)
    out = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    out = ImageEnhance.Brightness(out).enhance(chance.uniform(0.85, 1.15))
    out = ImageEnhance.Contrast(out).enhance(chance.uniform(0.85, 1.15))
    return recoded(out, chance.randint(45, 80))


def cut(picture: Picture, keep: int, seed: int, *names: object) -> Picture:
    """Return a part of the picture with this part of each side, per cent, from anywhere in it, JPEG."""
    chance = random.Random(number_of(seed, "cut", keep, *names))
    w, h = round(picture.width * keep / 100), round(picture.height * keep / 100)
    x, y = chance.randint(0, picture.width - w), chance.randint(0, picture.height - h)
    return recoded(picture.crop((x, y, x + w, y + h)), chance.randint(60, 88))
