"""What a mutant is: one token of a source file, in C or Python, exchanged for another that should change an answer."""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# What stands for what, by language. A word or a sign that is in neither is left alone.
BOTH = {
    "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">",
    "+": "-", "-": "+", "<<": ">>", ">>": "<<", "+=": "-=", "-=": "+=", "continue": "break",
}  # fmt: skip
C_ONLY = {"&&": "||", "||": "&&", "&": "|", "|": "&", "|=": "&=", "&=": "|=", "!": "", "/": "*", "++": "--", "--": "++"}
PYTHON_ONLY = {
    "and": "or",
    "or": "and",
    "not": "",
    "True": "False",
    "False": "True",
    "min": "max",
    "max": "min",
    "//": "*",
    "is": "is not",
}
NEEDS_A_VALUE_BEFORE = {"+", "-", "&", "|", "/", "//"}  # else a sign or an address
NO_VALUES = {"return", "in", "else", "and", "or", "not", "yield", "case"}

_STRING = r"""(?:[rRbBfFuU]{0,2})(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
_SIGNS = r"->|\+\+|--|<<=|>>=|&&|\|\||//|\*\*|[-+*/%&|^=!<>]=|<<|>>|[-+*/%&|^~!<>=?:;,.(){}\[\]@#\\]"
_C = re.compile(
    rf"(?P<skip>/\*.*?\*/|//[^\n]*|^[ \t]*#(?:\\\n|[^\n])*|{_STRING})|(?P<number>(?:0x[0-9a-fA-F]+|\d[\w.]*))|(?P<word>[A-Za-z_]\w*)|(?P<sign>{_SIGNS})",
    re.S | re.M,
)
_PYTHON = re.compile(
    rf"(?P<skip>#[^\n]*|{_STRING})|(?P<number>0x[0-9a-fA-F_]+|\d[\w.]*)|(?P<word>[A-Za-z_]\w*)|(?P<sign>{_SIGNS})",
    re.S | re.M,
)
_WHOLE = re.compile(r"(0x[0-9a-fA-F]+|\d+)([uUlL]*)\Z")
_TABLE = 8  # numbers in a line from which it is a table: golden vectors and generated pages look after those


@dataclass(frozen=True)
class Mutant:
    """One change: `old`, at byte `at` of the file, becomes `new`."""

    path: str
    line: int
    at: int
    old: str
    new: str
    text: str  # the line as it stands

    @property
    def name(self) -> str:
        """What a list of survivors calls it."""
        return f"{self.path}:{self.line}: {self.old} -> {self.new or '(nothing)'}: {self.text.strip()}"

    def applied(self, source: str) -> str:
        """Return the source with the change."""
        return source[: self.at] + self.new + source[self.at + len(self.old) :]

    def draw(self) -> bytes:
        """Return what sorts mutants in an order that has nothing to do with the text, the same on every run."""
        return hashlib.sha256(f"{self.path}\n{self.text}\n{self.old}\n{self.new}\n{self.at}".encode()).digest()


def _more(number: str) -> str | None:
    whole = _WHOLE.match(number)
    if not whole:
        return None
    return f"{int(whole[1], 0) + 1}{whole[2]}"


def _replacement(kind: str | None, token: str, before: str, after: str, python: bool) -> str | None:
    """Return what a token becomes, None if it stays."""
    if kind == "number":
        return _more(token)
    new = {**BOTH, **(PYTHON_ONLY if python else C_ONLY)}.get(token)
    if token in NEEDS_A_VALUE_BEFORE and (before in NO_VALUES or not re.fullmatch(r"[\w.]+|\)|\]", before)):
        return None
    if python and (token == "not" and (before == "is" or after == "in") or token == "is" and after == "not"):
        return None  # two words that are one
    if token in ("min", "max") and (after != "(" or before == "."):
        return None  # a name, not the function
    return new


def mutants_of(path: str, source: str) -> Iterator[Mutant]:
    """
    Yield every mutant of a file, in order.

    Strings, comments, lines of the preprocessor, imports and tables of numbers are left alone.
    """
    python = path.endswith(".py")
    starts = [0, *(m.end() for m in re.finditer("\n", source))]
    lines = source.split("\n")
    tokens = [m for m in (_PYTHON if python else _C).finditer(source) if m.lastgroup != "skip"]
    for i, token in enumerate(tokens):
        line = bisect.bisect_right(starts, token.start()) - 1
        text = lines[line]
        if text.lstrip().startswith(("import ", "from ")) or len(re.findall(r"\b\d+\b", text)) >= _TABLE:
            continue
        before, after = (tokens[i - 1][0] if i else ""), (tokens[i + 1][0] if i + 1 < len(tokens) else "")
        new = _replacement(token.lastgroup, token[0], before, after, python)
        if new is not None:
            yield Mutant(path, line + 1, token.start(), token[0], new, text)


def in_file(root: Path, path: str) -> list[Mutant]:
    """Return the mutants of a file of the repository at `root`."""
    return list(mutants_of(path, (root / path).read_text(encoding="utf-8")))
