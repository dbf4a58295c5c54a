"""The arrows of docs/explanation/architecture.md: a room imports only from the floors below it."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from support import ROOT

PACKAGE = ROOT / "pdqlite"

# Floors from the top. Rooms on one floor do not import each other. `lists` and `native` are the packages' own __init__.
FLOORS = [
    {"__main__"},
    {"cli"},
    {"__init__"},
    {"scale"},
    {"intake", "reports", "aio"},
    {"lists"},
    {"lists.audit", "lists.publish", "lists.store"},
    {"lists.verify"},
    {"lists.log"},
    {"lists.format"},
    {"lists.crypto"},
    {"matching", "showing", "threatexchange"},
    {"watching"},
    {"making", "sources"},
    {"hearing"},
    {"hashing", "index", "media", "vpdq", "keypoints", "seeing", "exact", "sound"},
    {"apart", "exchange"},
    {"workers"},
    {"_rows"},
    {
        f"native.{part}"
        for part in ("decide", "exact", "hash", "index", "keypoints", "list", "listen", "matcher", "sound", "uncrop")
    },
    {"native.core"},
    {"native", "_core", "_confine"},
    {"types", "telling"},
    {"errors"},
]
ROOMS = set().union(*FLOORS)


def room_of(module: str) -> str:
    """Return the room of a module of the package, by its dotted name without the package's."""
    parts = module.split(".")
    return next((name for name in (".".join(parts[:2]), parts[0]) if name in ROOMS), "__init__")


def room(path: Path) -> str:
    name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    found = room_of(name.removesuffix(".__init__"))
    assert found != "__init__" or name == "__init__", f"{name} stands on no floor"
    return found


def floor(name: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if name in rooms)


def imported_modules(path: Path) -> set[str]:
    """Return what a file imports of the package, by dotted names: what may be a module, and what may be a name in one."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {name.partition(".")[2] for name in names if name.partition(".")[0] == "pdqlite"}
    return found


def imported_rooms(path: Path) -> set[str]:
    return {room_of(module) for module in imported_modules(path)}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_arrows_point_down(path: Path) -> None:
    here = room(path)
    for target in imported_rooms(path) - {here}:
        assert floor(target) > floor(here), f"{here} imports {target}"


def test_only_native_opens_the_core() -> None:
    users = {room(p) for p in PACKAGE.rglob("*.py") if "_core" in imported_rooms(p)}
    assert {user for user in users if not user.startswith("native.")} == set()


def test_no_circle_of_files() -> None:
    """Files of one room may import each other, but never in a circle."""
    files = {
        ".".join(p.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): p
        for p in PACKAGE.rglob("*.py")
    }

    def file_of(module: str) -> str:
        return module if module in files else module.rpartition(".")[0] or "__init__"

    graph = {name: {file_of(m) for m in imported_modules(path)} - {name, "_core"} for name, path in files.items()}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_test_imports_another() -> None:
    """What two test files need is in tests/support, or is a fixture of a conftest.py."""
    tests = sorted((ROOT / "tests" / "python").rglob("*.py"))
    here = {p.stem for p in tests} | {"tests", "conftest"}
    for path in tests:
        for module, _ in imports(path):
            assert module.split(".")[0] not in here or module.split(".")[0] == "benchmarks", (
                f"{path.name} imports {module}"
            )
    for path in (ROOT / "tests" / "support").rglob("*.py"):
        assert not {module.split(".")[0] for module, _ in imports(path)} & here, path.name


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


@pytest.mark.parametrize("module", ["dask", "distributed", "fsspec", "pyarrow"])
def test_only_scale_needs_its_extra(module: str) -> None:
    """Nothing else imports the room, and the command only when it runs."""
    for path in PACKAGE.rglob("*.py"):
        for name, at_once in imports(path):
            if name.split(".")[0] == module:
                assert room(path) == "scale", path.name
            if name.startswith("pdqlite.scale") and room(path) != "scale":
                assert path.name == "scale.py" and room(path) == "cli" and not at_once, path.name


NETWORK = {
    "socket",
    "ssl",
    "http",
    "urllib",
    "ftplib",
    "smtplib",
    "socketserver",
    "asyncio",
    "requests",
    "urllib3",
    "httpx",
    "aiohttp",
}
THREADS = {"aio.py"}  # imports asyncio for its threads; what of it is used is tested below
NETWORK_USERS = THREADS | {
    "cli/http.py",
    "cli/agent.py",
}  # the publisher's and the auditor's tool; an ssh-agent's UNIX socket


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
            if module in ("pdqlite.cli.http", "pdqlite.cli.agent"):
                assert not at_once, f"{name} imports the network at once"
                loaders.add(name)
    assert users == NETWORK_USERS
    for name in THREADS:
        tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
        used = {
            n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "asyncio"
        }
        assert used == {"to_thread", "Task", "create_task", "gather"} and "from asyncio" not in ast.unparse(tree)
    assert loaders <= {"cli/list_log.py", "cli/audit.py", "cli/files.py"}
