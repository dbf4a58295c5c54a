"""
The audit of a list's log: leaves, policies, checkpoint, witnesses.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from pdqlite.errors import (
    FreezeError,
    ListError,
    PolicyChainError,
    RollbackError,
    SplitViewError,
    UnloggedError,
)
from pdqlite.lists.audit.found import FAILED, NOT_POSSIBLE, WITHHELD, Audit, InTime, Release, TimeUpError
from pdqlite.lists.crypto import merkle
from pdqlite.lists.crypto.merkle import HashRow
from pdqlite.lists.format import note
from pdqlite.lists.format.encoding import ago, span
from pdqlite.lists.format.files import PROOF, Files, exists, read_small
from pdqlite.lists.format.manifest import MAGIC as MANIFEST_MAGIC
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.log import checkpoint
from pdqlite.lists.log.checkpoint import Checkpoint, Proof
from pdqlite.lists.log.logbook import each_hash_tile, stream_entries
from pdqlite.lists.log.policy import MAGIC as POLICY_MAGIC
from pdqlite.lists.log.policy import LogPolicy, follow, signed_by
from pdqlite.lists.log.record import MAGIC as RECORD_MAGIC
from pdqlite.lists.log.record import MAX_RECORDS, Record, check_signed

KEPT = 1100  # releases, the newest, of which more than their hash is kept
MAX_POLICIES = 1024
MAX_STEPS = 1024  # earlier releases from which the newest proves that the log goes on (publication.MAX_STEPS)


def audit_log(found: Audit, files: Files, since: bytes | None, until: float) -> HashRow:
    """
    Check the log, and return the hashes of its leaves. Leaves are read one tile at a time, so that memory holds
    their hashes, the policies and the newest releases.

    Args:
        until: time.monotonic() at which to stop, by TimeUpError.
    """
    found.signed = read_small(files, "checkpoint", note.MAX_BYTES)
    signed = Note.parse(found.signed, "checkpoint")
    head = found.checkpoint = Checkpoint.parse(signed.text, extended=True)
    hashes = HashRow()
    with found.check("log-root"):
        for index, leaf in enumerate(stream_entries(files, head.size)):
            if time.monotonic() > until:
                found.skip("log-leaves", head.size - index - 1)  # one is entered as late
                raise TimeUpError
            _read_leaf(found, index, leaf, hashes[index - 1] if index else None, index == head.size - 1)
            hashes.append(merkle.leaf_hash(leaf))
        if merkle.root(hashes) != head.root:
            raise UnloggedError("the leaves have another root than the checkpoint")
    found.done("log-root", "log-leaves")
    _audit_checkpoint(found, signed)
    _audit_since(found, hashes, since)  # before more is asked for: who draws out the time hides no fork
    files = InTime(files, until)
    with found.check("log-tiles"):
        for name, data in each_hash_tile(hashes):
            if read_small(files, name, len(data)) != data:
                raise UnloggedError("a tile of hashes is not that of the leaves")
    found.done("log-tiles")
    _audit_policies(found, files)
    _audit_policy_proofs(found, files, hashes)
    _audit_records(found, files)
    return hashes


def audit_proofs(found: Audit, places: Sequence[tuple[Release, Files]], hashes: HashRow) -> None:
    """Check what releases hand to devices: each proof is of this log, and each consistency file leads to it."""
    sizes = [r.manifest.seq + 1 for r in found.releases][-MAX_STEPS - 1 :]
    shown = {r.manifest.seq: _shown(found, r, files) for r, files in places}
    roots = merkle.roots_at(hashes, {*sizes, *(head.size for head in shown.values() if head)})
    for release, files in places:
        head, where = shown[release.manifest.seq], f"release {release.manifest.seq}: "
        if head is None:
            continue
        with found.check("log-proofs", where):
            if head.size not in roots:
                raise UnloggedError("its proof is of a log that knows more")
            if roots[head.size] != head.root:
                raise SplitViewError("its proof shows devices another history than this log")
        newest = release is found.releases[-1]
        for size in sizes:
            if size < head.size:
                _audit_consistency(found, files, Checkpoint(head.origin, size, roots[size]), head, where, newest)
    found.done("log-proofs", "log-consistent")


def _shown(found: Audit, release: Release, files: Files) -> Checkpoint | None:
    """Return the checkpoint of a release's proof: what a device believes. None if there is none of this log."""
    where = f"release {release.manifest.seq}: "
    if not exists(files, PROOF):
        found.add("log-proofs", WITHHELD, f"{where}no proof")
        return None
    try:
        head = Proof.parse(read_small(files, PROOF, note.MAX_BYTES)).checkpoint
        if found.checkpoint is None or head.origin != found.checkpoint.origin:
            raise UnloggedError("its proof is of another log")
        return head
    except ListError as error:
        found.add("log-proofs", FAILED, f"{where}{error.status}: {error}")
        return None


def _audit_consistency(
    found: Audit, files: Files, old: Checkpoint, shown: Checkpoint, where: str, needed: bool
) -> None:
    """Check one consistency file; the newest release must have it, for a device of `old` needs it."""
    name = f"consistency-{old.size}"
    if not exists(files, name):
        if needed:
            found.add("log-consistent", WITHHELD, f"{where}no {name}")
        return
    with found.check("log-consistent", where):
        checkpoint.check_history(old, shown, checkpoint.consistency_path(read_small(files, name, note.MAX_BYTES)))


