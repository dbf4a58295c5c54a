"""
`pdqlite list policy`: who may endorse, witness and change a list; make, sign and rotate that.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from pdqlite.cli.console import Console, shown
from pdqlite.cli.files import SIGNING_KEY, about, read_small, signing_key
from pdqlite.cli.list_log import opened
from pdqlite.cli.main import FOUND, add_output_options
from pdqlite.cli.options import number, origin
from pdqlite.errors import ArgumentError
from pdqlite.lists.format.encoding import Lines, tobase64
from pdqlite.lists.format.files import replace
from pdqlite.lists.format.note import COSIGNATURE, ED25519, MAX_BYTES, Note, VerifierKey
from pdqlite.lists.format.quorum import NOBODY, Quorum, one_spelling
from pdqlite.lists.log.policy import LogPolicy, Quorums

_DAY = 86_400


def add(actions: Any) -> None:
    """Add the parsers of this group."""
    policy = actions.add_parser(
        "policy",
        help="say who endorses, witnesses and governs a list",
        description="A policy names the log, its witnesses, the organisations and the root keys, each with its quorum. "
        "A new version needs the root quorum of the old one and of the new.",
    )
    steps = policy.add_subparsers(metavar="STEP", required=True)
    for add_one in (_add_make, _add_sign, _add_accept, _add_show):
        add_output_options(add_one(steps))


def _add_make(steps: Any) -> Any:
    make = steps.add_parser(
        "make",
        help="write a policy that nobody has signed",
        description="Write the first policy of a list, or the next one: what is not given is as in the newest policy of PREFIX.",
    )
    make.add_argument("prefix", metavar="PREFIX", help="directory of the published list; may be empty")
    make.add_argument("-o", "--output", required=True, metavar="FILE", help="policy to write")
    make.add_argument("--origin", type=origin, help="name of the list; first policy only")
    make.add_argument("--log", metavar="PUBLIC", help="public key of the log")
    make.add_argument("--max-age", type=number(1, 36500), metavar="DAYS", help="days that a checkpoint may be old")
    for word, who in (
        ("witness", "witness (pdqlite key show --witness)"),
        ("endorser", "organisation"),
        ("root", "root key"),
    ):
        make.add_argument(
            f"--{word}", action="append", metavar="PUBLIC", help=f"public key of one {who}; repeat for more"
        )
        make.add_argument(
            f"--{word}-quorum", metavar="K", help="how many of them" + (", or none" if word == "witness" else "")
        )
        make.add_argument(
            f"--{word}-block",
            metavar="FILE",
            help="a C2SP tlog-policy file instead, for nested groups; comments and URLs are left out",
        )
    make.set_defaults(run=run_make)
    return make


def _add_sign(steps: Any) -> Any:
    sign = steps.add_parser(
        "sign",
        help="sign a policy with a root key",
        description="Add the signature of a root key, old or new, to a policy.",
    )
    sign.add_argument("file", metavar="FILE", help="policy; the signature is added to it")
    sign.add_argument("--name", required=True, help="name of the root key")
    sign.add_argument("--signing-key", required=True, metavar="FILE", help=SIGNING_KEY)
    sign.set_defaults(run=run_sign)
    return sign


def _add_accept(steps: Any) -> Any:
    accept = steps.add_parser(
        "accept",
        help="put a signed policy in its place",
        description="Check a policy's place and root quorums, and put it where the next release takes it into the log.",
    )
    accept.add_argument("prefix", metavar="PREFIX", help="directory of the published list")
    accept.add_argument("file", metavar="FILE", help="signed policy")
    accept.set_defaults(run=run_accept)
    return accept


def _add_show(steps: Any) -> Any:
    show = steps.add_parser(
        "show",
        help="print what a policy says",
        description="Print a policy and the line by which a trust file pins it. Nothing is checked.",
    )
    show.add_argument("file", metavar="FILE", help="policy, signed or not")
    show.set_defaults(run=run_show)
    return show


def read(name: str) -> tuple[bytes, Note | None]:
    """Return a policy file's text, and its note if anyone has signed it."""
    data = read_small(name, MAX_BYTES, "policy")
    if b"\n\n" not in data:
        return data, None
    with about(name):
        signed = Note.parse(data, "policy")
    return signed.text, signed


