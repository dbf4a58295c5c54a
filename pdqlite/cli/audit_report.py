"""
The HTML report of an audit: one file, no script, nothing fetched from anywhere.

Every name in it comes from a list that nobody may have vouched for, so every text is escaped.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from html import escape

from pdqlite.cli.audit_plot import COLUMNS, MOST, Line, ages, grid, plot, shares
from pdqlite.lists.audit.audit import CHECKS, Audit, Release
from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.log.record import standing

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.6rem;margin:0 0 .2rem}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}p{margin:.4rem 0}.quiet{color:#5b6470}
table{border-collapse:collapse;width:100%;font-size:.93rem}td,th{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #e3e7ec;vertical-align:top;overflow-wrap:anywhere}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}code{font-size:.86em;overflow-wrap:anywhere}
.mark{white-space:nowrap;font-weight:600}.passed{color:#116329}.failed{color:#b3261e}.withheld{color:#8a5a00}.not-possible{color:#6b7280}
.verdict{border-left:.4rem solid;padding:.5rem .9rem;margin:1rem 0;background:#f6f8fa}
svg{max-width:100%;height:auto}figure{margin:.6rem 0}figcaption{font-size:.9rem;color:#5b6470}
"""
_COLOURS = {"failed": "#b3261e", "withheld": "#d08700", "passed": "#116329", "not-possible": "#b6bdc6"}
_HOUR = 3600
_SHOWN = 50  # rows of a table
_WORDS = {
    "passed": "\u2713 passed",
    "failed": "\u2717 failed",
    "withheld": "\u2717 withheld",
    "not-possible": "\u2013 not possible",
}


