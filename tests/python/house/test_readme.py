"""What the README shows, run as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pdqlite
from pdqlite.cli import scenes
from pdqlite.media import write_picture, write_video
from support import HANGS, ROOT

ENV = {**os.environ, "PYTHONPATH": str(Path(pdqlite.__file__).parents[1])}
README = ROOT / "README.md"


def block(language: str, starting: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    return next(b for b in blocks if b.startswith(starting))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the files that the README talks about."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "photos").mkdir()
    (folder / "inbox").mkdir()
    (folder / "hashes.txt").write_text("".join(digits * 32 + "\n" for digits in ("5a", "69", "c6")))
    for place in ("photo.jpg", "photos/a.jpg", "inbox/copy.jpg"):
        write_picture(folder / place, scenes.picture(4, 400, 300))
    write_video(folder / "clip.mp4", scenes.clip(1, 3, fps=10, width=320, height=180), fps=10)
    return folder


def test_the_commands_and_then_the_library(place):
    commands = block("sh", "pdqlite try").replace("pdqlite ", f"'{sys.executable}' -m pdqlite ")
    run = subprocess.run(["bash", "-euc", commands], cwd=place, capture_output=True, text=True, timeout=HANGS, env=ENV)
    assert run.returncode == 0, run.stderr + run.stdout
    assert "inbox/copy.jpg: match" in run.stdout
    run = subprocess.run(
        [sys.executable, "-c", block("python", "import time")],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=HANGS,
        env=ENV,
    )
    assert run.returncode == 0, run.stderr
    assert "verdict='match'" in run.stdout
