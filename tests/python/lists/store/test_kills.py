"""A few of the kills that tests/fuzz/kills.py makes by the thousand."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from support.lists.kills import KILLS
from support.lists.stores import forks


@forks
@pytest.mark.parametrize("name", KILLS)
def test_killed_at_random(tmp_path: Path, name: str) -> None:
    kill = KILLS[name](tmp_path)
    for number in range(6):
        kill(random.Random(f"tests {number}"))
