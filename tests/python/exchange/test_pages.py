"""One page of several says so: what is read from it alone is never taken for the whole of a feed."""

import json
from pathlib import Path
from random import Random

import pytest

from pdqlite import errors, exchange, lists
from pdqlite.cli.main import ERROR, FOUND, main
from support.feeds import build, half

A, B = (half(Random(seed)).hex() for seed in (80, 81))
TAT = {"hash_digest": A, "algorithm": "PDQ", "id": 7}
STOP = {"signalType": "ImagePDQ", "hashValue": A}
TE = {"id": "1", "type": "HASH_PDQ", "indicator": A}
HMA = {"id": 1, "signals": {"pdq": A}}
EVENT = {"type": "m.policy.media_hash", "state_key": A, "content": {"m.pdqhash": {"hash": A, "quality": 90}}}
XML = f"<queryResult><images><image><id>1</id><fingerprints><pdq>{A}</pdq></fingerprints></image></images>{{}}</queryResult>"
NIL = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil'


@pytest.mark.parametrize(("form", "text", "more"), [
    ("stopncii", {"hashRecords": [STOP], "hasMoreRecords": True}, True),
    ("stopncii", {"hashRecords": [STOP], "hasMoreRecords": False, "nextPageToken": "a token"}, False),
    ("stopncii", {"hashRecords": [STOP], "nextPageToken": "a token"}, True),
    ("tat", {"results": [TAT], "next": "https://x/?page=2"}, True),
    ("tat", {"results": [TAT], "next": None}, False),
    ("threatexchange", {"data": [TE], "paging": {"cursors": {"after": "x"}, "next": "https://x"}}, True),
    ("threatexchange", {"data": [TE], "paging": {"cursors": {"after": "x"}}}, False),
    ("hma", {"content": [HMA], "has_more": True}, True),
    ("hma", {"content": [HMA], "links": {"next": "/2"}}, True),
    ("msc4113", {"chunk": [EVENT], "end": "t2"}, True),
    ("msc4113", {"chunk": [EVENT], "start": "t1"}, False),
    ("ncmec", XML.format("<paging><next>/v2/x</next></paging>"), True),
    ("ncmec", XML.format('<paging><next href="/v2/x"/></paging>'), True),
    ("ncmec", XML.format("<paging><next/></paging>"), False),
    ("ncmec", XML.format(f'<paging><next {NIL}="true"/></paging>'), False),
    ("ncmec", XML.format(f'<paging><next {NIL}="false" url="/v2/x"/></paging>'), True),
    ("ncmec", XML.format('<paging><next href=""/></paging>'), False),
    ("ncmec", XML.format('<paging><next href="">/v2/x</next></paging>'), True),
    ("tat", {"results": [TAT], "links": {"next": {"href": None}}}, False),
    ("tat", {"results": [TAT], "links": {"next": {"href": "/2"}}}, True),
    ("tat", {"results": [TAT], "links": [{"rel": "self", "href": "/1"}, {"rel": "next", "href": "/2"}]}, True),
    ("tat", {"results": [TAT], "links": [{"rel": "prev", "href": "/1"}, {"rel": "next", "href": None}]}, False),
    ("tat", {"results": [TAT], "has_more": None, "next": "/2"}, True),
    ("tat", {"results": [TAT], "has_more": None, "next": None}, False),
    ("tat", {"results": [TAT], "paging": {"has_more": True}}, True),
    ("tat", {"results": [TAT], "paging": {"has_more": False, "next": "a token"}}, False),
    ("ncmec", XML.format("<paging><self>/v2/x</self></paging>"), False),
])  # fmt: skip
def test_a_page_says_whether_more_follows(form, text, more):
    raw = (text if isinstance(text, str) else json.dumps(text)).encode()
    page = exchange.Page()
    (found,) = exchange.read(raw, page=page)
    assert (found.value.hex(), page.form, page.more) == (A, form, more)
    if more:
        with pytest.raises(errors.HashFormatError, match="more follows"):
            list(exchange.read(raw))
    else:
        assert list(exchange.read(raw)) == [found]


def test_a_flag_that_is_none_is_an_error_and_pages_within_an_entry_refuse_it():
    with pytest.raises(errors.HashFormatError, match="hasMoreRecords"):
        list(exchange.read(json.dumps({"hashRecords": [STOP], "hasMoreRecords": "no"}).encode()))
    inner = TE | {"descriptors": {"data": [{"status": "NON_MALICIOUS"}], "paging": {"next": "https://x"}}}
    assert [type(item) for item in exchange.read(json.dumps([inner, TE]).encode())] == [exchange.Refusal, exchange.Record]  # fmt: skip


def tat(digest, following):
    return json.dumps({"results": [TAT | {"hash_digest": digest}], "next": following})


