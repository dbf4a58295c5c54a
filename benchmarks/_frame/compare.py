"""
Lays two records side by side. A verdict only beyond the noise: the middle halves of the samples
must not overlap, and the 99 % interval of the ratio must not hold 1.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks._frame import stats
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import describe, key, load

SAME = "same within the noise"


def judge_samples(before: list[float], after: list[float], more: str, less: str) -> tuple[str, str]:
    """Return the ratio as text and a verdict; none where a sample is 0, as of a clock that had not ticked."""
    if min(*before, *after) <= 0:
        return "-", "a sample is 0: not compared"
    ratio, low, high = stats.ratio_interval(before, after)
    apart = (
        stats.quantile(before, 0.75) < stats.quantile(after, 0.25)
        or stats.quantile(after, 0.75) < stats.quantile(before, 0.25)
    )  # fmt: skip
    verdict = SAME
    if apart and low > 1:
        verdict = more
    elif apart and high < 1:
        verdict = less
    return f"{ratio:.3f} [{low:.3f}, {high:.3f}]", verdict


def judge_rates(before: dict, after: dict) -> tuple[str, str]:
    """Newcombe's interval of a difference of two proportions (1998, method 10)."""
    p, q = (r["hits"] / max(r["trials"], 1) for r in (before, after))
    low = (q - p) - ((q - after["low"]) ** 2 + (before["high"] - p) ** 2) ** 0.5
    high = (q - p) + ((after["high"] - q) ** 2 + (p - before["low"]) ** 2) ** 0.5
    verdict = "higher" if low > 0 else "lower" if high < 0 else SAME
    return f"{q - p:+.3f} [{low:+.3f}, {high:+.3f}]", verdict


def judge(before: dict, after: dict, one_machine: bool) -> tuple[str, str] | None:
    """Return change and verdict for two results of one key; None for what is only looked at."""
    kind = before["kind"]
    if kind == "time":
        if not one_machine:
            return "-", "other machine: times are not compared"
        return judge_samples(before["samples"], after["samples"], "SLOWER", "FASTER")
    if kind == "ratio":
        return judge_samples(before["samples"], after["samples"], "HIGHER", "LOWER")
    if kind == "rate":
        return judge_rates(before, after)
    if kind == "count":
        change = after["value"] - before["value"]
        return f"{change:+g}", "same" if change == 0 else "MORE" if change > 0 else "LESS"
    return None


def pairs(before: Path, after: Path) -> list[tuple[dict, dict]]:
    """
    Return the records to lay side by side: of two files, or of the benchmarks that two folders hold records of.

    A folder may hold several records of one benchmark, of runs taken in turn: their samples are put together.
    """
    if not (before.is_dir() and after.is_dir()):
        return [(load(before), load(after))]
    ours, theirs = _by_benchmark(before), _by_benchmark(after)
    if not ours.keys() & theirs.keys():
        raise UsageError(f"{before} and {after} hold no records of one name")
    return [(ours[name], theirs[name]) for name in sorted(ours.keys() & theirs.keys())]


def _by_benchmark(folder: Path) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for path in sorted(folder.glob("*.json")):
        record = load(path)
        first = found.setdefault(record["benchmark"], record)
        if first is not record:
            more = {key(r): r for r in record["results"]}
            for result in first["results"]:
                if "samples" in result and key(result) in more:
                    result["samples"] += more[key(result)]["samples"]
    return found


def broken(before: dict, after: dict, growth: float) -> list[str]:
    """
    Return a sentence for each count that grew by more than a part of `growth`, and each rate that moved beyond its interval.

    Counts and rates of one record alone do not count: code that is new has nothing to be held against. Nor does memory,
    which the system rounds to pages (Report.pages).
    """
    theirs = {key(r): r for r in after["results"]}
    found = []
    for result in before["results"]:
        other = theirs.get(key(result))
        name = f"{before['benchmark']}: {describe(result)}"
        if other is None or result.get("measured") or other.get("measured"):
            continue
        if result["kind"] == "count" and other["value"] > result["value"] * (1 + growth):
            found.append(f"{name}: {result['value']:g}, now {other['value']:g}, at most {growth:.1%} more")
        if result["kind"] == "rate" and judge_rates(result, other)[1] != SAME:
            found.append(f"{name}: {judge_rates(result, other)[0]}")
    return found


def text(before: dict, after: dict) -> str:
    """Return the comparison as lines to print."""
    if before["benchmark"] != after["benchmark"]:
        return f"these are records of {before['benchmark']} and {after['benchmark']}"
    fields = ("cpu", "arch", "cores", "compiler")
    one_machine = all(before["machine"].get(f) == after["machine"].get(f) for f in fields)
    theirs = {key(r): r for r in after["results"]}
    lines = [f"{before['benchmark']}: {_name(before)} -> {_name(after)}"]
    for result in before["results"]:
        other = theirs.pop(key(result), None)
        if other is None:
            if result["kind"] not in ("note", "picture"):
                lines.append(f"  {describe(result)}: only in the first")
            continue
        judged = judge(result, other, one_machine)
        if judged:
            lines.append(f"  {result['kind']:6} {describe(result):58} {judged[0]:28} {judged[1]}")
    lines += [f"  {describe(r)}: only in the second" for r in theirs.values() if r["kind"] not in ("note", "picture")]
    return "\n".join(lines)


def _name(record: dict) -> str:
    commit = (record.get("commit") or "no commit")[:10]
    return f"{commit}{' (changed)' if record.get('changed') else ''} of {record['date'][:10]}"
