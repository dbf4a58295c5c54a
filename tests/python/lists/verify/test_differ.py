"""The two readers on releases changed at random and signed anew: a few of what tests/fuzz/differential.py draws for hours."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from support.lists import differ
from support.lists.samples import EVERY


def test_the_readers_agree(tmp_path: Path) -> None:
    given = differ.start(tmp_path)
    seen: Counter[str] = Counter()
    for number in range(20_000 if EVERY else 800):
        differ.compare(random.Random(f"tests {number}"), given, seen)
    for status in (
        "ok",
        "format refused",
        "unendorsed refused",
        "policy-chain refused",
        "unlogged refused",
        "unproven refused",
    ):
        assert seen[status], f"{status} never came up: {seen}"
