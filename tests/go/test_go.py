"""
Other people's code in Go: two witnesses of C2SP tlog-witness cosign our log, and golang.org/x/mod checks a list.

`.ci/go.sh` builds the programs and runs this; without them each test is skipped, and says so.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pdqlite.cli.http import TransferError, ask_witness
from pdqlite.lists import ListTerms, Trust, build_list, endorse
from pdqlite.lists.audit.audit import audit
from pdqlite.lists.format.files import Directory
from pdqlite.lists.format.note import COSIGNATURE, Note, Signer
from pdqlite.lists.log.policy import LogPolicy
from pdqlite.lists.publish.publication import Publication
from pdqlite.lists.verify import device
from pdqlite.lists.verify.auditor import verify_files
from support.lists import samples
from support.lists.logged import DAY, LOG, ROOTS, WITNESSES, policy_text
from support.lists.published import publish
from support.lists.samples import KEY, SIGNERS, entries, signer, tool

NOW = int(time.time())
NEW_LOG = replace(signer("another key of the log"), name=LOG.name)
Keys = tuple[Signer, ...]
Start = Callable[[Keys], "contextlib.AbstractContextManager[str]"]

# ---- the verifier ------------------------------------------------------------------------------------


def verify(root: Path, witnesses: Keys = WITNESSES, orgs: Keys = SIGNERS) -> subprocess.CompletedProcess[str]:
    words = [tool("pdqlite-go-verify"), "-list", str(root), "-log", str(LOG.verifier), "-witnesses", "2", "-orgs", "2"]
    for flag, keys in (("-witness", witnesses), ("-org", orgs)):
        words += [word for key in keys for word in (flag, str(key.verifier))]
    return subprocess.run(words, capture_output=True, text=True, timeout=60)


def test_a_published_list_is_what_others_read_it_as(tmp_path: Path) -> None:
    tool("pdqlite-go-verify")
    root = publish(tmp_path / "list", 5).path
    done = verify(root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"leaves": 6, "releases": 5, "consistency": 4 + 3 + 2 + 1}


def _bit(path: Path, at: int = -2) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


BROKEN: dict[str, Callable[[Path], object]] = {
    "a leaf": lambda r: _bit(r / "tile/entries/000.p/6", 700),
    "a manifest": lambda r: _bit(r / "3/manifest", 100),
    "the checkpoint": lambda r: _bit(r / "checkpoint", 40),
    "a consistency file": lambda r: (r / "5/consistency-3").write_bytes((r / "5/consistency-2").read_bytes()),
    "a line of a consistency file": lambda r: (r / "5/consistency-4").write_bytes(b"A" * 43 + b"=\n"),
    "a proof of another release": lambda r: shutil.copy(r / "3/manifest.tlog-proof", r / "4/manifest.tlog-proof"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_broken_to_others(tmp_path: Path, name: str) -> None:
    tool("pdqlite-go-verify")
    root = publish(tmp_path / "list", 5).path
    BROKEN[name](root)
    assert verify(root).returncode == 1
    assert verify(root, WITNESSES[2:]).returncode == 1


# ---- the witnesses -----------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def running(words: list[str], port: int, **changes: object) -> Iterator[str]:
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **changes) as process:  # type: ignore[call-overload]
        try:
            for _ in range(600):
                assert process.poll() is None, process.stderr.read().decode()[-2000:]
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@contextlib.contextmanager
def omniwitness(root: Path, who: Signer, logs: Keys) -> Iterator[str]:
    """transparency-dev's witness: its key is a note's, its logs are a YAML file."""
    program = tool("omniwitness")
    seed = who.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    plain = replace(who, kind=1).verifier.id.hex()
    secret = base64.b64encode(b"\x01" + seed).decode()
    (root / "key").write_text(f"PRIVATE+KEY+{who.name}+{plain}+{secret}\n")
    lines = [f"  - Origin: {k.name}\n    PublicKey: {k.verifier}\n    URL: https://log.example/\n" for k in logs[-1:]]
    (root / "logs.yaml").write_text("Logs:\n" + "".join(lines))
    port = free_port()
    words = [program, "--private_key_path", str(root / "key"), "--additional_logs", str(root / "logs.yaml")]
    # It cannot read what it stored under another key of the log: whoever runs it begins anew then.
    words += ["--db_file", str(root / f"{logs[-1].verifier.id.hex()}.db"), "--listen", f"127.0.0.1:{port}"]
    words += ["--metrics_listen", f"127.0.0.1:{free_port()}"]
    with running(words, port) as url:
        yield url


def _register(db: Path, log: Signer) -> None:
    """Make a log and its key known to litewitness: the rows that `witnessctl add-log` and `add-key` write (torchwood 0.8, internal/witness)."""
    empty = base64.b64encode(hashlib.sha256().digest()).decode()
    key = "key (origin TEXT NOT NULL, key TEXT NOT NULL, FOREIGN KEY(origin) REFERENCES log(origin))"
    with contextlib.closing(sqlite3.connect(db)) as rows, rows:
        rows.execute(
            "CREATE TABLE IF NOT EXISTS log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL, tree_hash TEXT NOT NULL)"
        )
        rows.execute(f"CREATE TABLE IF NOT EXISTS {key}")
        rows.execute("INSERT OR IGNORE INTO log VALUES (?, 0, ?)", (log.name, empty))
        known = rows.execute("SELECT 1 FROM key WHERE origin = ? AND key = ?", (log.name, str(log.verifier))).fetchone()
        if not known:
            rows.execute("INSERT INTO key VALUES (?, ?)", (log.name, str(log.verifier)))


@contextlib.contextmanager
def litewitness(root: Path, who: Signer, logs: Keys) -> Iterator[str]:
    """torchwood's witness: its key lies in an ssh-agent, its logs in a data base."""
    program = tool("litewitness")
    key, agent, db = root / "ssh", root / "agent", root / "witness.db"
    if not key.exists():
        key.write_bytes(who.private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        key.chmod(0o600)
    known = {"capture_output": True, "text": True, "check": True}
    with subprocess.Popen([tool("ssh-agent"), "-D", "-a", str(agent)], stdout=subprocess.DEVNULL) as process:
        while not agent.exists():
            time.sleep(0.05)
        try:
            subprocess.run([tool("ssh-add"), str(key)], env={"SSH_AUTH_SOCK": str(agent)}, **known)  # type: ignore[call-overload]
            shown = subprocess.run([tool("ssh-keygen"), "-lf", str(key)], **known)  # type: ignore[call-overload]
            _register(db, logs[-1])
            port = free_port()
            words = [program, "-name", who.name, "-db", str(db), "-ssh-agent", str(agent)]
            words += ["-listen", f"127.0.0.1:{port}", "-key", shown.stdout.split()[1]]
            with running(words, port) as url:
                yield url
        finally:
            process.terminate()


def release(book: Publication, url: str, *log: Signer) -> Path:
    """Build, endorse, log, have cosigned, prove."""
    place = book.next()
    directory = book.path / str(place.seq)
    policy = place.policy
    build_list(
        directory,
        entries(20, seed=place.seq),
        ListTerms(
            origin=samples.ORIGIN,
            categories=samples.CATEGORIES,
            sources=samples.ORGS,
            issued=NOW,
            expires=NOW + 30 * DAY,
            seq=place.seq,
            prev=place.prev,
            policy=(policy.version, policy.hash),
            min_sources=2,
        ),
        key=KEY,
    )
    for each in SIGNERS[:2]:
        endorse(directory, each, key=KEY)
    book.append(*log)
    assert book.book.add_cosignatures(ask_witness(url, book.book.request), book.witnesses())
    book.prove()
    return directory


def begin(root: Path, who: Signer) -> tuple[Publication, Trust]:
    text = policy_text(witnesses=f"witness w {who.verifier}\nquorum w")
    book = Publication(root)
    book.add_policy(Note(text, tuple(s.sign(text) for s in ROOTS)))
    return book, Trust(samples.ORIGIN, samples.CATEGORIES, policy=(0, LogPolicy.parse(text).hash))


@pytest.mark.parametrize("start", [omniwitness, litewitness])
def test_a_witness_of_others_cosigns_our_log(tmp_path: Path, start: Callable[..., object]) -> None:
    """Over several releases; a fork it refuses; the log's key changes, and the witness goes on."""
    who = replace(signer("witness.example/go"), kind=COSIGNATURE)
    place = tmp_path / "witness"
    place.mkdir()
    book, trust = begin(tmp_path / "list", who)
    states: list[bytes] = []

    def installs(directory: Path) -> None:
        found = device.verify(Directory(directory), trust, int(time.time()), states[-1] if states else None)
        sealed = verify_files(Directory(directory), trust, int(time.time()), states[-1] if states else None)
        assert found.status == sealed.status == "ok" and sealed.state == found.endorsed.state
        states.append(sealed.state)

    with start(place, who, (LOG,)) as url:  # type: ignore[attr-defined]
        for _ in range(3):
            installs(release(book, url, LOG))
        assert book.book.add_cosignatures(ask_witness(url, book.book.request), book.witnesses()), "the same size, fresh"
        fork, _ = begin(tmp_path / "fork", who)
        fork.book.append([b"leaf %d\n" % i for i in range(9)], LOG)
        with pytest.raises(TransferError, match="answers 4(09|22)"):
            ask_witness(url, fork.book.request)
        old = LogPolicy.parse(policy_text(witnesses=f"witness w {who.verifier}\nquorum w"))
        text = LogPolicy.make(
            old.origin, book.seq(), old.quorums, log=NEW_LOG.verifier, max_age=old.max_age, previous=old
        ).text
        book.add_policy(Note(text, tuple(s.sign(text) for s in ROOTS)))
        installs(release(book, url, LOG, NEW_LOG))
        with pytest.raises(
            TransferError, match="answers (403|500)"
        ):  # C2SP asks for 403; omniwitness calls it its own error
            release(book, url, NEW_LOG)
    with start(place, who, (LOG, NEW_LOG)) as url:  # type: ignore[attr-defined]
        assert book.book.add_cosignatures(ask_witness(url, book.book.request), book.witnesses())
        book.prove()
        installs(book.path / str(book.next().seq - 1))
        installs(release(book, url, NEW_LOG))
    checks = {c.token: c.verdict for c in audit(Directory(book.path), int(time.time()), trust=trust).checks}
    assert {checks[t] for t in ("log-signature", "log-root", "log-proofs", "witnessed", "fresh", "updates")} == {
        "passed"
    }
