"""Attacks by replay: rollback, freeze, fast-forward, mix-and-match; and what is as it should be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.checkpoint import Proof
from pdqlite.lists.log.logbook import cosign
from support.lists.logged import DAY, LOG, ROOTS, WITNESSES, World, next_policy, note, policy_text
from support.lists.samples import NOW, SIGNERS, signer
from support.lists.scenarios import PROOF, Scenario, attack, going_on, offered, world

# ---- what is as it should be -----------------------------------------------------------------------


@attack("nothing wrong", "ok")
def _(root: Path) -> Scenario:
    return offered(world(root))


@attack("nothing wrong, after an update", "ok")
def _(root: Path) -> Scenario:
    made = world(root)
    before = [(dict(made.files), NOW)]
    made.release()
    made.files |= going_on(made, 2)
    return offered(made, before=before)


@attack("nothing wrong, the same release again with newer cosignatures", "ok")
def _(root: Path) -> Scenario:
    made = world(root)
    before = [(dict(made.files), NOW)]
    made.witness(NOW + DAY, WITNESSES[:2])
    return offered(made, NOW + DAY + 5, before, **{PROOF: bytes(made.book.proof(1))})


@attack("nothing wrong, with witnesses in nested groups", "ok")
def _(root: Path) -> Scenario:
    lines = [f"witness w{i} {w.verifier}" for i, w in enumerate(WITNESSES)]
    nested = [*lines, "group north any w0 w2", "group both all north w1", "quorum both"]
    return offered(world(root, policy=policy_text(witnesses="\n".join(nested))))


# ---- rollback --------------------------------------------------------------------------------------


@attack("rollback: an older release than the one installed", "rollback")
def _(root: Path) -> Scenario:
    made = world(root)
    old = dict(made.files)
    made.release()
    return Scenario(made.trust, old, before=[(made.files, NOW)])


@attack("rollback: an older release, proven under the newest checkpoint", "rollback")
def _(root: Path) -> Scenario:
    made = world(root)
    old = dict(made.files)
    made.release()
    return Scenario(made.trust, {**old, PROOF: bytes(made.book.proof(1))})


@attack("rollback: an older release under a fresh checkpoint of its time", "rollback")
def _(root: Path) -> Scenario:
    made = world(root)
    old = made.book.checkpoint()
    assert old is not None
    files = dict(made.files)
    made.release()
    before = [(dict(made.files), NOW)]
    again = Note(old.text, (LOG.sign(old.text), *(cosign(old, w, NOW + 60) for w in WITNESSES[:2])))
    proof = replace(Proof.parse(files[PROOF]), note=again)
    return Scenario(made.trust, {**files, PROOF: bytes(proof)}, NOW + 60, before)


@attack("rollback: older than the release that is pinned", "rollback")
def _(root: Path) -> Scenario:
    made = world(root)
    return Scenario(replace(made.trust, min_seq=2), made.files)


# ---- freeze ----------------------------------------------------------------------------------------


@attack("freeze: the newest checkpoint is withheld for longer than max-age", "freeze")
def _(root: Path) -> Scenario:
    return offered(world(root), NOW + DAY + 1)


@attack("freeze: last second of max-age", "ok")
def _(root: Path) -> Scenario:
    return offered(world(root), NOW + DAY)


@attack("freeze: witnesses that sign for the future", "freeze")
def _(root: Path) -> Scenario:
    return offered(world(root), NOW - DAY - 1)


@attack("freeze: the device's clock is set back", "freeze")
def _(root: Path) -> Scenario:
    made = world(root)
    stale = dict(made.files)
    made.witness(NOW + 3 * DAY, WITNESSES[:2])
    fresh = {**made.files, PROOF: bytes(made.book.proof(1))}
    return Scenario(made.trust, stale, NOW, [(fresh, NOW + 3 * DAY)])


@attack("freeze: one witness of the quorum is fresh, the other is not", "freeze")
def _(root: Path) -> Scenario:
    made = world(root)
    made.witness(NOW + 3 * DAY, WITNESSES[:1])
    return offered(made, NOW + 3 * DAY, **{PROOF: bytes(made.book.proof(1))})


# ---- fast-forward ------------------------------------------------------------------------------------


def _jump(made: World, seq: int) -> bytes:
    manifest = Manifest.parse(Note.parse(made.files["manifest"]).text)
    return note(replace(manifest, seq=seq).text, *SIGNERS[:2])


@attack("fast-forward: a manifest with the largest seq, endorsed but not logged there", "unlogged-refused")
def _(root: Path) -> Scenario:
    made = world(root)
    return offered(made, manifest=_jump(made, 2**53 - 1))


@attack("fast-forward: a policy version is skipped", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    text = next_policy(made, version=2)
    made.release(text)
    return offered(
        made, **{"policy-1": made.files["policy-2"], "policy-1.tlog-proof": made.files["policy-2.tlog-proof"]}
    )


@attack("fast-forward: more policies than a chain may have", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    manifest = Manifest.parse(Note.parse(made.files["manifest"]).text)
    assert manifest.policy is not None
    text = replace(manifest, policy=(33, manifest.policy[1])).text
    return offered(made, manifest=note(text, *SIGNERS[:2]))


# ---- mix-and-match -----------------------------------------------------------------------------------


@attack("mix-and-match: the proof of another release", "unlogged-refused")
def _(root: Path) -> Scenario:
    made = world(root)
    old = dict(made.files)
    made.release()
    return offered(made, **{PROOF: old[PROOF]})


@attack("mix-and-match: the list of another release", "ct-mismatch")
def _(root: Path) -> Scenario:
    made = world(root)
    old = dict(made.files)
    made.release()
    return offered(made, **{"list.cob": old["list.cob"]})


@attack("mix-and-match: the policy of another list", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    other = policy_text().replace(b"origin lists.example.org/demo", b"origin lists.example.org/more")
    return offered(made, **{"policy-0": note(other, *ROOTS)})


@attack("mix-and-match: the checkpoint of another log under the same witnesses", "unlogged-refused")
def _(root: Path) -> Scenario:
    made = world(root)
    proof = Proof.parse(made.files[PROOF])
    text = proof.note.text.replace(b"log.example/demo", b"log.example/more")
    other = signer("log.example/more")
    moved = Note(text, (other.sign(text), *(cosign(Note(text, ()), w, NOW) for w in WITNESSES[:2])))
    return offered(made, **{PROOF: bytes(replace(proof, note=moved))})
