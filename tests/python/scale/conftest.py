"""One folder of each of two organisations, and the list that `list build` makes of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

for package in ("dask", "distributed", "pyarrow", "fsspec"):
    pytest.importorskip(package, reason=f"pdqlite[scale] is not installed: no {package}")

from pdqlite.cli.main import main  # noqa: E402
from support import scale as drawn  # noqa: E402


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    root: Path = tmp_path_factory.mktemp("scale")
    key = root / "list.key"
    assert main(["key", "new", str(key), "--list"]) == 0
    for name, first, count in (("a", 0, 24), ("b", 12, 24)):  # half of them are in both
        drawn.draw(root / name, first, count)
    words = ["--submitted", "a.example", str(root / "a"), "--submitted", "b.example", str(root / "b"), "--skip-broken"]
    assert main(["list", "build", *words, "-o", str(root / "sequential"), "--key", str(key), *drawn.TERMS]) == 0
    return SimpleNamespace(root=root, key=key, expected=drawn.bytes_of(root / "sequential"))


@pytest.fixture(scope="session")
def shards(place: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shards of both, of five files each."""
    out = tmp_path_factory.mktemp("shards")
    for found in drawn.hashed(place.root, out, 5):
        assert found.complete and found.done.files == found.listed == 33
        assert (found.done.pictures, found.done.videos, found.done.no_media) == (26, 3, 1)
        assert found.done.failed.total() == 3 and found.skipped == {"hidden (see --hidden)": 1}
    return out
