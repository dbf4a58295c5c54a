"""
The readers of other exchanges' files, on samples changed at random: whatever they are given, what comes is records and refusals, or a
HashFormatError; every record is one, no row of a text goes unsaid, no refusal holds what was read, and now and then what was read is
written and read again.

    python tests/fuzz/exchange.py SECONDS [SEED] [--readers NAME ...] [--runs N] [--every SECONDS]

Two kinds of runs, counted apart: whole files of one to four rows, one call of `exchange.read` each, which are changed by their tokens (a file that ends in
a way not seen before joins the samples); and rows (exchange_rows.py), each changed on its own, 500 a call. Readers take turns by time; one that has had
--runs is done. Stops at the first fault and prints the file that made it.
"""

import argparse
import gc
import re
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))
from exchange_rows import FRAMES, MD5, PDQ, SHA, Rows

from pdqlite import exchange
from pdqlite.errors import HashFormatError

SPACE = 'xmlns="https://hashsharing.ncmec.org/hashsharing/v2"'
DOUBLED = FRAMES.replace('"', '""')
SAMPLES = {
    "hex": [f"{PDQ}\n{SHA.upper()}\r\n# x\r{PDQ}", PDQ],
    "csv": [
        f"pdq,sha256,quality,category,id,deleted\n{PDQ},{SHA},90,A1,7,true\n",
        f'signal_type;hash;seconds;frame;file\nvpdq;{PDQ};0.5;1;"a\nb"\nmd5;{MD5};;;x\n',
        f"{PDQ},80\n{SHA},3\n",
        f'signal_type,signal_str\nvpdq,"{DOUBLED}"\n',
        f"hash\tsource\tnegative\n{PDQ}\tm\ttrue\n",
    ],
    "vpdq": [f"0,100,{PDQ},0.000\n1,50,{SHA},1.25\n", f"7,0,{PDQ},9"],
    "vpdq-json": [FRAMES, f"[{FRAMES}, {FRAMES}]"],
    "tx": [f"pdq {PDQ}\nvideo_md5 {MD5} 'x' y\n", f"vpdq {FRAMES}\n", f"sha256\t{SHA}"],
    "fields": [f'hash={PDQ},norm=128,quality=77,filename="a b.jpg"\n', f"sha256={SHA};md5={MD5}"],
    "ncmec": [
        f'<?xml version="1.0"?><queryResult {SPACE}><images count="1"><image><member id="42">One &amp; Two</member><id>i1</id>'
        f"<classification>A1</classification><fingerprints><md5>{MD5}</md5><pdq>{PDQ}</pdq></fingerprints></image></images></queryResult>",
        f'<queryResult {SPACE}><images><deletedImage><member id="43">M</member><id>i2</id></deletedImage></images><videos><video><id>v1</id>'
        f'<fingerprints><md5>{MD5}</md5><videntifier href="/x"/></fingerprints></video></videos><paging><next>/v2/x</next></paging></queryResult>',
    ],
    "stopncii": [
        f'{{"hashRecords": [{{"signalType": "ImagePDQ", "hashValue": "{PDQ}", "hashStatus": "Active", "caseNumbers": {{"c": "Active"}}}}]}}',
        f'{{"hashRecords": [{{"signalType": "VideoMD5", "hashValue": "{MD5}", "hashStatus": "Withdrawn", "caseNumbers": []}}]}}',
    ],
    "tat": [
        f'{{"results": [{{"hash_digest": "{PDQ}", "algorithm": "PDQ", "ideology": "x", "deleted": false, "id": 7}}]}}',
        f'{{"results": [{{"hash_digest": "{SHA}", "algorithm": "SHA256", "deleted": true}}]}}',
    ],
    "msc4113": [
        f'[{{"type": "m.policy.media_hash", "state_key": "{PDQ}", "sender": "@a:b", "event_id": "$x", "content": {{"m.pdqhash": {{"hash": "{PDQ}", "quality": 90}}, "reason": "r"}}}}]',
        f'[{{"type": "m.policy.media_hash", "state_key": "{PDQ}", "content": {{}}}}]',
    ],
    "threatexchange": [
        f'{{"data": [{{"id": "1", "type": "HASH_PDQ", "indicator": "{PDQ}", "should_delete": false, "descriptors": {{"data": [{{"tags": ["a"], "status": "MALICIOUS"}}]}}}}]}}',
        f'{{"id": 2, "type": "HASH_MD5", "indicator": "{MD5}", "should_delete": true}}\n{{"id": 3, "type": "HASH_PDQ", "raw_indicator": "{PDQ}"}}\n',
    ],
    "hma": [
        f'{{"next": "/x", "content": [{{"id": 1, "disable_until_ts": 5, "bank": {{"name": "B"}}, "signals": {{"pdq": "{PDQ}", "video_md5": "{MD5}"}}}}]}}',
        f'[{{"content_id": 1, "signal_type": "pdq", "signal_value": "{PDQ}"}}]',
    ],
}
WORDS = [b"\0", b'"', b"'", b",", b";", b"\t", b"|", b"\r", b"\n", b"\r\n", b"{", b"}", b"[", b"]", b":", b"<", b">", b"&", b"&a;", b"<!DOCTYPE a>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<a>", b"</a>", b"=",
         b"\xff", b"\xef\xbb\xbf", b"\xfe\xff", b"\xe2\x80\xa8", b"\xc2\x85", b"\\u0000", b"\\ud800", b"1e999", b"-1", b"99.0", b"NaN", b"null", b"true", b"1" * 400, b"[" * 3000, b"0" * 64, b"{}", b"[]", b'""', "١".encode(), "é".encode(),
         b"pdq", b"vpdq", b"md5", b"hash", b"signal_type", b"quality", b"deleted", b"seconds", b"#", b" ", b"0", b"100", b"101", PDQ.encode(), PDQ[1:].encode(), MD5.encode(), SHA.upper().encode(), FRAMES.encode()]  # fmt: skip
