"""What the site's pages show is run as it stands there, page after page, in one folder."""

from __future__ import annotations

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

DOCS = ROOT / "docs"
PAGES = [
    "tutorial/python.md",
    "howto/hash-a-folder.md",
    "howto/keep-a-list.md",
    "howto/choose-a-policy.md",
    "howto/why-no-match.md",
    "howto/heic.md",
    "explanation/search.md",
    "reference/sound.md",
    "howto/report-a-problem.md",
    "howto/from-an-exchange.md",
]
APART = {"howto/from-an-exchange.md"}  # in a folder of their own
ENV = {**os.environ, "PYTHONPATH": str(Path(pdqlite.__file__).parents[1])}
NOT_HERE = re.compile(r"^(pip|pdqlite demo).*\n", re.M)  # test_readme and CI run those


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the pages talk about, and a command of this package."""
    here = tmp_path_factory.mktemp("desk")
    for folder in ("photos", "inbox", "bin"):
        (here / folder).mkdir()
    for name in ("photo.jpg", "photos/a.jpg", "inbox/copy.jpg"):
        write_picture(here / name, scenes.picture(4, 640, 480)[20:470, 10:620])  # of the tutorial's known.jpg
    write_video(here / "clip.mp4", scenes.clip(1, 3, fps=10, width=320, height=180), fps=10)
    tool = here / "bin" / "pdqlite"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pdqlite "$@"\n')
    tool.chmod(0o755)
    return here


@pytest.mark.skipif(os.name != "posix", reason="the commands are for a POSIX shell")
def test_every_block_runs(desk: Path) -> None:
    env = {**ENV, "PATH": f"{desk / 'bin'}:{os.environ['PATH']}"}
    ran = 0
    for page in PAGES:
        place = desk / Path(page).stem if page in APART else desk
        place.mkdir(exist_ok=True)
        for language, block in re.findall(r"```(sh|python)\n(.*?)```", (DOCS / page).read_text("utf-8"), re.S):
            block = NOT_HERE.sub("", block)
            words = ["bash", "-euo", "pipefail", "-c", block] if language == "sh" else [sys.executable, "-c", block]
            done = subprocess.run(words, cwd=place, env=env, capture_output=True, text=True, timeout=HANGS)
            assert done.returncode == 0, f"{page}:\n{block}\n{done.stdout}{done.stderr}"
            ran += 1
            if "cropped.jpg" in block and "match_file" in block:
                assert re.search(r"cropped\.jpg match .*\nstranger\.jpg no match", done.stdout), done.stdout
    assert ran >= 15
