"""
The JSON Schema of what `pdqlite match --json` prints, made from the types that it prints. `python -m pdqlite.cli.schema` writes it.
"""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pdqlite.types import Decision

_PLAIN: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema_of(hint: Any) -> dict[str, Any]:
    """Return the schema of values of a type: plain ones, literals, unions, tuples and dataclasses."""
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(one) for one in arguments]}
    if origin is tuple and arguments[-1] is Ellipsis:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is tuple:
        count = len(arguments)
        return {"type": "array", "items": schema_of(arguments[0]), "minItems": count, "maxItems": count}
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return _object({f.name: schema_of(hints[f.name]) for f in fields(hint)})
    raise TypeError(f"no schema for {hint}")


def _object(members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def match_record() -> dict[str, Any]:
    """Return the schema of one line of `pdqlite match --json`: a decision about one file, or an error."""
    decision = schema_of(Decision)["properties"]
    names = {"type": "array", "items": {"type": "string"}}
    found = _object(
        {"file": {"type": "string"}, "list": {"type": "string"}, **decision, "categories": names, "sources": names}
    )
    failed = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("error", "message", "status")}
        | {"file": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        "required": ["file", "error", "message"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pdqlite match --json, one line",
        "description": "The decision about one file (pdqlite.Decision, whose documentation says what each member means), or an error.",
        "anyOf": [found, failed],
    }


def text() -> str:
    """Return the schema as it is published."""
    return json.dumps(match_record(), indent=1) + "\n"


if __name__ == "__main__":
    print(text(), end="")
