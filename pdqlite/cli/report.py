"""
`pdqlite report`: fingerprint reports. For whoever reports: make, show, check, withdraw. For organisations: pdqlite/cli/report_office.py.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from pdqlite.cli import report_office
from pdqlite.cli.console import Console, shown
from pdqlite.cli.files import about, load_trust, read_small, signing_key
from pdqlite.cli.main import FOUND, NOTHING, add_output_options
from pdqlite.cli.options import token
from pdqlite.errors import ArgumentError, PdqliteError, ReportFormatError, ReportSignatureError
from pdqlite.lists.format.files import replace, write_new
from pdqlite.lists.format.note import MAX_BYTES, VerifierKey
from pdqlite.lists.verify.evidence import Evidence, verify_evidence
from pdqlite.reports import making, notes, sealing, words
from pdqlite.reports.grouping import RADIUS
from pdqlite.reports.keep import MAGIC as KEEP
from pdqlite.reports.keep import Keep
from pdqlite.reports.text import REPORTERS, SIGNED, ReportText
from pdqlite.workers import work_apart


def add(subparsers: Any) -> None:
    """Add the parsers of this group."""
    parser = subparsers.add_parser(
        "report", help="report a picture or video by its fingerprint, or review such reports",
        description="A report carries the fingerprint of a picture or video, never the picture, sealed to several organisations at once. These commands send nothing; "
                    "files go by whatever way an organisation offers.",
    )  # fmt: skip
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_make(actions)
    show = actions.add_parser("show", help="say what a report, receipt or card holds", description="Say in plain words what a file holds. Without --key a report "
                              "says only to how many organisations it is sealed.")  # fmt: skip
    show.add_argument(
        "file",
        metavar="FILE",
        help="a report, answer, keep file, card, statement on a reporter, withdrawal or acceptance",
    )
    show.add_argument("--key", metavar="FILE", help="private key of an organisation that the report is sealed to")
    check = actions.add_parser("check", help="check an organisation's answer", description="Open a receipt, check who signed it, and check the proof that the fingerprint is on the list.")  # fmt: skip
    check.add_argument("file", metavar="RECEIPT", help="what an organisation answered")
    check.add_argument("--keep", required=True, metavar="FILE", help="what pdqlite report make left with you")
    check.add_argument(
        "--trust", metavar="FILE", help="trust file of the list, for the proof in an answer that says `listed`"
    )
    check.add_argument(
        "--file",
        dest="media",
        metavar="FILE",
        help="your picture or video, to compare with the list's fingerprint if that came from another copy",
    )
    withdraw = actions.add_parser(
        "withdraw", help="take a report back", description="Write a withdrawal of one report. It is not sent."
    )
    withdraw.add_argument("--keep", required=True, metavar="FILE", help="what pdqlite report make left with you")
    withdraw.add_argument("-o", "--output", required=True, metavar="FILE", help="file to write, ending in .withdrawal")
    for command, run in ((show, run_show), (check, run_check), (withdraw, run_withdraw)):
        command.set_defaults(run=run)
        _finish(command)
    report_office.add(actions)


def _finish(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--language", choices=words.LANGUAGES, help="of what is said (default: of the terminal, else en)"
    )
    add_output_options(command)


def _add_make(actions: Any) -> None:
    make = actions.add_parser(
        "make", help="make a report of pictures or videos",
        description="Make one report of each FILE, sealed to all organisations given. Nothing is sent. Two reports made here cannot be linked by what is in them, "
                    "unless you sign.",
        epilog="Example: pdqlite report make clip.mp4 --to a.card --to b.card --category intimate-image -o report",
    )  # fmt: skip
    make.add_argument("files", nargs="+", metavar="FILE", help="a picture or video")
    make.add_argument(
        "--to",
        action="append",
        required=True,
        metavar="CARD",
        help="card of an organisation, from its own page; repeat for more, at most 16",
    )
    make.add_argument("--category", required=True, type=token, help="your word for what it is, like intimate-image")
    make.add_argument(
        "--reporter", choices=REPORTERS, default="shown", help="who reports (default: shown, the person in it)"
    )
    make.add_argument("--country", type=_country, metavar="CC", help="two capital letters; left out by default")
    make.add_argument(
        "--statement-file", metavar="FILE", help="your own words, at most 1000 bytes of text; left out by default"
    )
    make.add_argument(
        "--no-reply", action="store_true", help="let nobody answer: then the report cannot be withdrawn either"
    )
    make.add_argument("--signing-key", metavar="KEY", help="of a trusted reporter or organisation: signs the report")
    make.add_argument("--name", help="name of that reporter, as organisations know the key")
    where = make.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="DIR", help="folder to put NUMBER.report and NUMBER.keep into")
    where.add_argument("--preview", action="store_true", help="say what the report would hold, and write nothing")
    make.set_defaults(run=run_make)
    _finish(make)


def _country(text: str) -> str:
    if len(text) != 2 or not text.isascii() or not text.isalpha() or not text.isupper():
        raise argparse.ArgumentTypeError("expected two capital letters, like DE")
    return text


def run_make(args: argparse.Namespace, console: Console) -> int:
    """Make a report of each file."""
    language = words.language(args.language)
    cards = [_card(name) for name in args.to]
    said = making.Said(args.category, args.reporter, args.country or "-", _statement(args.statement_file))
    if bool(args.signing_key) != bool(args.name):
        raise ArgumentError("--signing-key and --name go together")
    signer = signing_key(args.signing_key, args.name) if args.signing_key else None
    subjects = [_look(name, language) for name in args.files]
    made = [making.make(what, said, cards, time.time(), signer, not args.no_reply) for what in subjects]
    names = ", ".join(card.name for card in cards)
    if args.preview:
        console.line(words.say("preview", language))
        for _, text, _ in made:
            _tell(text, names, console, language)
        return FOUND
    folder = Path(args.output)
    folder.mkdir(parents=True, exist_ok=True)
    first = _next(folder)
    console.line(words.say("ready", language))
    for number, (sealed, text, keep) in enumerate(made, first):
        paths = [folder / f"{number}.{ending}" for ending in ("report", "keep")]
        if keep is not None:
            keep.save(paths[1])
        write_new(paths[0], sealed, 0o600)
        _tell(text, names, console, language)
        console.line(words.say("send", language, report=shown(str(paths[0]))))
        if keep is not None:
            console.line(words.say("keep", language, keep=shown(str(paths[1]))))
        console.record(
            {
                "report": str(paths[0]),
                "keep": str(paths[1]) if keep else None,
                "bytes": len(sealed),
                "kind": text.kind,
                "to": [c.name for c in cards],
            }
        )
    for key in ("unsure", "then", "limits", "yourself", "never-send", "not-alone"):
        console.line(words.say(key, language))
    return FOUND


def _card(name: str) -> notes.Card:
    with about(name):
        return notes.Card.parse(read_small(name, MAX_BYTES, "card"))


def _statement(name: str | None) -> str | None:
    if name is None:
        return None
    from pdqlite.reports.text import MAX_STATEMENT, check_statement

    with about(name):
        try:
            text = read_small(name, 4 * MAX_STATEMENT, "statement").decode()
        except UnicodeDecodeError:
            raise ArgumentError("a statement is a text in UTF-8") from None
        return check_statement(text.replace("\r\n", "\n").rstrip("\n"))


def _look(name: str, language: str) -> making.Subject:
    """Look at one file in a child process."""
    with about(name):
        (_, found), *_ = list(work_apart("pdqlite.reports.making:looker", None, [name], jobs=1))
        if isinstance(found, PdqliteError):
            raise found
        if making.too_plain(found):
            raise ArgumentError(words.say("too-plain", language))
        return making.subject(found)


def _next(folder: Path) -> int:
    taken = [int(path.stem) for path in folder.iterdir() if path.suffix in (".report", ".keep") and path.stem.isdigit()]
    return max(taken, default=0) + 1


def _tell(text: ReportText, names: str, console: Console, language: str) -> None:
    """Say what a report holds."""

    def say(key: str, **values: object) -> str:
        return words.say(key, language, **values)

    for key in ("stays", "fingerprint"):
        console.line(say(key))
    console.line(say("leaks", names=names))
    console.line(say("also"))
    width, height = text.size
    facts = [
        say(f"says-kind-{text.kind}", width=width, height=height, seconds=text.length), say("says-category", category=text.category),
        say(f"says-reporter-{text.reporter}"), say("says-no-country") if text.country == "-" else say("says-country", country=text.country),
        say("says-week", week=text.week), say("says-statement", count=len(text.statement)) if text.statement else say("says-no-statement"),
        say("says-reply") if text.reply else say("says-no-reply"),
    ]  # fmt: skip
    for fact in facts:
        console.line(f"  - {fact}")
    if text.reporter not in SIGNED:
        console.line(say("no-name"))


def run_show(args: argparse.Namespace, console: Console) -> int:
    """Say what a file holds."""
    language = words.language(args.language)
    data = read_small(args.file, max(sealing.MAX_BYTES, sealing.MAX_RECEIPT), "report")
    with about(args.file):
        if data.startswith(notes.CARD.encode()):
            card = notes.Card.parse(data)
            console.line(f"{card.name}: key {card.id.hex()}, until {_day(card.until)}")
            console.record({"name": card.name, "key": card.id.hex(), "until": card.until, "vkey": str(card.verifier)})
        elif data.startswith(notes.REPORTER.encode()):
            name = notes.Trusted.claimed(data)
            console.line(
                f"says of {name.reporter.name}, until {_day(name.until)}: {name.name} knows this reporter; report open checks the signature"
            )
            console.record({"name": name.name, "reporter": str(name.reporter), "until": name.until})
        elif data.startswith(notes.WITHDRAWAL.encode()):
            console.line(f"withdraws report {notes.parse_withdrawal(data)[0].hex()}")
        elif data.startswith(notes.ACCEPTANCE.encode()):
            given, _ = notes.Acceptance.parse(data)
            console.line(
                f"says of {given.name}, {_day(given.time)}: it accepted report {given.id.hex()} as {given.category}; list build checks the signature"
            )
            console.record({"name": given.name, "report": given.id.hex(), "category": given.category})
        elif data.startswith((sealing.RECEIPT, KEEP.encode())):
            console.line(words.say("shows-answer" if data.startswith(sealing.RECEIPT) else "shows-keep", language))
            console.record({"bytes": len(data)})
        elif args.key is None:
            names = sealing.recipients(data)
            console.line(words.say("sealed-to", language, count=len(names), bytes=len(data)))
            console.record({"recipients": [name.hex() for name in names], "bytes": len(data)})
        else:
            content, _ = sealing.unseal(data, report_office.private_keys([args.key]))
            console.line(bytes(content).decode().rstrip() if not args.quiet else content.report.id.hex())
            console.record({"text": bytes(content).decode()})
    return FOUND


def _day(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(min(seconds, 253_402_300_799)))


def run_check(args: argparse.Namespace, console: Console) -> int:
    """Check one receipt; exit code 1 if it says `listed` and its proof is of something else."""
    language = words.language(args.language)
    keep = _keep(args.keep)
    with about(args.file):
        note, evidence = sealing.unseal_receipt(read_small(args.file, sealing.MAX_RECEIPT, "receipt"), keep.receiver)
        receipt = notes.Receipt.verified(note, _who(note, keep))
        if receipt.id != keep.id:
            raise ReportFormatError("a receipt of another report than that of the keep file")
    console.line(words.say("genuine", language, name=receipt.name, day=_day(receipt.time)))
    origin, seq = receipt.release or ("", 0)
    console.line(
        words.say(
            f"status-{receipt.status}", language, name=receipt.name, reason=receipt.reason, origin=origin, seq=seq
        )
    )
    said = {"name": receipt.name, "status": receipt.status, "time": receipt.time, "reason": receipt.reason}
    code = FOUND
    if receipt.status == "listed":
        with about(args.file):
            proof, distance = _proof(args, receipt, evidence, keep)
        console.line(words.say(f"proof-{proof}", language, name=receipt.name, distance=distance))
        said |= {"origin": origin, "seq": seq, "proof": proof, "distance": distance}
        code = FOUND if proof in ("same", "near", "unlogged", "near-unlogged") else NOTHING
    console.record(said)
    return code


def _keep(name: str) -> Keep:
    with about(name):
        return Keep.load(name)


def _who(note: bytes, keep: Keep) -> VerifierKey:
    """Return the key that must have signed a receipt: of the organisation it names, if the report went to it."""
    name = notes.Receipt.parse(note)[0].name
    for key in keep.to:
        if key.name == name:
            return key
    raise ReportSignatureError("a receipt of an organisation that the report was not sealed to")


def _proof(args: argparse.Namespace, receipt: notes.Receipt, evidence: bytes, keep: Keep) -> tuple[str, int | None]:
    """Return what the evidence of a receipt shows, and how far it is from the reporter's file."""
    import hashlib

    if receipt.evidence != (len(evidence), hashlib.sha256(evidence).digest()):
        raise ReportFormatError("the evidence is not the one that the receipt names")
    if args.trust is None:
        return "unchecked", None
    proven = verify_evidence(Evidence.parse(evidence), load_trust(args.trust))
    manifest = proven.endorsed.manifest
    if proven.bits is None or (manifest.origin, manifest.seq) != receipt.release:
        raise ReportFormatError("the evidence is of another release than the receipt names")
    if proven.negative:
        return "other", None
    logged = "unlogged" not in proven.endorsed.remarks
    if keep.knows(proven.bits):
        return ("same" if logged else "unlogged"), None
    if args.media is None:
        return "other", None
    nearest = min(
        (int.from_bytes(item.bits) ^ int.from_bytes(proven.bits)).bit_count()
        for item in _look(args.media, words.language(args.language)).items
    )
    return "far" if nearest > RADIUS else "near" if logged else "near-unlogged", nearest


def run_withdraw(args: argparse.Namespace, console: Console) -> int:
    """Write one withdrawal."""
    language = words.language(args.language)
    keep = _keep(args.keep)
    if not args.output.endswith(".withdrawal"):
        raise ArgumentError("--output ends in .withdrawal, so that organisations take it as one")
    replace(Path(args.output), notes.withdrawal(keep.id, keep.signer))
    console.line(words.say("withdrawal", language, file=shown(args.output)))
    console.line(words.say("withdrawal-limits", language))
    console.record({"file": args.output, "report": keep.id.hex()})
    return FOUND
