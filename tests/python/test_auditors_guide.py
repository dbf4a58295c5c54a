"""The auditor's guide works: every command in it is run, in its order, on a published list."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from list_samples import KEY, ORIGIN, SIGNERS, entries
from test_audit import pins, publish
from test_list_log import WITNESSES

from pdqlite import lists
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.hashing import hash_pixels
from pdqlite.lists import keys
from pdqlite.media import write_picture

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "auditors-guide.md").read_text(), re.S)


def pem(public: object) -> str:
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the guide supposes an auditor to have."""
    here = tmp_path_factory.mktemp("desk")
    given = entries(20)
    given.rows[5] = np.frombuffer(hash_pixels(scenes.picture(1, 256, 256)).bits, np.uint8)
    publish(here / "published", 3, given)
    (here / "trust").write_bytes(bytes(pins()))
    keys.save_list_key(here / "list.key", KEY)
    lists.new_signing_key(here / "auditor.pem", "auditor.example")
    (here / "org.pem").write_text(pem(SIGNERS[0].private.public_key()))
    (here / "witness.pem").write_text(pem(WITNESSES[0].private.public_key()))
    (here / "innocent").mkdir()
    write_picture(here / "innocent" / "a.png", scenes.picture(50, 256, 256))
    write_picture(here / "picture.png", scenes.picture(1, 256, 256))
    (here / "recipient.pub").write_text(keys.new_recipient_key(here / "auditor-recipient.pem"))
    before = Path.cwd()
    os.chdir(here)
    words = ["key", "seal", "list.key", "--to", "recipient.pub", "--origin", ORIGIN, "-o", "auditor.hpke"]
    assert main(words) == 0
    trust = ["--key", "list.key", "--trust", "trust", "--evidence", "kept"]
    assert main(["match", "--list", "published/1", *trust, "picture.png"]) == 0
    shutil.copy(next(Path("kept").iterdir()), "match.evidence")
    if shutil.which("age-keygen"):
        subprocess.run(["age-keygen", "-o", "your-identity.txt"], check=True, capture_output=True)
        made = subprocess.run(["age-keygen", "-y", "your-identity.txt"], check=True, capture_output=True)
        subprocess.run(["age", "-r", made.stdout.decode().strip(), "-o", "list.key.age", "list.key"], check=True)
    os.chdir(before)
    bin = here / "bin"
    bin.mkdir()
    (bin / "pdqlite").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pdqlite "$@"\n')
    (bin / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for tool in bin.iterdir():
        tool.chmod(0o755)
    return here


def test_the_guide_has_its_commands() -> None:
    assert len(BLOCKS) >= 10
    together = "\n".join(BLOCKS)
    for tool in ("openssl pkeyutl", "signify-openbsd -V", "age -d", "Cobblestone256Decryptor", "pdqlite audit", "evidence verify"):
        assert tool in together


@pytest.mark.skipif(os.name != "posix", reason="the guide's commands are for a POSIX shell")
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_block(desk: Path, number: int) -> None:
    block = BLOCKS[number]
    for tool in ("openssl", "signify-openbsd", "age"):
        if re.search(rf"^{tool} ", block, re.M) and not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    import pdqlite

    package = str(Path(pdqlite.__file__).parents[1])
    environment = {**os.environ, "PATH": f"{desk / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": package}
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=desk, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
