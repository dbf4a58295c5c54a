"""What all families share: the sheet that a picture is drawn from, photos to put in, words, letters."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Picture = Image.Image
Colour = tuple[int, int, int]
HALVES = ("tune", "judge")
SIDES = ("listed", "asked")
UPLOAD_QUALITY = (72, 88)  # JPEG quality of an upload, drawn evenly


def number_of(*names: object) -> int:
    """Return the seed that these names stand for."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, names)).encode()).digest()[:8], "big")


class Photos:
    """
    Pictures to put into templates, dealt out so that no two of (half, side) ever hold the same one.

    Args:
        pictures: At least four; of (half h, side s) are those whose number modulo 4 is 2 h + s.
    """

    def __init__(self, pictures: Sequence[Picture]) -> None:
        if len(pictures) < 4:
            raise ValueError(f"families need at least 4 photos or scenes; got {len(pictures)}")
        self._pictures = pictures

    def cut(self, half: str, side: str, chance: random.Random, width: int, height: int) -> Picture:
        """Return a part of one of them, mirrored in half of all draws, at this size."""
        own = self._pictures[2 * HALVES.index(half) + SIDES.index(side) :: 4]
        picture = chance.choice(own)
        scale = min(picture.width / width, picture.height / height) * chance.uniform(0.75, 1.0)
        w, h = max(8, round(width * scale)), max(8, round(height * scale))
        x, y = chance.randint(0, max(0, picture.width - w)), chance.randint(0, max(0, picture.height - h))
        part = picture.crop((x, y, x + w, y + h)).resize((width, height), Image.Resampling.LANCZOS)
        return part.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if chance.random() < 0.5 else part


class Sheet:
    """
    What one picture is drawn from.

    Attributes:
        same: Chance that all pictures of one template share: layout, colours, printed words.
        own: Chance of this picture alone.
        noise: The same, for arrays.
        words: Where the words come from: `same` or `own`, as the family says.
    """

    def __init__(
        self, family: str, half: str, template: int, side: str, number: int, seed: int, photos: Photos
    ) -> None:
        self.same = random.Random(number_of(seed, family, half, template))
        own = number_of(seed, family, half, template, side, number)
        self.own, self.noise = random.Random(own), np.random.default_rng(own)
        self.words = self.own
        self._half, self._side, self._photos = half, side, photos

    def style(self, styles: Sequence[object]) -> object:
        """Return one of the styles of this half: every second one is kept for judging."""
        return self.same.choice(styles[HALVES.index(self._half) :: 2] if len(styles) > 1 else styles)

    def photo(self, width: float, height: float) -> Picture:
        """Return a photo of this picture's own."""
        return self._photos.cut(self._half, self._side, self.own, max(8, round(width)), max(8, round(height)))


Drawing = Callable[[Sheet], Picture]


@dataclass(frozen=True)
class Family:
    """
    One kind of pictures that share a template and nothing else.

    Attributes:
        name: What it is called in tables.
        group: The kind of template.
        draw: Draws one picture.
        same_words: The template's words are shared too.
        scanned: Each picture is printed and scanned: noise, skew, JPEG.
    """

    name: str
    group: str
    draw: Drawing
    same_words: bool = False
    scanned: bool = False

    def picture(self, half: str, template: int, side: str, number: int, seed: int, photos: Photos) -> Picture:
        """
        Return one picture as a service would store it, RGB.

        Args:
            half: "tune", or "judge" for what no constant was looked at with.
            template: Pictures of one number share their template.
            side: "listed" or "asked": never the same photo or words of one's own.
            number: Which picture of the template.
            seed: Another seed, other templates and pictures.
            photos: What to put in.
        """
        sheet = Sheet(self.name, half, template, side, number, seed, photos)
        sheet.words = sheet.same if self.same_words else sheet.own
        picture = self.draw(sheet)
        return uploaded(scan(picture, sheet) if self.scanned else picture, sheet.own)


FAMILIES: dict[str, Family] = {}


def family(group: str, name: str, draw: Drawing, same_words: bool = False, scanned: bool = False) -> None:
    """Register a family; a name is registered once."""
    if name in FAMILIES:
        raise ValueError(f"two families are called {name}")
    FAMILIES[name] = Family(name, group, draw, same_words, scanned)


