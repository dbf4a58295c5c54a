"""
`pdqlite report vouch`: say as an organisation that one knows a reporter; and whose statements count when reports are opened.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pdqlite.cli.console import Console, shown
from pdqlite.cli.files import SIGNING_KEY, about, read_small, signing_key
from pdqlite.cli.main import FOUND, add_output_options
from pdqlite.cli.options import number
from pdqlite.errors import ArgumentError, ReportError
from pdqlite.lists.format.files import replace
from pdqlite.lists.format.note import MAX_BYTES, VerifierKey
from pdqlite.reports import notes

ENDING = ".trusted"
_DAY = 86_400


def add(actions: Any) -> None:
    """Add the parser of `report vouch`."""
    vouch = actions.add_parser(
        "vouch",
        help="organisations: say that a reporter is trusted",
        description="Write a signed statement that you know a reporter. Other organisations can rely on it (report open --trusted --by): reports that this reporter signs "
        "come before anonymous ones. It cannot be taken back before its time, so let it be short.",
    )
    vouch.add_argument(
        "--reporter",
        required=True,
        metavar="FILE",
        help="the reporter's public key, one line as pdqlite key new prints it",
    )
    vouch.add_argument("--name", required=True, help="name of your organisation")
    vouch.add_argument("--signing-key", required=True, metavar="KEY", help=SIGNING_KEY)
    vouch.add_argument("--days", type=number(1, 3650), default=180, help="how long it counts (default: 180)")
    vouch.add_argument("-o", "--output", required=True, metavar="FILE", help=f"file to write, ending in {ENDING}")
    vouch.set_defaults(run=run_vouch)
    add_output_options(vouch)


def add_options(opening: argparse.ArgumentParser) -> None:
    """Add the options of `report open` that say whom one trusts."""
    opening.add_argument(
        "--trusted",
        action="append",
        default=[],
        metavar="PATH",
        help=f"statements of organisations on reporters whom they know (pdqlite report vouch): a file, or a folder of files ending in {ENDING}; repeat for more",
    )
    opening.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="CARD",
        help="card of an organisation whose statements count, your own too; repeat for more",
    )
    opening.add_argument(
        "--known",
        metavar="FILE",
        help="public keys of reporters and organisations whom you know yourself, one a line; nobody else can rely on it",
    )
    opening.add_argument("--blocked", metavar="FILE", help="public keys whose reports are set aside, one a line")


def run_vouch(args: argparse.Namespace, console: Console) -> int:
    """Write one statement."""
    if not args.output.endswith(ENDING):
        raise ArgumentError(f"--output ends in {ENDING}, so that organisations take it as one")
    with about(args.reporter):
        reporter = VerifierKey.parse(
            read_small(args.reporter, MAX_BYTES, "public key").decode("utf-8", "replace").strip()
        )
    signer = signing_key(args.signing_key, args.name)
    said = notes.Trusted(args.name, reporter, int(time.time()) + args.days * _DAY)
    replace(Path(args.output), notes.signed(said.text, signer))
    console.line(
        f"{shown(args.output)}: {said.name} knows {said.reporter.name}, for {args.days} days; next: hand it to organisations, for pdqlite report open --trusted"
    )
    console.record({"file": args.output, "name": said.name, "reporter": str(reporter), "until": said.until})
    return FOUND


def public_keys(name: str | None) -> dict[str, VerifierKey]:
    """Read a file of public keys, one a line; nothing without a name of a file."""
    found: dict[str, VerifierKey] = {}
    if name is None:
        return found
    with about(name):
        for line in read_small(name, 1 << 20, "file of public keys").decode("utf-8", "replace").split("\n"):
            if line.strip():
                key = VerifierKey.parse(line.strip())
                if key.name in found:
                    raise ArgumentError(f"two keys of {key.name}: one name has one key")
                found[key.name] = key
    return found


def known_keys(args: argparse.Namespace, console: Console, now: int) -> dict[str, VerifierKey]:
    """Return the keys of reporters who count as known, by name; says which statements do not count."""
    if bool(args.trusted) != bool(args.by):
        raise ArgumentError(
            "--trusted and --by go together: the statements, and the cards of those whose statements count"
        )
    organisations: dict[str, VerifierKey | None] = {}  # None: its card is past its time
    until: dict[str, int] = {}
    for name in args.by:
        with about(name):
            card = notes.Card.parse(read_small(name, MAX_BYTES, "card"))
            if organisations.setdefault(card.name, card.verifier) != card.verifier:
                raise ArgumentError(f"two cards of {card.name} with different keys")
            until[card.name] = max(card.until, until.get(card.name, 0))
    for name in (name for name, last in until.items() if last <= now):
        console.note(f"the card of {name} is past its time, so its statements do not count: ask {name} for a new one")
        organisations[name] = None
    own = public_keys(args.known)
    return {**_stated(_files(args.trusted), organisations, console, now, own), **own}


def _files(paths: Sequence[str]) -> list[str]:
    found = []
    for path in paths:
        inside = sorted(map(str, Path(path).rglob(f"*{ENDING}"))) if Path(path).is_dir() else [path]
        if not inside:
            with about(path):
                raise ArgumentError(f"no file ending in {ENDING} here (pdqlite report vouch writes them)")
        found += inside
    return found


def _stated(
    files: Iterable[str], organisations: Mapping[str, VerifierKey | None], console: Console, now: int, own: Mapping[str, VerifierKey]
) -> dict[str, VerifierKey]:  # fmt: skip
    """Return the reporters that statements name; one that does not count keeps no report from being opened."""
    found: dict[str, VerifierKey] = {}
    unsure: set[str] = set()
    keys = {name: key for name, key in organisations.items() if key is not None}
    for file in files:
        try:
            data = read_small(file, notes.MAX_REPORTER, "statement")
            if notes.Trusted.claimed(data).name in organisations.keys() - keys.keys():
                continue
            said = notes.Trusted.verified(data, keys)
        except ReportError as error:
            console.error(file, error)
            continue
        name = said.reporter.name
        if said.until <= now:
            console.note(f"{shown(file)}: past its time: ask {said.name} for a new one")
        elif found.setdefault(name, said.reporter) != said.reporter and name not in own:
            unsure.add(name)
    for name in sorted(unsure):
        console.note(f"{name}: two organisations state different keys: neither counts; decide with --known")
    return {name: key for name, key in found.items() if name not in unsure}
