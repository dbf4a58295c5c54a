"""The list vectors: every reader says what cases.json says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pdqlite import errors
from pdqlite.lists import Trust
from pdqlite.lists.files import Memory
from pdqlite.lists.verify import unseal, verify_files

VECTORS = Path(__file__).parents[1] / "vectors" / "list"
CASES = json.loads((VECTORS / "cases.json").read_text())


def blob(name: str) -> bytes:
    data = (VECTORS / "blobs" / name).read_bytes()
    assert hashlib.sha256(data).hexdigest().startswith(name)
    return data


def auditor(case: dict, files: dict[str, bytes], trust: bytes) -> str:
    try:
        sealed = verify_files(Memory(files), Trust.parse(trust), case["now"])
        unseal(sealed, bytes.fromhex(case["key"]))
    except errors.UnloggedError:
        return "unlogged-refused"
    except errors.ListError as error:
        return error.status
    return sealed.status


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_verdict(case: dict) -> None:
    files = {name: blob(data) for name, data in case["files"].items()}
    assert auditor(case, files, blob(case["trust"])) == case["status"]


def test_every_status_of_a_list_with_pinned_keys_has_a_case() -> None:
    pinned = {
        "format", "unendorsed", "origin", "pins", "unlogged-refused", "rollback", "expired",
        "ct-mismatch", "key-commit", "content-mismatch", "rule", "stale", "unlogged",
    }  # fmt: skip
    assert {case["status"] for case in CASES} == pinned
