"""
Shards: Parquet files of rows, named by their SHA-256, so that a shard is whole or is none, and the same work twice is one file.

A row is a picture, a frame of a video, or a file that could not be hashed; the rows of one file stand together in one shard.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from pdqlite.errors import ScaleError

VERSION = b"1"
ENDING = ".parquet"
_VERSION, _SIGNED = b"pdqlite-scale", b"pdqlite-signatures"

SCHEMA = pa.schema(
    [
        ("path", pa.binary()),  # of the file in its store, as the store has it (surrogateescape)
        ("etag", pa.string()),  # the store's name of this content; of a local file `size-mtime`
        ("modified", pa.int64()),  # when the store says that it was written, milliseconds
        ("size", pa.int64()),
        ("sha256", pa.binary(32)),
        ("kind", pa.string()),  # "picture", "video", or "none": no media, or not hashed
        ("pdq", pa.binary(32)),
        ("quality", pa.uint8()),
        ("frame", pa.uint32()),
        ("ms", pa.uint32()),
        ("signature", pa.binary()),
        ("category", pa.string()),
        ("source", pa.string()),
        ("note", pa.string()),  # "damaged", "truncated": hashed as far as it decodes
        ("error", pa.string()),  # why there is no hash; null if there is one
        ("again", pa.bool_()),  # another run may do better: the store's fault, not the file's
    ]
)
NAMES = SCHEMA.names
_ALWAYS = {"path", "etag", "modified", "size", "kind", "category", "source", "again"}  # never null
_HASHED, _VIDEO = {"pdq", "quality"}, {"frame", "ms"}  # of pictures and videos, of videos alone


def key_of(path: bytes, etag: str) -> bytes:
    """Return what names one version of a file, 16 bytes."""
    return hashlib.blake2b(path + b"\0" + etag.encode(), digest_size=16).digest()


def path_key(path: bytes) -> bytes:
    """Return what names a file in all its versions, 16 bytes."""
    return hashlib.blake2b(path, digest_size=16).digest()


@dataclass(slots=True)
class Rows:
    """Rows of one shard, column by column."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in NAMES})

    def add(self, **values: Any) -> None:
        """Add one row; what is not named is null."""
        for name, column in self.columns.items():
            column.append(values.get(name))

    def __len__(self) -> int:
        return len(self.columns["path"])

    def shard(self, signatures: bool) -> tuple[str, bytes]:
        """Return the name and the bytes of the shard."""
        return packed(pa.table(self.columns, SCHEMA), signatures)


def packed(table: pa.Table, signatures: bool) -> tuple[str, bytes]:
    """Return the name and the bytes of the shard of some rows (SCHEMA)."""
    about = {_VERSION: VERSION, _SIGNED: b"1" if signatures else b"0"}
    sink = pa.BufferOutputStream()
    words = ["kind", "category", "source", "error", "note"]
    pq.write_table(table.replace_schema_metadata(about), sink, compression="zstd", use_dictionary=words)
    data = sink.getvalue().to_pybytes()
    return hashlib.sha256(data).hexdigest() + ENDING, data


def is_whole(name: str, data: bytes) -> bool:
    """Say whether these are the bytes that a shard's name names."""
    return hashlib.sha256(data).hexdigest() + ENDING == name


def table_of(data: bytes, columns: list[str] | None = None) -> tuple[pa.Table, bool]:
    """
    Return a shard's rows, and whether signatures were asked for.

    Raises:
        ScaleError: It is no shard, one of another version, or one with rows that no run writes.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        about = file.schema_arrow.metadata or {}
        version = about.get(_VERSION)
        if version is None:
            raise ScaleError("a Parquet file that pdqlite scale hash did not write")
        if version != VERSION:
            raise ScaleError(
                f"a shard of version {version[:20].decode('ascii', 'replace')}; this pdqlite reads version {VERSION.decode()}: "
                "merge it with the pdqlite that wrote it, or hash again into another output"
            )
        if not file.schema_arrow.equals(SCHEMA):
            raise ScaleError("a shard whose columns are not those of its version")
        return _checked(file.read(columns)), about.get(_SIGNED) == b"1"
    except pa.ArrowException as error:
        raise ScaleError(f"no Parquet file ({type(error).__name__})") from None


def _checked(table: pa.Table) -> pa.Table:
    """Refuse rows that hash_files does not write: shards come from others too."""
    there = set(table.column_names)
    fine = not any(table[name].null_count for name in _ALWAYS & there)
    if fine and "kind" in there:
        kind = table["kind"]
        none, video = pa.compute.equal(kind, "none"), pa.compute.equal(kind, "video")
        fine = set(kind.unique().to_pylist()) <= {"picture", "video", "none"}
        empty = {name: none for name in _HASHED} | {name: pa.compute.invert(video) for name in _VIDEO}
        empty["error"] = pa.compute.invert(none)
        for name in empty.keys() & there:
            fine &= pa.compute.is_null(table[name]).equals(empty[name])
    if fine and "quality" in there:
        fine = (pa.compute.max(table["quality"]).as_py() or 0) <= 100
    if not fine:
        raise ScaleError("a shard with rows that pdqlite scale hash does not write: whoever gave it must hash again")
    return table
