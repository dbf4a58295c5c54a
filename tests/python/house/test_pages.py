"""Pages that the project names exist, and pages for people are short."""

from __future__ import annotations

import re
import runpy
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


def test_users_read_less_than_the_budget() -> None:
    """`python .ci/words.py` prints the words by page."""
    code = runpy.run_path(str(ROOT / ".ci" / "words.py"))
    assert code["prose"]("one two\n```sh\nthree\n```\n| four | five |\nsix\n") == "one two\nsix\n"
    counted = code["words"](ROOT)
    assert {"README.md", "docs/tutorial/python.md", "docs/explanation/matching.md"} < set(counted) and len(counted) > 40
    assert sum(counted.values()) < code["BUDGET"], counted


# Who runs the commands and the Python of a page. `.ci/snippets.py` compiles the other languages.
RUN = {
    "tests/python/cli/test_pages.py": (
        *"tutorial/python howto/hash-a-folder howto/keep-a-list howto/choose-a-policy howto/why-no-match howto/heic".split(),
        *"explanation/search reference/sound howto/report-a-problem howto/from-an-exchange".split(),
    ),
    "tests/python/house/test_auditors_guide.py": ("howto/audit", "howto/audit-by-hand", "howto/publish"),
    "tests/python/house/test_key_ceremony.py": ("howto/key-ceremony",),
    "tests/python/reports/test_story.py": ("tutorial/report",),
    ".ci/java.sh": ("tutorial/kotlin",),
    ".ci/embed.sh": ("howto/embed-c",),
}
NOT_RUN = {
    "howto/scale": "its stores and clusters are the reader's; tests/python/scale gives the same commands",
    "explanation/sound": "its films are the reader's; tests/python/sound gives the same commands",
}
COMPILED = {"java": ".ci/java.sh", "kotlin": ".ci/java.sh", "rust": ".ci/rust.sh", "js": ".ci/js.sh"}
SHOWN = {"", "text", "json", "xml", "groovy", "{eval-rst}", "{toctree}"}


def test_every_block_of_a_page_is_run_or_compiled() -> None:
    """A new page with commands has to be given to somebody who runs them; `text` is for what is shown."""
    told = [page for pages in RUN.values() for page in pages] + list(NOT_RUN)
    assert len(told) == len(set(told))
    with_commands = set()
    for folder in ("tutorial", "howto", "explanation", "reference"):
        for page in (DOCS / folder).glob("*.md"):
            languages = set(re.findall(r"(?m)^ *```(\S*)[^\n]*\n(?:.*\n)*? *```$", page.read_text("utf-8")))
            if languages & {"sh", "python"}:
                with_commands.add(f"{folder}/{page.stem}")
            for language in languages - {"sh", "python"} - SHOWN:
                assert f'snippets.py" {language} ' in (ROOT / COMPILED[language]).read_text("utf-8"), page.name
    assert with_commands == set(told)
    for runner, pages in RUN.items():
        text = (ROOT / runner).read_text("utf-8")
        assert all(f"{page.rpartition('/')[2]}.md" in text for page in pages), runner


def rows_of(page: str) -> list[list[str]]:
    text = (DOCS / page).read_text("utf-8")
    return [[cell.strip() for cell in row.strip("|\n").split("|")] for row in re.findall(r"(?m)^\|.*\|$", text)]


def test_limits_are_those_that_were_measured() -> None:
    measured = {(row[0], row[1]): row[3:5] for row in rows_of("results/strength.md")}
    limits = [row for row in rows_of("explanation/limits.md") if len(row) == 4 and row[0] not in ("edit", "---")]
    assert len(limits) > 10
    assert {(row[0], row[1]): row[2:] for row in limits} == {
        (row[0], row[1]): measured[row[0], row[1]] for row in limits
    }


def test_the_manual_page_is_the_parsers() -> None:
    """A command or option changed: `python -P -m pdqlite.cli.manual`, with this tree installed, makes the page anew."""
    assert (ROOT / manual.PLACE).read_text(encoding="utf-8") == manual.page()
