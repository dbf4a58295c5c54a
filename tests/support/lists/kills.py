"""
Processes killed at random moments of an install, an append to the log, a witness's cosigning: what is left is the old or the
new, and the next one succeeds.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from pdqlite import errors
from pdqlite.cli.main import main
from pdqlite.lists import ListTerms, Store, build_list, endorse
from pdqlite.lists.audit.audit import audit
from pdqlite.lists.format.files import Directory
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.checkpoint import Checkpoint
from pdqlite.lists.log.logbook import Logbook
from pdqlite.lists.publish.publication import Publication
from support.lists import samples
from support.lists.logged import DAY, LOG
from support.lists.published import NOW, pins, publish
from support.lists.samples import KEY, SIGNERS, entries

Kill = Callable[[random.Random], str]


def killed(work: Callable[[], object], after: float) -> bool:
    """Do some work in a process of its own, killed after so many seconds; return True if it was done before."""
    child = os.fork()
    if child == 0:  # pragma: no cover
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            work()
            code = 0
        except errors.PdqliteError:
            code = 2
        finally:
            os._exit(code)
    time.sleep(after)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), code
    return code == 0


def timed(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes in a process of its own: kills fall within half as much more."""
    child = os.fork()
    if child == 0:  # pragma: no cover
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        work()
        os._exit(0)
    started = time.monotonic()
    os.waitpid(child, 0)
    return 1.5 * (time.monotonic() - started)


def installs(root: Path) -> Kill:
    """A store that goes from release 1 to 2."""
    book = publish(root / "list", 2)
    trust = pins()

    def install(where: Path, seq: int) -> None:
        Store(where).install(book.path / str(seq), KEY, trust=trust, now=NOW)

    install(root / "before", 1)
    shutil.copytree(root / "before", root / "tried")
    longest = timed(lambda: install(root / "tried", 2))

    def kill(draw: random.Random) -> str:
        where = root / "store"
        shutil.rmtree(where, ignore_errors=True)
        shutil.copytree(root / "before", where)
        killed(lambda: install(where, 2), draw.uniform(0, longest))
        with Store(where).open() as opened:
            seq, count = opened.manifest.seq, len(opened.entries())
        assert count == {1: 20, 2: 27}[seq]
        install(where, 2)
        with Store(where).open() as opened:
            assert opened.manifest.seq == 2
        return f"release {seq}"

    return kill


def appends(root: Path) -> Kill:
    """A log that takes its third leaf."""
    book = publish(root / "list", 1)
    place = book.next()
    directory = book.path / str(place.seq)
    build_list(
        directory,
        entries(30),
        ListTerms(
            origin=samples.ORIGIN,
            categories=samples.CATEGORIES,
            sources=samples.ORGS,
            issued=NOW,
            expires=NOW + 30 * DAY,
            seq=place.seq,
            prev=place.prev,
            policy=(0, place.policy.hash),
            min_sources=2,
        ),
        key=KEY,
    )
    for each in SIGNERS[:2]:
        endorse(directory, each, key=KEY)
    shutil.copytree(book.path, root / "tried")
    longest = timed(lambda: Publication(root / "tried").append(LOG))

    def kill(draw: random.Random) -> str:
        where = root / "copy"
        shutil.rmtree(where, ignore_errors=True)
        shutil.copytree(book.path, where)
        killed(lambda: Publication(where).append(LOG), draw.uniform(0, longest))
        head = Logbook(where).checkpoint()
        assert head is not None
        size = Checkpoint.parse(head.text).size
        found = {c.token: c.verdict for c in audit(Directory(where), NOW).checks}
        assert {found[t] for t in ("log-root", "log-tiles", "log-leaves", "log-signature")} == {"passed"}
        if size == place.seq:
            Publication(where).append(LOG)
        assert len(Logbook(where).entries()) == place.seq + 1
        return f"{size} leaves"

    return kill


def cosigns(root: Path) -> Kill:
    """A witness that is asked about two histories, one after the other: it never signs both."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    who = samples.signer("witness.example")
    pem = who.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined]
    (root / "key").write_bytes(pem)
    (root / "key").chmod(0o600)
    for name in ("a", "b"):
        book = Logbook(root / name)
        book.append([name.encode()], LOG)
        (root / f"request-{name}").write_bytes(book.request(0))

    def ask(name: str) -> int:
        words = [
            "list",
            "log",
            "cosign",
            str(root / f"request-{name}"),
            "--log",
            str(LOG.verifier),
            "--key",
            str(root / "key"),
        ]
        words += ["--name", who.name, "--seen", str(root / "seen"), "-o", str(root / f"answer-{name}"), "-q"]
        return main(words)

    longest = timed(lambda: ask("a"))
    for name in ("seen", "answer-a", "answer-b"):
        (root / name).unlink(missing_ok=True)

    def kill(draw: random.Random) -> str:
        killed(lambda: ask("a"), draw.uniform(0, longest))
        signed = (root / "answer-a").exists()
        seen = (root / "seen").exists()
        assert seen or not signed, "what was seen is stored before the answer goes out"
        other = ask("b")
        assert (other == 0) == (not seen)
        for name in ("seen", "answer-a", "answer-b"):
            if name.startswith("answer") and (root / name).exists():
                text = Note.parse((root / f"request-{name[-1]}").read_bytes().partition(b"\n\n")[2]).text
                assert Note.parse(text + b"\n" + (root / name).read_bytes()).signatures
            (root / name).unlink(missing_ok=True)
        return "answered" if signed else "stored" if seen else "nothing"

    return kill


KILLS: dict[str, Callable[[Path], Kill]] = {"install": installs, "append": appends, "cosign": cosigns}
