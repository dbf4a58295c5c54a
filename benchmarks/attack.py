"""
What it costs to evade a match, to forge one, and to get a picture back from a list: CPU seconds, PSNR, SSIM.

The attacker knows the code, and where it says so the list. A forgery starts from a harmless picture and has to live
through JPEG; an evasion starts from the listed one; an inversion has the hash, the signature or both. Each is
asked by tier: whole hashes within 31 bits, whole hashes by rate with un-cropping, lists with signatures.

Literature: Hawkes, Weinert, Almeida, Mehrnezhad 2024 (inversion of perceptual hashes); Struppek, Hintersdorf, Neider,
Kersting 2022 (collisions and evasion of NeuralHash); Jain, Cretu, de Montjoye 2022 (black-box evasion); Prokos et al.
2023 (targeted second preimages of PhotoDNA and PDQ). Theirs search; PDQ and descriptors are linear, so here it is solved.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from benchmarks._frame.registry import UsageError
from benchmarks._frame.report import Report
from benchmarks.robustness import drawn, sources
from benchmarks.robustness.attacks import evade, forge, invert, quality
from benchmarks.robustness.attacks.scene import Entry, Lists, luma, squared

SMALL = "--scenes 4 --forgeries 1 --inversions 1 --only forge invert".split()


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--media",
        type=Path,
        metavar="DIR",
        help="folder with pictures (default: scikit-image's photos, and drawn scenes)",
    )
    parser.add_argument("--scenes", type=int, default=24, help="drawn scenes, without --media (default 24)")
    parser.add_argument(
        "--forgeries", type=int, default=10, metavar="N", help="forged pictures, each way (default 10; a release: 200)"
    )
    parser.add_argument("--evasions", type=int, default=6, metavar="N", help="listed pictures that evade (default 6)")
    parser.add_argument(
        "--inversions", type=int, default=6, metavar="N", help="listed pictures that are rebuilt (default 6)"
    )
    parser.add_argument("--only", choices=("forge", "evade", "invert"), nargs="*", help="these alone")


def run(report: Report, args: argparse.Namespace) -> None:
    if args.media and not args.media.is_dir():
        raise UsageError("--media needs a folder")
    pictures = [squared(p) for _, p in sources.pictures(args.media, args.scenes)]
    if len(pictures) < 8:
        raise UsageError(f"attack needs at least 8 pictures; found {len(pictures)}")
    _answer(pictures)
    listed, harmless = pictures[0::2], pictures[1::2]
    entries, lists = [Entry.of(p) for p in listed], Lists(listed)
    report.note(
        f"{len(listed)} pictures listed, {len(harmless)} harmless ones; 256 x 256; every attack lives through JPEG 85; default policy. Medians. "
        "PSNR and SSIM of a forgery are beside the harmless picture, of an evasion beside the listed one, of an inversion beside the listed one at best gain and offset."
    )
    rows: list[list[int | float | str]] = []
    wanted = args.only or ("forge", "evade", "invert")
    if "forge" in wanted:
        rows += _forge(report, args.forgeries, entries, harmless, lists)
    if "evade" in wanted:
        rows += _evade(report, args.evasions, entries, lists)
    if "invert" in wanted:
        rows += _invert(report, args.inversions, entries)
    report.table(
        "attacks", ["attack", "who knows what", "against", "succeeds", "CPU s", "PSNR dB", "SSIM", "beside"], rows
    )
    for name, data in _examples():
        report.picture(name, data)


def _answer(pictures: Sequence[np.ndarray]) -> None:
    """The maps must be the library's: nothing is attacked by a wrong model."""
    for pixels in pictures[:4]:
        entry = Entry.of(pixels)
        plane, of = luma(pixels), entry.hash_map
        values = of.apply(plane)
        wrong = int((of.bits * (values - of.offsets(values)) <= 0).sum())
        if wrong > 4 or forge.agreeing(entry, plane) < len(entry.patches) * 0.95:
            raise AssertionError(f"the linear model is not the hash: {wrong} bits differ, so no attack")


def _say(what: str, number: int, of: int) -> None:
    print(f"{what}: {number} of {of}", file=sys.stderr, flush=True)


