"""
Decisions on groups, and the receipts that tell reporters of them (docs/formats/report.md, sections 3 and 5).

An acceptance lies in its folder only while the desk says that there may be one. So the desk is told before files are written, and files are
removed before the desk is told; a command that was cut off is run again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pdqlite.errors import ArgumentError
from pdqlite.lists.format.encoding import Lines
from pdqlite.lists.format.files import replace, sync_directory
from pdqlite.lists.format.note import Signer
from pdqlite.reports import notes, sealing
from pdqlite.reports.desk import ACCEPTED, DECLINED, OPEN, WITHDRAWN, Desk
from pdqlite.reports.items import Item, take_items

MOST = 3  # reports of one group that go into a list
ENDING = ".acceptance"


def accept(
    desk: Desk, group: int, signer: Signer, category: str, folder: Path, now: int, most: int = MOST
) -> list[bytes]:
    """
    Accept a group: write an acceptance of some of its reports, those of known reporters first, then those that went to most organisations, then by id. So
    organisations that received the same reports and know the same reporters accept the same ones. All its other open reports are answered as accepted too.

    Args:
        folder: Where acceptances lie, as the publisher gets them; it holds what stands, nothing else.
        most: How many of its reports, earlier ones among them, go into the list.

    Returns:
        The ids of the reports whose acceptance stands now.

    Raises:
        ArgumentError: No such group, or none of its reports has its content here.
    """
    kind, _ = desk.cluster(group)
    _chosen(desk, group, most)
    folder.mkdir(parents=True, exist_ok=True)
    desk.tell("UPDATE cluster SET state = ? WHERE number = ?", (ACCEPTED, group))  # from now on there may be files
    with desk.at_once():
        chosen = _chosen(desk, group, most)
        for name, lines in chosen:
            given = notes.Acceptance(signer.name, name, now, kind, category, items_of(lines, kind))
            replace(folder / f"{name.hex()}{ENDING}", notes.signed(given.text, signer), 0o600)
        _tidy(desk, folder, group, {name for name, _ in chosen})
        desk.tell(
            "UPDATE report SET state = ?, statement = NULL WHERE cluster = ? AND state = ?", (ACCEPTED, group, OPEN)
        )
    return [name for name, _ in chosen]


def _chosen(desk: Desk, group: int, most: int) -> list[tuple[bytes, bytes]]:
    """Return id and items of the reports of a group that go into a list; ArgumentError if there is none."""
    chosen = [(row[0], row[1]) for row in desk.ask(
        "SELECT id, items FROM report WHERE cluster = ? AND state IN (?, ?) AND items IS NOT NULL ORDER BY signer IS NULL, recipients DESC, id LIMIT ?",
        (group, OPEN, ACCEPTED, most))]  # fmt: skip
    if chosen:
        return chosen
    bare = desk.one("SELECT count(*) FROM report WHERE cluster = ? AND state IN (?, ?)", (group, OPEN, ACCEPTED))
    raise ArgumentError(
        f"group {group} has no report that stands; nothing to accept"
        if not bare or not bare[0]
        else f"the content of the {bare[0]} reports of group {group} that stand is not here, as a flood had filled the group; "
        "run pdqlite report open on their files again"
    )


def _tidy(desk: Desk, folder: Path, group: int, standing: set[bytes]) -> None:
    """Remove the acceptances of this group's other reports; they are gone for good when this returns."""
    for row in desk.ask("SELECT id FROM report WHERE cluster = ?", (group,)):
        if row[0] not in standing:
            (folder / f"{row[0].hex()}{ENDING}").unlink(missing_ok=True)
    if folder.is_dir():
        sync_directory(folder)


def recall(desk: Desk, folder: Path) -> Iterator[tuple[int, str, int]]:
    """
    Remove the acceptances of reports that the desk has not accepted: they were withdrawn or declined since, or a power cut came while they
    were made. Those of reports that are not on the desk stay.

    Yields:
        Group, the report's state, and how many of its other reports still stand accepted: another acceptance can be made of those.
    """
    removed = []
    with desk.at_once():
        for path in sorted(folder.glob(f"*{ENDING}")):
            try:
                name = bytes.fromhex(path.stem)
            except ValueError:
                continue  # not ours
            found = desk.one("SELECT cluster, state FROM report WHERE id = ?", (name,))
            if found is None or found[1] == ACCEPTED:
                continue
            path.unlink(missing_ok=True)
            left = desk.one(
                "SELECT count(*) FROM report WHERE cluster = ? AND state = ? AND items IS NOT NULL",
                (found[0], ACCEPTED),
            )
            removed.append((found[0], found[1], (left or (0,))[0]))
        if removed:
            sync_directory(folder)
    yield from removed


