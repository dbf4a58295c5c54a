"""What an organisation takes in: groups, repeats, blocked and unknown signers, older keys, decisions and answers."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pdqlite.errors import ArgumentError, DeskError
from pdqlite.lists.format.note import Signer
from pdqlite.reports import deciding, notes, page, sealing
from pdqlite.reports.desk import Desk
from pdqlite.reports.taking import Office
from pdqlite.reports.text import Content
from pdqlite.reports.triage import Triage
from support.desks import FLAGGER, HERE, A, B, Place, made, noise, turned
from support.reports import NOW, OFFICES, filmed, pictured
from support.reports import Office as Organisation


def test_reports_of_one_thing_are_one_group(place: Place) -> None:
    clip = filmed(range(20, 26))
    later = replace(clip, items=tuple(turned(replace(clip, items=(i,)), 9).items[0] for i in clip.items))
    files = [
        made(s)[0]
        for s in (pictured(1), turned(pictured(1), 20), pictured(2), clip, later, turned(pictured(1), 30), pictured(1))
    ]
    assert place.take(files) == {"new": 7}
    assert place.groups() == [(1, 4), (2, 1), (3, 2)]


def test_groups_are_the_same_whenever_reports_come(place: Place, tmp_path: Path) -> None:
    files = [made(turned(pictured(1 + i % 2), i))[0] for i in range(12)]
    for data in files:
        place.take([data])
    other = Place(tmp_path / "other")
    other.path.mkdir()
    other.take(files)
    assert sorted(n for _, n in place.groups()) == sorted(n for _, n in other.groups()) == [6, 6]


def test_groups_do_not_drift(place: Place) -> None:
    """A chain of pictures, each near the last, leads to no group that holds what is far from its first."""
    place.take([made(turned(noise(1), 20 * i))[0] for i in range(5)])
    assert sorted(n for _, n in place.groups()) == [1, 2, 2]


def test_a_forged_hash_makes_a_group_of_its_own(place: Place) -> None:
    """Another picture's hash over one's own keypoints: near by hash, elsewhere by keypoints."""
    victim, own = pictured(1), pictured(2)
    forged = replace(victim, items=(replace(victim.items[0], signature=own.items[0].signature),))
    place.take([made(victim)[0], made(forged)[0], made(victim)[0]])
    assert place.groups() == [(1, 2), (2, 1)]
    second = list(place.triage().groups(9))[1]
    assert second.like == 1 and any("forged" in flag for flag in page.flags(second))


def test_a_hash_without_keypoints_joins_no_group_that_has_them(place: Place) -> None:
    bare = replace(pictured(1), items=(replace(pictured(1).items[0], signature=b""),))
    place.take([made(pictured(1))[0], made(turned(bare, 30))[0]])
    assert place.groups() == [(1, 1), (2, 1)]


def test_a_reply_key_that_nothing_can_be_sealed_to_stops_nobody_elses_answer(place: Place) -> None:
    text = made(pictured(2), to=(A,))[1]
    assert text.reply
    broken = replace(text, reply=replace(text.reply, receive=bytes(32)))
    good, kept, _ = made(pictured(1))
    place.take([sealing.seal(Content(broken), [A.card.key]), good])
    with Desk(place.path / "desk") as desk:
        assert [name for name, _, _ in deciding.receipts(desk, A.signer, NOW)] == [kept.id]
        assert list(deciding.receipts(desk, A.signer, NOW)) == []


def test_half_a_video_does_not_join_it(place: Place) -> None:
    whole, mixed = filmed(range(10)), filmed(range(6, 16))
    place.take([made(whole)[0], made(mixed)[0]])
    assert place.groups() == [(1, 1), (2, 1)]


def test_repeats_conflicts_and_refusals(place: Place) -> None:
    data, text, _ = made(pictured(1))
    again = sealing.seal(Content(text), [office.card.key for office in OFFICES])
    other = sealing.seal(Content(replace(text, country="FR")), [office.card.key for office in OFFICES])
    assert place.take(
        [data, data, again, other, b"no report", made(pictured(1), to=(B,))[0], b"x" * (sealing.MAX_BYTES + 1)]
    ) == {"new": 1, "repeat": 2, "refused": 4}
    assert place.take([data, other, b"no report"]) == {"repeat": 1, "seen": 2}
    assert place.groups() == [(1, 1)]
    with Desk(place.path / "desk") as desk:  # two beside the first, in the same batch; one in a later run
        assert desk.one("SELECT repeats FROM report") == (3,)
    assert {status for status, _, _ in place.triage().refusals()} == {"conflict", "format", "not-for-us"}


def test_signers(place: Place) -> None:
    stranger, impostor = Signer("who.example", A.signer.private), Signer("flagger.example", A.signer.private)
    files = [made(pictured(1), signer)[0] for signer in (FLAGGER, stranger, impostor)]
    forged = made(pictured(1), FLAGGER)[1]
    bad = replace(FLAGGER.sign(b"another text"), name="flagger.example")
    files.append(sealing.seal(Content(forged, bad), [office.card.key for office in OFFICES]))
    assert place.take(files) == {"new": 3, "refused": 1}
    (group,) = place.triage().groups(9)
    assert (group.signers, dict(group.by_reporter), group.unknown) == (("flagger.example",), {"trusted": 1}, 2)


def test_blocked_reporters_are_set_aside(place: Place) -> None:
    office = replace(HERE, known={}, blocked={"flagger.example": FLAGGER.verifier})
    data = made(pictured(1), FLAGGER)[0]
    assert place.take([data], office) == {"blocked": 1}
    assert place.groups() == [] and place.triage().counts == {"blocked": 1}
    assert place.take([data], office) == {"repeat": 1}


def test_files_opened_again_follow_whom_one_knows_and_blocks_now(place: Place) -> None:
    """A key is blocked once it was stolen, so after its reports came; one that was blocked by mistake is not silenced for good."""
    blocking = replace(HERE, known={}, blocked={"flagger.example": FLAGGER.verifier})
    (first, _, _), (flagged, text, keep) = made(pictured(1)), made(pictured(1), FLAGGER, statement="secret words")
    place.take([first, flagged, flagged])

    def signers() -> list[tuple[tuple[str, ...], int]]:
        return [(group.signers, group.reports) for group in place.triage().groups(9)]

    assert signers() == [(("flagger.example",), 2)]
    assert place.take([flagged, flagged], blocking) == {"blocked": 1, "repeat": 1}
    assert signers() == [((), 1)] and place.triage().counts == {"blocked": 1, "open": 1}
    assert b"secret words" not in (place.path / "desk").read_bytes()
    assert place.take([flagged, flagged], replace(HERE, known={})) == {"new": 1, "repeat": 1}  # known to nobody now
    assert signers() == [((), 2)]
    with Desk(place.path / "desk") as desk:
        assert desk.one("SELECT kept, members FROM cluster") == (2, 2)
    assert place.take([first, flagged]) == {"repeat": 2}  # known again
    assert signers() == [(("flagger.example",), 2)]
    with Desk(place.path / "desk") as desk:
        assert desk.one("SELECT kept, members FROM cluster") == (1, 2)
        deciding.accept(desk, 1, A.signer, "abuse", place.path / "yes", NOW)
    assert place.take([flagged], blocking) == {"repeat": 1}  # what a person decided stands
    assert place.triage().counts == {"accepted": 2}
    assert place.take([notes.withdrawal(text.id, keep.signer)], blocking) == {"withdrawn": 1}
    assert place.take([flagged]) == {"repeat": 1}


def test_a_text_that_others_sign_again_changes_nothing(place: Place) -> None:
    """Every recipient can read a text, sign it with another key, and seal it to the same organisations."""
    data, text, _ = made(pictured(1), FLAGGER)
    place.take([data])
    keys = [office.card.key for office in OFFICES]
    strange, blocked = Signer("who.example", B.signer.private), Signer("blocked.example", B.signer.private)
    others = [sealing.seal(Content(text, signer.sign(text.text)), keys) for signer in (strange, blocked)]
    assert place.take(others, replace(HERE, blocked={"blocked.example": blocked.verifier})) == {"repeat": 2}
    assert [(group.signers, group.reports) for group in place.triage().groups(9)] == [(("flagger.example",), 1)]


def test_what_is_set_aside_comes_back_by_its_own_key_alone(place: Place) -> None:
    """Another key of the same name, or another name, does not put a blocked text on the desk, nor keep its own file from it later."""
    data, text, _ = made(pictured(1), FLAGGER, statement="secret words")
    blocking = replace(HERE, known={}, blocked={"flagger.example": FLAGGER.verifier})
    keys = [office.card.key for office in OFFICES]
    names = (Signer("who.example", B.signer.private), Signer("flagger.example", B.signer.private))
    others = [sealing.seal(Content(text, signer.sign(text.text)), keys) for signer in names]
    assert place.take([data], blocking) == {"blocked": 1}
    for office in (blocking, replace(HERE, known={}), HERE):
        place.take(others, office)
        assert place.triage().counts == {"blocked": 1}
    assert place.take([data], replace(HERE, known={})) == {"new": 1}
    assert place.triage().counts == {"open": 1}


def test_an_older_key(place: Place) -> None:
    old = Organisation("old.example")
    office = Office({A.card.id: A.private, old.card.id: old.private}, frozenset([old.card.id]))
    data = made(pictured(1), to=(old,))[0]
    assert place.take([data]) == place.take([data]) == {"refused": 1}
    assert place.take([data], office) == {"new": 1}
    triage = place.triage()
    assert list(triage.refusals()) == []
    (group,) = triage.groups(9)
    assert group.retired == 1 and "older key" in " ".join(page.flags(group))


def test_a_group_that_was_accepted_is_not_declined_without_its_acceptances(place: Place) -> None:
    data, text, keep = made(pictured(1))
    place.take([data])
    folder = place.path / "yes"
    with Desk(place.path / "desk") as desk:
        deciding.accept(desk, 1, A.signer, "abuse", folder, NOW)
        with pytest.raises(ArgumentError, match="was accepted: give --acceptances"):
            deciding.decline(desk, 1, "no-harm")
        assert desk.one("SELECT state FROM report") == ("accepted",) and len(list(folder.iterdir())) == 1
        assert deciding.decline(desk, 1, "no-harm", folder) == 1 and not list(folder.iterdir())


def test_a_desk_of_an_earlier_version_is_brought_on_and_a_later_one_is_left(place: Place) -> None:
    place.take([made(pictured(1))[0]])
    path = place.path / "desk"
    unkept = "DROP INDEX early_run; ALTER TABLE run DROP COLUMN unkept;"
    for version, undone in (
        (1, f"{unkept} DROP TABLE early; ALTER TABLE report DROP COLUMN looked;"),
        (1, f"{unkept} DROP TABLE early;"),  # some of version 1 had the column already
        (2, unkept),
    ):
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.executescript(f"{undone} PRAGMA user_version = {version};")
        with Desk(path) as desk:
            deciding.review(desk, [1])
            assert desk.one("PRAGMA user_version") == (3,)
            assert desk.one(
                "SELECT looked, (SELECT count(*) FROM early), (SELECT sum(unkept) FROM run) FROM report"
            ) == (1, 0, 0)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 4")
    with pytest.raises(DeskError, match="a later pdqlite"):
        Desk(path)


def test_what_has_ended_by_itself_is_not_ended_again(place: Place) -> None:
    """SQLite ends a transaction that a full disk or a damaged file has broken; the error is ours all the same."""
    place.take([made(pictured(1))[0]])
    with Desk(place.path / "desk") as desk:
        with pytest.raises(DeskError), desk.at_once():
            desk.tell("ROLLBACK")
            desk.tell("INSERT INTO nothing VALUES (1)")
        assert desk.one("SELECT count(*) FROM report") == (1,)


def test_what_is_near_to_the_harmless_is_marked(place: Place) -> None:
    place.take([made(pictured(1))[0], made(pictured(2))[0]])
    harmless = np.frombuffer(turned(pictured(2), 16).items[0].bits, np.uint8).reshape(1, 32)
    with Desk(place.path / "desk") as desk:
        groups = list(Triage(desk, against=[("negative", harmless)]).groups(9))
        assert [(g.number, g.near) for g in groups] == [(1, ()), (2, ("negative",))]


def test_the_page_shows_what_was_written_and_runs_nothing(place: Place) -> None:
    nasty = "<script>alert(1)</script>\n<img src=x onerror=y> & \u202edrow"
    place.take([made(pictured(1), statement=nasty, reporter="guardian")[0]])
    triage = place.triage()
    text = page.render(triage, triage.groups(9), 'de"sk')
    assert "&lt;script&gt;" in text and "by a guardian" in text and "de&quot;sk" in text
    assert not re.findall(r"<(?:script|img|link|iframe|form)|\s(?:src|href|on\w+)=[\"']|https?:", text, re.I)
    assert "default-src 'none'" in text


def test_decisions_delete_and_answer(place: Place) -> None:
    (one, a, keep), (two, b, _), (three, _, keep3) = (
        made(pictured(1)),
        made(turned(pictured(1), 8), to=(A,)),
        made(pictured(2), statement="secret words"),
    )
    place.take([one, two, three])
    folder = place.path / "accepted"
    with Desk(place.path / "desk") as desk:
        assert deciding.accept(desk, 1, A.signer, "abuse", folder, NOW, most=1) == [
            a.id
        ]  # went to three, the other to one
        given = notes.Acceptance.verified(
            (folder / f"{a.id.hex()}.acceptance").read_bytes(), {"a.example": A.signer.verifier}
        )
        assert given.items == a.items and given.category == "abuse"
        assert deciding.decline(desk, 2, "no-harm") == 1
        assert desk.one("SELECT count(*) FROM report WHERE statement IS NOT NULL") == (0,)
        told = {name: (status, data) for name, status, data in deciding.receipts(desk, A.signer, NOW)}
        assert [told[x][0] for x in (a.id, b.id, keep3.id)] == ["accepted", "accepted", "declined"]
        note, _ = sealing.unseal_receipt(told[keep3.id][1], keep3.receiver)
        assert notes.Receipt.verified(note, A.signer.verifier).reason == "no-harm"
        assert list(deciding.receipts(desk, A.signer, NOW)) == []
        with pytest.raises(ArgumentError, match="no group 9"):
            deciding.accept(desk, 9, A.signer, "abuse", folder, NOW)
        with pytest.raises(ArgumentError, match="nothing to accept"):
            deciding.accept(desk, 2, A.signer, "abuse", folder, NOW)
    assert b"secret words" not in (place.path / "desk").read_bytes()
    assert place.take([notes.withdrawal(a.id, keep.signer)]) == {"withdrawn": 1}
    with Desk(place.path / "desk") as desk:
        assert list(deciding.recall(desk, folder)) == [(1, "withdrawn", 1)] and not list(folder.iterdir())
        assert deciding.accept(desk, 1, A.signer, "abuse", folder, NOW, most=1) == [b.id]
    assert place.take([one]) == {"repeat": 1}  # sent again after it was withdrawn: it stays withdrawn
    with Desk(place.path / "desk") as desk:
        assert deciding.accept(desk, 1, A.signer, "abuse", folder, NOW) == [b.id]


def test_a_known_reporters_copy_is_listed_before_one_sent_to_many(place: Place) -> None:
    """Anybody can seal a report to many keys, their own among them; a known name is not to be had so."""
    known, text, _ = made(pictured(1), FLAGGER, to=(A,))
    place.take([*(made(turned(pictured(1), 20))[0] for _ in range(4)), known])
    assert place.groups() == [(1, 5)]
    with Desk(place.path / "desk") as desk:
        assert deciding.accept(desk, 1, A.signer, "abuse", place.path / "yes", NOW, most=1) == [text.id]


def test_that_somebody_looks_is_said_of_the_reports_that_were_there(place: Place) -> None:
    (one, a, keep), (two, b, _), (three, c, _) = made(pictured(1)), made(pictured(1)), made(pictured(2))
    place.take([one, three])
    with Desk(place.path / "desk") as desk:
        with pytest.raises(ArgumentError, match="no group 9"):
            deciding.review(desk, [1, 9])
        assert not [flag for group in Triage(desk).groups(9) for flag in page.flags(group) if "looks" in flag]
        deciding.review(desk, [1])
    place.take([two])
    with Desk(place.path / "desk") as desk:
        assert "somebody looks at 1 report of this already" in page.flags(next(Triage(desk).groups(1)))
        told = {name: (status, data) for name, status, data in deciding.receipts(desk, A.signer, NOW)}
        assert [told[x.id][0] for x in (a, b, c)] == ["review", "received", "received"]
        note, _ = sealing.unseal_receipt(told[a.id][1], keep.receiver)
        assert notes.Receipt.verified(note, A.signer.verifier).status == "review"
        assert list(deciding.receipts(desk, A.signer, NOW)) == []
        deciding.decline(desk, 1, "no-harm")
        assert sorted(status for _, status, _ in deciding.receipts(desk, A.signer, NOW)) == ["declined", "declined"]
        with pytest.raises(ArgumentError, match="group 1 has no open report"):
            deciding.review(desk, [1])


def test_withdrawals_of_others_and_of_nothing(place: Place) -> None:
    data, text, _ = made(pictured(1))
    _, other, keep = made(pictured(1))
    forged = notes.withdrawal(text.id, keep.signer)
    assert place.take([forged, data]) == {"new": 1, "refused": 1}
    assert place.take([notes.withdrawal(other.id, keep.signer)]) == {"unknown": 1}
    assert place.groups() == [(1, 1)]


def test_new_reports_of_what_was_declined_are_shown_as_such(place: Place) -> None:
    place.take([made(pictured(1))[0]])
    with Desk(place.path / "desk") as desk:
        deciding.decline(desk, 1, "no-harm")
    assert place.groups() == []
    place.take([made(pictured(1))[0]])
    (group,) = place.triage().groups(9)
    assert "earlier reports of this were declined" in page.flags(group)


def test_a_desk_is_ours_and_private(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match="report open"):
        Desk(tmp_path / "desk")
    with Desk(tmp_path / "desk", new=True):
        pass
    if os.name == "posix":
        assert (tmp_path / "desk").stat().st_mode & 0o777 == 0o600
        os.chmod(tmp_path / "desk", 0o644)
        with pytest.raises(DeskError, match="chmod 600"):
            Desk(tmp_path / "desk")
    (tmp_path / "junk").write_bytes(b"x" * 5000)
    os.chmod(tmp_path / "junk", 0o600)
    (tmp_path / "folder").mkdir()
    for name in ("junk", "folder"):
        with pytest.raises(DeskError):
            Desk(tmp_path / name)
