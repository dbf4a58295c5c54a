"""
`pdqlite list dispute`: say in the log that an entry is wrong, take it back, or lift what was said; and what that does to the next build.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from pdqlite import lists
from pdqlite.cli.console import Console
from pdqlite.cli.files import SIGNING_KEY, about, list_key, read_small, signing_key
from pdqlite.cli.list_log import opened
from pdqlite.cli.main import FOUND, add_output_options
from pdqlite.cli.options import number, token
from pdqlite.errors import ArgumentError
from pdqlite.intake import Intake
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format.encoding import MAX_NUMBER, name
from pdqlite.lists.format.files import MANIFEST, Directory
from pdqlite.lists.format.files import read_small as lists_small
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import MAX_BYTES, Note
from pdqlite.lists.log.record import DISPUTED, KINDS, Record
from pdqlite.lists.publish.disputes import Disputes, entry_leaves
from pdqlite.lists.verify.evidence import Evidence
from pdqlite.types import Entries

_EVIDENCE_BYTES = 1 << 23


def add(actions: Any) -> None:
    """Add the parser of this command."""
    dispute = actions.add_parser(
        "dispute",
        help="say in the log that an entry is wrong, or take it back",
        description="Sign a record on one entry of a published list and put it where the next release takes it into the log. It names the entry by its "
        "leaf in the content tree: whoever has no list key learns nothing of the hash.",
    )
    dispute.add_argument("prefix", metavar="PREFIX", help="directory of the published list")
    dispute.add_argument(
        "--release", type=number(0, MAX_NUMBER), required=True, metavar="N", help="a release that has the entry"
    )
    which = dispute.add_mutually_exclusive_group(required=True)
    which.add_argument("--hash", metavar="HEX", help="the entry's hash, 64 hex digits (needs --key)")
    which.add_argument("--evidence", metavar="FILE", help="evidence of a match with it (pdqlite match --evidence)")
    dispute.add_argument("--key", metavar="FILE", help="list key of that release")
    dispute.add_argument(
        "--as",
        dest="kind",
        choices=KINDS,
        default=DISPUTED,
        help="disputed: the entry needs enough others; withdrawn: an entry with one's own mark does not enter again; lifted: what one said before is void (default: disputed)",
    )
    dispute.add_argument("--reason", type=token, required=True, help="one word, like lawful or wrong-picture")
    dispute.add_argument(
        "--contact",
        required=True,
        metavar="URI",
        help="how somebody affected reaches you, like mailto:desk@hotline.example",
    )
    dispute.add_argument("--name", required=True, help="name of the organisation")
    dispute.add_argument("--signing-key", required=True, metavar="FILE", help=SIGNING_KEY)
    add_output_options(dispute)
    dispute.set_defaults(run=run)


def _leaf(args: argparse.Namespace) -> bytes:
    if args.evidence:
        with about(args.evidence):
            evidence = Evidence.parse(read_small(args.evidence, _EVIDENCE_BYTES, "evidence file"))
            place = Directory(Path(args.prefix) / str(args.release))
            manifest = Manifest.parse(Note.parse(lists_small(place, MANIFEST, MAX_BYTES), "manifest").text)
            if not evidence.leaf or not evidence.proves(manifest):
                raise ArgumentError(f"this is no evidence of an entry of release {args.release}")
            return merkle.leaf_hash(evidence.blind + evidence.data)
    if not args.key:
        raise ArgumentError("--hash needs --key: what cannot be read cannot be found")
    directory = str(Path(args.prefix) / str(args.release))
    with about(directory):
        release = lists.read_release(directory, list_key(args.key))
        rows = [row.tobytes().hex() for row in release.entries.rows]
        if args.hash.lower() not in rows:
            raise ArgumentError("no entry of this release has this hash")
        return entry_leaves(release)[rows.index(args.hash.lower())]


def run(args: argparse.Namespace, console: Console) -> int:
    """Put one record in its place."""
    with about("--contact"):
        name(args.contact, "contact")
    book, signer, leaf = opened(args.prefix), signing_key(args.signing_key, args.name), _leaf(args)

    def make(seq: int) -> Record:
        return Record(book.next().policy.origin, seq, int(time.time()), args.name, args.kind, args.release, leaf, args.reason, args.contact)  # fmt: skip

    with about(args.prefix):
        record = book.add_record(make, signer)
    console.line(
        f"{args.prefix}: record {record.seq} of {record.by}, {record.kind}: waits for the next release (pdqlite list build --prefix, log append)"
    )
    console.record({"seq": record.seq, "record": record.kind, "by": record.by, "release": record.release})
    return FOUND


def add_option(what: Any) -> None:
    """Add the option of `list build` and `scale build` that releases under older keys need."""
    what.add_argument("--records-key", action="append", default=[], metavar="FILE", help="with --prefix: list key of an earlier release that a dispute or "
                      "withdrawal names, where it is not --key; repeat for more")  # fmt: skip


def found_of(args: argparse.Namespace) -> Disputes | None:
    """Return what stands against hashes in the list that a build continues; None: nothing."""
    if args.prefix is None:
        return None
    with about(args.prefix):
        found = Disputes.of(opened(args.prefix), [list_key(f) for f in (args.key, *args.records_key)])
    return found if found.disputing else None


def tell(found: Disputes, console: Console) -> None:
    """Say what disputes and withdrawals did to a build."""
    console.note(
        f"disputes and withdrawals: {found.left_out} entries left out, {found.marked} stay on the marks of others if these are enough"
    )


def hold(args: argparse.Namespace, intake: Intake, names: list[str], console: Console) -> None:
    """Have the build keep to the disputes and withdrawals of the list that it continues."""
    found = found_of(args)
    if found is None:
        return

    def apply(entries: Entries) -> Entries:
        kept = found.apply(entries, names)
        tell(found, console)
        return kept

    intake.disputes = apply
