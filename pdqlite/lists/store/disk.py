"""
What the store asks of a disk: few operations, each of which may be the last before the power fails.

Nothing here cleans up after an error: what is left half-written is in a place that no state names,
and the next install clears it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE = 0o600


class Disk:
    """The operations themselves. Tests put one in place that fails at the n-th."""

    def make_directory(self, path: Path) -> None:
        """Make a directory that only its owner may read; it may exist."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def remove(self, path: Path) -> None:
        """Remove a file; it may be absent."""
        path.unlink(missing_ok=True)

    def create(self, path: Path) -> IO[bytes]:
        """Open a new file for writing, unbuffered."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), PRIVATE)
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
        """Write a file and sync it; its name still needs sync_directory."""
        with self.create(path) as file:
            for piece in pieces:
                self.write(file, piece)
            self.sync(file)

    def clear(self, path: Path) -> None:
        """Leave an empty directory at `path`."""
        self.make_directory(path)
        for child in sorted(path.iterdir()):
            self.remove(child)


@contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock of a store: one installs at a time. It ends with the process, however that ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def read_bytes(path: Path, limit: int) -> bytes | None:
    """Return a regular file of at most `limit` bytes; None if there is none, or it is larger."""
    try:
        with path.open("rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            data = file.read(limit + 1)
    except OSError:
        return None
    return data if len(data) <= limit else None
