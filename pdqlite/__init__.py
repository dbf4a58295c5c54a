"""
On-device media matching: PDQ and vPDQ hashes against a signed, encrypted hash list.
"""

from pdqlite.index import Index
from pdqlite.lists import open_list
from pdqlite.matching import Matcher
from pdqlite.native.core import version as _version
from pdqlite.sources import hash_image, hash_video
from pdqlite.types import Decision, Entries, FrameHash, Hit, ImageHash, Policy, VideoHash

__version__ = _version()
__all__ = [
    "Decision",
    "Entries",
    "FrameHash",
    "Hit",
    "ImageHash",
    "Index",
    "Matcher",
    "Policy",
    "VideoHash",
    "__version__",
    "hash_image",
    "hash_video",
    "open_list",
]
