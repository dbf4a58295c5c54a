"""What is handed on apart from releases, changed at random: a little of what tests/fuzz/texts.py draws for hours."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from pdqlite.errors import ListFormatError
from pdqlite.lists.format.note import Note
from support.lists import texts
from support.lists.samples import EVERY


def test_readers_take_what_the_format_takes(tmp_path: Path) -> None:
    given = texts.start(tmp_path)
    seen: Counter[str] = Counter()
    for number in range(40_000 if EVERY else 2500):
        texts.compare(random.Random(f"tests {number}"), given, seen)
    for kind in ("record", "evidence", "statement"):
        assert seen[f"{kind} taken"] and seen[f"{kind} refused"], seen
    for says in ("same", "split-view", "unknown", "other-log", "refused"):
        assert seen[f"token {says}"], seen
    assert seen["envelope refused"] and seen["evidence read, shows nothing"]


def test_the_second_reading_sees_what_a_reader_lets_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that forgets whose signature it is, or that numbers have a limit, is found out."""
    given = texts.start(tmp_path)
    with monkeypatch.context() as broken, pytest.raises(AssertionError):
        broken.setattr(Note, "signers", lambda self, keys: tuple(keys))
        for number in range(2500):
            texts.record(random.Random(number), given)
    with monkeypatch.context() as broken, pytest.raises((AssertionError, ListFormatError)):
        broken.setattr("pdqlite.lists.log.gossip.MAX_NUMBER", 2**64)
        for number in range(2500):
            texts.token(random.Random(number), given)
