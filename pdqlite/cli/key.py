"""
`pdqlite key`: make key files, print public keys. A private key is never printed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from pdqlite import lists
from pdqlite.cli.console import Console
from pdqlite.cli.files import SIGNING_KEY, about, list_key, passphrase, read_small, signing_key
from pdqlite.cli.main import FOUND, add_output_options
from pdqlite.errors import ArgumentError, UnendorsedError
from pdqlite.lists.format import encoding, envelope, keys
from pdqlite.lists.format.files import replace
from pdqlite.lists.format.note import COSIGNATURE, ED25519, ML_DSA_44, Note, Signature, VerifierKey
from pdqlite.lists.format.note import MAX_BYTES as MAX_NOTE
from pdqlite.lists.verify.audited import passed_at


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
    new.add_argument(
        "file",
        metavar="FILE",
        help="where the private key goes; or a pkcs11: URI: the key is made in the token and stays there",
    )
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
    new.add_argument(
        "--encrypt",
        action="store_true",
        help="with --name: keep the key under a passphrase, asked for or read from --passphrase-file",
    )
    new.add_argument(
        "--ml-dsa",
        action="store_true",
        help="with --name: an ML-DSA-44 key, whose signatures stand beside Ed25519's and take their place nowhere yet",
    )
    new.add_argument("--passphrase-file", metavar="FILE", help="file (0600) with the passphrase")
    new.set_defaults(run=run_new)
    show = commands.add_parser(
        "show",
        help="print the public key of a signing key",
        description="Print the public key of a signing key, as trust files name it.",
    )
    show.add_argument("file", metavar="KEY", help=SIGNING_KEY)
    show.add_argument("--name", required=True, help="name of the organisation")
    show.set_defaults(run=run_show)
    _add_envelopes(commands)
    _add_detached(commands)
    _add_forms(commands)
    for command in (new, show):
        command.add_argument(
            "--witness",
            action="store_true",
            help="print the public key as that of a witness of logs, or of an auditor whom a trust file pins",
        )
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


def _add_detached(commands: Any) -> None:
    sign = commands.add_parser(
        "sign",
        help="make the signature line of a text, apart from its file",
        description="Sign the text of a manifest, policy or other note on a machine of one's own: text in, signature line out. "
        "It signs what is there: check a list first (pdqlite list endorse does both).",
    )
    sign.add_argument("file", metavar="FILE", help="text or note; of a note, its text is signed")
    sign.add_argument("--name", required=True, help="name of the key")
    sign.add_argument("--signing-key", required=True, metavar="KEY", help=SIGNING_KEY)
    sign.add_argument("-o", "--output", required=True, metavar="LINE", help="where the signature line goes")
    sign.set_defaults(run=run_sign)
    attach = commands.add_parser(
        "attach",
        help="put a signature line that was made elsewhere onto a text",
        description="Check a signature line against a public key, and add it to a manifest, policy or other note.",
    )
    attach.add_argument("file", metavar="FILE", help="text or note; the line is added to it")
    attach.add_argument("line", metavar="LINE", help="from pdqlite key sign, or pdqlite audit --passed")
    attach.add_argument(
        "--public",
        required=True,
        metavar="PUBLIC",
        help="public key that must have made it; of an auditor: pdqlite key show --witness",
    )
    attach.set_defaults(run=run_attach)
    for command in (sign, attach):
        add_output_options(command)


def _add_forms(commands: Any) -> None:
    pem = commands.add_parser(
        "pem",
        help="print a public key as PEM",
        description="Print a verifier key (name+id+base64) as PEM, for other programs. The name is lost.",
    )
    pem.add_argument("public", metavar="PUBLIC", help="verifier key")
    pem.set_defaults(run=run_pem)
    vkey = commands.add_parser(
        "vkey",
        help="print a public PEM key as lists name it",
        description="Print a public Ed25519 key in PEM as a verifier key (name+id+base64).",
    )
    vkey.add_argument("file", metavar="FILE", help="public key, PEM")
    vkey.add_argument("--name", required=True, help="name of the organisation, log or witness")
    vkey.add_argument("--witness", action="store_true", help="as that of a witness of logs, or of a pinned auditor")
    vkey.set_defaults(run=run_vkey)
    for command in (pem, vkey):
        add_output_options(command)


def _note(name: str) -> tuple[bytes, tuple[Signature, ...]]:
    """Return text and signature lines of a file that is a note, or a text that nobody has signed."""
    data = read_small(name, MAX_NOTE, "text")
    if b"\n\n" not in data:
        if not data.endswith(b"\n"):
            raise ArgumentError(f"{name}: a text ends with a line end")
        return data, ()
    with about(name):
        signed = Note.parse(data)
    return signed.text, signed.signatures


def run_sign(args: argparse.Namespace, console: Console) -> int:
    """Write one signature line."""
    text, _ = _note(args.file)
    line = signing_key(args.signing_key, args.name).sign(text)
    replace(Path(args.output), str(line).encode())
    console.line(f"{args.output}: signature of {args.name} on {args.file}; next, where the file is: pdqlite key attach")
    console.record({"file": args.output, "signed": args.name})
    return FOUND


def run_attach(args: argparse.Namespace, console: Console) -> int:
    """Add one signature line."""
    text, lines = _note(args.file)
    with about("--public"):
        key = VerifierKey.parse(args.public, (ED25519, COSIGNATURE, ML_DSA_44))
    auditor = key.kind == COSIGNATURE
    with about(args.line):
        made = Note.parse(text + b"\n" + read_small(args.line, MAX_NOTE, "signature line"))
        line = made.signatures[0]
        if len(made.signatures) != 1 or (line.name, line.id) != (key.name, key.id):
            raise UnendorsedError("not one signature line of this key over this text")
        if auditor:
            passed_at(key, line, text)
            lines = tuple(s for s in lines if (s.name, s.id) != (key.name, key.id))  # a later audit takes its place
        else:
            made.signers([key])
    if any((s.name, s.id) == (line.name, line.id) for s in lines):
        raise ArgumentError(f"{key.name} has signed this already")
    replace(Path(args.file), bytes(Note(text, (*lines, line))))
    console.line(f"{args.file}: {'passed' if auditor else 'signed'} by {key.name}")
    console.record({"file": args.file, "signed": key.name})
    return FOUND


def run_pem(args: argparse.Namespace, console: Console) -> int:
    """Print one key as PEM."""
    with about("PUBLIC"):
        pem = keys.to_pem(VerifierKey.parse(args.public, (ED25519, COSIGNATURE)))
    console.line(pem.rstrip())
    console.record({"public": pem})
    return FOUND


def run_vkey(args: argparse.Namespace, console: Console) -> int:
    """Print one PEM key as a verifier key."""
    with about(args.file):
        key = keys.from_pem(read_small(args.file, 16384, "public key"), args.name, _kind(args))
    console.line(str(key))
    console.record({"name": key.name, "public": str(key)})
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
    if args.file.startswith("pkcs11:"):
        from pdqlite.cli.hardware import HardwareKey

        encoding.name(args.name, "key name")
        return _public(console, lists.Signer(args.name, HardwareKey(args.file, new=True), _kind(args)))
    secret = passphrase(args.passphrase_file) if args.encrypt or args.passphrase_file else None
    if secret == b"":
        raise ArgumentError("an empty passphrase protects nothing")
    return _public(console, lists.new_signing_key(args.file, args.name, _kind(args), secret))


def run_show(args: argparse.Namespace, console: Console) -> int:
    """Print one public key."""
    return _public(console, signing_key(args.file, args.name, _kind(args)))


def _kind(args: argparse.Namespace) -> int:
    if getattr(args, "ml_dsa", False):
        return ML_DSA_44
    return COSIGNATURE if args.witness else ED25519


def _public(console: Console, signer: lists.Signer) -> int:
    console.line(str(signer.verifier))
    console.record({"name": signer.name, "public": str(signer.verifier)})
    return FOUND
