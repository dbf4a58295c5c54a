"""Log, witnesses and policies: each attack by its name, with the status it leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import list_samples as samples
import pytest
from list_samples import KEY, NOW, ORIGIN, SIGNERS, entries, make, signer

from pdqlite import errors
from pdqlite.lists import Trust, device, merkle
from pdqlite.lists._text import tobase64
from pdqlite.lists.files import Memory
from pdqlite.lists.log import Checkpoint, Proof, check_history, consistency_file, consistency_path
from pdqlite.lists.logbook import Logbook, add_checkpoint, cosign, tile_path
from pdqlite.lists.manifest import Manifest
from pdqlite.lists.note import COSIGNATURE, Note, Signer
from pdqlite.lists.policy import Policy
from pdqlite.lists.verify import unseal, verify_files

LOG = signer("log.example/demo")
WITNESSES = tuple(replace(signer(f"witness{i}.example"), kind=COSIGNATURE) for i in range(3))
ROOTS = tuple(signer(f"root{i}.example") for i in range(2))
DAY = 86400


def block(signers: tuple[Signer, ...], rule: str) -> str:
    lines = [f"witness m{i} {s.verifier}" for i, s in enumerate(signers)]
    names = " ".join(f"m{i}" for i in range(len(signers)))
    return "\n".join([*lines, f"group all-of-them {rule} {names}", "quorum all-of-them"])


def policy_text(
    version: int = 0,
    seq: int = 0,
    prev: bytes | None = None,
    roots: tuple[Signer, ...] = ROOTS,
    orgs: tuple[Signer, ...] = SIGNERS,
    witnesses: str | None = None,
) -> bytes:
    return f"""\
pdqlite.org/policy/v1
origin {ORIGIN}
version {version}
seq {seq}
prev {"-" if prev is None else tobase64(prev)}
max-age {DAY}
--- log
log {LOG.verifier}
{witnesses or block(WITNESSES, "2")}
--- endorse
{block(orgs, "2")}
--- root
{block(roots, "all")}
""".encode()


def note(text: bytes, *signers: Signer) -> bytes:
    return bytes(Note(text, tuple(s.sign(text) for s in signers)))


def _verdict(verify: Callable[[], Any], read: Callable[[Any], object]) -> str:
    try:
        verified = verify()
        read(verified)
    except errors.ListError as error:
        return error.status
    return str(verified.status)


class World:
    """A publisher with a log, a policy and releases in memory."""

    def __init__(self, root: Path, policy: bytes | None = None) -> None:
        self.root = root
        self.book = Logbook(root / "log")
        (root / "log").mkdir()
        self.policies = [policy or policy_text()]
        self.files: dict[str, bytes] = {"policy-0": note(self.policies[0], *ROOTS)}
        self.seen: dict[str, Checkpoint] = {}
        self.texts: list[bytes] = [self.policies[0]]

    @property
    def trust(self) -> Trust:
        pin = Policy.parse(self.policies[0])
        return Trust(ORIGIN, samples.CATEGORIES, policy=(0, pin.hash))

    def release(
        self,
        policy: bytes | None = None,
        orgs: tuple[Signer, ...] = SIGNERS[:2],
        now: int = NOW,
        witnesses: tuple[Signer, ...] = WITNESSES[:2],
        **changes: object,
    ) -> None:
        """Append what waits and one more manifest to the log."""
        if policy is not None:
            self.policies.append(policy)
            self.texts.append(policy)
        start = len(self.book.entries())
        current = Policy.parse(self.policies[-1])
        seq = start + len(self.texts)
        before = (self.book.entries() + self.texts)[-1]
        directory = make(
            self.root / f"release-{seq}",
            entries(seed=seq),
            orgs,
            seq=seq,
            prev=merkle.leaf_hash(before),
            policy=(current.version, current.hash),
            **changes,
        )
        self.files |= {p.name: p.read_bytes() for p in directory.iterdir()}
        text = Note.parse(self.files["manifest"]).text
        self.book.append([*self.texts, text], LOG)
        self.texts = []
        self.witness(now, witnesses)
        self.files["manifest.tlog-proof"] = bytes(self.book.proof(seq))
        if policy is not None:
            name = f"policy-{current.version}"
            self.files[name] = note(policy, *ROOTS)
            self.files[f"{name}.tlog-proof"] = bytes(self.book.proof(seq - 1))

    def witness(self, now: int, witnesses: tuple[Signer, ...]) -> None:
        for each in witnesses:
            seen = self.seen.get(each.name)
            request = self.book.request(seen.size if seen else 0)
            answer, self.seen[each.name] = add_checkpoint(request, seen, LOG.verifier, each, now)
            self.book.add_cosignatures(answer, [each.verifier])

    def status(self, now: int = NOW, **files: bytes) -> str:
        """What the auditor's reader and the device's reader both say."""
        given = Memory({**self.files, **files})
        found = _verdict(lambda: verify_files(given, self.trust, now), lambda v: unseal(v, KEY))
        assert found == _verdict(
            lambda: device.verify(given, self.trust, now), lambda v: device.entries(v, KEY)
        )
        return found

    def proof(self) -> Proof:
        return Proof.parse(self.files["manifest.tlog-proof"])

    def reproof(self, **changes: object) -> bytes:
        return bytes(replace(self.proof(), **changes))  # type: ignore[arg-type]


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
    later = [
        replace(s, data=(NOW + 5).to_bytes(8, "big") + s.data[8:]) for s in signed.signatures[1:]
    ]
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


def next_policy(world: World, **changes: object) -> bytes:
    old = Policy.parse(world.policies[-1])
    values: dict[str, object] = {
        "version": old.version + 1,
        "seq": len(world.book.entries()),
        "prev": old.hash,
    }
    return policy_text(**{**values, **changes})  # type: ignore[arg-type]


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
