"""
`pdqlite audit`: check a published list, with or without its key, from a directory or a mirror.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pdqlite.cli import audit_report
from pdqlite.cli import files as cli_files
from pdqlite.cli.console import Console, shown
from pdqlite.cli.main import FOUND, NOTHING, add_output_options
from pdqlite.cli.options import number
from pdqlite.cli.walking import walk
from pdqlite.errors import ArgumentError, PdqliteError, UnauditedError, UnreadableError
from pdqlite.lists.audit import statement
from pdqlite.lists.audit.audit import FAILED, PASSED, Audit, audit
from pdqlite.lists.audit.found import WITHHELD
from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.format.files import Directory, Files, replace
from pdqlite.lists.format.note import COSIGNATURE, MAX_BYTES, Signer
from pdqlite.lists.log.logbook import MAX_LEAVES
from pdqlite.lists.log.record import standing
from pdqlite.types import MatchPolicy
from pdqlite.workers import work_apart

_MARKS = {
    "passed": "passed      ",
    "failed": "FAILED      ",
    "withheld": "WITHHELD    ",
    "not-possible": "not possible",
}


def add(subparsers: Any) -> None:
    """Add the parser of this group."""
    parser = subparsers.add_parser(
        "audit",
        help="check a published list",
        description="Check a published list, or one release, as far as what is given allows. Nothing needs the list key; more can be checked with it.",
        epilog="Exit codes: 0 no check failed and nothing was withheld, 1 a check failed or something was withheld, 2 an error.",
    )
    parser.add_argument(
        "place",
        metavar="DIR|URL",
        help="directory of a published list or of one release, or the address of a plain HTTP mirror",
    )
    parser.add_argument(
        "--trust", metavar="FILE", help="what an application pins: says whose signatures should be there"
    )
    parser.add_argument(
        "--key", action="append", default=[], metavar="FILE", help="list key; repeat where releases have different ones"
    )
    parser.add_argument("--canary", metavar="DIR", help="innocent pictures: none may match (needs --key)")
    parser.add_argument("--since", metavar="FILE", help="an earlier checkpoint, from which the log must go on")
    parser.add_argument(
        "--last",
        type=number(0, MAX_LEAVES),
        default=20,
        metavar="N",
        help="look at the files of so many of the newest releases; 0: all (default: 20)",
    )
    parser.add_argument("--report", metavar="FILE", help="write an HTML report, one file with everything in it")
    parser.add_argument(
        "--sign", metavar="FILE", help="sign a statement of the audit with this PEM key (needs --name, --statement)"
    )
    parser.add_argument("--name", help="name of the auditor")
    parser.add_argument("--statement", metavar="FILE", help="where the signed statement goes")
    parser.add_argument(
        "--passed",
        metavar="FILE",
        help="where the auditor's line goes that devices ask for (needs --sign, --trust, --key): only if nothing failed or was withheld",
    )
    parser.add_argument("--save-checkpoint", metavar="FILE", help="keep the checkpoint, for --since next time")
    parser.add_argument(
        "--max-bytes",
        type=int,
        default=1 << 30,
        metavar="N",
        help="largest file to fetch from a mirror (default: 1 GiB)",
    )
    parser.add_argument(
        "--timeout", type=float, default=600.0, metavar="SECONDS", help="for one file from a mirror (default: 600)"
    )
    parser.add_argument(
        "--allow-withheld",
        action="store_true",
        help="exit 0 although something that a published list has is missing, as the log of a release before its publication; report and statement still say so",
    )
    parser.add_argument(
        "--max-seconds", type=float, default=3600.0, metavar="SECONDS", help="for the whole audit (default: 3600)"
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="child processes for the canary pictures")
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Audit one list."""
    if args.canary and not args.key:
        raise ArgumentError("--canary needs --key: what cannot be read cannot be matched")
    if bool(args.sign) != bool(args.statement) or bool(args.sign) != bool(args.name):
        raise ArgumentError("--sign, --name and --statement go together")
    if args.passed and not (args.sign and args.key and args.trust):
        raise ArgumentError(
            "--passed needs --sign, --key and --trust: an auditor passes what was looked at with the key"
        )
    signer = cli_files.signing_key(args.sign, args.name) if args.sign else None
    trust = cli_files.load_trust(args.trust) if args.trust else None
    keys = [cli_files.list_key(name) for name in args.key]
    since = cli_files.read_small(args.since, MAX_BYTES, "checkpoint") if args.since else None
    with cli_files.about(args.place), ExitStack() as stack:
        files = _place(args, stack)
        found = audit(
            files, int(time.time()), trust=trust, keys=keys, since=since, last=args.last, seconds=args.max_seconds
        )
    if args.save_checkpoint:
        _keep(args, found, console)
    if args.canary:
        _canary(found, args, console)
    _tell(found, console)
    given = True
    report = audit_report.render(found).encode() if args.report else None
    if report is not None:
        replace(Path(args.report), report)
        console.note(f"report written to {args.report}")
    if signer is not None:
        replace(Path(args.statement), statement.sign(statement.state(found, report), signer))
        console.note(f"statement signed by {args.name} written to {args.statement}")
        given = _pass(args, found, signer, console)
    return NOTHING if not given or found.failed or (found.withheld and not args.allow_withheld) else FOUND


