"""
What a reader of an exchange's file yields: one record for each signal, one refusal for each row that is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pdqlite.errors import HashFormatError, expect

MAX_QUALITY = 100
_HEX = frozenset("0123456789abcdefABCDEF")
_NAME = 64  # characters of a signal type's name

# What other people call a signal -> our name of it. Compared without case, spaces, `-` and `_`.
_SIGNALS = {
    "pdq": "pdq",
    "pdqhash": "pdq",
    "hashpdq": "pdq",
    "imagepdq": "pdq",
    "photopdq": "pdq",
    "m.pdqhash": "pdq",
    "vpdq": "vpdq",
    "videovpdq": "vpdq",
    "hashvpdq": "vpdq",
    "hashvideovpdq": "vpdq",
    "md5": "md5",
    "hashmd5": "md5",
    "videomd5": "md5",
    "hashvideomd5": "md5",
    "imagemd5": "md5",
    "photomd5": "md5",
    "sha1": "sha1",
    "hashsha1": "sha1",
    "imagesha1": "sha1",
    "videosha1": "sha1",
    "sha256": "sha256",
    "hashsha256": "sha256",
    "videosha256": "sha256",
    "imagesha256": "sha256",
    "photosha256": "sha256",
    "sha512": "sha512",
    "hashsha512": "sha512",
    "tmk": "tmk",
    "tmkpdqf": "tmk",
    "videotmk": "tmk",
    "hashtmk": "tmk",
    "videotmkpdqf": "tmk",
    "pdna": "photodna",
    "photodna": "photodna",
    "hashphotodna": "photodna",
}

# Bytes of a value, by signal. Others have no fixed length and are carried by name alone.
BYTES = {"pdq": 32, "md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}


def signal_name(text: str) -> str:
    """Return our name of a signal type, or the given one in lower case where it is not known."""
    expect("a signal type", text, str)
    plain = text.strip().lower()
    return _SIGNALS.get(plain.replace("-", "").replace("_", "").replace(" ", ""), plain)


@dataclass(frozen=True, slots=True)
class Record:
    """
    One signal of an exchange's file.

    Attributes:
        place: Where it stands, as "line 3" or "entry 3".
        signal: "pdq", "vpdq" (one frame of a video), "md5", "sha1", "sha256", "sha512", or the name of one that is carried by name alone.
        value: The signal's bytes; empty for a signal that is carried by name alone, or a deletion that names an id.
        quality: 0 to 100; None if the file does not say.
        frame, time: Of a frame of a video: its number, and its second.
        group: Which video or record of the file a signal belongs to; None: each is its own.
        id: The exchange's name of the record; None if there is none.
        category: What the exchange says it is, in its own words; None if it does not say.
        source: Which member submitted it; None if the file does not say.
        negative: The exchange says that this is harmless.
        deleted: The exchange has withdrawn it.
        column: Name of the column of a table that the signal stood in; None in other formats.
        assumed: Nothing but its length says that it is PDQ: a SHA-256 has as many digits.
    """

    place: str
    signal: str
    value: bytes
    quality: int | None = None
    frame: int | None = None
    time: float | None = None
    group: str | None = None
    id: str | None = None
    category: str | None = None
    source: str | None = None
    negative: bool = False
    deleted: bool = False
    column: str | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be a record: where it stands, and why. It never holds the row's text."""

    place: str
    reason: str


Item = Record | Refusal
Items = Iterator[Item]


def value_of(signal: str, text: str) -> bytes:
    """Return the bytes of a signal that is written in hex; HashFormatError says what was expected."""
    length = BYTES.get(signal)
    if not 0 < len(signal) <= _NAME or not signal.isprintable():
        raise HashFormatError(f"a signal type is a name of 1 to {_NAME} characters")
    if signal == "vpdq":
        raise HashFormatError(
            "a vpdq needs its frames, a JSON list of `hash,quality,seconds`; or `frame` and `seconds` beside a hash"
        )
    if length is None:
        return b""
    text = text.strip()
    if len(text) != 2 * length or not text.isascii() or not _HEX.issuperset(text):
        raise HashFormatError(f"a {signal} needs {2 * length} hex digits, not {len(text)} characters")
    return bytes.fromhex(text)


def quality_of(text: str) -> int:
    """Return a quality; HashFormatError if it is not a whole number from 0 to 100."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MAX_QUALITY):
        raise HashFormatError(f"a quality is a whole number from 0 to {MAX_QUALITY}")
    return int(text)
