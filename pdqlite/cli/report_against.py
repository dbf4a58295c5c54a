"""
What the groups of reports are compared with: files of hashes, each with a word for what is in it (pdqlite report triage --against).
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from pdqlite import exchange
from pdqlite.cli.files import about
from pdqlite.errors import ArgumentError, HashFormatError
from pdqlite.reports.grouping import Rows

HARMLESS = "known harmless"


def against(pairs: Sequence[Sequence[str]]) -> list[tuple[str, Rows]]:
    """
    Return labels and the hashes that stand, shape (n, 32), of pairs of a label and a file. What a file itself calls harmless has a label that says so;
    what it deletes, and does not give again, is left out.

    Raises:
        HashFormatError: A row cannot be read: a group near to it would look as if it were near to nothing.
        ArgumentError: No hash stands, or pages are missing under their label, by what the others say.
        UnreadableError: It cannot be opened.
    """
    found, pages = [], dict[str, list[exchange.Page]]()
    for label, name in pairs:
        with about(name):
            page = exchange.Page()
            pages.setdefault(label, []).append(page)
            for negative, rows in enumerate(_standing(name, page)):
                if rows:
                    shape = np.frombuffer(b"".join(rows), np.uint8).reshape(-1, 32)
                    found.append((f"{label}, {HARMLESS}" if negative else label, shape))
    for label, of_label in pages.items():
        if lacks := exchange.missing(of_label):
            raise ArgumentError(f"{label}: {lacks[0]}")
    return found


def _standing(name: str, page: exchange.Page) -> tuple[list[bytes], list[bytes]]:
    """Return the hashes of a file that it lists, and those that it calls harmless, as they stand at its end."""
    rows: dict[
        bytes, tuple[str | None, ...]
    ] = {}  # a hash and 1 byte, 1 if it is harmless -> ids of the records that give it
    known: dict[str, list[bytes]] = {}  # id -> keys of rows
    deleted = 0
    for item in exchange.read(name, at=int(time.time()), page=page):
        if isinstance(item, exchange.Refusal):
            raise HashFormatError(
                f"{item.place}: {item.reason}; nothing is compared with a file that cannot be read whole"
            )
        if item.deleted:
            deleted += 1
            for key in [*known.pop(item.id or "", ()), *(item.value + flag for flag in (b"\0", b"\1"))]:
                left = tuple(one for one in rows.pop(key, ()) if item.id is not None and one not in (item.id, None))
                if left:
                    rows[key] = left
        elif item.signal in ("pdq", "vpdq"):
            key = item.value + bytes([item.negative])
            if item.id not in rows.get(key, ()):
                rows[key] = (*rows.get(key, ()), item.id)
            if item.id is not None:
                known.setdefault(item.id, []).append(key)
    if not rows:
        raise ArgumentError(
            f"no PDQ hash that stands; {deleted} {'row is' if deleted == 1 else 'rows are'} deleted"
            if deleted
            else "no PDQ hash in this file"
        )
    return [key[:-1] for key in rows if not key[-1]], [key[:-1] for key in rows if key[-1]]
