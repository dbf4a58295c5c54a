"""
`pdqlite hash`: pictures and videos to hashes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from pdqlite import sources, vpdq
from pdqlite.cli.console import Console, shown
from pdqlite.cli.main import ERROR, FOUND, NOTHING, add_output_options
from pdqlite.cli.walking import add_walking_options, walk
from pdqlite.errors import ArgumentError, PdqliteError
from pdqlite.media import Limits
from pdqlite.types import FrameHash, ImageHash, VideoHash
from pdqlite.workers import shared, work_apart

_WHOLE = {"vpdq": vpdq.write_vpdq, "threatexchange": vpdq.write_threatexchange}


def add(subparsers: Any) -> None:
    """Add the parser of this group."""
    parser = subparsers.add_parser(
        "hash",
        help="hash pictures and videos",
        description="Print the PDQ hash of pictures and of the frames of videos, one line each.",
        epilog="Files are decoded in child processes: one that cannot be read is reported and the rest go on.",
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="picture, video, a directory to walk, or - for standard input"
    )
    parser.add_argument(
        "--format",
        choices=("text", "hex", "csv", "vpdq", "threatexchange"),
        default="text",
        help="text: hash, quality, time, file; hex: hashes alone; csv: hash, quality, frame, seconds, file; "
        "threatexchange: one JSON list a file; vpdq: the shared lines `frame,quality,hash,seconds`, "
        "with vPDQ's own choice of frames (default: text)",
    )
    parser.add_argument(
        "--every",
        type=float,
        default=1.0,
        metavar="SECONDS",
        help="of a video, one frame each so many seconds (default: 1)",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all-frames", action="store_true", help="of a video, every frame")
    which.add_argument("--keyframes", action="store_true", help="of a video, only key frames: fastest")
    parser.add_argument(
        "--seconds",
        type=float,
        default=Limits().seconds,
        metavar="SECONDS",
        help="read so much of a video, and say so if it goes on (default: a day)",
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="cores to use (default: those there are)")
    add_walking_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=run)


def hasher(setup: tuple[float, str, float, int]) -> Callable[[str | bytes], ImageHash | VideoHash]:
    """Return what a child process does with one file."""
    every, sampling, seconds, threads = setup
    limits = Limits(seconds=seconds)
    return lambda name: sources.hash_file(name, every, sampling, limits, threads)  # type: ignore[arg-type]


def _sampling(args: argparse.Namespace) -> str:
    if args.all_frames:
        return "all"
    if args.keyframes:
        return "keyframes"
    return "vpdq" if args.format == "vpdq" else "time"


def run(args: argparse.Namespace, console: Console) -> int:
    """Hash every file, in the order given."""
    if not args.every > 0 and not (args.format == "vpdq" and args.every == 0):
        raise ArgumentError("--every needs a number of seconds above 0")
    if args.json and args.format != "text":
        raise ArgumentError(f"--json and --format {args.format} are two forms: give one of them")
    if not args.seconds > 0:
        raise ArgumentError("--seconds needs a number above 0")
    found = walk(args.files, args.hidden, args.follow)
    for name, problem in found.problems:
        console.error(name, problem)
    jobs, threads = shared(args.jobs, len(found.items))
    setup = (args.every, _sampling(args), args.seconds, threads)
    failed, hashed, done, following = bool(found.problems), False, {}, 0
    if args.format == "csv":
        console.line(vpdq.CSV_HEADER)
    with console.progress(len(found.items), "files") as progress:
        for number, result in work_apart(
            "pdqlite.cli.hash:hasher", setup, [i.source for i in found.items], jobs, tell=progress.part
        ):
            progress.advance(number)
            done[number] = result
            while following in done:
                item, result = found.items[following], done.pop(following)
                following += 1
                if not found.skips(item, result):
                    failed |= _show(console, item.name, result, args.format)
                    hashed |= not isinstance(result, PdqliteError)
    found.tell(console)
    if failed:
        return ERROR
    return FOUND if hashed else NOTHING


def _show(console: Console, name: str, result: ImageHash | VideoHash | PdqliteError, form: str) -> bool:
    """Print one file's hashes; True if there are none to print."""
    if isinstance(result, PdqliteError):
        console.error(name, result)
        return True
    if isinstance(result, ImageHash):
        frames = [FrameHash(0, 0.0, result.bits, result.quality)]
        console.record(
            {"file": name, "kind": "picture", "hash": result.hex, "quality": result.quality, "damaged": result.damaged}
        )
    else:
        frames = list(result.frames)
        times = [{"frame": f.frame, "time": round(f.time, 3), "hash": f.hex, "quality": f.quality} for f in frames]
        console.record(
            {
                "file": name,
                "kind": "video",
                "duration": round(result.duration, 3),
                "damaged": result.damaged,
                "truncated": result.truncated,
                "discontinuity": result.discontinuity,
                "missing": result.missing,
                "frames": times,
            }
        )
    for text in _unseen(result):
        console.note(f"{shown(name)}: {text}")
    if form in _WHOLE:
        console.line(_WHOLE[form](frames).rstrip("\n"))
        return False
    if form == "csv":
        console.line(vpdq.write_csv(frames, name, still=isinstance(result, ImageHash)).rstrip("\n"))
        return False
    for frame in frames:
        time = "-" if isinstance(result, ImageHash) else f"{frame.time:.3f}"
        console.line(frame.hex if form == "hex" else f"{frame.hex}  {frame.quality:3}  {time:>9}  {shown(name)}")
    return False


def _unseen(result: ImageHash | VideoHash) -> list[str]:
    """Return what to say of a file that was not hashed as a whole, or not as it is."""
    said = ["damaged; hashed as far as it decodes"] * result.damaged
    if isinstance(result, VideoHash):
        said += [f"goes on; hashed up to {result.duration:g} seconds"] * result.truncated
        said += ["time stamps begin anew; its parts were put one behind the other"] * result.discontinuity
        said += [f"not hashed: {what}" for what in result.missing]
    return said
