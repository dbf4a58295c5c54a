"""
On-device media matching: PDQ and vPDQ hashes against a signed, encrypted hash list.

What stands here is the interface; everything is imported when it is first used, so that `import pdqlite` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pdqlite.exact import ExactMatcher
    from pdqlite.index import Index
    from pdqlite.lists import Store, Trust, open_list
    from pdqlite.matching import Matcher
    from pdqlite.media import Limits, kind_of
    from pdqlite.showing import drawn
    from pdqlite.sources import hash_file, hash_image, hash_video
    from pdqlite.types import Decision, Entries, Evidence, FrameHash, Hit, ImageHash, MatchPolicy, VideoHash, hamming

    __version__: str

_HOMES = {
    "pdqlite.exact": ("ExactMatcher",),
    "pdqlite.index": ("Index",),
    "pdqlite.lists": ("Store", "Trust", "open_list"),
    "pdqlite.matching": ("Matcher",),
    "pdqlite.media": ("Limits", "kind_of"),
    "pdqlite.showing": ("drawn",),
    "pdqlite.sources": ("hash_file", "hash_image", "hash_video"),
    "pdqlite.types": (
        "Decision",
        "Entries",
        "Evidence",
        "FrameHash",
        "Hit",
        "ImageHash",
        "MatchPolicy",
        "VideoHash",
        "hamming",
    ),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Decision",
    "Entries",
    "Evidence",
    "ExactMatcher",
    "FrameHash",
    "Hit",
    "ImageHash",
    "Index",
    "Limits",
    "Matcher",
    "MatchPolicy",
    "Store",
    "Trust",
    "VideoHash",
    "__version__",
    "drawn",
    "hamming",
    "hash_file",
    "hash_image",
    "hash_video",
    "kind_of",
    "open_list",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = import_module("pdqlite.native.core").version()
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'pdqlite' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
