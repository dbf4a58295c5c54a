"""
Pixels to files, for demos, tests and benchmarks.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]


def write_picture(path: str | os.PathLike[str], pixels: Pixels, quality: int = 90) -> None:
    """Write gray or RGB pixels; the format follows the name, `quality` is JPEG's."""
    Image.fromarray(pixels).save(path, quality=quality)


def write_video(
    path: str | os.PathLike[str], frames: Iterable[Pixels], fps: int = 25, bit_rate: int = 1_500_000
) -> None:
    """Write RGB frames of one size as MPEG-4; sides are cut to even numbers."""
    with av.open(os.fspath(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.bit_rate = bit_rate
        stream.pix_fmt = "yuv420p"
        stream.gop_size = 2 * fps
        first = True
        for pixels in frames:
            height, width = (side // 2 * 2 for side in pixels.shape[:2])
            if first:
                stream.width, stream.height, first = width, height, False
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[:height, :width]), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def jpeg_thumbnail(pixels: Pixels, side: int, limited: bool = False) -> tuple[bytes, int, int]:
    """Return gray or RGB pixels as a JPEG of at most `side` pixels a side, with its width and height; `limited`: levels run from 16 to 235."""
    image = Image.fromarray(pixels[..., :3] if pixels.ndim == 3 else pixels)
    if limited:
        image = image.point(lambda v: min(255, max(0, round((v - 16) * 255 / 219))))
    image.thumbnail((side, side))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue(), image.width, image.height
