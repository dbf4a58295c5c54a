"""
Whether a file is one page of several, and more follows: a list made of some pages of a feed lacks the others' entries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pdqlite.errors import HashFormatError, expect

MORE = "one page of several: it says that more follows"
# Members of a JSON document that say so. A flag decides alone, as some services give a token behind the last page too.
_FLAGS = ("hasMoreRecords", "hasMore", "has_more", "hasNext", "has_next")
_NEXT = ("next", "nextPageToken", "next_page_token", "nextPage", "next_page", "nextCursor", "next_cursor", "nextLink", "@odata.nextLink")  # fmt: skip
_ADDRESS = ("href", "url", "uri")
_WITHIN = ("paging", "pagination", "links", "_links", "meta")


@dataclass(slots=True)
class Page:
    """
    What a file says of itself, once it is read to its end.

    Attributes:
        form: Its format, a name of exchange.FORMATS.
        more: It is one page of several, and more follows.
    """

    form: str = ""
    more: bool = False


def follows(document: Any) -> bool:
    """Return True for a JSON document that says that more follows; HashFormatError if its flag is neither true nor false."""
    if not isinstance(document, dict):
        return False
    within = [document, *(document[name] for name in _WITHIN if isinstance(document.get(name), dict))]
    flags = [(name, part[name]) for part in within for name in _FLAGS if part.get(name) is not None]
    for name, flag in flags:
        if not isinstance(flag, bool):
            raise HashFormatError(f"`{name}` is neither true nor false")
    if flags:
        return any(flag for _, flag in flags)
    if any(leads(part.get(name)) for part in within for name in _NEXT):
        return True
    links = [link for name in _WITHIN if isinstance(document.get(name), list) for link in document[name]]
    if any(isinstance(link, dict) and "next" in _relations(link) and leads(link) for link in links):
        return True
    return "chunk" in document and bool(document.get("end") or document.get("next_batch"))  # Matrix


def leads(target: Any) -> bool:
    """Return True for a token or an address, or an object that holds one (`{"href": ...}`)."""
    if isinstance(target, dict) and any(name in target for name in _ADDRESS):
        return any(leads(target.get(name)) for name in _ADDRESS)
    return bool(target.strip() if isinstance(target, str) else target)


def _relations(link: dict[str, Any]) -> list[str]:
    """Return what a link of a list of links is to this page."""
    said = link.get("rel") or link.get("relation")
    words = said if isinstance(said, list) else [said]
    return [part for word in words if isinstance(word, str) for part in word.lower().split()]


def unfinished(pages: Iterable[Page]) -> list[str]:
    """Return the formats of which some page says that more follows, and none is the last."""
    said: dict[str, set[bool]] = {}
    expect("pages", pages, Iterable)
    for page in pages:
        expect("a page", page, Page, "exchange.read")
        said.setdefault(page.form, set()).add(page.more)
    return sorted(form for form, more in said.items() if more == {True})
