"""The list vectors: every reader says what cases.json says."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from pdqlite import errors
from pdqlite.lists import Trust
from pdqlite.lists.format.files import Memory
from pdqlite.lists.verify import delta, device
from pdqlite.lists.verify.auditor import unseal, verify_files, verify_texts
from pdqlite.lists.verify.reading import open_audited, open_device
from pdqlite.native.list import Held
from support import ROOT, VECTORS
from support.lists.attacks import Scenario
from support.lists.readers import audited, on_device, verdict

CASES = json.loads((VECTORS / "list" / "cases.json").read_text())


def blob(name: str) -> bytes:
    data = (VECTORS / "list" / "blobs" / name).read_bytes()
    assert hashlib.sha256(data).hexdigest().startswith(name)
    return data


READERS = {"auditor": open_audited, "device": open_device}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_verdict(case: dict, reader: str) -> None:
    files = Memory({name: blob(data) for name, data in case["files"].items()})
    trust, key = Trust.parse(blob(case["trust"])), bytes.fromhex(case["key"])
    try:
        status = READERS[reader](files, key, trust, case["now"], True).status
    except errors.UnloggedError:
        status = "unlogged-refused"
    except errors.ListError as error:
        status = error.status
    assert status == case["status"]


def test_every_status_of_a_list_with_pinned_keys_has_a_case() -> None:
    pinned = {
        "format", "unendorsed", "origin", "pins", "unlogged-refused", "rollback", "expired",
        "ct-mismatch", "key-commit", "content-mismatch", "rule", "stale", "unlogged",
    }  # fmt: skip
    assert {case["status"] for case in CASES} == pinned


DELTAS = json.loads((VECTORS / "list" / "deltas.json").read_text())


@pytest.mark.parametrize("case", DELTAS, ids=lambda c: c["name"])
def test_delta(case: dict) -> None:
    """The auditor's reader on the delta vectors; what a good one leads to is the whole list."""
    trust, key = Trust.parse(blob(case["trust"])), bytes.fromhex(case["key"])
    held = {name: blob(data) for name, data in case["held"].items()}
    files = {name: blob(data) for name, data in case["files"].items()}
    before = unseal(verify_files(Memory(held), trust, case["now"]), key)
    try:
        endorsed = verify_texts(Memory(files), trust, case["now"])
        after = delta.apply(endorsed, key, before)
    except errors.ListError as error:
        assert error.status == case["status"]
        return
    assert endorsed.status == case["status"]
    whole = Memory({**files, **{name: blob(data) for name, data in case["whole"].items()}})
    expected = unseal(verify_files(whole, trust, case["now"]), key)
    assert bytes(after.head) == bytes(expected.head)
    for name in ("rows", "categories", "sources", "flags", "quality", "video", "time_ms"):
        ours, theirs = getattr(after.entries, name), getattr(expected.entries, name)
        assert (ours is None and theirs is None) or (ours == theirs).all()
    assert after.entries.keypoints == expected.entries.keypoints


@pytest.mark.parametrize("case", DELTAS, ids=lambda c: c["name"])
def test_delta_on_the_device(case: dict) -> None:
    """The device's reader says the same, and makes of a good delta what the whole list is."""
    trust, key = Trust.parse(blob(case["trust"])), bytes.fromhex(case["key"])
    held = {name: blob(data) for name, data in case["held"].items()}
    files = {name: blob(data) for name, data in case["files"].items()}
    before = device.verify(Memory(held), trust, case["now"])
    old = device.entries(before, key)
    root = before.endorsed.pt_root
    try:
        endorsed = device.verify_texts(Memory(files), trust, case["now"])
        after = device.apply(endorsed, key, Held(before.endorsed.seq, len(old), root), old)
    except errors.ListError as error:
        assert error.status == case["status"]
        return
    assert endorsed.status == case["status"]
    whole = Memory({**files, **{name: blob(data) for name, data in case["whole"].items()}})
    expected = device.entries(device.verify(whole, trust, case["now"]), key)
    for name in ("rows", "categories", "sources", "flags", "quality", "video", "time_ms"):
        ours, theirs = getattr(after, name), getattr(expected, name)
        assert (ours is None and theirs is None) or (ours == theirs).all()
    assert after.keypoints == expected.keypoints


def test_every_status_of_a_delta_has_a_case() -> None:
    assert {c["status"] for c in DELTAS} == {
        "unlogged", "ct-mismatch", "key-commit", "content-mismatch", "rule",
    }  # fmt: skip


LOG = json.loads((VECTORS / "list" / "log.json").read_text())


def test_every_status_of_the_format_is_in_the_vectors() -> None:
    table = (ROOT / "docs/formats/list-verify.md").read_text()
    named = {name.lower().replace("_", "-") for name in re.findall(r"^\| \d+ \| ([A-Z_]+) \|", table, re.M)}
    assert len(named) >= 17
    assert {case["status"].removesuffix("-refused") for case in (*CASES, *DELTAS, *LOG)} == named


@pytest.mark.parametrize("reader", [audited, on_device])
@pytest.mark.parametrize("case", LOG, ids=lambda c: c["name"])
def test_log(case: dict, reader: object) -> None:
    def files(named: dict) -> dict[str, bytes]:
        return {name: blob(data) for name, data in named.items()}

    before = [(files(old["files"]), old["now"]) for old in case["before"]]
    trust = Trust.parse(blob(case["trust"]))
    given = Scenario(trust, files(case["files"]), case["now"], before, bytes.fromhex(case["key"]))
    assert verdict(reader, given) == case["status"]
