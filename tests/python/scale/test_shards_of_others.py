"""Shards come from other organisations: what they say is not believed."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pdqlite import scale
from pdqlite.cli.main import main
from pdqlite.errors import PdqliteError, ScaleError
from pdqlite.scale import kept
from pdqlite.scale.rows import SCHEMA, packed, table_of
from support import scale as drawn


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """Rows of three pictures."""
    root = tmp_path_factory.mktemp("honest")
    for n in range(3):
        drawn.save(root / "media" / f"p{n}.jpg", n)
    with scale.any_engine(drawn.Here(), 1) as engine:
        scale.hash_files([str(root / "media")], str(root / "out"), scale.Settings("a.example"), engine)
    (shard,) = (root / "out" / "shards").iterdir()
    return table_of(shard.read_bytes())[0]


def changed(table: pa.Table, out: Path, **columns: Any) -> str:
    """Write a shard with other values in a column, whole and well named."""
    for name, value in columns.items():
        field = SCHEMA.field(name)
        table = table.set_column(SCHEMA.get_field_index(name), field, pa.array([value, *table[name].to_pylist()[1:]], field.type))  # fmt: skip
    name, data = packed(table, True)
    (out / "shards").mkdir(parents=True)
    (out / "shards" / name).write_bytes(data)
    return str(out)


NO_RUN = [
    *({name: None} for name in ("path", "etag", "modified", "size", "kind", "pdq", "quality", "category", "source", "again")),
    {"kind": "film"}, {"kind": "none"}, {"kind": "video"}, {"quality": 101}, {"error": "x"}, {"ms": 5}, {"frame": 0},
]  # fmt: skip


@pytest.mark.parametrize("columns", NO_RUN, ids=str)
def test_rows_that_no_run_writes(table: pa.Table, tmp_path: Path, columns: dict[str, Any]) -> None:
    out = changed(table, tmp_path / "out", **columns)
    with pytest.raises(ScaleError, match="with rows that pdqlite scale hash does not write: whoever gave it"):
        scale.merge([out], str(tmp_path / "merged"))
    assert main(["scale", "status", out]) in (0, 1) and not (tmp_path / "merged").exists()


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"signature": b"garbage"}, r"shard [0-9a-f]{16}\.\.\.: .*keypoint signatures: a record is none: whoever gave"),
        ({"source": "b.example"}, "output 2 of those given speaks for 2 organisations"),
        ({"category": "x\ny"}, "categories of the shards: expected"),
    ],
    ids=str,
)
def test_what_no_list_can_bear(table: pa.Table, tmp_path: Path, columns: dict[str, Any], said: str) -> None:
    """An output that speaks for others would make --min-sources 2 of one organisation."""
    outs = [changed(table, tmp_path / "honest", path=b"/other"), changed(table, tmp_path / "out", **columns)]
    with pytest.raises(PdqliteError, match=said):
        scale.merge(outs, str(tmp_path / "merged"))
    assert not (tmp_path / "merged").exists()


def test_a_disk_that_is_full_while_merging(table: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: kept.Files) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(kept.Files, "settle", full)
    with pytest.raises(ScaleError, match="the folder beside the output cannot be written: database or disk is full"):
        scale.merge([changed(table, tmp_path / "out")], str(tmp_path / "merged"))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
