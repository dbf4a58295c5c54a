"""
Write docs/reference/bindings.md: what each binding covers, where it was tested, how large it is, what a call costs.

    python bindings/table.py [BUILD_DIRECTORY]       prints the table; sizes of what CI built there, and calls.py's figures

Coverage is read from the sources: a binding covers a part of the header if it calls the functions that lead there.
"""

import argparse
import re
from pathlib import Path

HERE = Path(__file__).parent
PARTS = {  # part -> a function without which a binding does not have it
    "hashes": "pdql_hash_image", "orientations": "pdql_hash_orientations", "index": "pdql_index_search",
    "pictures": "pdql_match_picture", "videos": "pdql_watch_push", "lists": "pdql_list_verify",
    "keypoint signatures of lists": "pdql_list_keypoints", "deltas": "pdql_list_delta", "tokens against forks": "pdql_list_token_compare", "making keypoint signatures": "pdql_keypoints_signature", "lists of files": "pdql_exact_find",
}  # fmt: skip
BINDINGS = {  # name -> sources, where it was tested, what CI builds
    "Python": ("../pdqlite/**/*.py", "Linux x86-64", None),
    "Rust": ("rust/pdqlite-sys/src/**/[!f]*.rs", "Linux x86-64, sanitized", None),
    "Java": ("java/src/main/c/*.c", "JVM 17 on Linux x86-64, `-Xcheck:jni`, sanitized; aarch64 emulated; Android: built only", "java/libpdqlite_jni.so"),
    "JavaScript": ("js/src/**/*", "Node and headless Chromium, x86-64; traps on undefined behaviour", "js/*.wasm"),
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


def table(build: Path | None) -> str:
    lines = ["| | " + " | ".join(["C", *BINDINGS]) + " |", "|---" * (len(BINDINGS) + 2) + "|"]
    calls = {name: called(sources) for name, (sources, _, _) in BINDINGS.items()}
    for part, function in PARTS.items():
        marks = ["yes" if function in calls[name] else "-" for name in BINDINGS]
        lines.append(f"| {part} | " + " | ".join(["yes", *marks]) + " |")
    tested = [
        "Linux x86-64; aarch64 and armv7 emulated; others: built only",
        *(where for _, where, _ in BINDINGS.values()),
    ]
    lines.append("| tested | " + " | ".join(tested) + " |")
    if build:
        size = lambda glob: (
            ", ".join(f"{p.name} {p.stat().st_size / 1000:.0f} kB" for p in sorted(build.glob(glob))) if glob else ""
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
    print(head + table(build) + "\n" + NOTES + library + packages(build), end="")


if __name__ == "__main__":
    main()
