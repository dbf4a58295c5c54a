"""Where signing keys lie: in a file under a passphrase, an ssh-agent, a token; and signatures made elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pdqlite import lists
from pdqlite.cli.main import main
from pdqlite.lists.format import keys
from pdqlite.lists.format.note import Note, VerifierKey
from support import HANGS, ROOT
from support.commands import ERROR, run
from support.lists import samples
from support.lists.samples import KEY, ORGS, SIGNERS, entries, tool

TEXT = b"pdqlite.org/policy/v1\nand so on\n"
TOKEN = "/usr/lib/softhsm/libsofthsm2.so"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    Path("text").write_bytes(TEXT)
    return tmp_path


def signs(reference: str, name: str, public: str) -> None:
    """A key signs a text apart from its file, and the line is taken by who has its public half."""
    Path("copy").write_bytes(TEXT)
    run("key", "sign", "text", "--name", name, "--signing-key", reference, "-o", "line")
    assert Path("text").read_bytes() == TEXT
    run("key", "attach", "copy", "line", "--public", public)
    assert Note.parse(Path("copy").read_bytes()).signers([VerifierKey.parse(public)])
    assert main(["key", "attach", "copy", "line", "--public", public]) == ERROR, "once"


def shown(reference: str, name: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    run("key", "show", reference, "--name", name)
    return capsys.readouterr().out.strip()


# ---- files -------------------------------------------------------------------------------------------


def test_a_key_under_a_passphrase(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, secret in (("secret", b"correct horse\n"), ("wrong", b"battery"), ("empty", b"\n")):
        Path(name).write_bytes(secret)
        Path(name).chmod(0o600)
    run("key", "new", "k.pem", "--name", "a.example", "--passphrase-file", "secret")
    public = capsys.readouterr().out.strip()
    assert b"ENCRYPTED" in Path("k.pem").read_bytes() and Path("k.pem").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("PDQLITE_PASSPHRASE_FILE", "secret")
    signs("k.pem", "a.example", public)
    assert shown("k.pem", "a.example", capsys) == public
    monkeypatch.setattr("pdqlite.cli.files.getpass", lambda _: "correct horse")
    monkeypatch.delenv("PDQLITE_PASSPHRASE_FILE")
    assert shown("k.pem", "a.example", capsys) == public
    monkeypatch.setenv("PDQLITE_PASSPHRASE_FILE", "wrong")
    assert main(["key", "show", "k.pem", "--name", "a.example"]) == ERROR
    said = capsys.readouterr().err
    assert "that this passphrase opens" in said and "battery" not in said
    Path("secret").chmod(0o644)
    monkeypatch.setenv("PDQLITE_PASSPHRASE_FILE", "secret")
    assert main(["key", "show", "k.pem", "--name", "a.example"]) == ERROR
    assert "open to other users" in capsys.readouterr().err
    assert main(["key", "new", "n.pem", "--name", "a.example", "--passphrase-file", "empty"]) == ERROR
    assert not Path("n.pem").exists()


def test_public_keys_in_both_forms(capsys: pytest.CaptureFixture[str]) -> None:
    run("key", "new", "k.pem", "--name", "a.example")
    public = capsys.readouterr().out.strip()
    run("key", "pem", public)
    Path("public.pem").write_text(capsys.readouterr().out)
    run("key", "vkey", "public.pem", "--name", "a.example")
    assert capsys.readouterr().out.strip() == public
    run("key", "vkey", "public.pem", "--name", "w.example", "--witness")
    assert VerifierKey.parse(capsys.readouterr().out.strip(), (4,)).name == "w.example"
    done = subprocess.run(
        [tool("openssl"), "pkey", "-in", "k.pem", "-pubout"], capture_output=True, text=True, check=True
    )
    assert done.stdout == Path("public.pem").read_text()
    assert main(["key", "vkey", "k.pem", "--name", "a.example"]) == ERROR, "a private key is no public one"
    assert main(["key", "pem", public[:-5] + "AAAA="]) == ERROR


def test_a_list_endorsed_by_a_line_made_elsewhere(tmp_path: Path) -> None:
    """Two organisations sign on machines of their own; the release then verifies as if they had signed in place."""
    made = samples.make(tmp_path / "list", entries(), ())
    for name, key in zip(ORGS[:2], SIGNERS[:2], strict=True):
        pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined]
        Path("own.pem").write_bytes(pem)
        Path("own.pem").chmod(0o600)
        run("key", "sign", made / "manifest", "--name", name, "--signing-key", "own.pem", "-o", "line")
        run("key", "attach", made / "manifest", "line", "--public", key.verifier)
    opened = lists.open_list(made, KEY, trust=samples.trust(), now=samples.NOW)
    assert opened.signers == ORGS[:2]


def test_lines_that_are_not_of_this_key_or_text(capsys: pytest.CaptureFixture[str]) -> None:
    run("key", "new", "a.pem", "--name", "a.example")
    run("key", "new", "b.pem", "--name", "b.example")
    capsys.readouterr()
    public = shown("b.pem", "b.example", capsys)
    run("key", "sign", "text", "--name", "a.example", "--signing-key", "a.pem", "-o", "line")
    Path("other").write_bytes(TEXT + b"more\n")
    own = shown("a.pem", "a.example", capsys)
    good = Path("line").read_bytes()
    for file, key, line in (
        ("text", public, good),
        ("other", own, good),
        ("text", own, good * 2),
        ("text", own, b"x\n"),
    ):
        Path("line").write_bytes(line)
        before = Path(file).read_bytes()
        assert main(["key", "attach", file, "line", "--public", key]) == ERROR
        assert Path(file).read_bytes() == before


# ---- ssh-agent ---------------------------------------------------------------------------------------


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "agent"
    with subprocess.Popen([tool("ssh-agent"), "-D", "-a", str(path)], stdout=subprocess.DEVNULL) as process:
        for _ in range(600):
            if path.exists():
                break
            time.sleep(0.05)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        yield path
        process.terminate()


def add(name: str) -> keys.Signer:
    made = samples.signer(name)
    Path(name).write_bytes(made.private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))  # type: ignore[attr-defined]
    Path(name).chmod(0o600)
    subprocess.run([tool("ssh-add"), name], check=True, capture_output=True)
    return made


def test_a_key_in_an_ssh_agent(agent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = add("a.example")
    assert shown("agent:", "a.example", capsys) == str(first.verifier)
    second = add("b.example")
    done = subprocess.run([tool("ssh-add"), "-l"], check=True, capture_output=True, text=True)
    prints = {line.split()[2]: line.split()[1] for line in done.stdout.splitlines()}
    for made in (first, second):
        for reference in (made.name, prints[made.name]):
            signs(f"agent:{reference}", made.name, str(made.verifier))
    for wrong in ("agent:", "agent:nobody", "agent:SHA256:AAAA"):
        assert main(["key", "show", wrong, "--name", "a.example"]) == ERROR
        assert "ssh-agent has" in capsys.readouterr().err


def test_no_agent_or_one_that_lies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket
    import threading

    assert main(["key", "show", "agent:", "--name", "a.example"]) == ERROR
    assert "SSH_AUTH_SOCK is not set" in capsys.readouterr().err
    monkeypatch.setenv("SSH_AUTH_SOCK", "nothing")
    assert main(["key", "show", "agent:", "--name", "a.example"]) == ERROR
    monkeypatch.setenv("SSH_AUTH_SOCK", "liar")
    for answer in (
        b"",
        b"\0\0\0\1\5",
        b"\0\0\0\5\x0c\0\0\0\7",
        b"\xff" * 9,
        b"\0\0\0\x0d\x0c\0\0\0\1\0\0\0\x7fabcd",
        b"\0\0\0\2\x0c",
    ):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("liar")
            server.listen()

            def lie(server: socket.socket = server, answer: bytes = answer) -> None:
                with server.accept()[0] as one:
                    one.recv(100)
                    one.sendall(answer)

            thread = threading.Thread(target=lie)
            thread.start()
            assert main(["key", "show", "agent:", "--name", "a.example"]) == ERROR
            thread.join()
        os.unlink("liar")
        assert "ssh-agent" in capsys.readouterr().err


# ---- a token -----------------------------------------------------------------------------------------


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    pytest.importorskip("pkcs11")
    util = tool("softhsm2-util")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text(
        f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    words = ["--init-token", "--free", "--label", "hotline", "--pin", "1234", "--so-pin", "5678"]
    subprocess.run([util, *words], check=True, capture_output=True)
    Path("pin").write_text("1234\n")
    Path("pin").chmod(0o600)
    return f"pkcs11:token=hotline;object=a.example?module-path={TOKEN}&pin-source=file:pin"


IN_A_TOKEN = """
import sys
from pdqlite.cli.main import main
reference = sys.argv[2]
assert main(["key", "new", reference, "--name", "a.example"]) == 0
assert main(["key", "new", reference, "--name", "a.example"]) == 2, "never overwritten"
assert main(["key", "show", reference, "--name", "a.example"]) == 0
assert main(["key", "sign", "text", "--name", "a.example", "--signing-key", reference, "-o", "line"]) == 0
for wrong in (reference.replace("hotline", "other"), reference.replace("object=a", "object=b"), reference.replace("file:pin", "file:bad"),
              "pkcs11:token=hotline", reference.replace(".so", ".no")):
    assert main(["key", "show", wrong, "--name", "a.example"]) == 2, wrong
