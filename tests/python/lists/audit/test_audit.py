"""The audit: what passes, what fails, what is not possible, for each kind of auditor and each kind of fault."""

from __future__ import annotations

import shutil
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pdqlite import errors
from pdqlite.cli import audit_report
from pdqlite.lists.audit.audit import Audit, audit
from pdqlite.lists.audit.log import KEPT
from pdqlite.lists.audit.statement import state
from pdqlite.lists.crypto.merkle import leaf_hash
from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.format.files import Directory
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.logbook import Logbook
from pdqlite.lists.log.policy import LogPolicy
from support.lists import samples
from support.lists.logged import DAY, LOG, WITNESSES, policy_text
from support.lists.long_log import make_log, memory_of_audit
from support.lists.published import NOW, flip, pins, publish
from support.lists.samples import KEY, entries, signer

FULL = {
    "log-signature",
    "log-root",
    "log-tiles",
    "log-leaves",
    "log-proofs",
    "log-consistent",
    "policies",
    "witnessed",
    "fresh",
    "endorsed",
    "list-bytes",
    "delta-bytes",
}
KEYED = {"content", "rules", "delta-content"}


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "copy"))


def verdicts(found: Audit) -> dict[str, str]:
    return {c.token: c.verdict for c in found.checks}


def passed(found: Audit) -> set[str]:
    return {c.token for c in found.checks if c.verdict == "passed"}


def failed(found: Audit) -> set[str]:
    return {c.token for c in found.checks if c.verdict == "failed"}


def test_without_key(published: Path) -> None:
    found = audit(Directory(published), NOW, trust=pins())
    assert not found.failed
    assert passed(found) == FULL | {"device", "updates", "inventory"}
    assert [r.counts for r in found.releases] == [20, 27, 34]
    given = entries(34, seed=1)
    for j, token in enumerate(samples.CATEGORIES):
        assert found.releases[-1].by_category[token] == sum(int(c) >> j & 1 for c in given.categories)
    assert found.releases[0].by_source == dict(zip(samples.ORGS, (20, 20, 0), strict=True))
    assert set(found.witnesses) == {w.name for w in WITNESSES[:2]}
    assert found.releases[1].signers == samples.ORGS[:2]


def test_with_key(published: Path) -> None:
    found = audit(Directory(published), NOW, trust=pins(), keys=[bytes(32), KEY])
    assert passed(found) == FULL | KEYED | {"device", "updates", "inventory"}
    assert {r.proven_by for r in found.releases} == {"key"}
    assert found.newest is not None and len(found.newest.entries) == 34


def test_what_is_not_given_is_not_possible(published: Path) -> None:
    found = audit(Directory(published), NOW)
    assert passed(found) == FULL | {"inventory"} and not found.failed
    other = audit(Directory(published), NOW, keys=[bytes(32)])
    assert verdicts(other)["content"] == "not-possible" and not other.failed
    last = audit(Directory(published), NOW, last=1)
    assert [r.present for r in last.releases] == [False, False, True] and not last.failed


def test_one_release_alone(published: Path, tmp_path: Path) -> None:
    found = audit(Directory(published / "3"), NOW, trust=pins(), keys=[KEY])
    assert passed(found) == {"device", "list-bytes", "content", "rules", "inventory", "delta-bytes"}
    assert not found.failed and found.checkpoint is None
    plain = samples.make(tmp_path / "plain", entries(), issued=NOW, expires=NOW + DAY)
    found = audit(Directory(plain), NOW, trust=samples.trust(), keys=[KEY])
    assert passed(found) == {"device", "list-bytes", "content", "rules"}
    assert "unlogged" in next(c.said for c in found.checks if c.token == "device")
    with pytest.raises(errors.ListFormatError):
        audit(Directory(tmp_path), NOW)


def forge_count(root: Path) -> None:
    """Counts of another release, in the place of this one's."""
    (root / "3/inventory.evidence").write_bytes((root / "2/inventory.evidence").read_bytes())


