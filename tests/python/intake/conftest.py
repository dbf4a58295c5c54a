"""A desk: a folder with a key, a feed and the mappings of its categories and members."""

import pytest

from pdqlite.cli.main import FOUND, main
from support.feeds import A, B, C


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["key", "new", "key", "--list", "-q"]) == FOUND
    (tmp_path / "feed.csv").write_text("id,pdq,classification,member,deleted\n" + "".join(
        f"r{i},{v.hex()},{c},{m},false\n" for i, (v, c, m) in enumerate([(A, "A1", "One"), (B, "B2", "Two"), (C, "A1", "Two")])))  # fmt: skip
    (tmp_path / "cats").write_text("A1 = worst\nB2 = bad\n")
    (tmp_path / "members").write_text("One = a.example\nTwo = b.example\n")
    return tmp_path
