"""What is said of an entry belongs to whoever said it: a deletion takes the marks of who hands it in, a record takes its category with it, an export keeps ids to their organisation."""

import csv
import json
from random import Random

import pytest

from pdqlite import exchange, lists
from pdqlite.cli.main import ERROR, FOUND, main
from pdqlite.exchange import Record
from pdqlite.intake import Intake, read_map
from support.feeds import MAPS, A, B, C, build, half

BOTH = "--submitted a.example a.csv --submitted b.example b.csv".split()


def make(*options, out="out"):
    first = () if "--base" in options else ("--origin", "lists.example/t")
    return main(["list", "build", "--key", "key", *first, "--json", "-o", out, *options])


def marks(directory):
    """Return hash -> (organisations, categories) of a release."""
    found = lists.read_release(directory, lists.load_list_key("key"))
    e, m = found.entries, found.manifest
    return {row.tobytes(): ({w for n, w in m.sources.items() if s >> n & 1}, {w for n, w in m.categories.items() if c >> n & 1})
            for row, s, c in zip(e.rows, e.sources, e.categories, strict=True)}  # fmt: skip


def test_nobody_withdraws_what_another_organisation_submitted(desk):
    """Ids of two feeds may be the same by chance, and a hash may be listed by both."""
    (desk / "a.csv").write_text(f"pdq,id\n{A.hex()},1\n{B.hex()},2\n")
    for gone in (",1,true", f"{A.hex()},,true", f"{A.hex()},other,true"):
        (desk / "b.csv").write_text(f"pdq,id,deleted\n{C.hex()},7,false\n{gone}\n")
        out = f"out-{gone[-12:-5].strip(',')}-{len(gone)}"
        assert make(*BOTH, "--report", "r.json", out=out) == FOUND
        assert {row: who for row, (who, _) in marks(out).items()} == {
            A: {"a.example"},
            B: {"a.example"},
            C: {"b.example"},
        }
        said = json.loads((desk / "r.json").read_text())
        assert (said["withdrawn"], said["still_vouched"], said["unknown_deletions"]) == (0, 1, 0)


@pytest.mark.parametrize("mapped", [True, False])
def test_the_next_release_keeps_the_marks_of_who_withdrew_nothing(desk, mapped):
    (desk / "a.csv").write_text(f"pdq,id\n{A.hex()},1\n{B.hex()},2\n")
    (desk / "b.csv").write_text(f"pdq,id\n{A.hex()},1\n{C.hex()},7\n")
    assert make(*BOTH, "--map", "0.csv") == FOUND
    base = ("--base", "out", *(("--base-map", "0.csv") if mapped else ()))
    (desk / "gone.csv").write_text(f"pdq,deleted\n{A.hex()},true\n{B.hex()},true\n{C.hex()},true\n")
    assert make("--submitted", "b.example", "gone.csv", *base, "--report", "r.json", out="next") == FOUND
    assert {row: who for row, (who, _) in marks("next").items()} == {A: {"a.example"}, B: {"a.example"}}
    assert make("--submitted", "a.example", "gone.csv", *base, out="other") == FOUND
    assert {row: who for row, (who, _) in marks("other").items()} == {A: {"b.example"}, C: {"b.example"}}


def test_an_id_of_another_organisation_does_not_hide_ones_own_hash(desk):
    """The id is by chance the other's too: then the hash says what goes."""
    (desk / "a.csv").write_text(f"pdq,id\n{A.hex()},1\n")
    (desk / "b.csv").write_text(f"pdq,id\n{C.hex()},7\n{B.hex()},8\n")
    (desk / "gone.csv").write_text(f"pdq,id,deleted\n{C.hex()},1,true\n")
    assert make(*BOTH, "--submitted", "b.example", "gone.csv") == FOUND
    assert set(marks("out")) == {A, B}


