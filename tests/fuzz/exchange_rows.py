"""
Rows of other exchanges' files, each changed on its own, thousands a file: the faster half of fuzzing the readers (exchange.py has whole files).

A run is one changed row, read and judged: a line, a row of a table, a JSON object, an XML entry, an item of a list. What would end the file as a whole
(broken JSON, a NUL, an open quote) is left to exchange.py. Every row must come as one item or more: none goes unsaid.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pdqlite import exchange

PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
SHA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
MD5 = "0cc175b9c0f1b6a831c399e269772661"
FRAMES = f'["{PDQ},100,0.5", "{SHA},7,1e1"]'
ROWS = 500  # of a file
_TOKEN = re.compile(r"[0-9A-Za-z_.]+|\s+|.", re.DOTALL)
_SAID = re.compile(r"[0-9a-fA-F]{16}")
_WORDS = ["", " ", "\t", "#", "0", "1", "-1", "99.0", "100", "101", "1e1", "1e999", "NaN", "null", "true", "false", "yes", "١", "é", "\x85", "\u2028", "\ud7ff", "\U0001f600", "\ufeff", "x" * 70, "1" * 400, "[", "]", "{", "}", "[]",
          "'", "=", ":", "/", "\\", "hash", "pdq", "PDQ", "vpdq", "md5", "sha1", "SHA-256", "sha512", "video_md5", "photodna", "tmk", "HASH_PDQ", "ImagePDQ", "VideoMD5", "Active", "Withdrawn", "Deleted", "NON_MALICIOUS",
          PDQ, PDQ[1:], PDQ + "0", PDQ.upper(), PDQ[:-1] + "g", PDQ[:-1] + "é", "0" * 64, MD5, MD5[:-1], SHA, SHA * 2, SHA[:40], FRAMES, FRAMES[:-2]]  # fmt: skip
_VALUES: list[Any] = [*_WORDS, None, True, False, 0, 1, -1, 7, 10**30, 1.5, -0.0, 1e300, "\ud800", "\0"]  # fmt: skip
_HOLDING = ["[]", "{}", f'["{PDQ}"]', '{"a": 1}', "[[]]", '{"": {}}', f'{{"hash": "{PDQ}", "quality": 7}}', '[{"tags": ["a"]}]', '{"data": [{"tags": {"data": [{"text": "t"}]}}]}']  # fmt: skip
_KEYS = ["", "id", "type", "hash", "signals", "signal_type", "quality", "deleted", "m.pdqhash", "vpdq", "md5", "indicator", "raw_indicator", "descriptors", "hashStatus", "content", "bank", "disable_until_ts"]  # fmt: skip

LINES = {
    "hex": [PDQ, SHA.upper()],
    "vpdq": [f"0,100,{PDQ},0.000", f"17,50,{SHA},1.25"],
    "tx": [f"pdq {PDQ}", f"video_md5 {MD5} 'x' y", f"vpdq {FRAMES}"],
    "fields": [f'hash={PDQ},norm=128,quality=77,filename="a b.jpg"', f"sha256={SHA};md5={MD5}"],
}
TABLES = [
    ("pdq,sha256,quality,category,id,deleted", [PDQ, SHA, "90", "A1", "7", "true"]),
    ("signal_type,hash,seconds,frame,file", ["vpdq", PDQ, "0.5", "1", "a"]),
    ("signal_type,signal_str,source", ["vpdq", FRAMES, "m"]),
    ("hash,source,negative", [PDQ, "m", "true"]),
    ("Type,Hash Value,Quality", ["MD5", MD5, ""]),
]
OBJECTS: dict[str, tuple[str | None, list[dict[str, Any]]]] = {
    "stopncii": ("hashRecords", [
        {"signalType": "ImagePDQ", "hashValue": PDQ, "hashStatus": "Active", "caseNumbers": {"c": "Active"}},
        {"signalType": "VideoMD5", "hashValue": MD5, "hashStatus": "Withdrawn", "caseNumbers": {}}]),
    "tat": ("results", [{"hash_digest": PDQ, "algorithm": "PDQ", "ideology": "x", "deleted": False, "id": 7}, {"hash_digest": SHA, "algorithm": "SHA256", "deleted": True}]),
    "msc4113": (None, [
        {"type": "m.policy.media_hash", "state_key": PDQ, "sender": "@a:b", "event_id": "$x", "content": {"m.pdqhash": {"hash": PDQ, "quality": 90}, "reason": "r"}},
        {"type": "m.policy.media_hash", "state_key": PDQ, "content": {}}]),
    "threatexchange": ("data", [
        {"id": "1", "type": "HASH_PDQ", "indicator": PDQ, "should_delete": False, "descriptors": {"data": [{"tags": ["a"], "status": "MALICIOUS"}]}},
        {"id": 2, "type": "HASH_MD5", "raw_indicator": MD5, "should_delete": True}]),
    "hma": ("content", [
        {"id": 1, "bank": {"name": "B"}, "signals": {"pdq": PDQ, "video_md5": MD5}}, {"content_id": 1, "signal_type": "pdq", "signal_value": PDQ}]),
}  # fmt: skip
SIGNS = {
    "stopncii": "hashValue",
    "tat": "hash_digest",
    "threatexchange": "indicator",
    "hma": "signals",
}  # what tells the format


_WHOLE = {*OBJECTS, "ncmec"}  # each row is one place, whatever comes of it


def _text(draw: Random, sample: list[str]) -> str:
    """A line changed by its tokens in one place, seldom two."""
    random = draw.random
    tokens = sample.copy()
    while True:
        at, kind = int(random() * len(tokens)), random()
        token = tokens[at]
        if kind < 0.4:
            tokens[at] = _WORDS[int(random() * len(_WORDS))]
        elif kind < 0.5:
            tokens[at] = token + _WORDS[int(random() * len(_WORDS))]
        elif kind < 0.6:
            tokens[at] = token + token
        elif kind < 0.8:
            place = int(random() * len(token))
            tokens[at] = token[:place] + chr(32 + int(random() * 95)) + token[place + 1 :]
        elif kind < 0.9:
            tokens[at] = token[1:]
        else:
            other = int(random() * len(tokens))
            tokens[at], tokens[other] = tokens[other], token
        if random() < 0.8:
            return "".join(tokens)


def lines(name: str, draw: Random) -> Iterator[tuple[bytes, int]]:
    """Yield (file, items that it must give at least) for ever."""
    samples = [_TOKEN.findall(text) for text in LINES[name]]
    while True:
        texts = [_text(draw, samples[i % len(samples)]) for i in range(ROWS)]
        if name == "vpdq":  # its frames rise; only those at the end are changed, for what one says binds all behind it
            rest = [tokens[1:] for tokens in samples]
            texts = [f"{i}{_text(draw, rest[i % len(rest)])}" for i in range(ROWS - 20)] + texts[:20]
        said = sum(1 for text in texts for t in text.split("\r") if t.strip() and not t.lstrip().startswith("#"))
        yield (
            ("# rows\n" + "\n".join(texts)).encode(),
            said,
        )  # behind a comment: a mark of byte order is one at the beginning alone


def table(_: str, draw: Random) -> Iterator[tuple[bytes, int]]:
    """Tables under a header that stays, their cells changed."""
    tokens = [[_TOKEN.findall(cell) or [""] for cell in cells] for _, cells in TABLES]
    while True:
        which = int(draw.random() * len(TABLES))
        rows, said = [TABLES[which][0]], 0
        for _ in range(ROWS):
            cells = list(TABLES[which][1])
            at = int(draw.random() * len(cells))
            cells[at] = _text(draw, tokens[which][at])
            if draw.random() < 0.05:
                cells = cells[: 1 + int(draw.random() * 8)] * (1 + int(draw.random() * 2))
            row = ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells)
            said += bool(any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"))
            rows.append(row)
        yield "\n".join(rows).encode(), said


def _value(draw: Random) -> Any:
    if draw.random() < 0.15:
        return json.loads(_HOLDING[int(draw.random() * len(_HOLDING))])
    return _VALUES[int(draw.random() * len(_VALUES))]


def _altered(draw: Random, value: dict[str, Any]) -> None:
    """Change one member, mostly, of an object or of what lies in it."""
    random = draw.random
    while True:
        keys = list(value)
        key = keys[int(random() * len(keys))] if keys else ""
        inner, kind = value.get(key), random()
        if isinstance(inner, dict) and inner and kind < 0.7:
            _altered(draw, inner)
        elif kind < 0.7:
            value[key] = _value(draw)
        elif kind < 0.8:
            value.pop(key, None)
        elif kind < 0.9:
            value[_KEYS[int(random() * len(_KEYS))]] = _value(draw)
        else:
            value[_KEYS[int(random() * len(_KEYS))]] = value.pop(key, None)
        if random() < 0.8:
            return


def objects(name: str, draw: Random) -> Iterator[tuple[bytes, int]]:
    """Documents of JSON objects, each changed in its members; the first is whole, so that the format stays what it is."""
    under, samples = OBJECTS[name]
    texts = [json.dumps(sample) for sample in samples]
    while True:
        found: list[Any] = [json.loads(texts[0])]
        for i in range(ROWS):
            item = json.loads(texts[i % len(texts)])
            if draw.random() < 0.01:
                item = _value(draw)
            else:
                _altered(draw, item)
            found.append(item)
        yield (
            json.dumps(found if under is None or draw.random() < 0.3 else {under: found, "next": None}).encode(),
            len(found),
        )


def frames(_: str, draw: Random) -> Iterator[tuple[bytes, int]]:
    """Lists of frames as threatexchange writes them."""
    sample = _TOKEN.findall(f"{PDQ},100,0.500")
    while True:
        yield json.dumps([_text(draw, sample) for _ in range(ROWS)]).encode(), ROWS


def _entry(draw: Random, number: int) -> str:
    """One entry of NCMEC's feed, changed in a name, a text, an attribute, or by one element more or less."""
    random = draw.random
    said: dict[str, Any] = {"name": ("image", "video", "deletedImage")[number % 3], "member": "42", "who": "M & N", "id": f"i{number}", "class": "A1", "md5": "md5",
                            "print": MD5, "pdq": "pdq", "bits": PDQ, "more": "timestamp", "text": "2026"}  # fmt: skip
    key = list(said)[int(random() * len(said))]
    word = _WORDS[int(random() * len(_WORDS))]
    names = (
        "a",
        "id",
        "image",
        "pdq",
        "sha1",
        "pdna",
        "classification",
        "fingerprints",
        "member",
        "deletedVideo",
        "_",
        "é",
    )
    if key in ("md5", "pdq", "more"):
        said[key] = names[int(random() * len(names))]
    elif key != "name":
        said[key] = "".join(c for c in (word if random() < 0.6 else str(said[key]) + word) if c >= " ")
    prints = "" if number % 3 == 2 else f"<classification>{escape(said['class'])}</classification><fingerprints><{said['md5']}>{escape(said['print'])}</{said['md5']}><{said['pdq']}>{escape(said['bits'])}</{said['pdq']}></fingerprints>"  # fmt: skip
    if random() < 0.05:
        prints = prints.replace("fingerprints", "prints") if random() < 0.5 else prints * 2
    return (
        f"<{said['name']}><member id={quoteattr(said['member'])}>{escape(said['who'])}</member><id>{escape(said['id'])}</id>"
        f"<{said['more']}>{escape(said['text'])}</{said['more']}>{prints}</{said['name']}>"
    )


