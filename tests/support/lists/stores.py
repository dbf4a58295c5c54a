"""Stores for tests: two releases to install, and what they hold."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pdqlite.lists import Store
from pdqlite.types import Entries
from support.lists import samples
from support.lists.samples import KEY, NOW

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
