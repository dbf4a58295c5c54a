"""
`pdqlite doctor`: what this installation is and can do, for a bug report. It names no file, user or host.
"""

from __future__ import annotations

import argparse
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pdqlite.cli.console import Console
from pdqlite.cli.list_store import add_device_key, open_store
from pdqlite.cli.main import FOUND, NOTHING, add_output_options
from pdqlite.errors import PdqliteError
from pdqlite.media.abilities import abilities
from pdqlite.native import core

PACKAGES = ("numpy", "pillow", "pillow-heif", "av", "cffi", "cryptography")
_DAY = 86_400


def add(subparsers: Any) -> None:
    """Add the parser of this group."""
    parser = subparsers.add_parser(
        "doctor",
        help="say what this installation can do, for a bug report",
        description="Print versions, kernels, decoders, and with --store the state of an installed list. No names of files, users or hosts.",
        epilog="Exit codes: 0 all is well, 1 something is missing or stale, 2 an error.",
    )
    parser.add_argument("--store", metavar="STORE", help="look at an installed list too (pdqlite list install)")
    add_device_key(parser)
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Look at everything."""
    found: dict[str, Any] = {
        "pdqlite": core.version(),
        "python": platform.python_version(),
        "system": f"{platform.system()}, {platform.machine()}",
        "kernels": [repr(k) for k in core.kernels()],
        "packages": {name: _version(name) for name in PACKAGES},
        "reads": abilities(),
        "time": int(time.time()),
    }
    wrong = [
        f"{name} is not installed" for name in PACKAGES if found["packages"][name] is None and name != "pillow-heif"
    ]
    wrong += [
        f"{name} cannot be read: {advice}" for name, advice in found["reads"].items() if advice and name != "HEIF"
    ]
    if args.store:
        found["store"], more = _store(args)
        wrong += more
    unread = [f"{name}: {advice}" for name, advice in found["reads"].items() if advice]
    told = {**found, "reads": [name for name, advice in found["reads"].items() if not advice], "not read": unread}
    for name, value in {**told, "time": _day(found["time"])}.items():
        if value != []:
            console.pair(name, _shown(value))
    for line in wrong:
        console.pair("look at", line)
    console.record({**found, "look_at": wrong})
    return NOTHING if wrong else FOUND


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _store(args: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Return what a store holds, and what is wrong with it."""
    now = int(time.time())
    try:
        found = open_store(args).status(now)
    except PdqliteError as error:
        return {"error": type(error).__name__}, [f"the store: {error}"]
    if found is None:
        return {"installed": False}, ["nothing is installed in this store: pdqlite list install"]
    manifest = found.manifest
    days = (manifest.expires - now) // _DAY
    state = {
        "installed": True,
        "type": manifest.type,
        "seq": manifest.seq,
        "status": found.status,
        "expires_in_days": days,
        "witnessed_hours_ago": (now - found.state.seen) // 3600 if found.state.seen else None,
    }
    return state, [f"the list is {remark}" for remark in found.remarks]


def _day(seconds: int) -> str:
    """Return a time of this machine's clock, by which lists go stale, for people."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC, as this machine's clock has it")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(v)}" for name, v in value.items() if v is not None and v is not False)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "yes" if value is True else str(value)
