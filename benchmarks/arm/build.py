"""Builds the counter and, for each processor, the core and regions.c; runs them and reads what came out."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from benchmarks._frame.registry import AbsentError, UsageError

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
WARNINGS = ("-std=c11", "-O2", "-Wall", "-Wextra", "-Werror")


class Target(NamedTuple):
    """A processor to count for. `folder` and `flags` are those of .ci/arm.sh, so that one build serves both."""

    arch: str
    folder: str
    compiler: str
    flags: str
    emulator: tuple[str, ...]


TARGETS = (
    Target("aarch64", "a64", "aarch64-linux-gnu-gcc", "", ("qemu-aarch64", "-cpu", "cortex-a53")),
    Target("armv7", "a32", "arm-linux-gnueabihf-gcc", "-march=armv7-a -mfpu=neon", ("qemu-arm", "-cpu", "cortex-a7")),
)
NATIVE = Target("native", "native", os.environ.get("CC", "cc"), "", ())


class Region(NamedTuple):
    """What was executed in one region."""

    insns: int
    misses: tuple[int, ...]  # reads and writes, L1 misses, L2 misses
    functions: dict[str, int]


def run(*command: object, cwd: Path = ROOT, env: dict[str, str] | None = None, given: str | None = None) -> str:
    """Run a program and return what it printed."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, cwd=cwd, env=env, input=given, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise AbsentError(
            f"{words[0]} is not installed: this needs the Debian packages that .ci/setup.sh lists"
        ) from None
    except subprocess.CalledProcessError as error:
        raise UsageError(f"{words[0]} failed: {(error.stdout + error.stderr).strip()[-800:]}") from None


def tools() -> dict[str, str]:
    """Return the versions that counts depend on."""
    if "-plugin" not in run(TARGETS[0].emulator[0], "--help"):
        raise UsageError("this qemu takes no plugins: Debian 12's qemu-user 7.2 does, statically linked ones do not")
    found = {"qemu": run(TARGETS[0].emulator[0], "--version").splitlines()[0]}
    for target in TARGETS:
        found[target.compiler] = run(target.compiler, "--version").splitlines()[0]
    return found


def counter(folder: Path) -> Path:
    """Build the plugin."""
    folder.mkdir(parents=True, exist_ok=True)
    plugin = folder.resolve() / "counter.so"
    run(NATIVE.compiler, *WARNINGS, "-D_GNU_SOURCE", "-fPIC", "-shared", HERE / "counter.c", "-o", plugin)
    return plugin


def _regions(folder: Path, target: Target) -> Path:
    """Build core and regions.c for one processor."""
    tree = folder.resolve() / target.folder
    if not (tree / "build.ninja").exists():
        cross = () if target is NATIVE else ("-DCMAKE_SYSTEM_NAME=Linux", f"-DCMAKE_SYSTEM_PROCESSOR={target.arch}")
        run("cmake", "-S", "csrc", "-B", tree, "-G", "Ninja", "-DPDQL_TESTS=OFF", "-DPDQL_PROVIDERS_WANTED=OFF",
             f"-DCMAKE_C_COMPILER={target.compiler}", f"-DCMAKE_C_FLAGS={target.flags}", *cross)  # fmt: skip
    run("cmake", "--build", tree, "--target", "pdqlite_static")
    program = tree / "regions"
    static = () if target is NATIVE else ("-static",)
    run(
        target.compiler,
        *WARNINGS,
        *target.flags.split(),
        *static,
        "-Icsrc/include",
        HERE / "regions.c",
        HERE / "regions_deep.c",
        HERE / "regions_sound.c",
        tree / "libpdqlite.a",
        "-o",
        program,
    )
    return program


def answers(folder: Path, rows: int) -> str:
    """Return what regions.c answers natively: a line a region, `NAME ITEMS ITEM ANSWER`."""
    return run(_regions(folder, NATIVE), rows)


def counted(
    folder: Path, target: Target, plugin: Path, rows: int, blocks: Path | None = None
) -> tuple[str, dict[str, Region]]:
    """
    Run one processor's regions.c; return its answers and what was counted, by region. `blocks`: where to write what ran after what.

    Environment and arguments lie on the stack and would move it, and with it the misses: both are always the same here.
    """
    program, out = _regions(folder, target), folder.resolve() / f"{target.folder}.counts"
    out.unlink(missing_ok=True)
    emulator = shutil.which(target.emulator[0]) or target.emulator[0]
    option = f"{plugin},out={out},cache=on" + (f",blocks={blocks.resolve()}" if blocks else "")
    found = run(
        emulator, *target.emulator[1:], "-plugin", option, f"./{program.name}", rows, cwd=program.parent, env={}
    )
    regions: dict[str, Region] = {}
    for words in map(str.split, out.read_text(encoding="utf-8").splitlines()):
        if words[0] == "region":
            regions[words[1]] = Region(int(words[2]), tuple(map(int, words[3:])), {})
        else:
            regions[words[1]].functions[words[2]] = int(words[3])
    return found, regions
