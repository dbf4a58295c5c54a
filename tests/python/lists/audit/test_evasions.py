"""Ways to pass an audit by serving less than a published list, or by serving it slowly."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from pdqlite.cli.main import main
from pdqlite.errors import UnauditedError
from pdqlite.lists.audit import log
from pdqlite.lists.audit.audit import Audit, audit
from pdqlite.lists.audit.statement import line, state
from pdqlite.lists.format.files import Directory
from pdqlite.lists.format.note import COSIGNATURE
from pdqlite.lists.log.logbook import Logbook
from pdqlite.lists.log.record import DISPUTED, Record
from support.lists import samples
from support.lists.logged import LOG
from support.lists.published import NOW, pins
from support.lists.samples import KEY, ORIGIN, signer

AUDITOR = replace(signer("auditor.example"), kind=COSIGNATURE)


def verdicts(found: Audit) -> dict[str, str]:
    return {c.token: c.verdict for c in found.checks}


def counts(found: Audit) -> dict[str, tuple[int, int]]:
    return {c.token: (c.checked, c.total) for c in found.checks}


def test_a_mirror_that_serves_the_newest_release_in_the_place_of_the_list(published: Path, tmp_path: Path) -> None:
    """A release names its policy, so it has a log: where no log is, the log is withheld, and no auditor passes the release."""
    seen = (published / "checkpoint").read_bytes()
    served = Path(shutil.copytree(published / "3", tmp_path / "served"))
    for since in (None, seen):
        found = audit(Directory(served), NOW, trust=pins(), keys=[KEY], since=since)
        said = verdicts(found)
        assert found.withheld and not found.failed
        assert {said[t] for t in ("log-root", "log-leaves", "policies", "witnessed", "log-signature")} == {"withheld"}
        assert said["log-continues"] == ("withheld" if since else "not-possible")
        assert said["device"] == said["content"] == "passed"
        assert state(found).checks["log-root"].verdict == "withheld"
        with pytest.raises(UnauditedError):
            line(found, AUDITOR)


def test_a_list_that_was_never_logged_is_audited_alone(tmp_path: Path) -> None:
    made = samples.make(tmp_path / "plain", samples.entries(), issued=NOW, expires=NOW + 100)
    found = audit(Directory(made), NOW, trust=samples.trust(), keys=[KEY])
    assert not found.withheld and not found.failed
    assert line(found, AUDITOR).name == AUDITOR.name


def test_a_mirror_that_serves_a_log_without_any_release(tmp_path: Path) -> None:
    """Where a trust file says which list it should be."""
    Logbook(tmp_path).append([b"something else"], LOG)
    assert not audit(Directory(tmp_path), NOW).withheld
    found = audit(Directory(tmp_path), NOW, trust=pins())
    assert found.withheld and verdicts(found)["device"] == "withheld"


def test_what_was_not_looked_at_is_counted_by_every_check(published: Path) -> None:
    found = audit(Directory(published), NOW, trust=pins(), keys=[KEY], last=2)
    said = counts(found)
    assert [said[t] for t in ("endorsed", "list-bytes", "log-proofs", "content", "rules", "updates")] == [
        *[(2, 3)] * 5,
        (1, 2),
    ]
    assert counts(audit(Directory(published), NOW, trust=pins(), last=1))["updates"] == (0, 2)
    assert counts(audit(Directory(published), NOW, last=1))["updates"] == (0, 1), "nobody asked"


def test_records_that_push_others_out_are_counted(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more records than are kept the newest are shown; the audit says of how many."""
    monkeypatch.setattr(log, "MAX_RECORDS", 3)
    found = audit(Directory(published), NOW)
    for seq in range(9, 14):
        text = Record(ORIGIN, seq, NOW, samples.ORGS[0], DISPUTED, 1, bytes(32), "mistake", "mailto:a@b.example").text
        log._read_leaf(found, seq, text, None, False)
    assert [r.seq for r in found.records] == [11, 12, 13]
    assert counts(found)["records"] == (0, 2)
    log._audit_records(found, Directory(published))
    assert counts(found)["records"] == (0, 5)


class Slow(Directory):
    """A server that takes its time from the first file on whose path has this in it."""

    def __init__(self, path: Path, word: str, clock: list[float]) -> None:
        super().__init__(path)
        self._word, self._clock = word, clock

    def open(self, name: str) -> BinaryIO:
        if self._word in name:
            self._clock[0] += 1000
        return super().open(name)


@pytest.mark.parametrize("word", ["tile/entries", "tile/0", "policy/", "consistency-", "manifest", "list.cob"])
def test_a_server_that_draws_out_the_time(published: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Nothing more is asked for once the time is up, and what did not come in time is not passed."""
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    seen = (published / "checkpoint").read_bytes()
    found = audit(Slow(published, word, clock), NOW, trust=pins(), keys=[KEY], since=seen, seconds=10)
    assert clock[0] <= 3000, "a release's own few files at most"
    assert found.withheld and not found.failed, "nobody is accused"
    said = verdicts(found)
    assert said["log-continues"] == ("withheld" if word == "tile/entries" else "passed")
    assert {said[t] for t in ("content", "rules", "endorsed", "list-bytes")} == {"withheld"}
    assert word == "tile/entries" or said["delta-bytes"] == said["delta-content"] == "withheld"
    if word != "list.cob":
        assert "withheld" in (said["updates"], said["log-proofs"]), "some of what it asks for passed; not all was asked"
    assert any("time is up" in c.said for c in found.checks)
    with pytest.raises(UnauditedError):
        line(found, AUDITOR)


def test_slowness_hides_no_fork(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An earlier checkpoint of another history is found before more files are asked for; where it could not be, it says so."""
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    Logbook(tmp_path).append([b"another history"], LOG)
    fork = (tmp_path / "checkpoint").read_bytes()
    for word, verdict in (("tile/0", "failed"), ("policy/", "failed"), ("tile/entries", "withheld")):
        found = audit(Slow(published, word, clock), NOW, since=fork, seconds=10)
        assert verdicts(found)["log-continues"] == verdict


def test_a_checkpoint_that_was_not_seen_to_go_on_is_not_kept(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Logbook(tmp_path / "other").append([b"another history"], LOG)
    words = ["audit", str(published), "--save-checkpoint", "seen", "--allow-withheld", "--since"]
    for since, more in ((tmp_path / "other/checkpoint", ()), (published / "checkpoint", ("--max-seconds", "0"))):
        main([*words, str(since), *more])
        assert not Path("seen").exists() and "seen not written" in capsys.readouterr().err
    served = published / "checkpoint"
    honest = served.read_bytes()
    signatures = honest.split(b"\n\n", 1)[1]
    (line,) = [one for one in signatures.splitlines() if one.split(b" ")[1] == LOG.name.encode()]
    other = line[:-9] + (b"B" if line[-9:-8] == b"A" else b"A") + line[-8:]
    for forged in (line.replace(LOG.name.encode(), b"who.example"), other):
        served.write_bytes(
            honest.replace(line, forged)
        )  # a mirror may, once: kept, it would make the honest log a forger at the next audit
        (tmp_path / "before").write_bytes(honest)
        main([*words, "before"])
        assert not Path("seen").exists() and "seen not written" in capsys.readouterr().err
    served.write_bytes(honest)
    assert main([*words, str(served)]) == 0
    assert Path("seen").read_bytes() == (published / "checkpoint").read_bytes()
