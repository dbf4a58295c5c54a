"""
Files and bytes to pixels: the only user of Pillow and PyAV. Knows codecs, rotation, time stamps, colour range.
"""

from pdqlite.media.frame import Frame
from pdqlite.media.picture import Picture, read_picture
from pdqlite.media.source import Limits, Source, kind_of
from pdqlite.media.video import Video, open_video
from pdqlite.media.write import jpeg_thumbnail, write_picture, write_video

__all__ = [
    "Frame",
    "Limits",
    "Picture",
    "Source",
    "Video",
    "jpeg_thumbnail",
    "kind_of",
    "open_video",
    "read_picture",
    "write_picture",
    "write_video",
]
