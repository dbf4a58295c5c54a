"""Floods: what they keep, what they set aside, what they hide from nobody, and how much of them waits in memory."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pdqlite.errors import ArgumentError, ReportFormatError
from pdqlite.lists.format.note import Signer
from pdqlite.reports import deciding, early, notes, page, taking
from pdqlite.reports.desk import Desk
from pdqlite.reports.taking import KEPT, LATER, Taking
from pdqlite.reports.triage import Limits, Triage
from support.desks import FLAGGER, A, C, Place, made, noise, turned
from support.reports import NOW, pictured


def test_a_flood_of_one_clip_is_one_group_and_keeps_little(place: Place) -> None:
    place.take([made(turned(pictured(1), i % 12))[0] for i in range(KEPT + 40)])
    assert place.groups() == [(1, KEPT + 40)]
    with Desk(place.path / "desk") as desk:
        assert desk.one("SELECT count(*), count(items), count(receive) FROM report") == (KEPT + 40, KEPT, KEPT + 40)


def test_a_flood_that_is_withdrawn_or_declined_silences_nobody(place: Place) -> None:
    flood = [made(turned(pictured(1), i % 12)) for i in range(KEPT)]
    place.take([data for data, _, _ in flood] + [made(pictured(1), FLAGGER)[0]])
    place.take([notes.withdrawal(text.id, keep.signer) for _, text, keep in flood])
    place.take([made(pictured(1))[0]])
    with Desk(place.path / "desk") as desk:
        assert desk.one("SELECT kept FROM cluster") == (1,)
        assert desk.one("SELECT count(items) FROM report WHERE signer IS NULL") == (1,)
        deciding.decline(desk, 1, "no-harm")
    place.take([made(pictured(1))[0]])
    with Desk(place.path / "desk") as desk:
        assert desk.one("SELECT kept, (SELECT count(items) FROM report) FROM cluster") == (1, 1)


def test_who_came_while_a_flood_filled_the_group_is_not_lost(place: Place) -> None:
    """Others come later and have places of their own; and when the flood goes, opening the same files again brings their content."""
    flood = [made(turned(pictured(1), i % 12)) for i in range(KEPT)]
    place.take([data for data, _, _ in flood] + [made(pictured(1), statement="mine")[0] for _ in range(2)])
    with Desk(place.path / "desk") as desk:
        assert desk.one("SELECT kept, (SELECT count(items) FROM report) FROM cluster") == (KEPT, KEPT)
    place.take([made(pictured(1))[0] for _ in range(LATER + 20)])  # a second run: ten places of its own
    late = [made(pictured(1), statement="mine")[0] for _ in range(LATER + 3)]
    assert place.take(late) == {"new": LATER + 3}
    (group,) = place.triage().groups(9)
    assert group.bare == 2 + 20 + 3 and "the content of 25 reports of this is not kept" in " ".join(page.flags(group))
    assert place.take([notes.withdrawal(text.id, keep.signer) for _, text, keep in flood]) == {"withdrawn": KEPT}
    assert place.take(late) == {"repeat": LATER + 3, "filled": 3}
    assert place.take(late) == {"repeat": LATER + 3}
    with Desk(place.path / "desk") as desk:
        assert desk.one("SELECT count(*) FROM report WHERE statement = 'mine'") == (LATER + 3,)
        assert desk.one("SELECT count(items) FROM report") == desk.one("SELECT kept FROM cluster")


def test_what_stands_without_content_is_told_how_to_get_it(place: Place) -> None:
    flood = [made(turned(pictured(1), i % 12)) for i in range(KEPT)]
    last, kept, _ = made(pictured(1))
    place.take([data for data, _, _ in flood] + [last])
    place.take([notes.withdrawal(text.id, keep.signer) for _, text, keep in flood])
    with (
        Desk(place.path / "desk") as desk,
        pytest.raises(
            ArgumentError, match="of the 1 reports of group 1 that stand is not here.*report open on their files again"
        ),
    ):
        deciding.accept(desk, 1, A.signer, "abuse", place.path / "yes", NOW)
    assert place.take([last]) == {"repeat": 1, "filled": 1}
    with Desk(place.path / "desk") as desk:
        assert deciding.accept(desk, 1, A.signer, "abuse", place.path / "yes", NOW) == [kept.id]


def test_a_withdrawal_that_comes_first_waits_for_its_report(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    data, text, keep = made(pictured(1), statement="secret words")
    _, _, other = made(pictured(1))
    forged, good = notes.withdrawal(text.id, other.signer), notes.withdrawal(text.id, keep.signer)
    assert place.take([forged, good, good]) == {"unknown": 3}
    assert place.take([data]) == {"new": 1, "withdrawn": 1, "refused": 1}
    with Desk(place.path / "desk") as desk:
        assert [name for name, status, _ in deciding.receipts(desk, A.signer, NOW) if status == "withdrawn"] == [
            text.id
        ]
        assert desk.one("SELECT count(*) FROM early") == (0,)
    assert b"secret words" not in (place.path / "desk").read_bytes()
    assert place.triage().counts == {"withdrawn": 1, "refused": 1} and place.groups() == []
    monkeypatch.setattr(taking, "BATCH", 2)  # in one run, but in another batch
    data, text, keep = made(pictured(2))
    first = [notes.withdrawal(made(pictured(2))[1].id, keep.signer) for _ in range(3)]
    assert place.take([notes.withdrawal(text.id, keep.signer), *first, data]) == {
        "unknown": 3,
        "new": 1,
        "withdrawn": 1,
    }


def strange(count: int, name: str = "") -> list[bytes]:
    """Withdrawals of reports that nobody has made."""
    return [notes.withdrawal(f"{name}{i}".rjust(16).encode(), C.signer) for i in range(count)]


def test_a_flood_of_withdrawals_pushes_out_no_other_runs_and_none_in_silence(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six may wait. Whoever sends twenty loses their own, is told so, and the two of others still wait and count when their reports come."""
    monkeypatch.setattr(early, "MOST", 6)
    before, after = made(pictured(1)), made(pictured(2))
    assert place.take([notes.withdrawal(before[1].id, before[2].signer)], channel="mail") == {"unknown": 1}
    assert place.take(strange(20), channel="form") == {"unknown": 5, "unkept": 15}
    assert place.take([notes.withdrawal(after[1].id, after[2].signer)], channel="mail") == {"unknown": 1, "unkept": 1}
    with Desk(place.path / "desk") as desk:
        assert desk.one("SELECT count(*) FROM early") == (6,)
        assert Triage(desk).unkept == 16
    assert place.take([before[0], after[0]]) == {"new": 2, "withdrawn": 2}
    assert place.take(strange(20, "x")) == {"unknown": 3, "unkept": 18}  # two have room, and the flood before gives way


