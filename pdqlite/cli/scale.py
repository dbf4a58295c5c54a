"""
`pdqlite scale`: very many files to one list. Nothing of pdqlite.scale, nor Dask, is imported before a command runs.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pdqlite import lists
from pdqlite.cli import list_dispute
from pdqlite.cli.console import Console, span
from pdqlite.cli.files import about, list_key
from pdqlite.cli.list_build import described
from pdqlite.cli.main import ERROR, FOUND, NOTHING, add_output_options
from pdqlite.cli.options import number, option, origin, token
from pdqlite.cli.releasing import add_rules, check_sources, place_of, seed_of, settle_rules
from pdqlite.errors import ArgumentError
from pdqlite.lists.format import encoding

if TYPE_CHECKING:
    from types import ModuleType

    from pdqlite.scale import Engine, Input, Settings

NEEDS = "pip install 'pdqlite[scale]'"
_EXTRA = ("dask", "distributed", "pyarrow", "fsspec")
_DAY = 86_400
_UNITS = {"KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40}


def add(subparsers: Any) -> None:
    """Add the parser of this group."""
    parser = subparsers.add_parser(
        "scale", help="very many files to one list, on many cores or machines",
        description="Hash pictures and videos of any store into shards, on the cores of this machine or a Dask cluster; merge the shards of several "
                    f"runs; build a list. Needs {NEEDS}.",
        epilog="Each step may be killed and begun anew. docs/howto/scale.md goes through them.",
    )  # fmt: skip
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    for adds in (_add_hash, _add_merge, _add_build, _add_status):
        add_output_options(adds(actions))


def _add_hash(actions: Any) -> Any:
    parser = actions.add_parser(
        "hash", help="hash all files of some folders into shards",
        description="Hash pictures and videos, with keypoint signatures, in confined children as list build does. What the output has already is left out, so "
                    "the same command goes on where a killed one ended. A file that fails is a row with an error.",
        epilog="Exit codes: 0 each file has its row, and another run would change nothing; 2 the store failed for some, or a folder could not be listed: "
               "run it again.",
    )  # fmt: skip
    parser.add_argument("urls", nargs="+", metavar="URL", help="folder or file: a path, or s3://, gs://, abfs://, what fsspec knows")  # fmt: skip
    parser.add_argument("-o", "--out", required=True, metavar="URL", help="folder for the shards, of any store too; one for each source and category")  # fmt: skip
    parser.add_argument("--source", required=True, metavar="NAME", help="organisation that vouches for the files")
    parser.add_argument("--category", type=token, default="unspecified", help="of the files, one word (default: unspecified)")  # fmt: skip
    parser.add_argument("--hidden", action="store_true", help="take hidden files and folders too (names that begin with a dot)")  # fmt: skip
    parser.add_argument("--forget", action="store_true", help="take out of the output what it has of files, under these folders, that are no longer there (default: keep "
                        "it; old versions of files that are there go always)")  # fmt: skip
    who = parser.add_argument_group("who works")
    which = who.add_mutually_exclusive_group()
    which.add_argument("--scheduler", metavar="ADDR", help="address of a Dask scheduler, like tls://10.0.0.5:8786; whoever reaches it can run programs on "
                       "its workers")  # fmt: skip
    which.add_argument("--pool", action="store_true", help="a process pool of this machine, without Dask")
    who.add_argument("--workers", type=number(1, 4096), metavar="N", help="processes on this machine (default: its cores)")  # fmt: skip
    how = parser.add_argument_group("how")
    how.add_argument("--no-keypoints", action="store_true", help="make no keypoint signatures: cropped copies are then not found")  # fmt: skip
    how.add_argument("--seconds", type=number(1, 86_400), default=600, metavar="N", help="give up a file whose decoder takes longer (default: 600)")  # fmt: skip
    how.add_argument("--max-bytes", type=_size, default=1 << 32, metavar="SIZE", help="do not read larger files, as 500MiB (default: 4GiB)")  # fmt: skip
    how.add_argument("--tries", type=number(0, 20), default=6, metavar="N", help="ask a store that fails so often again, after 0.5, 1, 2 ... 30 seconds (default: 6)")  # fmt: skip
    how.add_argument("--shard-files", type=number(1, 100_000), default=500, metavar="N", help="files of one shard, which a kill can cost (default: 500)")  # fmt: skip
    parser.set_defaults(run=_run(run_hash))
    return parser


def _add_merge(actions: Any) -> Any:
    parser = actions.add_parser(
        "merge", help="merge the shards of some runs",
        description="Make image.parquet and video.parquet, the entries of lists in their order, of the shards of any runs, in any order. A file counts once, "
                    "in its newest version. Near repeats are listed beside them and stay entries.",
    )  # fmt: skip
    parser.add_argument("shards", nargs="+", metavar="URL", help="output of a scale hash")
    parser.add_argument("-o", "--out", required=True, metavar="DIR", help="folder to make, on this machine")
    parser.add_argument("--near", type=number(0, 63), default=31, metavar="BITS", help="radius of near repeats; 0: do not look (default: 31)")  # fmt: skip
    _add_memory(parser)
    parser.set_defaults(run=_run(run_merge))
    return parser


def _add_build(actions: Any) -> Any:
    parser = actions.add_parser(
        "build", help="build a list of what was merged",
        description="Make a list that nobody has endorsed yet. The bytes are those of list build over the same files with the same seed, categories and "
                    "organisations in the order of their names. With --prefix, disputes and withdrawals of that list hold, as there.",
    )  # fmt: skip
    parser.add_argument("merged", metavar="DIR", help="what scale merge made")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="DIR", help="directory to make; of pictures and videos DIR/image and DIR/video")  # fmt: skip
    where.add_argument("--prefix", metavar="PREFIX", help="directory of a published list: makes PREFIX/<seq>, the next release of its log")  # fmt: skip
    parser.add_argument("--origin", type=origin, help="name of the list, like lists.example.org/demo; with --prefix the policy names it")  # fmt: skip
    parser.add_argument("--key", required=True, metavar="FILE", help="list key (pdqlite key new --list)")
    parser.add_argument("--type", choices=("image", "video", "all"), help="type of the list (default: what there is; with --prefix one)")  # fmt: skip
    parser.add_argument("--no-keypoints", action="store_true", help="leave out the keypoint signatures by which cropped copies are found")  # fmt: skip
    list_dispute.add_option(parser)
    add_rules(parser)
    parser.set_defaults(run=_run(run_build))
    return parser


def _add_status(actions: Any) -> Any:
    parser = actions.add_parser(
        "status", help="say what an output holds, and what is missing",
        description="Count the shards of a scale hash, while it runs too.",
        epilog="Exit codes: 0 nothing is missing, 1 something is (--of, or files to do again), 2 an error.",
    )  # fmt: skip
    parser.add_argument("out", metavar="URL", help="output of a scale hash")
    parser.add_argument("--of", nargs="+", default=[], metavar="URL", help="folders that were hashed: count what is not done yet")  # fmt: skip
    parser.add_argument("--hidden", action="store_true", help="as of scale hash")
    parser.set_defaults(run=_run(run_status))
    return parser


def _add_memory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--memory", type=_size, default=1 << 31, metavar="SIZE", help="memory to keep to, as 500MiB (default: 2GiB)")  # fmt: skip


def _size(text: str) -> int:
    digits, bits = next(((text.removesuffix(u), b) for u, b in _UNITS.items() if text.endswith(u)), (text, 0))
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 16) or not int(digits):
        raise argparse.ArgumentTypeError(f"expected bytes, or a number with {', '.join(_UNITS)}")
    return int(digits) << bits


def _run(command: Any) -> Any:
    """Return what runs a command when pdqlite.scale can be imported, and says what to install when it cannot."""

    def run(args: argparse.Namespace, console: Console) -> int:
        try:
            from pdqlite import scale

            with _logged(console):
                code: int = command(args, console, scale)
                return code
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in _EXTRA:
                raise
            raise ArgumentError(f"scale needs packages that are not installed ({error.name}): {NEEDS}") from None

    return run


class _Handler(logging.Handler):
    """Shows the log of a run as notes."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        self._console.note(f"{time.strftime('%H:%M:%S', time.gmtime(record.created))} {record.getMessage()}")