def entries(_: str, draw: Random) -> Iterator[tuple[bytes, int]]:
    """Pages of entries."""
    while True:
        body = "".join(_entry(draw, number) for number in range(ROWS))
        yield f"<queryResult><images>{body}</images></queryResult>".encode(), ROWS


MAKERS: dict[str, Callable[[str, Random], Iterator[tuple[bytes, int]]]] = {
    **dict.fromkeys(LINES, lines), "csv": table, "vpdq-json": frames, "ncmec": entries, **dict.fromkeys(OBJECTS, objects)}  # fmt: skip


class Rows:
    """One reader and its rows."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.files = name, MAKERS[name](name, Random(f"rows {seed} {name}"))
        self.runs, self.spent, self.records, self.reasons = 0, 0.0, 0, set[str]()

    def once(self) -> None:
        """One file of many rows; what should not be raised carries it."""
        data, least = next(self.files)
        try:
            count, records = judged(data, self.name, self.reasons)
            assert count >= least, f"{least} rows, {count} items: one went unsaid"
        except BaseException as error:
            error.args = (*error.args, self.name, data)
            raise
        self.runs, self.records = self.runs + least, self.records + records


def judged(data: bytes, name: str, reasons: set[str]) -> tuple[int, int]:
    """Read one file; return how many rows it gave, and how many of those are records. AssertionError for what is none."""
    count = records = 0
    places: set[str] = set()
    lengths = {**exchange.BYTES, "vpdq": 32}
    for item in exchange.read(data, name, at=100, page=exchange.Page()):
        places.add(item.place.partition(",")[0] if name in _WHOLE else "")
        count += 1
        if isinstance(item, exchange.Refusal):
            if item.reason not in reasons:
                assert item.place and item.reason and len(item.reason) < 200 and not _SAID.search(item.reason), (
                    "not a good refusal"
                )
                reasons.add(item.reason)
            continue
        records += 1
        quality, time = item.quality, item.time
        assert len(item.value) == lengths.get(item.signal, 0) or (item.deleted and not item.value), (
            "a value of another length"
        )
        assert (
            (quality is None or 0 <= quality <= 100)
            and (time is None or 0 <= time < 1e9)
            and item.signal
            and item.place
        )
    return (len(places) if name in _WHOLE else count), records