def test_what_was_pushed_out_counts_when_its_file_is_opened_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(early, "MOST", 1)
    data, text, keep = made(pictured(1))
    back = notes.withdrawal(text.id, keep.signer)
    assert place.take([*strange(1), back]) == {"unknown": 1, "unkept": 1}
    assert place.take([data, back]) == {"new": 1, "withdrawn": 1}


def test_withdrawals_that_wait_for_long_make_room_first(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "MOST", 4)
    place.take(strange(4))
    with Desk(place.path / "desk") as desk:
        desk.tell("UPDATE run SET time = ?", (NOW - early.AGE - 1,))
    assert place.take(strange(3, "x")) == {"unknown": 3, "unkept": 4}


def test_many_forged_withdrawals_of_one_report_do_not_hide_the_real_one(place: Place) -> None:
    """Whoever knows the number of a report, as any organisation does that has it, can forge any number of them first."""
    data, text, keep = made(pictured(1))
    forged = [
        notes.withdrawal(text.id, Signer("reply", Ed25519PrivateKey.from_private_bytes(bytes([i]) * 32)))
        for i in range(40)
    ]
    good = notes.withdrawal(text.id, keep.signer)
    place.take(sorted([*forged, good]))
    assert place.take([data]) == {"new": 1, "withdrawn": 1, "refused": 40}
    with Desk(place.path / "desk") as desk:
        assert desk.one("SELECT count(*) FROM early") == (0,)


def test_what_waits_is_bounded_in_number_and_bytes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports and withdrawals are put on the desk before more of them are read than fit, and all the same they are all there."""
    waits: list[tuple[int, int, int]] = []
    put = Taking._put

    def seen(self: Taking) -> None:
        waits.append((len(self._waiting), len(self._withdrawals), self._held))
        put(self)

    monkeypatch.setattr(Taking, "_put", seen)
    files = [made(noise(i), to=(A,)) for i in range(40)]
    size = len(files[0][0])
    monkeypatch.setattr(taking, "HELD", 5 * size)
    assert place.take([data for data, _, _ in files]) == {"new": 40}
    assert max(held for _, _, held in waits) == 5 * size and len(waits) == 9
    monkeypatch.setattr(taking, "BATCH", 16)
    waits.clear()
    assert place.take([notes.withdrawal(text.id, keep.signer) for _, text, keep in files]) == {"withdrawn": 40}
    assert [n for _, n, _ in waits] == [16, 16, 8]
    with pytest.raises(ReportFormatError):
        notes.parse_withdrawal(notes.withdrawal(bytes(16), A.signer).replace(b"\n\n", b"\n" + b"x" * 400 + b"\n\n"))


def test_a_flood_of_noise_hides_nothing(place: Place) -> None:
    place.take([made(pictured(1), FLAGGER)[0], made(pictured(1))[0], made(pictured(2))[0], made(pictured(2))[0]])
    place.take([made(noise(i), to=(A,))[0] for i in range(120)], channel="open-form")
    limits = Limits(burst=100)
    assert place.groups(limits=limits) == [(1, 2), (2, 2)]
    with Desk(place.path / "desk") as desk:
        triage = Triage(desk, limits)
        assert triage.aside == {"burst": 120} and len(list(triage.groups(1000, aside=True))) == 120
    assert len(place.groups(limits=Limits(burst=120))) == 122


def test_one_known_reporter_cannot_flood(place: Place) -> None:
    place.take([made(noise(i), FLAGGER, to=(A,))[0] for i in range(8)])
    assert len(place.groups(limits=Limits(signer=5))) == 5