def review(desk: Desk, groups: Iterable[int]) -> None:
    """
    Note that a person looks at the open reports of some groups; their next receipts say so. Reports that come later are not meant.

    Raises:
        ArgumentError: There is no such group, or it has no open report; then nothing is noted.
    """
    with desk.at_once():
        for group in groups:
            desk.cluster(group)
            if desk.one("SELECT 1 FROM report WHERE cluster = ? AND state = ?", (group, OPEN)) is None:
                raise ArgumentError(f"group {group} has no open report; pdqlite report triage shows groups that have")
            desk.tell("UPDATE report SET looked = 1 WHERE cluster = ? AND state = ?", (group, OPEN))


def decline(desk: Desk, group: int, reason: str, folder: Path | None = None) -> int:
    """
    Decline the reports of a group and delete what they say; returns how many. Accepted ones are declined too.

    Args:
        folder: Where acceptances lie: those of this group are removed.

    Raises:
        ArgumentError: No such group, or it was accepted, or begun to be, and no folder is given: the list would go on taking what is declined here.
    """
    _, before = desk.cluster(group)
    accepted = desk.one("SELECT 1 FROM report WHERE cluster = ? AND state = ?", (group, ACCEPTED))
    if folder is None and (accepted or before == ACCEPTED):
        raise ArgumentError(
            f"group {group} was accepted: give --acceptances, the folder where its acceptances lie, so that they are removed"
        )
    with desk.at_once():
        if folder is not None:
            _tidy(desk, folder, group, set())
        count = (
            desk.one("SELECT count(*) FROM report WHERE cluster = ? AND state IN (?, ?)", (group, OPEN, ACCEPTED))
            or (0,)
        )[0]
        desk.tell("UPDATE report SET state = ?, reason = ?, statement = NULL, items = NULL WHERE cluster = ? AND state IN (?, ?)",
                  (DECLINED, reason, group, OPEN, ACCEPTED))  # fmt: skip
        desk.tell("UPDATE cluster SET state = ?, kept = 0 WHERE number = ?", (DECLINED, group))
    return int(count)


def items_of(lines: bytes, kind: str) -> tuple[Item, ...]:
    """Return the items that a desk keeps."""
    return take_items(Lines(lines, "report"), kind)


NO_ANSWER = "not possible"
_SAID = {OPEN: "received", ACCEPTED: "accepted", DECLINED: "declined", WITHDRAWN: "withdrawn"}
Listed = Callable[[list[tuple[Item, ...]]], tuple[tuple[str, int], bytes] | None]


def receipts(desk: Desk, signer: Signer, now: int, listed: Listed | None = None) -> Iterator[tuple[bytes, str, bytes]]:
    """
    Yield a sealed receipt for each report that has a usable reply key and whose status changed since its last one, and note that it was
    made. A reporter who names a key that nothing can be sealed to gets none, and keeps nobody else from theirs.

    Args:
        listed: From the items of a group's accepted reports to the release that lists one of them and the evidence; None if none does.

    Yields:
        Id of the report, status, file.
    """
    last = 0
    seen: dict[int, tuple[tuple[str, int], bytes] | None] = {}
    while True:
        part = list(desk.ask("SELECT number, id, receive, state, reason, answered, cluster, looked FROM report WHERE number > ? AND receive IS NOT NULL "
                             "ORDER BY number LIMIT 512", (last,)))  # fmt: skip
        if not part:
            return
        last = part[-1][0]
        with desk.at_once():
            for number, name, receive, state, reason, answered, group, looked in part:
                if group not in seen and state == ACCEPTED and listed is not None:
                    seen[group] = listed(_accepted(desk, group))
                found = seen.get(group) if state == ACCEPTED else None
                status = "listed" if found else "review" if state == OPEN and looked else _SAID.get(state)
                said = status if not found else f"listed {found[0][1]}"
                told_more = (answered or "").startswith("listed") and status == "accepted"
                if status is None or said == answered or answered == NO_ANSWER or told_more:
                    continue
                try:
                    yield name, status, _receipt(name, status, reason, found, signer, now, receive)
                except ArgumentError:  # of small order: what is sealed to it is open to everybody
                    said = NO_ANSWER
                desk.tell("UPDATE report SET answered = ? WHERE number = ?", (said, number))


def _accepted(desk: Desk, group: int) -> list[tuple[Item, ...]]:
    kind, _ = desk.cluster(group)
    rows = desk.ask(
        "SELECT items FROM report WHERE cluster = ? AND state = ? AND items IS NOT NULL ORDER BY recipients DESC, id",
        (group, ACCEPTED),
    )
    return [items_of(row[0], kind) for row in rows]


def _receipt(
    name: bytes, status: str, reason: str | None, found: tuple[tuple[str, int], bytes] | None, signer: Signer, now: int, receive: bytes
) -> bytes:  # fmt: skip
    evidence = found[1] if found else b""
    receipt = notes.Receipt(
        name, signer.name, now, status,
        reason=(reason or "other") if status == "declined" else None,
        release=found[0] if found else None,
        evidence=(len(evidence), hashlib.sha256(evidence).digest()) if found else None,
    )  # fmt: skip
    return sealing.seal_receipt(notes.signed(receipt.text, signer), evidence, receive)
