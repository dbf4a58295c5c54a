"""What groups are compared with: no row of a file accuses what it does not name, and none is left out in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdqlite.cli.report_against import against
from pdqlite.errors import ArgumentError, HashFormatError, UnreadableError
from support.commands import ERROR, FOUND
from support.desks import Place, made, noise

HEX = [noise(i).items[0].bits.hex() for i in range(4)]
NCMEC = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><images count="1"><image>
<member id="1">Member One</member><timestamp>2026-10-20T10:00:00Z</timestamp><id>one</id><classification>A1</classification>
<fingerprints><pdq>{0}</pdq></fingerprints></image>
<deletedImage><member id="1">Member One</member><id>two</id><timestamp>2026-10-20T10:00:00Z</timestamp></deletedImage></images></queryResult>
"""


def read(tmp_path: Path, text: str, name: str = "list.csv") -> dict[str, set[str]]:
    path = tmp_path / name
    path.write_text(text)
    return {label: {bytes(row).hex() for row in rows} for label, rows in against([("listed", str(path))])}


def test_rows_that_were_deleted_accuse_nobody(tmp_path: Path) -> None:
    text = f"hash,id,deleted\n{HEX[0]},a,\n{HEX[1]},b,\n{HEX[2]},c,true\n{HEX[1]},b,true\n"
    assert read(tmp_path, text) == {"listed": {HEX[0]}}
    assert read(tmp_path, f"hash,id,deleted\n{HEX[1]},b,true\n{HEX[1]},b,\n") == {"listed": {HEX[1]}}  # given again
    assert read(tmp_path, f"hash,id,deleted\n{HEX[1]},a,\n{HEX[1]},b,\n{HEX[1]},b,true\n") == {
        "listed": {HEX[1]}
    }  # a stands
    assert read(tmp_path, f"hash,deleted\n{HEX[0]},\n{HEX[1]},\n{HEX[1]},true\n") == {"listed": {HEX[0]}}
    assert read(tmp_path, NCMEC.format(HEX[0]), "feed.xml") == {"listed": {HEX[0]}}


def test_what_a_file_calls_harmless_is_said_to_be(tmp_path: Path) -> None:
    text = f"hash,negative\n{HEX[0]},\n{HEX[1]},true\n"
    assert read(tmp_path, text) == {"listed": {HEX[0]}, "listed, known harmless": {HEX[1]}}
    assert read(tmp_path, f"hash,negative\n{HEX[1]},true\n") == {"listed, known harmless": {HEX[1]}}


@pytest.mark.parametrize(("text", "error", "why"), [
    (f"{HEX[0]}\n{HEX[1][:-1]}\n", HashFormatError, "line 2: "),
    (f"hash\n{HEX[0]}\nno hash\n", HashFormatError, "line 3: "),
    (f"hash,deleted\n{HEX[0]},true\n", ArgumentError, "no PDQ hash that stands; 1 row is deleted"),
    (f"md5\n{'0' * 31}1\n", ArgumentError, "no PDQ hash"),
])  # fmt: skip
def test_a_file_that_cannot_be_compared_with_is_an_error(
    text: str, error: type[Exception], why: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=why) as found:
        read(tmp_path, text)
    assert found.value.about == str(tmp_path / "list.csv") and HEX[1][:-1] not in str(found.value)  # type: ignore[attr-defined]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        against([("listed", str(tmp_path / "none"))])


def test_triage_says_which_is_which(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    from pdqlite.cli.main import main

    place.take([made(noise(i))[0] for i in range(4)])
    path = place.path / "list.csv"
    path.write_text(f"hash,negative,deleted\n{HEX[0]},,\n{HEX[1]},true,\n{HEX[2]},,true\n")
    words = ["report", "triage", "--desk", str(place.path / "desk"), "--against", "ours", str(path)]
    assert main(words) == FOUND
    said = capsys.readouterr().out
    assert said.count("its hash is near to: ours\n") == 1 == said.count("its hash is near to: ours, known harmless\n")
    path.write_text(path.read_text() + "nonsense,,\n")
    assert main(words) == ERROR
