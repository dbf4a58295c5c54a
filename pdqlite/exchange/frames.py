"""
The signal of a whole video as threatexchange writes it: a JSON list of `hash,quality,seconds`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pdqlite.errors import HashFormatError
from pdqlite.exchange.record import Items, Record, Refusal, quality_of

_FRAME = re.compile(r"([0-9a-fA-F]{64}),([^,]{1,9}),(\d{1,9}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,3})?)", re.ASCII)
_SECONDS_BELOW = 1e9


def frames(text: str, place: str, group: str | None, **said: Any) -> Items:
    """Yield the frames of one video from its JSON text; `said` goes into each record."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list) or not items:
        yield Refusal(place, "not a JSON list of `hash,quality,seconds`")
        return
    yield from frames_of(items, place, group, **said)


def frames_of(items: list[Any], place: str, group: str | None, **said: Any) -> Items:
    """Yield the frames of one video from its list of strings."""
    for number, item in enumerate(items):
        where = f"{place}, frame {number + 1}" if place else f"item {number + 1}"
        found = _FRAME.fullmatch(item) if isinstance(item, str) else None
        if not found or not float(found[3]) < _SECONDS_BELOW:
            yield Refusal(where, "not `hash,quality,seconds`")
            continue
        try:
            quality = quality_of(found[2])
        except HashFormatError as error:
            yield Refusal(where, str(error))
            continue
        yield Record(where, "vpdq", bytes.fromhex(found[1]), quality, number, float(found[3]), group, **said)
