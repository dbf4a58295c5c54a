"""
The audit of a list's log: leaves, policies, checkpoint, witnesses.
"""

from __future__ import annotations

from pdqlite.errors import (
    FreezeError,
    PolicyChainError,
    RollbackError,
    SplitViewError,
    UnloggedError,
)
from pdqlite.lists.audit.found import NOT_POSSIBLE, Audit, Release
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format import note
from pdqlite.lists.format.encoding import ago, span
from pdqlite.lists.format.files import PROOF, Files, exists, read_small
from pdqlite.lists.format.manifest import MAGIC as MANIFEST_MAGIC
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.log import checkpoint
from pdqlite.lists.log.checkpoint import Checkpoint, Proof
from pdqlite.lists.log.logbook import hash_tiles, read_entries
from pdqlite.lists.log.policy import MAGIC as POLICY_MAGIC
from pdqlite.lists.log.policy import LogPolicy, follow, signed_by


def audit_log(found: Audit, files: Files, since: bytes | None) -> list[bytes]:
    """Check the log, and return the hashes of its leaves."""
    signed = Note.parse(read_small(files, "checkpoint", note.MAX_BYTES), "checkpoint")
    head = found.checkpoint = Checkpoint.parse(signed.text, extended=True)
    leaves: list[bytes] = []
    with found.check("log-root"):
        leaves = read_entries(files, head.size)
        if merkle.root(merkle.leaf_hash(leaf) for leaf in leaves) != head.root:
            raise UnloggedError("the leaves have another root than the checkpoint")
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    with found.check("log-tiles"):
        for name, data in hash_tiles(hashes).items():
            if read_small(files, name, len(data)) != data:
                raise UnloggedError("a tile of hashes is not that of the leaves")
    _read_leaves(found, leaves, hashes)
    _audit_policies(found, files)
    _audit_checkpoint(found, signed)
    _audit_since(found, hashes, since)
    found.releases.sort(key=lambda r: r.manifest.seq)
    return hashes


def audit_proof(found: Audit, release: Release, files: Files, hashes: list[bytes]) -> None:
    """Check that the proof that a release hands to devices is of this log: a device believes its checkpoint, not the log's newest."""
    if not exists(files, PROOF):
        return
    with found.check("log-root", f"release {release.manifest.seq}: "):
        proof, head = Proof.parse(read_small(files, PROOF, note.MAX_BYTES)), found.checkpoint
        assert head is not None
        shown = proof.checkpoint
        if shown.origin != head.origin or shown.size > len(hashes):
            raise UnloggedError("its proof is of another log, or of one that knows more")
        if merkle.root(hashes[: shown.size]) != shown.root:
            raise SplitViewError("its proof shows devices another history than this log")
    _audit_consistency(found, release, files, hashes, shown)


def _audit_consistency(found: Audit, release: Release, files: Files, hashes: list[bytes], shown: Checkpoint) -> None:
    """Check every consistency file that a device of an earlier release may ask for. The newest release must have them."""
    where = f"release {release.manifest.seq}: "
    for earlier in found.releases:
        size = earlier.manifest.seq + 1
        name = f"consistency-{size}"
        if size >= shown.size or not exists(files, name):
            continue
        with found.check("log-consistent", where):
            old = Checkpoint(shown.origin, size, merkle.root(hashes[:size]))
            checkpoint.check_history(old, shown, checkpoint.consistency_path(read_small(files, name, note.MAX_BYTES)))


