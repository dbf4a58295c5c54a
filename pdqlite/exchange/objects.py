"""
JSON of strangers: duplicate keys refused, values fetched with their type checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from pdqlite.errors import HashFormatError
from pdqlite.exchange.source import whole


class _DuplicateKey(ValueError):
    pass


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _DuplicateKey
    return found


def parsed(text: str, place: str) -> Any:
    """Return a JSON value; HashFormatError if it is none, or an object has one key twice."""
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_refused)
    except _DuplicateKey:
        raise HashFormatError(f"{place}JSON with one key twice in an object") from None
    except (ValueError, RecursionError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise HashFormatError(f"{place}not JSON{line}") from None


def _refused(_: str) -> Any:
    raise ValueError("NaN or Infinity")


def documents(stream: BinaryIO) -> list[Any]:
    """Return the JSON values of a file: one, or one a line (JSON Lines)."""
    text = whole(stream)
    try:
        return [parsed(text, "")]
    except HashFormatError:
        rows = [(number, line) for number, line in lines_of(text) if line.strip()]
        if len(rows) < 2 or not all(line.lstrip().startswith("{") for _, line in rows):
            raise
        return [parsed(line, f"line {number}: ") for number, line in rows]


def lines_of(text: str) -> Iterable[tuple[int, str]]:
    """Return the numbered lines of a text."""
    return enumerate(text.splitlines(), 1)


def text_of(value: dict[str, Any], *names: str) -> str | None:
    """Return the first of these members that is there, as text; HashFormatError if it is neither text nor a number."""
    for name in names:
        found = value.get(name)
        if found is None or found == "":
            continue
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise HashFormatError(f"`{name}` is no text")
        if isinstance(found, str) and not found.isascii() and any("\ud800" <= c <= "\udfff" for c in found):
            raise HashFormatError(f"`{name}` holds half a character (a lone surrogate)")
        if isinstance(found, str) and "\0" in found:
            raise HashFormatError(f"`{name}` holds a NUL")
        return str(found)
    return None


def one_of(value: dict[str, Any], *names: str) -> str | None:
    """Return what the first of these members says, as text_of; HashFormatError if another says something else (case and space at the ends aside)."""
    found = [text for name in names if (text := text_of(value, name)) is not None]
    if len({text.strip().lower() for text in found}) > 1:
        raise HashFormatError(f"two signals in one object, under two of the names {', '.join(names)}")
    return found[0] if found else None


def flag_of(value: dict[str, Any], name: str) -> bool:
    """Return a member that is true or false; False if it is not there."""
    found = value.get(name, False)
    if found is None:
        return False
    if not isinstance(found, bool):
        raise HashFormatError(f"`{name}` is neither true nor false")
    return found


def objects(value: Any, name: str) -> list[Any]:
    """Return the list under `name`; HashFormatError if it is none."""
    found = value.get(name)
    if not isinstance(found, list):
        raise HashFormatError(f"`{name}` is no list")
    return found
