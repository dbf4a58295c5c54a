"""The C reader against the Python one on drawn policies, checkpoints and proofs: verdict and next state."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.logbook import cosign
from support.lists.logged import DAY, LOG, ROOTS, WITNESSES, World, note
from support.lists.readers import both
from support.lists.samples import NOW, SIGNERS, signer

PIECES = [
    b"0", b"1", b"33", b" ", b"\n", b"-", b"any", b"all", b"none", b"m0", b"m1", b"m2", b"all-of-them", b"quorum none\n",
    b"group g 1 m0\n", b"group h any all-of-them\n", b"group i all m0 m1 m2\n", b"quorum m0\n", b"--- root\n", b"prev -\n",
    b"max-age 1\n", b"9007199254740991", b"9007199254740992", f"witness z {signer('z').verifier}\n".encode(),
    f"witness z {replace(signer('z'), kind=4).verifier}\n".encode(), b"witness m0 x\n", b"\xc3\xa9", b"version 1\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("still"))
    world.release()
    return world


def _edited(data: st.DataObject, text: bytes) -> bytes:
    for _ in range(data.draw(st.integers(1, 3))):
        lines = [i + 1 for i, b in enumerate(text) if b == 10]
        at = data.draw(st.one_of(st.sampled_from(lines), st.integers(0, len(text))))
        drop = data.draw(st.sampled_from([0, 0, 1, 5]))
        text = text[:at] + data.draw(st.sampled_from([b"", *PIECES])) + text[at + drop :]
    return text


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_drawn_policies(still: World, data: st.DataObject) -> None:
    """A pinned policy of any grammar: who may endorse, which quorum, which log."""
    text = _edited(data, still.policies[0])
    manifest = Note.parse(still.files["manifest"]).text
    digest = hashlib.sha256(text).digest()
    old = tobase64(hashlib.sha256(still.policies[0]).digest()).encode()
    renamed = manifest.replace(old, tobase64(digest).encode())
    who = SIGNERS[: data.draw(st.integers(0, 3))] or SIGNERS[:1]
    files = {**still.files, "policy-0": note(text, *ROOTS), "manifest": note(renamed, *who)}
    trust = replace(still.trust, policy=(0, digest), allow_unlogged=data.draw(st.booleans()))
    if data.draw(st.booleans()):
        del files["manifest.tlog-proof"]
    both(files, trust, NOW, None)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_drawn_checkpoints_and_proofs(still: World, data: st.DataObject) -> None:
    """Checkpoints of any text, honestly signed by log and witnesses at drawn times."""
    proof = still.proof()
    text = proof.note.text
    if data.draw(st.booleans()):
        text = _edited(data, text)
    times = [NOW + data.draw(st.sampled_from([0, -1, 1, -DAY, -DAY - 1, DAY, DAY + 1])) for _ in WITNESSES]
    lines = [LOG.sign(text)]
    for witness, time in zip(WITNESSES, times, strict=True):
        if data.draw(st.integers(0, 3)):
            line = cosign(Note(text, ()), witness, time)
            if data.draw(st.integers(0, 9)) == 0:
                line = replace(line, data=line.data[: data.draw(st.integers(1, 73))])
            lines.append(line)
    whole = bytes(replace(proof, note=Note(text, tuple(lines))))
    if data.draw(st.integers(0, 3)) == 0:
        whole = _edited(data, whole)
    both({**still.files, "manifest.tlog-proof": whole}, still.trust, NOW, None)
