"""
Whether a file is one page of several, and which others there are, as far as it says: a list made of some pages of a feed lacks the others' entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pdqlite.errors import HashFormatError, expect

# Members of a JSON document that say so. A flag decides alone, as some services give a token behind the last page too.
_FLAGS = ("hasMoreRecords", "hasMore", "has_more", "hasNext", "has_next")
_NEXT = ("next", "nextPageToken", "next_page_token", "nextPage", "next_page", "nextCursor", "next_cursor", "nextLink", "@odata.nextLink")  # fmt: skip
_ADDRESS = ("href", "url", "uri")
_WITHIN = ("paging", "pagination", "links", "_links", "meta", "page")
_BEFORE = ("previous", "prev", "previousPage", "previous_page", "prevCursor", "prev_cursor", "previousLink")
_TOTAL = ("total", "total_count", "totalCount", "total_results", "totalResults", "totalRecords", "total_records", "totalElements", "@odata.count")  # fmt: skip
_PAGE = ("page", "page_number", "pageNumber", "number", "currentPage", "current_page")
_PAGES = ("pages", "total_pages", "totalPages", "page_count", "pageCount", "num_pages", "last_page", "lastPage")
_ENTRIES = ("results", "data", "content", "hashRecords", "chunk", "value", "items")
_MOST, _NAMED = 100_000, 5  # pages that are looked for, and named


@dataclass(slots=True)
class Page:
    """
    What a file says of itself, once it is read to its end.

    Attributes:
        form: Its format, a name of exchange.FORMATS.
        more: It is one page of several, and more follows.
        before: It is one page of several, and others come before it; None where it does not say.
        total: Entries of all pages together; None where it does not say.
        held: Entries of this page.
        number: Which page it is, from 0 or from 1, and how many there are; None where it does not say both.
    """

    form: str = ""
    more: bool = False
    before: bool | None = None
    total: int | None = None
    held: int = 0
    number: tuple[int, int] | None = None

    def hear(self, document: Any) -> None:
        """Take what a JSON document says of itself; HashFormatError if its flag is neither true nor false."""
        self.more = follows(document)
        if not isinstance(document, dict):
            return
        within = [document, *(document[name] for name in _WITHIN if isinstance(document.get(name), dict))]
        said = [part[name] for part in within for name in _BEFORE if name in part]
        self.before = any(leads(target) for target in said) if said else None
        self.held = sum(len(document[name]) for name in _ENTRIES if isinstance(document.get(name), list))
        names = (*_TOTAL, *(["count"] if said else []))  # beside `previous` a count is that of all pages
        self.total = next(iter(_counts(within, names)), None)
        page, pages = _counts(within, _PAGE), _counts(within, _PAGES)
        self.number = (page[0], pages[0]) if page and pages else None


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


def missing(pages: Iterable[Page]) -> list[str]:
    """
    Return what is missing among pages that were handed in together, by what they say: a sentence for each format and fault.

    Pages that say nothing miss nothing. Of pages of two feeds in one format, the one's last page serves the other too.
    """
    expect("pages", pages, Iterable)
    forms: dict[str, list[Page]] = {}
    for page in pages:
        expect("a page", page, Page, "exchange.read")
        forms.setdefault(page.form, []).append(page)
    return [f"{len(given)} {'page' if len(given) == 1 else 'pages'} of {form}, {what}" for form, given in sorted(forms.items()) for what in _lacks(given)]  # fmt: skip


def _lacks(pages: list[Page]) -> Iterator[str]:
    if all(page.more for page in pages):
        yield "and more follows: no file is the last page"
    if all(page.before for page in pages):
        yield "and others come before: no file is the first page"
    for total in sorted({page.total for page in pages if page.total is not None}):
        held = sum(page.held for page in pages if page.total == total)
        if held < total:
            yield f"with {held} entries of {total}: pages are missing"
    for count in sorted({page.number[1] for page in pages if page.number}):
        given = {page.number[0] for page in pages if page.number and page.number[1] == count}
        first = 0 if 0 in given else 1
        if lacking := sorted(set(range(first, first + min(count, _MOST))) - given):
            named = ", ".join(map(str, lacking[:_NAMED])) + (", ..." if len(lacking) > _NAMED else "")
            yield f"of which {first} to {count - 1 + first} are: {named} {'is' if len(lacking) == 1 else 'are'} missing"


def _counts(parts: list[dict[str, Any]], names: Iterable[str]) -> list[int]:
    """Return the whole numbers that stand under these names."""
    found = [part[name] for part in parts for name in names if name in part]
    return [value for value in found if type(value) is int and value >= 0]
