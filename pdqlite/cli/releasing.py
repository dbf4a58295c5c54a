"""
What all commands that make a release share: its rules, and its place in a log or a directory of its own.
"""

from __future__ import annotations

import argparse
import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pdqlite import lists
from pdqlite.cli import list_log
from pdqlite.cli.console import Console
from pdqlite.cli.files import about
from pdqlite.cli.options import number
from pdqlite.errors import ArgumentError
from pdqlite.lists.format import files, note
from pdqlite.lists.format.encoding import MAX_NUMBER
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.publish.writing import MAX_SOUND_DISTANCE

# Rule of a manifest, its value in a first release, and whether one value is weaker than another.
_RULES: tuple[tuple[str, int, Callable[[int, int], bool]], ...] = (
    ("min_sources", 1, operator.lt),
    ("max_distance", 68, operator.gt),
    ("max_sound_distance", MAX_SOUND_DISTANCE, operator.gt),
)


def add_rules(build: argparse.ArgumentParser) -> None:
    """Give a parser the options of a release that do not say what goes in."""
    rules = build.add_argument_group("rules of the list")
    rules.add_argument(
        "--min-sources",
        type=int,
        metavar="N",
        help="organisations that must vouch for each entry; what fewer submitted is left out (default: as the release before; 1 in a first)",
    )
    rules.add_argument("--max-distance", type=number(0, 255), metavar="BITS", help="largest radius a matcher may use (default: as the release before; in a first "
                       "68, the most that a false-match rate of 1e-7 ever allows; 31 is what PDQ's authors advise for hashes alone)")  # fmt: skip
    rules.add_argument("--days", type=number(1, 36500), default=30, help="days until the list expires (default: 30)")
    rules.add_argument("--issued", type=number(0, MAX_NUMBER // 2), metavar="TIME", help="POSIX seconds (default: now)")
    rules.add_argument("--seq", type=number(0, MAX_NUMBER), help="number of the release (default: 0, or the next of PREFIX)")  # fmt: skip
    rules.add_argument("--seed", metavar="HEX", help="64 hex digits: the same input and seed give the same bytes (default: random)")  # fmt: skip


def settle_rules(args: argparse.Namespace, base: lists.VerifiedList | None, console: Console) -> None:
    """Give the rules that a command line does not name the values of the newest release, so that none is weaker for being forgotten; say which are weaker."""
    before = _newest(args.prefix) or (base.manifest if base is not None else None)
    for rule, first, weaker in _RULES:
        was = getattr(before, rule) if before is not None else None
        if getattr(args, rule, None) is None:
            setattr(args, rule, first if was is None else was)
        elif (
            before is not None and was and weaker(getattr(args, rule), was)
        ):  # 0: of a list of files, whatever is given
            console.note(
                f"--{rule.replace('_', '-')} {getattr(args, rule)}: weaker than the {was} of release {before.seq}"
            )


def _newest(prefix: str | None) -> Manifest | None:
    """Return the manifest of the newest release of a published list, not checked; None of none."""
    found = [int(p.parent.name) for p in Path(prefix).glob("*/manifest") if p.parent.name.isdigit()] if prefix else []
    if not found:
        return None
    with about(str(Path(str(prefix)) / str(max(found)))):
        data = files.read_small(files.Directory(Path(str(prefix)) / str(max(found))), files.MANIFEST, note.MAX_BYTES)
        return Manifest.parse(Note.parse(data, "manifest").text if b"\n\n" in data else data)


def check_sources(prefix: str, names: list[str]) -> None:
    """Refuse sources that the policy in force does not name: they could not sign, so their marks would count for nothing."""
    policy = list_log.opened(prefix).next().policy
    known = {key.name for key in policy.endorsers.members.values()}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ArgumentError(
            f"policy {policy.version} names no organisation {', '.join(unknown)}; it names {', '.join(sorted(known))}"
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a release goes, what its manifest says of its place in the log, and whether a delta leads to it from --base."""

    output: Path
    said: dict[str, Any]
    continues: bool


def place_of(args: argparse.Namespace, base: lists.VerifiedList | None) -> Place:
    """Return where the release goes that a command line asks for."""
    if args.prefix is None:
        return _beside_base(args, base)
    place = list_log.opened(args.prefix).next()
    policy = place.policy
    if args.origin not in (None, policy.origin) or args.seq not in (None, place.seq):
        raise ArgumentError(f"the next release is {place.seq} of {policy.origin}")
    said = {"origin": policy.origin, "seq": place.seq, "prev": place.prev, "policy": (policy.version, policy.hash)}
    continues = base is not None and base.manifest.origin == policy.origin and base.manifest.seq < place.seq
    return Place(Path(args.prefix) / str(place.seq), said, continues)


def _beside_base(args: argparse.Namespace, base: lists.VerifiedList | None) -> Place:
    """A release in a directory of its own: the one after --base, or number 0."""
    before = base.manifest if base is not None and args.origin in (None, base.manifest.origin) else None
    if args.origin is None and before is None:
        raise ArgumentError("give --origin, --base or --prefix")
    seq = 0 if before is None else before.seq + 1
    if args.seq not in (None, seq):
        raise ArgumentError(
            f"--seq: the next release is {seq}"
            + ("; --base names the release that it follows" if before is None else "")
        )
    said = {
        "origin": args.origin or (before.origin if before else ""),
        "seq": seq,
        "prev": before.leaf if before else None,
    }
    return Place(Path(args.output), said, before is not None)


def seed_of(text: str) -> bytes:
    """Read --seed."""
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise ArgumentError("--seed needs 64 hex digits")
    return seed
