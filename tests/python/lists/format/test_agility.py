"""Signature types as a registry: ML-DSA-44 lines are carried by every reader, and verified by who has the key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pdqlite import lists
from pdqlite.cli.main import main
from pdqlite.errors import ListFormatError, UnendorsedError
from pdqlite.lists.format import keys
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.note import COSIGNATURE, ED25519, MAX_BYTES, ML_DSA_44, Note, Signer, VerifierKey
from pdqlite.lists.verify import device
from pdqlite.lists.verify.auditor import verify_files
from support.lists.samples import NOW, SIGNERS
from support.lists.scenarios import world


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return keys.new_signing_key(tmp_path_factory.mktemp("keys") / "pq.pem", SIGNERS[0].name, ML_DSA_44)


def test_keys_are_read_as_written(signer: Signer) -> None:
    text = str(signer.verifier)
    assert VerifierKey.parse(text, (ED25519, ML_DSA_44)) == signer.verifier
    assert (len(signer.verifier.public), len(signer.sign(b"x\n").data)) == (1312, 2420)
    for kinds in ((ED25519,), (COSIGNATURE,), (ED25519, COSIGNATURE)):
        with pytest.raises(ListFormatError):
            VerifierKey.parse(text, kinds)
    cut = replace(signer.verifier, public=signer.verifier.public[:-1])
    with pytest.raises(ListFormatError):
        VerifierKey.parse(str(cut), (ML_DSA_44,))
    other = VerifierKey(SIGNERS[0].name, ML_DSA_44, signer.verifier.public).id
    assert other != SIGNERS[0].verifier.id


def test_lines_are_verified(signer: Signer) -> None:
    text = b"a text\n"
    both = Note(text, (SIGNERS[0].sign(text), signer.sign(text)))
    assert Note.parse(bytes(both)).signers([signer.verifier, SIGNERS[0].verifier]) == (
        signer.verifier,
        SIGNERS[0].verifier,
    )
    bad = replace(both.signatures[1], data=both.signatures[1].data[:-1] + bytes([both.signatures[1].data[-1] ^ 1]))
    for line in (bad, replace(bad, data=bad.data[:64]), signer.sign(b"another text\n")):
        with pytest.raises(UnendorsedError):
            Note(text, (both.signatures[0], line)).signers([signer.verifier])


def test_readers_carry_the_lines_unharmed_and_count_what_they_counted(signer: Signer, tmp_path: Path) -> None:
    """Both readers, with and without the lines: the same verdict, the same signers; a line takes no organisation's place."""
    made = world(tmp_path)
    signed = Note.parse(made.files["manifest"])
    lines = tuple(replace(signer, name=f"org{i}.example").sign(signed.text) for i in range(16))
    more = {**made.files, "manifest": bytes(Note(signed.text, (*signed.signatures, signer.sign(signed.text), *lines)))}
    assert len(more["manifest"]) < MAX_BYTES
    for files in (made.files, more):
        audited, on_device = verify_files(Memory(files), made.trust, NOW), device.verify(Memory(files), made.trust, NOW)
        assert audited.status == on_device.status == "ok" and audited.signers == on_device.signers
    fewer = {**more, "manifest": bytes(Note(signed.text, (signed.signatures[0], signer.sign(signed.text), *lines)))}
    for read in (verify_files, device.verify):
        with pytest.raises(UnendorsedError):
            read(Memory(fewer), made.trust, NOW)


def test_a_trust_file_takes_no_such_key(signer: Signer, tmp_path: Path) -> None:
    made = world(tmp_path)
    text = bytes(replace(made.trust, policy=None, endorsers=(SIGNERS[0].verifier,), quorum=1))
    changed = text.replace(str(SIGNERS[0].verifier).encode(), str(signer.verifier).encode())
    assert changed != text
    with pytest.raises(ListFormatError):
        lists.Trust.parse(changed)
    with pytest.raises(ListFormatError):
        device.release_of(Memory(made.files), changed, NOW)


def test_from_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text").write_text("a text\n")
    assert main("key new pq.pem --name org.example --ml-dsa".split()) == 0
    public = capsys.readouterr().out.strip()
    assert main("key show pq.pem --name org.example".split()) == 0 and capsys.readouterr().out.strip() == public
    assert main("key sign text --name org.example --signing-key pq.pem -o line".split()) == 0
    assert main(["key", "attach", "text", "line", "--public", public]) == 0
    assert len(Note.parse(Path("text").read_bytes()).signatures[0].data) == 2420
    assert main(["key", "attach", "text", "line", "--public", public]) == 2
    assert main("key show pq.pem --name org.example --witness".split()) == 2
