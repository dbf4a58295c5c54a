"""Readers of other exchanges' files: right values by the formats' public descriptions, and every row that cannot be a record named."""

import gzip
import json
import os
from random import Random

import pytest

from pdqlite import errors, exchange, vpdq
from pdqlite.types import FrameHash, ImageHash

A = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
B = "0f" * 32
SHA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"  # SHA-256 of "a"
MD5 = "0cc175b9c0f1b6a831c399e269772661"  # MD5 of "a"


def read(text, only=None):
    raw = text.encode() if isinstance(text, str) else text
    return list(exchange.read(raw, only, at=1_800_000_000, page=exchange.Page()))


def signals(text, only=None):
    return [(r.signal, r.value.hex(), r.quality) for r in read(text, only) if isinstance(r, exchange.Record)]


def refusals(text, only=None):
    return [(r.place, r.reason) for r in read(text, only) if isinstance(r, exchange.Refusal)]


@pytest.mark.parametrize(("text", "expected"), [
    (f"{A}\n{B}\n", [("pdq", A, None), ("pdq", B, None)]),
    (f"\ufeff{A}\r\n{B}\r", [("pdq", A, None), ("pdq", B, None)]),
    (f"# a comment\n\n{A.upper()}\n", [("pdq", A, None)]),
    (f"pdq,file,quality\n{A},a.jpg,3\n{B},b.jpg,100\n", [("pdq", A, 3), ("pdq", B, 100)]),
    (f"sha256,pdq,quality\n{SHA},{A},90\n", [("sha256", SHA, None), ("pdq", A, 90)]),
    (f"hash,quality,frame,seconds,file\n{A},100,,,fotografía.jpg\n", [("pdq", A, 100)]),
    (f'hash,quality,frame,seconds,file\n{A},100,,,"two\nlines, one name.jpg"\n{B},50,,,x\n', [("pdq", A, 100), ("pdq", B, 50)]),
    (f"file;quality;PDQ Hash\na.jpg;80;{A}\n", [("pdq", A, 80)]),
    (f"file\tpdq\na\t{A}\n", [("pdq", A, None)]),
    (f"{A},80\n{B},7\n", [("pdq", A, 80), ("pdq", B, 7)]),
    (f"a.jpg,{A}\n", [("pdq", A, None)]),
    (f"pdq {A}\nvideo_md5 {MD5} 'collab' opinion\n", [("pdq", A, None), ("md5", MD5, None)]),
    (f"signal_type,signal_str,collab,category,tags\npdq,{A},x,POSITIVE_CLASS,\nvideo_md5,{MD5},x,,\nphotodna,QUJD,x,,\n", [("pdq", A, None), ("md5", MD5, None), ("photodna", "", None)]),
    (f"hash={A},norm=128,delta=0,quality=77,filename=x.jpg\n", [("pdq", A, 77)]),
    (f"hash\n{A}\n", [("pdq", A, None)]),
])  # fmt: skip
def test_signals_of_texts(text, expected):
    assert signals(text) == expected
    assert refusals(text) == []


@pytest.mark.parametrize(("text", "place"), [
    (f"{A[:63]}\n{B}\n", "line 1"),
    (f"{A}\n{A}0\n", "line 2"),
    (f"{A}\nnonsense\n", "line 2"),
    (f"{A}\n{A} trailing\n", "line 2"),
    (f"pdq,quality\n{A},101\n", "line 2"),
    (f"pdq,quality\n{A},99.0\n", "line 2"),
    (f"{A},99.0\n", "line 1"),
    (f"pdq,quality\n{A}\n", "line 2"),
    (f"pdq,quality\n{A},90,1\n", "line 2"),
    (f"pdq,quality\n\n{SHA[:-2]},90\n", "line 3"),
    (f"0,100,{A},0.0\n1,100,{A},x\n", "line 2"),
    (f"0,1000,{A},0.0\n", "line 1"),
    (f"pdq {A}\npdq {A[:60]}\n", "line 2"),
    (f"signal_type,hash\npdq,{A}\nvpdq,{B}\n", "line 3"),
    (f"signal_type,hash\npdq,{A}\n,{B}\n", "line 3"),
    (f"signal_type,hash\npdq,{A}\n{'x' * 65},{B}\n", "line 3"),
    (json.dumps([{"type": "m.policy.media_hash", "content": {"vpdq": {"hash": A, "quality": 90}}}]), "entry 1"),
])  # fmt: skip
def test_a_row_that_is_none_is_named(text, place):
    found = refusals(text)
    assert [where for where, _ in found] == [place]
    assert "f8f8" not in found[0][1]


