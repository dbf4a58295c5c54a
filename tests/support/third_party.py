"""Vectors that others made: the archives of tests/vectors/third_party, read in memory."""

from __future__ import annotations

import json
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "vectors" / "third_party"


@cache
def files(source: str) -> dict[str, bytes]:
    """Return what an archive holds, by path."""
    with tarfile.open(FOLDER / f"{source}.tar.xz") as archive:
        return {m.name: f.read() for m in archive.getmembers() if (f := archive.extractfile(m))}


def vectors(source: str, name: str) -> Any:
    """Return one JSON file of a source: `vectors("wycheproof", "x25519_test.json")`."""
    return json.loads(files(source)[f"{source}/{name}"])


def all_vectors(source: str, folder: str) -> dict[str, Any]:
    """Return every JSON file below a folder of a source, by its path in that folder."""
    start = f"{source}/{folder}/"
    return {
        name.removeprefix(start): json.loads(data)
        for name, data in sorted(files(source).items())
        if name.startswith(start) and name.endswith(".json")
    }


def wycheproof(name: str) -> list[dict[str, Any]]:
    """Return the cases of a file of Wycheproof, each with the fields of its group that it does not have itself."""
    groups = vectors("wycheproof", name)["testGroups"]
    return [{**{k: v for k, v in group.items() if k != "tests"}, **case} for group in groups for case in group["tests"]]
