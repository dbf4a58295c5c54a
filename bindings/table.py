"""
Write docs/reference/bindings.md: what each binding covers, where it was tested, how large it is, what a call costs.

    python bindings/table.py [BUILD_DIRECTORY]       prints the table; sizes of what CI built there, and calls.py's figures

Coverage is read from the sources: a binding covers a part of the header if it calls the functions that lead there.
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PARTS = {  # part -> a function without which a binding does not have it
    "hashes": "pdql_hash_image", "orientations": "pdql_hash_orientations", "index": "pdql_index_search",
    "pictures": "pdql_match_picture", "videos": "pdql_watch_push", "lists": "pdql_list_verify",
    "keypoint signatures of lists": "pdql_list_keypoints", "deltas": "pdql_list_delta", "tokens against forks": "pdql_list_token_compare", "making keypoint signatures": "pdql_keypoints_signature", "lists of files": "pdql_exact_find", "sound": "pdql_sound_hasher_push",
}  # fmt: skip
REPORTS = {"Python": "../pdqlite/reports/text.py", "JavaScript": "js/src/report.ts"}  # written in the language itself
BINDINGS = {  # name -> sources, where it was tested, what CI builds
    "Python": ("../pdqlite/**/*.py", "Linux x86-64", None),
    "Rust": ("rust/pdqlite-sys/src/**/[!f]*.rs", "Linux x86-64, sanitized", None),
    "Java": ("java/src/main/c/*.c", "JVM 17 on Linux x86-64, `-Xcheck:jni`, sanitized; aarch64 emulated; Android: built only", "java/libpdqlite_jni.so"),
    "JavaScript": ("js/src/**/*", "Node and headless Chromium, x86-64; traps on undefined behaviour", "js/*.wasm"),
}  # fmt: skip

MISUSE: dict[str, dict[str, str]] = {  # what is got wrong -> the test of each binding; with ":", a test of that file; else a word
    "sizes below 0 and past all": {"C": "tests/c/test_threads.c:wrong", "Python": "tests/python/core/test_misuse.py:test_sides_that_cannot_be", "Rust": "rust/pdqlite/tests/core.rs:sides_that_cannot_be_are_refused",
                                   "Java": "java/src/test/java/org/pdqlite/BadInputTest.java:picturesAreRefusedWhenTheyAreMade", "JavaScript": "js/test/core.test.js:values of a wrong type"},
    "memory that is not what is wanted": {"C": "tests/c/test_matcher.c:wrong_arguments", "Python": "tests/python/core/test_door.py:test_what_is_no_picture_is_our_error",
                                          "Rust": "rust/pdqlite/tests/core.rs:pixels_outside_the_slice_are_refused", "Java": "java/src/test/java/org/pdqlite/BadInputTest.java:picturesAreRefusedWhenTheyAreMade",
                                          "JavaScript": "js/test/core.test.js:pixels outside the buffer are refused"},
    "wrong lengths": {"C": "tests/c/test_matcher.c:wrong_arguments", "Python": "tests/python/core/test_misuse.py:test_wrong_lengths", "Rust": "rust/pdqlite/tests/core.rs:policies_and_columns_out_of_range",
                      "Java": "java/src/test/java/org/pdqlite/BadInputTest.java:columnsAreRefusedWhenTheyAreMade", "JavaScript": "js/test/core.test.js:values of a wrong type"},
    "misspelt options": {"C": "does not compile", "Python": "tests/python/core/test_misuse.py:test_a_misspelt_option_is_refused_by_name", "Rust": "does not compile",
                         "Java": "does not compile", "JavaScript": "js/test/core.test.js:a misspelt option is refused by name"},
    "use after closing": {"C": "memory is the caller's", "Python": "tests/python/lists/store/test_opened.py:test_what_was_closed_says_so", "Rust": "does not compile",
                          "Java": "java/src/test/java/org/pdqlite/CoreTest.java:closedHandles", "JavaScript": "js/test/core.test.js:closed handles"},
    "two threads": {"C": "tests/c/test_threads.c:two_threads", "Python": "tests/python/core/test_misuse.py:test_two_threads_share_a_matcher", "Rust": "rust/pdqlite/tests/core.rs:many_threads_share_one_matcher",
                    "Java": "java/src/test/java/org/pdqlite/BadInputTest.java:twoThreadsAndOneHasher", "JavaScript": "js/test/examples.test.js:two threads at once, one compiled module"},
    "100 000 calls, flat memory": {"C": "tests/c/test_threads.c:many_calls", "Python": "tests/python/core/test_misuse.py:test_a_hundred_thousand_calls_keep_no_memory", "Rust": "rust/pdqlite/tests/core.rs:a_hundred_thousand_calls_keep_no_memory",
                                   "Java": "java/src/test/java/org/pdqlite/BadInputTest.java:aHundredThousandCallsKeepNoMemory", "JavaScript": "js/test/core.test.js:a hundred thousand calls keep no memory"},
}  # fmt: skip

NOTES = """\
*Size*: x86-64 libraries with symbols for exports only; WebAssembly as files. *A call*: a picture of 64 x 64 gray pixels is hashed, on a
hasher made once (`python bindings/calls.py`): median of nine rounds, then the ratio to C, median, least and greatest round. JavaScript's is mostly WebAssembly itself, with
128-bit vectors against AVX2. Ask for the kernels once: on a virtual machine that alone takes longer than this hash.
"""


def called(pattern: str) -> set[str]:
    """Return the functions of the header that the sources of a binding name."""
    found: set[str] = set()
    for path in HERE.glob(pattern):
        if path.is_file():
            found |= set(re.findall(r"pdql_\w+", path.read_text(encoding="utf-8", errors="ignore")))
    return found


def stripped(path: Path) -> int:
    """Return the bytes of a file; of a shared library without symbols that it does not export."""
    if ".so" not in path.name:
        return path.stat().st_size
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["strip", "-o", out.name, str(path)], check=True)
        return Path(out.name).stat().st_size


def table(build: Path | None) -> str:
    lines = ["| | " + " | ".join(["C", *BINDINGS]) + " |", "|---" * (len(BINDINGS) + 2) + "|"]
    calls = {name: called(sources) for name, (sources, _, _) in BINDINGS.items()}
    for part, function in PARTS.items():
        marks = ["yes" if function in calls[name] else "-" for name in BINDINGS]
        lines.append(f"| {part} | " + " | ".join(["yes", *marks]) + " |")
    marks = ["yes" if (HERE / REPORTS.get(name, "nowhere")).exists() else "-" for name in ["C", *BINDINGS]]
    lines.append(f"| reports | {' | '.join(marks)} |")
    tested = [
        "Linux x86-64; aarch64 and armv7 emulated; others: built only",
        *(where for _, where, _ in BINDINGS.values()),
    ]
    lines.append("| tested | " + " | ".join(tested) + " |")
    if build:
        size = lambda glob: (
            ", ".join(f"{p.name} {stripped(p) / 1000:.0f} kB" for p in sorted(build.glob(glob))) if glob else ""
        )
        lines.append(
            "| size | "
            + " | ".join(
                [
                    size("embed/prefix/lib/libpdqlite.so.*.*.*"),
                    *(size(built) or "-" for _, _, built in BINDINGS.values()),
                ]
            )
            + " |"
        )
    if build and (build / "calls.txt").exists():
        cost = {
            name: figures
            for name, *figures in map(str.split, (build / "calls.txt").read_text(encoding="utf-8").splitlines())
        }
        cells = [
            f"{int(c[0]) / 1000:.1f} us: {c[1]} ({c[2]} to {c[3]})" for c in (cost[name] for name in ["C", *BINDINGS])
        ]
        lines.append("| a call | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def misuse() -> str:
    """Return what is got wrong, and the test that shows what each binding does then; every test named is there."""
    columns = ["C", *BINDINGS]
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for wrong, by in MISUSE.items():
        cells = []
        for name in columns:
            path, _, test = by[name].partition(":")
            if not test:
                cells.append(path)
                continue
            file = (HERE.parent if path.startswith("tests/") else HERE) / path
            if test not in file.read_text(encoding="utf-8"):
                raise SystemExit(f"{path} has no test {test}")
            cells.append(f"`{file.name}`: {test.replace('_', ' ') if name == 'JavaScript' else f'`{test}`'}")
        lines.append(f"| {wrong} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def sizes() -> str:
    """Return the sizes of the shared library: .ci/sizes.txt, which CI compares with what it builds."""
    recorded = dict(line.split() for line in (HERE.parent / ".ci/sizes.txt").read_text(encoding="utf-8").splitlines())
    parts = ("pictures", "list", "hash")
    rows = [name for name in recorded if not name.endswith(tuple(f"-{part}" for part in parts))]
    cells = {
        name: [
            f"{int(recorded[k]) / 1000:.0f}" if k in recorded else "-"
            for k in (name, *(f"{name}-{part}" for part in parts))
        ]
        for name in rows
    }
    head = (
        "| kB, stripped | all | " + " | ".join(f"`PDQL_PART={part}`" for part in parts) + " |\n|---|---|---|---|---|\n"
    )
    return head + "".join(f"| {name} | {' | '.join(cells[name])} |\n" for name in rows)


def packages(build: Path | None) -> str:
    """Return the sizes of the packages that .ci/release.sh made."""
    path = build / "release/dist/sizes.txt" if build else HERE
    if not path.is_file():
        return ""
    named = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return "\n## Packages\n\n| package | kB |\n|---|---|\n" + "".join(
        f"| {name} | {int(size) / 1000:.0f} |\n" for name, size, _ in named
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, nargs="?")
    build = parser.parse_args().build
    head = "# What each binding covers\n\nMade by `bindings/table.py` in CI.\n\n"
    library = "\n## The shared library\n\n" + sizes()
    wrong = "\n## What is got wrong\n\nA typed error at once, in every binding. The test that shows it:\n\n" + misuse()
    print(head + table(build) + "\n" + NOTES + wrong + library + packages(build), end="")


if __name__ == "__main__":
    main()
