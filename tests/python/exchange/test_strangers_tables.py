"""Tables and lines that other people keep by hand: what could be misread in silence is a refusal or an error."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from pathlib import Path
from random import Random

import pytest

from pdqlite import errors, exchange
from pdqlite.cli.main import ERROR, main
from support.feeds import build, half

A, B, SHA = (half(Random(seed)).hex() for seed in (90, 91, 92))


def read(text, only=None):
    return list(exchange.read(text.encode(), only))


def kinds(text, only=None):
    return [item.place if isinstance(item, exchange.Record) else f"{item.place}: refused" for item in read(text, only)]


def test_a_comment_of_a_table_may_hold_commas_and_never_hides_a_row():
    """A row that begins with # is a comment where it has another width than the table and no hash; where it may be a row it is read, or refused."""
    head = f"# made by us, on Monday, with care\nid,pdq,quality\n1,{A},90\n"
    assert kinds(head + f"# checked, by two\n# one cell\n2,{B},80\n") == ["line 3", "line 6"]
    assert [item.id for item in read(head + f"#2,{B},80\n")] == ["1", "#2"]
    assert kinds(head + f"#2,{B}\n") == ["line 3", "line 4: refused"]
    assert kinds(head + f"#2,{B[:-1]},80\n") == ["line 3", "line 4: refused"]
    assert kinds(head + f'# a, b, "c\n2,{B},80\n", d\n') == ["line 3", "line 4: refused"]
    assert kinds(f"# a, b, c, d\n{A},90\n# a, b, c, d\n{B},80\n") == ["line 2", "line 4"]
    assert kinds(f"pdq\n# a, b\n{A}\n") == ["line 3"]
    for row in (f"#2\t{B}\t80", f"#2;{B};80", f"#2 {B} 80"):
        assert kinds(f"{head}{row}\n# checked\n") == ["line 3", "line 4: refused"]


@pytest.mark.parametrize(("text", "reason"), [
    (f"#1,{A}\n2,{B}\n", "a hash in a column"), (f"#sha256,file\n{SHA},a.jpg\n", "names columns"), (f"# id; pdq; quality\n7;{A};3\n", "names columns"),
])  # fmt: skip
def test_what_stands_above_a_table_may_be_its_header_or_its_first_row(text, reason):
    with pytest.raises(errors.HashFormatError, match=reason):
        read(text)
    assert kinds(f"# sha256 of this file: {SHA}\npdq,quality\n{A},3\n") == ["line 3"]


@pytest.mark.parametrize("name", [
    "status", "deleted_at", "is_removed_now", "benign", "false positive", "Enabled", "active", "verdict", "opinion", "Quality (0-1)", "quality-percent", "whitelisted", "is_safe", "deactivated", "retired", "expired", "is_disputed", "is_valid", "ignore",
])  # fmt: skip
def test_a_column_that_may_say_what_must_go_is_an_error_and_not_passed_over(name):
    with pytest.raises(errors.HashFormatError, match="may say what is withdrawn"):
        read(f"pdq,{name}\n{A},x\n")


@pytest.mark.parametrize(("name", "field", "said"), [
    ("is_deleted", "deleted", True), ("Is Harmless", "negative", True), ("quality_score", "quality", 1), ("PDQ quality score", "quality", 1),
])  # fmt: skip
def test_names_that_mean_one_thing_are_read(name, field, said):
    (found,) = read(f"pdq,{name}\n{A},1\n")
    assert getattr(found, field) == said


def test_quotes_behind_a_comma_and_a_space_are_quotes():
    (found,) = read(f'"pdq", "quality", "file"\n"{A}", "3", "a, b.jpg"\n')
    assert (found.value.hex(), found.quality, found.group) == (A, 3, "a, b.jpg")


def test_a_row_cut_off_in_a_table_without_header_has_no_quality_of_its_own():
    assert kinds(f"{A},3\n{B}\n") == ["line 1", "line 2: refused"]


def test_digits_in_a_second_column_are_not_passed_over_where_no_name_says_pdq():
    assert kinds(f"checksum,hash\n{SHA},{A}\n-,{B}\n") == ["line 2: refused", "line 3"]
    assert kinds(f"checksum,pdq\n{SHA},{A}\n") == ["line 2"]


@pytest.mark.parametrize("opinion", ["NEGATIVE_CLASS", "POSITIVE_CLASS", "NON_MALICIOUS"])
def test_an_opinion_under_category_is_no_category(opinion):
    """The columns of `tx dataset --csv` with one more: what is harmless must not become an entry with a word."""
    text = f"signal_type,signal_str,collab,category,tags,added\npdq,{A},c,{opinion},t,2026\npdq,{B},c,worst,t,2026\n"
    assert kinds(text) == ["line 2: refused", "line 3"]


@pytest.mark.parametrize("line", [
    f"hash={SHA},algorithm=sha256", f"hash={SHA} type=SHA-256", f"hash={A},quality=3,quality=90", f"hash={A},quality=90 and {B}", f"pdq={A};{B}",
    f"filename=x,hash={A}",
])  # fmt: skip
def test_a_line_of_fields_says_one_thing(line):
    assert kinds(f"{line}\nhash={B},quality=9\n", "fields") == ["line 1: refused", "line 2"]


