"""
From a picture or video to a report. Nothing of the pixels is kept.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pdqlite import hashing
from pdqlite.errors import ArgumentError
from pdqlite.keypoints import signature
from pdqlite.lists.format.note import Signer
from pdqlite.media import kind_of, open_video, read_picture
from pdqlite.reports import sealing
from pdqlite.reports.items import ID_BYTES, MAX_FRAMES, MAX_SECONDS, Item, usable
from pdqlite.reports.keep import Keep
from pdqlite.reports.notes import Card
from pdqlite.reports.text import MAX_RECIPIENTS, SIDES, Content, ReportText

ALIKE = 12  # bits: a frame this close to the last one kept is found by that one
Seen = tuple[str, tuple[int, int], float, list[tuple[bytes, int, bytes, int | None]]]


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What a picture or video looks like.

    Attributes:
        kind: "image" or "video".
        size: Width and height, pixels.
        length: Seconds of a video, rounded up; None for a picture.
        items: What is detailed enough to be found again.
    """

    kind: str
    size: tuple[int, int]
    length: int | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """
    What a reporter says beside the subject.

    Attributes: As in ReportText.
    """

    category: str
    reporter: str = "shown"
    country: str = "-"
    statement: str | None = None


def look(source: str | bytes) -> Seen:
    """Return what a file looks like, as plain values that a child process may send: kind, size, seconds, items."""
    if kind_of(source) == "picture":
        picture = read_picture(source)
        found = hashing.hash_pixels(picture.pixels)
        return "image", picture.original, 0.0, [(found.bits, found.quality, signature(picture.pixels), None)]
    items: list[tuple[bytes, int, bytes, int | None]] = []
    size, last = (0, 0), -1
    with open_video(source, "all") as video:
        for frame in video:
            size = size if items else (frame.luma.shape[1], frame.luma.shape[0])
            found, time = hashing.hash_luma(frame.luma, frame.limited), round(1000 * frame.time)
            if time <= last or not usable(found.bits, found.quality) or (items and _near(found.bits, items[-1][0])):
                continue
            items.append((found.bits, found.quality, signature(frame.luma, frame.limited), time))
            items, last = _thinned(items), time
        return "video", size, video.duration, items


def _near(a: bytes, b: bytes) -> bool:
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count() <= ALIKE


def _thinned(items: list[tuple[bytes, int, bytes, int | None]]) -> list[tuple[bytes, int, bytes, int | None]]:
    """Return every second frame once there are more than a report carries."""
    return items if len(items) <= MAX_FRAMES else items[::2]


def looker(_: None) -> Callable[[str | bytes], Seen]:
    """Return what a child process does with one file."""
    return look


def too_plain(seen: Seen) -> bool:
    """Return True if nothing in it is detailed enough to be found again."""
    return not any(usable(value[0], value[1]) for value in seen[3])


def subject(seen: Seen) -> Subject:
    """
    Return the subject of a report.

    Raises:
        ArgumentError: Nothing in it is detailed enough to be found again, or it is too long or too large.
    """
    kind, size, seconds, values = seen
    items = tuple(Item(*value) for value in values if usable(value[0], value[1]))
    if not items:
        raise ArgumentError("too plain to be found again: it has too little detail (quality under 50)")
    if not all(SIDES[0] <= side <= SIDES[1] for side in size):
        raise ArgumentError(f"sides of {SIDES[0]} to {SIDES[1]} pixels fit into a report")
    length = max(1, math.ceil(seconds)) if kind == "video" else None
    if length is not None and length > MAX_SECONDS:
        raise ArgumentError(f"longer than {MAX_SECONDS // 3600} hours: cut it, and report the parts")
    return Subject(kind, size, length, items)


def week_of(now: float) -> str:
    """Return the ISO week of a time."""
    year, week, _ = datetime.fromtimestamp(now, UTC).isocalendar()
    return f"{year}-W{week:02}"


def make(
    what: Subject, said: Said, to: Sequence[Card], now: float, signer: Signer | None = None, reply: bool = True
) -> tuple[bytes, ReportText, Keep | None]:
    """
    Make a report.

    Args:
        to: Cards of the organisations.
        now: POSIX seconds; only its week goes into the report.
        signer: Key of a trusted reporter or organisation.
        reply: Let organisations answer, and the reporter withdraw.

    Returns:
        The sealed file, what it says, and what the reporter keeps.

    Raises:
        ArgumentError: A card is out of date or given twice, or a value does not fit into a report.
    """
    old = [card.name for card in to if card.until <= now]
    if old:
        raise ArgumentError(f"the card of {', '.join(old)} is out of date: get the organisation's new one")
    if not 1 <= len({card.id for card in to}) == len(to) <= MAX_RECIPIENTS:
        raise ArgumentError(f"a report is sealed to 1 to {MAX_RECIPIENTS} different keys, one card each")
    name = secrets.token_bytes(ID_BYTES)
    keep = Keep.new(name, [card.verifier for card in to], what.items)
    text = ReportText(
        id=name, to=tuple(sorted(card.id for card in to)), week=week_of(now), kind=what.kind, category=said.category,
        reporter=said.reporter, country=said.country, reply=keep.reply if reply else None, statement=said.statement,
        size=what.size, length=what.length, items=what.items,
    )  # fmt: skip
    ReportText.parse(text.text)  # what is written can be read
    sealed = sealing.seal(Content.make(text, signer), [card.key for card in to])
    return sealed, text, keep if reply else None
