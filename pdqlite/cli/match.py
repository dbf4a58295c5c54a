"""
`pdqlite match`: files against a list.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from dataclasses import replace as with_changes
from pathlib import Path
from typing import Any, Protocol

from pdqlite import lists
from pdqlite.cli.console import Console, shown
from pdqlite.cli.explain import Explainer
from pdqlite.cli.files import about, list_key, load_trust
from pdqlite.cli.list_store import add_device_key, open_store
from pdqlite.cli.main import ERROR, FOUND, NOTHING, add_output_options
from pdqlite.cli.options import number
from pdqlite.cli.walking import Found, Item, add_walking_options, walk
from pdqlite.errors import ArgumentError, PdqliteError, StoreError
from pdqlite.exact import ExactMatcher
from pdqlite.lists.format.files import Directory, replace
from pdqlite.lists.verify.auditor import unseal, verify_files
from pdqlite.lists.verify.evidence import Openings
from pdqlite.matching import Matcher
from pdqlite.types import HASH_BITS, Decision, Entries, MatchPolicy
from pdqlite.workers import work_apart


def add(subparsers: Any) -> None:
    """Add the parser of this group."""
    parser = subparsers.add_parser(
        "match",
        help="match pictures and videos against a list",
        description="Decide for each file whether it shows something on the list.",
        epilog="Exit codes: 0 something matched, 1 nothing matched, 2 an error, in any one file too. A match is a candidate, "
        "never a verdict about a person. The very same JPEG may show a distance of up to 4: its colours are not decoded "
        "for matching, which is twice as fast. The lines of --json follow docs/schemas/match.json.",
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="picture, video, a directory to walk, or - for standard input"
    )
    _add_list_options(parser)
    parser.add_argument(
        "--rate",
        type=float,
        metavar="RATE",
        help=f"highest false-match rate of a pair of pictures (default: {MatchPolicy().picture_rate:g}) "
        f"and, times ten, of a pair of videos",
    )
    parser.add_argument(
        "--per-million",
        type=float,
        metavar="N",
        help="most false matches in a million files looked at, over the whole list "
        f"(default: {MatchPolicy().false_matches_per_million:g}); the longer the list, the surer a pair must then be",
    )
    parser.add_argument(
        "--radius",
        type=number(0, HASH_BITS),
        metavar="BITS",
        help="largest distance of whole hashes (default: as far as the rate and the list allow)",
    )
    parser.add_argument(
        "--evidence",
        metavar="DIR",
        help="write for each match what proves, without the list key, that its entry was endorsed: "
        "DIR/<entry>.evidence (pdqlite evidence verify); shows the entry's hash",
    )
    parser.add_argument(
        "--explain",
        metavar="FILE",
        help="write an HTML page that says in plain words and shows what was found: where in each file, how sure, at which times; - for words alone, here",
    )
    _add_sound(parser)
    parser.add_argument("--jobs", type=int, metavar="N", help="child processes (default: the cores there are)")
    parser.add_argument(
        "--keyframes",
        action="store_true",
        help="of a video, look at key frames first, and no further where they are near nothing: many times faster on "
        "videos that are not on the list, and misses what is shown between key frames alone",
    )
    add_walking_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=run)


def _add_sound(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sound",
        choices=("off", "beside", "alone"),
        default="beside",
        help="what the sound of a video may do, where the list has windows of sound. beside: strengthen what its frames say; alone: besides, be "
        "a match by itself, of files of sound too, with the verdict `same sound` (default: beside)",
    )


def _add_list_options(parser: argparse.ArgumentParser) -> None:
    """Where the list is, and what opens it."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--list", metavar="DIR", dest="directory", help="directory of the list")
    where.add_argument(
        "--store", metavar="STORE", help="what pdqlite list install made: nothing is verified or built again"
    )
    parser.add_argument("--key", metavar="FILE", help="list key, with --list")
    add_device_key(parser)
    parser.add_argument(
        "--sealed",
        action="store_true",
        help="with --store: decrypt 16 KiB of hashes at a time, for little memory; whole hashes alone are compared",
    )
    parser.add_argument(
        "--trust",
        metavar="FILE",
        help="trust file: whose signatures to accept (default: beside list.key, list.key.trust or list.trust)",
    )


Setup = tuple[Entries, MatchPolicy, int, None, int | None] | tuple[lists.Store, MatchPolicy, bool]


def matcher(setup: Setup) -> Callable[[str | bytes], Decision]:
    """Return what a child process does with one file."""
    return _matcher(setup, thorough=True)


def quick_matcher(setup: Setup) -> Callable[[str | bytes], Decision]:
    """The same with --keyframes."""
    return _matcher(setup, thorough=False)


