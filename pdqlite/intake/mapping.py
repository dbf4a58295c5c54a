"""
Mapping files: what an exchange calls a category or a member, and what a list calls it.

One pair a line, `theirs = ours`; blank lines and lines that begin with # say nothing. `* = ours` takes all that no other line names.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from pdqlite.errors import ArgumentError
from pdqlite.exchange.source import lines, opened

_TOKEN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
ANY = "*"


def category_token(text: str) -> str | None:
    """
    Return the token of a list that says what a category's own words say: lower case, other characters as `-`.

    None if nothing is left, or too much, or a letter or digit that is none of ASCII would be lost.
    """
    if any(c.isalnum() and not c.isascii() for c in text):
        return None
    token = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return token if _TOKEN.fullmatch(token) else None


@dataclass(frozen=True, slots=True)
class Mapping:
    """Pairs of a mapping file, in the file's order."""

    pairs: dict[str, str]

    def __call__(self, theirs: str) -> str | None:
        """Return our word for theirs; None if no line has it."""
        return self.pairs.get(theirs, self.pairs.get(ANY))


def read_mapping(source: str | os.PathLike[str] | bytes) -> Mapping:
    """
    Read a mapping file.

    Raises:
        ArgumentError: A line is no pair, or one name stands twice; it names the line.
        HashFormatError, UnreadableError: No text, or it cannot be opened.
    """
    pairs: dict[str, str] = {}
    stream = opened(source)
    try:
        for number, line in lines(stream):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            theirs, found, ours = line.rpartition("=")
            theirs, ours = theirs.strip(), ours.strip()
            if not found or not theirs or not ours:
                raise ArgumentError(f"line {number}: expected `theirs = ours`")
            if theirs in pairs:
                raise ArgumentError(f"line {number}: one name twice")
            pairs[theirs] = ours
    finally:
        stream.close()
    return Mapping(pairs)
