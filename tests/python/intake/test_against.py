"""A cell or a column that says, in words that are no names of ours, that a row must go or is harmless: never an entry."""

from random import Random

import pytest

from pdqlite.cli.main import ERROR
from support.feeds import A, build, half

WORDS = ["delete", "DELETED", "Remove", "removed", "withdrawn", "revoked", "retired", "harmless", "Benign", "whitelist",
         "known good", "known-good", "false positive", "false_positive", "safe", "inactive", "gelöscht", "supprimé",
         "Deleted.", "(deleted)", "DELETED!", "gelo\u0308scht", "supprime\u0301"]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("head", ["pdq,action\n", "pdq,op\n", "pdq,comment\n", ""])
def test_a_word_in_an_unknown_column_that_says_that_a_row_must_go_is_no_entry(desk, capsys, head, word):
    hashes = [half(Random(i)).hex() for i in range(10, 20)]
    (desk / "t.csv").write_text(head + "".join(f"{h},{word if i == 3 else 'add'}\n" for i, h in enumerate(hashes)))
    assert build("t.csv") == ERROR and not (desk / "out").exists()
    said = capsys.readouterr().err
    named = f" ({head[4:-1]})" if head else ""
    assert f"line {4 + bool(head)}: column 2{named} says that it must go" in said and hashes[3] not in said


@pytest.mark.parametrize(
    "name", ["gelöscht", "supprimé", "eliminado", "zurückgezogen", "entfernt", "unbedenklich", "gelo\u0308scht"]
)
def test_a_column_that_says_so_in_another_language_is_an_error(desk, capsys, name):
    (desk / "t.csv").write_text(f"pdq,{name}\n" + "".join(f"{half(Random(i)).hex()},\n" for i in range(10, 20)))
    assert build("t.csv") == ERROR and "may say what is withdrawn" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["known good", "whitelist", "clean", "deleted", "withdrawn"])
def test_a_category_that_says_harmless_or_gone_is_none(desk, capsys, word):
    (desk / "t.csv").write_text(f"pdq,category\n{A.hex()},{word}\n")
    assert build("t.csv") == ERROR and "where a category should be" in capsys.readouterr().err
