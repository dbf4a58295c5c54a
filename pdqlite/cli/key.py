"""
`pdqlite key`: make key files, print public keys. A private key is never printed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from pdqlite import lists
from pdqlite.cli.console import Console
from pdqlite.cli.files import about, list_key, read_small, signing_key
from pdqlite.cli.main import FOUND, add_output_options
from pdqlite.lists.format import envelope, keys
from pdqlite.lists.format.files import replace
from pdqlite.lists.format.note import COSIGNATURE, ED25519


def add(subparsers: Any) -> None:
    """Add the parsers of this group."""
    parser = subparsers.add_parser(
        "key", help="make keys", description="Make the keys of organisations and lists; print public keys."
    )
    commands = parser.add_subparsers(metavar="ACTION", required=True)
    new = commands.add_parser(
        "new",
        help="make a key file",
        description="Make a key file with mode 0600. A file that exists is never overwritten.",
    )
    new.add_argument("file", metavar="FILE", help="where the private key goes")
    kind = new.add_mutually_exclusive_group(required=True)
    kind.add_argument(
        "--name",
        help="make an Ed25519 signing key (PEM) of the organisation of this name, like hotline.example.org; prints the public key",
    )
    kind.add_argument(
        "--recipient",
        action="store_true",
        help="make an X25519 key to which list keys are sent; prints the public key (PEM)",
    )
    kind.add_argument("--list", action="store_true", help="make the secret key of a list: 32 random bytes")
    new.set_defaults(run=run_new)
    show = commands.add_parser(
        "show",
        help="print the public key of a signing key",
        description="Print the public key of a signing key, as trust files name it.",
    )
    show.add_argument("file", metavar="FILE", help="PEM file")
    show.add_argument("--name", required=True, help="name of the organisation")
    show.set_defaults(run=run_show)
    _add_envelopes(commands)
    for command in (new, show):
        command.add_argument("--witness", action="store_true", help="print the public key as that of a witness of logs")
        add_output_options(command)


def _add_envelopes(commands: Any) -> None:
    seal = commands.add_parser(
        "seal",
        help="send a list key to one recipient",
        description="Write an HPKE envelope that carries a list key to one vendor, device or auditor.",
    )
    seal.add_argument("key", metavar="LISTKEY", help="list key")
    seal.add_argument("--to", required=True, metavar="FILE", help="recipient's public key: X25519 or P-256, PEM")
    seal.set_defaults(run=run_seal)
    opening = commands.add_parser(
        "open",
        help="take a list key out of an envelope",
        description="Open an HPKE envelope and write the list key, mode 0600.",
    )
    opening.add_argument("envelope", metavar="ENVELOPE", help="from pdqlite key seal")
    opening.add_argument(
        "--with", required=True, dest="private", metavar="FILE", help="recipient's private key: X25519 or P-256, PEM"
    )
    opening.set_defaults(run=run_open)
    for command in (seal, opening):
        command.add_argument("--origin", required=True, help="name of the list")
        command.add_argument("-o", "--output", required=True, metavar="FILE", help="file to write")
        add_output_options(command)


def run_seal(args: argparse.Namespace, console: Console) -> int:
    """Write one envelope."""
    key = list_key(args.key)
    with about(args.to):
        data = envelope.seal(key, keys.load_recipient(args.to), args.origin)
    replace(Path(args.output), data)
    name = envelope.key_id(key, args.origin).hex()
    console.line(f"{args.output}: key {name} of {args.origin} for one recipient")
    console.record({"file": args.output, "key": name})
    return FOUND


def run_open(args: argparse.Namespace, console: Console) -> int:
    """Open one envelope."""
    data = read_small(args.envelope, 4096, "envelope")
    with about(args.private):
        private = keys.load_recipient_key(args.private)
    with about(args.envelope):
        key = envelope.open_envelope(data, private, args.origin)
    with about(args.output):
        keys.save_list_key(args.output, key)
    console.line(f"{args.output}: key {envelope.key_id(key, args.origin).hex()} of {args.origin}")
    console.record({"file": args.output, "key": envelope.key_id(key, args.origin).hex()})
    return FOUND


def run_new(args: argparse.Namespace, console: Console) -> int:
    """Make one key file."""
    with about(args.file):
        return _new(args, console)


def _new(args: argparse.Namespace, console: Console) -> int:
    if args.list:
        lists.new_list_key(args.file)
        console.record({"file": args.file, "kind": "list"})
        console.note(f"list key written to {args.file}; whoever has it can read the list")
        return FOUND
    if args.recipient:
        pem = keys.new_recipient_key(args.file)
        console.line(pem.rstrip())
        console.record({"public": pem})
        return FOUND
    return _public(console, lists.new_signing_key(args.file, args.name, _kind(args)))


def run_show(args: argparse.Namespace, console: Console) -> int:
    """Print one public key."""
    return _public(console, signing_key(args.file, args.name, _kind(args)))


def _kind(args: argparse.Namespace) -> int:
    return COSIGNATURE if args.witness else ED25519


def _public(console: Console, signer: lists.Signer) -> int:
    console.line(str(signer.verifier))
    console.record({"name": signer.name, "public": str(signer.verifier)})
    return FOUND
