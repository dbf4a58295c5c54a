"""
Files of hashes and media files to the entries of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pdqlite import hashing, sources, vpdq
from pdqlite.cli.console import Console
from pdqlite.cli.files import walk
from pdqlite.errors import ArgumentError, HashFormatError, PdqliteError, UnreadableError
from pdqlite.local import signature
from pdqlite.media import kind_of, read_picture
from pdqlite.types import Entries, FrameHash, ImageHash, VideoHash
from pdqlite.workers import work_apart

_TEXT = {".txt", ".csv", ".hex", ".vpdq", ".json", ".dat"}
_SECONDS = (2**32 - 1) // 1000
_ALIKE = 4  # bits: a frame this close to the last one kept adds nothing to a list


@dataclass(frozen=True, slots=True)
class Part:
    """
    The hashes of one file.

    Attributes:
        hashes: Of a picture one; of a video its frames; of a text file all of its lines.
        local: Local signature of a picture; empty bytes for others.
    """

    hashes: Sequence[ImageHash] | Sequence[FrameHash]
    local: bytes = b""


def _read_text(name: str) -> Part:
    try:
        text = Path(name).read_text(encoding="ascii")
    except UnicodeDecodeError:
        raise HashFormatError("not a text of hashes") from None
    except OSError as error:
        raise UnreadableError(f"cannot be opened: {error.strerror}") from None
    found = vpdq.read_hashes(text)
    frames = [f for f in found if isinstance(f, FrameHash)]
    if frames and len(frames) < len(found):
        raise HashFormatError("vPDQ lines and other lines in one file")
    if any(f.time > _SECONDS for f in frames):
        raise HashFormatError(f"a time past {_SECONDS} seconds: a list has 32 bits of milliseconds")
    return Part(frames or [h for h in found if isinstance(h, ImageHash)])


def distinct(frames: Iterable[FrameHash]) -> list[FrameHash]:
    """Return the frames that differ from the one kept before."""
    kept: list[FrameHash] = []
    for frame in frames:
        if not kept or (int.from_bytes(frame.bits) ^ int.from_bytes(kept[-1].bits)).bit_count() > _ALIKE:
            kept.append(frame)
    return kept


def made_of(name: str) -> tuple[ImageHash | VideoHash, bytes]:
    """Return the hash of a picture with its local signature, or the hashes of a video's frames."""
    if kind_of(name) == "picture":
        pixels = read_picture(name).pixels
        return hashing.hash_pixels(pixels), signature(pixels)
    return sources.hash_video(name, sampling="all"), b""


def maker(_: None) -> Callable[[str], tuple[ImageHash | VideoHash, bytes]]:
    """Return what a child process does with one file."""
    return made_of


def read(names: Sequence[str], console: Console, skip_broken: bool = False) -> list[Part]:
    """
    Return the hashes of each file: hex lines, CSV, vPDQ text, threatexchange's JSON by their names'
    endings; any other file is a picture or video, and is hashed. Every file that cannot be read is
    named on the console.

    Args:
        skip_broken: Leave such files out.

    Raises:
        ArgumentError: There are such files and they are not to be left out, or nothing is left.
    """
    files = walk(names)
    parts: dict[int, Part | PdqliteError] = {}
    media = [i for i, name in enumerate(files) if Path(name).suffix.lower() not in _TEXT]
    with console.progress(len(files), "files") as progress:
        for i in set(range(len(files))) - set(media):
            parts[i] = _caught(files[i])
            progress.advance()
        for k, result in work_apart("pdqlite.cli.submission:maker", None, [files[i] for i in media]):
            parts[media[k]] = _part(files[media[k]], result, console)
            progress.advance()
    good = []
    for i, name in enumerate(files):
        part = parts[i]
        if isinstance(part, Part):
            good.append(part)
        else:
            console.error(name, part)
    if len(good) < len(files) and not skip_broken:
        raise ArgumentError(
            f"{len(files) - len(good)} of {len(files)} files cannot be put into a list; --skip-broken leaves them out"
        )
    if not good:
        raise ArgumentError("no file with hashes, and no picture or video")
    return good


def _caught(name: str) -> Part | PdqliteError:
    try:
        return _read_text(name)
    except PdqliteError as error:
        return error


def _part(
    name: str, result: tuple[ImageHash | VideoHash, bytes] | PdqliteError, console: Console
) -> Part | PdqliteError:
    """Return what a child found as a part; say of a video what of it is not in the list."""
    if isinstance(result, PdqliteError):
        return result
    found, local = result
    if isinstance(found, ImageHash):
        return Part([found], local)
    if found.damaged:
        console.note(f"{name}: damaged; hashed as far as it decodes")
    if found.truncated:
        console.note(f"{name}: goes on; hashed up to {found.duration:g} seconds")
    return Part(distinct(found.frames))


def entries(parts: Sequence[Part], source_mask: int, videos: Sequence[int], video: bool, local: bool = True) -> Entries:
    """
    Return entries of category 0, vouched for by the sources of the mask.

    Args:
        videos: Number of the video that each part is.
        video: Make a list of videos; a picture is then a video of one frame.
        local: Keep the local signatures of pictures, in a list of pictures.
    """
    flat = [(v, item) for v, part in zip(videos, parts, strict=True) for item in part.hashes]
    rows = np.frombuffer(b"".join(item.bits for _, item in flat), np.uint8).reshape(-1, 32)
    n = len(flat)
    numbers = times = None
    if video:
        numbers = np.array([v for v, _ in flat], np.uint32)
        times = np.array([round(1000 * getattr(item, "time", 0.0)) for _, item in flat], np.uint32)
    return Entries(
        rows=rows,
        categories=np.ones(n, np.uint16),
        sources=np.full(n, source_mask, np.uint16),
        flags=np.full(n, 2 if video else 0, np.uint8),
        quality=np.array([item.quality for _, item in flat], np.uint8),
        video=numbers,
        time_ms=times,
        local=tuple(part.local for part in parts for _ in part.hashes) if local and not video else None,
    )
