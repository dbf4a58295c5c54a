"""
The lines of auditors on a manifest: that a release passed their audit (docs/formats/list-audit.md, section 17).
"""

from __future__ import annotations

import hashlib

from pdqlite.errors import UnauditedError, UnwitnessedError
from pdqlite.lists.format.note import Note, Signature, Signer, VerifierKey
from pdqlite.lists.format.trust import Trust
from pdqlite.lists.log.checkpoint import AHEAD, cosigned_at, cosigned_text

_HEAD = b"pdqlite.org/audited/v1\n"


def _said(text: bytes) -> bytes:
    """Return what an auditor cosigns for a manifest's text."""
    return _HEAD + hashlib.sha256(text).digest()


def passed(text: bytes, auditor: Signer, time: int) -> Signature:
    """Return the line of an auditor (a signer of type 4): at `time`, POSIX seconds, this manifest's release passed."""
    signature = auditor.private.sign(cosigned_text(time, _said(text)))
    return Signature(auditor.name, auditor.verifier.id, time.to_bytes(8, "big") + signature)


def passed_at(auditor: VerifierKey, line: Signature, text: bytes) -> int:
    """
    Return the time, POSIX seconds, at which an auditor passed the release of a manifest's text.

    Raises:
        UnauditedError: The line is not this auditor's on this text.
    """
    try:
        return cosigned_at(auditor, line, _said(text))
    except UnwitnessedError:
        raise UnauditedError(f"the line of auditor {auditor.name} does not verify") from None


def check_passed(signed: Note, trust: Trust, now: int) -> list[str]:
    """
    Check that enough of the pinned auditors passed a release lately; return ["unaudited"] if not, and that is allowed.

    Raises:
        UnauditedError: Too few did, or a pinned auditor's line is bad.
    """
    lines = {(s.name, s.id): s for s in signed.signatures}
    known = [(key, line) for key in trust.auditors if (line := lines.get((key.name, key.id))) is not None]
    times = [passed_at(key, line, signed.text) for key, line in known]
    found = sum(now - trust.audit_age <= time <= now + AHEAD for time in times)
    if found >= trust.audits:
        return []
    if trust.allow_unaudited:
        return ["unaudited"]
    raise UnauditedError(f"{found} of the pinned auditors passed this release lately, expected {trust.audits}")
