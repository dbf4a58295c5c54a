"""What an audit says of a log's leaves: each rule of the chain broken by itself, and nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pdqlite.lists.audit import log
from pdqlite.lists.audit.audit import audit
from pdqlite.lists.audit.found import Audit
from pdqlite.lists.crypto.merkle import HashRow, leaf_hash, root
from pdqlite.lists.format.files import PROOF, Directory
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.checkpoint import Checkpoint, Proof
from pdqlite.lists.log.logbook import Logbook, read_entries
from support.lists.logged import LOG
from support.lists.published import NOW

Change = Callable[[str], str]
ZEROS = base64.b64encode(bytes(32)).decode()
FAULTS: dict[str, tuple[int, Change | None, str]] = {
    # what: (leaf, its text changed before those after it are chained to it; what is said of it)
    "nothing": (0, None, ""),
    "a policy's seq": (3, lambda t: t.replace("\nseq 3\n", "\nseq 2\n"), "a policy out of its place"),
    "a policy's version": (3, lambda t: t.replace("\nversion 1\n", "\nversion 2\n"), "a policy out of its place"),
    "the policy before": (3, lambda t: _with(t, "prev", bytes(32)), "names another before it"),
    "a policy's list": (3, lambda t: t.replace("origin lists.", "origin other."), "a policy of another list"),
    "a manifest's seq": (2, lambda t: t.replace("\nseq 2\n", "\nseq 3\n"), "a manifest out of its place"),
    "the leaf before": (2, lambda t: _with(t, "prev", bytes(32)), "names another leaf before it"),
    "a manifest's policy": (4, lambda t: _line(t, "policy", f"1 {ZEROS}"), "does not name the newest policy"),
    "an older policy": (4, lambda t: t.replace("\npolicy 1 ", "\npolicy 0 "), "does not name the newest policy"),
    "no policy": (4, lambda t: _line(t, "policy", "-"), "does not name the newest policy"),
    "a manifest's list": (4, lambda t: t.replace("origin lists.", "origin other."), "a manifest of another list"),
    "half a text": (2, lambda t: t[:60], ""),
}


def _line(text: str, name: str, value: str) -> str:
    """The text with another value in the line of this name."""
    lines = text.splitlines(keepends=True)
    return "".join(f"{name} {value}\n" if line.startswith(f"{name} ") else line for line in lines)


def _with(text: str, name: str, value: bytes) -> str:
    return _line(text, name, base64.b64encode(value).decode())


def chain(texts: list[str], fault: tuple[int, Change | None, str]) -> list[bytes]:
    """Leaves that each name the one before, the policies each other, the manifests the newest; one of them changed."""
    leaves: list[bytes] = []
    policies: list[bytes] = []
    for index, text in enumerate(texts):
        is_policy = "/policy/" in text
        prev = (policies[-1] if policies else None) if is_policy else leaf_hash(leaves[-1])
        if prev is not None:
            text = _with(text, "prev", prev)
        if not is_policy:
            text = _line(text, "policy", f"{len(policies) - 1} {base64.b64encode(policies[-1]).decode()}")
        if index == fault[0] and fault[1]:
            changed = fault[1](text)
            assert changed != text
            text = changed
        leaves.append(text.encode())
        if is_policy:
            policies.append(hashlib.sha256(leaves[-1]).digest())
    return leaves


@pytest.fixture(scope="module")
def texts(published: Path) -> list[str]:
    """A policy, two releases, another policy, two releases."""
    size = Checkpoint.parse(Note.parse((published / "checkpoint").read_bytes()).text).size
    policy, first, *_ = (leaf.decode() for leaf in read_entries(Directory(published), size))
    assert "\nseq 0\n" in policy and "\nversion 0\n" in policy and "\nseq 1\n" in first
    later = policy.replace("\nseq 0\n", "\nseq 3\n").replace("\nversion 0\n", "\nversion 1\n")
    releases = [first.replace("\nseq 1\n", f"\nseq {n}\n") for n in (1, 2, 4, 5)]
    return [policy, *releases[:2], later, *releases[2:]]


def read(leaves: list[bytes]) -> tuple[str, str, Audit]:
    found = Audit(NOW)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    for index, leaf in enumerate(leaves):
        log._read_leaf(found, index, leaf, hashes[index - 1] if index else None, index == len(leaves) - 1)
    check = next(c for c in found.checks if c.token == "log-leaves")
    return check.verdict, check.said, found


@pytest.mark.parametrize("name", FAULTS)
def test_each_rule_of_the_chain_is_looked_at(texts: list[str], name: str) -> None:
    """One fault fails, says which leaf, and leaves the leaves before it passed."""
    where, change, said = FAULTS[name]
    verdict, told, found = read(chain(texts, FAULTS[name]))
    assert verdict == ("failed" if change else "passed")
    if change:
        assert f"leaf {where}: " in told and said in told.split(f"leaf {where}: ")[1].split("; leaf")[0]
        assert not any(f"leaf {before}: " in told for before in range(where))
    else:
        assert (len(found.policies), len(found.releases)) == (2, 4)


def test_a_log_does_not_end_with_a_policy(texts: list[str]) -> None:
    verdict, told, _ = read(chain(texts[:4], FAULTS["nothing"]))
    assert verdict == "failed" and "leaf 3: " in told and "a policy without a release after it" in told


def test_leaves_of_other_kinds_are_counted_and_not_read(texts: list[str]) -> None:
    """Somebody else's leaf between ours is no fault of the list; at the end it is, for devices look there for the release."""
    leaves = chain(texts, FAULTS["nothing"])
    found = Audit(NOW)
    log._read_leaf(found, 0, b"hello\n", None, False)
    for index, leaf in enumerate(leaves[:1]):
        log._read_leaf(found, index, leaf, None, False)
    check = next(c for c in found.checks if c.token == "log-leaves")
    assert (check.verdict, check.checked, check.total) == ("passed", 1, 2) and "counted, not read" in check.said
    log._read_leaf(found, 2, b"hello\n", leaf_hash(leaves[1]), True)
    assert found.failed
    foreign = Audit(NOW)
    for index in range(3):
        log._read_leaf(foreign, index, b"hello\n", None, index == 2)
    check = next(c for c in foreign.checks if c.token == "log-leaves")
    assert not foreign.failed and (check.checked, check.total) == (0, 3)


