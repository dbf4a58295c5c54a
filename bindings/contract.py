"""
What pdqlite.h and pdqlite_sound.h promise, one fact a line: constants, statuses, layouts of structs, signatures of functions.

    python bindings/contract.py            compare with bindings/contract.txt; exit code 1 if they differ
    python bindings/contract.py --write    write it anew

The text is committed. So a change of the binary interface is seen as such: a line that is only added
is compatible; a line that changes or goes needs a new SOVERSION (docs/howto/embed-c.md). Layouts are those
of machines with 64-bit pointers. Bindings read the text to check that they know every status.
"""

import argparse
import difflib
import re
import sys
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).parent
INCLUDE = HERE.parent / "csrc" / "include"
HEADER = INCLUDE / "pdqlite.h"  # what Java, Rust and JavaScript bind
HEADERS = [HEADER, INCLUDE / "pdqlite_sound.h"]
TEXT = HERE / "contract.txt"
sys.path.insert(0, str(HERE.parent / "csrc" / "cffi"))
from generate import declarations  # noqa: E402


def constants(header: str) -> dict[str, int]:
    """Return the integer constants that are macros."""
    found = re.findall(r"^#define (PDQL_\w+)\s+\(?(-?[0-9][0-9xXa-fA-F]*)[uUlL]*\)?", header, re.M)
    return {name: int(value, 0) for name, value in found}


def struct_line(ffi: FFI, name: str, kind) -> str:
    """Return the layout of one struct; an opaque one has none."""
    if kind.fields is None:
        return f"opaque {name}"
    fields = ", ".join(f"{field}@{f.offset} {f.type.cname}" for field, f in kind.fields)
    return f"struct {name} {ffi.sizeof(kind)} bytes, aligned to {ffi.alignof(kind)}: {fields}"


def promised() -> str:
    """Return the text of the headers that are promised, one after the other."""
    return "\n".join(header.read_text(encoding="utf-8") for header in HEADERS)


def contract(header: str) -> list[str]:
    """Return the facts of a header, sorted."""
    ffi = FFI()
    text = declarations(header)
    values = constants(header)
    for name in sorted(values, key=len, reverse=True):
        text = re.sub(rf"(?m)^#define {name} \.\.\.$", "", text)
        text = re.sub(rf"\b{name}\b", str(values[name]), text)
    ffi.cdef(text)
    lines = [f"constant {name} = {value}" for name, value in values.items()]
    for name in ffi.list_types()[0]:
        kind = ffi.typeof(name)
        if kind.kind == "enum":
            lines += [f"enum {name} {member} = {value}" for value, member in kind.elements.items()]
        elif kind.kind == "struct":
            lines.append(struct_line(ffi, name, kind))
    for piece in re.sub(r"\{[^{}]*\}", "", text).split(";"):
        found = re.fullmatch(r"([\w ]+?[ *]+)(pdql_\w+) ?\((.*)\)", " ".join(piece.split()))
        if found:
            lines.append(f"function {found[2]}: {found[1].strip()} ({found[3]})")
    return sorted(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    lines = contract(promised())
    if args.write:
        TEXT.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return 0
    kept = TEXT.read_text(encoding="utf-8").splitlines()
    changes = list(difflib.unified_diff(kept, lines, "bindings/contract.txt", "pdqlite.h", n=0, lineterm=""))
    gone = [line for line in changes[2:] if line.startswith("-")]
    print("\n".join(changes) if changes else f"contract: {len(lines)} facts, as promised")
    if changes:
        print(
            "a promise is broken: needs a new SOVERSION" if gone else "only additions",
            "- write with --write",
            file=sys.stderr,
        )
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
