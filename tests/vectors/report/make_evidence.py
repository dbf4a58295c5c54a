"""
Makes evidence.json: evidence of entries with the trust it is checked against and the verdict, and receipts that say `listed` with what their proof shows.

Seals with random bytes and the time of day: run this only to add cases, and look at the difference.

    python tests/vectors/report/make_evidence.py
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pdqlite import errors, lists  # noqa: E402
from pdqlite.lists.format.files import Directory  # noqa: E402
from pdqlite.lists.format.note import COSIGNATURE, VerifierKey  # noqa: E402
from pdqlite.lists.format.trust import Trust  # noqa: E402
from pdqlite.lists.verify.auditor import unseal, verify_files  # noqa: E402
from pdqlite.lists.verify.evidence import Evidence, Openings, verify_evidence  # noqa: E402
from pdqlite.reports import making, notes, sealing  # noqa: E402
from support.lists import samples  # noqa: E402
from support.lists.logged import WITNESSES  # noqa: E402
from support.lists.published import pins, publish  # noqa: E402
from support.reports import OFFICES, pictured  # noqa: E402

HERE = Path(__file__).parent
NOW = int(time.time())
Case = tuple[str, bytes, Trust, str]


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def openings(directory: Path, trust: Trust, now: int) -> Openings:
    return Openings(unseal(verify_files(Directory(directory), trust, now), samples.KEY), trust)


def listed_entries() -> lists.Entries:
    """Twenty strangers, and the picture that is reported."""
    few, item = samples.entries(20), pictured(3).items[0]
    rows = np.concatenate([few.rows, np.frombuffer(item.bits, np.uint8).reshape(1, 32)])
    more = {
        name: np.append(getattr(few, name), getattr(few, name)[:1])
        for name in ("categories", "sources", "flags", "quality")
    }
    return replace(few, rows=rows, **more)


def of_texts(logged: Openings, pinned: Trust) -> Iterator[Case]:
    """What the release's texts decide."""
    good = logged.entry(3)
    key = VerifierKey("auditor.example", COSIGNATURE, WITNESSES[0].verifier.public)
    yield "in a public log", bytes(good), pinned, "ok"
    yield (
        "auditors are pinned: not asked of the past",
        bytes(good),
        replace(pinned, auditors=(key,), audits=1, audit_age=9),
        "ok",
    )
    yield "the first page", bytes(replace(logged.inventory(), files=good.files)), pinned, "ok"
    yield "another origin", bytes(good), replace(pinned, origin="lists.example.org/other"), "policy-chain"
    yield "a category that is not pinned", bytes(good), replace(pinned, categories=samples.CATEGORIES[:1]), "pins"
    yield "older than the oldest release", bytes(good), replace(pinned, min_seq=99), "rollback"
    for name, status in (("manifest.tlog-proof", "unlogged"), ("policy-0", "policy-chain")):
        yield (
            f"without {name}",
            bytes(replace(good, files={n: d for n, d in good.files.items() if n != name})),
            pinned,
            status,
        )
    proof = good.files["manifest.tlog-proof"]
    names = [f"\u2014 {w.name} ".encode() for w in WITNESSES]
    bare = b"\n".join(line for line in proof.split(b"\n") if not line.startswith(tuple(names)))
    yield (
        "no witness saw it",
        bytes(replace(good, files={**good.files, "manifest.tlog-proof": bare})),
        pinned,
        "unwitnessed",
    )