@pytest.mark.parametrize("text", [
    f"{SHA},{A},90\n", f"hash,pdq\n{SHA},{A}\n", f"hash,signal\n{SHA},{A}\n", f"pdq,pdq\n{A},{B}\n", f"name\n{A}\n",
    "", "\n# only\n", "zz\n", "<html></html>", "[oops", "{}", '[1, 2]', f"{A}\n".encode("utf-16"), b"\xff\xfe\xfd" + A.encode(), f"{A}\0\n", f'pdq,file\n{A},"open\n',
])  # fmt: skip
def test_what_could_be_two_things_or_none_is_an_error(text):
    with pytest.raises(errors.HashFormatError) as caught:
        found = read(text)
        if all(isinstance(item, exchange.Refusal) for item in found):
            raise errors.HashFormatError("all refused")
    assert A[:8] not in str(caught.value)


@pytest.mark.parametrize(("text", "reason"), [
    (f"hash,kind\n{SHA},SHA-256\n", "signal_type"), (f"hash,x,format\n{SHA},1,md5\n", "signal_type"), (f"pdq,note\n{SHA},sha256\n", "signal_type"),
    (f"{A},a.jpg\n{B},3\n", "line 1"), (f"{A},90\n{B},90,x,y\n", "line 1"), (f"{A},90\n{B},{SHA}\n", "quality"), (f"{A},1e2\n", "quality"),
    (f"pdq,frame\n{A},3\n", "second"), (f"pdq,seconds\n{A},3\n", "second"), (f"0,90,{A},0.0\n1,90,{B},1.0\n0,90,{A},0.0\n", "one video"),
    (f"signal_type,signal_str,collab,category,tags\npdq,{A},c,BAD,\n", "opinion"),
])  # fmt: skip
def test_a_row_that_contradicts_itself_is_refused(text, reason):
    ((_, said),) = refusals(text)
    assert reason in said


@pytest.mark.parametrize("text", [
    f"90,{A}\n", f"{A},x,90\n", f"a,b,{A}\n", f"pdq,quality,pdq_quality\n{A},1,2\n", f"pdq,deleted,withdrawn\n{A},false,true\n", f"pdq,category,label\n{A},a,b\n",
    f"pdq,id,id\n{A},a,b\n", f"pdq,file,file\n{A},a,b\n", f"pdq,source,member\n{A},a,b\n",
])  # fmt: skip
def test_two_columns_for_one_thing_are_an_error(text):
    with pytest.raises(errors.HashFormatError, match="line 1"):
        read(text)


@pytest.mark.parametrize(("data", "match"), [
    (gzip.compress(f"{A}\n".encode()), "gzip"), (b"PK\3\4" + bytes(40), "zip"), (f"{A}\n".encode("utf-16-le"), "UTF-16"), (f"{A}\n".encode("utf-32"), "UTF-32"),
    (f"pdq,file\n{A},fotograf\xeda.jpg\n".encode("latin-1"), "line 2: not UTF-8"), (f"{A}\n".encode() + b"\x93\n", "line 2: not UTF-8"), (f"{A}\n\0\n".encode(), "line 2: holds a NUL"),
])  # fmt: skip
def test_what_is_no_text_says_what_it_is(data, match):
    with pytest.raises(errors.HashFormatError, match=match):
        read(data)


