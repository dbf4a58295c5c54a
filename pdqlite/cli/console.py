"""
Where a command writes: results to standard output, everything else to standard error.

Results are lines for people or, with --json, one JSON object a line. The progress bar shows only
when standard error is a terminal, and never mixes with a line.
"""

from __future__ import annotations

import codecs
import json
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from pdqlite.errors import ListError

_BAR = 24  # characters
_REDRAW = 0.1  # seconds between two drawings
_NARROW = 20  # columns in which words are not kept whole
_SURE_AFTER = 3.0  # seconds of work before a rate is shown


def _as_it_came_in(error: UnicodeError) -> tuple[str | bytes, int]:
    """Encode what an encoding does not have: bytes of a name as they came in, else spelled out."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    if os.name == "posix":
        return b"".join(
            bytes([ord(c) - 0xDC00]) if "\udc80" <= c <= "\udcff" else _escaped(c).encode() for c in wrong
        ), error.end
    return "".join(map(_escaped, wrong)), error.end


codecs.register_error("pdqlite", _as_it_came_in)


def shown(name: str) -> str:
    """
    Return a name that anyone may have chosen as a terminal may take it: what is no letter, digit, sign or space is
    spelled out, so that it can neither end a line, move the cursor, nor turn the direction of writing.

    Bytes that are no text stay as they are: names come out as they came in.
    """
    return "".join(c if c.isprintable() or "\udc80" <= c <= "\udcff" else _escaped(c) for c in name)


def _escaped(c: str) -> str:
    return c.encode("unicode_escape").decode("ascii")


class Console:
    """
    The two streams of one run of a command.

    Args:
        json: Records go out as JSON; lines for people are dropped.
        quiet: No progress bar and no notes.
    """

    def __init__(
        self,
        json: bool = False,
        quiet: bool = False,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self.json = json
        self.quiet = quiet
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._progress: Progress | None = None
        for stream in (self._out, self._err):
            # File names of other encodings come out as they came in.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="pdqlite")

    def line(self, text: str) -> None:
        """A result for people; dropped with --json."""
        if not self.json:
            self._write(self._out, fitted(text, self._out))

    def pair(self, name: str, text: str) -> None:
        """A fact for people: its name and, beside that, what it is."""
        import textwrap

        width = columns(self._out) if self._out.isatty() else 10_000
        self.line(textwrap.fill(text, max(40, width), initial_indent=f"{name:9} ", subsequent_indent=" " * 10))

    def words(self, lines: Sequence[str]) -> None:
        """Sentences for people, as wide as the terminal."""
        import textwrap

        width = max(20, min(100, columns(self._out)) - 1)
        for text in lines:
            whole = re.sub(r"(?<=\d) (?=\d)", "\u00a0", shown(text))  # a number stays on one line
            for part in textwrap.wrap(whole, width, initial_indent="  ", subsequent_indent="    "):
                self.line(part.replace("\u00a0", " "))

    def record(self, record: Mapping[str, Any]) -> None:
        """A result for machines; dropped without --json."""
        if self.json:
            self._write(self._out, json.dumps(record))

    def note(self, text: str) -> None:
        """What is going on: a step done, a warning. To standard error, unless quiet."""
        if not self.quiet:
            self._write(self._err, fitted(text, self._err))

    def error(self, what: object | None, why: object) -> None:
        """One line about a failure, naming the file as the user gave it and the status of a list; a record too with --json."""
        name = None if what is None else os.fsdecode(str(what))
        kind = type(why).__name__ if isinstance(why, Exception) else "Error"
        text = shown(" ".join(str(why).split())) or kind
        status = why.status if isinstance(why, ListError) and why.status != ListError.status else None
        said = ": ".join(part for part in ("pdqlite", name and shown(name), status, text) if part)
        self._write(self._err, fitted(said, self._err))
        self.record({"file": name, "error": kind, "message": text, **({"status": status} if status else {})})

    def progress(self, total: int | None, what: str) -> Progress:
        """A bar over `total` steps (None: unknown), to be used in a `with`."""
        self._progress = Progress(self._err, total, what, on=not self.quiet and self._is_terminal())
        return self._progress

    def _is_terminal(self) -> bool:
        return self._err.isatty() and os.environ.get("TERM") != "dumb"  # which cannot take a line back

    def flush(self) -> None:
        """Write out what is buffered, so that a closed pipe shows now."""
        self._out.flush()

    def abandon(self) -> None:
        """Standard output is closed: keep the interpreter from complaining at exit."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())

    def _write(self, stream: TextIO, text: str) -> None:
        if self._progress:
            self._progress.clear()
        stream.write(text + "\n")
        if stream is self._err or self._out.isatty():
            stream.flush()


class Progress:
    """A bar on a terminal; nothing elsewhere."""

    def __init__(self, stream: TextIO, total: int | None, what: str, on: bool) -> None:
        self._stream, self._total, self._what, self._on = stream, total, what, on
        self._done, self._drawn = 0, 0.0
        self._parts: dict[int, float] = {}  # of the steps that are under way: how much of each is done
        self._start = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()
        self._on = False

    def advance(self, step: int | None = None) -> None:
        """Count one step as done, whichever `part` calls it, and draw again, at most ten times a second."""
        self._done += 1
        if step is not None:
            self._parts.pop(step, None)
        self._draw()

    def reach(self, done: int, total: int) -> None:
        """Say that so many of so many steps are done, where they come in heaps, and draw again."""
        self._done, self._total = done, total
        self._draw()

    def part(self, step: int, share: float) -> None:
        """Say how much of a step is done, 0 to 1, and draw again."""
        self._parts[step] = share
        self._draw()

    def clear(self) -> None:
        """Take the bar off the terminal; the next step draws it again."""
        if self._on:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self) -> None:
        now = time.monotonic()
        if self._on and now - self._drawn >= _REDRAW:
            self._drawn = now
            text = self._text(now - self._start)[
                : columns(self._stream) - 1
            ]  # a line that wraps could not be taken back
            self._stream.write("\r\x1b[K" + text)
            self._stream.flush()

    def _text(self, seconds: float) -> str:
        if not self._total:
            return f"{self._done} {self._what}"
        share = min(1.0, (self._done + sum(self._parts.values())) / self._total)
        full = int(_BAR * share)
        line = f"[{'#' * full}{'.' * (_BAR - full)}] {self._done}/{self._total} {self._what}"
        if self._parts:
            line += f", {share:.0%}"
        if seconds < _SURE_AFTER or not share:
            return line  # the first files wait for the children to start: their rate says nothing
        return f"{line}, {span(seconds * (1 - share) / share)} left"


def fitted(text: str, stream: TextIO) -> str:
    """Return a sentence with breaks between words, for a terminal; a table, and what no terminal reads, as it is."""
    if not stream.isatty():
        return text
    width = columns(stream)
    if len(text) <= width or width < _NARROW or "\n" in text or "  " in text:
        return text
    import textwrap

    return textwrap.fill(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def columns(stream: TextIO) -> int:
    """Return how wide a terminal is; 80 if it does not say."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return 80


def span(seconds: float) -> str:
    """Return a time for people: 42 s, 3 min, 2 h 5 min."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
