"""The whole story: a clip is reported to three organisations, two accept, it is listed, found, proven, withdrawn, gone, and audited."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pdqlite import lists
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.hashing import hash_pixels
from pdqlite.media import write_video
from support.commands import ERROR, FOUND, LOG, NOTHING, ORIGIN, cosign, log, run


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Three organisations with cards, a log, a witness, a policy of two of three, a clip and a cropped copy of it."""
    monkeypatch.chdir(tmp_path)
    public = {}
    for name in ("a", "b", "c", "root"):
        run("key", "new", f"{name}.pem", "--name", f"{name}.example")
        public[name] = capsys.readouterr().out.strip()
    run("key", "new", "log.example.org.pem", "--name", LOG)
    public[LOG] = capsys.readouterr().out.strip()
    run("key", "new", "w.example.pem", "--name", "w.example", "--witness")
    witness = capsys.readouterr().out.strip()
    run("key", "new", "list.key", "--list")
    for name in "abc":
        run("key", "new", f"{name}-reports.pem", "--recipient")
        run(
            "report",
            "card",
            "--name",
            f"{name}.example",
            "--key",
            f"{name}-reports.pem",
            "--signing-key",
            f"{name}.pem",
            "-o",
            f"{name}.card",
        )
    Path("published").mkdir()
    endorsers = [word for name in "abc" for word in ("--endorser", public[name])]
    run(*f"list policy make published -o p0 --origin {ORIGIN} --log {public[LOG]} --max-age 7 --witness {witness} --witness-quorum 1".split(), *endorsers,
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
    lines = "".join(
        f"{i},{hash_pixels(scenes.picture(900 + i, 256, 144)).quality},{hash_pixels(scenes.picture(900 + i, 256, 144)).hex},{i}.000\n"
        for i in range(3)
    )
    Path("known.vpdq").write_text(lines)
    return public


def publish(world: dict[str, str], seq: int, old: int) -> None:
    """Build from what stands, endorse by the two that accepted, log, cosign."""
    reports = [
        word for name in "ab" if any(Path(f"accepted-{name}").glob("*")) for word in ("--reports", f"accepted-{name}")
    ]
    run(
        "list",
        "build",
        "known.vpdq",
        *"--source a.example --source b.example --category harm --min-sources 2 --key list.key --prefix published".split(),
        *reports,
    )
    for name in "ab":
        run(*f"list endorse published/{seq} --name {name}.example --signing-key {name}.pem --key list.key --submitted known.vpdq --allow-missing".split(),
            *(["--reports", f"accepted-{name}"] if f"accepted-{name}" in reports else []))  # fmt: skip
    log()
    cosign(("w.example",), world[LOG], old)
    run("list", "log", "prove", "published")


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


def test_the_story(world: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("words").write_text("It was sent on without asking me.\n")
    code, told = said(
        capsys,
        *"report make clip.mp4 --to a.card --to b.card --to c.card --category intimate-image --statement-file words --language en -o mine".split(),
    )
    assert code == FOUND and "Nothing has been sent" in told and "a.example, b.example, c.example" in told
    assert oct(Path("mine/1.keep").stat().st_mode)[-3:] == "600"

    for name in "abc":  # one file for all three
        run("report", "open", "mine", "--desk", f"desk-{name}", "--key", f"{name}-reports.pem")
        code, told = said(capsys, "report", "triage", "--desk", f"desk-{name}", "--html", f"review-{name}.html")
        assert code == FOUND and "1 reports: 1 by the person shown" in told
        assert "It was sent on without asking me." in Path(f"review-{name}.html").read_text()
    decide = "report accept 1 --category intimate-image --name {0}.example --signing-key {0}.pem --desk desk-{0} --acceptances accepted-{0}"
    for name in "ab":
        run(*decide.format(name).split())
    run(*"report decline 1 --reason not-enough --desk desk-c".split())

    publish(world, 1, 0)
    trust = lists.Trust.parse(Path("trust").read_bytes())
    assert lists.verify_list("published/1", trust, int(time.time())).status == "ok"
    assert matched("clip.mp4", 1, capsys) and matched("cropped.mp4", 1, capsys) and not matched("other.mp4", 1, capsys)

    answer = "report receipts --name {0}.example --signing-key {0}.pem --desk desk-{0} -o from-{0}"
    listed = "--release published/1 --key list.key --trust trust"
    run(*answer.format("a").split(), *listed.split())
    run(*answer.format("c").split())
    (good,), (bad,) = Path("from-a").iterdir(), Path("from-c").iterdir()
    code, told = said(
        capsys, "report", "check", str(good), "--keep", "mine/1.keep", "--trust", "trust", "--language", "en"
    )
    assert (
        code == FOUND and "release 1" in told and "is that of your report, and the release is in the public log" in told
    )
    code, told = said(capsys, "report", "check", str(bad), "--keep", "mine/1.keep", "--language", "de")
    assert code == FOUND and "not-enough" in told and "nicht angenommen" in told
    assert said(capsys, *answer.format("a").split(), *listed.split())[0] == NOTHING  # nothing has changed since

    run(*"report withdraw --keep mine/1.keep -o mine/1.withdrawal --language en".split())
    for name in "abc":
        run(
            "report",
            "open",
            "mine",
            "--desk",
            f"desk-{name}",
            "--key",
            f"{name}-reports.pem",
            "--acceptances",
            f"accepted-{name}",
        )
        assert not Path(f"accepted-{name}").exists() or not list(Path(f"accepted-{name}").iterdir())
    publish(world, 2, 2)
    assert not matched("clip.mp4", 2, capsys) and not matched("cropped.mp4", 2, capsys)
    run(*answer.format("a").split())
    code, told = said(capsys, "report", "check", str(good), "--keep", "mine/1.keep", "--language", "en")
    assert code == FOUND and "has taken your withdrawal" in told

    code, told = said(capsys, *"audit published --trust trust --key list.key".split())
    assert code == FOUND, told
    code, told = said(capsys, *"list diff published/1 published/2 --key list.key".split())
    assert code == FOUND and "removed: 0" not in told


def test_one_organisation_alone_lists_nothing(world: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    run(*"report make clip.mp4 --to a.card --category intimate-image -o mine".split())
    run(*"report open mine --desk desk-a --key a-reports.pem".split())
    run(
        *"report accept 1 --category intimate-image --name a.example --signing-key a.pem --desk desk-a --acceptances accepted-a".split()
    )
    publish(world, 1, 0)
    assert not matched("clip.mp4", 1, capsys)
    stolen = Path("accepted-b")  # b.example's name over a's acceptance
    stolen.mkdir()
    (one,) = Path("accepted-a").iterdir()
    (stolen / one.name).write_bytes(one.read_bytes().replace(b"name a.example", b"name b.example"))
    code, told = said(capsys, *"list build --reports accepted-b --key list.key --prefix published".split())
    assert code == ERROR and "not signed by the key of b.example" in told
