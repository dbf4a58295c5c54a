"""Attacks on who signs: duplicate signatures, thresholds, rotation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note, Signer
from pdqlite.lists.log.checkpoint import Proof
from pdqlite.lists.log.logbook import cosign
from pdqlite.lists.log.policy import LogPolicy
from support.lists import samples
from support.lists.logged import LOG, ROOTS, WITNESSES, World, block, next_policy, note, policy_text
from support.lists.samples import NOW, SIGNERS, signer
from support.lists.scenarios import PROOF, Scenario, attack, going_on, offered, world

# ---- signatures: duplicates, thresholds ----------------------------------------------------------------


@attack("duplicate signatures: one key on two lines", "format")
def _(root: Path) -> Scenario:
    made = world(root)
    signed = Note.parse(made.files["manifest"])
    twice = bytes(Note(signed.text, (signed.signatures[0], signed.signatures[0])))
    return offered(made, manifest=twice)


@attack("duplicate signatures: one key under two names", "unendorsed")
def _(root: Path) -> Scenario:
    made = world(root)
    text = Note.parse(made.files["manifest"]).text
    alias = Signer(SIGNERS[1].name, SIGNERS[0].private)  # the second organisation's name, the first one's key
    return offered(made, manifest=note(text, SIGNERS[0], alias))


@attack("duplicate signatures: a policy that counts one key twice", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    alias = Signer("delta.example/key", SIGNERS[0].private)
    lines = [f"witness m{i} {s.verifier}" for i, s in enumerate((SIGNERS[0], alias))]
    text = policy_text().replace(
        block(SIGNERS, "2").encode(), "\n".join([*lines, "group g all m0 m1", "quorum g"]).encode()
    )
    trust = replace(made.trust, policy=(0, samples.hashlib.sha256(text).digest()))
    return Scenario(trust, {**made.files, "policy-0": note(text, *ROOTS)})


@attack("duplicate signatures: a policy in which one name has two keys", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    twice = (SIGNERS[0], replace(signer("a second key"), name=SIGNERS[0].name))
    text = policy_text(orgs=twice)
    trust = replace(made.trust, policy=(0, samples.hashlib.sha256(text).digest()))
    manifest = Manifest.parse(Note.parse(made.files["manifest"]).text)
    signed = note(replace(manifest, policy=trust.policy).text, *twice)
    return Scenario(trust, {**made.files, "policy-0": note(text, *ROOTS), "manifest": signed})


@attack("threshold: one organisation of two", "unendorsed")
def _(root: Path) -> Scenario:
    made = world(root, 0)
    made.release(orgs=SIGNERS[:1])
    return offered(made)


@attack("threshold: enough organisations, but not of every group", "unendorsed")
def _(root: Path) -> Scenario:
    lines = [f"witness m{i} {s.verifier}" for i, s in enumerate(SIGNERS)]
    nested = [*lines, "group here any m0 m1", "group both all here m2", "quorum both"]
    text = policy_text().replace(block(SIGNERS, "2").encode(), "\n".join(nested).encode())
    return offered(world(root, policy=text))


@attack("threshold: a bad signature beside a quorum of good ones", "unendorsed")
def _(root: Path) -> Scenario:
    made = world(root)
    signed = Note.parse(made.files["manifest"])
    bad = replace(SIGNERS[2].sign(signed.text), data=SIGNERS[2].sign(b"another text\n").data)
    return offered(made, manifest=bytes(Note(signed.text, (*signed.signatures, bad))))


@attack("threshold: one witness of two", "unwitnessed-refused")
def _(root: Path) -> Scenario:
    made = world(root, 0)
    made.release(witnesses=WITNESSES[:1])
    return offered(made)


@attack("threshold: a bad cosignature beside a quorum of good ones", "unwitnessed-refused")
def _(root: Path) -> Scenario:
    made = world(root)
    proof = Proof.parse(made.files[PROOF])
    line = cosign(proof.note, WITNESSES[2], NOW)
    bad = replace(line, data=line.data[:-1] + bytes([line.data[-1] ^ 1]))
    more = Note(proof.note.text, (*proof.note.signatures, bad))
    return offered(made, **{PROOF: bytes(replace(proof, note=more))})


@attack("threshold: unknown witnesses only", "unwitnessed-refused")
def _(root: Path) -> Scenario:
    made = world(root)
    proof = Proof.parse(made.files[PROOF])
    eves = tuple(replace(signer(f"eve{i}.example"), kind=4) for i in range(5))
    lines = (proof.note.signatures[0], *(cosign(proof.note, eve, NOW) for eve in eves))
    return offered(made, **{PROOF: bytes(replace(proof, note=Note(proof.note.text, lines)))})


# ---- rotation ----------------------------------------------------------------------------------------


@attack("rotation: an organisation is exchanged", "ok")
def _(root: Path) -> Scenario:
    made = world(root)
    new = (signer("delta.example/key"), SIGNERS[1], SIGNERS[0])
    made.release(next_policy(made, orgs=new))
    return offered(made)


@attack("rotation: an organisation that left signs on", "unendorsed")
def _(root: Path) -> Scenario:
    made = world(root)
    new = (SIGNERS[0], SIGNERS[2], signer("delta.example/key"))
    made.release(next_policy(made, orgs=new))
    return offered(made)


@attack("rotation: the marks of an organisation that left count no more", "rule")
def _(root: Path) -> Scenario:
    made = world(root)
    new = (SIGNERS[0], SIGNERS[2], signer("delta.example/key"))
    made.release(next_policy(made, orgs=new), orgs=(SIGNERS[0], SIGNERS[2]))
    return offered(made)


def _revoked(root: Path, **files: bytes | None) -> Scenario:
    """Policy 1 removes the second organisation; then it and the first sign a manifest under policy 0, and the log takes it."""
    made = world(root)
    left = (SIGNERS[0], SIGNERS[2], signer("delta.example/key"))
    made.release(next_policy(made, orgs=left), orgs=(SIGNERS[0], SIGNERS[2]))
    newer = {n: made.files[n] for n in ("policy-1", "policy-1.tlog-proof")}
    made.policies = made.policies[:1]
    made.release()
    return offered(made, **{**newer, **files})


@attack("revocation: who was removed signs a manifest under the policy before", "policy-chain")
def _(root: Path) -> Scenario:
    return _revoked(root)


@attack("revocation: the same, and the newer policy is spoilt", "policy-chain")
def _(root: Path) -> Scenario:
    return _revoked(root, **{"policy-1": b"x\n"})


@attack("revocation: the same, and the newer policy's proof is withheld", "policy-chain")
def _(root: Path) -> Scenario:
    return _revoked(root, **{"policy-1.tlog-proof": None})


@attack("revocation: the same, for a device that has reached the newer policy", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    made.release(next_policy(made, orgs=(*SIGNERS[:2], signer("delta.example/key"))))
    before = [(dict(made.files), NOW)]
    made.policies = made.policies[:1]
    made.release()
    made.files |= going_on(made, 4)
    return offered(made, before=before, **{"policy-1": None, "policy-1.tlog-proof": None})


@attack("revocation: the newer policy is withheld from a device that never saw it; audits see it", "ok")
def _(root: Path) -> Scenario:
    return _revoked(root, **{"policy-1": None, "policy-1.tlog-proof": None})


@attack("nothing wrong: a policy that came later lies beside the release", "ok")
def _(root: Path) -> Scenario:
    made = world(root)
    old = dict(made.files)
    made.release(next_policy(made))
    newer = {n: made.files[n] for n in ("policy-1", "policy-1.tlog-proof")}
    return Scenario(made.trust, {**old, **newer})


@attack("fast-forward: a manifest that names a policy which comes after it in the log", "policy-chain")
def _(root: Path) -> Scenario:
    """Those whom policy 1 lets in sign before the log says so; its proof is served when it is there."""
    made = world(root)
    text = next_policy(made, orgs=(*SIGNERS[:2], signer("delta.example/key")), seq=3)
    made.policies.append(text)
    made.release()
    early, made.texts = dict(made.files), [text]
    made.release()
    made.files = early
    return offered(made, **{"policy-1": note(text, *ROOTS), "policy-1.tlog-proof": bytes(made.book.proof(3))})


def _new_root(root: Path, *signers: Signer) -> Scenario:
    made = world(root)
    text = next_policy(made, roots=(ROOTS[0], signer("root9.example")))
    made.release(text)
    return offered(made, **{"policy-1": note(text, *signers)})


@attack("rotation: root keys, by the old quorum and the new", "ok")
def _(root: Path) -> Scenario:
    return _new_root(root, *ROOTS, signer("root9.example"))


@attack("rotation: root keys, by the new quorum alone", "policy-chain")
def _(root: Path) -> Scenario:
    return _new_root(root, ROOTS[0], signer("root9.example"))


@attack("rotation: root keys, by the old quorum alone", "policy-chain")
def _(root: Path) -> Scenario:
    return _new_root(root, *ROOTS)


@attack("rotation: a policy that the old witnesses did not see", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    made.release(next_policy(made))
    proof = Proof.parse(made.files["policy-1.tlog-proof"])
    bare = Note(proof.note.text, proof.note.signatures[:2])
    return offered(made, **{"policy-1.tlog-proof": bytes(replace(proof, note=bare))})


@attack("rotation: a policy that is not logged", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    made.release(next_policy(made))
    return offered(made, **{"policy-1.tlog-proof": None})


@attack("rotation: a policy of another predecessor", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    made.release(next_policy(made, prev=bytes(32)))
    return offered(made)


@attack("rotation: a policy that names another place in the log", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    made.release(next_policy(made, seq=9))
    return offered(made)


@attack("rotation: back to the policy before", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    made.release(next_policy(made))
    before = [(dict(made.files), NOW)]
    manifest = Manifest.parse(Note.parse(made.files["manifest"]).text)
    old = LogPolicy.parse(made.policies[0])
    text = replace(manifest, policy=(0, old.hash)).text
    return offered(made, before=before, manifest=note(text, *SIGNERS[:2]))


NEW_LOG = replace(signer("another key of the log"), name=LOG.name)


def _new_log_key(made: World) -> None:
    """The next release changes the log's key: both sign the checkpoint over the policy."""
    made.log = (LOG, NEW_LOG)
    made.release(next_policy(made, log=NEW_LOG))
    made.log = (NEW_LOG,)


