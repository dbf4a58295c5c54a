"""What a figure depends on and a reader must know: CPU, system, compiler, versions, commit."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGES = (
    "numpy", "pillow", "av", "cffi", "cryptography", "pdqhash", "vpdq", "faiss-cpu",
    "imagehash", "scikit-image", "scikit-video",
)  # fmt: skip


def _first(path: str, key: str) -> str | None:
    try:
        for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
            if line.split(":")[0].strip() == key:
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return None


def _output(*command: str) -> str | None:
    try:
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def describe() -> dict[str, object]:
    """Return the machine, without any name, path or address of its owner."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cpu = _first("/proc/cpuinfo", "model name") or _first("/proc/cpuinfo", "Hardware")
    load = os.getloadavg() if hasattr(os, "getloadavg") else None
    compiler = _output(os.environ.get("CC", "cc"), "--version")
    return {
        "cpu": cpu or platform.processor() or platform.machine(),
        "arch": platform.machine(),
        "cores": cores,
        "memory": _first("/proc/meminfo", "MemTotal"),
        "system": f"{platform.system()} {platform.release()}",
        "load": round(load[0], 2) if load else None,
        "compiler": compiler.splitlines()[0] if compiler else None,
    }


def versions() -> dict[str, str]:
    """Return the version of Python, of pdqlite and of every peer that is installed."""
    found = {"python": sys.version.split()[0]}
    for name in ("pdqlite", *PACKAGES):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> dict[str, object]:
    """Return the commit and whether tracked files differ from it; None outside a clone."""
    head = _output("git", "rev-parse", "HEAD")
    changed = _output("git", "status", "--porcelain", "--untracked-files=no")
    return {"commit": head, "changed": bool(changed) if head else None}


def kernels() -> str | None:
    """Return the name of the kernel table that pdqlite runs on here."""
    try:
        from pdqlite.native import core
    except ImportError:
        return None
    return core.BEST.name
