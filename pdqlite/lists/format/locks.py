"""
Locks that keep two processes apart which would both write one thing.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pdqlite.errors import ArgumentError, InUseError

WAIT = 60.0  # seconds
_AGAIN = 0.05
_LOG = logging.getLogger("pdqlite.locks")  # that somebody waits; no names of files


@contextmanager
def locked(path: Path, wait: float = WAIT) -> Iterator[None]:
    """
    Hold a lock file: one process at a time. The lock ends with the process, however that ends; the file stays.

    Args:
        wait: Seconds to wait for another process; who has to wait says so in the log. 0: do not wait.

    Raises:
        InUseError: The other one is still at it.
        OSError: The file cannot be opened.
    """
    if not isinstance(wait, int | float) or not 0 <= wait < 1e9:
        raise ArgumentError("wait needs a number of seconds from 0")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o600)
    try:
        if not _taken(handle):
            _LOG.warning("another process writes here: waiting for it to end")
            end = time.monotonic() + wait
            while not _taken(handle):
                if time.monotonic() < end:
                    time.sleep(_AGAIN)
                    continue
                raise InUseError(
                    f"in use: another process has been writing here for {wait:g} s; wait for it or end it, then try again (nothing is left locked once it "
                    "has ended)"
                )
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    """Take the lock, or keep it, if nobody else has it."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
