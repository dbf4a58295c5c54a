"""
Puts a table of a record into a page of Markdown, so that no figure of it is typed.

The page has two lines that say where; what stands between them is replaced:

    <!-- table attacks of attack -->
    <!-- end of table -->

A third word picks rows: `<!-- table attacks of attack: forge -->` takes those whose first cell begins with it.
"""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks._frame.registry import UsageError

PLACE = re.compile(
    r"(?P<open><!-- table (?P<table>[^>]*?) of (?P<benchmark>\w+)(?:: (?P<rows>[^>]*?))? -->\n)(?P<old>.*?)(?P<end><!-- end of table -->)",
    re.DOTALL,
)


def _shown(value: object) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|")


def markdown(record: dict, name: str, rows: str | None = None) -> str:
    """Return one table of a record as Markdown, with the command and the commit it is of."""
    tables = [r for r in record["results"] if r["kind"] == "table" and r["name"] == name]
    if not tables:
        raise UsageError(f"the record of {record['benchmark']} has no table {name!r}")
    table = tables[0]
    chosen = [r for r in table["rows"] if str(r[0]).startswith(rows or "")]
    lines = ["| " + " | ".join(str(c).strip() for c in table["columns"]) + " |", "|" + "---|" * len(table["columns"])]
    lines += ["| " + " | ".join(_shown(v) for v in row) + " |" for row in chosen]
    command = " ".join(["python -m benchmarks", record["benchmark"], *_public(record["options"])])
    return "\n".join(
        [*lines, "", f"`{command}`, {record['date'][:10]}, {(record.get('commit') or 'no commit')[:10]}.", ""]
    )


def _public(options: list[str]) -> list[str]:
    """Return the options that make the figures, without where they were written to."""
    found, skip = [], False
    for option in options:
        if skip or option in ("--quiet", "-o", "--out", "--html", "--scores"):
            skip = option in ("-o", "--out", "--html", "--scores")
            continue
        found.append("DIR" if found and found[-1] in ("--media", "--strangers") else option)
    return found


def into(page: Path, record: dict) -> int:
    """Replace every place of a page that asks for a table of this record; return how many there are."""
    text = page.read_text(encoding="utf-8")
    count = 0

    def place(found: re.Match[str]) -> str:
        nonlocal count
        if found["benchmark"] != record["benchmark"]:
            return found[0]
        count += 1
        return found["open"] + markdown(record, found["table"], found["rows"]) + found["end"]

    new = PLACE.sub(place, text)
    if not count:
        raise UsageError(
            f"{page.name} has no line '<!-- table NAME of {record['benchmark']} -->' with an end behind it"
        )
    page.write_text(new, encoding="utf-8")
    return count
