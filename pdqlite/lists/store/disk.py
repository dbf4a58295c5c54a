"""
What the store asks of a disk: few operations, each of which may be the last before the power fails.

Nothing here cleans up after an error: what is left half-written is in a place that no state names,
and the next install clears it.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pdqlite.lists.format.files import open_regular

if TYPE_CHECKING:
    pass

PRIVATE = 0o600


class Disk:
    """The operations themselves. Tests put one in place that fails at the n-th."""

    def make_directory(self, path: Path) -> None:
        """Make a directory that only its owner may read; it may exist."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def remove(self, path: Path) -> None:
        """Remove a file, link or directory with what is in it; it may be absent."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def create(self, path: Path) -> IO[bytes]:
        """Open a new file for writing, unbuffered. It must not exist: a link that lies there is not followed."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE)
        return os.fdopen(handle, "wb", buffering=0)

    def write(self, file: IO[bytes], data: bytes | memoryview) -> None:
        """Write all of `data`."""
        left = memoryview(data)
        while left:
            left = left[file.write(left) :]

    def sync(self, file: IO[bytes]) -> None:
        """Return once a file's bytes are on the disk."""
        os.fsync(file.fileno())

    def sync_directory(self, path: Path) -> None:
        """Return once the names in a directory are on the disk."""
        if os.name == "nt":
            return  # Windows does it on its own
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another, in one step."""
        os.replace(source, target)

    def write_file(self, path: Path, pieces: Iterable[bytes | memoryview]) -> None:
        """Write a new file in the place of what is there, and sync it; its name still needs sync_directory."""
        self.remove(path)
        with self.create(path) as file:
            for piece in pieces:
                self.write(file, piece)
            self.sync(file)

    def clear(self, path: Path) -> None:
        """Leave an empty directory at `path`, whatever was there."""
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            self.remove(path)
        self.make_directory(path)
        for child in sorted(path.iterdir()):
            self.remove(child)


def others_may_write(path: Path) -> bool:
    """Return True if somebody else may change what is in a directory: its owner is another, or its mode lets others."""
    if os.name != "posix":
        return False
    found = path.stat()
    return found.st_uid not in (os.geteuid(), 0) or bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def read_bytes(path: Path, limit: int) -> bytes | None:
    """Return a regular file of at most `limit` bytes; None if there is none, or it is larger."""
    try:
        with open_regular(path) as file:
            data = file.read(limit + 1)
    except OSError:
        return None
    return data if len(data) <= limit else None
