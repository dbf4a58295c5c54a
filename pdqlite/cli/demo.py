"""
`pdqlite demo`: the whole path in one command, on pictures and clips that it draws itself.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pdqlite import hashing, lists, making
from pdqlite.cli import scenes
from pdqlite.cli.console import Console
from pdqlite.cli.main import FOUND, add_output_options
from pdqlite.errors import PdqliteError
from pdqlite.intake import Intake
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.media import write_picture, write_video
from pdqlite.types import Decision, Entries

Pixels = scenes.Pixels

ORGANISATIONS = ("hotline-a.example", "hotline-b.example", "hotline-c.example")
QUORUM, PICTURES, STRANGERS = 2, 12, 6
SECONDS, FPS = 12.0, 25


def add(subparsers: Any) -> None:
    """Add the parser of this group."""
    parser = subparsers.add_parser(
        "demo",
        help="see the whole path work",
        description="Draw pictures and clips, put some on signed, encrypted lists, "
        "then match copies, edited copies and strangers against them. Takes under a minute.",
    )
    parser.add_argument(
        "--keep", metavar="DIR", help="keep everything made in this new directory (default: a temporary one)"
    )
    add_output_options(parser)
    parser.set_defaults(run=run)


class Steps:
    """One line for each step, with the time it took."""

    def __init__(self, console: Console) -> None:
        self._console, self._start, self._number = console, time.monotonic(), 0

    def done(self, text: str) -> None:
        """Say that a step is done."""
        now = time.monotonic()
        self._number += 1
        self._console.line(f"{self._number}. {text}  ({now - self._start:.1f} s)")
        self._start = now


def picture_edits(pixels: Pixels) -> dict[str, Pixels]:
    """Return what people do to pictures, by name."""
    height, width = pixels.shape[:2]
    boxed = np.zeros((height * 4 // 3, width, 3), np.uint8)
    boxed[height // 6 : height // 6 + height] = pixels
    captioned = np.full((height * 6 // 5, width, 3), 250, np.uint8)
    captioned[height // 5 :] = pixels
    captioned[height // 12 : height // 8, width // 8 : width * 7 // 8 : 9] = 20
    noisy = pixels + np.random.default_rng(0).normal(0, 12, pixels.shape)
    return {
        "untouched": pixels,
        "half size": pixels[::2, ::2],
        "brighter, more contrast": np.clip(pixels * 1.25 + 10.0, 0, 255).astype(np.uint8),
        "noise": np.clip(noisy, 0, 255).astype(np.uint8),
        "mirrored": pixels[:, ::-1],
        "turned": np.rot90(pixels),
        "colours inverted": 255 - pixels,
        "black bars": boxed,
        "caption on top": captioned,
        "cropped to 90 %": pixels[height // 20 : height * 19 // 20, width // 20 : width * 19 // 20],
        "cropped to 70 %": pixels[height * 3 // 20 : height * 17 // 20, width * 3 // 20 : width * 17 // 20],
    }


def clip_edits(seed: int) -> dict[str, tuple[Iterator[Pixels], int]]:
    """Return copies of one clip and their bit rates, by name."""

    def clip() -> Iterator[Pixels]:
        return scenes.clip(seed, SECONDS, FPS)

    def boxed(frame: Pixels) -> Pixels:
        return np.pad(frame, ((48, 48), (0, 0), (0, 0)))

    return {
        "untouched": (clip(), 1_500_000),
        "low bit rate, starts 0.4 s later": ((f for i, f in enumerate(clip()) if i >= 10), 250_000),
        "mirrored": ((f[:, ::-1] for f in clip()), 1_000_000),
        "black bars": ((boxed(f) for f in clip()), 1_000_000),
        "second half only": ((f for i, f in enumerate(clip()) if i >= SECONDS * FPS / 2), 1_000_000),
    }


def make_list(folder: Path, origin: str, entries: Entries, console: Console) -> lists.OpenList:
    """Build, endorse, seal and open one list, as its publisher, its organisations and a device do."""
    key = lists.new_list_key(folder / f"{origin}.key")
    signers = [lists.new_signing_key(folder / f"{origin}-{name}.pem", name) for name in ORGANISATIONS]
    now = int(time.time())
    where = folder / origin
    manifest = lists.build_list(
        where,
        entries,
        lists.ListTerms(
            origin=f"{origin}.example",
            categories=["demo"],
            sources=ORGANISATIONS[:QUORUM],
            max_distance=68,
            issued=now,
            expires=now + 86_400,
            min_sources=QUORUM,
        ),
        key=key,
    )
    trust = lists.Trust(
        origin=manifest.origin,
        categories=("demo",),
        type=manifest.type,
        max_distance=68,
        endorsers=tuple(s.verifier for s in signers),
        quorum=QUORUM,
        allow_unlogged=True,
    )
    (folder / f"{origin}.key.trust").write_bytes(bytes(trust))
    lists.endorse(where, signers[0], key=key)
    try:
        lists.verify_list(where, trust, now)
    except PdqliteError as refusal:
        console.line(f"   {origin}: one endorsement of three is refused: {refusal}")
    lists.endorse(where, signers[1], key=key)
    return lists.open_list(where, key, trust=trust, now=now)


def run(args: argparse.Namespace, console: Console) -> int:
    """Run the demo."""
    if args.keep:
        Path(args.keep).mkdir(parents=True)
        return _run(Path(args.keep), console, kept=True)
    with tempfile.TemporaryDirectory(prefix="pdqlite-demo-") as folder:
        return _run(Path(folder), console, kept=False)


def _run(folder: Path, console: Console, kept: bool) -> int:
    steps = Steps(console)
    clip_path = folder / "original.mp4"
    write_video(clip_path, scenes.clip(0, SECONDS, FPS), FPS)
    drawn = [scenes.picture(seed) for seed in range(PICTURES)]
    sources = (1 << QUORUM) - 1
    intake = Intake()
    for number, pixels in enumerate(drawn):
        intake.file(f"picture {number}", "picture")
        for record in making.records_of(hashing.hash_pixels(pixels), ""):
            intake.take(record, sources, signature(pixels))
    steps.done(f"drew {PICTURES} pictures and a clip of {SECONDS:.0f} s that nobody else has, and hashed the pictures")
    found, signatures = making.made_of(str(clip_path))
    frames = making.records_of(found, "clip")
    intake.file("clip", "video")
    for record, keypoints in zip(frames, signatures, strict=True):
        intake.take(record, sources, keypoints)
    steps.done(f"hashed the clip: {len(frames)} frames that differ, of {int(SECONDS * FPS)}")
    pictures = make_list(folder, "pictures", intake.entries("image", 1)[0], console)
    videos = make_list(folder, "videos", intake.entries("video", 1)[0], console)
    steps.done(
        f"built two encrypted lists, {len(pictures.entries)} and {len(videos.entries)} entries; "
        f"{QUORUM} of {len(ORGANISATIONS)} organisations signed; verified, decrypted and opened: {pictures.status}"
    )
    rows = list(_match_pictures(folder, pictures, console))
    steps.done(f"matched {len(rows)} pictures: copies, edited copies, strangers")
    clips = list(_match_clips(folder, videos, console))
    steps.done(f"matched {len(clips)} clips")
    _table(console, rows + clips)
    wrong = [name for name, decision in rows + clips if decision.matched and name.startswith("stranger")]
    console.line(
        f"\n{sum(d.matched for n, d in rows + clips if not n.startswith('stranger'))} of "
        f"{sum(not n.startswith('stranger') for n, _ in rows + clips)} copies found, {len(wrong)} strangers taken for copies. "
        "A match is a candidate, never a verdict about a person."
    )
    console.line(
        "Next: pdqlite hash PICTURE; pdqlite list build --help; README.md for the same as a library."
        + (f" Everything made here is in {folder}." if kept else " Try --keep DIR to look at the files.")
    )
    return FOUND


def _match_pictures(folder: Path, opened: lists.OpenList, console: Console) -> Iterator[tuple[str, Decision]]:
    matcher = Matcher(opened.entries, max_distance=opened.manifest.max_distance)
    copies = {f"copy: {name}": pixels for name, pixels in picture_edits(scenes.picture(0)).items()}
    copies |= {f"stranger {i + 1}": scenes.picture(500 + i) for i in range(STRANGERS)}
    with console.progress(len(copies), "pictures") as progress:
        for i, (name, pixels) in enumerate(copies.items()):
            path = folder / f"picture-{i}.jpg"
            write_picture(path, np.ascontiguousarray(pixels), quality=60)
            yield name, matcher.match_image(path)
            progress.advance()


def _match_clips(folder: Path, opened: lists.OpenList, console: Console) -> Iterator[tuple[str, Decision]]:
    matcher = Matcher(opened.entries, max_distance=opened.manifest.max_distance)
    copies = {f"copy of clip: {name}": copy for name, copy in clip_edits(0).items()}
    copies["stranger's clip"] = (scenes.clip(77, SECONDS, FPS), 1_000_000)
    with console.progress(len(copies), "clips") as progress:
        for i, (name, (frames, rate)) in enumerate(copies.items()):
            path = folder / f"clip-{i}.mp4"
            write_video(path, frames, FPS, rate)
            yield name, matcher.match_video(path)
            progress.advance()


def _table(console: Console, rows: list[tuple[str, Decision]]) -> None:
    console.line(f"\n{'file':48} {'verdict':9} {'entry':>5} {'distance':>8} {'rate':>7}  when")
    for name, decision in rows:
        when = (
            ""
            if decision.span is None
            else f"{decision.span[0]:.1f}-{decision.span[1]:.1f} s, {decision.agreeing} of {decision.frames} frames"
        )
        numbers = ["-" if v is None else str(v) for v in (decision.entry, decision.distance)]
        rate = "-" if decision.rate is None else f"{decision.rate:.0e}"
        console.line(f"{name:48} {decision.verdict:9} {numbers[0]:>5} {numbers[1]:>8} {rate:>7}  {when}")
        console.record(
            {
                "file": name,
                "verdict": decision.verdict,
                "entry": decision.entry,
                "distance": decision.distance,
                "rate": decision.rate,
                "span": decision.span,
            }
        )
