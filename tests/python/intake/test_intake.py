"""From what is handed in to entries: nothing is skipped without being counted, deletions, mappings, and the whole way through the command."""

import hashlib
import json
from collections import Counter
from random import Random

import pytest

from pdqlite import errors, exact, lists
from pdqlite.cli.main import ERROR, FOUND, main
from pdqlite.exact import ExactMatcher
from pdqlite.exchange import Record
from pdqlite.intake import Intake, category_token, read_map, read_mapping


def half(rng):
    """A hash with half of its bits set, as PDQ's median gives."""
    places = rng.sample(range(256), 128)
    return sum(1 << p for p in places).to_bytes(32)


A, B, C, D = (half(Random(i)) for i in range(4))


def pdq(value, place="line 1", **said):
    return Record(place, "pdq", value, **said)


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
    assert [category_token(t) for t in ("A1", "Far-Right ", "!!", "x" * 33)] == ["a1", "far-right", None, None]
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


def test_the_report_counts_by_file_column_and_type(desk, capsys):
    (desk / "feed.csv").write_text(
        f"pdq,sha256,notes,quality\n{A.hex()},{A.hex()},x,90\n{B.hex()},,y,80\n{C.hex()},,,3\n"
    )
    (desk / "more.txt").write_text(D.hex() + "\n")
    assert build("feed.csv", "more.txt", "--type", "image", "--report", "r.json") == FOUND
    said = json.loads((desk / "r.json").read_text())
    first, second = said["files"]
    assert first["columns"] == [
        {"column": "pdq", "signal": "pdq", "rows": 3},
        {"column": "sha256", "signal": "sha256", "rows": 1},
    ]
    assert (first["unread_columns"], second["columns"], second["rows"]) == (["notes"], [], {"pdq": 1})
    assert (said["entries"], said["flat"]) == (3, 1)
    shown = capsys.readouterr().err
    assert (
        "feed.csv: 3 pdq (column pdq); 1 sha256 (column sha256); columns not read: notes" in shown
        and "more.txt: 1 pdq" in shown
    )


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
    intake.take(pdq(A), 1)
    intake.take(pdq(A, negative=True), 1)
    with pytest.raises(errors.EntryRuleError):
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


def test_digests_that_pass_as_hashes_are_said():
    for kind, suspicious in ((half, False), (lambda rng: rng.randbytes(32), True)):
        intake = Intake()
        report = intake.file("a", "hex")
        for i in range(40):
            intake.take(pdq(kind(Random(i))), 1)
        assert report.suspicious is suspicious


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["key", "new", "key", "--list", "-q"]) == FOUND
    (tmp_path / "feed.csv").write_text("id,pdq,classification,member,deleted\n" + "".join(
        f"r{i},{v.hex()},{c},{m},false\n" for i, (v, c, m) in enumerate([(A, "A1", "One"), (B, "B2", "Two"), (C, "A1", "Two")])))  # fmt: skip
    (tmp_path / "cats").write_text("A1 = worst\nB2 = bad\n")
    (tmp_path / "members").write_text("One = a.example\nTwo = b.example\n")
    return tmp_path


def build(*options, out="out"):
    return main(
        [
            "list",
            "build",
            "--source",
            "a.example",
            "--source",
            "b.example",
            "--key",
            "key",
            "--origin",
            "lists.example/t",
            "--json",
            "-o",
            out,
            *options,
        ]
    )


MAPS = ("--category-map", "cats", "--source-map", "members")


