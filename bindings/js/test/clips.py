"""
Make clips that browsers play (VP8) of those that `pdqlite demo --keep DIR` made.

    python clips.py DIR
"""

import sys
from pathlib import Path

import av

for name in ("clip-3", "clip-5"):
    source = Path(sys.argv[1]) / f"{name}.mp4"
    with av.open(str(source)) as given, av.open(str(source.with_suffix(".webm")), "w") as made:
        shown = given.streams.video[0]
        stream = made.add_stream("libvpx", rate=25, options={"deadline": "realtime", "cpu-used": "8"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = shown.width, shown.height, "yuv420p", 1_000_000
        for frame in given.decode(shown):
            made.mux(stream.encode(frame.reformat(format="yuv420p")))
        made.mux(stream.encode(None))
