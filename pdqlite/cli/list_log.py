"""
`pdqlite list log`: put releases into a list's log, have witnesses cosign it, write proofs.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from pdqlite.cli.console import Console
from pdqlite.cli.files import SIGNING_KEY, about, read_small, signing_key
from pdqlite.cli.main import FOUND, add_output_options
from pdqlite.errors import UnreadableError
from pdqlite.lists.format.files import replace
from pdqlite.lists.format.locks import locked
from pdqlite.lists.format.note import COSIGNATURE, MAX_BYTES, Note, VerifierKey
from pdqlite.lists.log.checkpoint import Checkpoint
from pdqlite.lists.log.logbook import add_checkpoint
from pdqlite.lists.publish.publication import Publication


def add(actions: Any) -> None:
    """Add the parsers of this group."""
    log = actions.add_parser(
        "log",
        help="log a release, have it witnessed, prove it",
        description="The public log of a list, in the directory that is published (PREFIX): "
        "checkpoint, tile/, policy/<version>, <seq>/.",
    )
    steps = log.add_subparsers(metavar="STEP", required=True)
    for add_one in (_add_append, _add_witness, _add_request, _add_answer, _add_prove, _add_cosign):
        add_output_options(add_one(steps))


def _step(steps: Any, name: str, run: Any, help: str, description: str, prefix: bool = True) -> Any:
    parser = steps.add_parser(name, help=help, description=description)
    if prefix:
        parser.add_argument("prefix", metavar="PREFIX", help="directory of the published list")
    parser.set_defaults(run=run)
    return parser


def _add_append(steps: Any) -> Any:
    parser = _step(
        steps,
        "append",
        run_append,
        "put the next release into the log",
        "Put policies that wait and the endorsed release PREFIX/<next seq> into the log, under one new checkpoint.",
    )
    parser.add_argument(
        "--key",
        action="append",
        required=True,
        metavar="FILE",
        help=f"key of the log: {SIGNING_KEY}; both keys where a policy that waits changes it",
    )
    parser.add_argument("--name", required=True, help="name of the log: the origin line of its checkpoints")
    return parser


def _add_witness(steps: Any) -> Any:
    parser = _step(
        steps,
        "witness",
        run_witness,
        "ask witnesses over HTTP",
        "Send the newest checkpoint to witnesses (C2SP add-checkpoint) and keep their cosignatures.",
    )
    parser.add_argument("--url", action="append", required=True, help="submission prefix of a witness; repeat for more")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="for each witness (default: 60)")
    return parser


def _add_request(steps: Any) -> Any:
    parser = _step(
        steps,
        "request",
        run_request,
        "write an add-checkpoint request to a file",
        "Write the request for a witness that is reached by other means than HTTP.",
    )
    parser.add_argument("--old", type=int, default=0, metavar="SIZE", help="leaves this witness saw last (default: 0)")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="request to write")
    return parser


def _add_answer(steps: Any) -> Any:
    parser = _step(
        steps,
        "answer",
        run_answer,
        "take a witness's response from a file",
        "Put cosignatures from response files onto the checkpoint.",
    )
    parser.add_argument("responses", nargs="+", metavar="RESPONSE", help="signature lines, as a witness answers them")
    return parser


def _add_prove(steps: Any) -> Any:
    return _step(
        steps,
        "prove",
        run_prove,
        "write the proofs of the newest release",
        "Write manifest.tlog-proof and the chain of policies into the newest release. Run it again after new cosignatures.",
    )


def _add_cosign(steps: Any) -> Any:
    parser = _step(
        steps,
        "cosign",
        run_cosign,
        "be a witness",
        "Check a request against what was seen before and write the response. Refuses what does not continue it.",
        prefix=False,
    )
    parser.add_argument("request", metavar="REQUEST", help="from pdqlite list log request")
    parser.add_argument("--log", required=True, metavar="PUBLIC", help="public key of the log")
    parser.add_argument("--key", required=True, metavar="FILE", help=SIGNING_KEY)
    parser.add_argument("--name", required=True, help="name of the witness")
    parser.add_argument(
        "--seen",
        required=True,
        metavar="FILE",
        help="what this witness saw last; written before the response (FILE.lock keeps two runs apart)",
    )
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="response to write")
    return parser


def opened(prefix: str) -> Publication:
    """Return a list's directory, which must exist."""
    with about(prefix):
        if not Path(prefix).is_dir():
            raise UnreadableError("the directory of the list does not exist")
        return Publication(Path(prefix))


def run_append(args: argparse.Namespace, console: Console) -> int:
    """Log one release."""
    signers = [signing_key(name, args.name) for name in args.key]
    with about(args.prefix):
        manifest = opened(args.prefix).append(*signers)
    console.line(
        f"{args.prefix}: release {manifest.seq} of {manifest.origin} is leaf {manifest.seq} of the log; next: witnesses, then pdqlite list log prove"
    )
    console.record({"seq": manifest.seq, "size": manifest.seq + 1})
    return FOUND


def run_witness(args: argparse.Namespace, console: Console) -> int:
    """Ask witnesses over HTTP."""
    from pdqlite.cli.http import ask_witness

    book = opened(args.prefix)
    wanted = book.witnesses()
    for url in args.url:
        with about(url):
            names = book.book.add_cosignatures(ask_witness(url, book.book.request, args.timeout), wanted)
        _said(console, url, names)
    return FOUND


def _said(console: Console, source: str, names: list[str]) -> None:
    console.line(f"{source}: cosigned by {', '.join(names)}")
    console.record({"source": source, "witnesses": names})


def run_request(args: argparse.Namespace, console: Console) -> int:
    """Write one request."""
    with about(args.prefix):
        data = opened(args.prefix).book.request(args.old)
    replace(Path(args.output), data)
    console.line(f"{args.output}: request for a witness that last saw {args.old} leaves")
    console.record({"file": args.output, "old": args.old})
    return FOUND


def run_answer(args: argparse.Namespace, console: Console) -> int:
    """Take responses."""
    book = opened(args.prefix)
    for name in args.responses:
        with about(name):
            names = book.book.add_cosignatures(read_small(name, MAX_BYTES, "response"), book.witnesses())
        _said(console, name, names)
    return FOUND


def run_prove(args: argparse.Namespace, console: Console) -> int:
    """Write proofs."""
    with about(args.prefix):
        manifest = opened(args.prefix).prove()
    console.line(f"{args.prefix}: release {manifest.seq} of {manifest.origin} is proven; publish the directory")
    console.record({"seq": manifest.seq, "proven": True})
    return FOUND


def run_cosign(args: argparse.Namespace, console: Console) -> int:
    """Be a witness for one request."""
    path = Path(args.seen)
    with about("--log"):
        log = VerifierKey.parse(args.log)
    witness = signing_key(args.key, args.name, COSIGNATURE)
    request = read_small(args.request, MAX_BYTES, "request")
    with locked(
        path.with_name(f"{path.name}.lock")
    ):  # two requests at once must not both start from what was seen before
        with about(args.seen):
            seen = (
                Checkpoint.parse(
                    Note.parse(read_small(args.seen, MAX_BYTES, "stored checkpoint"), "checkpoint").text, extended=True
                )
                if path.exists()
                else None
            )
        with about(args.request):
            response, checkpoint = add_checkpoint(request, seen, log, witness, int(time.time()))
        replace(path, request.partition(b"\n\n")[2])
    replace(Path(args.output), response)
    console.line(f"{args.output}: cosigned {checkpoint.size} leaves of {checkpoint.origin}")
    console.record({"file": args.output, "size": checkpoint.size, "log": checkpoint.origin})
    return FOUND