def _matcher(setup: Setup, thorough: bool) -> Callable[[str | bytes], Decision]:
    exact = _exact_matcher(setup)
    if exact is not None:
        return exact.match_file
    if isinstance(setup[0], Entries):
        one = Matcher(*setup)
    elif setup[2]:  # open as long as this process
        one = Matcher.of_pages(setup[0].open("sealed").pages(), setup[1])
    else:
        with setup[0].open() as opened:
            one = Matcher.of_blocks(opened.blocks(), setup[1])
    return lambda source: one.match_file(source, thorough=thorough)


def _exact_matcher(setup: Setup) -> ExactMatcher | None:
    """Return what looks for files, if the list is one of files."""
    if isinstance(setup[0], Entries):
        return ExactMatcher(setup[0]) if setup[0].exact else None
    opened = setup[0].open("sealed" if setup[2] else None)  # open as long as this process
    if opened.manifest.type == "file":
        return opened.exact()
    opened.close()
    return None


def policy_of(args: argparse.Namespace) -> MatchPolicy:
    """Return the policy that the options ask for."""
    policy = MatchPolicy(radius=args.radius, sound=args.sound)
    if args.rate is not None:
        if not 1e-20 <= args.rate <= 0.1:
            raise ArgumentError("--rate needs a number from 1e-20 to 0.1")
        policy = with_changes(policy, picture_rate=args.rate, video_rate=10 * args.rate)
    if args.per_million is not None:
        if not 1e-6 <= args.per_million <= 1_000_000:
            raise ArgumentError("--per-million needs a number from 0.000001 to 1000000")
        policy = with_changes(policy, false_matches_per_million=args.per_million)
    return policy


def _trust_beside(key: Path) -> str:
    """Return the trust file that lies beside a key: list.key.trust, or list.trust."""
    places = key.with_name(key.name + ".trust"), key.with_suffix(".trust")
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise ArgumentError(
            f"no trust file beside the key ({' or '.join(dict.fromkeys(p.name for p in places))}): give --trust FILE, "
            "or make one with pdqlite list trust"
        )
    return str(found)


def from_list(args: argparse.Namespace) -> tuple[Keeper | None, lists.OpenList, Any]:
    """Verify and open the list of --list."""
    if args.sealed:
        raise ArgumentError("--sealed needs --store")
    if not args.key:
        raise ArgumentError("--list needs --key")
    trust, key = load_trust(args.trust or _trust_beside(Path(args.key))), list_key(args.key)
    with about(args.directory):
        opened = lists.open_list(args.directory, key, trust=trust, now=int(time.time()))
    witness = Keeper(args, trust, key) if args.evidence else None
    return (
        witness,
        opened,
        (opened.entries, policy_of(args), opened.manifest.max_distance, None, opened.manifest.max_sound_distance),
    )


def from_store(args: argparse.Namespace) -> tuple[None, lists.Installed, Any]:
    """Look at what is installed in --store; child processes open it themselves."""
    if args.key or args.trust or args.evidence:
        raise ArgumentError("--store needs neither --key nor --trust, and gives no --evidence: a release has it")
    store = open_store(args)
    found = store.status(int(time.time()))
    if found is None:
        raise StoreError("nothing is installed in this store; pdqlite list install puts a list there")
    return None, found, (store, policy_of(args), args.sealed)


def _page(path: Path) -> bool:
    """Return True if a page may be written here: over nothing, or over an earlier page."""
    if not path.exists():
        return True
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        start = stream.read(15)
    return not start or start.lower() == b"<!doctype html>"


def run(args: argparse.Namespace, console: Console) -> int:
    """Match every file, in the order given."""
    witness, opened, setup = (from_store if args.store else from_list)(args)
    explainer = Explainer(opened.manifest) if args.explain not in (None, "-") else None
    if explainer and opened.manifest.type == "file":
        raise ArgumentError("--explain shows pictures and videos; a list of files knows none")
    if explainer and not os.access(Path(args.explain).absolute().parent, os.W_OK):
        raise ArgumentError("--explain: the folder of its page is not there, or takes no files")
    if explainer and not _page(Path(args.explain)):
        raise ArgumentError(
            "--explain: this file is there and is no page; it stays as it is. Name a page to write, like explained.html, or - for words alone"
        )
    if opened.status != "ok":
        console.note(f"the list is {', '.join(opened.remarks)}")
    found = walk(args.files, args.hidden, args.follow)
    for name, problem in found.problems:
        console.error(name, problem)
    failed, matched = bool(found.problems), False
    for item, result in _results(args, console, found, setup):
        if isinstance(result, PdqliteError):
            console.error(item.name, result)
            failed = True
            continue
        matched |= result.matched
        if witness and result.matched:
            witness.keep(result)
        if explainer:
            explainer.keep(item.name, item.source, result)
        console.line(f"{shown(item.name)}: {said(result, opened.manifest)}")
        if args.explain == "-":
            console.words(result.in_words())
        console.record({"file": item.name, "list": opened.status, **record(result, opened.manifest)})
    found.tell(console)
    if explainer:
        explainer.write(args.explain, args.jobs)
    if failed:
        return ERROR
    return FOUND if matched else NOTHING


