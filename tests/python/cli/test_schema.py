"""What `pdqlite match --json` prints is what the published schema says, and the schema is what the types say."""

import json

import pytest

from pdqlite.cli import schema
from pdqlite.cli.main import ERROR, FOUND, main
from support import ROOT

TYPES = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}


def fits(value, rule):
    """The part of JSON Schema 2020-12 that the schema uses."""
    if "anyOf" in rule:
        return any(fits(value, one) for one in rule["anyOf"])
    if "enum" in rule:
        return value in rule["enum"]
    kind = rule["type"]
    if not isinstance(value, TYPES[kind]) or (kind in ("integer", "number") and isinstance(value, bool)):
        return False
    if kind == "array":
        return rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", 1 << 30) and all(
            fits(v, rule["items"]) for v in value
        )
    if kind == "object":
        members = rule["properties"]
        return set(rule["required"]) <= set(value) <= set(members) and all(
            fits(v, members[k]) for k, v in value.items()
        )
    return True


def test_the_published_schema_is_that_of_the_types():
    assert (ROOT / "docs" / "schemas" / "match.json").read_text() == schema.text(), (
        "python -m pdqlite.cli.schema > docs/schemas/match.json"
    )


def test_lines_of_match_fit_the_schema(made, media, tmp_path, capsys):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    capsys.readouterr()
    words = ["match", "--list", made["release"], "--key", made["list.key"], "--trust", made["list.key.trust"], "--json"]
    assert main([*words, str(media / "p0.png"), str(media / "clip.mp4"), str(tmp_path / "broken.png")]) == ERROR
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line.get("verdict", line.get("error")) for line in lines} >= {"match", "no match", "DamagedMediaError"}
    rule = schema.match_record()
    for line in lines:
        assert fits(line, rule)
        assert not fits({**line, "more": 1}, rule) and not fits({k: v for k, v in line.items() if k != "file"}, rule)


@pytest.mark.parametrize(
    ("hint", "good", "bad"),
    [(int, 3, "3"), (int | None, None, 1.5), (tuple[float, float], [1.0, 2], [1.0]), (tuple[int, ...], [], [None])],
)
def test_schemas_of_types(hint, good, bad):
    assert fits(good, schema.schema_of(hint)) and not fits(bad, schema.schema_of(hint))
    assert FOUND == 0
