"""Attacks on the lines of auditors that a trust file pins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pdqlite.lists.format.note import COSIGNATURE, Note, Signature
from pdqlite.lists.log.logbook import cosign
from pdqlite.lists.verify.audited import passed
from support.lists import samples
from support.lists.samples import NOW, signer
from support.lists.scenarios import Scenario, attack, offered, world

AUDITORS = tuple(replace(signer(f"auditor{i}.example"), kind=COSIGNATURE) for i in range(3))
AGE = 1000


def _audited(root: Path, *times: int | None, lines: tuple[Signature, ...] = (), **changes: object) -> Scenario:
    """A release that auditor i passed at times[i] (None: it did not), offered to a device that asks for two of three."""
    made = world(root)
    signed = Note.parse(made.files["manifest"])
    good = (passed(signed.text, a, t) for a, t in zip(AUDITORS, times, strict=False) if t is not None)
    found = offered(made, manifest=bytes(Note(signed.text, (*signed.signatures, *good, *lines))))
    pins = {"auditors": tuple(a.verifier for a in AUDITORS), "audits": 2, "audit_age": AGE, **changes}
    return replace(found, trust=replace(found.trust, **pins))  # type: ignore[arg-type]


def _text(root: Path) -> bytes:
    (root / "same").mkdir()
    return Note.parse(world(root / "same").files["manifest"]).text


@attack("audits: two of three pinned auditors passed it", "ok")
def _(root: Path) -> Scenario:
    return _audited(root, NOW, None, NOW - 1)


@attack("audits: nobody is asked, and lines of auditors are unknown lines", "ok")
def _(root: Path) -> Scenario:
    return _audited(root, NOW, NOW, auditors=(), audits=0, audit_age=0)


@attack("audits: the audited release is withheld until its audits are old: last second", "ok")
def _(root: Path) -> Scenario:
    return _audited(root, NOW - AGE, NOW - AGE)


@attack("audits: one second too old", "unaudited-refused")
def _(root: Path) -> Scenario:
    return _audited(root, NOW, NOW - AGE - 1)


@attack("audits: a line from the future", "unaudited-refused")
def _(root: Path) -> Scenario:
    return _audited(root, NOW, NOW + 86401)


@attack("audits: one of two", "unaudited-refused")
def _(root: Path) -> Scenario:
    return _audited(root, NOW)


@attack("audits: one of two, and that is allowed", "unaudited")
def _(root: Path) -> Scenario:
    return _audited(root, NOW, allow_unaudited=True)


@attack("audits: one of two, allowed, and past its time, also allowed", "stale")
def _(root: Path) -> Scenario:
    found = _audited(root, NOW, allow_unaudited=True, allow_stale=True)
    made = world(root / "late", 0) if (root / "late").mkdir() is None else None
    assert made is not None
    made.release(now=samples.EXPIRES)
    return replace(found, files=made.files, now=samples.EXPIRES)


@attack("audits: a bad line beside a quorum of good ones", "unaudited-refused")
def _(root: Path) -> Scenario:
    line = passed(_text(root), AUDITORS[2], NOW)
    bad = replace(line, data=line.data[:-1] + bytes([line.data[-1] ^ 1]))
    return _audited(root, NOW, NOW, lines=(bad,), allow_unaudited=True)


@attack("audits: a line cut short beside a quorum of good ones", "unaudited-refused")
def _(root: Path) -> Scenario:
    line = passed(_text(root), AUDITORS[2], NOW)
    return _audited(root, NOW, NOW, lines=(replace(line, data=line.data[:-1]),))


@attack("audits: the line of an auditor for another release", "unaudited-refused")
def _(root: Path) -> Scenario:
    return _audited(root, NOW, lines=(passed(b"another text\n", AUDITORS[1], NOW),))


@attack("audits: the time of a line is moved", "unaudited-refused")
def _(root: Path) -> Scenario:
    line = passed(_text(root), AUDITORS[1], NOW - 2 * AGE)
    return _audited(root, NOW, lines=(replace(line, data=NOW.to_bytes(8, "big") + line.data[8:]),))


@attack("audits: a cosignature of a checkpoint in the place of an auditor's line", "unaudited-refused")
def _(root: Path) -> Scenario:
    return _audited(root, NOW, lines=(cosign(Note(_text(root), ()), AUDITORS[1], NOW),))


@attack("audits: an auditor's plain signature in the place of its line", "ok")
def _(root: Path) -> Scenario:
    """The key ID tells the types apart: a plain signature is an unknown line, and the other two are enough."""
    plain = replace(AUDITORS[2], kind=1).sign(_text(root))
    return _audited(root, NOW, NOW, lines=(plain,))


@attack("audits: auditors whom nobody pinned", "unaudited-refused")
def _(root: Path) -> Scenario:
    text = _text(root)
    eves = (replace(signer(f"eve{i}.example"), kind=COSIGNATURE) for i in range(5))
    return _audited(root, lines=tuple(passed(text, eve, NOW) for eve in eves))


@attack("audits: passed, and endorsed by nobody", "unendorsed")
def _(root: Path) -> Scenario:
    found = _audited(root, NOW, NOW)
    signed = Note.parse(found.files["manifest"])
    return replace(found, files={**found.files, "manifest": bytes(Note(signed.text, signed.signatures[-2:]))})
