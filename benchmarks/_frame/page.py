"""One self-contained HTML page from records: no script, no outside file."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from benchmarks._frame import svg
from benchmarks._frame.report import describe

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .6rem;border-bottom:1px solid #ddd;
text-align:right;font-variant-numeric:tabular-nums}td:first-child,th:first-child{text-align:left}
svg{font:12px system-ui,sans-serif;max-width:100%;height:auto;display:block;margin:1rem 0}
.grid{stroke:#e4e4e4;fill:none}.bar{fill:#9cc4ee}.whisker{stroke:#123;stroke-width:2;fill:none}
figure{display:inline-block;margin:.4rem;text-align:center;font-size:12px}img{max-width:220px;
max-height:200px;display:block;margin:auto}.note{background:#fff8dc;padding:.4rem .8rem}
"""


def render(records: Iterable[dict]) -> str:
    """Return the page as text."""
    parts = [_record(r) for r in records]
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>pdqlite benchmarks</title>'
        f"<style>{STYLE}</style></head><body><h1>pdqlite benchmarks</h1>"
        f"{''.join(parts)}</body></html>\n"
    )


def _table(columns: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    head = "".join(f"<th>{escape(str(c))}</th>" for c in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(_shown(v))}</td>" for v in r) + "</tr>" for r in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _record(record: dict) -> str:
    by_kind: dict[str, list[dict]] = {}
    for result in record["results"]:
        by_kind.setdefault(result["kind"], []).append(result)
    facts = {
        **record["machine"],
        "kernels": record.get("kernels"),
        "commit": record.get("commit"),
        "date": record["date"],
        "options": " ".join(record["options"]),
        "versions": ", ".join(f"{k} {v}" for k, v in record["versions"].items()),
    }
    out = [f"<h2>{escape(record['benchmark'])}</h2>"]
    out += [f'<p class="note">{escape(r["name"])}</p>' for r in by_kind.get("note", [])]
    out += [f"<h3>{escape(r['name'])}</h3>{_table(r['columns'], r['rows'])}" for r in by_kind.get("table", [])]
    out += [f"<h3>{escape(r['name'])}</h3>{svg.lines(r)}" for r in by_kind.get("curve", [])]
    for kind, title in (("time", "Time"), ("ratio", "Times less than the peer")):
        for unit in dict.fromkeys(r["unit"] for r in by_kind.get(kind, [])):
            rows = [(describe(r), r["samples"]) for r in by_kind[kind] if r["unit"] == unit]
            out.append(f"<h3>{title}, {escape(unit)}</h3>{svg.boxes(rows, unit)}")
    if "rate" in by_kind:
        rows = [
            (describe(r), r["hits"] / max(r["trials"], 1), r["low"], r["high"], r["trials"]) for r in by_kind["rate"]
        ]
        out.append(f"<h3>Rates</h3>{_table(('', 'rate', 'low', 'high', 'of'), rows)}")
    if "count" in by_kind:
        rows = [(describe(r), r["value"], r["unit"]) for r in by_kind["count"]]
        out.append(f"<h3>Counts</h3>{_table(('', 'value', 'unit'), rows)}")
    if "picture" in by_kind:
        out.append("<h3>Examples</h3>")
    out += [
        f'<figure><img alt="{escape(r["name"])}" src="data:{r["type"]};base64,{r["data"]}">'
        f"<figcaption>{escape(r['name'])}</figcaption></figure>"
        for r in by_kind.get("picture", [])
    ]
    out.append(f"<h3>Machine</h3>{_table(('', ''), facts.items())}")
    return "".join(out)
