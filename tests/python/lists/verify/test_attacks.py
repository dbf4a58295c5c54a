"""Each attack by its name, on both readers, from what was installed before to the verdict."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support import ROOT
from support.lists.attacks import ATTACKS, page
from support.lists.readers import audited, on_device, statuses, verdict


def test_each_status_of_the_format_has_one_class() -> None:
    table = (ROOT / "docs/formats/list-verify.md").read_text()
    named = re.findall(r"^\| \d+ \| ([A-Z_]+) \|", table, re.M)
    assert set(statuses()) == {name.lower().replace("_", "-") for name in named} - {"ok", "stale"}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(name: str, tmp_path: Path) -> None:
    status, make = ATTACKS[name]
    case = make(tmp_path)
    assert verdict(audited, case) == status
    assert verdict(on_device, case) == status


def test_every_status_has_an_attack() -> None:
    """Those of pins, origin, content and quorum of pinned keys are in support/lists/breaking.py."""
    assert {status for status, _ in ATTACKS.values()} == {
        "ok", "stale", "unlogged", "unwitnessed", "unlogged-refused", "unwitnessed-refused", "format",
        "unendorsed", "policy-chain", "rollback", "freeze", "split-view", "unproven", "expired", "ct-mismatch",
        "key-commit", "rule", "unaudited", "unaudited-refused",
    }  # fmt: skip


def test_the_page_has_a_row_for_each_attack() -> None:
    assert ROOT.joinpath("docs/formats/attacks.md").read_text(encoding="utf-8") == page()
