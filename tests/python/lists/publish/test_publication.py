"""What the publisher's directory offers to devices that come late."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from pdqlite import errors
from pdqlite.lists import ListTerms, Store, build_list, endorse
from pdqlite.lists.format.note import Note
from pdqlite.lists.log import logbook
from pdqlite.lists.log.checkpoint import Checkpoint
from pdqlite.lists.log.logbook import hash_tiles
from pdqlite.lists.publish.publication import MAX_STEPS, Publication
from support.lists import samples
from support.lists.logged import DAY, LOG
from support.lists.published import NOW, pins, publish, witness
from support.lists.samples import KEY, SIGNERS, entries


def test_a_device_that_slept_through_two_hundred_releases(tmp_path: Path) -> None:
    """It has to see that the log goes on from the checkpoint it remembers, however far back that is."""
    book = publish(tmp_path / "list", 1)
    store = Store(tmp_path / "store")
    assert store.install(book.path / "1", KEY, trust=pins(), now=NOW).remarks == ()
    text = Note.parse((book.path / "1" / "manifest").read_bytes()).text
    book.book.append([text.replace(b"\nseq 1\n", b"\nseq %d\n" % seq) for seq in range(2, 202)], LOG)
    place = book.next()
    assert place.seq == 202
    directory = book.path / "202"
    build_list(
        directory,
        entries(30),
        ListTerms(
            origin=samples.ORIGIN,
            categories=samples.CATEGORIES,
            sources=samples.ORGS,
            issued=NOW,
            expires=NOW + 30 * DAY,
            seq=202,
            prev=place.prev,
            policy=(0, place.policy.hash),
            min_sources=2,
        ),
        key=KEY,
    )
    for each in SIGNERS[:2]:
        endorse(directory, each, key=KEY)
    book.append(LOG)
    witness(book)
    book.prove()
    found = store.install(directory, KEY, trust=pins(), now=NOW)
    assert (found.remarks, found.state.seq, found.state.log_size) == ((), 202, 203)
    assert len(list(directory.glob("consistency-*"))) == 201 < MAX_STEPS


def test_two_appends_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One waits for the other and then finds nothing to log; neither writes over what the other logged."""
    book = publish(tmp_path / "list", 1)
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
    slow = threading.Barrier(2)

    def tiles(hashes: list[bytes]) -> dict[str, bytes]:
        with contextlib.suppress(threading.BrokenBarrierError):
            slow.wait(0.3)  # both are here at once only if no lock keeps one of them out
        return hash_tiles(hashes)

    monkeypatch.setattr(logbook, "hash_tiles", tiles)
    results: list[object] = []

    def append() -> None:
        try:
            results.append(Publication(book.path).append(LOG).seq)
        except errors.PdqliteError as error:
            results.append(error)

    threads = [threading.Thread(target=append) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(type(r) is int for r in results) == [False, True], results
    head = book.book.checkpoint()
    assert head is not None and Checkpoint.parse(head.text).size == place.seq + 1
