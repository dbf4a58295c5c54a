"""
`pdqlite evidence`: check what others say of a list, without its key: the opening of one match, an audit.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path
from typing import Any

from pdqlite.cli.console import Console
from pdqlite.cli.files import about, load_trust, read_small
from pdqlite.cli.main import FOUND, NOTHING, add_output_options
from pdqlite.errors import ArgumentError, UnendorsedError
from pdqlite.lists.audit.audit import FAILED, NOT_POSSIBLE, PASSED, WITHHELD
from pdqlite.lists.audit.statement import Statement, contradictions
from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.format.files import MANIFEST, Directory, Files
from pdqlite.lists.format.files import read_small as lists_small
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import MAX_BYTES as NOTE_BYTES
from pdqlite.lists.format.note import Note, VerifierKey
from pdqlite.lists.verify.evidence import Evidence, Proven, verify_evidence
from pdqlite.sources import hash_image
from pdqlite.types import HASH_BITS

MAX_BYTES = 1 << 23
REPORT_BYTES = 1 << 26
LAST = 253_402_300_799  # the end of the year 9999: no calendar here goes further


def add(subparsers: Any) -> None:
    """Add the parsers of this group."""
    parser = subparsers.add_parser(
        "evidence",
        help="check the evidence of a match, or an audit's statement",
        description="Evidence opens one entry of a list and proves that it was endorsed. A statement says what an audit found.",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    verify = actions.add_parser(
        "verify",
        help="check one piece of evidence",
        description="Check signatures, log and the opened entry. Needs no list key, only whom to trust.",
    )
    verify.add_argument(
        "file", metavar="FILE", help="from pdqlite match --evidence, or inventory.evidence of a release"
    )
    verify.add_argument("--trust", required=True, metavar="FILE", help="trust file")
    verify.add_argument(
        "--release", metavar="DIR", help="directory of the release, for evidence that carries no manifest"
    )
    verify.add_argument("--picture", metavar="FILE", help="hash this picture too and print its distance to the entry")
    add_output_options(verify)
    verify.set_defaults(run=run_verify)
    audited = actions.add_parser(
        "statement",
        help="check an audit's signed statement",
        description="Check who signed a statement, and print what it says.",
        epilog="Exit codes: 0 signed, and no check failed; 1 signed, and a check failed, or of another content than --release; 2 an error.",
    )
    audited.add_argument("file", metavar="FILE", help="from pdqlite audit --statement")
    audited.add_argument(
        "--auditor",
        action="append",
        required=True,
        metavar="PUBLIC",
        help="public key of an auditor (pdqlite key show); repeat for more: one must have signed",
    )
    audited.add_argument(
        "--report", metavar="FILE", help="the report that the statement names by its digest: is it this one"
    )
    audited.add_argument(
        "--release",
        metavar="DIR",
        help="directory of a release: does its manifest name the audited content? (pdqlite list verify checks signatures and files)",
    )
    add_output_options(audited)
    audited.set_defaults(run=run_statement)
    _add_compare(actions)


def _add_compare(actions: Any) -> None:
    compare = actions.add_parser(
        "compare",
        help="compare two audits' statements of one release",
        description="Check both signatures, then whether the statements contradict each other: two contents or two logs shown to two auditors, "
        "or two answers to one question.",
        epilog="Exit codes: 0 nothing in one contradicts the other; 1 they contradict each other: keep both files, they are evidence; 2 an error.",
    )
    compare.add_argument("file", nargs=2, metavar="FILE", help="from pdqlite audit --statement")
    compare.add_argument(
        "--auditor",
        action="append",
        required=True,
        metavar="PUBLIC",
        help="public key of an auditor (pdqlite key show); repeat for more: each statement needs one of them",
    )
    add_output_options(compare)
    compare.set_defaults(run=run_compare)


def _statement(name: str, keys: list[VerifierKey]) -> tuple[Statement, list[str]]:
    """Return a statement and which of these auditors signed it: at least one."""
    with about(name):
        note = Note.parse(read_small(name, NOTE_BYTES, "statement"), "audit statement")
        said, signers = Statement.parse(note.text), [key.name for key in note.signers(keys)]
        if not signers:
            raise UnendorsedError("none of the given auditors signed this statement")
    return said, signers


def run_compare(args: argparse.Namespace, console: Console) -> int:
    """Compare two statements."""
    with about("--auditor"):
        keys = [VerifierKey.parse(key) for key in args.auditor]
    (one, first), (other, second) = (_statement(name, keys) for name in args.file)
    with about(" ".join(args.file)):
        views, answers = contradictions(one, other)
    console.line(f"release {one.seq} of {one.origin}: audited by {', '.join(first)} and by {', '.join(second)}")
    for said in views:
        console.line(f"SPLIT VIEW   {said}: somebody showed two auditors different lists; keep both statements")
    for said in answers:
        console.line(f"TWO ANSWERS  {said}: one of the auditors, or what it was served, is wrong")
    if not views and not answers:
        console.line("nothing in one contradicts the other")
    record = {"origin": one.origin, "seq": one.seq, "signers": [first, second], "split_view": views, "answers": answers}
    console.record(record)
    return NOTHING if views or answers else FOUND


def run_verify(args: argparse.Namespace, console: Console) -> int:
    """Check one piece of evidence."""
    files: Files | None = Directory(Path(args.release)) if args.release else None
    trust = load_trust(args.trust)
    with about(args.file):
        proven = verify_evidence(Evidence.parse(read_small(args.file, MAX_BYTES, "evidence file")), trust, files)
    manifest = proven.endorsed.manifest
    said = described(proven)
    what = "the first page" if proven.slot is None else f"entry {proven.slot}"
    console.line(
        f"{args.file}: {what} of release {manifest.seq} of {manifest.origin}, endorsed by {', '.join(proven.endorsed.signers)}"
    )
    if proven.slot is not None:
        console.line(
            f"marked {', '.join(proven.categories)} by {', '.join(proven.sources)}"
            + (", as what must not match" if proven.negative else "")
        )
    else:
        console.line(f"{proven.count} entries\n{(proven.inventory or '').rstrip()}")
    for remark in proven.endorsed.remarks:
        console.line(f"the release is {remark}")
    if args.picture is None:
        console.record(said)
        return FOUND
    if proven.bits is None:
        raise ArgumentError("--picture belongs to the evidence of an entry")
    with about(args.picture):
        found = hash_image(args.picture)
    distance = (int.from_bytes(found.bits, "big") ^ int.from_bytes(proven.bits, "big")).bit_count()
    console.line(
        f"the whole picture, as it is: {distance} of {HASH_BITS} bits differ; the list allows {manifest.max_distance}"
    )
    console.record({**said, "distance": distance, "quality": found.quality})
    return FOUND if distance <= manifest.max_distance else NOTHING


def run_statement(args: argparse.Namespace, console: Console) -> int:
    """Check one audit's statement."""
    with about("--auditor"):
        keys = [VerifierKey.parse(key) for key in args.auditor]
    said, signers = _statement(args.file, keys)
    console.line(
        f"{args.file}: release {said.seq} of {said.origin}, audited {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime(min(said.time, LAST)))} by {', '.join(signers)}"
    )
    console.line(
        f"{'with' if said.with_key else 'without'} the list key"
        + (f"; {said.canary[1]} of {said.canary[0]} innocent pictures matched" if said.canary else "")
    )
    for verdict in (FAILED, WITHHELD, PASSED, NOT_POSSIBLE):
        tokens = [f"{token} ({v.checked} of {v.total})" for token, v in said.checks.items() if v.verdict == verdict]
        if tokens:
            console.line(f"{verdict.replace('-', ' ')}: {', '.join(tokens)}")
    reported = None
    if args.report:
        with about(args.report):
            reported = said.report == hashlib.sha256(read_small(args.report, REPORT_BYTES, "report")).digest()
        console.line(
            f"{args.report}: {'the report of this statement' if reported else 'another report than the statement names'}"
        )
    same = None
    if args.release:
        with about(args.release):
            signed = Note.parse(lists_small(Directory(Path(args.release)), MANIFEST, NOTE_BYTES), "manifest")
            manifest = Manifest.parse(signed.text)
        same = (manifest.origin, manifest.seq, manifest.root) == (said.origin, said.seq, said.content)
        console.line(
            f"{args.release}: {'its manifest names the content that was audited (pdqlite list verify checks the files)' if same else 'its manifest names another release or content than the one that was audited'}"
        )
    console.record(
        {
            "origin": said.origin,
            "seq": said.seq,
            "time": said.time,
            "signers": signers,
            "with_key": said.with_key,
            "canary": {"pictures": said.canary[0], "matches": said.canary[1]} if said.canary else None,
            "report": tobase64(said.report) if said.report else None,
            "checks": {token: v._asdict() for token, v in said.checks.items()},
            "same_content": same,
        }
    )
    bad = any(v.verdict in (FAILED, WITHHELD) for v in said.checks.values())
    return NOTHING if bad or same is False or reported is False else FOUND


def described(proven: Proven) -> dict[str, Any]:
    """Return what is proven as JSON takes it."""
    manifest = proven.endorsed.manifest
    said: dict[str, Any] = {
        "origin": manifest.origin,
        "seq": manifest.seq,
        "signers": list(proven.endorsed.signers),
        "remarks": list(proven.endorsed.remarks),
        "max_distance": manifest.max_distance,
    }
    if proven.slot is None:
        return {**said, "count": proven.count, "inventory": proven.inventory}
    return {
        **said,
        "entry": proven.slot,
        "hash": (proven.bits or b"").hex(),
        "categories": list(proven.categories),
        "sources": list(proven.sources),
        "negative": proven.negative,
    }
