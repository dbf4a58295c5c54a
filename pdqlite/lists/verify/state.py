"""
What a reader remembers between two releases (docs/formats/list-verify.md, section 13).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pdqlite.errors import ListFormatError, OriginError
from pdqlite.lists.format.encoding import MAX_NUMBER

MAGIC = b"PDQLST2\0"
SIZE = 256
_NONE = bytes(32)


def list_id(origin: str, kind: str) -> bytes:
    """Return what tells one list from another in a state."""
    return hashlib.sha256(f"{origin}\n{kind}\n".encode()).digest()


def log_id(name: str) -> bytes:
    """Return what tells one log from another in a state: a log is its name, whatever its keys."""
    return hashlib.sha256(name.encode()).digest()


@dataclass(frozen=True, slots=True)
class State:
    """
    The record of the last install.

    Attributes:
        list: list_id of the list.
        installs: Counts up from 1.
        seq: Release that is installed.
        manifest: SHA-256 of its manifest's text.
        floor: Latest time that witnesses have vouched for: no clock behind it is believed.
        log: (size, root, log_id) of the largest checkpoint; None: no log so far.
        policy: Version and hash of the policy that was reached; None with pinned keys.
        seen, max_age: When witnesses saw the log, and how old that may be; 0 without witnesses.
    """

    list: bytes
    installs: int
    seq: int
    manifest: bytes
    floor: int = 0
    log: tuple[int, bytes, bytes] | None = None
    policy: tuple[int, bytes] | None = None
    seen: int = 0
    max_age: int = 0

    def __bytes__(self) -> bytes:
        size, root, key = self.log or (0, _NONE, _NONE)
        version, policy = self.policy or (0, _NONE)
        record = b"".join(
            part.to_bytes(8, "big") if isinstance(part, int) else part
            for part in (
                MAGIC, self.installs, self.seq, self.floor, size, root, key, self.list,
                version, policy, self.manifest, self.seen, self.max_age,
            )
        )  # fmt: skip
        return record + hashlib.sha256(record).digest()

    @classmethod
    def parse(cls, data: bytes) -> State:
        """Read a record; ListFormatError if it is damaged, cut or of another version."""
        body, check = data[: SIZE - 32], data[SIZE - 32 :]
        if len(data) != SIZE or data[:8] != MAGIC or hashlib.sha256(body).digest() != check:
            raise ListFormatError("state: damaged, cut or of another version")
        at = {name: int.from_bytes(data[i : i + 8], "big") for name, i in _NUMBERS.items()}
        size, version = at["size"], at["version"]
        root, key, policy = data[40:72], data[72:104], data[144:176]
        state = cls(
            data[104:136], at["installs"], at["seq"], data[176:208], at["floor"],
            (size, root, key) if size else None,
            None if policy == _NONE else (version, policy),
            at["seen"], at["max_age"],
        )  # fmt: skip
        if (
            max(at.values()) > MAX_NUMBER
            or not 0 < state.installs < MAX_NUMBER
            or (bytes(state) != data or (state.seen and not state.max_age))
        ):
            raise ListFormatError("state: not the one encoding of what it says")
        return state


_NUMBERS = {
    "installs": 8, "seq": 16, "floor": 24, "size": 32, "version": 136, "seen": 208, "max_age": 216,
}  # fmt: skip


def load(data: bytes | None, origin: str, kind: str) -> State | None:
    """Return the state of a list; OriginError if the record is of another list."""
    if data is None:
        return None
    state = State.parse(data)
    if state.list != list_id(origin, kind):
        raise OriginError("the stored state belongs to another list")
    return state
