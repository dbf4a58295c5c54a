"""
What people hand each other apart from releases, changed at random: records of disputes, evidence, tokens, audit statements,
envelopes. Each reader takes it or raises ListError; what it takes is what a second reading of the format, written here, takes.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pdqlite.errors import ListError
from pdqlite.lists import Trust
from pdqlite.lists.audit.statement import Statement, Verdict
from pdqlite.lists.format import envelope
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.checkpoint import Checkpoint
from pdqlite.lists.log.gossip import compare_token, make_token
from pdqlite.lists.log.policy import LogPolicy
from pdqlite.lists.log.record import KINDS, Record, check_signed
from pdqlite.lists.verify.auditor import unseal, verify_files
from pdqlite.lists.verify.evidence import Evidence, Openings, verify_evidence
from pdqlite.native import list as native_list
from support.lists.differ import _bytes, _lines, _note
from support.lists.logged import World, policy_text
from support.lists.samples import KEY, NOW, ORGS, ORIGIN, SIGNERS

NUMBER, NAME, HASH = rb"(?:0|[1-9][0-9]{0,15})", rb"[!-*,-~]{1,128}", rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
TOKEN = rb"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"
RECORD = re.compile(  # section 19 of the format
    rb"pdqlite\.org/record/v1\norigin (%s)\nseq (%s)\ntime (%s)\nby (%s)\nrecord (?:disputed|withdrawn|lifted)\nrelease (%s)\nleaf %s\n"
    rb"reason %s\ncontact %s\n" % (NAME, NUMBER, NUMBER, NAME, NUMBER, HASH, TOKEN, NAME)
)
MOST = 2**53 - 1
NAMES = ("log.example/a", "log.example/b")


@dataclass(frozen=True)
class Given:
    """What is changed: good examples of each kind, and whose they are."""

    policies: list[LogPolicy]
    records: list[bytes]
    trust: Trust
    evidence: list[bytes]
    opened: dict[int, bytes]  # number of a leaf to what is in it
    statement: bytes
    sealed: bytes
    recipient: X25519PrivateKey


def start(root: Path) -> Given:
    """Make the examples."""
    world = World(root)
    world.release()
    openings = Openings(unseal(verify_files(Memory(world.files), world.trust, NOW), KEY), world.trust)
    shown = [*(openings.entry(n) for n in (0, 7, 19)), replace(openings.inventory(), files=openings.entry(0).files)]
    texts = [
        Record(ORIGIN, 2 + i, NOW, ORGS[i], kind, 1, bytes([i]) * 32, "lawful", "mailto:desk@a.example").text
        for i, kind in enumerate(KINDS)
    ]
    audited = {"log-root": Verdict("passed", 1, 1), "endorsed": Verdict("withheld", 1, 2)}
    said = Statement(ORIGIN, 1, bytes(32), (2, bytes(32)), NOW, True, (9, 0), None, audited)
    recipient = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"a recipient").digest())
    return Given(
        [LogPolicy.parse(policy_text())],
        [bytes(Note(text, (signer.sign(text),))) for text, signer in zip(texts, SIGNERS, strict=True)],
        world.trust,
        [bytes(one) for one in shown],
        {one.leaf: one.data for one in shown},
        said.text,
        envelope.seal(KEY, recipient.public_key(), ORIGIN),
        recipient,
    )


def _taken(read: Callable[[], object]) -> object:
    try:
        return read()
    except ListError:
        return None


def _record_taken(data: bytes, given: Given) -> bool:
    """Whether section 19 lets a record pass, by an expression and `cryptography`, for lines as `_note` writes them."""
    text, _, lines = data.rpartition(b"\n\n")
    found = RECORD.fullmatch(text + b"\n")
    if not found or any(int(found[i]) > MOST for i in (2, 3, 5)) or int(found[5]) >= int(found[2]):
        return False
    force = [p for p in given.policies if p.seq < int(found[2])][-1:]
    keys = [k for p in force for k in p.endorsers.members.values() if k.name.encode() == found[4]]
    if not keys or found[1].decode() != ORIGIN:
        return False
    marks = [line.split(b" ") for line in lines.split(b"\n")]
    signed = [base64.b64decode(m[2]) for m in marks if m[1:2] == [found[4]]]
    public = Ed25519PublicKey.from_public_bytes(keys[0].public)
    try:
        for one in signed:
            public.verify(one[4:], text + b"\n")
    except InvalidSignature:
        return False
    return len(signed) == 1  # twice one key is no note


def record(draw: random.Random, given: Given) -> str:
    """A record signed anew by some organisations, or with its bytes changed."""
    data = draw.choice(given.records)
    if draw.random() < 0.1:
        data = _bytes(draw, data)
        found = _taken(lambda: check_signed(Note.parse(data, "record"), given.policies))
        assert found is None or data in given.records, data
        return f"bytes {'taken' if found else 'refused'}"
    many = tuple(s for s in SIGNERS if draw.random() < 0.9)
    data = _note(draw, data, many) if draw.random() < 0.9 else Note.parse(data).text + b"\n" + _said(draw, data)
    found = _taken(lambda: check_signed(Note.parse(data, "record"), given.policies))
    lines = data.rpartition(b"\n\n")[2].split(b"\n")
    doubled = len(set(lines)) != len(lines)  # two lines of one key: no note, whoever it is
    assert found is None or (isinstance(found, Record) and data.startswith(found.text + b"\n"))
    assert doubled or (found is not None) == _record_taken(data, given), data
    return "taken" if found else "refused"


def _said(draw: random.Random, data: bytes) -> bytes:
    """The line of one organisation under a text, over another text now and then."""
    text = Note.parse(data).text
    return str(draw.choice(SIGNERS).sign(text if draw.random() < 0.7 else text + b"x\n")).encode()


def evidence(draw: random.Random, given: Given) -> str:
    """Evidence, of which nobody signs anything anew: what is taken is one of the leaves that there are."""
    data = draw.choice(given.evidence)
    head, _, files = data.partition(b"\n\n")
    kind = draw.randrange(4)
    if kind == 0:
        data = _bytes(draw, data)
    elif kind == 1:
        data = _lines(draw, head) + b"\n\n" + files
    elif kind == 2:
        data = head + b"\n\n" + _lines(draw, files)
    else:  # the head of one over the files of another, or parts of two heads
        other = draw.choice(given.evidence).partition(b"\n\n")[0].split(b"\n")
        mixed = [a if draw.random() < 0.5 else b for a, b in zip(head.split(b"\n"), other, strict=False)]
        data = b"\n".join(mixed) + b"\n\n" + files
    read = _taken(lambda: Evidence.parse(data))
    assert read is None or bytes(read) == data  # type: ignore[call-overload]
    shown = _taken(lambda: verify_evidence(Evidence.parse(data), given.trust))
    if shown is None:
        return "read, shows nothing" if read else "refused"
    assert isinstance(read, Evidence) and read.data == given.opened.get(read.leaf), data
    return "taken"


def token(draw: random.Random, given: Given) -> str:
    """A token beside some of one's own: the core, the auditor's reader, and a third by the words of section 16."""
    heads = [
        Checkpoint(draw.choice(NAMES), draw.choice((0, 1, 2, MOST)), bytes([draw.randrange(2)]) * 32)
        for _ in range(draw.randrange(5))
    ]
    heads = list({(h.origin, h.size): h for h in heads}.values())
    other = make_token(Checkpoint(draw.choice(NAMES), draw.choice((0, 1, 2, MOST)), bytes([draw.randrange(2)]) * 32))
    if draw.random() < 0.6:
        other = _bytes(draw, other) if draw.random() < 0.7 else other[:8] + draw.randbytes(2) + other[10:]
    by_core = _taken(lambda: native_list.compare_token(other, b"".join(map(make_token, heads))))
    if len(other) != 48 or int.from_bytes(other[8:16], "big") > MOST:
        assert by_core is None
        assert _taken(lambda: compare_token(other, NAMES[0], {})) is None
        return "refused"
    own = [make_token(h) for h in heads if make_token(h)[:8] == other[:8]]
    same_size = [t for t in own if t[8:16] == other[8:16]]
    expected = "other-log" if not own else "unknown" if not same_size else "same" if other in own else "split-view"
    assert by_core == expected, (other, heads)
    for name in NAMES:
        history = {h.size: h.root for h in heads if h.origin == name}
        if history and make_token(Checkpoint(name, 0, bytes(32)))[:8] == other[:8]:
            assert compare_token(other, name, history) == expected
    return expected


def statement(draw: random.Random, given: Given) -> str:
    """An audit statement: what is read is written again as it was."""
    data = given.statement
    for _ in range(draw.randrange(1, 4)):
        data = _lines(draw, data) if draw.random() < 0.8 else _bytes(draw, data)
    found = _taken(lambda: Statement.parse(data))
    assert found is None or (isinstance(found, Statement) and found.text == data)
    return "taken" if found else "refused"


def sealed(draw: random.Random, given: Given) -> str:
    """An envelope: it opens as it was sealed or not at all."""
    data = _bytes(draw, given.sealed)
    origin = ORIGIN if draw.random() < 0.8 else ORIGIN + "x"
    found = _taken(lambda: envelope.open_envelope(data, given.recipient, origin))
    assert found is None or (found == KEY and data == given.sealed and origin == ORIGIN)
    return "taken" if found else "refused"


TEXTS = {"record": record, "evidence": evidence, "token": token, "statement": statement, "envelope": sealed}


def compare(draw: random.Random, given: Given, seen: Counter[str]) -> None:
    """One text of any kind, changed; AssertionError where a reader takes what it may not, or the other way round."""
    kind = draw.choice(sorted(TEXTS))
    seen[f"{kind} {TEXTS[kind](draw, given)}"] += 1
