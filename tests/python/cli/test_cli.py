"""The commands as a person uses them: what they print, what they return, what they leave behind."""

import json
import os
import stat

import numpy as np
import pytest

from pdqlite import hashing
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.media import write_picture, write_video
from support.commands import ERROR, FOUND, NOTHING


def records(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_hash_prints_what_the_library_gives(media, capsys):
    assert main(["hash", str(media / "p0.png"), "--jobs", "1"]) == FOUND
    expected = hashing.hash_pixels(scenes.picture(0, 320, 240))
    assert capsys.readouterr().out.split()[:2] == [expected.hex, str(expected.quality)]


def test_hash_of_a_folder_reports_the_broken_and_goes_on(media, tmp_path, capsys):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff" + bytes(100))
    write_picture(tmp_path / "fine.png", scenes.picture(7, 200, 200))
    assert main(["hash", str(tmp_path), "--json"]) == ERROR
    broken, fine = records(capsys)
    assert broken["error"] in ("DamagedMediaError", "NotMediaError")
    assert fine["quality"] > 0


def test_vpdq_lines(media, capsys):
    assert main(["hash", "--format", "vpdq", str(media / "clip.mp4")]) == FOUND
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == ["0", "10", "20", "30", "40", "50"]


def test_verify_says_unlogged(made, capsys):
    assert main(["list", "verify", made["release"], "--trust", made["list.key.trust"], "--json"]) == FOUND
    (report,) = records(capsys)
    assert report["status"] == "unlogged"
    assert report["signers"] == ["a.example", "b.example"]
    assert (
        main(
            ["list", "verify", made["release"], "--trust", made["list.key.trust"], "--key", made["list.key"], "--json"]
        )
        == FOUND
    )
    (report,) = records(capsys)
    assert report["entries"] == 3
    assert main(["list", "show", made["release"]]) == FOUND


def test_match_finds_copies_and_only_copies(made, media, tmp_path, capsys):
    edited = scenes.picture(1, 320, 240)[:, ::-1]
    write_picture(tmp_path / "copy.jpg", np.ascontiguousarray(edited), quality=50)
    write_picture(tmp_path / "stranger.jpg", scenes.picture(99, 320, 240))
    base = ["match", "--list", made["release"], "--key", made["list.key"], "--json", "-q"]
    assert main([*base, str(tmp_path)]) == FOUND
    copy, stranger = records(capsys)
    assert copy["verdict"] == "match"
    assert copy["where"]["orientation"] == "mirrored"
    assert copy["sources"] == ["a.example", "b.example"]
    assert stranger["verdict"] == "no match"
    assert main([*base, str(tmp_path / "stranger.jpg")]) == NOTHING
    assert main([*base, str(tmp_path / "stranger.jpg"), str(tmp_path / "missing.jpg")]) == ERROR


def test_a_video_against_a_list_of_videos(made, media, tmp_path, capsys):
    release = str(tmp_path / "videos")
    origin = ["--origin", "lists.example/videos"]
    assert (
        main(
            [
                *f"list build {media / 'clip.mp4'} --source a.example --key {made['list.key']} -o {release}".split(),
                *origin,
            ]
        )
        == FOUND
    )
    assert (
        main(f"list endorse {release} --name a.example --signing-key {made['a.pem']} --key {made['list.key']}".split())
        == FOUND
    )
    main(["key", "show", made["a.pem"], "--name", "a.example"])
    public = capsys.readouterr().out.split()[-1]
    trust = str(tmp_path / "trust")
    assert (
        main(
            [
                *f"list trust -o {trust}".split(),
                *origin,
                *f"--endorser {public} --quorum 1 --category unspecified --type video --allow-unlogged".split(),
            ]
        )
        == FOUND
    )
    write_video(
        tmp_path / "copy.mp4",
        (f for i, f in enumerate(scenes.clip(1, 6, fps=10, width=320, height=180)) if i >= 3),
        fps=10,
        bit_rate=300_000,
    )
    capsys.readouterr()
    assert (
        main(
            f"match --list {release} --key {made['list.key']} --trust {trust} --json -q {tmp_path / 'copy.mp4'}".split()
        )
        == FOUND
    )
    (found,) = records(capsys)
    assert found["verdict"] == "match"
    assert found["frame_matches"]
    assert found["entry_span"][0] == pytest.approx(0.3, abs=0.35)


def test_key_files_are_private_and_never_printed(tmp_path, capsys):
    path = tmp_path / "org.pem"
    assert main(["key", "new", str(path), "--name", "org.example"]) == FOUND
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shown = "".join(capsys.readouterr())
    assert "PRIVATE" not in shown and path.read_text().splitlines()[1] not in shown
    assert main(["key", "new", str(path), "--name", "org.example"]) == ERROR  # never overwritten
    os.chmod(path, 0o644)
    assert main(["key", "show", str(path), "--name", "org.example"]) == ERROR


@pytest.mark.parametrize(
    "arguments",
    [
        ["match", "--list", "nowhere", "--key", "nokey", "x.jpg"],
        ["list", "verify", "nowhere", "--trust", "notrust"],
        ["list", "show", "nowhere"],
        ["list", "build", "-o", "out", "--origin", "a/b", "--key", "nokey"],
        ["hash", "missing.jpg"],
        ["hash"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_errors_are_one_line_and_exit_2(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == ERROR
    assert "Traceback" not in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command",
    [[], ["hash"], ["match"], ["list"], ["list", "build"], ["list", "trust"], ["key"], ["key", "new"], ["demo"]],
    ids=" ".join,
)
def test_help_reads(command, capsys):
    assert main([*command, "--help"]) == FOUND
    assert len(capsys.readouterr().out) > 200


@pytest.mark.parametrize("sealed", [False, True])
def test_installed_list(media, made, tmp_path, capsys, sealed):
    """Install, look, match: the key and trust are needed once."""
    store, device_key = str(tmp_path / "store"), str(tmp_path / "device.key")
    key = ["--device-key", device_key] if sealed else []
    assert main(["key", "new", device_key, "--list", "-q"]) == FOUND
    assert main(["list", "status", "--store", store, *key]) == NOTHING
    release = [made["release"], "--key", made["list.key"], "--trust", made["list.key.trust"]]
    assert main(["list", "install", *release, "--store", store, *key]) == FOUND
    capsys.readouterr()
    assert main(["list", "status", "--store", store, "--check", "--json", *key]) == FOUND
    told = json.loads(capsys.readouterr().out)
    assert (told["installs"], told["entries"], told["sealed"], told["status"]) == (1, 3, sealed, "unlogged")
    found = main(["match", str(media / "p1.png"), "--store", store, "--json", *key])
    ours = json.loads(capsys.readouterr().out)
    assert found == FOUND and ours["verdict"] == "match"
    assert (
        main(["match", str(media / "p1.png"), "--list", made["release"], "--key", made["list.key"], "--json"]) == FOUND
    )
    assert json.loads(capsys.readouterr().out) == ours
    assert main(["match", str(media / "p1.png"), "--store", store, "--key", made["list.key"], *key]) == ERROR
    assert main(["match", str(media / "p1.png"), "--list", made["release"]]) == ERROR
    if sealed:
        assert main(["match", str(media / "p1.png"), "--store", store]) == ERROR
