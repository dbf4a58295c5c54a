"""
Videos with sound: copies whose picture says little, found by what is heard; and what sound may not do.

Each original gets a track of its own (speech, music, a place, or speech before music) and is written as a file; the list is
made of the files as `pdqlite list build --sound` makes it. A copy's picture is edited hard, its sound as people do; it is written
as a file again and matched whole, under each of the policies of sound. Copies whose sound is gone or another one are controls: sound
takes nothing from them. So are other pictures under a listed sound: beside frames it must not make them a match.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw

from benchmarks._frame import stats
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness import edits, sources
from benchmarks.robustness.clip_edits import RATE, SECONDS, SIDE, Frames, decoded
from benchmarks.sound import material
from benchmarks.sound.edits import EDITS as SOUNDS
from benchmarks.sound.edits import over
from benchmarks.sound.material import Piece, Samples, clipped, rng_of
from pdqlite import making
from pdqlite.intake import Intake
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy, VideoHash

KINDS = ("speech", "music", "places", "mixed")
KEPT = ("AAC 64 kbit/s", "Opus 16 kbit/s", "re-recorded", "noise 10 dB", "mix +6 dB")  # sound that is still there
GONE = ("no sound", "another sound")
POLICIES = ("off", "beside", "alone")
UNDER, STRANGER = "another video under a listed sound", "a video that is not listed"
LEAST = 6.0  # seconds: shorter videos have hardly a window of sound
Change = Callable[[Frames], Frames]


def write(frames: Frames, sound: Samples | None, path: Path) -> None:
    """Write a video with a track of sound, H.264 and AAC; without one for None. The sound is cut to the frames."""
    size = tuple(max(16, s // 2 * 2) for s in frames[0].size)
    with av.open(str(path), "w") as container:
        seen = container.add_stream("libx264", rate=Fraction(RATE))
        seen.width, seen.height, seen.pix_fmt, seen.bit_rate = *size, "yuv420p", 500_000
        heard = (
            None if sound is None else container.add_stream("aac", rate=material.RATE, layout="mono", bit_rate=64_000)
        )
        for picture in frames:
            container.mux(seen.encode(av.VideoFrame.from_image(picture.resize(size))))
        container.mux(seen.encode(None))
        if heard is not None:
            whole = av.AudioFrame.from_ndarray(sound[None, : round(len(frames) / RATE * material.RATE)], "s16", "mono")
            whole.rate, whole.pts = material.RATE, 0
            fit = av.AudioResampler("fltp", "mono", material.RATE, 1024)
            for piece in [*fit.resample(whole), *fit.resample(None), None]:
                container.mux(heard.encode(piece))


def tracks(args: argparse.Namespace, count: int) -> list[Piece]:
    """Return a track for each video, its kind in turns, of different sources."""
    seconds = int(SECONDS) + 2
    if args.sounds and not args.sounds.is_dir():
        raise UsageError("--sounds needs a folder")
    found = list(material.of_folder(args.sounds, seconds, 2)) if args.sounds else list(material.drawn(seconds, 6 * count, args.seed))  # fmt: skip
    of = {kind: [p for p in found if p.kind == kind] for kind in KINDS}
    chosen = []
    for i in range(count):
        kind = KINDS[i % len(KINDS)]
        pools = ("speech", "music") if kind == "mixed" else (kind,)
        if missing := [k for k in pools if not of[k]]:
            raise UsageError(
                f"{count} videos need tracks of {', '.join(KINDS[:3])}, each of a source of its own; there is no more {missing[0]}"
            )
        parts = [of[k].pop(int(rng_of(args.seed, "track", i).integers(len(of[k])))) for k in pools]
        rest = {p.group for p in parts}
        of = {k: [p for p in pieces if p.group not in rest] for k, pieces in of.items()}
        samples = parts[0].samples
        if kind == "mixed":
            samples = clipped(0.6 * over(*(p.samples[: len(samples)].astype(float) for p in parts), 6))
        chosen.append(replace(parts[0], kind=kind, samples=samples))
    return chosen


def _on_all(name: str, source: str, args: argparse.Namespace, others: Frames) -> Change:
    return lambda frames: [
        edits.EDITS[name].change(f, edits.Draw(args.seed, name, source, args.shift, others)) for f in frames
    ]


def _part(part: float) -> Change:
    """Cut out this part of each side, off the middle."""

    def change(frames: Frames) -> Frames:
        w, h = frames[0].size
        box = (0.55 * w * (1 - part), 0.4 * h * (1 - part), 0.55 * w * (1 - part) + part * w, 0.4 * h * (1 - part) + part * h)  # fmt: skip
        return [f.resize((w, h), Image.Resampling.BICUBIC, box) for f in frames]

    return change


def _covered(frames: Frames) -> Frames:
    """Cover the middle half of the picture with stripes of two tones."""
    found = []
    for f in frames:
        page, (w, h) = f.copy(), f.size
        draw = ImageDraw.Draw(page)
        for k in range(12):
            draw.rectangle((0, h * (0.25 + k / 24), w, h * (0.25 + (k + 1) / 24)), fill=(230, 200, 40) if k % 2 else (30, 30, 40))  # fmt: skip
        found.append(page)
    return found


def _coarse(frames: Frames) -> Frames:
    w, h = frames[0].size
    return [f.resize((max(1, w // 24), max(1, h // 24)), Image.Resampling.BOX).resize((w, h), Image.Resampling.NEAREST) for f in frames]  # fmt: skip


def _inset(other: Frames) -> Change:
    def change(frames: Frames) -> Frames:
        w, h = frames[0].size
        small = [f.resize((round(0.3 * w), round(0.3 * h))) for f in frames]
        pages = [other[i % len(other)].resize((w, h)) for i in range(len(frames))]
        for page, f in zip(pages, small, strict=True):
            page.paste(f, (round(0.05 * w), round(0.05 * h)))
        return pages

    return change


def pictures(source: str, other: Frames, args: argparse.Namespace) -> dict[str, Change]:
    """Return what is done to the pictures of one video."""
    return {
        "as it is": lambda frames: frames,
        "crop to 30 %": _part(0.3),
        "inset of 30 %": _inset(other),
        "time lapse under the sound": lambda frames: [frames[3 * i % len(frames)] for i in range(len(frames))],
        "re-filmed": _on_all("recap_strong", source, args, other[:1]),
        "half covered": _covered,
        "pixelated": _coarse,
    }


def listed(paths: Sequence[Path]) -> Entries:
    """Return the list that `pdqlite list build --sound` makes of files."""
    intake = Intake()
    for number, path in enumerate(paths):
        intake.file(f"video {number}", "video")
        made, signatures = making.made_of(str(path), sound=True)
        assert isinstance(made, VideoHash)
        for i, record in enumerate(making.records_of(made, f"video {number}")):
            intake.take(record, 1, signatures[i] if i < len(signatures) else b"")
    return intake.entries("video", 1)[0]


def sounds(piece: Piece, other: Piece, seed: int) -> Iterator[tuple[str, Samples | None]]:
    for name in KEPT:
        yield name, SOUNDS[name](piece.samples, rng_of(seed, name, piece.name), other.samples)
    yield GONE[0], None
    yield GONE[1], other.samples


def run(report: Report, args: argparse.Namespace) -> None:
    known = {
        path: frames
        for path in sources.videos(args.videos or args.media)
        if len(frames := decoded(path)) >= LEAST * RATE
    }
    paths, originals = list(known), list(known.values())
    if len(paths) < 3:
        report.note(f"Under three videos of {LEAST:g} s: none with sound were measured.")
        return
    if unknown := set(args.only or ()) - set(pictures("", originals[-1], args)):
        raise UsageError(f"no such edit of pictures under sound: {sorted(unknown)[0]}")
    pieces = tracks(args, len(paths) + 1)
    seen: Counter[tuple[str, str, str, str]] = Counter()  # picture, sound, policy, outcome
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{i}.mp4" for i in range(len(paths))]
        for frames, piece, file in zip(originals, pieces, files, strict=False):
            write(frames, piece.samples, file)
        last = len(paths) - 1  # kept out: what is put around others, and a stranger under their sounds
        entries = listed(files[:last])
        matchers = {use: Matcher(entries, MatchPolicy(sound=use)) for use in ("off", "alone")}  # type: ignore[arg-type]
        copy = Path(folder) / "copy.mp4"
        for number, (path, frames) in enumerate(zip(paths, originals, strict=True)):
            for change, picture in pictures(path.name, originals[last], args).items():
                if args.only and change not in args.only:
                    continue
                shown, own = picture(frames), number if number < last else None
                write(shown, None, copy)
                alone = _outcome(matchers["off"], copy, own)[0]  # frames alone, whatever sound is added
                for name, sound in sounds(pieces[number], pieces[-1], args.seed):
                    write(shown, sound, copy)
                    row = (change if number < last else STRANGER, name)
                    _take(seen, row, alone, *_outcome(matchers["alone"], copy, own))
        for number in range(last):
            write((originals[last] * 9)[: len(originals[number])], pieces[number].samples, copy)
            found = (_outcome(matchers["off"], copy, number)[0], *_outcome(matchers["alone"], copy, number))
            _take(seen, (UNDER, "as it is"), *("wrong" if f == "match" else f for f in found))  # it shows another video
    _tell(report, seen, entries, paths, args)


def _outcome(matcher: Matcher, copy: Path, number: int | None) -> tuple[str, str]:
    """
    Return what a policy comes to, and what it would with sound beside frames only: "match", "same sound", "nothing", or
    "wrong". One run tells both: where sound may be alone, it speaks only if the frames and the sound beside them did not.
    """
    decision = matcher.match_video(str(copy))
    if not decision.matched:
        return "nothing", "nothing"
    by_sound = decision.verdict == "same sound"
    which = _video_of(matcher.entries, decision.entry) if by_sound else decision.video
    found = decision.verdict if which == number else "wrong"
    return found, "nothing" if by_sound else found


def _take(seen, row: tuple[str, str], off: str, alone: str, beside: str) -> None:  # type: ignore[no-untyped-def]
    """Count what the policies come to for one copy, and whether sound found what frames alone missed."""
    found = {"off": off, "beside": beside, "alone": alone}
    for use, outcome in found.items():
        seen[*row, use, outcome] += 1
    if row[1] in KEPT and row[0] != STRANGER and off != "match":
        seen[*row, "missed", "asked"] += 1
        for use in POLICIES[1:]:
            seen[*row, "missed", use] += found[use] in ("match", "same sound")


def _video_of(entries: Entries | None, entry: int | None) -> int | None:
    return None if entries is None or entry is None or entries.video is None else int(entries.video[entry])


def _tell(report: Report, seen, entries: Entries, paths: Sequence[Path], args: argparse.Namespace) -> None:  # type: ignore[no-untyped-def]
    heard = int(np.count_nonzero(entries.flags & 4))
    report.note(f"Videos with sound: {len(paths) - 1} in the list ({len(entries.rows) - heard} frames, {heard} windows of sound), one kept out. "
                f"Each is the first {SECONDS:g} s, {SIDE} pixels; tracks: {'a folder' if args.sounds else 'drawn'}; seed {args.seed}. "
                "Copies of one video are not independent of each other: intervals are too narrow.")  # fmt: skip
    changes = list(dict.fromkeys(c for c, *_ in seen))
    lines = []
    for change in changes:
        for label, names in (("kept", KEPT), ("gone, or another", GONE), ("a listed one's", ("as it is",))):
            asked = sum(n for (c, s, use, _), n in seen.items() if c == change and s in names and use == "off")
            if asked:
                lines.append([change, label, asked, *(_right(seen, change, names, use) for use in POLICIES), sum(seen[change, s, "alone", "wrong"] for s in names), sum(seen[change, s, "off", "wrong"] for s in names)])  # fmt: skip
    report.table("videos with sound", ["picture", "sound", "copies", "frames alone", "with sound beside", "sound alone too", "wrong, with sound", "wrong, frames alone"], lines)  # fmt: skip
    missed = []
    for name in (*KEPT, "all of these"):
        names = KEPT if name == "all of these" else (name,)
        asked, *hits = (sum(seen[c, s, "missed", w] for c in changes for s in names) for w in ("asked", *POLICIES[1:]))
        missed.append([name, asked, *(_share(h, asked) for h in hits)])
        for use, h in zip(POLICIES[1:], hits, strict=True):
            report.rate("copies that frames alone miss, found with sound", h, asked, sound=name, policy=use)
    report.table("copies that frames alone miss", ["sound", "copies", "beside", "alone"], missed)


def _right(seen, change: str, names: Sequence[str], use: str) -> int:  # type: ignore[no-untyped-def]
    return sum(seen[change, s, use, verdict] for s in names for verdict in ("match", "same sound"))


def _share(hits: int, asked: int) -> str:
    low, high = stats.wilson(hits, asked)
    return f"{hits / max(1, asked):.2f} [{low:.2f}, {high:.2f}]"
