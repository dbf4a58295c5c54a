"""
The list's log: checkpoints, cosignatures and proofs (docs/formats/list-policies-log.md, section 11).

C2SP tlog-checkpoint, tlog-cosignature, tlog-proof. Reading only; writing is in logbook.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pdqlite.errors import (
    FreezeError,
    ListFormatError,
    RollbackError,
    SplitViewError,
    UnendorsedError,
    UnloggedError,
    UnprovenError,
    UnwitnessedError,
)
from pdqlite.lists.crypto import ed25519, merkle
from pdqlite.lists.format import encoding
from pdqlite.lists.format.encoding import ago, number, span, tobase64, unhash
from pdqlite.lists.format.note import MAX_BYTES, Note, Signature, VerifierKey
from pdqlite.lists.format.quorum import Quorum

PROOF_MAGIC = b"c2sp.org/tlog-proof@v1\n"
MAX_PATH = 63
AHEAD = 86400

__all__ = [
    "MAX_BYTES", "Checkpoint", "Proof", "check_fresh", "check_history", "consistency_path", "cosigned_text",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, number of leaves and root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """The text that the log signs."""
        return f"{self.origin}\n{self.size}\n{tobase64(self.root)}\n".encode()

    @classmethod
    def parse(cls, text: bytes, extended: bool = False) -> Checkpoint:
        """
        Read a checkpoint's text: exactly three lines; `extended`: or more, none of them empty, as other logs write them
        (C2SP tlog-checkpoint, extension lines). They are signed with the rest, and nothing here reads them.
        """
        parts = text.decode("utf-8", "replace").split("\n")
        if parts.pop() or len(parts) < 3 or (len(parts) > 3 and not extended) or not all(parts):
            raise ListFormatError("checkpoint: expected three lines" + (" or more, none empty" if extended else ""))
        origin = encoding.name(parts[0], "checkpoint: origin")
        return cls(origin, number(parts[1], "checkpoint: size"), unhash(parts[2], "checkpoint"))


def cosigned_text(time: int, text: bytes) -> bytes:
    """Return what a witness signs at `time` (POSIX seconds) for a checkpoint's text."""
    return f"cosignature/v1\ntime {time}\n".encode() + text


def cosigned_at(key: VerifierKey, line: Signature, text: bytes) -> int:
    """
    Return the time, POSIX seconds, at which a witness cosigned a checkpoint's text.

    Raises:
        UnwitnessedError: The cosignature is bad.
    """
    time = int.from_bytes(line.data[:8], "big")
    if not ed25519.verify(key.public, line.data[8:], cosigned_text(time, text)):
        raise UnwitnessedError(f"the cosignature of {key.name} does not verify")
    return time


def witness_times(signed: Note, quorum: Quorum) -> dict[str, int]:
    """
    Return the time of each witness (by its name in the policy) that cosigned.

    Raises:
        UnwitnessedError: A cosignature of a known witness is bad.
    """
    lines = {(s.name, s.id): s for s in signed.signatures}
    found = {name: lines.get((key.name, key.id)) for name, key in quorum.members.items()}
    return {
        name: cosigned_at(quorum.members[name], line, signed.text) for name, line in found.items() if line is not None
    }


def quorum_time(times: Mapping[str, int], quorum: Quorum) -> int:
    """Return the latest time such that those who signed then or later make a quorum; else UnwitnessedError."""
    time = quorum.time(times)
    if time is None:
        raise UnwitnessedError(f"{len(times)} witnesses of the policy cosigned: too few")
    return time


