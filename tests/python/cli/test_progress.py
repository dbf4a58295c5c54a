"""How far a command is: within one long video too, on a terminal only, and never in what a machine reads."""

from __future__ import annotations

import io
import json
import os

import pytest

from pdqlite import hash_video
from pdqlite.cli import console, scenes
from pdqlite.cli.main import main
from pdqlite.media import Limits, open_video, write_video
from pdqlite.telling import followed, tell
from support.timelines import encoded


class Terminal(io.StringIO):
    """What a terminal would be sent."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write_video(path, scenes.clip(1, 4, fps=25, width=160, height=96), fps=25)
    return path


def shares(call):
    told = []
    with followed(told.append):
        call()
    return told


def test_a_video_tells_how_much_of_it_was_read(clip):
    told = shares(lambda: hash_video(clip))
    assert len(told) > 20 and told == sorted(told) and told[0] < 0.3 and told[-1] > 0.9
    assert shares(lambda: None) == [], "and nobody is told afterwards"
    assert max(shares(lambda: hash_video(clip, limits=Limits(seconds=1)))) > 0.9, "the limit is the end"
    moving = encoded(scenes.picture(1, 64, 64), "GIF")
    with open_video(moving) as video:
        assert len(list(video)) == 1
    tell(0.5)  # nobody listens


def test_a_follower_that_raises_ends_the_work(clip):
    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), followed(stop):
        hash_video(clip)


def test_the_bar_moves_within_one_file_and_results_stay_clean(clip, capsys, monkeypatch):
    """The first word of a child always comes, however short its file."""
    monkeypatch.setattr(console.sys, "stderr", terminal := Terminal())
    monkeypatch.setattr(console, "_REDRAW", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["hash", str(clip), "--json", "--jobs", "1"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["file"] == str(clip) and len(said["frames"]) >= 4
    drawn = terminal.getvalue().split("\r\x1b[K")
    assert "0/1 files" in drawn[1] and drawn[1].endswith("%")
    assert drawn[-1] == "", "and is taken away"
    assert all(len(line) < 80 and line.isprintable() for line in drawn)


def test_a_share_of_a_step_counts():
    stream = Terminal()
    bar = console.Progress(stream, 4, "files", on=True)
    bar.advance(0)
    bar.part(2, 0.5)
    assert bar._text(1.0) == "[#########...............] 1/4 files, 38%"
    assert bar._text(30.0).endswith("38%, 50 s left")
    bar.advance(2)
    assert bar._text(30.0) == "[############............] 2/4 files, 30 s left"
    assert [console.span(s) for s in (0.4, 99, 150, 7500)] == ["0 s", "99 s", "2 min", "2 h 5 min"]


@pytest.mark.parametrize("words", [["-q"], []])
def test_no_bar_where_nobody_looks(clip, words, capsys, monkeypatch):
    if words:  # a terminal, and quiet
        monkeypatch.setattr(console.sys, "stderr", stream := Terminal())
    assert main(["hash", str(clip), *words, "--jobs", "1"]) == 0
    assert (stream.getvalue() if words else capsys.readouterr().err) == ""


def test_a_bar_is_never_wider_than_the_terminal(monkeypatch):
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((20, 5)))
    stream = Terminal()
    monkeypatch.setattr(stream, "fileno", lambda: 2)
    bar = console.Progress(stream, 4, "files", on=True)
    bar.advance()
    assert len(stream.getvalue().split("\x1b[K")[-1]) == 19
