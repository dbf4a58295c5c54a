"""Files into a list: what cannot be read is named, all of it, and nothing is written unless told to go on."""

import json
import time

import numpy as np
import pytest

from pdqlite import open_list, sources
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.lists import Trust, load_list_key, load_signing_key, read_release
from pdqlite.matching import Matcher
from pdqlite.media import write_picture, write_video
from pdqlite.types import MatchPolicy

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


def test_pictures_and_clips_of_one_folder_keep_signatures_each_in_its_list(folder, capsys):
    """A crop of any frame that is kept, and of any picture, is found by the lists that the command makes of one folder."""
    for path in (folder / "in").iterdir():
        path.unlink()
    for seed in range(3):
        write_picture(folder / "in" / f"{seed}.png", scenes.picture(seed, 320, 240))
    write_video(folder / "in" / "clip.mp4", scenes.clip(7, 3.0, 8, 480, 270), 8)
    assert build(folder) == FOUND
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()][-1]["lists"]
    key = load_list_key(folder / "key")
    for kind, record in zip(("image", "video"), told, strict=True):
        entries = read_release(folder / "out" / kind, key).entries
        assert entries.keypoints is not None and len(entries) == record["report"]["signatures"] > 2
        assert all(len(one) > 50 for one in entries.keypoints)
    watch = Matcher(entries, MatchPolicy(picture_rate=1e-7, uncrop_entries=0), max_distance=0).watch()
    for second, frame in enumerate(list(scenes.clip(7, 3.0, 8, 480, 270))[::8]):
        watch.push(np.ascontiguousarray(frame[30:-20, 40:-20]), float(second))
    assert watch.decision().matched and watch.decision().tier == 3
    assert build(folder, "--no-keypoints", "-o", str(folder / "bare")) == FOUND
    assert read_release(folder / "bare" / "video", key).entries.keypoints is None
