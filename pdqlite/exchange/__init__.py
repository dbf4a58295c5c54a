"""
What other exchanges publish, read strictly, and our entries written as they read them (docs/formats/exchange.md).

    for item in read("feed.xml"):          # Record or Refusal, as the file is read
        ...

Knows files of hashes, nothing of lists or media. A reader is found by content, or named.
"""

from __future__ import annotations

from pdqlite.exchange.formats import FORMATS, detect, read, unread
from pdqlite.exchange.pages import Page, missing
from pdqlite.exchange.record import BYTES, Item, Record, Refusal, signal_name
from pdqlite.exchange.source import Source
from pdqlite.exchange.write import WRITERS, write

__all__ = [
    "BYTES",
    "FORMATS",
    "Item",
    "Page",
    "Record",
    "Refusal",
    "Source",
    "WRITERS",
    "detect",
    "missing",
    "read",
    "signal_name",
    "unread",
    "write",
]