"""


def test_a_key_in_a_token(token: str) -> None:
    """In a process of its own: the library of a token keeps its state for as long as the process lives."""
    Path("bad").write_text("4321\n")
    Path("bad").chmod(0o600)
    done = subprocess.run([sys.executable, "-c", IN_A_TOKEN, "", token], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    public, again = done.stdout.splitlines()[:2]
    assert public == again
    run("key", "attach", "text", "line", "--public", public)
    assert "1234" not in done.stdout + done.stderr and "Traceback" not in done.stderr


A_LOG_IN_A_TOKEN = """
import contextlib, io, sys
from pathlib import Path
from pdqlite.cli.main import main
from pdqlite.lists import ListTerms, build_list, endorse
from pdqlite.lists.audit.audit import audit
from pdqlite.lists.format.files import Directory
from pdqlite.lists.publish.publication import Publication
from support.lists import samples
from support.lists.logged import DAY
from support.lists.published import NOW

def run(*words):
    assert main([str(w) for w in words]) == 0, words

made, said = {}, io.StringIO()
for name in ("log.example/demo", "root.example", "witness.example"):
    reference = sys.argv[1].replace("object=a.example", f"object={name.split('.')[0]}")
    with contextlib.redirect_stdout(said):
        run("key", "new", reference, "--name", name, *["--witness"] * name.startswith("witness"))
    made[name] = reference
