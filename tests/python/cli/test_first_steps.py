"""`pdqlite try` and `pdqlite doctor`: what somebody types in the first minutes, and what goes into a bug report."""

import io
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pdqlite.cli import console, scenes
from pdqlite.cli.main import ERROR, FOUND, NOTHING, main
from pdqlite.media import write_picture, write_video


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "known").mkdir()
    for seed in range(3):
        write_picture(folder / "known" / f"{seed}.png", scenes.picture(seed))
    picture = Image.open(folder / "known" / "1.png")
    picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((300, 200)).save(folder / "asked.jpg")
    write_picture(folder / "stranger.png", scenes.picture(77))
    return folder


@pytest.fixture
def desk(drawn, tmp_path, monkeypatch):
    shutil.copytree(drawn, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_from_a_folder_to_a_first_match(desk, capsys):
    assert main(["try", "known", "stranger.png", "asked.jpg", "--json"]) == FOUND
    stranger, asked = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (stranger["file"], stranger["verdict"], stranger["known"]) == ("stranger.png", "no match", None)
    assert (asked["verdict"], asked["known"]) == ("match", os.path.join("known", "1.png"))
    assert main(["try", "known", "stranger.png"]) == NOTHING
    assert main(["try", "known", "asked.jpg"]) == FOUND
    assert "asked.jpg: match" in capsys.readouterr().out


def test_what_could_not_be_tried_is_an_error_though_the_rest_was(desk):
    (desk / "known" / "cut.jpg").write_bytes((desk / "asked.jpg").read_bytes()[:300])
    assert main(["try", "known", "stranger.png", "-q"]) == ERROR
    assert main(["try", "stranger.png", "asked.jpg", "-q"]) == NOTHING


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


@pytest.fixture
def unsigned(desk, capsys):
    """A release that nobody has signed, and all that a first user makes beside it, under the names of the README."""
    assert main(["key", "new", "list.key", "--list"]) == FOUND
    assert main(["key", "new", "org-a.pem", "--name", "org-a.example"]) == FOUND
    public = capsys.readouterr().out.strip()
    origin = ["--origin", "lists.example.org/demo"]
    assert (
        main(["list", "build", "known", "--source", "org-a.example", *origin, "--key", "list.key", "-o", "release-0"])
        == FOUND
    )
    assert (
        main(
            [
                "list",
                "trust",
                *origin,
                "--endorser",
                public,
                "--quorum",
                "1",
                "--category",
                "unspecified",
                "--allow-unlogged",
                "-o",
                "list.trust",
            ]
        )
        == FOUND
    )
    capsys.readouterr()
    return desk


@pytest.mark.parametrize("words", [["verify", "release-0", "--trust", "list.trust"], ["verify", "release-0", "--trust", "list.trust", "--key", "list.key"],
                                   ["install", "release-0", "--trust", "list.trust", "--key", "list.key", "--store", "s"]])  # fmt: skip
def test_an_unsigned_release_names_the_next_command(unsigned, capsys, words):
    assert main(["list", *words]) == ERROR
    assert "nobody has signed this release yet: run pdqlite list endorse" in capsys.readouterr().err


def test_the_trust_file_beside_the_key_is_found(unsigned, capsys):
    endorse = [
        "list",
        "endorse",
        "release-0",
        "--name",
        "org-a.example",
        "--signing-key",
        "org-a.pem",
        "--key",
        "list.key",
    ]
    assert main(endorse) == FOUND
    ask = ["match", "--list", "release-0", "--key", "list.key", "asked.jpg"]
    assert main(ask) == FOUND
    os.rename("list.trust", "list.key.trust")
    assert main(ask) == FOUND
    os.remove("list.key.trust")
    capsys.readouterr()
    assert main(ask) == ERROR
    assert "list.key.trust or list.trust" in (told := capsys.readouterr().err) and "pdqlite list trust" in told


def test_two_forms_at_once_are_refused(desk, capsys):
    assert main(["hash", "asked.jpg", "--format", "csv", "--json"]) == ERROR
    assert "two forms" in capsys.readouterr().err


def test_a_closed_pipe_is_quiet(desk):
    (desk / "many").mkdir()
    for number in range(40):
        (desk / "many" / f"{number}.png").write_bytes((desk / "known" / "1.png").read_bytes())
    ask = f"{sys.executable} -P -m pdqlite hash -q many | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert done.stderr == "" and done.stdout.splitlines()[-1] in ("0", "141")


def apart(words, **environment):
    """Run a command in a shell; returns its exit code, output and errors."""
    done = subprocess.run(
        ["bash", "-c", words.replace("pdqlite", f"{sys.executable} -P -m pdqlite")],
        capture_output=True,
        env={**os.environ, **environment},
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full")
@pytest.mark.parametrize(
    ("words", "unbuffered"), [("--version", ""), ("--help", "1"), ("hash nothing.png --json", "1")]
)
def test_a_full_disk_is_one_line(desk, words, unbuffered):
    code, _, err = apart(f"pdqlite {words} > /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert code == ERROR and (b"No space left" in err or b"nothing.png" in err)
    assert b"Traceback" not in err and b"Exception ignored" not in err and err.count(b"\n") <= 2


def test_a_name_that_an_encoding_has_not_is_spelled_out(desk):
    code, out, err = apart("pdqlite hash n\u00f6.png", PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    assert (
        (code, out) == (ERROR, b"")
        and err.startswith(b"pdqlite: n\\xf6.png: cannot be opened")
        and err.count(b"\n") == 1
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("mtach x", "pdqlite: COMMAND: there is no 'mtach'; did you mean: match"),
        ("lists x", "pdqlite: COMMAND: there is no 'lists'; did you mean: list"),
        ("list isntall", "pdqlite list: ACTION: there is no 'isntall'; did you mean: install"),
        ("list build --type imagee", "pdqlite list build: --type: there is no 'imagee'; did you mean: image"),
        ("key zzz", "pdqlite key: ACTION: there is no 'zzz'; there are 'new', "),
        ("match asked.jpg", "pdqlite match: one of the arguments --list --store is required"),
    ],
)
def test_a_slip_of_the_finger_is_told_in_two_lines(typed, told, capsys):
    assert main(typed.split()) == ERROR
    err = capsys.readouterr().err
    assert err.startswith(told) and err.splitlines()[1].endswith(" --help says more") and err.count("\n") == 2


def test_what_is_no_list_and_who_is_no_source_is_said_with_what_to_do(desk, capsys):
    assert main(["match", "asked.jpg", "--list", "known", "--key", "list.key", "--trust", "t"]) == ERROR
    assert main("key new list.key --list".split()) == FOUND
    capsys.readouterr()
    assert main("key new o.pem --name o.example".split()) == FOUND
    key = capsys.readouterr().out.strip()
    build = "list build known -o L --origin lists.example/l --key list.key --source other --no-keypoints"
    assert main(build.split()) == FOUND
    assert main("list endorse L --name o.example --signing-key o.pem --key list.key".split()) == FOUND
    assert "o.example is no source of this list (other)" in capsys.readouterr().err
    trust = "list trust --origin lists.example/l --quorum 1 --category unspecified --allow-unlogged -o list.trust"
    assert main([*trust.split(), "--endorser", key]) == FOUND
    assert main("match asked.jpg --list L --key list.key".split()) == ERROR
    assert "signs under the name that it is a source by" in capsys.readouterr().err
    assert main("match asked.jpg --list known --key list.key".split()) == ERROR
    assert "a list is a directory that pdqlite list build makes" in capsys.readouterr().err
    for part in ("image", "video"):
        shutil.copytree("L", f"mixed/{part}")
    Path("published/policy").mkdir(parents=True)
    Path("published/policy/0").touch()
    sign = "list endorse {} --name o.example --signing-key o.pem --key list.key"
    for words in ("match asked.jpg --list {} --key list.key", sign, "list show {}", "list export {} --key list.key"):
        assert main(words.format("mixed").split()) == ERROR
        assert "side by side: give its directory image or its directory video" in capsys.readouterr().err
        assert main(words.format("published").split()) == ERROR
        assert (
            "a published list: give a release in it, the directory that is named by its number"
            in capsys.readouterr().err
        )


class Narrow(io.StringIO):
    """A terminal of 40 columns."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_whole_words_and_a_pipe_whole_lines(monkeypatch):
    monkeypatch.setattr(console, "columns", lambda stream: 40)
    text, table = "it says " + "a word and " * 9 + "x" * 50, "a" * 30 + "  " + "b" * 30
    for stream, whole in ((Narrow(), False), (io.StringIO(), True)):
        out = console.Console(out=stream, err=stream)
        out.line(text)
        out.line(table)
        out.error("name", text)
        lines = stream.getvalue().splitlines()
        assert (text in lines) == whole and table in lines
        assert all(len(line) <= 40 or "x" * 50 in line or line == table for line in lines) or whole
        assert " ".join(stream.getvalue().split()).count(text) == 2
