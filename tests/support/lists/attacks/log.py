"""Attacks on time, log and ciphertext: expired, endless data, absent, forged and forked logs, other bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.checkpoint import Proof
from support.lists import samples
from support.lists.logged import World, note, policy_text
from support.lists.samples import NOW, SIGNERS, signer
from support.lists.scenarios import PROOF, Scenario, attack, fork, going_on, offered, world

# ---- expired, endless data -----------------------------------------------------------------------------


def _late(root: Path, **changes: object) -> Scenario:
    made = world(root, 0)
    made.release(now=samples.EXPIRES)
    return Scenario(replace(made.trust, **changes), made.files, samples.EXPIRES)  # type: ignore[arg-type]


@attack("expired: a release past its time", "expired")
def _(root: Path) -> Scenario:
    return _late(root)


@attack("expired: past its time, and allowed to be", "stale")
def _(root: Path) -> Scenario:
    return _late(root, allow_stale=True)


@attack("endless data: in the manifest", "format")
def _(root: Path) -> Scenario:
    made = world(root)
    return offered(made, manifest=made.files["manifest"] + b"x" * 131072)


@attack("endless data: in the proof", "format")
def _(root: Path) -> Scenario:
    made = world(root)
    return offered(made, **{PROOF: made.files[PROOF] + b"x" * 131072})


@attack("endless data: in a policy", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    return offered(made, **{"policy-0": made.files["policy-0"] + b"x" * 131072})


@attack("endless data: in the list", "ct-mismatch")
def _(root: Path) -> Scenario:
    made = world(root)
    return offered(made, **{"list.cob": made.files["list.cob"] + bytes(16400)})


# ---- the log: absent, forged, forked -------------------------------------------------------------------


@attack("unlogged: no proof", "unlogged-refused")
def _(root: Path) -> Scenario:
    return offered(world(root), **{PROOF: None})


@attack("unlogged: no proof, and that is allowed", "unlogged")
def _(root: Path) -> Scenario:
    found = offered(world(root), **{PROOF: None})
    return replace(found, trust=replace(found.trust, allow_unlogged=True))


@attack("unlogged: a log that nobody knows", "unlogged-refused")
def _(root: Path) -> Scenario:
    made = world(root)
    proof = Proof.parse(made.files[PROOF])
    lines = (signer("eve.example").sign(proof.note.text), *proof.note.signatures[1:])
    return offered(made, **{PROOF: bytes(replace(proof, note=Note(proof.note.text, lines)))})


@attack("unlogged: a path that leads elsewhere", "unlogged-refused")
def _(root: Path) -> Scenario:
    made = world(root, 2)
    proof = Proof.parse(made.files[PROOF])
    return offered(made, **{PROOF: bytes(replace(proof, path=(bytes(32), *proof.path[1:])))})


@attack("unwitnessed: the policy asks for no witness", "unwitnessed")
def _(root: Path) -> Scenario:
    return offered(world(root, policy=policy_text(witnesses="quorum none")))


@attack("fork, colluding witnesses: a device that was at that size", "split-view")
def _(root: Path) -> Scenario:
    made = world(root, 2)
    theirs = fork(root, made)
    return offered(theirs, before=[(made.files, NOW)])


@attack("fork, colluding witnesses: a device that was at a smaller size", "split-view")
def _(root: Path) -> Scenario:
    made = world(root)
    theirs = fork(root, made, 2)
    theirs.files |= going_on(theirs, 2)
    return offered(theirs, before=[(made.files, NOW)])


@attack("fork, colluding witnesses: the consistency proof is withheld", "unproven")
def _(root: Path) -> Scenario:
    made = world(root)
    return offered(fork(root, made, 2), before=[(made.files, NOW)])


def _updated(root: Path, old: int = 1) -> tuple[World, list[tuple[dict[str, bytes], int]], dict[str, bytes]]:
    """A world with a release after the `old` that a device has; and the consistency file that it needs."""
    made = world(root, old)
    before = [(dict(made.files), NOW)]
    made.release()
    return made, before, going_on(made, old + 1)


def _unsigned(root: Path, *change: Callable[[bytes], bytes], old: int = 1) -> Scenario:
    """Whoever serves the files, and signs none of them, changes the consistency file."""
    made, before, (name, data) = (*(found := _updated(root, old))[:2], next(iter(found[2].items())))
    for each in change:
        data = each(data)
    return offered(made, before=before, **{name: data})


def _random(lines: int) -> bytes:
    return b"".join(tobase64(hashlib.sha256(b"%d" % i).digest()).encode() + b"\n" for i in range(lines))


@attack("false accusation: one random line for a consistency proof", "unproven")
def _(root: Path) -> Scenario:
    return _unsigned(root, lambda _: _random(1))


@attack("false accusation: random lines, as many as there should be", "unproven")
def _(root: Path) -> Scenario:
    return _unsigned(root, lambda data: _random(data.count(b"\n")), old=2)


@attack("false accusation: the right proof after a random root", "unproven")
def _(root: Path) -> Scenario:
    return _unsigned(root, lambda data: _random(1) + data[45:])


@attack("false accusation: the right proof with its last line changed", "unproven")
def _(root: Path) -> Scenario:
    return _unsigned(root, lambda data: data[:-45] + _random(1), old=2)


@attack("false accusation: the right proof and one line more", "unproven")
def _(root: Path) -> Scenario:
    return _unsigned(root, lambda data: data + _random(1), old=2)


@attack("false accusation: an empty consistency proof", "unproven")
def _(root: Path) -> Scenario:
    return _unsigned(root, lambda _: b"")


@attack("false accusation: the consistency proof of another size", "unproven")
def _(root: Path) -> Scenario:
    made, before, _ = _updated(root, 2)
    return offered(made, before=before, **{"consistency-3": next(iter(going_on(made, 2).values()))})


@attack("nothing wrong: the consistency proof as RFC 9162 writes it, without the old root", "ok")
def _(root: Path) -> Scenario:
    return _unsigned(root, lambda data: data[45:])


@attack("fork, colluding witnesses: a size that is no power of two", "split-view")
def _(root: Path) -> Scenario:
    made = world(root, 2)
    theirs = fork(root, made, 2)
    theirs.files |= going_on(theirs, 3)
    return offered(theirs, before=[(made.files, NOW)])


@attack("fork, colluding witnesses: the proof leaves out the old root, so nothing is shown", "unproven")
def _(root: Path) -> Scenario:
    made = world(root)
    theirs = fork(root, made, 2)
    theirs.files |= {name: data[45:] for name, data in going_on(theirs, 2).items()}
    return offered(theirs, before=[(made.files, NOW)])


@attack("fork, colluding witnesses: a device without history does not see it", "ok")
def _(root: Path) -> Scenario:
    return offered(fork(root, world(root)))


@attack("fork, no witnesses: a device without history does not see it, and says so", "unwitnessed")
def _(root: Path) -> Scenario:
    made = World(root, policy_text(witnesses="quorum none"))
    made.texts.append(b"another leaf\n")
    made.release()
    return offered(made)


@attack("split view: two manifests for one release, where logs are not asked for", "split-view")
def _(root: Path) -> Scenario:
    made = world(root)
    manifest = Manifest.parse(Note.parse(made.files["manifest"]).text)
    other = note(replace(manifest, expires=manifest.expires + 1).text, *SIGNERS[:2])
    found = offered(made, before=[({**made.files, "manifest": other}, NOW)], **{PROOF: None})
    found.before[0][0].pop(PROOF)
    return replace(found, trust=replace(found.trust, allow_unlogged=True))


@attack("split view: a consistency file that is none", "format")
def _(root: Path) -> Scenario:
    made = world(root)
    before = [(dict(made.files), NOW)]
    made.release()
    return offered(made, before=before, **{"consistency-2": b"x\n"})


# ---- the ciphertext ------------------------------------------------------------------------------------


@attack("forgery by a holder of the list key", "ct-mismatch")
def _(root: Path) -> Scenario:
    made = world(root)
    (root / "forged").mkdir()
    other = samples.make(root / "forged" / "list", samples.entries(seed=9), (), seq=1, prev=bytes(32))
    return offered(made, **{"list.cob": (other / "list.cob").read_bytes()})


@attack("truncation of the list", "ct-mismatch")
def _(root: Path) -> Scenario:
    made = world(root)
    return offered(made, **{"list.cob": made.files["list.cob"][:-1]})


@attack("two chunks of the list change places", "ct-mismatch")
def _(root: Path) -> Scenario:
    made = world(root)
    data = made.files["list.cob"]
    swapped = data[:56] + data[16456:32856] + data[56:16456] + data[32856:]
    assert len(swapped) == len(data) and swapped != data
    return offered(made, **{"list.cob": swapped})


@attack("wrong key", "key-commit")
def _(root: Path) -> Scenario:
    return replace(offered(world(root)), key=bytes(32))
