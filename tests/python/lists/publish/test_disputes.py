"""Disputes and withdrawals: signed, logged, shown by audits, kept by the next build."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pdqlite import lists
from pdqlite.cli.main import main
from pdqlite.errors import ListError, UnendorsedError
from pdqlite.lists.audit.audit import audit
from pdqlite.lists.format import keys
from pdqlite.lists.format.files import Directory, Memory
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.record import Record, check_signed, standing
from pdqlite.lists.publish.disputes import Disputes, entry_leaves
from pdqlite.lists.publish.publication import Publication
from pdqlite.lists.verify.device import verify
from support.lists.logged import LOG
from support.lists.published import NOW, page, pins, publish, witness
from support.lists.samples import KEY, ORIGIN, SIGNERS

ONE = Record(ORIGIN, 2, NOW, SIGNERS[0].name, "disputed", 1, bytes(32), "lawful", "mailto:desk@a.example")
CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "another kind": lambda t: t.replace(b"record disputed", b"record endorsed"),
    "a release that comes later": lambda t: t.replace(b"release 1\n", b"release 2\n"),
    "a line more": lambda t: t + b"note x\n",
    "a line less": lambda t: t.replace(b"reason lawful\n", b""),
    "a contact with a space": lambda t: t.replace(b"mailto:", b"mail to:"),
    "a hash that is none": lambda t: t.replace(b"leaf A", b"leaf !"),
    "a leading zero": lambda t: t.replace(b"seq 2", b"seq 02"),
}


def test_a_record_is_read_as_written() -> None:
    assert Record.parse(ONE.text) == ONE


@pytest.mark.parametrize("name", CHANGES)
def test_another_text_is_no_record(name: str) -> None:
    changed = CHANGES[name](ONE.text)
    assert changed != ONE.text
    with pytest.raises(ListError):
        Record.parse(changed)


def test_the_last_word_of_an_organisation_stands() -> None:
    lifted, other = replace(ONE, seq=3, kind="lifted"), replace(ONE, seq=4, by=SIGNERS[1].name)
    assert standing([ONE]) == [ONE] and standing([lifted, ONE]) == []
    assert standing([ONE, lifted, other]) == [other], "nobody lifts what another said"
    assert standing([ONE, lifted, replace(ONE, seq=5, kind="withdrawn")])[0].kind == "withdrawn"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publication:
    """A published list of one release, each of whose entries has two marks or three, and the keys that its makers have."""
    monkeypatch.chdir(tmp_path)
    keys.save_list_key("list.key", KEY)
    return publish(tmp_path / "published", 1)


def _record(kind: str, entry: int, who: int) -> Callable[[int], Record]:
    """A record of an organisation on an entry of release 1."""
    leaf = entry_leaves(lists.read_release("published/1", KEY))[entry]
    return lambda seq: replace(ONE, seq=seq, kind=kind, by=SIGNERS[who].name, leaf=leaf)


def test_only_who_is_named_signs(desk: Publication) -> None:
    make = _record("disputed", 0, 0)
    with pytest.raises(UnendorsedError):
        desk.add_record(make, SIGNERS[1])
    with pytest.raises(UnendorsedError):
        check_signed(Note(ONE.text, (LOG.sign(ONE.text),)), desk.policies())
    with pytest.raises(UnendorsedError):
        desk.add_record(lambda seq: replace(make(seq), origin="other.example"), SIGNERS[0])
    assert not desk.records()


def test_what_stands_takes_marks(desk: Publication) -> None:
    """Withdrawn by who vouched: gone. Disputed: one mark less. Withdrawn by who never vouched: a dispute."""
    entries = lists.read_release("published/1", KEY).entries
    names = list(lists.read_release("published/1", KEY).manifest.sources.values())
    marks = entries.sources.tolist()
    bit = [1 << names.index(s.name) for s in SIGNERS]
    full = next(i for i, m in enumerate(marks) if m & bit[0] and m & bit[1])
    other = next(i for i, m in enumerate(marks) if i != full and m & bit[0])
    without = next(i for i, m in enumerate(marks) if not m & bit[2] and i not in (full, other))
    desk.add_record(_record("withdrawn", full, 0), SIGNERS[0])
    desk.add_record(_record("disputed", other, 0), SIGNERS[0])
    desk.add_record(_record("withdrawn", without, 2), SIGNERS[2])
    found = Disputes.of(desk, [bytes(32), KEY])
    after = found.apply(entries, names).sources.tolist()
    expected = list(marks)
    expected[full], expected[other] = 0, marks[other] & ~bit[0]
    assert after == expected
    assert len(lists.vouched(found.apply(entries, names), 2)) < len(lists.vouched(entries, 2))
    desk.add_record(_record("lifted", full, 0), SIGNERS[0])
    assert Disputes.of(desk, [KEY]).apply(entries, names).sources.tolist()[full] == marks[full]
    desk.add_record(lambda seq: replace(ONE, seq=seq, by=SIGNERS[0].name), SIGNERS[0])
    with pytest.raises(ListError, match="an entry that release 1 does not have"):
        Disputes.of(desk, [KEY])


def test_from_the_command_to_a_device(desk: Publication, capsys: pytest.CaptureFixture[str]) -> None:
    """Disputed by a command, kept by the build, logged under the release, shown by the audit; devices take it as any."""
    Path("a.pem").write_bytes(_pem(SIGNERS[0].private))
    Path("a.pem").chmod(0o600)
    before = lists.read_release("published/1", KEY).entries
    place = next(i for i, m in enumerate(before.sources.tolist()) if m.bit_count() == 2 and m & 1)
    digits = before.rows[place].tobytes().hex()
    words = ["list", "dispute", "published", "--release", "1", "--hash", digits, "--key", "list.key", "--reason", "lawful",
             "--contact", "mailto:desk@a.example", "--name", SIGNERS[0].name, "--signing-key", "a.pem"]  # fmt: skip
    assert main([*words, "--as", "withdrawn"]) == 0
    assert main([w if w != digits else "00" * 32 for w in words]) == 2
    assert main([*words[:5], "--evidence", "a.pem", *words[7:]]) == 2
    build = [
        "list",
        "build",
        "--prefix",
        "published",
        "--base",
        "published/1",
        "--key",
        "list.key",
        "--min-sources",
        "2",
        "--max-distance",
        "31",
    ]
    assert main(build) == 0
    said = capsys.readouterr()
    assert "1 entries left out" in said.out + said.err
    after = lists.read_release("published/3", KEY)
    assert before.rows[place].tobytes() not in {row.tobytes() for row in after.entries.rows}
    assert len(after.entries) == len(before) - 1
    for each in SIGNERS[:2]:
        lists.endorse("published/3", each, key=KEY)
    desk.append(LOG)
    witness(desk)
    desk.prove()
    assert verify(Directory(Path("published/3")), pins(), NOW).status == "ok"
    assert main(["audit", "published", "--report", "report.html", "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [(r["seq"], r["record"], r["reason"]) for r in found["records"]] == [(2, "withdrawn", "lawful")]
    assert {c["token"]: c["verdict"] for c in found["checks"]}["records"] == "passed"
    page(Path("report.html").read_text())
    assert (
        "Disputes and withdrawals" in Path("report.html").read_text() and digits not in Path("report.html").read_text()
    )
    files = {str(p.relative_to("published")): p.read_bytes() for p in Path("published").rglob("*") if p.is_file()}
    del files["record/2"]
    assert audit(Memory(files), NOW).withheld
    files["record/2"] = bytes(Note(ONE.text, (SIGNERS[0].sign(ONE.text),)))
    assert {c.token: c.verdict for c in audit(Memory(files), NOW).checks}["records"] == "failed"


def _pem(private: object) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined,no-any-return]
