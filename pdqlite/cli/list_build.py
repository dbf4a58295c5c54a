"""
`pdqlite list build` and `delta`: releases from what organisations hand in.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pdqlite import exchange, lists
from pdqlite.cli import accepted, list_dispute, submission
from pdqlite.cli.console import Console, shown
from pdqlite.cli.files import about, list_key
from pdqlite.cli.main import FOUND
from pdqlite.cli.options import number, option, origin, token
from pdqlite.cli.releasing import Place, add_rules, check_sources, place_of, seed_of, settle_rules
from pdqlite.errors import ArgumentError, ListFormatError
from pdqlite.intake import Intake, Origins, Report, read_map, read_mapping, write_map
from pdqlite.lists.format import encoding, files
from pdqlite.lists.format.manifest import TYPES
from pdqlite.lists.publish.writing import MAX_SOUND_DISTANCE
from pdqlite.types import Entries

_DAY = 86_400


def add_build(actions: Any) -> Any:
    """Add the parser of `list build`."""
    build = actions.add_parser(
        "build", help="make a list from hashes or media",
        description="Make a list that nobody has endorsed yet, from other exchanges' files, hashes, pictures and videos. Formats of files of hashes: "
                    f"{', '.join(exchange.FORMATS)}; found by content.")  # fmt: skip
    build.add_argument("hashes", nargs="*", metavar="HASHES", help="files of hashes (.txt .csv .tsv .hex .vpdq .json .jsonl .xml), pictures, videos, directories; "
                       "vouched for by every --source")  # fmt: skip
    where = build.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="DIR", help="directory to make")
    where.add_argument(
        "--prefix",
        metavar="PREFIX",
        help="directory of a published list: makes PREFIX/<seq>, the next release of its log",
    )
    build.add_argument(
        "--origin", type=origin, help="name of the list, like lists.example.org/demo; with --prefix the policy names it"
    )
    build.add_argument("--key", required=True, metavar="FILE", help="list key (pdqlite key new --list)")
    _add_what(build)
    add_rules(build)
    build.set_defaults(run=run_build)
    return build


def _add_what(build: argparse.ArgumentParser) -> None:
    what = build.add_argument_group("what goes in")
    what.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="NAME",
        help="organisation that vouches for HASHES; repeat for more",
    )
    what.add_argument(
        "--submitted",
        nargs="+",
        action="append",
        default=[],
        metavar=("NAME", "HASHES"),
        help="what one organisation alone submitted; repeat for more",
    )
    accepted.add_options(what)
    what.add_argument(
        "--from",
        dest="form",
        choices=tuple(exchange.FORMATS),
        metavar="FORMAT",
        help="format of all HASHES, instead of finding it by content",
    )
    what.add_argument("--type", choices=("image", "video", "file", "all"), help="type of the list; file: files of any type, by SHA-256 and MD5, byte for byte; "
                      "all: DIR/image, DIR/video and DIR/file side by side, as far as there is input (default: what the input is; all for mixed input, unless --prefix or --base says which list goes on)")  # fmt: skip
    what.add_argument(
        "--category",
        type=token,
        default="unspecified",
        help="what entries are that come without a category, one word (default: unspecified)",
    )
    _add_earlier(what)
    list_dispute.add_option(what)
    what.add_argument("--no-keypoints", action="store_true", help="leave out the keypoint signatures by which cropped copies are found "
                      "(kept for every entry made from a picture or a frame of a video, about 350 bytes each)")  # fmt: skip
    what.add_argument("--sound", action="store_true", help="take windows of sound of videos and of files of sound, one a second: copies are then known by what is heard "
                      "too. Readers of before refuse such a list")  # fmt: skip
    what.add_argument("--max-sound-distance", type=number(0, 255), metavar="BITS", help="largest distance of a window of sound "
                      f"(default: as the release before; {MAX_SOUND_DISTANCE} in a first: by itself a window of up to 72 counts, farther ones only together)")  # fmt: skip
    what.add_argument("--skip-broken", action="store_true", help="leave out files and rows that cannot be read; each is named (default: nothing is written)")  # fmt: skip
    what.add_argument(
        "--partial", action="store_true", help="take some pages of a feed, though others are missing by what they say"
    )
    what.add_argument("--report", metavar="FILE", help="write what became of every row as JSON, for whoever must sign")
    what.add_argument("--map", metavar="FILE", help="write the private map from entries to the exchange's ids, to a new file; it must not be published")  # fmt: skip


def _add_earlier(what: argparse._ArgumentGroup) -> None:
    """What is known of an exchange, and of the release before."""
    what.add_argument(
        "--category-map",
        metavar="FILE",
        help="lines `theirs = ours` from an exchange's categories to the list's; without it their own words are taken, in lower case",
    )
    what.add_argument(
        "--source-map",
        metavar="FILE",
        help="lines `theirs = NAME` from an exchange's members to organisations; without it members do not count",
    )
    what.add_argument(
        "--base",
        metavar="DIR",
        help="continue this release: its entries stay but for what the input withdraws; the new release has the next number "
        "and the delta that leads to it",
    )
    what.add_argument(
        "--base-map",
        metavar="FILE",
        help="private map of --base: deletions that name an id find their entries by it, and marks that accepted reports gave are told from others",
    )


def run_build(args: argparse.Namespace, console: Console) -> int:
    """Build one list, or an image list and a video list side by side."""
    groups = [(args.hashes, list(args.source))] if args.hashes else []
    groups += [(files, [name]) for name, *files in args.submitted]
    acceptances = accepted.handed_in(args)
    if (not groups and not args.base and not acceptances) or any(not names or not handed for handed, names in groups):
        raise ArgumentError(
            "nothing to build from: give HASHES with --source NAME, --submitted NAME HASHES, or --reports DIR"
        )
    base, args.issued = _base(args), int(time.time()) if args.issued is None else args.issued
    given = [
        option(encoding.name, name, "name of an organisation")
        for name in [*args.source, *(n for _, group in groups for n in group), *(one.name for one in acceptances)]
    ]
    names = list(dict.fromkeys([*(base.manifest.sources.values() if base else ()), *given]))
    settle_rules(args, base, console)
    if args.prefix is not None:
        check_sources(args.prefix, names)
    if not 1 <= args.min_sources <= len(names):
        raise ArgumentError(f"--min-sources needs 1 to {len(names)}, the number of organisations given")
    list_key(args.key)  # before the long work
    intake = Intake(
        args.category,
        _categories(args),
        _members(args, names),
        list(base.manifest.categories.values()) if base else (),
        names,
    )
    if base:
        origins = read_map(args.base_map) if args.base_map else ()
        with about(args.base_map or args.base):
            intake.go_on_from(
                args.base, base.entries, {i: names.index(name) for i, name in base.manifest.sources.items()}, origins
            )
    typed = args.type in ("image", "video")
    reading = submission.Reading(
        args.form,
        args.skip_broken,
        not args.no_keypoints,
        args.type == "file",
        args.sound,
        typed,
        args.issued,
        args.partial,
    )
    for handed, group in groups:
        mask = sum(1 << names.index(name) for name in dict.fromkeys(group))
        submission.gather(handed, intake, mask, console, reading)
    accepted.give(acceptances, intake, {name: 1 << i for i, name in enumerate(names)})
    list_dispute.hold(args, intake, names, console)
    kinds = _kinds(args, intake, base)
    place = place_of(args, base)
    made = [_made(intake, kind, args, names) for kind in kinds]  # all of it, before anything is written
    where = [_where(args, place, kind if len(kinds) > 1 else None) for kind in kinds]
    records = [_build_one(args, place, intake.tokens, one, console, at) for one, at in zip(made, where, strict=True)]
    if acceptances and args.map is None:
        console.note(
            "no --map: the next release cannot go on from this one with --base, as nobody could tell which marks reports gave"
        )
    console.record(records[0] if len(records) == 1 else {"lists": records})
    return FOUND


def _base(args: argparse.Namespace) -> lists.VerifiedList | None:
    if args.base is None:
        if args.base_map is not None:
            raise ArgumentError("--base-map goes with --base")
        return None
    with about(args.base):
        return lists.read_release(args.base, list_key(args.key))


def _categories(args: argparse.Namespace) -> Callable[[str], str | None] | None:
    if args.category_map is None:
        return None
    with about(args.category_map):
        mapping = read_mapping(args.category_map)
        for ours in mapping.pairs.values():
            option(encoding.token, ours, "category")
    return mapping


def _members(args: argparse.Namespace, names: list[str]) -> Callable[[str], int | None] | None:
    if args.source_map is None:
        return None
    with about(args.source_map):
        mapping = read_mapping(args.source_map)
        unknown = sorted(set(mapping.pairs.values()) - set(names))
        if unknown:
            raise ArgumentError(f"maps to {', '.join(unknown)}, which no --source or --submitted names")

    def mask(member: str) -> int | None:
        name = mapping(member)
        return None if name is None else 1 << names.index(name)

    return mask


def _kinds(args: argparse.Namespace, intake: Intake, base: lists.VerifiedList | None) -> list[str]:
    """Return the types of the lists to make: of mixed input all, unless it continues a list, which is of one type."""
    found = intake.kinds
    if base is not None and args.type not in (None, base.manifest.type):
        raise ArgumentError(f"--base is a list of type {base.manifest.type}, and its next release too")
    if args.type == "all" or (args.type is None and len(found) > 1 and args.prefix is None and args.base is None):
        if args.prefix is not None:
            raise ArgumentError("--type all goes with --output: a release of a published list is of one type")
        return [kind for kind in TYPES if kind in found] or ["image"]
    if args.type is not None:
        for kind, count in found.items():
            if kind != args.type:
                intake.report.files[-1].unused[f"{kind} hashes"] += count
        return [args.type]
    if len(found) > 1:
        counts = " and ".join(f"{count} hashes of {kind}s" for kind, count in sorted(found.items()))
        raise ArgumentError(
            f"{counts}: a release continues a list of one type; --type {', '.join(sorted(found))} takes one of them"
        )
    return list(found) or ["image"]


@dataclass(frozen=True, slots=True)
class _Made:
    """What one list is made of."""

    entries: Entries
    origins: Origins
    report: Report


def _made(intake: Intake, kind: str, args: argparse.Namespace, names: list[str]) -> _Made:
    entries, origins = intake.entries(kind, args.min_sources, not args.no_keypoints)
    by_source = {name: int(((entries.sources >> i) & 1).sum()) for i, name in enumerate(names)}
    return _Made(entries, origins, replace(intake.report, by_source=by_source))


def _build_one(
    args: argparse.Namespace,
    place: Place,
    categories: list[str],
    made: _Made,
    console: Console,
    where: _Where,
) -> dict[str, Any]:
    report, key, output, issued = made.report, list_key(args.key), where.output, args.issued
    terms = lists.ListTerms(
        **place.said,
        categories=categories,
        sources=list(report.by_source),
        issued=issued,
        expires=issued + args.days * _DAY,
        min_sources=args.min_sources,
        max_distance=args.max_distance,
        max_sound_distance=args.max_sound_distance,
    )
    with _said_first(where, made):
        manifest = lists.build_list(
            output, made.entries, terms, key=key, seed=None if args.seed is None else seed_of(args.seed)
        )
    console.line(
        f"{output}: {manifest.type} list {manifest.origin}, release {manifest.seq}, {manifest.slots} slots; next: pdqlite list endorse"
    )
    if place.continues:
        line = lists.add_delta(output, args.base, key=key)
        console.line(f"{output}: delta from release {line.since}, {line.size} bytes")
    for line_of_report in report.lines():
        console.note(shown(line_of_report))
    return {**described(manifest), "report": report.record()}


@contextmanager
def _said_first(where: _Where, made: _Made) -> Iterator[None]:
    """Put a list's map and report on the disk before what is inside makes the list; take them back if it makes none."""
    said = [path for path in (where.map, where.report) if path is not None]
    before = {path: path.read_bytes() if path.exists() else None for path in said}
    try:
        if where.map is not None:
            write_map(where.map, made.origins)
        if where.report is not None:
            files.replace(where.report, (json.dumps(made.report.record(), indent=1) + "\n").encode())
        yield
    except BaseException:
        if not (where.output / files.MANIFEST).exists():
            for path, was in before.items():
                if was is None:
                    path.unlink(missing_ok=True)
                else:
                    files.replace(path, was)
        raise


