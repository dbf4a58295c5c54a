"""Quorums and groups of C2SP tlog-policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pdqlite import errors
from pdqlite.lists.format.encoding import Lines
from pdqlite.lists.format.note import COSIGNATURE
from pdqlite.lists.format.quorum import Quorum, one_spelling
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
        lambda t: t.replace("{1}", "{1} https://witness.example/"),
        lambda t: "# a comment\n" + t,
        lambda t: t.replace("{1}", str(replace(signer("another"), name="w0", kind=COSIGNATURE).verifier)),
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


def test_one_name_one_key() -> None:
    """Two keys under one name are one organisation: neither the last key nor both count in silence."""
    one, other = signer("w0"), replace(signer("another"), name="w0")
    for keys in ([one.verifier, other.verifier], [one.verifier, one.verifier]):
        with pytest.raises(errors.ListFormatError, match="given twice"):
            Quorum.of(keys, 1)


def test_a_tlog_policy_file_in_one_spelling() -> None:
    """Comments, URLs, log lines and white space of C2SP tlog-policy are left out; anything else is an error."""
    lines = NESTED.format(*[replace(signer(f"w{i}"), kind=4).verifier for i in range(6)]).splitlines()
    lines[0] += " https://witness.example/prefix"
    lines[6] = "  " + lines[6].replace(" ", " \t ")
    free = "\n".join(["# witnesses", "", "log log.example+00000000+AAAA https://log.example/", *lines, "  # end"])
    kept = one_spelling(free.encode())
    assert kept.decode() == NESTED.format(*[replace(signer(f"w{i}"), kind=4).verifier for i in range(6)])
    with pytest.raises(errors.ListFormatError, match="line 2 is none of"):
        one_spelling(b"quorum none\nquorun none\n")
