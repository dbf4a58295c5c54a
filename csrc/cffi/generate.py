"""
Make the C source of the Python extension from pdqlite.h, pdqlite_sound.h and pdqlite_parts.h.

The headers are the only place where the C interface is written down; this
turns their declarations into what cffi's API mode wants.

    python generate.py HEADER... OUTPUT.c
"""

import re
import sys
from pathlib import Path

from cffi import FFI


def declarations(header: str) -> str:
    """Return the header's declarations without comments, conditionals and export marks."""
    text = re.sub(r"/\*.*?\*/", " ", header, flags=re.S)
    lines, depth = [], 0
    for line in text.replace("\\\n", " ").splitlines():
        directive = re.match(r"\s*#\s*(\w+)(.*)", line)
        if directive is None:
            if depth <= 1 and line.strip() not in ("}", 'extern "C" {'):
                lines.append(line)
            continue
        word, rest = directive.groups()
        if word in ("if", "ifdef", "ifndef"):
            depth += 1
        elif word == "endif":
            depth -= 1
        elif word == "define" and depth == 1:
            constant = re.fullmatch(r"\s+(PDQL_\w+)\s+(\(?-?[0-9][0-9xXa-fA-FuUlL]*\)?)\s*", rest)
            if constant:
                lines.append(f"#define {constant[1]} ...")
    return "\n".join(lines).replace("PDQL_API", "")


def main() -> None:
    *headers, output = map(Path, sys.argv[1:])
    ffi = FFI()
    for header in headers:
        ffi.cdef(declarations(header.read_text(encoding="utf-8")))
    includes = "".join(f'#include "{header.name}"\n' for header in headers)
    ffi.set_source("pdqlite._core", includes, py_limited_api=True)
    ffi.emit_c_code(str(output))


if __name__ == "__main__":
    main()