@contextmanager
def _logged(console: Console) -> Iterator[None]:
    log, handler = logging.getLogger("pdqlite.scale"), _Handler(console)
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


@contextmanager
def _engine(args: argparse.Namespace, scale: ModuleType) -> Iterator[Engine]:
    if args.scheduler is not None and args.workers is not None:
        raise ArgumentError("--workers is of this machine: a scheduler's workers are its own")
    with scale.pool_engine(args.workers) if args.pool else scale.dask_engine(args.scheduler, args.workers) as engine:
        yield engine


def run_hash(args: argparse.Namespace, console: Console, scale: ModuleType) -> int:
    """Hash what is not hashed yet."""
    settings: Settings = scale.Settings(
        option(encoding.name, args.source, "name of an organisation"), args.category, not args.no_keypoints,
        float(args.seconds), args.max_bytes, args.tries, args.shard_files,
    )  # fmt: skip
    with _engine(args, scale) as engine:
        if engine.dashboard:
            console.note(f"dashboard: {engine.dashboard}")
        console.note(f"{engine.slots} workers")
        with console.progress(None, "files") as progress:
            found = scale.hash_files(args.urls, args.out, settings, engine, args.hidden, progress.reach, args.forget)
    done = found.done
    rate = f", {done.files / found.seconds:.1f} a second" if found.seconds >= 1 else ""
    console.line(f"{found.listed} files: {found.before} done before, {done.files} now in {span(found.seconds)}{rate}")
    console.line(
        f"now: {done.pictures} pictures, {done.videos} videos of {done.frames} frames, {done.no_media} no media"
    )
    for what, counts in (("failed", done.failed), ("left out", found.skipped), ("folders not listed", found.folders)):
        if counts:
            console.line(f"{what}: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    if found.replaced:
        console.line(f"{found.replaced} old versions of files were taken out")
    if found.gone:
        kept = "their hashes stay (--forget takes them out)" if not found.forgotten else "their hashes were taken out"
        console.line(f"{found.gone} files are no longer there; {kept}")
    if done.again:
        console.line(f"{done.again} of the failed may do better at another run: the same command tries them again")
    console.record(found.record())
    return FOUND if found.complete else ERROR


def run_merge(args: argparse.Namespace, console: Console, scale: ModuleType) -> int:
    """Merge shards."""
    merged = scale.merge(args.shards, args.out, args.near, args.memory)
    files = merged.files
    console.line(f"{merged.shards} shards, {files.files} files: {files.pictures} pictures, {files.videos} videos, {files.no_media} no media")  # fmt: skip
    facts = (
        (sum(files.failed.values()), "failed: " + ", ".join(f"{n} {name}" for name, n in sorted(files.failed.items()))),
        (files.doubled, "hashed more than once, counted once"),
        (files.superseded, "superseded by a newer version or a later try"),
        (files.exact_repeats, "with the same bytes as another file"),
    )
    for count, what in facts:
        if count:
            console.line(f"{count} {what}")
    console.line(f"organisations: {', '.join(merged.sources)}")
    for name, kind in merged.kinds.items():
        console.line(f"{name}: {kind.entries} entries of {kind.read} hashes; {kind.repeated} repeated, {kind.flat} too flat")  # fmt: skip
        if merged.near:
            console.line(f"{name}: {kind.near_members} entries within {merged.near} bits of one of {kind.near_groups} others ({name}-near.parquet)")  # fmt: skip
    console.record(merged.record())
    return FOUND if any(kind.entries for kind in merged.kinds.values()) else NOTHING


def run_build(args: argparse.Namespace, console: Console, scale: ModuleType) -> int:
    """Build one list, or two side by side."""
    with about(args.merged):
        given = scale.read_merged(args.merged)
        kinds = given.kinds if args.type in (None, "all") else [args.type]
        if not kinds:
            raise ArgumentError("nothing is left to put into a list")
    if args.prefix is not None:
        check_sources(args.prefix, given.sources)
        if len(kinds) > 1:
            raise ArgumentError(f"a release continues a list of one type: --type {', '.join(kinds)} takes one of them")
    settle_rules(args, None, console)
    if not 1 <= args.min_sources <= len(given.sources):
        raise ArgumentError(f"--min-sources needs 1 to {len(given.sources)}, the number of organisations merged")
    place, key = place_of(args, None), list_key(args.key)
    issued = int(time.time()) if args.issued is None else args.issued
    terms = lists.ListTerms(
        **place.said, categories=given.categories, sources=given.sources, issued=issued, expires=issued + args.days * _DAY,
        min_sources=args.min_sources, max_distance=args.max_distance,
    )  # fmt: skip
    seed, found = None if args.seed is None else seed_of(args.seed), list_dispute.found_of(args)
    given = replace(given, disputes=None if found is None else partial(found.apply, names=given.sources))
    counted = [_counted(scale, given, kind, args.min_sources) for kind in kinds]  # of all, before anything is written
    if found is not None:
        list_dispute.tell(found, console)
    made = []
    for kind, (by_category, by_source) in zip(kinds, counted, strict=True):
        output: Path = place.output / kind if len(kinds) > 1 else place.output
        manifest = scale.build(given, str(output), terms, kind, not args.no_keypoints, key=key, seed=seed)
        entries = {"by_category": by_category, "by_source": by_source}
        console.line(f"{output}: {manifest.type} list {manifest.origin}, release {manifest.seq}, {manifest.slots} slots; next: pdqlite list endorse")  # fmt: skip
        for name, count in [*by_category.items(), *by_source.items()]:
            console.note(f"{name}: {count} entries")
        made.append({**described(manifest), **entries})
    console.record(made[0] if len(made) == 1 else {"lists": made})
    return FOUND


def _counted(scale: ModuleType, given: Input, kind: str, least: int) -> tuple[dict[str, int], dict[str, int]]:  # fmt: skip
    """Count the entries of one list; ArgumentError where there are none."""
    by_category, by_source = scale.marks(given, kind, least)
    if not any(by_source.values()):
        others = [one for one in given.kinds if one != kind]
        take = f"--type {others[0]} makes the other list alone, or " if others else ""
        raise ArgumentError(f"nothing is left to put into a list of type {kind}: {take}a lower --min-sources may leave some")  # fmt: skip
    return by_category, by_source


def run_status(args: argparse.Namespace, console: Console, scale: ModuleType) -> int:
    """Count what shards hold."""
    found = scale.status(args.out, args.of, args.hidden)
    console.line(f"{found.shards} shards: {found.files} files, {found.pictures} pictures, {found.videos} videos of {found.frames} frames, {found.no_media} no media")  # fmt: skip
    if found.failed:
        console.line("failed: " + ", ".join(f"{count} {name}" for name, count in sorted(found.failed.items())))
    for count, what in (
        (found.to_do_again, "files that the next run tries again"),
        (found.broken, "damaged shards, which the next run does again"),
        (found.foreign, "shards of another version, or none of ours"),
    ):
        if count:
            console.line(f"{count} {what}")
    if found.missing is not None:
        console.line(f"{found.missing} of {found.listed} files are not done")
    if found.gone:
        console.line(f"{found.gone} files of the output are no longer there (scale hash --forget takes them out)")
    console.record(found.record())
    return NOTHING if found.missing or found.to_do_again or found.broken else FOUND
