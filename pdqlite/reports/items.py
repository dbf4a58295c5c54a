"""
What a report says of a picture or video: hashes and keypoint signatures, as lines of text (docs/formats/report.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from pdqlite.errors import EntryRuleError, ListFormatError, ReportFormatError
from pdqlite.lists.format import encoding, local
from pdqlite.lists.format.encoding import Lines, number, tobase64, unbase64, unhash
from pdqlite.lists.format.plaintext import BITS_HIGH, BITS_LOW, MIN_QUALITY

KINDS = ("image", "video")
MAX_FRAMES = 1024
MAX_SECONDS = 86_400
ID_BYTES = 16

_F = TypeVar("_F")


@dataclass(frozen=True, slots=True)
class Item:
    """
    A picture, or one frame of a video.

    Attributes:
        bits: PDQ hash, 32 bytes, 104 to 152 of its bits set.
        quality: 50 to 100.
        signature: Keypoint signature; empty if there is none.
        time: Milliseconds from the start of the video; None for a picture.
    """

    bits: bytes
    quality: int
    signature: bytes = b""
    time: int | None = None

    @property
    def line(self) -> str:
        """The one line that says it."""
        said = f"{self.quality} {tobase64(self.bits)} {tobase64(self.signature) if self.signature else '-'}"
        return f"picture {said}" if self.time is None else f"frame {self.time} {said}"


def usable(bits: bytes, quality: int) -> bool:
    """Return True if a list may carry this hash, so that a report of it makes sense."""
    return quality >= MIN_QUALITY and BITS_LOW <= int.from_bytes(bits).bit_count() <= BITS_HIGH


def take_items(lines: Lines, kind: str) -> tuple[Item, ...]:
    """Take the `picture` line of an image, or the `frame` lines of a video; ListFormatError if they are none."""
    if kind == "image":
        found = [_item(lines.take("picture", 3), None)]
    else:
        found, last = [], -1
        while not found or (lines.peek() == "frame" and len(found) < MAX_FRAMES):
            time, *rest = lines.take("frame", 4)
            last = number(time, "frame", last + 1, 1000 * MAX_SECONDS)
            found.append(_item(rest, last))
    _check_signatures([item.signature for item in found])
    return tuple(found)


def _item(words: Sequence[str], time: int | None) -> Item:
    quality, bits = number(words[0], "quality", MIN_QUALITY, 100), unhash(words[1], "hash")
    if not usable(bits, quality):
        raise ListFormatError(f"hash: expected {BITS_LOW} to {BITS_HIGH} bits set")
    return Item(bits, quality, b"" if words[2] == "-" else unbase64(words[2], "keypoint signature"), time)


def _check_signatures(records: Sequence[bytes]) -> None:
    try:
        local.check(records)
    except EntryRuleError as error:
        raise ListFormatError(str(error)) from None


def take_id(lines: Lines, word: str) -> bytes:
    """Take the line `word <id>`; return its 16 bytes."""
    found = unbase64(lines.take(word, 1)[0], word)
    if len(found) != ID_BYTES:
        raise ListFormatError(f"{word}: expected {ID_BYTES} bytes in base64")
    return found


def take_token(lines: Lines, word: str) -> str:
    """Take the line `word <token>`."""
    return encoding.token(lines.take(word, 1)[0], word)


def strict(reader: _F) -> _F:
    """Make a reader of texts say of a breach that a report breaks its format."""

    @wraps(reader)  # type: ignore[arg-type]
    def read(*args: Any, **more: Any) -> Any:
        try:
            return reader(*args, **more)  # type: ignore[operator]
        except ListFormatError as error:
            raise ReportFormatError(str(error)) from None

    return read  # type: ignore[return-value]
