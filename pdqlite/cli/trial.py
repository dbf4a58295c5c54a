"""
`pdqlite try`: a first match from a folder, in one command, without keys and lists on disk.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pdqlite.cli import submission
from pdqlite.cli.console import Console, shown
from pdqlite.cli.main import ERROR, FOUND, NOTHING, add_output_options
from pdqlite.cli.match import record, said
from pdqlite.cli.walking import add_walking_options, walk
from pdqlite.errors import PdqliteError
from pdqlite.intake import Intake
from pdqlite.matching import Matcher
from pdqlite.media import kind_of
from pdqlite.types import Decision, Entries
from pdqlite.workers import work_apart

KINDS = ("image", "video")


@dataclass(frozen=True, slots=True)
class _Names:
    categories: dict[int, str] = field(default_factory=lambda: {0: "known"})
    sources: dict[int, str] = field(default_factory=lambda: {0: "you"})


def add(subparsers: Any) -> None:
    """Add the parser of this group."""
    parser = subparsers.add_parser(
        "try",
        help="a first match: known pictures and videos against a question",
        description="Hash known pictures and videos, then say of each QUESTION whether it shows one of them. "
        "For a first look: nothing is signed, encrypted or kept. `pdqlite list build` makes a list of the same files.",
        epilog="Example: pdqlite try holiday/ received.jpg. Exit codes: 0 something matched, 1 nothing did, 2 an error.",
    )
    parser.add_argument("known", metavar="KNOWN", help="a picture, a video, a file of hashes, or a directory of them")
    parser.add_argument("questions", nargs="+", metavar="QUESTION", help="pictures, videos or directories to ask about")
    parser.add_argument("--jobs", type=int, metavar="N", help="child processes (default: the cores there are)")
    add_walking_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=run)


def asker(setup: list[tuple[str, Entries]]) -> Callable[[str], list[tuple[str, Decision]]]:
    """Return what a child process does with one file: a decision of each kind of list."""
    matchers = [(kind, Matcher(entries)) for kind, entries in setup]

    def ask(name: str | bytes) -> list[tuple[str, Decision]]:
        picture = kind_of(name) == "picture"
        return [(kind, one.match_image(name) if picture else one.match_video(name)) for kind, one in matchers]

    return ask


def run(args: argparse.Namespace, console: Console) -> int:
    """Hash what is known, then ask."""
    intake = Intake()
    broken = submission.gather(
        [args.known], intake, 1, console, submission.Reading(skip_broken=True, said=True, partial=True)
    )
    known, files = [], {}
    for kind in KINDS:
        if kind in intake.kinds:
            entries, origins = intake.entries(kind, 1)
            known.append((kind, entries))
            files[kind] = {origin.entry: origin.file for origin in origins}
    if "file" in intake.kinds:
        console.note(
            f"{intake.kinds['file']} SHA-256 or MD5 are not asked about: they find untouched files alone (pdqlite list build --type file)"
        )
    counts = " and ".join(f"{len(entries)} hashes of {kind}s" for kind, entries in known)
    console.note(f"{shown(args.known)}: {counts}")
    questions = walk(args.questions, args.hidden, args.follow)
    for name, problem in questions.problems:
        console.error(name, problem)
    failed, matched = bool(broken or questions.problems), False
    sources = [item.source for item in questions.items]
    answers = []
    with console.progress(len(sources), "questions") as progress:
        for answer in work_apart("pdqlite.cli.trial:asker", known, sources, args.jobs, tell=progress.part):
            progress.advance(answer[0])
            answers.append(answer)
    answers.sort(key=lambda pair: pair[0])
    for number, result in answers:
        name = questions.items[number].name
        if questions.skips(questions.items[number], result):
            continue
        if isinstance(result, PdqliteError):
            console.error(name, result)
            failed = True
            continue
        kind, decision = min(result, key=lambda pair: (not pair[1].matched, pair[1].rate is None, pair[1].rate))
        matched |= decision.matched
        original = files[kind].get(decision.entry) if decision.entry is not None else None
        console.line(f"{shown(name)}: {said(decision, _Names())}" + (f", as {shown(original)}" if original else ""))
        console.record({"file": name, "known": original, **record(decision, _Names())})
    questions.tell(console)
    return ERROR if failed else FOUND if matched else NOTHING
