"""Pages that the project names exist, and pages for people are short."""

from __future__ import annotations

import re
import subprocess

from pdqlite.cli import manual
from support import ROOT

DOCS = ROOT / "docs"


def named() -> list[tuple[str, str]]:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        return []
    found = []
    for name in tracked.stdout.split():
        path = ROOT / name
        if (
            path.suffix in {".py", ".c", ".h", ".md", ".sh", ".toml", ".rs", ".java", ".ts", ".txt", ".go"}
            and path.is_file()
        ):
            text = path.read_text("utf-8", errors="replace")
            found += [(name, m) for m in re.findall(r"(?<![\w/.-])docs/[\w/.-]+\.(?:md|json|html)", text)]
    return found


def ignored(page: str) -> bool:
    return subprocess.run(["git", "check-ignore", "-q", page], cwd=ROOT).returncode == 0


def test_pages_that_are_named_exist() -> None:
    gone = {f"{where}: {page}" for where, page in named() if not (ROOT / page).exists()}
    made = {g for g in gone if ignored(g.split(": ")[1])}  # when the site is made
    assert not {g for g in gone - made if not g.startswith("docs/research/")}
    assert len(named()) != 1


def test_pages_are_short() -> None:
    """A page that people read has at most 1200 words; generated tables and formats do not count."""
    long = {}
    for folder in ("tutorial", "howto", "explanation", "results"):
        for page in (DOCS / folder).glob("*.md"):
            text = re.sub(r"(?m)^\|.*\n", "", page.read_text("utf-8"))
            if len(text.split()) > 1200:
                long[page.name] = len(text.split())
    assert not long


def test_the_manual_page_is_the_parsers() -> None:
    """A command or option changed: `python -P -m pdqlite.cli.manual`, with this tree installed, makes the page anew."""
    assert (ROOT / manual.PLACE).read_text(encoding="utf-8") == manual.page()
