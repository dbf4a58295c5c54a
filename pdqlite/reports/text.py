"""
The content of a report: one text, signed by trusted reporters and organisations alone (docs/formats/report.md, section 2).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from pdqlite.errors import ArgumentError, ListFormatError, ReportFormatError
from pdqlite.lists.format.encoding import Lines, number, tobase64, unbase64, unhash
from pdqlite.lists.format.note import Note, Signature, Signer
from pdqlite.reports.items import KINDS, MAX_SECONDS, Item, strict, take_id, take_items, take_token

MAGIC = "pdqlite.org/report/v1"
REPORTERS = ("shown", "guardian", "trusted", "organisation")
SIGNED = ("trusted", "organisation")
MAX_RECIPIENTS = 16
MAX_STATEMENT = 1000
MAX_CONTENT = 1_048_576 - 4
SIDES = (5, 65_535)

_WEEK = re.compile(r"2[0-9]{3}-W(0[1-9]|[1-4][0-9]|5[0-3])")
_COUNTRY = re.compile(r"[A-Z]{2}|-")


@dataclass(frozen=True, slots=True)
class Reply:
    """
    Public halves of the keys that only the reporter holds.

    Attributes:
        sign: Ed25519, 32 bytes: signs a withdrawal.
        receive: X25519, 32 bytes: receipts are sealed to it.
    """

    sign: bytes
    receive: bytes


@dataclass(frozen=True, slots=True)
class ReportText:
    """
    What a report says.

    Attributes:
        id: 16 random bytes.
        to: Key IDs of the organisations it is sealed to, ascending.
        week: ISO week in which it was made, as "2026-W48".
        kind: "image" or "video".
        category: The reporter's word for what it is.
        reporter: "shown" (the person in it), "guardian", "trusted" or "organisation".
        country: Two letters, or "-".
        reply: None if the reporter wants no answer.
        statement: The reporter's own words; None if there are none.
        size: Width and height, pixels.
        length: Seconds of a video, rounded up; None for a picture.
        items: One picture, or the frames of a video in time order.
    """

    id: bytes
    to: tuple[bytes, ...]
    week: str
    kind: str
    category: str
    reporter: str
    country: str
    reply: Reply | None
    statement: str | None
    size: tuple[int, int]
    length: int | None
    items: tuple[Item, ...] = field(repr=False)

    @property
    def text(self) -> bytes:
        """The one text of this report."""
        reply = f"{tobase64(self.reply.sign)} {tobase64(self.reply.receive)}" if self.reply else "-"
        lines = [MAGIC, f"id {tobase64(self.id)}", *(f"to {tobase64(key)}" for key in self.to)]
        lines += [f"week {self.week}", f"kind {self.kind}", f"category {self.category}", f"reporter {self.reporter}"]
        lines += [f"country {self.country}", f"reply {reply}"]
        lines.append(f"statement {tobase64(self.statement.encode()) if self.statement else '-'}")
        lines.append(f"size {self.size[0]} {self.size[1]}")
        lines += [f"length {self.length}"] if self.length is not None else []
        lines += [item.line for item in self.items]
        return ("\n".join(lines) + "\n").encode()

    @classmethod
    @strict
    def parse(cls, text: bytes) -> ReportText:
        """Read a text; ReportFormatError unless it is the one encoding of its values."""
        lines = Lines(text, "report")
        lines.whole(MAGIC)
        name, to = take_id(lines, "id"), _recipients(lines)
        week = _one_of(lines, "week", _WEEK)
        kind = _word(lines, "kind", KINDS)
        category, reporter = take_token(lines, "category"), _word(lines, "reporter", REPORTERS)
        country, reply = _one_of(lines, "country", _COUNTRY), _reply(lines)
        statement = _statement(lines.take("statement", 1)[0])
        width, height = (number(side, "size", *SIDES) for side in lines.take("size", 2))
        length = number(lines.take("length", 1)[0], "length", 1, MAX_SECONDS) if kind == "video" else None
        items = take_items(lines, kind)
        lines.end()
        return cls(
            name, to, week, kind, category, reporter, country, reply, statement, (width, height), length, items
        )  # fmt: skip


def _word(lines: Lines, word: str, words: tuple[str, ...]) -> str:
    found = lines.take(word, 1)[0]
    if found not in words:
        raise ListFormatError(f"{word}: expected one of {', '.join(words)}")
    return found


def _one_of(lines: Lines, word: str, form: re.Pattern[str]) -> str:
    found = lines.take(word, 1)[0]
    if not form.fullmatch(found):
        raise ListFormatError(f"report: the '{word}' line is none")
    return found


def _recipients(lines: Lines) -> tuple[bytes, ...]:
    found: list[bytes] = []
    while not found or (lines.peek() == "to" and len(found) < MAX_RECIPIENTS):
        found.append(take_id(lines, "to"))
        if found[-2:] != sorted(set(found[-2:])):
            raise ListFormatError("report: key IDs are not ascending")
    return tuple(found)


def _reply(lines: Lines) -> Reply | None:
    items = lines.take("reply", 1, 2)
    if items == ["-"]:
        return None
    if len(items) != 2:
        raise ListFormatError("report: expected 'reply -' or two keys")
    return Reply(unhash(items[0], "reply"), unhash(items[1], "reply"))


def check_statement(text: str) -> str:
    """Return a statement if a report can carry it; ArgumentError says what is wrong."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if not 1 <= size <= MAX_STATEMENT:
        raise ArgumentError(f"a statement has 1 to {MAX_STATEMENT} bytes of text; this one has {size}")
    if any(c != "\n" and unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise ArgumentError("a statement holds no control characters")
    return text


def _statement(text: str) -> str | None:
    if text == "-":
        return None
    try:
        return check_statement(unbase64(text, "statement").decode())
    except UnicodeDecodeError:
        raise ListFormatError("statement: expected UTF-8") from None
    except ArgumentError as error:
        raise ListFormatError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Content:
    """A report's text and, of a trusted reporter or organisation, its signature line."""

    report: ReportText
    signature: Signature | None = None

    @classmethod
    def make(cls, report: ReportText, signer: Signer | None) -> Content:
        """Sign a report if its kind of reporter signs; ArgumentError if a signer is missing, or given for another kind."""
        if (signer is not None) != (report.reporter in SIGNED):
            raise ArgumentError(
                f"a reporter of kind {report.reporter} {'signs: give its key' if signer is None else 'signs nothing'}"
            )
        return cls(report, signer.sign(report.text) if signer else None)

    def __bytes__(self) -> bytes:
        return bytes(Note(self.report.text, (self.signature,))) if self.signature else self.report.text

    @classmethod
    @strict
    def parse(cls, data: bytes) -> Content:
        """Read a content; ReportFormatError unless it is one. The signature is not verified yet."""
        signature = None
        if b"\n\n" in data:
            note = Note.parse(data, "report", MAX_CONTENT)
            if len(note.signatures) != 1:
                raise ReportFormatError("report: more than one signature line")
            data, signature = note.text, note.signatures[0]
        found = cls(ReportText.parse(data), signature)
        if (signature is not None) != (found.report.reporter in SIGNED):
            raise ReportFormatError("report: signed by a reporter who does not sign, or the reverse")
        return found
