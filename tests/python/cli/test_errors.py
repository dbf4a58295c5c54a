"""Wrong input to the commands of lists: one line that names the file and the status, and nothing half-written."""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import pytest

from pdqlite import lists
from pdqlite.cli.main import build_parser, main
from support.commands import LOG, ORIGIN, cosign, log, release, run, verified
from support.lists.samples import pdq_like

FOUND, ERROR = 0, 2


@pytest.fixture
def published(life: dict[str, str]) -> dict[str, str]:
    """One release, proven."""
    release(3, 1)
    log()
    cosign(("w1.example", "w2.example"), life[LOG], 0)
    run("list", "log", "prove", "published")
    shutil.copytree("published/1", "cut")
    Path("cut/list.cob").write_bytes(Path("cut/list.cob").read_bytes()[:-1])
    shutil.copytree("published/1", "bare")
    Path("bare/manifest.tlog-proof").unlink()
    run("key", "new", "other.key", "--list")
    shutil.copy("list.key", "open.key")
    Path("open.key").chmod(0o644)
    return life


VERIFY = ["list", "verify", "published/1", "--trust", "trust"]
BUILD = f"list build hashes/0.txt --source a.example --origin {ORIGIN} --key list.key -o made".split()
WRONG = {
    "published/9: format: manifest: cannot be read": ["list", "verify", "published/9", "--trust", "trust"],
    "cut: ct-mismatch: list.cob: ": ["list", "verify", "cut", "--trust", "trust"],
    "bare: unlogged: ": ["list", "verify", "bare", "--trust", "trust"],
    "published/1: key-commit: ": [*VERIFY, "--key", "other.key"],
    "absent.key: the key file cannot be read": [*VERIFY, "--key", "absent.key"],
    "a.example.pem: not a list key file": [*VERIFY, "--key", "a.example.pem"],
    "open.key: the key file is open to other users": [*VERIFY, "--key", "open.key"],
    "list.key: format: trust: expected": ["list", "verify", "published/1", "--trust", "list.key"],
    "/dev/zero: a trust file has at most": ["list", "verify", "published/1", "--trust", "/dev/zero"],
    "absent: the trust file cannot be opened": ["list", "verify", "published/1", "--trust", "absent"],
    "cut/list.cob: not a picture or video": "match --list published/1 --trust trust --key list.key cut/list.cob".split(),
    "cut: ct-mismatch: ": ["list", "install", "cut", "--trust", "trust", "--key", "list.key", "--store", "made"],
    "list.key: the key file holds no unencrypted PEM": "list endorse published/1 --name c --signing-key list.key --key list.key".split(),
    "trust: format: policy: expected the line": "list policy sign trust --name c --signing-key root.example.pem".split(),
    "p0: policy-chain: ": ["list", "policy", "accept", "published", "p0"],
    "--endorser: format: verifier key": f"list trust -o made --origin {ORIGIN} --endorser x --quorum 1 --category a".split(),
    "trust: format: evidence: ": ["evidence", "verify", "trust", "--trust", "trust"],
    "request: conflict: this witness last saw": (
        "list log cosign request --log LOG --key w1.example.pem --name w1.example --seen w1.example.seen -o made"
    ).split(),
    "name of an organisation: expected 1 to 128": [*BUILD, "--submitted", "a b", "hashes/0.txt"],
    "policy 0 names no organisation a.exmaple; it names a.example, b.example": "list build hashes/0.txt --source a.exmaple --key list.key --prefix published".split(),
    "--min-sources needs 1 to 1": [*BUILD, "--min-sources", "2"],
    "--max-distance: expected a whole number from 0 to 255": [*BUILD, "--max-distance", "300"],
    "--days: expected a whole number from 1": [*BUILD, "--days", "0"],
    "--seq: expected a whole number from 0": [*BUILD, "--seq", "9" * 5000],
    "--origin: name of the list: expected 1 to 128": [*BUILD, "--origin", "x y"],
    "--category: category: expected 1 to 32": [*BUILD, "--category", "Foo Bar"],
    "published/1: policy 0 does not name this key of c.example": "list endorse published/1 --name c.example --signing-key a.example.pem --key list.key".split(),
    "published/1: policy 0 does not name this key of a.example": "list endorse published/1 --name a.example --signing-key b.example.pem --key list.key".split(),
    "no/where: No such file": ["audit", "published", "--save-checkpoint", "no/where"],
    "no/trust: No such file": f"list trust -o no/trust --origin {ORIGIN} --policy p0 --category a".split(),
    "--radius: expected a whole number from 0 to 256": "match --list published/1 --key list.key --trust trust --radius 999 hashes".split(),
    "--last: expected a whole number from 0": ["audit", "published", "--last", "-9"],
    "absent: the directory to audit does not exist": ["audit", "absent"],
    "http://127.0.0.1:9/: the server cannot be reached": ["audit", "http://127.0.0.1:9/"],
}


