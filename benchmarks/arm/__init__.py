"""
Instructions that ARM processors execute for each frame, query and row: counted exactly, under emulation.

Cross-compiles the core and benchmarks/arm/regions.c for aarch64 and armv7, runs them in QEMU with the counter of
benchmarks/arm/counter.c, and checks that the answers are those of a native build before any count is reported. Counts
are the same on every run. They are not times: nothing here was measured on ARM hardware, and emulated time says nothing.

Beside them, the misses of a data cache of a Cortex-A53's size (32 KB of 4 ways, 512 KB of 16, no prefetch): a model, the same on
every run. A changed program moves stack and heap, and with them misses of the small cache by up to 8 % without doing more.

`--gate benchmarks/arm/budget.json` fails where a region grew by more than 1 %, or misses L1 by 10 % or L2 by 5 % (and 64 lines)
more often, and names it; which functions it grew in is printed above. `--record` writes that file anew. Needs Debian 12's qemu-user, gcc-aarch64-linux-gnu, gcc-arm-linux-gnueabihf.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks._frame.report import Report
from benchmarks.arm import build, cycles

BUDGET = Path(__file__).with_name("budget.json")
GROWTH = 0.01
MISSES_GROWTH = {1: 0.10, 2: 0.05}  # by level of cache
MISSES_APART = 64  # lines: a page
LISTED = 0.02  # functions with at least this share of a region are kept in the budget

# What we set out for on a Cortex-A53 (aarch64), instructions an item.
TARGETS = {
    "hash_1080p_y arch=aarch64": 1_500_000,
    "hash_1080p_rgb arch=aarch64": 5_000_000,
    "scan_rows arch=aarch64": 14,
    "scan_sliced arch=aarch64": 14,
}
SMALL = "--rows 20000".split()


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--build",
        type=Path,
        default=build.ROOT / "build" / "arm-cost",
        metavar="DIR",
        help="where to build; .ci/arm.sh's is taken up",
    )
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="of the largest index (default 1000000, which the budget wants)"
    )
    parser.add_argument(
        "--cycles",
        action="store_true",
        help="also an estimate of an A53's cycles (needs llvm-16): benchmarks/arm/cycles.py",
    )
    parser.add_argument("--record", action="store_true", help="write benchmarks/arm/budget.json anew")


def explain(key: str, functions: dict[str, int], before: dict[str, int]) -> list[str]:
    """Say in which functions a region executes more than when it was recorded, most first; small ones were not recorded."""
    least = LISTED * sum(functions.values())
    grown = {
        f: n - before.get(f, 0) for f, n in functions.items() if n > before.get(f, 0) and (f in before or n >= least)
    }
    return [f"{key}: {f} {before.get(f, 0)} -> {functions[f]}" for f in sorted(grown, key=lambda f: -grown[f])]


def limit_of_misses(level: int, misses: int, n: int) -> float:
    """Return how many misses an item there may be in later runs, if there were `misses` for `n` items."""
    return round((misses * (1 + MISSES_GROWTH[level]) + MISSES_APART) / n, 2)


def run(report: Report, args: argparse.Namespace) -> None:
    recorded = None if args.record else json.loads(BUDGET.read_text(encoding="utf-8"))
    tools = build.tools()
    if recorded and tools != recorded["about"]["tools"]:
        report.note(
            f"the budget was recorded with {recorded['about']['tools']}; here are {tools}: record it with these"
        )
    plugin = build.counter(args.build)
    expected = build.answers(args.build, args.rows)
    items = {name: (int(n), item) for name, n, item, _ in map(str.split, expected.splitlines())}
    counts: dict[str, int | float] = {}
    functions: dict[str, dict[str, int]] = {}
    most: dict[str, float] = {}
    for target in build.TARGETS:
        blocks = args.build / "blocks" if args.cycles and target.arch == "aarch64" else None
        found, regions = build.counted(args.build, target, plugin, args.rows, blocks)
        if found != expected:
            raise AssertionError(f"{target.arch} answers\n{found}and this machine\n{expected}so there are no counts")
        for name, (n, item) in items.items():
            key = f"{name} arch={target.arch}"
            counts[key] = round(regions[name].insns / n, 2) if n > 1 else regions[name].insns
            functions[key] = regions[name].functions
            report.count(name, counts[key], f"instructions a {item}", arch=target.arch)
            for level, misses in enumerate(regions[name].misses[1:], start=1):
                report.count(f"{name} L{level} misses", round(misses / n, 2), f"a {item}", arch=target.arch)
                most[f"{name} L{level} misses arch={target.arch}"] = limit_of_misses(level, misses, n)
        if blocks:
            estimate(report, cycles.estimate(cycles.read(blocks.read_text(encoding="utf-8"))), regions, items)
    judge(report, counts, functions, recorded)
    report.table("instructions", ["region", "item", *(t.arch for t in build.TARGETS), "aarch64, at most"],
                 [[name, item, *(counts[f"{name} arch={t.arch}"] for t in build.TARGETS), TARGETS.get(f"{name} arch=aarch64", "")]
                  for name, (_, item) in items.items()])  # fmt: skip
    report.note("Counted under emulation of a Cortex-A53 and a Cortex-A7; not measured on ARM hardware.")
    if args.record:
        kept = {
            key: {f: n for f, n in sorted(found.items(), key=lambda p: -p[1]) if n >= LISTED * sum(found.values())}
            for key, found in functions.items()
        }
        about = {"tools": tools, "rows": args.rows, "targets": TARGETS, "functions": kept}
        budget = {"benchmark": "arm", "growth": GROWTH, "counts": counts, "max": most, "about": about}
        BUDGET.write_text(json.dumps(budget, indent=1) + "\n", encoding="utf-8")


def estimate(
    report: Report, found: dict[str, float], regions: dict[str, build.Region], items: dict[str, tuple[int, str]]
) -> None:
    """Print the estimated cycles an item: no counts, so no gate sees them."""
    short = lambda value: f"{float(f'{value:.3g}'):,.10g}"  # noqa: E731
    rows = []
    for name, (n, item) in items.items():
        insns, lines = regions[name].insns, regions[name].misses[2]
        model = (
            short(found[name] / n) if found[name] > insns / 2 else "none"
        )  # two instructions at a time is the most there is
        rows.append([name, item, short(insns / n), model, short(cycles.LINE * lines / n)])
    report.table(
        "ESTIMATED cycles, Cortex-A53/A55 class, off by up to a third",
        ["region", "item", "instructions", "cycles", "lines from memory, read in order"],
        rows,
    )
    report.note(
        "ESTIMATED cycles with all in the first cache (benchmarks/arm/cycles.py), not measured: "
        + "; ".join(f"{r[0]} {r[3]}" for r in rows)
    )


def judge(
    report: Report, counts: dict[str, float], functions: dict[str, dict[str, int]], recorded: dict | None
) -> None:
    """Note which targets are kept, and where a region grew since it was recorded."""
    for key, most in TARGETS.items():
        report.note(
            f"target {key}: at most {most:,}, found {counts[key]:,}, {'kept' if counts[key] <= most else 'MISSED'}"
        )
    for key in counts if recorded else ():
        if counts[key] > recorded["counts"].get(key, 0) * (1 + GROWTH):
            for line in explain(key, functions[key], recorded["about"]["functions"].get(key, {})):
                report.note(f"grew: {line}")
