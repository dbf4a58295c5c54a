"""Other people's tools on our lists: openssl, signify, age, cryptography's own Cobblestone."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pdqlite.lists import (
    load_list_key,
    new_list_key,
)
from pdqlite.lists.format.note import Note
from support.lists import samples
from support.lists.samples import KEY, SIGNERS, entries, make


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("good") / "list", entries())


def _endorsement(directory: Path) -> tuple[bytes, bytes]:
    note = Note.parse((directory / "manifest").read_bytes())
    return note.text, note.signatures[0].data


def test_openssl_verifies_an_endorsement(good: Path, tmp_path: Path) -> None:
    tool = samples.tool("openssl")
    text, signature = _endorsement(good)
    public = SIGNERS[0].private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, data in (("org.pem", pem), ("body", text), ("sig", signature)):
        (tmp_path / name).write_bytes(data)
    command = [
        tool,
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "org.pem",
        "-rawin",
        "-in",
        "body",
        "-sigfile",
        "sig",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "body").write_bytes(text + b" ")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


def test_signify_verifies_an_endorsement(good: Path, tmp_path: Path) -> None:
    tool = samples.tool("signify-openbsd")
    text, signature = _endorsement(good)
    public = SIGNERS[0].verifier.public
    for name, data in (("org.pub", public), ("body.sig", signature)):
        line = base64.b64encode(b"Ed" + bytes(8) + data).decode()
        (tmp_path / name).write_text(f"untrusted comment: {name}\n{line}\n")
    (tmp_path / "body").write_bytes(text)
    command = [tool, "-V", "-p", "org.pub", "-m", "body", "-x", "body.sig"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "body").write_bytes(text + b" ")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


def test_age_carries_a_list_key(tmp_path: Path) -> None:
    age, keygen = samples.tool("age"), samples.tool("age-keygen")
    key = new_list_key(tmp_path / "list.key")
    subprocess.run([keygen, "-o", "id.txt"], cwd=tmp_path, check=True, capture_output=True)
    made = subprocess.run([keygen, "-y", "id.txt"], cwd=tmp_path, check=True, capture_output=True)
    to = made.stdout.decode().strip()
    subprocess.run([age, "-r", to, "-o", "list.age", "list.key"], cwd=tmp_path, check=True)
    subprocess.run([age, "-d", "-i", "id.txt", "-o", "back.key", "list.age"], cwd=tmp_path, check=True)
    (tmp_path / "back.key").chmod(0o600)
    assert load_list_key(tmp_path / "back.key") == key


def test_cryptography_decrypts_a_list_by_itself(good: Path) -> None:
    decryptor = Cobblestone256Decryptor(KEY, f"pdqlite.org/list/v1\n{samples.ORIGIN}\n0\n".encode())
    plain = decryptor.update((good / "list.cob").read_bytes()) + decryptor.finalize()
    assert plain[:8] == b"PDQLPT1\0"
    assert plain[24:32] == (20).to_bytes(8, "big")
