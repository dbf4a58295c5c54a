"""Reports byte by byte: the vectors, every refusal by name, and what a forger tries."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pdqlite.errors import (
    ArgumentError,
    ListError,
    NotForUsError,
    ReportError,
    ReportFormatError,
    ReportSealError,
    ReportSignatureError,
)
from pdqlite.lists.crypto import cobblestone
from pdqlite.lists.format.trust import Trust
from pdqlite.lists.verify.evidence import Evidence, verify_evidence
from pdqlite.reports import making, notes, sealing
from pdqlite.reports.keep import Keep
from pdqlite.reports.text import Content, ReportText
from support import ROOT
from support.reports import NOW, OFFICES, Office, filmed, pictured

VECTORS = json.loads((ROOT / "tests" / "vectors" / "report" / "cases.json").read_text())
A, B, C = OFFICES
CARDS = [office.card for office in OFFICES]
KEYS = {A.card.id: A.private}


def unbase(text: str) -> bytes:
    return base64.b64decode(text)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_vector(case: dict[str, str]) -> None:
    key = X25519PrivateKey.from_private_bytes(unbase(case["key"]))
    keys = {sealing.key_id(key.public_key().public_bytes_raw()): key}
    if case["verdict"] == "ok":
        content, _ = sealing.unseal(unbase(case["file"]), keys)
        assert bytes(content).decode() == case["content"]
        return
    with pytest.raises(ReportError) as refused:
        sealing.unseal(unbase(case["file"]), keys)
    assert refused.value.status == case["verdict"]


def test_vectors_of_the_small_texts() -> None:
    card = notes.Card.parse(unbase(VECTORS["card"]["file"]))
    assert card == A.card and card.id == unbase(VECTORS["card"]["id"])
    keep = Keep.parse(VECTORS["receipt"]["keep"].encode())
    note, evidence = sealing.unseal_receipt(unbase(VECTORS["receipt"]["file"]), keep.receiver)
    assert note.decode() == VECTORS["receipt"]["note"] and evidence == b""
    receipt = notes.Receipt.verified(note, A.signer.verifier)
    assert (receipt.status, receipt.reason, receipt.id) == ("declined", "not-enough", keep.id)
    note, evidence = sealing.unseal_receipt(unbase(VECTORS["listed"]["file"]), keep.receiver)
    listed = notes.Receipt.verified(note, A.signer.verifier)
    assert listed.evidence == (len(evidence), hashlib.sha256(evidence).digest())
    assert (listed.status, listed.release, evidence) == (
        "listed",
        ("lists.example/harm", 1),
        unbase(VECTORS["listed"]["evidence"]),
    )
    name, signed = notes.parse_withdrawal(VECTORS["withdrawal"].encode())
    notes.verify_withdrawal(signed, keep.reply.sign)
    assert name == keep.id


def test_what_javascript_makes_is_opened_here() -> None:
    made = json.loads((ROOT / "tests" / "vectors" / "report" / "javascript.json").read_text())
    content, _ = sealing.unseal(unbase(made["file"]), KEYS)
    keep = Keep.parse(made["keep"].encode())
    assert bytes(content).decode() == made["text"] and content.report.reply == keep.reply
    assert keep.to == (A.signer.verifier,) and all(keep.knows(item.bits) for item in content.report.items)
    assert notes.withdrawal(keep.id, keep.signer).decode() == made["withdrawal"]


def test_every_recipient_opens_the_same_text() -> None:
    data, text, _ = making.make(pictured(1), making.Said("abuse", statement="ä"), CARDS, NOW)
    for office in OFFICES:
        content, name = sealing.unseal(data, {office.card.id: office.private})
        assert content == Content(text) and name == office.card.id
    with pytest.raises(NotForUsError, match="--retired"):
        sealing.unseal(data, {Office("d.example").card.id: Office("d.example").private})


def test_the_text_is_one_encoding_of_its_values() -> None:
    for what in (pictured(1), filmed(range(5))):
        text = making.make(what, making.Said("abuse", country="AT"), CARDS, NOW)[1]
        assert ReportText.parse(text.text) == text


def test_length_says_only_the_bucket() -> None:
    """Five sizes; a statement or none, a picture of much or little detail, one frame or two: the same bytes."""
    sizes = {len(making.make(what, making.Said("abuse", statement=words), CARDS[:1], NOW, reply=reply)[0])
             for what in (pictured(1), pictured(2), filmed(range(1))) for words in (None, "x" * 400) for reply in (True, False)}  # fmt: skip
    assert sizes == {16 + 96 + cobblestone.size(4096)}
    assert [sealing.bucket(n, sealing.BUCKETS) for n in (4096, 4097, 1_048_576)] == [4096, 16384, 1_048_576]
    with pytest.raises(ArgumentError, match="do not fit"):
        sealing.bucket(1_048_577, sealing.BUCKETS)


def test_nothing_links_two_reports_of_one_person() -> None:
    """Of two reports of one file on one day, only what the file looks like and what the reporter said is the same."""
    (one, a, _), (two, b, _) = (making.make(pictured(1), making.Said("abuse"), CARDS, NOW) for _ in range(2))
    assert (
        a.id != b.id
        and a.reply
        and b.reply
        and {a.reply.sign, a.reply.receive}.isdisjoint({b.reply.sign, b.reply.receive})
    )
    assert replace(a, id=b.id, reply=b.reply) == b
    same = [one[i : i + 16] for i in range(0, len(one), 16) if one[i : i + 16] == two[i : i + 16]]
    assert set(same) <= {one[:16], *(one[at : at + 16] for at in (16, 112, 208))}  # the head, and whom it is for


def test_any_changed_byte_is_refused() -> None:
    data = making.make(pictured(1), making.Said("abuse"), CARDS, NOW)[0]
    rng = Random(7)
    for at in [*range(0, 330, 3), *(rng.randrange(330, len(data)) for _ in range(60))]:
        with pytest.raises(ReportError):
            sealing.unseal(data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :], KEYS)


def test_two_contents_in_one_file_are_refused() -> None:
    """A forger who wraps another content key for each organisation: AES-GCM alone would let both open, to different texts."""
    data = making.make(pictured(1), making.Said("abuse"), CARDS, NOW)[0]
    head, body = data[: 16 + 3 * 96], data[16 + 3 * 96 :]
    names = sealing.recipients(data)
    at = 16 + 96 * names.index(A.card.id)
    wrap = sealing._wrap(secrets.token_bytes(32), A.card.key, sealing._info(A.card.id))
    forged = head[: at + 16] + wrap + head[at + 96 :]
    with pytest.raises(ReportSealError, match="own key"):
        sealing.unseal(forged + body, KEYS)


def test_a_recipient_cannot_pass_a_report_on_as_the_reporters() -> None:
    data, text, _ = making.make(pictured(1), making.Said("abuse"), CARDS[:1], NOW)
    content, _ = sealing.unseal(data, KEYS)
    with pytest.raises(ArgumentError, match="those that it names"):
        sealing.seal(content, [C.card.key])


def test_cards() -> None:
    with pytest.raises(ArgumentError, match="out of date"):
        making.make(pictured(1), making.Said("x"), [replace(A.card, until=NOW)], NOW)
    with pytest.raises(ArgumentError, match="different keys"):
        making.make(pictured(1), making.Said("x"), [A.card, A.card], NOW)
    small = replace(A.card, key=bytes(32))
    with pytest.raises(ArgumentError, match="small order"):
        making.make(pictured(1), making.Said("x"), [small], NOW)
    forged = notes.signed(A.card.text, B.signer)
    with pytest.raises(ReportSignatureError, match=r"a\.example"):
        notes.Card.parse(forged)
    with pytest.raises(ReportFormatError, match="two names"):
        notes.Card.parse(notes.signed(A.card.text.replace(b"name a.example", b"name b.example"), A.signer))


def test_receipts_are_for_the_reporter_alone_and_from_the_organisation_alone() -> None:
    _, text, keep = making.make(pictured(1), making.Said("x"), CARDS, NOW)
    _, _, other = making.make(pictured(1), making.Said("x"), CARDS, NOW)
    assert keep and other
    receipt = notes.Receipt(text.id, "a.example", NOW, "received")
    sealed = sealing.seal_receipt(notes.signed(receipt.text, A.signer), b"", keep.reply.receive)
    assert len(sealed) == 8 + 32 + 16 + 16_384
    note, _ = sealing.unseal_receipt(sealed, keep.receiver)
    assert notes.Receipt.verified(note, A.signer.verifier) == receipt
    with pytest.raises(ReportSealError):
        sealing.unseal_receipt(sealed, other.receiver)
    with pytest.raises(ReportSignatureError):
        notes.Receipt.verified(note, B.signer.verifier)
    with pytest.raises(ReportSignatureError):
        notes.Receipt.verified(notes.signed(receipt.text, B.signer), A.signer.verifier)
    for status in notes.STATUSES:
        more = {"declined": {"reason": "other"}, "listed": {"release": ("o", 3), "evidence": (9, bytes(32))}}.get(
            status, {}
        )
        said = replace(receipt, status=status, **more)
        assert notes.Receipt.verified(notes.signed(said.text, A.signer), A.signer.verifier) == said
    with pytest.raises(ReportFormatError):
        notes.Receipt.parse(notes.signed(replace(receipt, reason="other").text, A.signer))


def test_only_the_reporter_withdraws() -> None:
    _, text, keep = making.make(pictured(1), making.Said("x"), CARDS, NOW)
    _, _, other = making.make(pictured(1), making.Said("x"), CARDS, NOW)
    assert keep and other
    _, note = notes.parse_withdrawal(notes.withdrawal(text.id, other.signer))
    with pytest.raises(ReportSignatureError):
        notes.verify_withdrawal(note, keep.reply.sign)


def test_acceptances() -> None:
    text = making.make(filmed(range(3)), making.Said("x"), CARDS, NOW)[1]
    given = notes.Acceptance("a.example", text.id, NOW, "video", "abuse", text.items)
    keys = {"a.example": A.signer.verifier}
    assert notes.Acceptance.verified(notes.signed(given.text, A.signer), keys) == given
    with pytest.raises(ReportSignatureError, match="signed"):
        notes.Acceptance.verified(notes.signed(given.text, B.signer), keys)
    with pytest.raises(ReportSignatureError, match="not given"):
        notes.Acceptance.verified(notes.signed(given.text, A.signer), {})


def test_the_keep_file_tells_no_hash() -> None:
    text, keep = making.make(pictured(1), making.Said("x"), CARDS, NOW)[1:]
    assert keep and keep.knows(text.items[0].bits) and not keep.knows(bytes(32))
    assert base64.b64encode(text.items[0].bits) not in bytes(keep) and "secret" not in repr(keep)


@pytest.mark.parametrize(("statement", "why"), [("", "1 to 1000"), ("x" * 1001, "1 to 1000"), ("a\tb", "control"), ("a\x9bb", "control")])  # fmt: skip
def test_statements_that_no_report_carries(statement: str, why: str) -> None:
    from pdqlite.reports.text import check_statement

    with pytest.raises(ArgumentError, match=why):
        check_statement(statement)


def test_who_signs() -> None:
    for reporter, signer in (("shown", A.signer), ("guardian", A.signer), ("trusted", None), ("organisation", None)):
        with pytest.raises(ArgumentError, match="sign"):
            making.make(pictured(1), making.Said("x", reporter), CARDS, NOW, signer)


def test_plain_pictures_are_said_to_be_too_plain() -> None:
    with pytest.raises(ArgumentError, match="too plain"):
        making.subject(("image", (64, 64), 0.0, [(bytes(32), 0, b"", None)]))
    with pytest.raises(ArgumentError, match="hours"):
        making.subject(("video", (64, 64), 90_000.0, [(b"\x0f" * 32, 90, b"", 0)]))


EVIDENCE = json.loads((ROOT / "tests" / "vectors" / "report" / "evidence.json").read_text())


@pytest.mark.parametrize("case", EVIDENCE["cases"], ids=lambda case: case["name"])
def test_evidence_of_the_vectors(case: dict[str, Any]) -> None:
    """The verdicts that JavaScript gives too (bindings/js/test/evidence.test.js)."""
    trust = Trust.parse(unbase(case["trust"]))
    try:
        proven = verify_evidence(Evidence.parse(unbase(case["evidence"])), trust)
    except ListError as error:
        assert error.status == case["verdict"]
        return
    said = [list(proven.categories), list(proven.sources), "unlogged" in proven.endorsed.remarks]
    assert case["verdict"] == "ok" and said == [case["categories"], case["sources"], case["unlogged"]]
    assert proven.bits == (unbase(case["bits"]) if case["bits"] else None)
