"""
Pictures that share a template and nothing else do not match; a listed picture's own copies do.

Hard negatives, family by family: photos with one sticker, screens of one app, one caption, news graphics, frames,
logos, cards, forms, receipts, charts, slides, scanned paper. A pair is a listed and an asked picture of one
template, with no photo and no words of their own in common. Three questions a family:

- many: one list holds every listed picture, many of each template; N listed and M asked are N x M pairs;
- alone: the list holds one picture of a template, so that nothing tells that a template is common;
- copies: the listed pictures themselves, sent on, and cut to 85 to 45 % of each side.

Drawn from --seed, by our own code; --half tune is for constants, --half judge for what no constant was looked at
with. Without --media: photos that come with scikit-image, and drawn scenes. 20 000 pairs a family: --pairs 20000.
"""

from __future__ import annotations

import argparse
import csv
import io
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks._frame import stats
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness import drawn, families, sources
from benchmarks.robustness.families import copies
from benchmarks.robustness.methods import Ours
from pdqlite.types import Decision

Picture = Image.Image
TEMPLATES = 8
MATCH, PART = "match", "shares a part"
SHOWN = (
    "sticker 6 %, anywhere", "feed, light, other words", "story, dark, same words", "bar above, same words", "news graphics, other words",
    "ornate frame", "identity card", "chart of bars", "slide with photo", "questionnaire, scanned",
)  # fmt: skip
SMALL = "--scenes 4 --pairs 8 --alone 4 --copies 2".split()


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--media", type=Path, metavar="DIR", help="folder with photos to put into the templates")
    parser.add_argument("--scenes", type=int, default=48, help="drawn scenes, without --media (default 48)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--half", choices=families.HALVES, default="tune", help="which styles and photos (default tune)"
    )
    parser.add_argument(
        "--pairs",
        type=int,
        default=512,
        metavar="N",
        help="pairs a family, many of a template in the list (default 512)",
    )
    parser.add_argument(
        "--alone", type=int, default=64, metavar="N", help="pairs a family, one of a template in the list (default 64)"
    )
    parser.add_argument(
        "--copies", type=int, default=15, metavar="N", help="copies a family, and as many cuts (default 15)"
    )
    parser.add_argument("--only", nargs="*", metavar="NAME", help="these families or groups alone")
    parser.add_argument(
        "--scores", type=Path, metavar="FILE.csv", help="write the evidence of every pair and copy here"
    )


@dataclass
class Tally:
    """What was answered to one kind of question."""

    pairs: int = 0
    asked: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    tiers: Counter[int] = field(default_factory=Counter)

    def take(self, decision: Decision, pairs: int = 1) -> None:
        self.pairs += pairs
        self.asked += 1
        self.verdicts[decision.verdict] += 1
        if decision.matched:
            self.tiers[decision.tier or 0] += 1

    @property
    def matches(self) -> int:
        return self.verdicts[MATCH]


@dataclass(frozen=True)
class Size:
    """How much is drawn of a family: templates, listed and asked pictures of each."""

    templates: int
    listed: int
    asked: int
    alone: int
    copies: int

    @classmethod
    def of(cls, args: argparse.Namespace) -> Size:
        if min(args.pairs, args.alone, args.copies) < 1:
            raise UsageError("--pairs, --alone and --copies need numbers from 1 on")
        templates = min(TEMPLATES, max(2, round(math.sqrt(args.pairs / 8))))
        each = max(2, math.ceil(math.sqrt(args.pairs / templates)))
        return cls(templates, each, each, args.alone, args.copies)


