"""
`pdqlite list install` and `status`: a list verified once and kept in the form that matching needs.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from pdqlite import lists
from pdqlite.cli.console import Console
from pdqlite.cli.files import about, list_key, load_trust
from pdqlite.cli.main import FOUND, NOTHING, add_output_options
from pdqlite.cli.options import number
from pdqlite.lists.format.locks import WAIT


def add(actions: Any) -> None:
    """Add the parsers of this group."""
    install = actions.add_parser(
        "install",
        help="verify a release and keep it for matching",
        description="Verify a release to the last rule and put it in the place of "
        "the one installed, in one step. Takes the delta if there is one. An older release than the one installed is refused.",
    )
    install.add_argument("directory", metavar="DIR", help="directory of the release")
    install.add_argument("--key", required=True, metavar="FILE", help="list key")
    install.add_argument("--trust", required=True, metavar="FILE", help="trust file (pdqlite list trust)")
    install.add_argument(
        "--wait",
        type=number(0, 86_400),
        default=int(WAIT),
        metavar="SECONDS",
        help="how long to wait for another process that installs into this store (default: 60)",
    )
    install.set_defaults(run=run_install)
    status = actions.add_parser(
        "status",
        help="show what is installed",
        description="Show what is installed and how it stands. Exit code 1 if nothing is.",
    )
    status.add_argument("--check", action="store_true", help="read all of it: is every page there and unchanged?")
    status.set_defaults(run=run_status)
    for parser in (install, status):
        parser.add_argument("--store", required=True, metavar="STORE", help="directory of the store")
        add_device_key(parser)
        add_output_options(parser)


def add_device_key(parser: Any) -> None:
    """Add the option of a store's key."""
    parser.add_argument(
        "--device-key",
        metavar="FILE",
        help="key under which the store keeps the list sealed (a file as pdqlite key new --list makes); without: plain, mapped. A list installed plain stays so until the next install",
    )


def open_store(args: argparse.Namespace) -> lists.Store:
    """Return the store that the options name."""
    return lists.Store(args.store, list_key(args.device_key) if args.device_key else None)


def _told(found: lists.Installed) -> dict[str, Any]:
    manifest, state = found.manifest, found.state
    return {
        "origin": manifest.origin,
        "seq": manifest.seq,
        "status": found.status,
        "remarks": list(found.remarks),
        "installs": state.installs,
        "expires": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(manifest.expires)),
        "log_size": state.log_size,
        "policy": state.policy_version,
        "bytes": found.size,
        "sealed": found.sealed,
    }


def run_install(args: argparse.Namespace, console: Console) -> int:
    """Install one release."""
    trust, key, store = load_trust(args.trust), list_key(args.key), open_store(args)
    with about(args.directory):
        found = store.install(args.directory, key, trust=trust, now=int(time.time()), wait=args.wait)
    console.line(
        f"{args.store}: {found.status}: {found.manifest.origin}, release {found.manifest.seq} installed, {found.size} bytes {'sealed' if found.sealed else 'plain'}"
    )
    console.record(_told(found))
    return FOUND


def run_status(args: argparse.Namespace, console: Console) -> int:
    """Show what is installed."""
    store = open_store(args)
    found = store.status(int(time.time()))
    if found is None:
        console.line(f"{args.store}: nothing is installed")
        return NOTHING
    told = _told(found)
    if args.check:
        with store.open() as opened:
            told["entries"] = len(opened.entries())
            opened.blocks()
    for name, value in told.items():
        console.line(f"{name:9} {', '.join(value) if isinstance(value, list) else value}")
    console.record(told)
    return FOUND
