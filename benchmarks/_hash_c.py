"""The hash core alone, without Python: its time a call, and the instructions that callgrind counts in it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "bench"
PROGRAM = BUILD / "hash_time"


class MissingToolError(Exception):
    """A program that this needs is not installed; the message names it."""


class MissingKernelsError(Exception):
    """The CPU, or the one that valgrind plays, cannot run these kernels."""


def _run(*command: object) -> str:
    try:
        return subprocess.run([str(c) for c in command], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise MissingToolError(str(command[0])) from None
    except subprocess.CalledProcessError as error:
        if "no such kernels" in error.stderr:
            raise MissingKernelsError from None
        raise MissingToolError(f"a {command[0]} that works here: {error.stderr.strip()[-200:]}") from None


def build() -> None:
    """Build the C library and the program."""
    _run("cmake", "-S", "csrc", "-B", BUILD, "-DPDQL_TESTS=OFF", "-DCMAKE_BUILD_TYPE=Release")
    _run("cmake", "--build", BUILD)
    libraries = sorted(BUILD.glob("libpdqlite*.a"))
    _run("cc", "-O2", "-g", "-Icsrc", "-Icsrc/include", "benchmarks/c/hash_time.c", libraries[0], "-o", PROGRAM)


def once(width: int, height: int, form: str, what: str, kernels: str, times: int = 1) -> tuple[str, int, float]:
    """Return (hash in hex, quality, least CPU nanoseconds of a call)."""
    digits, quality, least = _run(PROGRAM, width, height, form, what, kernels, times).split()
    return digits, int(quality), float(least)


def instructions(width: int, height: int, form: str, what: str, kernels: str) -> tuple[str, int]:
    """Return the hash and the instructions of one call, as valgrind's callgrind counts them: the same on every run."""
    if shutil.which("valgrind") is None:
        raise MissingToolError("valgrind")
    function = "pdql_hash_orientations" if what == "eight" else "pdql_hash_image"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind"
        shown = _run("valgrind", "--tool=callgrind", f"--toggle-collect={function}", f"--callgrind-out-file={out}",
                     PROGRAM, width, height, form, what, kernels, 1)  # fmt: skip
        summary = next(line for line in out.read_text().splitlines() if line.startswith(("summary:", "totals:")))
    return shown.split()[0], int(summary.split()[1])
