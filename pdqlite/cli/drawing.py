"""
Decisions drawn as one HTML page that asks nothing of any other file or host.

Pure: values in, text out. Everything that came from outside is escaped; pictures are data URIs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pdqlite.showing import Thumbnail, figure
from pdqlite.types import Evidence, FrameMatch, Where
from pdqlite.types.words import one_in, place, turned

TIERS = {1: "whole hashes", 2: "a part, with the hash of the whole", 3: "details (keypoints)"}
ROWS = 10  # pieces of evidence and frames that are listed

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c1e21;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.05rem;margin:2.2rem 0 .4rem;overflow-wrap:anywhere}
figure{display:inline-block;margin:.4rem 1rem .4rem 0;vertical-align:top}figcaption,small{color:#5b616a;font-size:.85rem}
figure svg{display:block;max-width:100%;height:auto;background:#eee}
table{border-collapse:collapse;margin:.6rem 0;font-variant-numeric:tabular-nums}
td,th{border-bottom:1px solid #dcdfe4;padding:.15rem .9rem .15rem 0;text-align:left;font-weight:400}th{color:#5b616a}
.match{color:#b3261e;font-weight:600}p{margin:.3rem 0}
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What the page says of one file.

    Attributes:
        name: Of the file, as given.
        verdict: Of the decision.
        words: Of the decision, one line each.
        facts: (what, value) in words, in order.
        thumbnails: With the place of the original in each.
        evidence: What spoke for an entry.
        frames: Of a video, those that agree.
        spans: Of a video: (what, first second, last second) that agree.
        seconds: How far the time line goes.
    """

    name: str
    verdict: str
    words: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    thumbnails: tuple[tuple[Thumbnail, Where], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    frames: tuple[FrameMatch, ...] = ()
    spans: tuple[tuple[str, float, float], ...] = ()
    seconds: float = 0.0


def timeline(shown: Shown) -> str:
    """Return the times that agree, in the query (above) and in the original (below), each on its own scale."""
    if not shown.spans:
        return ""
    width, lines = 700, []
    end = max([shown.seconds, *(b for _, _, b in shown.spans), 1e-3])
    for number, (what, start, stop) in enumerate(shown.spans):
        y = 14 + 34 * number
        x0, x1 = (10 + (width - 20) * t / end for t in (start, stop))
        lines.append(
            f'<text x="10" y="{y - 2}" font-size="11" fill="#5b616a">{escape(what)}: {start:.1f} to {stop:.1f} s</text>'
            f'<rect x="10" y="{y + 3}" width="{width - 20}" height="8" fill="#e3e5e9"/>'
            f'<rect class="span" x="{x0:.1f}" y="{y + 3}" width="{max(2.0, x1 - x0):.1f}" height="8" fill="#f2a49f"/>'
        )
        if number == 0:
            lines += [
                f'<rect class="frame" x="{10 + (width - 20) * f.time / end - 1:.1f}" y="{y + 1}" width="2" height="12" fill="#b3261e"/>'
                for f in shown.frames
            ]
    height = 34 * len(shown.spans) + 2
    return f'<svg class="timeline" width="{width}" height="{height}" viewBox="0 0 {width} {height}" style="max-width:100%">{"".join(lines)}</svg>'


def _row(cells: Sequence[str], kind: str) -> str:
    return "<tr>" + "".join(f"<{kind}>{escape(c)}</{kind}>" for c in cells) + "</tr>"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; every cell is escaped."""
    return f"<table>{_row(head, 'th')}{''.join(_row(r, 'td') for r in rows)}</table>" if rows else ""


def _evidence(shown: Shown) -> str:
    rows = []
    for e in shown.evidence[:ROWS]:
        bits = "" if e.distance is None else f"; {e.distance} of 256 bits differ"
        rows.append(
            (
                str(e.entry) + (" (must not match)" if e.negative else ""),
                TIERS.get(e.tier, str(e.tier)) + bits,
                one_in(e.rate) + (" (too often to count)" if e.below else ""),
                place(e.where),
                turned(e.where),
                str(e.quality),
            )
        )
    return table(
        (
            "entry",
            "what agrees",
            "strangers that agree as well",
            "where in this file",
            "turned",
            "detail",
        ),
        rows,
    )


def section(shown: Shown) -> str:
    """Return what the page says of one file."""
    kind = ' class="match"' if shown.verdict == "match" else ""
    facts = "".join(f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in shown.facts)
    first, *others = shown.words or (shown.verdict,)
    words = f"<p{kind}>{escape(first)}</p>" + "".join(f"<p>{escape(line)}</p>" for line in others)
    figures = "".join(figure(t, w) for t, w in shown.thumbnails)
    return (
        f"<section><h2>{escape(shown.name)}</h2>{words}{figures}"
        f"<table>{facts}</table>{timeline(shown)}{_evidence(shown)}</section>"
    )


def page(title: str, notes: list[str], shown: list[Shown]) -> str:
    """Return the page. Its own policy forbids everything but inline styles and data URIs."""
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}"><title>{escape(title)}</title><style>{STYLE}</style>'
    told = "".join(f"<p><small>{escape(n)}</small></p>" for n in notes)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body><h1>{escape(title)}</h1>{told}{"".join(section(s) for s in shown)}</body></html>\n'
