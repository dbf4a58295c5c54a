"""
Policies: log, witnesses, organisations and root keys, and the chain between them
(docs/formats/list-policies-log.md, section 10).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from pdqlite.errors import ListError, ListFormatError, PolicyChainError, UnendorsedError
from pdqlite.lists.format import encoding, note
from pdqlite.lists.format.encoding import Lines, number
from pdqlite.lists.format.files import Files, exists, read_given, read_small
from pdqlite.lists.format.note import COSIGNATURE, ED25519, Note, VerifierKey
from pdqlite.lists.format.quorum import Quorum
from pdqlite.lists.log import checkpoint

MAGIC = "pdqlite.org/policy/v1"
MAX_CHAIN = 32


class Quorums(NamedTuple):
    """Who must see, endorse and hand on a list."""

    witnesses: Quorum
    endorsers: Quorum
    root: Quorum


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """
    Whom a list's readers trust from this version on.

    Attributes:
        text: The one encoding, as signed.
        origin: Name of the list.
        version: Counts up by one.
        seq: Index of this text in the list's log.
        prev: SHA-256 of the text of the version before; None for version 0.
        max_age: Seconds that a checkpoint may be old.
        log: Key of the log; its name is the log's origin line.
        witnesses, endorsers, root: The three quorums.
    """

    text: bytes
    origin: str
    version: int
    seq: int
    prev: bytes | None
    max_age: int
    log: VerifierKey
    witnesses: Quorum
    endorsers: Quorum
    root: Quorum

    @property
    def hash(self) -> bytes:
        """SHA-256 of the text: what pins and manifests name."""
        return hashlib.sha256(self.text).digest()

    @property
    def quorums(self) -> Quorums:
        """The three quorums, as `make` takes them."""
        return Quorums(self.witnesses, self.endorsers, self.root)

    @classmethod
    def make(
        cls,
        origin: str,
        seq: int,
        quorums: Quorums,
        *,
        log: VerifierKey,
        max_age: int,
        previous: LogPolicy | None = None,
    ) -> LogPolicy:
        """Return the first policy of a list, or the one after `previous`; nobody has signed it."""
        version = 0 if previous is None else previous.version + 1
        lines = [MAGIC, f"origin {origin}", f"version {version}", f"seq {seq}"]
        lines.append(f"prev {'-' if previous is None else encoding.tobase64(previous.hash)}")
        lines += [f"max-age {max_age}", "--- log", f"log {log}", *quorums.witnesses.lines()]
        lines += ["--- endorse", *quorums.endorsers.lines(), "--- root", *quorums.root.lines()]
        return cls.parse(("\n".join(lines) + "\n").encode())

    @classmethod
    def parse(cls, text: bytes) -> LogPolicy:
        """Read a policy's text; ListFormatError if it breaks the grammar."""
        lines = Lines(text, "policy")
        lines.whole(MAGIC)
        origin = encoding.name(lines.take("origin", 1)[0], "policy: origin")
        version = number(lines.take("version", 1)[0], "policy: version")
        seq = number(lines.take("seq", 1)[0], "policy: seq")
        prev = lines.take("prev", 1)[0]
        if (prev == "-") != (version == 0):
            raise ListFormatError("policy: 'prev -' belongs to version 0 and only there")
        before = None if prev == "-" else encoding.unhash(prev, "policy: prev")
        max_age = number(lines.take("max-age", 1)[0], "policy: max-age", 1)
        lines.whole("--- log")
        key = VerifierKey.parse(lines.take("log", 1)[0])
        witnesses = Quorum.parse(lines, (COSIGNATURE,), allow_none=True)
        lines.whole("--- endorse")
        endorsers = Quorum.parse(lines, (ED25519,), allow_none=False)
        lines.whole("--- root")
        root = Quorum.parse(lines, (ED25519,), allow_none=False)
        lines.end()
        return cls(text, origin, version, seq, before, max_age, key, witnesses, endorsers, root)


