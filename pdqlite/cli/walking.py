"""
Which files a command looks at: folders walk, in a stable order; what is left out is counted, what cannot be read is an error.
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath

from pdqlite.cli.console import Console
from pdqlite.errors import NotMediaError, NoVideoError, PdqliteError, TooLargeError, UnreadableError
from pdqlite.media.kinds import ENDINGS

STDIN = "-"
_STDIN_BYTES = 1 << 30
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Item:
    """
    One file to look at.

    Attributes:
        name: As the user of the command knows it.
        source: Its path, or its bytes from standard input.
        walked: Found in a folder, not named.
    """

    name: str
    source: str | bytes
    walked: bool = False


@dataclass(slots=True)
class Found:
    """
    What a walk found.

    Attributes:
        items: In the order of the arguments; in a folder by name.
        problems: Folders that could not be read, and why.
        skipped: How many of each kind were left out.
    """

    items: list[Item] = field(default_factory=list)
    problems: list[tuple[str, PdqliteError]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [item.name for item in self.items]

    def skips(self, item: Item, result: object) -> bool:
        """
        Say whether a result is no error but a file that was met on the way and is no media, and count it.

        A file that was named, or whose name says that it is media, is an error if it is not.
        """
        if not item.walked or not isinstance(result, NotMediaError | NoVideoError):
            return False
        ending = PurePath(item.name).suffix.lower()
        if ending in ENDINGS and not isinstance(result, NoVideoError):
            return False
        self.skipped[f"no picture or video ({ending or 'no ending'})"] += 1
        return True

    def tell(self, console: Console) -> None:
        """Say what was left out, in one line."""
        if self.skipped:
            console.note("skipped: " + ", ".join(f"{count} {kind}" for kind, count in sorted(self.skipped.items())))


def add_walking_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the options of walking folders."""
    parser.add_argument(
        "--hidden",
        action="store_true",
        help="in folders, look at hidden files and folders too (names that begin with a dot)",
    )
    parser.add_argument(
        "--follow", action="store_true", help="in folders, walk linked folders too; linked files are always looked at"
    )


def walk(names: Iterable[str], hidden: bool = False, follow: bool = False) -> Found:
    """
    Return the files that are meant by arguments: files, folders and - for standard input.

    Args:
        hidden: Of folders, hidden files and folders too.
        follow: Of folders, linked folders too; each folder is walked once.
    """
    found = Found()
    for name in names:
        if name == STDIN:
            found.items.append(Item(name, _standard_input()))
        elif os.path.isdir(name):
            _walk_folder(name, found, hidden, follow, set())
        else:
            found.items.append(Item(name, name))
    return found


def _standard_input() -> bytes:
    out = bytearray()
    while block := sys.stdin.buffer.read(_BLOCK):
        out += block
        if len(out) > _STDIN_BYTES:
            raise TooLargeError(f"standard input has more than {_STDIN_BYTES} bytes; save it to a file first")
    return bytes(out)


def _walk_folder(folder: str, found: Found, hidden: bool, follow: bool, seen: set[tuple[int, int]]) -> None:
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            about = os.stat(here)
            if (about.st_dev, about.st_ino) in seen:
                continue  # a link back, or two links to one folder
            if about.st_ino:
                seen.add((about.st_dev, about.st_ino))
            with os.scandir(here) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            found.problems.append((here, UnreadableError(f"the folder cannot be opened: {error.strerror}")))
            continue
        folders = []
        for entry in listed:
            if entry.name.startswith(".") and not hidden:
                found.skipped["hidden (see --hidden)"] += 1
            elif entry.is_dir(follow_symlinks=follow):
                folders.append(entry.path)
            elif _is_file(entry, found):
                found.items.append(Item(entry.path, entry.path, walked=True))
        waiting += reversed(folders)


def _is_file(entry: os.DirEntry[str], found: Found) -> bool:
    """Say whether an entry may be opened; count it if not. Where it cannot be asked, opening will say why."""
    try:
        mode = entry.stat().st_mode
    except OSError:
        return True
    if stat.S_ISREG(mode):
        return True
    found.skipped["linked folder (see --follow)" if stat.S_ISDIR(mode) else "pipe, socket or device"] += 1
    return False