@dataclass(frozen=True, slots=True)
class _Where:
    """Where one list goes, and its map and report."""

    output: Path
    map: Path | None
    report: Path | None


def _where(args: argparse.Namespace, place: Place, kind: str | None) -> _Where:
    """Return where a list of this type goes, of several that are made together; the map never into what is published, nor over another release's."""

    def named(path: str | None) -> Path | None:
        return (
            None
            if path is None
            else Path(path)
            if kind is None
            else Path(path).with_suffix(f".{kind}{Path(path).suffix}")
        )

    output, target = place.output / (kind or ""), named(args.map)
    with about(str(output)):
        files.refuse_occupied(output)
    if target is not None:
        inside = output.resolve().parent in target.resolve().parents and (output.parent / "policy").is_dir()
        if inside or output.resolve() in target.resolve().parents:
            raise ArgumentError("--map: inside what is published: the map stays with you")
        if target.exists():
            with about(str(target)):
                raise ArgumentError(
                    "--map: this file is there; each release has a map of its own, so give another name"
                )
    return _Where(output, target, named(args.report))


def add_delta(actions: Any) -> Any:
    """Add the parser of `list delta`."""
    delta = actions.add_parser(
        "delta",
        help="make a delta from an earlier release",
        description="Write NEW/delta-<seq of OLD>.cob and its line in NEW's manifest. "
        "Comes before endorsing NEW. The same releases give the same bytes.",
    )
    delta.add_argument("old", metavar="OLD", help="directory of the earlier release")
    delta.add_argument("new", metavar="NEW", help="directory of the release that nobody has endorsed yet")
    delta.add_argument("--key", required=True, metavar="FILE", help="list key")
    delta.add_argument("--old-key", metavar="FILE", help="list key of OLD, if it is another")
    delta.set_defaults(run=run_delta)
    return delta


def run_delta(args: argparse.Namespace, console: Console) -> int:
    """Make one delta."""
    old_key = list_key(args.old_key) if args.old_key else None
    line = lists.add_delta(args.new, args.old, key=list_key(args.key), old_key=old_key)
    console.line(f"{args.new}: delta from release {line.since}, {line.size} bytes; next: pdqlite list endorse")
    console.record({"from": line.since, "bytes": line.size})
    return FOUND


def described(manifest: lists.Manifest) -> dict[str, Any]:
    """Return what a manifest says, for people and JSON."""
    if manifest.expires <= manifest.issued:
        raise ListFormatError("manifest: expires before it was issued")
    return {
        "origin": manifest.origin,
        "type": manifest.type,
        "seq": manifest.seq,
        "issued": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(manifest.issued)),
        "expires": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(manifest.expires)),
        "slots": manifest.slots,
        "min_sources": manifest.min_sources,
        "max_distance": manifest.max_distance,
        "max_sound_distance": manifest.max_sound_distance,
        "categories": list(manifest.categories.values()),
        "sources": list(manifest.sources.values()),
    }