def _when(seconds: int) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s"  # a year that no calendar here has


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Return a table; cells are HTML already."""

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(f"<{tag}{' class=n' if i in numbers else ''}>{cell}</{tag}>" for i, cell in enumerate(row))

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"


def render(found: Audit) -> str:
    """Return the report of an audit."""
    newest = found.releases[-1] if found.releases else None
    origin = newest.manifest.origin if newest else "a list"
    parts = [_head(found, origin), _checks(found)]
    if newest is not None:
        parts += [
            _newest(newest, found),
            _canary(found),
            _growth(found.releases),
            _endorsers(found),
            _records(found),
            _witnesses(found),
            _releases(found.releases),
        ]
    parts.append(
        '<p class="quiet">An audit shows who vouched for what, and that everyone is shown the same. It does not show that an entry is what '
        "its category says: a hash cannot tell what it was made of.</p>"
    )
    body = "\n".join(parts)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Audit of {escape(origin)}</title><style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def _head(found: Audit, origin: str) -> str:
    checks = found.checks
    count = {verdict: sum(c.verdict == verdict for c in checks) for verdict in _WORDS}
    kind = "failed" if found.failed else "withheld" if found.withheld else "passed"
    said = f"{count['failed']} of {len(checks)} checks failed" if found.failed else "No check failed"
    said += "; something that a published list has was withheld" if found.withheld else ""
    how = "with the list key" if found.with_key else "without the list key"
    return (
        f"<h1>Audit of {escape(origin)}</h1><p class=quiet>{_when(found.now)}, {how}</p>"
        f'<div class="verdict {kind}"><b>{said}.</b> {count["passed"]} passed, {count["not-possible"]} were not possible with what was given.</div>'
    )


def _checks(found: Audit) -> str:
    rows = [
        (
            f'<span class="mark {c.verdict}">{_WORDS[c.verdict]}</span>',
            f"<b>{c.token}</b>: {escape(CHECKS[c.token])} ({c.checked:,} of {c.total:,})<br><span class=quiet>{escape(c.said)}</span>",
        )
        for c in found.checks
    ]
    counts = [
        (verdict.replace("-", " "), sum(c.verdict == verdict for c in found.checks), colour)
        for verdict, colour in _COLOURS.items()
    ]
    return f"<h2>Checks</h2><figure>{shares(counts)}</figure>{_table(('', 'What was asked'), rows)}"


def _newest(release: Release, found: Audit) -> str:
    manifest, head = release.manifest, found.checkpoint
    entries = (
        "hidden by padding" if release.counts is None else f"{release.counts:,} (proven by the {release.proven_by})"
    )
    rows = [
        ("release", f"{manifest.seq}, issued {_when(manifest.issued)}, expires {_when(manifest.expires)}"),
        ("entries", f"{entries}; {manifest.slots:,} slots"),
        (
            "rule",
            f"each vouched for by at least {manifest.min_sources}; matched at most {manifest.max_distance} bits apart",
        ),
        ("content root", f"<code>{tobase64(manifest.root)}</code>"),
    ]
    if head is not None:
        rows.append(("checkpoint", f"{escape(head.origin)}, {head.size:,} leaves, <code>{tobase64(head.root)}</code>"))
    if found.canary is not None:
        rows.append(("canary", f"{found.canary[1]:,} of {found.canary[0]:,} innocent pictures matched"))
    return f"<h2>Newest release</h2>{_table(('', ''), rows)}"


def _canary(found: Audit) -> str:
    if not found.canary_found:
        return ""
    rows = [(escape(name), str(entry), f"{rate:.0e}") for name, entry, rate in found.canary_found[:_SHOWN]]
    more = f"<p class=quiet>and {len(found.canary_found) - _SHOWN} more</p>" if len(found.canary_found) > _SHOWN else ""
    return (
        f"<h2>Innocent pictures that match</h2>{_table(('picture', 'entry', 'false-match rate'), rows, (1, 2))}{more}"
    )


def _part(drawn: int, total: int, what: str) -> str:
    """Return what a caption says where not all is drawn."""
    return f" {drawn} of {total} {what}." if total > drawn else ""


def _lines(releases: Sequence[Release], field: str) -> list[Line]:
    """Return a line for each category or organisation, over the releases whose counts are proven."""
    known = [r for r in releases if r.counts is not None]
    tables: list[tuple[int, Mapping[str, int]]] = [(r.manifest.seq, getattr(r, field)) for r in known]
    names = dict.fromkeys(name for _, table in tables for name in table)
    return [Line(name, [(seq, table[name]) for seq, table in tables if name in table]) for name in names]


def _growth(releases: Sequence[Release]) -> str:
    slots = [Line("slots, padded", [(r.manifest.seq, r.manifest.slots) for r in releases], faint=True)]
    known = sum(r.counts is not None for r in releases)
    said = f"Exact counts of {known} of {len(releases)} releases are proven."
    if not known:
        figure = plot(slots, "release", "entries")
        return f"<h2>Growth</h2><figure>{figure}<figcaption>{said} Without key or published inventory only the padded size is known.</figcaption></figure>"
    parts = []
    for field, what in (("by_category", "category"), ("by_source", "organisation")):
        lines = [*slots, *_lines(releases, field)]
        figure = plot(lines, "release", "entries")
        named = _part(MOST, len(lines), "lines are named")
        parts.append(
            f"<h2>Growth by {what}</h2><figure>{figure}<figcaption>{said} An entry with several marks counts for each.{named}</figcaption></figure>"
        )
    return "".join(parts)


def _endorsers(found: Audit) -> str:
    names = dict.fromkeys(name for r in found.releases for name in (*r.manifest.sources.values(), *r.signers))
    rows = []
    for name in names:
        signed = [r.manifest.seq for r in found.releases if name in r.signers]
        named = sum(name in r.manifest.sources.values() for r in found.releases)
        newest = next((r.by_source.get(name) for r in reversed(found.releases) if r.counts is not None), None)
        rows.append((escape(name), f"{len(signed)}", f"{named}", "" if newest is None else f"{newest:,}"))
    head = ("organisation", "signed, checked here", "named as source in", "entries in the newest that is proven")
    full = {(name, r.manifest.seq) for r in found.releases for name in r.signers}
    named_in = {(name, r.manifest.seq) for r in found.releases for name in r.manifest.sources.values()}
    figure = grid(list(names), [r.manifest.seq for r in found.releases], full, named_in)
    said = "A full square: its signature on this release was found good. An empty one: named as a source, and no signature found good here."
    said += _part(MOST, len(names), "organisations are drawn") + _part(
        COLUMNS, len(found.releases), "releases are drawn, the newest"
    )
    return (
        f"<h2>Organisations</h2><figure>{figure}<figcaption>{said}</figcaption></figure>{_table(head, rows, (1, 2, 3))}"
    )


def _records(found: Audit) -> str:
    if not found.records:
        return ""
    stands = set(standing(found.records))
    rows = [
        (
            str(r.seq),
            _when(r.time),
            escape(r.kind) + ("" if r in stands else " (void)"),
            escape(r.by),
            str(r.release),
            escape(r.reason),
            escape(r.contact),
        )
        for r in reversed(found.records[-_SHOWN:])
    ]
    head = ("record", "when", "what", "organisation", "of release", "why", "who is affected writes to")
    more = _part(_SHOWN, len(found.records), "are shown, the newest")
    return f"<h2>Disputes and withdrawals</h2>{_table(head, rows, (0, 4))}<p class=quiet>{more}</p>"


def _witnesses(found: Audit) -> str:
    if not found.policies:
        return "<h2>Witnesses</h2><p>No policy here: nobody says who should have seen this log.</p>"
    policy = found.policies[-1]
    rows = []
    for key in policy.witnesses.members.values():
        at = found.witnesses.get(key.name)
        rows.append((escape(key.name), "has not cosigned the newest checkpoint" if at is None else _when(at)))
    rule = "; ".join(line for line in policy.witnesses.lines() if not line.startswith("witness "))
    table = (
        _table(("witness", "cosigned"), rows)
        if rows
        else "<p><b>The policy asks for none:</b> nobody says that all users see one log.</p>"
    )
    seen = [(name, max(found.now - at, 0) / _HOUR) for name, at in found.witnesses.items()]
    part = _part(MOST, len(seen), "witnesses are drawn, the longest ago")
    figure = (
        f"<figure>{ages(seen, policy.max_age / _HOUR, ' h')}<figcaption>Hours since each saw the newest checkpoint; the line is the policy's max-age.{part}</figcaption></figure>"
        if seen
        else ""
    )
    return f"<h2>Witnesses</h2>{figure}{table}<p class=quiet>Policy {policy.version}: {escape(rule)}</p>"


def _releases(releases: Sequence[Release]) -> str:
    rows = []
    for r in reversed(releases[-_SHOWN:]):
        counts = "" if r.counts is None else f"{r.counts:,}"
        here = escape(", ".join(r.signers)) if r.present else "files not here, or not asked for"
        rows.append(
            (
                str(r.manifest.seq),
                _when(r.manifest.issued),
                f"{r.manifest.slots:,}",
                counts,
                f"{r.manifest.list.size:,}",
                here,
            )
        )
    head = ("release", "issued", "slots", "entries", "bytes", "signatures found good")
    return f"<h2>Releases</h2>{_table(head, rows, (0, 2, 3, 4))}"
