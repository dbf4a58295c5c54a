"""Each attack by its name, on both readers, from what was installed before to the verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from list_attacks import ATTACKS, Scenario

from pdqlite import errors
from pdqlite.lists import device
from pdqlite.lists.files import Memory
from pdqlite.lists.verify import unseal, verify_files

REMARKS = ("unlogged", "unwitnessed")


def audited(case: Scenario) -> str:
    state = None
    for files, now in case.before:
        state = verify_files(Memory(files), case.trust, now, state).state
    sealed = verify_files(Memory(case.files), case.trust, case.now, state)
    unseal(sealed, case.key)
    return sealed.status


def on_device(case: Scenario) -> str:
    state = None
    for files, now in case.before:
        state = device.verify(Memory(files), case.trust, now, state).endorsed.state
    verified = device.verify(Memory(case.files), case.trust, case.now, state)
    device.entries(verified, case.key)
    return verified.status


def verdict(reader: object, case: Scenario) -> str:
    try:
        return reader(case)  # type: ignore[operator,no-any-return]
    except errors.ListError as error:
        return error.status + ("-refused" if error.status in REMARKS else "")


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(name: str, tmp_path: Path) -> None:
    status, make = ATTACKS[name]
    case = make(tmp_path)
    assert verdict(audited, case) == status
    assert verdict(on_device, case) == status


def test_every_status_has_an_attack() -> None:
    """Those of pins, origin, content and quorum of pinned keys are in test_list.py."""
    assert {status for status, _ in ATTACKS.values()} == {
        "ok", "stale", "unlogged", "unwitnessed", "unlogged-refused", "unwitnessed-refused", "format",
        "unendorsed", "policy-chain", "rollback", "freeze", "split-view", "expired", "ct-mismatch",
        "key-commit", "rule",
    }  # fmt: skip
