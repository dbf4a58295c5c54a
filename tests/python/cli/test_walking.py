"""Folders, pipes, names and standard input: what is looked at, what is left out and said, what is an error."""

import io
import json
import os
import socket
import subprocess
import sys

import pytest

from pdqlite.cli import scenes, walking
from pdqlite.cli.console import shown
from pdqlite.cli.main import main
from pdqlite.hashing import hash_pixels
from pdqlite.media import write_picture
from support.timelines import encoded

PICTURE = scenes.picture(3, 96, 64)


def run(capsys, *arguments):
    code = main(["hash", *map(str, arguments)])
    done = capsys.readouterr()
    return code, done.out.splitlines(), done.err.splitlines()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b").mkdir()
    write_picture(tmp_path / "b" / "a.png", PICTURE)
    return tmp_path


def test_what_is_no_media_is_counted_and_no_error(folder, capsys):
    (folder / "notes.txt").write_text("hello")
    (folder / "more.txt").write_text("hello")
    (folder / "page.pdf").write_bytes(b"%PDF-1.7\n")
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    code, out, err = run(capsys, folder)
    assert (code, len(out)) == (0, 1)
    assert err == ["skipped: 1 no picture or video (.pdf), 1 no picture or video (.svg), 2 no picture or video (.txt)"]
    code, out, err = run(capsys, folder, "-q")
    assert (code, len(out), err) == (0, 1, [])


def test_a_folder_without_media_is_nothing(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("hello")
    assert run(capsys, tmp_path)[:2] == (1, [])


def test_what_is_named_or_says_that_it_is_media_is_an_error(folder, capsys):
    (folder / "notes.txt").write_text("hello")
    (folder / "broken.jpg").write_text("hello")
    code, out, err = run(capsys, folder)
    assert (code, len(out)) == (2, 1)
    assert any("broken.jpg" in line for line in err)
    code, out, err = run(capsys, folder / "notes.txt", folder / "b")
    assert (code, len(out)) == (2, 1) and "notes.txt" in err[0]


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_an_unreadable_folder_is_an_error(folder, monkeypatch, capsys):
    """Tests may run as root, who reads everything: the refusal is made."""
    (folder / "c").mkdir()
    real = os.scandir

    def refusing(path):
        if str(path).endswith("c"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(walking.os, "scandir", refusing)
    code, out, err = run(capsys, folder)
    assert (code, len(out)) == (2, 1)
    assert err == [f"pdqlite: {folder / 'c'}: the folder cannot be opened: Permission denied"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX pipes")
def test_pipes_sockets_and_devices_are_never_opened(folder, capsys):
    os.mkfifo(folder / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "s.jpg"))
        code, out, err = run(capsys, folder)
    assert (code, len(out)) == (0, 1)
    assert err == ["skipped: 2 pipe, socket or device"]
    code, out, err = run(capsys, folder / "pipe.jpg", "/dev/null")
    assert code == 2 and len(err) == 2
    assert "it is a pipe, not a file" in err[0] and "it is a device, not a file" in err[1]


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_hidden_and_linked_folders_are_options(folder, capsys):
    (folder / ".h").mkdir()
    write_picture(folder / ".h" / "x.png", PICTURE)
    write_picture(folder / ".y.png", PICTURE)
    os.symlink(folder / "b", folder / "z")
    os.symlink(folder, folder / "b" / "back")
    os.symlink(folder / "b" / "a.png", folder / "linked.png")
    os.symlink(folder / "missing.png", folder / "dangling.png")
    code, out, err = run(capsys, folder)
    assert [line.split("/")[-1] for line in out] == ["linked.png", "a.png"]
    assert code == 2 and "dangling.png: cannot be opened" in err[0]
    assert err[1] == "skipped: 2 hidden (see --hidden), 2 linked folder (see --follow)"
    os.unlink(folder / "dangling.png")
    assert len(run(capsys, "--hidden", folder)[1]) == 4
    code, out, err = run(capsys, "--follow", folder)
    assert (code, len(out)) == (0, 2), "each folder once, and no circle"


@pytest.mark.parametrize(
    "name", ["a\nb4c309 100 - innocent.png", "\x1b[2Ja.png", "a\u202egnp.png", "a\u2028b.png", "tab\there.png"]
)
@pytest.mark.skipif(os.name != "posix", reason="such names")
def test_names_cannot_forge_lines_or_move_the_cursor(tmp_path, capsys, name):
    write_picture(tmp_path / "a.png", PICTURE)
    os.rename(tmp_path / "a.png", tmp_path / name)
    code, out, err = run(capsys, tmp_path)
    assert code == 0 and len(out) == 1 and not err and out[0].isprintable()
    code, out, err = run(capsys, "--json", tmp_path)
    assert json.loads(out[0])["file"] == str(tmp_path / name)
    (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    code, out, err = run(capsys, tmp_path)
    assert code == 2 and len(err) == 1 and err[0].isprintable()


def test_ordinary_names_stay_as_they_are():
    for name in ("a b.png", "\u00fc\u00df.png", "\u5199\u771f.jpg", "\udce4.png", "C:\\x.png"):
        assert shown(name) == name


def standard_input(
    data, *arguments, code="import sys; from pdqlite.cli.main import main; sys.exit(main(sys.argv[1:]))"
):
    return subprocess.run([sys.executable, "-P", "-c", code, *arguments], input=data, capture_output=True, check=False)


def test_standard_input_is_read(tmp_path):
    write_picture(tmp_path / "a.png", PICTURE)
    done = standard_input((tmp_path / "a.png").read_bytes(), "hash", "-")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().split() == [hash_pixels(PICTURE).hex, str(hash_pixels(PICTURE).quality), "-", "-"]
    with open(tmp_path / "a.png", "rb") as stream:  # seekable
        again = subprocess.run(
            [sys.executable, "-P", "-m", "pdqlite", "hash", "-"], stdin=stream, capture_output=True, check=False
        )
    assert again.stdout == done.stdout
    nothing = standard_input(b"", "hash", "-")
    assert nothing.returncode == 2 and b"zero bytes" in nothing.stderr


def test_standard_input_has_a_limit(monkeypatch, capsys):
    monkeypatch.setattr(walking, "_STDIN_BYTES", 1000)
    monkeypatch.setattr(walking.sys, "stdin", type("In", (), {"buffer": io.BytesIO(bytes(2000))}))
    code, out, err = run(capsys, "-")
    assert code == 2 and "more than 1000 bytes" in err[0]


def test_a_stream_that_cannot_seek_is_hashed():
    from pdqlite import sources

    data = encoded(PICTURE, "PNG")
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as out:
        out.write(data)  # less than a pipe holds
    with os.fdopen(reader, "rb") as stream:
        assert sources.hash_file(stream) == hash_pixels(PICTURE)
