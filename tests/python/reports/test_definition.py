"""Vectors and files as a second reader of the format sees them, which has nothing of pdqlite in it; and both readers side by side on what is changed."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pdqlite.errors import ReportError
from pdqlite.reports import making, notes, sealing
from support import ROOT, report_definition
from support.desks import FLAGGER, A, B, made
from support.reports import NOW, OFFICES, filmed, pictured

FOLDER = ROOT / "tests" / "vectors" / "report"
CASES, TRUSTED = (json.loads((FOLDER / f"{name}.json").read_text()) for name in ("cases", "trusted"))
KEYS = {name: report_definition.vkey(key) for name, key in (("a.example", str(A.signer.verifier)), ("b.example", str(B.signer.verifier)))}  # fmt: skip


def unbase(text: str) -> bytes:
    return base64.b64decode(text)


def verdict(read: Any, *given: Any) -> str:
    try:
        read(*given)
    except report_definition.Refused as refused:
        return str(refused)
    except ReportError as refused:
        return refused.status
    return "ok"


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_sealed_files(case: dict[str, str]) -> None:
    key = X25519PrivateKey.from_private_bytes(unbase(case["key"]))
    assert verdict(report_definition.report, unbase(case["file"]), key) == case["verdict"]
    if case["verdict"] == "ok":
        assert report_definition.report(unbase(case["file"]), key) == case["content"]


@pytest.mark.parametrize("case", TRUSTED["cases"], ids=lambda case: case["name"])
def test_statements(case: dict[str, Any]) -> None:
    cards = [report_definition.card(unbase(card)) for card in TRUSTED["cards"]]
    keys = {str(card["name"]): card["vkey"] for card in cards}
    assert verdict(report_definition.trusted, unbase(case["file"]), keys) == case["verdict"]
    if case["verdict"] == "ok":
        said = report_definition.trusted(unbase(case["file"]), keys)  # type: ignore[arg-type]
        assert said[1:] == (report_definition.vkey(TRUSTED["reporter"]), TRUSTED["until"])


def test_the_small_texts() -> None:
    card = report_definition.card(unbase(CASES["card"]["file"]))
    assert card["id"] == unbase(CASES["card"]["id"])
    secret = unbase(CASES["receipt"]["keep"].split("\nsecret ")[1].split("\n")[0])
    number = unbase(CASES["receipt"]["keep"].split("\nid ")[1].split("\n")[0])
    sealed, evidence = report_definition.sealed_receipt(unbase(CASES["receipt"]["file"]), secret)
    said = report_definition.receipt(sealed, card["vkey"])  # type: ignore[arg-type]
    assert sealed.decode() == CASES["receipt"]["note"] and evidence == b""
    assert (said["id"], said["status"], said["rest"]) == (number, "declined", [["not-enough"]])
    sealed, evidence = report_definition.sealed_receipt(unbase(CASES["listed"]["file"]), secret)
    said = report_definition.receipt(sealed, card["vkey"])  # type: ignore[arg-type]
    assert evidence == unbase(CASES["listed"]["evidence"])
    digest = base64.b64encode(report_definition.sha(evidence)).decode()
    assert said["rest"] == [["lists.example/harm", "1"], [str(len(evidence)), digest]]
    sign = report_definition.sha(b"pdqlite.org/report-reply/v1 sign\n", secret)
    public = Ed25519PrivateKey.from_private_bytes(sign).public_key().public_bytes_raw()
    assert report_definition.withdrawal(CASES["withdrawal"].encode(), public) == number


@pytest.mark.parametrize("subject", [pictured(1), filmed(range(30, 36))], ids=["picture", "video"])
def test_what_is_made_here_is_what_the_format_says(subject: making.Subject) -> None:
    for signer, statement in ((None, "ä\nb"), (FLAGGER, None)):
        data, text, keep = made(subject, signer, **({"statement": statement} if statement else {}))
        for office in OFFICES:
            assert report_definition.report(data, office.private).startswith(text.text.decode())
        assert text.reply and report_definition.withdrawal(notes.withdrawal(text.id, keep.signer), text.reply.sign) == text.id  # fmt: skip
        said = notes.Receipt(text.id, "a.example", NOW, "received")
        sealed = sealing.seal_receipt(notes.signed(said.text, A.signer), b"evidence", text.reply.receive)
        inside, evidence = report_definition.sealed_receipt(sealed, keep.secret)
        assert report_definition.receipt(inside, KEYS["a.example"])["status"] == "received" and evidence == b"evidence"


def changed(rng: Random, text: bytes) -> bytes:
    """A text with something changed that a careless reader passes over."""
    rows = text.split(b"\n")
    i, how = rng.randrange(len(rows)), rng.randrange(6)
    if how == 0:
        rows.insert(i, rows[rng.randrange(len(rows))])
    elif how == 1:
        del rows[i]
    elif how == 2:
        j = rng.randrange(len(rows))
        rows[i], rows[j] = rows[j], rows[i]
    elif rows[i]:
        at = rng.randrange(len(rows[i]))
        put = rng.choice([b" ", b"0", b"=", b"-", b"\xc3\xa4", b"+", b"A", b"9", b"\r", b"\xff", b""])
        rows[i] = rows[i][:at] + put + rows[i][at + (how > 3) :]
    return b"\n".join(rows)


def test_both_readers_give_one_verdict_on_changed_texts() -> None:
    """Signed anew after the change, so that only the grammar decides."""
    rng, seen = Random(11), Counter[str]()
    reporter = notes.Trusted("a.example", FLAGGER.verifier, NOW).text
    receipts = [notes.Receipt(bytes(16), "a.example", NOW, status, **more).text for status, more in (
        ("review", {}), ("declined", {"reason": "no-harm"}), ("listed", {"release": ("o.example", 3), "evidence": (9, bytes(32))}))]  # type: ignore[arg-type]  # fmt: skip
    keys = {"a.example": A.signer.verifier}
    for _ in range(500):
        data = notes.signed(changed(rng, reporter), A.signer)
        one, two = verdict(report_definition.trusted, data, KEYS), verdict(notes.Trusted.verified, data, keys)
        assert one == two, data
        seen[one] += 1
        data = notes.signed(changed(rng, rng.choice(receipts)), A.signer)
        one, two = verdict(report_definition.receipt, data, KEYS["a.example"]), verdict(notes.Receipt.verified, data, A.signer.verifier)  # fmt: skip
        assert one == two, data
        seen[one] += 1
        data = notes.signed(changed(rng, A.card.text), A.signer)
        one, two = verdict(report_definition.card, data), verdict(notes.Card.parse, data)
        assert one == two, data
        seen[one] += 1
    assert min(seen["ok"], seen["format"]) > 50, seen


def test_both_readers_give_one_verdict_on_changed_contents() -> None:
    from pdqlite.reports.text import Content

    rng, seen = Random(12), Counter[str]()
    text = made(replace(filmed(range(20, 23)), length=3), statement="words")[1]
    names = [office.card.id for office in sorted(OFFICES, key=lambda office: office.card.id)]

    def ours(data: bytes) -> None:
        if Content.parse(data).report.to != tuple(names):
            raise report_definition.Refused("seal")

    for _ in range(1200):
        data = changed(rng, text.text)
        one, two = verdict(report_definition.content, data, names), verdict(ours, data)
        assert one == two, data
        seen[one] += 1
    assert min(seen["ok"], seen["format"], seen["seal"]) > 20, seen
