"""The arrows of docs/architecture.md: a room imports only from the floors below it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "pdqlite"

# Floors from the top. Rooms on one floor do not import each other.
FLOORS = [
    {"__main__"},
    {"cli"},
    {"__init__"},
    {"matching", "lists"},
    {"sources", "workers"},
    {"hashing", "index", "media", "vpdq", "local"},
    {"_native_index"},
    {"_native_hash", "_native_index", "_native_list", "_native_match", "_native_local", "_native_decide", "_native_matcher"},
    {"_native"},
    {"_core", "_confine"},
    {"types", "errors"},
]


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


def floor(name: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if name in rooms)


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            names = [node.module or ""]
            if node.module == "pdqlite":
                names = [f"pdqlite.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            head, _, rest = name.partition(".")
            if head == "pdqlite":
                target = rest.partition(".")[0]
                known = any(target in rooms for rooms in FLOORS)
                found.add(target if known else "__init__")
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_arrows_point_down(path: Path) -> None:
    here = room(path)
    for target in imported_rooms(path) - {here}:
        assert floor(target) > floor(here), f"{here} imports {target}"


def test_only_native_opens_the_core() -> None:
    users = {room(p) for p in PACKAGE.rglob("*.py") if "_core" in imported_rooms(p)}
    assert {user for user in users if user != "_native" and not user.startswith("_native_")} == set()


@pytest.mark.parametrize(("module", "owner"), [("PIL", {"media"}), ("av", {"media"})])
def test_decoders_have_one_user(module: str, owner: set[str]) -> None:
    users = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(n.split(".")[0] == module for n in names):
                users.add(room(path))
    assert users <= owner
