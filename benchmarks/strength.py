"""
Recall by strength: how far an edit may go before a copy is missed.

Families of edits with one knob (tilt by degrees, keystone by degrees, insets and crops by size, ...), each at several
strengths, deterministic in --seed. A hit is a match of the right original; "told" counts a verdict of another kind that
names it (shares a part, unconfirmed); every match of another original is a false one. Without --media: photos that come
with scikit-image, and drawn scenes; --strangers adds pictures to the list that are never asked for.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from PIL import Image

from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness import sources
from benchmarks.robustness.methods import Ours
from benchmarks.robustness.strengths import FAMILIES, Family
from pdqlite.types import MatchPolicy

SMALL = "--scenes 4 --queries 1 --only".split() + ["keystone", "grid"]


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--media", type=Path, metavar="DIR", help="folder with pictures")
    parser.add_argument("--scenes", type=int, default=34, help="drawn scenes, without --media (default 34)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--queries", type=int, default=20, metavar="N", help="copies at each strength (default 20)")
    parser.add_argument("--only", nargs="*", metavar="FAMILY", help=f"of: {', '.join(FAMILIES)}")
    parser.add_argument("--strangers", type=Path, metavar="DIR", help="folder with more pictures for the list")


def run(report: Report, args: argparse.Namespace) -> None:
    unknown = set(args.only or ()) - set(FAMILIES)
    if unknown:
        raise UsageError(f"no family {', '.join(sorted(unknown))}; there are: {', '.join(FAMILIES)}")
    named = list(sources.pictures(args.media, args.scenes))
    if len(named) < 8:
        raise UsageError(f"strength needs at least 8 pictures; found {len(named)}")
    others = [p for i, (_, p) in enumerate(named) if i % 6 == 5]
    listed = [(n, p) for i, (n, p) in enumerate(named) if i % 6 != 5]
    more = [p for _, p in sources.pictures(args.strangers, 0)] if args.strangers else []
    methods = [
        Ours("plain hashes", 256),
        Ours("with signatures", 256, keypoints=True),
        Ours("with signatures, not tilted", 256, MatchPolicy(tilted=False), keypoints=True),
    ]
    for method in methods:
        method.learn([p for _, p in listed] + more)
    report.note(
        f"{len(listed)} originals and {len(more)} strangers in the list, {len(others)} pictures kept out of it; seed {args.seed}."
    )
    wrong: Counter[str] = Counter()
    rows = []
    for name in args.only or FAMILIES:
        rows += _family(report, FAMILIES[name], methods, listed, others, args, wrong)
    report.table("strength", ["edit", "strength", "copies", *(m.name for m in methods), "told, with signatures"], rows)
    pairs = sum(r[2] for r in rows) * (len(listed) + len(more) - 1)
    for method in methods:
        report.rate("false matches", wrong[method.name], pairs, method=method.name)


def _family(
    report: Report, family: Family, methods: list[Ours], listed: list[tuple[str, Image.Image]], others: list[Image.Image],
    args: argparse.Namespace, wrong: Counter[str],
) -> list[list[str | float]]:  # fmt: skip
    """Measure one family; return its rows of the table."""
    rows: list[list[str | float]] = []
    lines: dict[str, list[tuple[float, float]]] = {m.name: [] for m in methods}
    step = max(1, len(listed) // args.queries)
    chosen = list(range(0, len(listed), step))[: args.queries]  # the same at every strength: one curve
    for strength in family.strengths:
        hits: Counter[str] = Counter()
        told = 0
        for number in chosen:
            name, original = listed[number]
            copy = family.copy(original, strength, name, args.seed, others)
            for method in methods:
                found, said = method.answers(copy)
                hits[method.name] += number in found
                wrong[method.name] += len(found - {number})
                told += method is methods[1] and number in said
        for method in methods:
            report.rate(
                "recall", hits[method.name], len(chosen), method=method.name, edit=family.name, strength=strength
            )
            lines[method.name].append((strength, hits[method.name] / len(chosen)))
        shares = [hits[m.name] / len(chosen) for m in methods]
        rows.append([family.name, f"{strength:g} {family.unit}", len(chosen), *shares, told / len(chosen)])
    report.curve(family.name, lines, x=family.unit, y="recall")
    return rows
