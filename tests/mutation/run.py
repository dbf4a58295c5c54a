"""
Mutation testing: small changes to the code, one at a time, each of which some test should notice.

    python tests/mutation/run.py --recorded                  # those that must be caught for ever: tests/mutation/recorded.txt
    python tests/mutation/run.py --since HEAD~5 --seconds 300  # lines changed since a revision, drawn at random
    python tests/mutation/run.py csrc/crypto --per-file 20   # files and folders
    python tests/mutation/run.py --per-file 5                # everything, sampled

Needs what the tests need, cmake and ninja. Prints each survivor as it is found. Exit status: 1 if a recorded mutant
survives or no longer applies; survivors of a draw are a list to work through, not a failure.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from mutants import Mutant, in_file
from workspace import KILLED, NOT_BUILT, SAME_CODE, SURVIVED, Tests, Workspace

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def rooms() -> list[tuple[str, Tests]]:
    """Return which tests look at which part of the tree, the longest path first."""
    found = []
    for line in (HERE / "rooms.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            where, words = line.split(":", 1)
            names = words.split()
            python = tuple(f"tests/python/{w}" for w in names if not w.startswith("c/"))
            found.append((where, Tests(python, tuple(w[2:] for w in names if w.startswith("c/")))))
    return sorted(found, key=lambda room: -len(room[0]))


def tests_of(path: str) -> Tests | None:
    """Return the tests of the room that a file stands in."""
    return next((tests for where, tests in rooms() if path.startswith(where)), None)


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def candidates(paths: list[str]) -> list[str]:
    """Return the files below these paths that are mutated: those that some room's tests look at."""
    return [
        f
        for f in _git("ls-files", *(paths or ["csrc", "pdqlite"])).split()
        if f.endswith((".c", ".h", ".py")) and tests_of(f)
    ]


def changed_lines(revision: str) -> dict[str, set[int]]:
    """Return the lines of each file that are not as they were in a revision."""
    lines: dict[str, set[int]] = {}
    name = ""
    for line in _git("diff", "-U0", "-M", revision, "--", "csrc", "pdqlite").splitlines():
        if line.startswith("+++ "):
            name = line[6:]
        elif hunk := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            lines.setdefault(name, set()).update(range(first, first + count))
    return lines


def drawn(paths: list[str], since: str | None, per_file: int) -> list[Mutant]:
    """Return the mutants to try, in an order without meaning: however early a run stops, it saw a fair sample."""
    lines = changed_lines(since) if since else None
    found: list[Mutant] = []
    for path in candidates(paths):
        ours = [m for m in in_file(ROOT, path) if lines is None or m.line in lines.get(path, ())]
        found += sorted(ours, key=Mutant.draw)[:per_file]
    return sorted(found, key=Mutant.draw)


def recorded() -> list[tuple[Mutant, Tests]]:
    """
    Return the mutants that stay caught, with the tests that do it.

    A record is four lines (file; what stands there, once; what it becomes; tests) and an empty one.
    """
    found = []
    text = (HERE / "recorded.txt").read_text(encoding="utf-8")
    for record in filter(None, re.split(r"\n\s*\n", re.sub(r"^#.*\n", "", text, flags=re.M).strip())):
        path, old, new, tests = record.split("\n")
        source = (ROOT / path).read_text(encoding="utf-8")
        if source.count(old) != 1:
            raise SystemExit(
                f"{path}: a recorded mutant no longer applies, {source.count(old)} places read: {old}\nchange tests/mutation/recorded.txt with the code"
            )
        at = source.index(old)
        mutant = Mutant(path, source.count("\n", 0, at) + 1, at, old, new, old)
        found.append((mutant, Tests(tuple(f"tests/python/{t}" for t in tests.split()))))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", help="files and folders below csrc/ and pdqlite/ (default: all)")
    parser.add_argument("--since", metavar="REV", help="only lines that changed since this revision")
    parser.add_argument("--per-file", type=int, default=10**9, metavar="N", help="at most so many mutants a file")
    parser.add_argument("--seconds", type=float, default=10**9, help="start no new mutant after so long")
    parser.add_argument(
        "--recorded", action="store_true", help="the recorded mutants, each with the tests that must catch it"
    )
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "mutation", help="where the copy is built")
    asked = parser.parse_args()
    if asked.recorded:
        todo: list[tuple[Mutant, Tests]] = recorded()
    else:
        todo = [(m, tests) for m in drawn(asked.paths, asked.since, asked.per_file) if (tests := tests_of(m.path))]
    print(f"{len(todo)} mutants", flush=True)
    if not todo:
        return 0
    space = Workspace(ROOT, asked.work)
    space.prepare(any(tests.c for _, tests in todo))
    count: Counter[str] = Counter()
    start = time.monotonic()
    for mutant, tests in todo:
        if time.monotonic() - start > asked.seconds:
            break
        fate = space.judge(mutant, tests)
        count[fate] += 1
        if fate == SURVIVED or asked.recorded:
            print(f"{fate}: {mutant.name}", flush=True)
    tried = count[KILLED] + count[SURVIVED]
    print(
        f"{count[KILLED]} of {tried} killed, {count[SURVIVED]} survived; {count[SAME_CODE]} give the same code, {count[NOT_BUILT]} do not build;"
        f" {len(todo) - sum(count.values())} not tried; {time.monotonic() - start:.0f} s"
    )
    return int(asked.recorded and count[KILLED] != len(todo))


if __name__ == "__main__":
    sys.exit(main())
