"""
On-device media matching: PDQ and vPDQ hashes against a signed, encrypted hash list.
"""

from pdqlite._native import version as _version
from pdqlite.types import FrameHash, Hit, ImageHash, VideoHash

__version__ = _version()
__all__ = ["FrameHash", "Hit", "ImageHash", "VideoHash", "__version__"]
