"""The releases that stores install."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdqlite.lists import open_list
from pdqlite.types import Entries
from support.lists import samples
from support.lists.deltas import pair
from support.lists.samples import KEY, NOW


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two releases of one list, and a delta."""
    return pair(tmp_path_factory.mktemp("releases"), "image", False, 700, 90, 120)


@pytest.fixture(scope="module")
def expected(releases: tuple[Path, Path]) -> dict[int, Entries]:
    opened = [open_list(d, KEY, trust=samples.trust(), now=NOW).entries for d in releases]
    return dict(enumerate(opened))