def _block(args: argparse.Namespace, word: str, kind: int, old: Quorum | None) -> Quorum:
    keys, needed, file = (getattr(args, name) for name in (word, f"{word}_quorum", f"{word}_block"))
    if file is not None:
        with about(file):
            lines = Lines(one_spelling(read_small(file, MAX_BYTES, "block")), "block")
            block = Quorum.parse(lines, (kind,), allow_none=kind == COSIGNATURE)
            lines.end()
        return block
    if needed == "none" and kind == COSIGNATURE:
        return NOBODY
    if keys is None and needed is None and old is not None:
        return old
    if not keys or needed is None or not needed.isdigit():
        raise ArgumentError(f"give --{word} for each key and --{word}-quorum as a number, or --{word}-block")
    with about(f"--{word}"):
        return Quorum.of([VerifierKey.parse(key, (kind,)) for key in keys], int(needed))


def run_make(args: argparse.Namespace, console: Console) -> int:
    """Write one policy's text."""
    book = opened(args.prefix)
    chain = book.policies()
    old = chain[-1] if chain else None
    if old is None and (args.origin is None or args.log is None or args.max_age is None):
        raise ArgumentError("the first policy needs --origin, --log and --max-age")
    if old is not None and args.origin not in (None, old.origin):
        raise ArgumentError("a list keeps its name")
    if args.max_age is not None:
        age = args.max_age * _DAY
    else:
        assert old is not None
        age = old.max_age
    quorums = Quorums(
        witnesses=_block(args, "witness", COSIGNATURE, old.witnesses if old else None),
        endorsers=_block(args, "endorser", ED25519, old.endorsers if old else None),
        root=_block(args, "root", ED25519, old.root if old else None),
    )
    log = VerifierKey.parse(args.log) if args.log or not old else old.log
    made = LogPolicy.make(old.origin if old else args.origin, book.seq(), quorums, log=log, max_age=age, previous=old)
    replace(Path(args.output), made.text)
    console.line(
        f"{args.output}: policy {made.version} of {made.origin}, for seq {made.seq}; next: pdqlite list policy sign"
    )
    console.record(_described(made))
    return FOUND


def run_sign(args: argparse.Namespace, console: Console) -> int:
    """Sign one policy."""
    text, signed = read(args.file)
    with about(args.file):
        policy = LogPolicy.parse(text)
    line = signing_key(args.signing_key, args.name).sign(text)
    before = signed.signatures if signed else ()
    if (line.name, line.id) in {(s.name, s.id) for s in before}:
        raise ArgumentError(f"{args.name} has signed this policy already")
    replace(Path(args.file), bytes(Note(text, (*before, line))))
    console.line(f"{args.file}: policy {policy.version} of {policy.origin} signed by {args.name}")
    console.record({**_described(policy), "signed": args.name})
    return FOUND


def run_accept(args: argparse.Namespace, console: Console) -> int:
    """Put a policy in its place."""
    _, signed = read(args.file)
    if signed is None:
        raise ArgumentError(f"{args.file}: nobody has signed this policy")
    with about(args.file):
        policy = opened(args.prefix).add_policy(signed)
    console.line(f"{args.prefix}: policy {policy.version} waits for the next release; pin: {pin(policy)}")
    console.record({**_described(policy), "pin": pin(policy)})
    return FOUND


def pin(policy: LogPolicy) -> str:
    """Return the line by which a trust file pins this policy."""
    return f"policy {policy.version} {tobase64(policy.hash)}"


def run_show(args: argparse.Namespace, console: Console) -> int:
    """Print one policy."""
    text, signed = read(args.file)
    with about(args.file):
        policy = LogPolicy.parse(text)
    for name, value in _described(policy).items():
        console.line(f"{name:16} {', '.join(value) if isinstance(value, list) else value}")
    console.line(f"{'pin':16} {pin(policy)}")
    signers = [s.name for s in signed.signatures] if signed else []
    console.line(f"{'signatures':16} {', '.join(map(shown, signers)) or 'none'} (not checked here)")
    console.record({**_described(policy), "pin": pin(policy), "signatures": signers})
    return FOUND


def _described(policy: LogPolicy) -> dict[str, Any]:
    blocks = {"witnesses": policy.witnesses, "endorsers": policy.endorsers, "root": policy.root}
    said: dict[str, Any] = {
        "origin": policy.origin,
        "version": policy.version,
        "seq": policy.seq,
        "max_age_days": policy.max_age / _DAY,
        "log": policy.log.name,
    }
    for name, block in blocks.items():
        said[name] = [key.name for key in block.members.values()]
        said[f"{name}_quorum"] = "; ".join(line for line in block.lines() if not line.startswith("witness "))
    return said
