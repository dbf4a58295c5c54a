"""From feeds to lists and on to the next release, through the command."""

import hashlib
import json
from random import Random

import numpy as np
import pytest

from pdqlite import exact, lists
from pdqlite.cli.main import ERROR, FOUND, main
from pdqlite.exact import ExactMatcher
from pdqlite.intake import read_map
from pdqlite.types import Entries
from support.feeds import MAPS, A, B, C, D, build, half


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
    for options in ((), ("--type", "image"), ("--from", "hex"), ("--skip-broken",)):
        assert build("plain.txt", *options, out="plain") == ERROR and not (desk / "plain").exists()
        assert "look like SHA-256" in capsys.readouterr().err
    (desk / "named.txt").write_text("pdq\n" + (desk / "plain.txt").read_text())
    assert build("named.txt", out="plain") == ERROR and not (desk / "plain").exists()
    assert build("named.txt", "--type", "image", out="plain") == FOUND  # said twice: whoever signs is told
    assert "look like SHA-256" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{}\n", "hash\n{}\n", "{},a.jpg\n", "hash={}\n", "# a note\n{}\n{}\n"])
def test_too_few_digits_to_tell_are_an_error_until_somebody_says_what_they_are(desk, capsys, text):
    for one in (A, hashlib.sha256(b"x").digest()):
        (desk / "few.txt").write_text(text.replace("{}", one.hex()))
        assert build("few.txt") == ERROR and not (desk / "out").exists()
        assert "could be PDQ or SHA-256" in capsys.readouterr().err
    (desk / "few.txt").write_text(text.replace("{}", A.hex()))
    assert build("few.txt", "--type", "image", out="said") == FOUND
    assert build("feed.csv", "few.txt", "--skip-broken", out="skipped") == FOUND  # left out whole, and named
    assert "few.txt: left out whole" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "pdq\n{}\n",
        "pdq={}\n",
        "hash,quality\n{},90\n",
        "{},90\n",
        "hash={},norm=128\n",
        "type,hash\npdq,{}\n",
        "pdq {}\n",
    ],
)
def test_one_hash_that_a_name_or_a_quality_says_is_pdq_is_taken(desk, text):
    (desk / "one.txt").write_text(text.format(A.hex()))
    assert build("one.txt") == FOUND


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
            build(
                f"{kind}.csv",
                "--source-map",
                "own",
                "--min-sources",
                "2",
                "--map",
                f"again.{kind}.csv",
                out=f"again-{kind}",
            )
            == FOUND
        )
        again = lists.read_release(f"again-{kind}", key)

        def said(release):
            e, m = release.entries, release.manifest
            times = e.time_ms if e.time_ms is not None else [0] * len(e)
            return sorted((row.tobytes(), int(t), int(f), int(s), sorted(w for n, w in m.categories.items() if c >> n & 1)) for row, t, f, s, c in zip(e.rows, times, e.flags, e.sources, e.categories, strict=True))  # fmt: skip

        assert said(again) == said(first)
        assert kind == "video" or {(o.bits, o.id) for o in read_map("again.image.csv")} == {(A, "r0"), (D, "r3")}
    assert main(["list", "export", "out/image", "--key", "key", "--to", "ncmec"]) == ERROR  # D is harmless


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


