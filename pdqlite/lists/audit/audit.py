"""
The audit of a published list: everything that can be checked with what the auditor has.

Works on one release, or on a whole published list with its log (docs/formats/list.md, sections 1
and 11). Each check passes, fails, or is not possible, and says why; one that fails never stops
the others.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from pdqlite.errors import ListError, ListFormatError, UnloggedError
from pdqlite.lists.audit.found import (
    CHECKS,
    FAILED,
    NOT_POSSIBLE,
    PASSED,
    TIME_UP,
    WITHHELD,
    Audit,
    Check,
    InTime,
    Release,
    TimeUpError,
)
from pdqlite.lists.audit.log import audit_log, audit_proofs
from pdqlite.lists.audit.release import audit_release
from pdqlite.lists.crypto.merkle import HashRow
from pdqlite.lists.format import note
from pdqlite.lists.format.files import MANIFEST, Below, Files, exists, read_small
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.format.trust import Trust
from pdqlite.lists.log.checkpoint import Checkpoint
from pdqlite.lists.verify.audited import check_passed
from pdqlite.lists.verify.auditor import VerifiedList, verify_files, verify_texts

__all__ = ["CHECKS", "FAILED", "NOT_POSSIBLE", "PASSED", "WITHHELD", "Audit", "Check", "Release", "audit"]

Places = list[tuple[Release, Files]]
_OF_A_LOG = (
    "log-signature", "log-root", "log-proofs", "log-tiles", "log-leaves", "log-consistent", "policies", "witnessed", "fresh",
)  # fmt: skip


def audit(
    files: Files,
    now: int,
    *,
    trust: Trust | None = None,
    keys: Sequence[bytes] = (),
    since: bytes | None = None,
    last: int = 0,
    seconds: float = 3600.0,
) -> Audit:
    """
    Audit a published list, or one release.

    Args:
        files: The directory with `checkpoint`, or that of one release.
        now: POSIX seconds.
        trust: What an application pins; without it nobody says who the organisations should be.
        keys: List keys, 32 bytes each; which release each one opens is found out.
        since: An earlier checkpoint (a signed note) from which the log must go on.
        last: How many of the newest releases to look at beyond their manifests; 0: all (of a long log, the newest 1100).
        seconds: Time for it; what did not come by then is withheld: a slow server passes no audit.

    Raises:
        ListFormatError: Neither a published list nor a release; `since` is no checkpoint.
    """
    if since is not None:
        Checkpoint.parse(
            Note.parse(since, "earlier checkpoint").text, extended=True
        )  # a wrong file says nothing about the log
    found, until, left = Audit(now, with_key=bool(keys)), time.monotonic() + seconds, Places()
    try:
        if exists(files, "checkpoint"):
            hashes = audit_log(found, files, since, until)
            places: Places = [(r, Below(files, str(r.manifest.seq))) for r in found.releases]
        elif exists(files, MANIFEST):
            hashes, places = HashRow(), _audit_single(found, files, since)
        else:
            raise ListFormatError("expected a directory with a checkpoint, or with a manifest")
        left = places[-last:] if last else places
        _count_all(found, len(left), trust, keys)
        timed: Places = [(release, InTime(place, until)) for release, place in left]
        _audit_as_device(found, timed, trust)
        found.done("device", "updates", "audited")
        if found.checkpoint is not None:
            audit_proofs(found, timed, hashes)
        opened: dict[int, VerifiedList] = {}
        while left:
            if time.monotonic() > until:
                raise TimeUpError
            audit_release(found, *left.pop(0), keys, opened)
    except TimeUpError:
        asked = ["log-continues"] if since is not None else []
        asked += ["device", "updates"] if trust is not None else []
        asked += ["audited"] if trust is not None and trust.auditors else []
        _late(found, left, asked)
    return found


def _count_all(found: Audit, looked: int, trust: Trust | None, keys: Sequence[bytes]) -> None:
    """Say of how many releases the newest are that are looked at."""
    tokens = ["endorsed", "list-bytes"]
    tokens += ["log-proofs"] if found.checkpoint is not None else []
    tokens += ["updates"] if trust is not None else []
    tokens += ["content", "rules"] if keys else []
    for token in tokens:
        found.skip(token, found.total - looked)


def _late(found: Audit, left: Places, asked: Sequence[str]) -> None:
    """Say what did not come in time: the releases that are left, and each check that was `asked` for, or is the log's, and is not done."""
    keyed = found.with_key
    of_each = ["endorsed", "list-bytes", *["content", "rules"] * keyed]
    for release, _ in left:
        for token in (*of_each, *["delta-bytes", *["delta-content"] * keyed] * bool(release.manifest.deltas)):
            found.add(token, WITHHELD, f"release {release.manifest.seq}: {TIME_UP}")
    offered = any(release.manifest.deltas for release in found.releases)
    deltas = ["delta-bytes", *["delta-content"] * keyed] if offered else []
    found.late((*_OF_A_LOG, "records", *of_each, *deltas, *asked))