@dataclass(frozen=True, slots=True)
class Proof:
    """That a text is in a log: its index, the path to the root and the signed checkpoint."""

    index: int
    path: tuple[bytes, ...]
    note: Note

    def __bytes__(self) -> bytes:
        lines = [f"index {self.index}", *map(tobase64, self.path), ""]
        return PROOF_MAGIC + ("\n".join(lines) + "\n").encode() + bytes(self.note)

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint, read from the note."""
        return Checkpoint.parse(self.note.text)

    @classmethod
    def parse(cls, data: bytes) -> Proof:
        """Read a tlog-proof without extra data; ListFormatError if it breaks the grammar."""
        head, blank, rest = data.partition(b"\n\n")
        if len(data) > MAX_BYTES or not head.startswith(PROOF_MAGIC) or not blank:
            raise ListFormatError("proof: expected a c2sp.org/tlog-proof@v1")
        lines = head[len(PROOF_MAGIC) :].decode("ascii", "replace").split("\n")
        if not lines[0].startswith("index ") or len(lines) > 1 + MAX_PATH:
            raise ListFormatError("proof: expected an index line and at most 63 hashes")
        index = number(lines[0][6:], "proof: index")
        path = tuple(unhash(line, "proof") for line in lines[1:])
        proof = cls(index, path, Note.parse(rest, "checkpoint"))
        Checkpoint.parse(proof.note.text)
        return proof

    def check(self, text: bytes, seq: int, key: VerifierKey, quorum: Quorum) -> int | None:
        """
        Check that `text` is leaf `seq` of the log of `key`, seen by a quorum of witnesses.

        Returns:
            The time at which the quorum held; None if the policy asks for no witness.

        Raises:
            UnloggedError: The proof does not prove this.
            UnwitnessedError: Too few witnesses, or a bad cosignature.
        """
        head = self.checkpoint
        try:
            logged = self.note.signers([key])
        except UnendorsedError as error:
            raise UnloggedError(str(error)) from None
        if not logged or head.origin != key.name:
            raise UnloggedError("the checkpoint is not signed by the list's log")
        leaf = merkle.leaf_hash(text)
        if self.index != seq or not merkle.included(leaf, seq, head.size, self.path, head.root):
            raise UnloggedError("the proof does not show this text at its place in the log")
        times = witness_times(self.note, quorum)
        return None if quorum.name == "none" else quorum_time(times, quorum)


def check_fresh(proof: Proof, time: int | None, max_age: int, now: int) -> None:
    """Check that the proof's leaf is the newest and its witnesses saw it within `max_age`."""
    if proof.index != proof.checkpoint.size - 1:
        raise RollbackError("the log has a newer release than this one")
    if time is not None and not now - max_age <= time <= now + AHEAD:
        raise FreezeError(f"the witnesses saw the log {ago(now - time)}, the limit is {span(max_age)}")


def consistency_path(data: bytes) -> list[bytes]:
    """Return the hashes of a consistency file: one on a line, at most 64."""
    lines = data.decode("ascii", "replace").split("\n")
    if lines.pop() or len(lines) > MAX_PATH + 1:
        raise ListFormatError("consistency: expected at most 64 lines, each with its end")
    return [unhash(line, "consistency") for line in lines]


def consistency_file(leaves: Sequence[bytes], old: int) -> bytes:
    """Return what `consistency-<old>` says: the proof, and the root before it that the proof leaves out."""
    whole = [merkle.root(leaves[:old])] if old & (old - 1) == 0 else []
    return "".join(f"{tobase64(h)}\n" for h in [*whole, *merkle.consistency_path(leaves, old)]).encode()


def check_history(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> None:
    """
    Check that a new checkpoint continues a stored one, both signed by their log.

    Args:
        path: Of a consistency file: what whoever serves it says, unsigned. It may prove, not accuse.

    Raises:
        RollbackError: It is smaller.
        SplitViewError: The two contradict each other: keep both notes, they are evidence.
        UnprovenError: The path does not lead to the new checkpoint.
    """
    if old.origin != new.origin:
        raise UnprovenError("the checkpoint seen before is of another log")
    if new.size < old.size:
        raise RollbackError(f"the log had {old.size} leaves before, now {new.size}")
    if new.size == old.size and new.root != old.root:
        raise SplitViewError(f"the log shows another history than before: two trees of {new.size} leaves")
    if new.size == old.size or old.size == 0:
        if path:
            raise UnprovenError("a consistency proof where none is needed")
        return
    roots = merkle.consistency_roots(old.size, new.size, path)
    if roots is None and old.size & (old.size - 1) == 0:
        roots = merkle.consistency_roots(old.size, new.size, [old.root, *path])
    if roots is None or roots[1] != new.root:
        raise UnprovenError(
            "the consistency proof does not lead to the new checkpoint: it shows nothing, ask another mirror"
        )
    if roots[0] != old.root:
        raise SplitViewError("the log shows another history than before")
