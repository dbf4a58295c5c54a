"""A declaration in a header of csrc/ and the definition in its source name their parameters alike."""

import re

import pytest

from support import ROOT

CORE = ROOT / "csrc"
TYPE_WORDS = {"const", "void", "unsigned", "int", "char", "float", "double", "struct", "long", "short", "size_t"}


def plain(text: str) -> str:
    """Return C without comments, strings and directives."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    text = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$", " ", text, flags=re.M)


def closing(text: str, at: int) -> int:
    """Return where the parenthesis closes that opens at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i
    raise AssertionError("a parenthesis is never closed")


def parameters(text: str) -> list[str]:
    """Return the names of parameters; "" for one that has none."""
    pieces, depth, last = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "([") - (c in ")]")
        if c == "," and depth == 0:
            pieces.append(text[last:i])
            last = i + 1
    pieces.append(text[last:])
    names = []
    for piece in (p.strip() for p in pieces):
        pointer = re.search(r"\(\s*\*\s*(?:const\s+)?(\w+)", piece)
        words = re.findall(r"\w+", re.sub(r"\[[^\]]*\]", "", piece))
        typed = len(words) > 1 and words[-1] not in TYPE_WORDS
        names.append(pointer[1] if pointer else words[-1] if typed else "")
    return [] if names == [""] else names


def functions(text: str) -> list[tuple[str, bool, list[str]]]:
    """Return (name, whether it is defined here, names of its parameters) of what stands at the top of a C file."""
    text, found, depth, last = plain(text), [], 0, 0
    text = re.sub(r'extern ""\s*\{', "", text)
    for match in re.finditer(r"[{}]|\b(pdq[li]_\w+)\(", text):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
            continue
        if depth > 0 or match.start() < last or "=" in text[text.rfind(";", 0, match.start()) + 1 : match.start()]:
            continue
        last = closing(text, match.end() - 1)
        after = text[last + 1 :].lstrip()[:1]
        if after in ("{", ";"):
            found.append((match[1], after == "{", parameters(text[match.end() : last])))
    return found


def differences(headers: list[str], sources: list[str]) -> list[str]:
    """Return what headers declare under other names than sources define."""
    defined = {name: names for text in sources for name, here, names in functions(text) if here}
    return [
        f"{name}: declared ({', '.join(names)}), defined ({', '.join(defined[name])})"
        for text in headers
        for name, here, names in functions(text)
        if not here and name in defined and names != defined[name]
    ]


def texts(pattern: str) -> list[str]:
    return [p.read_text(encoding="utf-8") for p in sorted(CORE.rglob(pattern))]


def test_headers_and_sources_name_parameters_alike() -> None:
    assert differences(texts("*.h"), texts("*.c")) == []


def test_every_public_function_is_defined() -> None:
    """Also shows that the reading above finds them."""
    public = {
        name for path in (CORE / "include").glob("*.h") for name, _, _ in functions(path.read_text(encoding="utf-8"))
    }
    defined = {name for text in texts("*.c") for name, here, _ in functions(text) if here}
    assert len(public) > 90
    assert public <= defined


@pytest.mark.parametrize(
    ("header", "source", "alike"),
    [
        ("int pdql_a(const uint8_t *rows, size_t n);", "int pdql_a(const uint8_t *rows, size_t n) { return 0; }", True),
        ("int pdql_a(const uint8_t *rows, size_t n);", "int pdql_a(const uint8_t *row, size_t n) { return 0; }", False),
        ("int pdql_a(const uint8_t *, size_t n);", "int pdql_a(const uint8_t *row, size_t n) { return 0; }", False),
        ("void pdqi_a(uint8_t out[32]);", "void pdqi_a(uint8_t to[32])\n{\n}", False),
        ("int pdqi_a(int (*f)(int a), int b);", "int pdqi_a(int (*g)(int a), int b) { return pdqi_b(b); }", False),
        ("size_t pdql_a(void);", "size_t pdql_a(void) { return 1; }", True),
    ],
)
def test_a_difference_is_seen(header: str, source: str, alike: bool) -> None:
    assert (differences([header], [source]) == []) is alike
