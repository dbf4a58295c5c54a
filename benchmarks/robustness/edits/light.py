"""Edits that change light and colour and leave every pixel where it is."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from benchmarks.robustness.edits.base import Draw, add, edit

Picture = Image.Image


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(picture.convert("RGB"), dtype=np.float32)


def picture_of(values: np.ndarray) -> Picture:
    return Image.fromarray(np.clip(values + 0.5, 0, 255).astype(np.uint8), "RGB")


def enhanced(kind, factor: float):
    return lambda picture, draw: kind(picture).enhance(draw.factor(factor))


def gamma(power: float):
    return lambda p, draw: picture_of(255 * (pixels(p) / 255) ** draw.factor(power))


def blurred(radius: float):
    return lambda p, draw: p.filter(ImageFilter.GaussianBlur(draw.amount(radius)))


def noisy(sigma: float):
    def change(picture: Picture, draw: Draw) -> Picture:
        values = pixels(picture)
        return picture_of(values + draw.noise.normal(0, draw.amount(sigma), values.shape))

    return change


add("filter", "gray", lambda p, draw: ImageOps.grayscale(p).convert("RGB"))


@edit("filter", "sepia")
def _sepia(picture: Picture, draw: Draw) -> Picture:
    tone = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
    return picture_of(pixels(picture) @ tone.T.astype(np.float32))


add("filter", "bright+30", enhanced(ImageEnhance.Brightness, 1.3))
add("filter", "bright-30", enhanced(ImageEnhance.Brightness, 0.7))
add("filter", "contrast+30", enhanced(ImageEnhance.Contrast, 1.3))
add("filter", "contrast-30", enhanced(ImageEnhance.Contrast, 0.7))
add("filter", "saturate1.8", enhanced(ImageEnhance.Color, 1.8))


@edit("filter", "hue_shift")
def hue_shift(picture: Picture, draw: Draw) -> Picture:
    bands = np.array(picture.convert("HSV"))
    turn = draw.amount(draw.chance.uniform(0.15, 0.35)) * draw.chance.choice((-1, 1))
    bands[..., 0] = (bands[..., 0].astype(int) + round(turn * 256)) % 256
    return Image.fromarray(bands, "HSV").convert("RGB")


add("filter", "gamma0.6", gamma(0.6))
add("filter", "gamma1.8", gamma(1.8))
add("filter", "equalize", lambda p, draw: ImageOps.equalize(p))
add("filter", "invert", lambda p, draw: ImageOps.invert(p))
add("filter", "posterize", lambda p, draw: ImageOps.posterize(p, 3 if draw.amount(1) < 1.15 else 2))


@edit("filter", "insta")
def insta(picture: Picture, draw: Draw) -> Picture:
    """Lifted blacks, warm light, cool shade, more contrast, a soft vignette."""
    values = pixels(picture)
    strength = draw.amount(1.0)
    curve = 255 / (1 + np.exp(-(values - 128) / (38 / draw.factor(1.1))))
    values += strength * 0.6 * (curve - values)
    values += strength * 18 * (1 - values / 255)
    light = values.mean(axis=2, keepdims=True) / 255
    values += strength * (light * np.array([14, 4, -14]) + (1 - light) * np.array([-6, 0, 12]))
    return picture_of(values * shade(values.shape, 0.25 * strength))


def shade(shape: tuple[int, ...], strength: float) -> np.ndarray:
    """Return a vignette: 1 in the middle, 1 - strength in the corners."""
    y = np.linspace(-1, 1, shape[0])[:, None]
    x = np.linspace(-1, 1, shape[1])[None]
    fall = np.clip((x * x + y * y) / 2, 0, 1) ** 1.3
    return np.clip(1 - strength * fall, 0, 1)[..., None]


@edit("filter", "vignette")
def _vignette(picture: Picture, draw: Draw) -> Picture:
    values = pixels(picture)
    return picture_of(values * shade(values.shape, min(0.95, draw.amount(0.7))))


add("filter", "blur2", blurred(2))
add("filter", "blur5", blurred(5))
add("filter", "sharpen", lambda p, draw: p.filter(
    ImageFilter.UnsharpMask(2, round(draw.amount(200)), 2)))  # fmt: skip
add("filter", "noise15", noisy(15))
add("filter", "noise35", noisy(35))