def test_a_file_that_breaks_off_gives_back_the_marks_that_it_took(desk):
    (desk / "a.csv").write_text(f"pdq,id\n{A.hex()},1\n{B.hex()},2\n")
    (desk / "bad.csv").write_text(f"pdq,id,deleted\n{A.hex()},,true\n\0\n")
    (desk / "then.csv").write_text(f"pdq,id,deleted\n,1,true\n{C.hex()},3,false\n")
    first = ("--source", "a.example", "--source", "b.example", "a.csv", "--submitted", "b.example")
    assert make(*first, "bad.csv", "--skip-broken") == FOUND
    assert marks("out")[A][0] == {"a.example", "b.example"}
    assert make(*first, "bad.csv", "then.csv", "--skip-broken", out="two") == FOUND
    assert {row: who for row, (who, _) in marks("two").items()} == {
        A: {"a.example"},
        B: {"a.example", "b.example"},
        C: {"b.example"},
    }


def test_a_deletion_by_hash_is_a_members_own_too(desk):
    (desk / "f.csv").write_text(f"pdq,id,member\n{A.hex()},y,Two\n{B.hex()},z,One\n")
    (desk / "g.csv").write_text(f"pdq,id,member,deleted\n{A.hex()},x,One,true\n{B.hex()},,One,true\n")
    for maps in (("--source-map", "members"), ()):
        out = f"out{len(maps)}"
        assert build("f.csv", "g.csv", *maps, out=out) == FOUND
        assert set(marks(out)) == {A}


def test_a_record_that_goes_takes_its_category_along(desk):
    rows = f"{A.hex()},x,One,A1\n{A.hex()},y,Two,B2\n{A.hex()},y,Two,A1\n{B.hex()},x2,One,A1\n{B.hex()},y2,Two,B2\n{C.hex()},z,One,A1\n"
    (desk / "h.csv").write_text("pdq,id,member,classification\n" + rows)
    assert build("h.csv", *MAPS, "--map", "0.csv") == FOUND
    (desk / "gone.csv").write_text("pdq,id,member,deleted\n,x,One,true\n,x2,One,true\n")
    assert build("gone.csv", *MAPS, "--base", "out", "--base-map", "0.csv", "--map", "1.csv", out="next") == FOUND
    assert marks("next") == {
        A: ({"b.example"}, {"worst", "bad"}),
        B: ({"b.example"}, {"bad"}),
        C: ({"a.example"}, {"worst"}),
    }
    (desk / "cats").write_text("A1 = other\nB2 = another\n")  # words that no longer mean what they did change nothing
    assert build("gone.csv", *MAPS, "--base", "out", "--base-map", "0.csv", out="third") == FOUND
    assert marks("third")[B] == ({"b.example"}, {"worst", "bad"})


def test_an_export_keeps_ids_and_categories_to_their_organisation(desk):
    (desk / "j.csv").write_text(
        f"pdq,id,member,classification\n{A.hex()},y1,Two,B2\n{A.hex()},x1,One,A1\n{A.hex()},x2,One,A1\n{B.hex()},z,Two,A1\n"
    )
    assert build("j.csv", "--source-map", "members", "--map", "m.csv") == FOUND
    for form in ("csv", "ncmec"):
        assert main(["list", "export", "out", "--key", "key", "--map", "m.csv", "--to", form, "-o", form]) == FOUND
        found = {(r.value, r.id, r.source, r.category) for r in exchange.read(str(desk / form))}
        assert found == {
            (A, "y1", "b.example", "b2"),
            (A, "x1", "a.example", "a1"),
            (A, "x2", "a.example", "a1"),
            (B, "z", "b.example", "a1"),
        }


@pytest.mark.parametrize("name", ["a\rb", "a\r\nb", "a\nb", 'a"b', "a,b", "\r", "x" * 200_000])
def test_an_id_of_any_text_comes_back_from_the_map_and_the_table(desk, name):
    (desk / "t.json").write_text(
        json.dumps({"results": [{"id": name, "algorithm": "PDQ", "hash_digest": A.hex(), "ideology": "x"}]})
    )
    assert build("t.json", "--map", "m.csv") == FOUND
    csv.field_size_limit(1 << 17)  # as in a process that has read no table before
    assert {o.id for o in read_map("m.csv")} == {name}
    assert main(["list", "export", "out", "--key", "key", "--map", "m.csv", "-o", "back.csv"]) == FOUND
    found = {r.id for r in exchange.read(str(desk / "back.csv"))}
    assert found == {name.replace("\r\n", "\n").replace("\r", "\n").strip() or None}


