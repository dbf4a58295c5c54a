"""
The header as doxygen wants it: plain comments become doxygen's, each field its own line and comment. `python header_filter.py HEADER`

What a comment says of several fields, or of a whole struct, is said of each of them: the header stays short.
"""

import re
import sys
from pathlib import Path

FIELD = re.compile(r"^    ((?:const )?\w+ )([^;(]*);(\s+/\*\*<.*)?$")
FUNCTION = re.compile(r"^    [^/]*\(\*\w+\)\(.*\);$")


def fields(line: str) -> list[str]:
    """Return a line of a struct as one line a field, each with a comment."""
    found = FIELD.match(line)
    if found:
        said = found[3] or " /**< As the struct's comment says. */"
        return [f"    {found[1]}{name.strip()};{said}" for name in found[2].split(",")]
    return [f"    /** As the struct's comment says. */\n{line}"] if FUNCTION.match(line) else [line]


def lines(text: str) -> list[str]:
    text = re.sub(r"(?m)^/\* ----.*\n", "", text)
    text = re.sub(r"\A/\*", "/** @file", text)
    text = re.sub(r"(?m)^( *)/\*( |$)", r"\1/**\2", text)
    text = re.sub(r"([,;]) +/\* ", r"\1 /**< ", text).replace("`#", r"`\#")
    text = "\n".join(n if n.startswith("#") else re.sub(r"<([a-z]+)>", r"&lt;\1&gt;", n) for n in text.split("\n"))
    out: list[str] = []
    inside = enum = False
    before = ""
    for line in text.split("\n"):
        if re.match(r"PDQL_API|typedef enum", line) and "*/" not in before:
            out.append("/** With what stands before it. */")  # one comment for two declarations
        if re.match(r"#define PDQL_[A-Z0-9_]+( |$)", line):
            if "/*" in line:
                line = re.sub(r" */\*+<? ?", " /**< ", line, count=1)
            elif "*/" not in before or before.startswith("#"):
                out.append("/** With what stands beside it. */")
        inside, enum = (
            inside or line.startswith("typedef struct") and line.endswith("{"),
            enum or line.startswith("typedef enum"),
        )
        if enum and re.match(r"    PDQL_\w+ = \d+,?$", line):
            line += " /**< As its name says. */"
        out += fields(line) if inside and "*/" in before + " */" and not line.startswith("     ") else [line]
        inside, enum = inside and not line.startswith("}"), enum and not line.startswith("}")
        before = line if line.strip() else before
    return out


if __name__ == "__main__":
    print("\n".join(lines(Path(sys.argv[1]).read_text(encoding="utf-8"))))
