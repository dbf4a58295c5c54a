"""
The text formats in which hashes are shared: hex lines, CSV, vPDQ lines, threatexchange's JSON.

A vPDQ line is `frame,quality,hash,seconds`; a CSV line has the hash in any column, and a quality from
0 to 100 right behind it if there is one. docs/formats/hashes.md has the grammar.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable

from pdqlite.errors import HashFormatError
from pdqlite.types import FrameHash, ImageHash

_HEX = re.compile(r"[0-9a-fA-F]{64}")
_VPDQ = re.compile(r"(\d{1,9}),(\d{1,3}),([0-9a-fA-F]{64}),(\d{1,9}(?:\.\d{1,9})?)", re.ASCII)
_JSON = re.compile(r"([0-9a-fA-F]{64}),(\d{1,3}),(\d+(?:\.\d+)?(?:e[+-]?\d+)?)", re.ASCII)
_MAX_QUALITY = 100
_SECONDS_BELOW = 1e9  # as a vPDQ line has them
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
    Read hashes from any of the shared formats; blank lines and lines that start with # do not count.

    Args:
        unstated: Quality of hashes that come without one. 100 by default: whoever shared it
            vouched for it, and plain lists of hashes have been filtered by their makers. None:
            such a hash is an error.

    Returns:
        FrameHash for vPDQ lines and threatexchange's JSON, ImageHash for others.

    Raises:
        HashFormatError: Names the line, never its content.
    """
    stripped = text.strip()
    if stripped.startswith("["):
        return _read_json(stripped)
    found: list[ImageHash | FrameHash] = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        entry = _read_line(line, number, unstated)
        if entry is None and found:
            raise HashFormatError(f"line {number}: no hash of 64 hex digits")
        if entry is not None:  # a first line without a hash is a CSV header
            found.append(entry)
    if not found:
        raise HashFormatError("no line with a hash of 64 hex digits")
    return found


def _quality(text: str, number: int) -> int:
    quality = int(text)
    if quality > _MAX_QUALITY:
        raise HashFormatError(f"line {number}: quality must be 0 to {_MAX_QUALITY}")
    return quality


def _read_line(line: str, number: int, unstated: int | None) -> ImageHash | FrameHash | None:
    frame = _VPDQ.fullmatch(line)
    if frame:
        bits = bytes.fromhex(frame[3])
        return FrameHash(int(frame[1]), float(frame[4]), bits, _quality(frame[2], number))
    fields = [field.strip().strip('"') for field in re.split(r"[,;\t]", line)]
    at = next((i for i, field in enumerate(fields) if _HEX.fullmatch(field)), None)
    if at is None:
        return None
    behind = fields[at + 1] if at + 1 < len(fields) else ""
    quality = _quality(behind, number) if re.fullmatch(r"[0-9]{1,3}", behind) else unstated
    if quality is None:
        raise HashFormatError(f"line {number}: a hash without a quality")
    return ImageHash(bytes.fromhex(fields[at]), quality)


def _read_json(text: str) -> list[ImageHash | FrameHash]:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        raise HashFormatError("not JSON, though it starts with a bracket") from None
    found: list[ImageHash | FrameHash] = []
    for number, item in enumerate(items, 1):
        match = _JSON.fullmatch(item) if isinstance(item, str) else None
        if not match or not float(match[3]) < _SECONDS_BELOW:
            raise HashFormatError(f"item {number}: not `hash,quality,seconds`")
        found.append(FrameHash(number - 1, float(match[3]), bytes.fromhex(match[1]), _quality(match[2], number)))
    return found
