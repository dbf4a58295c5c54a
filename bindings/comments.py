"""
What the C headers say of each declaration, for references of other languages.

`said(header)` maps names to text: functions, types, constants, and `type.field` for the fields of structs. A declaration whose comment stands
before or beside it has that; one of several under one comment is told where to look.
"""

import re

BESIDE = re.compile(r"[,;]? */\* ?(.*)$")
NAME = re.compile(r"\b(\w+)(?:\[\w+\])*$")
POINTER = re.compile(r"\(\*(\w+)\)\(")


def prose(comment: str) -> str:
    """Return a comment's words: a paragraph is a line, and so is each row of a table."""
    out = [""]
    for line in comment.strip().split("\n"):
        row = re.sub(r"^ *\* ?", "", line)
        if not row.strip():
            out.append("")
        elif found := re.match(r"  (\S.*?)  +(\S.*)", row):
            out.append(f"- {found[1]}: {found[2].strip()}")
        elif out[-1].startswith("- ") and not row.startswith(" "):
            out += ["", row.strip()]
        else:
            out[-1] = f"{out[-1]} {row.strip()}".strip()
    return "\n".join(out).strip()


def pieces(header: str) -> list[tuple[str, str, str]]:
    """Return (comment before, code, comment beside) of each line of code; a comment before is that of its line alone."""
    text = re.sub(r"(?m)^/\* -{4}.*\n", "\n", header)
    out: list[tuple[str, str, str]] = []
    before, at = "", 0
    lines = text.split("\n")
    while at < len(lines):
        line, at = lines[at], at + 1
        start = line.find("/*")
        if start >= 0:
            comment = line[start:]
            while "*/" not in comment:
                comment, at = comment + "\n" + lines[at], at + 1
            words = prose(comment[2 : comment.index("*/")])
            if line[:start].strip():
                out.append((before, line[:start].rstrip(), words))
                before = ""
            else:
                before = words
        else:
            out.append((before, line.rstrip(), ""))
            before = ""
    return out


def names(code: str) -> list[str]:
    """Return what a line inside a struct declares."""
    pointer = POINTER.search(code)
    if pointer:
        return [pointer[1]]
    if not code.endswith(";"):
        return []
    return [found[1] for part in code.rstrip(";").split(",") if (found := NAME.search(part.strip()))]


def said(header: str) -> dict[str, str]:
    """Return what a header says of each name that it declares."""
    out: dict[str, str] = {}
    inside, stands = "", ""
    for before, code, beside in pieces(header):
        words = before or beside
        alone = words or (f"With `{stands}`." if stands else "As its name says.")
        if found := re.match(r"typedef (struct|enum) (\w+)( \{)?", code):
            out[found[2]], inside = words, found[2] if found[3] else ""
        elif code.startswith("}"):
            inside = ""
        elif inside and (found := re.match(r"    (PDQL_\w+) = ", code)):
            out[found[1]] = words or f"As its name says, of `{inside}`."
        elif inside:
            for name in names(code):
                out[f"{inside}.{name}"] = words or f"As `{inside}` says."
        elif found := re.match(r"#define (PDQL_\w+) +[\"(\d-]|PDQL_API .*?\b(pdql_\w+)\(", code):
            name = found[1] or found[2]
            out[name], stands = alone, name if words else stands
        elif not code:
            stands = ""
    return out
