"""
An organisation's desk takes in a flood of fingerprint reports, and memory grows with the groups alone: one clip, noise, replayed, blocked, to an older key, withdrawals of nothing.

Each flood is sealed for real, opened, grouped and shown in a process of its own; its answer is checked: one clip is one group that counts all of
them, noise is as many groups as reports, all of them set aside, and the signed report that came before the flood is the first shown. Of one report sent again and again one is
counted; reports of a blocked reporter are set aside, those to an older key are refused without it and marked with it, withdrawals of what is not here
wait, as many as may, and the others are counted.
Times are CPU time of one run, as a ratio to opening the same files and doing nothing with them.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchmarks._frame.report import Report
from pdqlite.cli import scenes
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.lists.format.note import Signer
from pdqlite.reports import early, making, notes, sealing
from pdqlite.reports.desk import Desk
from pdqlite.reports.items import Item
from pdqlite.reports.making import Said, Subject
from pdqlite.reports.notes import Card
from pdqlite.reports.taking import Office, Taking
from pdqlite.reports.triage import Triage

SMALL = "--reports 700".split()
NOW = 1_795_996_800
FLOODS = ("one clip", "noise")
OTHERS = ("replayed", "blocked", "older key", "withdrawals")  # of withdrawals a tenth more: more than may wait
OLD = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"an older key").digest())
OLD_SIGNER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"blocked").digest())
TURNED = 6  # bits of each hash that differ from copy to copy


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reports", type=int, default=100_000, help="reports of each flood (default: 100000)")
    every = (*OTHERS, *FLOODS)
    parser.add_argument("--floods", nargs="+", choices=every, default=every, help="floods that are sent (default: all)")


def _office() -> tuple[X25519PrivateKey, Card, Signer]:
    key = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"benchmark").digest())
    signer = Signer("flagger.example", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    return key, Card("a.example", key.public_key().public_bytes_raw(), NOW + 999, signer.verifier), signer


def _clip() -> Subject:
    items = []
    for i in range(3):
        pixels = scenes.picture(i, 256, 144)
        found = hash_pixels(pixels)
        items.append(Item(found.bits, found.quality, signature(pixels), 1000 * i))
    return Subject("video", (256, 144), 3, tuple(items))


def _subject(flood: str, clip: Subject, draw: np.random.Generator) -> Subject:
    if flood == "noise":
        bits = np.zeros(256, np.uint8)
        bits[draw.permutation(256)[:128]] = 1
        return Subject("image", (256, 144), None, (Item(np.packbits(bits).tobytes(), 90),))
    items = []
    for item in clip.items:
        bits = np.unpackbits(np.frombuffer(item.bits, np.uint8))
        bits[draw.permutation(256)[:TURNED]] ^= 1
        items.append(Item(np.packbits(bits).tobytes(), item.quality, item.signature, item.time))
    return Subject("video", clip.size, clip.length, tuple(items))


def _write(folder: Path, flood: str, count: int) -> None:
    """Write a signed report, then a flood of anonymous ones."""
    _, card, signer = _office()
    clip, draw = _clip(), np.random.default_rng(1)
    first = making.make(clip, Said("abuse", "trusted"), [card], NOW, signer)[0]
    (folder / "first").mkdir()
    (folder / "first" / "0.report").write_bytes(first)
    old = Card("a.example", OLD.public_key().public_bytes_raw(), NOW + 999, card.verifier)
    blocked = Signer("blocked.example", OLD_SIGNER)
    same = making.make(clip, Said("abuse"), [card], NOW)[0]
    for i in range(count):
        if flood == "withdrawals":
            data = notes.withdrawal(hashlib.sha256(b"%d" % i).digest()[:16], blocked)
        elif flood == "replayed":
            data = same
        else:
            signer = blocked if flood == "blocked" else None
            said, to = Said("abuse", "trusted" if signer else "shown"), old if flood == "older key" else card
            data = making.make(_subject(flood, clip, draw), said, [to], NOW, signer)[0]
        part = folder / "flood" / f"{i // 1000:04}"
        part.mkdir(parents=True, exist_ok=True)
        (part / f"{i:07}.report").write_bytes(data)


def _other(folder: str, flood: str, count: int, answer: object) -> None:
    """In a fresh process, as _measure; what was counted, without and with what the flood is about."""
    key, card, _ = _office()
    root, blocked = Path(folder), Signer("blocked.example", OLD_SIGNER).verifier
    older = sealing.key_id(OLD.public_key().public_bytes_raw())
    office = Office({card.id: key}, blocked={blocked.name: blocked} if flood == "blocked" else {})
    full = Office({card.id: key, older: OLD}, frozenset([older]), blocked=office.blocked)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    counts, spent = [], []
    with Desk(root / "desk", new=True) as desk:
        for one in (office, full):
            run = Taking(desk, one, "form", NOW)
            spent.append(
                _cost(
                    lambda run=run: sum(
                        1 for _ in run.take(("", path) for path in sorted((root / "flood").rglob("*.report")))
                    )
                )
            )
            counts.append(dict(run.counts))
        triage = Triage(desk)
        shown = sum(group.reports for group in triage.groups(50)) if flood != "withdrawals" else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer.put((counts, shown, spent[0], 1024 * (peak - base)))  # type: ignore[attr-defined]


def _others(report: Report, count: int, floods: Collection[str]) -> None:
    """Floods that change nothing on the desk, or little."""
    context = multiprocessing.get_context("spawn")
    sent, wait = count + count // 10, min(count + count // 10, early.MOST)
    lost = {"unkept": sent - wait} if sent > wait else {}
    expected = {
        "replayed": [{"new": 1, "repeat": count - 1}, {"repeat": count}],
        "blocked": [{"blocked": count}, {"repeat": count}],
        "older key": [{"refused": count}, {"new": count}],
        "withdrawals": [{"unknown": wait, **lost}, {"unknown": sent, **lost}],
    }
    for flood in [flood for flood in OTHERS if flood in floods]:
        count = sent if flood == "withdrawals" else count
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), flood, count)
            answers = context.Queue()
            child = context.Process(target=_other, args=(folder, flood, count, answers))
            child.start()
            counts, shown, spent, peak = answers.get()
            child.join()
        if counts != expected[flood] or shown != {"replayed": 1, "older key": count}.get(flood, 0):
            raise AssertionError(f"{flood}, {count} reports: found {counts}, {shown} shown")
        report.time("taking a file in, CPU", [spent], "us", count, flood=flood, reports=count)
        report.pages("peak memory of taking in twice and triage", peak, flood=flood, reports=count)


def _cost(work: object) -> float:
    begin = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - begin


def _measure(folder: str, flood: str, count: int, answer: object) -> None:
    """In a fresh process: CPU seconds of opening, of taking in and of triage; peak memory; what was found."""
    key, card, signer = _office()
    root = Path(folder)
    files = sorted((root / "flood").rglob("*.report"))
    office = Office({card.id: key}, known={signer.name: signer.verifier})
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    opened = (
        _cost(lambda: [sealing.unseal(path.read_bytes(), {card.id: key}) for path in files[:2000]])
        * count
        / min(count, 2000)
    )
    with Desk(root / "desk", new=True) as desk:
        list(Taking(desk, office, "mail", NOW).take([("", root / "first" / "0.report")]))
        flooded = Taking(desk, office, "form", NOW)
        taken = _cost(lambda: sum(1 for _ in flooded.take(("", path) for path in files)))
        found: dict[str, object] = {}

        def look() -> None:
            triage = Triage(desk)
            groups = list(triage.groups(50))
            found.update(groups=(desk.one("SELECT count(*) FROM cluster") or (0,))[0], first=groups[0].signers, reports=groups[0].reports,
                         aside=sum(triage.aside.values()), new=flooded.counts["new"])  # fmt: skip

        seen = _cost(look)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer.put((opened, taken, seen, 1024 * (peak - base), (root / "desk").stat().st_size, found))  # type: ignore[attr-defined]


def run(report: Report, args: argparse.Namespace) -> None:
    _others(report, args.reports, args.floods)
    context = multiprocessing.get_context("spawn")
    for flood in [flood for flood in FLOODS if flood in args.floods]:
        memory = {}
        for count in (max(args.reports // 10, 1), args.reports):
            with tempfile.TemporaryDirectory() as folder:
                _write(Path(folder), flood, count)
                answers = context.Queue()
                child = context.Process(target=_measure, args=(folder, flood, count, answers))
                child.start()
                opened, taken, seen, peak, size, found = answers.get()
                child.join()
            alone = flood == "noise"
            aside = count if alone and count > 500 else 0
            expected = {
                "groups": count + 1 if alone else 1,
                "first": ("flagger.example",),
                "reports": 1 if alone else count + 1,
                "aside": aside,
                "new": count,
            }
            if found != expected:
                raise AssertionError(f"{flood}, {count} reports: found {found}, expected {expected}")
            memory[count] = peak
            report.time("taking a report in, CPU", [taken], "us", count, flood=flood, reports=count)
            report.ratio("taking in, to opening alone", [opened], [taken], flood=flood, reports=count)
            report.time("triage, CPU", [seen], "ms", flood=flood, reports=count)
            report.pages("peak memory of taking in and triage", peak, flood=flood, reports=count)
            report.count("desk", round(size / count), "bytes a report", flood=flood, reports=count)
        few, many = memory.values()
        report.pages("memory of ten times the reports, less that of one", many - few, flood=flood, reports=args.reports)
