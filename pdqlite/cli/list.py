"""
`pdqlite list`: build, endorse, verify and show signed lists; write trust files. Its log and policies
are in list_log.py and list_policy.py.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

from pdqlite import lists
from pdqlite.cli import (
    accepted,
    list_build,
    list_diff,
    list_dispute,
    list_export,
    list_log,
    list_policy,
    list_store,
    submission,
)
from pdqlite.cli.console import Console, shown
from pdqlite.cli.files import SIGNING_KEY, about, list_key, load_trust, signing_key
from pdqlite.cli.list_build import described
from pdqlite.cli.main import FOUND, add_output_options
from pdqlite.cli.options import number, origin, token
from pdqlite.errors import ArgumentError
from pdqlite.intake import Intake
from pdqlite.lists.format import files
from pdqlite.lists.format.encoding import MAX_NUMBER
from pdqlite.lists.format.note import COSIGNATURE, MAX_BYTES, Note
from pdqlite.lists.log.policy import LogPolicy
from pdqlite.lists.publish.publication import Publication

_DAY = 86_400


def add(subparsers: Any) -> None:
    """Add the parsers of this group."""
    parser = subparsers.add_parser(
        "list", help="build, endorse, verify and show lists", description="Work with signed, encrypted hash lists."
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for add_one in (
        list_build.add_build,
        list_build.add_delta,
        list_diff.add_diff,
        list_export.add,
        _add_inventory,
        _add_endorse,
        _add_trust,
        _add_verify,
        _add_show,
    ):
        add_output_options(add_one(actions))
    list_log.add(actions)
    list_policy.add(actions)
    list_store.add(actions)
    list_dispute.add(actions)


def _add_inventory(actions: Any) -> Any:
    inventory = actions.add_parser(
        "inventory",
        help="publish the exact counts of a release",
        description="Write DIR/inventory.evidence: how many entries there are of each "
        "category and organisation, proven for everyone. Without it, padding hides the counts.",
    )
    inventory.add_argument("directory", metavar="DIR", help="directory of the release")
    inventory.add_argument("--key", required=True, metavar="FILE", help="list key")
    inventory.set_defaults(run=run_inventory)
    return inventory


def _add_endorse(actions: Any) -> Any:
    endorse = actions.add_parser(
        "endorse",
        help="check a list and sign it",
        description="Recompute all of a list's content, then sign it as one organisation.",
    )
    endorse.add_argument("directory", metavar="DIR", help="directory of the release")
    endorse.add_argument("--name", required=True, help="name of the organisation")
    endorse.add_argument("--signing-key", required=True, metavar="FILE", help=SIGNING_KEY)
    endorse.add_argument("--key", required=True, metavar="FILE", help="list key")
    endorse.add_argument(
        "--submitted",
        nargs="+",
        metavar="HASHES",
        help="what this organisation submitted: sign only if the entries with its mark are these, and no others",
    )
    endorse.add_argument(
        "--reports",
        action="append",
        default=[],
        metavar="DIR",
        help="what this organisation accepted of reports: as --submitted, and with it",
    )
    endorse.add_argument(
        "--allow-missing",
        action="store_true",
        help="with --submitted: sign too if some of these are not in the list "
        "(as fewer than its min-sources organisations vouch for them)",
    )
    endorse.set_defaults(run=run_endorse)
    return endorse


def _add_trust(actions: Any) -> Any:
    trust = actions.add_parser(
        "trust",
        help="write what an application pins",
        description="Write a trust file: which list, whose signatures, how many of them.",
    )
    trust.add_argument("-o", "--output", required=True, metavar="FILE", help="trust file to write")
    trust.add_argument("--origin", type=origin, required=True, help="name of the list")
    trust.add_argument(
        "--policy", metavar="FILE", help="pin this policy (pdqlite list policy), instead of --endorser and --quorum"
    )
    trust.add_argument(
        "--endorser",
        action="append",
        default=[],
        metavar="PUBLIC",
        help="public key of an organisation (pdqlite key show); repeat for more",
    )
    trust.add_argument("--quorum", type=int, default=0, metavar="K", help="how many of them must have signed")
    trust.add_argument(
        "--category", type=token, action="append", required=True, help="category to accept; repeat for more"
    )
    trust.add_argument(
        "--type", choices=("image", "video", "file"), default="image", help="what the list holds (default: image)"
    )
    trust.add_argument(
        "--max-distance",
        type=number(0, 255),
        default=68,
        metavar="BITS",
        help="largest radius of a list to accept (default: 68)",
    )
    trust.add_argument(
        "--min-seq", type=number(0, MAX_NUMBER), default=0, metavar="N", help="oldest release to accept (default: 0)"
    )
    trust.add_argument("--allow-unlogged", action="store_true", help="accept a list that no public log vouches for")
    trust.add_argument("--allow-stale", action="store_true", help="accept a list past its time")
    trust.add_argument(
        "--auditor",
        action="append",
        default=[],
        metavar="PUBLIC",
        help="public key of an auditor (pdqlite key show --witness) who must have passed a release; repeat for more",
    )
    trust.add_argument("--audits", type=number(1, 16), metavar="K", help="how many of them must have (default: 1)")
    trust.add_argument(
        "--audit-days", type=number(1, 36500), metavar="DAYS", help="days that their audit may be old (default: 30)"
    )
    trust.add_argument(
        "--allow-unaudited", action="store_true", help="accept a release that too few of them passed, and say so"
    )
    trust.set_defaults(run=run_trust)
    return trust


def _add_verify(actions: Any) -> Any:
    verify = actions.add_parser(
        "verify",
        help="check a list without its key",
        description="Check signatures, quorum, pins, times and the encrypted bytes.",
    )
    verify.add_argument("directory", metavar="DIR", help="directory of the release")
    verify.add_argument("--trust", required=True, metavar="FILE", help="trust file (pdqlite list trust)")
    verify.add_argument("--key", metavar="FILE", help="list key: check the content too")
    verify.set_defaults(run=run_verify)
    return verify


def _add_show(actions: Any) -> Any:
    show = actions.add_parser(
        "show",
        help="print what a list says of itself",
        description="Print a list's manifest. Nothing is checked: use verify for that.",
    )
    show.add_argument("directory", metavar="DIR", help="directory of the release")
    show.set_defaults(run=run_show)
    return show


def run_inventory(args: argparse.Namespace, console: Console) -> int:
    """Publish one inventory."""
    key = list_key(args.key)
    with about(args.directory):
        lists.publish_inventory(args.directory, key=key)
    console.line(f"{args.directory}: the counts of this release can be read without its key now")
    console.record({"directory": args.directory})
    return FOUND


def run_endorse(args: argparse.Namespace, console: Console) -> int:
    """Sign one list."""
    signer, key = signing_key(args.signing_key, args.name), list_key(args.key)
    submitted = None
    if args.submitted or args.reports:
        intake, manifest = Intake(), _manifest(args.directory)[0]
        kind = manifest.type
        accepted.give(accepted.read(args.reports, [signer.verifier]), intake, {signer.name: 1})
        if args.submitted:
            submission.gather(
                args.submitted,
                intake,
                1,
                console,
                submission.Reading(
                    signatures=False, exact=kind == "file", said=kind != "file", at=manifest.issued, partial=True
                ),
            )
        submitted = intake.entries(kind, 1, signatures=False)[0]
    with about(args.directory):
        _check_named(args.directory, signer)
        manifest = lists.endorse(args.directory, signer, key=key, submitted=submitted, all_there=not args.allow_missing)
    console.line(f"{args.directory}: release {manifest.seq} of {manifest.origin} checked and signed by {args.name}")
    if args.name not in manifest.sources.values():
        known = ", ".join(manifest.sources.values())
        console.note(f"{args.directory}: {args.name} is no source of this list ({known}): no entry counts more for it")
    console.record({**described(manifest), "signed": args.name})
    return FOUND


def _check_named(directory: str, signer: lists.Signer) -> None:
    """In a published list, refuse a key that the release's policy does not name: its signature would count nowhere."""
    place, manifest = Path(directory).resolve().parent, _manifest(directory)[0]
    if manifest.policy is None or not (place / "policy").is_dir():
        return
    for policy in Publication(place).policies():
        known = policy.endorsers.members.values()
        if (policy.version, policy.hash) == manifest.policy and signer.verifier not in known:
            raise ArgumentError(
                f"policy {policy.version} does not name this key of {signer.name}; it names keys of {', '.join(k.name for k in known)}"
            )


