"""The step that proves the parsers: it installs nothing where nothing changed, and never passes by not proving."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import HANGS, ROOT

pytestmark = pytest.mark.skipif(os.name != "posix" or not shutil.which("bash"), reason="the step is for bash")
TOOLS = ("frama-c", "cvc4")


def step(folder: Path, fresh: int, *tools: str, why3: int | None = None, **more: str) -> tuple[int, str, bool]:
    """Run the step among programs that do as told; its exit code, what it says, and whether it would have installed anything."""
    scripts = {
        "python3": f'[ "$2" != --fresh ] || exit {fresh}; echo proving',
        "sudo": '"$@"',
        "apt-get": f"touch {folder}/installed; exit 1",
        **dict.fromkeys(tools, "exit 0"),
    }
    if why3 is not None:
        scripts["why3"] = f"echo no prover here; exit {why3}"
    (folder / "bin").mkdir()
    for name, script in scripts.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / "bin" / name).chmod(0o755)
    for name in ("bash", "dirname", "id", "sh", "touch"):
        (folder / "bin" / name).symlink_to(shutil.which(name) or name)
    environment = {"PATH": str(folder / "bin"), "HOME": str(folder), **more}
    done = subprocess.run(
        ["bash", str(ROOT / ".ci/proof.sh")], env=environment, capture_output=True, text=True, timeout=HANGS
    )
    return done.returncode, done.stdout + done.stderr, (folder / "installed").exists()


def test_nothing_to_prove_installs_nothing(tmp_path: Path) -> None:
    assert step(tmp_path, 0, PDQLITE_TOOLS="required") == (0, "", False)


def test_a_traceback_is_not_something_to_prove(tmp_path: Path) -> None:
    code, said, installed = step(tmp_path, 1, *TOOLS, why3=0)
    assert (code, installed) == (1, False) and "could not be found out" in said and "proving" not in said


@pytest.mark.parametrize(("tools", "code"), [({}, 0), ({"PDQLITE_TOOLS": "required"}, 1)])
def test_what_cannot_be_proved_fails_where_tools_are_required(tmp_path: Path, tools: dict[str, str], code: int) -> None:
    found, said, installed = step(tmp_path, 3, **tools)
    assert (found, installed) == (code, True) and "SKIPPED" in said


def test_a_prover_that_is_not_found_is_told(tmp_path: Path) -> None:
    code, said, _ = step(tmp_path, 3, *TOOLS, why3=1)
    assert code == 1 and "no prover here" in said


def test_what_changed_is_proved(tmp_path: Path) -> None:
    code, said, installed = step(tmp_path, 3, *TOOLS, why3=0)
    assert (code, installed) == (0, False) and said.endswith("proving\n")


def test_the_record_is_compared_with_the_sources() -> None:
    """Another exit code than a traceback's where something is to be proved."""
    if not shutil.which("gcc"):
        pytest.skip("gcc is not installed")
    command = [sys.executable, "-P", str(ROOT / ".ci/proof.py"), "--fresh"]
    codes = [
        subprocess.run([*command, *more], capture_output=True, timeout=HANGS).returncode for more in ([], ["--all"])
    ]
    assert codes in ([0, 3], [3, 3])
