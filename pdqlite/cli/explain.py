"""
`pdqlite match --explain`: one page that shows a person what was decided and why.

Thumbnails are decoded in child processes, as files of strangers are everywhere in the command line.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pdqlite import lists
from pdqlite.cli.drawing import ROWS, Shown, page
from pdqlite.errors import PdqliteError
from pdqlite.lists.format.files import replace
from pdqlite.showing import Thumbnail, thumbnails_of
from pdqlite.types import Decision, Where
from pdqlite.workers import work_apart

FRAMES = 4  # thumbnails of a video
MOST = 200  # files that are shown with pictures

Wanted = tuple[str | bytes, tuple[float, ...]]  # file, seconds of the frames wanted; none for a picture


def thumbnailer(_: None) -> Callable[[Wanted], list[tuple[bytes, int, int, float | None]]]:
    """Return what a child process does with one file."""
    return lambda wanted: thumbnails_of(*wanted)


def _spread(decision: Decision) -> list[tuple[float, Where]]:
    """Return the frames that are shown: the first, the last, and some between."""
    frames = decision.frame_matches
    if not frames:
        return []
    step = max(1, (len(frames) - 1) // (FRAMES - 1)) if len(frames) > 1 else 1
    chosen = {f.time: f.where for f in frames[::step][: FRAMES - 1]} | {frames[-1].time: frames[-1].where}
    return sorted(chosen.items())


def _named(mask: int, table: dict[int, str]) -> str:
    return ", ".join(name for i, name in table.items() if mask >> i & 1)


class Explainer:
    """Gathers decisions and writes the page."""

    def __init__(self, manifest: lists.Manifest) -> None:
        self._manifest = manifest
        self._kept: list[tuple[str, str | bytes, Decision]] = []
        self._others = 0

    def keep(self, name: str, source: str | bytes, decision: Decision) -> None:
        """Take one decision; those that found nothing are only counted."""
        if (decision.evidence or decision.frame_matches or decision.matched) and len(self._kept) < MOST:
            self._kept.append((name, source, decision))
        else:
            self._others += 1

    def write(self, path: str, jobs: int | None) -> None:
        """Write the page, whole or not at all."""
        wanted: list[Wanted] = [(source, tuple(t for t, _ in _spread(d))) for _, source, d in self._kept]
        pictures: dict[int, list[Thumbnail]] = {}
        for number, result in work_apart("pdqlite.cli.explain:thumbnailer", None, wanted, jobs):
            if not isinstance(result, PdqliteError):
                pictures[number] = [Thumbnail(*one) for one in result]
        shown = [self._shown(n, d, pictures.get(i, [])) for i, (n, _, d) in enumerate(self._kept)]
        notes = [
            f"List {self._manifest.origin}, release {self._manifest.seq}. Pictures are of your own files; a list holds none.",
            "A match is a candidate, never a verdict about a person. Red outlines show where in your file the original was found.",
        ]
        if self._others:
            notes.append(f"{self._others} more files: nothing near them on the list, or beyond the first {MOST}.")
        replace(Path(path), page("pdqlite match", notes, shown).encode())

    def _shown(self, name: str, d: Decision, pictures: list[Thumbnail]) -> Shown:
        wheres = dict(_spread(d))
        still = d.where or (d.evidence[0].where if d.evidence else Where())
        spans = [] if d.span is None else [("in this file", *d.span)]
        if d.entry_span is not None:
            spans.append(("in the original", *d.entry_span))
        return Shown(
            name, d.verdict, tuple(d.in_words()), tuple(self._facts(d)),
            tuple((t, still if t.time is None else wheres[t.time]) for t in pictures),
            d.evidence[:ROWS], d.frame_matches, tuple(spans),
            max([f.time for f in d.frame_matches], default=0.0),
        )  # fmt: skip

    def _facts(self, d: Decision) -> list[tuple[str, str]]:
        facts = [("detail (quality)", f"{d.quality} of 100; from 50 on a hash can be acted on")]
        if d.entry is None:
            return facts
        m = self._manifest
        named = [("categories", _named(d.categories, m.categories)), ("named by", _named(d.sources, m.sources))]
        return [("entry", str(d.entry)), *named, *facts]