log, root, witness = said.getvalue().split()
Path("list").mkdir()
run("list", "policy", "make", "list", "-o", "policy", "--origin", samples.ORIGIN, "--log", log, "--max-age", 30, "--root", root,
    "--root-quorum", 1, "--witness", witness, "--witness-quorum", 1, "--endorser-quorum", 2,
    *[w for s in samples.SIGNERS[:2] for w in ("--endorser", s.verifier)])
run("list", "policy", "sign", "policy", "--name", "root.example", "--signing-key", made["root.example"])
run("list", "policy", "accept", "list", "policy")
place = Publication(Path("list")).next()
terms = ListTerms(origin=samples.ORIGIN, categories=samples.CATEGORIES, sources=samples.ORGS[:2], issued=NOW, expires=NOW + DAY, seq=place.seq,
                  prev=place.prev, policy=(0, place.policy.hash), min_sources=2)
build_list("list/1", samples.entries(), terms, key=samples.KEY)
for signer in samples.SIGNERS[:2]:
    endorse("list/1", signer, key=samples.KEY)
run("list", "log", "append", "list", "--key", made["log.example/demo"], "--name", "log.example/demo")
run("list", "log", "request", "list", "-o", "request")
run("list", "log", "cosign", "request", "--log", log, "--key", made["witness.example"], "--name", "witness.example", "--seen", "seen", "-o", "answer")
run("list", "log", "answer", "list", "answer")
run("list", "log", "prove", "list")
found = audit(Directory("list"), NOW)
verdicts = {c.token: c.verdict for c in found.checks}
assert {verdicts[t] for t in ("log-signature", "log-proofs", "policies", "witnessed", "endorsed")} == {"passed"}, verdicts
assert not found.failed and not found.withheld
"""


def test_the_keys_of_log_policy_and_witness_in_a_token(token: str) -> None:
    """A list whose root key, log key and witness's key never leave the token: from the first policy to an audit that passes."""
    done = subprocess.run(
        [sys.executable, "-c", A_LOG_IN_A_TOKEN, token],
        capture_output=True, text=True, timeout=HANGS, env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1234" not in done.stdout + done.stderr
    assert not any(b"PRIVATE KEY" in path.read_bytes() for path in Path().rglob("*") if path.is_file())
