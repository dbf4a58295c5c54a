"""
A gate judges counts and rates against a budget file, never times: a busy machine must not
turn a build red, and a slow one must not hide a regression.

    {"benchmark": "NAME", "max": {"RESULT NAME": LIMIT}, "min": {"RATE NAME": LIMIT},
     "counts": {"COUNT NAME": VALUE}, "growth": 0.01, "about": ANYTHING}

`counts` are values of an earlier run: a result may be above its own by a part of `growth`. Counts of
the record that neither `counts` nor `max` has fail, so that nothing new goes unwatched; `about` is not judged.

A result is named as it is printed: its name, then its parameters as k=v. A budget line that
meets no result fails too, so that a renamed result cannot slip through.
"""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import describe

KEYS = {"benchmark", "max", "min", "counts", "growth", "about"}


def load(path: Path) -> dict:
    """Read a budget; UsageError if it is none."""
    try:
        budget = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"the budget file cannot be read: {error}") from error
    if not isinstance(budget, dict) or set(budget) - KEYS:
        raise UsageError(f"a budget has the keys {', '.join(sorted(KEYS))}, and no others")
    if ("counts" in budget) != ("growth" in budget):
        raise UsageError("a budget has counts and growth together, or neither")
    return budget


def broken(record: dict, budget: dict) -> list[str]:
    """Return a sentence for each line of the budget that the record breaks."""
    if budget.get("benchmark") not in (None, record["benchmark"]):
        return [f"the budget is for {budget['benchmark']}, the record for {record['benchmark']}"]
    values = {}
    for result in record["results"]:
        if result["kind"] == "count":
            values[describe(result)] = result["value"]
        elif result["kind"] == "rate":
            values[describe(result)] = result["hits"] / max(result["trials"], 1)
    found = []
    for side, wrong in (("max", lambda v, b: v > b), ("min", lambda v, b: v < b)):
        for name, limit in budget.get(side, {}).items():
            if name not in values:
                found.append(f"{name}: in the budget, not in the record")
            elif wrong(values[name], limit):
                found.append(f"{name}: {values[name]:g}, {side} {limit:g}")
    if "counts" in budget:
        watched = {name: value for name, value in values.items() if name not in budget.get("max", {})}
        found += grown(watched, budget["counts"], budget["growth"])
    return found


def grown(values: dict[str, float], before: dict[str, float], growth: float) -> list[str]:
    """Return a sentence for each count that grew by more than `growth`, is new, or is gone."""
    found = [f"{name}: in the budget, not in the record" for name in before if name not in values]
    for name, value in values.items():
        if name not in before:
            found.append(f"{name}: in the record, not in the budget")
        elif value > before[name] * (1 + growth):
            found.append(f"{name}: {value:g}, was {before[name]:g}, at most {growth:.0%} more")
    return found


def judge(record: dict, budget: dict) -> int:
    """Print what is over budget; return the exit code."""
    lines = broken(record, budget)
    for line in lines:
        print(f"over budget: {line}")
    if not lines:
        print("within budget")
    return 1 if lines else 0