LINES = {"hex", "vpdq", "tx", "fields"}  # formats of which every line that says something is at least one item
_TOKEN = re.compile(rb"[0-9A-Za-z_.]+|\s+|[^\s\w]|.", re.DOTALL)
_SAID = re.compile(r"[0-9a-fA-F]{16}")
_MOST = 300  # samples of a reader
_BATCH = 200  # runs between two looks at the clock


class Reader:
    """One reader: its samples as tokens, and what became of its runs."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.draw = name, Random(f"{seed} {name}")
        self.samples = [_TOKEN.findall(text.encode()) for text in SAMPLES[name]]
        self.ends: Counter[str] = Counter()
        self.seen: set[object] = set()
        self.spent = 0.0

    @property
    def runs(self) -> int:
        return sum(self.ends.values())

    def changed(self) -> list[bytes]:
        """Return the tokens of a sample changed in one to four places, mostly one."""
        random = self.draw.random
        samples = self.samples
        tokens = samples[int(random() * len(samples))].copy()
        more = True
        while more:
            more = random() < 0.3
            if not tokens:
                break
            at, kind = int(random() * len(tokens)), int(random() * 10)
            if kind < 3:
                tokens[at] = WORDS[int(random() * len(WORDS))]
            elif kind == 3:
                del tokens[at]
            elif kind == 4:
                tokens.insert(at, WORDS[int(random() * len(WORDS))])
            elif kind == 5:
                end = at + 1 + int(random() * 12)
                tokens[at:at] = tokens[at:end]
            elif kind == 6:
                other = int(random() * len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            elif kind == 7:
                token = tokens[at]
                place = int(random() * len(token))
                tokens[at] = token[:place] + bytes((int(random() * 256),)) + token[place + 1 :]
            elif kind == 8:
                token = tokens[at]
                place = int(random() * len(token))
                tokens[at] = token[:place] + token[place + 1 :]
            else:
                other_sample = samples[int(random() * len(samples))]
                begin = int(random() * len(other_sample))
                tokens[at : at + int(random() * 8)] = other_sample[begin : begin + 1 + int(random() * 16)]
        return tokens

    def once(self) -> None:
        """One run. AssertionError, or whatever a reader should not raise, carries the file."""
        tokens = self.changed()
        data = b"".join(tokens)
        only = self.name if self.draw.random() < 0.75 else None
        try:
            end, how = check(data, only)
            if self.draw.random() < 0.01:
                again(data, only)
        except BaseException as error:
            error.args = (*error.args, self.name, only, data)
            raise
        self.ends[end] += 1
        if how not in self.seen:
            self.seen.add(how)
            if end != "error" and len(tokens) < 200 and len(self.samples) < _MOST:
                self.samples.append(tokens)


def check(data: bytes, only: str | None) -> tuple[str, object]:
    """Read once; return how it ended, in a word and as what tells new ends apart. AssertionError for what is no record."""
    items: list[object] = []
    reasons: set[str] = set()
    page = exchange.Page()
    try:
        for item in exchange.read(data, only, page=page):
            if isinstance(item, exchange.Refusal):
                assert item.place and item.reason and len(item.reason) < 200
                assert not _SAID.search(item.reason), "a refusal that holds what was read"
                reasons.add(item.reason)
                items.append(item.reason[:24])
                continue
            signal, value = item.signal, item.value
            length = exchange.BYTES.get("pdq" if signal == "vpdq" else signal, 0)
            assert len(value) == length or (item.deleted and not value), "a value of another length"
            assert item.quality is None or 0 <= item.quality <= 100
            assert item.time is None or 0 <= item.time < 1e9
            assert signal and item.place
            items.append(
                (signal, item.quality is None, item.id is None, item.category is None, item.deleted, item.negative)
            )
    except HashFormatError as error:
        text = str(error)
        assert text and not _SAID.search(text), "an error that holds what was read"
        return "error", (only, text[:40])
    if only in LINES:
        bare = data.removeprefix(b"\xef\xbb\xbf").decode()
        said = sum(1 for line in re.split(r"\r\n|\r|\n", bare) if line.strip() and not line.lstrip().startswith("#"))
        assert len(items) >= said, "a line that went unsaid"
    return ("refusals" if reasons else "records" if items else "nothing"), (only, *items[:4])


def again(data: bytes, only: str | None) -> None:
    """What was read, written as our own table and read from there, is the same."""
    try:
        read = [
            item
            for item in exchange.read(data, only, page=exchange.Page())
            if isinstance(item, exchange.Record) and item.value and item.signal != "vpdq"
        ]
    except HashFormatError:
        return
    text = "".join(exchange.write(read, "csv"))
    if read and not any("\0" in (field or "") for r in read for field in (r.id, r.category, r.source)):
        back = list(exchange.read(text.encode("utf-8", "surrogatepass"), "csv"))
        assert [(r.signal, r.value, r.quality) for r in back if isinstance(r, exchange.Record)] == [(r.signal, r.value, r.quality) for r in read], "other records after writing and reading"  # fmt: skip


class Turns:
    """Both kinds of runs of one reader: whole files, and rows."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.files, self.rows = name, Reader(name, seed), Rows(name, seed)

    @property
    def runs(self) -> int:
        return self.files.runs + self.rows.runs

    def take(self, runs: int, seconds: float, end: float) -> None:
        """A sixth of some seconds goes to whole files, the rest to rows."""
        begin = time.monotonic()
        until = min(end, begin + seconds / 6)
        while self.runs < runs and time.monotonic() < until:
            for _ in range(_BATCH):
                self.files.once()
        middle = time.monotonic()
        while self.runs < runs and time.monotonic() < min(end, begin + seconds):
            self.rows.once()
        self.files.spent += middle - begin
        self.rows.spent += time.monotonic() - middle

    def told(self) -> str:
        """Return what became of its runs."""
        files, rows = self.files, self.rows
        return (
            f"{self.name}: {self.runs} runs; {rows.runs} rows, {rows.runs / max(rows.spent, 1e-9):.0f} a second, {rows.records} of them records, "
            f"{len(rows.reasons)} reasons; {files.runs} files, {files.runs / max(files.spent, 1e-9):.0f} a second, {len(files.seen)} ends ("
            + ", ".join(f"{end} {n}" for end, n in sorted(files.ends.items()))
            + ")"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=float)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--readers", nargs="+", choices=tuple(SAMPLES), default=list(SAMPLES), metavar="NAME")
    parser.add_argument("--runs", type=int, default=10_000_000, help="of each reader at most (default: 10 million)")
    parser.add_argument("--every", type=float, metavar="SECONDS", help="say how far it is, this often")
    args = parser.parse_args()
    gc.set_threshold(100_000, 50, 50)  # nothing here is a circle
    readers = [Turns(name, args.seed) for name in args.readers]
    end = time.monotonic() + args.seconds
    say, slice_ = time.monotonic() + (args.every or args.seconds), min(6.0, args.seconds / len(readers) / 2)
    while time.monotonic() < end and any(r.runs < args.runs for r in readers):
        for reader in readers:
            try:
                reader.take(args.runs, slice_, end)
            except BaseException as error:
                print(f"{reader.name}, run {reader.runs}: {type(error).__name__}: {error}")
                return 1
        if args.every and time.monotonic() > say:
            say += args.every
            print(*(r.told() for r in readers), "", sep="\n", flush=True)
    print(*(r.told() for r in readers), f"{sum(r.runs for r in readers)} runs, no fault", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
