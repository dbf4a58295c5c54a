"""A list's whole life by the commands: policy, log, witnesses by file and over HTTP, deltas, rotation."""

from __future__ import annotations

import http.server
import io
import itertools
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pdqlite import lists
from pdqlite.cli import scenes
from pdqlite.cli.http import Mirror, TransferError, get
from pdqlite.cli.main import main
from pdqlite.errors import SplitViewError, UnprovenError
from pdqlite.lists.format.note import COSIGNATURE, Signature, Signer, VerifierKey
from pdqlite.lists.log.checkpoint import Checkpoint
from pdqlite.lists.log.logbook import ConflictError, Logbook, add_checkpoint
from pdqlite.media import write_picture
from support.commands import ERROR, FOUND, LOG, ORIGIN, cosign, log, release, run, verified


class Witness(http.server.BaseHTTPRequestHandler):
    """A witness as C2SP tlog-witness describes it, for one log."""

    signer: Signer
    log: VerifierKey
    seen: Checkpoint | None
    lies: bytes | None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        cls = type(self)
        try:
            if self.path != "/add-checkpoint":
                raise LookupError
            answer, cls.seen = add_checkpoint(body, cls.seen, cls.log, cls.signer, int(time.time()))
            code = 200
        except LookupError:
            code, answer = 404, b""
        except ConflictError as conflict:
            code, answer = 409, f"{conflict.size}\n".encode()
        except (SplitViewError, UnprovenError):
            code, answer = 422, b"\x1b[1mthe proof does not lead here\n"
        if cls.lies is not None:
            code, answer = 200, cls.lies
        self.send_response(code)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[object]:
    servers = []

    def start(handler: type) -> str:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_life_of_a_list(life: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    release(3, 1)
    log()
    assert main(["list", "log", "prove", "published"]) == ERROR
    assert "witnesses of the policy cosigned: too few" in capsys.readouterr().err
    cosign(("w1.example", "w2.example"), life[LOG], 0)
    run("list", "log", "prove", "published")
    assert verified(1) == "ok"
    run("list", "verify", "published/1", "--trust", "trust", "--key", "list.key")

    release(6, 2, since=1)
    log()
    cosign(("w1.example", "w2.example"), life[LOG], 2)
    run("list", "log", "prove", "published")
    assert verified(2) == "ok"

    # b leaves: a and c endorse from now on; the old root key signs, being the new one too.
    run("key", "new", "c.example.pem", "--name", "c.example")
    c = capsys.readouterr().out.strip().splitlines()[-1]
    run(*f"list policy make published -o p1 --endorser {life['a.example']} --endorser {c} --endorser-quorum 2".split())
    assert main(["list", "policy", "accept", "published", "p1"]) == ERROR
    run("list", "policy", "sign", "p1", "--name", "root.example", "--signing-key", "root.example.pem")
    run("list", "policy", "accept", "published", "p1")
    run(
        *(
            "list build hashes/0.txt --source a.example --source c.example --min-sources 2 --key list.key "
            "--prefix published"
        ).split()
    )
    for name in "ac":
        run(*f"list endorse published/4 --name {name}.example --signing-key {name}.example.pem --key list.key".split())
    log()
    cosign(("w1.example", "w2.example"), life[LOG], 3)
    run("list", "log", "prove", "published")
    assert verified(4) == "ok"
    assert sorted(p.name for p in Path("published/4").iterdir()) == [
        "consistency-2",
        "consistency-3",
        "list.cob",
        "manifest",
        "manifest.tlog-proof",
        "policy-0",
        "policy-1",
        "policy-1.tlog-proof",
    ]


def test_a_release_without_its_quorum_is_not_logged(life: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    release(3, 1, sign="a")
    assert main(["list", "log", "append", "published", "--key", "log.example.org.pem", "--name", LOG]) == ERROR
    assert "too few of the organisations" in capsys.readouterr().err
    assert not Path("published/checkpoint").exists()


def test_witnesses_over_http(life: dict[str, str], serve, capsys: pytest.CaptureFixture[str]) -> None:
    log_key = VerifierKey.parse(life[LOG])
    handlers = []
    for name in ("w1.example", "w2.example"):
        signer = lists.load_signing_key(f"{name}.pem", name, COSIGNATURE)
        handlers.append(type(name, (Witness,), {"signer": signer, "log": log_key, "seen": None, "lies": None}))
    urls = [serve(h) for h in handlers]
    for seq in (1, 2):  # the second time the witnesses answer with what they saw last
        release(3 * seq, seq)
        log()
        run("list", "log", "witness", "published", "--url", urls[0], "--url", urls[1] + "/")
        run("list", "log", "prove", "published")
        assert verified(seq) == "ok"
    run("list", "log", "witness", "published", "--url", urls[0])  # the same size again: a fresh time
    key = lists.load_signing_key("w1.example.pem", "w1.example", COSIGNATURE)
    forged = str(
        Signature(key.name, key.verifier.id, int(time.time()).to_bytes(8, "big") + key.private.sign(b"another text\n"))
    ).encode()
    for lie in (
        forged,
        b"",
        b"x",
        b"\xe2\x80\x94 w1.example AAAAAAAA\n",
        b"\xe2\x80\x94 other.example " + b"A" * 100 + b"\n",
        b"y" * 2_000_000,
    ):
        handlers[0].lies = lie
        before = Path("published/checkpoint").read_bytes()
        assert main(["list", "log", "witness", "published", "--url", urls[0]]) == ERROR
        assert Path("published/checkpoint").read_bytes() == before
    handlers[0].lies = None
    handlers[0].seen = Checkpoint(LOG, 2, bytes(32))  # saw another history: a fork
    capsys.readouterr()
    assert main(["list", "log", "witness", "published", "--url", urls[0]]) == ERROR
    said = capsys.readouterr().err
    assert "answers 422: [1mthe proof does not lead here" in said and "\x1b" not in said, (
        "what the witness gave as its reason"
    )
    assert main(["list", "log", "witness", "published", "--url", "http://127.0.0.1:9"]) == ERROR


class Endless(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path != "/moved" else 302)
        if self.path == "/moved":
            self.send_header("Location", "file:///etc/hostname")
        self.end_headers()
        try:
            while self.path != "/moved":
                self.wfile.write(b"x" * (1 << 16))
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


def test_transfers_are_bounded(serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = serve(Endless)
    with open(tmp_path / "x", "wb") as out:
        with pytest.raises(TransferError, match="more than the 1000000 bytes"):
            get(url + "/fast", out, limit=1_000_000)
        minutes = itertools.count(0.0, 60.0)  # one passes whenever somebody looks at the clock
        with monkeypatch.context() as patched, pytest.raises(TransferError, match="more than 90 s"):
            patched.setattr("pdqlite.cli.http.time", SimpleNamespace(monotonic=lambda: next(minutes)))
            get(url + "/slow", out, limit=1 << 40, timeout=90)
        assert next(minutes) == 180.0  # the begin, after one piece, and after the second
        for address in (url + "/moved", "file:///etc/hostname", "ftp://127.0.0.1:9/x"):
            with pytest.raises(TransferError):
                get(address, out, timeout=5)
    with Mirror(url, largest=100_000) as mirror, pytest.raises(TransferError):
        mirror.open("fast/list.cob").close()


def test_a_witness_asked_twice_at_once_signs_one_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    log, witness = lists.new_signing_key("log.pem", LOG), lists.new_signing_key("w.pem", "w.example", COSIGNATURE)
    for fork in ("a", "b"):
        book = Logbook(tmp_path / fork)
        book.append([fork.encode()], log)
        Path(f"request-{fork}").write_bytes(book.request(0))

    def slow(*args: Any) -> Any:
        time.sleep(0.5)
        return add_checkpoint(*args)

    monkeypatch.setattr("pdqlite.cli.list_log.add_checkpoint", slow)
    codes = {}

    def ask(fork: str) -> None:
        codes[fork] = main(
            (
                f"list log cosign request-{fork} --log {log.verifier} --key w.pem --name {witness.name} --seen seen "
                f"-o response-{fork}"
            ).split()
        )

    threads = [threading.Thread(target=ask, args=fork) for fork in "ab"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(codes.values()) == [FOUND, ERROR]
    assert len(list(tmp_path.glob("response-*"))) == 1


OK = b"HTTP/1.1 200 OK\r\n"
ANSWERS = {
    "no HTTP": b"hello\r\n\r\n",
    "no chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "half a chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n10\r\nabc",
    "too many headers": OK + b"A: b\r\n" * 200 + b"\r\n",
    "a long header": OK + b"A: " + b"x" * 70_000 + b"\r\n\r\n",
    "half a body": OK + b"Content-Length: 10\r\n\r\nabc",
    "no address": b"HTTP/1.1 302 Found\r\nLocation: http://a b/\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_is_no_answer(answer: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """An error in one line, and never half a file taken for a whole one."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    with server.accept()[0] as peer:
                        peer.recv(65536)
                        peer.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/list"
        with pytest.raises(TransferError):
            get(url, io.BytesIO(), timeout=5)
        assert main(["audit", url, "--timeout", "5"]) == 2
        server.shutdown(socket.SHUT_RDWR)
    told = capsys.readouterr().err
    assert told.startswith(f"pdqlite: {url}: the server ") and told.count("\n") == 1


def test_policies_from_blocks_and_their_errors(life: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("block").write_text(
        f"witness x {life['w1.example']}\nwitness y {life['w2.example']}\ngroup g any x y\nquorum g\n"
    )
    run("list", "policy", "make", "published", "-o", "p1", "--witness-block", "block")
    run("list", "policy", "show", "p1", "--json")
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["version"], said["seq"], said["witnesses_quorum"]) == (1, 1, "group g any x y; quorum g")
    run("list", "policy", "make", "published", "-o", "p1", "--witness-quorum", "none")
    for words in (
        ["--endorser-quorum", "1"],
        ["--endorser", life["w1.example"], "--endorser-quorum", "1"],
        ["--origin", "other"],
        ["--endorser", life["a.example"], "--endorser-quorum", "2"],
        ["--root-quorum", "none"],
        ["--root-block", "absent"],
    ):
        assert main(["list", "policy", "make", "published", "-o", "p2", *words]) == ERROR, words
    assert not Path("p2").exists()
    run("list", "policy", "sign", "p1", "--name", "a.example", "--signing-key", "a.example.pem")
    assert main(["list", "policy", "accept", "published", "p1"]) == ERROR


def test_trust_pins_a_policy_or_organisations(life: dict[str, str]) -> None:
    base = ["list", "trust", "-o", "t", "--origin", ORIGIN, "--category", "unspecified"]
    assert main(base) == ERROR
    assert main([*base, "--policy", "p0", "--endorser", life["a.example"], "--quorum", "1"]) == ERROR


def test_a_picture_in_a_published_list_matches(
    life: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release(3, 1)
    log()
    cosign(("w1.example", "w2.example"), life[LOG], 0)
    run("list", "log", "prove", "published")
    write_picture("copy.png", scenes.picture(1, 256, 256))
    capsys.readouterr()
    run("match", "--list", "published/1", "--key", "list.key", "--trust", "trust", "--json", "copy.png")
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["verdict"], said["list"]) == ("match", "ok")

    run("match", "--list", "published/1", "--key", "list.key", "--trust", "trust", "--evidence", "kept", "copy.png")
    Path("list.key").unlink()
    kept = f"kept/{said['entry']}.evidence"
    capsys.readouterr()
    run("evidence", "verify", kept, "--trust", "trust", "--picture", "copy.png", "--json")
    proven = json.loads(capsys.readouterr().out)
    assert (proven["entry"], proven["distance"], proven["sources"]) == (said["entry"], 0, ["a.example", "b.example"])
    write_picture("other.png", scenes.picture(77, 256, 256))
    assert main(["evidence", "verify", kept, "--trust", "trust", "--picture", "other.png"]) == 1
    data = Path(kept).read_bytes()
    Path(kept).write_bytes(data[:-1])
    assert main(["evidence", "verify", kept, "--trust", "trust"]) == ERROR
    assert main(["evidence", "verify", "absent", "--trust", "trust"]) == ERROR


def test_envelopes_by_the_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("key", "new", "list.key", "--list")
    run("key", "new", "vendor.pem", "--recipient")
    pem = capsys.readouterr().out
    assert pem.startswith("-----BEGIN PUBLIC KEY-----")
    Path("vendor.pub").write_text(pem)
    run("key", "seal", "list.key", "--to", "vendor.pub", "--origin", ORIGIN, "-o", "vendor.hpke")
    run("key", "open", "vendor.hpke", "--with", "vendor.pem", "--origin", ORIGIN, "-o", "got.key")
    assert Path("got.key").read_bytes() == Path("list.key").read_bytes()
    assert Path("got.key").stat().st_mode & 0o777 == 0o600
    for words in (
        ["open", "vendor.hpke", "--with", "vendor.pem", "--origin", "other", "-o", "x.key"],
        ["open", "vendor.pub", "--with", "vendor.pem", "--origin", ORIGIN, "-o", "x.key"],
        ["open", "absent", "--with", "vendor.pem", "--origin", ORIGIN, "-o", "x.key"],
        ["seal", "list.key", "--to", "vendor.pem", "--origin", ORIGIN, "-o", "x.key"],
        ["seal", "list.key", "--to", "list.key", "--origin", ORIGIN, "-o", "x.key"],
    ):
        assert main(["key", *words]) == ERROR, words
    assert not Path("x.key").exists()


def test_an_organisation_signs_only_what_it_submitted(life: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    run(
        *(
            "list build --submitted a.example hashes/0.txt hashes/1.txt --submitted b.example hashes/1.txt hashes/2.txt "
            "--min-sources 1 --key list.key --prefix published"
        ).split()
    )
    base = ("list endorse published/1 --name b.example --signing-key b.example.pem --key list.key --submitted").split()
    assert main([*base, "hashes/1.txt"]) == ERROR
    assert "1 entries carry the mark of b.example that it did not submit" in capsys.readouterr().err
    assert main([*base, "hashes/0.txt", "hashes/1.txt", "hashes/2.txt"]) == ERROR
    assert main([*base, "hashes/1.txt", "hashes/2.txt"]) == FOUND
