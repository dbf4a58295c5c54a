"""
Edits of videos (clip_edits.py) against a list of the originals' frames, and vPDQ's rule.

The list is made as `pdqlite list build` makes it, of every frame that differs from the last one kept. Clips whose names begin with the same
word are one family (one person, one place): a match with another clip of the family is told apart from one
with a stranger. Recall is told for clips of 10 s and more and for shorter ones; 2 s pieces, stills and
lists of pictures are classes of their own and not part of "all".
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks._frame import stats
from benchmarks.robustness import sources
from benchmarks.robustness.clip_edits import RATE, SECONDS, SIDE, Asked, ClipEdit, Frames, asked, decoded, table
from pdqlite import making
from pdqlite.hashing import hash_luma
from pdqlite.intake import Intake
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.media.frame import Frame
from pdqlite.types import Entries, MatchPolicy, VideoHash

LONG = 10.0  # seconds; recall of videos this long is told apart
ALONE = ("2 s", "still", "pictures")  # classes that are not part of "all"
AGAINST_PICTURES = ("re-encoded", "mirrored", "letterbox_black", "caption_bottom", "crop_c90", "crop_c80")
VPDQ = "vPDQ 80 % within 31"


def family(path: Path) -> str:
    return re.split(r"[-_ .\d]", path.name, maxsplit=1)[0].lower()


def listed(originals: list[Frames]) -> Entries:
    """Return the list that `pdqlite list build` makes of the videos: the frames that differ, with their signatures."""
    intake = Intake()
    for video, frames in enumerate(originals):
        intake.file(f"video {video}", "video")
        shown = (Frame(np.asarray(one.convert("L")), False, i / RATE, i) for i, one in enumerate(frames))
        kept, signatures = making.kept_of(shown)
        records = making.records_of(VideoHash(kept, len(frames) / RATE), f"video {video}")
        for record, one in zip(records, signatures, strict=True):
            intake.take(record, 1, one)
    return intake.entries("video", 1)[0]


def pictures_of(originals: list[Frames]) -> Entries:
    """Return a list of one picture of each video, in their order."""
    lumas = [np.asarray(frames[len(frames) // 2].convert("L")) for frames in originals]
    hashes, ones = [hash_luma(luma) for luma in lumas], np.ones(len(lumas), np.uint16)
    rows = np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32)
    quality = np.array([h.quality for h in hashes], np.uint8)
    return Entries(rows, ones, ones, np.zeros(len(lumas), np.uint8), quality, keypoints=tuple(map(signature, lumas)))


def methods(entries: Entries) -> dict[str, Matcher]:
    plain, bare = replace(entries, keypoints=None), MatchPolicy(uncrop_entries=0)
    return {"list cap 31": Matcher(plain, bare, 31), "cap by rate": Matcher(plain, bare),
            "un-cropping": Matcher(plain), "keypoint signatures": Matcher(entries)}  # fmt: skip


def vpdq_rule(queries: list[bytes], rows: np.ndarray, part: float = 0.8) -> bool:
    """vPDQ: this part of the query's frames within 31 bits of some frame of the video."""
    if not queries or not len(rows):
        return False
    asked_for = np.frombuffer(b"".join(queries), np.uint8).reshape(-1, 32)
    near = np.bitwise_count(asked_for[:, None] ^ rows[None]).sum(axis=2).min(axis=1)
    return bool((near <= 31).mean() >= part)


class Score:
    """Right and wrong answers by method."""

    def __init__(self, families: list[str]) -> None:
        self.families = families  # of the videos in the list
        self.rows: dict[tuple[str, str, bool], Counter] = defaultdict(Counter)  # (edit, class, long) -> hits by method
        self.wrong: dict[str, Counter] = defaultdict(Counter)
        self.pairs: Counter = Counter()

    def take(self, row: tuple[str, str, bool], found: dict[str, set[int]], number: int, own: str) -> None:
        """One copy of video `number` (none in the list: -1), of family `own`: which videos each method found."""
        of_family = sum(f == own for f in self.families) - (number >= 0)
        self.pairs["stranger"] += len(self.families) - of_family - (number >= 0)
        self.pairs["family"] += of_family
        for method, videos in found.items():
            for video in videos - {number}:
                self.wrong[method]["family" if self.families[video] == own else "stranger"] += 1
            if number >= 0:
                self.rows[row][method] += number in videos
        if number >= 0:
            self.rows[row]["trials"] += 1

    def total(self, wanted) -> Counter:
        found: Counter = Counter()
        for row, counts in self.rows.items():
            if wanted(*row):
                found.update(counts)
        return found


