"""Finds benchmarks by their source, without importing: listing works without their peers."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
LOCAL = ROOT / "results" / "local"


class UsageError(Exception):
    """A request that cannot be served; the message says what was expected."""


class AbsentError(UsageError):
    """Something that a benchmark needs is not installed here; the message names it."""


def _sources() -> dict[str, Path]:
    found = {}
    for path in sorted(ROOT.iterdir()):
        source = path / "__init__.py" if path.is_dir() else path
        if not path.name.startswith("_") and source.suffix == ".py" and source.is_file():
            found[path.stem] = source
    return found


def claims() -> dict[str, str]:
    """Return the first docstring line of each benchmark, by name."""
    found = {}
    for name, source in _sources().items():
        tree = ast.parse(source.read_text(encoding="utf-8"))
        if any(isinstance(n, ast.FunctionDef) and n.name == "run" for n in tree.body):
            found[name] = (ast.get_docstring(tree) or "(no claim stated)").splitlines()[0]
    return found


def load(name: str) -> ModuleType:
    """
    Import one benchmark.

    Raises:
        UsageError: No such benchmark.
        AbsentError: A package it needs is not installed.
    """
    if name not in claims():
        raise UsageError(f"no benchmark {name!r}; there are: {', '.join(claims())}")
    try:
        return importlib.import_module(f"benchmarks.{name}")
    except ModuleNotFoundError as error:
        raise AbsentError(f"{name} needs the Python package {error.name!r}") from error
