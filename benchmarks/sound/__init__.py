"""
The same sound is found after what people do to it, strangers are not; beside Chromaprint and Haitsma-Kalker.

Pieces of a minute are listed, each as a list of its own. Recall: excerpts of 5, 10 and 30 s of a piece, after 24 edits,
faster ones and MP3, asked as the matcher asks: every speed is assumed for 20 s. Strangers: excerpts of every piece, as they
are and edited, against every other piece; those of one speaker or game, of one track, hum, dings and one sentence of a
synthetic voice are told apart. All pairs are counted by a scan; whatever might be a match is decided by the core.

Anchors are asked the same way and judged by their best offset; their threshold is set on strangers of this run, which
favours them. --media DIR/<kind>/<group>/ holds sounds of one source each (kinds: speech, music, any other); without it they
are drawn. A kind "sentence" holds pieces that are the same sound in part.
"""

from __future__ import annotations

import argparse
import functools
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks._frame import clock
from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.sound import anchors, material
from benchmarks.sound.edits import EDITS, FASTER, MORE, SPEEDS
from benchmarks.sound.material import RATE, Piece, Samples, rng_of
from benchmarks.sound.ours import FAR, HOP, Entry, Heard, Many, heard

SMALL = (
    "--drawn 6 --copies 2 --queries 2 --rounds 1 --anchor-pairs 20 --anchor-copies 2 --seconds 36 --edits".split()
    + ["as it is", "Opus 16 kbit/s", "noise 10 dB"]
)
EXCERPTS = {5: (0, 10, 20), 10: (0, 15), 30: (0,)}  # seconds of the edited sound at which excerpts begin
STRANGERS = ("as it is", "Opus 16 kbit/s", "noise 10 dB", "re-recorded")
ANCHORED = ("as it is", "Opus 16 kbit/s", "300-3400 Hz, AMR 12.2", "noise 5 dB", "re-recorded", "mix 0 dB", "mix -6 dB", "tempo 1.05", "speed 1.05", "pitch +1", "silences put in")  # fmt: skip
HARD = ("hum", "dither", "dings")
BUDGET = Path(__file__).parents[1] / "arm" / "budget.json"
COLUMNS = ("edit", "copies", "5 s", "10 s", "30 s")


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--media", type=Path, metavar="DIR", help="sounds, DIR/<kind>/<group>/")
    parser.add_argument("--drawn", type=int, default=48, metavar="N", help="drawn pieces, without --media (default 48)")
    parser.add_argument("--seconds", type=int, default=60, help="length of a piece (default 60)")
    parser.add_argument("--each", type=int, default=12, help="pieces of a group at most (default 12)")
    parser.add_argument("--copies", type=int, default=40, metavar="N", help="pieces that are edited (default 40)")
    parser.add_argument("--queries", type=int, default=100, metavar="N", help="pieces that are edited and asked of strangers at every speed (default 100)")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="excerpts of each piece that strangers are asked of, as they are (default 20)")  # fmt: skip
    parser.add_argument("--anchor-copies", type=int, default=16, metavar="N", help="pieces that are edited for anchors (default 16)")  # fmt: skip
    parser.add_argument("--anchor-pairs", type=int, default=400, metavar="N", help="pairs of strangers that set an anchor's threshold (default 400)")  # fmt: skip
    parser.add_argument("--edits", nargs="*", metavar="EDIT", help="of the 24 (all)")
    parser.add_argument("--seed", type=int, default=0)


def relation(a: Piece, b: Piece) -> str:
    """Say what two different pieces have in common."""
    if a.kind == b.kind and a.kind in HARD:
        return f"both are {a.kind}"
    if a.group != b.group or a.kind in HARD:
        return "strangers"
    if a.kind == "sentence":
        return "one sentence of one synthetic voice"
    return "another part of one track" if a.track == b.track else f"one source: {a.kind}"


def excerpt(piece: Piece, speed: float, rng: np.random.Generator) -> Samples:
    """Return 30 s at a random place, or what becomes 30 s when it is played so fast."""
    n = min(round(30.2 * speed * RATE), len(piece.samples))
    start = int(rng.integers(0, len(piece.samples) - n + 1))
    return piece.samples[start : start + n]


