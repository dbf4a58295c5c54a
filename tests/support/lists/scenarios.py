"""
Attacks on a logged list, each by its name, with the status that the format says it leads to.

The names are those of the design's attack run and of the client scenarios of TUF's conformance suite
(rollback, freeze, fast-forward, mix-and-match, duplicate signatures, threshold, rotation, expired,
endless data). A scenario is what was installed before, and what is offered now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pdqlite.lists import Trust
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format.encoding import tobase64
from support.lists.logged import World
from support.lists.samples import KEY, NOW

Files = dict[str, bytes]


@dataclass
class Scenario:
    """
    What a device is offered.

    Attributes:
        trust: What it pins.
        files: The files offered.
        now: Its clock.
        before: Releases it installed before, each with the clock then.
        key: The list key it uses.
    """

    trust: Trust
    files: Files
    now: int = NOW
    before: list[tuple[Files, int]] = field(default_factory=list)
    key: bytes = KEY


ATTACKS: dict[str, tuple[str, Callable[[Path], Scenario]]] = {}


def attack(name: str, status: str) -> Callable[[Callable[[Path], Scenario]], Callable[[Path], Scenario]]:
    """Enter a scenario under its name; `status` as in the vectors: a remark is written as it is, an error
    of the same name with "-refused"."""

    def enter(make: Callable[[Path], Scenario]) -> Callable[[Path], Scenario]:
        assert name not in ATTACKS
        ATTACKS[name] = status, make
        return make

    return enter


def world(root: Path, releases: int = 1, policy: bytes | None = None) -> World:
    made = World(root, policy)
    for _ in range(releases):
        made.release()
    return made


def offered(
    made: World, now: int = NOW, before: list[tuple[Files, int]] | None = None, **files: bytes | None
) -> Scenario:
    """What a world publishes, with some files replaced or (None) withheld."""
    merged = {**made.files, **files}
    return Scenario(made.trust, {k: v for k, v in merged.items() if v is not None}, now, before or [])


def going_on(made: World, old: int) -> Files:
    """The consistency file for a device that saw `old` leaves."""
    hashes = [merkle.leaf_hash(e) for e in made.book.entries()]
    path = merkle.consistency_path(hashes, old)
    whole = [merkle.root(hashes[:old])] if old & (old - 1) == 0 else []
    return {f"consistency-{old}": "".join(tobase64(h) + "\n" for h in whole + path).encode()}


def fork(root: Path, like: World, releases: int = 1) -> World:
    """Another history under the same keys, its witnesses colluding."""
    (root / "fork").mkdir()
    made = World(root / "fork")
    made.texts.append(b"another leaf\n")
    for _ in range(releases):
        made.release()
    assert made.trust == like.trust
    return made


PROOF = "manifest.tlog-proof"