def signed_by(signed: Note, quorum: Quorum) -> tuple[VerifierKey, ...]:
    """
    Return the keys of a quorum whose signatures on a note are good.

    Raises:
        UnendorsedError: A known signature is bad, or the quorum is not reached.
    """
    keys = signed.signers(quorum.members.values())
    if not quorum.holds(name for name, key in quorum.members.items() if key in keys):
        raise UnendorsedError("too few of the organisations of the policy signed")
    return keys


def start_of(pinned: tuple[int, bytes], stored: tuple[int, bytes] | None) -> tuple[int, bytes]:
    """
    Return where the chain begins: at the pinned policy, or at the one reached before.

    Raises:
        PolicyChainError: They are of one version and differ.
    """
    if stored is None or stored[0] < pinned[0]:
        return pinned
    if stored[0] == pinned[0] and stored[1] != pinned[1]:
        raise PolicyChainError("the policy reached before is not the pinned one")
    return stored


def walk(files: Files, origin: str, pinned: tuple[int, bytes], target: int, seq: int) -> LogPolicy:
    """
    Return policy `target`, reached from the pinned one.

    Files: `policy-<version>` (a note) for each step, `policy-<version>.tlog-proof` for all but the
    first. A step needs the root quorum of the old policy and of the new one, and a proof that the
    new text is in the old policy's log, seen by the old policy's witnesses. If the next policy is there
    too, it must be younger than leaf `seq`, which names the target.

    Raises:
        PolicyChainError: A step is missing or does not follow, or another policy had replaced the target.
    """
    if not pinned[0] <= target <= pinned[0] + MAX_CHAIN:
        raise PolicyChainError(f"version {target} is not within reach of the pinned {pinned[0]}")
    try:
        current = LogPolicy.parse(_note(files, pinned[0]).text)
        if current.hash != pinned[1] or (current.version, current.origin) != (pinned[0], origin):
            raise PolicyChainError("the first policy is not the pinned one")
        while current.version < target:
            current = _step(files, current)
        after = _step(files, current) if _given(files, target + 1) else None
    except PolicyChainError:
        raise
    except ListError as error:
        raise PolicyChainError(f"policy: {error}") from None
    if after is not None and after.seq < seq:
        raise PolicyChainError(
            f"the manifest names policy {target}, which policy {after.version} had replaced when it was logged"
        )
    return current


def _given(files: Files, version: int) -> bool:
    return read_given(files, f"policy-{version}", note.MAX_BYTES) != b"" and exists(files, f"policy-{version}")


def follow(signed: Note, old: LogPolicy) -> LogPolicy:
    """
    Return the policy of a note if it may come after `old`, its place in the log left aside.

    Raises:
        PolicyChainError: Another version, predecessor, origin, place or name of the log.
        UnendorsedError: The root quorum of the old policy or of the new one is not reached.
    """
    new = LogPolicy.parse(signed.text)
    expected = (old.version + 1, old.hash, old.origin)
    if (new.version, new.prev, new.origin) != expected or new.seq <= old.seq:
        raise PolicyChainError(f"policy {new.version} does not follow policy {old.version}")
    if new.log.name != old.log.name:
        raise PolicyChainError(f"policy {new.version} names another log; its key may change, its name may not")
    signed_by(signed, old.root)
    signed_by(signed, new.root)
    return new


def _note(files: Files, version: int) -> Note:
    return Note.parse(read_small(files, f"policy-{version}", note.MAX_BYTES), "policy")


def _step(files: Files, old: LogPolicy) -> LogPolicy:
    version = old.version + 1
    signed = _note(files, version)
    new = follow(signed, old)
    data = read_small(files, f"policy-{version}.tlog-proof", checkpoint.MAX_BYTES)
    checkpoint.Proof.parse(data).check(new.text, new.seq, old.log, old.witnesses)
    return new
