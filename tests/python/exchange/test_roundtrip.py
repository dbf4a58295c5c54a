"""Ours, written for each exchange and read from there, is the same; what a format cannot say is an error, never said wrongly."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdqlite import errors, exchange
from pdqlite.exchange import Record
from pdqlite.exchange.ncmec import NAMESPACE

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=12
)
said = st.none() | words
hashes = st.binary(min_size=32, max_size=32)
digests = st.sampled_from([("md5", 16), ("sha1", 20), ("sha256", 32), ("sha512", 64)]).flatmap(
    lambda kind: st.tuples(st.just(kind[0]), st.binary(min_size=kind[1], max_size=kind[1]))
)


@st.composite
def record(draw, signals=("pdq", "digest"), negative=True, deleted=True):
    """One record: every field that an exchange may say."""
    signal, value = ("pdq", draw(hashes)) if draw(st.sampled_from(signals)) == "pdq" else draw(digests)
    quality = draw(st.none() | st.integers(0, 100)) if signal == "pdq" else None
    return Record("line 1", signal, value, quality, id=draw(said), category=draw(said), source=draw(said),
                  negative=negative and draw(st.booleans()), deleted=deleted and draw(st.booleans()))  # fmt: skip


@st.composite
def video(draw):
    """The frames of one video, at rising times."""
    rest = dict(
        group=f"v{draw(st.integers(0, 10**6))}", category=draw(said), source=draw(said), negative=draw(st.booleans())
    )
    times = sorted(draw(st.sets(st.integers(0, 900), min_size=1, max_size=4)))
    return [
        Record("line 1", "vpdq", draw(hashes), draw(st.integers(0, 100)), i, t / 8, **rest) for i, t in enumerate(times)
    ]


def back(records, form):
    found = list(exchange.read("".join(exchange.write(records, form)).encode(), None))
    assert all(isinstance(item, Record) for item in found)
    return found


def fields(r, *names):
    return tuple(getattr(r, name) for name in ("signal", "value", *names))


@given(st.lists(record(), min_size=1, max_size=6), st.lists(video(), max_size=2, unique_by=lambda v: v[0].group))
def test_our_table_keeps_every_field(records, videos):
    records = records + [frame for one in videos for frame in one]
    names = ("quality", "frame", "time", "id", "category", "source", "negative", "deleted")
    found = back(records, "csv")
    assert [fields(r, *names) for r in found] == [fields(r, *names) for r in records]
    assert [r.group for r in found if r.signal == "vpdq"] == [r.group for r in records if r.signal == "vpdq"]


@given(
    st.lists(record(("pdq",), deleted=False), min_size=1, max_size=6),
    st.lists(video(), max_size=2, unique_by=lambda v: v[0].group),
)
def test_tx_keeps_what_it_has_a_place_for(records, videos):
    records = [frame for one in videos for frame in one] + records
    names = ("category", "source", "negative", "time")
    found = back(records, "tx")
    assert [fields(r, *names) for r in found] == [fields(r, *names) for r in records]
    groups = [(a.group == b.group) for a, b in zip(found, found[1:], strict=False) if a.signal == b.signal == "vpdq"]
    assert groups == [
        (a.group == b.group) for a, b in zip(records, records[1:], strict=False) if a.signal == b.signal == "vpdq"
    ]


@given(st.lists(record(("pdq",), negative=False), min_size=1, max_size=6))
def test_stopncii_keeps_what_it_has_a_place_for(records):
    """A withdrawal is of its hash: of its case it says nothing."""
    found = back(records, "stopncii")
    wanted = [replace(r, id=None if r.deleted else r.id) for r in records]
    assert [fields(r, "id", "deleted") for r in found] == [fields(r, "id", "deleted") for r in wanted]


@given(
    st.lists(record(("pdq",), negative=False, deleted=False), min_size=1, max_size=6, unique_by=lambda r: r.id),
    st.lists(words, max_size=2, unique=True),
)
def test_ncmec_keeps_what_it_has_a_place_for(records, gone):
    gone = [Record("line 1", "pdq", b"", id=f"gone {word}", deleted=True) for word in gone]
    found = back(records + gone, "ncmec")
    assert [fields(r, "category", "source", "deleted") for r in found] == [
        fields(r, "category", "source", "deleted") for r in records + gone
    ]
    assert [r.id for r in found] == [r.id or f"entry-{i + 1}" for i, r in enumerate(records + gone)]


H = bytes(range(32))


@pytest.mark.parametrize(("one", "form", "what"), [
    (Record("entry 3", "pdq", H, negative=True), "stopncii", "harmless"), (Record("entry 3", "pdq", H, negative=True), "ncmec", "harmless"),
    (Record("entry 3", "pdq", H, deleted=True), "tx", "withdrawn"), (Record("entry 3", "pdq", H, deleted=True), "ncmec", "without an id"),
    (Record("entry 3", "pdq", b"", id="x", deleted=True), "stopncii", "without a hash"), (Record("entry 3", "photodna", b""), "tx", "photodna"),
    (Record("entry 3", "sha512", bytes(64)), "tx", "sha512"), (Record("entry 3", "tmk", b""), "stopncii", "tmk"), (Record("entry 3", "vpdq", H, 90, 0, 0.0), "ncmec", "vpdq"),
    (Record("entry 3", "pdq", H, id="a\0b"), "ncmec", "character"), (Record("entry 3", "pdq", H), "odd", "no format"),
])  # fmt: skip
def test_what_a_format_cannot_say_is_an_error(one, form, what):
    with pytest.raises(errors.ArgumentError, match=what):
        "".join(exchange.write([one], form))


def test_threatexchange_reads_what_we_write_and_we_read_what_it_writes():
    """In one environment: its signal types take our text, and its harmless signals are ours."""
    signal = pytest.importorskip("threatexchange.signal_type.pdq.signal", reason="needs threatexchange").PdqSignal
    from threatexchange.exchanges.clients.stopncii import api
    from threatexchange.signal_type.md5 import VideoMD5Signal

    records = [Record("entry 1", "pdq", H, 90, id="c1"), Record("entry 2", "md5", bytes(16), id="c2", deleted=True)]
    page = json.loads("".join(exchange.write(records, "stopncii")))
    theirs = [api.StopNCIISignalType(r["signalType"]).name for r in page["hashRecords"]]
    assert theirs == ["ImagePDQ", "VideoMD5"]
    assert [api.StopNCIICaseStatus(r["hashStatus"]).name for r in page["hashRecords"]] == ["Active", "Withdrawn"]
    rows = "".join(exchange.write([records[0], Record("entry 3", "md5", bytes(16))], "tx")).splitlines()[1:]
    assert [
        signal.validate_signal_str(rows[0].split(",")[1]),
        VideoMD5Signal.validate_signal_str(rows[1].split(",")[1]),
    ] == [H.hex(), "00" * 16]


def test_ncmecs_own_client_reads_our_page():
    pytest.importorskip("threatexchange", reason="needs threatexchange")
    import xml.etree.ElementTree as ElementTree

    from threatexchange.exchanges.clients.ncmec import hash_api

    records = [
        Record("e", "pdq", H, id="i1", category="A1", source="M"),
        Record("e", "md5", bytes(16), id="i1", category="A1", source="M"),
    ]
    records += [Record("e", "pdq", H, id="i2"), Record("e", "pdq", b"", id="i3", source="N", deleted=True)]
    text = "".join(exchange.write(records, "ncmec")).replace(f' xmlns="{NAMESPACE}"', "")
    found = hash_api.GetEntriesResponse.from_xml(hash_api._XMLWrapper(ElementTree.fromstring(text)), 7).updates
    assert [(e.id, e.member_id, e.classification, e.deleted, e.fingerprints) for e in found] == [
        ("i1", 1, "A1", False, {"pdq": H.hex(), "md5": "00" * 16}), ("i2", 0, None, False, {"pdq": H.hex()}), ("i3", 2, None, True, {})]  # fmt: skip
