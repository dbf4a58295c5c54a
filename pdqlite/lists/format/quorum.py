"""
Who must have signed: witnesses, groups and a quorum, in one spelling of C2SP tlog-policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pdqlite.errors import ListFormatError
from pdqlite.lists.format import encoding
from pdqlite.lists.format.encoding import Lines, number
from pdqlite.lists.format.note import VerifierKey

MAX_LINES = 32


@dataclass(frozen=True, slots=True)
class Quorum:
    """
    Members and the rule how many of them make a quorum.

    Attributes:
        members: Name within the policy to key.
        groups: Name to (how many, of which names); names are of members or earlier groups.
        name: The member or group that must hold; "none" asks for nobody.
    """

    members: dict[str, VerifierKey]
    groups: dict[str, tuple[int, tuple[str, ...]]]
    name: str

    def holds(self, signed: Iterable[str]) -> bool:
        """Return True if members of these policy names make a quorum."""
        true = set(signed)
        for group, (needed, names) in self.groups.items():
            if sum(n in true for n in names) >= needed:
                true.add(group)
        return self.name == "none" or self.name in true

    def time(self, times: Mapping[str, int]) -> int | None:
        """Return the latest time at which a quorum had signed no earlier; None if none ever did."""
        for t in sorted(set(times.values()), reverse=True):
            if self.holds(name for name, at in times.items() if at >= t):
                return t
        return None

    def lines(self) -> list[str]:
        """Return the block of lines that parse() takes."""
        lines = [f"witness {name} {key}" for name, key in self.members.items()]
        for name, (needed, names) in self.groups.items():
            word = {1: "any", len(names): "all"}.get(needed, str(needed))
            lines.append(f"group {name} {word} {' '.join(names)}")
        return [*lines, f"quorum {self.name}"]

    @classmethod
    def of(cls, keys: Iterable[VerifierKey], needed: int) -> Quorum:
        """Return the rule that `needed` of these keys must have signed, each under its own name."""
        given = list(keys)
        members = {key.name: key for key in given}
        if len(members) != len(given) or len({key.public for key in given}) != len(given):
            raise ListFormatError("policy: expected different names and different keys; one name or key is given twice")
        if not 1 <= needed <= len(members):
            raise ListFormatError("policy: expected a quorum of 1 to the number of its members")
        group = "quorum"
        while group in members:
            group += "-"
        return cls(members, {group: (needed, tuple(members))}, group)

    @classmethod
    def parse(cls, lines: Lines, kinds: tuple[int, ...], allow_none: bool) -> Quorum:
        """Take witness and group lines and one quorum line; keys are of types `kinds`."""
        members: dict[str, VerifierKey] = {}
        groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        used: set[str] = set()
        while lines.peek() == "witness" and len(members) < MAX_LINES:
            name, key, *url = lines.take("witness", 2, 3)
            if url:
                raise ListFormatError(
                    "policy: a witness line ends after its key; a URL is for the file that `policy make` reads"
                )
            _new_name(name, members, groups)
            members[name] = VerifierKey.parse(key, kinds)
        if len({k.public for k in members.values()}) != len(members):
            raise ListFormatError("policy: one key has two lines")
        if len({k.name for k in members.values()}) != len(members):
            raise ListFormatError("policy: one name has two keys; it would count twice")
        while lines.peek() == "group" and len(groups) < MAX_LINES:
            name, count, *names = lines.take("group", *range(3, 3 + 2 * MAX_LINES))
            _new_name(name, members, groups)
            if len(set(names)) != len(names) or used & set(names):
                raise ListFormatError("policy: a name is in two groups")
            if not set(names) <= members.keys() | groups.keys():
                raise ListFormatError("policy: a group has a member that is not defined above it")
            used |= set(names)
            words = {"any": 1, "all": len(names)}
            needed = words.get(count) or number(count, "policy: group", 1, len(names))
            groups[name] = needed, tuple(names)
        name = lines.take("quorum", 1)[0]
        if name not in members and name not in groups and not (allow_none and name == "none"):
            raise ListFormatError("policy: the quorum is not defined above it")
        return cls(members, groups, name)


def one_spelling(text: bytes) -> bytes:
    """
    Return the quorum block of a C2SP tlog-policy file as policies spell it: without comments, empty lines, further white
    space, `log` lines and URLs.

    Raises:
        ListFormatError: Not ASCII, or a line of another kind.
    """
    kept = []
    for at, line in enumerate(text.decode("ascii", "replace").splitlines(), 1):
        items = line.replace("\t", " ").split(" ")
        items = [item for item in items if item]
        if not items or items[0].startswith("#") or items[0] == "log":
            continue
        if items[0] not in ("witness", "group", "quorum"):
            raise ListFormatError(f"block: line {at} is none of witness, group, quorum, log and # comment")
        kept.append(" ".join(items[:3] if items[0] == "witness" else items))
    return "".join(f"{line}\n" for line in kept).encode("ascii", "replace")


def _new_name(name: str, *tables: Mapping[str, object]) -> None:
    encoding.name(name, "policy: name")
    if name == "none" or any(name in table for table in tables):
        raise ListFormatError("policy: a name is defined twice, or is 'none'")


NOBODY = Quorum({}, {}, "none")
