"""What the publisher's directory offers to devices that come late."""

from __future__ import annotations

from pathlib import Path

from pdqlite.lists import Store, build_list, endorse
from pdqlite.lists.format.note import Note
from pdqlite.lists.publish.publication import MAX_STEPS
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
        origin=samples.ORIGIN,
        entries=entries(30),
        categories=samples.CATEGORIES,
        sources=samples.ORGS,
        key=KEY,
        issued=NOW,
        expires=NOW + 30 * DAY,
        seq=202,
        prev=place.prev,
        policy=(0, place.policy.hash),
        min_sources=2,
    )
    for each in SIGNERS[:2]:
        endorse(directory, each, key=KEY)
    book.append(LOG)
    witness(book)
    book.prove()
    found = store.install(directory, KEY, trust=pins(), now=NOW)
    assert (found.remarks, found.state.seq, found.state.log_size) == ((), 202, 203)
    assert len(list(directory.glob("consistency-*"))) == 201 < MAX_STEPS
