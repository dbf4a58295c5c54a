"""
Lines of hashes: hex, vPDQ, and the `pdq <hex>` and `hash=<hex>` lines that tools print (docs/formats/exchange.md).
"""

from __future__ import annotations

import re
from typing import BinaryIO

from pdqlite.errors import HashFormatError
from pdqlite.exchange.frames import frames
from pdqlite.exchange.record import BYTES, Items, Record, Refusal, quality_of, signal_name, value_of
from pdqlite.exchange.source import lines

_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_VPDQ = re.compile(r"(\d{1,9}),([^,]{1,9}),([0-9a-fA-F]{64}),(\d{1,9}(?:\.\d{1,9})?)", re.ASCII)
_TX = re.compile(r"(\w[\w.-]*)[ \t]+(\[.*\]|[0-9a-zA-Z+/=]+)(?:[ \t].*)?", re.ASCII)
_FIELD = re.compile(r"(\w+)=(\"[^\"]*\"|[^\s,;]*)", re.ASCII)

_HARMLESS = re.compile(r"\b(NEGATIVE_CLASS|NON_MALICIOUS)\b")

_LONG = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
SHAPES = (_VPDQ, _HEX, _TX, _FIELD)


def blank(line: str) -> bool:
    """Return True for lines that say nothing: empty, or a comment."""
    return not line.strip() or line.lstrip().startswith("#")


def read_hex(stream: BinaryIO) -> Items:
    """Yield one PDQ hash a line, 64 hex digits and nothing else."""
    for number, line in lines(stream):
        if blank(line):
            continue
        place = f"line {number}"
        try:
            yield Record(place, "pdq", value_of("pdq", line), assumed=True)
        except HashFormatError as error:
            yield Refusal(place, str(error))


def read_vpdq(stream: BinaryIO) -> Items:
    """Yield the frames of `frame,quality,hash,seconds` lines, as `vpdq` writes them. A file is one video: its frames are in order."""
    last = -1
    for number, line in lines(stream):
        if blank(line):
            continue
        place = f"line {number}"
        found = _VPDQ.fullmatch(line.strip())
        if not found:
            yield Refusal(place, "not `frame,quality,hash,seconds`")
            continue
        if int(found[1]) <= last:
            yield Refusal(place, "a frame that is not behind the one before: a file is one video")
            continue
        last = int(found[1])
        try:
            yield Record(place, "vpdq", bytes.fromhex(found[3]), quality_of(found[2]), last, float(found[4]))
        except HashFormatError as error:
            yield Refusal(place, str(error))


def read_tx(stream: BinaryIO) -> Items:
    """
    Yield the signals of lines that begin with a signal type: `pdq <hex>`, `video_md5 <hex> ...`, as `tx dataset` and `tx hash` print.

    What stands behind the signal is not read, as its form differs by exchange, but for one word: NEGATIVE_CLASS says that the signal is
    harmless. `tx dataset --csv` has columns.
    """
    for number, line in lines(stream):
        if blank(line):
            continue
        place = f"line {number}"
        line = line.strip()
        found = _TX.fullmatch(line)
        signal = signal_name(found[1]) if found else ""
        if not found or _HEX.fullmatch(found[1]):
            yield Refusal(place, "not `<signal type> <signal>`")
            continue
        harmless = bool(_HARMLESS.search(line, found.end(2)))
        if _LONG.search(line, found.end(2)):
            yield Refusal(place, "64 hex digits behind the signal: one signal a line")
            continue
        if signal == "vpdq":
            yield from frames(found[2], place, place, negative=harmless)
            continue
        try:
            yield Record(place, signal, value_of(signal, found[2]), negative=harmless)
        except HashFormatError as error:
            yield Refusal(place, str(error))


_FIELD_SIGNALS = ("pdq", "vpdq", *BYTES, "tmk", "photodna")
_FIELD_NAMES = {"hash": "pdq", "pdq": "pdq", "pdqhash": "pdq"}
_FIELD_TYPES = ("type", "hashtype", "hash_type", "signal_type", "algorithm", "algo")
_FILE = re.compile(
    r"\bfilename=", re.ASCII | re.IGNORECASE
)  # a name may hold anything, quotes too: what is behind is the name


def read_fields(stream: BinaryIO) -> Items:
    """
    Yield the hashes of `hash=<hex>,norm=...,delta=...,filename=...` lines, as PDQ's own tools print; other fields but `quality` and a type are
    not read, nor what stands behind `filename=`.
    """
    for number, line in lines(stream):
        if blank(line):
            continue
        place = f"line {number}"
        try:
            yield from _fields(place, _FILE.split(line, maxsplit=1)[0])
        except HashFormatError as error:
            yield Refusal(place, str(error))


def _fields(place: str, line: str) -> Items:
    """Yield the hashes of one line."""
    fields = [(name.lower(), text.strip('"')) for name, text in _FIELD.findall(line)]
    if _FIELD.sub("", line).strip(" \t,;"):
        raise HashFormatError("something between or behind the fields that is no `name=value`")
    said = dict(fields)
    named = [(signal_name(_FIELD_NAMES.get(name, name)), text) for name, text in fields]
    signals = [(signal, text) for signal, text in named if signal in _FIELD_SIGNALS]
    types = {signal_name(text) for name, text in fields if name in _FIELD_TYPES}
    if sum(name == "quality" for name, _ in fields) > 1 or len(types) > 1:
        raise HashFormatError("two fields that say one thing")
    if types - {"pdq"} and "hash" in said:
        raise HashFormatError("a type that says that `hash` is no PDQ hash: call it by its type, as sha256=")
    if not signals:
        raise HashFormatError("no `hash=`")
    quality = quality_of(said["quality"]) if "quality" in said else None
    unsaid = not (
        types or {"pdq", "pdqhash", "quality", "norm"} & said.keys()
    )  # what PDQ's own programs write beside a hash
    for signal, text in signals:
        is_pdq = signal == "pdq"
        yield Record(place, signal, value_of(signal, text), quality if is_pdq else None, assumed=unsaid and is_pdq)