def test_a_log_of_others_is_audited(tmp_path: Path) -> None:
    """Entries of any kind, a checkpoint with extension lines: root, tiles and continuity are checked, nothing is fatal."""
    book = Logbook(tmp_path)
    book.append([b"one", b"two\n\xff"], LOG)
    kept = Note.parse((tmp_path / "checkpoint").read_bytes())
    more = Note(kept.text + b"an extension line\n", kept.signatures)
    (tmp_path / "checkpoint").write_bytes(bytes(more))
    found = audit(Directory(tmp_path), NOW, since=bytes(more))
    verdicts = {c.token: c.verdict for c in found.checks}
    assert not found.failed and not found.withheld
    assert [verdicts[t] for t in ("log-root", "log-tiles", "log-continues")] == ["passed"] * 3
    (tmp_path / "checkpoint").write_bytes(bytes(Note(kept.text.replace(b"\n2\n", b"\n1\n"), kept.signatures)))
    assert audit(Directory(tmp_path), NOW).failed


def test_a_log_without_policies(texts: list[str]) -> None:
    """Manifests that name no policy, where there is none; one that names one is refused."""
    first = _line(_line(_line(texts[1], "policy", "-"), "seq", "0"), "prev", "-")
    second = _with(_line(_line(texts[2], "policy", "-"), "seq", "1"), "prev", leaf_hash(first.encode()))
    assert read([first.encode(), second.encode()])[0] == "passed"
    verdict, told, _ = read([first.encode(), _line(second, "policy", f"0 {ZEROS}").encode()])
    assert verdict == "failed" and "does not name the newest policy" in told


PROOFS: dict[str, tuple[Callable[[Checkpoint], Checkpoint], str]] = {
    "the log's own": (lambda c: c, ""),
    "another log": (lambda c: replace(c, origin="log.example/other"), "of another log"),
    "more leaves": (lambda c: replace(c, size=c.size + 1), "that knows more"),
    "another root": (lambda c: replace(c, root=bytes(32)), "another history"),
    "the root of fewer leaves": (lambda c: replace(c, size=c.size - 1), "another history"),
}


@pytest.mark.parametrize("name", PROOFS)
def test_the_checkpoint_that_a_release_shows_is_the_logs(
    published: Path, texts: list[str], tmp_path: Path, name: str
) -> None:
    """A proof whose checkpoint is wrong in one thing. Its signatures are a device's business: here only what it shows counts."""
    change, said = PROOFS[name]
    _, _, found = read(chain(texts, FAULTS["nothing"]))
    hashes = [leaf_hash(leaf) for leaf in chain(texts, FAULTS["nothing"])]
    shown = Proof.parse((published / "3" / PROOF).read_bytes())
    head = Checkpoint(shown.checkpoint.origin, len(hashes), root(hashes))
    found.checkpoint = head
    text = change(head).text
    (tmp_path / PROOF).write_bytes(bytes(replace(shown, note=replace(shown.note, text=text))))
    log.audit_proofs(found, [(found.releases[-1], Directory(tmp_path))], HashRow(bytearray(b"".join(hashes))))
    check = next(c for c in found.checks if c.token == "log-proofs")
    assert check.verdict == ("failed" if said else "passed") and said in check.said
