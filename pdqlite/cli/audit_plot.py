"""
Plots as SVG text, enough for an audit's report.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from html import escape

# Okabe and Ito: told apart by people who see fewer colours.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#a0a000")
_DASHES = ("", "7 3", "2 3", "9 3 2 3")
_WIDTH, _HEIGHT = 860, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 210, 14, 46
MOST = 14  # lines with a label of their own, rows of a grid
_NAMES = 230  # width of the names before rows
COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its name, and points in the order of x."""

    name: str
    points: Sequence[tuple[int, int]]
    faint: bool = False


def ticks(high: int, most: int = 5) -> list[int]:
    """Return round numbers from 0 to at least `high`, at most about `most` steps."""
    high, step = max(high, 1), 1
    while step * most < high:
        digits = str(step)
        step = step * 5 // 2 if digits[0] == "2" else step * 2
    return list(range(0, -(-high // step) * step + 1, step))


def plot(lines: Sequence[Line], across: str, up: str) -> str:
    """Return an SVG of lines over whole numbers; the first axis starts at the least x, the second at 0."""
    points = [p for line in lines for p in line.points]
    if not points:
        return "<p>Nothing to draw.</p>"
    low, high = min(x for x, _ in points), max(x for x, _ in points)
    rungs = ticks(max(y for _, y in points))
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def at(x: int, y: int) -> tuple[float, float]:
        return _LEFT + width * ((x - low) / (high - low) if high > low else 0.5), _TOP + height * (1 - y / rungs[-1])

    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-family="system-ui,sans-serif" font-size="13">']
    for y in rungs:
        _, row = at(low, y)
        parts.append(
            f'<path d="M{_LEFT} {row:.1f}H{_LEFT + width}" stroke="#e3e7ec"/><text x="{_LEFT - 8}" y="{row + 4:.1f}" text-anchor="end" fill="#5b6470">{y:,}</text>'
        )
    for x in _across(low, high):
        column, _ = at(x, 0)
        parts.append(
            f'<text x="{column:.1f}" y="{_TOP + height + 20}" text-anchor="middle" fill="#5b6470">{x:,}</text>'
        )
    parts.append(
        f'<text x="{_LEFT + width / 2}" y="{_HEIGHT - 6}" text-anchor="middle" fill="#5b6470">{escape(across)}</text>'
        f'<text transform="translate(14 {_TOP + height / 2}) rotate(-90)" text-anchor="middle" fill="#5b6470">{escape(up)}</text>'
    )
    for number, line in enumerate(lines):
        parts.append(_drawn(line, number, [at(x, y) for x, y in line.points]))
    parts += [_label(line, number) for number, line in enumerate(lines[:MOST])]
    return "".join([*parts, "</svg>"])


def _across(low: int, high: int) -> list[int]:
    step = ticks(max(high - low, 1))[1]
    return [x for x in range(low - low % step, high + 1, step) if x >= low] or [low]


def _pen(line: Line, number: int, dashed: bool = True) -> str:
    if line.faint:
        return 'stroke="#b6bdc6" stroke-width="1.5"'
    dash = _DASHES[number % len(_DASHES)] if dashed else ""  # lines that lie on each other show both
    return f'stroke="{_COLOURS[number % len(_COLOURS)]}" stroke-width="2"' + (
        f' stroke-dasharray="{dash}"' if dash else ""
    )


def _drawn(line: Line, number: int, points: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = (
        "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="white" {_pen(line, number, False)}/>' for x, y in points
        )
        if len(points) <= 60
        else ""
    )
    return f'<polyline points="{path}" fill="none" {_pen(line, number)}/>{dots}'


def _label(line: Line, number: int) -> str:
    row, column = _TOP + 10 + 21 * number, _WIDTH - _RIGHT + 16
    name = line.name if len(line.name) <= 22 else line.name[:21] + "\u2026"
    return (
        f'<path d="M{column} {row}h20" {_pen(line, number)}/><text x="{column + 27}" y="{row + 4}" fill="#1b1f24">{escape(name)}'
        f"<title>{escape(line.name)}</title></text>"
    )


def shares(parts: Sequence[tuple[str, int, str]]) -> str:
    """Return one bar made of parts: name, number, colour."""
    total, width, left = sum(n for _, n, _ in parts), _WIDTH - 4, 2.0
    drawn = [f'<svg viewBox="0 0 {_WIDTH} 52" role="img" font-family="system-ui,sans-serif" font-size="13">']
    for i, (name, n, colour) in enumerate(parts):
        wide = width * n / max(total, 1)
        drawn.append(
            f'<path d="M{left:.1f} 4h{wide:.1f}v22h-{wide:.1f}z" fill="{colour}"/>'
            f'<path d="M{2 + 170 * i} 34h12v12h-12z" fill="{colour}"/><text x="{20 + 170 * i}" y="45" fill="#1b1f24">{n} {escape(name)}</text>'
        )
        left += wide
    return "".join([*drawn, "</svg>"])


def _rows(names: Sequence[str], height: int, foot: int) -> list[str]:
    """Begin an SVG of rows with a name before each."""
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height * len(names) + foot}" role="img" font-family="system-ui,sans-serif" font-size="13">'
    ]
    for i, name in enumerate(names):
        short = name if len(name) <= 30 else name[:29] + "\u2026"
        parts.append(
            f'<text x="{_NAMES - 10}" y="{height * i + height / 2 + 4:.1f}" text-anchor="end" fill="#1b1f24">{escape(short)}<title>{escape(name)}</title></text>'
        )
    return parts


def grid(
    names: Sequence[str],
    columns: Sequence[int],
    full: AbstractSet[tuple[str, int]],
    empty: AbstractSet[tuple[str, int]],
) -> str:
    """Return an SVG with a square for each name and column: full, empty, or none; the first MOST names and the newest COLUMNS."""
    names, columns = names[:MOST], columns[-COLUMNS:]
    step, high = min(30.0, (_WIDTH - _NAMES - 10) / max(len(columns), 1)), 26
    parts = _rows(names, high, 34)
    for x, number in enumerate(columns):
        at = _NAMES + step * x
        for y, name in enumerate(names):
            if (name, number) in full or (name, number) in empty:
                fill = _COLOURS[0] if (name, number) in full else "none"
                size = min(step - 3, 16)
                parts.append(
                    f'<path d="M{at:.1f} {high * y + 5}h{size:.1f}v16h-{size:.1f}z" fill="{fill}" stroke="{_COLOURS[0]}"/>'
                )
        if x % max(1, len(columns) // 12) == 0:
            parts.append(f'<text x="{at:.1f}" y="{high * len(names) + 18}" fill="#5b6470">{number}</text>')
    return "".join([*parts, "</svg>"])


def ages(rows: Sequence[tuple[str, float]], limit: float, unit: str) -> str:
    """Return an SVG with a bar for each name and amount, the MOST longest, and a line where they should end."""
    rows, high = sorted(rows, key=lambda row: -row[1])[:MOST], 26
    rungs = ticks(int(max([limit, *(amount for _, amount in rows)]) + 1))
    width = _WIDTH - _NAMES - 30
    parts = _rows([name for name, _ in rows], high, 34)
    for y, (_, amount) in enumerate(rows):
        colour = _COLOURS[2] if amount <= limit else _COLOURS[1]
        wide = max(width * amount / rungs[-1], 2)
        parts.append(f'<path d="M{_NAMES} {high * y + 6}h{wide:.1f}v14h-{wide:.1f}z" fill="{colour}"/>')
    for rung in rungs:
        column = _NAMES + width * rung / rungs[-1]
        parts.append(
            f'<text x="{column:.1f}" y="{high * len(rows) + 18}" text-anchor="middle" fill="#5b6470">{rung:,}{unit if rung == rungs[-1] else ""}</text>'
        )
    line = _NAMES + width * limit / rungs[-1]
    parts.append(f'<path d="M{line:.1f} 0v{high * len(rows)}" stroke="#1b1f24" stroke-dasharray="5 3"/>')
    return "".join([*parts, "</svg>"])
