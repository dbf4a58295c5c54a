"""`pdqlite try` and `pdqlite doctor`: what somebody types in the first minutes, and what goes into a bug report."""

import json
import os
import platform

import numpy as np
import pytest
from PIL import Image

from pdqlite.cli import scenes
from pdqlite.cli.main import ERROR, FOUND, NOTHING, main
from pdqlite.media import write_picture, write_video


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "known").mkdir()
    for seed in range(3):
        write_picture(tmp_path / "known" / f"{seed}.png", scenes.picture(seed))
    picture = Image.open(tmp_path / "known" / "1.png")
    picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((300, 200)).save("asked.jpg")
    write_picture(tmp_path / "stranger.png", scenes.picture(77))
    return tmp_path


def test_from_a_folder_to_a_first_match(desk, capsys):
    assert main(["try", "known", "stranger.png", "asked.jpg", "--json"]) == FOUND
    stranger, asked = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (stranger["file"], stranger["verdict"], stranger["known"]) == ("stranger.png", "no match", None)
    assert (asked["verdict"], asked["known"]) == ("match", os.path.join("known", "1.png"))
    assert main(["try", "known", "stranger.png"]) == NOTHING
    assert main(["try", "known", "asked.jpg"]) == FOUND
    assert "asked.jpg: match" in capsys.readouterr().out


def test_clips_are_tried_too(desk, capsys):
    write_video(desk / "known" / "clip.mp4", scenes.clip(3, 3.0, 10), 10)
    assert main(["try", "known", "known/clip.mp4", "asked.jpg", "--json"]) == FOUND
    clip, asked = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (clip["verdict"], clip["known"], asked["verdict"]) == ("match", os.path.join("known", "clip.mp4"), "match")


@pytest.mark.parametrize("words", [["nothing", "asked.jpg"], ["known", "nothing.jpg"], ["asked.jpg"]])
def test_what_is_not_there_is_said(desk, capsys, words):
    assert main(["try", *words]) == ERROR
    assert "Traceback" not in capsys.readouterr().err


def test_doctor_says_what_is_there_and_nothing_of_the_user(desk, capsys):
    assert main(["doctor", "--json"]) == FOUND
    text = capsys.readouterr().out
    said = json.loads(text)
    assert (
        said["packages"]["numpy"] == np.__version__
        and said["kernels"][-1] == "portable"
        and said["reads"]["JPEG"] == ""
    )
    assert said["python"] == platform.python_version()
    assert not any(secret and secret in text for secret in (os.getcwd(), platform.node(), os.environ.get("HOME")))
    assert main(["doctor", "--store", "nothing"]) == NOTHING
    assert "pdqlite list install" in capsys.readouterr().out
