"""
Edits that somebody else wrote: AugLy's image transforms with their own defaults, and compositions of them.

Nothing of AugLy is changed or copied; the package (`augly`) has to be installed. Two names that numpy and Pillow have dropped since are put
back while it runs. A transform that cannot run here (fonts, emoji or screenshots that its wheel does not carry) is named by `usable` and
left out.
"""

from __future__ import annotations

import io
import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.robustness.edits.base import Draw, upload

Picture = Image.Image
Change = Callable[[Picture, Picture], Picture]

# Transforms that keep the picture recognisable, as their authors set them.
ALONE = (
    "Blur", "Brightness", "ChangeAspectRatio", "ColorJitter", "Contrast", "Crop", "EncodingQuality", "Grayscale", "HFlip",
    "MemeFormat", "Opacity", "OverlayEmoji", "OverlayOntoScreenshot", "OverlayStripes", "OverlayText", "Pad", "PadSquare",
    "PerspectiveTransform", "Pixelization", "RandomNoise", "Rotate", "Saturation", "Scale", "Sharpen", "ShufflePixels", "Skew", "VFlip",
)  # fmt: skip
TOGETHER = (
    ("Rotate", "OverlayEmoji"), ("Crop", "Skew"), ("OverlayOntoScreenshot", "Crop"), ("MemeFormat", "EncodingQuality"),
    ("HFlip", "PadSquare", "Blur"), ("PerspectiveTransform", "ColorJitter"), ("Pad", "Rotate"),
)  # fmt: skip
# Arguments that have no default, or one that destroys the picture.
GIVEN: dict[str, dict[str, object]] = {
    "ShufflePixels": {"factor": 0.1},
    "Pixelization": {"ratio": 0.5},
    "Opacity": {"level": 0.7},
}


def _size_of_lines(font: ImageFont.FreeTypeFont, text: str, *_: object, spacing: float = 4) -> tuple[int, int]:
    box = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox((0, 0), text, font, spacing=spacing)
    return round(box[2]), round(box[3])


@contextmanager
def _dropped_names() -> Iterator[None]:
    """Put back what AugLy asks for and newer numpy and Pillow no longer have."""
    names: list[tuple[object, str, object]] = [
        (np, "float", float), (ImageFont.FreeTypeFont, "getsize_multiline", _size_of_lines)
    ]  # fmt: skip
    added = [(where, name, value) for where, name, value in names if name not in vars(where)]
    for where, name, value in added:
        setattr(where, name, value)
    try:
        yield
    finally:
        for where, name, _ in added:
            delattr(where, name)


def _transform(name: str) -> Callable[[Picture], Picture]:
    import augly.image as augly

    return getattr(augly, name)(**GIVEN.get(name, {}))


def _chain(names: tuple[str, ...]) -> Change:
    def change(picture: Picture, other: Picture) -> Picture:
        for name in names:
            picture = _transform(name)(picture).convert("RGB")
        return picture

    return change


def _onto(picture: Picture, other: Picture) -> Picture:
    import augly.image as augly

    return augly.OverlayOntoBackgroundImage(background_image=other.copy())(picture)


def _under(picture: Picture, other: Picture) -> Picture:
    import augly.image as augly

    return augly.OverlayImage(overlay=other.copy())(picture)


def edits() -> dict[str, Change]:
    """Return every edit by name."""
    found: dict[str, Change] = {name: _chain((name,)) for name in ALONE}
    found |= {" + ".join(names): _chain(names) for names in TOGETHER}
    return found | {"OverlayOntoBackgroundImage": _onto, "OverlayImage": _under}


def apply(name: str, picture: Picture, other: Picture, source: str, seed: int) -> Picture:
    """Return the copy as an upload stores it; the same for the same arguments."""
    draw = Draw(seed, name, source)
    random.seed(draw.chance.random())
    np.random.seed(draw.chance.randrange(2**32))
    with warnings.catch_warnings(), _dropped_names():
        warnings.simplefilter("ignore")
        changed = edits()[name](picture.copy(), other)
    return Image.open(io.BytesIO(upload(changed.convert("RGB"), draw))).convert("RGB")


def usable(picture: Picture) -> tuple[list[str], dict[str, str]]:
    """Return the edits that run here, and why the others do not."""
    good, bad = [], {}
    for name in edits():
        try:
            apply(name, picture, picture, "probe", 0)
            good.append(name)
        except (OSError, AssertionError, ImportError, ValueError, TypeError, AttributeError) as error:
            bad[name] = (
                f"{type(error).__name__}: {str(error).splitlines()[0][:80]}" if str(error) else type(error).__name__
            )
    return good, bad