def test_wrong_input_is_named(published: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(p for p in Path().rglob("*"))
    key = Path("list.key").read_text().split()[1]
    for said, words in WRONG.items():
        capsys.readouterr()
        assert main([published[LOG] if w == "LOG" else w for w in words]) == ERROR, words
        err = capsys.readouterr().err
        assert err.splitlines()[-1].startswith("pdqlite") and said in err and key not in err, err
    made = [p for p in Path().rglob("*") if p not in before]
    assert [str(p) for p in made] in ([], ["made", "made/lock"]), "a store's lock is all that may be left"


def test_a_status_is_in_the_json_too(published: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["list", "verify", "cut", "--trust", "trust", "--json"]) == ERROR
    said = json.loads(capsys.readouterr().out)
    assert (said["file"], said["status"], said["error"]) == ("cut", "ct-mismatch", "CiphertextError")


def test_a_policy_that_waits_governs_nothing_yet(published: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The newest release is proven anew, by the witnesses of the policy it is under, while the next policy waits."""
    for name in ("v1.example", "v2.example"):
        run("key", "new", f"{name}.pem", "--name", name, "--witness")
    new = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("v1.example+", "v2.example+"))]
    run(*f"list policy make published -o p1 --witness {new[0]} --witness {new[1]} --witness-quorum 2".split())
    run("list", "policy", "sign", "p1", "--name", "root.example", "--signing-key", "root.example.pem")
    run("list", "policy", "accept", "published", "p1")
    cosign(("w1.example", "w2.example"), published[LOG], 2)
    run("list", "log", "prove", "published")
    assert verified(1) == "ok"
    assert not Path("published/1/policy-1").exists()
    release(4, 3)
    log()
    cosign(("w1.example", "w2.example"), published[LOG], 2)
    cosign(("v1.example", "v2.example"), published[LOG], 0)
    run("list", "log", "prove", "published")
    assert verified(3) == "ok"


def test_what_too_few_submitted_is_left_out(life: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    run(
        *(
            "list build --submitted a.example hashes/0.txt hashes/1.txt --submitted b.example hashes/1.txt hashes/2.txt "
            "--min-sources 2 --key list.key --prefix published"
        ).split()
    )
    assert "2 of 3 entries left out: fewer than 2 organisations" in capsys.readouterr().err
    words = ("list endorse published/1 --name b.example --signing-key b.example.pem --key list.key --submitted").split()
    assert main([*words, "hashes/1.txt", "hashes/2.txt"]) == ERROR
    assert "1 that it submitted are missing" in capsys.readouterr().err
    assert main([*words, "hashes/2.txt", "--allow-missing"]) == ERROR, "an entry with its mark that it did not submit"
    assert main([*words, "hashes/1.txt", "hashes/2.txt", "--allow-missing"]) == FOUND


def test_one_video_of_two_organisations_is_one(life: dict[str, str]) -> None:
    """Videos of the same hashes are one, so both organisations' marks stand on it."""
    lines = [f"{i},100,{bytes(row).hex()},{i}.000" for i, row in enumerate(pdq_like(3, 6))]
    for name, kept in (("one", lines[:2]), ("two", lines[2:])):
        Path(f"{name}.vpdq").write_text("\n".join(kept) + "\n")
    run(
        *(
            "list build --submitted a.example one.vpdq two.vpdq --submitted b.example two.vpdq "
            f"--min-sources 2 --origin {ORIGIN} --key list.key -o made"
        ).split()
    )
    for name in "ab":
        run(*f"list endorse made --name {name}.example --signing-key {name}.example.pem --key list.key".split())
    pinned = tuple(lists.VerifierKey.parse(life[f"{name}.example"]) for name in "ab")
    trust = lists.Trust(
        ORIGIN, ("unspecified",), endorsers=pinned, quorum=2, type="video", max_distance=68, allow_unlogged=True
    )
    found = lists.open_list("made", lists.load_list_key("list.key"), trust=trust, now=int(time.time())).entries
    assert sorted(bytes(r).hex() for r in found.rows) == sorted(line.split(",")[2] for line in lines[2:])
    assert set(found.sources) == {3} and found.video is not None and len(set(found.video)) == 1


def test_every_argument_has_a_help_text() -> None:
    def without(parser: argparse.ArgumentParser, path: str) -> list[str]:
        found = []
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                found += [name for word, below in action.choices.items() for name in without(below, f"{path} {word}")]
            elif not action.help:
                found.append(f"{path} {action.dest}")
        return found

    assert not without(build_parser(), "pdqlite")


def test_no_name_moves_the_terminal(published: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever serves a list may add signature lines: under any name, which is shown before anything is checked."""
    places = {
        "manifest": ["list", "show", "published/1"],
        "policy-0": ["list", "policy", "show", "published/1/policy-0"],
    }
    for name, words in places.items():
        path = Path("published/1") / name
        before = path.read_bytes()
        for bad in ("\x1b[31mgood", "a\x7f", "a\x9b31m", "a\u202eb", "a\u200bb"):
            path.write_bytes(before + f"\u2014 {bad} AAAAAAA=\n".encode())
            code = main(words)
            told = capsys.readouterr()
            assert code == (ERROR if "\x1b" in bad else 0)
            assert all(c.isprintable() or c == "\n" for c in told.out + told.err), ascii(told)
        path.write_bytes(before)