def _keep(args: argparse.Namespace, found: Audit, console: Console) -> None:
    """Keep the checkpoint that was audited, unless its log did not sign it, or an earlier one was given and the log was not seen to go on from it."""
    verdicts = {c.token: c.verdict for c in found.checks}
    if found.checkpoint is None:
        why = "no log here"
    elif verdicts["log-signature"] in (FAILED, WITHHELD):
        why = "its log was not seen to have signed it"
    elif args.since is not None and verdicts["log-continues"] != PASSED:
        why = "the log was not seen to go on from that of --since"
    else:
        replace(Path(args.save_checkpoint), found.signed)
        return
    console.note(f"{args.save_checkpoint} not written: {why}")


def _pass(args: argparse.Namespace, found: Audit, signer: Signer, console: Console) -> bool:
    """Write the auditor's line, if it is asked for; False if this audit does not carry it."""
    if not args.passed:
        return True
    try:
        made = statement.line(found, dataclasses.replace(signer, kind=COSIGNATURE))
    except UnauditedError as error:
        console.error(args.passed, error)
        return False
    replace(Path(args.passed), str(made).encode())
    console.note(f"line of {args.name} written to {args.passed}; next, where the list is: pdqlite key attach")
    return True


def _place(args: argparse.Namespace, stack: ExitStack) -> Files:
    if not args.place.startswith(("http://", "https://")):
        if not Path(args.place).is_dir():
            raise UnreadableError("the directory to audit does not exist")
        return Directory(args.place)
    from pdqlite.cli.http import Mirror

    return stack.enter_context(Mirror(args.place, args.max_bytes, args.timeout))


def _canary(found: Audit, args: argparse.Namespace, console: Console) -> None:
    """Match innocent pictures against the newest release that could be opened: none may match."""
    if not Path(args.canary).is_dir():
        raise UnreadableError("--canary: the directory of innocent pictures does not exist")
    walked = walk([args.canary])
    names = walked.names
    for name, problem in walked.problems:
        console.error(name, problem)
    if not names:
        raise ArgumentError("--canary: no file is in this directory; give pictures that must not match")
    if found.newest is None:
        found.add("canary", "not-possible", "no release could be opened")
        return
    release = found.newest.sealed.manifest
    setup = (found.newest.entries, MatchPolicy(), release.max_distance)
    looked = matched = 0
    unread = len(walked.problems)
    with console.progress(len(names), "pictures") as progress:
        for number, result in work_apart("pdqlite.cli.match:matcher", setup, names, args.jobs):
            progress.advance()
            if isinstance(result, PdqliteError):
                unread += not walked.skips(walked.items[number], result)
                continue
            looked += 1
            if result.matched:
                matched += 1
                found.canary_found.append((names[number], result.entry, result.rate))
                console.line(
                    f"{shown(names[number])}: matches entry {result.entry} of release {release.seq}, false-match rate {result.rate:.0e}"
                )
    walked.tell(console)
    found.canary = looked, matched
    said = f"{matched} of {looked} pictures match release {release.seq}" + (
        f"; {unread} could not be read" if unread else ""
    )
    verdict = FAILED if matched or not looked else PASSED
    found.add("canary", verdict, said)


def _several(n: int, what: str) -> str:
    return f"{n} {what}" + "s" * (n != 1)


def _tell(found: Audit, console: Console) -> None:
    newest = found.releases[-1] if found.releases else None
    if newest is not None:
        manifest = newest.manifest
        entries = f"{manifest.slots} slots" if newest.counts is None else f"{newest.counts} entries"
        console.line(f"{manifest.origin}, release {manifest.seq}: {entries}, {_several(found.total, 'release')} seen")
    for check in found.checks:
        console.line(f"{_MARKS[check.verdict]} {check.token:14} {check.said}".rstrip())
    for record in standing(found.records):
        console.line(
            f"{record.kind:12} an entry of release {record.release}, by {record.by}: {record.reason}; {record.contact}"
        )
    console.record(described(found))


def _canary_said(found: Audit) -> dict[str, Any] | None:
    if found.canary is None:
        return None
    of_each = [{"file": name, "entry": entry, "rate": rate} for name, entry, rate in found.canary_found]
    return {"pictures": found.canary[0], "matches": found.canary[1], "found": of_each}


def described(found: Audit) -> dict[str, Any]:
    """Return an audit as JSON takes it."""
    head = found.checkpoint
    return {
        "time": found.now,
        "failed": found.failed,
        "with_key": found.with_key,
        "withheld": found.withheld,
        "checks": [
            {"token": c.token, "verdict": c.verdict, "said": c.said, "checked": c.checked, "of": c.total}
            for c in found.checks
        ],
        "checkpoint": {"origin": head.origin, "size": head.size, "root": tobase64(head.root)} if head else None,
        "witnesses": found.witnesses,
        "canary": _canary_said(found),
        "records": [
            {
                "seq": r.seq,
                "time": r.time,
                "by": r.by,
                "record": r.kind,
                "release": r.release,
                "leaf": tobase64(r.leaf),
                "reason": r.reason,
                "contact": r.contact,
            }
            for r in found.records
        ],
        "policies": [
            {"version": p.version, "seq": p.seq, "endorsers": [k.name for k in p.endorsers.members.values()]}
            for p in found.policies
        ],
        "releases": [
            {
                "origin": r.manifest.origin,
                "seq": r.manifest.seq,
                "issued": r.manifest.issued,
                "expires": r.manifest.expires,
                "slots": r.manifest.slots,
                "bytes": r.manifest.list.size,
                "present": r.present,
                "signers": list(r.signers),
                "entries": r.counts,
                "proven_by": r.proven_by,
                "by_category": r.by_category,
                "by_source": r.by_source,
            }
            for r in found.releases
        ],
    }