def run_trust(args: argparse.Namespace, console: Console) -> int:
    """Write a trust file."""
    pinned = None
    with about("--endorser"):
        endorsers = tuple(lists.VerifierKey.parse(text) for text in args.endorser)
    with about("--auditor"):
        auditors = tuple(lists.VerifierKey.parse(text, (COSIGNATURE,)) for text in args.auditor)
    if args.policy:
        text = list_policy.read(args.policy)[0]
        with about(args.policy):
            policy = LogPolicy.parse(text)
        pinned = policy.version, policy.hash
    trust = lists.Trust(
        policy=pinned,
        origin=args.origin,
        categories=tuple(args.category),
        type=args.type,
        quorum=args.quorum,
        endorsers=endorsers,
        min_seq=args.min_seq,
        max_distance=args.max_distance,
        allow_unlogged=args.allow_unlogged,
        allow_stale=args.allow_stale,
        auditors=auditors,
        audits=args.audits or int(bool(auditors)),
        audit_age=(args.audit_days or 30 * bool(auditors)) * _DAY,
        allow_unaudited=args.allow_unaudited,
    )
    files.replace(Path(args.output), bytes(trust))
    who = "the organisations of the policy" if pinned else f"{args.quorum} of {len(args.endorser)} organisations"
    console.line(f"{args.output}: {who} must sign {args.origin}")
    console.record({"file": args.output, "origin": args.origin, "quorum": args.quorum, "endorsers": len(args.endorser)})
    return FOUND


