"""
The tokens that all texts of a list share: one encoding per value (docs/formats/list.md, section 2).
"""

from __future__ import annotations

import base64
import binascii
import re

from pdqlite.errors import ListFormatError, expect

MAX_NUMBER = 2**53 - 1
HASH_TEXT = 44

_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_NAME = re.compile(r"[!-*,-~]{1,128}")
_TOKEN = re.compile(r"(?!-)[a-z0-9-]{1,32}(?<!-)")


def number(text: str, what: str, low: int = 0, high: int = MAX_NUMBER) -> int:
    """Return the number that `text` writes; low <= number <= high."""
    if not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
        raise ListFormatError(f"{what}: expected a decimal number of {low}..{high}")
    return int(text)


def name(text: str, what: str) -> str:
    """Return `text` if it is a key name or origin: 1 to 128 of 21..7E without '+'."""
    expect(what, text, str)
    if not _NAME.fullmatch(text):
        raise ListFormatError(f"{what}: expected 1 to 128 printable ASCII, no space or '+'")
    return text


def token(text: str, what: str) -> str:
    """Return `text` if it is a category's token: a-z, 0-9 and inner '-', 1 to 32."""
    expect(what, text, str)
    if not _TOKEN.fullmatch(text):
        raise ListFormatError(f"{what}: expected 1 to 32 of a-z, 0-9 and inner '-'")
    return text


def unbase64(text: str, what: str) -> bytes:
    """Return the bytes of canonical, padded base64."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise ListFormatError(f"{what}: expected padded base64") from None
    if base64.b64encode(data).decode("ascii") != text:
        raise ListFormatError(f"{what}: base64 is not canonical")
    return data


def tobase64(data: bytes) -> str:
    """Return padded base64 of `data`."""
    return base64.b64encode(data).decode("ascii")


def unhash(text: str, what: str) -> bytes:
    """Return the 32 bytes that 44 characters of base64 write."""
    data = unbase64(text, what) if len(text) == HASH_TEXT else b""
    if len(data) != 32:
        raise ListFormatError(f"{what}: expected 32 bytes in base64")
    return data


def span(seconds: int) -> str:
    """Return a time in words: the largest unit of which there are at least two."""
    for unit, many in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * many:
            return f"{seconds // many} {unit}"
    return f"{seconds} s"


def ago(seconds: int) -> str:
    """Return how long ago something was, or how far ahead it is."""
    return f"{span(seconds)} ago" if seconds >= 0 else f"{span(-seconds)} ahead"


class Lines:
    """The lines of a strict text, taken one after the other."""

    def __init__(self, text: bytes, what: str) -> None:
        expect(what, text, bytes, "of its file: Path.read_bytes")
        try:
            decoded = text.decode("ascii")
        except UnicodeDecodeError:
            raise ListFormatError(f"{what}: expected ASCII") from None
        if not decoded.endswith("\n"):
            raise ListFormatError(f"{what}: the last line does not end")
        self._lines = decoded[:-1].split("\n")
        self._next = 0
        self.what = what

    def peek(self) -> str | None:
        """Return the first word of the next line; None at the end."""
        if self._next == len(self._lines):
            return None
        return self._lines[self._next].split(" ", 1)[0]

    def whole(self, expected: str) -> None:
        """Take a line that reads exactly `expected`."""
        if self._next == len(self._lines) or self._lines[self._next] != expected:
            raise ListFormatError(f"{self.what}: expected the line '{expected}'")
        self._next += 1

    def take(self, word: str, *counts: int) -> list[str]:
        """Take the line that starts with `word`; return its items, as many as one of `counts`."""
        items = self._lines[self._next].split(" ") if self._next < len(self._lines) else []
        if not items or items[0] != word or len(items) - 1 not in counts:
            raise ListFormatError(f"{self.what}: expected a '{word}' line")
        self._next += 1
        return items[1:]

    def end(self) -> None:
        """Check that nothing is left."""
        if self._next != len(self._lines):
            raise ListFormatError(f"{self.what}: unexpected line after the last")
