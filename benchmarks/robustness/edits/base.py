"""The registry of edits, and the draw that makes each one repeatable and its strength shiftable."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFont

UPLOAD_SIDE = 1280  # the longer side that a messenger leaves
UPLOAD_QUALITY = (72, 88)  # JPEG quality of an upload, drawn evenly


class Draw:
    """
    Chance and strength of one edit of one picture.

    Attributes:
        chance: Random numbers that depend on seed, edit and source alone.
        noise: The same, for arrays.
        others: Pictures that are no source of the run, for collages and backgrounds.
    """

    def __init__(
        self, seed: int, edit: str, source: str, shift: float = 0.0, others: Sequence[Image.Image] = ()
    ) -> None:
        digest = hashlib.sha256(f"{seed}/{edit}/{source}".encode()).digest()
        number = int.from_bytes(digest[:8], "big")
        self.chance = random.Random(number)
        self.noise = np.random.default_rng(number)
        self.others = others
        self._shift = shift

    def amount(self, value: float) -> float:
        """Return a strength, shifted: at a shift of 0.2 everything is done 20 % more."""
        return value * (1 + self._shift)

    def keep(self, part: float) -> float:
        """Return the part of a side that is kept when the part that goes is shifted."""
        return max(0.05, 1 - self.amount(1 - part))

    def factor(self, value: float) -> float:
        """Return a factor around 1 (a gain, a stretch), its logarithm shifted."""
        return float(value ** (1 + self._shift))

    def other(self) -> Image.Image:
        """Return one of the other pictures."""
        return self.chance.choice(self.others)


Change = Callable[[Image.Image, Draw], Image.Image]


@dataclass(frozen=True)
class Edit:
    """One edit: its name, its class, and what it does to an RGB picture."""

    name: str
    group: str
    change: Change


EDITS: dict[str, Edit] = {}


def edit(group: str, name: str) -> Callable[[Change], Change]:
    """Register a function as the edit `name` of class `group`."""

    def register(change: Change) -> Change:
        add(group, name, change)
        return change

    return register


def add(group: str, name: str, change: Change) -> None:
    """Register an edit; a name is registered once."""
    if name in EDITS:
        raise ValueError(f"two edits are called {name}")
    EDITS[name] = Edit(name, group, change)


def classes() -> dict[str, list[str]]:
    """Return the names of the edits of each class."""
    found: dict[str, list[str]] = {}
    for one in EDITS.values():
        found.setdefault(one.group, []).append(one.name)
    return found


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """Return the picture as JPEG with halved chroma, as phones and services write it."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality, subsampling="4:2:0")
    return out.getvalue()


def upload(picture: Image.Image, draw: Draw) -> bytes:
    """Return what a service would store: at most UPLOAD_SIDE long, JPEG."""
    if max(picture.size) > UPLOAD_SIDE:
        scale = UPLOAD_SIDE / max(picture.size)
        size = tuple(max(1, round(s * scale)) for s in picture.size)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return jpeg(picture, draw.chance.randint(*UPLOAD_QUALITY))


def apply(
    name: str, picture: Image.Image, source: str, seed: int, shift: float = 0.0, others: Sequence[Image.Image] = ()
) -> bytes:
    """
    Return the edited copy as JPEG bytes.

    Args:
        name: A key of EDITS.
        picture: The original, RGB.
        source: What names the original in the run; part of the seed.
        seed, shift: See Draw.
        others: Pictures that are not in the list, for collages and backgrounds.
    """
    draw = Draw(seed, name, source, shift, others)
    return upload(EDITS[name].change(picture, draw), draw)


def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font: the same on every machine."""
    return ImageFont.load_default(max(6, round(size)))


TEXT = "\
when you see it the cat did nothing wrong today we were told that nobody knows how long \
this has been going on please share with everyone before it is gone best summer ever lol \
never again wait for the end mood honestly same here good morning friends"
WORDS = tuple(TEXT.split())


def words(draw: Draw, count: int) -> str:
    """Return some words of a caption."""
    return " ".join(draw.chance.choice(WORDS) for _ in range(count))
