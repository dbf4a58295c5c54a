"""What an audit hands on: the statement and the report."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pdqlite import errors
from pdqlite.cli import audit_plot, audit_report
from pdqlite.lists.audit.audit import CHECKS, audit
from pdqlite.lists.audit.statement import Statement, Verdict, sign, state
from pdqlite.lists.format.files import Directory
from pdqlite.lists.format.note import Note
from support.lists import samples
from support.lists.logged import WITNESSES
from support.lists.published import NOW, page, pins
from support.lists.samples import KEY, SIGNERS, entries, signer


def test_a_statement_says_what_was_found(published: Path) -> None:
    found = audit(Directory(published), NOW, trust=pins(), keys=[KEY])
    auditor = signer("auditor.example")
    note = Note.parse(sign(state(found), auditor))
    assert note.signers([auditor.verifier])
    said = Statement.parse(note.text)
    assert said == state(found)
    assert (said.origin, said.seq, said.time, said.with_key) == (samples.ORIGIN, 3, NOW, True)
    assert {t: v.verdict for t, v in said.checks.items()} == {c.token: c.verdict for c in found.checks} and set(
        said.checks
    ) == set(CHECKS)
    assert said.checks["endorsed"] == ("passed", 3, 3) and said.checks["log-leaves"] == ("passed", 4, 4)
    assert said.report is None and state(found, b"page").report == hashlib.sha256(b"page").digest()
    assert said.content == found.releases[-1].manifest.root
    assert said.text.startswith(b"pdqlite.org/audit/v2\norigin lists.example.org/demo\nseq 3\ncontent ")


@given(st.data())
def test_statement_parse_then_write_is_the_same_or_an_error(data: st.DataObject) -> None:
    good = Statement(
        samples.ORIGIN,
        3,
        bytes(32),
        (4, bytes(32)),
        NOW,
        False,
        (10, 0),
        bytes(32),
        {"a": Verdict("passed", 1, 2), "b": Verdict("failed", 0, 0)},
    ).text
    at = data.draw(st.integers(0, len(good)))
    changed = good[:at] + data.draw(st.binary(max_size=4)) + good[at + data.draw(st.integers(0, 4)) :]
    try:
        said = Statement.parse(changed)
    except errors.ListFormatError:
        return
    assert said.text == changed


def test_the_report_is_one_file_that_fetches_nothing(published: Path) -> None:
    found = audit(Directory(published), NOW, trust=pins(), keys=[KEY])
    text = audit_report.render(found)
    parsed = page(text)
    assert parsed.tags.count("svg") == 5 and not parsed.reaching and "script" not in parsed.tags
    assert "url(" not in text and "@import" not in text
    for check in found.checks:
        assert check.token in text
    for name in (*samples.CATEGORIES, *samples.ORGS[:2], WITNESSES[0].name):
        assert name in text


def test_the_plots_show_who_signed_and_saw(published: Path) -> None:
    """A full square for each organisation and release whose signature is good, an empty one for a source without; a bar for each witness."""
    found = audit(Directory(published), NOW, trust=pins(), keys=[KEY])
    names, seqs = list(samples.ORGS), [r.manifest.seq for r in found.releases]
    full = {(name, r.manifest.seq) for r in found.releases for name in r.signers}
    named = {(name, r.manifest.seq) for r in found.releases for name in r.manifest.sources.values()}
    drawn = audit_plot.grid(names, seqs, full, named)
    assert len(full) == 6 and len(named) == 9
    assert drawn.count('fill="#0072b2"') == 6 and drawn.count('fill="none"') == 3
    assert drawn in audit_report.render(found)
    late = audit_plot.ages([("soon", 3.0), ("late", 30.0)], 24, " h")
    assert late.count('fill="#009e73"') == 1 and late.count('fill="#d55e00"') == 1
    long = audit_plot.grid([f"org{i}" for i in range(40)], list(range(900)), {("org0", 899)}, set())
    assert long.count('fill="#0072b2"') == 1 and ">org39<" not in long and len(long) < 20_000


def test_what_is_not_drawn_is_said(published: Path) -> None:
    found = audit(Directory(published), NOW, trust=pins(), keys=[KEY])
    assert "are drawn" not in audit_report.render(found)
    found.witnesses.update({f"witness-{i:02}.example": NOW - 3600 * i for i in range(20)})
    text = audit_report.render(found)
    assert f"{audit_plot.MOST} of {len(found.witnesses)} witnesses are drawn, the longest ago." in text
    assert "witness-19.example" in text and "<title>witness-01.example" not in text
    many = audit_plot.grid([f"n{i}" for i in range(20)], range(100), {("n0", 99)}, {("n15", 99), ("n0", 0)})
    assert many.count("<path") == 1 and "n13" in many and "n14" not in many


def test_names_cannot_write_into_the_report(tmp_path: Path) -> None:
    """Names of organisations may hold any printable ASCII."""
    evil = "<script>alert(1)</script>&\"'"
    made = samples.make(
        tmp_path / "evil",
        entries(5),
        (),
        origin="</title><script>1</script>",
        sources=(evil, *samples.ORGS[1:]),
        min_sources=1,
    )
    note = (made / "manifest").read_bytes()
    (made / "manifest").write_bytes(bytes(Note(note, (SIGNERS[0].sign(note),))))
    found = audit(Directory(made), NOW, keys=[KEY])
    assert found.releases[0].by_source[evil] == 5
    parsed = page(audit_report.render(found))
    assert "script" not in parsed.tags and not parsed.reaching


@given(st.integers(0, 10**12))
def test_ticks_are_round_and_few(high: int) -> None:
    rungs = audit_plot.ticks(high)
    assert rungs[0] == 0 and rungs[-1] >= high and 2 <= len(rungs) <= 8
    assert str(rungs[1]).rstrip("0") in ("1", "2", "5")