def test_line_ends_of_every_kind_and_in_every_place():
    assert len(signals((A + "\r") * 20_000)) == 20_000  # 1.3 MB, not one LF
    for n in range(65_400, 65_440):  # ends that lie on the edge of what is read at once
        text = f"{A}\r\n#" + "x" * (n - 67) + f"\r\n{B}\r\n"
        assert [place for place in (i.place for i in read(text))] == ["line 1", "line 3"]
    with pytest.raises(errors.HashFormatError, match="line 2: longer"):
        read(A.encode() + b"\n" + b"a" * (3 << 20) + b"\n" + B.encode())


def test_what_tx_says_of_a_signal():
    """The opinion of tx: a signal of NEGATIVE_CLASS is known to be harmless, and tags are what it is."""
    rows = f"pdq,{A},c,NEGATIVE_CLASS,cat dog\npdq,{B},d,POSITIVE_CLASS,\npdq,{SHA},d,INVESTIGATION_SEED,\n"
    assert [(r.negative, r.category, r.source) for r in read("signal_type,signal_str,collab,category,tags\n" + rows)] == [
        (True, "cat dog", "c"), (False, None, "d"), (False, "investigation-seed", "d")]  # fmt: skip
    assert [r.negative for r in read(f"pdq {A} 'c' NEGATIVE_CLASS\npdq {B} 'c' POSITIVE_CLASS\n")] == [True, False]


@pytest.mark.parametrize("name", ["sha256", "SHA-256", "md5", "Hash Value"])
def test_one_column_with_a_name_is_a_table(name):
    text = MD5 if name == "md5" else SHA
    assert [r.column for r in read(f"{name}\n{text}\n")] == [name]


def test_a_row_may_be_withdrawn_by_its_id_alone():
    found = read(f"sha256,id,deleted\n{SHA},2,false\n,1,true\n")
    assert [(r.signal, r.value.hex(), r.id, r.deleted) for r in found] == [
        ("sha256", SHA, "2", False),
        ("pdq", "", "1", True),
    ]
    assert refusals("sha256,id,deleted\n,,true\n,3,false\n") == [
        ("line 2", "a sha256 needs 64 hex digits, not 0 characters"), ("line 3", "a sha256 needs 64 hex digits, not 0 characters")]  # fmt: skip


def test_leading_lines_are_never_skipped():
    assert len(refusals("\n".join([MD5] * 40 + [A]))) == 40


def test_a_line_without_end_is_refused_in_little_memory():
    with pytest.raises(errors.HashFormatError, match="line 1: longer"):
        read(A.encode() + b"a" * (3 << 20))


NCMEC = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">
 <images count="3" maxTimestamp="2017-10-24T15:00:00Z">
  <image><member id="42">Example Member</member><timestamp>2017-10-24T15:00:00Z</timestamp><id>image1</id>
   <classification>A1</classification><fingerprints><md5>{MD5}</md5><pdna>{"a" * 288}</pdna><pdq>{A}</pdq><videntifier rel="self" href="/v2/x"/></fingerprints></image>
  <deletedImage><member id="43">Example Member2</member><id>image4</id><timestamp>2017-10-24T15:10:00Z</timestamp></deletedImage>
  <image><member id="43">B&amp;C</member><id>image2</id><fingerprints><pdq>{A[:10]}</pdq></fingerprints></image>
 </images>
 <videos count="1" maxTimestamp="2017-10-24T15:00:00Z"><video><member id="42">M</member><id>video1</id><classification>B2</classification>
  <fingerprints><md5>{MD5}</md5></fingerprints></video></videos>
 <paging><next>/v2/entries?from=x</next></paging>