def test_from_a_feed_to_a_list_and_on_to_the_next_release(desk, capsys):
    assert build("feed.csv", *MAPS, "--map", "map.csv", "--report", "report.json") == FOUND
    key = lists.load_list_key("key")
    first = lists.read_release("out", key)
    assert first.manifest.categories == {0: "worst", 1: "bad"}
    said = {
        row.tobytes(): (c, s)
        for row, c, s in zip(first.entries.rows, first.entries.categories, first.entries.sources, strict=True)
    }
    assert said == {A: (1, 1), B: (2, 2), C: (1, 2)}
    assert {(o.id, o.bits, o.category, o.source) for o in read_map("map.csv")} == {
        ("r0", A, "A1", "One"),
        ("r1", B, "B2", "Two"),
        ("r2", C, "A1", "Two"),
    }
    assert (desk / "map.csv").stat().st_mode & 0o077 == 0
    report = json.loads((desk / "report.json").read_text())
    assert (
        report["entries"] == 3
        and report["by_category"] == {"worst": 2, "bad": 1}
        and report["by_source"] == {"a.example": 1, "b.example": 2}
    )

    (desk / "next.csv").write_text(f"id,pdq,classification,member,deleted\n,,,,true\nr9,{D.hex()},B2,One,false\n")
    assert (
        build("next.csv", *MAPS, "--base", "out", "--base-map", "map.csv", out="next") == ERROR
    )  # a row that names neither a hash nor a record says so
    (desk / "next.csv").write_text(
        f"id,pdq,classification,member,deleted\nr1,{B.hex()},,,true\nr9,{D.hex()},B2,One,false\n"
    )
    capsys.readouterr()
    assert build("next.csv", *MAPS, "--base", "out", "--base-map", "map.csv", out="next") == FOUND
    second = lists.read_release("next", key)
    assert {row.tobytes() for row in second.entries.rows} == {A, C, D}
    assert second.manifest.categories == first.manifest.categories
    capsys.readouterr()
    assert main(["list", "diff", "out", "next", "--key", "key", "--json"]) == FOUND
    found = json.loads(capsys.readouterr().out)
    assert found["added"] == {"entries": 1, "category": {"bad": 1}, "source": {"a.example": 1}}
    assert found["removed"] == {"entries": 1, "category": {"bad": 1}, "source": {"b.example": 1}}
    assert (found["changed"]["entries"], found["kept"]["entries"]) == (0, 2)


def test_ncmec_deletes_by_id_through_the_private_map(desk):
    assert build("feed.csv", *MAPS, "--map", "map.csv") == FOUND
    (desk / "page.xml").write_text(
        '<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><images><deletedImage><member id="1"/><id>r2</id></deletedImage></images></queryResult>'
    )
    assert build("page.xml", *MAPS, "--base", "out", "--base-map", "map.csv", out="next") == FOUND
    assert {row.tobytes() for row in lists.read_release("next", lists.load_list_key("key")).entries.rows} == {A, B}


@pytest.mark.parametrize("asked", [(), ("--type", "all")])
def test_mixed_input_makes_two_lists_or_goes_on_with_one(desk, capsys, asked):
    (desk / "clip.vpdq").write_text(f"0,100,{A.hex()},0.0\n30,100,{D.hex()},1.0\n")
    assert build("feed.csv", "clip.vpdq", *asked) == FOUND
    key = lists.load_list_key("key")
    both = [lists.read_release(f"out/{kind}", key) for kind in ("image", "video")]
    assert [(r.manifest.type, len(r.entries), r.manifest.origin) for r in both] == [
        ("image", 3, "lists.example/t"),
        ("video", 2, "lists.example/t"),
    ]
    assert build("feed.csv", "clip.vpdq", "--type", "video", out="v") == FOUND
    assert "3 rows of image hashes" in capsys.readouterr().err
    if not asked:
        assert build("feed.csv", "clip.vpdq", "--base", "v", out="next") == ERROR
        assert "--type image, video takes one" in capsys.readouterr().err and not (desk / "next").exists()


def test_a_list_of_digests_is_no_list_of_pictures(desk, capsys):
    (desk / "sha.csv").write_text(
        "sha256,quality\n" + "".join(f"{Random(i).randbytes(32).hex()},90\n" for i in range(20))
    )
    assert build("sha.csv") == FOUND
    assert lists.read_release("out", lists.load_list_key("key")).manifest.type == "file"
    assert build("sha.csv", "--type", "image", out="image") == ERROR and not (desk / "image").exists()
    (desk / "plain.txt").write_text("".join(f"{Random(i).randbytes(32).hex()}\n" for i in range(20)))
    build("plain.txt", out="plain")
    assert "look like SHA-256" in capsys.readouterr().err