def recoded(picture: Picture, quality: int) -> Picture:
    """Return the picture after JPEG with halved chroma."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality, subsampling="4:2:0")
    return Image.open(out).convert("RGB")


def uploaded(picture: Picture, chance: random.Random) -> Picture:
    return recoded(picture, chance.randint(*UPLOAD_QUALITY))


def scan(picture: Picture, sheet: Sheet) -> Picture:
    """Return a sheet of paper as a cheap scanner or a phone's scanning app gives it: skew, shade, blur, noise, JPEG."""
    own, paper = sheet.own, sheet.own.randint(228, 250)
    gray = picture.convert("L").rotate(own.uniform(-1.6, 1.6), Image.Resampling.BICUBIC, fillcolor=255)
    dx, dy = (own.uniform(-0.015, 0.015) * side for side in gray.size)
    gray = gray.transform(
        gray.size, Image.Transform.AFFINE, (1, 0, dx, 0, 1, dy), Image.Resampling.BICUBIC, fillcolor=255
    )
    values = np.asarray(gray.filter(ImageFilter.GaussianBlur(own.uniform(0.3, 0.9))), np.float32)
    y, x = np.linspace(-1, 1, gray.height)[:, None], np.linspace(-1, 1, gray.width)[None]
    shade = 1 - own.uniform(0, 0.08) * (own.uniform(-1, 1) * x + own.uniform(-1, 1) * y) ** 2
    values = values * (paper / 255) * shade + sheet.noise.normal(0, own.uniform(3, 12), values.shape)
    noisy = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    return recoded(noisy.convert("RGB"), own.randint(35, 75))


TEXT = """
when you see it the cat did nothing wrong today we were told that nobody knows how long this has been going on please share with
everyone before it is gone best summer ever never again wait for the end honestly same here good morning friends council votes to close
bridge after storm new figures show rise in rents across the north team wins away again train late water main bursts market opens higher
teacher asks class about rivers doctor warns of heat wave dinner at seven bring bread coffee milk oranges paper lamps invoice due monday
garden party moved inside because rain again city plans more trees along the old canal driver lost keys found near station museum free
sunday children under twelve must be seated with an adult parking behind main building second floor left door report any fault at once
"""
WORDS = tuple(dict.fromkeys(TEXT.split()))
NAMES = (
    "Amara", "Benno", "Carla", "Dario", "Edda", "Farid", "Greta", "Hugo", "Irena", "Jonas", "Kadri", "Luis", "Mina", "Noor", "Olga", "Pavel",
    "Quinn", "Rosa", "Sven", "Tilda", "Umar", "Vera", "Wanda", "Xenia", "Yusuf", "Zora",
)  # fmt: skip
SURNAMES = (
    "Adler",
    "Brook",
    "Castro",
    "Dahl",
    "Eriksen",
    "Fischer",
    "Galanis",
    "Hansen",
    "Ivanov",
    "Jensen",
    "Kovacs",
    "Lindt",
    "Moreau",
    "Novak",
)


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count))


def name(chance: random.Random) -> str:
    return f"{chance.choice(NAMES)} {chance.choice(SURNAMES)}"


def digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def colour(chance: random.Random, low: int = 0, high: int = 255) -> Colour:
    return chance.randint(low, high), chance.randint(low, high), chance.randint(low, high)


def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font: the same on every machine."""
    return ImageFont.load_default(max(6, round(size)))


def put(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, ink: object, size: float, bold: bool = False
) -> None:
    pen.text(at, text, ink, font(size), stroke_width=max(1, round(size / 22)) if bold else 0, stroke_fill=ink)


def lines_of(text: str, width: float, size: float) -> list[str]:
    """Return the text broken into lines of about this width in pixels."""
    columns, found, line = max(4, int(width / (0.53 * size))), [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > columns:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*found, line]


def paragraph(
    pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], text: str, ink: object, size: float
) -> float:
    """Write text into a box from its top; return where the next line would stand."""
    y = box[1]
    for line in lines_of(text, box[2] - box[0], size):
        if y + size > box[3]:
            break
        pen.text((box[0], y), line, ink, font(size))
        y += 1.35 * size
    return y


def scribble(
    pen: ImageDraw.ImageDraw, chance: random.Random, box: tuple[float, float, float, float], ink: object
) -> None:
    """Handwriting: a wavering line across the box."""
    x, points = box[0], []
    while x < box[2]:
        points.append((x, chance.uniform(box[1], box[3])))
        x += chance.uniform(2, 7)
    if len(points) > 1:
        pen.line(points, fill=ink, width=2, joint="curve")