def of_leaves(alone: Openings, trust: Trust, path: Path) -> Iterator[Case]:
    """What the leaf and its marks decide, and the grammar."""
    good = alone.entry(7)
    data = bytes(good)
    yield "signed and in no log", data, trust, "ok"
    yield "of other organisations", data, replace(trust, endorsers=trust.endorsers[2:], quorum=1), "unendorsed"
    yield "a log is asked for", data, replace(trust, allow_unlogged=False), "unlogged"
    manifest = good.files["manifest"]
    yield (
        "a signature changed",
        bytes(replace(good, files={"manifest": manifest[:-9] + b"AAAA" + manifest[-5:]})),
        trust,
        "unendorsed",
    )
    yield "no manifest", bytes(replace(good, files={})), trust, "format"
    wrong = {"another leaf": {"leaf": 9}, "past the last slot": {"leaf": 4096}, "another blind": {"blind": bytes(16)}, "another hash": {"data": bytes(31) + good.data[31:]},
             "a path too short": {"path": good.path[:-1]}, "a path too long": {"path": (*good.path, good.path[0])}, "an empty path": {"path": ()},
             "a slot that is not used": vars_of(alone._open(400, bytes(38), good.files)), "the last slot": vars_of(alone._open(512, bytes(38), good.files))}  # fmt: skip
    for name, more in wrong.items():
        yield name, bytes(replace(good, **more)), trust, "content-mismatch"
    for name, broken in {"cut": data[:-1], "a byte more": data + b"x", "empty": b"", "another version": data.replace(b"evidence/v1", b"evidence/v2"), "a leading zero": data.replace(b"leaf 8", b"leaf 08"),
                         "no leaf": data.replace(b"leaf 8\n", b""), "base64 of another length": data.replace(b"blind ", b"blind AAAA"), "a file that belongs to no evidence": data.replace(b"file manifest ", b"file list.cob "),
                         "a file twice": data.replace(b"file manifest", b"file manifest 1\nfile manifest"), "bits after the end of base64": data.replace(good_blind(good), good_blind(good)[:-3] + b"B==")}.items():  # fmt: skip
        yield name, broken, trust, "format"


def good_blind(evidence: Evidence) -> bytes:
    return base64.b64encode(evidence.blind)


def vars_of(evidence: Evidence) -> dict[str, object]:
    return {"leaf": evidence.leaf, "blind": evidence.blind, "data": evidence.data, "path": evidence.path}


def verdict(data: bytes, trust: Trust) -> dict[str, object]:
    try:
        proven = verify_evidence(Evidence.parse(data), trust)
    except errors.ListError as error:
        return {"verdict": error.status}
    return {"verdict": "ok", "bits": text(proven.bits) if proven.bits else None, "categories": list(proven.categories), "sources": list(proven.sources),
            "seq": proven.endorsed.manifest.seq, "unlogged": "unlogged" in proven.endorsed.remarks}  # fmt: skip


def receipts(opened: dict[str, tuple[Openings, Trust, int]]) -> dict[str, object]:
    """A report of the picture, and answers that say `listed` with evidence of it, of something else, and of another release."""
    cards = [office.card for office in OFFICES]
    _, report, keep = making.make(pictured(3), making.Said("intimate-image"), cards, NOW)
    assert keep is not None
    found = []
    for name, (openings_, trust, seq) in opened.items():
        rows = openings_._hashes
        own = int(np.flatnonzero((rows == np.frombuffer(report.items[0].bits, np.uint8)).all(axis=1))[0])
        for what, at, number in (
            (name, own, seq),
            (f"{name}, of something else", (own + 1) % 20, seq),
            (f"{name}, of another release", own, seq + 1),
        ):
            evidence = bytes(openings_.entry(at))
            said = notes.Receipt(
                report.id,
                "a.example",
                NOW,
                "listed",
                release=(trust.origin, number),
                evidence=(len(evidence), hashlib.sha256(evidence).digest()),
            )
            file = sealing.seal_receipt(notes.signed(said.text, OFFICES[0].signer), evidence, keep.reply.receive)
            found.append(
                {"name": what, "file": text(file), "trust": text(bytes(trust)), "hash": text(rows[at].tobytes())}
            )
    return {"keep": bytes(keep).decode(), "cases": found}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        book = publish(path / "logged", 1, first=listed_entries())
        seq = int(next(p.name for p in (path / "logged").iterdir() if p.name.isdigit()))
        pinned, trust = pins(), samples.trust()
        logged = openings(book.path / str(seq), pinned, NOW)
        alone = openings(samples.make(path / "alone", listed_entries()), trust, samples.NOW)
        cases = []
        for name, data, pins_, expected in (*of_texts(logged, pinned), *of_leaves(alone, trust, path)):
            said = verdict(data, pins_)
            assert said["verdict"] == expected, (name, said, expected)
            cases.append({"name": name, "evidence": text(data), "trust": text(bytes(pins_)), **said})
        out = {"cases": cases, "receipts": receipts({"logged": (logged, pinned, seq), "unlogged": (alone, trust, 0)})}
    (HERE / "evidence.json").write_text(json.dumps(out, indent=0) + "\n")


if __name__ == "__main__":
    main()
