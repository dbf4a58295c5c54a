"""
Files and bytes to pixels: the only user of Pillow and PyAV. Knows codecs, rotation, time stamps, colour range.
"""

from pdqlite.media.frame import Frame
from pdqlite.media.opening import kind_of, open_sound, open_video
from pdqlite.media.picture import Picture, read_picture
from pdqlite.media.sound import Pcm
from pdqlite.media.source import Limits, Source
from pdqlite.media.video import Video
from pdqlite.media.write import jpeg_thumbnail, write_picture, write_video

__all__ = [
    "Frame",
    "Limits",
    "Pcm",
    "Picture",
    "Source",
    "Video",
    "jpeg_thumbnail",
    "kind_of",
    "open_sound",
    "open_video",
    "read_picture",
    "write_picture",
    "write_video",
]
