"""No list without its map: the map is on the disk before the list is, whole, for its owner alone, and never over another release's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pdqlite import lists
from pdqlite.cli import list_build
from pdqlite.cli.main import ERROR, FOUND
from pdqlite.errors import ArgumentError
from pdqlite.intake import Origin, privatemap, read_map, write_map
from support.feeds import MAPS, A, build


def test_the_map_and_the_report_are_there_before_the_list(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = lists.build_list, []

    def building(directory, *more, **named):  # noqa: ANN001, ANN002, ANN003, ANN202
        assert not Path(directory).exists()
        seen.append((len(list(read_map("map.csv"))), Path("report.json").stat().st_size > 2))
        return real(directory, *more, **named)

    monkeypatch.setattr(list_build.lists, "build_list", building)
    assert build("feed.csv", *MAPS, "--map", "map.csv", "--report", "report.json") == FOUND
    assert seen == [(3, True)]


def test_a_list_that_is_not_made_leaves_neither(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise ArgumentError("no")

    with monkeypatch.context() as patch:
        patch.setattr(list_build.lists, "build_list", failing)
        before = sorted(desk.iterdir())
        assert build("feed.csv", *MAPS, "--map", "map.csv", "--report", "report.json") == ERROR
        assert sorted(desk.iterdir()) == before
    assert build("feed.csv", *MAPS, "--map", "none/map.csv") == ERROR
    assert sorted(desk.iterdir()) == before


def test_the_map_of_another_release_stays(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build("feed.csv", *MAPS, "--map", "map.csv") == FOUND
    was = (desk / "map.csv").read_bytes()
    assert build("feed.csv", *MAPS, "--base", "out", "--base-map", "map.csv", "--map", "map.csv", out="next") == ERROR
    assert "map.csv" in (said := capsys.readouterr().err) and "give another name" in said
    assert (desk / "map.csv").read_bytes() == was and not (desk / "next").exists()


def test_a_map_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, one = tmp_path / "map.csv", Origin(0, A, None, "f", "line 1")
    if os.name == "posix":
        (tmp_path / "map.csv.new").symlink_to(tmp_path / "elsewhere")  # a name that can be guessed is not used
    synced = []
    monkeypatch.setattr(privatemap, "sync_directory", lambda folder: synced.append((folder, path.exists())))
    assert write_map(path, [one, one]) == 2 and synced == [(tmp_path, True)]
    assert not (tmp_path / "elsewhere").exists() and path.stat().st_mode & 0o077 == 0 or os.name != "posix"

    def breaking():  # noqa: ANN202
        yield one
        raise OSError(28, "No space left on device")

    was = path.read_bytes()
    with pytest.raises(OSError, match="No space") as caught:
        write_map(path, breaking())
    assert caught.value.filename == str(path) and path.read_bytes() == was
    assert {p.name for p in tmp_path.iterdir()} <= {"map.csv", "map.csv.new"}


@pytest.mark.parametrize("order", [("--report", "report.json"), ("--map", "next.csv", "--report", "report.json")])
def test_where_a_list_stands_nothing_is_written(desk: Path, order: tuple[str, ...]) -> None:
    """The output is another release: its report stays, and there is no map of a list that was not made."""
    assert build("feed.csv", *MAPS, "--map", "map.csv", "--report", "report.json") == FOUND
    before = {path: path.read_bytes() for path in desk.iterdir() if path.is_file()}
    assert build("feed.csv", *MAPS, "--min-sources", "1", *order) == ERROR
    assert {path: path.read_bytes() for path in desk.iterdir() if path.is_file()} == before


def test_the_report_before_comes_back(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert build("feed.csv", *MAPS, "--map", "map.csv", "--report", "report.json") == FOUND
    (desk / "report.json").write_bytes(b"the one before")

    def failing(*_: object, **__: object) -> None:
        raise ArgumentError("no")

    monkeypatch.setattr(list_build.lists, "build_list", failing)
    assert build("feed.csv", *MAPS, "--report", "report.json", out="next") == ERROR
    assert (desk / "report.json").read_bytes() == b"the one before"
