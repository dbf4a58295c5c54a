"""
Runs every benchmark, each in a process of its own, and draws one page of all records.

One that cannot run here (a Python package or a compiler is missing) is named and left out; `strict` makes that a failure.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks._frame import page, registry
from benchmarks._frame.report import load

ABSENT = 3  # what `python -m benchmarks NAME` returns where something that it needs is not installed


@dataclass(frozen=True)
class Outcome:
    """How one benchmark ended: `state` is "ran", "left out" or "FAILED"."""

    name: str
    state: str
    seconds: float
    said: str = ""

    def __str__(self) -> str:
        return f"{self.name:14} {self.state:9} {self.seconds:6.1f} s  {self.said}".rstrip()


def command(name: str, small: bool, out: Path) -> list[str]:
    """Return the command that runs one benchmark."""
    return [sys.executable, "-m", "benchmarks", name, *(["--small"] if small else []), "--quiet", "-o", str(out)]


def run_one(name: str, small: bool, folder: Path) -> Outcome:
    """Run one benchmark to its record; what it printed is shown if it fails."""
    start = time.monotonic()
    done = subprocess.run(command(name, small, folder / f"{name}.json"), capture_output=True, text=True)
    seconds, said = time.monotonic() - start, (done.stderr.strip() or done.stdout.strip()).splitlines()
    if done.returncode == ABSENT:
        return Outcome(name, "left out", seconds, said[-1] if said else "")
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        return Outcome(name, "FAILED", seconds, said[-1] if said else f"exit code {done.returncode}")
    return Outcome(name, "ran", seconds)


def main(argv: list[str], one: Callable[[str, bool, Path], Outcome] = run_one) -> int:
    """Run `python -m benchmarks all`; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks all", description=__doc__)
    parser.add_argument("--small", action="store_true", help="each at its smallest size: do they run, not how fast")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these alone")
    parser.add_argument("--without", nargs="+", default=[], metavar="NAME", help="not these")
    parser.add_argument("--strict", action="store_true", help="fail where one is left out too")
    parser.add_argument("-o", "--out", type=Path, default=registry.LOCAL, metavar="DIR", help="where records go")
    args = parser.parse_args(argv)
    known = registry.claims()
    if unknown := [name for name in [*(args.only or []), *args.without] if name not in known]:
        raise registry.UsageError(f"no benchmark {unknown[0]!r}; there are: {', '.join(known)}")
    args.out.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for name in args.only or known:
        if name not in args.without:
            outcomes.append(one(name, args.small, args.out))
            print(outcomes[-1], flush=True)
    records = [load(args.out / f"{o.name}.json") for o in outcomes if o.state == "ran"]
    (args.out / "index.html").write_text(page.render(records), encoding="utf-8")
    print(f"one page of {len(records)} records: {args.out / 'index.html'}")
    bad = [o for o in outcomes if o.state == "FAILED" or (args.strict and o.state == "left out")]
    return 1 if bad or not records else 0
