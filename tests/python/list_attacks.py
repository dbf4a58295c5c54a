"""
Attacks on a logged list, each by its name, with the status that the format says it leads to.

The names are those of the design's attack run and of the client scenarios of TUF's conformance suite
(rollback, freeze, fast-forward, mix-and-match, duplicate signatures, threshold, rotation, expired,
endless data). A scenario is what was installed before, and what is offered now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import list_samples as samples
from list_samples import KEY, NOW, SIGNERS, signer
from test_list_log import DAY, LOG, ROOTS, WITNESSES, World, block, next_policy, note, policy_text

from pdqlite.lists import Trust, merkle
from pdqlite.lists._text import tobase64
from pdqlite.lists.log import Proof
from pdqlite.lists.logbook import cosign
from pdqlite.lists.manifest import Manifest
from pdqlite.lists.note import Note, Signer
from pdqlite.lists.policy import Policy

Files = dict[str, bytes]


@dataclass
class Scenario:
    """
    What a device is offered.

    Attributes:
        trust: What it pins.
        files: The files offered.
        now: Its clock.
        before: Releases it installed before, each with the clock then.
        key: The list key it uses.
    """

    trust: Trust
    files: Files
    now: int = NOW
    before: list[tuple[Files, int]] = field(default_factory=list)
    key: bytes = KEY


ATTACKS: dict[str, tuple[str, Callable[[Path], Scenario]]] = {}


def attack(name: str, status: str) -> Callable[[Callable[[Path], Scenario]], Callable[[Path], Scenario]]:
    """Enter a scenario under its name; `status` as in the vectors: a remark is written as it is, an error
    of the same name with "-refused"."""

    def enter(make: Callable[[Path], Scenario]) -> Callable[[Path], Scenario]:
        assert name not in ATTACKS
        ATTACKS[name] = status, make
        return make

    return enter


def world(root: Path, releases: int = 1, policy: bytes | None = None) -> World:
    made = World(root, policy)
    for _ in range(releases):
        made.release()
    return made


def offered(made: World, now: int = NOW, before: list[tuple[Files, int]] | None = None, **files: bytes | None) -> Scenario:
    """What a world publishes, with some files replaced or (None) withheld."""
    merged = {**made.files, **files}
    return Scenario(made.trust, {k: v for k, v in merged.items() if v is not None}, now, before or [])


def going_on(made: World, old: int) -> Files:
    """The consistency file for a device that saw `old` leaves."""
    hashes = [merkle.leaf_hash(e) for e in made.book.entries()]
    lines = (tobase64(h) + "\n" for h in merkle.consistency_path(hashes, old))
    return {f"consistency-{old}": "".join(lines).encode()}


def fork(root: Path, like: World, releases: int = 1) -> World:
    """Another history under the same keys, its witnesses colluding."""
    (root / "fork").mkdir()
    made = World(root / "fork")
    made.texts.append(b"another leaf\n")
    for _ in range(releases):
        made.release()
    assert made.trust == like.trust
    return made


PROOF = "manifest.tlog-proof"


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
    return offered(made, **{"policy-1": made.files["policy-2"], "policy-1.tlog-proof": made.files["policy-2.tlog-proof"]})


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
    text = policy_text().replace(block(SIGNERS, "2").encode(), "\n".join([*lines, "group g all m0 m1", "quorum g"]).encode())
    trust = replace(made.trust, policy=(0, samples.hashlib.sha256(text).digest()))
    return Scenario(trust, {**made.files, "policy-0": note(text, *ROOTS)})


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
    old = Policy.parse(made.policies[0])
    text = replace(manifest, policy=(0, old.hash)).text
    return offered(made, before=before, manifest=note(text, *SIGNERS[:2]))


@attack("rotation: another first policy than the pinned one", "policy-chain")
def _(root: Path) -> Scenario:
    return offered(world(root), **{"policy-0": note(policy_text(orgs=SIGNERS[1:]), *ROOTS)})


@attack("rotation: a manifest that names no policy", "policy-chain")
def _(root: Path) -> Scenario:
    made = world(root)
    manifest = replace(Manifest.parse(Note.parse(made.files["manifest"]).text), policy=None)
    return offered(made, manifest=note(manifest.text, *SIGNERS[:2]))


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


@attack("fork, colluding witnesses: the consistency proof is withheld", "unlogged-refused")
def _(root: Path) -> Scenario:
    made = world(root)
    return offered(fork(root, made, 2), before=[(made.files, NOW)])


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
