"""What the tests of commands share: the media and keys of a list's life."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdqlite import hashing
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.media import write_picture, write_video
from support.commands import FOUND, LOG, ORIGIN, run


@pytest.fixture
def life(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Keys, pictures and a first policy with two organisations, two witnesses and a root key."""
    monkeypatch.chdir(tmp_path)
    public = {}
    for name in ("a.example", "b.example", "root.example", LOG):
        run("key", "new", f"{name.split('/')[0]}.pem", "--name", name)
        public[name] = capsys.readouterr().out.strip()
    for name in ("w1.example", "w2.example"):
        run("key", "new", f"{name}.pem", "--name", name, "--witness")
        public[name] = capsys.readouterr().out.strip()
    run("key", "new", "list.key", "--list")
    Path("hashes").mkdir()
    for i in range(6):
        Path(f"hashes/{i}.txt").write_text(f"pdq\n{hashing.hash_pixels(scenes.picture(i, 256, 256)).hex}\n")
    Path("published").mkdir()
    run(
        *(
            f"list policy make published -o p0 --origin {ORIGIN} --log {public[LOG]} --max-age 7 --witness {public['w1.example']} "
            f"--witness {public['w2.example']} --witness-quorum 2 --endorser {public['a.example']} "
            f"--endorser {public['b.example']} --endorser-quorum 2 --root {public['root.example']} "
            "--root-quorum 1"
        ).split()
    )
    run("list", "policy", "sign", "p0", "--name", "root.example", "--signing-key", "root.example.pem")
    run("list", "policy", "accept", "published", "p0")
    run("list", "trust", "-o", "trust", "--origin", ORIGIN, "--policy", "p0", "--category", "unspecified")
    return public


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    for seed in range(3):
        write_picture(folder / f"p{seed}.png", scenes.picture(seed, 320, 240))
    write_video(folder / "clip.mp4", scenes.clip(1, 6, fps=10, width=320, height=180), fps=10)
    return folder


@pytest.fixture(scope="module")
def made(media, tmp_path_factory):
    """A list of three pictures with keys and trust, made by the commands."""
    folder = tmp_path_factory.mktemp("list")
    at = {name: str(folder / name) for name in ("list.key", "a.pem", "b.pem", "release", "list.key.trust")}
    public = []
    assert main(["key", "new", at["list.key"], "--list", "-q"]) == FOUND
    for name in ("a", "b"):
        assert main(["key", "new", at[f"{name}.pem"], "--name", f"{name}.example"]) == FOUND
        from pdqlite.lists import load_signing_key

        public.append(str(load_signing_key(at[f"{name}.pem"], f"{name}.example").verifier))
    pictures = [str(media / f"p{seed}.png") for seed in range(3)]
    origin = ["--origin", "lists.example/test"]
    assert (
        main(
            [
                "list",
                "build",
                *pictures,
                *f"--source a.example --source b.example --min-sources 2 --key {at['list.key']} -o {at['release']}".split(),
                *origin,
            ]
        )
        == FOUND
    )
    assert (
        main(
            [
                *f"list trust -o {at['list.key.trust']}".split(),
                *origin,
                *(
                    f"--endorser {public[0]} --endorser {public[1]} --quorum 2 --category unspecified --allow-unlogged"
                ).split(),
            ]
        )
        == FOUND
    )
    for name in ("a", "b"):
        assert (
            main(
                f"list endorse {at['release']} --name {name}.example --signing-key {at[f'{name}.pem']} --key {at['list.key']}".split()
            )
            == FOUND
        )
    return at
