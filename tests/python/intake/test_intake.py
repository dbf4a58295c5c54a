"""From what is handed in to entries: nothing is skipped without being counted, deletions, mappings, and the whole way through the command."""

from collections import Counter
from random import Random

import pytest

from pdqlite import errors
from pdqlite.exchange import Record
from pdqlite.intake import Intake, category_token, read_mapping
from pdqlite.intake.halves import Halves
from support.feeds import A, B, C, D, half, pdq


def test_every_row_is_counted_once():
    intake = Intake()
    report = intake.file("a", "csv")
    for record in (
        pdq(A),
        pdq(A),
        pdq(B, quality=10),
        pdq(C),
        Record("line 5", "sha1", bytes(20)),
        pdq(b"", id="none", deleted=True),
    ):
        intake.take(record, 1)
    entries, origins = intake.entries("image", 1)
    said = intake.report
    assert (len(entries), said.read, said.flat, said.repeated, said.unknown_deletions) == (2, 4, 1, 1, 1)
    assert report.unused == Counter(sha1=1) and report.rows == Counter(pdq=4, sha1=1)
    assert [o.bits for o in origins] == [entries.rows[o.entry].tobytes() for o in origins] and len(origins) == 3


def test_categories_are_their_own_words_or_what_the_mapping_says():
    mapping = read_mapping(b"# theirs = ours\nA1 = worst\n\na = b = c\n* = other\n")
    assert [mapping(t) for t in ("A1", "a = b", "x")] == ["worst", "c", "other"]
    assert [category_token(t) for t in ("A1", "Far-Right ", "!!", "x" * 33, "Über", "B٢")] == [
        "a1",
        "far-right",
        None,
        None,
        None,
        None,
    ]
    for bad in (b"A1\n", b"A1 =\n", b"a = b\na = c\n"):
        with pytest.raises(errors.ArgumentError, match="line"):
            read_mapping(bad)
    intake = Intake("unspecified", read_mapping(b"A1 = worst\n"))
    report = intake.file("a", "csv")
    for record in (pdq(A, category="A1"), pdq(B, category="B2"), pdq(C)):
        intake.take(record, 1)
    entries, _ = intake.entries("image", 1)
    assert report.n_refused == 1 and "--category-map" in report.refused[0][1]
    assert intake.report.by_category == {"worst": 1, "unspecified": 1} and len(entries) == 2


def test_the_seventeenth_category_is_refused_not_dropped():
    intake = Intake()
    report = intake.file("a", "csv")
    for i in range(17):
        intake.take(pdq(half(Random(100 + i)), f"line {i + 1}", category=f"c{i}"), 1)
    assert [place for place, _ in report.refused] == ["line 17"]


@pytest.mark.parametrize("by", ["id", "value"])
def test_a_deletion_takes_out_what_came_before(by):
    intake = Intake()
    intake.file("first", "ncmec")
    intake.take(pdq(A, id="x"), 1)
    intake.take(pdq(B, id="y"), 1)
    intake.file("second", "ncmec")
    intake.take(pdq(b"" if by == "id" else A, id="x" if by == "id" else None, deleted=True), 1)
    assert [r.tobytes() for r in intake.entries("image", 1)[0].rows] == [B]
    intake.file("third", "ncmec")
    intake.take(pdq(A, id="x"), 1)
    assert len(intake.entries("image", 1)[0]) == 2
    assert intake.report.withdrawn == 1


def test_an_id_is_a_members_own():
    """NCMEC's ids are unique within a member: what one withdraws is not another's."""
    intake = Intake()
    intake.file("first", "ncmec")
    for value, member in ((A, "One"), (B, "Two"), (C, None)):
        intake.take(pdq(value, id="image1", source=member), 1)
    intake.file("second", "ncmec")
    intake.take(pdq(b"", id="image1", source="Three", deleted=True), 1)
    assert intake.report.withdrawn == 1  # the one of whom nobody says whose it is
    intake.take(pdq(b"", id="image1", source="Two", deleted=True), 1)
    assert [r.tobytes() for r in intake.entries("image", 1)[0].rows] == [A]
    intake.take(pdq(D, id="image1", source="One"), 1)  # no contradiction: it is not One's that went
    with pytest.raises(errors.ContradictionError):
        intake.take(pdq(D, id="image1", source="Two"), 1)
    with pytest.raises(errors.ContradictionError):
        intake.take(pdq(D, id="image1"), 1)


