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
    {"sources", "workers", "threatexchange"},
    {"hashing", "index", "media", "vpdq", "local"},
    {"_native_index", "_rows"},
    {"_native_hash", "_native_index", "_native_list", "_native_tree", "_native_match", "_native_local", "_native_decide", "_native_matcher"},
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


NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "socketserver", "asyncio", "requests", "urllib3", "httpx", "aiohttp"}
NETWORK_USERS = {"cli/http.py"}  # the publisher's and the auditor's tool, imported by nothing that matches


def imports(path: Path) -> list[tuple[str, bool]]:
    """Return the modules a file imports, and whether importing the file is enough to import them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    at_once = set(map(id, tree.body))
    found = []
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [f"{node.module}.{a.name}" for a in node.names] if isinstance(node, ast.ImportFrom) else []
        found += [(name, id(node) in at_once) for name in names]
    return found


def test_one_file_can_use_a_network_and_only_when_asked() -> None:
    users, loaders = set(), set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        for module, at_once in imports(path):
            if module.split(".")[0] in NETWORK:
                users.add(name)
            if module == "pdqlite.cli.http":
                assert not at_once, f"{name} imports the network at once"
                loaders.add(name)
    assert users == NETWORK_USERS
    assert loaders <= {"cli/list_log.py", "cli/audit.py"}
