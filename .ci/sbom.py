"""
The bill of materials of the package, CycloneDX 1.5, from pyproject.toml and csrc/cmake/sources.txt.

    python .ci/sbom.py             print it
    python .ci/sbom.py --check     check that every source of the core is listed, and nothing comes from elsewhere; exit code 1 if not

The core has no dependency: its sources are all here, each with its SHA-256. What Python needs at run time is named with its least
version; which version an installation has is the installer's to say.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path

TOP = Path(__file__).parents[1]
LICENSES = {
    "numpy": "BSD-3-Clause",
    "pillow": "MIT-CMU",
    "av": "BSD-3-Clause",
    "cffi": "MIT",
    "cryptography": "Apache-2.0 OR BSD-3-Clause",
}


def sources() -> list[str]:
    """Return the files of the core that the build names, by their path from csrc."""
    lines = (TOP / "csrc/cmake/sources.txt").read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def requirement(text: str) -> dict[str, object]:
    """Return one dependency of pyproject.toml as a component."""
    name, least = re.fullmatch(r"([a-z0-9-]+)>=([0-9.]+)", text).groups()  # type: ignore[union-attr]
    return {
        "type": "library", "bom-ref": f"pkg:pypi/{name}", "name": name, "version": f">={least}", "purl": f"pkg:pypi/{name}",
        "licenses": [{"expression": LICENSES[name]}],
    }  # fmt: skip


def bill() -> dict[str, object]:
    """Return the bill; the same tree gives the same bytes."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    header = (TOP / "csrc/include/pdqlite.h").read_text(encoding="utf-8")
    version = re.search(r'PDQL_VERSION "([^"]+)"', header)[1]  # type: ignore[index]
    needed = [requirement(text) for text in project["dependencies"]]
    files: list[dict[str, object]] = [
        {"type": "file", "bom-ref": f"csrc/{name}", "name": f"csrc/{name}",
         "hashes": [{"alg": "SHA-256", "content": hashlib.sha256((TOP / "csrc" / name).read_bytes()).hexdigest()}]}
        for name in sources()
    ]  # fmt: skip
    package = {"type": "library", "bom-ref": "pkg:pypi/pdqlite", "name": "pdqlite", "version": version, "purl": f"pkg:pypi/pdqlite@{version}",
               "licenses": [{"license": {"id": project["license"]}}]}  # fmt: skip
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": package}, "components": [*needed, *files],
        "dependencies": [{"ref": "pkg:pypi/pdqlite", "dependsOn": [str(c["bom-ref"]) for c in (*needed, *files)]}],
    }  # fmt: skip


def check() -> list[str]:
    """Return what is wrong: sources that the build does not name, names without a file, a file that is another project's."""
    named = set(sources())
    there = {
        str(p.relative_to(TOP / "csrc"))
        for p in (TOP / "csrc").rglob("*.c")
        if p.parts[-2] not in ("providers", "freestanding")
    }
    wrong = [f"csrc/{name}: not in cmake/sources.txt, so in no bill" for name in sorted(there - named)]
    wrong += [
        f"csrc/{name}: in cmake/sources.txt, and no such file"
        for name in sorted(named - there)
        if not (TOP / "csrc" / name).exists()
    ]
    foreign = re.compile(r"Copyright|SPDX-License-Identifier", re.I)
    wrong += [
        f"csrc/{name}: bears another project's notice"
        for name in sorted(there)
        if foreign.search((TOP / "csrc" / name).read_text(encoding="utf-8"))
    ]
    json.dumps(bill())
    return wrong


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        found = check()
        print("\n".join(found) or f"sbom: {len(bill()['components'])} components")  # type: ignore[arg-type]
        sys.exit(bool(found))
    print(json.dumps(bill(), indent=1))