def _read_leaves(found: Audit, leaves: list[bytes], hashes: list[bytes]) -> None:
    """Read every leaf as a policy or a manifest in its place."""
    for index, leaf in enumerate(leaves):
        before = hashes[index - 1] if index else None
        with found.check("log-leaves", f"leaf {index}: "):
            if leaf.startswith(f"{POLICY_MAGIC}\n".encode()):
                policy, last = LogPolicy.parse(leaf), found.policies[-1] if found.policies else None
                if policy.seq != index or policy.version != len(found.policies):
                    raise PolicyChainError("a policy out of its place")
                if last and (policy.prev, policy.origin) != (last.hash, last.origin):
                    raise PolicyChainError("a policy of another list, or one that names another before it")
                if index == len(leaves) - 1:
                    raise PolicyChainError("a policy without a release after it")
                found.policies.append(policy)
                continue
            if not leaf.startswith(f"{MANIFEST_MAGIC}\n".encode()):
                raise UnloggedError("neither a policy nor a manifest")
            manifest = Manifest.parse(leaf)
            found.releases.append(Release(manifest))
            if manifest.seq != index or manifest.prev != before:
                raise UnloggedError("a manifest out of its place, or one that names another leaf before it")
            force = found.policies[-1] if found.policies else None
            if manifest.policy != (force and (force.version, force.hash)):
                raise PolicyChainError("a manifest that does not name the newest policy")
            if force and manifest.origin != force.origin:
                raise PolicyChainError("a manifest of another list")


def _audit_policies(found: Audit, files: Files) -> None:
    """Check the signatures of policies: the root quorum of the old one and of the new."""
    if not found.policies:
        found.add("policies", NOT_POSSIBLE, "no policy in the log")
    for policy in found.policies:
        where, name = f"policy {policy.version}: ", f"policy/{policy.version}"
        if not exists(files, name):
            found.add("policies", NOT_POSSIBLE, f"{where}its signatures are not here")
            continue
        with found.check("policies", where):
            signed = Note.parse(read_small(files, name, note.MAX_BYTES), "policy")
            if signed.text != policy.text:
                raise PolicyChainError("the file is not what is logged")
            signed_by(signed, policy.root)
            if policy.version:
                follow(signed, found.policies[policy.version - 1])


def _audit_checkpoint(found: Audit, signed: Note) -> None:
    """Check the signatures on the newest checkpoint, and their times."""
    if not found.policies:
        for token in ("log-signature", "witnessed", "fresh"):
            found.add(token, NOT_POSSIBLE, "no policy names the log and its witnesses")
        return
    policy, head = found.policies[-1], Checkpoint.parse(signed.text, extended=True)
    with found.check("log-signature"):
        if not signed.signers([policy.log]) or head.origin != policy.log.name:
            raise UnloggedError("not signed by the log that the policy names")
    if policy.witnesses.name == "none":
        for token in ("witnessed", "fresh"):
            found.add(token, NOT_POSSIBLE, "the policy asks for no witness: nobody says that all see the same log")
        return
    times: dict[str, int] = {}
    with found.check("witnessed"):
        times = checkpoint.witness_times(signed, policy.witnesses)
        found.witnesses = {policy.witnesses.members[n].name: t for n, t in times.items()}
        checkpoint.quorum_time(times, policy.witnesses)
    time = policy.witnesses.time(times)
    if time is None:
        found.add("fresh", NOT_POSSIBLE, "too few witnesses")
        return
    with found.check("fresh") as told:
        told.append(ago(found.now - time))
        if not found.now - policy.max_age <= time <= found.now + checkpoint.AHEAD:
            raise FreezeError(f"the witnesses saw the log {ago(found.now - time)}, the limit is {span(policy.max_age)}")


def _audit_since(found: Audit, hashes: list[bytes], since: bytes | None) -> None:
    """Check that the log goes on from an earlier checkpoint: its leaves are all here."""
    if since is None:
        found.add("log-continues", NOT_POSSIBLE, "no earlier checkpoint given")
        return
    with found.check("log-continues") as told:
        signed = Note.parse(since, "checkpoint")
        old, head = Checkpoint.parse(signed.text, extended=True), found.checkpoint
        assert head is not None
        known = [p.log for p in found.policies]
        if known and not signed.signers({k: None for k in known}):
            raise UnloggedError("the earlier checkpoint is not signed by this log")
        if old.origin != head.origin:
            raise UnloggedError("the earlier checkpoint is of another log")
        if old.size > len(hashes):
            raise RollbackError(f"the log had {old.size} leaves before, now {len(hashes)}")
        if merkle.root(hashes[: old.size]) != old.root:
            raise SplitViewError("the log shows another history than before")
        told.append(f"from {old.size} to {head.size} leaves")
