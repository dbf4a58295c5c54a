"""The list vectors: every reader says what cases.json says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pdqlite import errors
from pdqlite.lists import Trust
from pdqlite.lists.files import Memory
from pdqlite.lists.reading import open_audited, open_device

VECTORS = Path(__file__).parents[1] / "vectors" / "list"
CASES = json.loads((VECTORS / "cases.json").read_text())


def blob(name: str) -> bytes:
    data = (VECTORS / "blobs" / name).read_bytes()
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