def edited(name: str, piece: Piece, others: Sequence[Piece], seed: int) -> Samples:
    """Return an edited excerpt, the same for the same seed. What is mixed in is of another source."""
    rng = rng_of(seed, name, piece.name)
    x = excerpt(piece, FASTER.get(name, 1), rng)
    loud = [p for p in others if p.group != piece.group and p.kind in ("speech", "music")] or [piece]
    other = loud[int(rng.integers(len(loud)))].samples
    return {**EDITS, **SPEEDS, **MORE}[name](x, rng, other)


def cuts(query: Sequence[Heard]) -> Iterator[tuple[int, list[Heard]]]:
    """Yield the excerpts of a query: seconds, and windows."""
    for seconds, starts in EXCERPTS.items():
        for start in starts:
            yield seconds, [one.within(start, start + seconds) for one in query]


def recall(report: Report, pieces: Sequence[Piece], entries: Sequence[Entry], args: argparse.Namespace) -> None:
    chosen = [i for i, p in enumerate(pieces) if p.kind not in (*HARD, "sentence")]
    chosen = chosen[:: max(1, len(chosen) // args.copies)][: args.copies]
    hits: Counter[tuple[str, int]] = Counter()
    asked: Counter[tuple[str, int]] = Counter()
    kinds: Counter[tuple[str, int, bool]] = Counter()
    names = args.edits or list(EDITS)
    for name in [*names, *([] if args.edits else [*SPEEDS, *MORE])]:
        for i in chosen:
            query = heard(edited(name, pieces[i], pieces, args.seed))
            for seconds, cut in cuts(query):
                found = entries[i].same(cut)
                hits[name, seconds] += found
                asked[name, seconds] += 1
                if name in names:
                    kinds[pieces[i].kind, seconds, found] += 1
        for seconds in EXCERPTS:
            report.rate("recall", hits[name, seconds], asked[name, seconds], edit=name, seconds=seconds)
    for seconds in EXCERPTS:
        report.rate(
            "recall, mean of the edits",
            sum(hits[n, seconds] for n in names),
            sum(asked[n, seconds] for n in names),
            seconds=seconds,
        )
        for kind in sorted({p.kind for p in pieces}):
            yes, no = kinds[kind, seconds, True], kinds[kind, seconds, False]
            if yes + no:
                report.rate("recall by kind", yes, yes + no, kind=kind, seconds=seconds)
    rows = [[name, asked[name, 30], *(round(hits[name, s] / asked[name, s], 3) for s in EXCERPTS)] for name in dict.fromkeys(n for n, _ in asked)]  # fmt: skip
    mean = ["**mean of the edits**", sum(asked[n, 30] for n in names)]
    mean += [round(sum(hits[n, s] for n in names) / sum(asked[n, s] for n in names), 3) for s in EXCERPTS]
    report.table("recall", COLUMNS, [*rows[: len(names)], mean, *rows[len(names) :]])


class Strangers:
    """What pairs of different pieces came to."""

    def __init__(self, pieces: Sequence[Piece], entries: Sequence[Entry]) -> None:
        self.pieces, self.entries, self.many = pieces, entries, Many(entries)
        self.pairs: Counter[tuple[str, int]] = Counter()
        self.false: Counter[tuple[str, int]] = Counter()
        self.who: dict[str, Counter[str]] = defaultdict(Counter)
        self.windows = 0
        self.near = np.zeros(FAR, np.int64)
        self.most: dict[int, list[np.ndarray]] = defaultdict(list)
        self.beside: list[np.ndarray] = []

    def ask(self, i: int, query: Sequence[Heard]) -> None:
        """Compare one query with every piece but its own."""
        about = np.array([relation(self.pieces[i], p) for p in self.pieces])
        about[i] = "itself"
        stranger = about == "strangers"
        whole = query[0]
        _, row, distance = self.many.hits(whole)
        self.near += np.bincount(distance[stranger[self.many.piece[row]]], minlength=FAR)[:FAR]
        self.windows += len(whole.rows) * int(np.count_nonzero(stranger[self.many.piece]))
        for seconds, cut in cuts(query):
            for what, n in Counter(about.tolist()).items():
                self.pairs[what, seconds] += n * (what != "itself")
            maybe: set[int] = set()
            for one in cut:
                hits = self.many.hits(one)
                maybe.update(self.many.possible(one, hits).tolist())
                if one.speed == 0:
                    self._scores(one, hits, stranger, seconds)
            for j in sorted(maybe - {i}):
                if self.entries[j].same(cut):
                    self.false[str(about[j]), seconds] += 1
                    self.who[str(about[j])][" / ".join(sorted((self.pieces[i].name, self.pieces[j].name)))] += 1

    def _scores(self, one: Heard, hits: tuple, stranger: np.ndarray, seconds: int) -> None:
        piece, offset, sums = self.many.scores(one, hits)
        most = np.zeros(self.many.n, np.int64)
        np.maximum.at(most, piece, sums)
        self.most[seconds].append(most[stranger])
        if seconds == 10:  # at one moment, as a picture's track gives it: six hops either side
            there = np.zeros(self.many.n, np.int64)
            at = np.abs(offset + 8 * 20) <= 6
            np.maximum.at(there, piece[at], sums[at])
            self.beside.append(there[stranger])

    def tell(self, report: Report) -> None:
        rows = []
        for what in sorted({w for w, _ in self.pairs if w != "itself"}, key=lambda w: (w != "strangers", w)):
            counts = [(self.false[what, s], self.pairs[what, s]) for s in EXCERPTS]
            for seconds, (hits, trials) in zip(EXCERPTS, counts, strict=True):
                report.rate("same sound", hits, trials, exact=True, pair=what, seconds=seconds)
            rows.append([what, *(f"{hits} of {trials}" for hits, trials in counts)])
            for names, n in self.who[what].most_common(8):
                report.note(f"{what}: told the same {n} times: {names}")
        report.table("pairs", ("pair", "5 s", "10 s", "30 s"), rows)
        report.count("pairs of windows of strangers", self.windows)
        total = self.near.cumsum()
        limits = (60, 64, 68, 72, 76, 80, 84, 88, 96, 106)
        for limit in limits:
            report.rate("strangers' windows", int(total[limit]), self.windows, exact=True, within=limit)
        report.table("windows", [f"<= {limit}" for limit in limits], [[f"{total[limit] / max(1, self.windows):.2g}" for limit in limits]])  # fmt: skip
        table = []
        for seconds, found in self.most.items():
            scores = np.concatenate(found)
            table.append(
                [f"{seconds} s", len(scores), *(f"{np.mean(scores >= s):.2g}" for s in (24, 43, 60, 72, 87, 99))]
            )
        if self.beside:
            there = np.concatenate(self.beside)
            table.append(
                ["10 s, at one moment", len(there), *(f"{np.mean(there >= s):.2g}" for s in (24, 43, 60, 72, 87, 99))]
            )
            report.rate("beside frames, S of 12", int((there >= 12).sum()), len(there))
            report.rate("beside frames, S of 24", int((there >= 24).sum()), len(there))
        report.table("scores", ("excerpt", "pairs", *(f"S >= {s}" for s in (24, 43, 60, 72, 87, 99))), table)


def strangers(report: Report, pieces: Sequence[Piece], entries: Sequence[Entry], args: argparse.Namespace) -> None:
    found = Strangers(pieces, entries)
    for number in range(args.rounds):
        for i, piece in enumerate(pieces):
            found.ask(i, heard(excerpt(piece, 1, rng_of(args.seed, "stranger", number, i)), [0]))
    step = max(1, len(pieces) // args.queries)
    for i in list(range(0, len(pieces), step))[: args.queries]:
        for name in args.edits or STRANGERS:
            found.ask(i, heard(edited(name, pieces[i], pieces, args.seed + 1)))
    found.tell(report)


def anchor(
    report: Report, name: str, of: anchors.Fingerprint, pieces: Sequence[Piece], args: argparse.Namespace
) -> list[list]:
    """Measure one anchor on speech and music alone: it has no gate."""
    chosen = [p for p in pieces if p.kind in ("speech", "music")]
    listed = functools.cache(lambda name: of(by_name[name].samples))
    by_name = {p.name: p for p in chosen}
    copies = chosen[:: max(1, len(chosen) // args.anchor_copies)][: args.anchor_copies]
    apart: dict[int, list[float]] = {seconds: [] for seconds in EXCERPTS}
    rng = rng_of(args.seed, name)
    while len(apart[5]) < args.anchor_pairs:
        a = chosen[int(rng.integers(len(chosen)))]
        query = excerpt(a, 1, rng)
        words = {seconds: of(query[: seconds * RATE]) for seconds in EXCERPTS}
        others = [p for p in chosen if p.group != a.group]
        for b in (others[int(k)] for k in rng.integers(0, len(others), 10)):
            for seconds in EXCERPTS:
                apart[seconds].append(anchors.error_rate(words[seconds], listed(b.name)))
    threshold = {s: min(float(np.mean(rates) - 4.75 * np.std(rates)), min(rates)) for s, rates in apart.items()}
    rows: list[list] = []
    for edit in [n for n in args.edits or ANCHORED if n in ANCHORED]:
        hits: Counter[int] = Counter()
        for p in copies:
            y = edited(edit, p, pieces, args.seed)
            for seconds in EXCERPTS:
                hits[seconds] += anchors.error_rate(of(y[: seconds * RATE]), listed(p.name)) < threshold[seconds]
        for seconds in EXCERPTS:
            report.rate("recall of an anchor", hits[seconds], len(copies), anchor=name, edit=edit, seconds=seconds)
        rows.append([name, edit, *(round(hits[s] / len(copies), 3) for s in EXCERPTS)])
    return rows


def cost(report: Report, piece: Piece) -> None:
    """CPU of a second of sound here; and instructions on ARM, as the budget has them."""
    x = piece.samples[: 20 * RATE]
    for name, speeds in (("as it is", [0]), ("every speed", range(10))):
        times = clock.samples(lambda s=speeds: heard(x, s), 5, number=1)
        report.time("hash a second of sound as a query", times, "us", per=20, speeds=name)
    for result, value in json.loads(BUDGET.read_text(encoding="utf-8"))["max"].items():
        if result.startswith(("sound_query arch", "sound_list arch", "sound_44100 arch")):
            report.count(f"instructions a second of sound: {result}", value)


def run(report: Report, args: argparse.Namespace) -> None:
    unknown = set(args.edits or ()) - set(EDITS)
    if unknown:
        raise UsageError(f"no edit {', '.join(sorted(unknown))}; there are: {', '.join(EDITS)}")
    found = material.of_folder(args.media, args.seconds, args.each) if args.media else material.drawn(args.seconds, args.drawn, args.seed)  # fmt: skip
    pieces = [p for p in found if len(p.samples) >= 35 * RATE]
    pieces += material.hard(args.seconds, 4 if args.media or args.drawn > 12 else 2, args.seed)
    entries = [Entry(p) for p in pieces]
    pieces, entries = zip(*[(p, e) for p, e in zip(pieces, entries, strict=True) if len(e.rows)], strict=True)
    if len({p.group for p in pieces if p.kind in ("speech", "music")}) < 2:
        raise UsageError(
            "sound needs speech or music of two sources at least: DIR/<kind>/<group>/, files of 35 seconds together"
        )
    kinds = Counter(p.kind for p in pieces)
    report.note(
        f"{len(pieces)} pieces of {args.seconds} s of {len({p.group for p in pieces})} sources ({', '.join(f'{n} {kind}' for kind, n in kinds.items())}); seed {args.seed}."
    )
    _checked(pieces, entries)
    recall(report, pieces, entries, args)
    strangers(report, pieces, entries, args)
    rows = anchor(report, "Haitsma-Kalker, every offset", anchors.haitsma_kalker, pieces, args)
    theirs = anchors.chromaprint()
    if theirs is None:
        report.note("Chromaprint's library (libchromaprint) is not installed here: it is left out.")
    else:
        rows += anchor(report, "Chromaprint, every offset", theirs, pieces, args)
    report.table("anchors", ("anchor", "edit", "5 s", "10 s", "30 s"), rows)
    cost(report, pieces[0])


def _checked(pieces: Sequence[Piece], entries: Sequence[Entry]) -> None:
    """A piece is its own; and the fast count says what a slow one does."""
    many = Many(entries)
    for i in (0, len(pieces) // 2):
        query = heard(pieces[i].samples[: 12 * RATE], [0])
        if len(query[0].rows):
            assert entries[i].same(query), f"{pieces[i].name} is not its own"
    _, _, sums = many.scores(query[0], many.hits(query[0]))
    slow: Counter[tuple[int, int]] = Counter()
    for row, at in zip(query[0].rows, query[0].hop_at, strict=True):
        d = np.unpackbits(many.rows ^ row, axis=1).sum(axis=1)
        for k in np.flatnonzero(d < FAR):
            slow[int(many.piece[k]), int(at - many.hop_at[k])] += FAR - int(d[k])
    assert sorted(slow.values()) == sorted(sums.tolist()), "scores of the scan are not those of the definition"
    assert HOP * 8 == 1000
