"""The manual page says what --help says: it is made of the same parsers, and every command and option stands in it."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess

import pytest

from pdqlite.cli import manual
from pdqlite.cli.main import build_parser
from support import ROOT


def parsers(parser: argparse.ArgumentParser):
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from parsers(child)


def plain(text: str) -> str:
    """Take roff's marks out again."""
    for mark, what in (
        ("\\fB", ""),
        ("\\fI", ""),
        ("\\fR", ""),
        ("\\&", ""),
        ("\\(aq", "'"),
        ("\\(ga", "`"),
        ("\\(dq", '"'),
        ("\\-", "-"),
        ("\\e", "\\"),
    ):
        text = text.replace(mark, what)
    return text


def test_every_command_and_option_stands_in_it() -> None:
    sections = dict(re.findall(r"^\.SS (.*)\n((?:(?!\.S[SH] ).*\n)*)", plain(manual.page()), re.M))
    leaves = [
        p for p in parsers(build_parser()) if not any(isinstance(a, argparse._SubParsersAction) for a in p._actions)
    ]
    assert len(leaves) > 25 and {p.prog for p in leaves} <= set(sections)
    for parser in leaves:
        for action in parser._actions:
            if isinstance(action, argparse._HelpAction):
                continue
            said = " ".join((action.help or "").split()) % {**vars(action), "prog": parser.prog}
            assert said in sections[parser.prog]
            assert all(
                re.search(rf"(?<![\w-]){re.escape(o)}(?![\w-])", sections[parser.prog]) for o in action.option_strings
            )


def test_nothing_in_it_is_a_request_by_mistake() -> None:
    requests = {line.split()[0] for line in manual.page().splitlines() if line.startswith((".", "'"))}
    assert requests <= {".TH", ".SH", ".SS", ".PP", ".TP", ".br", '.\\"'}
    assert (
        manual._text(".so /etc/passwd") == "\\&.so /etc/passwd"
        and manual._text("a\\b") == "a\\eb"
        and manual._text("'x").startswith("\\(aq")
    )


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff")
def test_groff_has_nothing_to_say_against_it() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", str(ROOT / manual.PLACE)], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stderr == ""
