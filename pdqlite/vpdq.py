"""
The text formats in which hashes are shared: hex lines, CSV, vPDQ lines, threatexchange's JSON.

Writing is here; reading is pdqlite.exchange's. docs/formats/hashes.md has the grammar.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from pdqlite import exchange
from pdqlite.errors import HashFormatError
from pdqlite.types import FrameHash, ImageHash

_MAX_QUALITY = 100
CSV_HEADER = "hash,quality,frame,seconds,file"


def write_vpdq(frames: Iterable[FrameHash]) -> str:
    """Return vPDQ lines, as `vpdq` writes and reads them."""
    return "".join(f"{f.frame},{f.quality},{f.hex},{f.time:.3f}\n" for f in frames)


def write_threatexchange(frames: Iterable[FrameHash]) -> str:
    """Return the JSON list of `hash,quality,seconds` that threatexchange uses for a video."""
    return json.dumps([f"{f.hex},{f.quality},{f.time:.3f}" for f in frames])


def write_csv(frames: Iterable[FrameHash], name: str, still: bool = False) -> str:
    """Return CSV lines under CSV_HEADER (RFC 4180, lines end in LF); a still picture has no frame and no seconds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for f in frames:
        writer.writerow((f.hex, f.quality, "" if still else f.frame, "" if still else f"{f.time:.3f}", name))
    return out.getvalue()


def read_hashes(text: str, unstated: int | None = _MAX_QUALITY) -> list[ImageHash | FrameHash]:
    """
    Read PDQ hashes and frames of videos from any format of `pdqlite.exchange`; other signals in the text are left out. One page of several gives
    what that page holds.

    Args:
        unstated: Quality of hashes that come without one. 100 by default: whoever shared it
            vouched for it, and plain lists of hashes have been filtered by their makers. None:
            such a hash is an error.

    Returns:
        FrameHash for frames with a time (vPDQ lines, threatexchange's JSON), ImageHash for others.

    Raises:
        HashFormatError: A row that is no record, a deletion, or no PDQ hash at all. It names the line, never its content.
    """
    found: list[ImageHash | FrameHash] = []
    for item in exchange.read(text.encode("utf-8", "surrogatepass"), page=exchange.Page()):
        if isinstance(item, exchange.Refusal):
            raise HashFormatError(f"{item.place}: {item.reason}")
        if item.deleted:
            raise HashFormatError(f"{item.place}: a deletion: `pdqlite list build` applies those")
        if item.signal not in ("pdq", "vpdq"):
            continue
        quality = unstated if item.quality is None else item.quality
        if quality is None:
            raise HashFormatError(f"{item.place}: a hash without a quality")
        if item.signal == "vpdq":
            found.append(FrameHash(item.frame or 0, item.time or 0.0, item.value, quality))
        else:
            found.append(ImageHash(item.value, quality))
    if not found:
        raise HashFormatError("no PDQ hash: no line with 64 hex digits that are one")
    return found
