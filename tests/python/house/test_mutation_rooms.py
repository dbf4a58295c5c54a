"""tests/mutation/rooms.txt: every file with mutants meets tests, those of its own room among them, and all of them exist."""

from __future__ import annotations

import importlib
import sys
from pathlib import PurePosixPath

from support import ROOT

sys.path.append(str(ROOT / "tests" / "mutation"))
run = importlib.import_module("run")

# Tables, declarations, and what only a platform or a provider compiles.
WITHOUT = ("csrc/include/", "csrc/tables/", "csrc/providers/", "csrc/freestanding/", "csrc/cffi/")


def files() -> list[str]:
    found = [p for top in ("csrc", "pdqlite") for p in (ROOT / top).rglob("*") if p.suffix in (".c", ".h", ".py")]
    return sorted(p.relative_to(ROOT).as_posix() for p in found)


def test_every_file_meets_the_tests_of_its_room() -> None:
    for path in files():
        if path.startswith(WITHOUT):
            continue
        tests = run.tests_of(path)
        assert tests is not None, path
        room = PurePosixPath(path).parts[1]
        if path.startswith("csrc/") and (ROOT / "tests" / "python" / room).is_dir():
            looked_at = [*tests.python, *(f"tests/python/{name.removeprefix('test_')}" for name in tests.c)]
            assert any(name.split("/")[2] == room or room in name for name in looked_at), (path, tests)
        elif (ROOT / "pdqlite" / room).is_dir() and (ROOT / "tests" / "python" / room).is_dir():
            own = {"cli": ("cli", "lists", "reports", "scale", "match")}.get(
                room, (room,)
            )  # a command's room may be its own
            assert any(name.split("/")[2] in own for name in tests.python), (path, tests)


def test_the_tests_named_are_there() -> None:
    for where, tests in run.rooms():
        for name in tests.python:
            assert (ROOT / name).exists(), (where, name)
        for name in tests.c:
            program = name.removesuffix("_openssl")  # one source, a program a provider
            assert (ROOT / "tests" / "c" / f"{program}.c").exists(), (where, name)
