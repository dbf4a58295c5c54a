"""Media that the tests draw: timelines of scenes in every container, with the time stamps, tracks and joins that a test asks for."""

import io
from fractions import Fraction
from functools import cache

import av
import numpy as np
from PIL import Image

from pdqlite.cli import scenes

WIDTH, HEIGHT = 160, 120
TICK = Fraction(1, 1000)


@cache
def scene(number, width=WIDTH, height=HEIGHT):
    """One picture; each number is another, and none is near another."""
    return scenes.picture(1000 + number, width, height)


def blank(width=WIDTH, height=HEIGHT):
    return np.zeros((height, width, 3), np.uint8)


def distance(a, b):
    return (int.from_bytes(a.bits) ^ int.from_bytes(b.bits)).bit_count()


def encoded(image, form, **options):
    out = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(out, form, **options)
    return out.getvalue()


def animated(form, shown, **options):
    """Encode [(pixels, milliseconds)] as an animated picture."""
    first, *rest = [Image.fromarray(pixels) for pixels, _ in shown]
    return encoded(first, form, save_all=True, append_images=rest, duration=[ms for _, ms in shown], **options)


def video(shown, form="matroska", codec="ffv1", tick=TICK, start=0, **options):
    """
    Encode [(pixels, milliseconds)] as a video whose frames begin when the last one ends; each has its own duration.

    Args:
        start: Milliseconds of the first time stamp.
        options: Of the encoder.
    """
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        add_track(container, shown, codec, tick, start, **options)()
    return out.getvalue()


def add_track(container, shown, codec="ffv1", tick=TICK, start=0, **options):
    """Add a video stream; returns what writes its frames."""
    height, width = shown[0][0].shape[:2]
    stream = container.add_stream(codec, rate=25)
    stream.width, stream.height = width, height
    stream.pix_fmt = options.pop("pix_fmt", "yuv444p" if codec == "ffv1" else "yuv420p")
    stream.time_base = stream.codec_context.time_base = tick
    stream.options = options

    def write():
        now = Fraction(start, 1000)
        durations = {}
        for pixels, milliseconds in shown:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts, frame.time_base = round(now / tick), tick
            length = Fraction(milliseconds, 1000)
            frame.duration = durations[frame.pts] = round(length / tick)
            now += length
            for packet in stream.encode(frame):
                packet.duration = durations.get(packet.pts, packet.duration)
                container.mux(packet)
        for packet in stream.encode(None):
            packet.duration = durations.get(packet.pts, packet.duration)
            container.mux(packet)

    return write
