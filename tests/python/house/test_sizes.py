"""
What is read at once stays small: files under 400 lines, functions under 60 with at most seven parameters.

What is larger stands here by name, with a limit that may only shrink; a name that no longer needs one fails too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from support import ROOT

FILE_LINES, FUNCTION_LINES, PARAMETERS = 400, 60, 7
ROOMS = ("pdqlite", "csrc", "tests", "benchmarks")
NOT_WRITTEN_BY_HAND = re.compile(r"tables?\.[ch]$|_tables\.h$|/vectors/|ambiguous_ucd|/fixtures/")

FILES = {
    "csrc/include/pdqlite.h": 900,  # the contract, which an embedder reads as a whole
    "csrc/include/pdqlite_parts.h": 500,
    "pdqlite/matching.py": 430,
    "tests/python/lists/verify/test_device.py": 401,
    "tests/python/media/test_shown.py": 402,
}
LINES = {
    "benchmarks/arm/regions_deep.c uncrop": 62,
    "tests/c/test_match.c one_picture": 78,
    "tests/c/test_matcher.c wrong_arguments": 72,
    "tests/fuzz/fuzz_uncrop.c LLVMFuzzerTestOneInput": 62,
}
# The C core hands its scratch on by argument: it has no globals and no heap.
MANY = {
    "benchmarks/arm/regions.c searching": 9,
    "csrc/index/hamming.c pdql_scan": 9,
    "csrc/index/hamming.c pdqi_rows_search": 9,
    "csrc/index/index.c pdql_index_search": 8,
    "csrc/index/scan.c pdqi_scan_search": 8,
    "csrc/index/scan.c search_few": 8,
    "csrc/index/scan.c search_many": 8,
    "csrc/kernels/scan_avx512.c both_within": 9,
    "csrc/keypoints/detect.c blur": 8,
    "csrc/keypoints/detect.c pdqi_keypoints_find": 8,
    "csrc/keypoints/search.c pdql_keypoints_search": 11,
    "csrc/keypoints/signature.c pdql_keypoints_query": 9,
    "csrc/keypoints/signature.c pdql_keypoints_signature": 10,
    "csrc/keypoints/transform_vote.c gather": 8,
    "csrc/list/verify.c pdql_list_verify": 8,
    "csrc/match/deep_stages.c add": 8,
    "csrc/match/picture.c pdql_match_picture": 8,
    "csrc/match/views.c find": 8,
    "csrc/match/views.c find_paged": 8,
    "csrc/plane/plane.c shrink_row": 10,
    "csrc/plane/plane.c sum_rows": 9,
    "csrc/uncrop/hypotheses.c pdql_uncrop_hypotheses": 8,
    "csrc/uncrop/joint_score.c pdql_uncrop_joint": 8,
    "csrc/uncrop/search.c pdql_uncrop_search": 11,
}


def sources(*suffixes: str) -> Iterator[tuple[str, str]]:
    """The name and text of each file of ours that people read."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in suffixes and not NOT_WRITTEN_BY_HAND.search(name) and "build" not in path.parts:
                yield name, path.read_text(encoding="utf-8")


def python_functions(text: str) -> Iterator[tuple[str, int, int]]:
    """Name, lines without the docstring, and parameters beside self of each function."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            doc = (first.end_lineno or 0) - first.lineno + 1 if said and isinstance(first.value.value, str) else 0
            given = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            given += [a.arg for a in (node.args.vararg, node.args.kwarg) if a]
            count = len(given) - (given[:1] in (["self"], ["cls"]))
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - doc, count


def c_functions(text: str) -> Iterator[tuple[str, int, int]]:
    """Name, lines of the body and parameters of each function that is defined at the left margin."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)
    for brace in re.finditer(r"^\{$", text, re.M):
        head, end = text[: brace.start()].rstrip(), text.index("\n}", brace.end())
        if not head.endswith(")"):
            continue
        depth, commas, at = 0, 0, len(head) - 1
        while True:
            depth += (head[at] == ")") - (head[at] == "(")
            if depth == 0:
                break
            commas += head[at] == "," and depth == 1
            at -= 1
        name = re.search(r"\w+$", head[:at])
        assert name, head[at - 40 :]
        yield name.group(), text[brace.start() : end + 2].count("\n") + 1, commas + 1


@cache
def functions() -> tuple[tuple[str, int, int], ...]:
    return tuple(_functions())


def _functions() -> Iterator[tuple[str, int, int]]:
    for suffixes, found in (((".py",), python_functions), ((".c", ".h"), c_functions)):
        for name, text in sources(*suffixes):
            for function, lines, parameters in found(text):
                yield f"{name} {function}", lines, parameters


def check(found: dict[str, int], limit: int, known: dict[str, int]) -> None:
    large = {name: size for name, size in found.items() if size > limit}
    new = {name: size for name, size in large.items() if size > known.get(name, limit)}
    assert not new, f"over {limit}, or over their exception: {new}"
    assert not known.keys() - large.keys(), f"need no exception any more: {known.keys() - large.keys()}"


def test_files() -> None:
    check({name: text.count("\n") for name, text in sources(".py", ".c", ".h")}, FILE_LINES, FILES)


def test_lines_of_functions() -> None:
    check({name: lines for name, lines, _ in functions()}, FUNCTION_LINES, LINES)


def test_parameters() -> None:
    check({name: parameters for name, _, parameters in functions()}, PARAMETERS, MANY)


def test_the_scan_sees() -> None:
    """On functions whose sizes are plain: else an empty scan would pass."""
    text = "/* f(x, y) */\nstatic int f(int a, int (*b)(int, int),\n             int c)\n{\n    return (a);\n}\n"
    assert list(c_functions(text)) == [("f", 3, 3)]
    text = 'def f(self, a, /, b, *c, d=1, **e):\n    """Two\n    lines."""\n    return a\n'
    assert list(python_functions(text)) == [("f", 2, 5)]
    assert len(functions()) > 2000
