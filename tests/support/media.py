"""Clips drawn for tests."""

import io

import av
import numpy as np

from pdqlite.cli import scenes

WIDTH, HEIGHT = 160, 120


def clip(codec="libx264", form="matroska", seconds=6, fps=5, audio_first=False, **options):
    """Encode drawn scenes; with `audio_first` a track of silence is stream 0."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        if audio_first:
            sound = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = options
        if audio_first:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 8000 * seconds), np.int16), format="s16", layout="mono")
            silence.rate = 8000
            container.mux(sound.encode(silence))
        for shown in scenes.clip(5, seconds, fps=fps, width=WIDTH, height=HEIGHT):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        container.mux(stream.encode(None))
    return out.getvalue()
