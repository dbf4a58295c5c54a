"""
Makes trusted.json: statements of organisations on reporters, with the verdict of a reader that has the cards of a.example and b.example.
The verdicts are written here by hand; tests/python/reports/test_definition.py holds them against a reader made from the format page alone.

    python tests/vectors/report/make_trusted.py
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pdqlite.lists.format.note import COSIGNATURE, Note, Signer, VerifierKey  # noqa: E402
from pdqlite.reports import notes  # noqa: E402
from support.reports import NOW, OFFICES  # noqa: E402

HERE = Path(__file__).parent
A, B, C = OFFICES


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main() -> None:
    reporter = Signer("flagger.example", C.signer.private).verifier
    said = notes.Trusted("a.example", reporter, NOW + 999).text
    good = notes.signed(said, A.signer)
    other = str(VerifierKey("flagger.example", COSIGNATURE, reporter.public)).encode()
    key = str(reporter).encode()
    cases = [
        ("good", good, "ok"),
        ("of the second organisation", notes.signed(said.replace(b"name a.", b"name b."), B.signer), "ok"),
    ]

    def changed(name: str, old: bytes, new: bytes) -> None:
        assert old in said, name
        cases.append((name, notes.signed(said.replace(old, new), A.signer), "format"))

    for name, old, new in (
        ("another version", b"reporter/v1", b"reporter/v2"), ("a leading zero", b"until ", b"until 0"), ("no time", b"until ", b"until"), ("a line more", b"until ", b"for ever\nuntil "),
        ("a double space", b"name ", b"name  "), ("a witness's key", key, other), ("a key ID of another key", key[-54:], b"0" + key[-53:]), ("a key of another length", key, key[:-4]),
        ("a name with a plus", b"name a.example", b"name a+example"),
    ):  # fmt: skip
        changed(name, old, new)
    cases += [
        ("cut", good[:-1], "format"), ("empty", b"", "format"), ("too long", good + b" " * 4096, "format"),
        ("two signatures", bytes(Note(said, (A.signer.sign(said), B.signer.sign(said)))), "format"),
        ("no signature", said + b"\n", "format"), ("a card", notes.signed(A.card.text, A.signer), "format"),
        ("of an organisation whose card is not there", notes.signed(said.replace(b"name a.", b"name c."), C.signer), "signature"),
        ("in another organisation's name", notes.signed(said, B.signer), "signature"),
        ("with another key under its name", notes.signed(said, Signer("a.example", B.signer.private)), "signature"),
        ("changed after signing", good.replace(b"until 1", b"until 2"), "signature"),
    ]  # fmt: skip
    out = {
        "cards": [text(notes.signed(office.card.text, office.signer)) for office in (A, B)],
        "reporter": str(reporter), "until": NOW + 999,
        "cases": [{"name": name, "file": text(data), "verdict": verdict} for name, data, verdict in cases],
    }  # fmt: skip
    (HERE / "trusted.json").write_text(json.dumps(out, indent=0) + "\n")


if __name__ == "__main__":
    main()
