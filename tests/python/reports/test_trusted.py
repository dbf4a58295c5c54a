"""Statements on trusted reporters: the vectors, and what they do when an organisation opens reports."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pdqlite.cli import scenes
from pdqlite.cli.main import main
from pdqlite.errors import ReportError
from pdqlite.lists.format.note import VerifierKey
from pdqlite.reports import notes
from support import ROOT
from support.commands import ERROR, FOUND, run

VECTORS = json.loads((ROOT / "tests" / "vectors" / "report" / "trusted.json").read_text())


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_statements_of_the_vectors(case: dict[str, Any]) -> None:
    cards = [notes.Card.parse(base64.b64decode(card)) for card in VECTORS["cards"]]
    keys = {card.name: card.verifier for card in cards}
    data = base64.b64decode(case["file"])
    if case["verdict"] != "ok":
        with pytest.raises(ReportError) as caught:
            notes.Trusted.verified(data, keys)
        assert caught.value.status == case["verdict"]
        return
    said = notes.Trusted.verified(data, keys)
    assert (said.reporter, said.until) == (VerifierKey.parse(VECTORS["reporter"]), VECTORS["until"])
    assert notes.Trusted.claimed(data) == said and data.startswith(said.text)


def told(capsys: pytest.CaptureFixture[str], line: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(line.split())
    found = capsys.readouterr()
    return code, found.out + found.err


def test_a_reporter_whom_one_organisation_knows_is_known_to_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(scenes.picture(3, 320, 240)).save("p.png")
    for name in ("a", "b", "c", "flagger"):
        capsys.readouterr()
        run("key", "new", f"{name}.pem", "--name", f"{name}.example")
        Path(f"{name}.pub").write_text(capsys.readouterr().out.strip() + "\n")
        run("key", "new", f"{name}-r.pem", "--recipient")
        run(*f"report card --name {name}.example --key {name}-r.pem --signing-key {name}.pem -o {name}.card".split())
    run(
        *"report make p.png --to b.card --category harm --reporter trusted --signing-key flagger.pem --name flagger.example -o mine".split()
    )
    vouch = "report vouch --reporter {0}.pub --name {1}.example --signing-key {1}.pem -o {2}.trusted"
    assert told(capsys, vouch.format("flagger", "a", "x")[:-7] + "txt")[1].count("ends in .trusted")
    code, said = told(capsys, vouch.format("flagger", "a", "a"))
    assert code == FOUND and "a.example knows flagger.example, for 180 days" in said
    assert "a.example knows this reporter" in told(capsys, "report show a.trusted")[1]

    def signers(number: int, options: str) -> tuple[str, list[str]]:
        code, said = told(capsys, f"report open mine --desk desk{number} --key b-r.pem {options}")
        assert code == FOUND, said
        return said, json.loads(told(capsys, f"report triage --desk desk{number} --json")[1].splitlines()[0])["signers"]

    assert signers(0, "")[1] == []
    assert signers(1, "--trusted a.trusted --by a.card")[1] == ["flagger.example"]
    said, found = signers(2, "--trusted a.trusted --by c.card")  # nobody here relies on a
    assert found == [] and "whose card was not given" in said
    run(*vouch.format("flagger", "a", "old").split(), "--days", "1")
    run(*vouch.format("flagger", "a", "long").split(), "--days", "900")
    now = time.time()
    with monkeypatch.context() as later:
        later.setattr("pdqlite.cli.report_office.time.time", lambda: now + 2 * 86_400)
        said, found = signers(4, "--trusted old.trusted --by a.card")
    assert found == [] and "old.trusted: past its time: ask a.example" in said
    with monkeypatch.context() as later:  # the statement runs on, the card of who made it does not
        later.setattr("pdqlite.cli.report_office.time.time", lambda: now + 366 * 86_400)
        said, found = signers(7, "--trusted long.trusted --by a.card --by b.card")
        assert found == [] and "the card of a.example is past its time, so its statements do not count" in said
        assert signers(8, "--trusted long.trusted --by a.card --known flagger.pub")[1] == ["flagger.example"]
    Path("many").mkdir()
    capsys.readouterr()
    run("key", "new", "false.pem", "--name", "flagger.example")
    Path("false.pub").write_text(capsys.readouterr().out.strip() + "\n")
    run(*vouch.format("false", "c", "many/c").split())
    run(*vouch.format("flagger", "a", "many/a").split())
    said, found = signers(5, "--trusted many --by a.card --by c.card")
    assert found == [] and "two organisations state different keys: neither counts" in said
    assert signers(6, "--trusted many --by a.card --by c.card --known flagger.pub")[1] == ["flagger.example"]
    for line, why in (("--trusted a.trusted", "go together"), ("--by a.card", "go together"), ("--trusted mine --by a.card", "no file ending in .trusted"),
                      ("--trusted none.trusted --by a.card", "cannot be opened"), ("--trusted a.trusted --by a.pub", "a.pub: card: ")):  # fmt: skip
        code, said = told(capsys, f"report open mine --desk d --key b-r.pem {line}")
        assert code == ERROR and why in said and not Path("d").exists(), line