def _found(matcher: Matcher, frames: Asked) -> set[int]:
    watch = matcher.watch()
    for luma, time, limited in frames:
        watch.push(luma, time, limited)
    decision = watch.decision()
    if not decision.matched:
        return set()
    return {decision.entry if decision.video is None else decision.video}


def run(report, args) -> None:
    paths = sources.videos(args.videos or args.media)
    if len(paths) < 2:
        report.note("No videos: none were measured.")
        return
    count = Counter(family(p) for p in paths)
    out = max(
        range(len(paths)), key=lambda i: (count[family(paths[i])] == 1, i)
    )  # kept out: intros, backgrounds, a stranger
    paths = [p for i, p in enumerate(paths) if i != out] + [paths[out]]
    originals = [decoded(p) for p in paths]
    entries, stills = listed(originals[:-1]), pictures_of(originals[:-1])
    ours, pictures = methods(entries), methods(stills)
    score = Score([family(p) for p in paths[:-1]])
    for number, path in enumerate(paths):
        for edit in table(path.name, originals[-1], args):
            if args.only and edit.name not in args.only and edit.group not in args.only:
                continue
            frames = asked(edit, originals[number])
            _ask(score, edit, frames, number if path != paths[-1] else -1, (ours, pictures, entries),
                 family(path), len(originals[number]) >= LONG * RATE)  # fmt: skip
    _tell(report, score, paths, entries, args)


def _ask(score: Score, edit: ClipEdit, frames: Asked, number: int, against, own: str, long: bool) -> None:
    ours, pictures, entries = against
    found = {name: _found(m, frames) for name, m in ours.items()}
    hashes = [hash_luma(luma, limited).bits for luma, _, limited in frames]
    found[VPDQ] = {v for v in range(len(score.families)) if vpdq_rule(hashes, entries.rows[entries.video == v])}
    score.take((edit.name, edit.group, long), found, number, own)
    if edit.name in AGAINST_PICTURES:
        found = {name: _found(m, frames) for name, m in pictures.items()}
        score.take((f"a picture in the list: {edit.name}", "pictures", long), found, number, own)


def _tell(report, score: Score, paths: list[Path], entries: Entries, args) -> None:
    families = Counter(score.families)
    shared = ", ".join(f"{name} {n}" for name, n in sorted(families.items()) if n > 1) or "none"
    report.note(f"Videos: {len(paths) - 1} in the list ({len(entries.rows)} frames that differ) of {len(families)} families, "
                f"one kept out. Each is the first {SECONDS:g} s, {SIDE} pixels. Families of more than one clip: {shared}. "
                f"Seed {args.seed}, shift {args.shift}. Copies of one clip are not independent of each other.")  # fmt: skip
    columns = ["list cap 31", "cap by rate", "un-cropping", "keypoint signatures", VPDQ]

    def line(name, counts):
        n = counts["trials"]
        return [name, n, *(_share(counts[m], n) if m in counts else "" for m in columns)]

    names = dict.fromkeys((name, group) for name, group, _ in score.rows)
    report.table(
        "recall of videos by edit",
        ["edit", "class", "copies", *columns],
        [[name, group, *line(name, score.total(lambda n, g, _, k=name: n == k))[1:]] for name, group in names],
    )
    groups = [(f"{what}, {span}", lambda n, g, long, w=what, s=wanted: long == s and (g == w or (w == "all" and g not in ALONE)))
              for what in [*dict.fromkeys(g for _, g in names), "all"]
              for span, wanted in (("10 s and more", True), ("shorter", False))]  # fmt: skip
    told = [(name, score.total(wanted)) for name, wanted in groups]
    report.table(
        "recall of videos by class", ["class", "copies", *columns], [line(n, c) for n, c in told if c["trials"]]
    )
    for name, counts in told:
        for method in [m for m in columns if m in counts]:
            report.rate("video recall", counts[method], counts["trials"], method=method, edits=name)
    for method in columns:
        for kind in ("stranger", "family"):
            report.rate("video false matches", score.wrong[method][kind], score.pairs[kind], method=method, pairs=kind)


def _share(hits: int, trials: int) -> str:
    low, high = stats.wilson(hits, trials)
    return f"{hits / max(1, trials):.2f} [{low:.2f}, {high:.2f}]"
