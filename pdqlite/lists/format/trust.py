"""
What an application pins (docs/formats/list.md, section 4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pdqlite.errors import ArgumentError, ListFormatError
from pdqlite.lists.format import encoding
from pdqlite.lists.format.encoding import Lines, number
from pdqlite.lists.format.manifest import TYPES
from pdqlite.lists.format.note import COSIGNATURE, VerifierKey

MAGIC = "pdqlite.org/trust/v1"
ALLOWED = ("unlogged", "stale", "unaudited")
MAX_AUDITORS = 16


@dataclass(frozen=True, slots=True)
class Trust:
    """
    What a list must be for this application to use it.

    Attributes:
        origin: Name of the list.
        categories: Tokens the application accepts; a list with any other is refused.
        type: "image", "video" or "file".
        endorsers: Keys of the organisations; empty if a policy is pinned instead.
        quorum: How many of them must have signed.
        min_seq: Oldest release to accept.
        max_distance: Largest radius to accept, bits.
        policy: Version and SHA-256 of the first policy, instead of endorsers and quorum.
        allow_unlogged: Use lists that no log proof comes with.
        allow_stale: Use lists past their time.
        auditors: Keys (type 4) of auditors whose line a release must carry; empty if nobody is asked.
        audits: How many of them must have passed it.
        audit_age: Within how many seconds.
        allow_unaudited: Use releases that too few of them have passed.
    """

    origin: str
    categories: tuple[str, ...]
    type: str = "image"
    endorsers: tuple[VerifierKey, ...] = ()
    quorum: int = 0
    min_seq: int = 0
    max_distance: int = 31
    policy: tuple[int, bytes] | None = None
    allow_unlogged: bool = False
    allow_stale: bool = False
    auditors: tuple[VerifierKey, ...] = ()
    audits: int = 0
    audit_age: int = 0
    allow_unaudited: bool = False

    def __post_init__(self) -> None:
        for what, values in (
            ("categories", self.categories),
            ("endorsers", self.endorsers),
            ("auditors", self.auditors),
        ):
            if isinstance(values, str | bytes) or not isinstance(values, Iterable):
                raise ArgumentError(f"trust: expected a sequence of {what}, not {type(values).__name__}")
        encoding.name(self.origin, "trust: origin")
        for token in self.categories:
            encoding.token(token, "trust: category")
        object.__setattr__(self, "categories", tuple(sorted(self.categories)))
        object.__setattr__(self, "endorsers", tuple(self.endorsers))
        object.__setattr__(self, "auditors", tuple(self.auditors))
        if not 1 <= len(self.categories) <= 16 or len(set(self.categories)) != len(self.categories):
            raise ListFormatError("trust: expected 1 to 16 different categories")
        if self.type not in TYPES:
            raise ListFormatError("trust: type is not image, video or file")
        number(str(self.min_seq), "trust: min-seq")
        number(str(self.max_distance), "trust: max-distance", 0, 255)
        self._check_auditors()
        if self.policy is not None:
            if self.endorsers or self.quorum:
                raise ListFormatError("trust: expected a policy or endorsers, not both")
            return
        if not _different(self.endorsers) or not 1 <= len(self.endorsers) <= 32:
            raise ListFormatError("trust: expected 1 to 32 endorsers with different names and keys")
        if not 1 <= self.quorum <= len(self.endorsers):
            raise ListFormatError("trust: expected a quorum of 1 to the number of endorsers")

    def _check_auditors(self) -> None:
        if not self.auditors:
            if self.audits or self.audit_age or self.allow_unaudited:
                raise ListFormatError("trust: expected auditors where their number or their absence is spoken of")
            return
        if not _different(self.auditors) or len(self.auditors) > MAX_AUDITORS:
            raise ListFormatError(f"trust: expected 1 to {MAX_AUDITORS} auditors with different names and keys")
        if any(key.kind != COSIGNATURE for key in self.auditors):
            raise ListFormatError("trust: expected auditors' keys of type 4 (pdqlite key show --witness)")
        if not 1 <= self.audits <= len(self.auditors):
            raise ListFormatError("trust: expected a quorum of 1 to the number of auditors")
        number(str(self.audit_age), "trust: seconds that an audit may be old", 1)

    def __bytes__(self) -> bytes:
        lines = [MAGIC, f"origin {self.origin}", f"type {self.type}"]
        lines += [f"min-seq {self.min_seq}", f"max-distance {self.max_distance}"]
        if self.policy is None:
            lines.append(f"quorum {self.quorum}")
        else:
            lines.append(f"policy {self.policy[0]} {encoding.tobase64(self.policy[1])}")
        lines += ["allow unlogged"] * self.allow_unlogged + ["allow stale"] * self.allow_stale
        lines += ["allow unaudited"] * self.allow_unaudited
        lines += [f"category {token}" for token in self.categories]
        lines += [f"endorser {key}" for key in self.endorsers]
        if self.auditors:
            lines.append(f"auditors {self.audits} {self.audit_age}")
        lines += [f"auditor {key}" for key in self.auditors]
        return ("\n".join(lines) + "\n").encode()

    @classmethod
    def parse(cls, data: bytes) -> Trust:
        """Read a trust file; ListFormatError if it breaks the grammar."""
        lines = Lines(data, "trust")
        lines.whole(MAGIC)
        origin, kind = lines.take("origin", 1)[0], lines.take("type", 1)[0]
        min_seq = number(lines.take("min-seq", 1)[0], "trust: min-seq")
        distance = number(lines.take("max-distance", 1)[0], "trust: max-distance")
        policy, quorum = None, 0
        if lines.peek() == "policy":
            version, digest = lines.take("policy", 2)
            policy = number(version, "trust: policy"), encoding.unhash(digest, "trust: policy")
        else:
            quorum = number(lines.take("quorum", 1)[0], "trust: quorum")
        allowed: list[str] = []
        while lines.peek() == "allow" and len(allowed) < 3:
            allowed += lines.take("allow", 1)
        if allowed != [word for word in ALLOWED if word in allowed]:
            raise ListFormatError("trust: expected 'allow unlogged', then 'allow stale', then 'allow unaudited'")
        categories: list[str] = []
        endorsers: list[VerifierKey] = []
        while lines.peek() == "category" and len(categories) < 17:
            categories += lines.take("category", 1)
        while lines.peek() == "endorser" and len(endorsers) < 33:
            endorsers.append(VerifierKey.parse(lines.take("endorser", 1)[0]))
        auditors, audits, age = _auditors(lines)
        lines.end()
        if categories != sorted(categories):
            raise ListFormatError("trust: categories are not in order")
        return cls(
            origin, tuple(categories), kind, tuple(endorsers), quorum, min_seq, distance, policy,
            "unlogged" in allowed, "stale" in allowed, auditors, audits, age, "unaudited" in allowed,
        )  # fmt: skip


def _different(keys: tuple[VerifierKey, ...]) -> bool:
    return len({key.name for key in keys}) == len({key.public for key in keys}) == len(keys)


def _auditors(lines: Lines) -> tuple[tuple[VerifierKey, ...], int, int]:
    """Take the lines on auditors: their keys, how many of them, within how many seconds."""
    if lines.peek() != "auditors":
        return (), 0, 0
    needed, seconds = lines.take("auditors", 2)
    audits, age = number(needed, "trust: auditors", 1), number(seconds, "trust: auditors", 1)
    found: list[VerifierKey] = []
    while lines.peek() == "auditor" and len(found) <= MAX_AUDITORS:
        found.append(VerifierKey.parse(lines.take("auditor", 1)[0], (COSIGNATURE,)))
    if not found:
        raise ListFormatError("trust: expected 'auditor' lines after 'auditors'")
    return tuple(found), audits, age
