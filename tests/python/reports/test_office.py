"""The commands around a desk: nothing in a folder is left out in silence, and every file of a report's life can be shown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pdqlite.cli import scenes
from pdqlite.cli.main import main
from support.commands import ERROR, FOUND, run


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """A folder with an organisation, a report of one picture, and what a command says there."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(scenes.picture(3, 320, 240)).save("p.png")
    run("key", "new", "a.pem", "--name", "a.example")
    run("key", "new", "a-r.pem", "--recipient")
    run(*"report card --name a.example --key a-r.pem --signing-key a.pem -o a.card".split())
    run(*"report make p.png --to a.card --category harm -o mine".split())

    def say(line: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(line.split())
        found = capsys.readouterr()
        return code, found.out + found.err

    return say


def test_what_is_left_in_a_folder_is_told(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = "report open mine --desk desk --key a-r.pem"
    Path("mine/1.report").rename("mine/1.report.txt")  # as mail programs name it
    code, said = told(opening)
    assert code == 1 and "2 files were left" in said and "ends in .report or .withdrawal" in said  # and 1.keep
    Path("mine/1.report.txt").rename("mine/1.report")
    os.makedirs("mine/closed")
    scan = os.scandir

    def closed(path: Any = ".") -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    code, said = told(opening)
    assert (
        code == ERROR and "1 new reports" in said and "closed: cannot be listed" in said and "1 files were left" in said
    )


def test_every_file_of_a_reports_life_is_shown(told: Any) -> None:
    told("report open mine --desk desk --key a-r.pem")
    told("report accept 1 --category harm --name a.example --signing-key a.pem --desk desk --acceptances yes")
    told("report receipts --name a.example --signing-key a.pem --desk desk -o answers")
    told("report withdraw --keep mine/1.keep -o mine/1.withdrawal")
    (acceptance,), (receipt,) = Path("yes").iterdir(), Path("answers").iterdir()
    said = {
        name: told(f"report show {name}")
        for name in (acceptance, receipt, "mine/1.keep", "mine/1.report", "mine/1.withdrawal", "a.card")
    }
    assert {code for code, _ in said.values()} == {FOUND}
    assert (
        "a.example, 20" in said[acceptance][1] and f"accepted report {acceptance.stem} as harm" in said[acceptance][1]
    )
    assert "report check" in said[receipt][1] and "give it to nobody" in said["mine/1.keep"][1]
    assert "secret" not in said["mine/1.keep"][1]
    assert "Antwort einer Organisation" in told(f"report show {receipt} --language de")[1]
    Path("sun").write_text("sun")
    assert told("report show sun")[0] == ERROR
