"""Three headers: pdqlite.h and pdqlite_sound.h are promised, and bindings live on them alone; pdqlite_parts.h is not."""

import re

from support import ROOT

INCLUDE = ROOT / "csrc" / "include"
NAME = re.compile(r"\bpdql_\w+(?=\()|\bPDQL_[A-Z]\w+")


def names(header: str) -> set[str]:
    """Return the functions and constants that a header declares."""
    text = re.sub(r"/\*.*?\*/", "", (INCLUDE / header).read_text(encoding="utf-8"), flags=re.S)
    return set(NAME.findall(text)) - {"PDQL_API"}


PROMISED = names("pdqlite.h") | names("pdqlite_sound.h")
PARTS = names("pdqlite_parts.h") - PROMISED


def test_no_binding_knows_a_part() -> None:
    folders = [ROOT / "bindings" / name for name in ("c", "calls", "java", "js", "rust")]
    kinds = {".c", ".h", ".java", ".kt", ".rs", ".ts", ".txt"}
    files = [
        p for d in folders for p in d.rglob("*") if p.suffix in kinds and not {"node_modules", "target"} & {*p.parts}
    ]
    assert len(files) > 40
    assert len(PARTS) > 40
    for path in [*files, ROOT / "bindings" / "contract.txt"]:
        assert not PARTS & set(re.findall(r"\w+", path.read_text(encoding="utf-8"))), path.name


def test_parts_have_a_version_of_their_own() -> None:
    text = (ROOT / "csrc" / "cmake" / "versions.map").read_text(encoding="utf-8")
    node = re.search(r"PDQLITE_PARTS \{(.*?)\}", text, re.S)
    assert node
    assert set(re.findall(r"pdql_\w+", node[1])) == {name for name in PARTS if name.startswith("pdql_")}


def test_parts_are_not_installed() -> None:
    assert "pdqlite_parts" not in (ROOT / "csrc" / "cmake" / "install.cmake").read_text(encoding="utf-8")


def test_what_is_promised_is_installed_and_in_the_contract() -> None:
    installed = (ROOT / "csrc" / "cmake" / "install.cmake").read_text(encoding="utf-8")
    assert "pdqlite.h" in installed
    assert "pdqlite_sound.h" in installed
    functions = {name for name in PROMISED if name.startswith("pdql_")}
    contract = (ROOT / "bindings" / "contract.txt").read_text(encoding="utf-8")
    assert functions == set(re.findall(r"^function (\w+)", contract, re.M))
