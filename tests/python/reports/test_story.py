"""The whole story: a clip is reported to three organisations, two accept, it is listed, found, proven, withdrawn, gone, and audited."""

from __future__ import annotations

import base64
import json
import re
import shlex
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

from pdqlite import lists
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.hashing import hash_pixels
from pdqlite.media import write_video
from pdqlite.types import ImageHash
from support import ROOT
from support.commands import ERROR, FOUND, NOTHING, ORIGIN, run

PAGE = (ROOT / "docs" / "tutorial" / "report.md").read_text(encoding="utf-8")


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Keys of three organisations, a log and a witness, a policy of two of three, a clip and a cropped copy of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")
    public = {}
    for file, name in (
        *((name, f"{name}.example") for name in ("a", "b", "c", "root", "w")),
        ("log", "log.example/demo"),
    ):
        run("key", "new", f"{file}.pem", "--name", name, *(["--witness"] if file == "w" else []))
        public[file] = capsys.readouterr().out.strip()
        Path(f"{file}.pub").write_text(public[file])
    run("key", "new", "list.key", "--list")
    Path("published").mkdir()
    endorsers = [word for name in "abc" for word in ("--endorser", public[name])]
    run(*f"list policy make published -o p0 --origin {ORIGIN} --log {public['log']} --max-age 7 --witness {public['w']} --witness-quorum 1".split(), *endorsers,
        *f"--endorser-quorum 2 --root {public['root']} --root-quorum 1".split())  # fmt: skip
    run(*"list policy sign p0 --name root.example --signing-key root.pem".split())
    run(*"list policy accept published p0".split())
    run(
        *f"list trust -o trust --origin {ORIGIN} --policy p0 --type video --category intimate-image --category harm".split()
    )
    frames = list(scenes.clip(5, 3, fps=4, width=320, height=180))
    write_video("clip.mp4", iter(frames), fps=4)
    write_video("cropped.mp4", (frame[12:168, 16:288].copy() for frame in frames), fps=4)
    write_video("other.mp4", scenes.clip(6, 3, fps=4, width=320, height=180), fps=4)
    known = [hash_pixels(scenes.picture(900 + i, 256, 144)) for i in range(3)]
    Path("known.vpdq").write_text(
        "".join(f"{i},{found.quality},{found.hex},{i}.000\n" for i, found in enumerate(known))
    )
    Path("harmless.txt").write_text(hash_pixels(scenes.picture(950, 256, 144)).hex + "\n")
    Path("words").write_text("It was sent on without asking me.\n")
    return public


def matched(file: str, seq: int, capsys: pytest.CaptureFixture[str]) -> bool:
    capsys.readouterr()
    code = main(["match", "--list", f"published/{seq}", "--key", "list.key", "--trust", "trust", file, "--json"])
    said = json.loads(capsys.readouterr().out.splitlines()[0])
    assert code == (FOUND if said["verdict"] == "match" else NOTHING)
    return code == FOUND


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main([str(word) for word in words])
    found = capsys.readouterr()
    return code, found.out + found.err


