"""
Lays two records side by side. A verdict only beyond the noise: the middle halves of the samples
must not overlap, and the 99 % interval of the ratio must not hold 1.
"""

from __future__ import annotations

from benchmarks._frame import stats
from benchmarks._frame.report import describe, key

SAME = "same within the noise"


def judge_samples(before: list[float], after: list[float], more: str, less: str) -> tuple[str, str]:
    """Return the ratio as text and a verdict."""
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
