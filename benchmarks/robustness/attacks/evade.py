"""
Evading: a listed picture that is not found any more.

Two attackers. One has no skill and no list: an edit is made stronger until the matcher says nothing, a black-box
search as in Jain, Cretu and de Montjoye (USENIX Security 2022). One knows the hash and the signature of the
picture: the cheapest signs are pushed over their thresholds, by the least change of brightness.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from benchmarks._frame import clock
from benchmarks.robustness.attacks import quality
from benchmarks.robustness.attacks.linear import HashMap, PatchMap, Plane
from benchmarks.robustness.attacks.scene import Entry, Lists, Pixels, luma, painted
from benchmarks.robustness.attacks.solve import Want, cheapest, pushed
from benchmarks.robustness.families.base import recoded

Picture = Image.Image
STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # margins of the attacker who knows, in brightness levels
HASH_BITS, PATCH_BITS = 80, 26  # signs turned: beyond what tier 1 allows by rate, beyond a keypoint that agrees
ROUNDS = 4


@dataclass(frozen=True)
class Evaded:
    """The weakest change that evades, or none: strength None. PSNR and SSIM where the picture stays in place."""

    strength: float | None
    seconds: float
    psnr: float | None
    ssim: float | None


@dataclass(frozen=True)
class Edit:
    """An edit by strength: what the strength is, those tried, whether the picture stays in place."""

    name: str
    unit: str
    strengths: Sequence[float]
    change: Callable[[Picture, float], Picture]
    in_place: bool = True


def _noisy(picture: Picture, level: float) -> Picture:
    noise = np.random.default_rng(7).normal(0, level, (picture.height, picture.width))
    return Image.fromarray(np.clip(np.asarray(picture, np.float64) + noise[..., None], 0, 255).astype(np.uint8))


def _turned(picture: Picture, degrees: float) -> Picture:
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True)


def _cropped(picture: Picture, share: float) -> Picture:
    side = max(8, round(picture.width * (1 - share / 100)))
    return picture.crop((0, 0, side, side))


def _covered(picture: Picture, share: float) -> Picture:
    out = picture.copy()
    out.paste((30, 30, 30), (0, 0, out.width, round(out.height * share / 100)))
    return out


def _blended(picture: Picture, share: float) -> Picture:
    other = picture.transpose(Image.Transpose.ROTATE_180).filter(ImageFilter.GaussianBlur(6))
    return Image.blend(picture, other, share / 100)


EDITS = (
    Edit("noise", "levels", (10, 20, 40, 60, 80, 120), _noisy),
    Edit("blur", "pixels", (2, 4, 6, 8, 12, 16), lambda p, s: p.filter(ImageFilter.GaussianBlur(s))),
    Edit("JPEG", "100 - quality", (70, 80, 90, 95, 98), lambda p, s: recoded(p, round(100 - s))),
    Edit("blend with itself turned", "%", (20, 30, 40, 50, 60, 70), _blended),
    Edit("bar over a part", "% of the area", (10, 20, 30, 40, 50, 60, 75), _covered),
    Edit("crop", "% of each side gone", (10, 20, 30, 40, 50, 60, 70), _cropped, False),
    Edit("tilt", "degrees", (2, 5, 8, 12, 16, 20, 30, 45), _turned, False),
)


def by_edit(edit: Edit, entry: Entry, lists: Lists, name: str) -> Evaded:
    """Return the first strength of an edit at which a list does not answer "match"."""
    picture, started = Image.fromarray(entry.pixels), clock.now()
    for strength in edit.strengths:
        pixels = np.asarray(recoded(edit.change(picture, strength), 85))
        if not lists.asked(name, pixels).matched:
            return _evaded(entry, pixels if edit.in_place else None, strength, clock.now() - started)
    return Evaded(None, clock.now() - started, None, None)


def _evaded(entry: Entry, pixels: Pixels | None, strength: float, seconds: float) -> Evaded:
    if pixels is None:
        return Evaded(strength, seconds, None, None)
    a, b = luma(pixels), luma(entry.pixels)
    return Evaded(strength, seconds, quality.psnr(a, b), quality.ssim(a, b))


def _turned_signs(of: HashMap | PatchMap, plane: Plane, number: int, margin: float) -> Want:
    """Want the cheapest signs of a map turned, the rest free."""
    values = of.apply(plane)
    signs = np.where(values > of.offsets(values), 1.0, -1.0)
    margins = np.zeros(of.rows)
    chosen = cheapest(of, plane, number)
    signs[chosen] *= -1
    margins[chosen] = margin * of.norms[chosen]
    return Want(of, signs, margins)


def by_knowledge(entry: Entry, lists: Lists, name: str, keypoints: bool) -> Evaded:
    """Return the least change of brightness that evades, of growing margins; of the hash's signs, and the keypoints' if wanted."""
    plane, started = luma(entry.pixels), clock.now()
    for margin in STRENGTHS:
        wants = [_turned_signs(entry.hash_map, plane, HASH_BITS, margin)]
        if keypoints:
            wants += [_turned_signs(p, plane, PATCH_BITS, margin) for p in entry.patches]
        pixels = painted(entry.pixels, pushed(plane, wants, ROUNDS) - plane)
        if not lists.asked(name, pixels).matched:
            return _evaded(entry, pixels, margin, clock.now() - started)
    return Evaded(None, clock.now() - started, None, None)
