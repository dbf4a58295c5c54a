"""Stores for tests: two releases to install, and what they hold."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import list_samples as samples
import numpy as np
import pytest
from list_samples import KEY, NOW
from test_list_delta import pair

from pdqlite.lists import Store, open_list
from pdqlite.types import Entries

DEVICE_KEY = hashlib.sha256(b"a device key for tests").digest()
KEYS = pytest.mark.parametrize("device_key", [None, DEVICE_KEY], ids=["mapped", "sealed"])
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def install(store: Store, directory: Path, **changes: Any) -> Any:
    return store.install(directory, KEY, **{"trust": samples.trust(), "now": NOW, **changes})


def held(store: Store) -> tuple[int, Entries]:
    """What opens, read whole: the release, its entries."""
    with store.open() as opened:
        blocks = opened.blocks()
        entries = opened.entries()
        assert np.array_equal(blocks.rows, entries.rows) and len(blocks) == len(opened)
        return opened.manifest.seq, entries


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two releases of one list, and a delta."""
    return pair(tmp_path_factory.mktemp("releases"), "image", False, 700, 90, 120)


@pytest.fixture(scope="module")
def expected(releases: tuple[Path, Path]) -> dict[int, Entries]:
    opened = [open_list(d, KEY, trust=samples.trust(), now=NOW).entries for d in releases]
    return dict(enumerate(opened))