class Scores:
    """Writes evidence as lines of CSV: what a calibration needs."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("w", newline="", encoding="utf-8") if path else None
        self._csv = csv.writer(self._file) if self._file else None
        if self._csv:
            self._csv.writerow(["family", "question", "verdict", "tier", "bits", "nats", "truth"])

    def take(self, family: str, question: str, decision: Decision, right: set[int]) -> None:
        """Write one line for each piece of evidence; `right` are the entries that the asked picture is a copy of."""
        if self._csv is None:
            return
        for e in decision.evidence:
            truth = "copy" if e.entry in right else "stranger"
            self._csv.writerow([family, question, decision.verdict, e.tier, e.distance, e.score, truth])
        if not decision.evidence:
            self._csv.writerow([family, question, decision.verdict, "", "", "", "copy" if right else "stranger"])

    def close(self) -> None:
        if self._file:
            self._file.close()


class Measured:
    """One family, measured."""

    def __init__(self, family: families.Family, size: Size, args: argparse.Namespace, photos: families.Photos) -> None:
        self.family, self.size, self._args, self._photos = family, size, args, photos
        self.many, self.plain, self.alone = Tally(), Tally(), Tally()
        self.found: dict[tuple[str, str], list[int]] = {}
        self.wrong_template = 0

    def _draw(self, side: str, template: int, number: int) -> Picture:
        return self.family.picture(self._args.half, template, side, number, self._args.seed, self._photos)

    def run(self, scores: Scores) -> None:
        size = self.size
        rows = [(t, k) for t in range(size.templates) for k in range(size.listed)]
        listed = [self._draw("listed", *row) for row in rows]
        many, plain = Ours("signatures", 256, keypoints=True), Ours("plain", 256)
        many.learn(listed)
        plain.learn(listed)
        singles = []
        for k in range(min(size.listed, max(1, math.ceil(size.alone / (size.templates * size.asked))))):
            singles.append(Ours("alone", 256, keypoints=True))
            singles[-1].learn([listed[t * size.listed + k] for t in range(size.templates)])
        for t in range(size.templates):
            for number in range(size.asked):
                pixels = np.asarray(self._draw("asked", t, number))
                decision = many.matcher.match_pixels(pixels)
                self.many.take(decision, size.listed)
                self.wrong_template += decision.entry is not None and rows[decision.entry][0] != t
                scores.take(self.family.name, "many", decision, set())
                self.plain.take(plain.matcher.match_pixels(pixels), size.listed)
                for single in singles:
                    if self.alone.pairs < size.alone:
                        decision = single.matcher.match_pixels(pixels)
                        self.alone.take(decision)
                        scores.take(self.family.name, "alone", decision, set())
        self._copies(listed, many, singles[0], scores)

    def _copies(self, listed: Sequence[Picture], many: Ours, single: Ours, scores: Scores) -> None:
        size = self.size
        for i in range(size.copies):
            t, k = i % size.templates, (i // size.templates) % size.listed
            for question, method, row in (("alone", single, t), ("many", many, t * size.listed + k)):
                picture = listed[t * size.listed + (k if question == "many" else 0)]
                keep = copies.CUTS[i % len(copies.CUTS)]
                names = (self._args.seed, self.family.name, t, k, i)
                for what, one in (
                    ("copy", copies.copy(picture, *names)),
                    (f"cut {keep}", copies.cut(picture, keep, *names)),
                ):
                    decision = method.matcher.match_pixels(np.asarray(one))
                    done = self.found.setdefault((what.split()[0], question), [0, 0])
                    done[0] += decision.matched and decision.entry == row
                    done[1] += 1
                    scores.take(self.family.name, f"{what}, {question}", decision, {row})


def run(report: Report, args: argparse.Namespace) -> None:
    chosen = [f for f in families.FAMILIES.values() if not args.only or f.name in args.only or f.group in args.only]
    if not chosen:
        raise UsageError(
            f"no such family or group; groups are: {', '.join(dict.fromkeys(f.group for f in families.FAMILIES.values()))}"
        )
    if args.media and not args.media.is_dir():
        raise UsageError("--media needs a folder")
    size = Size.of(args)
    pictures = [p for _, p in sources.pictures(args.media, args.scenes)]
    if len(pictures) < 8:
        raise UsageError(f"families need at least 8 photos or scenes; found {len(pictures)}")
    photos, scores, done = families.Photos(pictures), Scores(args.scores), []
    report.note(
        f"{len(chosen)} families, half {args.half}, seed {args.seed}; each {size.templates} templates with {size.listed} listed and {size.asked} asked pictures; "
        f"{len(pictures)} photos and scenes; default policy. Pairs of one template or picture depend on each other."
    )
    started = time.monotonic()
    for number, family in enumerate(chosen):
        measured = Measured(family, size, args, photos)
        measured.run(scores)
        done.append(measured)
        left = (time.monotonic() - started) / (number + 1) * (len(chosen) - number - 1)
        print(
            f"{number + 1} of {len(chosen)}: {family.name}, about {left / 60:.0f} min left", file=sys.stderr, flush=True
        )
    scores.close()
    _tell(report, done)
    for name, data in _examples(args):
        report.picture(name, data)


def _share(pair: Sequence[int]) -> str:
    return f"{pair[0] / max(1, pair[1]):.2f} of {pair[1]}"


def _row(m: Measured) -> list[int | float | str]:
    many, alone = m.many, m.alone
    rest = Counter(many.verdicts)
    other = sum(n for v, n in rest.items() if v not in (MATCH, PART, "no match"))
    return [
        m.family.name, many.pairs, many.matches, rest[PART], other, f"{stats.exact(many.matches, many.pairs)[1]:.2g}",
        alone.pairs, alone.matches, alone.verdicts[PART], f"{stats.exact(alone.matches, alone.pairs)[1]:.2g}", m.plain.matches,
        *(_share(m.found[what, where]) for what in ("copy", "cut") for where in ("alone", "many")),
    ]  # fmt: skip


def _tell(report: Report, done: Sequence[Measured]) -> None:
    columns = [
        "family", "pairs, many in the list", "match", "shares a part", "other verdicts", "95 % bound a pair", "pairs, alone in the list", "match ", "shares a part ",
        "95 % bound a pair ", "plain list: match", "own copies found, alone", "own copies, many", "own cuts, alone", "own cuts, many",
    ]  # fmt: skip
    report.table("families", columns, [_row(m) for m in done])
    for m in done:
        for question, tally in (("many", m.many), ("alone", m.alone), ("plain", m.plain)):
            report.rate("false matches", tally.matches, tally.pairs, exact=True, family=m.family.name, list=question)
    for question in ("many", "alone", "plain"):
        tallies = [getattr(m, question) for m in done]
        report.rate(
            "false matches, all families",
            sum(t.matches for t in tallies),
            sum(t.pairs for t in tallies),
            exact=True,
            list=question,
        )
        for tier in (1, 2, 3):
            report.count("false matches by tier", sum(t.tiers[tier] for t in tallies), list=question, tier=tier)
    for verdict in sorted({v for m in done for v in (m.many.verdicts | m.alone.verdicts)}):
        for question in ("many", "alone"):
            report.count(
                "answers", sum(getattr(m, question).verdicts[verdict] for m in done), list=question, verdict=verdict
            )
    report.count("answers that name an entry of another template", sum(m.wrong_template for m in done))
    for key in (("copy", "alone"), ("copy", "many"), ("cut", "alone"), ("cut", "many")):
        for group in dict.fromkeys(m.family.group for m in done):
            of = [m.found[key] for m in done if m.family.group == group]
            report.rate(
                "own copies found",
                sum(p[0] for p in of),
                sum(p[1] for p in of),
                exact=True,
                what=key[0],
                list=key[1],
                group=group,
            )
        report.rate(
            "own copies found",
            sum(m.found[key][0] for m in done),
            sum(m.found[key][1] for m in done),
            exact=True,
            what=key[0],
            list=key[1],
            group="all",
        )


def _examples(args: argparse.Namespace) -> Iterator[tuple[str, bytes]]:
    """Pairs as they look, over drawn scenes: no picture that was measured gets into a page."""
    photos = families.Photos([drawn.scene(900 + number) for number in range(4)])
    for name in SHOWN:
        one = families.FAMILIES[name]
        both = [one.picture(args.half, 0, side, 0, args.seed, photos) for side in families.SIDES]
        for picture in both:
            picture.thumbnail((160, 200))
        out = Image.new("RGB", (sum(p.width for p in both) + 6, max(p.height for p in both)), "white")
        out.paste(both[0], (0, 0))
        out.paste(both[1], (both[0].width + 6, 0))
        data = io.BytesIO()
        out.save(data, "JPEG", quality=80)
        yield name, data.getvalue()
