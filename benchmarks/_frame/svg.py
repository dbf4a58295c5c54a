"""Plots as inline SVG: lines over linear or logarithmic axes, boxes of spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from benchmarks._frame import stats

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 340, 80, 50, 16, 180
COLOURS = ("#0b6bcb", "#c0392b", "#1e8449", "#8e44ad", "#b9770e", "#117a8b", "#6c3483", "#444")


def ticks(low: float, high: float, log: bool) -> list[float]:
    """Return round values inside the range, at most about ten."""
    if log:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        step = max(1, (last - first) // 8 + 1)
        return [10.0**e for e in range(first, last + 1, step)] or [low, high]
    if high <= low:
        return [low]
    raw = (high - low) / 6
    unit = 10 ** math.floor(math.log10(raw))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= raw)
    start = math.ceil(low / step - 1e-9)
    return [k * step for k in range(start, math.floor(high / step + 1e-9) + 1)]


def _scale(values: Sequence[float], log: bool, start: float, end: float):
    low, high = min(values), max(values)
    if high == low:
        low, high = (low / 2, high * 2) if log else (low - 0.5, high + 0.5)
    if log:
        a, b = math.log10(low), math.log10(high)
        return (lambda v: start + (math.log10(v) - a) / (b - a) * (end - start)), low, high
    return (lambda v: start + (v - low) / (high - low) * (end - start)), low, high


def lines(curve: dict) -> str:
    """Return a curve of a record as SVG, without points that a logarithmic axis cannot show."""
    log_x, log_y = curve["log_x"], curve["log_y"]
    shown = {}
    for name, points in curve["lines"].items():
        shown[name] = [(x, y) for x, y in points if (x > 0 or not log_x) and (y > 0 or not log_y)]
    every = [p for points in shown.values() for p in points]
    if not every:
        return "<p>No points to plot.</p>"
    fx, x0, x1 = _scale([p[0] for p in every], log_x, LEFT, WIDTH - RIGHT)
    fy, y0, y1 = _scale([p[1] for p in every], log_y, HEIGHT - BOTTOM, TOP)
    out = [_frame(curve["x"], curve["y"])]
    for value in ticks(x0, x1, log_x):
        at = fx(value)
        out.append(
            f'<path class="grid" d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
            f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
            f"{value:g}</text>"
        )
    for value in ticks(y0, y1, log_y):
        at = fy(value)
        out.append(
            f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>'
            f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
    for i, (name, points) in enumerate(shown.items()):
        colour = COLOURS[i % len(COLOURS)]
        path = "L".join(f"{fx(x):.1f} {fy(y):.1f}" for x, y in points)
        if points:
            out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [
            f'<circle cx="{fx(x):.1f}" cy="{fy(y):.1f}" r="2.5" fill="{colour}">'
            f"<title>{escape(name)}: {x:g}, {y:g}</title></circle>"
            for x, y in points
        ]
        out.append(f'<text x="{WIDTH - RIGHT + 10}" y="{TOP + 14 + 17 * i}" fill="{colour}">{escape(name)}</text>')
    return "".join(out) + "</svg>"


def alone(curve: dict) -> str:
    """Return a curve as an SVG file of its own."""
    style = "<style>text{font:12px sans-serif}.grid{stroke:#ddd;fill:none}</style>"
    style += '<rect width="100%" height="100%" fill="#fff"/>'
    inside = lines(curve).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return inside.replace(">", f">{style}", 1) + "\n"


def _frame(x: str, y: str) -> str:
    middle = (LEFT + WIDTH - RIGHT) / 2
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img">'
        f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x)}</text>'
        f'<text transform="translate(14 {HEIGHT / 2 - 20}) rotate(-90)" text-anchor="middle">'
        f"{escape(y)}</text>"
    )


def boxes(rows: Sequence[tuple[str, Sequence[float]]], unit: str) -> str:
    """Return one line for each name: median, middle half and 10-90 % range, from zero."""
    top = max(stats.quantile(v, 0.9) for _, v in rows) or 1.0
    height, left, right = 24 * len(rows) + 30, 330, 90
    fx = lambda v: left + v / top * (WIDTH - left - right)  # noqa: E731
    out = [f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img">']
    for i, (name, values) in enumerate(rows):
        y = 24 * i + 16
        q = [stats.quantile(values, p) for p in (0.1, 0.25, 0.5, 0.75, 0.9)]
        out.append(
            f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{left}" y="{y - 7}" width="{fx(q[2]) - left:.1f}" height="14" class="bar"/>'
            f'<path class="whisker" d="M{fx(q[0]):.1f} {y}H{fx(q[4]):.1f}"/>'
            f'<text x="{fx(max(q[4], q[2])) + 6:.1f}" y="{y + 4}">{q[2]:.4g} {escape(unit)}</text>'
        )
    return "".join(out) + "</svg>"
