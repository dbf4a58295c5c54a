"""
`pdqlite report card | open | triage | accept | decline | receipts`: what an organisation does with fingerprint reports.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pdqlite import lists
from pdqlite.cli import report_against, report_trusted
from pdqlite.cli.console import Console, shown
from pdqlite.cli.files import SIGNING_KEY, about, list_key, load_trust, signing_key
from pdqlite.cli.main import ERROR, FOUND, NOTHING, add_output_options
from pdqlite.cli.options import number, token
from pdqlite.errors import ArgumentError, KeyFileError, UnreadableError
from pdqlite.index import Index
from pdqlite.lists.format.files import replace
from pdqlite.lists.format.keys import load_recipient_key
from pdqlite.lists.verify.evidence import Openings, verify_evidence
from pdqlite.reports import deciding, notes, page, sealing
from pdqlite.reports.desk import OPEN, Desk
from pdqlite.reports.items import Item
from pdqlite.reports.taking import Office, Taking
from pdqlite.reports.triage import Limits, Triage

ENDINGS = (".report", ".withdrawal")
_DAY = 86_400
_NAMED = 20  # refused files that are named on the screen


def add(actions: Any) -> None:
    """Add the parsers of organisations' commands."""
    card = actions.add_parser("card", help="organisations: make the card that reports are sealed to", description="Write a card: who you are, the key that reports are "
                              "sealed to, the key that signs your receipts. Publish it on your own page.")  # fmt: skip
    card.add_argument("--name", required=True, help="name of the organisation, as lists name it")
    card.add_argument("--key", required=True, metavar="FILE", help="private X25519 key (pdqlite key new --recipient)")
    card.add_argument("--signing-key", required=True, metavar="KEY", help=SIGNING_KEY)
    card.add_argument("--days", type=number(1, 3650), default=365, help="until reporters need a new one (default: 365)")
    card.add_argument("-o", "--output", required=True, metavar="FILE", help="file to write")
    card.set_defaults(run=run_card)
    add_output_options(card)
    report_trusted.add(actions)
    _add_open(actions)
    _add_triage(actions)
    _add_decisions(actions)


def _add_open(actions: Any) -> None:
    opening = actions.add_parser("open", help="organisations: take reports in", description="Open reports and withdrawals and put them on a desk, one file that holds all. "
                                 "What is refused is counted with its reason. Running it again on the same files changes nothing.")  # fmt: skip
    opening.add_argument(
        "files", nargs="+", metavar="FILE", help="files ending in .report or .withdrawal, or directories of them"
    )
    _desk(opening)
    opening.add_argument("--key", required=True, metavar="FILE", help="private key of your card")
    opening.add_argument(
        "--retired",
        action="append",
        default=[],
        metavar="FILE",
        help="an older private key: its reports are opened and marked; repeat for more",
    )
    report_trusted.add_options(opening)
    opening.add_argument(
        "--channel", type=token, default="unnamed", help="where these files came from, one word (default: unnamed)"
    )
    opening.add_argument(
        "--acceptances",
        metavar="DIR",
        help="what report accept wrote: acceptances of reports that are withdrawn or declined are removed",
    )
    opening.set_defaults(run=run_open)
    add_output_options(opening)


