"""
Check a shared library as a phone's loader will, and sizes against their budget.

    python .ci/elf.py LIBRARY.so --page 16384 --no-needed
    python .ci/elf.py --sizes MEASURED BUDGET

Every LOAD segment is aligned to the page in the file as in memory; nothing else is needed at run time;
only pdql_* is visible. A size may grow by 2 % over its budget; more needs the budget changed, for all to see.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

GROWTH = 1.02


def readelf(path: Path, *flags: str) -> str:
    return subprocess.run(["llvm-readelf-16", *flags, str(path)], capture_output=True, text=True, check=True).stdout


def faults_of(path: Path, page: int, no_needed: bool, imports: list[str]) -> list[str]:
    """Return what is wrong with a library."""
    found = []
    for line in readelf(path, "--program-headers").splitlines():
        if line.split()[:1] == ["LOAD"]:
            offset, address, align = (int(line.split()[i], 16) for i in (1, 2, -1))
            if align < page or offset % page != address % page:
                found.append(f"segment at {address:#x} is not aligned to pages of {page} bytes")
    if no_needed and "(NEEDED)" in readelf(path, "--dynamic"):
        found.append("needs another library at run time")
    for line in readelf(path, "--dyn-symbols").splitlines():
        columns = line.split()
        if len(columns) < 8 or not columns[0].rstrip(":").isdigit():
            continue
        if columns[6] == "UND":
            if columns[4] != "WEAK" and columns[7].split("@")[0] not in imports:
                found.append(f"imports {columns[7]}")
        elif not re.match(r"pdql_|PDQLITE_|Java_|JNI_", columns[7]):
            found.append(f"shows {columns[7]}")
    return found


def sizes_over(measured: Path, budget: Path) -> list[str]:
    """Return the libraries that grew past their budget, and those without one."""
    read = lambda path: {k: int(v) for k, v in (line.split() for line in path.read_text().splitlines())}
    now, allowed = read(measured), read(budget)
    over = [
        f"{name}: {size} bytes, budget {allowed[name]}"
        for name, size in now.items()
        if size > GROWTH * allowed.get(name, size)
    ]
    return (
        over
        + [f"{name}: no budget" for name in now if name not in allowed]
        + [f"{name}: not built" for name in allowed if name not in now]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, nargs="?")
    parser.add_argument("--page", type=int, default=4096)
    parser.add_argument("--no-needed", action="store_true")
    parser.add_argument("--imports", default="", help="functions that it may import, comma-separated")
    parser.add_argument("--sizes", type=Path, nargs=2, metavar=("MEASURED", "BUDGET"))
    args = parser.parse_args()
    faults = (
        sizes_over(*args.sizes)
        if args.sizes
        else faults_of(args.shared, args.page, args.no_needed, args.imports.split(","))
    )
    print(
        "\n".join(faults)
        if faults
        else "sizes: within budget"
        if args.sizes
        else f"{args.shared.name}: as a loader wants it"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