def unsign_policy(root: Path) -> None:
    signed = Note.parse((root / "policy/0").read_bytes())
    (root / "policy/0").write_bytes(bytes(Note(signed.text, signed.signatures[:1])))


def unsign_release(root: Path) -> None:
    signed = Note.parse((root / "2/manifest").read_bytes())
    (root / "2/manifest").write_bytes(bytes(Note(signed.text, signed.signatures[:1])))


def other_log(root: Path) -> None:
    signed = Note.parse((root / "checkpoint").read_bytes())
    lines = (signer("eve.example").sign(signed.text), *signed.signatures[1:])
    (root / "checkpoint").write_bytes(bytes(Note(signed.text, lines)))


def one_witness(root: Path) -> None:
    signed = Note.parse((root / "checkpoint").read_bytes())
    (root / "checkpoint").write_bytes(bytes(Note(signed.text, signed.signatures[:2])))


FAULTS: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "a byte of the list": (lambda r: flip(r / "2/list.cob"), {"list-bytes"}),
    "a byte of a delta": (lambda r: flip(r / "3/delta-2.cob"), {"delta-bytes", "delta-content"}),
    "the list is cut": (lambda r: (r / "2/list.cob").write_bytes((r / "2/list.cob").read_bytes()[:-1]), {"list-bytes"}),
    "a leaf": (lambda r: flip(r / "tile/entries/000.p/4", 500), {"log-root", "log-tiles", "log-leaves"}),
    "a hash tile": (lambda r: flip(r / "tile/0/000.p/4"), {"log-tiles"}),
    "a tile of entries is absent": (lambda r: (r / "tile/entries/000.p/4").unlink(), {"log-root"}),
    "counts of another release": (forge_count, {"inventory"}),
    "a root signature is missing": (unsign_policy, {"policies"}),
    "an endorsement is missing": (unsign_release, {"endorsed"}),
    "another log signs": (other_log, {"log-signature"}),
    "one witness too few": (one_witness, {"witnessed"}),
    "the proof of the newest release": (lambda r: (r / "3/manifest.tlog-proof").unlink(), {"device", "updates"}),
    "a random line for a consistency proof": (
        lambda r: (r / "3/consistency-2").write_bytes(b"A" * 43 + b"=\n"),
        {"log-consistent", "updates"},
    ),
    "a consistency proof of no use today": (
        lambda r: (r / "2/consistency-2").write_bytes(b"A" * 43 + b"=\n"),
        {"log-consistent"},
    ),
    "a consistency file is withheld": (lambda r: (r / "3/consistency-2").unlink(), {"updates"}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_fails_its_own_checks(copy: Path, name: str) -> None:
    change, expected = FAULTS[name]
    change(copy)
    found = audit(Directory(copy), NOW, trust=pins(), keys=[KEY])
    assert expected <= failed(found), [c for c in found.checks if c.verdict == "failed"]
    if name != "a leaf":
        assert failed(found) == expected
    audit_report.render(found)


@pytest.mark.parametrize("line", [b"prev ", b"origin "])
def test_a_logged_policy_that_follows_no_other(tmp_path: Path, line: bytes) -> None:
    """Its signatures are not on the mirror, so that the leaf alone can tell."""
    book = publish(tmp_path / "list", 1)
    first = LogPolicy.parse(policy_text())
    made = LogPolicy.make(first.origin, 2, first.quorums, log=first.log, max_age=DAY, previous=first)
    old = next(each for each in made.text.split(b"\n") if each.startswith(line))
    wrong = LogPolicy.parse(
        made.text.replace(old, {b"prev ": b"prev " + b"A" * 43 + b"=", b"origin ": b"origin another.example"}[line])
    )
    release = Manifest.parse(Note.parse((book.path / "1/manifest").read_bytes()).text)
    for policy, expected in ((made, set()), (wrong, {"log-leaves"})):
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        copy = Logbook(Path(shutil.copytree(book.path, tmp_path / "copy")))
        origin = policy.origin if line == b"origin " else release.origin
        following = replace(release, seq=3, prev=leaf_hash(policy.text), policy=(1, policy.hash), origin=origin)
        copy.append([policy.text, following.text], LOG)
        found = audit(Directory(copy.path), NOW)
        assert failed(found) - {"witnessed"} == expected


def test_the_log_goes_on_or_does_not(published: Path, copy: Path, tmp_path: Path) -> None:
    old = publish(tmp_path / "old", 1)
    before = (old.path / "checkpoint").read_bytes()
    found = audit(Directory(published), NOW, since=before)
    assert verdicts(found)["log-continues"] == "passed"
    newer = (published / "checkpoint").read_bytes()
    assert "log-continues" in failed(audit(Directory(old.path), NOW, since=newer)), "a log that shrank"
    fork = publish(tmp_path / "fork", 2, entries(30, seed=5))
    found = audit(Directory(fork.path), NOW, since=before)
    assert failed(found) == {"log-continues"}
    said = next(c.said for c in found.checks if c.token == "log-continues")
    assert said.startswith("split-view")
    unsigned = bytes(Note(Note.parse(before).text, (signer("eve.example").sign(Note.parse(before).text),)))
    assert "log-continues" in failed(audit(Directory(published), NOW, since=unsigned))
    with pytest.raises(errors.ListFormatError, match="earlier checkpoint"):
        audit(Directory(published), NOW, since=b"nonsense")


def test_a_proof_of_another_history_beside_a_good_checkpoint(published: Path, copy: Path, tmp_path: Path) -> None:
    """What a device is shown is the proof: one of a fork, signed by the same log and witnesses, is a split view."""
    fork = publish(tmp_path / "fork", 2, entries(30, seed=5))
    assert failed(audit(Directory(copy), NOW)) == set()
    (copy / "2/manifest.tlog-proof").write_bytes((fork.path / "2/manifest.tlog-proof").read_bytes())
    found = audit(Directory(copy), NOW)
    assert failed(found) == {"log-proofs", "log-consistent"}
    said = next(c.said for c in found.checks if c.token == "log-proofs")
    assert "release 2: split-view" in said and failed(audit(Directory(copy), NOW, last=1)) == set()
    (copy / "2/manifest.tlog-proof").write_bytes((published / "3/manifest.tlog-proof").read_bytes())
    assert failed(audit(Directory(copy), NOW)) == {"log-consistent"}, (
        "a later checkpoint of the same log, without the files that lead to it"
    )


def test_freshness(published: Path) -> None:
    assert failed(audit(Directory(published), NOW + DAY + 1)) == {"fresh"}
    assert failed(audit(Directory(published), NOW - DAY - 1)) == {"fresh"}


def test_endorsed_nonsense_is_found_with_the_key_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Organisations that sign what breaks the rules: a root over entries that are not what the inventory says."""
    from pdqlite.lists.format import plaintext
    from pdqlite.lists.publish import release as publishing

    def lie(*args: object) -> bytes:
        return b"category 0 1\ncategory 1 1\n"

    monkeypatch.setattr(publishing, "_content", lambda *_: None)
    monkeypatch.setattr(plaintext, "inventory_text", lie)
    book = publish(tmp_path / "bad", 1, inventory=False)
    monkeypatch.undo()
    assert not audit(Directory(book.path), NOW, trust=pins()).failed
    assert failed(audit(Directory(book.path), NOW, trust=pins(), keys=[KEY])) == {"rules"}


# ---- what is left out ----------------------------------------------------------------------------------


def withheld(found: Audit) -> set[str]:
    return {c.token for c in found.checks if c.verdict == "withheld"}


LEFT_OUT: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "a release": (lambda r: shutil.rmtree(r / "2"), {"endorsed", "list-bytes", "log-proofs"}),
    "all releases": (
        lambda r: [shutil.rmtree(r / str(n)) for n in (1, 2, 3)],
        {"endorsed", "list-bytes", "log-proofs"},
    ),
    "a release and the policies": (
        lambda r: (shutil.rmtree(r / "2"), shutil.rmtree(r / "policy")),
        {"endorsed", "list-bytes", "log-proofs", "policies"},
    ),
    "the policies": (lambda r: shutil.rmtree(r / "policy"), {"policies"}),
    "the proof of a release": (lambda r: (r / "2/manifest.tlog-proof").unlink(), {"log-proofs"}),
    "a consistency file of the newest release": (lambda r: (r / "3/consistency-2").unlink(), {"log-consistent"}),
    "the newest release's delta": (lambda r: (r / "3/delta-2.cob").unlink(), {"delta-bytes"}),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_is_withheld(copy: Path, name: str) -> None:
    """No audit can be passed by leaving files out: the statement is another one, and the verdict no pass."""
    whole = state(audit(Directory(copy), NOW))
    change, expected = LEFT_OUT[name]
    change(copy)
    found = audit(Directory(copy), NOW)
    assert withheld(found) == expected and failed(found) == set() and found.withheld
    said = state(found)
    assert said.text != whole.text
    for token in expected:
        assert said.checks[token].checked < whole.checks[token].checked, token
        assert said.checks[token].total == whole.checks[token].total, token
    audit_report.render(found)


def test_checked_of_how_many(published: Path) -> None:
    """What nobody asked to look at is counted too."""
    checks = {c.token: c for c in audit(Directory(published), NOW, last=1).checks}
    assert (checks["endorsed"].checked, checks["endorsed"].total, checks["endorsed"].verdict) == (1, 3, "passed")
    assert (checks["list-bytes"].checked, checks["list-bytes"].total) == (1, 3)


def test_a_log_of_many_links_to_one_large_tile(tmp_path: Path) -> None:
    """Leaves are read one tile at a time, and their bytes are limited in all."""
    folder = tmp_path / "tile/entries"
    folder.mkdir(parents=True)
    (folder / "000").write_bytes(b"".join(b"\xff\xff" + bytes(65535) for _ in range(256)))
    for index in range(1, 150):
        (folder / f"{index:03d}").symlink_to(folder / "000")
    head = f"log.example/demo\n{150 * 256}\n{tobase64(bytes(32))}\n".encode()
    (tmp_path / "checkpoint").write_bytes(bytes(Note(head, (LOG.sign(head),))))
    tracemalloc.start()
    found = audit(Directory(tmp_path), NOW)
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()
    said = next(c for c in found.checks if c.token == "log-root")
    assert said.verdict == "failed" and "take more than" in said.said


def test_memory_grows_by_hashes_and_not_by_leaves(tmp_path: Path) -> None:
    """Beyond the releases that are kept, each leaf of 486 bytes costs less than four hashes. tests/fuzz/long_log.py takes a million."""
    few, many = KEPT + 400, KEPT + 6400
    peaks = [memory_of_audit(make_log(tmp_path / str(n), n)) for n in (few, many)]
    assert (peaks[1] - peaks[0]) / (many - few) < 128


def test_the_time_of_an_audit_is_limited(published: Path) -> None:
    """What does not come in time is withheld, and accuses nobody (docs/formats/list-audit.md, section 17)."""
    seen = (published / "checkpoint").read_bytes()
    found = audit(Directory(published), NOW, seconds=0, trust=pins(), keys=[KEY], since=seen)
    assert not failed(found) and not passed(found) and found.withheld
    late = {c.token: c for c in found.checks if c.verdict == "withheld"}
    assert set(late) == (FULL | KEYED | {"device", "updates", "records", "log-continues"}) - {"delta-bytes", "delta-content"}  # fmt: skip
    assert all("time is up" in c.said for c in late.values())
    assert (late["log-leaves"].checked, late["log-leaves"].total) == (0, 4)
