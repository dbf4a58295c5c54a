"""
`pdqlite evidence`: check the portable opening of one match, without the list key.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from pdqlite.cli.console import Console
from pdqlite.cli.files import about, load_trust, read_small
from pdqlite.cli.main import FOUND, NOTHING, add_output_options
from pdqlite.errors import ArgumentError
from pdqlite.lists.evidence import Evidence, Proven, verify_evidence
from pdqlite.lists.files import Directory, Files
from pdqlite.sources import hash_image
from pdqlite.types import HASH_BITS

MAX_BYTES = 1 << 23


def add(subparsers: Any) -> None:
    """Add the parsers of this group."""
    parser = subparsers.add_parser("evidence", help="check the evidence of a match", description="Evidence opens one entry of a list and proves that it was endorsed.")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    verify = actions.add_parser("verify", help="check one piece of evidence", description="Check signatures, log and the opened entry. Needs no list key, only whom to trust.")
    verify.add_argument("file", metavar="FILE", help="from pdqlite match --evidence, or inventory.evidence of a release")
    verify.add_argument("--trust", required=True, metavar="FILE", help="trust file")
    verify.add_argument("--release", metavar="DIR", help="directory of the release, for evidence that carries no manifest")
    verify.add_argument("--picture", metavar="FILE", help="hash this picture too and print its distance to the entry")
    add_output_options(verify)
    verify.set_defaults(run=run_verify)


def run_verify(args: argparse.Namespace, console: Console) -> int:
    """Check one piece of evidence."""
    files: Files | None = Directory(Path(args.release)) if args.release else None
    trust = load_trust(args.trust)
    with about(args.file):
        proven = verify_evidence(Evidence.parse(read_small(args.file, MAX_BYTES, "evidence file")), trust, files)
    manifest = proven.endorsed.manifest
    said = described(proven)
    what = "the first page" if proven.slot is None else f"entry {proven.slot}"
    console.line(f"{args.file}: {what} of release {manifest.seq} of {manifest.origin}, endorsed by {', '.join(proven.endorsed.signers)}")
    if proven.slot is not None:
        console.line(f"marked {', '.join(proven.categories)} by {', '.join(proven.sources)}" + (", as what must not match" if proven.negative else ""))
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
    console.line(f"the whole picture, as it is: {distance} of {HASH_BITS} bits differ; the list allows {manifest.max_distance}")
    console.record({**said, "distance": distance, "quality": found.quality})
    return FOUND if distance <= manifest.max_distance else NOTHING


def described(proven: Proven) -> dict[str, Any]:
    """Return what is proven as JSON takes it."""
    manifest = proven.endorsed.manifest
    said: dict[str, Any] = {"origin": manifest.origin, "seq": manifest.seq, "signers": list(proven.endorsed.signers),
                            "remarks": list(proven.endorsed.remarks), "max_distance": manifest.max_distance}
    if proven.slot is None:
        return {**said, "count": proven.count, "inventory": proven.inventory}
    return {**said, "entry": proven.slot, "hash": (proven.bits or b"").hex(), "categories": list(proven.categories),
            "sources": list(proven.sources), "negative": proven.negative}
