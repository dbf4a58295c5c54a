"""The floors of csrc/, of docs/explanation/architecture.md: a room includes only from the floors below it, and no files in a circle."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from support import ROOT

CORE = ROOT / "csrc"
HEADERS = CORE / "include"

# Floors from the top. Rooms on one floor do not include each other; the public headers lie below all.
FLOORS = [
    {"match"},
    {"uncrop"},
    {"list", "plane", "keypoints", "sound"},
    {"crypto", "pdq", "index"},
    {"kernels"},
    {"base"},
]
APART = {"cffi", "cmake", "freestanding", "include", "providers", "tables"}  # nothing of the core
KERNEL = re.compile(r"kernels/\w+_(portable|avx2|avx512|neon|wasm128|shani|armv8)\.c")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)

Graph = dict[str, set[str]]


def includes_of(core: Path) -> Graph:
    """Return what each file of the rooms includes of the rooms, by paths from `core`."""
    graph: Graph = {}
    for path in sorted(p for p in core.rglob("*.[ch]") if p.relative_to(core).parts[0] not in APART):
        name = path.relative_to(core).as_posix()
        graph[name] = set()
        for target in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if (core / "include" / target).exists():
                continue
            assert (core / target).exists(), f"{name}: {target} is not a path from csrc/"
            graph[name].add(target)
    return graph


def room(name: str) -> str:
    return name.partition("/")[0]


def floor(name: str) -> int:
    found = [i for i, rooms in enumerate(FLOORS) if room(name) in rooms]
    assert found, f"{name} stands on no floor"
    return found[0]


def arrows_up(graph: Graph) -> list[str]:
    """Return the includes that do not point to a floor below, or to a file of the same room."""
    return [
        f"{name} includes {target}"
        for name, targets in graph.items()
        for target in sorted(targets)
        if room(name) != room(target) and floor(target) <= floor(name)
    ]


def circle(graph: Graph) -> str:
    """Return a circle of files, or nothing."""
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return " -> ".join(error.args[1])
    return ""


def circle_of_rooms(graph: Graph) -> str:
    rooms: Graph = {}
    for name, targets in graph.items():
        rooms.setdefault(room(name), set()).update({room(target) for target in targets} - {room(name)})
    return circle(rooms)


def test_every_file_stands_on_a_floor() -> None:
    graph = includes_of(CORE)
    assert {room(name) for name in graph} == set().union(*FLOORS)
    sources = {line.split()[0] for line in (CORE / "cmake" / "sources.txt").read_text(encoding="utf-8").splitlines()}
    assert {name for name in graph if name.endswith(".c")} == sources


def test_includes_point_down() -> None:
    assert arrows_up(includes_of(CORE)) == []


def test_no_circle() -> None:
    graph = includes_of(CORE)
    assert circle(graph) == ""
    assert circle_of_rooms(graph) == ""


def test_only_kernels_know_a_machine() -> None:
    """Headers of one instruction set are for the kernels of that set."""
    machine = re.compile(r"#\s*include\s+<(immintrin|arm_neon|wasm_simd128|cpuid|x86intrin)\.h>")
    allowed = re.compile(r"kernels/\w+")
    for name in includes_of(CORE):
        if machine.search((CORE / name).read_text(encoding="utf-8")):
            assert allowed.match(name) or KERNEL.fullmatch(name), name


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ({"kernels/a.h": '#include "pdq/b.h"', "pdq/b.h": ""}, ["kernels/a.h includes pdq/b.h"]),
        ({"crypto/a.c": '  #  include "list/b.h"', "list/b.h": ""}, ["crypto/a.c includes list/b.h"]),
        ({"pdq/a.c": '#include "index/b.h"', "index/b.h": ""}, ["pdq/a.c includes index/b.h"]),
        ({"match/a.c": '#include "base/b.h"\n#include "match/c.h"', "base/b.h": "", "match/c.h": ""}, []),
    ],
)
def test_an_arrow_up_is_seen(tmp_path: Path, files: dict[str, str], wrong: list[str]) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert arrows_up(includes_of(tmp_path)) == wrong


def test_a_circle_is_seen() -> None:
    assert circle({"list/a.h": {"list/b.h"}, "list/b.h": {"list/a.h"}})
    assert circle_of_rooms({"list/a.h": {"plane/b.h"}, "plane/c.h": {"list/d.h"}})
    assert not circle({"list/a.c": {"list/a.h"}, "list/a.h": set()})
