"""
The manual page, from the parsers that --help reads: `python -m pdqlite.cli.manual` writes docs/man/pdqlite.1.

A wheel installs it as share/man/man1/pdqlite.1, where `man pdqlite` looks.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from pdqlite.cli.main import build_parser

PLACE = Path("docs/man/pdqlite.1")
_FILES = (
    "list.key", "The key of a list, which opens it; open to its owner alone.",
    "list.trust, list.key.trust", "Whose signatures to accept; looked for beside the key.",
)  # fmt: skip


def _text(text: str) -> str:
    """Return text as roff takes it: nothing in it is a request or an escape."""
    out = (
        text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace('"', "\\(dq")
    )
    return "\\&" + out if out.startswith(".") else out


def _metavar(action: argparse.Action) -> str:
    name: object = action.metavar
    if name is None:
        name = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()
    names = name if isinstance(name, tuple) else (name,)
    words = " ".join(f"\\fI{_text(str(n))}\\fR" for n in names)
    return f"{words} ..." if action.nargs in ("+", "*") and not isinstance(name, tuple) else words


def _named(action: argparse.Action) -> str:
    """Return an option or argument as it is typed."""
    if not action.option_strings:
        return _metavar(action)
    takes = "" if action.nargs == 0 else " " + _metavar(action)
    return ", ".join(f"\\fB{_text(o)}\\fR" for o in action.option_strings) + takes


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    values = {**vars(action), "prog": parser.prog}
    return _text(" ".join((action.help or "").split()) % values)


def _parts(
    parser: argparse.ArgumentParser,
) -> tuple[list[argparse.Action], argparse._SubParsersAction[argparse.ArgumentParser] | None]:
    """Return what a parser takes itself, and the commands below it."""
    own = [a for a in parser._actions if not isinstance(a, argparse._SubParsersAction | argparse._HelpAction)]
    below = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return own, below[0] if below else None


def _section(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield what the page says of one command, and of those below it."""
    own, below = _parts(parser)
    if below is None or own:
        words = [f"\\fB{_text(parser.prog)}\\fR"]
        for action in own:
            typed = (
                f"\\fB{_text(action.option_strings[-1])}\\fR" + ("" if action.nargs == 0 else " " + _metavar(action))
                if action.option_strings
                else _metavar(action)
            )
            words.append(typed if action.required and action.nargs != "*" else f"[{typed}]")
        yield from (".SS " + _text(parser.prog), " ".join(words))
        for text in (parser.description, parser.epilog):
            if text:
                yield from (".PP", _text(" ".join(text.split())))
        for action in own:
            yield from (".TP", _named(action), _help(parser, action))
    if below is not None:
        for child in dict.fromkeys(below.choices.values()):
            yield from _section(child)


def page() -> str:
    """Return the manual page."""
    parser = build_parser()
    own, below = _parts(parser)
    assert below is not None
    lines = [
        '.\\" Made by python -m pdqlite.cli.manual from the parsers that --help reads.',
        '.TH PDQLITE 1 "" "pdqlite" "User commands"',
        ".SH NAME", "pdqlite \\- " + _text("match media on this device against a signed, encrypted hash list"),
        ".SH SYNOPSIS", "\\fBpdqlite\\fR \\fICOMMAND\\fR ...", ".br", "\\fBpdqlite \\-\\-version\\fR",
        ".SH DESCRIPTION", _text(parser.description or ""), ".PP",
        _text("A first match in one command: pdqlite try KNOWN QUESTION."),
    ]  # fmt: skip
    for choice in below._choices_actions:
        lines += [".TP", f"\\fB{_text(str(choice.dest))}\\fR", _text(choice.help or "")]
    lines.append(".SH OPTIONS")
    for action in own:
        lines += [".TP", _named(action), _help(parser, action)]
    lines.append(".SH COMMANDS")
    for child in dict.fromkeys(below.choices.values()):
        lines += _section(child)
    lines += [".SH EXIT STATUS", _text("0 something was found or done; 1 nothing was; 2 an error, of any one file too; 130 interrupted; "
              "141 whoever read the output went away."), ".SH FILES"]  # fmt: skip
    for name, what in zip(_FILES[::2], _FILES[1::2], strict=True):
        lines += [".TP", f"\\fI{_text(name)}\\fR", _text(what)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    PLACE.write_text(page(), encoding="utf-8")
    sys.exit(0)
