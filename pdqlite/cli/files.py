"""
File arguments of the commands: directories walk, in a stable order.
"""

from __future__ import annotations

import os
from collections.abc import Iterable


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
