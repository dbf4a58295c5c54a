"""
A decision beside its picture, for notebooks: the place of the original is drawn into a small copy.

The copy is of the caller's own file, and in the notebook's output from then on: whoever shares that shares the picture.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from typing import cast

import numpy as np

from pdqlite.errors import NoVideoError, ShapeError, expect
from pdqlite.media import Source, jpeg_thumbnail, kind_of, open_video, read_picture
from pdqlite.media.picture import Picture
from pdqlite.sources import Pixels, SupportsArray, pixels_of
from pdqlite.types import Decision, Where, words

SIDE = 360  # pixels of a thumbnail, at most


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small copy of the query, or of one frame of it, as JPEG."""

    jpeg: bytes
    width: int
    height: int
    time: float | None = None  # seconds, of a frame


def figure(thumbnail: Thumbnail, where: Where) -> str:
    """Return one thumbnail with the original's rectangle, as HTML that asks nothing of any other file or host."""
    w, h = thumbnail.width, thumbnail.height
    data = base64.b64encode(thumbnail.jpeg).decode("ascii")
    told = words.turned(where) if thumbnail.time is None else f"{thumbnail.time:.1f} s, {words.turned(where)}"
    image = f'<image width="{w}" height="{h}" href="data:image/jpeg;base64,{data}"/>'
    return f"<figure>{words.outlined(where, w, h, image)}<figcaption>{escape(told)}</figcaption></figure>"


def thumbnails_of(source: Source, times: tuple[float, ...]) -> list[tuple[bytes, int, int, float | None]]:
    """Return (JPEG, width, height, seconds) of a picture, or of the frames of a video nearest to the times."""
    if kind_of(source) == "picture":
        return [(*jpeg_thumbnail(read_picture(source).pixels, SIDE), None)]
    found: list[tuple[bytes, int, int, float | None]] = []
    waiting = sorted(times)
    with open_video(source, "all") as video:
        for frame in video:
            if not waiting:
                break
            if frame.time + 1e-3 >= waiting[0]:
                found.append((*jpeg_thumbnail(frame.luma, SIDE, frame.limited), waiting.pop(0)))
    return found


@dataclass(frozen=True, slots=True, repr=False)
class Drawn:
    """A decision and a small copy of what was looked at; a notebook shows both."""

    decision: Decision
    thumbnail: Thumbnail

    def __repr__(self) -> str:
        return f"Drawn({self.decision!r})"

    def _repr_html_(self) -> str:
        return words.html(self.decision, figure(self.thumbnail, self.decision.where or Where()))


def drawn(decision: Decision, source: Source | Pixels | SupportsArray) -> Drawn:
    """
    Return a decision with the picture that it is about, for a notebook to show.

    Args:
        decision: Of this picture or video.
        source: As Matcher.match_file takes it, or pixels. Of a video, the frame that is nearest to the entry is shown.

    Raises:
        MediaError: It cannot be read or decoded.
        ShapeError: An array of another shape or type, or none.
        ArgumentError: No picture and no video.
    """
    expect("decision", decision, Decision, "match_file returns one")
    given = pixels_of(source)
    if given is not None:
        pixels = given.pixels if isinstance(given, Picture) else given
        if (
            pixels.dtype != np.uint8
            or not pixels.size
            or pixels.ndim not in (2, 3)
            or pixels.shape[2:] not in ((), (3,), (4,))
        ):
            raise ShapeError(
                f"to be shown, pixels must be uint8, (rows, columns) or (rows, columns, 3 or 4), not {pixels.dtype} {pixels.shape}"
            )
        return Drawn(decision, Thumbnail(*jpeg_thumbnail(pixels, SIDE)))
    found = thumbnails_of(cast(Source, source), (decision.time or 0.0,))
    if not found:
        raise NoVideoError("the video has no frame at the time of the decision: give the file that was matched")
    return Drawn(decision, Thumbnail(*found[0]))
