"""
`pdqlite key`: make key files, print public keys. A private key is never printed.
"""

from __future__ import annotations

import argparse
from typing import Any

from pdqlite import lists
from pdqlite.cli.console import Console
from pdqlite.cli.main import FOUND, add_output_options
from pdqlite.lists.note import COSIGNATURE, ED25519


def add(subparsers: Any) -> None:
    """Add the parsers of this group."""
    parser = subparsers.add_parser("key", help="make keys", description="Make the keys of organisations and lists; print public keys.")
    commands = parser.add_subparsers(metavar="ACTION", required=True)
    new = commands.add_parser("new", help="make a key file", description="Make a key file with mode 0600. A file that exists is never overwritten.")
    new.add_argument("file", metavar="FILE", help="where the private key goes")
    kind = new.add_mutually_exclusive_group(required=True)
    kind.add_argument("--name", help="make an Ed25519 signing key (PEM) of the organisation of this name, like hotline.example.org; prints the public key")
    kind.add_argument("--list", action="store_true", help="make the secret key of a list: 32 random bytes")
    new.set_defaults(run=run_new)
    show = commands.add_parser("show", help="print the public key of a signing key", description="Print the public key of a signing key, as trust files name it.")
    show.add_argument("file", metavar="FILE", help="PEM file")
    show.add_argument("--name", required=True, help="name of the organisation")
    show.set_defaults(run=run_show)
    for command in (new, show):
        command.add_argument("--witness", action="store_true", help="print the public key as that of a witness of logs")
        add_output_options(command)


def run_new(args: argparse.Namespace, console: Console) -> int:
    """Make one key file."""
    if args.list:
        lists.new_list_key(args.file)
        console.record({"file": args.file, "kind": "list"})
        console.note(f"list key written to {args.file}; whoever has it can read the list")
        return FOUND
    return _public(console, lists.new_signing_key(args.file, args.name, _kind(args)))


def run_show(args: argparse.Namespace, console: Console) -> int:
    """Print one public key."""
    return _public(console, lists.load_signing_key(args.file, args.name, _kind(args)))


def _kind(args: argparse.Namespace) -> int:
    return COSIGNATURE if args.witness else ED25519


def _public(console: Console, signer: lists.Signer) -> int:
    console.line(str(signer.verifier))
    console.record({"name": signer.name, "public": str(signer.verifier)})
    return FOUND
