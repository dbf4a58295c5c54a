"""Both readers of a list, the device's in C and the auditor's in Python, asked the same."""

from __future__ import annotations

import functools
import re
from typing import Any

from pdqlite import errors
from pdqlite.lists import Trust
from pdqlite.lists.format.files import Memory
from pdqlite.lists.verify import device
from pdqlite.lists.verify.auditor import unseal, verify_files, verify_texts
from support.lists.attacks import Scenario


def both(files: dict[str, bytes], trust: Trust, now: int, state: bytes | None) -> tuple[str, bytes]:
    """Status and next state, on which both readers agree."""
    found: list[tuple[str, bytes]] = []
    for read in (verify_texts, lambda *a: device.verify_texts(*a)):
        try:
            verified: Any = read(Memory(files), trust, now, state)
        except errors.ListError as error:
            found.append((error.status, b""))
            continue
        record = verified.state if hasattr(verified, "state") else verified.endorsed.state
        found.append((verified.status, record))
    assert found[0] == found[1]
    return found[0]


REMARKS = ("unlogged", "unwitnessed", "unaudited")


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


def verdict(reader: object, case: Scenario) -> str:
    try:
        return reader(case)  # type: ignore[operator,no-any-return]
    except errors.ListError as error:
        check_message(error)
        return error.status + ("-refused" if error.status in REMARKS else "")