@attack("rotation: the log's key, carried by the old key and the old witnesses", "ok")
def _(root: Path) -> Scenario:
    made = world(root)
    before = [(dict(made.files), NOW)]
    _new_log_key(made)
    made.files |= going_on(made, 2)
    before.append((dict(made.files), NOW))
    made.release()
    made.files |= going_on(made, 4)
    return offered(made, before=before)


@attack("rotation: the log's key, for a device that has seen nothing", "ok")
def _(root: Path) -> Scenario:
    made = world(root)
    _new_log_key(made)
    made.release()
    return offered(made)


@attack("rotation: the log's key, by the new key alone", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    made.log = (NEW_LOG,)
    made.release(next_policy(made, log=NEW_LOG))
    return offered(made)


@attack("rotation: the log's name", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    made.log = (LOG,)
    made.release(next_policy(made, log=signer("log.example/other")))
    return offered(made)


def _rewritten(root: Path, **files: bytes) -> Scenario:
    """A log whose key and witnesses a policy changed, carried as it should be; then leaves 0 to n are others."""
    made = world(root)
    before = [(dict(made.files), NOW)]
    _new_log_key(made)
    carried = {n: made.files[n] for n in ("policy-1", "policy-1.tlog-proof")}
    (root / "fork").mkdir()
    theirs = World(root / "fork")
    theirs.policies.append(made.policies[1])
    theirs.texts = [b"another leaf %d\n" % i for i in range(5)]
    theirs.log = (NEW_LOG,)
    theirs.release()
    more = {n: d for n, d in going_on(theirs, 2).items() if n not in files}
    return Scenario(made.trust, {**theirs.files, **carried, **more, **files}, before=before)


@attack("rotation: the log's key, and all leaves before are rewritten", "split-view")
def _(root: Path) -> Scenario:
    return _rewritten(root)


@attack("rotation: the log's key, all leaves before are rewritten and nothing leads there", "unproven")
def _(root: Path) -> Scenario:
    return _rewritten(root, **{"consistency-2": b""})


@attack("rotation: the log's key, and the log starts anew", "rollback")
def _(root: Path) -> Scenario:
    made = world(root, 6)
    before = [(dict(made.files), NOW)]
    _new_log_key(made)
    carried = {n: made.files[n] for n in ("policy-1", "policy-1.tlog-proof")}
    (root / "fork").mkdir()
    theirs = World(root / "fork")
    theirs.policies.append(made.policies[1])
    theirs.log = (NEW_LOG,)
    theirs.release()
    return Scenario(made.trust, {**theirs.files, **carried}, before=before)


@attack("rotation: another first policy than the pinned one", "policy-chain")
def _(root: Path) -> Scenario:
    return offered(world(root), **{"policy-0": note(policy_text(orgs=SIGNERS[1:]), *ROOTS)})


@attack("rotation: a manifest that names no policy", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    manifest = replace(Manifest.parse(Note.parse(made.files["manifest"]).text), policy=None)
    return offered(made, manifest=note(manifest.text, *SIGNERS[:2]))
