"""
python-threatexchange's signal types with our hashing behind them. Importing this needs python-threatexchange.
"""

from __future__ import annotations

import json
import pathlib
from typing import Any

try:
    from threatexchange.content_type.video import VideoContent  # type: ignore[import-not-found,unused-ignore]
    from threatexchange.signal_type import signal_base  # type: ignore[import-not-found,unused-ignore]
    from threatexchange.signal_type.pdq.signal import PdqSignal  # type: ignore[import-not-found,unused-ignore]
except ImportError as error:
    raise ImportError("the signal types stand in for python-threatexchange's: pip install threatexchange") from error

from pdqlite import sources
from pdqlite.threatexchange.index import PDQIndex
from pdqlite.threatexchange.videos import (
    INDEX_PERCENT,
    MIN_QUALITY,
    QUERY_PERCENT,
    VPDQIndex,
    compared,
    distinct,
    frames_of_signal,
)


class PDQSignal(PdqSignal):  # type: ignore[misc,unused-ignore]
    """
    Pictures by PDQ: the signal `pdq`, hashed and indexed here.

    A picture with a palette (GIF, some PNG) is hashed by the original: it takes the palette's numbers for brightness, and a signal that
    stands in for another must be the same one. `pdqlite.hash_image` hashes the colours that a viewer shows.
    """

    @classmethod
    def get_name(cls) -> str:
        """The name of the signal: python-threatexchange's."""
        return "pdq"

    @classmethod
    def get_index_cls(cls) -> Any:
        """The index over ours."""
        return PDQIndex

    @classmethod
    def hash_from_bytes(cls, bytes_: bytes) -> str:
        """Return the hash of a picture's bytes; empty below quality 50, as the original."""
        if _has_palette(bytes_):
            return str(super().hash_from_bytes(bytes_))
        found = sources.hash_image(bytes_)
        return found.hex if found.quality >= cls.QUALITY_THRESHOLD else ""

    @classmethod
    def hash_from_file(cls, file: pathlib.Path) -> str:
        """Return the hash of a picture's file; empty below quality 50, as the original."""
        return cls.hash_from_bytes(pathlib.Path(file).read_bytes())


def _has_palette(data: bytes) -> bool:
    """Return True for a GIF, and for a PNG of colour type 3."""
    return data.startswith(b"GIF8") or (data.startswith(b"\x89PNG\r\n\x1a\n") and data[25:26] == b"\x03")


class VPDQSignal(signal_base.SimpleSignalType, signal_base.FileHasher):  # type: ignore[misc,unused-ignore]
    """Videos by vPDQ: the signal `vpdq`, a JSON list of `hash,quality,seconds`, hashed and indexed here."""

    @classmethod
    def get_name(cls) -> str:
        """The name of the signal: python-threatexchange's."""
        return "vpdq"

    @classmethod
    def get_content_types(cls) -> list[Any]:
        """Videos."""
        return [VideoContent]

    @classmethod
    def get_index_cls(cls) -> Any:
        """The index over ours."""
        return VPDQIndex

    @classmethod
    def validate_signal_str(cls, signal_str: str) -> str:
        """Return the signal; ValueError if it is none."""
        frames_of_signal(signal_str)
        return signal_str

    @classmethod
    def hash_from_file(cls, path: pathlib.Path, seconds_per_hash: float = 1) -> str:
        """Return the frames of a video's file, sampled as vPDQ samples; seconds with three digits in all, as the original writes them."""
        frames = sources.hash_video(path, every=seconds_per_hash, sampling="vpdq").frames
        return json.dumps([f"{frame.hex},{frame.quality},{frame.time:.3}" for frame in frames])

    @classmethod
    def compare_hash(
        cls,
        hash1: str,
        hash2: str,
        query_match_pct_thresh: float = QUERY_PERCENT,
        compare_match_pct_thresh: float = INDEX_PERCENT,
    ) -> Any:
        """Compare two videos by vPDQ's rule; the first is the query."""
        info = compared(distinct(hash1, MIN_QUALITY), distinct(hash2, MIN_QUALITY))
        matched = (
            info.query_match_percent >= query_match_pct_thresh
            and info.compared_match_percent >= compare_match_pct_thresh
        )
        return signal_base.SignalComparisonResult(matched, info)

    @staticmethod
    def get_examples() -> list[str]:
        """Return one video of python-threatexchange's example hashes, a second apart."""
        return [
            f"[{', '.join(f'{chr(34)}{bits},100,{float(second)}{chr(34)}' for second, bits in enumerate(PdqSignal.get_examples()))}]"
        ]