def _add_triage(actions: Any) -> None:
    triage = actions.add_parser("triage", help="organisations: see the groups that wait", description="Show groups of reports of the same thing, those first that known "
                                "reporters have signed. Numbers of anonymous reports prove nothing and order little.")  # fmt: skip
    _desk(triage)
    triage.add_argument("--against", nargs=2, action="append", default=[], metavar=("LABEL", "HASHES"), help="mark groups near to these hashes, like `negative harmless.txt`; repeat for "
                        "canaries, popular pictures, what you list already")  # fmt: skip
    triage.add_argument("--most", type=number(1, 100_000), default=50, metavar="N", help="groups to show (default: 50)")
    triage.add_argument("--aside", action="store_true", help="show what the limits set aside, instead")
    triage.add_argument(
        "--signer-limit",
        type=number(1, 10**9),
        default=Limits().signer,
        metavar="N",
        help="open reports of one known reporter that count (default: 200)",
    )
    triage.add_argument("--burst-limit", type=number(1, 10**9), default=Limits().burst, metavar="N", help="new groups of anonymous reports that one run of report open may "
                        "begin; if it began more, those of one report are set aside (default: 500)")  # fmt: skip
    triage.add_argument("--review", action="append", default=[], type=number(1, 2**53), metavar="GROUP", help="note that somebody looks at this group now; the next receipts say so to its reporters; repeat for more")  # fmt: skip
    triage.add_argument("--html", metavar="FILE", help="write the review page: one file that loads and sends nothing")
    triage.set_defaults(run=run_triage)
    add_output_options(triage)


def _add_decisions(actions: Any) -> None:
    accept = actions.add_parser(
        "accept",
        help="organisations: accept a group",
        description="Write acceptances of a group for the publisher of the list (pdqlite list build --reports).",
    )
    accept.add_argument("group", type=number(1, 2**53), metavar="GROUP", help="its number, from report triage")
    accept.add_argument("--category", required=True, type=token, help="the list's word for what it is")
    accept.add_argument(
        "--most",
        type=number(1, 100),
        default=deciding.MOST,
        metavar="N",
        help="reports of the group that go into the list: those of known reporters first, then those sent to most organisations (default: 3)",
    )
    accept.add_argument("--name", required=True, help="name of your organisation")
    accept.add_argument("--signing-key", required=True, metavar="KEY", help=SIGNING_KEY)
    accept.add_argument(
        "--acceptances", required=True, metavar="DIR", help="where acceptances lie; what is handed to the publisher"
    )
    accept.set_defaults(run=run_accept)
    decline = actions.add_parser(
        "decline",
        help="organisations: decline a group",
        description="Decline a group, and delete what its reports say.",
    )
    decline.add_argument("group", type=number(1, 2**53), metavar="GROUP", help="its number, from report triage")
    decline.add_argument(
        "--reason", required=True, type=token, help="one word that reporters will read, like not-enough"
    )
    decline.add_argument(
        "--acceptances",
        metavar="DIR",
        help="where acceptances lie: those of this group are removed; needed if it was accepted",
    )
    decline.set_defaults(run=run_decline)
    receipts = actions.add_parser(
        "receipts",
        help="organisations: write the answers",
        description="Write a sealed receipt for each report whose status changed since its last one.",
    )
    receipts.add_argument("--name", required=True, help="name of your organisation")
    receipts.add_argument("--signing-key", required=True, metavar="KEY", help=SIGNING_KEY)
    receipts.add_argument(
        "-o", "--output", required=True, metavar="DIR", help="folder for files named by the report's id"
    )
    receipts.add_argument(
        "--release", metavar="DIR", help="a release: accepted reports that it lists are told so, with proof"
    )
    receipts.add_argument("--key", metavar="FILE", help="list key of that release")
    receipts.add_argument("--trust", metavar="FILE", help="trust file that reporters check the proof with")
    receipts.set_defaults(run=run_receipts)
    for command in (accept, decline, receipts):
        _desk(command)
        add_output_options(command)


def _desk(command: argparse.ArgumentParser) -> None:
    command.add_argument("--desk", required=True, metavar="FILE", help="the desk; holds what reports say, in clear")


def private_keys(names: Sequence[str]) -> dict[bytes, X25519PrivateKey]:
    """Return private keys by the key ID of their public halves."""
    found = {}
    for name in names:
        with about(name):
            key = load_recipient_key(name)
            if not isinstance(key, X25519PrivateKey):
                raise KeyFileError("reports are sealed to X25519 keys (pdqlite key new --recipient)")
            found[sealing.key_id(key.public_key().public_bytes_raw())] = key
    return found


