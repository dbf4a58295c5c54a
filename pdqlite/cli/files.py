"""
File arguments of the commands: directories walk, in a stable order.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from pdqlite.errors import ArgumentError, UnreadableError


def walk(names: Iterable[str]) -> list[str]:
    """Return files: directories are replaced by what lies below them, sorted; hidden files are left out."""
    found = []
    for name in names:
        if not os.path.isdir(name):
            found.append(name)
            continue
        for folder, folders, files in os.walk(name):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            found += [os.path.join(folder, f) for f in sorted(files) if not f.startswith(".")]
    return found


def read_small(name: str, limit: int, what: str) -> bytes:
    """Return a small file; UnreadableError or ArgumentError, with `what` it should be, if it cannot be one."""
    try:
        with open(name, "rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise UnreadableError(f"the {what} cannot be opened: {error.strerror}") from None
    if len(data) > limit:
        raise ArgumentError(f"a {what} has at most {limit} bytes")
    return data
