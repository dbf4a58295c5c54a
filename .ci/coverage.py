"""
The coverage of C and Python by room, and the floor below which it must not fall.

    python .ci/coverage.py --gcov BUILD... --python DATA...           # a table; exit status 1 below a floor
    python .ci/coverage.py --gcov BUILD... --python DATA... --record # and raise the floors to what was reached

BUILD: folders of builds with -DPDQL_COVERAGE=ON, after what is measured ran. DATA: JSON reports of coverage.py.
Floors are in .ci/coverage.txt. They only rise: --record keeps a floor that is higher than what was reached.
Needs gcovr. Kernels are counted for the instruction sets that this CPU has.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ROOT / ".ci" / "coverage.txt"
KERNEL = re.compile(r"kernels/\w+_(avx2|avx512|shani|neon|armv8|wasm128)\.c$")  # not run at all: this CPU is another
SLACK = 0.5  # points that a run may differ by: which child dies when, which thread counts first
Count = tuple[int, int, int, int]  # lines hit, lines, branches hit, branches


def room(path: str) -> str:
    """Return the room of a file: csrc/crypto, pdqlite/lists/log, or pdqlite for a file at the top."""
    folder = path.rpartition("/")[0]
    return "/".join(folder.split("/")[:3])


def c_files(builds: list[str]) -> Iterator[tuple[str, Count]]:
    """Yield what gcov says of each file of the core."""
    words = [sys.executable, "-m", "gcovr", "--root", str(ROOT), "--filter", "csrc/", "--exclude", "csrc/providers/", "--json-summary", "--exclude-throw-branches",
             "--gcov-suspicious-hits-threshold=0", "--gcov-ignore-parse-errors=negative_hits.warn", "--merge-mode-functions=merge-use-line-min", *builds]  # fmt: skip
    told = json.loads(subprocess.run(words, check=True, capture_output=True, cwd=ROOT).stdout)
    for f in told["files"]:
        if f["line_total"] and not (f["line_covered"] == 0 and KERNEL.search(f["filename"])):
            yield f["filename"], (f["line_covered"], f["line_total"], f["branch_covered"], f["branch_total"])


def python_files(reports: list[str]) -> Iterator[tuple[str, Count]]:
    """Yield what coverage.py says of each module, by its path in the repository."""
    for report in reports:
        for name, f in json.loads(Path(report).read_text(encoding="utf-8"))["files"].items():
            s = f["summary"]
            if s["num_statements"]:
                path = "pdqlite/" + name.replace("\\", "/").rpartition("pdqlite/")[2]
                yield path, (s["covered_lines"], s["num_statements"], s["covered_branches"], s["num_branches"])


def by_room(files: Iterator[tuple[str, Count]]) -> dict[str, Count]:
    """Return the sum of each room, and of all under the name of the tree."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for path, count in files:
        for name in (room(path), path.split("/")[0] + ", all"):
            sums[name] = [a + b for a, b in zip(sums[name], count, strict=True)]
    return {name: (c[0], c[1], c[2], c[3]) for name, c in sorted(sums.items())}


def percent(hit: int, of: int) -> float:
    return 100.0 if not of else 100.0 * hit / of


def floors() -> dict[str, tuple[float, float]]:
    """Return the least lines and branches of each room, in percent."""
    found = {}
    if FLOORS.exists():
        for line in FLOORS.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                name, lines, branches = (part.strip() for part in line.split("|"))
                found[name] = float(lines), float(branches)
    return found


def report(rooms: dict[str, Count], least: dict[str, tuple[float, float]]) -> list[str]:
    """Print the table; return what lies below its floor."""
    below = []
    print(f"{'room':28} {'lines':>7} {'branches':>9}   {'of lines':>8} {'of branches':>11}")
    for name, (hit, lines, taken, branches) in rooms.items():
        got = percent(hit, lines), percent(taken, branches)
        print(f"{name:28} {got[0]:6.1f}% {got[1]:8.1f}%   {lines:8} {branches:11}")
        for kind, reached, floor in zip(("lines", "branches"), got, least.get(name, (0.0, 0.0)), strict=True):
            if reached < floor:
                below.append(f"{name}: {reached:.1f} % of {kind}, the floor is {floor:.1f} %")
    return below + [
        f"{name}: nothing was measured, the floor is in .ci/coverage.txt" for name in least if name not in rooms
    ]


def record(rooms: dict[str, Count], least: dict[str, tuple[float, float]]) -> None:
    """Write the floors: what was reached less the slack, or the old floor where that is higher."""
    lines = [
        "# Least lines and branches of each room, in percent (.ci/coverage.py --record raises them; nothing lowers them)"
    ]
    for name, (hit, of, taken, branches) in rooms.items():
        reached = (math.floor(10 * (percent(a, b) - SLACK)) / 10 for a, b in ((hit, of), (taken, branches)))
        lines.append(
            f"{name} | "
            + " | ".join(f"{max(r, old, 0.0):.1f}" for r, old in zip(reached, least.get(name, (0.0, 0.0)), strict=True))
        )
    FLOORS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gcov", nargs="*", default=[], metavar="BUILD")
    parser.add_argument("--python", nargs="*", default=[], metavar="DATA")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--missing", action="store_true", help="also list each file, the least covered last")
    asked = parser.parse_args()
    files = [*(c_files(asked.gcov) if asked.gcov else ()), *python_files(asked.python)]
    if asked.missing:
        for path, count in sorted(files, key=lambda f: -percent(f[1][2], f[1][3])):
            print(
                f"{path:44} {percent(count[0], count[1]):6.1f}% {percent(count[2], count[3]):6.1f}%  {count[3] - count[2]} branches not taken"
            )
    rooms = by_room(iter(files))
    below = report(rooms, floors())
    if asked.record:
        record(rooms, floors())
    print("\n".join(below), file=sys.stderr)
    return int(bool(below))


if __name__ == "__main__":
    sys.exit(main())
