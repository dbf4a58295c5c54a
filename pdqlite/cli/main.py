# PYTHON_ARGCOMPLETE_OK
"""
The `pdqlite` command: finds the command groups, runs one, turns errors into one line.

A group is a module `pdqlite/cli/<group>.py` with `add(subparsers)`, which adds its parsers and sets
`run=function` on each; `run(args, console)` returns the exit code. Exit codes are grep's: 0 something
was found or done, 1 nothing was, 2 an error (of any one file too).
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from pdqlite import errors
from pdqlite.cli.console import Console, fitted, shown

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

# In the order of `pdqlite --help`, with what that says of each. Only the group that is asked for is imported.
GROUPS = {
    "hash": "hash pictures and videos",
    "match": "match pictures and videos against a list",
    "list": "build, endorse, verify and show lists",
    "scale": "very many files to one list, on many cores or machines",
    "key": "make keys",
    "audit": "check a published list",
    "report": "report a picture or video by its fingerprint, or review such reports",
    "evidence": "check the evidence of a match, or an audit's statement",
    "try": "a first match: known pictures and videos against a question",
    "demo": "see the whole path work",
    "doctor": "say what this installation can do, for a bug report",
}
_MODULES = {"try": "trial"}  # where a module cannot have the command's name

FOUND, NOTHING, ERROR = 0, 1, 2
_CHOICE = re.compile(r"argument (.+): invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)  # as argparse says it
_INTERRUPTED = 128 + signal.SIGINT
_CLOSED = 128 + 13  # as a program that SIGPIPE ends


class _Parser(argparse.ArgumentParser):
    """A parser that says in two lines what is wrong, and whose help is output as any other: a full disk is an error."""

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        (file or sys.stdout).write(self.format_help())

    def error(self, message: str) -> NoReturn:
        if found := _CHOICE.fullmatch(message):
            from difflib import get_close_matches

            what, given, choices = found.groups()
            known = [choice.strip("'") for choice in choices.split(", ")]
            near = get_close_matches(given, known, 1)
            message = f"{what}: there is no '{given}'; " + (
                f"did you mean: {near[0]}" if near else f"there are {choices}"
            )
        self.exit(ERROR, fitted(f"{self.prog}: {shown(message)}", sys.stderr) + f"\n{self.prog} --help says more\n")


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of every group, or of one; the others then have their names alone."""
    parser = _Parser(
        prog="pdqlite",
        description="Hash pictures and videos and match them on this device, sending nothing anywhere.",
        epilog="Exit codes: 0 something was found or done, 1 nothing was, 2 an error.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    subparsers = parser.add_subparsers(metavar="COMMAND", dest="command")
    for name, help_line in GROUPS.items():
        if only in (None, name):
            importlib.import_module(f"pdqlite.cli.{_MODULES.get(name, name)}").add(subparsers)
        else:
            subparsers.add_parser(name, help=help_line)
    return parser


def _asked_for(argv: Sequence[str]) -> str | None:
    """Return the group that a command line begins with; "" if it begins with an option, None if it is no group."""
    first = argv[0] if argv else ""
    if first.startswith("-") or not first:
        return ""
    return first if first in GROUPS else None


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code, so that scripts and tests share one door."""
    words = sys.argv[1:] if argv is None else argv
    console = Console(json="--json" in words)
    try:
        code = _run(words)
        console.flush()
        return code
    except errors.PdqliteError as error:
        return _failed(console, error.about, error)
    except BrokenPipeError:
        console.abandon()  # `pdqlite ... | head` is no error of ours
        return _CLOSED
    except OSError as error:
        return _failed(console, error.filename, error.strerror or type(error).__name__)
    except KeyboardInterrupt:
        _failed(console, None, "interrupted")
        return _INTERRUPTED


def _failed(console: Console, what: object | None, why: object) -> int:
    try:
        console.error(what, why)
        console.flush()
    except OSError:  # standard output is full or gone too
        console.abandon()
    return ERROR


def _run(words: Sequence[str]) -> int:
    parser = build_parser(_asked_for(words))
    if "_ARGCOMPLETE" in os.environ:  # the shell asks what may come next: pdqlite[completion]
        import argcomplete

        argcomplete.autocomplete(build_parser())
    try:
        args = parser.parse_args(words)
    except SystemExit as stop:  # argparse has said why
        return int(stop.code or 0)
    if args.version:
        from pdqlite.native.core import version

        print(f"pdqlite {version()}")
        return FOUND
    if not hasattr(args, "run"):
        parser.print_help(sys.stderr)
        return ERROR
    code: int = args.run(args, Console(json=getattr(args, "json", False), quiet=getattr(args, "quiet", False)))
    return code


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the options that every command has."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress bar, no notes")


if __name__ == "__main__":
    sys.exit(main())