@pytest.mark.parametrize("first_given", [True, False])
def test_one_file_that_gives_and_withdraws_is_a_contradiction(first_given):
    intake = Intake()
    intake.file("a", "ncmec")
    rows = [pdq(A, "entry 1", id="x"), pdq(b"", "entry 2", id="x", deleted=True)]
    with pytest.raises(errors.ContradictionError, match="entry 1.*entry 2|entry 2.*entry 1"):
        for record in rows if first_given else rows[::-1]:
            intake.take(record, 1)


def test_harmless_and_harmful_at_once_is_an_error():
    intake = Intake()
    intake.file("a", "csv")
    intake.take(pdq(B, negative=True), 1)
    intake.take(pdq(A, "line 3"), 1)
    intake.file("b", "csv")
    intake.take(pdq(A, "line 7", negative=True), 1)
    with pytest.raises(errors.EntryRuleError, match="'a' line 3 and 'b' line 7"):
        intake.entries("image", 1)


def test_the_same_frames_from_two_files_are_one_video():
    intake = Intake()
    for number, name in enumerate(("a", "b", "c")):
        intake.file(name, "vpdq")
        for i, bits in enumerate((A, B) if name != "c" else (A, C)):
            intake.take(Record(f"line {i}", "vpdq", bits, 100, i, float(i)), 1 << number)
    entries, _ = intake.entries("video", 1)
    assert intake.report.videos == 2 and len(entries) == 4
    assert sorted(entries.sources.tolist()) == [3, 3, 4, 4]


def drawn(kind, n, assumed=True):
    halves = Halves()
    for i in range(n):
        halves.add(kind(Random(i)), None, assumed)
    return halves


@pytest.mark.parametrize("n", [3, 8, 40])
def test_hashes_of_pictures_are_taken(n):
    assert drawn(half, n).doubt(False) is None and drawn(half, n, False).doubt(False) is None


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_digests_of_64_digits_need_a_word(n):
    """Half of the bits of one SHA-256 in 20 are set: two of two are in one file of 400."""
    assert "--type image" in drawn(half, n).doubt(False)
    assert drawn(half, n).doubt(True) is None and drawn(half, n, False).doubt(False) is None


@pytest.mark.parametrize("n", [3, 7, 8, 1000])
def test_digests_are_never_taken_by_their_length(n):
    found = drawn(lambda rng: rng.randbytes(32), n)
    assert found.doubt(False) and bool(found.doubt(True)) is found.digests is (n >= 8)
    named = drawn(lambda rng: rng.randbytes(32), n, False)
    assert bool(named.doubt(False)) is (n >= 8) and named.doubt(True) is None


def test_how_often_digests_pass_for_hashes():
    """The rule asked of 20 000 files of 3 to 7 digests each, whose count of set bits is drawn as a digest's is."""
    draw, passed = Random(1), 0
    for _ in range(20_000):
        halves = Halves()
        for _ in range(draw.randint(3, 7)):
            halves.add(draw.randbytes(32), None, True)
        passed += halves.certain
    assert passed <= 20  # of 20 000; expected 6: at 5 hashes the chance is 1 in 860


def test_one_hash_given_often_is_one():
    halves = Halves()
    for _ in range(50):
        halves.add(A, None, True)
    assert halves.hashes == 1 and halves.doubt(False)


def test_what_no_list_takes_tells_nothing():
    halves = Halves()
    for value, quality in ((bytes(32), None), (b"\xff" * 32, 90), (A, 49)):
        halves.add(value, quality, True)
    assert halves.hashes == 0 and halves.doubt(False) is None


def test_frames_of_a_video_that_stands_still_are_no_digests():
    halves = Halves()
    for i in range(500):
        halves.add(half(Random(i % 5)), 100, False)
    assert halves.doubt(False) is None
