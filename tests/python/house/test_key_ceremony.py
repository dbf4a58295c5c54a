"""The key ceremony works: every command of its page is run, in its order, in one shell, with SoftHSM as the token."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pdqlite
from pdqlite.lists.format.note import Note, VerifierKey
from support import HANGS, ROOT
from support.lists import samples
from support.lists.samples import entries, tool

PAGE = (ROOT / "docs" / "howto" / "key-ceremony.md").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="the page's commands are for a POSIX shell")
def test_every_command_of_the_page(tmp_path: Path) -> None:
    pytest.importorskip("pkcs11")
    for name in ("softhsm2-util", "openssl"):
        tool(name)
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    made = samples.make(tmp_path / "list", entries(), ())
    (tmp_path / "manifest").write_bytes((made / "manifest").read_bytes())
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "pdqlite"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pdqlite "$@"\n')
    command.chmod(0o755)
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    assert len(blocks) == 5
    environment = {
        **os.environ,
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(pdqlite.__file__).parents[1]),
        "SOFTHSM2_CONF": str(tmp_path / "softhsm.conf"),
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=HANGS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    public = VerifierKey.parse((tmp_path / "hotline.pub").read_text().strip())
    assert Note.parse((tmp_path / "manifest").read_bytes()).signers([public])
    assert "123456" not in done.stdout + done.stderr
