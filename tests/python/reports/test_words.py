"""The catalogue of what reporters are told: complete, the same values in every language, and every message used."""

from __future__ import annotations

import re
import string

import pytest

from pdqlite.errors import ArgumentError
from pdqlite.reports import notes, text, words
from support import ROOT


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", words.CATALOGUE)
def test_complete_in_every_language(key: str) -> None:
    said = words.CATALOGUE[key]
    assert len(said) == len(words.LANGUAGES) == len(set(said)) and all(one.strip() == one and one for one in said)
    assert len({frozenset(fields(one)) for one in said}) == 1


def test_every_message_is_used_and_every_use_has_one() -> None:
    demo = ROOT / "bindings" / "js" / "demo"
    files = [
        *sorted((ROOT / "pdqlite" / "cli").glob("report*.py")),
        *(
            demo / f"{name}"
            for name in ("report.js", "report.html", "answer.js", "answer.html", "causes.js", "looking.js")
        ),
    ]
    source = "".join(p.read_text(encoding="utf-8") for p in files)
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', source))
    computed = (
        {f"status-{s}" for s in notes.STATUSES}
        | {f"says-reporter-{r}" for r in text.REPORTERS}
        | {"says-kind-image", "says-kind-video"}
    )
    computed |= {f"proof-{p}" for p in ("same", "near", "far", "other", "unchecked", "unlogged", "near-unlogged")}
    missing = set(words.CATALOGUE) - used - computed
    assert not missing and computed <= set(words.CATALOGUE)
    assert {key for key in re.findall(r'say\(\s*"([a-z-]+)"', source)} <= set(words.CATALOGUE)


def test_the_web_page_says_the_same() -> None:
    """demo/words.js is this catalogue; written anew by `python -m pdqlite.reports.words > bindings/js/demo/words.js`."""
    assert (ROOT / "bindings" / "js" / "demo" / "words.js").read_text(encoding="utf-8") == words.module()


def test_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert words.language(None) == "en" and words.language("de") == "de"
    monkeypatch.setenv("LANG", "de_AT.UTF-8")
    assert words.language(None) == "de"
    monkeypatch.setenv("LC_ALL", "C")
    assert words.language(None) == "en"
    with pytest.raises(ArgumentError):
        words.language("fr")


def test_no_promise_and_no_blame() -> None:
    for en, _ in words.CATALOGUE.values():
        assert not re.search(r"\b(guarantee|always|anonymous|safe|secure|victim|removed everywhere)\b", en, re.I), en