</queryResult>"""


def test_ncmec():
    items = read(NCMEC)
    said = [
        (r.signal, r.value.hex(), r.id, r.category, r.source, r.deleted)
        for r in items
        if isinstance(r, exchange.Record)
    ]
    assert said == [
        ("md5", MD5, "image1", "A1", "Example Member", False), ("photodna", "", "image1", "A1", "Example Member", False),
        ("pdq", A, "image1", "A1", "Example Member", False), ("videntifier", "", "image1", "A1", "Example Member", False),
        ("pdq", "", "image4", None, "Example Member2", True), ("md5", MD5, "video1", "B2", "M", False)]  # fmt: skip
    assert refusals(NCMEC) == [("entry 3", "a pdq needs 64 hex digits, not 10 characters")]


@pytest.mark.parametrize("xml", [
    '<!DOCTYPE q [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><queryResult>&b;</queryResult>',
    '<!DOCTYPE q SYSTEM "http://127.0.0.1/x"><queryResult/>',
    "<queryResult><images>", "<other/>", '<queryResult xmlns="urn:else"><images/></queryResult>', "<queryResult>" + "<a>" * 40 + "</a>" * 40 + "</queryResult>",
    "<queryResult><images><image><id>" + "x" * 100_000 + "</id></image></images></queryResult>",
])  # fmt: skip
def test_xml_that_is_refused(xml):
    with pytest.raises(errors.HashFormatError):
        read(xml)


JSONS = {
    "stopncii": {"count": 3, "hashRecords": [
        {"lastModtimestamp": 1, "signalType": "ImagePDQ", "hashValue": A, "hashStatus": "Active", "caseNumbers": {"c1": "Active"}},
        {"lastModtimestamp": 1, "signalType": "VideoMD5", "hashValue": MD5, "hashStatus": "Withdrawn", "caseNumbers": []},
        {"lastModtimestamp": 1, "signalType": "URL", "hashValue": "x", "hashStatus": "Active", "caseNumbers": {}}]},
    "tat": {"count": 2, "next": None, "results": [
        {"hash_digest": A, "algorithm": "PDQ", "ideology": "far-right", "file_type": "jpg", "deleted": False, "id": 7},
        {"hash_digest": SHA, "algorithm": "SHA256", "ideology": "islamist", "file_type": "mp4", "deleted": True, "id": 8}]},
    "threatexchange": {"data": [
        {"id": "11", "indicator": A, "type": "HASH_PDQ", "should_delete": False, "descriptors": {"data": [{"tags": {"data": [{"text": "terror"}]}, "status": "MALICIOUS"}]}},
        {"id": "12", "indicator": B, "type": "HASH_PDQ", "should_delete": True}]},
    "msc4113": [
        {"type": "m.policy.media_hash", "sender": "@mod:example.org", "event_id": "$1", "state_key": A, "content": {"m.pdqhash": {"hash": A, "quality": "100"}, "reason": "spam"}},
        {"type": "m.policy.media_hash", "sender": "@mod:example.org", "event_id": "$2", "state_key": B, "content": {}}],
    "hma": [{"id": 1234, "bank": "BANK", "signals": {"pdq": A, "video_md5": MD5}}],
}  # fmt: skip
SAID = {
    "stopncii": [
        ("pdq", A, None, "c1", None, None, False),
        ("md5", MD5, None, None, None, None, True),
        ("url", "", None, None, None, None, False),
    ],
    "tat": [("pdq", A, None, "7", "far-right", None, False), ("sha256", SHA, None, "8", "islamist", None, True)],
    "threatexchange": [("pdq", A, None, "11", "terror", None, False), ("pdq", B, None, "12", None, None, True)],
    "msc4113": [
        ("pdq", A, 100, "$1", "spam", "@mod:example.org", False),
        ("pdq", B, None, "$2", None, "@mod:example.org", True),
    ],
    "hma": [("pdq", A, None, "1234", "BANK", None, False), ("md5", MD5, None, "1234", "BANK", None, False)],
}


@pytest.mark.parametrize("name", JSONS)
def test_json_of_exchanges(name):
    found = read(json.dumps(JSONS[name]))
    assert [(r.signal, r.value.hex(), r.quality, r.id, r.category, r.source, r.deleted) for r in found] == SAID[name]
    assert found == read(json.dumps(JSONS[name]), name)


@pytest.mark.parametrize(
    ("said", "gone"),
    [({}, False), ({"disable_until_ts": 1}, False), ({"disable_until_ts": 0}, True), ({"disable_until_ts": 1_700_000_000}, False),
     ({"disable_until_ts": 99_999_999_999}, True), ({"bank": {"name": "B", "matching_enabled_ratio": 0.0}}, True),
     ({"bank": {"name": "B", "matching_enabled_ratio": 0.5}}, False)],
)  # fmt: skip
def test_what_hma_does_not_match_is_withdrawn(said, gone):
    """A content of a bank with the fields of HMA's BankContentResponse; BankContentConfig.enabled is the rule."""
    content = {"id": 5, "disable_until_ts": 1, "original_media_uri": None, "bank": {"name": "B", "matching_enabled_ratio": 1.0},
               "signals": {"pdq": A}, "metadata": None, "note": "x", **said}  # fmt: skip
    for text in ([content], {"content": [content]}):
        assert [(r.signal, r.id, r.category, r.deleted) for r in read(json.dumps(text))] == [("pdq", "5", "B", gone)]
    (found,) = read(json.dumps([content | {"disable_until_ts": "soon"}]))
    assert "disable_until_ts" in found.reason


