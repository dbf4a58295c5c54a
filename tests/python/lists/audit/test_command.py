"""The command `pdqlite audit`: verdicts, files, canaries, a plain mirror."""

from __future__ import annotations

import http.server
import json
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pdqlite import lists
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.hashing import hash_pixels
from pdqlite.lists.audit.statement import Statement
from pdqlite.lists.format import keys
from pdqlite.lists.format.note import Note
from pdqlite.media import write_picture
from support.lists.published import flip, page, pins, publish
from support.lists.samples import KEY, entries


@pytest.fixture
def desk(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An auditor's directory: trust and key files, an auditor's signing key."""
    monkeypatch.chdir(tmp_path)
    Path("trust").write_bytes(bytes(pins()))
    keys.save_list_key("list.key", KEY)
    lists.new_signing_key("auditor.pem", "auditor.example")
    return published


def test_the_command(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["audit", str(desk), "--trust", "trust", "--key", "list.key", "--report", "report.html", "--sign", "auditor.pem",
             "--name", "auditor.example", "--statement", "statement", "--save-checkpoint", "seen"]  # fmt: skip
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "34 entries, 3 releases seen" in out and "FAILED" not in out
    page(Path("report.html").read_text())
    assert Statement.parse(Note.parse(Path("statement").read_bytes()).text).with_key
    assert main(["audit", str(desk), "--since", "seen", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {c["token"]: c["verdict"] for c in said["checks"]}["log-continues"] == "passed"
    assert said["releases"][2]["by_category"]["scam"] and not said["failed"]
    flip(desk / "2/list.cob")
    assert main(["audit", str(desk)]) == 1
    flip(desk / "2/list.cob")
    for wrong in (
        ["audit", "absent"],
        ["audit", str(desk), "--canary", "x"],
        ["audit", str(desk), "--sign", "auditor.pem"],
        ["audit", "."],
        ["audit", str(desk), "--since", "list.key"],
    ):
        assert main(wrong) == 2, wrong


def test_a_statement_is_checked(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(
            (
                f"audit {desk} --trust trust --key list.key --sign auditor.pem --name auditor.example "
                "--statement statement"
            ).split()
        )
        == 0
    )
    public = [
        str(lists.load_signing_key(f, n).verifier)
        for f, n in (("auditor.pem", "auditor.example"), ("auditor.pem", "other.example"))
    ]
    capsys.readouterr()
    words = ["evidence", "statement", "statement", "--auditor"]
    assert main([*words, public[0], "--release", str(desk / "3"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["seq"], said["signers"], said["with_key"], said["same_content"]) == (
        3,
        ["auditor.example"],
        True,
        True,
    )
    assert main([*words, public[0], "--release", str(desk / "2")]) == 1
    assert "another release or content" in capsys.readouterr().out
    assert main([*words, public[1]]) == 2
    assert "statement: unendorsed: none of the given auditors" in capsys.readouterr().err
    assert main([*words, public[1], "--auditor", public[0]]) == 0
    good = Path("statement").read_bytes()
    Path("statement").write_bytes(good.replace(b"check rules passed", b"check rules failed"))
    assert main([*words, public[0]]) == 2
    assert "the signature of auditor.example does not verify" in capsys.readouterr().err
    capsys.readouterr()
    assert main([*words, public[0]]) == 2
    Path("statement").write_bytes(good)
    Path("page").write_bytes(b"another page")
    assert main([*words, public[0], "--report", "page"]) == 1
    assert "another report" in capsys.readouterr().out
    signed = ["--sign", "auditor.pem", "--name", "auditor.example", "--statement", "of-report"]
    assert main(["audit", str(desk), "--report", "page", *signed]) == 0
    assert main(["evidence", "statement", "of-report", "--auditor", public[0], "--report", "page"]) == 0
    (desk / "policy/0").rename("kept")
    assert main(["audit", str(desk), *signed[:-1], "less"]) == 1
    assert main(["audit", str(desk), "--allow-withheld"]) == 0
    capsys.readouterr()
    assert main(["evidence", "statement", "less", "--auditor", public[0]]) == 1
    assert "withheld: policies (0 of 1)" in capsys.readouterr().out
    Path("kept").rename(desk / "policy/0")
    flip(desk / "2/list.cob")
    assert main(["audit", str(desk), "--sign", "auditor.pem", "--name", "auditor.example", "--statement", "bad"]) == 1
    flip(desk / "2/list.cob")
    capsys.readouterr()
    assert main(["evidence", "statement", "bad", "--auditor", public[0]]) == 1
    assert "failed: list-bytes" in capsys.readouterr().out


def test_a_canary_that_looks_at_nothing_does_not_pass(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["audit", str(desk), "--key", "list.key", "--canary"]
    assert main([*words, "no/such/directory"]) == 2
    assert "does not exist" in capsys.readouterr().err
    Path("empty").mkdir()
    assert main([*words, "empty"]) == 2
    Path("broken").mkdir()
    Path("broken/one.png").write_bytes(b"no picture")
    assert main([*words, "broken"]) == 1
    assert "FAILED       canary" in capsys.readouterr().out


def test_canary(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list with the hash of one innocent picture: the canary finds that picture, and no other."""
    pictures = [scenes.picture(i, 320, 240) for i in range(4)]
    Path("innocent").mkdir()
    for i, pixels in enumerate(pictures):
        write_picture(f"innocent/{i}.png", pixels)
    Path("innocent/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    words = ["--key", "list.key", "--canary", "innocent", "--json", "-q"]
    assert main(["audit", str(desk), *words]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["canary"] == {"pictures": 4, "matches": 0, "found": []}
    poisoned = entries(20)
    found = hash_pixels(pictures[2])
    poisoned.rows[3] = np.frombuffer(found.bits, np.uint8)
    publish(tmp_path / "poisoned", 1, poisoned)
    assert main(["audit", "poisoned", "--key", "list.key", "--canary", "innocent", "--json"]) == 1
    (of_it,) = json.loads(capsys.readouterr().out)["canary"]["found"]
    assert of_it["file"] == "innocent/2.png" and of_it["rate"] < 1e-6
    assert main(["audit", "poisoned", "--key", "list.key", "--canary", "innocent", "--report", "poisoned.html"]) == 1
    out = capsys.readouterr().out
    assert "innocent/2.png" in Path("poisoned.html").read_text()
    assert "innocent/2.png: matches entry" in out and "1 of 4 pictures match" in out and "1 could not be read" in out


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_a_plain_mirror(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(desk)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        assert main(["audit", url, "--trust", "trust", "--key", "list.key", "--json"]) == 0
        mirrored = json.loads(capsys.readouterr().out)
        assert main(["audit", str(desk), "--trust", "trust", "--key", "list.key", "--json"]) == 0
        local = json.loads(capsys.readouterr().out)
        local["time"] = mirrored["time"]
        assert [c["verdict"] for c in mirrored["checks"]] == [c["verdict"] for c in local["checks"]]
        assert mirrored["releases"] == local["releases"]
        assert main(["audit", url, "--max-bytes", "1000"]) == 2
        assert "more than the 1000 bytes" in capsys.readouterr().err
        assert main(["audit", url + "nowhere"]) == 2
    finally:
        server.shutdown()
        server.server_close()