def test_a_list_of_some_pages_is_made_by_word_alone_and_its_report_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["key", "new", "key", "--list"])
    Path("a.json").write_text(tat(A, "/2"))
    Path("b.json").write_text(tat(B, None))
    assert build("a.json") == ERROR
    assert "1 page of tat, and more follows" in capsys.readouterr().err and not Path("out").exists()
    assert build("a.json", "--partial", "--report", "some") == FOUND
    assert "1 page of tat, and more follows" in capsys.readouterr().err
    report = json.loads(Path("some").read_text())
    assert report["more_follows"] == 1 and [f["more_follows"] for f in report["files"]] == [True]
    assert build("a.json", "b.json", "--report", "all", out="whole") == FOUND
    report = json.loads(Path("all").read_text())
    assert [(f["format"], f["more_follows"]) for f in report["files"]] == [("tat", True), ("tat", False)]
    assert len(lists.read_release("whole", lists.load_list_key("key")).entries) == 2


def numbered(page, pages):
    return {"results": [TAT], "page": page, "total_pages": pages}


@pytest.mark.parametrize(("pages", "lacks"), [
    ([{"results": [TAT], "next": "/3", "previous": "/1", "count": 3}, {"results": [TAT], "next": None, "previous": "/2", "count": 3}],
     ["others come before: no file is the first page", "with 2 entries of 3: pages are missing"]),
    ([{"results": [TAT], "next": "/2", "previous": None, "count": 3}, {"results": [TAT], "next": None, "previous": "/2", "count": 3}], ["with 2 entries of 3"]),
    ([{"results": [TAT], "next": "/2", "previous": None, "count": 2}, {"results": [TAT], "next": None, "previous": "/1", "count": 2}], []),
    ([{"results": [TAT, TAT | {"hash_digest": B}], "meta": {"total": 5}}], ["with 2 entries of 5"]),
    ([{"results": [TAT], "meta": {"total": 1}}, {"results": [TAT], "count": 9}], []),
    ([numbered(1, 3), numbered(3, 3)], ["of which 1 to 3 are: 2 is missing"]),
    ([numbered(0, 3), numbered(1, 3)], ["of which 0 to 2 are: 2 is missing"]),
    ([numbered(0, 2), numbered(1, 2)], []),
    ([numbered(3, 3), numbered(1, 3), numbered(2, 3)], []),
    ([numbered(9, 10**9)], ["1, 2, 3, 4, 5, ... are missing"]),
    ([{"results": [TAT], "page": "1", "total_pages": True}], []),
])  # fmt: skip
def test_pages_tell_which_others_there_are(pages, lacks):
    told = [exchange.Page() for _ in pages]
    for page, document in zip(told, pages, strict=True):
        list(exchange.read(json.dumps(document).encode(), page=page))
    said = exchange.missing(told)
    assert len(said) == len(lacks) and all(part in text for part, text in zip(lacks, said, strict=True)), said
    assert not lacks or all(f"{len(pages)} page" in text and "of tat" in text for text in said)


def test_a_page_missing_in_the_middle_stops_a_build(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["key", "new", "key", "--list"])
    for number, digest in ((1, A), (3, B)):
        Path(f"{number}.json").write_text(json.dumps(numbered(number, 3) | {"results": [TAT | {"hash_digest": digest}]}))  # fmt: skip
    assert build("1.json", "3.json") == ERROR
    assert "2 is missing" in capsys.readouterr().err and not Path("out").exists()
    assert build("1.json", "3.json", "--partial") == FOUND
    with pytest.raises(errors.HashFormatError, match="missing"):
        list(exchange.read("1.json"))


def test_the_last_page_of_another_exchange_or_of_another_organisation_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["key", "new", "key", "--list"])
    Path("a.json").write_text(tat(A, "/2"))
    Path("b.json").write_text(tat(B, None))
    Path("c.json").write_text(json.dumps({"hashRecords": [STOP], "hasMoreRecords": False}))
    assert build("a.json", "c.json") == ERROR
    assert build("a.json", "--submitted", "c.example", "b.json") == ERROR


def test_who_signs_reads_of_pages_that_are_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["key", "new", "key", "--list"])
    main(["key", "new", "a.pem", "--name", "a.example"])
    Path("a.json").write_text(tat(A, "/2"))
    assert build("a.json", "--partial") == FOUND
    capsys.readouterr()
    signing = ("--name", "a.example", "--signing-key", "a.pem", "--key", "key", "--submitted", "a.json")
    assert main(["list", "endorse", "out", *signing]) == FOUND
    assert "more follows" in capsys.readouterr().err


def test_what_is_switched_off_until_a_time_is_judged_by_the_time_of_issue(tmp_path, monkeypatch):
    """HMA's `disable_until_ts`: the same inputs give the same list, whatever the clock says."""
    monkeypatch.chdir(tmp_path)
    main(["key", "new", "key", "--list"])
    Path("hma.json").write_text(json.dumps([HMA | {"disable_until_ts": 5000}, {"id": 2, "signals": {"pdq": B}}]))
    for issued, count in (("4999", 1), ("5000", 2)):
        assert build("hma.json", "--issued", issued, out=issued) == FOUND
        assert len(lists.read_release(issued, lists.load_list_key("key")).entries) == count
    raw = Path("hma.json").read_bytes()
    assert [item.deleted for item in exchange.read(raw, at=4999)] == [True, False]
    refused, _ = exchange.read(raw)
    assert "disable_until_ts" in refused.reason
