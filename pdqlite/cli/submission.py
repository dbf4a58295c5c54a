"""
Files of hashes and media files to the records of an intake.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

from pdqlite import exchange
from pdqlite.cli.console import Console, Progress, shown
from pdqlite.cli.walking import Item, walk
from pdqlite.errors import ArgumentError, HashFormatError, PdqliteError, UnreadableError
from pdqlite.exchange import Record, Refusal
from pdqlite.exchange.source import PACKED, SHEETS
from pdqlite.intake import FileReport, Intake
from pdqlite.making import Made, records_of
from pdqlite.types import ImageHash, VideoHash
from pdqlite.workers import work_apart

TEXT = {".txt", ".csv", ".tsv", ".hex", ".vpdq", ".json", ".jsonl", ".ndjson", ".xml", ".dat"}
NO_MEDIA = TEXT | PACKED | SHEETS  # what is packed, and spreadsheets, are refused with the way to text
_SHOWN = 20  # refused rows of one file that are named on the screen


@dataclass(frozen=True, slots=True)
class Reading:
    """
    How files are read.

    Attributes:
        form: A name of exchange.FORMATS that all files are in; None: text files by their endings, their format by content; others are media.
        skip_broken: Leave out files and rows that cannot be read; each is named all the same.
        exact: Files are listed byte for byte: what is no file of hashes is taken by its SHA-256, whatever it is.
        signatures: Make keypoint signatures of pictures and of frames of videos.
        sound: Take windows of sound of videos, and of files of sound.
        said: Somebody says that these are hashes of pictures or videos.
        at: When the list is issued, POSIX seconds: an exchange may have switched rows off until a time.
        partial: Pages that say that more follows are taken without a last one; it is said all the same.
    """

    form: str | None = None
    skip_broken: bool = False
    signatures: bool = True
    exact: bool = False
    sound: bool = False
    said: bool = False
    at: int | None = None
    partial: bool = False


def gather(names: Sequence[str], intake: Intake, organisations: int, console: Console, how: Reading) -> int:
    """
    Give an intake all that files hold, in the order of the files. What cannot be read is named on the console; returns how many that are.

    Args:
        organisations: Mask of those that hand these files in.

    Raises:
        ArgumentError: Something cannot be read and is not to be left out, pages are missing, or there is nothing.
    """
    found = walk(names)
    for name, problem in found.problems:
        console.error(name, problem)
    files, broken, rows, first = found.items, len(found.problems), len(found.problems), len(intake.report.files)
    with console.progress(len(files), "files") as progress:
        for number, (item, result) in enumerate(_read(files, how, progress)):
            progress.advance(number)
            if found.skips(item, result):
                continue
            refused = _give(item.name, item.source, result, intake, organisations, console, how)
            broken, rows = broken + bool(refused), rows + refused
    found.tell(console)
    if broken and not how.skip_broken:
        raise ArgumentError(
            f"{broken} of {len(files) + len(found.problems)} files cannot be put into a list as they are ({rows} faults, named above); --skip-broken leaves those out"
        )
    if not files or not any(f.rows or f.deletions for f in intake.report.files):
        raise ArgumentError("no file with hashes, and no picture, video or other file to list")
    _all_pages(intake.report.files[first:], console, how.partial)
    return broken


def _all_pages(files: Sequence[FileReport], console: Console, partial: bool) -> None:
    """Refuse pages of an exchange of which others are missing, by what they say; or say it."""
    for text in exchange.missing(f.page for f in files if not f.broken):
        if not partial:
            raise ArgumentError(f"{text}; give all pages, or --partial for a list of some")
        console.note(text)


Result = Made | PdqliteError | None


def _read(files: Sequence[Item], how: Reading, progress: Progress) -> Iterator[tuple[Item, Result]]:
    """Yield each file in order with what a child made of it; None for files of hashes."""
    media = [how.form is None and not how.exact and Path(item.name).suffix.lower() not in NO_MEDIA for item in files]
    places = [number for number, is_media in enumerate(media) if is_media]
    made = work_apart(
        "pdqlite.making:maker",
        (how.signatures, how.sound),
        [files[number].source for number in places],
        tell=lambda number, share: progress.part(places[number], share),
    )
    early: dict[int, Result] = {}  # children end in any order
    number = 0
    for item, is_media in zip(files, media, strict=True):
        if not is_media:
            yield item, None
            continue
        while number not in early:
            done, result = next(made)
            early[done] = result
        yield item, early.pop(number)
        number += 1


def _give(
    name: str, source: str | bytes, result: Result, intake: Intake, organisations: int, console: Console, how: Reading
) -> int:
    """Give an intake one file; return how many of its rows, or 1 for the whole, cannot be read."""
    try:
        if how.exact and how.form is None and Path(name).suffix.lower() not in TEXT:
            return _give_exact(name, source, intake, organisations)
        if result is None:
            return _give_text(name, intake, organisations, console, how)
        if isinstance(result, PdqliteError):
            raise result
    except PdqliteError as error:
        console.error(name, error)
        return 1
    found, signatures = result
    form = "picture" if isinstance(found, ImageHash) else "video" if found.frames else "sound"
    report = intake.file(name, form)
    if isinstance(found, VideoHash) and not found.frames and not found.sound:
        report.refuse("the file", "its sound is too short or too quiet: a window is 4 seconds")
        _name_refused(name, report, console)
    if isinstance(found, VideoHash) and found.damaged:
        console.note(f"{shown(name)}: damaged; hashed as far as it decodes")
    if isinstance(found, VideoHash) and found.truncated:
        console.note(f"{shown(name)}: goes on; hashed up to {found.duration:g} seconds")
    for record, keypoints in zip(records_of(found, name), chain(signatures, repeat(b"")), strict=False):
        intake.take(record, organisations, keypoints)
    return report.n_refused


def _give_exact(name: str, source: str | bytes, intake: Intake, organisations: int) -> int:
    """Give an intake the SHA-256 of one file of any type."""
    report = intake.file(name, "file")
    digest = hashlib.sha256()
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else open(source, "rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise UnreadableError(f"cannot be opened: {error.strerror}") from None
    intake.take(Record("the file", "sha256", digest.digest()), organisations)
    return report.n_refused


def _give_text(name: str, intake: Intake, organisations: int, console: Console, how: Reading) -> int:
    report, page = intake.file(name, how.form or "text"), exchange.Page()
    try:
        report.unread = exchange.unread(name, how.form)
        for item in exchange.read(name, how.form, at=how.at, page=page):
            if isinstance(item, Refusal):
                report.refuse(item.place, item.reason)
            else:
                intake.take(item, organisations)
        report.form, report.page = page.form, page
        if doubt := report.halves.doubt(how.said):
            raise HashFormatError(doubt)
    except PdqliteError as error:
        intake.abandon(str(error))
        raise
    _name_refused(name, report, console)
    if report.halves.digests:
        console.note(
            f"{shown(name)}: {report.halves.half} of {report.halves.hashes} hashes have half of their bits set, as PDQ's have: these look like SHA-256 digests"
        )
    return report.n_refused


def _name_refused(name: str, report: FileReport, console: Console) -> None:
    for place, reason in report.refused[:_SHOWN]:
        console.error(name, HashFormatError(f"{place}: {reason}"))
    if report.n_refused > _SHOWN:
        console.error(name, HashFormatError(f"{report.n_refused - _SHOWN} more rows refused; --report FILE names them"))
