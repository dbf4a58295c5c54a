"""Every attack on a logged list, by its name (scenarios.py beside says what a scenario is), in the order of the vectors."""

from support.lists.attacks import replay  # noqa: F401, I001
from support.lists.attacks import keys  # noqa: F401
from support.lists.attacks import log  # noqa: F401
from support.lists.attacks import audits  # noqa: F401
from support.lists.scenarios import ATTACKS, Scenario, fork, going_on, world

__all__ = ["ATTACKS", "page", "Scenario", "fork", "going_on", "world"]


def page() -> str:
    """Return docs/formats/attacks.md: every attack with what both readers say of it."""
    meaning = {"ok": "taken"}
    head = """# Attacks on a logged list

What a device is offered, and what it says: each row is a test on both readers (`tests/python/lists/verify/test_attacks.py`) and a vector that every binding replays
(`tests/vectors/list/log.json`). Made by `tests/vectors/list/make.py`. *taken* among attacks is a stated limit: what no reader can see alone.

| attack | verdict |
|---|---|
"""
    rows = (
        f"| {name} | {meaning.get(status, status.removesuffix('-refused'))} |" for name, (status, _) in ATTACKS.items()
    )
    return head + "\n".join(rows) + "\n"
