"""
What a power cut leaves: whatever moment it comes at, no acceptance lies in the folder of what the desk has not agreed to, unless the desk knows
that there may be one, and the same command again puts all in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pdqlite.errors import ArgumentError, DeskError
from pdqlite.reports import deciding, notes
from pdqlite.reports.desk import Desk
from support.desks import A, Place, made
from support.reports import NOW, pictured


class Cut(BaseException):
    """The power is gone."""


@contextmanager
def cut(at: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let everything that reaches the disk count, and end all after `at` such steps, as a power cut does: nothing is undone but what SQLite undoes."""
    done = [0]

    def step(real: Callable[..., object]) -> Callable[..., object]:
        def counted(*args: object, **more: object) -> object:
            if done[0] == at:
                raise Cut
            done[0] += 1
            return real(*args, **more)

        return counted

    with monkeypatch.context() as patch:
        patch.setattr(deciding, "replace", step(deciding.replace))
        patch.setattr(deciding, "sync_directory", step(deciding.sync_directory))
        patch.setattr(Path, "unlink", step(Path.unlink))
        patch.setattr(Desk, "tell", step(Desk.tell))
        try:
            yield done
        except Cut:
            done[0] = -1


def files(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir()} if folder.exists() else set()


def state(place: Place) -> str:
    with Desk(place.path / "desk") as desk:
        return str((desk.one("SELECT state FROM report ORDER BY number") or ("",))[0])


def accept(place: Place, most: int = 3) -> None:
    with Desk(place.path / "desk") as desk:
        deciding.accept(desk, 1, A.signer, "abuse", place.path / "yes", NOW, most)


def decline(place: Place, folder: Path | None = None) -> None:
    with Desk(place.path / "desk") as desk:
        deciding.decline(desk, 1, "no-harm", folder)


def recall(place: Place) -> None:
    with Desk(place.path / "desk") as desk:
        list(deciding.recall(desk, place.path / "yes"))


def places(tmp_path: Path) -> Iterator[tuple[int, Place]]:
    """Yield a desk with two reports of one picture, and after how many steps the power goes."""
    given = [made(pictured(1))[0], made(pictured(1))[0]]
    for at in range(40):
        (tmp_path / str(at)).mkdir()
        place = Place(tmp_path / str(at))
        place.take(given)
        yield at, place


def test_an_accept_that_was_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for at, place in places(tmp_path):
        folder = place.path / "yes"
        with cut(at, monkeypatch) as done:
            accept(place)
        left = files(folder)
        seen.add((state(place), len(left)))
        if left or state(place) == "accepted":  # the desk knows: nobody declines it and leaves an acceptance behind
            with pytest.raises(ArgumentError, match="was accepted: give --acceptances"):
                decline(place)
        if state(place) == "open":  # nobody has agreed: what takes withdrawals in removes what lies there
            recall(place)
            assert files(folder) == set()
        accept(place)
        assert state(place) == "accepted" and len(files(folder)) == 2
        decline(place, folder)
        assert state(place) == "declined" and files(folder) == set()
        if done[0] >= 0:
            break
    assert {("open", 0), ("open", 1), ("open", 2), ("accepted", 2)} == seen


def test_a_decline_that_was_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for at, place in places(tmp_path):
        folder = place.path / "yes"
        accept(place)
        with cut(at, monkeypatch) as done:
            decline(place, folder)
        seen.add((state(place), len(files(folder))))
        decline(place, folder)
        assert state(place) == "declined" and files(folder) == set()
        if done[0] >= 0:
            break
    assert seen == {("accepted", 2), ("accepted", 1), ("accepted", 0), ("declined", 0)}


def test_what_was_declined_is_recalled_wherever_its_acceptance_came_from(place: Place) -> None:
    """The folder was put back from a copy, say: the desk decides."""
    data, text, _ = made(pictured(1))
    place.take([data])
    folder = place.path / "yes"
    accept(place)
    (path,) = folder.iterdir()
    copy = path.read_bytes()
    decline(place, folder)
    path.write_bytes(copy)
    strange = folder / f"{bytes(16).hex()}.acceptance"
    strange.write_bytes(copy)  # of a report that is not on this desk: not ours to judge
    with Desk(place.path / "desk") as desk:
        assert list(deciding.recall(desk, folder)) == [(1, "declined", 0)]
    assert files(folder) == {strange.stem} and text.id.hex() != strange.stem


def test_a_withdrawal_that_comes_while_a_group_is_accepted_waits(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is accepted is chosen and written in one step of the desk: no second command changes it in between."""
    data, text, keep = made(pictured(1))
    place.take([data])
    real = deciding.replace

    def meanwhile(path: Path, data: bytes, mode: int) -> None:
        with Desk(place.path / "desk") as other:
            other.tell("PRAGMA busy_timeout = 1")
            with pytest.raises(DeskError, match="in use"), other.at_once():
                other.tell("UPDATE report SET state = 'withdrawn'")
        real(path, data, mode)

    monkeypatch.setattr(deciding, "replace", meanwhile)
    accept(place)
    assert state(place) == "accepted"
    place.take([notes.withdrawal(text.id, keep.signer)])
    recall(place)
    assert files(place.path / "yes") == set()
