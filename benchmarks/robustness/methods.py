"""
Ways to find copies, each at the threshold that its authors recommend: ours and the peers.

A method learns the originals, then says for a picture how far each original is. `limit` is the
distance that still counts as the same picture.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy


def entries_of(rows: np.ndarray, quality: np.ndarray) -> Entries:
    n = len(rows)
    ones, none = np.ones(n, np.uint16), np.zeros(n, np.uint8)
    return Entries(np.ascontiguousarray(rows), ones, ones, none, quality.astype(np.uint8))


def bits_apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the distances of hashes (m, k) and (n, k) of packed bytes, shape (m, n)."""
    return np.bitwise_count(a[:, None] ^ b[None]).sum(axis=2, dtype=np.uint16)


class Peer:
    """A hash and a threshold; the nearest of the query's hashes counts."""

    def __init__(self, name: str, limit: int, of_list, of_query=None) -> None:
        self.name, self.limit = name, limit
        self._of_list, self._of_query = of_list, of_query or of_list

    def learn(self, originals: list[Image.Image]) -> None:
        self._rows = np.vstack([self._of_list(p) for p in originals])

    def found(self, picture: Image.Image) -> set[int]:
        """Return the numbers of the originals that this picture matches."""
        return set(np.nonzero(self.distances(picture) <= self.limit)[0].tolist())

    def distances(self, picture: Image.Image) -> np.ndarray:
        """Return how far each original is."""
        return bits_apart(self._of_query(picture), self._rows).min(axis=0)


class Ours:
    """pdqlite's Matcher with the cap on distances that a list may set."""

    def __init__(
        self, name: str, max_distance: int, policy: MatchPolicy | None = None, keypoints: bool = False
    ) -> None:
        self.name, self.limit = name, max_distance
        self._policy, self._keypoints = policy or MatchPolicy(), keypoints

    def learn(self, originals: list[Image.Image]) -> None:
        first = [hash_pixels(np.asarray(p)) for p in originals]
        rows = np.vstack([np.frombuffer(view.bits, np.uint8) for view in first])
        quality = np.array([view.quality for view in first])
        entries = entries_of(rows, quality)
        if self._keypoints:
            entries = replace(entries, keypoints=tuple(signature(np.asarray(p)) for p in originals))
        self.matcher = Matcher(entries, self._policy, self.limit)

    def found(self, picture: Image.Image) -> set[int]:
        return self.answers(picture)[0]

    def answers(self, picture: Image.Image) -> tuple[set[int], set[int]]:
        """Return the original that it matches, and the one that it says anything of: a match, a part that is shared, unconfirmed."""
        decision = self.matcher.match_pixels(np.asarray(picture))
        said = {decision.entry} if decision.verdict in ("match", "shares a part", "unconfirmed") else set()
        return said if decision.matched else set(), said


def _pdq(picture: Image.Image) -> np.ndarray:
    import pdqhash

    bits, _ = pdqhash.compute(np.asarray(picture))
    return np.packbits(bits)[None]


def _pdq8(picture: Image.Image) -> np.ndarray:
    import pdqhash

    hashes, _ = pdqhash.compute_dihedral(np.asarray(picture))
    return np.packbits(np.array(hashes), axis=1)


def _image_hash(kind: str):
    def of(picture: Image.Image) -> np.ndarray:
        import imagehash

        return np.packbits(getattr(imagehash, kind)(picture).hash.flatten())[None]

    return of


def all_methods(peers: bool = True) -> list[Peer | Ours]:
    """Return the methods; peers whose package is missing are left out."""
    found: list[Peer | Ours] = [
        Ours("pdqlite tier 1, list cap 31", 31, MatchPolicy(uncrop_entries=0)),
        Ours("pdqlite, plain hashes", 256),
        Ours("pdqlite, keypoint signatures", 256, keypoints=True),
    ]
    if not peers:
        return found
    wanted = [
        ("pdqhash", Peer("PDQ 31", 31, _pdq)),
        ("pdqhash", Peer("PDQ 31, 8 orientations", 31, _pdq, _pdq8)),
        ("imagehash", Peer("pHash 10", 10, _image_hash("phash"))),
        ("imagehash", Peer("dHash 10", 10, _image_hash("dhash"))),
    ]
    for package, peer in wanted:
        try:
            __import__(package)
        except ModuleNotFoundError:
            continue
        found.append(peer)
    return found