def test_digests_go_into_a_list_of_files_and_on_to_the_next_release(desk, capsys):
    """A feed with several digests a record; one record is withdrawn by its id, one by its digest; the delta leads there."""
    texts = [b"one", b"two", b"three"]
    sha, md5 = ([getattr(hashlib, name)(t).digest() for t in texts] for name in ("sha256", "md5"))
    rows = [f"{A.hex()},{sha[0].hex()},{md5[0].hex()},r1", f",{sha[1].hex()},,r2", f",,{md5[2].hex()},r3"]
    (desk / "feed.csv").write_text("pdq,sha256,md5,id\n" + "\n".join(rows) + "\n")
    assert build("feed.csv", "--map", "map.csv") == FOUND
    key = lists.load_list_key("key")
    made = lists.read_release("out/file", key)
    wanted = {exact.row("sha256", d) for d in sha[:2]} | {exact.row("md5", d) for d in (md5[0], md5[2])}
    assert {row.tobytes() for row in made.entries.rows} == wanted
    assert [row.tobytes() for row in lists.read_release("out/image", key).entries.rows] == [A]
    (desk / "gone.csv").write_text(
        f"sha256,md5,id,deleted\n,,r1,true\n,{md5[2].hex()},,true\n{sha[2].hex()},,r4,false\n"
    )
    arguments = ("gone.csv", "--base", "out/file", "--base-map", "map.file.csv")
    assert build(*arguments, "--type", "image", out="next") == ERROR and not (desk / "next").exists()
    assert build(*arguments, "--seq", "7", out="next") == ERROR
    assert build(*arguments, out="next") == FOUND
    new = lists.read_release("next", key)
    assert {row.tobytes() for row in new.entries.rows} == {exact.row("sha256", d) for d in sha[1:]}
    assert (new.manifest.seq, new.manifest.prev, [d.since for d in new.manifest.deltas]) == (1, made.manifest.leaf, [0])
    (desk / "two.zip").write_bytes(b"two")
    assert build("two.zip", "--type", "file", out="own") == FOUND
    assert ExactMatcher(lists.read_release("own", key).entries).match_file(desk / "two.zip").verdict == "identical file"


def test_the_map_never_goes_into_what_is_published(desk, capsys):
    assert build("feed.csv", "--map", "out/map.csv") == ERROR
    assert "stays with you" in capsys.readouterr().err


@pytest.mark.parametrize(("rows", "options", "why"), [
    ("0" * 64 + "\n" + "f" * 64 + "\n", (), "of 2 hashes 2 too flat"), (f"pdq,quality\n{A.hex()},3\n", (), "of 1 hashes 1 too flat"),
    (f"pdq,member\n{A.hex()},One\n", ("--source-map", "members", "--min-sources", "2"), "1 vouched for by fewer than 2"),
])  # fmt: skip
def test_what_leaves_nothing_says_why(desk, capsys, rows, options, why):
    (desk / "rows.csv").write_text(rows)
    assert build("rows.csv", *options) == ERROR and not (desk / "out").exists()
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("last", ["\0", "r2,,true", '"open'])
def test_half_a_file_is_in_no_list(desk, capsys, last):
    """A file that cannot be read to its end is left out whole, with what it withdrew before; the report says so."""
    (desk / "a.csv").write_text(f"id,pdq,deleted\nr1,{A.hex()},false\n")
    (desk / "b.csv").write_text(f"id,pdq,deleted\nr1,,true\nnone,,true\nr2,{B.hex()},false\n{last}\n")
    (desk / "c.csv").write_text(f"id,pdq,deleted\nr3,{C.hex()},false\nr4,{D.hex()},false\n")
    (desk / "d.csv").write_text("id,pdq,deleted\nr1,,true\nr3,,true\n")
    assert build("a.csv", "b.csv", "c.csv", out="none") == ERROR and not (desk / "none").exists()
    assert build("a.csv", "b.csv", "c.csv", "--skip-broken", "--report", "r.json") == FOUND
    key, said = lists.load_list_key("key"), json.loads((desk / "r.json").read_text())
    assert {row.tobytes() for row in lists.read_release("out", key).entries.rows} == {A, C, D}
    assert (said["read"], said["withdrawn"], said["unknown_deletions"], said["files"][1]["rows"]) == (3, 0, 0, {})
    assert said["files"][1]["broken"] and "b.csv: left out whole" in capsys.readouterr().err
    assert build("a.csv", "b.csv", "c.csv", "d.csv", "--skip-broken", out="two") == FOUND
    assert {row.tobytes() for row in lists.read_release("two", key).entries.rows} == {D}