def run_card(args: argparse.Namespace, console: Console) -> int:
    """Write one card."""
    (key,) = private_keys([args.key]).values()
    signer = signing_key(args.signing_key, args.name)
    until = int(time.time()) + args.days * _DAY
    card = notes.Card(args.name, key.public_key().public_bytes_raw(), until, signer.verifier)
    replace(Path(args.output), notes.signed(card.text, signer))
    console.line(f"{args.output}: card of {card.name}, key {card.id.hex()}; publish it on your own page")
    console.record({"file": args.output, "name": card.name, "key": card.id.hex(), "until": until})
    return FOUND


@dataclass
class _Files:
    """
    The files that are given, those of directories by name.

    Attributes:
        others: Files in directories that have another ending, and links to directories: they are left.
        closed: Directories that cannot be read.
    """

    names: Sequence[str]
    others: int = 0
    closed: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Path]:
        for name in self.names:
            if not os.path.isdir(name):
                yield Path(name)
                continue
            for folder, folders, found in os.walk(name, onerror=self._closed):
                folders.sort()
                taken = sorted(file for file in found if file.endswith(ENDINGS))
                links = sum(os.path.islink(os.path.join(folder, one)) for one in folders)
                self.others += len(found) - len(taken) + links
                yield from (Path(folder) / file for file in taken)

    def _closed(self, error: OSError) -> None:
        self.closed.append(os.fsdecode(error.filename))


def run_open(args: argparse.Namespace, console: Console) -> int:
    """Take reports in."""
    retired = private_keys(args.retired)
    office = Office(
        {**retired, **private_keys([args.key])},
        frozenset(retired) - frozenset(private_keys([args.key])),
        report_trusted.known_keys(args, console, int(time.time())),
        report_trusted.public_keys(args.blocked),
    )
    files = _Files(args.files)
    with Desk(args.desk, new=True) as desk:
        taking = Taking(desk, office, args.channel, int(time.time()))
        named = 0
        with console.progress(None, "files") as progress:
            for name, problem in taking.take((str(path), path) for path in files):
                progress.advance()
                named += problem is not None
                if problem is not None and named <= _NAMED:
                    console.error(name, problem)
        if named > _NAMED:
            console.note(f"{named - _NAMED} more files refused; report triage counts them by reason")
        for name in files.closed:
            console.error(name, UnreadableError("cannot be listed: what is in it was not opened"))
        if files.others:
            console.note(
                f"{files.others} files were left: what is opened in a directory ends in .report or .withdrawal"
            )
        for what, count in sorted(taking.counts.items()):
            console.line(f"{count} {_TAKEN[what]}")
        console.record(dict(sorted(taking.counts.items())))
        if taking.standing and not args.acceptances:
            console.line(
                f"{taking.standing} of the withdrawn reports were accepted: run this again with --acceptances DIR, so that their acceptances are removed"
            )
        if args.acceptances:
            for group, state, left in deciding.recall(desk, Path(args.acceptances)):
                more = (
                    f"; {left} other reports of it stand: pdqlite report accept {group} makes acceptances of those"
                    if left
                    else ""
                )
                console.line(
                    f"group {group}: an acceptance was removed, its report is {'not accepted yet' if state == OPEN else state}{more}"
                )
    if files.closed:
        return ERROR
    return FOUND if any(taking.counts[what] for what in ("new", "withdrawn", "filled")) else NOTHING


_TAKEN = {
    "new": "new reports", "repeat": "reports that were here already", "withdrawn": "reports withdrawn", "refused": "files refused",
    "blocked": "reports of blocked reporters set aside", "seen": "files refused before", "unknown": "withdrawals of reports that are not here yet; they wait",
    "unkept": "withdrawals of such reports do not wait, as too many do: keep their files, and open them again with their reports", "filled": "reports whose content was missing and is here now",
}  # fmt: skip