def _audit_single(found: Audit, files: Files, since: bytes | None) -> Places:
    """Audit a release that comes without its log."""
    manifest = Manifest.parse(_text(files))
    found.releases.append(Release(manifest))
    found.total = 1
    logged = manifest.policy is not None
    verdict, said = (
        (WITHHELD, f"no log here: release {manifest.seq} alone, which names its policy and so has a log")
        if logged
        else (NOT_POSSIBLE, "no log here: one release alone")
    )
    for token in _OF_A_LOG:
        found.add(token, verdict, said)
    found.done(*_OF_A_LOG, "log-continues", "records")
    if since is not None:
        found.add("log-continues", WITHHELD, "no log here, and there was one before")
    else:
        found.add("log-continues", NOT_POSSIBLE, "no earlier checkpoint given")
    return [(found.releases[0], files)]


def _audit_auditors(found: Audit, files: Files, trust: Trust) -> None:
    """Count the lines of pinned auditors; too few so far is no fault of the list."""
    if not trust.auditors or not exists(files, MANIFEST):
        return
    try:
        signed = Note.parse(read_small(files, MANIFEST, note.MAX_BYTES), "manifest")
    except ListFormatError:
        return  # other checks say so
    known = {(key.name, key.id) for key in trust.auditors}
    if sum((line.name, line.id) in known for line in signed.signatures) < trust.audits:
        found.add("audited", NOT_POSSIBLE, "too few of the pinned auditors passed it so far")
        return
    with found.check("audited"):
        check_passed(signed, replace(trust, allow_unaudited=False), found.now)


def _text(files: Files) -> bytes:
    return Note.parse(read_small(files, MANIFEST, note.MAX_BYTES), "manifest").text


def _audit_as_device(found: Audit, places: Places, trust: Trust | None) -> None:
    """Ask what devices with these pins say of the newest release: one with nothing installed, and one with each earlier release."""
    if trust is None or not places:
        found.add("updates", NOT_POSSIBLE, "no release here" if trust else "no trust file given")
        found.add("device", *((WITHHELD, "no release here") if trust else (NOT_POSSIBLE, "no trust file given")))
        return
    release, files = places[-1]
    _audit_auditors(found, files, trust)
    trust = replace(trust, auditors=(), audits=0, audit_age=0, allow_unaudited=False)  # an audit waits for no audit
    with found.check("device", f"release {release.manifest.seq}: ") as told:
        sealed = verify_files(files, trust, found.now)
        if found.checkpoint is not None and sealed.manifest.text != release.manifest.text:
            raise UnloggedError("the manifest is not what is logged")
        release.signers = release.signers or sealed.signers
        told.append(", ".join(sealed.remarks) or "ok")
    for earlier, held in places[:-1]:
        where = f"from release {earlier.manifest.seq}: "
        try:
            state = verify_texts(held, trust, None).state
        except ListError as error:
            found.add("updates", NOT_POSSIBLE, f"{where}no device holds it: {error.status}")
            continue
        with found.check("updates", where):
            verify_texts(files, trust, found.now, state)
