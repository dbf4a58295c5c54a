"""A desk of the tests, and reports that come to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from pdqlite.lists.format.note import Signer
from pdqlite.reports import making
from pdqlite.reports.desk import Desk
from pdqlite.reports.items import Item
from pdqlite.reports.keep import Keep
from pdqlite.reports.taking import Office, Taking
from pdqlite.reports.text import ReportText
from pdqlite.reports.triage import Triage
from support.reports import NOW, OFFICES
from support.reports import Office as Organisation

A, B, C = OFFICES
FLAGGER = Signer("flagger.example", C.signer.private)
HERE = Office({A.card.id: A.private}, known={"flagger.example": FLAGGER.verifier})


def noise(seed: int) -> making.Subject:
    """Return the subject of a picture that resembles no other: a hash of 128 random bits."""
    places = np.random.default_rng(seed).permutation(256)[:128]
    bits = np.zeros(256, np.uint8)
    bits[places] = 1
    return making.Subject("image", (320, 240), None, (Item(np.packbits(bits).tobytes(), 90),))


def turned(subject: making.Subject, count: int) -> making.Subject:
    """Return the same with so many bits of the hash turned, as re-encoding does."""
    item = subject.items[0]
    ones = [i for i in range(256) if item.bits[i // 8] >> (7 - i % 8) & 1][: count // 2]
    zeros = [i for i in range(256) if not item.bits[i // 8] >> (7 - i % 8) & 1][: count - count // 2]
    bits = bytearray(item.bits)
    for i in (*ones, *zeros):
        bits[i // 8] ^= 1 << (7 - i % 8)
    return replace(subject, items=(replace(item, bits=bytes(bits)),))


def made(
    subject: making.Subject, signer: Signer | None = None, to: Iterable[Organisation] = OFFICES, **said: str
) -> tuple[bytes, ReportText, Keep]:
    given = making.Said("abuse", **{"reporter": "trusted" if signer else "shown", **said})
    data, text, keep = making.make(subject, given, [office.card for office in to], NOW, signer)
    assert keep is not None
    return data, text, keep


class Place:
    """A folder with files to take in, and a desk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0

    def take(self, files: Iterable[bytes], office: Office = HERE, channel: str = "web") -> dict[str, int]:
        folder = self.path / f"in-{self.number}"
        folder.mkdir()
        self.number += 1
        for i, data in enumerate(files):
            (folder / f"{i:06}.report").write_bytes(data)
        with Desk(self.path / "desk", new=True) as desk:
            run = Taking(desk, office, channel, NOW)
            list(run.take((path.name, path) for path in sorted(folder.iterdir())))
            return dict(run.counts)

    def groups(self, **more: object) -> list[tuple[int, int]]:
        with Desk(self.path / "desk") as desk:
            return [(g.number, g.reports) for g in Triage(desk, **more).groups(1000)]  # type: ignore[arg-type]

    def triage(self) -> Triage:
        return Triage(Desk(self.path / "desk"))
