"""
Line plots as SVG text, enough for an audit's report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

# Okabe and Ito: told apart by people who see fewer colours.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#a0a000")
_DASHES = ("", "7 3", "2 3", "9 3 2 3")
_WIDTH, _HEIGHT = 860, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 210, 14, 46
_MOST = 14  # lines with a label of their own


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
        parts.append(f'<path d="M{_LEFT} {row:.1f}H{_LEFT + width}" stroke="#e3e7ec"/><text x="{_LEFT - 8}" y="{row + 4:.1f}" text-anchor="end" fill="#5b6470">{y:,}</text>')
    for x in _across(low, high):
        column, _ = at(x, 0)
        parts.append(f'<text x="{column:.1f}" y="{_TOP + height + 20}" text-anchor="middle" fill="#5b6470">{x:,}</text>')
    parts.append(f'<text x="{_LEFT + width / 2}" y="{_HEIGHT - 6}" text-anchor="middle" fill="#5b6470">{escape(across)}</text>'
                 f'<text transform="translate(14 {_TOP + height / 2}) rotate(-90)" text-anchor="middle" fill="#5b6470">{escape(up)}</text>')
    for number, line in enumerate(lines):
        parts.append(_drawn(line, number, [at(x, y) for x, y in line.points]))
    parts += [_label(line, number) for number, line in enumerate(lines[:_MOST])]
    return "".join([*parts, "</svg>"])


def _across(low: int, high: int) -> list[int]:
    step = ticks(max(high - low, 1))[1]
    return [x for x in range(low - low % step, high + 1, step) if x >= low] or [low]


def _pen(line: Line, number: int, dashed: bool = True) -> str:
    if line.faint:
        return 'stroke="#b6bdc6" stroke-width="1.5"'
    dash = _DASHES[number % len(_DASHES)] if dashed else ""  # lines that lie on each other show both
    return f'stroke="{_COLOURS[number % len(_COLOURS)]}" stroke-width="2"' + (f' stroke-dasharray="{dash}"' if dash else "")


def _drawn(line: Line, number: int, points: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="white" {_pen(line, number, False)}/>' for x, y in points) if len(points) <= 60 else ""
    return f'<polyline points="{path}" fill="none" {_pen(line, number)}/>{dots}'


def _label(line: Line, number: int) -> str:
    row, column = _TOP + 10 + 21 * number, _WIDTH - _RIGHT + 16
    name = line.name if len(line.name) <= 22 else line.name[:21] + "\u2026"
    return (f'<path d="M{column} {row}h20" {_pen(line, number)}/><text x="{column + 27}" y="{row + 4}" fill="#1b1f24">{escape(name)}'
            f"<title>{escape(line.name)}</title></text>")