def test_an_entry_of_tech_against_terrorism_with_all_that_its_client_knows():
    """Fields as python-threatexchange's TATHashListEntry; in pages (`results`), or the plain list of the older file."""
    entry = {"hash_digest": MD5, "algorithm": "MD5", "ideology": "far-right", "file_type": "mp4", "deleted": False,
             "updated_on": 1704901040.25, "created_on": "2025-03-03 23:05:22,587", "id": 2820}  # fmt: skip
    pages = {"count": 1, "next": None, "previous": None, "checkpoint": "1724856487.709035,10594", "results": [entry]}
    for text in ([entry], pages):
        assert [(r.signal, r.value.hex(), r.id, r.category) for r in read(json.dumps(text))] == [
            ("md5", MD5, "2820", "far-right")
        ]


def test_json_with_one_key_twice_is_refused():
    with pytest.raises(errors.HashFormatError, match="key twice"):
        read('{"hashRecords": [{"signalType": "ImagePDQ", "signalType": "URL", "hashValue": "x"}]}')


def test_a_record_that_is_none_is_named_among_others():
    text = json.dumps(
        {
            "hashRecords": [
                {"signalType": "ImagePDQ", "hashValue": A[:5]},
                7,
                {"signalType": "ImagePDQ", "hashValue": A, "hashStatus": "Active"},
            ]
        }
    )
    assert [place for place, _ in refusals(text)] == ["entry 1", "entry 2"]
    assert signals(text) == [("pdq", A, None)]


@pytest.mark.parametrize(("item", "reason"), [
    ({"id": "1", "type": "HASH_PDQ", "indicator": B, "tags": 7}, "`tags`"),
    ({"id": "1", "type": "HASH_PDQ", "indicator": B, "descriptors": {"data": [{"tags": {"data": 7}}]}}, "`tags`"),
    ({"id": "1", "type": "HASH_PDQ", "indicator": B, "descriptors": {"data": {"a": 1}}}, "`descriptors`"),
    ({"signalType": "ImagePDQ", "hashValue": B, "hashStatus": "Gone"}, "`hashStatus`"),
    ({"signals": {}, "id": 7}, "no signal"),
    ({"type": ["m.policy.media_hash"], "content": {"m.pdqhash": {"hash": B, "quality": 1}}}, "`type`"),
])  # fmt: skip
def test_members_of_another_type_are_refused_by_name(item, reason):
    good = {"indicator": {"type": "HASH_PDQ", "indicator": A}, "hashValue": {"signalType": "ImagePDQ", "hashValue": A}, "signals": {"signals": {"pdq": A}},
            "content": {"type": "m.policy.media_hash", "content": {"m.pdqhash": {"hash": A, "quality": 1}}}}[next(k for k in ("indicator", "hashValue", "signals", "content") if k in item)]  # fmt: skip
    text = json.dumps([good, item])
    assert [r.value.hex() for r in read(text) if isinstance(r, exchange.Record)] == [A]
    ((place, said),) = refusals(text)
    assert place == "entry 2" and reason in said


