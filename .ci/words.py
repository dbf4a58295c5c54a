#!/usr/bin/env python3
"""
Words of the pages that users read, without code and tables: `python .ci/words.py` prints them by page and folder.

A test holds their sum under `BUDGET` (tests/python/house/test_pages.py).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

BUDGET = 15_000
FOLDERS = ("tutorial", "howto", "explanation", "reference")
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n.*?^[ \t]*\1[ \t]*$\n?", re.M | re.S)
_ROW = re.compile(r"^[ \t]*\|.*$\n?", re.M)


def prose(text: str) -> str:
    """Return a page without blocks of code and rows of tables."""
    return _ROW.sub("", _FENCE.sub("", text))


def words(top: Path) -> dict[str, int]:
    """Return the words of prose of each page that counts, by its path from `top`, the project's folder."""
    pages = [top / "README.md", *(page for name in FOLDERS for page in sorted((top / "docs" / name).rglob("*.md")))]
    return {page.relative_to(top).as_posix(): len(prose(page.read_text("utf-8")).split()) for page in pages}


def main() -> int:
    counted = words(Path(__file__).resolve().parents[1])
    folders: dict[str, int] = {}
    for page, count in counted.items():
        print(f"{count:6} {page}")
        folder = page.rpartition("/")[0] or page
        folders[folder] = folders.get(folder, 0) + count
    for folder, count in folders.items():
        print(f"{count:6} in {folder}")
    print(f"{sum(folders.values()):6} of {BUDGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
