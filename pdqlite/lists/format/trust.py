"""
What an application pins (docs/formats/list.md, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass

from pdqlite.errors import ListFormatError
from pdqlite.lists.format import encoding
from pdqlite.lists.format.encoding import Lines, number
from pdqlite.lists.format.manifest import TYPES
from pdqlite.lists.format.note import VerifierKey

MAGIC = "pdqlite.org/trust/v1"


@dataclass(frozen=True, slots=True)
class Trust:
    """
    What a list must be for this application to use it.

    Attributes:
        origin: Name of the list.
        categories: Tokens the application accepts; a list with any other is refused.
        type: "image" or "video".
        endorsers: Keys of the organisations; empty if a policy is pinned instead.
        quorum: How many of them must have signed.
        min_seq: Oldest release to accept.
        max_distance: Largest radius to accept, bits.
        policy: Version and SHA-256 of the first policy, instead of endorsers and quorum.
        allow_unlogged: Use lists that no log proof comes with.
        allow_stale: Use lists past their time.
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "categories", tuple(sorted(self.categories)))
        object.__setattr__(self, "endorsers", tuple(self.endorsers))
        encoding.name(self.origin, "trust: origin")
        for token in self.categories:
            encoding.token(token, "trust: category")
        if not 1 <= len(self.categories) <= 16 or len(set(self.categories)) != len(self.categories):
            raise ListFormatError("trust: expected 1 to 16 different categories")
        if self.type not in TYPES:
            raise ListFormatError("trust: type is not image or video")
        number(str(self.min_seq), "trust: min-seq")
        number(str(self.max_distance), "trust: max-distance", 0, 255)
        if self.policy is not None:
            if self.endorsers or self.quorum:
                raise ListFormatError("trust: expected a policy or endorsers, not both")
            return
        names = {key.name for key in self.endorsers}
        keys = {key.public for key in self.endorsers}
        if not len(names) == len(keys) == len(self.endorsers) or not 1 <= len(names) <= 32:
            raise ListFormatError("trust: expected 1 to 32 endorsers with different names and keys")
        if not 1 <= self.quorum <= len(self.endorsers):
            raise ListFormatError("trust: expected a quorum of 1 to the number of endorsers")

    def __bytes__(self) -> bytes:
        lines = [MAGIC, f"origin {self.origin}", f"type {self.type}"]
        lines += [f"min-seq {self.min_seq}", f"max-distance {self.max_distance}"]
        if self.policy is None:
            lines.append(f"quorum {self.quorum}")
        else:
            lines.append(f"policy {self.policy[0]} {encoding.tobase64(self.policy[1])}")
        lines += ["allow unlogged"] * self.allow_unlogged + ["allow stale"] * self.allow_stale
        lines += [f"category {token}" for token in self.categories]
        lines += [f"endorser {key}" for key in self.endorsers]
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
        while lines.peek() == "allow" and len(allowed) < 2:
            allowed += lines.take("allow", 1)
        if allowed not in ([], ["unlogged"], ["stale"], ["unlogged", "stale"]):
            raise ListFormatError("trust: expected 'allow unlogged', then 'allow stale'")
        categories: list[str] = []
        endorsers: list[VerifierKey] = []
        while lines.peek() == "category" and len(categories) < 17:
            categories += lines.take("category", 1)
        while lines.peek() == "endorser" and len(endorsers) < 33:
            endorsers.append(VerifierKey.parse(lines.take("endorser", 1)[0]))
        lines.end()
        if categories != sorted(categories):
            raise ListFormatError("trust: categories are not in order")
        return cls(
            origin, tuple(categories), kind, tuple(endorsers), quorum, min_seq, distance, policy,
            "unlogged" in allowed, "stale" in allowed,
        )  # fmt: skip
