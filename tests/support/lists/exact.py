"""Small lists of files, whose rows are made here from the format's own words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from pdqlite.types import Entries

File = tuple[str, bytes, str, bool]
FILES: list[File] = [
    ("archive", b"PK\x03\x04 an archive", "sha256", False),
    ("document", b"%PDF-1.7 a document", "md5", False),
    ("harmless", b"a file that everyone has", "sha256", True),
    ("long", bytes(range(256)) * 300, "sha256", False),
    ("long by MD5", b"md5" * 5000, "md5", False),
]


def row_of(algorithm: str, data: bytes) -> bytes:
    digest = hashlib.new(algorithm, data).digest()
    return hashlib.sha256(f"pdqlite.org/exact/v1 {algorithm}\n".encode() + digest).digest()


def entries(files: Sequence[File] = tuple(FILES)) -> Entries:
    n = len(files)
    return Entries(
        rows=np.frombuffer(b"".join(row_of(a, data) for _, data, a, _ in files), np.uint8).reshape(n, 32),
        categories=np.full(n, 1, np.uint16),
        sources=np.full(n, 3, np.uint16),
        flags=np.array([int(negative) for *_, negative in files], np.uint8),
        quality=np.full(n, 255, np.uint8),
        exact=True,
    )