def test_a_file_name_of_a_stranger_adds_no_hash():
    for name in (
        f"a b,hash={B},quality=1,x.jpg",
        f'"a",hash={B}',
        f'"a" hash={B},quality=1',
        f'"a"",pdq={B}',
        f"'a',hash={B}",
    ):
        (found,) = read(f"hash={A},quality=90,filename={name}\n")
        assert (found.value.hex(), found.quality) == (A, 90)
    assert [item.assumed for item in read(f"hash={A},type=pdq\n")] == [False]


def test_a_second_hash_in_a_line_of_tx_is_refused():
    assert kinds(f"pdq {A} {B}\npdq {A} sample POSITIVE_CLASS\n") == ["line 1: refused", "line 2"]


def test_json_with_two_signals_in_one_object_is_refused_and_a_descriptor_has_its_indicator_inside():
    two = [{"signal_type": "pdq", "signal_value": A, "hash": B}, {"signal_type": "pdq", "signal_value": A, "hash": A}]
    assert kinds(json.dumps(two)) == ["entry 1: refused", "entry 2"]
    inner = {
        "id": 1,
        "indicator": {"id": 2, "indicator": A, "type": "HASH_PDQ"},
        "type": "HASH_PDQ",
        "raw_indicator": A,
    }
    assert [item.value.hex() for item in read(json.dumps({"data": [inner]}))] == [A]
    assert kinds(json.dumps({"data": [inner | {"raw_indicator": B}]})) == ["entry 1: refused"]


@pytest.mark.parametrize("text", ["<!DOCTYPE html><html><body>404</body></html>", "\n<HTML lang=en>", "<head><title>x",
    "\ufeff<!-- gate 7 -->\n<!-- x\ny --><html>", '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html/>', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
    "<script>location='/login'</script>", f"<pre>{A}</pre>"])  # fmt: skip
def test_a_web_page_is_called_one(text):
    for only in (None, "csv", "ncmec", "hex"):
        with pytest.raises(errors.HashFormatError, match="a web page"):
            list(exchange.read(text.encode(), only))


def test_what_is_packed_or_a_spreadsheet_is_named_by_what_it_is():
    text, sheet, tape = f"pdq\n{A}\n".encode(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(sheet, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
    with tarfile.open(fileobj=tape, mode="w") as file:
        file.addfile(tarfile.TarInfo("hashes.csv"), io.BytesIO())
    for raw, said in (
        (gzip.compress(text), "gzip: unpack"), (bz2.compress(text), "bzip2: unpack"), (lzma.compress(text), "xz: unpack"), (tape.getvalue(), "tar: unpack"),
        (sheet.getvalue(), "as CSV"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "as CSV"), (b"PAR1\x15\x00", "as CSV"), (b"SQLite format 3\0", "as CSV"),
    ):  # fmt: skip
        with pytest.raises(errors.HashFormatError, match=said):
            list(exchange.read(raw))


def test_a_packed_list_handed_in_is_no_broken_picture(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["key", "new", "key", "--list"])
    Path("feed.csv.gz").write_bytes(gzip.compress(f"pdq\n{A}\n".encode()))
    Path("feed.xlsx").write_bytes(b"PK\3\4....[Content_Types].xml")
    assert build("feed.csv.gz", "feed.xlsx") == ERROR
    said = capsys.readouterr().err
    assert (
        "packed with gzip: unpack it first, with `gunzip FILE`" in said
        and "as CSV in UTF-8" in said
        and not Path("out").exists()
    )


def test_an_error_about_a_column_tells_a_name_and_never_a_hash():
    for name, told in (("status", "column 2 (status)"), (f"{A[:31]}g status", "column 2 may say")):
        with pytest.raises(errors.HashFormatError) as failed:
            read(f"pdq,{name}\n{A},x\n")
        assert told in str(failed.value) and A[:12] not in str(failed.value)


@pytest.mark.parametrize("word", [
    "negative_class", "Negative-Class", "NEGATIVE CLASS", "non_malicious", "Non Malicious", "NON-MALICIOUS", "positive_class", "investigation seed", "harmless", "Benign", "negative", "false positive", "safe",
])  # fmt: skip
def test_an_opinion_is_no_category_however_it_is_written(word):
    """Else what is harmless to an exchange became a hash to look for."""
    assert kinds(f"pdq,category\n{A},{word}\n{B},malicious\n") == ["line 2: refused", "line 3"]


@pytest.mark.parametrize("name", ["interactive", "Radioactive", "is_interactive", "isInteractive"])
def test_a_word_that_holds_active_says_nothing_of_it(name):
    assert kinds(f"pdq,{name}\n{A},x\n") == ["line 2"]


@pytest.mark.parametrize("name", ["active", "is_active", "isActive", "ISACTIVE", "Active?", "inactive", "active since"])
def test_active_is_told_its_opposite(name):
    with pytest.raises(errors.HashFormatError, match="may say what is withdrawn.*deleted is the opposite of active"):
        read(f"pdq,{name}\n{A},true\n")
