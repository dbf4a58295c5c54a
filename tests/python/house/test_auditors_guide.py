"""The guides of auditors and publishers work: every command in them is run, in its order."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import pdqlite
from pdqlite import lists
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.hashing import hash_pixels
from pdqlite.lists.format import keys
from pdqlite.media import write_picture
from support import HANGS, ROOT
from support.lists import samples
from support.lists.logged import WITNESSES
from support.lists.published import pins, publish
from support.lists.samples import KEY, ORIGIN, SIGNERS, entries


def blocks(name: str) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "howto" / name).read_text(), re.S)


BLOCKS = blocks("audit.md") + blocks("audit-by-hand.md")


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
    (here / "state").mkdir()
    shutil.copy(ROOT / "docs" / "howto" / "scheduled-audit" / "audit.sh", here)
    shutil.copy(here / "trust", here / "state")
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
    return here


def shell(block: str, here: Path) -> subprocess.CompletedProcess[str]:
    """Run commands as they stand, with this Python and this package."""
    tools = here / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "pdqlite").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pdqlite "$@"\n')
    (tools / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    package = str(Path(pdqlite.__file__).parents[1])
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": package}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANGS,
    )


def test_the_guide_has_its_commands() -> None:
    assert len(BLOCKS) >= 10
    together = "\n".join(BLOCKS)
    for tool in (
        "openssl pkeyutl",
        "signify-openbsd -V",
        "age -d",
        "Cobblestone256Decryptor",
        "pdqlite audit",
        "evidence verify",
    ):
        assert tool in together


@pytest.mark.skipif(os.name != "posix", reason="the guide's commands are for a POSIX shell")
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_block(desk: Path, number: int) -> None:
    block = BLOCKS[number]
    for tool in ("openssl", "signify-openbsd", "age"):
        if re.search(rf"^{tool} ", block, re.M):
            samples.tool(tool)
    done = shell(block, desk)
    assert done.returncode == 0, done.stdout + done.stderr


def run_line(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Run one line of the publisher's guide in this process: forty starts of Python would take a minute."""
    line = re.sub(r"\$\(cat (\S+)\)", lambda found: Path(found[1]).read_text().strip(), line)
    words = shlex.split(line, comments=True)
    if words[:1] == ["mkdir"]:
        Path(words[1]).mkdir()
        return
    assert words[0] == "pdqlite", line
    target = words[words.index(">") + 1] if ">" in words else None
    capsys.readouterr()
    code = main(words[1 : words.index(">")] if target else words[1:])
    said = capsys.readouterr()
    assert code == 0, line + said.err
    if target:
        Path(target).write_text(said.out)


def test_the_publishers_guide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    hashes = [hash_pixels(scenes.picture(i, 256, 256)).hex for i in range(3)]
    for name, kept in (("a", hashes[:2]), ("b", hashes[:2]), ("c", hashes)):
        Path(f"hashes-{name}.txt").write_text("\n".join(kept) + "\n")
    lines = "\n".join(blocks("publish.md")).replace("\\\n", " ").splitlines()
    assert len(lines) > 35
    for line in filter(str.strip, lines):
        run_line(line, capsys)
    assert Path("published/2/delta-1.cob").exists() and Path("vendor.hpke").exists()
