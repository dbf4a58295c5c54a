"""
The readers of other exchanges' files, on samples changed at random: whatever they are given, what comes is records and refusals, or a
HashFormatError; and every record is one.

    python tests/fuzz/exchange.py SECONDS [SEED] [READER]

Stops at the first fault, and says by which seed and draw it comes again. Prints how many runs each reader had, and how they ended.
"""

import random
import re
import sys
import time
from collections import Counter

from pdqlite import exchange
from pdqlite.errors import HashFormatError

PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
SHA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
MD5 = "0cc175b9c0f1b6a831c399e269772661"
NCMEC = f"""<?xml version="1.0" encoding="UTF-8"?>
<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><images count="2">
<image><member id="42">One &amp; Two</member><id>i1</id><classification>A1</classification><fingerprints><md5>{MD5}</md5><pdq>{PDQ}</pdq></fingerprints></image>
<deletedImage><member id="43">M</member><id>i2</id></deletedImage></images><videos><video><id>v1</id><fingerprints><md5>{MD5}</md5></fingerprints></video></videos>
<paging><next>/v2/x</next></paging></queryResult>"""
FRAMES = f'["{PDQ},100,0.5", "{SHA},7,1e1"]'
SAMPLES = {
    "hex": [f"{PDQ}\n{SHA.upper()}\r\n# x\r{PDQ}"],
    "csv": [
        f"pdq,sha256,quality,category,id,deleted\n{PDQ},{SHA},90,A1,7,true\n",
        f'signal_type;hash;seconds;frame;file\nvpdq;{PDQ};0.5;1;"a\nb"\nmd5;{MD5};;;x\n',
        f"{PDQ},80\n{SHA},3\n",
        f'signal_type,signal_str\nvpdq,"{FRAMES.replace(chr(34), chr(34) * 2)}"\n',
    ],
    "vpdq": [f"0,100,{PDQ},0.000\n1,50,{SHA},1.25\n"],
    "vpdq-json": [FRAMES, f"[{FRAMES}, {FRAMES}]"],
    "tx": [f"pdq {PDQ}\nvideo_md5 {MD5} 'x' y\nvpdq {FRAMES}\n"],
    "fields": [f'hash={PDQ},norm=128,quality=77,filename="a b.jpg"\nsha256={SHA}\n'],
    "ncmec": [NCMEC],
    "stopncii": [
        f'{{"hashRecords": [{{"signalType": "ImagePDQ", "hashValue": "{PDQ}", "hashStatus": "Active", "caseNumbers": {{"c": "Active"}}}}, '
        f'{{"signalType": "VideoMD5", "hashValue": "{MD5}", "hashStatus": "Withdrawn", "caseNumbers": []}}]}}'
    ],
    "tat": [
        f'{{"results": [{{"hash_digest": "{PDQ}", "algorithm": "PDQ", "ideology": "x", "deleted": false, "id": 7}}, {{"hash_digest": "{SHA}", "algorithm": "SHA256"}}]}}'
    ],
    "msc4113": [
        f'[{{"type": "m.policy.media_hash", "state_key": "{PDQ}", "sender": "@a:b", "event_id": "$x", "content": {{"m.pdqhash": {{"hash": "{PDQ}", "quality": 90}}, "reason": "r"}}}}, '
        f'{{"type": "m.policy.media_hash", "state_key": "{PDQ}", "content": {{}}}}]'
    ],
    "threatexchange": [
        f'{{"data": [{{"id": "1", "type": "HASH_PDQ", "indicator": "{PDQ}", "should_delete": false, "descriptors": {{"data": [{{"tags": ["a"], "status": "MALICIOUS"}}]}}}}]}}',
        f'{{"id": 2, "type": "HASH_MD5", "indicator": "{MD5}", "should_delete": true}}\n{{"id": 3, "type": "HASH_PDQ", "raw_indicator": "{PDQ}"}}\n',
    ],
    "hma": [
        f'{{"content": [{{"id": 1, "bank": {{"name": "B"}}, "signals": {{"pdq": "{PDQ}", "video_md5": "{MD5}"}}}}]}}',
        f'[{{"content_id": 1, "signal_type": "pdq", "signal_value": "{PDQ}"}}]',
    ],
}
TOKENS = [b"\0", b'"', b"'", b",", b";", b"\t", b"|", b"\r", b"\n", b"\r\n", b"{", b"}", b"[", b"]", b":", b"<", b">", b"&", b"&a;", b"<!DOCTYPE a>", b"<![CDATA[", b"]]>", b"<!--",
          b"\xff", b"\xef\xbb\xbf", b"\xfe\xff", b"\xe2\x80\xa8", b"\\u0000", b"\\ud800", b"1e999", b"-1", b"99.0", b"NaN", b"null", b"true", b"1" * 400, b"[" * 3000, b"0" * 64, "١".encode(), "é".encode(),
          b"pdq", b"vpdq", b"md5", b"hash", b"signal_type", b"quality", b"deleted", b"seconds", b"#", b" ", PDQ.encode(), MD5.encode(), FRAMES.encode()]  # fmt: skip


