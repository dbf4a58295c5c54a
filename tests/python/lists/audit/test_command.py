"""The command `pdqlite audit`: verdicts, files, canaries, a plain mirror."""

from __future__ import annotations

import configparser
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pdqlite import lists
from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.hashing import hash_pixels
from pdqlite.lists.audit.statement import Statement, sign
from pdqlite.lists.format import keys
from pdqlite.lists.format.note import Note, VerifierKey
from pdqlite.media import write_picture
from support import HANGS, ROOT
from support.lists.published import flip, page, pins, publish
from support.lists.samples import KEY, SIGNERS, entries


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


def test_an_auditor_passes_a_release_and_a_device_asks_for_it(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the audit to the line on the manifest to a device that installs nothing else."""
    assert main(["key", "show", "auditor.pem", "--name", "auditor.example", "--witness"]) == 0
    public = capsys.readouterr().out.strip()
    Path("pinned").write_bytes(
        bytes(replace(pins(), auditors=(VerifierKey.parse(public, (4,)),), audits=1, audit_age=86400))
    )
    audited = f"audit {desk} --key list.key --sign auditor.pem --name auditor.example --statement s --trust "
    verify = ["list", "verify", str(desk / "3"), "--trust", "pinned"]
    assert main(verify) == 2 and "unaudited" in capsys.readouterr().err
    flip(desk / "2/list.cob")
    assert main([*(audited + "pinned").split(), "--passed", "line"]) == 1 and not Path("line").exists()
    flip(desk / "2/list.cob")
    assert main(["audit", str(desk), "--trust", "pinned"]) == 0
    assert "not possible audited" in capsys.readouterr().out
    assert main([*(audited + "pinned").split(), "--passed", "line"]) == 0
    kept = (desk / "3/manifest").read_bytes()
    attach = ["key", "attach", str(desk / "3/manifest"), "line", "--public", public]
    assert main(attach) == 0 and main(verify) == 0
    assert main(attach) == 0, "a later line takes the place of the earlier one"
    assert main(["audit", str(desk), "--trust", "pinned", "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {c["token"]: c["verdict"] for c in said["checks"]}["audited"] == "passed"
    (desk / "3/manifest").write_bytes(kept)
    assert main(["key", "attach", str(desk / "2/manifest"), "line", "--public", public]) == 2, "of another release"
    assert main([*audited.replace(" --key list.key", "").split(), "trust", "--passed", "line"]) == 2
    made = "list trust -o made --origin lists.example.org/demo --category scam --endorser".split()
    org = str(SIGNERS[0].verifier)
    assert main([*made, org, "--quorum", "1", "--auditor", public, "--audit-days", "7"]) == 0
    assert lists.Trust.parse(Path("made").read_bytes()).audit_age == 7 * 86400
    for wrong in (["--audits", "2", "--auditor", public], ["--allow-unaudited"], ["--auditor", org]):
        assert main([*made, org, "--quorum", "1", *wrong]) == 2, wrong


def test_two_statements_are_compared(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    public = str(lists.load_signing_key("auditor.pem", "auditor.example").verifier)
    signer = lists.load_signing_key("auditor.pem", "auditor.example")
    assert main(f"audit {desk} --key list.key --sign auditor.pem --name auditor.example --statement one".split()) == 0
    said = Statement.parse(Note.parse(Path("one").read_bytes()).text)
    size, root = said.checkpoint or (0, b"")
    passed = said.checks["list-bytes"]
    for change, code, words in (
        ({"time": said.time + 1, "report": bytes(32)}, 0, "nothing in one"),
        ({"content": bytes(32)}, 1, "two contents"),
        ({"checkpoint": (size, bytes(32))}, 1, f"two roots at {size}"),
        ({"checkpoint": (size + 1, bytes(32))}, 0, "nothing in one"),
        ({"checks": {**said.checks, "list-bytes": passed._replace(verdict="failed")}}, 1, "list-bytes passed"),
        ({"checks": {**said.checks, "list-bytes": passed._replace(verdict="failed", total=9)}}, 0, "nothing in one"),
        ({"checks": {**said.checks, "fresh": passed._replace(verdict="failed")}}, 0, "nothing in one"),
        ({"with_key": False, "checks": {**said.checks, "content": passed._replace(verdict="failed")}}, 0, "nothing"),
        ({"seq": said.seq + 1}, 2, "different lists or releases"),
    ):
        Path("two").write_bytes(sign(replace(said, **change), signer))  # type: ignore[arg-type]
        assert main(["evidence", "compare", "one", "two", "--auditor", public]) == code, change
        told = capsys.readouterr()
        assert words in told.out + told.err, change
    other = str(lists.load_signing_key("auditor.pem", "other.example").verifier)
    assert main(["evidence", "compare", "one", "two", "--auditor", other]) == 2


def test_the_scheduled_audit(desk: Path, tmp_path: Path) -> None:
    """The script that timers run, as it stands; its unit files name it as it is called."""
    place, state, tools = ROOT / "docs" / "howto" / "scheduled-audit", tmp_path / "state", tmp_path / "bin"
    state.mkdir()
    tools.mkdir()
    (tools / "pdqlite").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pdqlite "$@"\n')
    (tools / "pdqlite").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}

    def run() -> tuple[int, str]:
        words = ["sh", str(place / "audit.sh"), str(desk), str(state)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=HANGS)
        return done.returncode, done.stderr

    code, said = run()
    assert code == 2 and "trust" in said
    shutil.copy("trust", state)
    assert run() == (0, "") and (state / "seen").read_bytes() == (desk / "checkpoint").read_bytes()
    kept = (state / "seen").read_bytes()
    flip(desk / "2/list.cob")
    code, said = run()
    flip(desk / "2/list.cob")
    assert code == 1 and "ALERT" in said and "FAILED       list-bytes" in said
    (desk / "checkpoint").rename(desk / "away")
    code, said = run()
    (desk / "away").rename(desk / "checkpoint")
    assert code == 2 and "no answer" in said and (state / "seen").read_bytes() == kept
    for name, section, key in (("service", "Service", "ExecStart"), ("timer", "Timer", "OnCalendar")):
        unit = configparser.ConfigParser(interpolation=None, strict=True)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string((place / f"pdqlite-audit.{name}").read_text())
        assert unit[section][key]
        if name == "service":
            assert unit[section][key].split()[0].endswith("/audit.sh") and len(unit[section][key].split()) == 3
    workflow = (place / "audit.yml").read_text()
    assert '      - run: sh audit.sh "$LIST" .\n' in workflow and "\t" not in workflow


def test_a_release_is_checked_before_it_is_signed(desk: Path) -> None:
    """The key ceremony's own command, on a release whose log is not there yet."""
    page = (ROOT / "docs/howto/key-ceremony.md").read_text(encoding="utf-8")
    (given,) = re.findall(r"`pdqlite audit (--key[^`]*)`", page)
    Path("alone").symlink_to(desk / "3")
    assert main(["audit", "alone", *given.split()]) == 0
    flip(desk / "3/list.cob")
    assert main(["audit", "alone", *given.split()]) == 1
    flip(desk / "3/list.cob")