def test_a_nul_in_a_text_is_refused_where_it_comes_in(desk, capsys):
    (desk / "t.json").write_text(json.dumps({"results": [{"id": "a\0b", "algorithm": "PDQ", "hash_digest": A.hex()}]}))
    assert build("t.json") == ERROR and "entry 1: `id` holds a NUL" in capsys.readouterr().err


def test_a_diff_says_what_is_harmless_no_longer(desk, capsys):
    """Whoever signs would else sign an accusation that is called a change."""
    (desk / "k.csv").write_text(f"pdq,negative\n{A.hex()},true\n{B.hex()},false\n")
    (desk / "l.csv").write_text(f"pdq,negative\n{A.hex()},false\n{B.hex()},true\n{C.hex()},true\n")
    assert build("k.csv", out="k") == FOUND and build("l.csv", out="l") == FOUND
    capsys.readouterr()
    assert main(["list", "diff", "k", "l", "--key", "key"]) == FOUND
    said = capsys.readouterr().out.splitlines()
    assert "  harmless before, to be found now: 1" in said and "  to be found before, harmless now: 1" in said
    assert said[said.index("added: 1") + 1] == "  harmless: 1"
    assert main(["list", "diff", "k", "l", "--key", "key", "--json"]) == FOUND
    found = json.loads(capsys.readouterr().out)
    assert found["harmless"] == {"to_be_found_now": 1, "harmless_now": 1, "added": 1, "removed": 0}


def stop(digest, status="Active", case="c1"):
    return {"signalType": "ImagePDQ", "hashValue": digest.hex(), "hashStatus": status, "caseNumbers": {case: status}}


def test_a_hash_that_stopncii_withdraws_leaves_the_others_of_its_case(desk):
    """In one file, and in a later one."""
    (desk / "both.json").write_text(json.dumps({"hashRecords": [stop(A), stop(B, "Withdrawn"), stop(C, case="c2")]}))
    assert make("--submitted", "a.example", "both.json", "--report", "r.json", out="both") == FOUND
    assert set(marks("both")) == {A, C} and json.loads((desk / "r.json").read_text())["unknown_deletions"] == 1
    (desk / "1.json").write_text(json.dumps({"hashRecords": [stop(A), stop(B)]}))
    (desk / "2.json").write_text(json.dumps({"hashRecords": [stop(B, "Withdrawn")]}))
    assert make("--submitted", "a.example", "1.json", "2.json", out="later") == FOUND
    assert set(marks("later")) == {A}


def test_a_withdrawal_with_id_and_hash_takes_what_has_both_where_something_has(desk):
    """An id may be that of a case. Where no row has both, the record has changed its hash, and the id says which it is."""
    (desk / "a.csv").write_text(f"pdq,case\n{A.hex()},1\n{B.hex()},1\n{C.hex()},2\n")
    for number, (gone, left) in enumerate([(f"{A.hex()},1,true", {B, C}), (f"{A.hex()},2,true", {A, B}), (",1,true", {C})]):  # fmt: skip
        (desk / "gone.csv").write_text(f"pdq,case,deleted\n{gone}\n")
        assert make("--submitted", "a.example", "a.csv", "gone.csv", out=f"out-{number}") == FOUND
        assert set(marks(f"out-{number}")) == left, gone


def test_withdrawals_that_take_nothing_do_not_walk_through_all_rows_of_an_id_each_time(monkeypatch):
    """Or whoever hands in many withdrawals of an id that another gave to many rows would stall a build."""
    looked, is_of, rows, times = [], Intake._is_of, 500, 400
    monkeypatch.setattr(Intake, "_is_of", lambda *given: looked.append(1) or is_of(*given))
    intake = Intake(organisations=("a.example", "b.example"))
    intake.file("a", "csv")
    for i in range(rows):
        intake.take(Record(f"line {i}", "pdq", half(Random(i)), id="1"), 1)
    intake.file("b", "csv")
    for i in range(times):
        intake.take(Record(f"line {i}", "pdq", b"", id="1", deleted=True), 2)
    assert len(looked) == rows and intake.report.still_vouched == rows * times
    intake.take(Record("line 400", "pdq", half(Random(rows)), id="1", source="b.example"), 1)
    intake.take(Record("line 401", "pdq", b"", id="1", deleted=True), 2)
    assert len(looked) == 2 * rows + 1, "what was remembered is of rows as they were"