def test_a_record_that_goes_leaves_the_others_of_its_entry(desk):
    """One hash, two members: what one withdraws takes its mark, in the release after too, and not the other's."""
    (desk / "feed.csv").write_text(
        f"pdq,id,member\n{A.hex()},x,One\n{A.hex()},y,Two\n{A.hex()},y,Two\n{B.hex()},z,Two\n"
    )
    assert build("feed.csv", *MAPS, "--map", "map.csv") == FOUND
    (desk / "gone.csv").write_text("pdq,id,member,deleted\n,x,One,true\n")
    assert (
        build(
            "gone.csv",
            *MAPS,
            "--base",
            "out",
            "--base-map",
            "map.csv",
            "--map",
            "map2.csv",
            "--report",
            "r.json",
            out="next",
        )
        == FOUND
    )
    key = lists.load_list_key("key")
    found = lists.read_release("next", key)
    assert {row.tobytes(): int(s) for row, s in zip(found.entries.rows, found.entries.sources, strict=True)} == {
        A: 2,
        B: 2,
    }
    assert {(o.bits, o.id, o.marks) for o in read_map("map2.csv")} == {
        (A, "y", ("b.example",)),
        (B, "z", ("b.example",)),
    }
    said = json.loads((desk / "r.json").read_text())
    assert (said["before"], said["withdrawn"], said["entries"]) == (2, 1, 2)
    (desk / "gone.csv").write_text("pdq,id,member,deleted\n,y,Two,true\n")
    assert build("gone.csv", *MAPS, "--base", "next", "--base-map", "map2.csv", out="last") == FOUND
    assert [row.tobytes() for row in lists.read_release("last", key).entries.rows] == [B]


def test_exported_and_built_again_is_the_same_list(desk):
    """Categories, organisations, harmless entries and ids survive the way out and back, side by side and with --min-sources."""
    (desk / "feed.csv").write_text(
        "pdq,id,category,member,negative\n" + "".join(f"{v.hex()},{i},{c},{m},{n}\n" for v, i, c, m, n in [
            (A, "r0", "A1", "One", "false"), (A, "r0", "B2", "Two", "false"), (B, "r1", "B2", "Two", "false"), (D, "r3", "A1", "One", "true"), (D, "r3", "A1", "Two", "true")]))  # fmt: skip
    (desk / "clips.csv").write_text(
        "hash,frame,seconds,video,member\n" + "".join(f"{v.hex()},{i},{i / 2},{name},{m}\n" for name in "xy" for m in ("One", "Two") for i, v in enumerate((A, B, C) if name == "x" else (C, A))))  # fmt: skip
    assert (
        build("feed.csv", "clips.csv", *MAPS, "--category", "worst", "--min-sources", "2", "--map", "map.csv") == FOUND
    )
    (desk / "own").write_text("a.example = a.example\nb.example = b.example\n")
    key = lists.load_list_key("key")
    for kind, count in (("image", 2), ("video", 5)):
        first = lists.read_release(f"out/{kind}", key)
        assert len(first.entries) == count
        assert (
            main(["list", "export", f"out/{kind}", "--key", "key", "--map", f"map.{kind}.csv", "-o", f"{kind}.csv"])
            == FOUND
        )
        assert (
            build(f"{kind}.csv", "--source-map", "own", "--min-sources", "2", "--map", "again.csv", out=f"again-{kind}")
            == FOUND
        )
        again = lists.read_release(f"again-{kind}", key)

        def said(release):
            e, m = release.entries, release.manifest
            times = e.time_ms if e.time_ms is not None else [0] * len(e)
            return sorted((row.tobytes(), int(t), int(f), int(s), sorted(w for n, w in m.categories.items() if c >> n & 1)) for row, t, f, s, c in zip(e.rows, times, e.flags, e.sources, e.categories, strict=True))  # fmt: skip

        assert said(again) == said(first)
        assert kind == "video" or {(o.bits, o.id) for o in read_map("again.csv")} == {(A, "r0"), (D, "r3")}
    assert main(["list", "export", "out/image", "--key", "key", "--to", "ncmec"]) == ERROR  # D is harmless
    (desk / "sha.csv").write_text("sha256\n" + "ab" * 32 + "\n")
    assert build("sha.csv", out="files") == FOUND and main(["list", "export", "files", "--key", "key"]) == ERROR
