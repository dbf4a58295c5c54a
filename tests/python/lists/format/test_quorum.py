"""Quorums and groups of C2SP tlog-policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pdqlite import errors
from pdqlite.lists.format.encoding import Lines
from pdqlite.lists.format.note import COSIGNATURE
from pdqlite.lists.format.quorum import Quorum
from support.lists.samples import signer


def _quorum(text: str) -> Quorum:
    keys = [replace(signer(f"w{i}"), kind=COSIGNATURE).verifier for i in range(6)]
    return Quorum.parse(Lines(text.format(*keys).encode(), "quorum"), (COSIGNATURE,), True)


NESTED = """\
witness X1 {0}
witness X2 {1}
witness X3 {2}
witness Y1 {3}
witness Y2 {4}
witness Y3 {5}
group X-witnesses 2 X1 X2 X3
group Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_nested_groups_of_the_tlog_policy_example() -> None:
    quorum = _quorum(NESTED)
    assert quorum.holds(["X1", "X3", "Y2"])
    assert not quorum.holds(["X1", "Y1", "Y2", "Y3"])
    assert not quorum.holds(["X1", "X2", "X3"])
    assert quorum.time({"X1": 5, "X2": 9, "X3": 7, "Y1": 6}) == 6
    assert quorum.time({"X1": 5, "X2": 9, "Y1": 8, "Y2": 8}) == 5
    assert quorum.time({"X1": 5}) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("2 X1", "4 X1"),
        lambda t: t.replace("2 X1", "0 X1"),
        lambda t: t.replace("any Y1", "any X1"),
        lambda t: t.replace("quorum X-and-Y", "quorum Z"),
        lambda t: t.replace("{1}", "{0}"),
        lambda t: t.replace("X2 {1}", "X1 {1}"),
        lambda t: t.replace("group X-and-Y", "group none"),
        lambda t: t + "quorum X-and-Y\n",
        lambda t: t.replace("any Y1 Y2 Y3", "any Y1 Y1 Y3"),
    ],
)
def test_quorums_that_break_the_grammar(change: Callable[[str], str]) -> None:
    with pytest.raises(errors.ListFormatError):
        lines = Lines(
            change(NESTED).format(*[replace(signer(f"w{i}"), kind=4).verifier for i in range(6)]).encode(),
            "q",
        )
        Quorum.parse(lines, (COSIGNATURE,), True)
        lines.end()
