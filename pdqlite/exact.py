"""
Files that are listed byte for byte (docs/formats/list-content.md, section 20): any file, by its SHA-256 or MD5.

    matcher = opened.exact()
    decision = matcher.match_file("received.zip")      # verdict "identical file", or "no match"

It finds untouched files alone: one changed byte, and a file is another.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError, UnreadableError, expect
from pdqlite.native import exact as core
from pdqlite.types import Blocks, Decision, Entries, Pages

DIGEST_BYTES = {"sha256": 32, "md5": 16}
_PIECE = 1 << 20
_PAGE_ROWS = 512
_NONE = 0xFFFFFFFF
_VERDICTS: dict[int, Any] = {0: "no match", 3: "negated", 6: "identical file"}

Source = str | os.PathLike[str] | bytes | BinaryIO


def row(algorithm: str, digest: bytes) -> bytes:
    """
    Return the row, 32 bytes, by which a list of files holds a digest.

    Args:
        algorithm: "sha256" or "md5".
        digest: 32 or 16 bytes.

    Raises:
        ArgumentError: Another algorithm, or a digest of another length.
    """
    if algorithm not in DIGEST_BYTES:
        raise ArgumentError(f"a list of files holds {' and '.join(DIGEST_BYTES)}, not {algorithm}")
    if len(digest) != DIGEST_BYTES[algorithm]:
        raise ArgumentError(f"a {algorithm} has {DIGEST_BYTES[algorithm]} bytes, not {len(digest)}")
    return core.row(algorithm, digest)


def rows_of(source: Source) -> bytes:
    """
    Return the rows of a file, 64 bytes: of its SHA-256, then of its MD5. Reads it once, 1 MiB at a time.

    Raises:
        UnreadableError: It is no regular file, or cannot be read.
    """
    if isinstance(source, bytes):
        stream: BinaryIO = io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        stream = _opened(source)
    else:
        stream = source
    digests = core.Digests()
    try:
        while piece := stream.read(_PIECE):
            digests.add(piece)
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from None
    finally:
        if stream is not source:
            stream.close()
    return digests.end()


def _opened(path: str | os.PathLike[str]) -> BinaryIO:
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise UnreadableError("cannot be opened: not a regular file")
        return open(path, "rb")
    except OSError as error:
        raise UnreadableError(f"cannot be opened: {error.strerror}") from None


class ExactMatcher:
    """
    Looks for files in a list of files.

    Args:
        entries: The columns of a verified list of files.

    Raises:
        ArgumentError: A list of pictures or videos.

    Safe on any number of threads.
    """

    def __init__(self, entries: Entries) -> None:
        expect("entries", entries, Entries)
        if not entries.exact:
            raise ArgumentError(f"a list of type {entries.kind}, not file: use its matcher()")
        meta = np.empty((len(entries), core.META_BYTES), np.uint8)
        for at, masks in ((0, entries.categories), (2, entries.sources)):
            meta[:, at], meta[:, at + 1] = masks >> 8, masks & 0xFF
        meta[:, 4] = entries.flags
        self._find: Callable[[bytes], Decision] = _over(np.ascontiguousarray(entries.rows), meta)

    @classmethod
    def of_blocks(cls, blocks: Blocks) -> ExactMatcher:
        """Make one over an installed list (lists.Store); nothing is copied."""
        _check(blocks.meta)
        return cls._of(_over(blocks.rows, blocks.meta))

    @classmethod
    def of_pages(cls, pages: Pages) -> ExactMatcher:
        """Make one over a list whose rows stay sealed: a file opens some log2(entries / 512) pages of 16 KiB."""
        _check(pages.meta)
        return cls._of(lambda wanted: _among_pages(pages, wanted))

    @classmethod
    def _of(cls, find: Callable[[bytes], Decision]) -> ExactMatcher:
        made = cls.__new__(cls)
        made._find = find
        return made

    def match_file(self, source: Source) -> Decision:
        """
        Decide about a file of any type: a path, bytes, or a binary stream. It is read once and not decoded.

        Returns:
            "identical file" with `entry`, `tier` (4: SHA-256, 5: MD5) and marks; "negated" if the list says that the file is harmless;
            else "no match". Whoever had both files made can make two with one MD5: where that matters, act on tier 4 alone.

        Raises:
            UnreadableError: It cannot be read.
        """
        return self._find(rows_of(source))

    def match_digest(self, algorithm: str, digest: bytes) -> Decision:
        """Decide about a file whose "sha256" or "md5" is known already; ArgumentError as `row`."""
        made = row(algorithm, digest)
        return self._find(made + bytes(32) if algorithm == "sha256" else bytes(32) + made)


def _check(meta: npt.NDArray[np.uint8]) -> None:
    if meta.shape[1] != core.META_BYTES:
        raise ArgumentError("a list of pictures or videos, not of files: use its matcher()")


def _over(rows: npt.NDArray[np.uint8], meta: npt.NDArray[np.uint8]) -> Callable[[bytes], Decision]:
    return lambda wanted: _decision(core.find(rows, meta, wanted), 0)


def _among_pages(pages: Pages, wanted: bytes) -> Decision:
    """Find the page that would hold each row, first that of the SHA-256."""
    for tier in range(core.ROWS):
        only = bytes(32 * tier) + wanted[32 * tier : 32 * tier + 32] + bytes(32 * (core.ROWS - 1 - tier))
        first, last = 0, max(-(-len(pages) // _PAGE_ROWS) - 1, 0)
        while first <= last and len(pages):
            middle = (first + last) // 2
            start = middle * _PAGE_ROWS
            count = min(_PAGE_ROWS, len(pages) - start)
            data = pages.read(start, count)
            row_wanted = wanted[32 * tier : 32 * tier + 32]
            if row_wanted < data[:32]:
                last = middle - 1
            elif row_wanted > data[-32:]:
                first = middle + 1
            else:
                meta = np.ascontiguousarray(pages.meta[start : start + count])
                found = core.find(np.frombuffer(data, np.uint8).reshape(-1, 32), meta, only)
                if found.entry != _NONE:
                    return _decision(found, start)
                break
    return Decision("no match", frames=0)


def _decision(found: Any, first: int) -> Decision:
    verdict = _VERDICTS[found.verdict]
    if found.entry == _NONE:
        return Decision(verdict, frames=0)
    rate = 10 ** (-found.neg_log10_fpr_x100 / 100)
    return Decision(
        verdict, entry=first + found.entry, tier=found.tier, rate=rate, list_rate=rate, categories=found.categories,
        sources=found.sources, frames=0,
    )  # fmt: skip
