"""What is held does not grow with the list."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pdqlite import scale
from pdqlite.scale import spill
from pdqlite.scale.merge import ABOUT, VERSION

GROUPS, ROWS, SIGNATURE = 80, 2000, 355


def test_a_merge_is_read_group_by_group(tmp_path: Path) -> None:
    """Arrow counts what it holds: of 80 groups never a fifth, however many its threads read ahead. Read whole, it holds 80."""
    rng = np.random.default_rng(1)
    with pq.ParquetWriter(tmp_path / "image.parquet", spill.SCHEMA) as out:
        for _ in range(GROUPS):
            columns = [
                pa.array([rng.bytes(32) for _ in range(ROWS)], pa.binary(32)), pa.array([1] * ROWS, pa.uint16()), pa.array([1] * ROWS, pa.uint16()),
                pa.array([100] * ROWS, pa.uint8()), pa.nulls(ROWS, pa.uint32()), pa.nulls(ROWS, pa.uint32()),
                pa.array([rng.bytes(SIGNATURE) for _ in range(ROWS)], pa.large_binary()),
            ]  # fmt: skip
            out.write_table(pa.table(columns, spill.SCHEMA))
    about = {"version": VERSION, "kinds": {"image": {"entries": GROUPS * ROWS}}, "sources": ["a.example"], "categories": ["c"]}  # fmt: skip
    (tmp_path / ABOUT).write_text(json.dumps(about))
    entries = importlib.import_module("pdqlite.scale.build")._entries
    before, most, seen = pa.total_allocated_bytes(), 0, 0
    for part in entries(scale.read_merged(str(tmp_path)), "image", 1, True):
        seen += len(part)
        most = max(most, pa.total_allocated_bytes() - before)
    assert seen == GROUPS * ROWS
    assert most < GROUPS // 5 * ROWS * (SIGNATURE + 50)
