"""A published list as an auditor finds it: log, witnesses, releases with deltas."""

from __future__ import annotations

import html.parser
import time
from pathlib import Path

from pdqlite.lists import ListTerms, Trust, add_delta, build_list, endorse, publish_inventory
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.logbook import cosign
from pdqlite.lists.log.policy import LogPolicy
from pdqlite.lists.publish.publication import Publication
from pdqlite.types import Entries
from support.lists import samples
from support.lists.logged import DAY, LOG, ROOTS, WITNESSES, policy_text
from support.lists.samples import KEY, SIGNERS, entries

NOW = int(time.time())


def witness(book: Publication, now: int = NOW, who: int = 2) -> None:
    signed = book.book.checkpoint()
    assert signed is not None
    lines = "".join(str(cosign(signed, w, now)) for w in WITNESSES[:who])
    book.book.add_cosignatures(lines.encode(), book.witnesses())


def publish(root: Path, count: int = 3, first: Entries | None = None, inventory: bool = True) -> Publication:
    """A published list of so many releases, each with a delta from the one before."""
    book = Publication(root)
    text = policy_text()
    book.add_policy(Note(text, tuple(s.sign(text) for s in ROOTS)))
    last = None
    for number in range(count):
        place = book.next()
        directory = root / str(place.seq)
        kept = first if first is not None and not number else entries(20 + 7 * number, seed=1)
        build_list(
            directory,
            kept,
            ListTerms(
                origin=samples.ORIGIN,
                categories=samples.CATEGORIES,
                sources=samples.ORGS,
                issued=NOW - DAY * (9 - number),
                expires=NOW + 30 * DAY,
                seq=place.seq,
                prev=place.prev,
                policy=(place.policy.version, place.policy.hash),
                min_sources=2,
            ),
            key=KEY,
            seed=samples.SEED,
        )
        if last is not None:
            add_delta(directory, root / str(last), key=KEY)
        for each in SIGNERS[:2]:
            endorse(directory, each, key=KEY)
        if inventory:
            publish_inventory(directory, key=KEY)
        book.append(LOG)
        witness(book)
        book.prove()
        last = place.seq
    return book


def pins() -> Trust:
    return Trust(samples.ORIGIN, samples.CATEGORIES, policy=(0, LogPolicy.parse(policy_text()).hash))


def flip(path: Path, at: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


class Page(html.parser.HTMLParser):
    """Collects tags, and whatever a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.reaching: list[object] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br", "path", "circle", "polyline"):
            self.open.append(tag)
        self.reaching += [
            (tag, n) for n, _ in attributes if n in ("src", "href", "action", "data") or n.startswith("on")
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "circle", "polyline"):
            assert self.open.pop() == tag


def page(text: str) -> Page:
    parsed = Page()
    parsed.feed(text)
    parsed.close()
    assert not parsed.open, "every tag is closed"
    return parsed
