"""Run by .ci/proof.sh: which files are to be proved, Frama-C on each, and what of its answer is allowed."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
PROVED, OPEN = TOP / "tests/proof/proved.txt", TOP / "tests/proof/open.txt"
TOOLS = "Frama-C 25.0, CVC4 1.8"
TEXT = "tests/proof/text.c"
FILES = [TEXT, "csrc/list/log_proof.c", "csrc/list/note.c"]
TO_PROVE = 3  # what --fresh ends with; a traceback ends with 1
INCLUDE = ["-Itests/proof", "-Icsrc", "-Icsrc/include", "-include", "tests/proof/assumed.h"]
OPTIONS = (
    "-c11 -machdep gcc_x86_64 -no-frama-c-stdlib -wp -wp-rte -wp-prover cvc4 -wp-model Typed+Cast -wp-par 1".split()
)
SECONDS = os.environ.get(
    "PDQLITE_PROOF_SECONDS", "120"
)  # of the clock, for a goal: CVC4 counts no other; the slowest needs 3 on a quiet machine


def functions(header: Path) -> list[str]:
    """Return the functions that a header defines: text.c proves those of text.h, and no other file again."""
    return re.findall(r"^static inline .*?(\w+)\(", header.read_text("utf-8"), re.M)


def digest(file: str) -> str:
    """Return what a proof depends on: the file and ours that it includes, without plain comments and layout, and the tools."""
    gcc = ["gcc", "-std=c11", *INCLUDE, "-MM", file]
    rule = subprocess.run(gcc, cwd=TOP, check=True, capture_output=True, text=True).stdout
    names = rule.replace("\\\n", " ").split()[1:]
    parts = [TOOLS, " ".join(OPTIONS)]
    for name in sorted({Path(name).as_posix() for name in names}):
        text = re.sub(r"/\*[^@].*?\*/", " ", (TOP / name).read_text("utf-8"), flags=re.S)
        parts += [name, *text.split()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def table(path: Path) -> dict[str, str]:
    """Return the lines `word rest` of a file, without those that begin with #."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    return dict(line.split(maxsplit=1) for line in lines)


def prove(file: str) -> tuple[int, int, list[str]]:
    """Return the goals of a file, how many are proved, and the names of the others."""
    share = subprocess.run(["frama-c", "-print-share-path"], check=True, capture_output=True, text=True).stdout.strip()
    left_out = [name for name in table(OPEN) if name.startswith(f"{file}:")]
    skipped = [name.split(":")[1] for name in left_out] + ([] if file == TEXT else functions(TOP / "csrc/list/text.h"))
    skip = ["-wp-skip-fct", ",".join(skipped)] if skipped else []
    cpp = " ".join([*INCLUDE, f"-I{share}/libc"])
    cache = os.environ.get("PDQLITE_PROOF_CACHE")  # a folder: goals that WP has proved before, by their own digest
    kept = ["-wp-cache", "update", "-wp-cache-dir", cache, "-wp-cache-env"] if cache else []
    run = ["frama-c", f"-cpp-extra-args={cpp}", *OPTIONS, "-wp-timeout", SECONDS, *kept, *skip, file]
    done = subprocess.run(run, cwd=TOP, capture_output=True, text=True)
    count = re.search(r"Proved goals: +(\d+) / (\d+)", done.stdout)
    if done.returncode or not count:
        sys.exit(f"proof: {file}: Frama-C gave up\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    left = re.findall(r"Goal (\w+) : (?!Valid)", done.stdout)
    if len(left) != int(count[2]) - int(count[1]):
        sys.exit(f"proof: {file}: {count[0]}, but {len(left)} are named as open")
    return int(count[2]), int(count[1]), left


def main(arguments: list[str]) -> int:
    """Prove what is asked for; 1 if a goal is open that tests/proof/open.txt does not name."""
    flags, named = {a for a in arguments if a[0] == "-"}, [a for a in arguments if a[0] != "-"]
    known, allowed = table(PROVED), table(OPEN)
    digests = {file: digest(file) for file in FILES}
    asked = named or [f for f in FILES if "--all" in flags or known.get(f, "").split()[:1] != [digests[f]]]
    if "--fresh" in flags:
        print(
            f"proof: {len(FILES)} files, to prove: {' '.join(asked) or 'none'}; else as in tests/proof/proved.txt, {TOOLS}"
        )
        return TO_PROVE if asked else 0
    bad = 0
    for file in asked:
        goals, proved, left = prove(file)
        new = [goal for goal in left if f"{file}:{goal}" not in allowed]
        print(f"proof: {file}: {proved} of {goals} goals" + "".join(f"\n    open: {goal}" for goal in new), flush=True)
        bad += len(new)
        if not new:
            known[file] = f"{digests.get(file, digest(file))} {proved} of {goals}"
    if "--record" in flags:
        head = [line for line in PROVED.read_text("utf-8").splitlines() if line.startswith("#")]
        PROVED.write_text("\n".join([*head, *(f"{f} {known[f]}" for f in FILES if f in known)]) + "\n", "utf-8")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
