"""
NCMEC's hash sharing, version 2: a `queryResult` in XML, one page a file (docs/formats/exchange.md).

Read with expat as it comes, in bounded memory. A document type is refused: with it go entities, expansion and everything external.
"""

from __future__ import annotations

from typing import BinaryIO
from xml.parsers import expat

from pdqlite.errors import HashFormatError
from pdqlite.exchange.pages import Page, leads
from pdqlite.exchange.record import Item, Items, Record, Refusal, signal_name, value_of

NAMESPACE = "https://hashsharing.ncmec.org/hashsharing/v2"
NOBODY = 0  # a member's number where none is known, as we write it: an exchange's own begin with 1
_PIECE = 1 << 16
_DEPTH = 16
_TEXT = 1 << 16  # characters of one element
_PARTS = ("images", "videos", "paging")  # of a page
_ENTRIES = {"image": False, "video": False, "deletedImage": True, "deletedVideo": True}


class _Reader:
    """What the parser has seen of the entry that it is in."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.found: list[Item] = []
        self.count = 0
        self.said: dict[str, str] = {}
        self.wrong = ""  # what makes it no record
        self.prints: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.length = 0
        self.more = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self.path and local != "queryResult":
            raise HashFormatError("not a queryResult of NCMEC's hash sharing")
        if space not in ("", NAMESPACE):
            raise HashFormatError("an element of another namespace than hash sharing v2")
        self.stray()
        self.path.append(local)
        if len(self.path) > _DEPTH:
            raise HashFormatError(f"elements nested deeper than {_DEPTH}")
        self.text, self.length = [], 0
        depth = len(self.path)
        if depth == 2 and local not in _PARTS:
            raise HashFormatError("an element beside images, videos and paging: nobody knows what it holds")
        if self.path[1:2] == ["paging"] and local == "next":
            said = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            self.more |= said.pop("nil", "") not in ("true", "1") and leads(said)
        if depth == 3 and self.path[1] != "paging":
            self.count += 1
            self.said, self.prints, self.wrong = {}, [], ""
            if local not in _ENTRIES:
                self.found.append(Refusal(f"entry {self.count}", f"no {', '.join(_ENTRIES)}"))
        elif depth == 4 and local == "member":
            self.said["member id"] = "" if attributes.get("id") == str(NOBODY) else attributes.get("id", "")
        elif depth == 5 and self.path[3] == "fingerprints" and "href" in attributes:
            self.prints.append((signal_name(local), ""))  # a fingerprint of its own file: carried by name

    def stray(self) -> None:
        """Note text where only elements belong: it could be a hash. Outside an entry it is an error."""
        depth = len(self.path)
        only_elements = 0 < depth < 4 or (depth == 4 and self.path[3] == "fingerprints")
        if not only_elements or self.path[1:2] == ["paging"] or not "".join(self.text).strip():
            return
        if depth < 3:
            raise HashFormatError(f"behind entry {self.count}: text that is in no entry")
        self.wrong = "text that is in no element"

    def data(self, text: str) -> None:
        self.length += len(text)
        if self.length > _TEXT:
            raise HashFormatError(f"entry {self.count}: an element longer than {_TEXT} characters")
        self.text.append(text)

    def end(self, name: str) -> None:
        self.stray()
        text, self.text, self.length = "".join(self.text).strip(), [], 0
        local, depth = self.path.pop(), len(self.path) + 1
        self.more |= local == "next" and bool(text) and self.path[1:2] == ["paging"]
        if depth == 4 and local in ("id", "classification", "member"):
            if local in self.said:
                self.wrong = f"more than one {local}"
            self.said[local] = text
        elif depth == 5 and self.path[3] == "fingerprints" and text:
            self.prints.append((signal_name(local), text))
        elif depth == 3 and local in _ENTRIES:
            self.found += self.entry(local)

    def entry(self, kind: str) -> list[Item]:
        place = f"entry {self.count}"
        record_id, deleted = self.said.get("id", ""), _ENTRIES[kind]
        if self.wrong or not record_id:
            return [Refusal(place, self.wrong or "no id")]
        said = {"group": record_id, "id": record_id, "category": self.said.get("classification") or None,
                "source": self.said.get("member") or (None if deleted else self.said.get("member id")) or None, "deleted": deleted}  # fmt: skip
        if deleted:
            return [Record(place, "pdq", b"", **said)]  # type: ignore[arg-type]
        if not self.prints:
            return [Refusal(place, "no fingerprint")]
        items: list[Item] = []
        for signal, text in self.prints:
            try:
                items.append(Record(place, signal, value_of(signal, text), **said))  # type: ignore[arg-type]
            except HashFormatError as error:
                items.append(Refusal(place, str(error)))
        return items


def read_ncmec(stream: BinaryIO, page: Page) -> Items:
    """
    Yield the fingerprints of a page's entries. A deleted entry has an id and no fingerprint: it withdraws what had that id.
    `page` is told of a `paging` with a `next`.

    Raises:
        HashFormatError: No well-formed XML, a document type, or another document than a queryResult.
    """
    parser = expat.ParserCreate("utf-8", " ")  # whatever the declaration says
    reader = _Reader()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = (
        reader.start,
        reader.end,
        reader.data,
    )
    parser.StartDoctypeDeclHandler = _refused
    parser.EntityDeclHandler = _refused
    ended = False
    while not ended:
        piece = stream.read(_PIECE)
        ended = not piece
        try:
            parser.Parse(piece, ended)
        except expat.ExpatError as error:
            raise HashFormatError(f"line {error.lineno}: no well-formed XML: {expat.ErrorString(error.code)}") from None
        yield from reader.found
        reader.found = []
    page.more = reader.more


def _refused(*_: object) -> None:
    raise HashFormatError("XML with a document type or entities: not read")