def _read_leaf(found: Audit, index: int, leaf: bytes, before: bytes | None, last: bool) -> None:
    """Read a leaf as a policy or a manifest in its place; keep policies and the newest releases. Others are counted."""
    if leaf.startswith(f"{RECORD_MAGIC}\n".encode()):
        with found.check("log-leaves", f"leaf {index}: "):
            record = Record.parse(leaf)
            if record.seq != index or last or not found.policies or record.origin != found.policies[-1].origin:
                raise UnloggedError("a record out of its place, of another list, or without a release after it")
            found.records.append(record)
            if len(found.records) > MAX_RECORDS:
                del found.records[0]
                found.skip("records", 1)
        return
    if not leaf.startswith((f"{POLICY_MAGIC}\n".encode(), f"{MANIFEST_MAGIC}\n".encode())):
        if last and (found.policies or found.total):
            found.add("log-leaves", FAILED, f"leaf {index}: the newest leaf of a list's log is no release")
        else:
            found.add("log-leaves", NOT_POSSIBLE, "a leaf that is neither a policy nor a manifest: counted, not read")
        return
    with found.check("log-leaves", f"leaf {index}: "):
        if leaf.startswith(f"{POLICY_MAGIC}\n".encode()):
            policy, newest = LogPolicy.parse(leaf), found.policies[-1] if found.policies else None
            if policy.seq != index or policy.version != len(found.policies):
                raise PolicyChainError("a policy out of its place")
            if newest and (policy.prev, policy.origin) != (newest.hash, newest.origin):
                raise PolicyChainError("a policy of another list, or one that names another before it")
            if newest and policy.log.name != newest.log.name:
                raise PolicyChainError("a policy that names another log")
            if last:
                raise PolicyChainError("a policy without a release after it")
            if len(found.policies) == MAX_POLICIES:
                raise PolicyChainError(f"more than {MAX_POLICIES} policies")
            found.policies.append(policy)
            return
        manifest = Manifest.parse(leaf)
        found.total += 1
        found.releases.append(Release(manifest))
        del found.releases[:-KEPT]
        if manifest.seq != index or manifest.prev != before:
            raise UnloggedError("a manifest out of its place, or one that names another leaf before it")
        force = found.policies[-1] if found.policies else None
        if manifest.policy != (force and (force.version, force.hash)):
            raise PolicyChainError("a manifest that does not name the newest policy")
        if force and manifest.origin != force.origin:
            raise PolicyChainError("a manifest of another list")


def _audit_policy_proofs(found: Audit, files: Files, hashes: HashRow) -> None:
    """Check that each policy after the first was carried by the log and the witnesses of the one before it."""
    for old, policy in zip(found.policies, found.policies[1:], strict=False):
        where, name = f"policy {policy.version}: ", f"policy/{policy.version}.tlog-proof"
        if not exists(files, name):
            found.add("log-proofs", WITHHELD, f"{where}no proof")
            continue
        with found.check("log-proofs", where):
            proof = Proof.parse(read_small(files, name, note.MAX_BYTES))
            proof.check(policy.text, policy.seq, old.log, old.witnesses)
            head = proof.checkpoint
            if head.size > len(hashes) or merkle.root(hashes[: head.size]) != head.root:
                raise SplitViewError("its proof shows another history than this log")


def _audit_policies(found: Audit, files: Files) -> None:
    """Check the signatures of policies: the root quorum of the old one and of the new."""
    if not found.policies:
        found.add("policies", NOT_POSSIBLE, "no policy in the log")
    for policy in found.policies:
        where, name = f"policy {policy.version}: ", f"policy/{policy.version}"
        if not exists(files, name):
            found.add("policies", WITHHELD, f"{where}its signatures are not here")
            continue
        with found.check("policies", where):
            signed = Note.parse(read_small(files, name, note.MAX_BYTES), "policy")
            if signed.text != policy.text:
                raise PolicyChainError("the file is not what is logged")
            signed_by(signed, policy.root)
            if policy.version:
                follow(signed, found.policies[policy.version - 1])
    found.done("policies")


def _audit_records(found: Audit, files: Files) -> None:
    """Check that each dispute and withdrawal is signed by the organisation it names."""
    for record in found.records:
        where, name = f"record {record.seq}: ", f"record/{record.seq}"
        if not exists(files, name):
            found.add("records", WITHHELD, f"{where}its signature is not here")
            continue
        with found.check("records", where):
            signed = Note.parse(read_small(files, name, note.MAX_BYTES), "record")
            if signed.text != record.text:
                raise UnloggedError("the file is not what is logged")
            check_signed(signed, found.policies)
    found.done("records")


def _audit_checkpoint(found: Audit, signed: Note) -> None:
    """Check the signatures on the newest checkpoint, and their times."""
    found.done("log-signature", "witnessed", "fresh")
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
    moment = policy.witnesses.time(times)
    if moment is None:
        found.add("fresh", NOT_POSSIBLE, "too few witnesses")
        return
    with found.check("fresh") as told:
        told.append(ago(found.now - moment))
        if not found.now - policy.max_age <= moment <= found.now + checkpoint.AHEAD:
            raise FreezeError(
                f"the witnesses saw the log {ago(found.now - moment)}, the limit is {span(policy.max_age)}"
            )


def _audit_since(found: Audit, hashes: HashRow, since: bytes | None) -> None:
    """Check that the log goes on from an earlier checkpoint: its leaves are all here."""
    found.done("log-continues")
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
        if old.size > head.size:
            raise RollbackError(f"the log had {old.size} leaves before, now {head.size}")
        if old.size > len(hashes):
            raise UnloggedError(f"of the {old.size} leaves that the log had before, {len(hashes)} are here")
        if merkle.root(hashes[: old.size]) != old.root:
            raise SplitViewError("the log shows another history than before")
        told.append(f"from {old.size} to {head.size} leaves")
