"""
Pictures drawn from a seed: scenes with the statistics of photos, and the poor in information.

Scenes give everyone the same list and strangers without a download. The poor ones (flat fields,
gradients, logos, test cards, memes, documents, credits) are what must never match each other.
"""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.robustness.edits.base import WORDS, font

SIZES = ((480, 360), (360, 480), (480, 270), (400, 400))


def clouds(size: tuple[int, int], rng: np.random.Generator, slope: float) -> np.ndarray:
    """Return noise whose amplitude falls with frequency to this power, 0..1, (rows, columns)."""
    w, h = size
    fy, fx = np.fft.fftfreq(h)[:, None] * h, np.fft.rfftfreq(w)[None] * w
    fall = np.hypot(fx, fy)
    fall[0, 0] = 1
    spectrum = np.fft.rfft2(rng.standard_normal((h, w))) / fall**slope
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, (h, w))
    return (field - field.min()) / (np.ptp(field) + 1e-9)


def scene(number: int) -> Image.Image:
    """Return a scene: layered objects, each textured and lit, over a textured ground."""
    rng, chance = np.random.default_rng(number), random.Random(number)
    size = chance.choice(SIZES)
    tints = rng.uniform(0, 255, (2, 3))
    ground = clouds(size, rng, chance.uniform(0.9, 1.6))[..., None]
    picture = tints[0] * ground + tints[1] * (1 - ground)
    for _ in range(chance.randint(6, 16)):
        mask = Image.new("L", size)
        pen = ImageDraw.Draw(mask)
        x, y = chance.uniform(0, size[0]), chance.uniform(0, size[1])
        r = min(size) * 0.04 * 10 ** chance.uniform(0, 1)
        if chance.random() < 0.5:
            pen.ellipse((x - r, y - r * chance.uniform(0.4, 1), x + r, y + r), fill=255)
        else:
            corners = [(x + chance.uniform(-r, r), y + chance.uniform(-r, r)) for _ in range(5)]
            pen.polygon(corners, fill=255)
        soft = mask.filter(ImageFilter.GaussianBlur(chance.choice((0.7, 1.5, 6))))
        cover = np.asarray(soft, np.float32)[..., None] / 255
        light = 0.6 + 0.6 * clouds(size, rng, chance.uniform(1.0, 2.0))[..., None]
        picture = picture * (1 - cover) + rng.uniform(0, 255, 3) * light * cover
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8), "RGB")


def _flat(chance: random.Random) -> Image.Image:
    return Image.new("RGB", (400, 300), (chance.randrange(256),) * 3)


def _gradient(chance: random.Random) -> Image.Image:
    x, y = np.linspace(0, 1, 400)[None], np.linspace(0, 1, 300)[:, None]
    field = chance.uniform(-1, 1) * x + chance.uniform(-1, 1) * y + 0 * x * y
    field = (field - field.min()) / (np.ptp(field) + 1e-6) * chance.uniform(20, 255)
    return Image.fromarray(field.astype(np.uint8)).convert("RGB")


def _logo(chance: random.Random) -> Image.Image:
    out = Image.new("RGB", (400, 300), chance.choice(("white", "black", "#eef", "#123")))
    pen = ImageDraw.Draw(out)
    colour = tuple(chance.randrange(256) for _ in range(3))
    r = chance.randint(40, 110)
    box = (200 - r, 150 - r, 200 + r, 150 + r)
    chance.choice((pen.ellipse, pen.rectangle))(box, fill=colour)
    letter = chance.choice("ABCDEFGHKMNOPRSTXYZ")
    pen.text((200 - r * 0.45, 150 - r * 0.8), letter, "white", font(r * 1.3))
    return out


def _test_card(chance: random.Random) -> Image.Image:
    out = Image.new("RGB", (400, 300))
    pen = ImageDraw.Draw(out)
    n = chance.choice((6, 7, 8, 10))
    colours = ["white", "yellow", "cyan", "lime", "magenta", "red", "blue", "black", "gray", "navy"]
    if chance.random() < 0.5:
        chance.shuffle(colours)
    for i in range(n):
        pen.rectangle((i * 400 // n, 0, (i + 1) * 400 // n, 220), fill=colours[i])
    for i in range(5):
        level = round(i * 255 / 4)
        pen.rectangle((i * 80, 220, i * 80 + 80, 300), fill=(level,) * 3)
    return out


def _lines(chance: random.Random, out: Image.Image, ink: str, size: int, centre: bool) -> None:
    pen, y = ImageDraw.Draw(out), chance.randint(10, 60)
    while y < out.height - size:
        line = " ".join(chance.choice(WORDS) for _ in range(chance.randint(2, 9)))
        line = line[: int(out.width * 1.7 / size)]
        x = (out.width - pen.textlength(line, font(size))) / 2 if centre else 20
        pen.text((x, y), line, ink, font(size))
        y += round(size * chance.choice((1.3, 1.3, 1.3, 2.6)))


def _meme(chance: random.Random) -> Image.Image:
    out = Image.new("RGB", (400, 400), chance.choice(("white", "black", "#f4d03f", "#2e86c1")))
    pen = ImageDraw.Draw(out)
    for y in (15, 330):
        text = " ".join(chance.choice(WORDS) for _ in range(3)).upper()
        pen.text((20, y), text, "white", font(36), stroke_width=2, stroke_fill="black")
    return out


def _document(chance: random.Random) -> Image.Image:
    out = Image.new("RGB", (360, 500), "white")
    _lines(chance, out, "black", chance.choice((11, 14)), centre=False)
    return out


def _credits(chance: random.Random) -> Image.Image:
    inner = Image.new("RGB", (400, 200), "black")
    _lines(chance, inner, "white", chance.choice((14, 18)), centre=True)
    out = Image.new("RGB", (400, 300))
    out.paste(inner, (0, 50))
    return out


POOR = {
    "flat": _flat, "gradient": _gradient, "logo": _logo, "test card": _test_card, "meme": _meme,
    "document": _document, "credits": _credits,
}  # fmt: skip


def poor(kind: str, number: int) -> Image.Image:
    """Return a picture of one of the kinds of POOR."""
    return POOR[kind](random.Random(f"{kind}/{number}"))
