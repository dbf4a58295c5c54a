"""
From any number of files in any store to one list: hash in shards on many machines, merge, build (docs/howto/scale.md).

Needs `pip install 'pdqlite[scale]'` (dask, distributed, pyarrow, fsspec); nothing else of pdqlite imports this room::

    with scale.dask_engine(workers=8) as engine:
        scale.hash_files(["s3://media/2024"], "s3://hashes/run", scale.Settings(source="org-a.example"), engine)
    scale.merge(["s3://hashes/run"], "merged")
    scale.build("merged", "release-0", terms, key=key)
"""

from __future__ import annotations

from pdqlite.scale.build import Input, build, marks, read_merged
from pdqlite.scale.engine import Engine, any_engine, dask_engine, pool_engine
from pdqlite.scale.merge import Merged, merge
from pdqlite.scale.run import Summary, hash_files
from pdqlite.scale.status import Status, status
from pdqlite.scale.work import Settings

__all__ = [
    "Engine",
    "Input",
    "Merged",
    "Settings",
    "Status",
    "Summary",
    "any_engine",
    "build",
    "dask_engine",
    "hash_files",
    "marks",
    "merge",
    "pool_engine",
    "read_merged",
    "status",
]
