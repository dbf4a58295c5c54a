"""
Makes cases.json: sealed reports, a receipt and small notes, what they say, and what must be refused by name.

Sealing draws random bytes: run this only to add cases, and look at the difference.

    python tests/vectors/report/make.py
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pdqlite.lists.format.note import Signer  # noqa: E402
from pdqlite.reports import making, notes, sealing  # noqa: E402
from pdqlite.reports.text import Content  # noqa: E402
from support.reports import NOW, OFFICES, filmed, pictured  # noqa: E402

HERE = Path(__file__).parent
UNPROVEN = b"evidence that nobody checked"


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def resealed(content: bytes, head_of: bytes | None = None) -> bytes:
    """Seal any bytes as a content to the first organisation."""

    class Raw:
        report = type("R", (), {"to": (OFFICES[0].card.id,)})

        def __bytes__(self) -> bytes:
            return content

    return sealing.seal(Raw(), [OFFICES[0].card.key])  # type: ignore[arg-type]


def listing(name: bytes) -> notes.Receipt:
    """Return a receipt that says `listed`, with something that proves nothing."""
    digest = hashlib.sha256(UNPROVEN).digest()
    return notes.Receipt(
        name, "a.example", NOW + 10, "listed", release=("lists.example/harm", 1), evidence=(len(UNPROVEN), digest)
    )


def main() -> None:
    cards = [office.card for office in OFFICES]
    cases, keys = [], {o.name: text(o.private.private_bytes_raw()) for o in OFFICES}

    def case(name: str, data: bytes, verdict: str, content: bytes | None = None) -> None:
        cases.append({"name": name, "file": text(data), "key": keys["a.example"], "verdict": verdict}
                     | ({"content": content.decode()} if content else {}))  # fmt: skip

    said = making.Said("intimate-image", statement="Please look at this soon. Bitte schnell prüfen.")
    data, report, keep = making.make(pictured(3), said, cards, NOW)
    assert keep is not None
    case("picture to three", data, "ok", report.text)
    clip, clip_text, _ = making.make(
        filmed(range(4)), making.Said("intimate-image", "guardian", "DE"), cards[:1], NOW, reply=False
    )
    case("video to one, no reply", clip, "ok", clip_text.text)
    flagger = Signer("flagger.example", OFFICES[2].signer.private)
    signed, signed_text, _ = making.make(pictured(4), making.Said("abuse", "trusted"), cards[:2], NOW, flagger)
    content, _ = sealing.unseal(signed, {cards[0].id: OFFICES[0].private})
    case("signed by a trusted reporter", signed, "ok", bytes(content))

    for name, at in (("magic", 3), ("number of recipients", 9), ("cipher suite", 11), ("reserved AEAD", 15)):
        case(f"{name} changed", data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], "format")
    case("sealed to nobody", data[:8] + b"\0\0" + data[10:16] + data[16 + 3 * 96 :], "format")
    case("cut by a byte", data[:-1], "format")
    case("a byte more", data + b"\0", "format")
    case("key IDs out of order", data[:16] + data[112:208] + data[16:112] + data[208:], "format")
    case("empty", b"", "format")
    other, _, _ = making.make(pictured(3), said, cards[1:], NOW)
    case("sealed to others", other, "not-for-us")
    ours = 16 + 96 * sealing.recipients(data).index(cards[0].id)
    theirs = 16 if ours != 16 else 112
    for name, at in (("enc", ours + 20), ("sealed content key", ours + 70), ("salt", 310), ("commitment", 340), ("chunk", 900),
                     ("tag", len(data) - 1), ("another's wrap", theirs + 50)):  # fmt: skip
        case(f"{name} changed", data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], "seal")
    good = making.make(pictured(3), making.Said("x"), cards[:1], NOW)[1].text
    case("sealed again to others than named", resealed(report.text), "seal")
    for name, old, new in (
        ("another version", b"report/v1", b"report/v2"), ("a week of no year", b"week 2026-W49", b"week 2026-W54"),
        ("no such kind", b"kind image", b"kind picture"), ("two countries", b"country -", b"country DEU"),
        ("a reporter who must sign", b"reporter shown", b"reporter trusted"), ("an unknown reporter", b"reporter shown", b"reporter friend"),
        ("carriage returns", b"\n", b"\r\n"), ("a double space", b"kind image", b"kind  image"), ("a category in capitals", b"category x", b"category X"),
        ("quality under 50", b"picture 100", b"picture 49"), ("a leading zero", b"size 320", b"size 0320"), ("an empty statement", b"statement -", b"statement "),
        ("length of a picture", b"picture", b"length 3\npicture"),
    ):  # fmt: skip
        assert old in good, name
        case(name, resealed(good.replace(old, new)), "format")
    case("bytes after the text", resealed(good + b"x\n"), "format")
    case("no line end", resealed(good[:-1]), "format")
    case(
        "a statement with an escape",
        resealed(good.replace(b"statement -", b"statement " + base64.b64encode(b"\x1b[2J"))),
        "format",
    )
    case(
        "a hash of one bit",
        resealed(good.split(b"picture")[0] + b"picture 100 " + base64.b64encode(b"\1" + bytes(31)) + b" -\n"),
        "format",
    )
    case("a reporter who does not sign, signed", resealed(notes.signed(good, flagger)), "format")

    receipt = notes.Receipt(report.id, "a.example", NOW + 9, "declined", reason="not-enough")
    note = notes.signed(receipt.text, OFFICES[0].signer)
    listed = listing(report.id)
    out = {
        "keys": keys, "cases": cases,
        "card": {"file": text(notes.signed(cards[0].text, OFFICES[0].signer)), "id": text(cards[0].id)},
        "receipt": {"file": text(sealing.seal_receipt(note, b"", keep.reply.receive)), "keep": bytes(keep).decode(), "note": note.decode()},
        "listed": {"file": text(sealing.seal_receipt(notes.signed(listed.text, OFFICES[0].signer), UNPROVEN, keep.reply.receive)), "evidence": text(UNPROVEN)},
        "withdrawal": notes.withdrawal(report.id, keep.signer).decode(),
    }  # fmt: skip
    assert Content.parse(report.text).report == report
    (HERE / "cases.json").write_text(json.dumps(out, indent=0, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