def test_a_status_of_another_thing_is_no_status():
    """A list where one would look up a word: unhashable in Python, and no reason to fall."""
    text = json.dumps([{"type": "HASH_PDQ", "indicator": A, "status": ["NON_MALICIOUS"]}, {"type": "HASH_PDQ", "indicator": B, "status": "NON_MALICIOUS"}])  # fmt: skip
    assert [r.negative for r in read(text)] == [False, True]


def test_a_withdrawn_hash_is_withdrawn_in_any_case_of_letters():
    rows = [{"signalType": "ImagePDQ", "hashValue": A, "hashStatus": s} for s in ("Active", "withdrawn", "DELETED", "Received", "Unknown")]  # fmt: skip
    assert [r.deleted for r in read(json.dumps({"hashRecords": rows}))] == [False, True, True, False, False]


def test_events_of_a_room_that_are_no_hashes_are_counted_by_their_type():
    events = [{"type": "m.room.member", "content": {"membership": "join"}}, {"type": "m.policy.media_hash", "content": {"m.pdqhash": {"hash": A, "quality": 1}}}]  # fmt: skip
    assert signals(json.dumps(events)) == [("m.room.member", "", None), ("pdq", A, 1)]


def test_videos_keep_their_frames_together():
    frames = json.dumps([f"{A},90,0.0", f"{B},80,1.5"])
    row = frames.replace('"', '""')
    for text in (frames, f'signal_type,signal_str\nvideo_vpdq,"{row}"\n', f"vpdq {frames}\n"):
        found = read(text)
        assert [(r.signal, r.value.hex(), r.quality, r.frame, r.time) for r in found] == [
            ("vpdq", A, 90, 0, 0.0),
            ("vpdq", B, 80, 1, 1.5),
        ]
        assert len({r.group for r in found}) == 1


@pytest.mark.parametrize("seed", range(20))
def test_damaged_files_end_in_our_error_or_a_refusal(seed):
    rng = Random(seed)
    texts = [
        NCMEC,
        *(json.dumps(v) for v in JSONS.values()),
        f"pdq,quality,id\n{A},90,x\n{B},80,y\n",
        f"0,90,{A},0.0\n1,90,{B},1.0\n",
    ]
    for text in texts:
        for _ in range(25):
            data = bytearray(text.encode())
            for _ in range(rng.randint(1, 6)):
                at = rng.randrange(len(data))
                data[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
            try:
                for item in exchange.read(bytes(data)):
                    assert isinstance(item, exchange.Record | exchange.Refusal)
            except errors.HashFormatError:
                pass


def test_read_hashes_is_these_readers():
    assert vpdq.read_hashes(f"sha256,pdq,quality\n{SHA},{A},90\n") == [ImageHash(bytes.fromhex(A), 90)]
    assert vpdq.read_hashes(f"hash,quality,frame,seconds,file\n{A},90,3,1.5,clip.mp4\n") == [
        FrameHash(3, 1.5, bytes.fromhex(A), 90)
    ]
    for text in (f"{A[:63]}\n{A}\n", f"sha256\n{SHA}\n"):
        with pytest.raises(errors.HashFormatError):
            vpdq.read_hashes(text)


@pytest.mark.parametrize(("name", "why"), [("none.txt", "No such file"), ("folder", "not a regular file"), ("pipe", "not a regular file"), ("a\0b", "no name of a file")])  # fmt: skip
def test_what_cannot_be_opened_is_told_why(tmp_path, name, why):
    (tmp_path / "folder").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
    elif name == "pipe":
        pytest.skip("no pipes here")
    with pytest.raises(errors.UnreadableError, match=f"cannot be opened: .*{why}"):
        list(exchange.read(tmp_path / name))