def test_a_list_of_files_is_exported_by_its_map_and_built_again(desk, capsys):
    """Digests stand in no list; the private map keeps them, also through a release that continues another, as long as each has its map."""
    sha, md5 = (getattr(hashlib, name)(b"one").hexdigest() for name in ("sha256", "md5"))
    (desk / "files.csv").write_text(
        f"sha256,md5,id,category,member,negative\n{sha},{md5},r1,A1,One,false\n,{md5},r2,B2,Two,false\n,{'5d' * 16},r3,A1,Two,true\n"
    )
    (desk / "more.csv").write_text(f"md5,id,category,member\n{'7e' * 16},r4,A1,One\n")
    assert build("files.csv", *MAPS, "--map", "0.csv", out="f0") == FOUND
    key, export = lists.load_list_key("key"), ["list", "export", "--key", "key"]
    assert sha not in (desk / "f0").joinpath("manifest").read_text() and main([*export, "f0"]) == ERROR
    assert "--map FILE" in capsys.readouterr().err
    assert build("more.csv", *MAPS, "--base", "f0", "--base-map", "0.csv", "--map", "1.csv", out="f1") == FOUND
    assert main([*export, "f1", "--map", "0.csv"]) == ERROR and "of another release" in capsys.readouterr().err
    assert main([*export, "f1", "--map", "1.csv", "-o", "back.csv"]) == FOUND
    (desk / "own").write_text("a.example = a.example\nb.example = b.example\n")
    assert build("back.csv", "--source-map", "own", "--map", "2.csv", out="again") == FOUND
    first, again = lists.read_release("f1", key), lists.read_release("again", key)

    def said(release):
        e, m = release.entries, release.manifest
        return {row.tobytes(): (int(f), int(s), {w for n, w in m.categories.items() if c >> n & 1}) for row, f, s, c in zip(e.rows, e.flags, e.sources, e.categories, strict=True)}  # fmt: skip

    assert said(first) == said(again) and len(said(first)) == 4
    ids = {(o.digest, o.id) for o in read_map("2.csv")}
    assert ids == {(o.digest, o.id) for o in read_map("1.csv")}
    assert {d.partition(":")[0] for d, _ in ids} == {"md5", "sha256"} and (f"md5:{md5}", "r2") in ids
    lost = (desk / "1.csv").read_text().replace(f"sha256:{sha}", "")
    (desk / "lost.csv").write_text(lost)
    assert main([*export, "f1", "--map", "lost.csv"]) == ERROR and "no digest of 1 of 4" in capsys.readouterr().err
    (desk / "lost.csv").write_text(lost.replace("md5:7e", "md5:7d"))
    assert main([*export, "f1", "--map", "lost.csv"]) == ERROR and "another digest" in capsys.readouterr().err
    for form, said_of in (("tx", "video_md5"), ("stopncii", "VideoMD5"), ("ncmec", "<md5>")):
        (desk / "plain.csv").write_text(f"md5,id,category\n{md5},r1,A1\n")
        assert build("plain.csv", "--map", f"p-{form}.csv", out=f"p-{form}") == FOUND
        capsys.readouterr()
        assert main([*export, f"p-{form}", "--map", f"p-{form}.csv", "--to", form]) == FOUND
        text = capsys.readouterr().out
        assert said_of in text and md5 in text
        assert main([*export, "f1", "--map", "1.csv", "--to", form]) == (FOUND if form == "tx" else ERROR)


def test_a_video_of_two_organisations_is_one_video_in_every_format(desk, capsys):
    """Each organisation's row has all frames, not one frame a row."""
    (desk / "clip.csv").write_text(
        "hash,frame,seconds,video,member\n" + "".join(f"{v.hex()},{i},{i / 2},x,{m}\n" for m in ("One", "Two") for i, v in enumerate((A, B, C)))
    )  # fmt: skip
    assert build("clip.csv", "--source-map", "members") == FOUND
    capsys.readouterr()
    assert main(["list", "export", "out", "--key", "key", "--to", "tx"]) == FOUND
    rows = capsys.readouterr().out.splitlines()[1:]
    assert len(rows) == 2 and all(row.count(f"{v.hex()},") == 1 for row in rows for v in (A, B, C))


def test_what_stops_an_export_stops_it_before_its_first_row(desk, capsys):
    (desk / "feed.csv").write_text(f"pdq,negative\n{A.hex()},false\n{B.hex()},true\n{C.hex()},false\n")
    assert build("feed.csv") == FOUND
    capsys.readouterr()
    assert main(["list", "export", "out", "--key", "key", "--to", "stopncii"]) == ERROR
    said = capsys.readouterr()
    assert said.out == "" and "no place for what is harmless" in said.err


@pytest.mark.parametrize("frames", [0, 3])
def test_windows_of_sound_stay_behind_and_are_counted(desk, capsys, frames):
    """They are no PDQ hashes: another exchange would look for them in pictures. A quality that nobody knows is not said."""
    n = frames + 4
    heard = np.arange(n) >= frames
    given = Entries(
        rows=np.frombuffer(b"".join(half(Random(i)) for i in range(n)), np.uint8).reshape(-1, 32), categories=np.ones(n, np.uint16),
        sources=np.ones(n, np.uint16), flags=np.where(heard, 6, 2).astype(np.uint8), quality=np.full(n, 255, np.uint8),
        video=np.zeros(n, np.uint32), time_ms=(1000 * np.arange(n)).astype(np.uint32))  # fmt: skip
    key = lists.load_list_key("key")
    terms = lists.ListTerms(origin="lists.example/t", categories=["a"], sources=["a.example"], issued=0, expires=1)
    lists.build_list(desk / "heard", lists.merge(given), terms, key=key)
    capsys.readouterr()
    assert main(["list", "export", "heard", "--key", "key"]) == FOUND
    said = capsys.readouterr()
    rows = said.out.splitlines()[1:]
    assert [row.split(",")[:5] for row in rows] == [
        ["vpdq", half(Random(i)).hex(), "", str(i), f"{i}.000"] for i in range(frames)
    ]
    assert "4 windows of sound stay behind" in said.err
