"""
The review page: one HTML file for a reviewer's own machine. It loads nothing, runs nothing and sends nothing; what reporters wrote
is text in it, never markup.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from pdqlite.reports.triage import Group, Triage

_STYLE = """
:root{color-scheme:light dark;--warn:#9c4500}
@media(prefers-color-scheme:dark){:root{--warn:#ffb066}}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}
article{border:1px solid #8888;border-radius:.5rem;padding:1rem;margin:1rem 0;overflow-wrap:anywhere}
article.warn{border-color:var(--warn);border-width:2px}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:0 0 .75rem}
.row{display:flex;gap:1rem;flex-wrap:wrap}.row>div{flex:1 1 14rem;min-width:0}.row p{margin:0 0 .5rem}
svg{width:8rem;height:8rem;flex:none;border:1px solid #8888;shape-rendering:crispEdges}
blockquote{margin:.5rem 0;padding:.25rem .75rem;border-left:3px solid #8888;white-space:pre-wrap;unicode-bidi:isolate}
code{display:block;padding:.25rem .5rem;background:#8882;border-radius:.25rem;margin:.25rem 0;white-space:pre-wrap}
.flag{color:var(--warn);font-weight:600}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def bits(data: bytes) -> str:
    """Return 256 bits as a drawing of 16 x 16 squares."""
    path = "".join(f"M{i % 16} {i // 16}h1v1h-1z" for i in range(256) if data[i // 8] >> (7 - i % 8) & 1)
    return f'<svg viewBox="0 0 16 16" role="img" aria-label="hash as 16 by 16 squares"><path d="{path}" fill="currentColor"/></svg>'


def flags(group: Group) -> list[str]:
    """Return what a reviewer must know before accepting a group."""
    found = [f"its hash is near to: {label}" for label in group.near]
    if group.like is not None:
        found.append(f"same hashes as group {group.like}, other keypoints: one of the two may be forged")
    if group.state != "open":
        found.append(f"earlier reports of this were {group.state}")
    if group.withdrawn:
        found.append(f"{counted(group.withdrawn, 'report')} of this withdrawn")
    if not group.signers:
        found.append("nobody known has signed a report of this: numbers of anonymous reports prove nothing")
    if group.unknown:
        found.append(f"{group.unknown} signed by keys that are not known")
    if group.retired:
        found.append(f"{group.retired} sealed to an older key")
    if group.looked:
        found.append(f"somebody looks at {counted(group.looked, 'report')} of this already")
    if group.bare:
        found.append(
            f"the content of {counted(group.bare, 'report')} of this is not kept, as there are too many: opening their files again takes it in where there is room"
        )
    return found


def counted(count: int, what: str) -> str:
    """Return a number of things in words: "1 report", "2 reports"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def unkept(count: int) -> str:
    """Return what to say of withdrawals that do not wait."""
    return f"{counted(count, 'withdrawal')} of reports that were not here could not wait for them, as too many did: open their files again"


def who(group: Group) -> str:
    """Return who reported, by kind."""
    names = {
        "shown": "by the person shown",
        "guardian": "by a guardian",
        "trusted": "by trusted reporters",
        "organisation": "by organisations",
    }
    said = [f"{count} {names[kind]}" for kind, count in group.by_reporter.items()]
    return ", ".join(said + ([f"{group.unknown} signed by unknown keys"] if group.unknown else []))


def _article(group: Group, desk: str) -> str:
    text = html.escape
    noted = flags(group)
    warned = ' class="warn"' if group.near or group.like is not None else ""
    what = "picture" if group.kind == "image" else f"video, {group.frames} frames"
    weeks = group.weeks[0] if group.weeks[0] == group.weeks[1] else f"{group.weeks[0]} to {group.weeks[1]}"
    parts = [
        f"<article{warned} id=\"group-{group.number}\"><h2>Group {group.number}: {what}, {counted(group.reports, 'report')}</h2><div class=\"row\">{bits(group.hash)}<div>",
        f"<p>{text(who(group))}; made {text(weeks)}; called {text(', '.join(group.categories))}.</p>",
        f"<p>Signed: {text(', '.join(group.signers))}.</p>" if group.signers else "",
        *(f'<p class="flag">{text(flag)}</p>' for flag in noted),
        "</div></div>",
        *(f'<blockquote dir="auto">{text(said)}</blockquote>' for said in group.statements),
        f"<code>pdqlite report accept {group.number} --desk {text(desk)} --category {text(group.categories[0])} ...</code>" if group.categories else "",
        f"<code>pdqlite report decline {group.number} --desk {text(desk)} --reason not-enough</code></article>",
    ]  # fmt: skip
    return "\n".join(filter(None, parts))


def render(triage: Triage, groups: Iterable[Group], desk: str) -> str:
    """Return the page; `desk` is the name of the desk as its commands take it."""
    shown = [_article(group, desk) for group in groups]
    counts = ", ".join(f"{count} {state}" for state, count in triage.counts.items()) or "no reports"
    aside = "".join(f"<li>{count} set aside: {why}</li>" for why, count in triage.aside.items())
    aside += f"<li>{unkept(triage.unkept)}</li>" if triage.unkept else ""
    refused = "".join(
        f"<li>{counted(count, 'file')} refused, {html.escape(status)}: {html.escape(reason)}</li>"
        for status, reason, count in triage.refusals()
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><meta name="referrer" content="no-referrer"><title>Reports to review</title>'
        f"<style>{_STYLE}</style></head><body><h1>Reports to review</h1><p>{counts}. Open groups: {triage.open_groups}; shown here: {len(shown)}.</p>"
        f"<ul>{aside}{refused}</ul>{''.join(shown)}</body></html>\n"
    )  # fmt: skip