def changed(draw: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """Return bytes changed in one to five places, mostly one: flipped, cut, repeated, moved, or with a piece of another sample."""
    for _ in range(1 if draw.random() < 0.6 else draw.randrange(2, 6)):
        at, kind = draw.randrange(len(data) + 1), draw.randrange(8)
        end = min(len(data), at + draw.randrange(1, 80))
        if kind == 0:
            data = data[:at] + data[end:]
        elif kind == 1:
            data = data[:end] + data[at:]
        elif kind <= 3:
            data = data[:at] + draw.choice(TOKENS) + data[at + draw.randrange(2) :]
        elif kind == 4:
            data = data[:at] + draw.randbytes(1) + data[at + 1 :]
        elif kind == 5:
            other = draw.choice(others)
            begin = draw.randrange(len(other))
            data = data[:at] + other[begin : begin + draw.randrange(1, 200)] + data[end:]
        elif kind == 6:
            found = [m.span() for m in re.finditer(rb"[0-9A-Za-z._]+", data)]
            begin, end = draw.choice(found) if found else (0, 0)
            data = data[:begin] + draw.choice(TOKENS) + data[end:]
        else:
            data = data[:at] + bytes([draw.choice(b"0123456789abcdefxyz,.-")]) + data[at:]
    return data


def check(data: bytes, only: str | None) -> str:
    """Read once; return how it ended. AssertionError for what is no record."""
    count = refused = 0
    try:
        for item in exchange.read(data, only):
            if isinstance(item, exchange.Refusal):
                assert item.place and item.reason and len(item.reason) < 200
                refused += 1
                continue
            count += 1
            length = exchange.BYTES.get("pdq" if item.signal == "vpdq" else item.signal, 0)
            assert len(item.value) == length or (item.deleted and not item.value), "a value of another length"
            assert item.quality is None or 0 <= item.quality <= 100
            assert item.time is None or 0 <= item.time < 1e9
            assert item.signal and item.place
    except HashFormatError:
        return "error"
    return "records" if count and not refused else "refusals" if refused else "nothing"


def main() -> int:
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    names = [sys.argv[3]] if len(sys.argv) > 3 else list(SAMPLES)
    every = [s.encode() for samples in SAMPLES.values() for s in samples]
    seen: Counter[str] = Counter()
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        name = names[number % len(names)]
        draw = random.Random(f"{seed} {number}")
        data = changed(draw, draw.choice(SAMPLES[name]).encode(), every)
        try:
            seen[f"{name} {check(data, None if draw.random() < 0.3 else name)}"] += 1
        except BaseException as error:
            print(f"seed {seed}, draw {number}, {name}: {type(error).__name__} {error}")
            return 1
        number += 1
    print(f"{number} files, no fault: " + ", ".join(f"{what} {n}" for what, n in sorted(seen.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