def _results(
    args: argparse.Namespace, console: Console, found: Found, setup: Any
) -> Iterator[tuple[Item, Decision | PdqliteError]]:
    """Yield what each file comes to, in their order; what was met on the way and is no media is left out."""
    done: dict[int, Any] = {}
    following = 0
    work = "pdqlite.cli.match:quick_matcher" if args.keyframes else "pdqlite.cli.match:matcher"
    with console.progress(len(found.items), "files") as progress:
        for number, result in work_apart(
            work, setup, [item.source for item in found.items], args.jobs, tell=progress.part
        ):
            progress.advance(number)
            done[number] = result
            while following in done:
                item, result = found.items[following], done.pop(following)
                following += 1
                if not found.skips(item, result):
                    yield item, result


class Keeper:
    """Writes the evidence of matches, one file for each entry that matched."""

    def __init__(self, args: argparse.Namespace, trust: lists.Trust, key: bytes) -> None:
        self._folder = Path(args.evidence)
        self._folder.mkdir(parents=True, exist_ok=True)
        sealed = verify_files(Directory(args.directory), trust, int(time.time()))
        self._openings = Openings(unseal(sealed, key, with_keypoints=False), trust)

    def keep(self, decision: Decision) -> None:
        """Write the evidence of one match."""
        if decision.entry is not None:
            replace(self._folder / f"{decision.entry}.evidence", bytes(self._openings.entry(decision.entry)))


def _names(mask: int, table: dict[int, str]) -> list[str]:
    return [name for i, name in table.items() if mask >> i & 1]


class Named(Protocol):
    """What numbers of categories and organisations are called: a manifest, or what stands for one."""

    @property
    def categories(self) -> dict[int, str]: ...
    @property
    def sources(self) -> dict[int, str]: ...


def said(decision: Decision, manifest: Named) -> str:
    """Return a decision as one line for people."""
    unseen = ["damaged: looked at as far as it decodes"] * decision.damaged + [
        "too long: not looked at to its end"
    ] * decision.truncated
    unseen += ["joined: time stamps begin anew"] * decision.discontinuity + [
        f"not looked at: {what}" for what in decision.missing
    ]
    if decision.verdict == "no match" and decision.frames == 0:
        return decision.verdict
    if decision.entry is not None and decision.where is None and decision.sound is None:
        marks = ", ".join(_names(decision.categories, manifest.categories))
        return (
            f"{decision.verdict}, entry {decision.entry} ({marks}), by its {'SHA-256' if decision.tier == 4 else 'MD5'}"
        )
    if decision.verdict == "same sound":
        return ", ".join(
            [
                f"{decision.verdict}, entry {decision.entry} ({', '.join(_names(decision.categories, manifest.categories))})",
                *heard(decision),
                *unseen,
            ]
        )
    if decision.entry is None or decision.rate is None or decision.where is None:
        return ", ".join([f"{decision.verdict} (quality {decision.quality})", *unseen])
    parts = [
        decision.verdict,
        f"entry {decision.entry} ({', '.join(_names(decision.categories, manifest.categories))})",
    ]
    if decision.distance is not None:
        parts.append(f"distance {decision.distance}")
    parts.append(f"quality {decision.quality}")
    parts.append(f"false-match rate {decision.rate:.0e}, {decision.list_rate or 0:.0e} over the list")
    if decision.span is not None:
        parts.append(
            f"{decision.agreeing} of {decision.frames} frames, {decision.span[0]:.1f} to {decision.span[1]:.1f} s"
        )
        if decision.entry_span is not None:
            parts.append(f"of the original {decision.entry_span[0]:.1f} to {decision.entry_span[1]:.1f} s")
    where = decision.where
    if (where.left, where.top, where.right, where.bottom) != (0, 0, 1, 1):
        parts.append(f"in {where.left:.0%}..{where.right:.0%} x {where.top:.0%}..{where.bottom:.0%}")
    if where.orientation != "as is":
        parts.append(where.orientation)
    if where.inverted:
        parts.append("inverted")
    return ", ".join(parts + heard(decision) + unseen)


def heard(decision: Decision) -> list[str]:
    """Return what the sound of a match says, for people."""
    sound = decision.sound
    if sound is None or not sound.same:
        return []
    speed = "" if sound.tempo == 1 else f", played at about {sound.tempo:.2f} of its speed"
    return [
        f"same sound at {sound.span[0]:.1f} to {sound.span[1] + 4:.1f} s{speed}, false-match rate {sound.list_rate:.0e} over the list"
    ]


def record(decision: Decision, manifest: Named) -> dict[str, Any]:
    """Return a decision with its evidence as JSON takes it."""
    plain = asdict(decision)
    plain["categories"] = _names(decision.categories, manifest.categories)
    plain["sources"] = _names(decision.sources, manifest.sources)
    return plain
