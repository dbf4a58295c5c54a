"""Each attack by its name, on both readers, from what was installed before to the verdict."""

from __future__ import annotations

import functools
import re
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


SECRET = re.compile(r"[0-9a-fA-F]{16,}|[A-Za-z0-9+/]{22,}={0,2}")


def check_message(error: errors.ListError) -> None:
    """One sentence that an engineer can act on; no key, hash, root or file of the user's."""
    said = str(error)
    assert 15 <= len(said) <= 250 and "\n" not in said and "/tmp" not in said
    assert not SECRET.search(said), said
    assert type(error) is statuses()[error.status]


@functools.cache
def statuses() -> dict[str, type[errors.ListError]]:
    """The class of each status; each status has one."""
    found: dict[str, type[errors.ListError]] = {}
    waiting = [errors.ListError]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if "status" in vars(cls) and cls is not errors.ListError:
            assert cls.status not in found, cls.status
            found[cls.status] = cls
    return found


def test_each_status_of_the_format_has_one_class() -> None:
    table = Path(__file__).parents[2].joinpath("docs/formats/list.md").read_text()
    named = re.findall(r"^\| \d+ \| ([A-Z_]+) \|", table, re.M)
    assert set(statuses()) == {name.lower().replace("_", "-") for name in named} - {"ok", "stale"}


def verdict(reader: object, case: Scenario) -> str:
    try:
        return reader(case)  # type: ignore[operator,no-any-return]
    except errors.ListError as error:
        check_message(error)
        return error.status + ("-refused" if error.status in REMARKS else "")


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(name: str, tmp_path: Path) -> None:
    status, make = ATTACKS[name]
    case = make(tmp_path)
    assert verdict(audited, case) == status
    assert verdict(on_device, case) == status


def test_every_status_has_an_attack() -> None:
    """Those of pins, origin, content and quorum of pinned keys are in list_breaking.py."""
    assert {status for status, _ in ATTACKS.values()} == {
        "ok", "stale", "unlogged", "unwitnessed", "unlogged-refused", "unwitnessed-refused", "format",
        "unendorsed", "policy-chain", "rollback", "freeze", "split-view", "unproven", "expired", "ct-mismatch",
        "key-commit", "rule",
    }  # fmt: skip