def run_verify(args: argparse.Namespace, console: Console) -> int:
    """Check one list."""
    trust, now = load_trust(args.trust), int(time.time())
    report: lists.Report
    key = list_key(args.key) if args.key else None
    with about(args.directory):
        report = (
            lists.open_list(args.directory, key, trust=trust, now=now)
            if key
            else lists.verify_list(args.directory, trust, now)
        )
    manifest = report.manifest
    console.line(
        f"{args.directory}: {report.status}: {manifest.origin}, release {manifest.seq}, signed by {', '.join(report.signers)}"
    )
    if "unlogged" in report.remarks:
        console.line("no public log vouches that everyone gets this same list")
    record = {
        **described(manifest),
        "status": report.status,
        "remarks": list(report.remarks),
        "signers": list(report.signers),
    }
    if isinstance(report, lists.OpenList):
        counts = {
            manifest.sources[i]: int(np.count_nonzero(report.entries.sources & (1 << i))) for i in manifest.sources
        }
        console.line(
            f"{len(report.entries)} entries; "
            + ", ".join(f"{name} vouches for {count}" for name, count in counts.items())
        )
        record |= {"entries": len(report.entries), "vouched": counts}
    console.record(record)
    return FOUND


def _manifest(directory: str) -> tuple[lists.Manifest, list[str]]:
    """Return a release's manifest and the names of its signature lines, neither checked."""
    with about(directory):
        data = files.read_small(files.Directory(directory), files.MANIFEST, MAX_BYTES)
        if b"\n\n" not in data:
            return lists.Manifest.parse(data), []
        signed = Note.parse(data, "manifest")
        return lists.Manifest.parse(signed.text), [s.name for s in signed.signatures]


def run_show(args: argparse.Namespace, console: Console) -> int:
    """Print a manifest."""
    manifest, signers = _manifest(args.directory)
    for name, value in described(manifest).items():
        console.line(f"{name:13} {', '.join(value) if isinstance(value, list) else value}")
    console.line(f"{'signatures':13} {', '.join(map(shown, signers)) or 'none'} (not checked here)")
    console.record({**described(manifest), "signatures": signers})
    return FOUND
