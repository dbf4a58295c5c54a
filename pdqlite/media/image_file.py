"""
Picture files to decoded Pillow images: the one place that opens Pillow's plugins, each by name and only those of the table.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO

from PIL import Image

from pdqlite.errors import DamagedMediaError, NotMediaError
from pdqlite.media.door import guarded, quiet
from pdqlite.media.kinds import Kind
from pdqlite.media.mend import mended
from pdqlite.media.source import Limits

_REDUCED_PAGE = 1  # TIFF 6.0, NewSubfileType: a smaller version of another page
_NEW_SUBFILE_TYPE = 254


def reader_of(kind: Kind) -> Callable[[BinaryIO, str], Any]:
    """Return what opens files of a kind. Imports one plugin; Image.open would import and try all."""
    assert kind.plugin
    if kind.name == "HEIF":
        try:
            plugin: Any = importlib.import_module("pillow_heif")
        except ImportError:
            raise NotMediaError("a HEIF picture, which needs pillow-heif: pip install 'pdqlite[heif]'") from None
        heif: Callable[[BinaryIO, str], Any] = plugin.HeifImageFile
        return heif
    name = kind.plugin
    try:
        importlib.import_module(f"PIL.{name}ImagePlugin")
    except ImportError:
        raise NotMediaError(f"{kind.name}, which this version of Pillow does not read; update Pillow") from None
    if name == "Avif" and not _has_avif():
        raise NotMediaError(
            "AVIF, for which this build of Pillow has no decoder; install Pillow 11.3 or newer from PyPI"
        )
    return Image.OPEN[{"Jpeg2K": "JPEG2000"}.get(name, name.upper())][0]


def _has_avif() -> bool:
    from PIL import features

    return bool(features.check("avif"))


@contextmanager
def image_of(stream: BinaryIO, kind: Kind, limits: Limits) -> Iterator[Any]:
    """
    Open a picture without decoding it; of a TIFF, its first page that is no smaller copy of another.

    Raises:
        MediaError: Whatever is wrong with it, inside the block too.
    """
    factory = reader_of(kind)
    with quiet, guarded(kind):
        stream.seek(0)
        with factory(stream, "") as image:  # the stream stays open: it is not Pillow's
            limits.check(*image.size)
            if kind.name == "TIFF":
                image.seek(main_pages(image)[0])
                limits.check(*image.size)
            yield image


def main_pages(image: Any) -> list[int]:
    """Return the frames of an image that count; of a TIFF those that are no smaller copies, if there are any."""
    count = getattr(image, "n_frames", 1)
    if image.format != "TIFF" or count == 1:
        return list(range(count))
    main = []
    for page in range(count):
        image.seek(page)
        if not int(image.tag_v2.get(_NEW_SUBFILE_TYPE, 0)) & _REDUCED_PAGE:
            main.append(page)
    return main or list(range(count))


@contextmanager
def decoded(stream: BinaryIO, kind: Kind, limits: Limits, prepare: Callable[[Any], None]) -> Iterator[tuple[Any, bool]]:
    """
    Decode a picture as far as viewers do, and say whether it is damaged.

    Args:
        prepare: Called with the image before it is decoded, to ask for less of it.

    Raises:
        MediaError: There is nothing to show; inside the block too.
    """
    with ExitStack() as stack:
        try:
            image = stack.enter_context(image_of(stream, kind, limits))
            with guarded(kind):
                prepare(image)
                image.load()
            broken = False
        except DamagedMediaError as first:
            stack.close()
            stream.seek(0)
            again = mended(kind.name, stream.read(limits.memory))
            source, broken = (io.BytesIO(again[0]), again[1]) if again else (stream, True)
            image = stack.enter_context(image_of(source, kind, limits))
            with guarded(kind):
                prepare(image)
            whole = _load(image)
            broken |= not whole
            # What was filled up decodes in any case: to one colour if nothing of the picture was there.
            if (not whole or kind.name == "WebP") and not _has_content(image):
                raise first from None
        yield image, broken


def _load(image: Any) -> bool:
    """Decode as far as it goes; False if that is not to the end."""
    try:
        image.load()
    except Exception:  # noqa: BLE001 - as in door.guarded; what was decoded is looked at below
        image.tile = []
        return False
    return True


def _has_content(image: Any) -> bool:
    """Say whether a decoder that gave up has left more than one colour."""
    try:
        extrema = image.getextrema()
    except Exception:  # noqa: BLE001 - there is no image at all
        return False
    bands = extrema if isinstance(extrema[0], tuple) else (extrema,)
    return any(low != high for low, high in bands)
