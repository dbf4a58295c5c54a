"""
What a call of each binding costs, against the same call in C: a 64 x 64 gray picture is hashed, by a hasher made once.

    python bindings/calls.py DIRECTORY      builds there, writes DIRECTORY/calls.txt; wants dist/ of js and target/classes of java

All must find the same hash. Then rounds, each of every language once: a round's figure is the fastest of a program's batches; the
ratio to C is of one round. calls.txt has a line a language: name, median nanoseconds, median ratio, least, greatest.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
CSRC = HERE.parent / "csrc"
ROUNDS = 9


def build(out: Path) -> dict[str, list[str]]:
    """Return the command of each language."""
    run = lambda *command, **more: subprocess.run(command, check=True, **more)
    library = next(
        (p for p in (out / "java/libpdqlite_jni.so", out / "libpdqlite_jni.so") if p.exists()),
        out / "libpdqlite_jni.so",
    )
    if not library.exists():
        run("bash", str(HERE / "java/build.sh"), str(library))
    options = ["-G", "Ninja", "-DPDQL_TESTS=OFF", "-DPDQL_PROVIDERS_WANTED=OFF"]
    run("cmake", "-S", str(CSRC), "-B", str(out / "calls-c"), *options, stdout=subprocess.DEVNULL)
    run("cmake", "--build", str(out / "calls-c"), stdout=subprocess.DEVNULL)
    run(
        "cc",
        "-std=c11",
        "-O2",
        f"-I{CSRC / 'include'}",
        str(HERE / "calls/calls.c"),
        str(out / "calls-c/libpdqlite.a"),
        "-o",
        str(out / "calls"),
    )
    classes = HERE / "java/target/classes"
    run("javac", "-d", str(out / "calls-java"), "-cp", str(classes), str(HERE / "calls/Calls.java"))
    run(
        "cargo",
        "build",
        "-q",
        "--release",
        "--example",
        "calls",
        cwd=HERE / "rust",
        env={**os.environ, "CARGO_TARGET_DIR": str(out / "calls-rust")},
    )
    return {
        "C": [str(out / "calls")],
        "Python": [sys.executable, "-P", str(HERE / "calls/calls.py")],
        "Rust": [str(out / "calls-rust/release/examples/calls")],
        "Java": ["java", f"-Dpdqlite.library={library}", "-cp", f"{classes}:{out / 'calls-java'}", "Calls"],
        "JavaScript": ["node", str(HERE / "js/calls.js")],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    out = parser.parse_args().directory.resolve()
    out.mkdir(parents=True, exist_ok=True)
    commands = build(out)
    rounds: list[dict[str, int]] = []
    hashes: set[str] = set()
    for _ in range(ROUNDS):
        said = {
            name: subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            for name, command in commands.items()
        }
        hashes |= {words[0] for words in said.values()}
        if len(hashes) != 1:
            sys.exit(f"not the same hash: {said}")
        rounds.append({name: int(words[1]) for name, words in said.items()})
    lines = []
    for name in commands:
        ratios = [r[name] / r["C"] for r in rounds]
        lines.append(
            f"{name} {median(r[name] for r in rounds):.0f} {median(ratios):.2f} {min(ratios):.2f} {max(ratios):.2f}"
        )
    (out / "calls.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