def run_triage(args: argparse.Namespace, console: Console) -> int:
    """Show the groups that wait."""
    with Desk(args.desk) as desk:
        deciding.review(desk, args.review)
        triage = Triage(desk, Limits(args.signer_limit, args.burst_limit), report_against.against(args.against))
        groups = list(triage.groups(args.most, args.aside))
        for group in groups:
            console.line(
                f"group {group.number}: {'picture' if group.kind == 'image' else f'video, {group.frames} frames'}; {page.counted(group.reports, 'report')}: {page.who(group)}; called {', '.join(group.categories)}"
            )
            for flag in page.flags(group):
                console.line(f"  {shown(flag)}")
            console.record({"group": group.number, "kind": group.kind, "state": group.state, "reports": group.reports, "by_reporter": dict(group.by_reporter),
                            "signers": list(group.signers), "categories": list(group.categories), "flags": page.flags(group)})  # fmt: skip
        console.note(
            f"{triage.open_groups} groups open; " + ", ".join(f"{n} {state}" for state, n in triage.counts.items())
        )
        for why, count in triage.aside.items():
            console.note(f"{count} reports set aside by the {why} limit; --aside shows them")
        if triage.unkept:
            console.note(page.unkept(triage.unkept))
        for status, reason, count in triage.refusals():
            console.note(f"{count} files refused, {status}: {reason}")
        if args.html:
            replace(Path(args.html), page.render(triage, groups, args.desk).encode(), 0o600)
            console.line(f"{args.html}: the review page")
    return FOUND if groups else NOTHING


def run_accept(args: argparse.Namespace, console: Console) -> int:
    """Accept one group."""
    signer = signing_key(args.signing_key, args.name)
    with Desk(args.desk) as desk:
        names = deciding.accept(
            desk, args.group, signer, args.category, Path(args.acceptances), int(time.time()), args.most
        )
    console.line(
        f"group {args.group}: {len(names)} acceptances in {args.acceptances}; next: hand that folder to the publisher, and pdqlite report receipts"
    )
    console.record({"group": args.group, "acceptances": [name.hex() for name in names]})
    return FOUND


def run_decline(args: argparse.Namespace, console: Console) -> int:
    """Decline one group."""
    with Desk(args.desk) as desk:
        count = deciding.decline(desk, args.group, args.reason, Path(args.acceptances) if args.acceptances else None)
    console.line(
        f"group {args.group}: {count} reports declined, and what they said is deleted; next: pdqlite report receipts"
    )
    console.record({"group": args.group, "declined": count})
    return FOUND


def _listed(args: argparse.Namespace) -> deciding.Listed | None:
    """Return what finds reports in the release given."""
    if args.release is None:
        return None
    if args.key is None or args.trust is None:
        raise ArgumentError("--release needs --key, the list's, and --trust, by which reporters check the proof")
    trust = load_trust(args.trust)
    with about(args.release):
        verified = lists.read_release(args.release, list_key(args.key))
        openings, index, manifest = Openings(verified, trust), Index(verified.entries.rows), verified.sealed.manifest

    def find(reports: list[tuple[Item, ...]]) -> tuple[tuple[str, int], bytes] | None:
        for item in (item for items in reports for item in items):
            for hit in index.search(item.bits, 0):
                if not verified.entries.flags[hit.row] & 1:
                    evidence = openings.entry(hit.row)
                    verify_evidence(evidence, trust)
                    return (manifest.origin, manifest.seq), bytes(evidence)
        return None

    return find


def run_receipts(args: argparse.Namespace, console: Console) -> int:
    """Write the receipts that are due."""
    signer, folder, counts = signing_key(args.signing_key, args.name), Path(args.output), dict[str, int]()
    folder.mkdir(parents=True, exist_ok=True)
    with Desk(args.desk) as desk, console.progress(None, "receipts") as progress:
        for name, status, data in deciding.receipts(desk, signer, int(time.time()), _listed(args)):
            replace(folder / f"{name.hex()}.receipt", data)
            counts[status] = counts.get(status, 0) + 1
            progress.advance()
    for status, count in sorted(counts.items()):
        console.line(f"{count} receipts: {status}")
    console.record(counts)
    return FOUND if counts else NOTHING