def _forge(
    report: Report, number: int, entries: Sequence[Entry], harmless: Sequence[np.ndarray], lists: Lists
) -> list[list[int | float | str]]:
    rows: list[list[int | float | str]] = []
    for way in forge.WAYS:
        made, verdicts = [], {name: Counter[str]() for name in lists.of}
        for k in range(number):
            row = k % len(entries)
            one = forge.forge(way, entries[row], harmless[(k * 7 + k // len(entries)) % len(harmless)])
            made.append(one)
            for name in lists.of:
                decision = lists.asked(name, one.pixels)
                verdicts[name][decision.verdict if decision.entry in (None, row) else "another entry"] += 1
            _say(f"forge, {way.name}", k + 1, number)
        cost = [round(median(getattr(m, of) for m in made), 3) for of in ("seconds", "psnr", "ssim")]
        for name, seen in verdicts.items():
            report.rate("forgeries that match", seen["match"], number, exact=True, way=way.name, list=name)
            for verdict, count in sorted(seen.items()):
                report.count("answers to forgeries", count, way=way.name, list=name, verdict=verdict)
            known = "hash" if not way.patches else "hash and signature" if way.hash else "signature"
            rows.append(
                [f"forge: {way.name}", known, name, f"{seen['match']} of {number}", *cost, "the harmless picture"]
            )
        for of, unit in (
            ("bits", "bits from the entry"),
            ("keypoints", "keypoints found again"),
            ("like_listed", "correlation with the listed picture"),
        ):
            report.count(
                "a forgery, median", round(median(getattr(m, of) for m in made), 3), unit, way=way.name, what=of
            )
        for of in ("seconds", "psnr", "ssim"):
            report.count("a forgery, median", round(median(getattr(m, of) for m in made), 3), way=way.name, what=of)
    return rows


def _evade(report: Report, number: int, entries: Sequence[Entry], lists: Lists) -> list[list[int | float | str]]:
    rows: list[list[int | float | str]] = []
    chosen = entries[:number]
    for name in lists.of:
        for edit in evade.EDITS:
            found = [evade.by_edit(edit, e, lists, name) for e in chosen]
            rows.append(_evaded(report, f"{edit.name}, {edit.unit}", "nothing", name, found))
        for keypoints in (False, True):
            found = [evade.by_knowledge(e, lists, name, keypoints) for e in chosen]
            what = "signs of hash and keypoints turned" if keypoints else "signs of the hash turned"
            rows.append(_evaded(report, f"{what}, levels", "hash and signature" if keypoints else "hash", name, found))
        _say("evade", list(lists.of).index(name) + 1, len(lists.of))
    return rows


def _evaded(report: Report, what: str, known: str, name: str, found: Sequence[evade.Evaded]) -> list[int | float | str]:
    """One row: the median of those that evade, how many do."""
    done = [f for f in found if f.strength is not None]
    report.rate("evaded", len(done), len(found), exact=True, how=what, list=name)
    if not done:
        return [
            f"evade: {what}",
            known,
            name,
            f"0 of {len(found)}",
            round(median(f.seconds for f in found), 3),
            "",
            "",
            "the listed picture",
        ]
    strength = median(f.strength for f in done if f.strength is not None)
    report.count("evades from", strength, how=what, list=name)
    seen = [
        [round(median(v), 3)] if v else [""]
        for v in ([f.psnr for f in done if f.psnr is not None], [f.ssim for f in done if f.ssim is not None])
    ]
    return [
        f"evade: {what}: {strength:g}",
        known,
        name,
        f"{len(done)} of {len(found)}",
        round(median(f.seconds for f in done), 3),
        *seen[0],
        *seen[1],
        "the listed picture",
    ]


def _invert(report: Report, number: int, entries: Sequence[Entry]) -> list[list[int | float | str]]:
    rows: list[list[int | float | str]] = []
    for what, hash_known, signature_known in (
        ("hash", True, False),
        ("signature", False, True),
        ("hash and signature", True, True),
    ):
        found = [invert.invert(e, hash_known, signature_known) for e in entries[:number]]
        strangers = [
            quality.correlation(f.plane, luma(entries[(k + 1) % len(entries)].pixels)) for k, f in enumerate(found)
        ]
        for of in ("seconds", "psnr", "ssim", "like", "like_coarse"):
            report.count("an inversion, median", round(median(getattr(f, of) for f in found), 3), known=what, what=of)
        report.count("an inversion, correlation with a stranger, median", round(median(strangers), 3), known=what)
        like, coarse = (median(getattr(f, of) for f in found) for of in ("like", "like_coarse"))
        cost = [round(median(getattr(f, of) for f in found), 3) for of in ("seconds", "psnr", "ssim")]
        rows.append(
            [
                "invert",
                what,
                "any list",
                f"correlation {like:.2f}, of 16 x 16 means {coarse:.2f}",
                *cost,
                "the listed picture",
            ]
        )
        _say(f"invert, {what}", number, number)
    return rows


def _examples() -> list[tuple[str, bytes]]:
    """Attacks on drawn scenes: no picture that was measured gets into a page."""
    listed, harmless = (squared(drawn.scene(n)) for n in (910, 911))
    entry = Entry.of(listed)
    shown = [("listed", listed), ("harmless", harmless)]
    shown += [(f"forged: {way.name}", forge.forge(way, entry, harmless).pixels) for way in forge.WAYS]
    for what, known in (("hash", (True, False)), ("hash and signature", (True, True))):
        plane = quality.fitted(invert.invert(entry, *known).plane, luma(listed))
        shown.append((f"inverted: {what}", np.repeat(plane.round().astype(np.uint8)[..., None], 3, axis=2)))
    out = []
    for name, pixels in shown:
        data = io.BytesIO()
        Image.fromarray(pixels).save(data, "JPEG", quality=80)
        out.append((name, data.getvalue()))
    return out
