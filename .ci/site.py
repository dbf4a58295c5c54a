"""Checks a built site: every link inside it leads somewhere, nothing is loaded from elsewhere; prints its size."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

OTHERS = {"c", "java", "js", "rust"}  # made by other generators, which follow their own links
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.names |= {given[key] for key in ("id", "name") if key in given}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        load = given.get(LOADS.get(tag, ""))
        if load and given.get("rel") not in ("canonical", "search", "index", "next", "prev"):
            self.loads.append(load)


def wrong(site: Path) -> list[str]:
    """Return what is wrong with the site, a line each."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        where = path.relative_to(site)
        if where.parts[0] in OTHERS:
            continue
        found += [f"{where}: loads {url}" for url in page.loads if urlsplit(url).scheme in ("http", "https")]
        for url in page.links + page.loads:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                found.append(f"{where}: no {parts.path}")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
                found.append(f"{where}: no #{parts.fragment} in {target.relative_to(site)}")
    return found


def main() -> int:
    site = Path(sys.argv[1]).resolve()
    found = wrong(site)
    print("\n".join(found))
    size = sum(f.stat().st_size for f in site.rglob("*") if f.is_file())
    print(f"{len(list(site.rglob('*.html')))} pages, {size / 1e6:.1f} MB, {len(found)} wrong links")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
