"""
What a benchmark tells: times, counts, ratios, rates, curves, tables, pictures, notes.

A result has a kind, a name and the parameters it holds for; kind, name and parameters together
are unique in a record, so two records can be laid side by side.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks._frame import machine, stats

FORMAT = "pdqlite benchmark 1"
SCALE = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
Value = int | float | str | bool


def key(result: dict) -> tuple:
    """Return what names one result within a record."""
    return result["kind"], result["name"], json.dumps(result.get("params", {}), sort_keys=True)


def describe(result: dict) -> str:
    """Return the name of a result with its parameters."""
    params = " ".join(f"{k}={v}" for k, v in result.get("params", {}).items())
    return f"{result['name']} {params}".strip()


def load(path: Path) -> dict:
    """Read a record; ValueError if the file is none."""
    record = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise ValueError(f"{path}: not a record of format {FORMAT!r}")
    return record


class Report:
    """Collects the results of one run of one benchmark, and prints them as they come."""

    def __init__(self, name: str, options: Sequence[str] = (), quiet: bool = False) -> None:
        self.name = name
        self.results: list[dict] = []
        self._options = list(options)
        self._quiet = quiet
        self._seen: set[tuple] = set()
        self._started = time.time()

    def time(self, name: str, seconds: Sequence[float], unit: str = "us", per: float = 1, **params: Value) -> None:
        """Samples of a time (clock.samples), each of `per` items: reported per item."""
        values = [s * SCALE[unit] / per for s in seconds]
        self._add("time", name, params, f"{_spread(values)} {unit}", unit=unit, samples=values)

    def ratio(self, name: str, ours: Sequence[float], theirs: Sequence[float], **params: Value) -> None:
        """How many times less time we took than a peer, from samples taken together."""
        values = [b / a for a, b in zip(ours, theirs, strict=True)]
        self._add("ratio", name, params, f"{_spread(values)} x", unit="x", samples=values)

    def count(self, name: str, value: int | float, unit: str = "", **params: Value) -> None:
        """Something counted, the same on every run: bytes, rows. Gates judge these."""
        self._add("count", name, params, f"{value} {unit}", unit=unit, value=value)

    def pages(self, name: str, value: int | float, unit: str = "B", **params: Value) -> None:
        """Memory of a process: a count that the system rounds to pages and that moves by some, so comparing never gates it."""
        self._add("count", name, params, f"{value} {unit}", unit=unit, value=value, measured=True)

    def rate(self, name: str, hits: int, trials: int, exact: bool = False, **params: Value) -> None:
        """A proportion, with its 95 % interval: Wilson's, or the exact one of Clopper and Pearson where hits are rare."""
        low, high = (stats.exact if exact else stats.wilson)(hits, trials)
        shown = f"{hits / max(trials, 1):.3f} [{low:.3f}, {high:.3f}] of {trials}"
        self._add("rate", name, params, shown, hits=hits, trials=trials, low=low, high=high)

    def curve(
        self,
        name: str,
        lines: dict[str, Sequence[tuple[float, float]]],
        x: str,
        y: str,
        log_x: bool = False,
        log_y: bool = False,
    ) -> None:
        """Lines of points to be plotted; `x` and `y` say what the axes are and their units."""
        points = {k: [[float(a), float(b)] for a, b in v] for k, v in lines.items()}
        self._add("curve", name, {}, f"{len(points)} lines", x=x, y=y, log_x=log_x, log_y=log_y, lines=points)

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
        """A table as it should be read; the figures in it should be results of their own too."""
        self._add("table", name, {}, f"{len(rows)} rows", columns=list(columns), rows=[list(r) for r in rows])

    def picture(self, name: str, data: bytes, media_type: str = "image/jpeg") -> None:
        """An example for the page: an encoded picture of at most 200 kB."""
        if len(data) > 200_000:
            raise ValueError(f"an example picture has at most 200 kB; got {len(data)} bytes")
        text = base64.b64encode(data).decode("ascii")
        self._add("picture", name, {}, f"{len(data)} bytes", type=media_type, data=text)

    def note(self, text: str) -> None:
        """A sentence that a reader of the figures must know."""
        self._add("note", text, {}, "")

    def record(self) -> dict:
        """Return everything as one JSON value."""
        return {
            "format": FORMAT,
            "benchmark": self.name,
            "options": [Path(o).name if "/" in o else o for o in self._options],
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._started)),
            "seconds": round(time.time() - self._started, 1),
            "machine": machine.describe(),
            "versions": machine.versions(),
            "kernels": machine.kernels(),
            **machine.commit(),
            "results": self.results,
        }

    def save(self, path: Path) -> None:
        """Write the record; the folder is made if it is missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.record(), indent=1) + "\n", encoding="utf-8")

    def _add(self, kind: str, name: str, params: dict, shown: str, **fields: object) -> None:
        result = {"kind": kind, "name": name, **fields}
        if params:
            result["params"] = params
        if key(result) in self._seen:
            raise ValueError(f"reported twice: {kind} {describe(result)}")
        self._seen.add(key(result))
        self.results.append(result)
        if not self._quiet:
            print(f"{kind:8}{describe(result):60} {shown}".rstrip(), flush=True)


def _spread(values: Sequence[float]) -> str:
    low, high = stats.quantile(values, 0.1), stats.quantile(values, 0.9)
    return f"{median(values):.4g} [{low:.4g}, {high:.4g}]"
