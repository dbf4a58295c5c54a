"""Files into a list: what cannot be read is named, all of it, and nothing is written unless told to go on."""

import json
import time

import pytest

from pdqlite import open_list, sources
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.lists import Trust, load_list_key, load_signing_key
from pdqlite.media import write_picture

FOUND, ERROR = 0, 2


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    for seed in range(2):
        write_picture(tmp_path / "in" / f"{seed}.png", scenes.picture(seed, 160, 120))
    (tmp_path / "in" / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing behind it")
    (tmp_path / "in" / "bad.txt").write_text("no hash\n")
    (tmp_path / "in" / "empty.mp4").write_bytes(b"")
    assert main(["key", "new", str(tmp_path / "key"), "--list", "-q"]) == FOUND
    return tmp_path


def build(folder, *options):
    return main(
        [
            *(
                f"list build {folder / 'in'} --source a.example --key {folder / 'key'} --origin lists.example/t "
                f"--json -o {folder / 'out'}"
            ).split(),
            *options,
        ]
    )


def test_every_broken_file_is_named_and_nothing_written(folder, capsys):
    assert build(folder) == ERROR
    got = capsys.readouterr()
    named = [json.loads(line)["file"] for line in got.out.splitlines()]
    assert named == [str(folder / "in" / n) for n in ("bad.txt", "cut.jpg", "empty.mp4")] + [None]
    assert "3 of 5" in got.err and "--skip-broken" in got.err
    assert not (folder / "out").exists()


def test_broken_files_are_left_out_when_told(folder, capsys):
    assert build(folder, "--skip-broken", "--no-keypoints") == FOUND
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [r["error"] for r in records[:3]] == ["HashFormatError", "DamagedMediaError", "NotMediaError"]
    key = load_list_key(folder / "key")
    trust = folder / "trust"
    assert main(["key", "new", str(folder / "a.pem"), "--name", "a.example", "-q"]) == FOUND
    public = str(load_signing_key(folder / "a.pem", "a.example").verifier)
    assert (
        main(
            (
                f"list trust -o {trust} --origin lists.example/t --endorser {public} --quorum 1 --category unspecified "
                "--allow-unlogged"
            ).split()
        )
        == FOUND
    )
    assert (
        main(
            f"list endorse {folder / 'out'} --name a.example --signing-key {folder / 'a.pem'} --key {folder / 'key'}".split()
        )
        == FOUND
    )
    opened = open_list(str(folder / "out"), key, trust=Trust.parse(trust.read_bytes()), now=int(time.time()))
    expected = {sources.hash_image(folder / "in" / f"{seed}.png").bits for seed in range(2)}
    assert {row.tobytes() for row in opened.entries.rows} == expected


def test_nothing_left_is_an_error(folder, capsys):
    for name in ("0.png", "1.png"):
        (folder / "in" / name).unlink()
    assert build(folder, "--skip-broken") == ERROR
    assert not (folder / "out").exists()


def test_times_that_no_list_holds_are_named(folder, capsys):
    for path in (folder / "in").iterdir():
        path.unlink()
    line = f"0,100,{'5a' * 32},"
    (folder / "in" / "most.vpdq").write_text(f"{line}4294967.000\n")
    assert build(folder) == FOUND
    (folder / "in" / "late.vpdq").write_text(f"{line}4294968.000\n")
    (folder / "in" / "deep.json").write_text("[" * 200_000)
    capsys.readouterr()
    assert build(folder) == ERROR
    told = capsys.readouterr().err
    assert "late.vpdq: line 1: a time past 4294967 seconds" in told and "deep.json: not JSON" in told
