"""`pdqlite hash`: every format, bad files among good ones, exit codes."""

import csv
import io
import json

import pytest

from pdqlite import sources, vpdq, workers
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.media import write_picture, write_video
from pdqlite.types import FrameHash


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("media")
    write_picture(path / 'a, "one".png', scenes.picture(1, 160, 120))
    write_video(path / "b.mp4", scenes.clip(1, 3, fps=5, width=160, height=120), fps=5)
    return path


def out(capsys, *arguments, code=0):
    assert main(["hash", "--jobs", "1", *map(str, arguments)]) == code
    return capsys.readouterr()


def test_formats_read_back(folder, capsys):
    picture, video = sources.hash_image(folder / 'a, "one".png'), sources.hash_video(folder / "b.mp4")
    bits = [picture.bits, *(f.bits for f in video.frames)]

    rows = list(csv.DictReader(io.StringIO(out(capsys, "--format", "csv", folder).out)))
    assert [bytes.fromhex(r["hash"]) for r in rows] == bits
    assert rows[0]["file"].endswith('a, "one".png') and rows[0]["seconds"] == ""
    assert [float(r["seconds"]) for r in rows[1:]] == [round(f.time, 3) for f in video.frames]

    assert [h.bits for h in vpdq.read_hashes(out(capsys, "--format", "hex", folder).out)] == bits

    lines = out(capsys, "--format", "vpdq", folder / "b.mp4").out
    expected = sources.hash_video(folder / "b.mp4", sampling="vpdq").frames
    assert vpdq.read_hashes(lines) == [FrameHash(f.frame, round(f.time, 3), f.bits, f.quality) for f in expected]

    item = json.loads(out(capsys, "--format", "threatexchange", folder / "b.mp4").out)
    assert item == [f"{f.hex},{f.quality},{f.time:.3f}" for f in video.frames]


def test_csv_is_read_back_as_hashes(folder):
    picture = sources.hash_image(folder / 'a, "one".png')
    text = (
        vpdq.CSV_HEADER
        + "\n"
        + vpdq.write_csv([FrameHash(0, 0.0, picture.bits, picture.quality)], 'a, "b".png', still=True)
    )
    assert vpdq.read_hashes(text) == [picture]


def test_one_broken_file_is_reported_and_the_rest_go_on(folder, tmp_path, capsys):
    (tmp_path / "x.jpg").write_bytes(b"no picture")
    got = out(capsys, "--json", tmp_path / "x.jpg", tmp_path / "missing", folder, code=2)
    records = [json.loads(line) for line in got.out.splitlines()]
    assert [r.get("error") or r["kind"] for r in records] == ["NotMediaError", "UnreadableError", "picture", "video"]
    assert len(got.err.splitlines()) == 2 and "Traceback" not in got.err


def test_a_limit_of_seconds_is_told(folder, capsys):
    got = out(capsys, "--json", "--seconds", "1.5", folder / "b.mp4")
    record = json.loads(got.out)
    assert record["truncated"] and record["frames"][-1]["time"] <= 1.5
    assert "hashed up to" in out(capsys, "--seconds", "1.5", folder / "b.mp4").err
    whole = out(capsys, "--json", folder / "b.mp4")
    assert not json.loads(whole.out)["truncated"] and whole.err == ""


@pytest.mark.parametrize("options", [("--jobs", "0"), ("--every", "0"), ("--every", "nan"), ("--seconds", "0")])
def test_options_out_of_range_are_named(folder, capsys, options):
    assert options[0].strip("-") in out(capsys, *options, folder / "b.mp4", code=2).err


def test_cores_are_shared_out():
    """Many files: one child each. Few: the cores left over decode."""
    assert [workers.shared(4, n) for n in (0, 1, 2, 3, 9)] == [(1, 4), (1, 4), (2, 2), (3, 1), (4, 1)]
    assert workers.shared(None, 1) == (1, workers.cores())


def test_nothing_to_hash_is_one(tmp_path, capsys):
    assert out(capsys, tmp_path, code=1).out == ""
