"""Log, witnesses and policies: each attack by its name, with the status it leads to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pdqlite import errors
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.checkpoint import Checkpoint, Proof, check_history, consistency_file, consistency_path
from pdqlite.lists.log.logbook import Logbook, add_checkpoint, cosign, tile_path
from pdqlite.lists.verify.auditor import verify_files
from support.lists.logged import DAY, LOG, ROOTS, WITNESSES, World, next_policy, note, policy_text
from support.lists.samples import NOW, SIGNERS, signer


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.release()
    return made


def test_a_logged_and_witnessed_release_is_ok(world: World) -> None:
    assert world.status() == "ok"
    world.release()
    assert world.status() == "ok"


def test_unlogged(world: World) -> None:
    del world.files["manifest.tlog-proof"]
    assert world.status() == "unlogged"


def test_replay_of_an_old_release(world: World) -> None:
    """An old manifest with a proof under the new checkpoint is superseded."""
    old = dict(world.files)
    world.release()
    world.files = old
    assert world.status() == "ok", "nothing newer is known to this reader"
    proof = bytes(world.book.proof(1))
    assert world.status(**{"manifest.tlog-proof": proof}) == "rollback"
    forged = bytes(replace(world.book.proof(1), index=2))
    assert world.status(**{"manifest.tlog-proof": forged}) == "unlogged"


def test_freeze(world: World) -> None:
    assert world.status(now=NOW + DAY) == "ok"
    assert world.status(now=NOW + DAY + 1) == "freeze"
    assert world.status(now=NOW - DAY) == "ok"
    assert world.status(now=NOW - DAY - 1) == "freeze"


def test_mix_and_match(world: World) -> None:
    """The proof, or the list, of another release does not fit."""
    old = dict(world.files)
    world.release()
    assert world.status(**{"manifest.tlog-proof": old["manifest.tlog-proof"]}) == "unlogged"
    assert world.status(**{"list.cob": old["list.cob"]}) == "ct-mismatch"


def test_log_signature(world: World) -> None:
    signed = world.proof().note
    eve = signer("eve.example")
    forged = Note(signed.text, (eve.sign(signed.text), *signed.signatures[1:]))
    assert world.status(**{"manifest.tlog-proof": world.reproof(note=forged)}) == "unlogged"
    bad = replace(signed.signatures[0], data=eve.sign(signed.text).data)
    forged = Note(signed.text, (bad, *signed.signatures[1:]))
    assert world.status(**{"manifest.tlog-proof": world.reproof(note=forged)}) == "unlogged"


def test_one_witness_too_few(world: World) -> None:
    signed = world.proof().note
    for kept in (
        signed.signatures[:1],
        signed.signatures[:2],
        (signed.signatures[0], signed.signatures[2]),
    ):
        proof = world.reproof(note=Note(signed.text, kept))
        assert world.status(**{"manifest.tlog-proof": proof}) == "unwitnessed"


def test_bad_cosignature_among_good_ones(world: World) -> None:
    signed = world.proof().note
    line = cosign(signed, WITNESSES[2], NOW)
    bad = replace(line, data=line.data[:-1] + bytes([line.data[-1] ^ 1]))
    proof = world.reproof(note=Note(signed.text, (*signed.signatures, bad)))
    assert world.status(**{"manifest.tlog-proof": proof}) == "unwitnessed"


def test_time_of_a_cosignature_is_signed(world: World) -> None:
    signed = world.proof().note
    later = [replace(s, data=(NOW + 5).to_bytes(8, "big") + s.data[8:]) for s in signed.signatures[1:]]
    proof = world.reproof(note=Note(signed.text, (signed.signatures[0], *later)))
    assert world.status(**{"manifest.tlog-proof": proof}) == "unwitnessed"


def test_no_witnesses_is_reported(tmp_path: Path) -> None:
    world = World(tmp_path, policy_text(witnesses="quorum none"))
    world.release()
    assert world.status() == "unwitnessed"
    assert world.status(now=NOW + 2 * DAY) == "unwitnessed"


def test_threshold_of_organisations(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.release(orgs=SIGNERS[:1])
    assert world.status() == "unendorsed"


def test_fork_with_honest_witnesses(world: World, tmp_path: Path) -> None:
    """Two histories: the witnesses who saw one refuse the other."""
    (tmp_path / "fork").mkdir()
    fork = World(tmp_path / "fork")
    fork.texts.append(b"another leaf\n")
    fork.seen = world.seen
    with pytest.raises(errors.UnprovenError):
        fork.release()


def test_fork_with_colluding_witnesses(world: World, tmp_path: Path) -> None:
    """Not seen by a reader without state; a reader with state has both checkpoints as evidence."""
    (tmp_path / "fork").mkdir()
    fork = World(tmp_path / "fork")
    fork.texts.append(b"another leaf\n")
    fork.release()
    assert fork.status() == "ok"
    ours, theirs = world.proof().checkpoint, fork.proof().checkpoint
    path = consistency_path(consistency_file([merkle.leaf_hash(e) for e in fork.book.entries()], ours.size))
    with pytest.raises(errors.SplitViewError):
        check_history(ours, theirs, path)
    for shown in ([], path[1:], path[:1], [bytes(32)], [*path, bytes(32)]):
        with pytest.raises(errors.UnprovenError):
            check_history(ours, theirs, shown)
    with pytest.raises(errors.SplitViewError):
        check_history(ours, replace(ours, root=bytes(32)), [])
    with pytest.raises(errors.RollbackError):
        check_history(theirs, ours, [])


# ---- policies ------------------------------------------------------------------------------------


def test_rotation_of_an_organisation(world: World) -> None:
    new = (SIGNERS[0], SIGNERS[2], signer("delta.example/key"))
    world.release(next_policy(world, orgs=new), orgs=(SIGNERS[0], SIGNERS[1]))
    assert world.status() == "unendorsed", "the organisation that left does not count"
    world.release(orgs=(SIGNERS[0], SIGNERS[2]))
    assert world.status() == "rule", "its marks do not count either"
    assert verify_files(Memory(world.files), world.trust, NOW).signers == (
        SIGNERS[0].name,
        SIGNERS[2].name,
    )


def test_rotation_of_the_root_needs_old_and_new(world: World) -> None:
    new_root = signer("root9.example")
    text = next_policy(world, roots=(ROOTS[0], new_root))
    world.release(text)
    assert world.status(**{"policy-1": note(text, *ROOTS, new_root)}) == "ok"
    assert world.status(**{"policy-1": note(text, *ROOTS)}) == "policy-chain"
    assert world.status(**{"policy-1": note(text, ROOTS[0], new_root)}) == "policy-chain"


POLICY_CHANGES: dict[str, dict[str, object]] = {
    "fast-forward": {"version": 2},
    "other predecessor": {"prev": bytes(32)},
    "not at its place in the log": {"seq": 9},
}


@pytest.mark.parametrize("name", POLICY_CHANGES)
def test_policy_that_does_not_follow(world: World, name: str) -> None:
    text = next_policy(world, **POLICY_CHANGES[name])
    world.release(text)
    world.files["policy-1"] = note(text, *ROOTS)
    assert world.status() == "policy-chain"


def test_policy_that_the_old_witnesses_did_not_see(world: World) -> None:
    text = next_policy(world)
    world.release(text)
    assert world.status() == "ok"
    proof = Proof.parse(world.files["policy-1.tlog-proof"])
    bare = bytes(replace(proof, note=Note(proof.note.text, proof.note.signatures[:2])))
    assert world.status(**{"policy-1.tlog-proof": bare}) == "policy-chain"
    del world.files["policy-1.tlog-proof"]
    assert world.status() == "policy-chain"


def test_policy_that_is_not_pinned(world: World) -> None:
    other = policy_text(orgs=SIGNERS[1:])
    assert world.status(**{"policy-0": note(other, *ROOTS)}) == "policy-chain"


# ---- every byte, limits, tiles, groups ------------------------------------------------------


def test_every_byte_of_the_proof(world: World) -> None:
    data = world.files["manifest.tlog-proof"]
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert world.status(**{"manifest.tlog-proof": changed}) in (
            "format",
            "unlogged",
            "unwitnessed",
            "rollback",
            "freeze",
        )
        assert world.status(**{"manifest.tlog-proof": data[:at]}) != "ok"


def test_endless_data(world: World) -> None:
    more = world.files["manifest.tlog-proof"] + b"x" * 200_000
    assert world.status(**{"manifest.tlog-proof": more}) == "format"


def test_witness_refuses_what_does_not_continue(world: World) -> None:
    witness, seen = WITNESSES[0], world.seen[WITNESSES[0].name]
    with pytest.raises(errors.ListError, match="conflict"):
        add_checkpoint(world.book.request(0), seen, LOG.verifier, witness, NOW)
    with pytest.raises(errors.UnendorsedError):
        add_checkpoint(world.book.request(0), None, SIGNERS[0].verifier, witness, NOW)


def test_checkpoints_of_other_logs_have_further_lines(world: World) -> None:
    """A witness and an audit take extension lines, signed with the rest; a device's proof has none."""
    signed = world.book.checkpoint()
    assert signed is not None
    head = Checkpoint.parse(signed.text)
    longer = signed.text + b"extension one\n\xe2\x80\x94 two\n"
    assert Checkpoint.parse(longer, extended=True) == head
    for bad, extended in (
        (longer, False),
        (signed.text + b"\nx\n", True),
        (signed.text[: signed.text.rindex(b"\n", 0, -1) + 1], True),
    ):
        with pytest.raises(errors.ListFormatError):
            Checkpoint.parse(bad, extended=extended)
    request = b"old 0\n\n" + bytes(Note(longer, (LOG.sign(longer),)))
    answer, seen = add_checkpoint(request, None, LOG.verifier, WITNESSES[0], NOW)
    assert seen == head and b"witness0.example" in answer
    proof = bytes(replace(world.proof(), note=Note(longer, (LOG.sign(longer),))))
    assert world.status(**{"manifest.tlog-proof": proof}) == "format"