def run_line(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run one line of the page in this process, and return what it said."""
    line = re.sub(r"\$\(cat (\S+)\)", lambda found: Path(found[1]).read_text().strip(), line)
    words = [
        name for word in shlex.split(line) for name in (sorted(map(str, Path().glob(word))) if "*" in word else [word])
    ]
    assert words[0] == "pdqlite", line
    target = words[words.index(">") + 1] if ">" in words else None
    code, told = said(capsys, *words[1 : words.index(">") if target else None])
    assert code == FOUND, line + told
    if target:
        Path(target).write_text(told)
    return told


def test_the_story(world: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.S)).replace("\\\n", " ").strip().splitlines()
    told: dict[str, list[str]] = {}
    for line in filter(str.strip, lines):
        action = " ".join(line.split()[1:3])
        told.setdefault(action, []).append(run_line(line, capsys))
        if line.startswith("pdqlite list log prove"):
            seq = len(told["list log"]) // 5
            trust = lists.Trust.parse(Path("trust").read_bytes())
            assert lists.verify_list(f"published/{[1, 2][seq - 1]}", trust, int(time.time())).status == "ok"
            listed = [matched(name, seq, capsys) for name in ("clip.mp4", "cropped.mp4", "other.mp4")]
            assert listed == ([True, True, False] if seq == 1 else [False, False, False])
    assert len(lines) > 35
    preview, made = told["report make"]
    assert (
        "Nothing was written" in preview
        and "Nothing has been sent" in made
        and "a.example, b.example, c.example" in made
    )
    assert oct(Path("mine/1.keep").stat().st_mode)[-3:] == "600"
    assert "1 report: 1 by the person shown" in told["report triage"][0]
    assert "somebody looks at 1 report of this already" in told["report triage"][0]
    assert "delta from release 1" in told["list build"][1] and list(Path("published/2").glob("delta-1*"))
    assert "It was sent on without asking me." in Path("review.html").read_text()
    listed, declined, withdrawn = told["report check"]
    assert "release 1" in listed and "is that of your report, and the release is in the public log" in listed
    assert "not-enough" in declined and "has received your withdrawal" in withdrawn
    assert not list(Path("accepted-a").iterdir()) and "removed: 0" not in told["list diff"][0]
    (bad,) = map(str, Path("from-c").iterdir())
    assert "nicht angenommen" in said(capsys, "report", "check", bad, "--keep", "mine/1.keep", "--language", "de")[1]
    again = "report receipts --name a.example --signing-key a.pem --desk desk-a -o from-a"
    assert said(capsys, *again.split())[0] == NOTHING  # nothing has changed since


def test_one_organisation_alone_lists_nothing(world: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    for line in (
        "pdqlite key new a-reports.pem --recipient", "pdqlite report card --name a.example --key a-reports.pem --signing-key a.pem -o a.card",
        "pdqlite report make clip.mp4 --to a.card --category intimate-image -o mine", "pdqlite report open mine --desk desk-a --key a-reports.pem",
        "pdqlite report accept 1 --category intimate-image --name a.example --signing-key a.pem --desk desk-a --acceptances accepted-a",
        "pdqlite list build known.vpdq --source a.example --source b.example --category harm --min-sources 2 --key list.key --prefix published --reports accepted-a",
    ):  # fmt: skip
        told = run_line(line, capsys)
    assert "3 entries" in told and "entries left out: fewer than 2 organisations" in told
    stolen = Path("accepted-b")  # b.example's name over a's acceptance
    stolen.mkdir()
    (one,) = Path("accepted-a").iterdir()
    (stolen / one.name).write_bytes(one.read_bytes().replace(b"name a.example", b"name b.example"))
    code, told = said(capsys, *"list build --reports accepted-b --key list.key --prefix published".split())
    assert code == ERROR and "not signed by the key of b.example" in told
    code, told = said(
        capsys, *"list build --reports accepted-a --base published/1 --key list.key --prefix published".split()
    )
    assert code == ERROR and "needs --base-map" in told and "pdqlite list delta OLD NEW" in told


def two_organisations(capsys: pytest.CaptureFixture[str]) -> tuple[list[ImageHash], list[str]]:
    """Six pictures, keys and cards of two organisations, what both and b alone hand in; the hashes, and the public keys."""
    pixels = [scenes.picture(700 + i, 320, 240) for i in range(6)]
    hashes = [hash_pixels(one) for one in pixels]
    for i, one in enumerate(pixels):
        Image.fromarray(one).save(f"p{i}.png")
    publics = []
    for name in "ab":
        capsys.readouterr()
        run("key", "new", f"{name}.pem", "--name", f"{name}.example")
        publics.append(capsys.readouterr().out.strip())
        run("key", "new", f"{name}-r.pem", "--recipient")
        run(*f"report card --name {name}.example --key {name}-r.pem --signing-key {name}.pem -o {name}.card".split())
    run("key", "new", "list.key", "--list")
    for name, which in (("both.txt", (0, 3)), ("b.txt", (2,)), ("next.txt", (4,))):
        Path(name).write_text("pdq\n" + "".join(f"{hashes[i].hex}\n" for i in which))
    return hashes, publics


def test_a_release_goes_on_from_the_one_before_with_what_stands_of_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Six pictures. p0: handed in by both. p1: accepted by a and b. p2: accepted by a, handed in by b. p3: accepted by a, handed in by both. p4: new in the
    feed of release 1. p5: accepted in release 1. Then the reports of p1, p2 and p3 are withdrawn at a.
    """
    monkeypatch.chdir(tmp_path)
    hashes, publics = two_organisations(capsys)
    to = "--to a.card --to b.card --category harm"
    run(*f"report make p1.png p2.png p3.png {to} -o mine".split())

    def accept(name: str, numbers: Iterable[int]) -> None:
        run(*f"report open mine --desk desk-{name} --key {name}-r.pem".split())
        for i in numbers:
            run(
                *f"report accept {i} --category harm --name {name}.example --signing-key {name}.pem --desk desk-{name} --acceptances yes-{name}".split()
            )

    accept("a", (1, 2, 3))
    accept("b", (1,))
    keys = [word for public in publics for word in ("--reports-key", public)]
    how = f"--reports yes-a --reports yes-b {' '.join(keys)} --key list.key --min-sources 2 --category harm"
    told = run_line(
        f"pdqlite list build both.txt --source a.example --source b.example --submitted b.example b.txt {how} --origin {ORIGIN} --map 0.csv -o r0",
        capsys,
    )
    key = lists.load_list_key("list.key")
    listed = lambda where: {row.tobytes() for row in lists.read_release(where, key).entries.rows}  # noqa: E731
    assert listed("r0") == {hashes[i].bits for i in (0, 1, 2, 3)} and "no --map" not in told

    for i in (1, 2, 3):
        run(*f"report withdraw --keep mine/{i}.keep -o mine/{i}.withdrawal".split())
    run(*f"report make p5.png {to} -o mine2".split())
    run(*"report open mine mine2 --desk desk-a --key a-r.pem --acceptances yes-a".split())
    run(*"report open mine2 --desk desk-b --key b-r.pem".split())  # b has not seen the withdrawals
    run(
        *"report accept 4 --category harm --name a.example --signing-key a.pem --desk desk-a --acceptances yes-a".split()
    )
    number = 4 if said(capsys, *"report triage --desk desk-b --json".split())[1].count('"group": 4') else 2
    run(
        *f"report accept {number} --category harm --name b.example --signing-key b.pem --desk desk-b --acceptances yes-b".split()
    )
    on = f"pdqlite list build next.txt --source a.example --source b.example {how} --base r0 --base-map 0.csv"
    told = run_line(f"{on} --map 1.csv -o r1", capsys)
    assert "3 entries of it had marks from reports" in told and "delta from release 0" in told
    assert listed("r1") == {hashes[i].bits for i in (0, 3, 4, 5)}  # p3 stands by what was handed in
    told = run_line(
        f"{on.replace('next.txt --source a.example --source b.example ', '').replace('r0', 'r1').replace('0.csv', '1.csv')} -o r2",
        capsys,
    )
    assert listed("r2") == listed("r1") and "no --map: the next release" in told
    shutil.rmtree("yes-b")
    Path("yes-b").mkdir()  # all of b's are withdrawn: an empty folder says so
    run_line(f"{on} -o r3", capsys)
    assert listed("r3") == {hashes[i].bits for i in (0, 3, 4)}
    Path("cut.csv").write_text(
        "".join(line for line in Path("0.csv").read_text().splitlines(True) if "acceptance" not in line)
    )
    for wrong, why in (("1.csv", "of another release"), ("cut.csv", "not whole")):
        code, told = said(capsys, *on.replace("0.csv", wrong).split()[1:], "-o", "r4")
        assert code == ERROR and f"{wrong}: " in told and why in told and not Path("r4").exists()


@pytest.mark.parametrize(("words", "why"), [
    ("make clip --to none --category x -o d", "none: the card cannot be opened"), ("make clip --to junk --category x -o d", "junk: card: "),
    ("make clip --to junk --category x --country de -o d", "two capital letters"), ("make clip --to junk --category X -o d", "a-z"),
    ("show junk", "junk: expected a fingerprint report"), ("triage --desk none", "there is no desk here"),
    ("check junk --keep private", "private: keep file: "), ("check junk --keep junk", "open to other users"),
    ("withdraw --keep private -o x.txt", "private: keep file: "), ("open junk --desk desk --key private", "private: "),
    ("accept 1 --category x --name a --signing-key private --desk none --acceptances d", "private: "),
])  # fmt: skip
def test_bad_input_is_named(
    words: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, mode in (("clip", 0o644), ("junk", 0o644), ("private", 0o600)):
        Path(name).write_text("no such thing\n")
        Path(name).chmod(mode)
    code, told = said(capsys, "report", *words.split())
    assert code == ERROR and why in told and "Traceback" not in told
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip", "junk", "private"]


def test_a_proof_says_what_it_shows_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list is not in a log, and holds the picture of one reporter; another has a copy with a little cut off."""
    monkeypatch.chdir(tmp_path)
    seen = scenes.picture(1, 320, 240)
    for name, pixels in (
        ("seen", seen),
        ("copy", seen[2:238, 3:317].copy()),
        ("far", scenes.picture(2, 320, 240)),
    ):
        Image.fromarray(pixels).save(f"{name}.png")
    run(*"key new a.pem --name a.example".split())
    public = capsys.readouterr().out.strip()
    for line in (
        "key new list.key --list", "key new x.pem --recipient", "key new y.pem --recipient",
        "report card --name a.example --key x.pem --signing-key a.pem -o a.card", "report card --name b.example --key y.pem --signing-key a.pem -o b.card",
        "report make seen.png --to a.card --to b.card --category harm -o one", "report make copy.png --to a.card --category harm -o two",
        "report open one two --desk desk --key x.pem", "report accept 1 --most 1 --category harm --name a.example --signing-key a.pem --desk desk --acceptances yes",
        f"list build --reports yes --reports-key {public} --category harm --key list.key --origin {ORIGIN} -o list",
        "list endorse list --name a.example --signing-key a.pem --key list.key --reports yes",
        f"list trust -o trust --origin {ORIGIN} --endorser {public} --quorum 1 --category harm --allow-unlogged",
        "report receipts --name a.example --signing-key a.pem --desk desk -o from --release list --key list.key --trust trust",
    ):  # fmt: skip
        run(*line.split())
    marks = {name: Path(name, "1.keep").read_text().split("\nid ")[1].split("\n")[0] for name in ("one", "two")}
    receipts = {name: f"from/{base64.b64decode(mark).hex()}.receipt" for name, mark in marks.items()}
    for name, more, code, proof in (
        ("one", "", NOTHING, "unchecked"), ("one", "--trust trust", FOUND, "unlogged"), ("two", "--trust trust", NOTHING, "other"),
        ("two", "--trust trust --file copy.png", FOUND, "near-unlogged"), ("two", "--trust trust --file far.png", NOTHING, "far"),
    ):  # fmt: skip
        got, told = said(capsys, *f"report check {receipts[name]} --keep {name}/1.keep --json".split(), *more.split())
        assert (got, json.loads(told.splitlines()[0])["proof"]) == (code, proof)
    told = said(capsys, *f"report check {receipts['two']} --keep two/1.keep --trust trust --file copy.png".split())[1]
    assert "of another copy" in told and "does not use a public log" in told
