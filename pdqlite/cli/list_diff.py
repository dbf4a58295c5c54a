"""
`pdqlite list diff`: what changed from one release to the next.
"""

from __future__ import annotations

import argparse
from typing import Any

from pdqlite import lists
from pdqlite.cli.console import Console
from pdqlite.cli.files import about, list_key
from pdqlite.cli.main import FOUND

TURNS = {"to_be_found_now": "harmless before, to be found now", "harmless_now": "to be found before, harmless now"}
RULES = ("origin", "type", "min_sources", "max_distance", "max_sound_distance")


def add_diff(actions: Any) -> Any:
    """Add the parser of `list diff`."""
    diff = actions.add_parser("diff", help="what changed from one release to another", description="Count what release B adds to A, removes and marks anew, by category "
                              "and organisation, and which rules it changes: what whoever must sign B wants to know.")  # fmt: skip
    diff.add_argument("old", metavar="A", help="directory of the earlier release")
    diff.add_argument("new", metavar="B", help="directory of the later release, endorsed or not")
    diff.add_argument("--key", required=True, metavar="FILE", help="list key")
    diff.add_argument("--old-key", metavar="FILE", help="list key of A, if it is another")
    diff.set_defaults(run=run_diff)
    return diff


def run_diff(args: argparse.Namespace, console: Console) -> int:
    """Compare two releases."""
    key = list_key(args.key)
    with about(args.old):
        old = lists.read_release(args.old, list_key(args.old_key) if args.old_key else key)
    with about(args.new):
        new = lists.read_release(args.new, key)
    found = lists.compare(old, new)
    harmless = found["harmless"]
    for what in ("added", "removed", "changed", "kept"):
        counts = found[what]
        console.line(f"{what}: {counts['entries']}")
        if harmless.get(what):
            console.line(f"  harmless: {harmless[what]}")
        for turn, text in TURNS.items() if what == "changed" else ():
            if harmless[turn]:
                console.line(f"  {text}: {harmless[turn]}")
        for kind in ("category", "source"):
            for name, count in counts[kind].items():
                console.line(f"  {kind} {name}: {count}")
    rules = {}
    for rule in RULES:
        was, now = getattr(old.manifest, rule), getattr(new.manifest, rule)
        if was != now:
            console.line(f"rule {rule.replace('_', '-')}: {was} before, {now} now")
            rules[rule] = {"from": was, "to": now}
    console.record({"from": old.manifest.seq, "to": new.manifest.seq, **found, "rules": rules})
    return FOUND