def test_tiles_hold_the_tree(tmp_path: Path) -> None:
    """The paths are those of the specification; level 1 is the roots of full tiles."""
    assert tile_path("0", 1234067, 256) == "tile/0/x001/x234/067"
    assert tile_path("entries", 1, 12) == "tile/entries/001.p/12"
    book = Logbook(tmp_path)
    texts = [b"leaf %d" % i for i in range(300)]
    book.append(texts[:255], LOG)
    book.append(texts[255:], LOG)
    assert book.entries() == texts
    hashes = [merkle.leaf_hash(t) for t in texts]
    assert (tmp_path / "tile/0/000").read_bytes() == b"".join(hashes[:256])
    assert (tmp_path / "tile/0/001.p/44").read_bytes() == b"".join(hashes[256:])
    assert (tmp_path / "tile/1/000.p/1").read_bytes() == merkle.root(hashes[:256])
    signed = book.checkpoint()
    assert signed is not None and Checkpoint.parse(signed.text).root == merkle.root(hashes)


def test_a_manifest_without_policy_does_not_pass_for_one(world: World) -> None:
    manifest = replace(Manifest.parse(Note.parse(world.files["manifest"]).text), policy=None)
    assert world.status(manifest=note(manifest.text, *SIGNERS[:2])) == "policy-chain"
