"""Whether two sets of entries are the same, column by column."""

from __future__ import annotations

import numpy as np

from pdqlite.types import Entries

COLUMNS = ("rows", "categories", "sources", "flags", "quality", "video", "time_ms")


def same(a: Entries, b: Entries) -> bool:
    pairs = [(getattr(a, name), getattr(b, name)) for name in COLUMNS]
    return a.keypoints == b.keypoints and all((x is None and y is None) or np.array_equal(x, y) for x, y in pairs)
