"""Small lists for the tests of lists: made by the package, taken apart by the tests."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pdqlite.lists import ListTerms, Signer, Trust, build_list, endorse
from pdqlite.types import Entries

ORIGIN = "lists.example.org/demo"
ORGS = ("alpha.example/key", "beta.example/key", "gamma.example/key")
CATEGORIES = ("scam", "spam")
ISSUED, EXPIRES, NOW = 1_790_000_000, 1_792_592_000, 1_790_100_000
KEY = hashlib.sha256(b"a list key for tests").digest()
SEED = hashlib.sha256(b"a seed for tests").digest()
EVERY = bool(os.environ.get("PDQLITE_EVERY_BYTE"))  # every place and many more draws: minutes; a step of CI


def tool(name: str) -> str:
    """The path of somebody else's program; without it the test is skipped, but in CI it fails."""
    path = shutil.which(name)
    if path is None:
        (pytest.fail if os.environ.get("PDQLITE_TOOLS") == "required" else pytest.skip)(f"{name} is not installed")
    assert path is not None
    return path


def signer(name: str) -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()))


SIGNERS = tuple(signer(name) for name in ORGS)


def pdq_like(seed: int, n: int) -> np.ndarray:
    """Hashes with 128 bits set, as PDQ gives."""
    rng = random.Random(seed)
    rows = []
    for _ in range(n):
        bits = [1] * 128 + [0] * 128
        rng.shuffle(bits)
        rows.append(np.packbits(bits))
    return np.array(rows, np.uint8).reshape(n, 32)


def entries(n: int = 20, kind: str = "image", keypoints: bool = False, seed: int = 1) -> Entries:
    video = kind == "video"
    return Entries(
        rows=pdq_like(seed, n),
        categories=np.array([1 + i % 3 for i in range(n)], np.uint16),
        sources=np.array([3] * n, np.uint16),
        flags=np.full(n, 2 if video else 0, np.uint8),
        quality=np.array([50 + i % 51 for i in range(n)], np.uint8),
        video=np.array([i // 4 for i in range(n)], np.uint32) if video else None,
        time_ms=np.array([1000 * (i % 4) for i in range(n)], np.uint32) if video else None,
        keypoints=tuple(record(i, i % 4) if i % 7 else b"" for i in range(n)) if keypoints else None,
    )


def record(seed: int, blobs: int) -> bytes:
    """A keypoint signature as docs/formats/keypoints.md says, of any blobs."""
    rng = random.Random(seed)
    drawn = {rng.randbytes(2) + bytes([rng.randrange(2 * 18, 2 * 69 + 2)]) + rng.randbytes(8) for _ in range(blobs)}
    return bytes([1, len(drawn), rng.randrange(256)]) + b"".join(sorted(drawn))


def trust(**changes: object) -> Trust:
    values: dict[str, object] = {
        "origin": ORIGIN,
        "categories": CATEGORIES,
        "endorsers": tuple(s.verifier for s in SIGNERS),
        "quorum": 2,
        "allow_unlogged": True,
    }
    return Trust(**{**values, **changes})  # type: ignore[arg-type]


def make(
    directory: Path, given: Entries, signers: tuple[Signer, ...] = SIGNERS[:2], seed: bytes = SEED, **changes: object
) -> Path:
    """Build and endorse a list; return its directory."""
    values: dict[str, object] = {
        "origin": ORIGIN,
        "categories": CATEGORIES,
        "sources": ORGS,
        "issued": ISSUED,
        "expires": EXPIRES,
        "min_sources": 2,
    }
    terms = ListTerms(**{**values, **changes})  # type: ignore[arg-type]
    build_list(directory, given, terms, key=KEY, seed=seed)
    for each in signers:
        endorse(directory, each, key=KEY)
    return directory
